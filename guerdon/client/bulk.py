"""Bulk: any number of events, sent a few thousand at a time, each answered by a line.

Every event is answered exactly once and in order. When the connection breaks in the middle, or the service could not
commit a line just now, what has not been answered is sent again, with the same ids: what had been recorded meanwhile is
answered as ``repeated``.

**Worked.** Three events go out; the first is answered, then the connection breaks. The second and the third go out
again, and their answers are numbered 2 and 3.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any

import httpx
import msgspec

from guerdon.client.answers import TEMPORARY, Reply
from guerdon.client.calls import Call
from guerdon.client.lines import Lines
from guerdon.client.patience import ENDED, Outcome, Patience, Retries, error_of, is_worth_another_try
from guerdon.client.ways import Async, Sync, reply_in
from guerdon.core.events import Event, encode_event
from guerdon.messages.events import LineAnswer

MOST_LINES = 5_000
MOST_BYTES = 8_000_000
_HEADERS = {"Content-Type": "application/x-ndjson"}


class Bulk:
    """Events on their way, and what becomes of each."""

    def __init__(self, events: Iterable[Event], query: Mapping[str, Any]) -> None:
        """``events`` are taken as they are sent."""
        self._events, self._query = events, query

    def each(self, way: Sync) -> Iterator[LineAnswer]:
        """What became of each event, in their order."""
        for part in self._parts(way.retries):
            while part.is_left:
                outcome: Outcome = ENDED
                try:
                    with way.opened(part.call()) as response:
                        if response.is_success:
                            lines = Lines()
                            for piece in response.iter_bytes():
                                yield from part.answered(lines.feed(piece))
                        else:
                            response.read()
                            outcome = reply_in(response)
                except httpx.RequestError as broken:
                    outcome = broken
                if part.is_left:
                    time.sleep(part.pause(outcome))

    async def each_awaited(self, way: Async) -> AsyncIterator[LineAnswer]:
        """What became of each event, in their order."""
        for part in self._parts(way.retries):
            while part.is_left:
                outcome: Outcome = ENDED
                try:
                    async with way.opened(part.call()) as response:
                        if response.is_success:
                            lines = Lines()
                            async for piece in response.aiter_bytes():
                                for answer in part.answered(lines.feed(piece)):
                                    yield answer
                        else:
                            await response.aread()
                            outcome = reply_in(response)
                except httpx.RequestError as broken:
                    outcome = broken
                if part.is_left:
                    await asyncio.sleep(part.pause(outcome))

    def _parts(self, retries: Retries) -> Iterator["_Part"]:
        done = 0
        for lines in _portions(self._events):
            yield _Part(lines, done, self._query, retries)
            done += len(lines)


class _Part:
    """The lines that go out together, and how many of them are answered."""

    def __init__(self, lines: list[bytes], before: int, query: Mapping[str, Any], retries: Retries) -> None:
        """``before`` is how many lines went out in earlier parts."""
        self._lines, self._before, self._query, self._retries = lines, before, query, retries
        self._done = self._done_when_sent = 0
        self._temporary: Reply | None = None
        """Why the next line could not be taken just now."""
        self._patience = Patience(retries)

    @property
    def is_left(self) -> bool:
        """Whether there are lines without an answer."""
        return self._done < len(self._lines)

    def call(self) -> Call[str]:
        """What sends the lines that have no answer yet."""
        self._done_when_sent, self._temporary = self._done, None
        body = b"\n".join(self._lines[self._done :])
        return Call("POST", "/v1/events/bulk", str, query=self._query, body=body, headers=_HEADERS)

    def answered(self, lines: list[bytes]) -> Iterator[LineAnswer]:
        """The answers in lines of the service's answer, up to the first that asks for another try."""
        for line in lines:
            if self._temporary is not None or not self.is_left:
                return
            answer = msgspec.json.decode(line, type=LineAnswer)
            if answer.problem is not None and answer.problem.status in TEMPORARY:
                self._temporary = Reply(answer.problem.status, {}, msgspec.json.encode(answer.problem))
                return
            self._done += 1
            yield msgspec.structs.replace(answer, line=self._before + self._done)

    def pause(self, outcome: Outcome) -> float:
        """How long to wait before the rest is sent again. Raises Refused or Failed.

        Whatever got on begins with fresh patience.
        """
        outcome = self._temporary or outcome
        if self._done > self._done_when_sent:
            self._patience = Patience(self._retries)
        if not is_worth_another_try(self.call(), outcome):
            raise error_of(outcome, tries=self._patience.tries)
        return self._patience.pause(outcome)


def _portions(events: Iterable[Event]) -> Iterator[list[bytes]]:
    """Events as lines, as many as go out together."""
    lines: list[bytes] = []
    size = 0
    for event in events:
        lines.append(encode_event(event))
        size += len(lines[-1])
        if len(lines) >= MOST_LINES or size >= MOST_BYTES:
            yield lines
            lines, size = [], 0
    if lines:
        yield lines
