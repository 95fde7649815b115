"""What a simulation tells, worked by hand."""

from datetime import date

import msgspec
import pytest

from guerdon.core.amounts import Rate
from guerdon.core.events import Enrol, Event, Purchase, Redeem, Return, ReturnedLine
from guerdon.core.program import MonthChoice, Partner, Program, Quantity, Unit, When
from guerdon.insight.simulation.history import MemoryHistory, Moved, NothingToReplay, sampled, seconds_of_years
from guerdon.insight.simulation.remarks import _beside
from guerdon.insight.simulation.result import Simulation
from guerdon.insight.simulation.simulating import Candidate, ProgramsDiffer, simulate
from guerdon.insight.simulation.uplift import Change, Uplift
from guerdon.mechanics import Discount, Tiers
from guerdon.mechanics.tiers import Level
from tests.builders import flat, moment, off, points_per_dollar, program, purchase, reward, term

WORTH = {"points": Unit(worth=Rate(1, 1)), "vouchers": Unit(money=True)}


def joins(member: str, when: str = "2026-01-01 09:00") -> Event:
    return Enrol(id=f"join-{member}", member=member, at=moment(when))


def buys(member: str, when: str, *lines: str, id: str = "", **fields: object) -> Purchase:
    return msgspec.structs.replace(purchase(id or f"{member}/{when}", when, *lines), member=member, **fields)


def takes(member: str, when: str, name: str) -> Event:
    return Redeem(id=f"{member}/{when}/{name}", member=member, at=moment(when), reward=name)


def run(declared: Program, *events: Event, against: Program | None = None, **settings: object) -> Simulation:
    current = None if against is None else Candidate("now.yaml", (against,))
    history = MemoryHistory.of(events, "by hand")
    return simulate(Candidate("draft.yaml", (declared,)), history, current=current, **settings)


def shop(*mechanics: object, **settings: object) -> Program:
    """A point a dollar, worth a cent; 10 % off soup; five dollars off for 500 points."""
    return program(
        points_per_dollar(),
        Discount(name="soup-off", off=off("10 %"), when=When(category=("soup",))),
        *mechanics,
        **{
            "units": WORTH,
            "rewards": (reward("five-off", 500, gives=Quantity(500, "vouchers")),),
            **settings,
        },
    )


def two_months() -> list[Event]:
    """Ana buys for 100.00 and 20.00 and brings the first back; Bo buys for 600.00 and takes five dollars off."""
    return [
        joins("ana"),
        joins("bo"),
        buys("ana", "2026-01-10", "100.00", id="first"),
        buys("ana", "2026-01-20", "20.00 soup"),
        Return(id="back", member="ana", at=moment("2026-02-05"), purchase="first", lines=(ReturnedLine(0),)),
        buys("bo", "2026-02-10", "600.00"),
        takes("bo", "2026-02-11", "five-off"),
    ]


# Costs and flows.


def test_a_cost_is_what_is_given_less_what_comes_back() -> None:
    told = run(shop(), *two_months())
    draft = told.draft
    assert (draft.given, draft.reduced, draft.taken_back, draft.exchanged, draft.expired) == (1418, 200, 100, 500, 0)
    assert draft.cost == 1418 - 100 - 500
    assert told.history.sales == 62_000
    assert draft.share_of_sales == pytest.approx(818 / 62_000)
    assert (draft.liability, draft.paid) == (618, 71_800)


def test_each_mechanic_has_its_part() -> None:
    rows = {(row.mechanic, row.unit): row for row in run(shop(), *two_months()).draft.mechanics}
    shown = {
        key: (row.granted, row.taken_back, row.exchanged, row.times, row.members, row.cost) for key, row in rows.items()
    }
    assert shown == {
        ("base", "points"): (718, 100, 0, 3, 2, 618),
        ("soup-off", None): (200, 0, 0, 1, 1, 200),
        ("five-off", "vouchers"): (500, 0, 500, 1, 1, 0),
    }


