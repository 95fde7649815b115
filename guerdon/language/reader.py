"""Reading a program file: text in, a program out, or every error there is."""

from typing import NamedTuple

from guerdon.core.program import Program
from guerdon.language.names import names_of
from guerdon.language.nodes import parse
from guerdon.language.place import Desk, Place, all_at_once
from guerdon.language.program_file import PROGRAM


class Reading(NamedTuple):
    """A file that was read without errors: what it means, and the place where its words stand."""

    program: Program
    place: Place


def read_program(text: str, name: str = "program.yaml") -> Program:
    """Read the text of a program file; raises ``ProgramErrors`` with everything that is wrong with it.

    ``name`` is what the errors call the file.
    """
    return read_with_words(text, name).program


def read_with_words(text: str, name: str = "program.yaml") -> Reading:
    """The same, with the file's own words kept for whoever wants to quote them."""
    with all_at_once(name) as errors:
        root = parse(text, errors)
        place = Place(root, "", Desk(names_of(root), errors))
        program = PROGRAM.read(place)
    return Reading(program, place)
