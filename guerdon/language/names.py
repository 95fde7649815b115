"""A first look over the file: the names it declares, before anything is read.

It reports nothing. What it cannot make out is left to the reading proper, which says what is wrong with it.
"""

import re

from guerdon.core.amounts import currency_scale
from guerdon.language.errors import closest
from guerdon.language.nodes import Mapping, Node, Scalar, Sequence
from guerdon.language.place import Names, UnitFacts
from guerdon.language.program_file import PROGRAM
from guerdon.language.units import MEASURES
from guerdon.mechanics import MECHANICS

_COMPARED = 20
"""How many unknown keys are looked at: a file with more of them is no program."""


def names_of(root: Node) -> Names:
    """What the file declares."""
    currency = _text(_behind(root, "currency"))
    if not re.fullmatch("[A-Z]{3}", currency):
        currency = ""
    mechanics = _items(_behind(root, "mechanics"))
    return Names(
        currency=currency,
        units={name: _unit(node, currency) for name, node in _named(_behind(root, "units"))},
        meters={name: _measure(node) for name, node in _named(_behind(root, "meters"))},
        lanes=frozenset(name for name, _ in _named(_behind(root, "lanes"))),
        levels=tuple([name for item in mechanics for name, _ in _named(_value(_value(item, "tiers"), "levels"))]),
        mechanics=frozenset(_mechanic(item) for item in mechanics),
        caps={name: _text(_value(node, "of")) for name, node in _named(_behind(root, "caps"))},
        partners=frozenset(name for name, _ in _named(_behind(root, "partners"))),
        plans=_called(mechanics, "membership"),
        badges=_called(mechanics, "badge"),
        causes=_called(mechanics, "cause"),
        streaks=_called(mechanics, "streak"),
        coupons=_called(mechanics, "coupon"),
        benefits=_called(mechanics, "benefit"),
        rewards=_called(_items(_behind(root, "rewards")), "reward"),
        segments=frozenset(name for name, _ in _named(_behind(root, "segments"))),
        experiments={name: _groups(node) for name, node in _named(_behind(root, "experiments"))},
    )


def _called(mechanics: tuple[Node, ...], kind: str) -> frozenset[str]:
    """The names that mechanics of a kind bear as the value of the kind's own key."""
    return frozenset(_text(_value(item, kind)) for item in mechanics) - {""}


def _behind(root: Node, key: str) -> Node | None:
    """What stands behind a first key, or behind one that is most likely it, misspelt."""
    found = _value(root, key)
    if found is not None:
        return found
    words = [name for name, _ in _named(root) if name not in PROGRAM.keys]
    meant = [word for word in words[:_COMPARED] if closest(word, PROGRAM.keys) == key]
    return _value(root, meant[0]) if meant else None


def _named(node: Node | None) -> list[tuple[str, Node]]:
    return [(key.text.strip(), value) for key, value in node.entries] if isinstance(node, Mapping) else []


def _value(node: Node | None, key: str) -> Node | None:
    return next((value for name, value in _named(node) if name == key), None)


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else ()


def _text(node: Node | None) -> str:
    return " ".join(node.text.split()) if isinstance(node, Scalar) else ""


def _unit(node: Node, currency: str) -> UnitFacts:
    if _value(node, "in") is not None:
        divisible = _text(_value(node, "spent")) == "in any part"
        return UnitFacts(currency_scale(currency), money=True, divisible=divisible)
    decimals = _text(_value(node, "decimals"))
    return UnitFacts(int(decimals) if re.fullmatch("[0-6]", decimals) else 0, money=False)


def _measure(node: Node) -> str:
    counts = _text(_value(node, "sum")) or _text(_value(node, "count"))
    if counts.startswith("action "):
        return "actions"
    return MEASURES.get(counts, counts.removesuffix(" earned"))


def _groups(node: Node) -> tuple[str, ...]:
    return tuple([name for name, _ in _named(_value(node, "groups"))])


def _mechanic(item: Node) -> str:
    own = _text(_value(item, "name"))
    kinds = [kind for kind in MECHANICS if _value(item, kind) is not None]
    if own or not kinds:
        return own
    return _text(_value(item, kinds[0])) or kinds[0]
