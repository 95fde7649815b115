"""``tiers`` as it stands in the file: a ladder of levels, each with what it asks for."""

import re
from typing import Any

import msgspec

from guerdon.core.amounts import Rate
from guerdon.core.calendar import Term
from guerdon.language.errors import Wrong, advice, shown
from guerdon.language.figures import DECIMAL, figure, positive
from guerdon.language.forms import Either, Form, Listing, Table, Turned
from guerdon.language.nodes import Scalar
from guerdon.language.phrases import NAME_PATTERN, Choice, Phrase, Wording
from guerdon.language.place import Place, Scope
from guerdon.language.rates import THRESHOLD
from guerdon.language.section import Fields, Key, Section, at_most_one
from guerdon.language.terms import ENDING, RECURRENCE, TERM
from guerdon.language.words import BADGE, LEVEL, MECHANIC_TITLE, METER, NAME, PLAN, TITLE, declare
from guerdon.mechanics.tiers import Level, Need, Needs, Tiers

MAX_PERCENT = 10_000

_BEGINS = "now begins at"


def _metered(meter: str, text: str, scope: Scope, *, anew: bool = False) -> Need:
    """That a meter shows so much; raises ``Wrong``."""
    least = THRESHOLD.parse(text, scope._replace(subject=METER.parse(meter, scope)))
    return Need(meter=meter, least=positive(least, text), anew=anew)


def _share(found: re.Match[str], scope: Scope) -> Need:
    meter, whole, number = METER.parse(found[1], scope), METER.parse(found[3], scope), figure(found[2])
    if number.digits > MAX_PERCENT * 10**number.decimals:
        raise Wrong("number_out_of_range", f"{shown(found[2])} is too large; at most `{MAX_PERCENT:_} %` belongs here")
    share = Rate(positive(number.digits, found[2]), 100 * 10**number.decimals)
    return Need(meter=meter, share=share, share_of=whole)


_REACHED = (
    Wording(rf"({NAME_PATTERN}) at least {DECIMAL} ?% of ({NAME_PATTERN})", _share),
    Wording(
        rf"({NAME_PATTERN}) at least ((?:{THRESHOLD.pattern}))",
        lambda found, scope: _metered(found[1], found[2], scope),
    ),
    Wording(rf"badge ({NAME_PATTERN})", lambda found, scope: Need(badge=BADGE.parse(found[1], scope))),
    Wording(rf"member of ({NAME_PATTERN})", lambda found, scope: Need(plan=PLAN.parse(found[1], scope))),
)

NEED = Phrase(
    "something that a level asks for",
    *_REACHED,
    examples=(
        "spend_12_months at least 500 USD", "spend_12_months at least 85 % of spend_this_year", "badge explorer",
        "member of plus",
    ),
    about="That a meter shows so much, or such a share of what another meter shows (never of nothing); that the member "
    "holds a badge, or is in a plan.",
)  # fmt: skip


def _another(text: str, scope: Scope) -> Need:
    """So much that is new, of the ladder's own meter."""
    if not scope.subject:
        raise Wrong("settings_conflict", f"{shown(text)} of what? Name the meter, as in `spend at least 500 USD`")
    return _metered(scope.subject, text, scope, anew=True)


KEEPING = Phrase(
    "what it takes to keep a level",
    Wording(
        rf"({NAME_PATTERN}) at least another ((?:{THRESHOLD.pattern}))",
        lambda found, scope: _metered(found[1], found[2], scope, anew=True),
    ),
    *_REACHED,
    Wording(rf"another ((?:{THRESHOLD.pattern}))", lambda found, scope: _another(found[1], scope)),
    Wording(
        rf"((?:{THRESHOLD.pattern}))", lambda found, scope: _metered(scope.subject, found[1], scope)
    ),
    examples=("another 300 USD", "300 USD", "spend_12_months at least another 300 USD"),
    about="As to reach one; an amount alone is of the ladder's meter. With `another` only what came since the level "
    "was reached or last confirmed counts: by whole days where the meter's window rolls.",
)  # fmt: skip


