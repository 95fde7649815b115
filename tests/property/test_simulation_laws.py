"""Laws of simulations: folding members one by one, in passes, comes to what happens when all live side by side."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import event as note_kind
from hypothesis import strategies as st

from guerdon.core.calendar import moment_of
from guerdon.core.events import (
    Action,
    Donate,
    Enrol,
    Event,
    Line,
    Purchase,
    Redeem,
    Return,
    ReturnedLine,
    Send,
    Tick,
)
from guerdon.core.state import encode_state
from guerdon.core.timeline import Timeline
from guerdon.insight.simulation.courses import Uses
from guerdon.insight.simulation.fold import NOTHING_SHARED, Shared, fold
from guerdon.insight.simulation.history import MemoryHistory
from guerdon.insight.simulation.passes import Folder, Part, Plan, Trial, settle
from guerdon.insight.simulation.spread import Largest, Named, Spread
from guerdon.runtime.rehearsal import Rehearsal
from tests.builders import instant
from tests.property import strategies as some

MEMBERS = ("ana", "bo", "cy")
BEGINS = instant("2026-01-20 10:00")
REWARDS = ("mug", "pin", "lounge", "ten-off", "coffee")


def life(deeds: list[tuple[int, int, int, int, tuple[Line, ...]]]) -> list[Event]:
    """What happens to some members, each thing later than the one before."""
    at = datetime.fromtimestamp(BEGINS, UTC)
    events: list[Event] = [
        Enrol(id=f"join-{member}", member=member, at=at + timedelta(seconds=place), referrer="ana" if place else "")
        for place, member in enumerate(MEMBERS)
    ]
    bought: list[Purchase] = []
    at += timedelta(hours=1)
    for number, (who, deed, pause, amount, lines) in enumerate(deeds):
        at += timedelta(seconds=pause + 1)
        told = {"id": f"e{number}", "member": MEMBERS[who], "at": at}
        own = [purchase for purchase in bought if purchase.member == MEMBERS[who]]
        if deed < 5:
            events.append(Purchase(**told, lines=lines))
            bought.append(events[-1])
        elif deed == 5 and own:
            receipt = own[amount % len(own)]
            events.append(Return(**told, purchase=receipt.id, lines=(ReturnedLine(0),)))
        elif deed in (6, 7):
            events.append(Redeem(**told, reward=REWARDS[amount % len(REWARDS)]))
        elif deed == 8:
            events.append(Action(**told, action="review"))
        elif deed == 9:
            events.append(Send(**told, unit="points", amount=1 + amount, to=(*MEMBERS, "nobody")[(who + 1) % 4]))
        else:
            events.append(Donate(**told, cause="forest", amount=5 + amount))
    return events


deeds = st.lists(
    st.tuples(st.integers(0, len(MEMBERS) - 1), st.integers(0, 10), some.pauses, st.integers(0, 40), some.baskets),
    min_size=1,
    max_size=60,
)


def side_by_side(timeline: Timeline, events: list[Event], ends_at: int) -> Rehearsal:
    """All members in the order of time, as a till would have them."""
    rehearsal = Rehearsal(timeline)
    for event in events:
        rehearsal.take(event)
    for member in sorted(rehearsal.states):
        rehearsal.take(Tick(id=f"end/{member}", member=member, at=moment_of(ends_at)))
    return rehearsal


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(deeds)
def test_members_folded_one_by_one_stand_where_they_stand_side_by_side(told: list) -> None:
    events = life(told)
    history = MemoryHistory.of(events)
    ends_at = history.span().last + 86_400 * 40  # type: ignore[union-attr]
    trial = Trial("rich", tuple(version.program for version in some.rich_timeline().versions))
    plan = Plan((trial,), is_compared=False, ends_at=ends_at)
    folder, last = Folder(plan), [NOTHING_SHARED]

    def run(shared: list[Shared]) -> Part:
        last[:] = shared
        return folder.fold(history.shards(2), shared)

    settled = settle(plan, run, most=60)
    note_kind(f"passes: {settled.passes}")
    assert settled.is_settled == (True,)
    expected = side_by_side(trial.timeline(), events, ends_at)
    for one in history.held:
        *_, end = fold(folder.timelines[0], one, last[0], ends_at)
        assert encode_state(end.decision.state) == encode_state(expected.state(one.member))
    used = {name: uses.total for name, uses in settled.part.figures[0].limits.items() if uses.total}
    assert used == {name: amount for name, amount in expected.used.items() if amount}


@given(st.lists(st.integers(-(10**9), 10**9), max_size=60), st.integers(0, 60))
def test_a_spread_is_the_same_in_parts(amounts: list[int], cut: int) -> None:
    whole, parts = Spread(), [Spread(), Spread()]
    for place, amount in enumerate(amounts):
        whole.add(amount)
        parts[place >= cut].add(amount)
    parts[0].merge(parts[1])
    assert parts[0] == whole
    assert sum(count for _, _, count in whole.bins()) == len(amounts)
    if amounts:
        median = sorted(amounts)[(len(amounts) - 1) // 2]
        assert abs((whole.quantile(1, 2) or 0) - median) <= abs(median) / 100


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 400)), max_size=300), st.integers(0, 300))
def test_the_largest_are_the_same_in_parts(found: list[tuple[int, int]], cut: int) -> None:
    named = [Named(figure, f"m{member}", str(place)) for place, (figure, member) in enumerate(found)]
    whole, parts = Largest(5), [Largest(5), Largest(5)]
    for place, one in enumerate(named):
        whole.add(one)
        parts[place >= cut].add(one)
    parts[0].merge(parts[1])
    expected = sorted(named, key=lambda one: (-one.figure, one.member, one.event))[:5]
    assert parts[0].in_order() == whole.in_order() == expected


@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(-3, 9)), max_size=80), st.integers(0, 80))
def test_uses_are_the_same_in_parts(uses: list[tuple[int, int]], cut: int) -> None:
    whole, parts = Uses(), [Uses(), Uses()]
    for place, (at, amount) in enumerate(uses):
        whole.add(at, amount)
        parts[place >= cut].add(at, amount)
    parts[0].merge(parts[1])
    assert parts[0].running() == whole.running()
    assert whole.total == sum(amount for _, amount in uses)
