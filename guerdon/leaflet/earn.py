"""``earn`` in words."""

from guerdon.core.amounts import Rounding
from guerdon.core.program import When
from guerdon.leaflet.amounts import amount, factor, multiple, rate, rate_on_top
from guerdon.leaflet.conditions import Conditions, conditions, exceptions, mechanic_title
from guerdon.leaflet.earn_amounts import fine_print, how_much, is_plain, on_what
from guerdon.leaflet.limits import limits
from guerdon.leaflet.pages import Said
from guerdon.leaflet.times import lasting, waited
from guerdon.leaflet.voice import Voice
from guerdon.mechanics.earn import Earn
from guerdon.mechanics.menu import Menu


def said_earn(voice: Voice, mechanic: Earn) -> Said:
    """What is earned for what, under which conditions, and how much at most."""
    told = conditions(voice, mechanic.when, but=_OF_THE_OCCASION if _is_for_a_purchase(mechanic) else ())
    sentences = [
        told.sentence(voice, _head(voice, mechanic, told)),
        *fine_print(voice, mechanic),
        *exceptions(voice, mechanic.unless),
        *limits(voice, mechanic.limit, mechanic.earn),
        *shared_limits(voice, mechanic),
        *_rounding(voice, mechanic),
    ]
    if mechanic.available_after is not None:
        sentences.append(voice.say("You can use them %(after)s.", after=waited(voice, mechanic.available_after)))
    if mechanic.expires is not None:
        sentences.append(voice.say("They last %(lasting)s.", lasting=lasting(voice, mechanic.expires)))
    return Said(title=voice.title(mechanic.title), sentences=tuple(sentences), details=told.months)


def shared_limits(voice: Voice, mechanic: Earn | Menu) -> list[str]:
    """The limits that it shares with others."""
    if not mechanic.cap:
        return []
    sharing = [one.name for one in voice.program.mechanics if getattr(one, "cap", "") == mechanic.cap]
    told = limits(voice, voice.program.caps[mechanic.cap], mechanic.earn)
    if len(sharing) > 1:
        titles = voice.listed([mechanic_title(voice, name) for name in sharing])
        told.append(voice.say("This limit is for %(titles)s together.", titles=titles))
    return told


def _head(voice: Voice, mechanic: Earn, told: Conditions) -> str:
    """What is given, and for what."""
    if not is_plain(mechanic):
        return _more_than_plain(voice, mechanic, told.goods)
    if mechanic.rate is not None:
        return rate(voice, mechanic.rate, mechanic.earn, told.goods)
    if mechanic.multiply is not None:
        return _multiplied(voice, mechanic, told.goods)
    given = amount(voice, mechanic.flat or 0, mechanic.earn)
    if mechanic.on == "enrol":
        return voice.say("%(amount)s when you join", amount=given)
    if mechanic.on != "purchase":
        return voice.say("%(amount)s for %(action)s", amount=given, action=_action(voice, mechanic.on))
    occasion = _occasion(voice, mechanic.when)
    if told.goods:
        return voice.say(
            "%(amount)s for %(occasion)s with %(goods)s", amount=given, occasion=occasion, goods=told.goods
        )
    return voice.say("%(amount)s for %(occasion)s", amount=given, occasion=occasion)


def _more_than_plain(voice: Voice, mechanic: Earn, goods: str) -> str:
    """What is given by bands, tiers or measures, or on a day, or for what happens."""
    if mechanic.flat is not None:
        given = amount(voice, mechanic.flat, mechanic.earn)
    else:
        given = how_much(voice, mechanic, goods)
    occasion = on_what(voice, mechanic)
    if mechanic.on.startswith("action:"):
        return voice.say("%(amount)s for %(action)s", amount=given, action=_action(voice, mechanic.on))
    return voice.say("%(amount)s %(occasion)s", amount=given, occasion=occasion) if occasion else given


_OF_THE_OCCASION = ("basket_at_least", "first_purchase")
"""The conditions that are said with the purchase itself, where it is what something is given for."""


def _is_for_a_purchase(mechanic: Earn) -> bool:
    return mechanic.flat is not None and mechanic.on == "purchase"


def _occasion(voice: Voice, when: When) -> str:
    """Which purchases: ``each purchase of at least $20``."""
    if when.basket_at_least is None:
        if when.first_purchase is None:
            return voice.say("each purchase")
        return voice.say("your first purchase") if when.first_purchase else voice.say("each purchase after your first")
    least = voice.money(when.basket_at_least)
    if when.first_purchase is None:
        return voice.say("each purchase of at least %(money)s", money=least)
    if when.first_purchase:
        return voice.say("your first purchase, if you spend at least %(money)s", money=least)
    return voice.say("each purchase of at least %(money)s after your first", money=least)


def _action(voice: Voice, trigger: str) -> str:
    name = trigger.partition(":")[2]
    return voice.title(voice.program.titles.action.get(name, {})) or voice.quoted(name.replace("-", " "))


def _multiplied(voice: Voice, mechanic: Earn, goods: str) -> str:
    """What is given on top of another mechanic: as a rate where that has a plain one, else how many times as much."""
    base = _earning(voice, mechanic.multiply or "")
    if base is not None and base.rate is not None and base.when == When():
        more = multiple(base.rate, mechanic.by)
        if more is not None:
            return rate_on_top(voice, more, mechanic.earn, goods)
    times, title = factor(mechanic.by), mechanic_title(voice, mechanic.multiply or "")
    if goods:
        return voice.say("%(times)s × %(base)s on %(goods)s", base=title, times=voice.number(times), goods=goods)
    return voice.say("%(times)s × %(base)s", base=title, times=voice.number(times))


def _earning(voice: Voice, name: str) -> Earn | None:
    """An earning mechanic by name."""
    mechanics = voice.program.mechanics
    return next((one for one in mechanics if isinstance(one, Earn) and one.name == name), None)


def _rounding(voice: Voice, mechanic: Earn) -> list[str]:
    """What becomes of fractions, where a member would not expect it. A flat amount has none."""
    if mechanic.flat is not None:
        return []
    told = []
    if mechanic.rounding is Rounding.NEAREST:
        told.append(voice.say("Fractions are rounded to the nearest."))
    if mechanic.rounding is Rounding.UP:
        told.append(voice.say("Fractions are rounded up."))
    if mechanic.round_per == "line":
        told.append(voice.say("Each article is worked out by itself."))
    return told