def _needs_form(name: str, title: str, about: str, need: Phrase[Need]) -> Form[Needs]:
    """One wording, or a mapping with all of several and one of several."""
    several = Listing("a list of what is asked for", need)
    section: Section[Needs] = Section(
        name,
        title,
        about,
        [
            Key("all", several, "Every one of these.", f"[{need.examples[-1]}]", into="all_of"),
            Key("any", several, "One of these is enough.", f"[{need.examples[-1]}]", into="any_of"),
        ],
        Needs,
        checks=[_check_needs],
    )
    return Either(need.name, text=Turned(need, lambda one: Needs(all_of=(one,))), mapping=section)


def _check_needs(fields: Fields) -> None:
    if not fields.has("all") and not fields.has("any"):
        fields.place.report("key_missing", "`all` or `any` is missing here", "`all` or `any`")


NEEDS = _needs_form(
    "the needs of a level",
    "The needs of a level",
    "Several things that a level asks for. With `all` and `any` both: all of the first and one of the second.",
    NEED,
)
TO_KEEP = _needs_form(
    "what it takes to keep a level together",
    "To keep a level",
    "Several things that it takes to keep a level. With `all` and `any` both: all of the first and one of the second.",
    KEEPING,
)

STEP: Section[Level] = Section(
    "a level",
    "A level",
    "A level of a ladder, where a threshold alone does not say it. Without `from` and `needs` it asks for nothing.",
    [
        Key("from", THRESHOLD, "What the ladder's meter must show.", "350 USD", into="threshold", verb=_BEGINS),
        Key(
            "needs",
            NEEDS,
            "What it asks for in place of a threshold.",
            "{all: [spend_12_months at least 350 USD, visits_30_days at least 4]}",
        ),
        Key(
            "to_keep",
            TO_KEEP,
            "What it asks for at its review. Left out: the same as to reach it.",
            "another 300 USD",
            into="keep",
        ),
        Key("title", TITLE, "What members see.", "{en: Gold, bg: Злато}"),
    ],
    lambda **own: Level(name="", **own),
    checks=[at_most_one("from", "needs")],
)
STEPS: Form[Level] = Either(
    "a threshold, or what else it asks for",
    text=Turned(THRESHOLD, lambda threshold: Level(name="", threshold=threshold)),
    mapping=STEP,
)


class Ladder(Table[Level]):
    """Levels by name, from the lowest to the highest, as the file lists them."""

    def read(self, place: Place) -> Any:
        steps = super().read(place)
        before = -1
        for number, (key, _) in enumerate(place.entries(self.name)):
            name = key.node.text.strip() if isinstance(key.node, Scalar) else ""
            before = self._check_order(key, name, steps[name], number, before)
        return tuple([msgspec.structs.replace(step, name=name) for name, step in steps.items()])

    def _check_order(self, key: Place, name: str, step: Level, number: int, before: int) -> int:
        """Report a level out of order. Gives the threshold that the next one has to be above."""
        if number == 0 and (step.threshold or step.needs):
            told = f"the lowest level, {shown(name)}, has a threshold; the first level listed has 0"
            key.report("order_wrong", told, "0")
        elif step.needs is None and step.threshold <= before:
            told = f"{shown(name)} is not above the level before it; levels are listed from the lowest up"
            key.report("order_wrong", told)
        return max(before, step.threshold)


def _check_levels(fields: Fields) -> None:
    if fields.get("levels") is None:
        return
    for key, _ in fields.at("levels").entries("levels"):
        if isinstance(key.node, Scalar):
            fields.declare("tier level", key.node.text, key)
    bare = [level.name for level in fields.get("levels") if level.threshold]
    if bare and not fields.has("meter"):
        told = f"{shown(bare[0])} has a threshold, and no `meter` says of what; write for example `meter: spend`"
        fields.place.report("key_missing", told, "meter")
    _check_start(fields, [level.name for level in fields.get("levels")])


