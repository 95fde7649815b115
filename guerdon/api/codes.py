"""Codes in batches: made once and never shown again, taken in, looked up, revoked.

Only digests of codes are stored, so the answer to whoever makes a batch is the one and only list of its codes. Whoever
loses it on the way revokes the batch and makes another.
"""

import csv
import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated

import msgspec
from anyio.to_thread import run_sync
from litestar import Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Stream

from guerdon.api.access import CUSTOMER, MANAGER, READER, open_to
from guerdon.api.addressing import printable
from guerdon.api.bulk import spool
from guerdon.api.pages import USUAL_LIMIT, Cursor, Limit, Name, cursor_of, position_in
from guerdon.api.problems import Declined, Problem
from guerdon.api.receipts import moment
from guerdon.api.requests import AnyRequest, decoded, program_of, service_of
from guerdon.core.calendar import instant_of
from guerdon.core.codes import ShownCode
from guerdon.core.events import Id, instant_in_range
from guerdon.core.refusals import refuse
from guerdon.core.version import Version
from guerdon.messages.codes import CodeAsked, CodeBatch, CodeBatches, CodesRevoked, CodeStanding, NewBatch
from guerdon.people.audit import record
from guerdon.runtime import codes as runtime
from guerdon.runtime.codes import CodesTrouble
from guerdon.store import codes as stored
from guerdon.store import reading
from guerdon.store.codes import Batch, BatchExists, Terms
from guerdon.store.database import Connection

MOST_BYTES = 100_000_000
_IN_MEMORY = 1_000_000
_CHUNK = 65_536
_LINES = "application/x-ndjson"


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    """A code in a body of NDJSON."""

    code: str
    member: Id = ""


@post(
    "/batches",
    sync_to_thread=True,
    **open_to(*MANAGER, answer_kinds=("text/csv",), problems=("batch_exists", "codes_not_right")),
    status_code=201,
)
def make_codes(request: AnyRequest, data: JSONBody[NewBatch]) -> Stream:
    """Make a batch of up to 1,000,000 codes, and answer them as CSV when all of them are stored.

    Nobody can ask for them again: keep the answer.
    """
    terms = _terms(data.uses, data.uses_per_member, data.valid_from, data.valid_until)
    file = SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8", newline="")  # noqa: SIM115 - it outlives this
    try:
        rows = csv.writer(file)
        rows.writerow(["code", "member"] if data.members else ["code"])
        width = 2 if data.members else 1
        with _storing(request, data.name) as (connection, program):
            runtime.make_batch(
                connection, program, data.name, data.count, terms, prefix=data.prefix, signs=data.signs,
                members=data.members, keep=lambda made: rows.writerows(one[:width] for one in made),
            )  # fmt: skip
            _note_batch(request, connection, program, "codes.made", data.name)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{data.name}.csv"'}
    return Stream(_chunks(file), media_type="text/csv", headers=headers)


@post(
    "/batches/{name:str}/import",
    **open_to(*MANAGER, body=str, body_kinds=("text/csv", _LINES), problems=("batch_exists", "codes_not_right")),
    status_code=201,
    request_max_body_size=MOST_BYTES,
)
async def import_codes(
    request: AnyRequest,
    name: FromPath[str],
    uses: Annotated[int, QueryParameter(ge=1, le=1_000_000_000, description="Baskets each code is good for.")] = 1,
    uses_per_member: Annotated[
        int | None, QueryParameter(ge=1, le=1_000_000_000, description="Baskets of a member they are all good for.")
    ] = None,
    valid_from: Annotated[datetime | None, QueryParameter(description="From when they are good.")] = None,
    valid_until: Annotated[datetime | None, QueryParameter(description="From when they are good no more.")] = None,
) -> CodeBatch:
    """Store codes that were made elsewhere: CSV with a code and perhaps a member a line, or NDJSON with the same.

    All of them are stored, or none where a line is wrong.
    """
    terms = _terms(uses, uses_per_member, valid_from, valid_until)
    read = _csv_lines if request.content_type[0] != _LINES else _ndjson_lines
    file = await spool(request.stream())
    try:
        return await run_sync(_import, request, name, terms, file, read)
    finally:
        file.close()


