"""A new version takes over while members hold points."""

import msgspec
import pytest

from guerdon.core.amounts import Rate
from guerdon.core.calendar import Delay, instant_of
from guerdon.core.effects import Carried, Converted, TierChanged
from guerdon.core.events import Deliver, Refer
from guerdon.core.gifts import Gift
from guerdon.core.program import Becomes, Changes, Meter, Quantity, Reward, Unit, When
from guerdon.core.reducing import Off, PriceLimit
from guerdon.mechanics import Badge, Discount, Referral, Stamps, Tiers
from guerdon.mechanics.referral import Deed
from guerdon.mechanics.stamps import Stamping
from guerdon.mechanics.tiers import Level
from tests.builders import (
    Story,
    amounts,
    cap,
    flat,
    from_day,
    moment,
    points_per_dollar,
    program,
    reduced,
    reward,
    term,
    window,
)

SECOND = "2026-07-01"
YEAR = {"spend": Meter(counts="spend", window=window("calendar year"))}


def ladder(name: str = "tiers", meter: str = "spend", gold: int = 50_000, middle: str = "silver") -> Tiers:
    levels = (
        Level(name="basic", threshold=0),
        Level(name=middle, threshold=20_000),
        Level(name="gold", threshold=gold),
    )
    return Tiers(name=name, meter=meter, levels=levels, kept=term("12 months"))


def changed(**changes) -> Changes:
    return Changes(**changes)


# Meters.


def test_a_new_meter_is_filled_from_the_journal_net_of_what_came_back():
    rolling = {"year": Meter(counts="spend", window=window("12 months"))}
    story = Story(
        program(points_per_dollar(), meters={}), from_day(program(points_per_dollar(), meters=rolling), SECOND)
    )
    story.buys("2026-02-01", "100", "50 tea", id="p")
    story.buys("2026-03-01", "30", off="10")
    story.brings_back("2026-03-05", "p", (1, None))
    decision = story.waits_until(SECOND)
    assert story.meter("year", SECOND) == 12_000
    assert [effect for effect in decision.outcome.effects if isinstance(effect, Carried)] == [
        Carried("meter", "", "year", instant_of(moment(SECOND)), 12_000)
    ]


@pytest.mark.parametrize(
    ("counts", "extra", "shows"),
    [
        ("visits", {}, 2),
        ("items", {}, 5),
        ("spend", {"only": When(category=("soup",))}, 4_000),
        ("spend", {"only": When(store=("north",))}, 3_000),
        ("earned", {"unit": "points"}, 70),
        ("actions", {"action": "review"}, 3),
    ],
)
def test_every_kind_of_meter_is_filled(counts, extra, shows):
    new = {"new": Meter(counts=counts, window=window("calendar year"), **extra)}
    one, two = program(points_per_dollar()), program(points_per_dollar(), meters=new)
    story = Story(one, from_day(two, SECOND))
    story.buys("2026-02-01", "40 soup x4", store="south")
    story.buys("2026-03-01", "30 tea", store="north")
    for day in ("2026-03-02", "2026-03-03", "2026-06-30 23:59:59"):
        story.does(day, "review")
    story.waits_until(SECOND)
    assert story.meter("new", SECOND) == shows


def test_what_lies_outside_the_window_is_not_filled_in():
    rolling = {"month": Meter(counts="spend", window=window("30 days"))}
    story = Story(program(late_events=0), from_day(program(meters=rolling, late_events=0), SECOND))
    story.buys("2026-06-01", "10")
    story.buys("2026-06-02", "20")
    story.waits_until(SECOND)
    assert story.meter("month", SECOND) == 2_000


def test_a_meter_that_counts_something_else_is_filled_anew():
    soup = {"spend": Meter(counts="spend", window=window("calendar year"), only=When(category=("soup",)))}
    story = Story(program(), from_day(program(meters=soup), SECOND))
    story.buys("2026-02-01", "40 soup", "60 tea")
    story.waits_until(SECOND)
    assert story.meter("spend", SECOND) == 4_000


def test_a_meter_that_stays_as_it_is_is_not_touched():
    story = Story(program(), from_day(program(), SECOND))
    story.buys("2026-02-01", "40")
    assert story.waits_until(SECOND).outcome.effects == ()
    assert story.meter("spend", SECOND) == 4_000


