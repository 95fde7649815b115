"""``household`` in words: who belongs to it, and what is shared."""

from collections.abc import Iterator
from decimal import Decimal

from guerdon.leaflet.amounts import unit_title
from guerdon.leaflet.conditions import conditions, mechanic_title
from guerdon.leaflet.pages import Said, Table
from guerdon.leaflet.times import after
from guerdon.leaflet.voice import Voice, capital
from guerdon.mechanics.household import Household


def said_household(voice: Voice, mechanic: Household) -> Said:
    """The roles as a table, who may enter, what is shared."""
    titles = voice.program.titles.role
    rows = [
        (capital(voice.title(titles.get(role, {}), role)), voice.number(Decimal(count)))
        for role, count in mechanic.roles.items()
    ]
    return Said(
        part="household",
        title=voice.title(mechanic.title),
        sentences=(*_entering(voice, mechanic), *_sharing(voice, mechanic)),
        table=Table((voice.say("Role"), voice.say("At most")), tuple(rows)),
    )


def _entering(voice: Voice, mechanic: Household) -> Iterator[str]:
    told = conditions(voice, mechanic.when).alone()
    if told:
        yield voice.say("Who may enter: %(condition)s", condition=told)
    if mechanic.same_address:
        yield voice.say("Everybody in a household lives at the same address.")
    if mechanic.not_for:
        plans = voice.either([mechanic_title(voice, name) for name in mechanic.not_for])
        yield voice.say("It is not for members of %(plans)s.", plans=plans)
    if not mechanic.trials_may_enter:
        yield voice.say("It is not for you while you try a membership without paying.")
    if mechanic.again_after is not None:
        yield voice.say(
            "If you leave, you may enter a household again %(after)s.", after=after(voice, mechanic.again_after)
        )


def _sharing(voice: Voice, mechanic: Household) -> Iterator[str]:
    if mechanic.shares:
        plans = voice.listed([mechanic_title(voice, name) for name in mechanic.shares])
        yield voice.say("What the owner is a member of is for everybody in the household: %(plans)s.", plans=plans)
    for unit, share in mechanic.pools.items():
        yield voice.say(
            "%(percent)s of what you earn goes to the household: %(unit)s.",
            percent=voice.percent(Decimal(share.amount) / Decimal(share.per)), unit=unit_title(voice, unit),
        )  # fmt: skip