def test_months_add_up_to_the_whole() -> None:
    draft = run(shop(), *two_months()).draft
    assert [(row.month, row.sales, row.cost, row.liability) for row in draft.months] == [
        ("2026-01", 12_000, 318, 118),
        ("2026-02", 50_000, 500, 618),
    ]
    points = draft.units[0]
    assert [(row.issued, row.redeemed, row.taken_back, row.outstanding, row.liability) for row in points.months] == [
        (118, 0, 0, 118, 118),
        (600, 500, 100, 118, 118),
    ]
    assert (points.issued, points.redeemed, points.taken_back, points.outstanding) == (718, 500, 100, 118)


def test_what_expires_costs_nothing_and_counts_when_it_fell_due() -> None:
    declared = shop(units={"points": Unit(worth=Rate(1, 1), expires=term("30 days")), "vouchers": Unit(money=True)})
    events = [joins("ana"), joins("bo"), buys("ana", "2026-01-10", "100.00"), buys("bo", "2026-03-20", "1.00")]
    draft = run(declared, *events).draft
    assert (draft.given, draft.expired, draft.cost, draft.liability) == (101, 100, 1, 1)
    assert [(row.month, row.expired) for row in draft.units[0].months] == [
        ("2026-01", 0), ("2026-02", 100), ("2026-03", 0),
    ]  # fmt: skip
    assert [row.cost for row in draft.months] == [100, -100, 1]


def test_a_discount_goes_back_with_the_goods() -> None:
    events = [joins("ana"), buys("ana", "2026-01-10", "20.00 soup x2", id="soup")]
    back = Return(id="back", member="ana", at=moment("2026-01-12"), purchase="soup", lines=(ReturnedLine(0, 1),))
    draft = run(shop(), *events, back).draft
    (row,) = [row for row in draft.mechanics if row.mechanic == "soup-off"]
    assert (row.granted, row.taken_back, row.cost) == (200, 100, 100)
    assert sum(month.sales for month in draft.months) == 1000


def test_a_unit_without_a_worth_is_counted_and_not_in_the_cost() -> None:
    told = run(shop(units={"points": Unit(), "vouchers": Unit(money=True)}), *two_months())
    assert [(row.mechanic, row.cost) for row in told.draft.mechanics if row.unit == "points"] == [("base", None)]
    assert told.draft.units[0].worth is None
    assert told.draft.cost == 500 + 200
    assert "unit_without_worth" in {remark.code for remark in told.remarks}


def test_a_gift_from_a_partner_costs_the_program_nothing() -> None:
    declared = shop(flat(50, name="esso-gift", funded_by="esso"), partners={"esso": Partner()})
    draft = run(declared, joins("ana"), buys("ana", "2026-01-10", "10.00")).draft
    (row,) = [row for row in draft.mechanics if row.mechanic == "esso-gift"]
    assert (row.granted, row.exchanged, row.cost) == (50, 50, 0)
    assert draft.cost == 10


# Tiers, reach and members.


def status() -> Tiers:
    levels = (
        Level(name="basic", threshold=0),
        Level(name="silver", threshold=10_000),
        Level(name="gold", threshold=50_000),
    )
    return Tiers(name="status", meter="spend", levels=levels, kept=term("12 months"))


def test_tiers_are_counted_month_by_month() -> None:
    events = [joins("ana"), joins("bo"), buys("ana", "2026-01-10", "100.00"), buys("bo", "2026-02-10", "600.00")]
    (ladder,) = run(shop(status()), *events).draft.ladders
    assert [(row.month, row.members, row.raised, row.lowered) for row in ladder.months] == [
        ("2026-01", {"basic": 1, "silver": 1, "gold": 0}, 1, 0),
        ("2026-02", {"basic": 0, "silver": 1, "gold": 1}, 1, 0),
    ]
    assert [(move.before, move.after, move.times) for move in ladder.moves] == [
        ("basic", "gold", 1),
        ("basic", "silver", 1),
    ]


@pytest.mark.parametrize(
    ("spend", "within", "near"), [("399.00", 0, 0), ("400.00", 0, 1), ("499.00", 0, 1), ("500.00", 1, 0)]
)
def test_near_is_who_lacks_a_fifth_at_most(spend: str, within: int, near: int) -> None:
    standing = run(shop(), joins("ana"), buys("ana", "2026-01-10", spend)).draft.standing
    assert (standing.within, standing.near, standing.cheapest) == (within, near, {"points": 500})


