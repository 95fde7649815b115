"""Commands for codes in batches."""

import csv
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.progress import Progress

from guerdon.cli.home import console, database, errors, told_plainly
from guerdon.cli.options import Home, ProgramName
from guerdon.cli.showing import Shower, counted, safe
from guerdon.core.calendar import Instant, day_of, instant_of, moment_of
from guerdon.core.codes import ShownCode
from guerdon.runtime import codes as runtime
from guerdon.runtime.codes import SIGNS_OF_CHANCE, CodesTrouble, Made
from guerdon.runtime.programs import PublishedProgram, find_program
from guerdon.store import codes as stored
from guerdon.store import reading
from guerdon.store.codes import Batch, BatchExists, Terms
from guerdon.store.database import Connection, connect
from guerdon.store.migrations import migrate

codes = typer.Typer(help="Codes in batches, each of them a secret.", no_args_is_help=True)

BatchName = Annotated[str, typer.Argument(help="The batch: what the program file has as a code.")]
CodeText = Annotated[str, typer.Argument(help="The code, in any spelling.")]
Uses = Annotated[int, typer.Option("--per-code", min=1, help="How many baskets each code is good for.")]
PerMember = Annotated[
    int | None,
    typer.Option("--per-member", min=1, help="How many baskets of a member all its codes are good for."),
]
From = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day they are good.")]
Until = Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="The last day they are good.")]


