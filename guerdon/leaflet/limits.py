"""How the limits of a mechanic are said, with what they are for members of a tier or a plan."""

from collections.abc import Iterator

from guerdon.core.amounts import MAX_AMOUNT
from guerdon.core.program import Allowance, Cap
from guerdon.leaflet.amounts import amount
from guerdon.leaflet.conditions import level_titles, mechanic_title
from guerdon.leaflet.times import period
from guerdon.leaflet.voice import Voice


def limits(voice: Voice, cap: Cap, unit: str) -> list[str]:
    """The limits of a mechanic, a sentence each."""
    told = []
    if cap.per_event is not None:
        told.append(voice.say("At most %(amount)s each time.", amount=amount(voice, cap.per_event, unit)))
    told += [_allowed(voice, amount(voice, allowance.amount, unit), allowance) for allowance in cap.per_member]
    told += _more(voice, cap, unit)
    told += [_allowed(voice, _times(voice, allowance.amount), allowance) for allowance in cap.times]
    if cap.total is not None and cap.total < MAX_AMOUNT:
        most = amount(voice, cap.total, unit)
        told.append(voice.say("For all members together at most %(amount)s: first come, first served.", amount=most))
    return told


def _allowed(voice: Voice, most: str, allowance: Allowance) -> str:
    """The most that a member gets in each period."""
    if allowance.period == "ever":
        return voice.say("At most %(amount)s in all.", amount=most)
    return voice.say("At most %(amount)s %(period)s.", amount=most, period=period(voice, allowance.period))


def _more(voice: Voice, cap: Cap, unit: str) -> Iterator[str]:
    """The most of those who get more by their tier or plan."""
    levels = level_titles(voice)
    for name, allowances in cap.more_for.items():
        title = voice.quoted(levels[name]) if name in levels else mechanic_title(voice, name)
        for allowance in allowances:
            most = amount(voice, allowance.amount, unit)
            if allowance.period == "ever":
                yield voice.say("With %(title)s at most %(amount)s in all.", title=title, amount=most)
            else:
                every = period(voice, allowance.period)
                yield voice.say("With %(title)s at most %(amount)s %(period)s.", title=title, amount=most, period=every)


def _times(voice: Voice, count: int) -> str:
    return voice.say_count("%(count)s time", "%(count)s times", count)
