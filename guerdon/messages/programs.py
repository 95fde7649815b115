"""Programs and their versions: what is in force, what is planned, and what a file would change."""

from datetime import date, datetime
from typing import Any, Literal

import msgspec

Status = Literal["scheduled", "in_force", "past", "replaced"]
"""Where a version stands: planned, in force, over, or replaced by a later one with the same date before it counted."""

LeafletLanguage = Literal["en", "ru", "bg"]
"""The languages of leaflets."""


class UnitDeclared(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Something that members hold."""

    name: str
    scale: int
    """Decimal digits of its smallest part: amounts on the wire are in that part."""
    money: bool = False
    """It is an amount of the program's currency."""
    title: dict[str, tuple[str, ...]] = {}
    """What members call it, by language, in the forms that numbers ask for."""


class VersionOfProgram(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A version without its text."""

    number: int
    """Counted from 1."""
    status: Status
    starts_at: datetime
    """From when on it is in force: the beginning of its first day in the program's time zone."""
    published_at: datetime


class ProgramDeclared(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A program as its version in force declares it."""

    name: str
    title: dict[str, str] = {}
    """What members call it, by language."""
    currency: str
    """ISO 4217."""
    timezone: str
    """IANA name."""
    units: list[UnitDeclared]
    versions: list[VersionOfProgram]
    """Oldest first."""


class Programs(msgspec.Struct, frozen=True, kw_only=True):
    """The programs that a key opens, by name."""

    items: list[ProgramDeclared]


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    """The versions of a program, oldest first."""

    items: list[VersionOfProgram]


class VersionText(msgspec.Struct, frozen=True, kw_only=True):
    """A version with the text of its file."""

    number: int
    status: Status
    starts_at: datetime
    published_at: datetime
    source: str
    """The program file as it was published."""


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A program file in JSON. The file may also be the whole body, as ``text/yaml``."""

    source: str
    """The text of the file."""


class Restoration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From when on an older version is to be in force again."""

    effective_from: date
    """The first day, in the program's time zone."""


class VersionPublished(msgspec.Struct, frozen=True, kw_only=True):
    """A version after it was published."""

    program: str
    number: int
    status: Status
    starts_at: datetime
    is_new: bool
    """Whether it was added just now; the newest version's text once more adds nothing."""


class ErrorInFile(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing that is wrong with a program file."""

    line: int
    """Counted from 1, as is ``column``."""
    column: int
    path: str
    """Where it is in the file's structure: ``mechanics[2].when.catagory``. Lists are counted from 0."""
    code: str
    """The stable code of the error."""
    sentence: str
    """What is wrong and what would be right, for a person."""
    found: str = ""
    """What stands there."""
    expected: str = ""
    """What would be right."""


class FindingInFile(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is right by the letter and most likely not what was meant."""

    line: int
    code: str
    what: str
    """What it is about: a ``mechanic``, a ``reward`` or a ``level``."""
    where: str
    """Its name."""
    sentence: str


class Checked(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What was found in a program file. Nothing of it is stored."""

    is_right: bool
    """Whether it can be used."""
    errors: list[ErrorInFile] = []
    """In the order of the lines."""
    findings: list[FindingInFile] = []
    program: str = ""
    """The program's name; empty where the file is wrong."""
    effective_from: date | None = None
    """None where the file is wrong."""
    mechanics: int = 0
    """How many there are."""
    rewards: int = 0


class Differing(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing that a file says otherwise than the version in force."""

    what: Literal["new", "dropped", "changed", "moved", "renamed", "reassigned"]
    sentence: str
    key: str = ""
    """The key that differs, with those around it; empty: the thing as a whole."""
    before: str = ""
    """What stands there in the version in force, in its own words."""
    after: str = ""
    """What the file says."""


class Compared(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What would change with a program file."""

    number: int
    """The version that it is compared with: the one in force."""
    effective_from: date
    """From when on the changes would hold."""
    differences: list[Differing]
    misfits: list[str] = []
    """Why it could not be published; empty: it could."""


class DeclaredMechanic(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A mechanic of the version in force."""

    name: str
    kind: str
    """``earn``, ``tiers``, ``discount`` and so on: the key that names it in the file."""
    title: dict[str, str] = {}
    """By language."""
    declared: Any
    """As it stands in the program file, every value as a text, a list or a mapping."""


class Mechanics(msgspec.Struct, frozen=True, kw_only=True):
    """The mechanics of the version in force, in the order of the file."""

    items: list[DeclaredMechanic]


class DeclaredMeter(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is counted for each member."""

    name: str
    counts: str
    """``spend`` (in minor units), ``visits``, ``items``, ``g``, ``ml``, ``actions`` or ``earned``."""
    declared: Any
    """As it stands in the program file."""


class Meters(msgspec.Struct, frozen=True, kw_only=True):
    """The meters of the version in force."""

    items: list[DeclaredMeter]
