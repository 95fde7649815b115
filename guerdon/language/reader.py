"""Reading a program file: text in, a program out, or every error there is."""

from guerdon.core.program import Program
from guerdon.language.errors import Hopeless, ProgramError, ProgramErrors
from guerdon.language.names import names_of
from guerdon.language.nodes import parse
from guerdon.language.place import Broken, Desk, Place
from guerdon.language.program_file import PROGRAM


def read_program(text: str, name: str = "program.yaml") -> Program:
    """Read the text of a program file; raises ``ProgramErrors`` with everything that is wrong with it.

    ``name`` is what the errors call the file.
    """
    errors: list[ProgramError] = []
    try:
        root = parse(text, errors)
        program = PROGRAM.read(Place(root, "", Desk(names_of(root), errors)))
    except Hopeless as hopeless:
        raise ProgramErrors(name, [*errors, hopeless.error]) from None
    except Broken:
        raise ProgramErrors(name, errors) from None
    if errors:
        raise ProgramErrors(name, errors)
    return program
