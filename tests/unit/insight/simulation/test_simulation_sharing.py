"""What members share, over time: uses, courses, and passes until they stand still."""

import msgspec
import pytest

from guerdon.core.amounts import Rate
from guerdon.core.events import Enrol, Event, Purchase, Redeem
from guerdon.core.program import Cap, Program, Quantity, Unit
from guerdon.insight.simulation import courses
from guerdon.insight.simulation.courses import Uses
from guerdon.insight.simulation.history import MemoryHistory
from guerdon.insight.simulation.result import Simulation
from guerdon.insight.simulation.simulating import Candidate, simulate
from guerdon.mechanics.referral import Deed, Referral
from tests.builders import flat, moment, points_per_dollar, program, purchase, reward

MONDAY, TUESDAY, WEDNESDAY = (f"2026-03-{day:02} 10:00" for day in (2, 3, 4))


def uses(*amounts: tuple[int, int]) -> Uses:
    noted = Uses()
    for at, amount in amounts:
        noted.add(at, amount)
    return noted


def joins(member: str, when: str = "2026-03-01 09:00", referrer: str = "") -> Event:
    return Enrol(id=f"join-{member}", member=member, at=moment(when), referrer=referrer)


def buys(member: str, when: str, *lines: str, id: str = "", **fields: object) -> Purchase:
    bought = purchase(id or f"{member}/{when}", when, *lines)
    return msgspec.structs.replace(bought, member=member, **fields)


def simulated(declared: Program, *events: Event, workers: int = 1) -> Simulation:
    return simulate(Candidate("draft.yaml", (declared,)), MemoryHistory.of(events), workers=workers)


# Uses and courses.


@pytest.mark.parametrize(
    ("allowed", "runs_out"),
    [(99, 20), (100, 20), (101, 30), (160, 30), (161, None)],
)
def test_a_limit_runs_out_with_the_use_that_reaches_it(allowed: int, runs_out: int | None) -> None:
    assert uses((10, 40), (20, 60), (30, 60)).runs_out(allowed) == runs_out


def test_what_comes_back_is_there_again() -> None:
    noted = uses((10, 2), (20, -1), (30, 1))
    assert noted.running() == [(10, 2), (20, 1), (30, 2)]
    course = noted.course(2)
    assert course is not None
    assert [course.used_before(at) for at in (10, 11, 20, 21, 30, 31)] == [0, 2, 2, 1, 1, 2]


def test_a_course_tells_what_was_used_before_and_never_more_than_there_is() -> None:
    course = uses((10, 60), (20, 60), (30, 60)).course(100)
    assert course is not None
    assert [course.used_before(at) for at in (9, 10, 11, 20, 21, 30, 31)] == [0, 0, 60, 60, 100, 100, 100]


def test_a_limit_that_lasts_has_no_course_unless_it_had_one() -> None:
    assert uses((10, 99)).course(100) is None
    assert uses((10, 99)).course(100, always=True) is not None


def test_many_moments_are_kept_in_bounded_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courses, "MOST_MOMENTS", 4)
    noted = uses(*[(at, 1) for at in range(16)])
    assert (noted.width, noted.amounts) == (4, {0: 4, 1: 4, 2: 4, 3: 4})
    assert noted.runs_out(9) == 8
    course = noted.course(9)
    assert course is not None
    assert [course.used_before(at) for at in (3, 4, 7, 8, 11, 12)] == [0, 4, 4, 8, 8, 9]


def test_uses_of_other_widths_are_merged_by_the_wider() -> None:
    one, other = uses((5, 1), (6, 2)), Uses(width=4, amounts={1: 10})
    one.merge(other)
    assert (one.width, one.amounts) == (4, {1: 13})


# Budgets and stock.


def budget(total: int) -> Program:
    return program(points_per_dollar(1, name="base"), flat(60, name="spring", limit=Cap(total=total)))


def three_days() -> list[Event]:
    """Three members, each buying for 1.00 on another day; told member by member, not by time."""
    days = {"cy": MONDAY, "bo": TUESDAY, "ana": WEDNESDAY}
    return [joins(member) for member in days] + [buys(member, day, "1.00") for member, day in days.items()]


@pytest.mark.parametrize(
    ("total", "used", "runs_out", "cut", "passes"),
    [
        (100, 100, "2026-03-03", 80, 2),
        (120, 120, "2026-03-03", 60, 2),
        (180, 180, "2026-03-04", 0, 2),
        (181, 180, None, 0, 1),
    ],
)
def test_a_budget_is_used_in_the_order_of_time(
    total: int, used: int, runs_out: str | None, cut: int, passes: int
) -> None:
    told = simulated(budget(total), *three_days())
    (limit,) = told.draft.limits
    (spring,) = [row for row in told.draft.mechanics if row.mechanic == "spring"]
    assert (limit.used, limit.runs_out_on, spring.granted, spring.cut) == (used, runs_out, used, cut)
    assert (told.draft.passes, told.draft.is_settled) == (passes, True)


def test_the_days_of_a_budget_are_told() -> None:
    (limit,) = simulated(budget(100), *three_days()).draft.limits
    assert [(burned.day, burned.used) for burned in limit.burned] == [("2026-03-02", 60), ("2026-03-03", 100)]
    assert limit.runs_out_at == "2026-03-03T15:00:00Z"


def test_a_stock_goes_to_whoever_comes_first() -> None:
    declared = program(points_per_dollar(100), rewards=(reward("mug", 50, stock=1),))
    events = [joins("ana"), joins("bo"), buys("ana", MONDAY, "1.00"), buys("bo", MONDAY, "1.00")]
    events += [
        Redeem(id="late", member="ana", at=moment("2026-03-05 10:00"), reward="mug"),
        Redeem(id="early", member="bo", at=moment("2026-03-04 10:00"), reward="mug"),
    ]
    told = simulated(declared, *events)
    (mug,) = told.draft.rewards
    assert (mug.taken, mug.refused, mug.spent) == (1, 1, {"points": 50})
    assert [(refused.code, refused.times) for refused in told.draft.refused] == [("reward_out_of_stock", 1)]


# What members send each other.


def bringing() -> Program:
    deed = Deed(at_least=1_000)
    points = Quantity(100, "points"), Quantity(50, "points")
    return program(
        points_per_dollar(),
        Referral(name="bring", deed=deed, referrer=points[0], friend=points[1]),
        units={"points": Unit(worth=Rate(1, 1))},
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_what_one_member_sends_reaches_another(workers: int) -> None:
    events = [joins("ana"), joins("bo", "2026-03-01 10:00", referrer="ana"), buys("bo", MONDAY, "10.00")]
    told = simulated(bringing(), *events, workers=workers)
    assert told.draft.passes == 2
    assert {named.member: named.cost for named in told.draft.costly_members} == {"ana": 100, "bo": 60}


def test_what_reaches_a_stranger_comes_back_or_is_lost_without_a_trace_of_them() -> None:
    events = [joins("bo", referrer="nobody"), buys("bo", MONDAY, "10.00")]
    told = simulated(bringing(), *events)
    assert told.history.members == 1
    assert told.draft.is_settled
    assert {named.member: named.cost for named in told.draft.costly_members} == {"bo": 60}
