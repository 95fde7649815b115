"""Versions of a program: published, scheduled, read, and brought back."""

import time
from collections.abc import Sequence
from typing import Annotated, Literal
from urllib.parse import quote

from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter, RawBody

from guerdon.api.access import AUDITOR, MANAGER, READER, open_to
from guerdon.api.problems import Problem
from guerdon.api.requests import AnyRequest, service_of
from guerdon.api.sources import PUBLISHING_PROBLEMS, SOURCE_KINDS, check_name, source_in, told_as_problems
from guerdon.core.calendar import Instant, instant_of
from guerdon.language import dated_from, read_program
from guerdon.leaflet import html, leaflet, markdown
from guerdon.messages.programs import (
    LeafletLanguage,
    Restoration,
    Source,
    Status,
    VersionOfProgram,
    VersionPublished,
    Versions,
    VersionText,
)
from guerdon.people.administering import Published, publish_version
from guerdon.runtime.programs import PublishedProgram
from guerdon.store import programs as stored
from guerdon.store.programs import VersionDates

InLanguage = Annotated[LeafletLanguage, QueryParameter(description="The language of the sentences.")]

_SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}


@get("/", sync_to_thread=True, **open_to(*READER, etag=True))
def list_versions(request: AnyRequest, name: FromPath[str]) -> Response[Versions]:
    """Every version of a program, oldest first. The ETag is that of the newest one, for publishing the next."""
    service = service_of(request)
    program = service.program_of(request.auth, name)
    with service.pool.program(program) as connection:
        dates = stored.version_dates(connection, program)
        items = versions_of(service.published(connection, program), dates, int(time.time()))
    return Response(Versions(items=items), headers={"ETag": _tag(len(items))})


@post(
    "/",
    sync_to_thread=True,
    **open_to(*MANAGER, body=Source, body_kinds=SOURCE_KINDS, if_match=True, etag=True, problems=PUBLISHING_PROBLEMS),
)
def add_version(request: AnyRequest, name: FromPath[str], body: RawBody) -> Response[VersionPublished]:
    """Publish a version: it is in force from its ``effective_from`` on, which may lie ahead.

    With ``If-Match``, the ETag of the version that it was made from, it is refused where a newer one is there.
    """
    service_of(request).program_of(request.auth, name)
    return _publish(request, name, source_in(request, body))


@get("/{number:int}", sync_to_thread=True, **open_to(*AUDITOR, etag=True))
def read_version(request: AnyRequest, name: FromPath[str], number: FromPath[int]) -> Response[VersionText]:
    """A version with the text of its file."""
    found, source = _version(request, name, number)
    text = VersionText(
        number=number,
        status=found.status,
        starts_at=found.starts_at,
        published_at=found.published_at,
        source=source,
    )
    return Response(text, headers={"ETag": _tag(number)})


@post(
    "/{number:int}/restore",
    sync_to_thread=True,
    **open_to(*MANAGER, if_match=True, etag=True, problems=PUBLISHING_PROBLEMS),
)
def restore_version(
    request: AnyRequest, name: FromPath[str], number: FromPath[int], data: JSONBody[Restoration]
) -> Response[VersionPublished]:
    """Roll back: publish the text of an older version again, in force from another day on.

    It is refused, with the reasons, where it no longer fits what members hold. Nothing of the past changes.
    """
    _, source = _version(request, name, number)
    with told_as_problems():
        moved = dated_from(source, data.effective_from)
    return _publish(request, name, moved)


@get(
    "/{number:int}/leaflet",
    sync_to_thread=True,
    **open_to(*READER, answer_kinds=("text/html", "text/markdown")),
)
def read_leaflet(
    request: AnyRequest,
    name: FromPath[str],
    number: FromPath[int],
    language: InLanguage = "en",
    format: Annotated[Literal["html", "markdown"], QueryParameter(description="What it is written in.")] = "html",
) -> Response[str]:
    """A version as members read it: how to earn, what for, until when."""
    _, source = _version(request, name, number)
    found = leaflet(read_program(source), language)
    if format == "markdown":
        return Response(markdown(found), media_type="text/markdown", headers=_SAFE)
    return Response(html(found, language), media_type="text/html", headers=_SAFE)


def versions_of(published: PublishedProgram, dates: Sequence[VersionDates], at: Instant) -> list[VersionOfProgram]:
    """Versions with where each stands at an instant."""
    counting = {version.number for version in published.timeline.versions}
    current = published.timeline.at(at)
    in_force = None if current is None else current.number

    def status(one: VersionDates) -> Status:
        if one.number not in counting:
            return "replaced"
        if one.number == in_force:
            return "in_force"
        return "scheduled" if instant_of(one.starts_at) > at else "past"

    return [
        VersionOfProgram(number=one.number, status=status(one), starts_at=one.starts_at, published_at=one.published_at)
        for one in dates
    ]


def published_answer(request: AnyRequest, published: Published) -> VersionPublished:
    """What is answered when a version was published."""
    service, program = service_of(request), published.program
    with service.pool.program(program) as connection:
        compiled = service.published(connection, program)
        dates = stored.version_dates(connection, program)
        versions = versions_of(compiled, dates, int(time.time()))
    found = versions[published.number - 1]
    return VersionPublished(
        program=compiled.in_force().program.program,
        number=found.number,
        status=found.status,
        starts_at=found.starts_at,
        is_new=published.is_new,
    )


def _publish(request: AnyRequest, name: str, source: str) -> Response[VersionPublished]:
    newest = _tagged(request.headers.get("if-match"))
    # A version is published as the owner: nobody who acts for one program may write what decides for it.
    with told_as_problems():
        check_name(source, name)
        with service_of(request).pool.owner() as connection:
            published = publish_version(connection, request.auth.author, source, newest=newest)
    answer = published_answer(request, published)
    headers = {"ETag": _tag(published.number), "Location": f"/v1/programs/{quote(name)}/versions/{published.number}"}
    return Response(answer, status_code=201 if published.is_new else 200, headers=headers)


def _version(request: AnyRequest, name: str, number: int) -> tuple[VersionOfProgram, str]:
    """A version and its text. Raises Problem."""
    service = service_of(request)
    program = service.program_of(request.auth, name)
    with service.pool.program(program) as connection:
        versions = versions_of(
            service.published(connection, program), stored.version_dates(connection, program), int(time.time())
        )
        found = next((version for version in versions if version.number == number), None)
        source = None if found is None else stored.source(connection, program, number)
    if found is None or source is None:
        raise Problem("version_not_found")
    return found, source


def _tag(number: int) -> str:
    return f'"{number}"'


def _tagged(header: str | None) -> int | None:
    """The number in an ``If-Match``; None: whatever there is will do. One that no version has fits none."""
    if header is None or header.strip() == "*":
        return None
    text = header.strip().removeprefix("W/").strip('"')
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


router = Router(
    path="/programs/{name:str}/versions",
    route_handlers=[list_versions, add_version, read_version, restore_version, read_leaflet],
    tags=["Programs"],
)
