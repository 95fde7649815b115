"""``changes`` as it stands in the file: what becomes of things that the version before had."""

import re

from guerdon.core.amounts import Rate
from guerdon.core.program import Becomes, Changes
from guerdon.language.amounts import QUANTITY
from guerdon.language.errors import Wrong
from guerdon.language.figures import DECIMAL, figure, positive
from guerdon.language.forms import Table
from guerdon.language.phrases import NAME_PATTERN, Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.section import Key, Section
from guerdon.language.words import LEVEL, MECHANIC, METER, NAME


def _becomes(found: re.Match[str], scope: Scope) -> Becomes:
    """So much of a unit of this file per so much of the dropped one, which this file does not know."""
    gives = QUANTITY.parse(found[1], scope)
    per = figure(found[2])
    dropped = found[3]
    if scope.subject and dropped not in (scope.subject, scope.subject.removesuffix("s")):
        raise Wrong("unit_other", f"`{dropped}` is not what is dropped here; `{scope.subject}` is", scope.subject)
    scale = 10**per.decimals
    return Becomes(gives.unit, Rate(gives.amount * scale, positive(per.digits, found[2])))


BECOMES = Phrase(
    "another unit, at a rate",
    Wording(rf"([^ ]+ [^ ]+(?: in {NAME_PATTERN})?) per {DECIMAL} ({NAME_PATTERN})", _becomes),
    examples=("2 points per 1 star", "1 USD per 100 points"),
    about="What members hold of a dropped unit becomes so much of a unit of this file, per so much of the dropped one. "
    "Fractions are rounded up.",
)

CHANGES: Section[Changes] = Section(
    "the changes",
    "Changes to the version before",
    "What becomes of things that the version before had. A dropped unit that is not named stays with its holders until "
    "it expires; a meter that is new, or counts something else than before, is filled from each member's journal.",
    [
        Key(
            "units",
            Table("dropped units, each with what it becomes", NAME, BECOMES, is_subject=True),
            "Units that this version drops, each with what members get for it.",
            "{stars: 2 points per 1 star}",
        ),
        Key(
            "tiers",
            Table("dropped levels, each with one of this version's", NAME, LEVEL),
            "Levels that this version drops, each with the level to which its members move.",
            "{vib: gold}",
        ),
        Key(
            "mechanics",
            Table("old names of mechanics, each with the new one", NAME, MECHANIC),
            "Mechanics that have another name now: what was used of their caps, progress and levels goes along.",
            "{points: base}",
        ),
        Key(
            "meters",
            Table("old names of meters, each with the new one", NAME, METER),
            "Meters that have another name now: what they show goes along.",
            "{spend: spend_this_year}",
        ),
    ],
    Changes,
)
