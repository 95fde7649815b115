"""Calls: what is asked of the service, as a value. Nothing here sends anything.

A call is made once and may be sent several times: its body is encoded when it is made, so that every try carries the
same id and the same bytes.

``get("/v1/members/{member}/wallets", WalletsAnswer, member="ann/2")`` is a GET of ``/v1/members/ann%2F2/wallets``.
"""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import quote

import msgspec

from guerdon.core.events import Event

T = TypeVar("T")
JSON = {"Content-Type": "application/json"}
EVENT_PATH = "/v1/events"


class Call(NamedTuple, Generic[T]):
    """One request, and what its answer is read as."""

    method: str
    path: str
    """With the names of its parts: ``/v1/members/{member}``."""
    answer: type[T]
    """A message; ``str`` for a text."""
    parts: Mapping[str, str] = {}
    """What stands in the path, by name."""
    query: Mapping[str, Any] = {}
    body: bytes | None = None
    headers: Mapping[str, str] = {}
    id: str = ""
    """The id of the write; empty: it has none."""
    is_repeatable: bool = True
    """Whether doing it twice is the same as once. If not, it is sent again only where it surely was not done."""

    @property
    def target(self) -> str:
        """The path with its parts filled in. Raises ValueError for a part that is empty."""
        return self.path.format_map({name: _part(name, part) for name, part in self.parts.items()})


def get(path: str, answer: type[T], *, query: Mapping[str, Any] | None = None, **parts: str) -> Call[T]:
    """A call that reads. What is None in the query is left out."""
    return Call("GET", path, answer, parts=parts, query=_query(query or {}))


def post(
    path: str,
    answer: type[T],
    body: msgspec.Struct | None = None,
    *,
    method: str = "POST",
    query: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    is_repeatable: bool = True,
    **parts: str,
) -> Call[T]:
    """A call that asks for something with a body, or changes something."""
    return Call(
        method,
        path,
        answer,
        parts=parts,
        query=_query(query or {}),
        body=None if body is None else msgspec.json.encode(body),
        headers=(JSON if body is not None else {}) | dict(headers or {}),
        is_repeatable=is_repeatable,
    )


def write(path: str, answer: type[T], event: Event) -> Call[T]:
    """A call that records an event. It may be sent as often as one likes: the event has an id."""
    return post(path, answer, event)._replace(id=event.id)


def new_id() -> str:
    """An id that nobody else has."""
    return uuid.uuid4().hex


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def _query(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: msgspec.to_builtins(value) for name, value in values.items() if value is not None}


def _part(name: str, part: str) -> str:
    """A part of a path as it is written there. One that is empty would make it another path."""
    if not part:
        raise ValueError(f"The {name} is empty.")
    if part in (".", ".."):
        return part.replace(".", "%2E")
    return quote(part, safe="")
