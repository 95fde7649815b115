"""Earning: by rate, flat and by multiplying, within caps and their periods."""

import pytest

from guerdon.core.amounts import Rate, Rounding
from guerdon.core.effects import Capped, Granted
from guerdon.core.program import Allowance, Cap, Quantity, Unit, When
from guerdon.mechanics import MECHANICS, Earn, Tiers, Vouchers
from tests.builders import Story, cap, flat, granted, money, points_per_dollar, program, rows, skipped


def test_every_mechanic_is_listed_under_its_key():
    assert MECHANICS.items() >= {"earn": Earn, "tiers": Tiers, "vouchers": Vouchers}.items()
    assert all(kind == settings.__name__.lower() for kind, settings in MECHANICS.items())


# By rate.

ROUNDING = """
    # lines        | per   | floor | nearest | up
      0.99         | order | 0     | 1       | 1
      1.00         | order | 1     | 1       | 1
      1.01         | order | 1     | 1       | 2
      1.49         | order | 1     | 1       | 2
      1.50         | order | 1     | 2       | 2
      0.50 0.50    | order | 1     | 1       | 1
      0.50 0.50    | line  | 0     | 2       | 2
      1.99 1.99    | order | 3     | 4       | 4
      1.99 1.99    | line  | 2     | 4       | 4
      0 5          | line  | 5     | 5       | 5
"""


@pytest.mark.parametrize(("lines", "per", "floor", "nearest", "up"), rows(ROUNDING))
def test_a_rate_rounds_the_order_or_each_line(lines, per, floor, nearest, up):
    for rounding, points in zip(Rounding, (floor, nearest, up), strict=True):
        story = Story(program(points_per_dollar(rounding=rounding, round_per=per)))
        assert granted(story.buys("2026-03-10", *lines.split())) == ({"base": int(points)} if int(points) else {})


def test_rounding_line_by_line_looks_only_at_the_lines_that_match():
    story = Story(program(points_per_dollar(round_per="line", rounding=Rounding.UP, when=When(category=("soup",)))))
    assert granted(story.buys("2026-03-10", "0.10 soup", "0.10 tea", "0.10 soup")) == {"base": 2}


def test_discounts_earn_nothing():
    story = Story(program(points_per_dollar()))
    assert granted(story.buys("2026-03-10", "10 off=2", "5", off="3")) == {"base": 10}


def test_a_grant_keeps_what_a_return_will_need():
    story = Story(program(points_per_dollar(when=When(category=("soup",))), points_per_dollar(2, name="all")))
    effects = story.buys("2026-03-10", "1 tea", "10 soup").outcome.effects
    assert effects == (
        Granted("base", "points", 10, rate=Rate(1, 100), lines=(1,)),
        Granted("all", "points", 22, rate=Rate(2, 100)),
    )


def test_cashback_is_a_voucher_of_its_own_for_each_purchase_and_mechanic():
    cash = Earn(name="cash", earn="vouchers", rate=Rate(5, 100))
    story = Story(program(cash, Earn(name="more", earn="vouchers", rate=Rate(1, 100))))
    story.buys("2026-03-10", "10", id="p")
    assert {(lot.reference, lot.amount) for lot in story.wallet("vouchers").lots} == {("p/cash", 50), ("p/more", 10)}


def test_a_unit_may_have_a_scale():
    stars = Earn(name="stars", earn="stars", rate=Rate(125, 100))
    story = Story(program(stars, units={"stars": Unit(scale=2)}))
    assert granted(story.buys("2026-03-10", "10.01")) == {"stars": 1251}


def test_a_mechanic_without_rate_flat_or_multiple_gives_nothing():
    story = Story(program(Earn(name="nothing", earn="points")))
    assert skipped(story.buys("2026-03-10", "10")) == {"nothing": "rounds_to_zero"}


# Flat, and what it reacts to.


def test_a_flat_grant_is_the_same_each_time():
    story = Story(program(flat(50)))
    assert granted(story.buys("2026-03-10", "0")) == granted(story.buys("2026-03-10", "999")) == {"flat": 50}


def test_a_mechanic_reacts_to_what_it_is_on_and_to_nothing_else():
    story = Story(
        program(
            flat(1, name="bought"), flat(2, name="joined", on="enrol"), flat(4, name="reviewed", on="action:review")
        ),
        joined=None,
    )
    assert granted(story.enrols("2026-03-10")) == {"joined": 2}
    assert granted(story.buys("2026-03-10", "1")) == {"bought": 1}
    assert granted(story.does("2026-03-10", "review")) == {"reviewed": 4}
    assert granted(story.does("2026-03-10", "visit")) == {}
    assert granted(story.waits_until("2026-03-11")) == {}


