"""The decision: late events, what falls due and in which order, lanes, caps, adjustments and rewards."""

from datetime import date

import msgspec
import pytest

from guerdon.core.calendar import Window
from guerdon.core.decide import decide
from guerdon.core.effects import Adjusted, Expired, Granted, Matured, Repaid, Rewarded, Spent, transfers_of
from guerdon.core.events import Tick
from guerdon.core.program import Allowance, Cap, Meter, Quantity, Unit, When
from guerdon.core.state import encode_state
from guerdon.mechanics import Earn, Tiers, Vouchers
from guerdon.mechanics.tiers import Level
from tests.builders import (
    Story,
    cap,
    delay,
    flat,
    from_day,
    granted,
    instant,
    kinds,
    moment,
    points_per_dollar,
    program,
    purchase,
    reward,
    rows,
    shown_instant,
    skipped,
    term,
    window,
)

# What time brings.


def test_joining_is_remembered_and_nothing_is_due():
    story = Story(program(points_per_dollar()), joined=None)
    story.enrols("2026-03-10 14:30")
    assert story.state.enrolled_at == story.state.as_of == story.state.last_activity_at == instant("2026-03-10 14:30")
    assert story.due() == "never"


EXPIRY = """
    # looked at           | has
      2026-04-09 23:59:59 | 10
      2026-04-10 00:00:00 | 0
      2026-04-10 00:00:01 | 0
"""


@pytest.mark.parametrize(("when", "has"), rows(EXPIRY))
def test_points_expire_at_the_start_of_a_local_day(when, has):
    story = Story(program(points_per_dollar(), units={"points": Unit(expires=term("30 days"))}))
    story.buys("2026-03-10 14:30", "10")
    assert story.due() == "2026-04-10 00:00"
    story.waits_until(when)
    assert story.has() == int(has)
    assert story.due() == ("never" if has == "0" else "2026-04-10 00:00")


def test_a_mechanic_may_give_a_term_of_its_own():
    units = {"points": Unit(expires=term("30 days"))}
    story = Story(program(points_per_dollar(), flat(5, expires=term("2 days")), units=units))
    story.buys("2026-03-10", "10")
    assert [shown_instant(lot.expires_at) for lot in story.wallet().lots] == ["2026-03-13 00:00", "2026-04-10 00:00"]


MATURITY = """
    # looked at           | available | pending
      2026-03-13 23:59:59 | 0         | 10
      2026-03-14 00:00:00 | 10        | 0
      2026-03-14 00:00:01 | 10        | 0
"""


@pytest.mark.parametrize(("when", "available", "pending"), rows(MATURITY))
def test_points_are_pending_until_they_mature(when, available, pending):
    story = Story(program(points_per_dollar(available_after=delay("3 days"))))
    story.buys("2026-03-10 14:30", "10")
    assert story.due() == "2026-03-14 00:00"
    story.waits_until(when)
    assert (story.has(), story.has_pending()) == (int(available), int(pending))


def test_what_expires_before_it_matures_expires_out_of_what_is_pending():
    story = Story(program(points_per_dollar(available_after=delay("30 days"), expires=term("10 days")), flat(5)))
    story.buys("2026-03-10", "10")
    effects = story.waits_until("2026-05-01").outcome.effects
    assert effects == (Expired("points", 10, instant("2026-03-21"), "expiry", pending=10),)
    assert (story.has(), story.has_pending()) == (5, 0)


INACTIVITY = """
    # looked at           | has
      2026-09-10 23:59:59 | 10
      2026-09-11 00:00:00 | 0
      2026-09-11 00:00:01 | 0
"""
INACTIVE = {"points": Unit(inactive_after=term("6 months"))}


@pytest.mark.parametrize(("when", "has"), rows(INACTIVITY))
def test_a_wallet_lapses_without_activity(when, has):
    story = Story(program(points_per_dollar(), units=INACTIVE))
    story.buys("2026-03-10 14:30", "10")
    assert story.due() == "2026-09-11 00:00"
    story.waits_until(when)
    assert story.has() == int(has)


def test_what_lapses_takes_what_is_pending_with_it():
    story = Story(program(points_per_dollar(), flat(5, available_after=delay("1 year")), units=INACTIVE))
    story.buys("2026-03-10", "10")
    lapsed = story.waits_until("2026-09-11").outcome.effects
    assert lapsed == (Expired("points", 15, instant("2026-09-11"), "inactivity", pending=5),)
    assert [(move.source, move.amount) for move in transfers_of(lapsed)] == [("available", 10), ("pending", 5)]


