"""Earning beyond the plain rate: kept fractions and limits that carry over under returns, days, happenings, bands."""

from datetime import date
from typing import Any

import msgspec
import pytest

from guerdon.core.amounts import Rate, Rounding
from guerdon.core.calendar import Delay, day_of, next_anniversary, next_birthday
from guerdon.core.case import Case
from guerdon.core.effects import Granted, Progressed, Reversed
from guerdon.core.events import Action, Describe, Line, Purchase, Traits
from guerdon.core.program import Allowance, Cap, Meter, Partner, Quantity, Returns, Unit, When
from guerdon.core.rule import Proposal, Rule
from guerdon.core.workshop import Workshop
from guerdon.mechanics import Earn, Vouchers
from guerdon.mechanics.earn_ladder import Band, LadderStep, RateLadder, band_of
from tests.builders import (
    Story,
    flat,
    from_day,
    granted,
    instant,
    moment,
    points_per_dollar,
    program,
    rows,
    shown_day,
    skipped,
    window,
)

# Bands and ladders.

BANDS = """
    # counted | given
      -1      | 0
      0       | 0
      1       | 2
      3000    | 2
      3001    | 6
      6000    | 6
      6001    | 0       # no band above
"""


@pytest.mark.parametrize(("counted", "given"), rows(BANDS))
def test_a_band_reaches_up_to_and_with_its_end(counted, given):
    bands = (Band(3000, 2), Band(6000, 6))
    assert band_of(bands, int(counted)) == int(given)
    assert band_of((*bands, Band(None, 16)), int(counted)) == (16 if counted == "6001" else int(given))


LADDER = RateLadder("spend", (LadderStep(1000, Rate(1, 100)), LadderStep(5000, Rate(2, 100))))


def test_a_ladder_gives_nothing_below_its_first_step():
    assert [LADDER.rate_at(shown) for shown in (999, 1000, 4999, 5000)] == [
        None, Rate(1, 100), Rate(1, 100), Rate(2, 100),
    ]  # fmt: skip
    story = Story(program(Earn(name="up", earn="points", ladder=LADDER)))
    assert skipped(story.buys("2026-03-10", "9.99")) == {"up": "rounds_to_zero"}
    assert granted(story.buys("2026-03-10", "10")) == {"up": 10}
    assert granted(story.buys("2026-03-10", "30.01")) == {"up": 60}


def test_bands_and_rates_by_weight_come_back_by_what_each_line_weighed():
    by_weight = Earn(name="kilo", earn="points", rate=Rate(10, 1000), counts="g")
    story = Story(program(by_weight))
    lines = (Line("a", 100, 3000, measure="g"), Line("b", 9900, 1000, measure="g"), Line("c", 500, 7))
    story.meets(Purchase(id="p", member="m", at=moment("2026-03-10"), lines=lines))
    assert story.has() == 40
    story.brings_back("2026-03-11", "p", (1, None))
    assert story.has() == 30, "the dear but light line had earned 10 of the 40"
    story.brings_back("2026-03-11", "p", (2, None))
    assert story.has() == 30, "what is not weighed had earned nothing"


def test_a_rate_by_weight_shows_no_rate_of_money():
    story = Story(program(Earn(name="kilo", earn="points", rate=Rate(10, 1000), counts="g")))
    lines = (Line("a", 100, 3000, measure="g"),)
    effects = story.meets(Purchase(id="p", member="m", at=moment("2026-03-10"), lines=lines)).outcome.effects
    assert effects == (Granted("kilo", "points", 30, shares=(3000,)),)


MINIMUM = """
    # paid for soup | tea  | given
      19.99         | 50   |
      20.00         | 50   | 20
      20.01         | 0    | 20
"""


