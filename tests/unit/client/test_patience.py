"""Patience: pauses double, chance shortens them, Retry-After is respected, and there is an end."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from guerdon.client.answers import Reply
from guerdon.client.errors import Failed
from guerdon.client.patience import Patience, Retries

BROKEN = httpx.ConnectError("nobody there")


def busy(after: str = "") -> Reply:
    return Reply(503, {"retry-after": after} if after else {}, b"")


def test_pauses_double_up_to_the_longest_and_are_shortened_by_chance() -> None:
    pauses = []
    patience = Patience(Retries(tries=9, seconds=1e6, first_pause=1.0, longest_pause=8.0))
    for _ in range(8):
        pauses.append(patience.pause(BROKEN))

    assert all(most / 2 <= pause <= most for pause, most in zip(pauses, [1, 2, 4, 8, 8, 8, 8, 8], strict=True))
    assert len(set(pauses)) == 8


@pytest.mark.parametrize(("tries", "pauses"), [(1, 0), (2, 1), (3, 2)])
def test_the_last_try_is_the_last(tries: int, pauses: int) -> None:
    patience = Patience(Retries(tries=tries, first_pause=0.001), "p1")
    for _ in range(pauses):
        patience.pause(BROKEN)

    with pytest.raises(Failed, match=r"after \d tr(y|ies): ConnectError nobody there. Send it again with the id p1"):
        patience.pause(BROKEN)
    assert patience.tries == tries


@pytest.mark.parametrize(
    ("after", "least"), [("", 0.0), ("2", 2.0), ("nonsense", 0.0), ("-3", 0.0), ("²", 0.0), ("1.5", 0.0)]
)
def test_a_pause_is_as_long_as_the_service_asks_for(after: str, least: float) -> None:
    pause = Patience(Retries(first_pause=0.001)).pause(busy(after))
    assert least <= pause <= least + 0.001


def test_the_service_may_name_a_moment() -> None:
    after = format_datetime(datetime.now(UTC) + timedelta(seconds=10), usegmt=True)
    assert 8 < Patience(Retries(first_pause=0.001)).pause(busy(after)) <= 10


def test_nothing_is_waited_for_beyond_the_end() -> None:
    with pytest.raises(Failed):
        Patience(Retries(seconds=5)).pause(busy("6"))
    with pytest.raises(Failed):
        Patience(Retries(seconds=5)).pause(busy("9" * 400))
