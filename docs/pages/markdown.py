"""Pieces of Markdown, and the complaint about what has no words."""

from collections.abc import Iterable, Sequence

NOTE = "This page is generated from {source}. Change that, then run `python -m docs.generate`."


class Undocumented(Exception):
    """Something in the code has no words for the reader."""

    def __init__(self, what: Iterable[str]) -> None:
        """Name all of it."""
        super().__init__("no words for: " + ", ".join(what))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table. A bar inside a cell is written as such."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def plain(text: str) -> str:
    """The text of a docstring on one line, with the code marks of Markdown."""
    return " ".join(text.replace("``", "`").split())


def page(*parts: str) -> str:
    """Parts with an empty line between them."""
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"