@pytest.mark.parametrize(("soup", "tea", "given"), rows(MINIMUM))
def test_the_minimum_looks_at_the_lines_that_match(soup, tea, given):
    story = Story(program(points_per_dollar(at_least=2000, when=When(category=("soup",)))))
    decision = story.buys("2026-03-10", f"{soup} soup", f"{tea} tea")
    assert granted(decision) == ({"base": int(given)} if given else {})
    assert skipped(decision) == ({} if given else {"base": "below_minimum"})


def test_a_flat_amount_may_have_a_minimum():
    story = Story(program(flat(5, at_least=1000)))
    assert granted(story.buys("2026-03-10", "9.99")) == {}
    assert granted(story.buys("2026-03-10", "10.00")) == {"flat": 5}


def test_a_tier_that_is_not_listed_gives_nothing():
    story = Story(program(Earn(name="base", earn="points", rates={"gold": Rate(1, 100)})))
    assert skipped(story.buys("2026-03-10", "10")) == {"base": "other_tier"}


# Kept fractions.

KEEPER: dict[str, Any] = {"keeps_fraction": True}


def kept(story: Story) -> int:
    return story.state.progress.get("base", {}).get("fraction/100", 0)


def test_a_fraction_goes_to_the_next_purchase():
    story = Story(program(points_per_dollar(**KEEPER)))
    first = story.buys("2026-03-10", "0.60")
    assert (granted(first), kept(story)) == ({}, 60)
    assert first.outcome.effects == (Progressed("base", "fraction/100", 0, 60),)
    assert (granted(story.buys("2026-03-11", "0.40")), kept(story)) == ({"base": 1}, 0)
    assert story.state.progress == {}


RETURNS = """
    # baskets        | comes back | granted left | kept
      1.50 1.50      | 2          | 1            | 50
      1.50 1.50      | 1          | 2            | -50     # 2 were given for the second: the next one makes it up
      1.50 1.50      | 1 2        | 0            | 0
      1.50 1.50      | 2 1        | 0            | 0
      0.60 0.60 0.90 | 1          | 2            | -50     # the first gave nothing itself
      0.60 0.60 0.90 | 3          | 1            | 20
      0.60 0.60 0.90 | 3 1 2      | 0            | 0
"""


@pytest.mark.parametrize(("baskets", "back", "left", "fraction"), rows(RETURNS))
def test_returns_leave_just_what_the_other_baskets_bring(baskets, back, left, fraction):
    story = Story(program(points_per_dollar(**KEEPER)))
    for number, amount in enumerate(baskets.split(), 1):
        story.buys("2026-03-10", amount, id=f"p{number}")
    for number in back.split():
        story.brings_back("2026-03-11", f"p{number}")
    assert (story.has(), kept(story)) == (int(left), int(fraction))
    still = [amount for number, amount in enumerate(baskets.split(), 1) if str(number) not in back.split()]
    assert story.has() * 100 + kept(story) == sum(round(float(amount) * 100) for amount in still)


def test_what_is_kept_below_zero_is_made_up_by_the_next_purchase():
    story = Story(program(points_per_dollar(**KEEPER)))
    for number in ("1", "2"):
        story.buys("2026-03-10", "1.50", id=number)
    story.brings_back("2026-03-11", "1")
    assert granted(story.buys("2026-03-12", "1.49")) == {}
    assert granted(story.buys("2026-03-12", "0.01")) == {"base": 1}


def test_a_part_that_comes_back_takes_its_part_of_the_fraction():
    story = Story(program(points_per_dollar(when=When(category=("soup",)), **KEEPER)))
    story.buys("2026-03-10", "0.90 soup x3", "5 tea", id="p")
    assert kept(story) == 90
    story.brings_back("2026-03-11", "p", (1, None))
    assert kept(story) == 90, "tea had earned nothing"
    for left in (60, 30, 0):
        story.brings_back("2026-03-11", "p", (0, 1))
        assert kept(story) == left


