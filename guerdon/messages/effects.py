"""Effects on the wire: as the journal has them, with times as times and large numbers as texts.

In the ledger an instant is a number of seconds, which is quick to compare and the same on every machine. Whoever reads
an answer wants a time:

    {"effect": "granted", "unit": "points", "amount": 37, "expires_at": 1796508000}    in the journal
    {"effect": "granted", "unit": "points", "amount": 37, "expires_at": "2026-12-05T22:00:00Z"}    on the wire
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from guerdon.core.calendar import date_of, moment_of
from guerdon.core.effects import Effect
from guerdon.messages.amounts import MOST_EXACT

WireEffect = dict[str, Any]
"""An effect: what it is under ``effect``, and its fields, which the reference of effects explains."""

INSTANTS = frozenset({"at", "by", "until", "expires_at", "matures_at", "comes_back_with"})
"""The fields of effects that are instants. A text under such a name, like who corrected a balance, stays one."""
DAYS = frozenset({"period"})
"""Those that are days."""


def wired_effects(effects: Sequence[Effect]) -> list[WireEffect]:
    """Effects as they go over the wire."""
    return [wired(msgspec.to_builtins(effect)) for effect in effects]


def wired(fields: dict[str, Any]) -> dict[str, Any]:
    """Named values as they go over the wire."""
    return {name: _wired_field(name, value) for name, value in fields.items()}


def _wired_field(name: str, value: Any) -> Any:
    if type(value) is int:
        if name in INSTANTS:
            return moment_of(value)
        if name in DAYS:
            return date_of(value)
    return _wired_value(value)


def _wired_value(value: Any) -> Any:
    if type(value) is int:
        return value if -MOST_EXACT <= value <= MOST_EXACT else str(value)
    if isinstance(value, dict):
        return wired(value)
    if isinstance(value, list | tuple):
        return [_wired_value(part) for part in value]
    return value
