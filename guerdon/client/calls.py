"""Calls: what is asked of the service, as a value. Nothing here sends anything.

A call is made once and may be sent several times: its body is encoded when it is made, so that every try carries the
same id and the same bytes.

``get("/v1/members/{member}/wallets", WalletsAnswer, member="ann/2")`` is a GET of ``/v1/members/ann%2F2/wallets``.
"""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast
from urllib.parse import quote

import msgspec

from guerdon.messages.persons import ShownIdentity

T = TypeVar("T")

Who = str | ShownIdentity
"""Whose something is: the member's id, or what the person shows to be recognised."""

JSON = {"Content-Type": "application/json"}
EVENT_PATH = "/v1/events"


class Tagged(NamedTuple, Generic[T]):
    """Something that may be changed, with what tells whether somebody else has changed it meanwhile."""

    value: T
    tag: str
    """To be given back with the change: it is refused (``ChangedMeanwhile``) where it is no longer this one."""


class WithId(Protocol):
    """What an event or a request has that is recorded once."""

    @property
    def id(self) -> str: ...


class Call(NamedTuple, Generic[T]):
    """One request, and what its answer is read as."""

    method: str
    path: str
    """With the names of its parts: ``/v1/members/{member}``."""
    answer: type[T]
    """A message; ``str`` for a text, ``bytes`` for anything else, ``None`` for nothing."""
    parts: Mapping[str, str] = {}
    """What stands in the path, by name."""
    query: Mapping[str, Any] = {}
    body: bytes | None = None
    headers: Mapping[str, str] = {}
    id: str = ""
    """The id of the write; empty: it has none."""
    is_tagged: bool = False
    """Whether the answer comes with the tag of its state."""
    timeout: float | None = None
    """How many seconds a try may take; None: as many as those of other calls."""
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
    of: Who = "",
    is_repeatable: bool = True,
    **parts: str,
) -> Call[T]:
    """A call that asks for something with a body, or changes something.

    Where ``of`` is what a person shows, it goes in place of the body's member.
    """
    return Call(
        method,
        path,
        answer,
        parts=parts,
        query=_query(query or {}),
        body=None if body is None else _encoded(body, of),
        headers=(JSON if body is not None else {}) | dict(headers or {}),
        is_repeatable=is_repeatable,
    )


def write(path: str, answer: type[T], event: WithId, *, of: Who = "", **parts: str) -> Call[T]:
    """A call that records an event. It may be sent as often as one likes: the event has an id."""
    return post(path, answer, event, of=of, **parts)._replace(id=event.id)  # type: ignore[arg-type]


def tagged(call: Call[T]) -> Call[Tagged[T]]:
    """The same call, answered with the tag of what it reads or changes."""
    return cast(Call[Tagged[T]], call._replace(is_tagged=True))


def if_match(tag: str | None) -> dict[str, str]:
    """The header that makes a change depend on a tag; None: whatever there is will do."""
    return {} if tag is None else {"If-Match": tag}


def named(member: Who) -> str:
    """The member's id; empty where the person shows something else."""
    return member if isinstance(member, str) else ""


def new_id() -> str:
    """An id that nobody else has."""
    return uuid.uuid4().hex


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def _encoded(body: msgspec.Struct, of: Who) -> bytes:
    content = msgspec.to_builtins(body)
    if not isinstance(of, str):
        del content["member"]
        content["identity"] = msgspec.to_builtins(of)
    if content.get("by") == "":
        del content["by"]  # the service puts the key's id there
    return msgspec.json.encode(content)


def _query(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: msgspec.to_builtins(value) for name, value in values.items() if value is not None}


def _part(name: str, part: str) -> str:
    """A part of a path as it is written there. One that is empty would make it another path."""
    if not part:
        raise ValueError(f"The {name} is empty.")
    if part in (".", ".."):
        return part.replace(".", "%2E")
    return quote(part, safe="")
