"""Batches of codes in a specs file: which codes there are in its cases, and what they are good for.

In the real world such codes are made by ``guerdon codes make`` and nobody but their holders knows them. Cases make up
their own: any text will do.
"""

from collections.abc import Sequence
from datetime import datetime

from guerdon.core.calendar import instant_of
from guerdon.core.codes import ShownCode
from guerdon.language.forms import one_or_more
from guerdon.language.nodes import Sequence as Listed
from guerdon.language.offs import USES
from guerdon.language.section import Fields, Key, Section
from guerdon.runtime.codes import key_of
from guerdon.specs.wordings import BATCH_NAME, MOMENT, TEXT

Batch = tuple[ShownCode, ...]
"""The codes of a batch."""


def _check_codes(fields: Fields) -> None:
    """Report a code that there is already, however it is spelled."""
    place = fields.at("codes")
    places = place.items("codes") if isinstance(place.node, Listed) else [place]
    for code, there in zip(fields.get("codes") or (), places, strict=False):
        fields.declare("code", key_of(code), there)


def _check_dates(fields: Fields) -> None:
    begins, ends = fields.get("from"), fields.get("until")
    if begins is not None and ends is not None and ends <= begins:
        fields.report("until", "settings_conflict", "`until` lies before `from`, so that the codes are never good")


def _batch(
    batch: str,
    codes: Sequence[str],
    each_code: int = 1,
    per_member: int | None = None,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    member: str = "",
) -> Batch:
    begins = None if valid_from is None else instant_of(valid_from)
    ends = None if valid_until is None else instant_of(valid_until)
    return tuple(
        [ShownCode("issued", batch, key_of(code), each_code, per_member, begins, ends, member) for code in codes]
    )


BATCH: Section[Batch] = Section(
    "a batch of codes",
    "A batch of codes",
    "Codes that stand for the name of their batch, which a mechanic asks for under `code`.",
    [
        Key("batch", BATCH_NAME, "The name of the batch, as the program has it.", "spring-mailing", required=True),
        Key("codes", one_or_more("a code or a list of them", TEXT), "Its codes.", "[LEAF-1, LEAF-2]", required=True),
        Key("each_code", USES, "How many baskets each code is good for. Left out: one.", "3 times"),
        Key("per_member", USES, "How many baskets of a member all of them are good for.", "once"),
        Key("from", MOMENT, "From when they are good.", "2026-04-01", into="valid_from"),
        Key("until", MOMENT, "From when they are good no more.", "2026-05-01", into="valid_until"),
        Key("member", TEXT, "The only member for whom they are good.", "ann"),
    ],
    _batch,
    checks=[_check_codes, _check_dates],
)
