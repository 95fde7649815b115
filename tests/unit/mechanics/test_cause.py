"""Causes: minimum, steps, dates, targets that fill up, and where the surplus goes."""

from datetime import date

import pytest

from guerdon.core.decide import Decision
from guerdon.core.effects import transfers_of
from guerdon.core.program import Allowance, Cap, Unit, When
from guerdon.mechanics.cause import Cause
from tests.builders import delay, flat, program, rows
from tests.town import Town


def cause(name: str = "forest", **settings: object) -> Cause:
    return Cause(name=name, takes="points", **settings)


def town(*causes: Cause, **settings: object) -> Town:
    """Ana and bo have 1,000 points each."""
    place = Town(program(*causes, **settings))
    for member in ("ana", "bo"):
        place.is_adjusted(member, "2026-03-01", 1000)
    return place


def given(decision: Decision) -> dict[str, int]:
    """What each cause was given."""
    return {moved.target.removeprefix("cause:"): moved.amount for moved in transfers_of(decision.outcome.effects)}


AMOUNTS = """
    # amount | refused because (at least 100, in steps of 50, 1,000 there)
      99     | The amount of 99 points is less than 100.
      100    |
      101    | The amount of 101 points is not a multiple of 50.
      150    |
      950    |
      1000   |
      1050   | That takes 1050 points; the member has 1000.
"""


@pytest.mark.parametrize(("amount", "refusal"), rows(AMOUNTS))
def test_a_donation_has_a_minimum_and_steps(amount, refusal):
    place = town(cause(at_least=100, in_steps_of=50))
    event = place.a_donation("ana", "2026-03-02", "forest", int(amount))
    if refusal:
        assert place.refuses(event) == refusal
    else:
        assert given(place.meets(event)) == {"forest": int(amount)}
        assert place.has("ana") == 1000 - int(amount)


TARGET = """
    # target 500, ana gave 300; bo gives | refused because
      199                                |
      200                                |
      201                                | The cause forest takes 200 points more, not 201.
"""


@pytest.mark.parametrize(("amount", "refusal"), rows(TARGET))
def test_a_target_fills_up_exactly(amount, refusal):
    place = town(cause(target=500))
    place.donates("ana", "2026-03-02", "forest", 300)
    event = place.a_donation("bo", "2026-03-03", "forest", int(amount))
    if refusal:
        assert place.refuses(event) == refusal
    else:
        assert given(place.meets(event)) == {"forest": int(amount)}
        assert place.limits["cause:forest"] == 200 - int(amount)


def test_a_full_cause_takes_nothing():
    place = town(cause(target=500))
    place.donates("ana", "2026-03-02", "forest", 500)
    assert place.refuses(place.a_donation("bo", "2026-03-03", "forest", 1)).endswith("takes 0 points more, not 1.")


CHAIN = """
    # given to the forest (500), then the sea (200), then the air | forest | sea | air
      500                                                         | 500    |     |
      501                                                         | 500    | 1   |
      700                                                         | 500    | 200 |
      701                                                         | 500    | 200 | 1
"""


@pytest.mark.parametrize(("amount", "forest", "sea", "air"), rows(CHAIN))
def test_what_is_above_a_target_goes_on(amount, forest, sea, air):
    place = town(cause(target=500, then="sea"), cause("sea", target=200, then="air"), cause("air"))
    expected = {name: int(cell) for name, cell in (("forest", forest), ("sea", sea), ("air", air)) if cell}
    assert given(place.donates("ana", "2026-03-02", "forest", int(amount))) == expected


def test_a_circle_of_full_causes_refuses_and_uses_nothing():
    place = town(cause(target=500, then="sea"), cause("sea", target=200, then="forest"))
    told = place.refuses(place.a_donation("ana", "2026-03-02", "forest", 701))
    assert told == "The cause forest takes 700 points more, not 701."
    assert place.limits == {"cause:forest": 500, "cause:sea": 200}


OPEN = """
    # at                  | open from 1 to 30 April
      2026-03-31 23:59:59 | no
      2026-04-01 00:00:00 | yes
      2026-04-30 23:59:59 | yes
      2026-05-01 00:00:00 | no
"""


@pytest.mark.parametrize(("when", "is_open"), rows(OPEN))
def test_a_cause_is_open_between_two_days(when, is_open):
    place = town(cause(between=(date(2026, 4, 1), date(2026, 4, 30))))
    event = place.a_donation("ana", when, "forest", 10)
    if is_open == "yes":
        place.meets(event)
    else:
        assert place.refuses(event) == "The cause forest takes donations from 2026-04-01 to 2026-04-30."


def test_surplus_passes_over_a_cause_that_is_closed():
    shut = cause("sea", between=(date(2027, 1, 1), date(2027, 1, 2)), then="air")
    place = town(cause(target=500, then="sea"), shut, cause("air"))
    assert given(place.donates("ana", "2026-03-02", "forest", 600)) == {"forest": 500, "air": 100}


def test_a_member_may_give_so_much_and_so_often():
    limit = Cap(per_member=(Allowance(500, "month"),), times=(Allowance(2, "year"),))
    place = town(cause(limit=limit))
    place.donates("ana", "2026-03-02", "forest", 400)
    told = place.refuses(place.a_donation("ana", "2026-03-31", "forest", 101))
    assert told == "That would be 101 points; 100 are left in this month."
    place.donates("ana", "2026-04-01", "forest", 101)
    told = place.refuses(place.a_donation("ana", "2026-05-01", "forest", 1))
    assert told == "That would be 1 times; 0 are left in this year."
    place.donates("ana", "2027-01-01", "forest", 1)


def test_a_cause_may_be_for_some_members_only():
    place = town(cause(when=When(age_from=18)))
    told = place.refuses(place.a_donation("ana", "2026-03-02", "forest", 10))
    assert told == "The member may not: forest is only from 18 years on."


def test_what_is_pending_cannot_be_given():
    later = flat(50, on="action:x", available_after=delay("5 days"))
    place = Town(program(cause(), later, units={"points": Unit()}))
    place.does("ana", "2026-03-01", "x")
    told = place.refuses(place.a_donation("ana", "2026-03-02", "forest", 1))
    assert told == "That takes 1 points; the member has 0."


def test_what_is_given_keeps_the_wallet_alive():
    place = town(cause())
    before = place.of("ana").state.last_activity_at
    place.donates("ana", "2026-03-20", "forest", 1)
    assert place.of("ana").state.last_activity_at > before


def test_a_cause_that_is_not_there_is_refused():
    place = town(cause())
    told = place.refuses(place.a_donation("ana", "2026-03-02", "moon", 10))
    assert told == "The program has nothing called moon for an event of the kind donate."