@codes.command("make")
def make(
    batch: BatchName,
    count: Annotated[int, typer.Option(min=1, max=100_000_000, help="How many codes.")] = 1,
    per_code: Uses = 1,
    per_member: PerMember = None,
    first: From = None,
    until: Until = None,
    prefix: Annotated[str, typer.Option(help="What each code begins with.")] = "",
    signs: Annotated[int, typer.Option(help="How many signs of a code are chance.")] = SIGNS_OF_CHANCE,
    members: Annotated[
        Path | None,
        typer.Option(help="A file with a member a line: each gets a code that is good for nobody else.", exists=True),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the codes go; printed without it.", dir_okay=False)] = None,
    home: Home = None,
    program: ProgramName = None,
) -> None:
    """Make a batch of codes. Nobody can ask for them again: keep the file."""
    with told_plainly(CodesTrouble, BatchExists, OSError), database(home) as url, connect(url) as connection:
        migrate(connection)
        published = PublishedProgram(connection, find_program(connection, program))
        whom = [] if members is None else members.read_text("utf-8-sig").split()
        with _keeping(out) as keeper, _telling("Making codes") as tell:
            runtime.make_batch(
                connection, published.id, batch, count, _terms(published, per_code, per_member, first, until),
                prefix=prefix, signs=signs, members=whom, keep=keeper.keep, progress=tell,
            )  # fmt: skip
            keeper.settle()
            connection.commit()
        if out is not None:
            told = f"{counted(len(whom) or count, 'code')} of {batch} made; see {out}."
            console.print(told, highlight=False, markup=False, soft_wrap=True)
        _say_unless_taken(published, batch)


@codes.command("import")
def take_in(
    batch: BatchName,
    file: Annotated[Path, typer.Argument(help="A code a line, with its member behind a comma.", exists=True)],
    per_code: Uses = 1,
    per_member: PerMember = None,
    first: From = None,
    until: Until = None,
    home: Home = None,
    program: ProgramName = None,
) -> None:
    """Take in codes that were made elsewhere: all of them, or none where any line is wrong."""
    with told_plainly(CodesTrouble, BatchExists, UnicodeDecodeError), database(home) as url, connect(url) as connection:
        migrate(connection)
        published = PublishedProgram(connection, find_program(connection, program))
        terms = _terms(published, per_code, per_member, first, until)
        with file.open(encoding="utf-8-sig", newline="") as lines, _telling("Storing codes") as tell:
            count = runtime.import_batch(connection, published.id, batch, lines, terms, progress=tell)
            connection.commit()
        console.print(f"{counted(count, 'code')} of {batch} stored.", highlight=False, markup=False)
        _say_unless_taken(published, batch)


@codes.command("list")
def show_batches(home: Home = None, program: ProgramName = None) -> None:
    """Print every batch: how many codes it has, how often they were used, and until when they are good."""
    with told_plainly(), database(home) as url, connect(url) as connection:
        migrate(connection)
        published = PublishedProgram(connection, find_program(connection, program))
        for batch in stored.batches(connection, published.id):
            console.print(_batch_line(batch, _shower(published)), highlight=False, markup=False, soft_wrap=True)


@codes.command("show")
def show_code(code: CodeText, home: Home = None, program: ProgramName = None) -> None:
    """What there is to a code: its batch, how often it is still good, for whom and until when."""
    with told_plainly(CodesTrouble), database(home) as url, connect(url) as connection:
        migrate(connection)
        published = PublishedProgram(connection, find_program(connection, program))
        found = _found(connection, published.id, code)
        for line in _code_lines(connection, published, found):
            console.print(line, highlight=False, markup=False, soft_wrap=True)


@codes.command("revoke")
def revoke(
    code: Annotated[str | None, typer.Argument(help="The code, in any spelling.")] = None,
    batch: Annotated[str | None, typer.Option(help="Revoke all codes of this batch.")] = None,
    home: Home = None,
    program: ProgramName = None,
) -> None:
    """Revoke a code, or a whole batch. What was bought with it stays as it is."""
    with told_plainly(CodesTrouble), database(home) as url, connect(url) as connection:
        migrate(connection)
        number = find_program(connection, program)
        if (code is None) == (batch is None):
            raise CodesTrouble("Name a code, or a batch with --batch.")
        if batch is not None and not stored.revoke_batch(connection, number, batch):
            raise CodesTrouble(f"There is no batch {batch}.")
        if code is not None and not stored.revoke_code(connection, number, runtime.digest_of(runtime.key_of(code))):
            raise CodesTrouble(f"There is no code {code}.")
        connection.commit()
    console.print(f"{safe(code or f'Every code of {batch}')} is revoked.", highlight=False)


class _Keeper:
    """Keeps the codes that are made: in a file, or to be printed."""

    def __init__(self, file: TextIO | None) -> None:
        self._file = file
        self._made: list[Made] = []

    def keep(self, made: Sequence[Made]) -> None:
        if self._file is None:
            self._made += made
        else:
            csv.writer(self._file, lineterminator="\n").writerows(_cells(made))

    def settle(self) -> None:
        """Have everything on the disk before the database says that the codes are good."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())

    def print_all(self) -> None:
        for cells in _cells(self._made):
            typer.echo(",".join(cells))


def _cells(made: Sequence[Made]) -> list[list[str]]:
    return [[one.code, one.member] if one.member else [one.code] for one in made]


@contextmanager
def _keeping(out: Path | None) -> Iterator[_Keeper]:
    """A keeper whose file gets its name, or whose codes are printed, when all went well.

    A batch whose file kept the name with ``.part`` was stored all the same, if the machine stopped in between.
    """
    if out is None:
        keeper = _Keeper(None)
        yield keeper
        keeper.print_all()
        return
    if out.exists():
        raise CodesTrouble(f"{out} is there already; codes never overwrite others.")
    part = out.with_name(f"{out.name}.part")
    part.touch(mode=0o600)
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield _Keeper(file)
    except (CodesTrouble, BatchExists):
        part.unlink()
        raise
    part.rename(out)


@contextmanager
def _telling(what: str) -> Iterator[runtime.Progress]:
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _terms(
    published: PublishedProgram, uses: int, per_member: int | None, first: datetime | None, until: datetime | None
) -> Terms:
    """What the codes are good for; days are those of the program's time zone."""
    begins = None if first is None else _start_of(published, first.date(), 0)
    ends = None if until is None else _start_of(published, until.date(), 1)
    if begins is not None and ends is not None and begins >= ends:
        raise CodesTrouble("The last day lies before the first.")
    return Terms(uses, per_member, begins, ends)


def _start_of(published: PublishedProgram, day: date, later: int) -> datetime:
    return moment_of(published.zone.start(day_of(day) + later))


def _say_unless_taken(published: PublishedProgram, batch: str) -> None:
    if batch not in published.in_force().codes:
        hint = f"No mechanic takes them yet; one does with `when: {{code: {batch}}}`."
        errors.print(hint, highlight=False, markup=False, soft_wrap=True)


def _found(connection: Connection, program: int, code: str) -> ShownCode:
    found = runtime.shown_codes(connection, program, [code]).get(code)
    if found is None or found.standing == "name":
        raise CodesTrouble(f"There is no code {code}.")
    if found.standing == "mistyped":
        raise CodesTrouble(f"There is no code {code}: it is mistyped, its signs do not fit together.")
    return found


def _code_lines(connection: Connection, published: PublishedProgram, code: ShownCode) -> Iterator[str]:
    """What there is to a code, in words."""
    shower = _shower(published)
    limit = reading.limit(connection, published.id, code.limit)
    used = 0 if limit is None else limit.used
    yield f"{code.key} is a code of {code.batch}, used {used:,} of {counted(code.uses, 'time')}."
    if code.member:
        yield f"It is good for {code.member} alone."
    valid = _valid(shower, code.valid_from, code.valid_until)
    if valid:
        yield f"It is good {valid}."
    if code.standing == "revoked":
        yield "It is revoked."


def _batch_line(batch: Batch, shower: Shower) -> str:
    terms = batch.terms
    ends = None if terms.valid_until is None else instant_of(terms.valid_until)
    begins = None if terms.valid_from is None else instant_of(terms.valid_from)
    parts = [counted(batch.codes, "code"), f"used {counted(batch.used, 'time')}"]
    parts += [f"each good {counted(terms.uses, 'time')}"]
    parts += [f"{terms.uses_per_member:,} a member"] if terms.uses_per_member is not None else []
    parts += [_valid(shower, begins, ends), "revoked" if batch.revoked_at is not None else ""]
    return f"{batch.name}: {', '.join([part for part in parts if part])}"


def _valid(shower: Shower, begins: Instant | None, ends: Instant | None) -> str:
    """When codes are good: ``from 2026-04-01 through 2026-04-30``; empty: always."""
    first = "" if begins is None else f"from {shower.moment(begins)[:10]} "
    last = "" if ends is None else f"through {shower.moment(ends - 1)[:10]}"
    return f"{first}{last}".strip()


def _shower(published: PublishedProgram) -> Shower:
    version = published.in_force()
    return Shower(version.program, version.zone)