@pytest.mark.parametrize("verb", ["buys", "does", "redeems"])
def test_activity_keeps_a_wallet_alive(verb):
    story = Story(program(points_per_dollar(), units=INACTIVE, rewards=(reward(cost=1),)))
    story.buys("2026-03-10", "10")
    getattr(story, verb)("2026-05-10", {"buys": "1", "does": "wave", "redeems": "coffee"}[verb])
    assert story.due() == "2026-11-11 00:00"


def test_returns_adjustments_and_ticks_are_no_activity():
    story = Story(program(points_per_dollar(), units=INACTIVE))
    story.buys("2026-03-10", "10", "5", id="p")
    story.brings_back("2026-05-10", "p", (0, None))
    story.is_adjusted("2026-05-11", 3)
    story.waits_until("2026-05-12")
    assert story.due() == "2026-09-11 00:00"


def test_an_adjustment_for_an_inactive_member_lasts_a_whole_term():
    """Goodwill for somebody long inactive must not be gone the same night."""
    story = Story(program(points_per_dollar(), units=INACTIVE))
    story.is_adjusted("2026-10-05 09:00", 100)
    assert story.due() == "2027-04-06 00:00"
    story.waits_until("2026-10-06")
    assert story.has() == 100


def test_at_one_instant_things_happen_in_the_documented_order():
    """Matured, then the mechanics' calendars in the order of the file, then expired, then lapsed."""
    units = {
        "stars": Unit(inactive_after=term("30 days")),
        "points": Unit(expires=term("0 days after month")),
        "vouchers": Unit(money=True),
    }
    story = Story(
        program(
            points_per_dollar(available_after=delay("0 days after month")),
            flat(7, earn="stars", name="stars"),
            Vouchers(every=Quantity(10, "points"), gives=Quantity(100, "vouchers"), issued="month"),
            Tiers(
                meter="spend",
                levels=(Level(name="basic", threshold=0), Level(name="gold", threshold=1)),
                kept=term("0 days after month"),
            ),
            units=units,
        )
    )
    story.buys("2026-03-01 10:00", "15")
    everything = story.waits_until("2026-04-01").outcome.effects
    assert kinds(everything) == ["matured", "spent", "granted", "tier_changed", "expired", "expired"]
    assert {effect.at for effect in everything} == {instant("2026-04-01")}
    assert [(effect.unit, effect.amount, effect.reason) for effect in everything[-2:]] == [
        ("points", 5, "expiry"),
        ("stars", 7, "inactivity"),
    ]


def test_things_due_at_different_times_happen_in_the_order_of_time():
    units = {"points": Unit(expires=term("10 days")), "stars": Unit(expires=term("5 days"))}
    story = Story(program(points_per_dollar(), flat(7, earn="stars"), units=units))
    story.buys("2026-03-01", "10")
    story.buys("2026-03-04", "20")
    effects = story.waits_until("2027-01-01").outcome.effects
    assert [(shown_instant(effect.at), effect.unit) for effect in effects] == [
        ("2026-03-07 00:00", "stars"),
        ("2026-03-10 00:00", "stars"),
        ("2026-03-12 00:00", "points"),
        ("2026-03-15 00:00", "points"),
    ]


def test_what_fell_due_is_settled_before_the_event():
    story = Story(
        program(points_per_dollar(), units={"points": Unit(expires=term("10 days"))}, rewards=(reward(cost=10),))
    )
    story.buys("2026-03-01", "10")
    refusal = story.is_refused(story.a_redemption("2026-03-12", "coffee"))
    assert refusal.details["available"] == 0
    assert kinds(story.buys("2026-03-12", "10").outcome.effects) == ["expired", "granted"]


def rich_program(**settings: object):
    return program(
        points_per_dollar(available_after=delay("3 days")),
        Vouchers(every=Quantity(10, "points"), gives=Quantity(100, "vouchers"), issued="week", valid=term("10 days")),
        Tiers(
            meter="spend",
            levels=(Level(name="basic", threshold=0), Level(name="gold", threshold=1000)),
            kept=term("1 month"),
        ),
        units={"points": Unit(expires=term("2 months"), inactive_after=term("40 days")), "vouchers": Unit(money=True)},
        **settings,
    )


