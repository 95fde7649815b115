"""What changes from one program file to another, said in the words of the files.

Two files that were read without errors are gone through side by side, led by the forms that the reader follows. So a
kind of mechanic or a key that is new in the language needs nothing here. Things are matched by their names, wherever
they stand. A value is compared by what it means: ``2`` and ``2.0``, ``weekend`` and ``[sat, sun]`` are the same, and so
is a key that says what holds without it.

**Worked.** ``units: {stars: {decimals: 2}}`` against ``units: {stars: {decimals: 2.0, expires: 6 months}}`` is one
difference: the unit ``stars`` has a new key ``expires``.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from guerdon.core.experiments import moved
from guerdon.core.program import Program
from guerdon.language import nodes
from guerdon.language.difference import Difference, Thing
from guerdon.language.experiments import percent
from guerdon.language.forms import Inner, Inside
from guerdon.language.place import Place
from guerdon.language.program_file import PROGRAM
from guerdon.language.reader import Reading

DATED = "effective_from"
"""The key that every version has another value of. It dates the changes and is none of them."""

Names = Mapping[tuple[str, str], str]
"""What the second file calls things of the first, by what they are and their old name."""

_LONG = 3
"""A list of so many items is told by what it gains and loses."""


def differences(before: Reading, after: Reading) -> list[Difference]:
    """What the second file says otherwise than the first, in the order of the reference; its date aside."""
    root = Inner("", PROGRAM, before.place), Inner("", PROGRAM, after.place)
    changes = after.program.changes
    names = {("mechanic", old): new for old, new in changes.mechanics.items()}
    names |= {("meter", old): new for old, new in changes.meters.items()}
    found = [one for one in _compared(*root, (), "", names) if one.key != DATED or one.things]
    return [*found, *_reassigned(before.program, after.program)]


def _reassigned(before: Program, after: Program) -> Iterator[Difference]:
    """The experiments that deal out members in another way, with how many come into another group."""
    for name, experiment in after.experiments.items():
        steps = moved(before.experiments[name], experiment) if name in before.experiments else 0
        if steps:
            yield Difference(what="reassigned", things=(Thing("experiment", name),), after=percent(steps))


def _compared(before: Inner, after: Inner, things: tuple[Thing, ...], key: str, names: Names) -> Iterator[Difference]:
    """What differs in something that is in both files. ``key`` leads to it from the last of the things."""
    if _means_the_same(before, after):
        return
    inside, inside_now = before.form.inside(before.place), after.form.inside(after.place)
    if inside is None or inside_now is None:
        if not _only_renamed(nodes.wording(before.place.node), nodes.wording(after.place.node), names):
            yield _changed(before, after, things, key)
        return
    inside = _under_new_names(inside, names)
    yield from _parts_compared(before, after, (inside, inside_now), things, key, names)
    if inside.ordered:
        yield from _moves(inside, inside_now, things)


def _only_renamed(before: str, after: str, names: Names) -> bool:
    """Whether a name stands where another one stood of the same thing."""
    return any(old == before and new == after for (_, old), new in names.items())


def _under_new_names(inside: Inside, names: Names) -> Inside:
    """What stands inside, by the names that the second file gives it."""
    parts = {names.get((part.noun, name), name): part for name, part in inside.parts.items()}
    return inside._replace(parts=parts)


def _parts_compared(
    before: Inner, after: Inner, insides: tuple[Inside, Inside], things: tuple[Thing, ...], key: str, names: Names
) -> Iterator[Difference]:
    parts, parts_now = insides[0].parts, insides[1].parts
    for name in [*parts, *[name for name in parts_now if name not in parts]]:
        part, part_now = parts.get(name), parts_now.get(name)
        inner = part_now or part
        assert inner is not None, "the name comes from one of them"
        if inner.noun:
            inner_things, inner_key = (*things, Thing(inner.noun, name)), ""
        else:
            inner_things, inner_key = things, f"{key}.{inner.name}" if key else inner.name
        if part is not None and part_now is not None:
            if (part.noun, part.name) in names and part.name != name:
                yield Difference(what="renamed", things=inner_things, before=part.name)
            yield from _compared(part, part_now, inner_things, inner_key, names)
        elif part is not None and _matters(before, part):
            yield from _dropped(part, inner_things, inner_key)
        elif part_now is not None and _matters(after, part_now):
            yield from _new(part_now, inner_things, inner_key)


def _means_the_same(before: Inner, after: Inner) -> bool:
    """Whether both say the same: in the same words, or in others that are read as the same value.

    The same words are no change even where something around them is: ``100`` after ``decimals: 2`` was added.
    """
    if nodes.wording(before.place.node) == nodes.wording(after.place.node):
        return True
    value, value_now = before.form.read_again(before.place), after.form.read_again(after.place)
    return value is not None and value == value_now


def _matters(whole: Inner, part: Inner) -> bool:
    """Whether something means anything else without one of its parts."""
    node = whole.place.node
    if not isinstance(node, nodes.Mapping):
        return True
    entries = tuple([entry for entry in node.entries if entry[1] is not part.place.node])
    left = nodes.Mapping(node.line, node.column, entries)
    place = Place(left, whole.place.path, whole.place.desk, whole.place.subject)
    without = whole.form.read_again(place)
    return without is None or without != whole.form.read_again(whole.place)


def _new(part: Inner, things: tuple[Thing, ...], key: str) -> Iterator[Difference]:
    inner = _things_in(part)
    if inner and key:
        for thing in inner:
            yield from _new(thing, (*things, Thing(thing.noun, thing.name)), "")
    elif key:
        yield Difference(what="new", things=things, key=key, after=nodes.wording(part.place.node))
    else:
        yield Difference(what="new", things=things, after=_said(part))


def _dropped(part: Inner, things: tuple[Thing, ...], key: str) -> Iterator[Difference]:
    inner = _things_in(part)
    if inner and key:
        for thing in inner:
            yield from _dropped(thing, (*things, Thing(thing.noun, thing.name)), "")
    else:
        yield Difference(what="dropped", things=things, key=key, before=nodes.wording(part.place.node))


def _things_in(part: Inner) -> list[Inner]:
    """The things of their own that stand inside, where nothing else does."""
    inside = part.form.inside(part.place)
    parts = [] if inside is None else list(inside.parts.values())
    return parts if all(inner.noun for inner in parts) else []


def _said(thing: Inner) -> str:
    """A new thing by its keys, without the one that names it."""
    node = thing.place.node
    if not isinstance(node, nodes.Mapping):
        return f"`{nodes.wording(node)}`"
    told = [(key.text, value) for key, value in node.entries if key.text not in ("name", thing.noun)]
    return ", ".join([f"`{key}: {nodes.wording(value)}`" for key, value in told])


def _changed(before: Inner, after: Inner, things: tuple[Thing, ...], key: str) -> Difference:
    then, now = before.place.node, after.place.node
    gains, loses = _gains_and_losses(_texts(then), _texts(now))
    return Difference(
        what="changed", things=things, key=key, before=nodes.wording(then), after=nodes.wording(now), gains=gains,
        loses=loses, verb=after.verb,
    )  # fmt: skip


def _texts(node: nodes.Node) -> list[str]:
    """The items of a list of texts; empty for anything else."""
    items = node.items if isinstance(node, nodes.Sequence) else ()
    plain = all(isinstance(item, nodes.Scalar) for item in items)
    return [nodes.wording(item) for item in items] if plain else []


def _gains_and_losses(then: list[str], now: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a list has more and less, where that is shorter to say than the whole list."""
    if max(len(then), len(now)) < _LONG or not set(then) & set(now):
        return (), ()
    return tuple([text for text in now if text not in then]), tuple([text for text in then if text not in now])


def _moves(inside: Inside, inside_now: Inside, things: tuple[Thing, ...]) -> Iterator[Difference]:
    """What stands in another order among the things that are in both files: as few as explain it."""
    before = [name for name in inside.parts if name in inside_now.parts]
    after = [name for name in inside_now.parts if name in inside.parts]
    staying = _staying([before.index(name) for name in after])
    for name in after:
        if before.index(name) not in staying:
            thing = Thing(inside_now.parts[name].noun, name)
            yield Difference(
                what="moved", things=(*things, thing), before=_behind(before, name), after=_behind(after, name)
            )


def _behind(names: Sequence[str], name: str) -> str:
    place = names.index(name)
    return names[place - 1] if place else ""


def _staying(places: Sequence[int]) -> set[int]:
    """The longest run of places that go up: what has not moved.

    >>> _staying([1, 2, 0, 3])
    {1, 2, 3}
    """
    ends: list[int] = []
    runs: list[list[int]] = []
    for place in places:
        length = bisect_left(ends, place)
        run = [*(runs[length - 1] if length else []), place]
        ends[length : length + 1] = [place]
        runs[length : length + 1] = [run]
    return set(runs[-1]) if runs else set()
