"""A place in the file that is being read: what stands there, what is known around it, and where errors go."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from typing import NamedTuple, NoReturn

import msgspec

from guerdon.language.errors import Hopeless, ProgramError, ProgramErrors, Wrong, collect, shown
from guerdon.language.nodes import Mapping, Node, Scalar, Sequence, Unreadable


class UnitFacts(NamedTuple):
    """What a wording must know about a unit to read an amount of it."""

    scale: int
    money: bool
    divisible: bool = False
    """Money of which any part may be spent."""


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What the file declares, found before anything is read: a wording may name what is declared further down.

    A name counts even where what it stands for is wrong, so that one mistake gives one error.
    """

    currency: str = ""
    """Empty where it cannot be read; then any currency will do."""
    units: dict[str, UnitFacts] = {}
    meters: dict[str, str] = {}
    """Each meter's measure: ``spend``, ``visits``, ``items``, ``g``, ``ml``, ``actions`` or the unit that is earned.

    Empty where it is unclear.
    """
    lanes: frozenset[str] = frozenset()
    levels: tuple[str, ...] = ()
    mechanics: frozenset[str] = frozenset()
    caps: dict[str, str] = {}
    """Each shared limit's unit; empty where it is unclear."""
    partners: frozenset[str] = frozenset()
    plans: frozenset[str] = frozenset()
    badges: frozenset[str] = frozenset()
    causes: frozenset[str] = frozenset()
    streaks: frozenset[str] = frozenset()
    coupons: frozenset[str] = frozenset()
    benefits: frozenset[str] = frozenset()
    rewards: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    """Those that the file declares; others come from outside."""
    experiments: dict[str, tuple[str, ...]] = {}
    """The groups of each experiment."""


class Scope(NamedTuple):
    """What a wording may look at: the file's names, and the one thing that is spoken of where it stands."""

    names: Names
    subject: str = ""
    """The unit of an earning mechanic, the meter of a ladder; empty where there is none or it is unknown."""


NO_SCOPE = Scope(Names())


class Broken(Exception):
    """What stands here cannot be used, and an error already says why."""


@contextmanager
def all_at_once(name: str, known: Iterable[ProgramError] = ()) -> Iterator[list[ProgramError]]:
    """Read a file, and raise ``ProgramErrors`` with everything that was found wrong with it, if anything was.

    ``name`` is what errors call the file; ``known`` are those that were found before.
    """
    errors = list(known)
    try:
        yield errors
    except Hopeless as hopeless:
        raise ProgramErrors(name, [*errors, hopeless.error]) from None
    except Broken:
        raise ProgramErrors(name, errors) from None
    if errors:
        raise ProgramErrors(name, errors)


class Desk:
    """Where errors are collected, and what was met so far."""

    def __init__(self, names: Names, errors: list[ProgramError]) -> None:
        """Start with what the file declares."""
        self.names = names
        self.errors = errors
        self.declared: dict[tuple[str, str], Node] = {}
        """Where a name was given, by what it names."""
        self.earned: dict[str, tuple[str, str]] = {}
        """The earning mechanics above, with the unit and the trigger of each; empty texts where those are unclear."""

    def again(self) -> "Desk":
        """A desk to read parts of the same file at once more: what was met is known, and nobody hears of errors."""
        desk = copy(self)
        desk.errors, desk.declared = [], {}
        return desk


class Place:
    """Something in the file."""

    def __init__(self, node: Node, path: str, desk: Desk, subject: str = "") -> None:
        """Point at a node."""
        self.node = node
        self.path = path
        self.desk = desk
        self.subject = subject

    @property
    def scope(self) -> Scope:
        return Scope(self.desk.names, self.subject)

    def child(self, key: str, node: Node, subject: str | None = None) -> "Place":
        """The place behind a key."""
        path = f"{self.path}.{key}" if self.path else key
        return Place(node, path, self.desk, self.subject if subject is None else subject)

    def again(self) -> "Place":
        """The same place, to be read once more."""
        return Place(self.node, self.path, self.desk.again(), self.subject)

    def item(self, number: int, node: Node) -> "Place":
        """The place in a list."""
        return Place(node, f"{self.path}[{number}]", self.desk, self.subject)

    def report(self, code: str, sentence: str, expected: str = "") -> None:
        """Add an error about what stands here."""
        found = self.node.text if isinstance(self.node, Scalar) else ""
        error = ProgramError(
            line=self.node.line, column=self.node.column, path=self.path, code=code, sentence=sentence, found=found,
            expected=expected,
        )  # fmt: skip
        collect(self.desk.errors, error)

    def refuse(self, code: str, sentence: str, expected: str = "") -> NoReturn:
        """Add an error and give up on this place."""
        self.report(code, sentence, expected)
        raise Broken

    def refuse_wrong(self, wrong: Wrong) -> NoReturn:
        """Add the error that a wording gave and give up on this place."""
        self.refuse(wrong.code, wrong.sentence, wrong.expected)

    def text(self, expected: str) -> str:
        """The text that stands here, its white space evened out."""
        if not isinstance(self.node, Scalar):
            self._refuse_kind(expected)
        text = " ".join(self.node.text.split())
        if not text:
            self.refuse("value_empty", f"{self.name} is empty; {expected} belongs here", expected)
        return text

    def items(self, expected: str) -> list["Place"]:
        """The places of the list that stands here."""
        if not isinstance(self.node, Sequence):
            self._refuse_kind(expected)
        return [self.item(number, node) for number, node in enumerate(self.node.items)]

    def entries(self, expected: str) -> list[tuple["Place", Node]]:
        """The places of the keys of the mapping that stands here, each with its value."""
        if not isinstance(self.node, Mapping):
            self._refuse_kind(expected)
        return [(self.child(key.text, key), value) for key, value in self.node.entries]

    @property
    def name(self) -> str:
        """What to call this place in a sentence: its last key."""
        return f"`{self.path.rpartition('.')[2]}`" if self.path else "the file"

    def _refuse_kind(self, expected: str) -> NoReturn:
        node = self.node
        if isinstance(node, Unreadable):
            raise Broken
        if isinstance(node, Scalar) and not node.text.strip():
            self.refuse("value_empty", f"{self.name} is empty; {expected} belongs here", expected)
        found = (
            shown(node.text) if isinstance(node, Scalar) else "a list" if isinstance(node, Sequence) else "a mapping"
        )
        self.refuse("kind_wrong", f"{self.name} is {found}; {expected} belongs here", expected)
