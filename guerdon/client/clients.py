"""The clients: one that waits, and its twin for ``async`` programs.

Both hold connections open between calls and may be shared: ``Guerdon`` by threads, ``AsyncGuerdon`` by tasks. Both are
closed by ``close`` or by leaving their ``with``.
"""

import re
from types import TracebackType
from typing import Self

import httpx

from guerdon import __version__
from guerdon.client.changes import Changes
from guerdon.client.checkout import Holds, Purchases, Quotes, Returns
from guerdon.client.codes import Codes
from guerdon.client.events import Events
from guerdon.client.keys import Audit, Keys
from guerdon.client.members import Members, Wallets
from guerdon.client.operations import Group, Way
from guerdon.client.patience import Retries
from guerdon.client.persons import Persons
from guerdon.client.programs import Programs
from guerdon.client.reports import Campaigns, Causes, Liability, Partners
from guerdon.client.rewards import Rewards, Tiers
from guerdon.client.studies import Studies
from guerdon.client.ways import Async, Sync
from guerdon.client.webhooks import Webhooks

USUAL = Retries()
USUAL_TIMEOUT = 10.0
_KEY = re.compile(r"[!-~]+")


class _Groups(Group[Way]):
    """Everything that the service offers, checkout first."""

    def __init__(self, way: Way) -> None:
        super().__init__(way)
        self.quotes = Quotes(way)
        self.purchases = Purchases(way)
        self.returns = Returns(way)
        self.holds = Holds(way)
        self.members = Members(way)
        self.wallets = Wallets(way)
        self.persons = Persons(way)
        self.events = Events(way)
        self.rewards = Rewards(way)
        self.codes = Codes(way)
        self.tiers = Tiers(way)
        self.programs = Programs(way)
        self.campaigns = Campaigns(way)
        self.partners = Partners(way)
        self.causes = Causes(way)
        self.liability = Liability(way)
        self.studies = Studies(way)
        self.changes = Changes(way)
        self.webhooks = Webhooks(way)
        self.keys = Keys(way)
        self.audit = Audit(way)


class Guerdon(_Groups[Sync]):
    """A service of Guerdon, for programs that wait for each answer.

    ``url`` is where it answers, without ``/v1``; ``key`` an API key; ``program`` the program, where the key opens
    several; ``timeout`` how many seconds one try may take.
    """

    def __init__(
        self,
        url: str,
        key: str,
        program: str | None = None,
        *,
        retries: Retries = USUAL,
        timeout: float = USUAL_TIMEOUT,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Open it. Nothing is sent yet. Raises ValueError for what is no address or no key."""
        headers = _headers(key, program)
        self._http = httpx.Client(base_url=_address(url), headers=headers, timeout=timeout, transport=transport)
        super().__init__(Sync(self._http, retries, timeout))

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Guerdon({str(self._http.base_url)!r})"


class AsyncGuerdon(_Groups[Async]):
    """The same, for programs that do other things while they wait: everything is awaited, or iterated by ``async for``.

    The arguments are those of ``Guerdon``.
    """

    def __init__(
        self,
        url: str,
        key: str,
        program: str | None = None,
        *,
        retries: Retries = USUAL,
        timeout: float = USUAL_TIMEOUT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Open it. Nothing is sent yet. Raises ValueError for what is no address or no key."""
        headers = _headers(key, program)
        self._http = httpx.AsyncClient(base_url=_address(url), headers=headers, timeout=timeout, transport=transport)
        super().__init__(Async(self._http, retries, timeout))

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"AsyncGuerdon({str(self._http.base_url)!r})"


def _address(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"Write the address as http://… or https://…, not {url!r}.")
    return url.rstrip("/")


def _headers(key: str, program: str | None) -> dict[str, str]:
    if not _KEY.fullmatch(key):
        raise ValueError("This is no API key: it has the form gk_….")
    chosen = {} if program is None else {"Guerdon-Program": program}
    return {"Authorization": f"Bearer {key}", "User-Agent": f"guerdon-python/{__version__}"} | chosen
