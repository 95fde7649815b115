"""``events.md``: every event kind, from the Structs of ``guerdon.core.events``."""

import json
from typing import Any, get_args

import msgspec
from msgspec import inspect as types

from docs.pages.markdown import NOTE, Undocumented, page, plain, table
from guerdon.api.words import field_words
from guerdon.core.belongings import Belongings, Coupon
from guerdon.core.events import ENGINE_KINDS, Event, Line, ReturnedLine, TakenReward, Traits, decode_event

EXAMPLES: list[dict[str, Any]] = [
    {"kind": "enrol", "id": "enrol-1042", "member": "1042", "at": "2026-03-02T08:30:00+02:00"},
    {
        "kind": "describe",
        "id": "traits-1042-1",
        "member": "1042",
        "at": "2026-03-02T08:30:30+02:00",
        "traits": {"birthday": "05-17", "age": 25, "region": "sofia", "language": "bg", "consents": ["marketing"]},
    },
    {
        "kind": "segment",
        "id": "rfm/2026-04-01/1042",
        "member": "1042",
        "at": "2026-04-01T03:00:00+02:00",
        "entered": ["at-risk"],
        "left": ["regular"],
        "by": "rfm",
    },
    {"kind": "erase", "id": "forget-1042", "member": "1042", "at": "2027-01-15T12:00:00+02:00"},
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
    {
        "kind": "deliver",
        "id": "parcel-9001",
        "member": "1042",
        "at": "2026-03-05T21:00:00+02:00",
        "purchase": "receipt-9001",
    },
    {"kind": "redeem", "id": "reward-31", "member": "1042", "at": "2026-03-06T09:00:00+02:00", "reward": "coffee"},
    {
        "kind": "hold",
        "id": "checkout-55",
        "member": "1042",
        "at": "2026-03-06T09:10:00+02:00",
        "until": "2026-03-06T09:40:00+02:00",
        "unit": "points",
        "amount": 200,
    },
    {
        "kind": "capture",
        "id": "order-55",
        "member": "1042",
        "at": "2026-03-06T09:15:00+02:00",
        "hold": "checkout-55",
        "amount": 150,
    },
    {"kind": "release", "id": "cancel-56", "member": "1042", "at": "2026-03-06T09:20:00+02:00", "hold": "checkout-56"},
    {"kind": "use", "id": "use-8", "member": "1042", "at": "2026-03-06T09:30:00+02:00", "benefit": "free-cup"},
    {"kind": "join", "id": "join-3", "member": "1042", "at": "2026-03-06T10:00:00+02:00", "plan": "plus"},
    {"kind": "renew", "id": "paid-4", "member": "1042", "at": "2026-04-06T10:00:00+03:00", "plan": "plus"},
    {"kind": "leave", "id": "leave-3", "member": "1042", "at": "2026-05-01T10:00:00+03:00", "plan": "plus"},
    {
        "kind": "choose",
        "id": "choice-2026-04",
        "member": "1042",
        "at": "2026-03-25T18:00:00+02:00",
        "menu": "categories",
        "options": ["groceries", "pharmacy"],
        "next_period": True,
    },
    {
        "kind": "donate",
        "id": "gift-17",
        "member": "1042",
        "at": "2026-03-06T11:00:00+02:00",
        "cause": "forest",
        "amount": 100,
    },
    {
        "kind": "send",
        "id": "sent-5",
        "member": "1042",
        "at": "2026-03-06T11:10:00+02:00",
        "unit": "points",
        "amount": 50,
        "to": "2077",
    },
    {
        "kind": "convert",
        "id": "convert-2",
        "member": "1042",
        "at": "2026-03-06T11:20:00+02:00",
        "conversion": "to-miles",
        "amount": 500,
    },
    {"kind": "play", "id": "spin-6", "member": "1042", "at": "2026-03-06T11:30:00+02:00", "game": "spring-wheel"},
    {
        "kind": "enter",
        "id": "enter-1",
        "member": "1042",
        "at": "2026-03-06T11:40:00+02:00",
        "household": "home-12",
        "address": "a7f3",
    },
    {"kind": "exit", "id": "exit-1", "member": "1042", "at": "2026-09-01T09:00:00+03:00"},
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
    {
        "kind": "block",
        "id": "block-4",
        "member": "1042",
        "at": "2026-03-06T12:10:00+02:00",
        "reason": "forty returns in a week",
        "by": "staff-7",
    },
    {
        "kind": "unblock",
        "id": "unblock-4",
        "member": "1042",
        "at": "2026-03-06T15:00:00+02:00",
        "reason": "they were all in order",
        "by": "staff-7",
    },
    {
        "kind": "close",
        "id": "close-1042",
        "member": "1042",
        "at": "2027-01-15T12:00:00+02:00",
        "reason": "asked for it at the counter",
        "by": "staff-7",
    },
    {
        "kind": "merge",
        "id": "merge-9",
        "member": "1042",
        "at": "2026-03-06T16:00:00+02:00",
        "into": "2077",
        "by": "staff-7",
    },
    {"kind": "unmerge", "id": "unmerge-9", "member": "1042", "at": "2026-03-07T09:00:00+02:00", "by": "staff-7"},
    {"kind": "tick", "id": "tick-1042-april", "member": "1042", "at": "2026-04-01T00:00:00+03:00"},
]
"""One event of each kind that a client sends."""