def test_a_fraction_of_what_was_capped_is_kept_and_the_rest_burns():
    story = Story(program(points_per_dollar(limit=Cap(per_event=5), **KEEPER)))
    story.buys("2026-03-10", "10.70", id="p")
    assert (story.has(), kept(story)) == (5, 70)
    story.brings_back("2026-03-11", "p")
    assert (story.has(), kept(story)) == (0, 0)


def test_where_returns_take_nothing_back_the_fraction_stays():
    story = Story(program(points_per_dollar(**KEEPER), returns=Returns(points="kept")))
    story.buys("2026-03-10", "1.50", id="p")
    story.brings_back("2026-03-11", "p")
    assert (story.has(), kept(story)) == (1, 50)


def test_rates_of_several_tiers_keep_their_fractions_in_the_finest_parts():
    rates = {"basic": Rate(1, 300), "gold": Rate(1, 200)}
    mechanic = Earn(name="base", earn="points", rates=rates, keeps_fraction=True)
    assert Story(program(mechanic)).timeline.versions[0].rules[0]._fraction == "fraction/600"  # type: ignore[attr-defined]


# Carrying over.


def carrying(*periods: tuple[int, str], **settings: Any) -> Earn:
    limit = Cap(per_member=tuple(Allowance(*period) for period in periods))  # type: ignore[arg-type]
    return points_per_dollar(above_limit="carries over", limit=limit, **settings)


def waiting(story: Story) -> int:
    return story.state.progress.get("base", {}).get("carried over", 0)


def test_what_is_above_the_limit_is_given_at_the_start_of_the_next_periods():
    story = Story(program(carrying((500, "quarter"))))
    assert granted(story.buys("2026-02-10", "1300")) == {"base": 500}
    assert (waiting(story), story.due()) == (800, "2026-04-01 00:00")
    assert granted(story.waits_until("2026-03-31 23:59:59")) == {}
    assert granted(story.waits_until("2026-04-01")) == {"base": 500}
    assert (waiting(story), story.due()) == (300, "2026-07-01 00:00")
    assert granted(story.buys("2026-05-10", "10")) == {}, "the quarter is full"
    assert waiting(story) == 310
    assert granted(story.waits_until("2026-12-31")) == {"base": 310}
    assert (waiting(story), story.due()) == (0, "never")


def test_a_clock_that_runs_late_gives_the_same():
    early, late = Story(program(carrying((500, "month")))), Story(program(carrying((500, "month"))))
    for story in (early, late):
        story.buys("2026-02-10", "1300")
    for when in ("2026-03-01", "2026-04-01", "2026-05-01"):
        early.waits_until(when)
    late.waits_until("2026-05-01")
    assert early.state == late.state


def test_what_other_limits_cut_off_burns():
    limit = Cap(per_member=(Allowance(50, "month"), Allowance(120, "ever")), per_event=100)
    story = Story(program(points_per_dollar(above_limit="carries over", limit=limit)))
    assert granted(story.buys("2026-03-10", "500")) == {"base": 50}
    assert waiting(story) == 50, "of 500 only 100 could be given for one event"
    story.buys("2026-03-11", "500")
    assert waiting(story) == 120, "and 70 are left for ever"
    assert granted(story.waits_until("2026-04-01")) == {"base": 50}
    assert waiting(story) == 20
    assert granted(story.waits_until("2026-05-01")) == {"base": 20}
    assert (waiting(story), story.due()) == (0, "never")


CARRIED_BACK = """
    # comes back on | taken back | waits then | has
      2026-03-11    | 50         | 0          | 0
      2026-04-01    | 100        | 0          | 0
      2026-05-01    | 120        | 0          | 0
"""


@pytest.mark.parametrize(("when", "taken", "waits", "has"), rows(CARRIED_BACK))
def test_goods_that_come_back_take_along_what_was_carried_over(when, taken, waits, has):
    story = Story(program(carrying((50, "month"))))
    story.buys("2026-03-10", "120", id="p")
    effects = story.brings_back(when, "p").outcome.effects
    assert sum(effect.amount for effect in effects if isinstance(effect, Reversed)) == int(taken)
    assert (waiting(story), story.has()) == (int(waits), int(has))


