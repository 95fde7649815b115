"""A service on a real PostgreSQL, with keys, for tests that speak HTTP to it.

``Counter`` (the till's counter, not the collection) runs the application in this process; ``Running`` starts the real
process tree of `guerdon up` on a free port of the loopback interface.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from litestar.testing import TestClient

from guerdon.api.app import create_app
from guerdon.api.service import Service, Settings
from guerdon.people.keys import make_key
from guerdon.runtime.programs import publish
from guerdon.store.database import connect


class Counter:
    """The application in this process, and one key for each program, opened by ``counter``."""

    def __init__(self, client: TestClient[Any], url: str, programs: dict[str, int]) -> None:
        self.client, self.url, self.programs = client, url, programs

    def key(self, *scopes: str, program: str | None = None) -> str:
        """A fresh key of one program (None: the first), for some scopes (none: manager)."""
        number = self.programs[program] if program is not None else next(iter(self.programs.values()))
        with connect(self.url) as connection:
            return make_key(connection, program=number, title="test", scopes=list(scopes) or ["manager"]).shown

    def headers(self, *scopes: str, program: str | None = None) -> dict[str, str]:
        """What to send with a request."""
        return {"Authorization": f"Bearer {self.key(*scopes, program=program)}"}

    def headers_everywhere(self, *scopes: str) -> dict[str, str]:
        """The same with a fresh key that opens every program."""
        with connect(self.url) as connection:
            made = make_key(connection, program=None, title="test", scopes=list(scopes) or ["manager"])
        return {"Authorization": f"Bearer {made.shown}"}


@contextmanager
def counter(url: str, *sources: str, settings: dict[str, Any] | None = None) -> Iterator[Counter]:
    """Publish programs in a migrated database, and open the service on it."""
    programs: dict[str, int] = {}
    with connect(url) as connection:
        for source in sources:
            name = source.split("program:", 1)[1].split("\n", 1)[0].strip()
            programs[name], _ = publish(connection, source)
    app = create_app(lambda metrics: Service(Settings(url, **(settings or {})), metrics))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Counter(client, url, programs)


def enrol(member: str, at: str = "2026-01-02T10:00:00Z") -> dict[str, Any]:
    """An event by which a member joins."""
    return {"kind": "enrol", "id": f"enrol-{member}", "member": member, "at": at}


def purchase(event: str, member: str, *amounts: int, at: str = "2026-01-03T10:00:00Z", **more: Any) -> dict[str, Any]:
    """A purchase of lines that cost so much."""
    lines: Sequence[dict[str, Any]] = [{"sku": f"s{place}", "amount": amount} for place, amount in enumerate(amounts)]
    return {"id": event, "member": member, "at": at, "lines": list(lines), **more}