@pytest.mark.parametrize("every", [1, 3, 17])
def test_a_clock_that_runs_late_changes_nothing(every):
    clocked, late = Story(rich_program()), Story(rich_program())
    for story in (clocked, late):
        story.buys("2026-03-01", "15.50")
    first = date(2026, 3, 2).toordinal()
    seen = []
    for number in range(0, 120, every):
        seen += clocked.waits_until(str(date.fromordinal(first + number))).outcome.effects
    seen += clocked.waits_until("2026-07-01").outcome.effects
    assert tuple(seen) == late.waits_until("2026-07-01").outcome.effects
    assert encode_state(clocked.state) == encode_state(late.state)


def test_a_late_tick_changes_nothing():
    story = Story(rich_program())
    story.buys("2026-03-10", "15")
    before = encode_state(story.state)
    assert story.waits_until("2026-03-05").outcome.effects == ()
    assert encode_state(story.state) == before


# Versions.


def test_a_purchase_is_decided_under_the_version_of_its_instant():
    one = program(points_per_dollar(1))
    two = from_day(program(points_per_dollar(2)), "2026-04-01")
    story = Story(one, two)
    before, at, after = (
        story.buys(when, "10") for when in ("2026-03-31 23:59:59", "2026-04-01 00:00:00", "2026-04-01 00:00:01")
    )
    assert [(granted(decision)["base"], decision.version) for decision in (before, at, after)] == [
        (10, 1),
        (20, 2),
        (20, 2),
    ]


def test_before_the_first_version_nothing_is_in_force():
    story = Story(from_day(program(), "2026-01-01"), joined=None)
    refused = story.tries(purchase("p", "2025-12-31 23:59:59", "1"))
    assert refused.outcome.refusal is not None
    assert (refused.outcome.refusal.code, refused.version) == ("no_program_in_force", 0)


def test_a_refusal_names_the_version_that_gave_it():
    story = Story(program(), from_day(program(), "2026-04-01"))
    assert story.tries(story.a_redemption("2026-03-31", "x")).version == 1
    assert story.tries(story.a_redemption("2026-04-01", "x")).version == 2


def monthly(gives: int) -> Vouchers:
    return Vouchers(every=Quantity(10, "points"), gives=Quantity(gives, "vouchers"), issued="month")


def test_what_falls_due_is_settled_under_the_version_in_force_then():
    one, two = program(points_per_dollar(), monthly(100)), program(points_per_dollar(), monthly(300))
    story = Story(one, from_day(two, "2026-04-15"))
    story.buys("2026-03-10", "40")
    story.waits_until("2026-04-10")
    story.is_adjusted("2026-04-10", 20)
    story.waits_until("2026-06-10")
    assert [(lot.reference, lot.amount) for lot in story.wallet("vouchers").lots] == [
        ("vouchers/2026-04-01/1", 100),
        ("vouchers/2026-04-01/2", 100),
        ("vouchers/2026-04-01/3", 100),
        ("vouchers/2026-04-01/4", 100),
        ("vouchers/2026-05-01/1", 300),
        ("vouchers/2026-05-01/2", 300),
    ]


@pytest.mark.parametrize("clocked", [True, False])
def test_what_falls_due_on_the_very_instant_of_a_new_version_is_done_once_and_by_the_new_one(clocked):
    one, two = program(points_per_dollar(), monthly(100)), program(points_per_dollar(), monthly(300))
    story = Story(one, from_day(two, "2026-04-01"))
    story.buys("2026-03-10", "10")
    if clocked:
        story.waits_until("2026-04-01")
    story.waits_until("2026-04-20")
    assert [lot.amount for lot in story.wallet("vouchers").lots] == [300]


def test_a_version_that_shortens_a_term_does_not_reach_back_before_its_own_start():
    one = program(points_per_dollar(), units={"points": Unit()})
    two = program(points_per_dollar(), units={"points": Unit(inactive_after=term("10 days"))})
    story = Story(one, from_day(two, "2026-04-15"))
    story.buys("2026-03-10", "10")
    effects = story.waits_until("2026-05-01").outcome.effects
    assert effects == (Expired("points", 10, instant("2026-04-15"), "inactivity"),)