def test_a_quarter_counts_who_reached_a_reward() -> None:
    events = [joins("ana"), joins("bo"), buys("ana", "2026-01-01 10:00", "500.00"), buys("bo", "2026-03-31", "499.00")]
    draft = run(shop(), *events).draft
    assert [(row.quarter, row.members, row.active, row.reached, row.is_whole) for row in draft.quarters] == [
        ("2026-Q1", 2, 2, 1, True)
    ]
    assert draft.reached_a_quarter == 0.5


def test_the_most_expensive_are_named() -> None:
    draft = run(shop(), *two_months()).draft
    assert [(one.member, one.cost, one.sales, one.baskets) for one in draft.costly_members] == [
        ("bo", 600, 60_000, 1), ("ana", 218, 2_000, 2),
    ]  # fmt: skip
    assert [(one.event, one.cost) for one in draft.costly_baskets][:2] == [
        ("bo/2026-02-10", 600),
        ("ana/2026-01-20", 218),
    ]


def test_what_was_spent_before_the_goods_came_back_is_worth_a_look() -> None:
    events = [joins("ana"), buys("ana", "2026-01-10", "600.00", id="big"), takes("ana", "2026-01-11", "five-off")]
    back = Return(id="back", member="ana", at=moment("2026-01-12"), purchase="big")
    draft = run(shop(), *events, back).draft
    assert [(found.kind, found.member, found.figure) for found in draft.suspicions] == [
        ("return_after_use", "ana", 500)
    ]


@pytest.mark.parametrize(("baskets", "found"), [(3, 0), (4, 1)])
def test_many_baskets_a_day_are_worth_a_look(baskets: int, found: int) -> None:
    events = [buys("ana", f"2026-01-10 1{number}:00", "1.00") for number in range(baskets)]
    suspicions = run(shop(), joins("ana"), *events).draft.suspicions
    assert len([one for one in suspicions if one.kind == "many_baskets_a_day"]) == found


# Two programs.


def test_winners_and_losers_by_tier_and_spend() -> None:
    """The draft doubles gold's points and takes the discount on soup away."""
    doubled = points_per_dollar(1, name="gold-extra", when=When(tier=("gold",)))
    now, draft = shop(status()), program(
        points_per_dollar(), status(), doubled, units=WORTH, rewards=shop().rewards
    )  # fmt: skip
    events = [
        joins("ana"),
        joins("bo"),
        joins("cy"),
        buys("ana", "2026-01-10", "20.00 soup"),
        buys("bo", "2026-01-10", "600.00"),
        buys("bo", "2026-01-11", "100.00"),
    ]
    told = run(draft, *events, against=now)
    found = told.comparison
    assert found is not None
    # Ana loses 2.00 of discount and gains 2 points (20 instead of 18); Bo gains 700 points, gold with the first basket.
    assert (found.winners, found.losers, found.unchanged, found.won, found.lost) == (1, 1, 1, 700, 198)
    assert found.cost == 700 - 198
    groups = {
        (group.by, group.name): (group.members, group.winners, group.losers, group.difference) for group in found.groups
    }
    assert groups == {
        ("tier", "basic"): (2, 0, 1, -198),
        ("tier", "gold"): (1, 1, 0, 700),
        ("spend", "below 10"): (1, 0, 0, 0),
        ("spend", "20 to 50"): (1, 0, 1, -198),
        ("spend", "500 to 1,000"): (1, 1, 0, 700),
    }
    assert [(one.member, one.cost) for one in found.most_won + found.most_lost] == [("bo", 700), ("ana", -198)]
    assert [decile.up_to for decile in found.deciles] == [-198] * 3 + [0] * 3 + [700] * 4


def test_members_who_are_newly_able_to_take_a_reward() -> None:
    events = [joins("ana"), joins("bo"), buys("ana", "2026-01-10", "250.00"), buys("bo", "2026-01-10", "200.00")]
    doubled = program(points_per_dollar(2), units=WORTH, rewards=shop().rewards)
    found = run(doubled, *events, against=shop()).comparison
    assert found is not None
    assert (found.newly_within, found.newly_near) == (1, 1)


def test_programs_of_other_money_are_not_compared() -> None:
    with pytest.raises(ProgramsDiffer, match="EUR and the program it is compared with in USD"):
        run(shop(currency="EUR"), *two_months(), against=shop())


