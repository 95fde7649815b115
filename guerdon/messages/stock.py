"""Stock and budgets between two versions of a program."""

from typing import Annotated

import msgspec

from guerdon.core.amounts import MAX_AMOUNT
from guerdon.core.events import Name
from guerdon.messages.amounts import WireAmount


class Addition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is added by hand."""

    add: Annotated[int, msgspec.Meta(ge=-MAX_AMOUNT, le=MAX_AMOUNT)]
    """Pieces, or the smallest part of the unit; below zero something is taken away."""
    reason: Name = ""
    """Why, for whoever reads the books. No personal data."""


class LimitAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How much there is of a reward or of a budget."""

    name: str
    allowed: WireAmount
    """How much the version in force allows: pieces, or the smallest part of the unit."""
    added: WireAmount
    """How much was added by hand on top of it; below zero: taken away."""
    used: WireAmount
    left: WireAmount
