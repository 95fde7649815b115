"""Where Guerdon keeps its data, and which database a command talks to."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import typer
from psycopg import OperationalError
from rich.console import Console
from rich.markup import escape

from guerdon.insight.extras import ExtraNotInstalled
from guerdon.insight.lake.commits import LakeTrouble
from guerdon.language import ProgramErrors
from guerdon.runtime.ingest import IngestFailed
from guerdon.runtime.programs import ProgramNotFound, VersionDoesNotFit
from guerdon.runtime.secret_key import SecretKey, secret_key
from guerdon.runtime.story import EventNotFound, MemberNotFound
from guerdon.store.database import DatabaseUnreachable
from guerdon.store.migrations import MigrationsDisagree, OlderStillRuns, RestoreUnfinished
from guerdon.store.programs import VersionRewritesHistory
from guerdon.store.server import EmbeddedServer, ServerDidNotStart

DATABASE = "guerdon"
DEFAULT_HOME = Path(".guerdon")

# A line number is none: `:100:` stays what it is.
console = Console(emoji=False)
errors = Console(stderr=True, emoji=False)

EXPECTED: tuple[type[Exception], ...] = (
    DatabaseUnreachable,
    EventNotFound,
    ExtraNotInstalled,
    IngestFailed,
    LakeTrouble,
    MemberNotFound,
    MigrationsDisagree,
    OlderStillRuns,
    OperationalError,
    ProgramErrors,
    ProgramNotFound,
    RestoreUnfinished,
    ServerDidNotStart,
    VersionDoesNotFit,
    VersionRewritesHistory,
)
"""What may go wrong without a bug: told in a sentence, without a traceback."""


@contextmanager
def database(home: Path | None, *, stays_up: bool = False) -> Iterator[str]:
    """The URL of the database: ``GUERDON_DATABASE_URL``, or an embedded server that runs as long as it is used.

    A home that is named goes before the environment. ``stays_up``: an embedded server that crashes, or is killed for
    want of memory, is started again.
    """
    url = os.environ.get("GUERDON_DATABASE_URL")
    if url and home is None:
        yield url
        return
    with EmbeddedServer(_folder(home)) as server:
        server.ensure_database(DATABASE)
        with _watched(server) if stays_up else nullcontext():
            yield server.url(DATABASE)


@contextmanager
def _watched(server: EmbeddedServer) -> Iterator[None]:
    stop = threading.Event()
    watch = threading.Thread(target=server.stay_up, args=(stop, _tell_of_server), daemon=True)
    watch.start()
    try:
        yield
    finally:
        stop.set()
        watch.join()


def _tell_of_server(error: Exception | None) -> None:
    told = "The embedded server had ended and was started again." if error is None else str(error)
    errors.print(told, markup=False, highlight=False)


def secret_of(home: Path | None) -> SecretKey:
    """The secret key: ``GUERDON_SECRET_KEY``, or a file beside the embedded database. Raises SecretKeyTrouble.

    With a database of one's own there is no such folder unless ``GUERDON_HOME`` names one.
    """
    return secret_key(folder_of(home))


def folder_of(home: Path | None) -> Path | None:
    """The data folder; None with a database of one's own, unless a folder is named."""
    has_folder = home or os.environ.get("GUERDON_HOME") or not os.environ.get("GUERDON_DATABASE_URL")
    return _folder(home) if has_folder else None


def _folder(home: Path | None) -> Path:
    return (home or Path(os.environ.get("GUERDON_HOME") or DEFAULT_HOME)).resolve()


@contextmanager
def told_plainly(*more: type[Exception]) -> Iterator[None]:
    """Turn what may go wrong into a message and exit code 2."""
    try:
        yield
    except (*EXPECTED, *more) as error:
        errors.print(f"[bold red]error:[/] {escape(str(error))}", highlight=False)
        raise typer.Exit(2) from None
