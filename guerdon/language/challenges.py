"""``quest`` and ``badge`` as they stand in the file."""

from typing import Any

import msgspec

from guerdon.core.program import When
from guerdon.language.figures import WHOLE, count, counted
from guerdon.language.forms import Listing, Table, Turned
from guerdon.language.gifts import GIFTS, TASK
from guerdon.language.matchers import EXCEPT, EXCLUDED, FIRST_AND_LAST_DAY, REWARD_WHEN, WHEN, check_purchase
from guerdon.language.phrases import NAME_PATTERN, Choice, Phrase, Wording
from guerdon.language.section import Fields, Key, Section, exactly_one, needs
from guerdon.language.terms import TERM
from guerdon.language.triggers import TRIGGER
from guerdon.language.words import BADGE, LEVEL, MECHANIC_TITLE, NAME, STREAK_NAME, TITLE, YES_NO
from guerdon.mechanics.badge import Badge
from guerdon.mechanics.quest import Quest, Step

REACH: Phrase[dict[str, Any]] = Phrase(
    "something to reach",
    Wording(f"tier ({NAME_PATTERN})", lambda found, scope: {"tier": LEVEL.parse(found[1], scope)}),
    Wording(f"badge ({NAME_PATTERN})", lambda found, scope: {"badge": BADGE.parse(found[1], scope)}),
    Wording(
        f"streak ({NAME_PATTERN}) of {WHOLE}",
        lambda found, scope: {"streak": STREAK_NAME.parse(found[1], scope), "needs": count(found[2], 10_000)},
    ),
    examples=("tier gold", "badge explorer", "streak weekly of 4"),
    about="A level of a ladder, a badge, or a streak of some length.",
)


def _step(*, do: Any = None, when: When | None = None, reach: Any = None, **settings: Any) -> dict[str, Any]:
    if do is not None:
        measure = do[0] if when is None else msgspec.structs.replace(do[0], when=when)
        settings |= {"measure": measure, "needs": do[1]}
    return settings | (reach or {})


def _check_step(fields: Fields) -> None:
    task = fields.get("do")
    if task is not None and task[0].counts == "actions":
        check_purchase(fields, f"action {task[0].action}")


STEP: Section[dict[str, Any]] = Section(
    "a step",
    "A step",
    "Exactly one of `do`, `each_of` and `reach` says what it takes.",
    [
        Key("do", TASK, "What is to be done.", "spend 30 USD"),
        Key("when", WHEN, "What of it counts. Left out: everything.", "{category: skincare}"),
        Key(
            "each_of", Listing("a list of articles", EXCLUDED), "One article of each of these.",
            "[{brand: a}, {brand: b}]",
        ),
        Key("reach", REACH, "What is to be reached.", "tier gold"),
        Key("gives", GIFTS, "What the step gives by itself. Left out: nothing.", "10 points"),
        Key("title", TITLE, "What members see.", "{en: Spend 30 dollars, bg: Похарчете 30 долара}"),
    ],
    _step,
    checks=[exactly_one("do", "each_of", "reach"), needs("when", "do"), _check_step],
)  # fmt: skip


def _named(steps: dict[str, dict[str, Any]]) -> tuple[Step, ...]:
    return tuple([Step(name=name, **step) for name, step in steps.items()])


TIMES: Phrase[int | None] = Phrase(
    "how many times",
    Wording("any number of times", lambda found, _: None),
    Wording(f"{WHOLE} times?", lambda found, _: count(found[1], 10_000)),
    examples=("3 times", "any number of times"),
)


def _quest(*, start: bool = False, repeat: Any = 1, **settings: Any) -> Quest:
    times = None if settings.get("each") and repeat == 1 else repeat
    return Quest(opt_in=start, times=times, **settings)


def _check_quest(fields: Fields) -> None:
    if fields.get("quest") is not None:
        fields.declare("mechanic", fields.get("quest"), fields.at("quest"))


QUEST: Section[Quest] = Section(
    "a quest",
    "`quest`: a challenge of several steps",
    "All steps together give something. What is counted is forgotten when the time is over.",
    [
        Key("quest", NAME, "Its name; members opt in with it.", "skincare-start", required=True, into="name"),
        MECHANIC_TITLE,
        Key(
            "steps", Turned(Table("steps by name", NAME, STEP), _named), "What is to be done.",
            "{skincare: {do: spend 30 USD, when: {category: skincare}}, review: {do: action review}}", required=True,
        ),
        Key("in_order", YES_NO, "`yes`: one step after the other. Left out: no.", "yes"),
        Key(
            "start", Choice("a start", {"opt in": True, "automatic": False}),
            "`opt in`: the member joins it. Left out: automatic, with the first event that counts.", "opt in",
        ),
        Key(
            "between", FIRST_AND_LAST_DAY, "From the first day through the last. Left out: any day.",
            "[2026-04-01, 2026-04-30]",
        ),
        Key("within", TERM, "How much time there is once it has begun. Left out: any.", "30 days"),
        Key(
            "each",
            Choice("a period", {name: name for name in ("day", "week", "month", "quarter", "year")}),
            "It begins anew with each of these calendar periods. Left out: it does not.", "month",
        ),
        Key(
            "repeat", TIMES, "How often a member may finish it. Left out: once; with `each`, once in each period.",
            "3 times",
        ),
        Key("gives", GIFTS, "What the whole gives. Left out: nothing.", "[100 points, badge explorer]"),
        Key("when", REWARD_WHEN, "Who may take part, and when. Left out: anyone.", "{tier: gold}"),
    ],
    _quest,
    checks=[_check_quest],
)  # fmt: skip


def _check_badge(fields: Fields) -> None:
    if fields.get("badge") is not None:
        fields.declare("mechanic", fields.get("badge"), fields.at("badge"))
    on = fields.get("on")
    if on is not None and on != "purchase":
        check_purchase(fields, on.replace(":", " "))


BADGES: Section[Badge] = Section(
    "a badge",
    "`badge`: a mark that a member holds",
    "Given for what it reacts to, or by a quest or a card that names it.",
    [
        Key("badge", NAME, "Its name.", "explorer", required=True, into="name"),
        MECHANIC_TITLE,
        Key("on", TRIGGER, "What it is given for. Left out: only others give it.", "purchase"),
        Key("when", WHEN, "The conditions. Left out: always.", "{category: coffee}"),
        Key("except", EXCEPT, "What stands against it. Left out: nothing.", "{category: syrup}", into="unless"),
        Key(
            "times", counted("a number of times", "time", "3", most=10_000),
            "How often a member may get it. Left out: once.", "3",
        ),
        Key("gives", GIFTS, "What comes with it. Left out: nothing.", "100 points"),
    ],
    Badge,
    checks=[needs("when", "on"), needs("except", "on"), _check_badge],
)  # fmt: skip