def test_a_meter_under_a_new_name_goes_on():
    renamed = {"turnover": YEAR["spend"]}
    two = program(meters=renamed, changes=changed(meters={"spend": "turnover"}))
    story = Story(program(), from_day(two, SECOND))
    story.buys("2026-02-01", "40")
    story.waits_until(SECOND)
    story.buys("2026-08-01", "2")
    assert story.meter("turnover", "2026-08-01") == 4_200
    assert "spend" not in story.state.meters


def test_a_late_purchase_of_the_old_version_counts_in_the_new_meter():
    soup = {"soup": Meter(counts="spend", window=window("calendar year"), only=When(category=("soup",)))}
    story = Story(program(), from_day(program(meters=soup), SECOND))
    story.buys("2026-06-01", "40 soup")
    story.waits_until("2026-07-02")
    story.buys("2026-06-30", "7 soup", "5 tea")
    assert story.meter("soup", "2026-07-02") == 4_700


def test_a_return_after_the_change_takes_out_of_the_new_meter_what_was_filled_in():
    soup = {"soup": Meter(counts="spend", window=window("calendar year"), only=When(category=("soup",)))}
    story = Story(program(), from_day(program(meters=soup), SECOND))
    story.buys("2026-06-01", "40 soup", "60 tea", id="p")
    story.waits_until(SECOND)
    story.brings_back("2026-07-03", "p")
    assert story.meter("soup", "2026-07-03") == 0


# Tiers.


def test_a_ladder_introduced_today_counts_last_years_spend():
    rolling = {"year": Meter(counts="spend", window=window("12 months"))}
    two = program(ladder(meter="year"), meters=rolling)
    for spent, level in (("199.99", "basic"), ("200", "silver"), ("500", "gold")):
        story = Story(program(meters={}), from_day(two, SECOND))
        story.buys("2026-02-01", spent)
        story.waits_until(SECOND)
        assert (story.level() if "tiers" in story.state.standings else "basic") == level


def test_a_dropped_level_moves_its_members_for_the_rest_of_their_term():
    two = program(ladder(middle="vip"), changes=changed(tiers={"silver": "vip"}))
    story = Story(program(ladder()), from_day(two, SECOND))
    story.buys("2026-02-01", "200")
    due = story.due()
    decision = story.waits_until(SECOND)
    moved = [effect for effect in decision.outcome.effects if isinstance(effect, TierChanged)]
    assert [(effect.before, effect.after, effect.why) for effect in moved] == [("silver", "vip", "program")]
    assert (story.level(), story.due()) == ("vip", due)


def test_a_level_to_fall_back_to_is_moved_too():
    two = program(ladder(middle="vip"), changes=changed(tiers={"silver": "vip"}))
    story = Story(program(ladder()), from_day(two, SECOND))
    story.buys("2026-02-01", "200")
    story.buys("2026-03-01", "300", id="p")
    story.waits_until(SECOND)
    story.brings_back("2026-07-02", "p")
    assert story.level() == "vip"


def test_a_ladder_under_a_new_name_keeps_its_members():
    two = program(ladder("status"), changes=changed(mechanics={"tiers": "status"}))
    story = Story(program(ladder()), from_day(two, SECOND))
    story.buys("2026-02-01", "200")
    story.waits_until(SECOND)
    assert (story.level("status"), list(story.state.standings)) == ("silver", ["status"])


# Units.

STARS = {"stars": Unit(scale=2, expires=term("6 months")), "points": Unit()}


def shop_of_stars(**settings):
    earn = points_per_dollar(name="stars").__class__(name="stars", earn="stars", rate=Rate(100, 100))
    return program(earn, units=STARS, **settings)


def test_a_dropped_unit_stays_until_it_expires():
    story = Story(shop_of_stars(), from_day(program(points_per_dollar()), SECOND))
    story.buys("2026-02-01", "30")
    story.buys("2026-07-02", "8")
    assert (story.has("stars"), story.has("points")) == (3_000, 8)
    story.waits_until("2026-08-02")
    assert story.has("stars") == 0


