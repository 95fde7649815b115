"""``streak`` as it stands in the file."""

import re
from typing import Any

import msgspec

from guerdon.core.gifts import Gift
from guerdon.language.errors import Wrong
from guerdon.language.figures import WHOLE, count, counted
from guerdon.language.forms import Table, Turned
from guerdon.language.gifts import GIFTS, HOW_OFTEN, TASK
from guerdon.language.matchers import EXCEPT, WHEN, check_purchase
from guerdon.language.phrases import Choice, Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.section import Fields, Key, Section
from guerdon.language.words import MECHANIC_TITLE, NAME
from guerdon.mechanics.streak import Milestone, Streak

_LONGEST = 10_000


def _length(found: re.Match[str], _: Scope) -> tuple[int, bool]:
    return count(found[2], _LONGEST), found[1] is not None


LENGTH = Phrase(
    "a length",
    Wording(rf"(every )?{WHOLE}", _length),
    examples=("4", "every 4"),
    about="In periods: once at this length, or at `every` multiple of it.",
)


def _milestones(table: dict[tuple[int, bool], tuple[Gift, ...]]) -> tuple[Milestone, ...]:
    lengths = [length for length, _ in table]
    if len(set(lengths)) < len(lengths):
        raise Wrong("name_twice", "the same length stands here twice; `4` and `every 4` go together in one list")
    return tuple([Milestone(length=key[0], repeats=key[1], gives=gives) for key, gives in table.items()])


BONUSES = Turned(Table("bonuses by length", LENGTH, GIFTS), _milestones)


def _streak(*, at_least: Any = None, when: Any = None, unless: Any = None, **settings: Any) -> Streak:
    if at_least is not None:
        settings |= {"measure": at_least[0], "at_least": at_least[1]}
    streak = Streak(**settings)
    given = {name: value for name, value in (("when", when), ("unless", unless)) if value is not None}
    return msgspec.structs.replace(streak, measure=msgspec.structs.replace(streak.measure, **given))


def _check_streak(fields: Fields) -> None:
    if fields.get("streak") is not None:
        fields.declare("mechanic", fields.get("streak"), fields.at("streak"))
    task = fields.get("at_least")
    if task is not None and task[0].counts == "actions":
        check_purchase(fields, f"action {task[0].action}")


STREAK: Section[Streak] = Section(
    "a streak",
    "`streak`: periods one after the other",
    "A period counts when enough was done in it. Periods that count without a gap make a streak.",
    [
        Key("streak", NAME, "Its name.", "weekly", required=True, into="name"),
        MECHANIC_TITLE,
        Key(
            "every", Choice("a period", {"day": "day", "week": "week", "month": "month"}),
            "The period. Left out: week.", "week",
        ),
        Key("at_least", TASK, "What makes a period count. Left out: 1 visit.", "2 visits"),
        Key("when", WHEN, "What is counted. Left out: everything.", "{category: coffee}"),
        Key("except", EXCEPT, "What stands against it. Left out: nothing.", "{category: syrup}", into="unless"),
        Key("gives", BONUSES, "What lengths give.", "{4: 50 points, every 10: 150 points}"),
        Key("may_miss", HOW_OFTEN, "How many periods may be missed. Left out: none.", "1 a year"),
        Key(
            "ends_at", counted("a number of periods", "period", "12", most=_LONGEST),
            "The length at which a new streak begins. Left out: it goes on.", "12",
        ),
    ],
    _streak,
    checks=[_check_streak],
)  # fmt: skip
