"""The export: what was added to the ledger since the last one, as columns in files.

The position of an export is the last entry of each member that the lake has; a journal only ever grows, so what is
behind these positions is what is new, exactly, whatever was committed in which order. It is taken in steps of many
members, each out of one snapshot of the database and each a commit of its own: killed in the middle, the next export
goes on with the members that are missing.

PostgreSQL sends columns (ADBC), DuckDB reads the JSON and writes Parquet. Steps are read ahead and written on every
core, and committed in their order.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

import adbc_driver_postgresql.dbapi as postgresql
import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from guerdon.core.version import Version
from guerdon.insight.lake.commits import (
    FORMAT,
    Commit,
    LakeDoesNotFit,
    LakeFile,
    StoredProgram,
    StoredVersion,
    add_commit,
    locked,
    read_commits,
    read_program_of,
    sweep,
    write_program,
)
from guerdon.insight.lake.returned import ReturnRow, returned_tables
from guerdon.insight.lake.tables import TABLES
from guerdon.language import read_program
from guerdon.store import programs as stored
from guerdon.store.database import connect
from guerdon.store.queries import named_statements

ENTRIES_A_STEP = 50_000
"""How many entries a step has, about a kilobyte and a half each in memory. Two steps are read ahead."""
_WRITERS = min(max(len(os.sched_getaffinity(0)), 2), 4)
"""How many steps are written at a time: each on one core, for so many rows are too few for DuckDB to share out.