def test_lots_keep_their_expiry_and_their_maturity_under_a_version_that_has_neither():
    one = program(points_per_dollar(available_after=delay("20 days"), expires=term("60 days")))
    story = Story(one, from_day(program(points_per_dollar()), "2026-03-15"))
    story.buys("2026-03-10", "10")
    story.waits_until("2026-03-31")
    assert (story.has(), story.due()) == (10, "2026-05-10 00:00")
    story.waits_until("2026-05-10")
    assert (story.has(), story.due()) == (0, "never")


def test_of_two_versions_with_one_date_the_later_published_counts():
    story = Story(program(points_per_dollar(1)), program(points_per_dollar(2)))
    assert granted(story.buys("2026-03-10", "10")) == {"base": 20}


def test_the_clock_looks_at_a_member_when_another_version_takes_over():
    one, two = program(points_per_dollar()), from_day(program(points_per_dollar()), "2026-04-15")
    story = Story(one, two)
    assert story.due() == "never"
    assert shown_instant(story.timeline.wakes_at(story.state)) == "2026-04-15 00:00"
    story.waits_until("2026-04-15")
    assert story.timeline.wakes_at(story.state) is None


def test_the_clock_looks_at_a_member_at_the_earlier_of_a_due_and_a_version():
    one = program(points_per_dollar(), units={"points": Unit(expires=term("10 days"))})
    story = Story(one, from_day(one, "2026-04-15"))
    story.buys("2026-03-10", "10")
    assert shown_instant(story.timeline.wakes_at(story.state)) == "2026-03-21 00:00"


# Late events.

LATENESS = """
    # dated, with the record at 10 May, 30 days | accepted
      2026-04-09 23:59:59                       | no
      2026-04-10 00:00:00                       | yes
      2026-04-11 12:00:00                       | yes
      2026-05-10 11:59:59                       | yes
      2026-05-10 12:00:00                       | yes
"""


@pytest.mark.parametrize(("when", "accepted"), rows(LATENESS))
def test_an_event_may_be_so_many_local_days_late(when, accepted):
    story = Story(program(points_per_dollar()))
    story.waits_until("2026-05-10 12:00")
    event = purchase("late", when, "10")
    if accepted == "yes":
        assert granted(story.meets(event)) == {"base": 10}
    else:
        assert story.is_refused(event).code == "event_too_late"


def test_a_program_may_accept_nothing_from_another_day():
    story = Story(program(points_per_dollar(), late_events=0))
    story.waits_until("2026-05-10 12:00")
    assert story.is_refused(purchase("late", "2026-05-09 23:59:59", "10")).details["days"] == 0
    assert granted(story.buys("2026-05-10 00:00", "10")) == {"base": 10}


def test_a_late_event_is_decided_under_the_version_of_its_own_date():
    story = Story(program(points_per_dollar(1)), from_day(program(points_per_dollar(2)), "2026-04-01"))
    story.waits_until("2026-04-10")
    late = story.buys("2026-03-31", "10")
    assert (granted(late), late.version) == ({"base": 10}, 1)
    assert story.state.version == 2
    assert story.state.as_of == instant("2026-04-10")


def test_a_late_event_counts_in_the_meter_window_of_its_own_date():
    story = Story(program(points_per_dollar()))
    story.waits_until("2027-01-10")
    story.buys("2026-12-31 23:59:59", "10")
    story.buys("2027-01-01 00:00:00", "7")
    assert story.meter("spend", "2026-12-31") == 1000
    assert story.meter("spend", "2027-01-10") == 700


def test_a_late_event_counts_in_the_cap_period_of_its_own_date():
    story = Story(program(points_per_dollar(limit=Cap(per_member=(Allowance(15, "month"),)))))
    story.buys("2026-04-02", "10")
    assert granted(story.buys("2026-03-31", "20")) == {"base": 15}
    assert granted(story.buys("2026-04-03", "20")) == {"base": 5}
    assert granted(story.buys("2026-03-30", "20")) == {}


def test_a_late_grant_is_earned_and_expires_by_its_own_date():
    story = Story(program(points_per_dollar(), units={"points": Unit(expires=term("20 days"))}))
    story.waits_until("2026-04-10")
    late = story.buys("2026-04-01 10:00", "10")
    assert [(lot.earned_at, shown_instant(lot.expires_at)) for lot in story.wallet().lots] == [
        (instant("2026-04-01 10:00"), "2026-04-22 00:00")
    ]
    assert kinds(late.outcome.effects) == ["granted"]


