"""Goods that come back at the rate of the day of return: the rule of a bank that pays cashback by the month."""

from datetime import date
from typing import Any

import pytest

from guerdon.core.amounts import Rate
from guerdon.core.program import Program, Returns, Unit, When
from guerdon.mechanics import Earn
from tests.builders import Story, cap, delay, flat, from_day, program, rows, term

UNITS = {"points": Unit(), "cash": Unit(money=True, divisible=True), "vouchers": Unit(money=True)}


def bank(percent: int, *others: Any, **settings: Any) -> Program:
    """So many per cent of what is paid, in money."""
    known: dict[str, Any] = {"name": "cashback", "earn": "cash", "rate": Rate(percent, 100)}
    returns = Returns(points="at today's rate")
    return program(Earn(**(known | settings)), *others, units=UNITS, returns=returns)


RATES = """
    # bought at | returned at | paid | taken back | left
      5         | 1           | 100  | 100        | 400
      5         | 5           | 100  | 500        | 0
      1         | 5           | 100  | 500        | -400    # more than was earned
      5         | 1           | 0.99 | 0          | 4       # rounded down
"""


@pytest.mark.parametrize(("then", "now", "paid", "taken", "left"), rows(RATES))
def test_what_comes_back_is_taken_at_the_rate_of_the_day(then, now, paid, taken, left):
    story = Story(bank(int(then)), from_day(bank(int(now)), "2026-04-01"))
    story.buys("2026-03-10", paid, id="p")
    effects = story.brings_back("2026-04-02", "p").outcome.effects
    assert sum([effect.amount for effect in effects]) == int(taken)
    assert story.has("cash") == int(left)


def test_before_the_rate_changes_it_is_still_the_old_one():
    story = Story(bank(5), from_day(bank(1), "2026-04-01"))
    story.buys("2026-03-10", "100", id="p")
    story.brings_back("2026-03-31", "p")
    assert story.has("cash") == 0


def test_only_the_part_that_comes_back_counts():
    story = Story(bank(5), from_day(bank(1), "2026-04-01"))
    story.buys("2026-03-10", "90 x3", "10", id="p")
    story.brings_back("2026-04-02", "p", (0, 2))
    assert story.has("cash") == 500 - 60
    story.brings_back("2026-04-03", "p", (0, 1))
    assert story.has("cash") == 500 - 90


@pytest.mark.parametrize("today", ["is flat", "is gone"])
def test_without_a_rate_today_it_is_taken_exactly(today):
    flat_now = program(
        *([flat(7, name="cashback", earn="cash")] if today == "is flat" else []),
        units=UNITS, returns=Returns(points="at today's rate"), effective_from=date(2026, 4, 1),
    )  # fmt: skip
    story = Story(bank(5), flat_now)
    story.buys("2026-03-10", "100", "100", id="p")
    story.brings_back("2026-04-02", "p", (0, None))
    assert story.has("cash") == 500


def test_what_was_flat_is_taken_exactly_though_there_is_a_rate_today():
    before = program(flat(7, name="cashback", earn="cash"), units=UNITS, returns=Returns(points="at today's rate"))
    story = Story(before, from_day(bank(5), "2026-04-01"))
    story.buys("2026-03-10", "100", id="p")
    story.brings_back("2026-04-02", "p")
    assert story.has("cash") == 0


def test_of_a_grant_that_a_cap_had_cut_the_same_part_is_taken():
    """5 % of 100.00 would have been 5.00 and were 2.50; half of the 1 % is taken back."""
    story = Story(bank(5, limit=cap(per_event=250)), from_day(bank(1), "2026-04-01"))
    story.buys("2026-03-10", "100", id="p")
    story.brings_back("2026-04-02", "p")
    assert story.has("cash") == 250 - 50


def test_of_a_bill_paid_in_several_ways_the_same_part_counts():
    by_card = When(tender=("card",))
    story = Story(bank(5, when=by_card), from_day(bank(1, when=by_card), "2026-04-01"))
    story.buys("2026-03-10", "100", id="p", tenders={"card": 6000, "cash": 4000})
    assert story.has("cash") == 300
    story.brings_back("2026-04-02", "p")
    assert story.has("cash") == 300 - 60


def test_what_is_pending_still_is_taken_from_there():
    story = Story(bank(5, available_after=delay("60 days")), from_day(bank(1), "2026-04-01"))
    story.buys("2026-03-10", "100", id="p")
    story.brings_back("2026-04-02", "p")
    assert story.has_pending("cash") == 400


def test_what_has_expired_is_not_taken_again():
    story = Story(bank(5, expires=term("10 days")), from_day(bank(1), "2026-04-01"))
    story.buys("2026-03-10", "100", id="p")
    story.brings_back("2026-04-02", "p")
    assert story.has("cash") == 0


def test_a_mechanic_by_lines_takes_the_lines_that_earned():
    coffee = When(category=("coffee",))
    story = Story(bank(5, when=coffee), from_day(bank(1, when=coffee), "2026-04-01"))
    story.buys("2026-03-10", "100 coffee", "50 tea", id="p")
    story.brings_back("2026-04-02", "p", (1, None))
    assert story.has("cash") == 500
    story.brings_back("2026-04-02", "p", (0, None))
    assert story.has("cash") == 400
