"""Returns by provenance: exactly what the goods earned comes back, whatever happened since."""

import pytest

from guerdon.core.amounts import Rate, Rounding
from guerdon.core.effects import Restored, Reversed, transfers_of
from guerdon.core.program import Cap, Meter, Quantity, Returns, Unit, When
from guerdon.mechanics import Earn, Vouchers
from tests.builders import Story, delay, flat, from_day, kinds, points_per_dollar, program, reward, rows, term, window


def reversals(decision) -> dict[str, int]:
    """What was taken back of each mechanic's grant."""
    return {effect.mechanic: effect.amount for effect in decision.outcome.effects if isinstance(effect, Reversed)}


def bought(*mechanics, lines=("6", "4"), **settings) -> Story:
    """A member with a purchase p."""
    story = Story(program(*(mechanics or (points_per_dollar(),)), **settings))
    story.buys("2026-03-10", *lines, id="p")
    return story


def test_a_whole_return_takes_back_everything():
    story = bought()
    effects = story.brings_back("2026-03-12", "p").outcome.effects
    assert effects == (Reversed("base", "points", 10, available=10),)
    assert [tuple(move) for move in transfers_of(effects)] == [("points", "available", "reversed", 10, "base")]
    assert story.has() == 0


def test_a_line_takes_back_what_it_earned():
    story = bought()
    assert reversals(story.brings_back("2026-03-12", "p", (1, None))) == {"base": 4}
    assert reversals(story.brings_back("2026-03-12", "p", (0, None))) == {"base": 6}


def test_a_line_may_be_named_twice_in_one_return():
    story = bought(lines=("9 x3",))
    assert reversals(story.brings_back("2026-03-12", "p", (0, 1), (0, 1))) == {"base": 6}
    assert story.state.returned == {"p": {0: 2}}


PARTIAL = """
    # line        | earns | taken back piece by piece
      1.00 x3     | 1     | 0 0 1
      2.00 x3     | 2     | 0 1 1
      100 x3      | 100   | 33 33 34
      10 x1       | 10    | 10
      10 x0       | 10    | 10            # a line of no quantity counts as one
"""


@pytest.mark.parametrize(("line", "earns", "pieces"), rows(PARTIAL))
def test_several_returns_take_back_exactly_what_was_earned(line, earns, pieces):
    story = bought(lines=(line, "500"))
    before = story.has()
    for piece in map(int, pieces.split()):
        assert sum(reversals(story.brings_back("2026-03-12", "p", (0, 1))).values()) == piece
    assert story.has() == before - int(earns)


def test_a_return_without_lines_brings_back_what_is_left():
    story = bought(lines=("9 x3", "5"))
    story.brings_back("2026-03-12", "p", (0, 2))
    assert reversals(story.brings_back("2026-03-13", "p")) == {"base": 8}
    assert story.state.returned == {"p": {0: 3, 1: 1}}
    assert story.has() == 0


def test_each_mechanic_takes_back_from_the_lines_it_looked_at():
    soup = When(category=("soup",))
    story = bought(points_per_dollar(), points_per_dollar(name="soups", when=soup), lines=("6 soup", "4 tea", "2 soup"))
    assert reversals(story.brings_back("2026-03-12", "p", (1, None))) == {"base": 4}
    assert reversals(story.brings_back("2026-03-12", "p", (2, None))) == {"base": 2, "soups": 2}


def test_a_flat_grant_is_spread_by_what_was_paid():
    story = bought(flat(10), lines=("7.50", "2.50"))
    assert reversals(story.brings_back("2026-03-12", "p", (1, None))) == {"flat": 2}
    assert reversals(story.brings_back("2026-03-12", "p", (0, None))) == {"flat": 8}


def test_a_flat_grant_on_goods_for_nothing_is_spread_alike():
    story = bought(flat(10), lines=("0", "0"))
    assert reversals(story.brings_back("2026-03-12", "p", (1, None))) == {"flat": 5}


def test_a_capped_grant_takes_back_what_was_given_and_not_what_was_wanted():
    story = bought(points_per_dollar(limit=Cap(per_event=5)))
    assert reversals(story.brings_back("2026-03-12", "p", (0, None))) == {"base": 3}
    assert reversals(story.brings_back("2026-03-12", "p", (1, None))) == {"base": 2}


def test_what_was_rounded_line_by_line_comes_back_line_by_line():
    """Nine lines of 1.99 earn 1 each and one of 9.00 earns 9: by what was paid the last would give back only 6."""
    by_line = points_per_dollar(round_per="line")
    story = bought(by_line, lines=("1.99",) * 9 + ("9",))
    assert story.has() == 18
    assert reversals(story.brings_back("2026-03-12", "p", (9, None))) == {"base": 9}
    for place in range(9):
        assert reversals(story.brings_back("2026-03-12", "p", (place, None))) == {"base": 1}


