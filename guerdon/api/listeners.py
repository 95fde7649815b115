"""Listeners: who follows the stream of changes at this worker, each until it goes or the service stops.

A listener waits on a thread of its own, apart from those that answer requests, and holds a connection to the database
only while it reads a page. There are ``MOST`` at the most.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from threading import Lock
from weakref import WeakSet

import psycopg
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from psycopg_pool import PoolClosed, PoolTimeout

from guerdon.api.problems import Problem
from guerdon.connect.stream import Bell, Page, PositionTrimmed, follow
from guerdon.store.database import Connection

MOST = 64
SECONDS_BETWEEN_SIGNS = 10.0
"""How long nothing may come before a listener gets a sign of life."""


class _Place:
    """The place of one listener."""


class Listeners:
    """All who listen at one worker."""

    def __init__(self, url: str) -> None:
        """``url`` is the database, which is listened to when the first listener comes."""
        self._url = url
        self._bell: Bell | None = None
        # A place is free when nobody holds it any more, also where a listener went before the first word.
        self._places: WeakSet[_Place] = WeakSet()
        self._lock = Lock()
        self._closed = False
        # Whoever goes leaves a thread behind that waits to the end of its patience.
        self._threads: CapacityLimiter | None = None

    def close(self) -> None:
        """Let everybody go."""
        with self._lock:
            self._closed = True
            bell = self._bell
        if bell is not None:
            bell.close()

    def listen(
        self, borrow: Callable[[], AbstractContextManager[Connection]], program: int, after: int, types: Sequence[str]
    ) -> AsyncIterator[Page]:
        """The pages of a stream behind a position, as they come. Raises Problem where no place is free."""
        place, bell = self._taken()
        pages = follow(bell, borrow, program, after, types, patience=SECONDS_BETWEEN_SIGNS)
        return self._pages(place, pages)

    def _taken(self) -> tuple[_Place, Bell]:
        with self._lock:
            if self._closed:
                raise Problem("stopping")
            if len(self._places) >= MOST:
                raise Problem("too_many_listeners", most=MOST)
            self._places.add(place := _Place())
            if self._bell is None:
                self._bell = Bell(self._url)
            return place, self._bell

    async def _pages(self, place: _Place, pages: Iterator[Page]) -> AsyncIterator[Page]:
        """Page after page. Where the database fails or the position is gone it ends, and the listener comes again."""
        if self._threads is None:
            self._threads = CapacityLimiter(2 * MOST)
        try:
            while (page := await run_sync(_next, pages, limiter=self._threads, abandon_on_cancel=True)) is not None:
                yield page
        except (PositionTrimmed, psycopg.Error, PoolTimeout, PoolClosed):
            return
        finally:
            self._places.discard(place)


def _next(pages: Iterator[Page]) -> Page | None:
    return next(pages, None)
