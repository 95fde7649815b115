"""Programs: what is in force, what a file would change, and whether it is right."""

import time

from litestar import Router, get, post
from litestar.params import FromPath, RawBody

from guerdon.api.access import AUDITOR, MANAGER, READER, open_to
from guerdon.api.problems import Problem
from guerdon.api.requests import AnyRequest, service_of
from guerdon.api.sources import (
    PUBLISHING_PROBLEMS,
    SOURCE_KINDS,
    check_name,
    errors_in,
    source_in,
    told_as_problems,
)
from guerdon.api.versions import published_answer, versions_of
from guerdon.core.amounts import currency_scale
from guerdon.core.program import Program
from guerdon.language import Difference, ProgramErrors, differences, read_program, read_with_words
from guerdon.language.lines import Lines
from guerdon.lint import lint
from guerdon.messages.programs import (
    Checked,
    Compared,
    Differing,
    FindingInFile,
    ProgramDeclared,
    Programs,
    Source,
    UnitDeclared,
    VersionPublished,
)
from guerdon.people.administering import open_program
from guerdon.runtime.programs import misfits
from guerdon.store import programs as stored


@get("/", sync_to_thread=True, **open_to(*READER))
def list_programs(request: AnyRequest) -> Programs:
    """Every program that the key opens, as its version in force declares it."""
    service, own = service_of(request), request.auth.program_name
    if own is None:
        with service.pool.owner() as connection:  # The key opens all programs.
            names = list(stored.program_names(connection))
    else:
        names = [own]
    return Programs(items=[_declared(request, name) for name in names])


@get("/{name:str}", sync_to_thread=True, **open_to(*READER))
def read_one_program(request: AnyRequest, name: FromPath[str]) -> ProgramDeclared:
    """A program as its version in force declares it, with all its versions."""
    return _declared(request, name)


@post(
    "/",
    sync_to_thread=True,
    **open_to(
        *MANAGER,
        body=Source,
        body_kinds=SOURCE_KINDS,
        problems=("not_for_one_program", "program_exists", *PUBLISHING_PROBLEMS),
    ),
    status_code=201,
)
def add_program(request: AnyRequest, body: RawBody) -> VersionPublished:
    """Publish the first version of a new program. It takes a key that opens the whole deployment."""
    if request.auth.program is not None:
        raise Problem("not_for_one_program")
    source, service = source_in(request, body), service_of(request)
    # No row of the program is there yet that a connection for one program could see.
    with told_as_problems(), service.pool.owner() as connection:
        published = open_program(connection, request.auth.author, source)
    return published_answer(request, published)


@post(
    "/validate",
    sync_to_thread=True,
    **open_to(*AUDITOR, body=Source, body_kinds=SOURCE_KINDS),
    status_code=200,
)
def validate_program(request: AnyRequest, body: RawBody) -> Checked:
    """Tell every error in a program file with its line, and what looks wrong though it can be used. Stores nothing."""
    source = source_in(request, body)
    try:
        program = read_program(source)
    except ProgramErrors as wrong:
        return Checked(is_right=False, errors=errors_in(wrong))
    return Checked(
        is_right=True,
        findings=_findings(source, program),
        program=program.program,
        effective_from=program.effective_from,
        mechanics=len(program.mechanics),
        rewards=len(program.rewards),
    )


@post(
    "/{name:str}/diff",
    sync_to_thread=True,
    **open_to(*AUDITOR, body=Source, body_kinds=SOURCE_KINDS, problems=("program_name_differs", "program_not_right")),
    status_code=200,
)
def compare_program(request: AnyRequest, name: FromPath[str], body: RawBody) -> Compared:
    """Say what a program file would change against the version in force. Stores nothing."""
    source, service = source_in(request, body), service_of(request)
    program = service.program_of(request.auth, name)
    with service.pool.program(program) as connection:
        number = service.published(connection, program).in_force().number
        texts = dict(stored.sources(connection, program))
    with told_as_problems():
        check_name(source, name)
        before, after = read_with_words(texts[number]), read_with_words(source)
    wrong = misfits([read_program(text) for text in texts.values()], after.program)
    return Compared(
        number=number,
        effective_from=after.program.effective_from,
        differences=[_differing(difference) for difference in differences(before, after)],
        misfits=wrong,
    )


def _declared(request: AnyRequest, name: str) -> ProgramDeclared:
    service = service_of(request)
    number = service.program_of(request.auth, name)
    with service.pool.program(number) as connection:
        published = service.published(connection, number)
        versions = versions_of(published, stored.version_dates(connection, number), int(time.time()))
    program = published.in_force().program
    return ProgramDeclared(
        name=name,
        title=program.title,
        currency=program.currency,
        timezone=program.timezone,
        units=_units(program),
        versions=versions,
    )


def _units(program: Program) -> list[UnitDeclared]:
    money = currency_scale(program.currency)
    return [
        UnitDeclared(name=name, scale=money if unit.money else unit.scale, money=unit.money, title=unit.title)
        for name, unit in program.units.items()
    ]


def _findings(source: str, program: Program) -> list[FindingInFile]:
    lines = Lines(source, program)
    return [
        FindingInFile(
            line=lines.of(finding.what, finding.where),
            code=finding.code,
            what=finding.what,
            where=finding.where,
            sentence=finding.sentence,
        )
        for finding in lint(program)
    ]


def _differing(difference: Difference) -> Differing:
    return Differing(
        what=difference.what,
        sentence=difference.sentence,
        key=difference.key,
        before=difference.before,
        after=difference.after,
    )


router = Router(
    path="/programs",
    route_handlers=[list_programs, read_one_program, add_program, validate_program, compare_program],
    tags=["Programs"],
)