def test_a_line_that_was_not_multiplied_gives_nothing_of_the_multiple_back():
    soup = When(category=("soup",))
    doubled = Earn(name="x2", earn="points", multiply="soups")
    story = bought(points_per_dollar(name="soups", when=soup), doubled, lines=("6 soup", "4 tea"))
    assert story.has() == 12
    assert reversals(story.brings_back("2026-03-12", "p", (1, None))) == {}
    assert reversals(story.brings_back("2026-03-12", "p", (0, None))) == {"soups": 6, "x2": 6}


def test_what_only_some_of_the_multiplied_lines_earned_comes_back_with_them():
    own = When(brand=("own",))
    by_line = points_per_dollar(round_per="line", when=When(category=("soup", "tea")))
    doubled = Earn(name="x2", earn="points", multiply="base", when=own)
    story = bought(by_line, doubled, lines=("1.99 soup brand=own", "9 tea brand=own", "5 tea", "7 other brand=own"))
    assert story.has() == 1 + 9 + 5 + 1 + 9
    assert reversals(story.brings_back("2026-03-12", "p", (1, None))) == {"base": 9, "x2": 9}
    assert reversals(story.brings_back("2026-03-12", "p", (3, None), (2, None))) == {"base": 5}
    assert reversals(story.brings_back("2026-03-12", "p", (0, None))) == {"base": 1, "x2": 1}


def test_a_later_version_with_other_rates_takes_back_what_was_earned_then():
    story = Story(program(points_per_dollar(1)), from_day(program(points_per_dollar(5)), "2026-04-01"))
    story.buys("2026-03-31", "10", id="p")
    assert reversals(story.brings_back("2026-04-02", "p")) == {"base": 10}


def test_a_program_may_let_the_points_be_kept():
    story = bought(returns=Returns(points="kept"))
    assert story.brings_back("2026-03-12", "p").outcome.effects == ()
    assert story.has() == 10
    assert story.meter("spend", "2026-03-12") == 0, "the meters are counted back all the same"


def test_the_version_of_the_return_says_whether_points_are_kept():
    story = Story(
        program(points_per_dollar()),
        from_day(program(points_per_dollar(), returns=Returns(points="kept")), "2026-04-01"),
    )
    story.buys("2026-03-31", "10", id="p")
    assert reversals(story.brings_back("2026-04-02", "p")) == {}


def test_what_merely_fell_due_before_a_purchase_does_not_come_back_with_it():
    """The vouchers of the quarter were issued in the same decision as the purchase, only because the clock ran late."""
    vouchers = Vouchers(every=Quantity(10, "points"), gives=Quantity(100, "vouchers"), issued="quarter", per_basket=0)
    for clocked in (True, False):
        story = Story(program(points_per_dollar(), vouchers))
        story.buys("2026-03-10", "20")
        if clocked:
            story.waits_until("2026-04-01")
        story.buys("2026-04-02", "5", id="p")
        assert reversals(story.brings_back("2026-04-03", "p")) == {"base": 5}
        assert story.has("vouchers") == 200


# What is no longer there.


def spender(debt: str) -> Story:
    units = {"points": Unit(debt=debt)}
    story = Story(program(points_per_dollar(), units=units, rewards=(reward(cost=7),)))
    story.buys("2026-03-10", "6", "4", id="p")
    story.redeems("2026-03-11", "coffee")
    return story


def test_what_was_spent_is_owed():
    story = spender("owed")
    effects = story.brings_back("2026-03-12", "p", (1, None)).outcome.effects
    assert effects == (Reversed("base", "points", 4, available=3, owed=1),)
    assert [(move.source, move.target, move.amount) for move in transfers_of(effects)] == [
        ("available", "reversed", 3),
        ("debt", "reversed", 1),
    ]
    assert (story.has(), story.wallet().debt) == (-1, 1)
    story.brings_back("2026-03-12", "p")
    assert story.has() == -7


def test_what_is_owed_is_paid_back_by_the_next_grant():
    story = spender("owed")
    story.brings_back("2026-03-12", "p")
    assert story.has() == -7
    assert kinds(story.buys("2026-03-13", "6").outcome.effects) == ["granted", "repaid"]
    assert (story.has(), story.wallet().debt) == (-1, 1)
    story.buys("2026-03-13", "6")
    assert (story.has(), story.wallet().debt) == (5, 0)


def test_what_was_spent_is_forgiven_where_the_unit_says_so():
    story = spender("forgiven")
    effects = story.brings_back("2026-03-12", "p", (1, None)).outcome.effects
    assert effects == (Reversed("base", "points", 4, available=3, forgiven=1, why_forgiven="spent"),)
    assert [(move.source, move.amount) for move in transfers_of(effects)] == [("available", 3)]
    assert story.has() == 0


