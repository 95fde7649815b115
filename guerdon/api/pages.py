"""Pages: long lists a piece at a time, each piece with a cursor that the next one begins behind.

A cursor is the position of the last item in JSON, as base64url: ``WyJhbm4iXQ`` is ``["ann"]``. It holds no offset, so
nothing is skipped or shown twice when something is added meanwhile. A client takes it as it comes.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, TypeVar

import msgspec
from litestar.params import QueryParameter

from guerdon.api.problems import Problem
from guerdon.core.amounts import MAX_AMOUNT
from guerdon.core.events import Id

USUAL_LIMIT = 50
MOST_ITEMS = 1_000

Limit = Annotated[int, QueryParameter(ge=1, le=MOST_ITEMS, description="How many items a page has at most.")]
Cursor = Annotated[
    str | None, QueryParameter(max_length=2_000, description="`next` of the page before; the first without.")
]

Position = Annotated[int, msgspec.Meta(ge=0, le=MAX_AMOUNT)]
"""A place in a list, as a cursor may hold it."""
Name = Id
"""A name in a list, as a cursor may hold it."""

_T = TypeVar("_T")


def cursor_of(position: object) -> str:
    """The cursor behind a position."""
    return urlsafe_b64encode(msgspec.json.encode([position])).decode().rstrip("=")


def position_in(cursor: str | None, kind: type[_T]) -> _T | None:
    """The position in a cursor; None without one. Raises Problem for a cursor that nobody was given."""
    if cursor is None:
        return None
    try:
        content = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        (position,) = msgspec.json.decode(content, type=tuple[kind])  # type: ignore[valid-type]
    except (binascii.Error, ValueError, msgspec.DecodeError, RecursionError) as error:
        raise Problem("cursor_not_readable") from error
    return position