def test_a_dropped_unit_becomes_another_at_the_stated_rate():
    """30.25 stars at 2 points per star are 60.5 points, and a fraction is rounded up."""
    becomes = changed(units={"stars": Becomes("points", Rate(2, 1))})
    story = Story(shop_of_stars(), from_day(program(points_per_dollar(), changes=becomes), SECOND))
    story.buys("2026-02-01", "30.25")
    decision = story.waits_until(SECOND)
    assert (story.has("stars"), story.has("points")) == (0, 61)
    assert decision.outcome.effects == (Converted("version 2", "stars", 3_025, "points", 61),)


def test_what_a_late_purchase_grants_of_a_dropped_unit_becomes_the_other_too():
    becomes = changed(units={"stars": Becomes("points", Rate(2, 1))})
    story = Story(shop_of_stars(), from_day(program(points_per_dollar(), changes=becomes), SECOND))
    story.waits_until("2026-07-02")
    story.buys("2026-06-30", "10")
    assert (story.has("stars"), story.has("points")) == (0, 20)


def test_goods_may_come_back_with_a_date_before_their_unit_was_known():
    stars = program(flat(10, earn="stars"), units={"points": Unit(), "stars": Unit()})
    story = Story(program(points_per_dollar()), from_day(stars, SECOND))
    story.buys("2026-07-01 00:01", "5", id="p")
    story.brings_back("2026-06-30 23:59", "p")
    assert story.has("stars") == 0


def test_a_reward_of_the_old_version_may_cost_the_new_unit():
    story = Story(
        shop_of_stars(),
        from_day(
            program(rewards=(reward(cost=50),), changes=changed(units={"stars": Becomes("points", Rate(2, 1))})), SECOND
        ),
    )
    story.buys("2026-02-01", "30")
    story.redeems("2026-07-02", "coffee")
    assert amounts(story.wallet().lots) == [10]
    assert Quantity(50, "points") == story.timeline.versions[1].rewards["coffee"].settings.cost


# Mechanics.


def test_a_renamed_mechanic_keeps_what_was_used_of_its_caps():
    limit = cap(per_member=100, period="year", total=150)
    one = program(points_per_dollar(name="old", limit=limit))
    two = program(points_per_dollar(name="new", limit=limit), changes=changed(mechanics={"old": "new"}))
    story = Story(one, from_day(two, SECOND))
    story.buys("2026-02-01", "80")
    story.buys("2026-07-02", "80")
    assert story.has() == 100
    assert story.limits["old"] == 50


def test_a_mechanic_of_a_new_name_that_is_not_said_to_be_renamed_begins_anew():
    limit = cap(per_member=100, period="year")
    one, two = program(points_per_dollar(name="old", limit=limit)), program(points_per_dollar(name="new", limit=limit))
    story = Story(one, from_day(two, SECOND))
    story.buys("2026-02-01", "80")
    story.buys("2026-07-02", "80")
    assert story.has() == 160


def test_a_late_purchase_uses_the_cap_of_the_mechanic_that_is_renamed_by_now():
    limit = cap(per_member=100, period="year")
    one = program(points_per_dollar(name="old", limit=limit))
    two = program(points_per_dollar(name="new", limit=limit), changes=changed(mechanics={"old": "new"}))
    story = Story(one, from_day(two, SECOND))
    story.buys("2026-07-02", "80")
    story.buys("2026-06-30", "80")
    assert story.has() == 100
    assert list(story.state.used) == ["new/year"]


def test_a_member_who_joins_under_the_new_version_finds_nothing_to_take_over():
    becomes = changed(units={"stars": Becomes("points", Rate(2, 1))}, mechanics={"old": "new"})
    two = program(flat(5, name="new", on="enrol"), changes=becomes)
    story = Story(shop_of_stars(), from_day(two, SECOND), joined="2026-08-01")
    assert story.has() == 5


# Other names.


def under_new_names(**names: str) -> dict[str, object]:
    return {"changes": changed(mechanics=names)}