# Multiples.

MULTIPLES = """
    # by    | 10 dollars more than the base 10
      2/1   | 10
      3/1   | 20
      3/2   | 5
      5/4   | 2        # 2.5, rounded down
      1/1   | 0
"""


@pytest.mark.parametrize(("by", "more"), rows(MULTIPLES))
def test_a_multiple_gives_the_part_above_one(by, more):
    factor = Rate(*map(int, by.split("/")))
    story = Story(program(points_per_dollar(), Earn(name="x", earn="points", multiply="base", by=factor)))
    assert granted(story.buys("2026-03-10", "10")) == {"base": 10} | ({"x": int(more)} if int(more) else {})


def test_a_multiple_rounds_as_told():
    half_more = Earn(name="x", earn="points", multiply="base", by=Rate(3, 2), rounding=Rounding.UP)
    story = Story(program(points_per_dollar(), half_more))
    assert granted(story.buys("2026-03-10", "5")) == {"base": 5, "x": 3}


def test_a_multiple_looks_at_what_the_other_gave_for_the_lines_that_match():
    double = Earn(name="x", earn="points", multiply="base", when=When(brand=("own",)))
    story = Story(program(points_per_dollar(), double))
    assert granted(story.buys("2026-03-10", "20 brand=other", "9 brand=own")) == {"base": 29, "x": 9}
    assert granted(story.buys("2026-03-10", "9 brand=own")) == {"base": 9, "x": 9}
    assert granted(story.buys("2026-03-10", "9 brand=other")) == {"base": 9}


def test_a_multiple_of_what_is_capped_multiplies_what_was_given():
    story = Story(program(points_per_dollar(limit=Cap(per_event=5)), Earn(name="x", earn="points", multiply="base")))
    assert granted(story.buys("2026-03-10", "10")) == {"base": 5, "x": 5}


def test_a_multiple_of_nothing_is_nothing():
    story = Story(program(points_per_dollar(), Earn(name="x", earn="points", multiply="base")))
    assert granted(story.buys("2026-03-10", "0.99")) == {}
    assert granted(Story(program(Earn(name="x", earn="points", multiply="none"))).buys("2026-03-10", "10")) == {}


def test_a_multiple_reaches_only_up_in_the_file():
    story = Story(program(Earn(name="x", earn="points", multiply="base"), points_per_dollar()))
    assert granted(story.buys("2026-03-10", "10")) == {"base": 10}


def test_a_multiple_ignores_what_only_fell_due_with_the_purchase():
    vouchers = Vouchers(every=Quantity(10, "points"), gives=Quantity(100, "vouchers"), issued="month", per_basket=0)
    story = Story(program(points_per_dollar(), vouchers, Earn(name="x", earn="vouchers", multiply="vouchers")))
    story.buys("2026-03-10", "10")
    assert granted(story.buys("2026-04-10", "1")) == {"vouchers": 100, "base": 1}


# Caps.

PER_EVENT = """
    # wanted | given | capped
      99     | 99    | no
      100    | 100   | no
      101    | 100   | yes
"""


@pytest.mark.parametrize(("wanted", "given", "capped"), rows(PER_EVENT))
def test_a_cap_per_event(wanted, given, capped):
    story = Story(program(points_per_dollar(limit=Cap(per_event=100))))
    grant = story.buys("2026-03-10", wanted).outcome.effects[0]
    assert isinstance(grant, Granted)
    assert grant.amount == int(given)
    assert (grant.wanted, grant.capped_by) == ((int(wanted), "per_event") if capped == "yes" else (None, ""))


def test_a_cap_per_event_starts_anew_with_each():
    story = Story(program(points_per_dollar(limit=Cap(per_event=100))))
    story.buys("2026-03-10", "500")
    assert granted(story.buys("2026-03-10", "500")) == {"base": 100}


PERIODS = """
    # period  | first purchase      | second purchase     | given to the second
      day     | 2026-03-10 23:59:59 | 2026-03-11 00:00:00 | 10     # local midnight
      day     | 2026-03-10 00:00:00 | 2026-03-10 23:59:59 | 5
      week    | 2026-03-15 23:59:59 | 2026-03-16 00:00:00 | 10     # from Sunday to Monday
      week    | 2026-03-09 00:00:00 | 2026-03-15 23:59:59 | 5
      month   | 2026-03-31 23:59:59 | 2026-04-01 00:00:00 | 10
      month   | 2026-03-01 00:00:00 | 2026-03-31 23:59:59 | 5
      quarter | 2026-03-31 23:59:59 | 2026-04-01 00:00:00 | 10
      quarter | 2026-01-01 12:00:00 | 2026-03-31 23:59:59 | 5
      year    | 2026-12-31 23:59:59 | 2027-01-01 00:00:00 | 10
      year    | 2026-01-01 12:00:00 | 2026-12-31 23:59:59 | 5
      ever    | 2026-01-01 12:00:00 | 2030-12-31 23:59:59 | 5
"""


