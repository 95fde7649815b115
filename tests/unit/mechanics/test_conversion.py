"""Conversions: whole multiples, bonuses, partners who pay out, and who may how often."""

from datetime import date

import pytest

from guerdon.core.amounts import Rate
from guerdon.core.effects import Converted, transfers_of
from guerdon.core.program import Allowance, Cap, Partner, Quantity, Unit, When
from guerdon.mechanics.conversion import Bonus, Conversion
from tests.builders import program, rows, shown_instant, term
from tests.town import Town

MAY = (date(2026, 5, 1), date(2026, 5, 31))


def conversion(**settings: object) -> Conversion:
    plain = {"name": "to-stars", "every": Quantity(100, "points"), "gives": Quantity(250, "stars")}
    return Conversion(**(plain | settings))


def town(**settings: object) -> Town:
    """Ana has 1,000 points."""
    units = {
        "points": Unit(), "stars": Unit(expires=term("30 days")), "vouchers": Unit(money=True),
    }  # fmt: skip
    place = Town(program(conversion(**settings), units=units, partners={"sky": Partner()}))
    place.is_adjusted("ana", "2026-03-01", 1000)
    return place


AMOUNTS = """
    # amount | gives | refused because
      99     |       | The amount of 99 points is not a multiple of 100.
      100    | 250   |
      101    |       | The amount of 101 points is not a multiple of 100.
      1000   | 2500  |
      1100   |       | That takes 1100 points; the member has 1000.
"""


@pytest.mark.parametrize(("amount", "gives", "refusal"), rows(AMOUNTS))
def test_whole_multiples_are_converted(amount, gives, refusal):
    place = town()
    event = place.a_conversion("ana", "2026-03-02", "to-stars", int(amount))
    if refusal:
        assert place.refuses(event) == refusal
        return
    moved = transfers_of(place.meets(event).outcome.effects)
    assert [(one.unit, one.source, one.target, one.amount) for one in moved] == [
        ("points", "available", "converted", int(amount)),
        ("stars", "issued", "available", int(gives)),
    ]
    assert (place.has("ana"), place.has("ana", "stars")) == (1000 - int(amount), int(gives))


BONUS = """
    # on                  | 300 points become, with 7 % more in May
      2026-04-30 23:59:59 | 750
      2026-05-01 00:00:00 | 802
      2026-05-31 23:59:59 | 802
      2026-06-01 00:00:00 | 750
"""


@pytest.mark.parametrize(("when", "gives"), rows(BONUS))
def test_a_bonus_is_rounded_down_and_holds_between_two_days(when, gives):
    place = town(bonus=Bonus(plus=Rate(7, 100), between=MAY))
    place.converts("ana", when, "to-stars", 300)
    assert place.has("ana", "stars") == int(gives)


def test_what_it_becomes_lasts_as_its_unit_says_or_as_the_conversion_says():
    for settings, ends in (({}, "2026-04-02 00:00"), ({"expires": term("5 days")}, "2026-03-08 00:00")):
        place = town(**settings)
        place.converts("ana", "2026-03-02", "to-stars", 100)
        assert [shown_instant(lot.expires_at) for lot in place.of("ana").wallet("stars").lots] == [ends]


def test_a_partner_pays_out_in_its_own_unit():
    place = town(gives=Quantity(40, "miles"), partner="sky")
    effects = place.converts("ana", "2026-03-02", "to-stars", 200).outcome.effects
    assert effects == (Converted("to-stars", "points", 200, "miles", 80, "sky"),)
    assert [(one.unit, one.source, one.target, one.amount) for one in transfers_of(effects)] == [
        ("points", "available", "partner:sky", 200)
    ]
    assert (place.has("ana"), "miles" in place.of("ana").state.wallets) == (800, False)


def test_a_voucher_that_it_becomes_is_a_lot_of_its_own():
    place = town(gives=Quantity(500, "vouchers"))
    place.converts("ana", "2026-03-02", "to-stars", 200)
    place.converts("ana", "2026-03-02", "to-stars", 200)
    assert [lot.amount for lot in place.of("ana").wallet("vouchers").lots] == [1000, 1000]


def test_there_is_a_least_amount_and_a_limit_a_month():
    place = town(at_least=200, limit=Cap(per_member=(Allowance(300, "month"),)))
    told = place.refuses(place.a_conversion("ana", "2026-03-02", "to-stars", 100))
    assert told == "The amount of 100 points is less than 200."
    told = place.refuses(place.a_conversion("ana", "2026-03-02", "to-stars", 400))
    assert told == "That would be 400 points; 300 are left in this month."
    place.converts("ana", "2026-03-31", "to-stars", 300)
    place.converts("ana", "2026-04-01", "to-stars", 300)


def test_it_may_be_for_some_members_only():
    place = town(when=When(segment=("flyers",)))
    told = place.refuses(place.a_conversion("ana", "2026-03-02", "to-stars", 100))
    assert told == "The member may not: to-stars is only for the segment flyers."


def test_what_it_becomes_pays_a_debt_back_first():
    place = town()
    story = place.of("ana")
    story.state.wallets["stars"] = story.wallet("stars").__class__(debt=100)
    place.converts("ana", "2026-03-02", "to-stars", 100)
    assert (place.has("ana", "stars"), story.wallet("stars").debt) == (150, 0)