def test_a_late_grant_that_has_expired_by_now_goes_at_once():
    story = Story(program(points_per_dollar(), units={"points": Unit(expires=term("5 days"))}))
    story.waits_until("2026-04-20")
    late = story.buys("2026-04-01", "10")
    assert kinds(late.outcome.effects) == ["granted", "expired"]
    assert (story.has(), story.due()) == (0, "never")


@pytest.mark.parametrize(("dated", "pending"), [("2026-04-16", 0), ("2026-04-17", 10)])
def test_a_late_grant_that_has_matured_by_now_is_available_at_once(dated, pending):
    story = Story(program(points_per_dollar(available_after=delay("3 days"))))
    story.waits_until("2026-04-20")
    late = story.buys(dated, "10").outcome.effects
    assert story.has_pending() == pending
    assert isinstance(late[0], Granted)
    assert (late[0].matures_at is None) == (pending == 0)


def test_a_late_event_finds_the_tier_as_it_stands_now():
    ladder = Tiers(
        meter="spend",
        levels=(Level(name="basic", threshold=0), Level(name="gold", threshold=1000)),
        kept=term("1 year"),
    )
    story = Story(program(ladder, flat(5, when=When(tier=("gold",)))))
    story.buys("2026-04-10", "10")
    assert granted(story.buys("2026-04-01", "1")) == {"flat": 5}


def test_a_late_activity_does_not_shorten_a_wallets_life():
    story = Story(program(points_per_dollar(), units=INACTIVE))
    story.buys("2026-04-10", "10")
    story.buys("2026-04-01", "1")
    assert story.due() == "2026-10-11 00:00"


def test_a_late_event_under_an_older_version_keeps_what_a_longer_window_still_counts():
    """The older version looked back 7 days; dropping by it would lose months of the newer one's year."""
    short = program(points_per_dollar(), meters={"spend": Meter(counts="spend", window=window("7 days"))})
    long = from_day(program(meters={"spend": Meter(counts="spend", window=window("12 months"))}), "2026-02-01")
    newest = from_day(short, "2026-05-25")
    story = Story(short, long, newest, from_day(long, "2026-06-01"))
    story.buys("2026-02-10", "10")
    story.buys("2026-04-10", "20")
    story.waits_until("2026-06-05")
    story.buys("2026-05-30", "40")
    assert story.meter("spend", "2026-06-05") == 7000


# Lanes.


def laned(chooser: str, *amounts: int) -> dict[str, int]:
    mechanics = [flat(amount, name=f"m{place}", lane="bonus") for place, amount in enumerate(amounts)]
    story = Story(program(*mechanics, points_per_dollar(), lanes={"bonus": chooser}))
    return granted(story.buys("2026-03-10", "10"))


LANES = """
    # chooser | given by m0 m1 m2 | taken
      add     | 5 9 7             | m0=5 m1=9 m2=7
      best    | 5 9 7             | m1=9
      best    | 9 9 7             | m0=9         # the earlier of equals
      first   | 5 9 7             | m0=5
"""


@pytest.mark.parametrize(("chooser", "given", "taken"), rows(LANES))
def test_a_lane_adds_takes_the_best_or_takes_the_first(chooser, given, taken):
    expected = {name: int(amount) for name, amount in (word.split("=") for word in taken.split())}
    assert laned(chooser, *map(int, given.split())) == expected | {"base": 10}


def test_lanes_behind_one_with_a_single_or_no_proposal_have_their_turn():
    one, none = flat(5, name="a", lane="x"), flat(7, name="b", lane="y", when=When(store=("elsewhere",)))
    story = Story(program(one, none, points_per_dollar(), lanes={"x": "best", "y": "best"}))
    assert granted(story.buys("2026-03-10", "10.00")) == {"a": 5, "base": 10}


def test_a_lane_that_is_not_declared_adds_up():
    story = Story(program(flat(5, name="a", lane="x"), flat(7, name="b", lane="x")))
    assert granted(story.buys("2026-03-10", "1")) == {"a": 5, "b": 7}


def test_the_first_in_a_lane_is_the_first_that_applies():
    mechanics = (
        flat(5, name="a", lane="x", when=When(store=("s",))),
        flat(7, name="b", lane="x"),
        flat(9, name="c", lane="x"),
    )
    story = Story(program(*mechanics, lanes={"x": "first"}))
    decision = story.buys("2026-03-10", "1")
    assert granted(decision) == {"b": 7}
    assert skipped(decision) == {"a": "other_store", "c": "lane_first"}
    assert [note.sentence for note in decision.notes] == ["only where the store is s", "b goes first in lane x"]


