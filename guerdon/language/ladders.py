"""``tiers`` as it stands in the file: a ladder of levels."""

from typing import Any

from guerdon.language.errors import shown
from guerdon.language.forms import Either, Form, Table, Turned
from guerdon.language.nodes import Scalar
from guerdon.language.place import Place
from guerdon.language.rates import THRESHOLD
from guerdon.language.section import Fields, Key, Section
from guerdon.language.terms import TERM
from guerdon.language.words import MECHANIC_TITLE, METER, NAME, TITLE, declare
from guerdon.mechanics.tiers import Level, Tiers

_BEGINS = "now begins at"


class _Step(Section[tuple[int, dict[str, str]]]):
    """A threshold with a title."""


STEP = _Step(
    "a level",
    "A level",
    "A level of a ladder with a title of its own.",
    [
        Key("from", THRESHOLD, "What the meter must show.", "350 USD", required=True, into="threshold", verb=_BEGINS),
        Key("title", TITLE, "What members see.", "{en: Gold, bg: Злато}"),
    ],
    lambda threshold, title=None: (threshold, title or {}),
)
STEPS: Form[tuple[int, dict[str, str]]] = Either(
    "a threshold, or one with a title", text=Turned(THRESHOLD, lambda threshold: (threshold, {})), mapping=STEP
)


class Ladder(Table[tuple[int, dict[str, str]]]):
    """Levels by name, from the lowest to the highest, as the file lists them."""

    def read(self, place: Place) -> Any:
        steps = super().read(place)
        before = -1
        for number, (key, _) in enumerate(place.entries(self.name)):
            name = key.node.text.strip() if isinstance(key.node, Scalar) else ""
            threshold = steps[name][0]
            if number == 0 and threshold:
                key.report(
                    "order_wrong",
                    f"the lowest level, {shown(name)}, has a threshold; the first level listed has 0",
                    "0",
                )
            elif threshold <= before:
                key.report(
                    "order_wrong",
                    f"{shown(name)} is not above the level before it; levels are listed from the lowest up",
                )
            before = threshold
        return tuple([Level(name=name, threshold=step[0], title=step[1]) for name, step in steps.items()])


def _check_levels(fields: Fields) -> None:
    if fields.get("levels") is not None:
        for key, _ in fields.at("levels").entries("levels"):
            if isinstance(key.node, Scalar):
                fields.declare("tier level", key.node.text, key)


LADDER: Section[dict[str, Any]] = Section(
    "a tier ladder",
    "`tiers`: a meter lifts members up a ladder of levels",
    "A level is reached at once, kept for a term, and then reviewed.",
    [
        Key("meter", METER, "The meter that lifts members.", "spend_12_months", required=True),
        Key(
            "levels",
            Ladder("levels with their thresholds", NAME, STEPS, noun="level", verb=_BEGINS),
            "The levels from the lowest, which has 0, to the highest, each with what the meter must show: a "
            "threshold, or `{from: 350 USD, title: …}`.",
            "{insider: 0, vib: 350 USD, rouge: 1000 USD}",
            required=True,
        ),
        Key(
            "kept",
            TERM,
            "How long a level lasts before it is reviewed.",
            "until the end of next calendar year",
            required=True,
        ),
    ],
    dict,
    checks=[_check_levels],
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