def test_nothing_is_forgiven_where_all_is_there():
    story = bought(units={"points": Unit(debt="forgiven")})
    assert story.brings_back("2026-03-12", "p").outcome.effects == (Reversed("base", "points", 10, available=10),)


EXPIRED = """
    # comes back on | available | forgiven
      2026-03-20    | 10        | 0
      2026-03-21    | 0         | 10        # expired that day
      2026-03-22    | 0         | 10
"""


@pytest.mark.parametrize(("when", "available", "forgiven"), rows(EXPIRED))
def test_what_has_expired_is_not_taken_back_a_second_time(when, available, forgiven):
    story = bought(units={"points": Unit(expires=term("10 days"))})
    effect = story.brings_back(when, "p").outcome.effects[-1]
    assert isinstance(effect, Reversed)
    assert (effect.available, effect.forgiven, effect.owed) == (int(available), int(forgiven), 0)
    assert effect.why_forgiven == ("expired" if int(forgiven) else "")


def test_what_has_lapsed_is_not_taken_back_from_what_was_earned_since():
    story = bought(units={"points": Unit(inactive_after=term("10 days"))})
    story.buys("2026-03-21", "5")
    assert story.has() == 5
    assert story.brings_back("2026-03-22", "p").outcome.effects == (
        Reversed("base", "points", 10, forgiven=10, why_forgiven="expired"),
    )
    assert story.has() == 5


def test_a_purchase_at_the_very_instant_of_the_lapse_is_not_lapsed():
    story = bought(units={"points": Unit(inactive_after=term("10 days"))})
    story.buys("2026-03-21 00:00", "5", id="q")
    assert reversals(story.brings_back("2026-03-22", "q")) == {"base": 5}
    assert story.has() == 0


def test_what_is_pending_is_taken_back_while_pending():
    story = bought(points_per_dollar(available_after=delay("10 days")))
    effects = story.brings_back("2026-03-12", "p", (1, None)).outcome.effects
    assert effects == (Reversed("base", "points", 4, pending=4),)
    assert [(move.source, move.amount) for move in transfers_of(effects)] == [("pending", 4)]
    assert story.has_pending() == 6


def test_what_has_matured_is_taken_back_from_what_is_available():
    story = bought(points_per_dollar(available_after=delay("1 day")))
    assert story.brings_back("2026-03-12", "p").outcome.effects[-1] == Reversed("base", "points", 10, available=10)
    assert (story.has(), story.has_pending()) == (0, 0)


def test_the_lot_that_the_goods_earned_goes_first():
    units = {"points": Unit(expires=term("30 days"))}
    story = Story(program(points_per_dollar(), units=units))
    story.buys("2026-03-10", "10")
    story.buys("2026-03-20", "20", id="p")
    story.brings_back("2026-03-21", "p")
    assert [lot.amount for lot in story.wallet().lots] == [10]


def test_the_voucher_that_the_goods_earned_goes_and_not_its_neighbour():
    cashback = Earn(name="cash", earn="vouchers", rate=Rate(1, 10))
    story = Story(program(cashback, units={"points": Unit(), "vouchers": Unit(money=True, expires=term("30 days"))}))
    story.buys("2026-03-10", "30", id="p")
    story.buys("2026-03-10", "50", id="q")
    story.brings_back("2026-03-11", "q")
    assert [(lot.amount, lot.reference) for lot in story.wallet("vouchers").lots] == [(300, "p/cash")]


# Meters.


def test_goods_are_counted_out_in_the_window_of_the_purchase():
    story = Story(program(points_per_dollar()))
    story.buys("2026-12-31", "10", "5", id="p")
    story.buys("2027-01-02", "7")
    story.brings_back("2027-01-03", "p", (0, None))
    assert story.meter("spend", "2026-12-31") == 500
    assert story.meter("spend", "2027-01-03") == 700


def test_spend_items_and_visits_are_counted_out():
    year = window("calendar year")
    soup = When(category=("soup",))
    meters = {
        "spend": Meter(counts="spend", window=year),
        "items": Meter(counts="items", window=year),
        "visits": Meter(counts="visits", window=year),
        "soups": Meter(counts="items", window=year, only=soup),
        "soup-visits": Meter(counts="visits", window=year, only=soup),
        "cake-visits": Meter(counts="visits", window=year, only=When(category=("cake",))),
    }
    story = Story(program(meters=meters))

    def shown() -> list[int]:
        return [story.meter(name, "2026-03-12") for name in meters]

    story.buys("2026-03-10", "9 soup x3", "5 tea x0", "1 tea x2", id="p")
    assert shown() == [1500, 5, 1, 3, 1, 0]
    story.brings_back("2026-03-12", "p", (0, 2))
    assert shown() == [900, 3, 1, 1, 1, 0], "a visit goes when everything went"
    story.brings_back("2026-03-12", "p", (0, 1), (1, None))
    assert shown() == [100, 2, 1, 0, 1, 0]
    story.brings_back("2026-03-12", "p")
    assert shown() == [0, 0, 0, 0, 0, 0]