@pytest.mark.parametrize(("period", "first", "second", "given"), rows(PERIODS))
def test_a_cap_per_member_starts_anew_with_each_local_period(period, first, second, given):
    story = Story(program(points_per_dollar(limit=Cap(per_member=(Allowance(15, period),)))))
    assert granted(story.buys(first, "10")) == {"base": 10}
    grant = story.buys(second, "10").outcome.effects[-1]
    assert isinstance(grant, Granted)
    assert (grant.amount, grant.capped_by) == (int(given), "" if given == "10" else "per_member")


def test_a_cap_per_member_that_is_used_up_leaves_a_record():
    story = Story(program(points_per_dollar(limit=cap(per_member=10))))
    story.buys("2026-03-10", "10")
    assert story.buys("2026-03-10", "7").outcome.effects == (Capped("base", "points", 7, "per_member"),)
    assert story.state.used == {"base/ever": {0: 10}}


def test_old_cap_periods_are_forgotten_but_not_those_a_late_event_may_fall_into():
    story = Story(program(points_per_dollar(limit=Cap(per_member=(Allowance(10, "week"),))), late_events=7))
    for when in ("2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23"):
        story.buys(when, "10")
    assert len(story.state.used["base/week"]) == 2, "on 23 March an event of the 16th is still accepted"
    assert granted(story.buys("2026-03-16", "10")) == {}


def test_a_late_event_finds_the_cap_of_a_long_period_in_which_its_date_lies():
    story = Story(program(points_per_dollar(limit=Cap(per_member=(Allowance(10, "year"),))), late_events=30))
    story.buys("2026-11-01", "10")
    story.buys("2027-01-20", "10")
    assert granted(story.buys("2026-12-31", "10")) == {}
    assert granted(story.buys("2027-01-19", "10")) == {}


def test_a_total_is_shared_and_counted_exactly():
    story = Story(program(points_per_dollar(limit=Cap(total=15))))
    assert story.limits == {"base": 15}
    assert story.buys("2026-03-10", "10").limit_uses == {"base": 10}
    last = story.buys("2026-03-10", "10")
    assert (granted(last), last.limit_uses, last.limits_seen) == ({"base": 5}, {"base": 5}, {"base": 10})
    none = story.buys("2026-03-10", "10")
    assert (none.outcome.effects, none.limit_uses) == ((Capped("base", "points", 10, "total"),), {})
    assert story.limits == {"base": 0}


def test_a_total_that_is_overdrawn_gives_nothing_and_takes_nothing():
    story = Story(program(points_per_dollar(limit=Cap(total=15))))
    story.limits["base"] = -3
    assert story.buys("2026-03-10", "10").outcome.effects == (Capped("base", "points", 10, "total"),)


CAPS = """
    # event | member | total | given of 10 | capped by
      -     | -      | -     | 10          |
      8     | 9      | 9     | 8           | per_event
      8     | 7      | 9     | 7           | per_member
      8     | 7      | 6     | 6           | total
      8     | 8      | 8     | 8           | per_event      # the first that cut it to that
      9     | -      | 8     | 8           | total
      -     | 0      | 8     | 0           | per_member
      0     | 5      | 8     | 0           | per_event
      -     | -      | 0     | 0           | total
"""


@pytest.mark.parametrize(("event", "member", "total", "given", "capped_by"), rows(CAPS))
def test_the_smallest_cap_counts_and_is_named(event, member, total, given, capped_by):
    named = {"per_event": event, "per_member": member, "total": total}
    caps = cap(**{name: int(value) for name, value in named.items() if value != "-"})
    effect = Story(program(points_per_dollar(limit=caps))).buys("2026-03-10", "10").outcome.effects[0]
    assert isinstance(effect, Granted | Capped)
    assert effect.capped_by == capped_by
    assert (effect.amount if isinstance(effect, Granted) else 0) == int(given)


def test_what_one_cap_leaves_is_all_that_the_others_count():
    story = Story(program(points_per_dollar(limit=cap(per_event=8, per_member=10, total=100))))
    story.buys("2026-03-10", "50")
    assert (story.limits, story.state.used) == ({"base": 92}, {"base/ever": {0: 8}})


@pytest.mark.parametrize("paid", ["0", "0.01"])
def test_goods_for_nothing_earn_nothing_by_rate(paid):
    assert money(paid) < 100
    assert granted(Story(program(points_per_dollar())).buys("2026-03-10", paid)) == {}
