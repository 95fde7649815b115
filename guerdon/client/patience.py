"""Patience: how often something is tried, and how long it is waited in between.

A try is worth another one when the connection broke, or when the service or something before it said that it cannot
just now (429, 502, 503, 504). Pauses double from 0.1 seconds up to 5, each shortened by chance to between a half and
the whole, so that a thousand tills do not come back at the same moment; ``Retry-After`` is respected. Ten tries, and
half a minute altogether, are the end.

**Worked.** Pauses by the ends of their ranges: 0.05–0.1, 0.1–0.2, 0.2–0.4, 0.4–0.8, 0.8–1.6 seconds, … With
``Retry-After: 2`` each of them is 2.
"""

import random
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, TypeVar

import httpx

from guerdon.client.answers import TEMPORARY, Reply, answer_in, error_in
from guerdon.client.calls import Call
from guerdon.client.errors import Failed

T = TypeVar("T")

Outcome = Reply | httpx.RequestError
"""What came of a try: a reply, or a connection that broke."""

ENDED = httpx.RemoteProtocolError("the answer ended before its end")
"""What came of a try whose answer is not complete."""

_SURELY_NOT_DONE = frozenset((429, 503))
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Retries(NamedTuple):
    """How much patience there is."""

    tries: int = 10
    """How often something is tried at most; 1: never again."""
    seconds: float = 30.0
    """How long the tries of one call take altogether."""
    first_pause: float = 0.1
    """Seconds after the first try."""
    longest_pause: float = 5.0
    """Seconds that the doubling ends at."""


def is_worth_another_try(call: Call[Any], outcome: Outcome) -> bool:
    """Whether the same call may lead to something better, and does no harm."""
    if isinstance(outcome, Reply):
        return outcome.status in (TEMPORARY if call.is_repeatable else _SURELY_NOT_DONE)
    return call.is_repeatable or isinstance(outcome, _NOT_SENT)


def answer_to(call: Call[T], outcome: Outcome, tries: int) -> T:
    """The answer to a call that is not tried again. Raises Refused or Failed."""
    if isinstance(outcome, Reply):
        return answer_in(call, outcome, tries)
    raise error_of(outcome, tries=tries, id=call.id) from outcome


def error_of(outcome: Outcome, *, tries: int, id: str = "") -> Exception:
    """The error for what ended a call."""
    if isinstance(outcome, Reply):
        return error_in(outcome, tries=tries, id=id)
    return Failed(f"{type(outcome).__name__} {outcome}".strip(), tries=tries, id=id)


class Patience:
    """Counts the tries of one call."""

    def __init__(self, retries: Retries, id: str = "") -> None:
        """Begin now. ``id`` is told in the error when it is over."""
        self._retries, self._id = retries, id
        self._until = time.monotonic() + retries.seconds
        self.tries = 1

    @property
    def seconds_left(self) -> float:
        """How long the running try may take at most."""
        return max(0.001, self._until - time.monotonic())

    def pause(self, outcome: Outcome) -> float:
        """How many seconds to wait before the next try. Raises Failed when it was the last."""
        seconds = self._seconds(outcome)
        if self.tries >= self._retries.tries or time.monotonic() + seconds >= self._until:
            raise error_of(outcome, tries=self.tries, id=self._id)
        self.tries += 1
        return seconds

    def _seconds(self, outcome: Outcome) -> float:
        doubled = self._retries.first_pause * 2.0 ** min(self.tries - 1, 60)
        pause = min(doubled, self._retries.longest_pause) * random.uniform(0.5, 1.0)
        return max(pause, _asked_for(outcome))


def _asked_for(outcome: Outcome) -> float:
    """The seconds that ``Retry-After`` asks for, as a number or as a date."""
    header = outcome.headers.get("retry-after", "") if isinstance(outcome, Reply) else ""
    if header.isascii() and header.isdigit():
        return float(header[:9])
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return 0.0
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