@pytest.mark.parametrize("chooser", ["best", "first", "add"])
def test_a_lane_in_which_nothing_applies_gives_nothing(chooser):
    mechanics = (
        flat(5, name="a", lane="x", when=When(store=("s",))),
        flat(7, name="b", lane="x", when=When(store=("t",))),
    )
    story = Story(program(*mechanics, lanes={"x": chooser}))
    assert granted(story.buys("2026-03-10", "1")) == {}


def test_the_trace_names_who_was_outdone():
    mechanics = (flat(5, name="a", lane="x"), flat(7, name="b", lane="x"))
    notes = Story(program(*mechanics, lanes={"x": "best"})).buys("2026-03-10", "1").notes
    assert [(note.mechanic, note.outcome, note.code) for note in notes] == [("a", "outdone", "lane_best")]


def test_a_lane_runs_where_its_first_mechanic_stands():
    doubled = Earn(name="x2", earn="points", multiply="b")
    mechanics = (flat(1, name="a", lane="x"), doubled, flat(2, name="b", lane="x"))
    story = Story(program(*mechanics, lanes={"x": "best"}))
    assert granted(story.buys("2026-03-10", "1")) == {"b": 2, "x2": 2}


def test_lanes_choose_apart_from_each_other_and_for_each_trigger():
    mechanics = (
        flat(1, name="a", lane="x"),
        flat(2, name="b", lane="y"),
        flat(3, name="c", lane="x"),
        flat(9, name="d", lane="x", on="enrol"),
    )
    story = Story(program(*mechanics, lanes={"x": "best", "y": "best"}))
    assert granted(story.buys("2026-03-10", "1")) == {"b": 2, "c": 3}


def test_a_mechanic_whose_cap_is_used_up_may_still_win_its_lane_with_nothing():
    mechanics = (flat(5, name="a", lane="x", limit=cap(per_member=5)), flat(3, name="b", lane="x"))
    story = Story(program(*mechanics, lanes={"x": "best"}))
    assert granted(story.buys("2026-03-10", "1")) == {"a": 5}
    assert granted(story.buys("2026-03-10", "1")) == {"b": 3}


# Adjustments.


def test_an_adjustment_adds_with_the_units_own_expiry():
    story = Story(program(units={"points": Unit(expires=term("30 days"))}))
    effects = story.is_adjusted("2026-03-10", 100).outcome.effects
    assert effects == (Adjusted("points", 100, "goodwill", "ana", instant("2026-04-10")),)
    assert [tuple(move) for move in transfers_of(effects)] == [("points", "issued", "available", 100, "adjustment")]
    assert (story.has(), story.due()) == (100, "2026-04-10 00:00")


TAKING = """
    # takes | left
      99    | 1
      100   | 0
"""


@pytest.mark.parametrize(("takes", "left"), rows(TAKING))
def test_an_adjustment_takes_up_to_what_is_available(takes, left):
    story = Story(program())
    story.is_adjusted("2026-03-10", 100)
    effects = story.is_adjusted("2026-03-11", -int(takes)).outcome.effects
    assert [tuple(move) for move in transfers_of(effects)] == [
        ("points", "available", "reversed", int(takes), "adjustment")
    ]
    assert story.has() == int(left)


def test_an_adjustment_of_nothing_does_nothing():
    story = Story(program())
    assert story.is_adjusted("2026-03-10", 0).outcome.effects == ()


def test_an_adjustment_does_not_touch_what_is_pending():
    story = Story(program(points_per_dollar(available_after=delay("3 days"))))
    story.buys("2026-03-10", "10")
    assert story.is_refused(story.an_adjustment("2026-03-10", -1)).code == "adjustment_exceeds_available"


def test_an_adjustment_of_money_is_a_voucher_of_its_own():
    story = Story(program())
    story.is_adjusted("2026-03-10", 500, "vouchers")
    story.is_adjusted("2026-03-10", 500, "vouchers")
    assert [(lot.amount, lot.reference) for lot in story.wallet("vouchers").lots] == [(500, "e2"), (500, "e3")]


def test_an_adjustment_pays_a_debt_back_first():
    story = Story(program(points_per_dollar(), rewards=(reward(cost=10),)))
    story.buys("2026-03-10", "10", id="p")
    story.redeems("2026-03-11", "coffee")
    story.brings_back("2026-03-12", "p")
    assert story.has() == -10
    effects = story.is_adjusted("2026-03-13", 15).outcome.effects
    assert kinds(effects) == ["adjusted", "repaid"]
    assert effects[1] == Repaid("points", 10)
    assert story.has() == 5


