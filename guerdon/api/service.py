"""What the handlers of one worker share: the connections, the tills, the compiled programs.

Made once when a worker starts and closed when it stops; no other state outlives a request.
"""

import time
from threading import Lock
from typing import NamedTuple

from guerdon.api.access import Caller, Doorkeeper
from guerdon.api.listeners import Listeners
from guerdon.api.problems import Problem
from guerdon.connect.signing import Vault
from guerdon.observe.metrics import Metrics
from guerdon.observe.traces import spans
from guerdon.people import keys
from guerdon.people.keys import Key
from guerdon.runtime.live import Batch, LiveTill
from guerdon.runtime.programs import PublishedProgram
from guerdon.runtime.secret_key import SecretKey
from guerdon.runtime.till import Till
from guerdon.store import programs as stored
from guerdon.store.database import Connection, connect
from guerdon.store.pool import Pool


class Settings(NamedTuple):
    """How a worker is set up."""

    url: str
    """The database."""
    connections: int = 8
    """How many connections a worker's requests share. Each till has one of its own besides."""
    most_waiting: int = 5_000
    """How many events may wait for a till before others are told to come back later."""
    most_bytes: int = 10_000_000
    """How large a body may be, other than a bulk one."""
    secret: SecretKey | None = None
    """The deployment's secret key; None: whatever is kept under it cannot be used."""
    private_webhooks: bool = False
    """Whether webhooks may go to addresses of one's own network."""


class Service:
    """One worker of the service."""

    def __init__(self, settings: Settings, metrics: Metrics | None = None) -> None:
        """Open the connections."""
        self.settings = settings
        self.metrics = metrics or Metrics()
        self.pool = Pool(settings.url, most=settings.connections)
        self.doorkeeper = Doorkeeper(self._find_key)
        self.listeners = Listeners(settings.url)
        self._tills: dict[tuple[int, bool], LiveTill] = {}
        """By program, and whether the world outside hears of what is recorded."""
        self._programs: dict[int, PublishedProgram] = {}
        self._lock = Lock()
        self._closed = False

    @property
    def secret(self) -> SecretKey:
        """The deployment's secret key. Raises Problem where none is configured."""
        if self.settings.secret is None:
            raise Problem("secret_key_missing")
        return self.settings.secret

    @property
    def vault(self) -> Vault:
        """What keeps the secrets of webhooks."""
        return Vault(self.secret.derive("webhooks"))

    @property
    def is_stopping(self) -> bool:
        """Whether nothing new is taken."""
        return self._closed

    def close(self) -> None:
        """Answer what waits, then close everything."""
        with self._lock:
            self._closed = True
            tills = list(self._tills.values())
        self.listeners.close()
        for till in tills:
            till.close()
        self.pool.close()

    def till(self, program: int, *, announces: bool = True) -> LiveTill:
        """The till of a program, opened when it is first needed. One that does not announce takes in history."""
        with self._lock:
            if self._closed:
                raise Problem("stopping")
            if (program, announces) not in self._tills:
                self._tills[program, announces] = LiveTill(
                    lambda: Till(self._connect, program, now=_now, span=spans(), announces=announces),
                    most_waiting=self.settings.most_waiting,
                    watch=self._count,
                )
            return self._tills[program, announces]

    def published(self, connection: Connection, program: int) -> PublishedProgram:
        """A program with its versions, compiled and up to date."""
        with self._lock:
            known = self._programs.get(program)
            if known is None:
                known = self._programs[program] = PublishedProgram(connection, program)
            else:
                known.refresh(connection)
            return known

    def compiled(self, program: int, version: int) -> PublishedProgram | None:
        """A program as it was compiled last, without asking the database; None where it lacks a version."""
        known = self._programs.get(program)
        return known if known is not None and known.newest >= version else None

    def program_of(self, caller: Caller, name: str | None) -> int:
        """The program that a request is about: the key's own, or the one that the request names."""
        if caller.program is not None:
            if name is not None and name != caller.program_name:
                raise Problem("program_not_found")
            return caller.program
        with self.pool.owner() as connection:
            programs = stored.program_names(connection)
        if name is None and len(programs) == 1:
            return next(iter(programs.values()))
        if name is None:
            raise Problem("program_not_chosen" if programs else "program_not_found")
        if name not in programs:
            raise Problem("program_not_found")
        return programs[name]

    def _count(self, batch: Batch) -> None:
        self.metrics.batch(**batch._asdict())

    def _connect(self) -> Connection:
        return connect(self.settings.url)

    def _find_key(self, shown: str) -> Key | None:
        with self.pool.owner() as connection:
            return keys.open_with(connection, shown)


def _now() -> int:
    return int(time.time())
