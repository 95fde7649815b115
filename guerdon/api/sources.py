"""Program files in requests, and what can be wrong with one."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from guerdon.api.problems import Problem
from guerdon.api.requests import AnyRequest
from guerdon.language import DateNotFound, ProgramErrors, read_program
from guerdon.messages.problems import Fault
from guerdon.messages.programs import ErrorInFile, Source
from guerdon.people.administering import ProgramExists
from guerdon.runtime.programs import VersionDoesNotFit, VersionsMovedOn
from guerdon.runtime.till import UNREADABLE
from guerdon.store.programs import VersionRewritesHistory

_TEXTS = ("", "text/yaml", "text/x-yaml", "text/plain", "application/yaml", "application/x-yaml")
SOURCE_KINDS = ("text/yaml", "application/json")
"""How a program file is sent: as it is, or in JSON."""
PUBLISHING_PROBLEMS = (
    "changed_meanwhile",
    "program_name_differs",
    "program_not_right",
    "version_cannot_be_dated",
    "version_does_not_fit",
    "version_too_late",
)
"""Why a file is not published."""
_CODES: dict[type[Exception], str] = {
    DateNotFound: "version_cannot_be_dated",
    VersionDoesNotFit: "version_does_not_fit",
    VersionRewritesHistory: "version_too_late",
    VersionsMovedOn: "changed_meanwhile",
}


def source_in(request: AnyRequest, body: bytes) -> str:
    """The text of the program file in a body: the body itself, or ``source`` of its JSON. Raises Problem."""
    kind = request.content_type[0]
    if kind not in (*_TEXTS, "application/json"):
        raise Problem("unsupported_media_type")
    try:
        return body.decode() if kind in _TEXTS else msgspec.json.decode(body, type=Source).source
    except msgspec.ValidationError as error:
        raise Problem("not_as_wanted", first=str(error)) from error
    except UNREADABLE as error:
        raise Problem("body_not_readable") from error


def check_name(source: str, wanted: str) -> None:
    """Refuse a file of another program. Raises Problem."""
    found = read_program(source).program
    if found != wanted:
        raise Problem("program_name_differs", found=found, wanted=wanted)


@contextmanager
def told_as_problems() -> Iterator[None]:
    """Turn what keeps a file from being published into problem documents."""
    try:
        yield
    except ProgramErrors as wrong:
        # Where a request holds several files, the name says which; a program's is the request's own.
        file = "" if wrong.name == "program.yaml" else f"{wrong.name}:"
        places = [f"{file}{error.line}:{error.column} {error.path}".rstrip() for error in wrong.errors]
        faults = [Fault(place, error.sentence) for place, error in zip(places, wrong.errors, strict=True)]
        raise Problem("program_not_right", faults=faults, first=wrong.errors[0].sentence) from wrong
    except ProgramExists as wrong:
        raise Problem("program_exists") from wrong
    except tuple(_CODES) as wrong:
        faults = [Fault("", reason) for reason in getattr(wrong, "reasons", ())]
        raise Problem(_CODES[type(wrong)], faults=faults, reason=str(wrong)) from wrong


def errors_in(wrong: ProgramErrors) -> list[ErrorInFile]:
    """Everything that is wrong with a file, as `guerdon check` tells it."""
    return [msgspec.convert(msgspec.to_builtins(error), ErrorInFile) for error in wrong.errors]
