"""Experiments as they stand in the file: groups with their shares."""

import re

from guerdon.core.experiments import STEPS
from guerdon.core.program import Experiment
from guerdon.language.errors import Wrong, shown
from guerdon.language.figures import DECIMAL, figure, positive
from guerdon.language.forms import Form, Table, Turned
from guerdon.language.matchers import FIRST_AND_LAST_DAY
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.section import Key, Section
from guerdon.language.words import NAME, TITLE


def _share(found: re.Match[str], _: Scope) -> int:
    """A share of all members, in steps of a hundredth of a percent."""
    steps = positive(figure(found[1]).in_scale(2, "a share of members"), found[1])
    if steps > STEPS:
        raise Wrong("number_out_of_range", f"{shown(found.group())} is more than all members; at most `100 %` fits")
    return steps


SHARE = Phrase(
    "a share of members",
    Wording(f"{DECIMAL} ?%", _share),
    examples=("20 %", "12.5 %"),
    about="Of all members, with two decimals at most.",
)


def _all_members(groups: dict[str, int]) -> dict[str, int]:
    """Groups that take in everybody once; raises ``Wrong``."""
    steps = sum(groups.values())
    if steps != STEPS:
        told = f"the shares of the groups come to {percent(steps)} and must come to 100 %"
        rest = f"a group of {percent(STEPS - steps)} takes in the rest" if steps < STEPS else "make some smaller"
        raise Wrong("shares_wrong", f"{told}; {rest}", "100 %")
    if len(groups) < 2:
        raise Wrong("shares_wrong", "one group of all members tells nothing; give another one to compare it with")
    return groups


def percent(steps: int) -> str:
    """Steps as they are written: ``12.5 %``."""
    whole, part = divmod(steps, 100)
    return f"{whole}.{part:02}".rstrip("0").rstrip(".") + " %"


GROUPS: Form[dict[str, int]] = Turned(Table("groups with their shares", NAME, SHARE), _all_members)

EXPERIMENT_SECTION: Section[Experiment] = Section(
    "an experiment",
    "An experiment",
    "Members are dealt out to groups by the name of the experiment and their own id: nobody chooses, and the same "
    "member is always in the same group. Another name deals them out anew.",
    [
        Key(
            "groups",
            GROUPS,
            "The groups in their order, each with its share of all members: 100 % together. Who changes the shares at "
            "the end of the list moves nobody in the groups above.",
            "{control: 20 %, ten: 40 %, twenty: 40 %}",
            required=True,
        ),
        Key(
            "between",
            FIRST_AND_LAST_DAY,
            "From the first day through the last; on other days nobody is in a group. Left out: always.",
            "[2026-04-01, 2026-06-30]",
        ),
        Key("title", TITLE, "What it is called where its results are read. Members do not see it.", "{en: Spring}"),
    ],
    Experiment,
)
