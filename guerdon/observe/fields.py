"""What may be told to operators: the fields of logs and spans, each with the shape that its values must have.

Personal data slips into a log by an innocent line (an error that quotes a row, a path that holds an e-mail). So nothing
is looked for and taken out: only what stands in this table gets in, and only in its shape.

    {"route": "/v1/members/{member}", "status": 200, "member": "ann@example.com"}
    becomes {"route": "/v1/members/{member}", "status": 200, "withheld": 1}
"""

import re
from collections.abc import Mapping
from typing import Any

_CODE = re.compile(r"[a-z][a-z_]{0,59}")
_CLASS = re.compile(r"[A-Z][A-Za-z]{0,59}")
_PLACE = re.compile(r"[A-Za-z_][\w.]{0,99}:\d{1,6}( < [A-Za-z_][\w.]{0,99}:\d{1,6}){0,9}")

TEXTS: Mapping[str, re.Pattern[str]] = {
    # Words of this code, and of no caller.
    "event": _CODE,
    "level": _CODE,
    "code": _CODE,
    "outcome": _CODE,
    "reader": _CODE,
    "reason": _CODE,
    "kind": _CODE,
    "method": re.compile(r"[A-Z]{1,10}"),
    # Made by Guerdon: where a caller sends an id for a request, it is not used.
    "request_id": re.compile(r"[0-9a-f-]{16,36}"),
    # The id of a key, which is no secret; the key itself has another shape.
    "key_id": re.compile(r"[a-z0-9_-]{1,20}"),
    # A template; what a caller puts in for {member} is not in it. ``(none)``: no route fits the path.
    "route": re.compile(r"(?:/(?:v\d|[a-z][a-z_.-]{0,30}|\{[a-z_]+\})){1,20}/?|/|\(none\)"),
    "error": _CLASS,
    "at": _PLACE,
    "logger": re.compile(r"[a-z_]{1,30}(\.[A-Za-z_]{1,30}){0,6}"),
    "timestamp": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"),
    "version": re.compile(r"\d+\.\d+\.\d+[a-z0-9.]{0,12}"),
}
"""Fields that hold text, with the shape of the whole text."""

NUMBERS = frozenset(
    {"status", "seconds", "events", "entries", "attempt", "worker", "process", "program", "length", "oldest", "bytes"}
)
"""Fields that hold a number: an amount of work or of time, or the short key of a program."""


def allowed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the fields that may be told; ``withheld`` counts the others, if there are any."""
    told = {name: value for name, value in fields.items() if _may_be_told(name, value)}
    withheld = len(fields) - len(told)
    return told | {"withheld": withheld} if withheld else told


def _may_be_told(name: str, value: object) -> bool:
    if name in TEXTS:
        return isinstance(value, str) and TEXTS[name].fullmatch(value) is not None
    return name in NUMBERS and isinstance(value, int | float)


def place_of(error: BaseException) -> str:
    """Where an error came from, innermost first: modules and lines, no values. Empty where that is not known."""
    places, trace = [], error.__traceback__
    while trace is not None:
        places.append(f"{trace.tb_frame.f_globals.get('__name__', 'unknown')}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " < ".join(reversed(places[-10:]))
