"""The real year, from its package: every number that the reference page states, and the ways of reading it."""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import msgspec
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from guerdon.core.events import Event, Purchase, instant_in_range, instant_of_event, kind_of
from guerdon.demo import journey as module
from guerdon.demo.journey import Journey

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "demo-data.md"

ODDITIES = {
    "rows_quantity_zero": 8_869,
    "rows_value_zero": 11_246,
    "rows_value_below_half_a_cent": 20,
    "rows_quantity_zero_with_value": 29,
    "rows_empty": 8_840,
    "rows_empty_with_coupon": 2_978,
    "rows_coupon_above_value": 3_507,
    "rows_coupon_above_value_not_zero": 509,
    "rows_product_unknown": 4_836,
    "rows_set_aside": 0,
    "baskets_value_zero": 478,
    "baskets_paid_zero": 527,
    "baskets_below_zero": 19,
    "coupon_cents": 2_635_990,
    "coupon_on_empty_rows_cents": 654_430,
    "coupon_off_lines_cents": 1_949_013,
    "coupon_off_baskets_cents": 684_319,
    "coupon_dropped_cents": 2_658,
    "redemptions": 2_102,
    "redemptions_repeated": 13,
}


@pytest.fixture(scope="module")
def journey() -> Journey:
    return Journey.installed()


def _flat(days: Iterator[tuple[date, list[Event]]]) -> Iterator[Event]:
    return (event for _, events in days for event in events)


def test_the_whole_year_is_told_once_and_to_the_cent(journey: Journey) -> None:
    counts: Counter[str] = Counter()
    ids: set[str] = set()
    days = []
    largest = 0
    for day, events in journey.events():
        days.append(day)
        assert all(one.at <= other.at for one, other in pairwise(events))
        assert {event.at.astimezone(module.ZONE).date() for event in (events[0], events[-1])} == {day}
        for event in events:
            ids.add(event.id)
            counts[kind_of(event)] += 1
            if isinstance(event, Purchase):
                counts["lines"] += len(event.lines)
                counts["amount"] += sum([line.amount for line in event.lines])
                counts["discount"] += sum([line.discount for line in event.lines])
                counts["basket discount"] += event.discount
                counts["with basket discount"] += event.discount > 0
                largest = max(largest, *[line.quantity for line in event.lines], 0)

    # The sums are taken from the file by another way: one sum of floats, rounded once.
    file = pq.read_table(journey.folder / "transactions.parquet", columns=["sales_value", "coupon_disc"])
    assert counts == {
        "enrol": 2_469,
        "purchase": 155_848,
        "lines": 1_469_307,
        "redeem": 1_718,
        "action": 384,
        "amount": round(pc.sum(file["sales_value"]).as_py() * 100),
        "discount": ODDITIES["coupon_off_lines_cents"],
        "with basket discount": 3_304,
        "basket discount": ODDITIES["coupon_off_baskets_cents"],
    }
    assert largest == 89_638
    coupons = round(pc.sum(file["coupon_disc"]).as_py() * 100)
    assert counts["discount"] + counts["basket discount"] + ODDITIES["coupon_dropped_cents"] == coupons
    assert len(ids) == 2_469 + 155_848 + 2_102
    assert (days[0], days[-1], len(days)) == (date(2017, 1, 1), date(2017, 12, 31), 364)
    assert all(one < other for one, other in pairwise(days))
    assert set(range(1, 366)) - {day.timetuple().tm_yday for day in days} == {359}, "closed on Christmas Day alone"


def test_the_oddities_are_those_that_the_page_states(journey: Journey) -> None:
    assert journey.oddities() == ODDITIES
    stated = dict(re.findall(r"^\| `(\w+)` \| ([\d,]+) \|", PAGE.read_text(), re.MULTILINE))
    assert {name: int(count.replace(",", "")) for name, count in stated.items()} == ODDITIES


def test_the_totals_are_known_before_the_year_is_told(journey: Journey) -> None:
    assert journey.count() == (155_848, 1_469_307)
    assert len(journey.households()) == 2_469


def test_the_shards_share_the_members_among_them(journey: Journey) -> None:
    events = 0
    for shard in range(3):
        members = set()
        for event in _flat(journey.events(shard, 3)):
            members.add(event.member)
            events += 1
        assert {int(member) % 3 for member in members} == {shard}
    assert events == 2_469 + 155_848 + 2_102


def test_the_events_are_such_as_a_client_may_send(journey: Journey) -> None:
    for event in _flat(journey.events(shard=7, shards=50)):
        assert msgspec.convert(msgspec.to_builtins(event), Event) == event
        assert instant_in_range(instant_of_event(event))
        if isinstance(event, Purchase):
            assert all(line.discount <= line.amount for line in event.lines)
            assert event.discount <= sum(line.amount - line.discount for line in event.lines)


def test_each_redemption_falls_on_a_day_on_which_its_household_shopped(journey: Journey) -> None:
    for _, events in journey.events():
        shopped = {event.member for event in events if isinstance(event, Purchase)}
        assert {event.member for event in events if kind_of(event) in ("redeem", "action")} <= shopped


def test_memory_stays_flat_when_the_history_doubles(journey: Journey) -> None:
    peaks = {2017: 0, 2018: 0}
    for day, _ in journey.events(shard=1, shards=4, years=2):
        peaks[day.year] = max(peaks[day.year], sys.getallocatedblocks())
    # A quarter of one year alone, held in memory, would be several hundred thousand blocks.
    assert peaks[2018] - peaks[2017] < 50_000
