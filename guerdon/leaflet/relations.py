"""``referral``, ``cause``, ``sending`` and ``conversion`` in words: what passes between members and beyond."""

from datetime import date
from decimal import Decimal

from guerdon.core.amounts import Rate
from guerdon.core.program import When
from guerdon.leaflet.amounts import amount, quantity
from guerdon.leaflet.conditions import conditions
from guerdon.leaflet.limits import limits
from guerdon.leaflet.pages import Said
from guerdon.leaflet.times import lasting, period, waited
from guerdon.leaflet.voice import Voice, capital
from guerdon.mechanics.cause import Cause
from guerdon.mechanics.conversion import Conversion
from guerdon.mechanics.referral import Deed, Referral
from guerdon.mechanics.sending import Sending


def said_referral(voice: Voice, mechanic: Referral) -> Said:
    """What the friend has to do, what both get and when, and how often."""
    told = [capital(_deed(voice, mechanic.deed))]
    if mechanic.within is not None:
        told.append(voice.say("It counts %(lasting)s after joining.", lasting=lasting(voice, mechanic.within)))
    if mechanic.friend is not None:
        told.append(voice.say("Your friend gets %(amount)s.", amount=quantity(voice, mechanic.friend)))
    if mechanic.referrer is not None:
        told.append(voice.say("For bringing a friend you get %(amount)s.", amount=quantity(voice, mechanic.referrer)))
    if mechanic.paid_after is not None:
        told.append(voice.say("You can use it %(when)s.", when=waited(voice, mechanic.paid_after)))
    for allowance in mechanic.limit.times:
        most = voice.say_count("for %(count)s friend", "for %(count)s friends", allowance.amount)
        time = "" if allowance.period == "ever" else f" {period(voice, allowance.period)}"
        told.append(voice.say("You get it %(friends)s at most.", friends=most + time))
    return Said(title=voice.title(mechanic.title), sentences=tuple(told))


def _deed(voice: Voice, deed: Deed) -> str:
    """What the friend does so that it counts."""
    money = voice.money(deed.at_least)
    if deed.on == "enrol":
        return voice.say("It counts when a friend names you on joining.")
    if deed.on != "purchase":
        done = voice.quoted(deed.on.removeprefix("action:"))
        return voice.say("It counts when a friend who named you on joining does %(action)s.", action=done)
    if deed.counts == "all":
        return voice.say("It counts when a friend who named you on joining has spent %(money)s.", money=money)
    if deed.counts == "first" and deed.at_least:
        return voice.say(
            "It counts when the first purchase of a friend who named you on joining comes to %(money)s or more.",
            money=money,
        )
    if deed.counts == "first" or not deed.at_least:
        return voice.say("It counts with the first purchase of a friend who named you on joining.")
    return voice.say(
        "It counts when a purchase of a friend who named you on joining comes to %(money)s or more.", money=money
    )


def said_cause(voice: Voice, mechanic: Cause) -> Said:
    """What may be given, from how much on, and what becomes of it when the target is reached."""
    unit, name = mechanic.takes, voice.title(mechanic.title, mechanic.name)
    told = [
        _with_conditions(
            voice, mechanic.when, voice.say("you can give what you hold to %(cause)s", cause=voice.quoted(name))
        )
    ]
    told += _steps(voice, unit, mechanic.at_least, mechanic.in_steps_of)
    if mechanic.target is not None:
        told.append(
            voice.say("The target is %(amount)s from all members.", amount=amount(voice, mechanic.target, unit))
        )
    if mechanic.then:
        told.append(
            voice.say("What is above it goes to %(cause)s.", cause=voice.quoted(_title_of(voice, mechanic.then)))
        )
    if mechanic.between is not None:
        told.append(_open(voice, mechanic.between))
    return Said(part="rewards", title=name, sentences=(*told, *limits(voice, mechanic.limit, unit)))


def _title_of(voice: Voice, name: str) -> str:
    found = next((one for one in voice.program.mechanics if one.name == name), None)
    return voice.title(getattr(found, "title", {}), name)


def _open(voice: Voice, between: tuple[date, date]) -> str:
    first, last = voice.date(between[0]), voice.date(between[1])
    return voice.say("It is open from %(first)s to %(last)s.", first=first, last=last)


def said_sending(voice: Voice, mechanic: Sending) -> Said:
    """What may be sent, what it costs, and how long it lasts on the other side."""
    unit = mechanic.unit
    told = [_with_conditions(voice, mechanic.when, voice.say("you can send what you hold to other members"))]
    told += _steps(voice, unit, mechanic.at_least, mechanic.in_steps_of)
    if mechanic.fee.amount:
        told.append(voice.say("On top it costs %(percent)s of what you send.", percent=_percent(voice, mechanic.fee)))
    if mechanic.expires == "anew":
        told.append(voice.say("What arrives lasts as if it had just been earned."))
    else:
        told.append(voice.say("What arrives lasts as long as it would have with you."))
    return Said(
        part="rewards", title=voice.title(mechanic.title), sentences=(*told, *limits(voice, mechanic.limit, unit))
    )


def said_conversion(voice: Voice, mechanic: Conversion) -> Said:
    """What becomes what, and when it becomes more."""
    gives, unit = mechanic.gives, mechanic.every.unit
    got = quantity(voice, gives) if not mechanic.partner else f"{voice.number(Decimal(gives.amount))} {gives.unit}"
    head = voice.say("every %(amount)s can become %(got)s", amount=quantity(voice, mechanic.every), got=got)
    told = [_with_conditions(voice, mechanic.when, head)]
    if mechanic.partner:
        partner = voice.program.partners.get(mechanic.partner)
        title = voice.title(partner.title if partner is not None else {}, mechanic.partner)
        told.append(voice.say("You get them from %(partner)s.", partner=voice.quoted(title)))
    told += _steps(voice, unit, mechanic.at_least, 1)
    if mechanic.bonus is not None:
        first, last = voice.date(mechanic.bonus.between[0]), voice.date(mechanic.bonus.between[1])
        plus = _percent(voice, mechanic.bonus.plus)
        told.append(
            voice.say("From %(first)s to %(last)s you get %(percent)s more.", first=first, last=last, percent=plus)
        )
    if mechanic.expires is not None:
        told.append(voice.say("They last %(lasting)s.", lasting=lasting(voice, mechanic.expires)))
    return Said(
        part="rewards", title=voice.title(mechanic.title), sentences=(*told, *limits(voice, mechanic.limit, unit))
    )


def _with_conditions(voice: Voice, when: When, head: str) -> str:
    return conditions(voice, when).sentence(voice, head)


def _steps(voice: Voice, unit: str, least: int, step: int) -> list[str]:
    """How little may be given at a time, and in what steps."""
    told = []
    if least > 1:
        told.append(voice.say("At least %(amount)s at a time.", amount=amount(voice, least, unit)))
    if step > 1:
        told.append(voice.say("In steps of %(amount)s.", amount=amount(voice, step, unit)))
    return told


def _percent(voice: Voice, rate: Rate) -> str:
    return voice.percent(Decimal(rate.amount) / Decimal(rate.per))
