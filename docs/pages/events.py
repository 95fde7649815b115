"""``events.md``: every event kind, from the Structs of ``guerdon.core.events``."""

import json
from typing import Any, get_args

import msgspec
from msgspec import inspect as types

from docs.pages.docstrings import field_words
from docs.pages.markdown import NOTE, Undocumented, page, plain, table
from guerdon.core.events import Event, Line, ReturnedLine, decode_event

EXAMPLES: list[dict[str, Any]] = [
    {"kind": "enrol", "id": "enrol-1042", "member": "1042", "at": "2026-03-02T08:30:00+02:00"},
    {
        "kind": "purchase",
        "id": "receipt-9001",
        "member": "1042",
        "at": "2026-03-02T08:31:00+02:00",
        "lines": [
            {"sku": "4011", "amount": 320, "category": "coffee"},
            {"sku": "4012", "amount": 500, "quantity": 2, "discount": 50, "category": "pastry", "brand": "own"},
        ],
        "discount": 100,
        "store": "main-street",
        "channel": "shop",
        "tender": "card",
    },
    {
        "kind": "return",
        "id": "refund-77",
        "member": "1042",
        "at": "2026-03-04T10:00:00+02:00",
        "purchase": "receipt-9001",
        "lines": [{"line": 1, "quantity": 1}],
    },
    {
        "kind": "action",
        "id": "review-5",
        "member": "1042",
        "at": "2026-03-05T20:15:00+02:00",
        "action": "review",
        "attributes": {"stars": "5"},
    },
    {"kind": "redeem", "id": "reward-31", "member": "1042", "at": "2026-03-06T09:00:00+02:00", "reward": "coffee"},
    {
        "kind": "adjust",
        "id": "goodwill-12",
        "member": "1042",
        "at": "2026-03-06T12:00:00+02:00",
        "unit": "points",
        "amount": 50,
        "reason": "the queue was long",
        "by": "staff-7",
    },
    {"kind": "tick", "id": "tick-1042-april", "member": "1042", "at": "2026-04-01T00:00:00+03:00"},
]
"""One event of each kind, as a client sends it."""

NO_CONTROLS = r"^[^\x00-\x1f\x7f]"
NO_STEERING = r"^[^\x00-\x08\x0b-\x1f\x7f]"
CURRENCY = "[A-Z]{3}"


def events_page() -> str:
    """The page."""
    kinds = {str(kind.__struct_config__.tag): kind for kind in get_args(Event)}
    examples = {example["kind"]: example for example in EXAMPLES}
    if kinds.keys() != examples.keys():
        raise Undocumented(sorted(kinds.keys() ^ examples.keys()))
    sections = [_section(kind, struct, examples[kind]) for kind, struct in kinds.items()]
    return page(
        "# Events",
        NOTE.format(source="the Structs in `guerdon/core/events.py`"),
        "An event is something that happened to a member. It is one JSON object; a file of events has one a line."
        " A key that no event has is refused, so a typing error never passes for a default.",
        "- **Money** is whole minor units of the program's currency: `320` is 3.20 EUR.\n"
        "- **Times** are RFC 3339 with an offset, from the year 2000 to 2099: `2026-03-02T08:31:00+02:00`. A fraction "
        "of a second is kept in the journal and means nothing to a rule.\n"
        "- **Ids** are yours. The same id with the same content is harmless; with other content it is refused.\n"
        "- **Same content** is judged after reading: the order of keys, white space and written-out defaults do not "
        "matter. The offset of a time does.",
        "Every kind has these three, and `kind`:",
        _fields(next(iter(kinds.values())), common=True),
        *sections,
        "## A line of a basket",
        _fields(Line),
        "## A returned line",
        plain(ReturnedLine.__doc__ or ""),
        _fields(ReturnedLine),
    )


def _section(kind: str, struct: type[msgspec.Struct], example: dict[str, Any]) -> str:
    decode_event(json.dumps(example))
    rows = _fields(struct, common=False)
    return page(f"## `{kind}`", plain(struct.__doc__ or ""), *([rows] if rows else []), _json(example)).strip()


def _json(example: dict[str, Any]) -> str:
    return f"```json\n{json.dumps(example, indent=2)}\n```"


def _fields(struct: type[msgspec.Struct], *, common: bool | None = None) -> str:
    """The fields of a Struct as a table: those that all events have, or those of its own, or (None) all."""
    words = field_words(struct)
    info = types.type_info(struct)
    assert isinstance(info, types.StructType), "an event is a Struct"
    rows, missing = [], []
    for field in info.fields:
        if common is not None and (field.name in ("id", "member", "at")) != common:
            continue
        text = words.get(field.name)
        if not text:
            missing.append(f"{struct.__name__}.{field.name}")
            continue
        rows.append((f"`{field.name}`", _type(field.type), _default(field), text))
    if missing:
        raise Undocumented(missing)
    return table(("field", "what belongs there", "left out", "meaning"), rows) if rows else ""


def _default(field: types.Field) -> str:
    if field.required:
        return "**required**"
    return "empty" if field.default in ("", (), {}) or field.default is msgspec.NODEFAULT else _value(field.default)


def _value(value: object) -> str:
    return "all that is left" if value is None else f"`{value}`"


def _type(kind: types.Type) -> str:
    """What belongs into a field, with its bounds."""
    match kind:
        case types.StrType():
            return _text(kind)
        case types.IntType():
            return f"a whole number, {_number(kind.ge)} to {_number(kind.le)}"
        case types.DateTimeType():
            return "a time with an offset"
        case types.VarTupleType():
            at_least = f"{kind.min_length} to " if kind.min_length else "up to "
            named = {Line: "[lines](#a-line-of-a-basket)", ReturnedLine: "[returned lines](#a-returned-line)"}
            assert isinstance(kind.item_type, types.StructType), "lists hold lines"
            return f"a list of {at_least}{kind.max_length:,} {named[kind.item_type.cls]}"
        case types.DictType():
            return f"names with texts, each {_type(kind.value_type).removeprefix('a text, ')}"
        case types.UnionType():
            return _type(next(part for part in kind.types if not isinstance(part, types.NoneType)))
    raise Undocumented([repr(kind)])


def _text(kind: types.StrType) -> str:
    pattern = kind.pattern or ""
    if CURRENCY in pattern:
        return "three capitals"
    if pattern.startswith(NO_CONTROLS):
        limit = "without control characters"
    elif pattern.startswith(NO_STEERING):
        limit = "without control characters but tabs and line breaks"
    else:
        raise Undocumented([f"the pattern {pattern}"])
    length = f"{kind.min_length} to {kind.max_length:,}" if kind.min_length else f"up to {kind.max_length:,}"
    return f"a text, {length} characters {limit}"


def _number(bound: float | None) -> str:
    if bound is None:
        raise Undocumented(["a number without a bound"])
    exact = int(bound)
    power = len(str(abs(exact))) - 1
    if power > 9 and abs(exact) == 10**power:
        return f"{'-' if exact < 0 else ''}10^{power}"
    return f"{exact:,}"
