"""Reading a specs file: text in, cases out, or every error there is, each with its line."""

from typing import NamedTuple

from guerdon.core.timeline import Timeline
from guerdon.language.errors import Hopeless, ProgramError, ProgramErrors
from guerdon.language.nodes import Mapping, Node, Scalar, Sequence, parse
from guerdon.language.place import Desk, Place, all_at_once
from guerdon.specs.cases import SPECS, Specs
from guerdon.specs.declared import declared_by


class Named(NamedTuple):
    """Another file that a specs file names, and where."""

    name: str
    line: int
    column: int


class Draft:
    """A specs file as it stands. Its cases can be read once its program is known: amounts need their units."""

    def __init__(self, text: str, name: str = "program.specs.yaml") -> None:
        """Take a file's text; ``name`` is what errors call it. Raises ``ProgramErrors`` for what is not YAML."""
        self.name = name
        self._errors: list[ProgramError] = []
        try:
            self._root = parse(text, self._errors, "specs")
        except Hopeless as hopeless:
            raise ProgramErrors(name, [*self._errors, hopeless.error]) from None

    @property
    def program(self) -> str:
        """The name of the program that the cases are for; empty where it cannot be made out."""
        found = self._behind("specs")
        return found.text.strip() if isinstance(found, Scalar) else ""

    @property
    def programs(self) -> list[Named]:
        """The program files that it names."""
        found = self._behind("programs")
        items = found.items if isinstance(found, Sequence) else ()
        return [Named(item.text.strip(), item.line, item.column) for item in items if isinstance(item, Scalar)]

    def read(self, timeline: Timeline) -> Specs:
        """The cases, for the versions of their program. Raises ``ProgramErrors`` with everything that is wrong."""
        with all_at_once(self.name, self._errors) as errors:
            return SPECS.read(Place(self._root, "", Desk(declared_by(timeline), errors)))

    def _behind(self, key: str) -> Node | None:
        entries = self._root.entries if isinstance(self._root, Mapping) else ()
        return next((value for name, value in entries if name.text.strip() == key), None)


def read_specs(text: str, timeline: Timeline, name: str = "program.specs.yaml") -> Specs:
    """Read the text of a specs file for the versions of its program; raises ``ProgramErrors``."""
    return Draft(text, name).read(timeline)
