"""``menu`` in words: what there is to choose, how much of it, and until when."""

from collections.abc import Iterator, Sequence

from guerdon.core.amounts import Rounding
from guerdon.leaflet.amounts import rate
from guerdon.leaflet.conditions import conditions, exceptions, level_titles, mechanic_title
from guerdon.leaflet.earn import shared_limits
from guerdon.leaflet.limits import limits
from guerdon.leaflet.pages import Said, Table
from guerdon.leaflet.times import lasting, period, waited
from guerdon.leaflet.voice import Voice
from guerdon.mechanics.menu import Menu, Option


def said_menu(voice: Voice, mechanic: Menu) -> Said:
    """The options as a table, and the rules of choosing and earning."""
    rows = [(_title(voice, option), _earns(voice, mechanic, option)) for option in mechanic.options]
    sentences = (
        *_how_many(voice, mechanic),
        *_until_when(voice, mechanic),
        _change(voice, mechanic),
        _without(voice, mechanic),
        *_earning(voice, mechanic),
    )
    table = Table((voice.say("To choose"), voice.say("You earn")), tuple(rows))
    return Said(title=voice.title(mechanic.title), sentences=sentences, table=table)


def _title(voice: Voice, option: Option) -> str:
    return voice.title(option.title, option.name.replace("-", " "))


def _titles(voice: Voice, mechanic: Menu, names: Sequence[str]) -> str:
    return voice.listed([voice.quoted(_title(voice, one)) for one in mechanic.options if one.name in names])


def _earns(voice: Voice, mechanic: Menu, option: Option) -> str:
    told = conditions(voice, option.when)
    return told.sentence(voice, rate(voice, option.rate, mechanic.earn, told.goods))


def _how_many(voice: Voice, mechanic: Menu) -> Iterator[str]:
    every = period(voice, mechanic.every)
    if mechanic.choose:
        yield voice.say_count(
            "You choose up to %(count)s of these %(period)s.", "You choose up to %(count)s of these %(period)s.",
            mechanic.choose, period=every,
        )  # fmt: skip
    for name, count in mechanic.choose_more.items():
        levels = level_titles(voice)
        who = voice.quoted(levels[name]) if name in levels else mechanic_title(voice, name)
        yield voice.say_count(
            "With %(title)s you choose up to %(count)s %(period)s.",
            "With %(title)s you choose up to %(count)s %(period)s.",
            count, title=who, period=every,
        )  # fmt: skip
    if mechanic.offered is not None:
        yield voice.say_count(
            "Your own menu has %(count)s of them.", "Your own menu has %(count)s of them.", mechanic.offered
        )
    if mechanic.always:
        yield voice.say("Always on it: %(titles)s.", titles=_titles(voice, mechanic, mechanic.always))


def _until_when(voice: Voice, mechanic: Menu) -> Iterator[str]:
    now, following = mechanic.choose_now_until, mechanic.choose_next_until
    if now == 0:
        yield voice.say("You choose for the next period only.")
    elif now is not None:
        yield voice.say("For the running period you choose through its day %(day)s.", day=str(now))
    if following == 0:
        yield voice.say("You choose for the running period only.")
    elif following is not None:
        yield voice.say("For the next period you choose through day %(day)s of the running one.", day=str(following))


def _change(voice: Voice, mechanic: Menu) -> str:
    return {
        "at any time": voice.say("You can change your choice at any time."),
        "before the period begins": voice.say("You can change your choice until its period begins."),
        "never": voice.say("You cannot change your choice."),
    }[mechanic.changes]


def _without(voice: Voice, mechanic: Menu) -> str:
    if mechanic.without == "nothing":
        return voice.say("Without a choice you earn nothing of this.")
    if mechanic.without == "the last choice":
        return voice.say("Without a choice your last one holds.")
    return voice.say("Without a choice you have: %(titles)s.", titles=_titles(voice, mechanic, mechanic.without))


def _earning(voice: Voice, mechanic: Menu) -> Iterator[str]:
    """Under which conditions, how much at most, and from when until when."""
    if mechanic.several == "best":
        yield voice.say("An article that fits several earns by the one that gives you most.")
    else:
        yield voice.say("An article that fits several earns by all of them.")
    if mechanic.at_least:
        yield voice.say("It counts for purchases of at least %(money)s.", money=voice.money(mechanic.at_least))
    told = conditions(voice, mechanic.when)
    if told.goods:
        yield voice.say("Only this counts: %(goods)s.", goods=told.goods)
    if told.behind_colon():
        yield voice.say("When it counts: %(condition)s", condition=told.behind_colon())
    yield from exceptions(voice, mechanic.unless)
    yield from limits(voice, mechanic.limit, mechanic.earn)
    yield from shared_limits(voice, mechanic)
    if mechanic.rounding is Rounding.NEAREST:
        yield voice.say("Fractions are rounded to the nearest.")
    if mechanic.rounding is Rounding.UP:
        yield voice.say("Fractions are rounded up.")
    if mechanic.available_after is not None:
        yield voice.say("You can use them %(after)s.", after=waited(voice, mechanic.available_after))
    if mechanic.expires is not None:
        yield voice.say("They last %(lasting)s.", lasting=lasting(voice, mechanic.expires))