def test_a_part_takes_along_its_part():
    story = Story(program(carrying((50, "month"))))
    story.buys("2026-03-10", "90", "30", id="p")
    story.brings_back("2026-03-11", "p", (1, None))
    assert (story.has(), waiting(story)) == (38, 53), "a quarter of 50 and of 70, rounded for each line"
    story.brings_back("2026-03-11", "p", (0, None))
    assert (story.has(), waiting(story)) == (0, 0)


def test_of_two_periods_the_shorter_one_is_waited_for():
    story = Story(program(carrying((50, "week"), (60, "month"))))
    story.buys("2026-03-10", "100")
    assert story.due() == "2026-03-16 00:00"
    assert granted(story.waits_until("2026-03-16")) == {"base": 10}
    assert granted(story.waits_until("2026-03-31")) == {}
    assert granted(story.waits_until("2026-04-06")) == {"base": 40}


# Days.

BIRTHDAYS = """
    # birthday | after      | next
      03-10    | 2026-03-09 | 2026-03-10
      03-10    | 2026-03-10 | 2027-03-10
      01-01    | 2026-12-31 | 2027-01-01
      12-31    | 2026-12-30 | 2026-12-31
      02-29    | 2026-02-27 | 2026-02-28
      02-29    | 2026-02-28 | 2027-02-28
      02-29    | 2028-02-28 | 2028-02-29
      04-31    | 2026-01-01 | None         # no year has it
      02-30    | 2026-01-01 | None
"""


@pytest.mark.parametrize(("birthday", "after", "following"), rows(BIRTHDAYS))
def test_the_next_birthday(birthday, after, following):
    found = next_birthday(birthday, day_of(date.fromisoformat(after)))
    assert str(found if found is None else shown_day(found)) == following


ANNIVERSARIES = """
    # joined     | after      | next
      2026-03-10 | 2026-03-10 | 2027-03-10
      2026-03-10 | 2027-03-09 | 2027-03-10
      2026-03-10 | 2027-03-10 | 2028-03-10
      2024-02-29 | 2024-02-29 | 2025-02-28
      2024-02-29 | 2028-02-28 | 2028-02-29
"""


@pytest.mark.parametrize(("joined", "after", "following"), rows(ANNIVERSARIES))
def test_the_next_anniversary(joined, after, following):
    found = next_anniversary(day_of(date.fromisoformat(joined)), day_of(date.fromisoformat(after)))
    assert shown_day(found) == following


def test_a_member_without_a_birthday_waits_for_nothing():
    story = Story(program(flat(5, on="birthday")))
    assert story.due() == "never"
    traits = Traits(birthday="03-10")
    story.meets(Describe(id="d", member="m", at=moment("2026-01-02"), traits=traits))
    assert story.due() == "2026-03-10 00:00"
    story.meets(Describe(id="e", member="m", at=moment("2026-01-03"), traits=Traits()))
    assert story.due() == "never"


@pytest.mark.parametrize("birthday", ["04-31", "02-30", "13-01", "00-10", "3-1", "03-00"])
def test_a_day_that_no_year_has_is_no_birthday(birthday):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"birthday": birthday}, Traits)


def test_a_day_is_settled_with_the_next_event_as_if_it_had_been_on_time():
    mechanics = (flat(5, on="every:month", earn="vouchers", when=When(readings=None)),)
    early, late = Story(program(*mechanics)), Story(program(*mechanics))
    early.waits_until("2026-02-01")
    for story in (early, late):
        story.buys("2026-02-10", "10", channel="web", partner="esso", id="p")
    assert early.state == late.state
    assert [lot.reference for lot in late.wallet("vouchers").lots] == ["flat/2026-02-01"]


