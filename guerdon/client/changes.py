"""Changes: everything that is recorded, as CloudEvents in one order.

A change is a mapping in the form of CloudEvents 1.0. ``Following`` gives each as it comes, over a connection that stays
open. Where that breaks it comes again by itself with the id of the last change, and goes on behind it: nothing is
missed, and nothing is given twice.

**Worked.** Changes 41 and 42 arrive, then the service is replaced by a newer one. The client connects again with
``Last-Event-ID: 42``, and the next change that it gives is 43.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx
import msgspec

from guerdon.client.calls import Call, get
from guerdon.client.lines import Lines
from guerdon.client.operations import Group, Way, operation, series
from guerdon.client.patience import ENDED, Outcome, Patience, Retries, error_of, is_worth_another_try
from guerdon.client.ways import Async, Sync, reply_in
from guerdon.messages.webhooks import Changes as ChangesAnswer

Change = dict[str, Any]

USUAL = Retries(tries=1_000_000, seconds=600.0)
"""For how long a stream that broke is looked for."""
_SECONDS_WITHOUT_A_SIGN = 35.0
"""After so long without a sign of life, which comes every ten seconds, the connection is taken for broken."""


class Changes(Group[Way]):
    """The stream of changes."""

    @operation
    def read(
        self,
        *,
        after: int | None = None,
        since: datetime | None = None,
        types: Sequence[str] = (),
        limit: int = 50,
    ) -> Call[ChangesAnswer]:
        """The changes of up to so many entries behind a position, or from a moment on, and where to go on."""
        query = {"after": after, "since": since, "types": list(types) or None, "limit": limit}
        return get("/v1/changes", ChangesAnswer, query=query)

    @series
    def follow(self, *, after: int | None = None, types: Sequence[str] = (), retries: Retries = USUAL) -> "Following":
        """Every change as it comes, for ever: behind a position, or from now on. Where the connection breaks it goes on
        by itself; it has ``Failed`` when there was nothing to connect to for ten minutes.
        """
        return Following({"after": after, "types": list(types) or None}, retries)


class Following:
    """Somebody who follows the stream."""

    def __init__(self, query: Mapping[str, Any], retries: Retries) -> None:
        self._query, self._retries = query, retries

    def each(self, way: Sync) -> Iterator[Change]:
        """Change after change."""
        place = _Place(self._query, self._retries)
        while True:
            outcome: Outcome = ENDED
            try:
                with way.opened(place.call(), _SECONDS_WITHOUT_A_SIGN) as response:
                    if response.is_success:
                        lines = Lines()
                        for piece in response.iter_bytes():
                            yield from place.changes(lines.feed(piece))
                    else:
                        response.read()
                        outcome = reply_in(response)
            except httpx.RequestError as broken:
                outcome = broken
            time.sleep(place.pause(outcome))

    async def each_awaited(self, way: Async) -> AsyncIterator[Change]:
        """Change after change."""
        place = _Place(self._query, self._retries)
        while True:
            outcome: Outcome = ENDED
            try:
                async with way.opened(place.call(), _SECONDS_WITHOUT_A_SIGN) as response:
                    if response.is_success:
                        lines = Lines()
                        async for piece in response.aiter_bytes():
                            for change in place.changes(lines.feed(piece)):
                                yield change
                    else:
                        await response.aread()
                        outcome = reply_in(response)
            except httpx.RequestError as broken:
                outcome = broken
            await asyncio.sleep(place.pause(outcome))


class _Place:
    """How far somebody has come."""

    def __init__(self, query: Mapping[str, Any], retries: Retries) -> None:
        self._query, self._retries = query, retries
        self._id = self._coming_id = ""
        self._data: list[bytes] = []
        self._patience = Patience(retries)

    def call(self) -> Call[str]:
        """What goes on behind the last change."""
        self._coming_id, self._data = self._id, []
        call = get("/v1/stream", str, query=self._query)
        return call._replace(headers={"Last-Event-ID": self._id} if self._id else {})

    def changes(self, lines: list[bytes]) -> Iterator[Change]:
        """The changes that are complete with these lines of server-sent events."""
        for line in lines:
            self._patience = Patience(self._retries)
            field, _, value = line.partition(b":")
            value = value.removeprefix(b" ")
            if field == b"id":
                self._coming_id = value.decode()
            elif field == b"data":
                self._data.append(value)
            elif not line:
                self._id, data, self._data = self._coming_id, self._data, []
                if data:
                    yield msgspec.json.decode(b"\n".join(data))

    def pause(self, outcome: Outcome) -> float:
        """How long to wait before coming again. Raises Refused or Failed."""
        if not is_worth_another_try(self.call(), outcome):
            raise error_of(outcome, tries=self._patience.tries)
        return self._patience.pause(outcome)
