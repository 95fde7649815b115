"""Problems: every "no" and every failure, as RFC 9457 has it."""

from typing import Any

import msgspec


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong with a request."""

    place: str
    """Where, as a path: ``$.lines[0].amount``; or the name of a parameter."""
    message: str


class ProblemDetails(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The answer to a request that was not carried out. Nothing has moved."""

    type: str
    """Where the code is explained: ``/problems/member_unknown``."""
    title: str
    """The code in a few words, the same for every occurrence."""
    status: int
    """The HTTP status."""
    code: str
    """The stable code, to be read by software."""
    detail: str = ""
    """What happened this time, and what to do, for a person."""
    instance: str = ""
    """The id of the request; it stands in the logs."""
    details: dict[str, Any] = {}
    """The values that ``detail`` names."""
    faults: list[Fault] = []
    """What is wrong with the request, where it is several things."""


class ProblemMeaning(msgspec.Struct, frozen=True, kw_only=True):
    """What a code means, wherever it is answered."""

    code: str
    """The stable code."""
    status: int
    """The HTTP status that it comes with."""
    detail: str
    """The sentence of the answer; words in braces stand for what is told that time."""
    meaning: str
    """What it means."""
    remedy: str
    """What to do about it."""


class FrontDoor(msgspec.Struct, frozen=True, kw_only=True):
    """Where everything is."""

    name: str
    """``Guerdon``."""
    version: str
    """Of the software."""
    documentation: str = "/docs"
    """The pages for people."""
    description: str = "/openapi.json"
    """The description for software."""
    problems: str = "/problems"
    """What every code means."""
    health: str = "/health/ready"
    """Whether it can do its work."""