def test_the_partner_of_an_event_does_not_pay_for_what_fell_due_before_it():
    mechanics = (flat(5, on="date:2026-02-01", funded_by="partner"),)
    story = Story(program(*mechanics, partners={"esso": Partner()}))
    effects = story.buys("2026-02-10", "10", partner="esso").outcome.effects
    assert effects == (Granted("flat", "points", 5, at=instant("2026-02-01")),)


def test_conditions_are_those_of_the_day():
    in_march = When(between=(date(2026, 3, 1), date(2026, 3, 31)))
    story = Story(program(flat(5, on="every:week", when=in_march)))
    assert granted(story.waits_until("2026-06-01")) == {"flat": 25}, "five Mondays in March"


def test_a_month_is_paid_by_what_the_meter_showed_on_its_last_day():
    meters = {"spend": Meter(counts="spend", window=window("calendar month"))}
    monthly = points_per_dollar(on="every:month", of="spend")
    story = Story(program(monthly, meters=meters))
    story.buys("2026-01-31 23:59", "30")
    assert granted(story.buys("2026-02-01 00:00", "7")) == {"base": 30}
    assert granted(story.waits_until("2026-03-01")) == {"base": 7}


def test_a_statement_period_is_the_members_own():
    story = Story(program(flat(5, on="every:statement")), joined="2026-01-20")
    assert story.due() == "2026-02-20 00:00"
    assert granted(story.waits_until("2026-03-20")) == {"flat": 10}


def test_goods_that_come_back_take_nothing_of_what_a_day_brought():
    story = Story(program(flat(5, on="date:2026-02-01")))
    story.buys("2026-02-10", "10", id="p")
    story.brings_back("2026-02-11", "p")
    assert story.has() == 5


def test_a_total_of_a_day_is_known_whenever_the_day_is_settled():
    """The event that settles it may lie outside the dates of the mechanic."""
    mechanic = flat(
        5, on="date:2026-02-01", limit=Cap(total=3), when=When(between=(date(2026, 1, 1), date(2026, 2, 2)))
    )
    story = Story(program(mechanic))
    assert story.waits_until("2026-06-01").limits_seen == {"flat": 0}
    assert (story.has(), story.limits) == (3, {"flat": 0})


def test_a_new_version_brings_its_own_days():
    one = program(flat(1, on="every:month"))
    story = Story(one, from_day(program(flat(10, on="every:month")), "2026-03-01"))
    assert granted(story.waits_until("2026-04-01")) == {"flat": 21}


# What happens.


class Announces(msgspec.Struct, frozen=True, kw_only=True):
    """A mechanic that makes something happen on each purchase."""

    name: str = "announces"
    what: tuple[str, ...]

    def compile(self, workshop: Workshop) -> Rule:
        return AnnouncesRule(self)


class AnnouncesRule(Rule):
    """Announces."""

    triggers = ("purchase",)

    def __init__(self, settings: Announces) -> None:
        self.name, self.what = settings.name, settings.what

    def propose(self, case: Case) -> Proposal:
        return Proposal(self, 0)

    def carry_out(self, case: Case, proposal: Proposal) -> None:
        case.happened += self.what


def test_a_mechanic_reacts_to_what_happens_through_others():
    happens = Announces(what=("reached:gold", "awarded:explorer", "joined:plus", "left:plus"))
    named = {"gold": "reached:gold", "silver": "reached:silver", "badge": "awarded:explorer", "in": "joined:plus"}
    mechanics = [flat(number, name=name, on=on) for number, (name, on) in enumerate(named.items(), 1)]
    story = Story(program(happens, *mechanics))
    assert granted(story.buys("2026-03-10", "1")) == {"gold": 1, "badge": 3, "in": 4}


# Delays and limits in use.


def test_points_wait_for_hours_and_for_the_delivery():
    day_later = points_per_dollar(available_after=Delay(hours=24))
    story = Story(program(day_later))
    story.buys("2026-03-10 14:30", "5")
    story.waits_until("2026-03-11 14:29:59")
    assert (story.has(), story.has_pending()) == (0, 5)
    story.waits_until("2026-03-11 14:30:00")
    assert (story.has(), story.has_pending()) == (5, 0)


