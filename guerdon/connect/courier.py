"""The courier: brings changes to webhooks, at least once, and each member's in order.

A webhook has a place in the stream, like any reader. A **round** takes what is due again and the next page of the
stream, deals it out by member into **lanes**, and delivers the lanes side by side, each in order. The first failure of
a lane ends it: the change that failed waits for its next try and **holds back** the member's later ones, and nobody
else's. Then one transaction notes everything: what was delivered, what waits, the log, and the new place. ::

    stream   41 ana   42 bo   43 ana   44 cy            bo's 42 fails
    lanes    ana: 41 43       bo: 42       cy: 44       → place 44; 42 waits, and what comes of bo waits behind it

Killed in the middle of a round, a courier has noted nothing of it, and the next one delivers the same again with the
same ids. A change that fails again and again becomes a dead letter (`schedule`), and the member's later ones go on.

One courier is at work for a database at a time: it holds a lock that goes with its connection.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeVar

import httpcore

from guerdon.connect.posting import GONE, Try, post
from guerdon.connect.schedule import Schedule
from guerdon.connect.signing import SecretUnreadable, Vault, signature_headers
from guerdon.connect.telling import CONTENT_TYPE, Change, changes_of
from guerdon.store import stream
from guerdon.store import webhooks as stored
from guerdon.store.database import Connection
from guerdon.store.queries import statement
from guerdon.store.webhooks import Delivery, HeldBack, Progress, Webhook

_ENTRIES_A_ROUND = 200
_MEMBERS_DUE_A_ROUND = 100
_DUE_OF_A_MEMBER = 20
_LANES_AT_ONCE = 16
_SECONDS_A_ROUND = 30.0
"""After so long a round begins no further delivery, so that a slow receiver cannot keep it from being noted."""

_log = logging.getLogger(__name__)

_Result = TypeVar("_Result")


class Parcel(NamedTuple):
    """A change on its way to a webhook."""

    change: Change
    tries: int = 0
    """How often it failed before."""
    is_waiting: bool = False
    """Whether it is among what waits already."""


class Round(NamedTuple):
    """What came of a round, parcel by parcel."""

    parcel: Parcel
    attempt: Try | None
    """None: it was not tried, because an earlier one of the member is in its way."""


class Load(NamedTuple):
    """What a round has to do."""

    webhook: Webhook
    lanes: list[list[Parcel]]
    blocked: list[Parcel]
    """Fresh changes of members for whom something waits already."""
    position: int
    """Where the webhook stands afterwards."""


class Courier:
    """Delivers to the webhooks of a database over one connection."""

    def __init__(
        self,
        connection: Connection,
        vault: Vault,
        pool: httpcore.AsyncConnectionPool,
        schedule: Schedule,
        goes_on: Callable[[], bool] = lambda: True,
    ) -> None:
        """``connection`` is the courier's own, and holds its lock. Where it does not go on, it begins no delivery."""
        self.goes_on = goes_on
        self._connection = connection
        self._vault = vault
        self._pool = pool
        self._schedule = schedule
        self._database = asyncio.Lock()

    def takes_over(self) -> bool:
        """Whether this is the one courier now; False: another one is at work."""
        with self._connection.transaction():
            row = self._connection.execute(statement("wait_for_courier")).fetchone()
        return bool(row and row[0])

    async def awake(self) -> list[Webhook]:
        """The webhooks that something may be sent to now."""
        return await self._ask(lambda: stored.awake(self._connection))

    async def round(self, webhook: Webhook) -> int:
        """Deliver what is to be delivered to a webhook now; gives how many tries that took, and places it passed."""
        try:
            secrets = secrets_of(webhook, self._vault)
        except SecretUnreadable as error:
            _log.error("webhook %s rests: %s", webhook.id, error)
            await self._ask(lambda: self._rest(webhook))
            return 0
        load = await self._ask(lambda: self._load(webhook))
        done = [Round(parcel, None) for parcel in load.blocked]
        ends, slots = time.monotonic() + _SECONDS_A_ROUND, asyncio.Semaphore(_LANES_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            lanes = [group.create_task(self._deliver(webhook, secrets, lane, slots, ends)) for lane in load.lanes]
        done += [outcome for lane in lanes for outcome in lane.result()]
        tried = sum(outcome.attempt is not None for outcome in done)
        if done or load.position != webhook.position:
            await self._ask(lambda: self._settle(load, done))
        return tried + load.position - webhook.position

    # Before a round.

    def _load(self, webhook: Webhook) -> Load:
        """What is due, and what is next in the stream. Where all failed, one change of each tries the way first."""
        most, members, each = (
            (1, 1, 1) if webhook.failures else (_ENTRIES_A_ROUND, _MEMBERS_DUE_A_ROUND, _DUE_OF_A_MEMBER)
        )
        due = self._due(webhook, members, each)
        rows = stream.rows_after(self._connection, webhook.program, webhook.position, most)
        fresh = [Parcel(change) for row in rows for change in changes_of(webhook.program_name, row, webhook.types)]
        waiting = stored.members_waiting(self._connection, webhook, list({parcel.change.member_id for parcel in fresh}))
        blocked = [parcel for parcel in fresh if parcel.change.member_id in waiting]
        free = [parcel for parcel in fresh if parcel.change.member_id not in waiting]
        position = rows[-1].position if rows else webhook.position
        return Load(webhook, _lanes([*due, *free]), blocked, position)

    def _due(self, webhook: Webhook, members: int, each: int) -> list[Parcel]:
        return [
            Parcel(changes_of(webhook.program_name, waiting.row)[waiting.number], waiting.tries, is_waiting=True)
            for waiting in stored.due(self._connection, webhook, members=members, each=each)
        ]

    def _rest(self, webhook: Webhook) -> None:
        """Leave a webhook alone for a while without having tried."""
        until = datetime.now(UTC) + timedelta(seconds=self._schedule.longest_rest)
        standing = Progress(webhook.position, webhook.failures, until, "")
        stored.settle(self._connection, webhook, delivered=(), held_back=(), members=(), tries=(), progress=standing)

    # On the way.

    async def _deliver(
        self, webhook: Webhook, secrets: Sequence[str], lane: list[Parcel], slots: asyncio.Semaphore, ends: float
    ) -> list[Round]:
        """Deliver one member's changes in order, as far as it goes."""
        done: list[Round] = []
        async with slots:
            for place, parcel in enumerate(lane):
                begins = self.goes_on() and time.monotonic() < ends
                attempt = await self._try(webhook, secrets, parcel) if begins else None
                done.append(Round(parcel, attempt))
                if attempt is None or not attempt.is_delivered:
                    return done + [Round(later, None) for later in lane[place + 1 :]]
        return done

    async def _try(self, webhook: Webhook, secrets: Sequence[str], parcel: Parcel) -> Try:
        change = parcel.change
        headers = {"content-type": CONTENT_TYPE, "user-agent": "Guerdon"}
        headers |= signature_headers(change.id, change.body, datetime.now(UTC), secrets)
        return await post(self._pool, webhook.url, headers, change.body, self._schedule.seconds_per_try)

    # After a round.

    def _settle(self, load: Load, done: list[Round]) -> None:
        """Note a round, unless the webhook was changed meanwhile: then it counts for nothing and is done again."""
        if not stored.is_where(self._connection, load.webhook):
            return
        stored.settle(
            self._connection,
            load.webhook,
            delivered=[
                (parcel.change.position, parcel.change.number)
                for parcel, attempt in done
                if parcel.is_waiting and attempt is not None and attempt.is_delivered
            ],
            held_back=[self._held_back(outcome) for outcome in done if _stays(outcome)],
            members=list({outcome.parcel.change.member_id for outcome in done}),
            tries=[_logged(parcel.change, attempt) for parcel, attempt in done if attempt is not None],
            progress=self._progress(load, [attempt for _, attempt in done if attempt is not None]),
        )

    def _held_back(self, outcome: Round) -> HeldBack:
        change, tries = outcome.parcel.change, outcome.parcel.tries
        place = (change.position, change.number, change.member_id, change.seq)
        attempt, now = outcome.attempt, datetime.now(UTC)
        if attempt is None:
            return HeldBack(*place, tries, None, None, "")
        if attempt.status == GONE:
            return HeldBack(*place, tries, now, None, attempt.error)
        pause = self._schedule.pause(tries + 1)
        if pause is None:
            return HeldBack(*place, tries + 1, None, now, attempt.error)
        return HeldBack(*place, tries + 1, now + max(pause, attempt.wait or pause), None, attempt.error)

    def _progress(self, load: Load, tries: list[Try]) -> Progress:
        webhook, now = load.webhook, datetime.now(UTC)
        gone = "the receiver answered 410 Gone" if any(attempt.status == GONE for attempt in tries) else ""
        failures = webhook.failures if not tries else 0
        rests = [attempt.wait for attempt in tries if attempt.wait is not None]
        if tries and not any(attempt.is_delivered for attempt in tries):
            failures = webhook.failures + 1
            rests.append(self._schedule.rest(failures))
        return Progress(load.position, failures, now + max(rests) if rests else None, gone)

    async def _ask(self, question: Callable[[], _Result]) -> _Result:
        """Ask the database in a transaction, one question at a time, without keeping deliveries waiting."""

        def asked() -> _Result:
            with self._connection.transaction():
                return question()

        async with self._database:
            return await asyncio.shield(asyncio.to_thread(asked))


def secrets_of(webhook: Webhook, vault: Vault) -> list[str]:
    """What deliveries to a webhook are signed with. Raises SecretUnreadable."""
    secrets = [vault.open(webhook.program, webhook.secret)]
    if webhook.former_secret and webhook.former_until and webhook.former_until > datetime.now(UTC):
        secrets.append(vault.open(webhook.program, webhook.former_secret))
    return secrets


async def deliver_rounds(courier: Courier, idle: float, grace: float = 5.0) -> None:
    """Deliver to all webhooks, each at its own pace, as long as the courier goes on.

    ``idle``: seconds to wait before looking again where nothing was to be done. ``grace``: seconds in which deliveries
    that are under way may end when it stops; those that do not are made again by the next courier.
    """
    busy: dict[int, asyncio.Task[int]] = {}
    try:
        while courier.goes_on():
            for webhook in await courier.awake():
                if webhook.id not in busy:
                    busy[webhook.id] = asyncio.create_task(courier.round(webhook))
            moved = await _finished(busy, idle)
            if not moved:
                await asyncio.sleep(idle)
        if busy:
            await asyncio.wait(busy.values(), timeout=grace)
    finally:
        await _cancel(busy.values())


async def _finished(busy: dict[int, asyncio.Task[int]], seconds: float) -> int:
    """Wait for a round to end; how much those that have ended moved."""
    if not busy:
        return 0
    ended, _ = await asyncio.wait(busy.values(), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for number in [number for number, task in busy.items() if task in ended]:
        del busy[number]
    return sum([task.result() for task in ended])


async def _cancel(tasks: Iterable[asyncio.Task[int]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _lanes(parcels: Iterable[Parcel]) -> list[list[Parcel]]:
    """Parcels by member, each member's in order."""
    lanes: dict[int, list[Parcel]] = {}
    for parcel in parcels:
        lanes.setdefault(parcel.change.member_id, []).append(parcel)
    return list(lanes.values())


def _stays(outcome: Round) -> bool:
    """Whether a parcel is to be put among what waits, or its row there is to change."""
    if outcome.attempt is None:
        return not outcome.parcel.is_waiting
    return not outcome.attempt.is_delivered


def _logged(change: Change, attempt: Try) -> Delivery:
    return Delivery(
        change.id, change.type, change.position, attempt.tried_at, attempt.took_ms, attempt.status, attempt.error,
        attempt.answer,
    )  # fmt: skip
