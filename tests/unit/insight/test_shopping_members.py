"""What a paid plan is worth on a member's own last year, by journals that can be added up by hand."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

import pytest

from guerdon.core.effects import encode_outcome
from guerdon.core.events import Event, encode_event, event_from, kind_of
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.insight.shopping.members import NoPaidPlan, worth_by
from guerdon.language import read_program
from guerdon.runtime.rehearsal import Rehearsal
from guerdon.runtime.replay import facts_of
from guerdon.runtime.story import MemberNotFound
from guerdon.store.reading import JournalRow

CLUB = """
program: club
currency: USD
timezone: America/New_York
effective_from: 2024-01-01
units:
  points: {worth: 1 USD per 100 points}
mechanics:
  - {membership: plus, of: plans, fee: 30 USD a year, payment_due: 14 days before}
  - {membership: monthly, of: plans, fee: 4 USD a month, payment_due: 3 days before}
  - {membership: grown-up, fee: 1 USD a month, payment_due: 3 days before, when: {age: from 18}}
  - {earn: points, name: base, rate: 3 per 1 USD}
  - {earn: points, name: more, rate: 2 per 1 USD, when: {membership: [plus, monthly]}}
  - {payment: points, worth: 1 USD per 100 points, earns: no}
  - {benefit: delivery, when: {membership: plus}}
