"""The next best reward, with a member whose state comes out of the engine."""

from datetime import UTC, date, datetime

import pytest

from guerdon.core.calendar import instant_of
from guerdon.core.decide import decide
from guerdon.core.events import Enrol, Line, Purchase
from guerdon.core.experiments import assigned
from guerdon.core.state import NEW_MEMBER, decode_state, encode_state
from guerdon.core.timeline import single
from guerdon.insight.affinity.advice import advise
from guerdon.insight.affinity.rewards import rewards_for
from guerdon.insight.engines.duckdb import tables_from
from guerdon.language import read_program
from tests.unit.insight.test_affinity import PROGRAM

TODAY = date(2026, 1, 6)
TIMELINE = single(PROGRAM)


def state_with(points):
    enrol = Enrol(id="e", member="ann", at=datetime(2026, 1, 2, 9, tzinfo=UTC))
    state = decide(TIMELINE, NEW_MEMBER, enrol).state
    bought = Purchase(
        id="b", member="ann", at=datetime(2026, 1, 5, 9, tzinfo=UTC), lines=(Line(sku="x", amount=100 * points),)
    )
    return decide(TIMELINE, state, bought).state


def tables(points, effects=()):
    people = [{"member": 1, "key": "ann", "seq": 2, "state": encode_state(state_with(points)).decode(), "tiers": "{}"}]
    events = [{"member": 1, "kind": "purchase", "event_id": "b", "day": TODAY, "paid": 100 * points}]
    lines = [
        {"member": member, "seq": 1, "line": 0, "day": TODAY, "category": "coffee", "net": 1} for member in range(1, 6)
    ]
    return tables_from({"members": people, "effects": list(effects), "events": events, "lines": lines})


def ideas(points, *effects):
    return rewards_for(tables(points, effects), TIMELINE, 1, instant_of(datetime(2026, 1, 7, tzinfo=UTC)), TODAY)


def granted(amount, day=5, **more):
    return {
        "member": 1,
        "seq": 1,
        "number": 0,
        "day": date(2026, 1, day),
        "effect": "granted",
        "unit": "points",
        "amount": amount,
        **more,
    }


def rewarded(member, reward):
    return {"member": member, "seq": 9, "number": 0, "day": TODAY, "effect": "rewarded", "reward": reward}


@pytest.mark.parametrize(("points", "short"), [(99, 1), (100, 0), (101, 0)])
def test_the_engine_says_what_can_be_had(points, short):
    cup = next(idea for idea in ideas(points) if idea.reward == "cup")
    assert (cup.can_have_it, cup.short) == (short == 0, short)
    assert cup.refusal == ("redemption_exceeds_available_points" if short else None)


def test_the_pace_tells_when():
    by_name = {idea.reward: idea for idea in ideas(70, granted(130))}
    assert (by_name["cup"].short, by_name["cup"].weeks) == (30, 3)  # 10 points a week
    assert (by_name["mug"].short, by_name["mug"].weeks) == (230, 23)
    assert [idea.weeks for idea in ideas(70)] == [None, None]


def test_what_can_be_had_and_was_taken_comes_first():
    assert [idea.reward for idea in ideas(400)] == ["mug", "cup"]
    first = ideas(400, rewarded(1, "cup"))[0]
    assert (first.reward, first.taken, first.because) == ("cup", 1, "The member took it 1 times before.")
    assert ideas(400, rewarded(2, "cup"))[0].because == "It was taken 1 times by others."


def test_asking_moves_nothing():
    before = encode_state(state_with(400))
    found = tables(400)
    rewards_for(found, TIMELINE, 1, instant_of(datetime(2026, 1, 7, tzinfo=UTC)), TODAY)
    assert found.members.to_pyarrow()["state"].to_pylist() == [before.decode()]
    assert encode_state(decode_state(before)) == before


def test_advice_puts_it_together():
    found = advise(tables(100), TIMELINE, "ann")
    assert (found.is_cold, [one.thing for one in found.again]) == (False, ["coffee"])
    assert found.rewards[0].reward == "cup"
    assert found.offers[0].things == ("coffee",)
    assert advise(tables(100), TIMELINE, "nobody") is None


def test_a_reward_for_a_group_of_an_experiment_is_asked_for_the_member_that_it_is():
    """Ann's own id says which group she is in, and not what the question is called."""
    tried = read_program(TRIED)
    told = {}
    for key in [f"ann-{number}" for number in range(12)]:
        state = decide(single(tried), NEW_MEMBER, Enrol(id="e", member=key, at=datetime(2026, 1, 2, tzinfo=UTC))).state
        people = [{"member": 1, "key": key, "seq": 1, "state": encode_state(state).decode(), "tiers": "{}"}]
        at = instant_of(datetime(2026, 1, 7, tzinfo=UTC))
        (idea,) = rewards_for(tables_from({"members": people}), single(tried), 1, at, TODAY)
        told[key] = idea.can_have_it
    experiment = tried.experiments["spring"]
    assert told == {key: assigned("spring", experiment, key) == "given" for key in told}
    assert len(set(told.values())) == 2


TRIED = """
program: shop
currency: EUR
timezone: Europe/Sofia
effective_from: 2026-01-01
units:
  points: {}
experiments:
  spring: {groups: {given: 50%, control: 50%}}
mechanics:
  - {earn: points, on: enrol, flat: 100}
rewards:
  - {reward: coffee, cost: 50 points, when: {experiment: {spring: given}}}
"""