# Rewards.


@pytest.mark.parametrize(("cost", "left"), [(99, 1), (100, 0)])
def test_a_reward_costs_what_it_costs(cost, left):
    story = Story(program(rewards=(reward(cost=cost),)))
    story.is_adjusted("2026-03-10", 100)
    effects = story.redeems("2026-03-10", "coffee").outcome.effects
    assert effects == (Spent("points", cost, "coffee"), Rewarded("coffee"))
    assert [tuple(move) for move in transfers_of(effects)] == [("points", "available", "redeemed", cost, "coffee")]
    assert story.has() == left


def test_a_reward_that_costs_nothing_moves_nothing():
    story = Story(program(rewards=(reward(cost=0),)))
    effects = story.redeems("2026-03-10", "coffee").outcome.effects
    assert effects == (Rewarded("coffee"),)
    assert transfers_of(effects) == []


def test_the_last_piece_in_stock_is_given_once():
    story = Story(program(rewards=(reward(cost=10, stock=1),)))
    story.is_adjusted("2026-03-10", 100)
    assert story.redeems("2026-03-10", "coffee").limit_uses == {"stock:coffee": 1}
    assert story.is_refused(story.a_redemption("2026-03-10", "coffee")).code == "reward_out_of_stock"
    assert story.has() == 90


def test_a_reward_may_be_gated_by_tier():
    ladder = Tiers(
        meter="spend",
        levels=(Level(name="basic", threshold=0), Level(name="gold", threshold=1000)),
        kept=term("1 year"),
    )
    story = Story(program(ladder, points_per_dollar(), rewards=(reward(cost=1, when=When(tier=("gold",))),)))
    story.buys("2026-03-10", "9.99")
    assert story.is_refused(story.a_redemption("2026-03-10", "coffee")).code == "reward_not_for_this_member"
    story.buys("2026-03-10", "0.01")
    story.redeems("2026-03-10", "coffee")
    assert story.has() == 8


def test_a_reward_may_be_a_voucher_with_a_term_of_its_own():
    ten_off = reward("ten-off", 10, gives=Quantity(1000, "vouchers"), valid=term("30 days"))
    story = Story(program(rewards=(ten_off,)))
    story.is_adjusted("2026-03-10", 10)
    story.redeems("2026-03-10", "ten-off")
    assert [(lot.amount, lot.reference, shown_instant(lot.expires_at)) for lot in story.wallet("vouchers").lots] == [
        (1000, "e3", "2026-04-10 00:00")
    ]


def test_a_reward_may_give_points_of_another_kind():
    units = {"points": Unit(), "stars": Unit()}
    story = Story(program(units=units, rewards=(reward("swap", 10, gives=Quantity(3, "stars")),)))
    story.is_adjusted("2026-03-10", 10)
    story.redeems("2026-03-10", "swap")
    assert [(lot.amount, lot.reference) for lot in story.wallet("stars").lots] == [(3, "")]


def test_points_that_expire_first_are_spent_first():
    units = {"points": Unit(expires=term("30 days"))}
    story = Story(program(points_per_dollar(), units=units, rewards=(reward(cost=12),)))
    story.buys("2026-03-10", "10")
    story.buys("2026-03-20", "10")
    story.redeems("2026-03-25", "coffee")
    assert [(lot.amount, shown_instant(lot.expires_at)) for lot in story.wallet().lots] == [(8, "2026-04-20 00:00")]


# Meters of what was earned.


def test_a_meter_may_count_what_was_earned():
    meters = {"earned": Meter(counts="earned", unit="points", window=Window("calendar", 1, "year"))}
    story = Story(
        program(points_per_dollar(), flat(5, earn="stars"), units={"points": Unit(), "stars": Unit()}, meters=meters)
    )
    story.buys("2026-03-10", "10", "20", id="p")
    assert story.meter("earned", "2026-03-10") == 30
    story.brings_back("2026-03-11", "p", (0, None))
    assert story.meter("earned", "2026-03-11") == 20