"""
TIMELINE = Timeline([Version(read_program(CLUB))])


def told(kind: str, at: str, **fields: object) -> Event:
    moment = datetime.fromisoformat(f"{at}T17:00:00").replace(tzinfo=UTC)
    own = fields.pop("id", f"{kind}-{at}")
    return event_from({"kind": kind, "id": own, "member": "ann", "at": moment, **fields})


def bought(at: str, dollars: int, **fields: object) -> Event:
    return told("purchase", at, lines=[{"sku": "a", "amount": dollars * 100}], **fields)


def journal(events: Iterable[Event], timeline: Timeline = TIMELINE) -> list[JournalRow]:
    """The journal that a till would keep of these events."""
    rehearsal, rows = Rehearsal(timeline), []
    for seq, event in enumerate(events, 1):
        [answer] = rehearsal.take(event)
        content, decision = encode_event(event), answer.decision
        assert decision.outcome.refusal is None, decision.outcome.refusal
        rows.append(
            JournalRow(1, seq, event.id, kind_of(event), event.at, decision.version, content, b"",
                       facts_of(decision), encode_outcome(decision.outcome))
        )  # fmt: skip
    return rows


JOINED = told("enrol", "2024-01-10")
A_YEAR = [bought(f"2025-{month:02}-15", 200) for month in range(1, 13)]


def worth(events: Iterable[Event], plan: str = "plus"):
    return worth_by(TIMELINE, "ann", journal(events), plan)


def test_two_per_cent_more_of_a_years_spend_less_the_fee():
    # 12 x 200.00: 3 % are 72.00, 5 % are 120.00; the plan brings 48.00 and costs 30.00.
    found = worth([JOINED, *A_YEAR])
    assert (found.first_day, found.last_day, found.spend) == (date(2024, 12, 16), date(2025, 12, 15), 2_400_00)
    [plus] = found.plans
    assert (plus.brings, plus.fees, plus.net, plus.held) == (48_00, 30_00, 18_00, False)
    assert plus.years is not None
    assert [year.own.left for year in plus.years] == [72_00, 120_00]
    assert plus.break_even is not None
    assert plus.break_even_spend == pytest.approx(30_00 / 0.02, rel=0.005)


def test_a_member_who_is_in_the_plan_is_told_what_it_brings_all_the_same():
    plus, outside = told("join", "2025-01-02", plan="plus"), told("use", "2025-03-01", benefit="delivery")
    found = worth([JOINED, plus, A_YEAR[0], A_YEAR[1], outside, *A_YEAR[2:]])
    assert (found.plans[0].brings, found.plans[0].fees, found.plans[0].net) == (48_00, 30_00, 18_00)
    assert found.plans[0].held
    assert found.plans[0].cannot == (1, 0), "without the plan the delivery could not be had"


def test_only_the_last_twelve_months_count():
    earlier = [bought(f"2024-{month:02}-20", 1_000) for month in range(2, 12)]
    found = worth([JOINED, *earlier, *A_YEAR])
    assert (found.spend, found.plans[0].brings) == (2_400_00, 48_00)


def test_a_plan_by_the_month_is_paid_in_every_month_of_the_year():
    found = worth([JOINED, *A_YEAR], "monthly")
    assert (found.plans[0].brings, found.plans[0].fees, found.plans[0].net) == (48_00, 48_00, 0)


def test_another_plan_of_the_same_program_is_left_out_too():
    found = worth([JOINED, told("join", "2024-12-20", plan="monthly"), *A_YEAR])
    assert (found.plans[0].brings, found.plans[0].net) == (48_00, 18_00)


def test_a_purchase_that_paid_with_points_of_the_plan_pays_with_money_without_it():
    # 5 % of 200.00 are 1,000 points; the next pays 10.00 with them. Without the plan there are 600; it pays in full.
    plus = told("join", "2025-01-02", plan="plus")
    paying = bought("2025-02-15", 200, spend={"points": 1_000})
    [found] = worth([JOINED, plus, A_YEAR[0], paying]).plans
    assert found.years is not None
    without, with_it = found.years
    assert (without.own.paid, without.own.left) == (0, 12_00)
    assert (with_it.own.paid, with_it.own.left) == (10_00, 9_50)
    assert found.brings == 10_00 + 9_50 - 12_00


def test_goods_that_came_back_in_part_count_for_what_stayed():
    two = told("purchase", "2025-06-01", id="two", lines=[{"sku": "a", "amount": 100_00, "quantity": 2}])
    back = told("return", "2025-06-10", purchase="two", lines=[{"line": 0, "quantity": 1}])
    found = worth([JOINED, two, back])
    assert found.spend == 50_00
    assert found.plans[0].brings == 1_00


def test_whoever_joined_within_the_year_is_told_of_the_days_since():
    found = worth([told("enrol", "2025-11-01"), bought("2025-11-10", 500)])
    assert (found.first_day, found.last_day, found.spend) == (date(2025, 11, 1), date(2025, 11, 10), 500_00)
    assert (found.plans[0].brings, found.plans[0].net) == (10_00, -20_00)


def test_a_member_without_a_purchase():
    [plus] = worth([JOINED]).plans
    assert (plus.brings, plus.fees, plus.net) == (0, 30_00, -30_00)
    assert plus.break_even is not None
    assert (plus.break_even.verdict, plus.break_even_spend) == ("never", None)


def test_a_plan_that_the_member_may_not_join_is_told_with_the_reason():
    [grown_up] = worth([JOINED, *A_YEAR], "grown-up").plans
    assert grown_up.refusal.startswith("The plan grown-up is not for this member")
    assert (grown_up.net, grown_up.years, grown_up.break_even) == (None, None, None)


def test_every_paid_plan_where_none_is_named_and_a_name_that_is_none():
    assert [plan.plan for plan in worth([JOINED, *A_YEAR], "").plans] == ["plus", "monthly", "grown-up"]
    with pytest.raises(NoPaidPlan, match="There is no paid plan gold; there is plus, monthly, grown-up"):
        worth([JOINED], "gold")
    free = Timeline(
        [Version(read_program(CLUB.partition("  - {membership")[0] + "  - {earn: points, rate: 1 per 1 USD}"))]
    )
    assert worth_by(free, "ann", journal([JOINED], free)).plans == ()
    with pytest.raises(NoPaidPlan, match="There is no paid plan gold; this program has none"):
        worth_by(free, "ann", journal([JOINED], free), "gold")


def test_who_has_no_journal_is_no_member():
    with pytest.raises(MemberNotFound, match="There is no member bob"):
        worth_by(TIMELINE, "bob", [])


def test_the_break_even_is_left_out_where_it_is_not_asked_for():
    [plus] = worth_by(TIMELINE, "ann", journal([JOINED, *A_YEAR]), "plus", break_even=False).plans
    assert (plus.net, plus.break_even, plus.break_even_spend) == (18_00, None, None)
