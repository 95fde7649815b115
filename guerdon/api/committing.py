"""Handing events to the till and turning its answers into responses."""

import asyncio
from collections import deque
from functools import partial
from weakref import WeakKeyDictionary

from anyio.to_thread import run_sync

from guerdon.api.problems import Declined
from guerdon.api.requests import AnyRequest, program_of, reading_program, service_of
from guerdon.core.calendar import instant_of
from guerdon.core.case import Case
from guerdon.core.events import Event
from guerdon.core.state import MemberState
from guerdon.messages.effects import wired_effects
from guerdon.messages.events import EventAnswer
from guerdon.runtime.live import SECONDS_TO_WAIT, LiveTill, NotCommitted, Reply
from guerdon.runtime.outlook import case_at
from guerdon.runtime.standing import state_at
from guerdon.runtime.till import Answer


async def commit(request: AnyRequest, event: Event) -> Answer:
    """Commit an event through the till of the request's program. Raises Declined for a refusal."""
    if request.auth.program is not None:
        till = service_of(request).till(program_of(request))
    else:
        till = service_of(request).till(await run_sync(program_of, request))
    answer = await _answered(till, event)
    if answer.refusal is not None:
        raise Declined(answer.refusal)
    return answer


def commit_in_thread(request: AnyRequest, event: Event) -> Answer:
    """The same for a handler that runs in a thread."""
    answer = service_of(request).till(program_of(request)).commit_one(event, seconds=SECONDS_TO_WAIT)
    if answer.refusal is not None:
        raise Declined(answer.refusal)
    return answer


def event_answer(answer: Answer) -> EventAnswer:
    """The answer as it goes over the wire."""
    assert answer.seq is not None, "only what was journaled is answered"
    return EventAnswer(
        id=answer.event_id, member=answer.member, seq=answer.seq, version=answer.version, repeated=answer.repeated,
        effects=wired_effects(answer.outcome.effects),
    )  # fmt: skip


async def _answered(till: LiveTill, event: Event) -> Answer:
    loop = asyncio.get_running_loop()
    mailbox = _mailboxes.get(loop)
    if mailbox is None:
        mailbox = _mailboxes[loop] = _Mailbox(loop)
    future: asyncio.Future[Answer] = loop.create_future()
    till.submit(event, partial(mailbox.post, future))
    # As asyncio.timeout would, at a quarter of its price: the future is the only thing that is waited for.
    patience = loop.call_later(SECONDS_TO_WAIT, _give_up, future)
    try:
        return await future
    finally:
        patience.cancel()


def _give_up(future: "asyncio.Future[Answer]") -> None:
    if not future.done():
        future.set_exception(NotCommitted("no answer in time"))


class _Mailbox:
    """Answers on their way from the till's thread to the loop, which is woken once for all that have gathered."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._letters: deque[tuple[asyncio.Future[Answer], Reply]] = deque()
        self._is_called = False

    def post(self, future: "asyncio.Future[Answer]", reply: Reply) -> None:
        """Leave an answer; called on the till's thread."""
        self._letters.append((future, reply))
        if not self._is_called:
            self._is_called = True
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        # Before emptying: what comes from here on calls again.
        self._is_called = False
        while self._letters:
            future, reply = self._letters.popleft()
            if future.done():  # The client has gone.
                continue
            if isinstance(reply, Exception):
                future.set_exception(reply)
            else:
                future.set_result(reply)


_mailboxes: WeakKeyDictionary[asyncio.AbstractEventLoop, _Mailbox] = WeakKeyDictionary()


async def standing_after(request: AnyRequest, event: Event, answer: Answer) -> Case:
    """Where the member stood right after an event, ready to be asked.

    It asks the database only for what is answered again, and where the program is not compiled here yet.
    """
    program = request.auth.program
    published = None if program is None else service_of(request).compiled(program, answer.version)
    if answer.state is None or published is None:
        return await run_sync(standing_after_in_thread, request, event, answer)
    return case_at(published.timeline, event.member, answer.state, instant_of(event.at))


def standing_after_in_thread(request: AnyRequest, event: Event, answer: Answer) -> Case:
    """The same for a handler that runs in a thread."""
    state = answer.state or state_after(request, answer)
    with reading_program(request) as (_, published):
        return case_at(published.timeline, event.member, state, instant_of(event.at))


def state_after(request: AnyRequest, answer: Answer) -> MemberState:
    """Where the member stood right after an event that is answered again, so that the answer is the first one's."""
    assert answer.seq is not None, "only what was journaled is answered again"
    service, program = service_of(request), program_of(request)
    with service.pool.program(program) as connection:
        timeline = service.published(connection, program).timeline
        return state_at(connection, program, timeline, answer.member, answer.seq)