def test_so_many_times_a_day():
    story = Story(program(flat(5, limit=Cap(times=(Allowance(2, "day"),)))))
    given = [bool(granted(story.buys(when, "1"))) for when in ("2026-03-10 08:00",) * 3 + ("2026-03-11 00:00",)]
    assert given == [True, True, False, True]


def test_a_shared_cap_is_used_by_all_that_name_it():
    caps = {"bonus": Cap(per_member=(Allowance(10, "week"),), total=100)}
    story = Story(program(flat(7, name="a", cap="bonus"), flat(7, name="b", cap="bonus"), caps=caps))
    decision = story.buys("2026-03-10", "1")
    assert granted(decision) == {"a": 7, "b": 3}
    assert decision.limit_uses == {"cap:bonus": 10}
    assert [effect.capped_by for effect in decision.outcome.effects if isinstance(effect, Granted)] == [
        "", "bonus: per_member",
    ]  # fmt: skip


def test_a_partner_pays_for_what_it_grants_and_gets_it_back():
    story = Story(program(points_per_dollar(funded_by="esso"), partners={"esso": Partner()}))
    [given] = story.buys("2026-03-10", "5", id="p").outcome.effects
    assert [transfer.source for transfer in given.transfers()] == ["partner:esso"]
    [back] = story.brings_back("2026-03-11", "p").outcome.effects
    assert [transfer.target for transfer in back.transfers()] == ["partner:esso"]


def test_cashback_may_be_one_sum():
    units = {"cashback": Unit(money=True, divisible=True)}
    story = Story(program(Earn(name="cash", earn="cashback", rate=Rate(5, 100)), units=units))
    story.buys("2026-03-10", "10")
    story.buys("2026-03-11", "10")
    assert [lot.amount for lot in story.wallet("cashback").lots] == [100]


def test_the_quantity_of_an_action_is_counted():
    bottles = Earn(name="bottles", earn="points", rate=Rate(3, 10), counts="items", on="action:bottles")
    story = Story(program(bottles))
    for quantity, given in ((0, {}), (3, {}), (4, {"bottles": 1}), (10, {"bottles": 3})):
        event = Action(id=f"a{quantity}", member="m", at=moment("2026-03-10"), action="bottles", quantity=quantity)
        assert granted(story.meets(event)) == given


def test_rounding_line_by_line_counts_the_part_paid_as_asked():
    card = points_per_dollar(round_per="line", rounding=Rounding.UP, when=When(tender=("card",)))
    story = Story(program(card))
    assert granted(story.buys("2026-03-10", "1.50", "1.50", tenders={"card": 150, "cash": 150})) == {"base": 2}


def test_vouchers_and_days_settle_in_the_order_of_the_file():
    vouchers = Vouchers(every=Quantity(10, "points"), gives=Quantity(100, "vouchers"), issued="month")
    monthly = flat(10, on="every:month")
    for mechanics, left in (((monthly, vouchers), (0, 100)), ((vouchers, monthly), (10, 0))):
        story = Story(program(*mechanics))
        story.waits_until("2026-02-01")
        assert (story.has(), story.has("vouchers")) == left


# Lanes.


def test_what_is_earned_by_items_competes_as_a_whole_in_a_lane_that_parts_prices_by_line():
    by_item = {"earn": "points", "counts": "items", "lane": "one"}
    soup = Earn(name="soup", rate=Rate(2, 1), when=When(category=("soup",)), **by_item)
    capped = Earn(name="hot", rate=Rate(9, 1), when=When(category=("soup", "tea")), limit=Cap(per_event=4), **by_item)
    story = Story(program(soup, capped, lanes={"one": "line"}))
    assert granted(story.buys("2026-03-10", "10 soup x5", "10 tea x2", "10")) == {"soup": 10}
