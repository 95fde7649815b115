"""The leaflet as data, and as Markdown."""

import re
from collections.abc import Iterator, Sequence

import msgspec

_SPACES = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
"""What languages put between digits."""

_UNSEEN = "\N{REPLACEMENT CHARACTER}"


class Table(msgspec.Struct, frozen=True):
    """Rows under headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of one thing: a mechanic, a unit."""

    part: str = "earn"
    """The part of the leaflet that it belongs to: one of ``writing.PARTS``."""
    title: str = ""
    """What members call it; empty: nothing of its own."""
    sentences: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    """What stands below, one line each: the category of each month."""
    table: Table | None = None


class Part(msgspec.Struct, frozen=True):
    """A part of the leaflet under its heading."""

    heading: str
    said: tuple[Said, ...]


class Leaflet(msgspec.Struct, frozen=True):
    """The whole leaflet."""

    title: str
    opening: str
    """The sentence under the title."""
    parts: tuple[Part, ...]


def markdown(leaflet: Leaflet) -> str:
    """The leaflet as Markdown. Titles out of the program are shown as they are, whatever signs are in them."""
    blocks = [f"# {_plain(leaflet.title)}", _plain(leaflet.opening)]
    for part in leaflet.parts:
        blocks.append(f"## {_plain(part.heading)}")
        blocks += _blocks(part.said)
    return "\n\n".join([block for block in blocks if block]) + "\n"


def _blocks(said: Sequence[Said]) -> Iterator[str]:
    """Things with a table, and a thing that stands alone without a title, are paragraphs; the others a list."""
    listed: list[str] = []
    for one in said:
        is_paragraph = one.table is not None or (len(said) == 1 and not one.title)
        if not is_paragraph:
            listed.append(_item(one))
            continue
        if listed:
            yield "\n".join(listed)
            listed = []
        yield _text(one)
        yield "\n".join([f"- {_plain(detail)}" for detail in one.details])
        yield _rows(one.table) if one.table is not None else ""
    if listed:
        yield "\n".join(listed)


def _item(said: Said) -> str:
    return "\n".join([f"- {_text(said)}", *[f"  - {_plain(detail)}" for detail in said.details]])


def _text(said: Said) -> str:
    title = f"**{_plain(_ended(said.title))}**" if said.title else ""
    return " ".join([part for part in (title, *map(_plain, said.sentences)) if part])


def _ended(title: str) -> str:
    return title if title.endswith((".", "!", "?", "…")) else f"{title}."


def _rows(table: Table) -> str:
    lines = [table.headings, tuple(["---"] * len(table.headings)), *table.rows]
    return "\n".join(
        [f"| {' | '.join([cell if line is lines[1] else _plain(cell) for cell in line])} |" for line in lines]
    )


def _plain(text: str) -> str:
    """A text in which no sign means anything to Markdown, and none steers a terminal."""
    harmless = "".join([letter if letter.isprintable() or letter in _SPACES else _UNSEEN for letter in text])
    return re.sub(r"^[-+]|[\\`*_\[\]<>|#]", r"\\\g<0>", harmless)