def test_a_meter_counts_out_what_it_counted_in():
    year = window("calendar year")
    soup_only = {"spend": Meter(counts="spend", window=year, only=When(category=("soup",)))}
    everything = {"spend": Meter(counts="spend", window=year), "visits": Meter(counts="visits", window=year)}
    story = Story(
        program(meters=soup_only),
        from_day(program(meters=everything), "2026-04-01"),
        from_day(program(meters=soup_only), "2026-05-01"),
    )
    story.buys("2026-03-31", "10 soup", "5 tea", id="p")
    story.buys("2026-04-02", "20 tea", id="q")
    # The version of April counts tea too, and fills its meter with what was bought before.
    assert story.meter("spend", "2026-04-02") == 3500
    story.brings_back("2026-04-03", "p")
    assert story.meter("spend", "2026-04-03") == 2000
    story.brings_back("2026-05-02", "q")
    assert story.meter("spend", "2026-05-02") == 0


# Vouchers.


def with_voucher(**settings) -> Story:
    """Two baskets: the first earns a voucher of 5 dollars for 30 days, the second, p, uses it."""
    cashback = flat(500, name="gift", earn="vouchers", on="action:gift", expires=term("30 days"))
    comes_off = Vouchers(every=Quantity(10**9, "points"), gives=Quantity(500, "vouchers"), issued="year")
    meters = {
        "earned": Meter(counts="earned", unit="vouchers", window=window("calendar year")),
        "spend": Meter(counts="spend", window=window("calendar year")),
    }
    story = Story(program(cashback, comes_off, points_per_dollar(), meters=meters, **settings))
    story.does("2026-03-10", "gift")
    story.buys("2026-03-12", "9.99", "5.01", id="p")
    assert story.has("vouchers") == 0
    return story


def test_what_the_voucher_paid_earned_nothing_and_takes_nothing_back():
    story = with_voucher()
    assert story.has() == 10
    assert reversals(story.brings_back("2026-03-13", "p")) == {"base": 10}


def test_what_the_voucher_paid_is_not_counted_out_as_spend():
    story = with_voucher()
    assert story.meter("spend", "2026-03-13") == 1000
    story.brings_back("2026-03-13", "p", (1, None))
    assert story.meter("spend", "2026-03-13") == 666
    story.brings_back("2026-03-13", "p")
    assert story.meter("spend", "2026-03-13") == 0


def test_a_voucher_comes_back_when_everything_has_come_back():
    story = with_voucher()
    story.brings_back("2026-03-13", "p", (0, None))
    assert story.has("vouchers") == 0
    given = story.brings_back("2026-03-14", "p").outcome.effects[-1]
    assert isinstance(given, Restored)
    assert (given.reference, given.amount) == ("e2/gift/back", 500)
    assert story.has("vouchers") == 500
    assert story.due() == "2026-04-10 00:00", "with the expiry that it had"


def test_a_voucher_that_comes_back_is_not_earned_a_second_time():
    story = with_voucher()
    story.brings_back("2026-03-13", "p")
    assert story.meter("earned", "2026-03-13") == 500


def test_a_voucher_may_be_lost():
    story = with_voucher(returns=Returns(vouchers="lost"))
    story.brings_back("2026-03-13", "p")
    assert story.has("vouchers") == 0


@pytest.mark.parametrize(("when", "has"), [("2026-04-09 23:59:59", 500), ("2026-04-10", 0), ("2026-04-11", 0)])
def test_a_voucher_that_would_have_expired_does_not_come_back(when, has):
    story = with_voucher()
    story.brings_back(when, "p")
    assert story.has("vouchers") == has


def test_a_late_return_is_accepted_like_any_late_event():
    story = bought()
    story.waits_until("2026-04-01")
    assert reversals(story.brings_back("2026-03-12", "p")) == {"base": 10}


def test_rounding_up_or_to_the_nearest_comes_back_exactly_too():
    for rounding in Rounding:
        story = bought(points_per_dollar(rounding=rounding), lines=("0.50", "0.51", "3.33"))
        everything = story.has()
        taken = [sum(reversals(story.brings_back("2026-03-12", "p", (place, None))).values()) for place in range(3)]
        assert sum(taken) == everything
