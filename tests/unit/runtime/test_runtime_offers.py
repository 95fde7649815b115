"""What is on offer and how far campaigns have come, at the instants around which that changes."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from guerdon.core.calendar import instant_of
from guerdon.core.version import Version
from guerdon.language import read_program
from guerdon.runtime import campaigns as of_campaigns
from guerdon.runtime.campaigns import campaigns
from guerdon.runtime.offers import limits_left, offers
from guerdon.store.database import Connection
from guerdon.store.reading import MovedAmount
from tests.builders import moment

SHOP = """\
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units: {points: {}}
mechanics:
  - {earn: points, name: spring, flat: 5, when: {between: [2026-03-01, 2026-05-31]}}
  - {earn: points, name: base, rate: 1 per 1 USD}
rewards:
  - {reward: mug, cost: 1 points, stock: 50 on tue and thu at 09:00}
  - {reward: tea, cost: 1 points, from: 2026-03-02, until: 2026-03-04}
  - {reward: lunch, cost: 1 points, when: {hours: 12:00-14:00, weekday: mon-fri}}
"""
VERSION = Version(read_program(SHOP))


def at(text: str) -> int:
    """An instant of New York."""
    return instant_of(moment(text))


class Rows:
    """What stands in the table of limits, for whoever asks."""

    def __init__(self, rows: Sequence[tuple[object, ...]]) -> None:
        self._rows = rows

    def execute(self, *_: object) -> Sequence[tuple[object, ...]]:
        return self._rows


def stored(*rows: tuple[object, ...]) -> Connection:
    return cast("Connection", Rows(rows))


def offered(connection: Connection, when: str) -> dict[str, tuple[int | None, bool]]:
    return {offer.reward.name: (offer.left, offer.is_open) for offer in offers(connection, 1, VERSION, at(when))}


# 3 March 2026 is a Tuesday.
@pytest.mark.parametrize(
    ("when", "left"),
    [("2026-03-03 08:59:59", 50), ("2026-03-03 09:00", 2), ("2026-03-05 08:59:59", 2), ("2026-03-05 09:00", 50)],
)
def test_what_is_left_is_of_the_last_drop(when: str, left: int) -> None:
    tuesday = VERSION.rewards["mug"].stock_at(at("2026-03-03 09:00"), VERSION.zone)
    connection = stored((tuesday, 50, 48))

    assert offered(connection, when)["mug"] == (left, True)
    (limit,) = limits_left(connection, 1, VERSION, at(when))
    assert (limit.name, limit.allowed - limit.used) == ("stock:mug", left)


@pytest.mark.parametrize(("used", "left", "is_open"), [(49, 1, True), (50, 0, False), (51, 0, False)])
def test_the_last_piece_closes_an_offer(used: int, left: int, *, is_open: bool) -> None:
    drop = VERSION.rewards["mug"].stock_at(at("2026-03-03 09:00"), VERSION.zone)
    assert offered(stored((drop, 50, used)), "2026-03-04 12:00")["mug"] == (left, is_open)


@pytest.mark.parametrize(("added", "left", "is_open"), [(9, 1, True), (8, 0, False), (7, 0, False), (-40, 0, False)])
def test_what_was_added_by_hand_counts(added: int, left: int, *, is_open: bool) -> None:
    drop = VERSION.rewards["mug"].stock_at(at("2026-03-03 09:00"), VERSION.zone)
    assert offered(stored((drop, 50, 58, added)), "2026-03-04 12:00")["mug"] == (left, is_open)


@pytest.mark.parametrize(
    ("when", "tea", "lunch"),
    [
        ("2026-03-01 23:59:59", False, False),
        ("2026-03-02 00:00", True, False),
        ("2026-03-02 11:59:59", True, False),
        ("2026-03-02 12:00", True, True),
        ("2026-03-04 13:59:59", True, True),
        ("2026-03-04 14:00", True, False),
        ("2026-03-05 00:00", False, False),
        ("2026-03-07 12:30", False, False),
    ],
)
def test_an_offer_is_open_within_its_dates_weekdays_and_hours(when: str, *, tea: bool, lunch: bool) -> None:
    found = offered(stored(), when)
    assert (found["tea"], found["lunch"]) == ((None, tea), (None, lunch))


@pytest.mark.parametrize(
    ("when", "stage"),
    [
        ("2026-02-28 23:59:59", "scheduled"),
        ("2026-03-01 00:00", "running"),
        ("2026-05-31 23:59:59", "running"),
        ("2026-06-01 00:00", "over"),
    ],
)
def test_a_campaign_runs_from_its_first_day_through_its_last(
    when: str, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = [
        MovedAmount("points", "issued", "available", "spring", 10, 2),
        MovedAmount("points", "partner:sky", "available", "spring", 5, 1),
        MovedAmount("points", "available", "redeemed", "spring", 9, 1),
        MovedAmount("points", "issued", "available", "base", 7, 1),
    ]
    known: Any = SimpleNamespace(amounts_by_reason=lambda *_: moved, limits=lambda *_: [])
    monkeypatch.setattr(of_campaigns, "reading", known)

    (spring,) = campaigns(stored(), 1, VERSION, at(when))

    assert (spring.name, spring.stage) == ("spring", stage)
    assert spring.granted == {"points": (15, 3)}
