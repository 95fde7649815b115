"""Programs: what is in force, what a file would change, and new versions.

A program file is given as its text.
"""

from datetime import date
from typing import Literal

from guerdon.client.calls import Call, get, if_match, post
from guerdon.client.operations import Group, Way, operation
from guerdon.messages.programs import (
    Checked,
    Compared,
    LeafletLanguage,
    Mechanics,
    Meters,
    ProgramDeclared,
    Restoration,
    Source,
    VersionPublished,
    Versions,
    VersionText,
)
from guerdon.messages.programs import Programs as ProgramsAnswer

_VERSIONS = "/v1/programs/{name}/versions"


class Programs(Group[Way]):
    """Programs and their versions."""

    @operation
    def list(self) -> Call[ProgramsAnswer]:
        """Every program that the key opens."""
        return get("/v1/programs", ProgramsAnswer)

    @operation
    def read(self, program: str) -> Call[ProgramDeclared]:
        """A program as its version in force declares it, with its versions."""
        return get("/v1/programs/{name}", ProgramDeclared, name=program)

    @operation
    def add(self, source: str) -> Call[VersionPublished]:
        """Publish the first version of a new program. It takes a key that opens the whole deployment."""
        return post("/v1/programs", VersionPublished, Source(source), is_repeatable=False)

    @operation
    def validate(self, source: str) -> Call[Checked]:
        """Every error of a program file, and what looks wrong though it can be used. Stores nothing."""
        return post("/v1/programs/validate", Checked, Source(source))

    @operation
    def compare(self, program: str, source: str) -> Call[Compared]:
        """What a file would change against the version in force. Stores nothing."""
        return post("/v1/programs/{name}/diff", Compared, Source(source), name=program)

    @operation
    def publish(self, program: str, source: str, *, newest: int | None = None) -> Call[VersionPublished]:
        """Publish a version. With the number of the ``newest`` one that it was made from it is refused
        (``ChangedMeanwhile``) where there is a newer one.
        """
        return post(
            _VERSIONS,
            VersionPublished,
            Source(source),
            headers=if_match(_tag(newest)),
            is_repeatable=newest is None,
            name=program,
        )

    @operation
    def versions(self, program: str) -> Call[Versions]:
        """Every version of a program, oldest first."""
        return get(_VERSIONS, Versions, name=program)

    @operation
    def version(self, program: str, number: int) -> Call[VersionText]:
        """A version with the text of its file."""
        return get(f"{_VERSIONS}/{{number}}", VersionText, name=program, number=str(number))

    @operation
    def restore(
        self, program: str, number: int, effective_from: date, *, newest: int | None = None
    ) -> Call[VersionPublished]:
        """Roll back: publish the text of an older version again, in force from another day on."""
        return post(
            f"{_VERSIONS}/{{number}}/restore",
            VersionPublished,
            Restoration(effective_from),
            headers=if_match(_tag(newest)),
            is_repeatable=newest is None,
            name=program,
            number=str(number),
        )

    @operation
    def leaflet(
        self,
        program: str,
        number: int,
        *,
        language: LeafletLanguage = "en",
        format: Literal["html", "markdown"] = "html",
    ) -> Call[str]:
        """A version as members read it."""
        query = {"language": language, "format": format}
        return get(f"{_VERSIONS}/{{number}}/leaflet", str, query=query, name=program, number=str(number))

    @operation
    def mechanics(self) -> Call[Mechanics]:
        """The mechanics of the version in force, in the words of its file."""
        return get("/v1/mechanics", Mechanics)

    @operation
    def meters(self) -> Call[Meters]:
        """What the version in force counts for each member."""
        return get("/v1/meters", Meters)


def _tag(newest: int | None) -> str | None:
    return None if newest is None else f'"{newest}"'
