"""Raffles: who gets how many tickets, what goods that come back take along, and what a win brings."""

from datetime import date

import pytest

from guerdon.core.amounts import Rate
from guerdon.core.effects import Entered, TicketsLost, Won
from guerdon.core.events import Play, Win
from guerdon.core.games import ticket_numbers
from guerdon.core.gifts import Gift
from guerdon.core.program import Allowance, Quantity, When
from guerdon.mechanics import Raffle
from guerdon.mechanics.raffle import Entry, Prize
from tests.builders import Story, from_day, moment, program, purchase, rows, skipped

SPEND = Entry(rate=Rate(1, 2000))
PRIZES = (Prize(name="bicycle"), Prize(name="points", count=2, gives=(Gift(quantity=Quantity(500, "points")),)))


def shop(*entries: Entry, **settings: object):
    known = {"between": (date(2026, 3, 1), date(2026, 3, 31)), "commitment": "0" * 64, "prizes": PRIZES}
    return program(Raffle(name="draw", **(known | {"entries": entries or (SPEND,)} | settings)))


def tickets(story: Story) -> int:
    return len(story.state.tickets.get("draw", ()))


def a_play(when: str = "2026-03-10", count: int = 1, id: str = "play") -> Play:
    return Play(id=id, member="m", at=moment(when), game="draw", tickets=count)


def a_win(prize: str, ticket: str = "t", id: str = "win") -> Win:
    return Win(id=id, member="m", at=moment("2026-04-02"), game="draw", prize=prize, ticket=ticket)


SPENT = """
    # paid  | tickets
      19.99 | 0
      20.00 | 1
      39.99 | 1
      60.00 | 3
"""


@pytest.mark.parametrize(("paid", "count"), rows(SPENT))
def test_a_ticket_for_so_much_spent(paid, count):
    story = Story(shop())
    story.buys("2026-03-10", paid, id="p")
    assert story.state.tickets.get("draw", ()) == ticket_numbers("draw", "p", int(count))


def test_more_tickets_than_anybody_can_hold_are_refused():
    story = Story(shop())
    code = story.is_refused(purchase("p", "2026-03-10", "200020")).code
    story.buys("2026-03-10", "200000")
    assert (code, tickets(story)) == ("amount_out_of_range", 10_000)


def test_tickets_are_given_on_its_days_only():
    story = Story(shop(), joined="2026-01-01")
    for when in ("2026-02-28 23:59:59", "2026-04-01"):
        assert skipped(story.buys(when, "20"))["draw"] == "outside_dates"
    story.buys("2026-03-31 23:59:59", "20")
    assert tickets(story) == 1


def test_actions_plays_and_free_tickets():
    entries = (
        Entry(action="review", tickets=2),
        Entry(free=True, limit=(Allowance(1, "day"),)),
        Entry(cost=Quantity(100, "points")),
    )
    story = Story(shop(*entries))
    story.is_adjusted("2026-03-09", 250)
    story.does("2026-03-10", "review")
    assert tickets(story) == 2
    story.meets(a_play(count=2))
    assert (tickets(story), story.has()) == (4, 150), "one of them is free"
    refusal = story.is_refused(a_play(count=2, id="more"))
    assert (refusal.code, refusal.details) == (
        "game_exceeds_available",
        {"cost": 200, "unit": "points", "available": 150},
    )


def test_nobody_has_to_buy():
    story = Story(shop(Entry(free=True, limit=(Allowance(2, "ever"),)), SPEND))
    story.meets(a_play(count=2))
    assert tickets(story) == 2
    assert story.is_refused(a_play(id="third")).code == "game_limit_reached"


def test_a_raffle_that_has_no_plays_knows_none():
    assert Story(shop()).is_refused(a_play()).code == "nothing_of_that_name"


def test_a_play_outside_its_days_is_refused():
    refusal = Story(shop(Entry(free=True))).is_refused(a_play("2026-04-01"))
    assert (refusal.code, refusal.details["reason"]) == ("game_not_open", "only from 2026-03-01 to 2026-03-31")


def test_limits_of_a_member_and_of_all_together():
    story = Story(shop(limit=(Allowance(10, "day"), Allowance(15, "ever")), total=13))
    story.buys("2026-03-10", "59.99")
    story.buys("2026-03-10", "300")
    assert tickets(story) == 10
    assert skipped(story.buys("2026-03-10", "300"))["draw"] == "limit_reached"
    story.buys("2026-03-11", "300")
    assert (tickets(story), story.limits["tickets:draw"]) == (13, 0)


# Returns.


def test_goods_that_come_back_take_their_tickets_along_the_last_first():
    story = Story(shop(when=When(category=("tea",))))
    decision = story.buys("2026-03-10", "30 tea", "30 tea", "30 tea", "500 fuel", id="p")
    (entered,) = [effect for effect in decision.outcome.effects if isinstance(effect, Entered)]
    assert len(entered.tickets) == 4
    back = story.brings_back("2026-03-11", "p", (0, None), (3, None))
    assert [e for e in back.outcome.effects if isinstance(e, TicketsLost)] == [TicketsLost("draw", entered.tickets[3:])]
    assert story.state.tickets["draw"] == entered.tickets[:3]
    story.brings_back("2026-03-12", "p", (1, None))
    assert tickets(story) == 1
    story.brings_back("2026-03-13", "p")
    assert story.state.tickets == {}


def test_the_list_is_final_when_the_raffle_closes():
    story = Story(shop())
    story.buys("2026-03-10", "40", "40", id="p")
    story.brings_back("2026-03-31 23:59:59", "p", (0, None))
    assert tickets(story) == 2
    story.brings_back("2026-04-01", "p")
    assert tickets(story) == 2


# Wins.


def test_a_win_is_told_and_what_it_gives_is_granted():
    story = Story(shop())
    decision = story.meets(a_win("points", "abc"))
    assert [effect for effect in decision.outcome.effects if isinstance(effect, Won)] == [Won("draw", "points", "abc")]
    assert story.has() == 500


def test_what_was_drawn_is_handed_out_though_the_program_has_the_raffle_no_more():
    story = Story(shop(), from_day(program(), "2026-04-01"))
    story.meets(a_win("points"))
    story.meets(a_win("bicycle", id="first"))
    assert story.has() == 500
    assert story.is_refused(a_win("bicycle", id="second")).code == "prize_run_out"


def test_no_more_is_handed_out_than_there_is():
    story = Story(shop())
    story.meets(a_win("bicycle"))
    assert story.is_refused(a_win("bicycle", id="again")).code == "prize_run_out"
    assert story.is_refused(a_win("yacht", id="other")).code == "prize_unknown"