@get("/batches", sync_to_thread=True, **open_to(*READER))
def list_batches(request: AnyRequest, cursor: Cursor = None, limit: Limit = USUAL_LIMIT) -> CodeBatches:
    """Every batch by name: how many codes it has, and how often they were used."""
    program, after = program_of(request), position_in(cursor, Name)
    with service_of(request).pool.program(program) as connection:
        found = [batch for batch in stored.batches(connection, program) if batch.name > (after or "")]
    items = [_told(batch) for batch in found[:limit]]
    return CodeBatches(items=items, next=cursor_of(items[-1].name) if len(found) > limit else None)


@get("/batches/{name:str}", sync_to_thread=True, **open_to(*READER))
def read_batch(request: AnyRequest, name: FromPath[str]) -> CodeBatch:
    """A batch: how many codes it has, what each is good for, how often they were used."""
    program = program_of(request)
    with service_of(request).pool.program(program) as connection:
        return _told(_batch(connection, program, name))


@post("/batches/{name:str}/revoke", sync_to_thread=True, **open_to(*MANAGER), status_code=200)
def revoke_codes(request: AnyRequest, name: FromPath[str]) -> CodeBatch:
    """Let no code of a batch be good any more. What was bought with them stays as it is."""
    program = program_of(request)
    with service_of(request).pool.program(program) as connection:
        before = _batch(connection, program, name)
        if before.revoked_at is None:
            stored.revoke_batch(connection, program, before.name)
            _note_batch(request, connection, program, "codes.revoked", before.name)
        return _told(_batch(connection, program, before.name))


@post("/revoke", sync_to_thread=True, **open_to(*MANAGER, problems=("code_mistyped", "code_unknown")), status_code=200)
def revoke_one(request: AnyRequest, data: JSONBody[CodeAsked]) -> CodesRevoked:
    """Let one code be good no more. The log names its batch, and not the code."""
    program = program_of(request)
    with service_of(request).pool.program(program) as connection:
        found = _found(connection, program, data.code)
        if found is None:
            raise Declined(refuse("code_unknown", shown=printable(data.code)))
        stored.revoke_code(connection, program, runtime.digest_of(found.key))
        if found.standing != "revoked":
            _note_batch(request, connection, program, "code.revoked", found.batch)
    return CodesRevoked(batch=found.batch)


@post(
    "/check",
    sync_to_thread=True,
    **open_to(*CUSTOMER, problems=("code_mistyped", "code_unknown", "no_program_in_force")),
    status_code=200,
)
def check_code(request: AnyRequest, data: JSONBody[CodeAsked]) -> CodeStanding:
    """Whether a code is good, for what, and how often still. Nothing is used."""
    service, program = service_of(request), program_of(request)
    with service.pool.program(program) as connection:
        version = service.published(connection, program).in_force()
        found = _found(connection, program, data.code)
        if found is not None and found.batch in version.codes:
            used = reading.limit(connection, program, found.limit)
            return _standing(found, version, data.member, 0 if used is None else used.used)
        if found is None and data.code in version.codes:
            return CodeStanding(good=True, batch=data.code, taken_by=_taken_by(version, data.code))
    raise Declined(refuse("code_unknown", shown=printable(data.code)))


def _found(connection: Connection, program: int, code: str) -> ShownCode | None:
    """A code of a batch; None: there is none. Raises Declined for one that is mistyped or the name of a batch."""
    if "\x00" in code or not code.isprintable():
        raise Declined(refuse("code_unknown", shown=printable(code.replace("\x00", " "))))
    found = runtime.shown_codes(connection, program, [code]).get(code)
    if found is not None and found.standing == "mistyped":
        raise Declined(refuse("code_mistyped", shown=code))
    if found is not None and found.standing == "name":
        raise Declined(refuse("code_unknown", shown=code))
    return found


def _standing(code: ShownCode, version: Version, member: str | None, used: int) -> CodeStanding:
    now = int(time.time())
    left = max(code.uses - used, 0)
    why_not = ""
    if code.standing == "revoked":
        why_not = "code_revoked"
    elif code.member and member not in (None, code.member):
        why_not = "code_of_another_member"
    elif not _is_valid(code, now):
        why_not = "code_not_valid_now"
    elif not left:
        why_not = "code_used_up"
    return CodeStanding(
        good=not why_not,
        why_not=why_not,  # type: ignore[arg-type]
        batch=code.batch,
        taken_by=_taken_by(version, code.batch),
        personal=bool(code.member),
        uses=code.uses,
        left=left,
        uses_per_member=code.uses_per_member,
        valid_from=moment(code.valid_from),
        valid_until=moment(code.valid_until),
    )


