"""Codes in batches: made, taken in, looked up, revoked."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from guerdon.core.events import Id

BatchName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}(?![\s\S])")]
Uses = Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
CodeText = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class NewBatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A batch of codes that is wanted."""

    name: BatchName
    """The batch: what the program file has as a code."""
    count: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1
    """How many codes."""
    uses: Uses = 1
    """How many baskets each code is good for, over all members."""
    uses_per_member: Uses | None = None
    """How many baskets of a member all its codes are good for; null: no such limit."""
    valid_from: Moment | None = None
    """From when they are good; null: at once."""
    valid_until: Moment | None = None
    """From when they are good no more; null: for ever."""
    prefix: Annotated[str, msgspec.Meta(max_length=40)] = ""
    """What each code begins with."""
    signs: Annotated[int, msgspec.Meta(ge=1, le=64)] = 15
    """How many signs of a code are chance."""
    members: Annotated[list[Id], msgspec.Meta(max_length=1_000_000)] = []
    """Each of these gets a code that is good for nobody else; then ``count`` is not looked at."""


class CodeBatch(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A batch of codes."""

    name: str
    codes: int
    """How many codes it has."""
    used: int
    """How many uses were taken of all its codes together."""
    left: int
    """How many uses are left of all of them; of a batch that is revoked or over none can be taken."""
    uses: int
    """How many baskets each code is good for."""
    uses_per_member: int | None = None
    """How many baskets of a member all its codes are good for; left out: no such limit."""
    valid_from: datetime | None = None
    """From when they are good; left out: at once."""
    valid_until: datetime | None = None
    """From when they are good no more; left out: for ever."""
    prefix: str = ""
    """What each code begins with; of codes that were imported it is not known."""
    made_at: datetime
    """When it was made or imported."""
    revoked_at: datetime | None = None
    """When all of its codes were revoked; left out: they were not."""


class CodeBatches(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Batches by name."""

    items: list[CodeBatch]
    next: str | None = None
    """The cursor of the next page; left out: this is the last."""


class CodeAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A code, in any spelling."""

    code: CodeText
    member: Id | None = None
    """Who shows it; null: that is not known yet."""

    def __repr__(self) -> str:
        """A code is a secret: a log may print this."""
        return "CodeAsked(…)"


class CodeStanding(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What there is to a code."""

    good: bool
    """Whether a purchase may show it now. How many a member may use is seen when it is shown."""
    why_not: Literal["", "code_revoked", "code_of_another_member", "code_not_valid_now", "code_used_up"] = ""
    """The problem that a purchase would get."""
    batch: str
    """What it stands for; a code that the program file itself names stands for itself."""
    taken_by: list[str] = []
    """The mechanics that take it."""
    personal: bool = False
    """It is good for one member alone."""
    uses: int | None = None
    """How many baskets it is good for; left out: any number."""
    left: int | None = None
    """How often it is good still; left out: for ever."""
    uses_per_member: int | None = None
    """How many baskets of a member all codes of the batch are good for; left out: no such limit."""
    valid_from: datetime | None = None
    """From when it is good; left out: at once."""
    valid_until: datetime | None = None
    """From when it is good no more; left out: for ever."""


class CodesRevoked(msgspec.Struct, frozen=True, kw_only=True):
    """That a code or a batch is good no more."""

    batch: str
    """The batch that it belongs to."""
