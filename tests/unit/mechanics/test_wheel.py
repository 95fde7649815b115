"""Wheels: where they stop follows from seed and event, and what has run out is stood in for by the next."""

from collections import Counter
from datetime import date

import pytest

from guerdon.core.effects import Granted, Won
from guerdon.core.events import Play
from guerdon.core.games import commitment_to, place_on_wheel, ticket_numbers
from guerdon.core.gifts import Gift
from guerdon.core.program import Allowance, Quantity
from guerdon.mechanics import Wheel
from guerdon.mechanics.wheel import Slice
from tests.builders import Story, moment, program, purchase, skipped

SEED = "the seed of these tests"
POINTS = Slice(name="points", weight=3, gives=(Gift(quantity=Quantity(20, "points")),))
BLANK = Slice(name="nothing", weight=6)


def shop(*prizes: Slice, **settings: object):
    return program(Wheel(name="wheel", prizes=prizes or (POINTS, BLANK), commitment=commitment_to(SEED), **settings))


def player(*prizes: Slice, **settings: object) -> Story:
    story = Story(shop(*prizes, **settings))
    story.seeds = {commitment_to(SEED): SEED}
    return story


def a_spin(id: str = "e", when: str = "2026-03-10", count: int = 1) -> Play:
    return Play(id=id, member="m", at=moment(when), game="wheel", tickets=count)


def won(decision) -> list[tuple[str, str]]:
    return [(effect.prize, effect.instead_of) for effect in decision.outcome.effects if isinstance(effect, Won)]


def test_where_it_stops_follows_from_the_seed_and_the_event():
    story = player()
    for number in range(40):
        decision = story.meets(a_spin(f"spin-{number}"))
        (ticket,) = ticket_numbers("wheel", f"spin-{number}", 1)
        stopped = ("points", "nothing")[place_on_wheel(SEED, ticket, [3, 6])]
        assert won(decision) == ([("points", "")] if stopped == "points" else [])
        assert decision.seeds_seen == {commitment_to(SEED): SEED}
        assert (skipped(decision) == {"wheel": "blank"}) == (stopped == "nothing")
    assert 0 < story.has() < 800


def test_several_spins_of_one_event_are_several_chances():
    story = player(POINTS)
    decision = story.meets(a_spin(count=30))
    assert len({effect.ticket for effect in decision.outcome.effects if isinstance(effect, Won)}) == 30
    assert story.has() == 600


def test_vouchers_of_one_event_are_told_apart():
    story = player(Slice(name="voucher", weight=1, gives=(Gift(quantity=Quantity(500, "vouchers")),)))
    decision = story.meets(a_spin(count=3))
    references = [effect.reference for effect in decision.outcome.effects if isinstance(effect, Granted)]
    assert len(set(references)) == 3


def test_what_has_run_out_is_stood_in_for_by_the_next_and_it_is_said():
    story = player(Slice(name="bicycle", weight=1, count=1), Slice(name="mug", weight=1, count=2), BLANK)
    given = Counter()
    stops = Counter()
    for number in range(40):
        given.update(won(story.meets(a_spin(f"spin-{number}"))))
        stops[place_on_wheel(SEED, ticket_numbers("wheel", f"spin-{number}", 1)[0], [1, 1, 6])] += 1
    assert min(stops[0], stops[1]) >= 2, "the seed lets both prizes be stopped at more often than they are there"
    assert (given["bicycle", ""], sum(count for (prize, _), count in given.items() if prize == "mug")) == (1, 2)
    assert story.limits == {"prize:wheel/bicycle": 0, "prize:wheel/mug": 0}


def test_behind_the_last_comes_the_first():
    story = player(POINTS, Slice(name="bicycle", weight=10**9, count=1))
    assert won(story.meets(a_spin("one"))) == [("bicycle", "")]
    assert won(story.meets(a_spin("two"))) == [("points", "bicycle")]


def test_when_everything_has_run_out_it_is_a_blank():
    story = player(Slice(name="bicycle", weight=1, count=1))
    story.meets(a_spin("one"))
    decision = story.meets(a_spin("two"))
    assert (won(decision), skipped(decision)) == ([], {"wheel": "blank"})


def test_a_spin_costs_what_it_says():
    story = player(BLANK, cost=Quantity(50, "points"))
    story.is_adjusted("2026-03-09", 99)
    assert story.is_refused(a_spin(count=2)).code == "game_exceeds_available"
    story.meets(a_spin())
    assert story.has() == 49


def test_a_member_may_spin_so_often():
    story = player(limit=(Allowance(2, "day"),))
    assert story.is_refused(a_spin(count=3)).code == "game_limit_reached"
    story.meets(a_spin("a", count=2))
    assert story.is_refused(a_spin("b")).code == "game_limit_reached"
    story.meets(a_spin("b", "2026-03-11"))


@pytest.mark.parametrize("when", ["2026-02-28 23:59:59", "2026-04-01"])
def test_a_wheel_is_open_on_its_days_only(when):
    story = player(between=(date(2026, 3, 1), date(2026, 3, 31)))
    assert story.is_refused(a_spin(when=when)).code == "game_not_open"


def test_without_its_seed_nobody_plays():
    story = Story(shop())
    assert story.is_refused(a_spin()).code == "seed_missing"


def test_only_plays_of_the_game_look_at_its_stock_and_its_seed():
    story = player(Slice(name="bicycle", weight=1, count=1))
    timeline = story.timeline
    assert timeline.limits_for([a_spin()]) == {"prize:wheel/bicycle": 1}
    assert timeline.seeds_for([a_spin()]) == {commitment_to(SEED)}
    bought = purchase("p", "2026-03-10", "5")
    assert (timeline.limits_for([bought]), timeline.seeds_for([bought])) == ({}, set())