def _is_valid(code: ShownCode, now: int) -> bool:
    begun = code.valid_from is None or code.valid_from <= now
    return begun and (code.valid_until is None or now < code.valid_until)


def _taken_by(version: Version, code: str) -> list[str]:
    return sorted(mechanic for mechanic, codes in version.codes_of.items() if code in codes)


def _terms(uses: int, per_member: int | None, first: datetime | None, until: datetime | None) -> Terms:
    """What codes are good for. Raises Problem for dates that cannot be."""
    for at in (first, until):
        if at is not None and (at.tzinfo is None or not instant_in_range(instant_of(at))):
            raise Problem("codes_not_right", first="their dates name a zone and lie in the years 2000 to 2099.")
    if first is not None and until is not None and first >= until:
        raise Problem("codes_not_right", first="they would be over before they begin.")
    return Terms(uses, per_member, first, until)


@contextmanager
def _storing(request: AnyRequest, name: str) -> Iterator[tuple[Connection, int]]:
    """A transaction in which codes are stored. Raises Problem for what is wrong with them.

    It is the owner's: COPY, by which a million codes arrive in seconds, knows no row-level security.
    """
    program = program_of(request)
    try:
        with service_of(request).pool.owner() as connection:
            yield connection, program
    except BatchExists as exists:
        raise Problem("batch_exists", batch=name) from exists
    except (CodesTrouble, csv.Error, UnicodeDecodeError) as trouble:
        told = str(trouble) if isinstance(trouble, CodesTrouble) else "the body is no CSV in UTF-8."
        raise Problem("codes_not_right", first=printable(told.replace("\x00", " "))) from trouble


def _import(
    request: AnyRequest, name: str, terms: Terms, file: IO[bytes], read: Callable[[IO[bytes]], Iterator[str]]
) -> CodeBatch:
    with _storing(request, printable(name)) as (connection, program):
        runtime.import_batch(connection, program, name, read(file), terms)
        _note_batch(request, connection, program, "codes.imported", name)
        return _told(_batch(connection, program, name))


def _csv_lines(file: IO[bytes]) -> Iterator[str]:
    for number, line in enumerate(file):
        yield line.decode("utf-8-sig" if number == 0 else "utf-8")


def _ndjson_lines(file: IO[bytes]) -> Iterator[str]:
    """The same codes as lines of CSV. Raises Problem, which tells the line."""
    for number, line in enumerate(file, 1):
        if not line.strip():
            yield "\n"
            continue
        try:
            row = decoded(line, _Row)
        except Problem as problem:
            raise Problem("codes_not_right", first=f"line {number}: {problem}") from problem
        if "\n" in row.code or "\r" in row.code:
            raise Problem("codes_not_right", first=f"line {number}: there are signs in it that cannot be printed")
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerow([row.code, row.member] if row.member else [row.code])
        yield out.getvalue()


def _batch(connection: Connection, program: int, name: str) -> Batch:
    found = next((batch for batch in stored.batches(connection, program) if batch.name == name), None)
    if found is None:
        raise Problem("batch_not_found")
    return found


def _note_batch(request: AnyRequest, connection: Connection, program: int, action: str, name: str) -> None:
    """Record what was done to a batch, with what it is then."""
    told = msgspec.to_builtins(_told(_batch(connection, program, name)))
    record(connection, request.auth.author, program, action, f"batch/{name}", after=told)


def _told(batch: Batch) -> CodeBatch:
    return CodeBatch(
        name=batch.name,
        codes=batch.codes,
        used=batch.used,
        left=batch.codes * batch.terms.uses - batch.used,
        uses=batch.terms.uses,
        uses_per_member=batch.terms.uses_per_member,
        valid_from=batch.terms.valid_from,
        valid_until=batch.terms.valid_until,
        prefix=batch.prefix,
        made_at=batch.made_at,
        revoked_at=batch.revoked_at,
    )


def _chunks(file: IO[str]) -> Iterator[str]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


router = Router(
    path="/codes",
    route_handlers=[
        make_codes,
        import_codes,
        list_batches,
        read_batch,
        revoke_codes,
        revoke_one,
        check_code,
    ],
    tags=["Codes"],
)