NO_CONTROLS = r"^[^\x00-\x1f\x7f]"
NO_STEERING = r"^[^\x00-\x08\x0b-\x1f\x7f]"
CURRENCY = "[A-Z]{3}"
MEASURE = "^(g|ml)?"
BIRTHDAY = "^((0[13578]"
STRUCTS: dict[type, str] = {
    Line: "[lines](#a-line-of-a-basket)",
    ReturnedLine: "[returned lines](#a-returned-line)",
    TakenReward: "[taken rewards](#a-taken-reward)",
    Traits: "[traits](#traits)",
    Belongings: "[belongings](#belongings)",
    Coupon: "[personal coupons](#a-personal-coupon)",
}


def events_page() -> str:
    """The page."""
    every = {str(kind.__struct_config__.tag): kind for kind in get_args(Event)}
    kinds = {name: kind for name, kind in every.items() if name not in ENGINE_KINDS}
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
        "## What Guerdon itself sends",
        "Some events go from one member to another. Guerdon makes them, and takes them from nobody else.",
        *[
            page(f"### `{name}`", plain(every[name].__doc__ or ""), _fields(every[name], common=False)).strip()
            for name in every
            if name in ENGINE_KINDS
        ],
        "## Traits",
        plain(Traits.__doc__ or ""),
        _fields(Traits),
        "## Belongings",
        plain(Belongings.__doc__ or ""),
        _fields(Belongings),
        "## A personal coupon",
        plain(Coupon.__doc__ or ""),
        _fields(Coupon),
        "## A line of a basket",
        _fields(Line),
        "## A returned line",
        plain(ReturnedLine.__doc__ or ""),
        _fields(ReturnedLine),
        "## A taken reward",
        plain(TakenReward.__doc__ or ""),
        _fields(TakenReward),
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
        rows.append((f"`{field.name}`", _type(field.type, field.name), _default(field), text))
    if missing:
        raise Undocumented(missing)
    return table(("field", "what belongs there", "left out", "meaning"), rows) if rows else ""


def _default(field: types.Field) -> str:
    if field.required:
        return "**required**"
    if isinstance(field.default, Belongings):
        return "empty"
    empty = field.default is msgspec.NODEFAULT or (not field.default and isinstance(field.default, str | tuple | dict))
    return "empty" if empty else _value(field.default)


def _value(value: object) -> str:
    return "see there" if value is None else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _type(kind: types.Type, name: str = "") -> str:
    """What belongs into a field, with its bounds."""
    match kind:
        case types.StrType(pattern=None):
            return "a text"
        case types.StrType():
            return _text(kind)
        case types.IntType(ge=None, le=None) if name in ("purchases",):
            return "a whole number"
        case types.IntType(ge=None, le=None):
            return "an instant, in seconds since 1970-01-01T00:00Z"
        case types.IntType():
            return f"a whole number, {_number(kind.ge)} to {_number(kind.le)}"
        case types.DateTimeType():
            return "a time with an offset"
        case types.VarTupleType():
            return _list(kind)
        case types.DictType(value_type=types.IntType(ge=None)):
            return "names with whole numbers"
        case types.DictType(value_type=types.IntType()):
            return f"names with numbers, each {_type(kind.value_type)}"
        case types.DictType(value_type=types.DictType() | types.VarTupleType()):
            return "names with what belongs to each"
        case types.DictType():
            return f"names with texts, each {_type(kind.value_type).removeprefix('a text, ')}"
        case types.StructType():
            return STRUCTS[kind.cls]
        case types.BoolType():
            return "`true` or `false`"
        case types.UnionType():
            return _type(next(part for part in kind.types if not isinstance(part, types.NoneType)))
    raise Undocumented([repr(kind)])


def _list(kind: types.VarTupleType) -> str:
    bounds = "" if kind.max_length is None else f"up to {kind.max_length:,} "
    if kind.min_length:
        bounds = f"{kind.min_length} to {kind.max_length:,} "
    item = kind.item_type
    what = STRUCTS[item.cls] if isinstance(item, types.StructType) else f"texts, each {_type(item)[len('a text, ') :]}"
    return f"a list of {bounds}{what}"


def _text(kind: types.StrType) -> str:
    pattern = kind.pattern or ""
    if CURRENCY in pattern:
        return "three capitals"
    if pattern.startswith(MEASURE):
        return "`g`, `ml` or empty"
    if pattern.startswith(BIRTHDAY):
        return "month and day, `MM-DD`"
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
