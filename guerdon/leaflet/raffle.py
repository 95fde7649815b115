"""``raffle`` in words: the ways to tickets, the prizes, and how to check the draw."""

from guerdon.leaflet.amounts import quantity
from guerdon.leaflet.gifts import action, cases, days, gifts, limits
from guerdon.leaflet.pages import Said
from guerdon.leaflet.voice import Voice
from guerdon.mechanics.raffle import Entry, Prize, Raffle


def said_raffle(voice: Voice, mechanic: Raffle) -> Said:
    """The tickets and the prizes."""
    ways = voice.listed([_way(voice, entry) for entry in mechanic.entries])
    sentences = [voice.say("Tickets: %(ways)s.", ways=ways), *days(voice, mechanic.between)]
    sentences += [*cases(voice, mechanic.when), *limits(voice, mechanic.limit)]
    if mechanic.again:
        sentences.append(voice.say("You may win more than once."))
    sentences.append(voice.say("The draw can be checked: its secret number is fixed beforehand and shown afterwards."))
    details = tuple([_prize(voice, prize) for prize in mechanic.prizes])
    title = voice.title(mechanic.title, mechanic.name)
    return Said(part="games", title=title, sentences=tuple(sentences), details=details)


def _way(voice: Voice, entry: Entry) -> str:
    if entry.free:
        return voice.say("free of charge, without a purchase")
    count = {"count": str(entry.rate.amount if entry.rate is not None else entry.tickets)}
    if entry.rate is not None:
        return voice.say("%(count)s for %(what)s spent", what=voice.money(entry.rate.per), **count)
    cost = quantity(voice, entry.cost) if entry.cost is not None else action(voice, entry.action)
    return voice.say("%(count)s for %(what)s", what=cost, **count)


def _prize(voice: Voice, prize: Prize) -> str:
    told = gifts(voice, prize.gives) if prize.gives and not prize.title else voice.title(prize.title, prize.name)
    return voice.say("%(count)s × %(prize)s", count=str(prize.count), prize=told)