Not more than four however many cores there are: each holds its step in memory.
"""
_PACKAGE = "guerdon.insight.lake"
_MOST_MEMBERS_A_STEP = 100_000

_Item = TypeVar("_Item")
_Done = TypeVar("_Done")
Told = Callable[[int, int], None]
"""Is told how many entries are exported and how many there are to export."""


class Exported(NamedTuple):
    """What an export has done."""

    members: int
    """How many members had something new."""
    rows: dict[str, int]
    """By table: how many rows were added."""
    swept: int
    """How many files of a killed export were removed."""


class _Step(NamedTuple):
    """Some members with the entries that the lake has of each."""

    members: list[int]
    seqs: list[int]
    entries: int


class _Read(NamedTuple):
    """What a step found in the database, at one moment."""

    journal: pa.Table
    moved: pa.Table
    people: pa.Table
    returned: pa.Table
    returned_lines: pa.Table


def export(url: str, program: int, folder: Path, *, told: Told = lambda done, all: None) -> Exported:
    """Add to a lake what is new in the ledger of a program.

    Raises ``LakeBusy``, ``LakeDamaged`` and ``LakeDoesNotFit``; then the lake is as it was.
    """
    with locked(folder):
        with connect(url) as connection:
            now = _program_of(stored.program_name(connection, program), stored.sources(connection, program))
        _check_program(folder, now)
        commits = read_commits(folder)
        swept = sweep(folder, commits)
        write_program(folder, now)
        version = Version(read_program(now.versions[-1].source), now.versions[-1].number)
        with postgresql.connect(url) as database:
            heads = _ask(database, "heads", program)
            behind = _behind(folder, commits, heads)
            added = _export(database, program, folder, version, len(commits), behind, told)
    return Exported(behind.num_rows, added, swept)


def _program_of(name: str, sources: Sequence[tuple[int, str]]) -> StoredProgram:
    return StoredProgram(FORMAT, name, tuple([StoredVersion(number, text) for number, text in sources]))


def _check_program(folder: Path, now: StoredProgram) -> None:
    """Refuse a lake of another program, or of another history of this one."""
    before = read_program_of(folder)
    if before is None:
        return
    if before.program != now.program:
        raise LakeDoesNotFit(f"The lake {folder} is of the program {before.program} and not of {now.program}.")
    if before.versions != now.versions[: len(before.versions)]:
        raise LakeDoesNotFit(_OTHER_LEDGER.format(folder=folder))


_OTHER_LEDGER = (
    "The lake {folder} was exported from another ledger, or from a later state of this one. "
    "Make it anew: guerdon export lake --anew"
)


def _behind(folder: Path, commits: Sequence[Commit], heads: pa.Table) -> pa.Table:
    """The members that have entries which the lake lacks: member, the last entry it has, the last there is."""
    files = [str(folder / file.file) for commit in commits for file in commit.files if file.table == "members"]
    known = (
        pq.read_table(files, columns=["member", "seq"])
        if files
        else pa.table({"member": pa.array([], pa.int64()), "seq": pa.array([], pa.int32())})
    )
    with duckdb.connect() as engine:
        engine.register("heads", heads)
        engine.register("known", known)
        found = engine.sql(
            "with has as (select member, max(seq) as seq from known group by member) "
            "select coalesce(heads.member, has.member) as member, coalesce(has.seq, -1) as had, heads.seq as has "
            "from heads full join has using (member) where heads.seq is distinct from has.seq order by 1"
        ).to_arrow_table()
    if found.num_rows and pc.any(pc.or_kleene(pc.is_null(found["has"]), pc.less(found["has"], found["had"]))).as_py():
        raise LakeDoesNotFit(_OTHER_LEDGER.format(folder=folder))
    return found


def _steps(behind: pa.Table) -> Iterator[_Step]:
    """The members in steps of about as many entries; at least one step, so that an empty ledger has its tables too."""
    members: list[int] = []
    seqs: list[int] = []
    entries = 0
    for member, had, has in zip(*[behind[name].to_pylist() for name in ("member", "had", "has")], strict=True):
        if entries and (entries + has - had > ENTRIES_A_STEP or len(members) == _MOST_MEMBERS_A_STEP):
            yield _Step(members, seqs, entries)
            members, seqs, entries = [], [], 0
        members.append(member)
        seqs.append(max(had, 0))
        entries += has - max(had, 0)
    yield _Step(members, seqs, entries)


def _export(
    database: postgresql.Connection, program: int, folder: Path, version: Version, number: int, behind: pa.Table,
    told: Told,
) -> dict[str, int]:  # fmt: skip
    """Take step after step, reading ahead and writing on every core; gives the rows added by table."""
    added = dict.fromkeys(TABLES, 0)
    if number and not behind.num_rows:
        return added
    steps = list(_steps(behind))
    all_entries, done = sum([step.entries for step in steps]), 0

    def write(numbered: tuple[int, _Read]) -> Commit:
        number, read = numbered
        files = _write(read, folder, version, number)
        until = pc.max(read.journal["at"]).as_py()
        return Commit(number, files, datetime.now(UTC), complete=number == last, until=until)

    last = number + len(steps)
    with ThreadPoolExecutor(1) as reader, ThreadPoolExecutor(_WRITERS) as writers:
        reads = _in_turn(reader, lambda step: _read(database, program, step), steps, most=2)
        written = _in_turn(writers, write, enumerate(reads, number + 1), most=_WRITERS)
        for step, commit in zip(steps, written, strict=True):
            add_commit(folder, commit)
            for file in commit.files:
                added[file.table] += file.rows
            done += step.entries
            told(done, all_entries)
    return added


def _in_turn(pool: Executor, do: Callable[[_Item], _Done], items: Iterable[_Item], *, most: int) -> Iterator[_Done]:
    """Do something with each, so many at a time, and give what comes of it in their order.

    Where the items end with an error, what was begun before it is given first.
    """
    coming: deque[Future[_Done]] = deque()
    source, failed = iter(items), None
    while True:
        try:
            item = next(source)
        except StopIteration:
            break
        except Exception as error:
            failed = error
            break
        coming.append(pool.submit(do, item))
        if len(coming) == most:
            yield coming.popleft().result()
    while coming:
        yield coming.popleft().result()
    if failed is not None:
        raise failed


def _read(database: postgresql.Connection, program: int, step: _Step) -> _Read:
    """What is new of some members, all of it as of one moment."""
    wanted = "unnest(array[{}]::bigint[], array[{}]::integer[])".format(
        ",".join(map(str, step.members)), ",".join(map(str, step.seqs))
    )
    database.rollback()
    with database.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
    people, journal, moved = [_ask(database, name, program, wanted) for name in ("people", "journal", "moved")]
    # All returns of these members: what had come back before decides what a later one brings.
    everything = "unnest(array[{}]::bigint[], array[{}]::integer[])".format(
        ",".join(map(str, step.members)), ",".join(["0"] * len(step.members))
    )
    rows = _ask(database, "returns", program, everything).to_pylist() if _has_returns(journal) else []
    database.commit()
    after = dict(zip(step.members, step.seqs, strict=True))
    returned, lines = returned_tables([ReturnRow(**row) for row in rows], after=after)
    return _Read(journal, moved, people, returned, lines)


def _has_returns(journal: pa.Table) -> bool:
    return bool(pc.any(pc.equal(journal["kind"], "return")).as_py())


def _ask(database: postgresql.Connection, name: str, program: int, wanted: str = "") -> pa.Table:
    # Whole numbers only are put into these texts.
    text = named_statements(_PACKAGE, "reading.sql")[name].format(program=int(program), wanted=wanted)
    with database.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetch_arrow_table()


def _write(read: _Read, folder: Path, version: Version, number: int) -> tuple[LakeFile, ...]:
    """Write a file for each table."""
    statements = named_statements(_PACKAGE, "making.sql")
    asked = {"zone": version.program.timezone, "ladder": next(iter(version.ladders), "")}
    with duckdb.connect(config={"threads": 1}) as engine:
        for name, table in read._asdict().items():
            engine.register(name, table)
        _run(engine, statements["entries"], asked)
        _run(engine, statements["priced"], asked)
        return tuple([_write_table(engine, name, statements[name], asked, folder, number) for name in TABLES])


def _run(engine: duckdb.DuckDBPyConnection, text: str, asked: dict[str, str]) -> duckdb.DuckDBPyConnection:
    return engine.execute(text, {name: value for name, value in asked.items() if f"${name}" in text})


def _write_table(
    engine: duckdb.DuckDBPyConnection, name: str, text: str, asked: dict[str, str], folder: Path, number: int
) -> LakeFile:
    place = f"{name}/{number:06}.parquet"
    file = folder / place
    file.parent.mkdir(parents=True, exist_ok=True)
    columns = ", ".join([f'cast("{c.name}" as {_TYPES[c.type]}) as "{c.name}"' for c in TABLES[name].columns])
    told = f"copy (select {columns} from ({text})) to '{_quoted(file)}' (format parquet, compression zstd)"
    counted = _run(engine, told, asked).fetchone()
    assert counted is not None, "a copy tells how many rows it wrote"
    return LakeFile(name, place, counted[0], file.stat().st_size)


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")


_TYPES = {
    pa.int64(): "bigint",
    pa.int32(): "integer",
    pa.string(): "varchar",
    pa.bool_(): "boolean",
    pa.date32(): "date",
    pa.timestamp("us", tz="UTC"): "timestamptz",
    pa.list_(pa.string()): "varchar[]",
}
"""The columns' types as DuckDB writes them."""