def _check_start(fields: Fields, own: list[str]) -> None:
    start = fields.get("starts_on")
    if start is not None and start not in own:
        told = f"{shown(start)} is not a level of this ladder; {advice(start, own)}"
        fields.report("starts_on", "name_unknown", told)


def _check_validity(fields: Fields) -> None:
    if not fields.has("kept") and not fields.has("reviewed"):
        told = "`kept` is missing from a tier ladder; write for example `kept: 12 months`, or `reviewed: every month`"
        fields.place.report("key_missing", told, "kept")
    if fields.get("raised") == "at review" and fields.is_right("kept") and not fields.has("reviewed"):
        told = "the lowest level has no term and so no review to be raised at; write for example `reviewed: every year`"
        fields.report("raised", "settings_conflict", told, "reviewed")


KEPT: Phrase[Term | None] = Phrase(
    "a term, or `for ever`",
    *[Wording[Term | None](wording.pattern, wording.means) for wording in ENDING],
    Wording("for ever", lambda found, _: None),
    examples=("12 months", "until the end of next calendar year", "for ever"),
    about=TERM.about,
)

LADDER: Section[dict[str, Any]] = Section(
    "a tier ladder",
    "`tiers`: what a member does lifts them up a ladder of levels",
    "A level is reached, kept for a term, and then reviewed.",
    [
        Key("meter", METER, "The meter that thresholds are of. Left out: every level has `needs`.", "spend_12_months"),
        Key(
            "levels",
            Ladder("levels with what they ask for", NAME, STEPS, noun="level", verb=_BEGINS),
            "The levels from the lowest, which has 0, to the highest, each with what the meter must show, or with a "
            "mapping that says more: `{from: 350 USD, title: …}`.",
            "{insider: 0, vib: 350 USD, rouge: 1000 USD}",
            required=True,
        ),
        Key(
            "kept",
            KEPT,
            "How long a level lasts before it is reviewed. Left out: until the next of the dates in `reviewed`.",
            "until the end of next calendar year",
        ),
        Key(
            "reviewed",
            RECURRENCE,
            "Reviews on fixed dates. With `kept` members only rise there, and fall when their term is over; without it "
            "they rise and fall there. Left out: none.",
            "every quarter",
        ),
        Key(
            "raised",
            Choice("when a level is raised", {"at once": "at once", "at review": "at review"}),
            "When a higher level is given: on the event that reaches it, or only at a review. Left out: at once.",
            "at review",
        ),
        Key(
            "lowered",
            Choice(
                "how far a level is lowered",
                {"to what is shown": "to what is shown", "by one level": "by one level"},
            ),
            "How far a review lowers a member. Left out: to what is shown.",
            "by one level",
        ),
        Key(
            "grace",
            TERM,
            "How much longer a level stays that a review would lower. It may still be earned in that time, and is kept "
            "on the day it is. Left out: not at all.",
            "1 month",
        ),
        Key("starts_on", LEVEL, "The level that new members start on. Left out: the lowest.", "silver"),
    ],
    dict,
    checks=[_check_levels, _check_validity],
    subject="meter",
)

TIERS: Section[Tiers] = Section(
    "a mechanic of tiers",
    "`tiers` in the list of mechanics",
    "One ladder. A program may have several; their levels have different names.",
    [
        Key(
            "tiers",
            LADDER,
            "The ladder.",
            "{meter: spend_12_months, levels: {basic: 0, gold: 350 USD}, kept: 12 months}",
            required=True,
            into="ladder",
        ),
        Key("name", NAME, "Its name. Left out: `tiers`.", "status"),
        MECHANIC_TITLE,
    ],
    lambda ladder, **own: Tiers(**ladder, **own),
    checks=[lambda fields: declare(fields, fields.get("name") or "tiers", "tiers")],
)
