"""``benefit`` and ``payment`` in words: what members may use, and what they may pay with."""

from guerdon.leaflet.amounts import amount, unit_title
from guerdon.leaflet.conditions import conditions, exceptions
from guerdon.leaflet.pages import Said
from guerdon.leaflet.prices import PART, allowed, percent, times
from guerdon.leaflet.times import span
from guerdon.leaflet.voice import Voice
from guerdon.mechanics.benefit import Benefit
from guerdon.mechanics.payment import Payment


def said_benefit(voice: Voice, mechanic: Benefit) -> Said:
    """Who may use it, and how often."""
    title = voice.title(mechanic.title, mechanic.name.replace("-", " "))
    sentences = [conditions(voice, mechanic.when).sentence(voice, voice.quoted(title))]
    sentences += [allowed(voice, times(voice, each.amount), each) for each in mechanic.allows]
    if mechanic.per_term is not None:
        most = times(voice, mechanic.per_term)
        sentences.append(voice.say("At most %(times)s in each term of your membership.", times=most))
    if not mechanic.allows and mechanic.per_term is None:
        sentences.append(voice.say("As often as you like."))
    if mechanic.after_purchase is not None:
        term = mechanic.after_purchase
        sentences.append(voice.say("Within %(span)s of a purchase.", span=span(voice, term.count, term.unit)))
    return Said(part="benefits", sentences=tuple(sentences))


def said_payment(voice: Voice, mechanic: Payment) -> Said:
    """What a member may pay with, how much of the bill, and whether that earns."""
    told = conditions(voice, mechanic.when)
    sentences = [told.sentence(voice, _head(voice, mechanic)), *exceptions(voice, mechanic.unless)]
    if told.goods:
        sentences.append(voice.say("Only for %(goods)s.", goods=told.goods))
    if mechanic.share.amount < mechanic.share.per:
        sentences.append(voice.say("Up to %(percent)s of the bill.", percent=percent(voice, mechanic.share)))
    if mechanic.leaves:
        sentences.append(voice.say("You pay at least %(money)s in money.", money=voice.money(mechanic.leaves)))
    if mechanic.least:
        sentences.append(voice.say("From %(amount)s on.", amount=amount(voice, mechanic.least, mechanic.unit)))
    if mechanic.multiple > 1:
        block = amount(voice, mechanic.multiple, mechanic.unit)
        sentences.append(voice.say("Always a multiple of this: %(amount)s.", amount=block))
    sentences.append(
        voice.say("You earn on the whole bill.")
        if mechanic.earns
        else voice.say("You earn nothing on the part of the bill that you pay like this.")
    )
    sentences.append(voice.say("When you bring something back, what you paid for it like this comes back too."))
    return Said(part=PART, title=voice.title(mechanic.title), sentences=tuple(sentences))


def _head(voice: Voice, mechanic: Payment) -> str:
    """What is paid with, and what it is worth."""
    if voice.program.units[mechanic.unit].money:
        return voice.say("you may pay with this: %(units)s", units=unit_title(voice, mechanic.unit))
    given, money = amount(voice, mechanic.worth.per, mechanic.unit), voice.money(mechanic.worth.amount)
    return voice.say("%(amount)s pay %(money)s of your bill", amount=given, money=money)