def test_a_meter_may_count_visits_items_or_the_spend_on_some_lines():
    year = Window("calendar", 1, "year")
    meters = {
        "visits": Meter(counts="visits", window=year),
        "soups": Meter(counts="items", window=year, only=When(category=("soup",))),
        "on-soup": Meter(counts="spend", window=year, only=When(category=("soup",))),
        "soup-visits": Meter(counts="visits", window=year, only=When(category=("soup",))),
    }
    story = Story(program(meters=meters, never_earn=When(brand=("x",))))
    story.buys("2026-03-10", "1 soup x3", "2 tea", "4 soup brand=x")
    story.buys("2026-03-11", "8 tea")
    assert {name: story.meter(name, "2026-03-11") for name in meters} == {
        "visits": 2,
        "soups": 3,
        "on-soup": 100,
        "soup-visits": 1,
    }


def test_old_days_of_a_rolling_meter_are_dropped_but_not_those_a_late_event_may_count():
    story = Story(program(meters={"spend": Meter(counts="spend", window=window("7 days"))}, late_events=3))
    for when in ("2026-03-01", "2026-03-02", "2026-03-10"):
        story.buys(when, "1")
    assert len(story.state.meters["spend"]) == 3, "on 7 March the days from the 1st on count"
    story.buys("2026-03-11", "1")
    assert len(story.state.meters["spend"]) == 3, "on 8 March the days from the 2nd on count"


# The decision as a function.


def test_the_state_it_starts_from_stays_as_it_was():
    story = Story(rich_program())
    story.buys("2026-03-01", "20", id="p")
    before = story.state
    content = encode_state(before)
    for event in (
        purchase("q", "2026-05-20", "30"),
        story.a_return("2026-03-02", "p"),
        story.an_adjustment("2026-04-01", 5),
        story.a_redemption("2026-04-01", "nothing"),
    ):
        story.tries(event)
        assert encode_state(before) == content


def test_a_trace_is_kept_only_when_asked_for():
    story = Story(program(points_per_dollar(when=When(store=("s",)))))
    event = purchase("p", "2026-03-10", "1")
    assert decide(story.timeline, story.state, event).notes == []
    assert len(decide(story.timeline, story.state, event, traced=True).notes) == 1


def test_a_purchase_too_small_to_earn_says_so():
    story = Story(program(points_per_dollar()))
    assert skipped(story.buys("2026-03-10", "0.99")) == {"base": "rounds_to_zero"}


def test_matured_points_pay_a_debt_back():
    story = Story(program(points_per_dollar(), flat(7, available_after=delay("3 days")), rewards=(reward(cost=10),)))
    story.buys("2026-03-10", "10", id="p")
    story.redeems("2026-03-10", "coffee")
    story.buys("2026-03-11", "0.50")
    story.brings_back("2026-03-11", "p", (0, None))
    assert story.has() == -10
    effects = story.waits_until("2026-03-20").outcome.effects
    assert kinds(effects) == ["matured", "repaid"]
    assert isinstance(effects[0], Matured)
    assert story.has() == -3


def test_a_time_between_two_seconds_counts_as_the_earlier():
    story = Story(program(points_per_dollar(), units={"points": Unit(expires=term("0 days"))}))
    story.buys("2026-03-10", "10")
    last = moment("2026-03-10 23:59:59").replace(microsecond=999_999)
    story.meets(Tick(id="t", member="m", at=last))
    assert story.has() == 10


def test_a_state_names_the_version_under_which_it_was_worked_out():
    story = Story(program(), from_day(program(), "2026-04-01"))
    assert story.state.version == 1
    story.waits_until("2026-04-01")
    assert story.state.version == 2
    assert msgspec.json.decode(encode_state(story.state))["version"] == 2


def test_a_state_has_one_canonical_json():
    """What is stored and what a replay must reproduce; a change here is a change of every ledger."""
    story = Story(rich_program())
    story.buys("2026-03-10", "15", id="p")
    assert encode_state(story.state) == (
        b'{"enrolled_at":1767286800,"as_of":1773115200,"version":1,"next_due_at":1773460800,'
        b'"last_activity_at":1773115200,"purchases":1,'
        b'"wallets":{"points":{"pending":[{"amount":15,"earned_at":1773115200,"expires_at":1778472000,'
        b'"matures_at":1773460800}]}},"meters":{"spend":{"20454":1500}},"standings":{"tiers":{"level":"gold",'
        b'"since":1773115200,"until":1775880000,"shown":{"spend":1500},"before":{"level":"basic","since":1767286800}}}}'
    )