def test_a_draft_against_itself_changes_nothing() -> None:
    found = run(shop(status()), *two_months(), against=shop(status())).comparison
    assert found is not None
    assert (found.cost, found.winners, found.losers, found.unchanged, found.liability) == (0, 0, 0, 2, 0)


# Dates.


def test_a_draft_of_the_future_is_tried_from_the_first_day() -> None:
    told = run(shop(effective_from=date(2030, 5, 1)), *two_months())
    assert (told.draft.effective_from, told.draft.in_force_from, told.draft.cost) == ("2030-05-01", "2026-01-01", 818)
    assert "in_force_earlier" in {remark.code for remark in told.remarks}


def test_what_has_dates_of_its_own_elsewhere_is_named() -> None:
    declared = shop(
        flat(5, name="spring", when=When(between=(date(2027, 4, 1), date(2027, 4, 30)))),
        flat(5, name="of-the-month", when=When(category=MonthChoice({2027 * 12 + 3: ("soup",)}))),
        rewards=(reward("pin", 5, first_day=date(2027, 1, 1)), reward("mug", 5)),
    )
    told = run(declared, *two_months())
    assert told.draft.out_of_time == ("spring", "of-the-month", "pin")
    assert told.draft.never_applied == ("spring", "of-the-month", "pin", "mug")


def test_a_history_is_moved_by_whole_weeks() -> None:
    history = Moved(MemoryHistory.of(two_months()), seconds_of_years(1))
    declared = shop(flat(5, name="spring", when=When(between=(date(2027, 1, 1), date(2027, 1, 31)))))
    draft = simulate(Candidate("draft.yaml", (declared,)), history).draft
    assert seconds_of_years(1) == 364 * 86_400
    assert draft.out_of_time == ()
    assert [row.granted for row in draft.mechanics if row.mechanic == "spring"] == [10]


def test_what_lies_before_is_replayed_and_not_counted() -> None:
    told = run(shop(status()), *two_months(), since=date(2026, 2, 1))
    draft = told.draft
    assert [row.month for row in draft.months] == ["2026-02"]
    assert (told.history.sales, told.history.counted_from) == (50_000, "2026-02-01")
    assert (draft.units[0].issued, draft.units[0].outstanding, draft.liability) == (600, 118, 618)
    assert draft.cost == 600 - 100 + 500 - 500


def test_what_comes_after_is_left_out() -> None:
    told = run(shop(), *two_months(), until=date(2026, 1, 31))
    assert (told.history.events, told.history.last_day, told.draft.cost) == (4, "2026-01-31", 118 + 200)


# Bad luck.


@pytest.mark.parametrize("settings", [{}, {"until": date(2020, 1, 1)}, {"since": date(2030, 1, 1)}])
def test_a_history_of_nothing_is_refused(settings: dict[str, date]) -> None:
    with pytest.raises(NothingToReplay, match="by hand"):
        run(shop(), *(two_months() if settings else []), **settings)


def test_a_member_who_only_joined_costs_nothing_and_divides_nothing() -> None:
    told = run(shop(status()), joins("ana"), against=shop(status()))
    assert (told.draft.cost, told.draft.share_of_sales, told.history.baskets) == (0, None, 0)
    assert told.comparison is not None
    assert told.comparison.share_of_sales is None
    assert b"NaN" not in msgspec.json.encode(told)


def test_a_month_without_events_has_a_row() -> None:
    draft = run(shop(), joins("ana"), buys("ana", "2026-01-10", "1.00"), buys("ana", "2026-03-10", "1.00")).draft
    assert [(row.month, row.sales, row.share_of_sales) for row in draft.months][1] == ("2026-02", 0, None)


def test_a_redemption_of_what_the_draft_does_not_have_is_told() -> None:
    told = run(program(points_per_dollar(), units=WORTH), *two_months())
    assert [(row.reward, row.offered, row.refused) for row in told.draft.rewards] == [("five-off", False, 1)]
    sentences = [remark.sentence for remark in told.remarks if remark.code == "redemptions_not_repeated"]
    assert sentences == ["1 redemption of `five-off` could not be repeated: the draft has no such reward."]


