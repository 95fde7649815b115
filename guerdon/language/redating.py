"""Another date for a program file: the same words, in force from another day.

A version that once was in force is brought back as a new version that says the same from a later day on. Nothing but
the date is touched: comments, order and wording stay.

**Worked.** ``effective_from: '2026-01-01'  # opening`` from 2026-09-01 on is ``effective_from: 2026-09-01  # opening``.
"""

from datetime import date

import msgspec
import yaml

from guerdon.language.comparing import DATED
from guerdon.language.reader import read_program


class DateNotFound(Exception):
    """The date of a file stands where it cannot be exchanged."""


def dated_from(text: str, day: date) -> str:
    """A program file that is in force from another day. Raises ``ProgramErrors`` for a file that is wrong by now.

    What comes out is read again: it says the same but for its date, or ``DateNotFound`` is raised.
    """
    before = read_program(text)
    begins, ends = _place_of_date(text)
    line_end = "\n" if text[begins:ends].endswith("\n") else ""
    moved = f"{text[:begins]}{day.isoformat()}{line_end}{text[ends:]}"
    if read_program(moved) != msgspec.structs.replace(before, effective_from=day):
        raise DateNotFound("The date of this version stands where it cannot be exchanged: publish its text by hand.")
    return moved


def _place_of_date(text: str) -> tuple[int, int]:
    """Where the value of ``effective_from`` begins and ends, in characters."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    for key, value in root.value if root is not None else ():
        if key.value.strip() == DATED:
            return value.start_mark.index, value.end_mark.index
    raise DateNotFound("This version has no date of its own.")
