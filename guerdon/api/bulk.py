"""Bulk: many events in one request, one a line, answered line by line while it goes on.

The body is taken in whole first and kept in a file, so that a client that sends everything before it reads anything
never waits for itself. Then a few hundred events at a time go to the till, each lot when the one before is answered:
the order of every member's events is kept, and at any time few events of a bulk stand before somebody's purchase. A
till that is half full is left alone for a while.

**Worked.** Three lines: a purchase, ``{`` and the first line again. The answer is three lines and a last one::

    {"line":1,"id":"p1","member":"ann","seq":2}
    {"line":2,"problem":{"type":"/problems/event_malformed","status":422,…}}
    {"line":3,"id":"p1","member":"ann","seq":2,"repeated":true}
    {"lines":3,"recorded":1,"repeated":1,"refused":1}

When the database fails a lot, the lines behind it are not tried: what a member did later must not come before what was
not recorded. Sending all of it again is always right.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, NamedTuple

import msgspec
from anyio.to_thread import run_sync

from guerdon.api.problems import Declined, Problem, document_for
from guerdon.core.events import Event
from guerdon.core.refusals import Refusal
from guerdon.messages.effects import wired_effects
from guerdon.messages.events import BulkSummary, LineAnswer
from guerdon.runtime.live import Answered, LiveTill, NotCommitted, Reply, TillIsClosed, TillIsFull
from guerdon.runtime.ndjson import bounded_lines
from guerdon.runtime.till import Answer, event_from_outside

MOST_LINES = 100_000
MOST_BYTES = 256_000_000
MEDIA_TYPE = "application/x-ndjson"

_AT_ONCE = 512
"""Events of a bulk that are before the till at a time: as many as it commits together."""
_IN_MEMORY = 1_000_000
"""Bytes of a body that are kept in memory; a larger one goes into a file."""
_SECONDS_TO_WAIT = 0.02
"""How long a till that is half full is left alone."""

_encoder = msgspec.json.Encoder()


class _Line(NamedTuple):
    """A line with its event, or with why it is none."""

    number: int
    event: Event | Refusal | Problem


async def spool(chunks: AsyncIterator[bytes]) -> IO[bytes]:
    """Take a body in, ready to be read from its beginning. Whoever asked for it closes it."""
    file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - it outlives this function
    try:
        async for chunk in chunks:
            await run_sync(file.write, chunk)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def check_lines(file: IO[bytes], longest: int) -> None:
    """Refuse a body of too many lines before anything of it is recorded; raises Problem."""
    if next(islice(bounded_lines(file, longest), MOST_LINES, None), None) is not None:
        raise Problem("too_many_lines", most=MOST_LINES)
    file.seek(0)


class Bulk:
    """One bulk request on its way through the till."""

    def __init__(self, till: LiveTill, file: IO[bytes], *, longest: int, most_waiting: int, effects: bool) -> None:
        """Begin at the first line. A line longer than ``longest`` bytes is refused."""
        self._till, self._file = till, file
        self._lines = bounded_lines(file, longest)
        self._enough = most_waiting // 2
        self._at_once = max(1, min(_AT_ONCE, self._enough))
        self._effects = effects
        self._failure: Exception | None = None
        """Why lines are no longer tried; None: they are."""
        self._recorded = self._repeated = self._refused = self._failed = 0

    async def answers(self) -> AsyncIterator[bytes]:
        """The lines of the answer, many at a time."""
        try:
            lines = await run_sync(self._read)
            waiting = await self._hand_in(lines)
            while lines:
                following = await run_sync(self._read)
                replies = await waiting
                self._look_for_failure(replies)
                waiting = await self._hand_in(following)
                yield await run_sync(self._told, lines, replies)
                lines = following
            yield _encoder.encode_lines([self._summary()])
        finally:
            self._file.close()

    def _read(self) -> list[_Line]:
        """The next lines, as many as go to the till together."""
        return [_Line(number, _event_in(content)) for number, content in islice(self._lines, self._at_once)]

    async def _hand_in(self, lines: Sequence[_Line]) -> "asyncio.Future[Sequence[Reply]]":
        """Give the events of these lines to the till as soon as it has room; what is given back holds the replies."""
        events = [line.event for line in lines if not isinstance(line.event, Refusal | Problem)]
        replies = _Replies(len(events))
        while events and not self._is_handed_in(events, replies):
            await asyncio.sleep(_SECONDS_TO_WAIT)
        return replies.all

    def _is_handed_in(self, events: Sequence[Event], replies: "_Replies") -> bool:
        """Whether the till has these events now, or they are answered without it."""
        if self._failure is None and self._till.waiting > self._enough:
            return False
        try:
            if self._failure is None:
                self._till.submit_all([(event, replies.at(place)) for place, event in enumerate(events)])
        except TillIsFull:
            return False
        except TillIsClosed as closed:
            self._failure = closed
        if self._failure is not None:
            replies.fail(self._failure)
        return True

    def _look_for_failure(self, replies: Sequence[Reply]) -> None:
        self._failure = self._failure or next((reply for reply in replies if isinstance(reply, NotCommitted)), None)

    def _told(self, lines: Sequence[_Line], replies: Sequence[Reply]) -> bytes:
        given = iter(replies)
        return _encoder.encode_lines(
            [
                self._answer(line, line.event if isinstance(line.event, Refusal | Problem) else next(given))
                for line in lines
            ]
        )

    def _answer(self, line: _Line, reply: Reply | Refusal) -> LineAnswer:
        if isinstance(reply, Answer):
            return self._answer_of_till(line.number, reply)
        if isinstance(reply, Refusal | Problem):
            self._refused += 1
            error = Declined(reply) if isinstance(reply, Refusal) else reply
            return LineAnswer(line=line.number, problem=document_for(error))
        self._failed += 1
        event: Event = line.event  # type: ignore[assignment]
        return LineAnswer(line=line.number, id=event.id, member=event.member, problem=document_for(reply))

    def _answer_of_till(self, number: int, answer: Answer) -> LineAnswer:
        refusal = answer.refusal
        if answer.repeated:
            self._repeated += 1
        elif refusal is not None:
            self._refused += 1
        else:
            self._recorded += 1
        return LineAnswer(
            line=number,
            id=answer.event_id,
            member=answer.member,
            seq=answer.seq,
            repeated=answer.repeated,
            problem=None if refusal is None else document_for(Declined(refusal)),
            effects=wired_effects(answer.outcome.effects) if self._effects and refusal is None else msgspec.UNSET,
        )

    def _summary(self) -> BulkSummary:
        counts = (self._recorded, self._repeated, self._refused, self._failed)
        return BulkSummary(
            lines=sum(counts), recorded=counts[0], repeated=counts[1], refused=counts[2], failed=counts[3]
        )


class _Replies:
    """Gathers the replies to some events on the till's thread, and gives them to the loop when all are there."""

    def __init__(self, wanted: int) -> None:
        self._loop = asyncio.get_running_loop()
        self.all: asyncio.Future[Sequence[Reply]] = self._loop.create_future()
        self._replies: dict[int, Reply] = {}
        self._wanted = wanted
        if not wanted:
            self.all.set_result([])

    def fail(self, error: Exception) -> None:
        """Let the same be the reply to all of them."""
        self.all.set_result([error] * self._wanted)

    def at(self, place: int) -> Answered:
        """What is to be told the reply to the event at a place."""

        def answered(reply: Reply) -> None:
            self._replies[place] = reply
            if len(self._replies) == self._wanted:
                self._loop.call_soon_threadsafe(self._give)

        return answered

    def _give(self) -> None:
        if not self.all.done():  # The client has gone.
            self.all.set_result([self._replies[place] for place in range(self._wanted)])


def _event_in(content: bytes | None) -> Event | Refusal | Problem:
    return Problem("body_too_large") if content is None else event_from_outside(content)