def test_a_refusal_of_the_draft_stands_beside_those_of_the_current_program() -> None:
    """Who reads that ten redemptions are refused has to know whether they are refused now."""
    assert [_beside({"mug": times}, "mug") for times in (0, 3)] == [
        ", none by the current program",
        ", 3 by the current program",
    ]
    assert _beside({}, "mug") == ""


def test_a_price_that_another_program_told_stops_no_purchase() -> None:
    told = run(shop(), joins("ana"), buys("ana", "2026-01-10", "20.00 soup", expects=2_000))
    assert (told.history.baskets, told.draft.refused, told.draft.paid) == (1, (), 1_800)


def test_what_a_purchase_asks_for_in_vain_stops_no_purchase() -> None:
    told = run(shop(), joins("ana"), buys("ana", "2026-01-10", "20.00", spend={"vouchers": 500}))
    assert [(refused.kind, refused.times) for refused in told.draft.refused] == [("purchase", 1)]
    assert (told.draft.units[0].issued, told.draft.months[0].sales) == (20, 2_000)


def test_events_of_somebody_unknown_are_refused_and_counted() -> None:
    told = run(shop(), joins("ana"), buys("bo", "2026-01-10", "20.00"))
    assert [(refused.code, refused.times) for refused in told.draft.refused] == [("member_unknown", 1)]
    assert told.draft.cost == 0


# Margins and assumptions.


def test_margins_by_the_longest_path() -> None:
    events = [joins("ana"), buys("ana", "2026-01-10", "100.00 soup", "100.00 soup/tin", "100.00 fuel")]
    told = run(program(points_per_dollar(), units=WORTH), *events, margins={"soup": 2_500, "soup/tin": 1_500})
    margin = told.draft.margin
    assert margin is not None
    assert (margin.gross, margin.cost, margin.net, margin.without_share) == (4_000, 300, 3_700, 10_000)
    assert margin.cost_share == 0.075


def many_visits() -> list[Event]:
    return [joins("ana"), *[buys("ana", f"2026-01-{day:02} 12:00", "20.00", id=f"e{day}") for day in range(2, 28)]]


def test_an_assumption_is_shown_apart() -> None:
    low, high = (
        Uplift(name=name, everybody=Change(visits=10_000, basket=basket))
        for name, basket in (("low", 0), ("high", 500))
    )
    told = run(shop(), *many_visits(), uplifts=[low, high], margins={"": 2_000})
    assert told.history.sales == 52_000
    assert told.draft.cost == 520
    assert [(row.name, row.baskets, row.sales, row.more_sales, row.cost) for row in told.scenarios] == [
        ("low", 52, 104_000, 52_000, 1_040),
        ("high", 52, 109_200, 57_200, 1_092),
    ]
    assert [row.gain for row in told.scenarios] == [10_400 - 520, 21_840 - 1_092 - (10_400 - 520)]
    assert told.scenarios[1].assumption == "visits +100 %, baskets +5 %"


def test_a_higher_assumption_takes_the_baskets_of_a_lower_one_along() -> None:
    uplifts = [Uplift(name=str(share), everybody=Change(visits=share)) for share in (0, 1_000, 2_000, 5_000)]
    baskets = [row.baskets for row in run(shop(), *many_visits(), uplifts=uplifts).scenarios]
    assert baskets[0] == 26
    assert baskets == sorted(baskets)
    assert baskets[-1] > baskets[0]


def test_an_assumption_for_a_tier_is_for_nobody_else() -> None:
    uplift = Uplift(name="middle", groups={"silver": Change(basket=10_000)})
    told = run(shop(status()), *many_visits(), uplifts=[uplift])
    # Ana is silver from the fifth basket of 20.00 on: ten baskets twice as large make her gold.
    assert told.scenarios[0].more_sales == 10 * 2_000


# Samples.


def test_a_sample_is_the_same_each_time_and_grows() -> None:
    history = MemoryHistory.of([joins(f"m{number}") for number in range(200)])
    few, more = ([one.member for one in sampled(history, share).held] for share in (0.1, 0.3))
    assert set(few) < set(more)
    assert 5 < len(few) < 40
    assert len(sampled(history, 1.0).held) == 200
    assert sampled(history, 0.1).span() == history.span()
