"""What can be wrong with a program file, and how it is told.

An error says where it is (line, column and path), what stands there, what would be right, and all of that once more as
one sentence. A reader collects as many as it can before it gives up, so that a file is repaired in one go.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

import msgspec

CODES = {
    "alias_refused": "An anchor, an alias or a merge key. Everything is written out where it applies.",
    "character_refused": "A control character, or half a character.",
    "conversion_circle": "Conversions by which members would gain without end.",
    "currency_other": "An amount in a currency that is not the program's.",
    "document_extra": "A second document after `---`.",
    "errors_too_many": "There are more errors than are told at once.",
    "expression_wrong": "An `if:` that is not a ZEN expression.",
    "file_empty": "Nothing is in the file.",
    "file_missing": "A file that is named and is not there.",
    "file_too_deep": "Lists and mappings nested deeper than any program needs.",
    "file_too_large": "More text than any program needs.",
    "key_missing": "Something that has to be said is not.",
    "key_twice": "The same key twice in one mapping.",
    "key_unknown": "A key that means nothing in this place.",
    "kind_wrong": "A text where a list or a mapping belongs, or the other way round.",
    "matcher_misplaced": "A condition on something that is not there when it is looked at.",
    "name_twice": "Two things of the same name.",
    "name_unknown": "A name that nothing in the file has.",
    "number_out_of_range": "A number that is too small or too large.",
    "order_wrong": "Things that go up or follow each other, in another order.",
    "phrase_wrong": "A wording that is not understood.",
    "scale_exceeded": "More decimals than the unit or the currency has.",
    "settings_conflict": "Settings that exclude each other, or that need one another.",
    "shares_wrong": "Shares that are to come to 100 % and do not.",
    "tag_refused": "A YAML tag such as `!!binary`.",
    "timezone_unknown": "A time zone that does not exist.",
    "unit_other": "An amount of another unit than the one spoken of.",
    "value_empty": "A key without a value.",
    "yaml_syntax": "The file is not YAML.",
}
"""Every code an error may carry."""

MAX_ERRORS = 200
"""How many errors are collected. A file with more is no program, and reading on would take long."""

_SHOWN = 60
_COMPARED = 500


class ProgramError(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong."""

    line: int
    """Counted from 1, as is ``column``."""
    column: int
    path: str
    """Where it is in the file's own structure: ``mechanics[2].when.catagory``. Lists are counted from 0."""
    code: str
    """One of ``CODES``: it never changes, for programs that read errors."""
    sentence: str
    """What is wrong and what would be right, for a person."""
    found: str = ""
    """What stands there."""
    expected: str = ""
    """What would be right."""


class ProgramErrors(Exception):
    """A program file that cannot be used, with everything that is wrong with it in the order of its lines."""

    def __init__(self, name: str, errors: Iterable[ProgramError]) -> None:
        """Sort the errors; ``name`` is the file's name for the print."""
        self.name = name
        self.errors = tuple(sorted(errors, key=lambda error: (error.line, error.column)))
        super().__init__(name, self.errors)

    def __str__(self) -> str:
        """One line an error, as a compiler prints it: ``grocery.yaml:14:7: `catagory` is not …``."""
        return "\n".join(f"{self.name}:{error.line}:{error.column}: {error.sentence}" for error in self.errors)


class Hopeless(Exception):
    """The file cannot be read on from here."""

    def __init__(self, error: ProgramError) -> None:
        """Carry the error that says why."""
        super().__init__(error.sentence)
        self.error = error


def collect(errors: list[ProgramError], error: ProgramError) -> None:
    """Add an error to those there are; raises ``Hopeless`` at one too many."""
    if len(errors) >= MAX_ERRORS:
        told = f"there are more than {MAX_ERRORS} errors; the others are told once these are gone"
        raise Hopeless(msgspec.structs.replace(error, code="errors_too_many", sentence=told, found="", expected=""))
    errors.append(error)


class Wrong(Exception):
    """A wording that cannot be used. Whoever knows its place in the file turns it into a ``ProgramError``."""

    def __init__(self, code: str, sentence: str, expected: str = "") -> None:
        """Say what is wrong, and what would be right."""
        super().__init__(sentence)
        self.code, self.sentence, self.expected = code, sentence, expected


def short(text: str) -> str:
    """A text on one line, and not too long.

    >>> short("a" * 100)
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…'
    """
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text[: 4 * _SHOWN]).split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def shown(text: str) -> str:
    """A text as an error quotes it."""
    return f"`{short(text)}`"


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that was most likely meant; empty where none is near.

    >>> closest("catagory", ["category", "channel"])
    'category'
    """
    near = get_close_matches(word[:_SHOWN], sorted(known)[:_COMPARED], n=1, cutoff=0.6)
    return near[0] if near else ""


def advice(word: str, known: Iterable[str]) -> str:
    """How an error about an unknown word goes on: with the nearest one, or else with all there are."""
    words = list(known)
    near = closest(word, words)
    if near:
        return f"did you mean `{near}`?"
    return f"there is {listed(words)}" if words else "there is none"


def listed(words: Sequence[str], joint: str = "and") -> str:
    """Words as a person lists them: `` `a`, `b` and `c` ``, the first dozen of them."""
    quoted = [f"`{word}`" for word in words[:12]]
    if len(words) > 12:
        return f"{', '.join(quoted)} …"
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {joint} {quoted[-1]}"
