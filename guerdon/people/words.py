"""A journal entry in words, for the person whom it is about.

Each effect is its kind and what it carries: ``granted: 12 points, mechanic base``. These words are complete rather than
short, and need no table of kinds: an effect that is new tomorrow is told as well.
"""

from typing import Any

import msgspec

from guerdon.core.amounts import currency_scale
from guerdon.core.calendar import moment_of
from guerdon.core.effects import Effect
from guerdon.core.program import Program

_INSTANTS = ("at", "since", "until", "by", "as_of")


def told(effect: Effect, program: Program) -> str:
    """An effect in words."""
    unit = str(getattr(effect, "unit", ""))
    parts = []
    for field in msgspec.structs.fields(effect):
        value = getattr(effect, field.name)
        if field.name == "amount" and unit:
            parts.append(f"{amount(value, unit, program)} {unit}")
        elif field.name != "unit" and isinstance(value, str) and value:
            parts.append(f"{field.name.replace('_', ' ')} {value}")
    kind = str(effect.__struct_config__.tag).replace("_", " ")
    return f"{kind}: {', '.join(parts)}" if parts else kind


def amount(value: int, unit: str, program: Program) -> str:
    """An amount with its decimal digits: 500 of a unit in cents is ``5.00``."""
    declared = program.units.get(unit)
    scale = 0 if declared is None else currency_scale(program.currency) if declared.money else declared.scale
    if scale == 0:
        return str(value)
    whole, part = divmod(abs(value), 10**scale)
    return f"{'-' if value < 0 else ''}{whole}.{part:0{scale}}"


def readable(value: Any) -> Any:
    """Plain values with their instants as dates: ``{"since": 0}`` becomes ``{"since": "1970-01-01T00:00:00Z"}``."""
    if isinstance(value, dict):
        return {name: _dated(str(name), inner) for name, inner in value.items()}
    return [readable(inner) for inner in value] if isinstance(value, list | tuple) else value


def _dated(name: str, value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and (name in _INSTANTS or name.endswith("_at")):
        return f"{moment_of(value):%Y-%m-%dT%H:%M:%SZ}"
    return readable(value)