def test_goods_that_come_back_take_along_what_they_did_for_a_mechanic_that_has_another_name_now():
    card = Stamps(name="card", full=3, stamp=Stamping(1, "item"), gives=(Gift(quantity=Quantity(30, "points")),))
    renamed = msgspec.structs.replace(card, name="passport")
    story = Story(program(card), from_day(program(renamed, **under_new_names(card="passport")), SECOND))
    story.buys("2026-06-30", "5 coffee x4", id="p")
    story.brings_back(SECOND, "p", (0, 2))
    assert (story.state.progress["passport"]["stamps"], story.has()) == (2, 0)


def test_what_waits_for_a_delivery_waits_as_long_as_promised_under_another_name_or_none():
    late = flat(10, name="late", available_after=Delay(start="delivery", term=term("3 days")))
    renamed = program(msgspec.structs.replace(late, name="later"), **under_new_names(late="later"))
    for second in (renamed, program()):
        story = Story(program(late), from_day(second, SECOND))
        story.buys("2026-06-30", "5", id="p")
        story.meets(Deliver(id="d", member="m", at=moment(SECOND), purchase="p"))
        assert (story.has(), story.due()) == (0, "2026-07-05 00:00")


def test_a_renamed_discount_goes_on_with_the_uses_that_are_left():
    spring = Discount(name="spring", off=Off(amount=100), limit=PriceLimit(uses=2))
    renamed = msgspec.structs.replace(spring, name="summer")
    story = Story(program(spring), from_day(program(renamed, **under_new_names(spring="summer")), SECOND))
    story.buys("2026-06-30", "5")
    assert [reduced(story.buys(when, "5")) for when in (SECOND, "2026-07-02")] == [{"summer": 100}, {}]


def test_a_badge_under_a_new_name_is_held_on():
    renamed = program(Badge(name="scout"), **under_new_names(explorer="scout"))
    story = Story(program(Badge(name="explorer", on="purchase")), from_day(renamed, SECOND))
    story.buys("2026-06-30", "5")
    story.waits_until(SECOND)
    assert story.state.badges == {"scout": 1}


def test_what_was_sent_before_a_mechanic_got_another_name_arrives():
    bring = Referral(name="bring", deed=Deed(at_least=500), referrer=Quantity(30, "points"))
    renamed = program(msgspec.structs.replace(bring, name="invite"), **under_new_names(bring="invite"))
    story = Story(program(bring), from_day(renamed, SECOND))
    story.waits_until(SECOND)
    story.meets(Refer(id="r", member="m", at=moment("2026-06-30"), referral="bring", friend="f"))
    assert story.has() == 30


def test_a_return_after_the_change_takes_back_what_the_dropped_unit_has_become():
    """30 points became 20 stars at 2 for 3; a third of the goods comes back, and 6 of them go."""
    becomes = changed(units={"points": Becomes("stars", Rate(2, 3))})
    stars = {"stars": Unit()}
    story = Story(program(points_per_dollar()), from_day(program(units=stars, changes=becomes), SECOND))
    story.buys("2026-02-01", "10", "20", id="p")
    story.brings_back("2026-07-02", "p", (0, None))
    assert (story.has("points"), story.has("stars")) == (0, 20 - 6)
    story.brings_back("2026-07-03", "p")
    assert (story.has("points"), story.has("stars")) == (0, 20 - 6 - 13)


def test_what_was_spent_of_the_new_unit_is_owed_in_it():
    becomes = changed(units={"points": Becomes("stars", Rate(1, 1))})
    stars = {"stars": Unit()}
    cup = Reward(name="cup", cost=Quantity(25, "stars"))
    story = Story(program(points_per_dollar()), from_day(program(units=stars, changes=becomes, rewards=(cup,)), SECOND))
    story.buys("2026-02-01", "30", id="p")
    story.redeems("2026-07-01", "cup")
    story.brings_back("2026-07-02", "p")
    assert (story.has("points"), story.has("stars")) == (0, -25)


def test_what_is_bought_after_the_change_comes_back_in_its_own_unit():
    becomes = changed(units={"stars": Becomes("points", Rate(2, 1))})
    story = Story(shop_of_stars(), from_day(program(points_per_dollar(), changes=becomes), SECOND))
    story.buys("2026-02-01", "10")
    story.buys("2026-07-02", "8", id="q")
    story.brings_back("2026-07-03", "q")
    assert story.has("points") == 20
