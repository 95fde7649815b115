"""What a case expects is held against what came: each expectation can be met, and each can fail."""

from datetime import date

import pytest

from guerdon.core.calendar import instant_of
from guerdon.core.state import MemberState
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.core.wallet import Lot, Wallet
from guerdon.language import ProgramErrors, read_program
from guerdon.specs import read_specs, run
from guerdon.specs.declared import declared_by
from guerdon.specs.expectations import EXPECTED, HOLDER
from guerdon.specs.looks import MEMBER_LOOKS, STEP_LOOKS, Holder
from tests.builders import moment

CLUB = """
program: club
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {expires: 60 days}
  stars: {decimals: 2}
  vouchers: {in: USD}
meters:
  spend: {sum: spend, window: ever}
  visits: {count: visits, window: rolling 30 days}
  shine: {sum: stars earned, window: calendar year}
lanes: {either: first}
mechanics:
  - {earn: points, name: base, rate: 1 per 1 USD}
  - {earn: stars, name: shining, rate: 1.25 per 1 USD}
  - {earn: points, name: review, on: action review, flat: 20, available_after: 7 days}
  - {earn: points, name: budget, flat: 10, when: {basket_at_least: 20 USD}, limit: {total: 15 points}, lane: either}
  - {earn: points, name: web, flat: 5, when: {channel: web}, lane: either}
  - {tiers: {meter: spend, levels: {basic: 0, gold: 100 USD}, kept: 1 year}}
  - {vouchers: {every: 200 points, gives: 5 USD, issued: every month}}
rewards:
  - {reward: coffee, cost: 30 points, stock: 2}
  - {reward: five-off, cost: 30 points, gives: 5 USD}
"""
TIMELINE = Timeline([Version(read_program(CLUB))])
HEAD = "specs: club\ncases:\n- case: A case\n  steps:\n"


def told(*steps: str, head: str = HEAD, timeline: Timeline = TIMELINE) -> list[tuple[int, str, str, str]]:
    """The differences of a case with these steps, by line, counted from the first step."""
    text = head + "".join(f"  - {{{step}}}\n" for step in steps)
    [result] = run(read_specs(text, timeline), timeline)
    first = head.count("\n")
    return [(d.line - first, d.what, d.expected, d.came) for wrong in result.wrong for d in wrong.differences]


BUY = "at: 2026-03-02 10:00, purchase: 30 USD"
REVIEW = "at: 2026-03-02 10:00, action: review"
COFFEE = "redeem: coffee"
SIXTY = "lots: {points: [40 points through 2026-05-01]}"

# The steps before, the expectation that is met, the one that is not, and how it is told.
EXPECTATIONS = [
    ([BUY], "wallet: {points: 40}", "wallet: {points: 41}", ("points", "41 points", "40 points")),
    ([BUY], "points: 40 points", "points: -40 points", ("points", "-40 points", "40 points")),
    ([BUY], "stars: 37.5", "stars: 37.51 stars", ("stars", "37.51 stars", "37.50 stars")),
    ([BUY, "redeem: five-off"], "vouchers: 5 USD", "vouchers: nothing", ("vouchers", "0.00 USD", "5.00 USD")),
    ([REVIEW], "pending: {points: 20}", "pending: {points: 0}", ("points pending", "0 points", "20 points")),
    (
        [BUY, COFFEE, "return: purchase-1"],
        "debt: {points: 30}",
        "debt: {points: nothing}",
        ("points owed", "0 points", "30 points"),
    ),
    ([BUY], "held: {points: 0}", "held: {points: 1}", ("points held", "1 points", "0 points")),
    (
        [BUY],
        SIXTY,
        "lots: {points: [40 points]}",
        ("lots of points", "40 points", "40 points until 2026-05-02 00:00"),
    ),
    (
        [REVIEW],
        "lots: {points: [20 points from 2026-03-10 until 2026-05-02]}",
        "lots: {points: nothing}",
        ("lots of points", "nothing", "20 points from 2026-03-10 00:00 until 2026-05-02 00:00"),
    ),
    ([BUY], "tier: basic", "tier: gold", ("tier", "gold", "basic")),
    ([BUY], "tiers: {tiers: basic}", "tiers: {tiers: gold}", ("tier of tiers", "gold", "basic")),
    ([BUY], "meters: {spend: 30 USD}", "meters: {spend: 30.01 USD}", ("meter spend", "30.01 USD", "30.00 USD")),
    ([BUY], "meters: {visits: 1}", "meters: {visits: 2}", ("meter visits", "2", "1")),
    ([BUY], "meters: {shine: 37.5 stars}", "meters: {shine: 38}", ("meter shine", "38.00 stars", "37.50 stars")),
    ([BUY], "due: 2026-05-02", "due: never", ("due", "never", "2026-05-02 00:00")),
    (
        [BUY],
        "granted: {base: 30 points, shining: 37.5 stars, budget: 10 points}",
        "granted: {base: 31 points, shining: 37.5 stars, budget: 10 points}",
        ("granted by base", "31 points", "30 points"),
    ),
    (
        [BUY],
        "granted: {base: [20 points, 10 points], shining: 37.5 stars, budget: 10 points, web: nothing}",
        "granted: {base: 30 points, shining: 37.5 stars}",
        ("granted by budget", "nothing", "10 points"),
    ),
    ([BUY, BUY], "capped: {budget: total}",
     "capped: {budget: per_member}", ("cap on budget", "per_member", "total")),
    ([BUY], "capped: nothing", "capped: {budget: total}", ("cap on budget", "total", "no cap")),
    (
        ["at: 2026-03-02, purchase: 1 USD"],
        "skipped: {budget: basket_too_small}",
        "skipped: {budget: other_tier}",
        ("budget skipped", "other_tier", "basket_too_small"),
    ),
    ([f"{BUY}, channel: web"], "skipped: {web: lane_first}", "skipped: {base: x}", ("base skipped", "x", "no")),
    ([f"{BUY}, channel: web"], "skipped: {web: lane_first}", "skipped: nothing", ("web skipped", "no", "lane_first")),
    (
        [BUY, COFFEE],
        "effects: [spent, {rewarded: {reward: coffee}}]",
        "effects: [rewarded, spent]",
        ("effects", "spent", "spent: {amount: 30 points, reward: coffee}; rewarded: {reward: coffee}"),
    ),
    (
        [BUY, COFFEE],
        "effects: [{spent: {unit: points, amount: 30}}]",
        "effects: [{spent: {amount: 30 stars}}]",
        (
            "effects",
            "spent: {amount: 30 stars}",
            "spent: {amount: 30 points, reward: coffee}; rewarded: {reward: coffee}",
        ),
    ),
    (
        ["at: 2026-03-02, tick: yes"],
        "effects: nothing",
        "effects: [expired]",
        ("effects", "expired", "nothing"),
    ),
    (
        ["at: 2026-03-02, redeem: coffee"],
        "refused: redemption_exceeds_available_points",
        "refused: reward_out_of_stock",
        (
            "refused",
            "reward_out_of_stock",
            "redemption_exceeds_available_points: The reward costs 30 points; the member has 0.",
        ),
    ),
    ([f"{BUY}, as: a", f"{BUY}, as: a"], "repeated: yes", "repeated: no", ("repeated", "no", "yes")),
    ([BUY, "redeem: five-off", BUY], "discount: 5 USD", "discount: nothing", ("discount", "0.00 USD", "5.00 USD")),
    ([BUY, "redeem: five-off", BUY], "paid: 25 USD", "paid: 30 USD", ("paid", "30.00 USD", "25.00 USD")),
    ([BUY, COFFEE], "left: {coffee: 1}", "left: {coffee: 2}", ("left of coffee", "2", "1")),
    ([BUY], "left: {budget: 5 points}", "left: {budget: 6}", ("left of budget", "6 points", "5 points")),
    ([BUY], "version: 2026-01-01", "version: 2026-01-02", ("version", "2026-01-02", "2026-01-01")),
    (
        [f"{BUY}, member: bob", "purchase: 1 USD, member: ann"],
        "others: {bob: {points: 40, tier: basic}}",
        "others: {bob: {points: 41, tier: basic}}",
        ("bob: points", "41 points", "40 points"),
    ),
    (
        [f"{BUY}, member: bob", "purchase: 1 USD, member: ann"],
        "others: {bob: {due: 2026-05-02}}",
        "others: {cid: {tier: basic}}",
        ("cid", "a member", "nobody of that name enrolled"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "met", "missed", "difference"), EXPECTATIONS, ids=lambda value: str(value)[:40])
def test_an_expectation_can_be_met_and_can_fail(steps, met, missed, difference):
    *before, last = steps
    assert told(*before, f"{last}, expect: {{{met}}}") == []
    assert told(*before, f"{last}, expect: {{{missed}}}") == [(len(steps), *difference)]


def test_every_expectation_is_tried_above():
    tried = {met.partition(":")[0] for _, met, _, _ in EXPECTATIONS}
    assert tried - {"points", "stars", "vouchers"} == set(EXPECTED.keys)
    assert EXPECTED.keys.keys() == MEMBER_LOOKS.keys() | STEP_LOOKS.keys()
    assert HOLDER.keys.keys() == MEMBER_LOOKS.keys()


def test_what_is_held_is_seen():
    lots = (Lot(12, instant_of(moment("2026-03-02"))),)
    state = MemberState(enrolled_at=0, wallets={"points": Wallet(held={"h": lots})})
    holder = Holder(state, TIMELINE.versions[0], 0, declared_by(TIMELINE))
    assert MEMBER_LOOKS["held"]({"points": 12}, holder) == []
    assert MEMBER_LOOKS["held"]({"points": 0}, holder) == [("points held", "0 points", "12 points")]


def test_a_refusal_that_nobody_expects_is_a_difference():
    [(line, what, expected, came)] = told("at: 2026-03-02, redeem: coffee")
    assert (line, what, expected) == (1, "refused", "no")
    assert came.startswith("redemption_exceeds_available_points: The reward costs 30 points")


def test_a_refusal_that_does_not_come_is_a_difference():
    assert told(f"{BUY}, expect: {{refused: member_unknown}}") == [
        (1, "refused", "member_unknown", "it was not refused")
    ]


def test_each_expectation_is_told_on_its_own_line():
    text = HEAD + "  - at: 2026-03-02\n    purchase: 5 USD\n    expect:\n      points: 6\n      tier: gold\n"
    [result] = run(read_specs(text, TIMELINE), TIMELINE)
    assert [(found.line, found.what) for found in result.wrong[0].differences] == [(8, "points"), (9, "tier")]


def test_a_case_goes_on_behind_a_step_that_differs():
    wrong = told(f"{BUY}, expect: {{points: 1}}", "redeem: coffee, expect: {points: 2}")
    assert [(line, came) for line, _, _, came in wrong] == [(1, "40 points"), (2, "10 points")]


def test_cases_do_not_disturb_each_other():
    case = (
        "- case: {}\n  steps:\n  - {{at: 2026-03-02, purchase: 30 USD, expect: {{left: {{budget: 5}}, points: 40}}}}\n"
    )
    text = "specs: club\ncases:\n" + case.format("one") + case.format("two")
    assert [result.is_right for result in run(read_specs(text, TIMELINE), TIMELINE)] == [True, True]


# What a case leaves unsaid.


def test_whoever_is_named_is_enrolled_first_unless_the_case_says_otherwise():
    assert (
        told(f"{BUY}, member: ann", "purchase: 1 USD, member: bob, expect: {points: 1, others: {ann: {points: 40}}}")
        == []
    )
    nobody = HEAD.replace("  steps:", "  enrolled: no\n  steps:")
    assert [came.partition(":")[0] for *_, came in told(BUY, head=nobody)] == ["member_unknown"]


def test_members_may_have_joined_at_another_time():
    early = HEAD.replace("  steps:", "  enrolled: 2025-12-31\n  steps:")
    [first, _] = told(BUY, head=early)
    assert first == (
        -2,
        "refused",
        "no",
        "no_program_in_force: No version of the program was in force on 2025-12-31T05:00:00Z.",
    )


def test_who_enrolled_last_is_who_it_is_about():
    steps = ["at: 2026-03-01, enrol: ann", "enrol: bob", BUY, "member: ann, purchase: 1 USD"]
    assert told(*steps, "redeem: coffee, expect: {points: 10, others: {ann: {points: 1}}}") == []


def test_a_step_without_a_time_happens_when_the_one_before_it_did():
    assert told("at: 2026-03-02 10:00, purchase: 5 USD", "purchase: 5 USD, expect: {due: 2026-05-02, points: 10}") == []


def test_purchases_in_another_currency_are_worth_what_the_file_says():
    abroad = "at: 2026-03-02 10:00, purchase: [15 EUR, 3 EUR less 1 EUR], currency: EUR"
    known = HEAD.replace("cases:", "rates: {EUR: 1.0850 USD}\ncases:")
    assert (
        told(f"{abroad}, expect: {{paid: 18.45 USD, granted: {{base: 18 points, shining: 23.06 stars}}}}", head=known)
        == []
    )
    assert told(f"{abroad}, expect: {{refused: currency_rate_missing}}") == []


LUCKY = CLUB.replace(
    "rewards:",
    f"  - {{wheel: lucky, prizes: {{mug: {{weight: 1}}, nothing: {{weight: 1}}}}, commitment: {'ab' * 32}}}\nrewards:",
)


def test_a_wheel_is_spun_with_the_seed_of_the_file():
    timeline = Timeline([Version(read_program(LUCKY))])
    outcomes = set()
    for seed in "abcdefgh":
        head = HEAD.replace("cases:", f"seeds: {{lucky: {seed}}}\ncases:")
        outcomes.add(tuple(told("at: 2026-03-02, play: lucky, expect: {effects: [won]}", head=head, timeline=timeline)))
    assert len(outcomes) == 2, "some seeds win and some do not"
    assert () in outcomes


def test_without_a_seed_a_wheel_spins_all_the_same():
    timeline = Timeline([Version(read_program(LUCKY))])
    assert told("at: 2026-03-02, play: lucky, expect: {effects: [entered]}", timeline=timeline) == []


def test_of_a_stock_that_comes_in_drops_what_is_left_is_of_the_drop():
    drops = CLUB.replace("stock: 2", "stock: 2 on tue at 09:00")
    timeline = Timeline([Version(read_program(drops))])
    none = HEAD.replace("  steps:", "  left: {coffee: 0}\n  steps:")
    steps = [
        "at: 2026-03-03 08:59:59, purchase: 100 USD",
        "redeem: coffee, expect: {refused: reward_out_of_stock, left: {coffee: 0}}",
        "at: 2026-03-03 09:00, redeem: coffee, expect: {left: {coffee: 1}}",
    ]
    assert told(*steps, head=none, timeline=timeline) == []


def test_what_is_left_at_first_is_what_the_case_says():
    scarce = HEAD.replace("  steps:", "  left: {coffee: 0, budget: 4 points}\n  steps:")
    steps = [
        f"{BUY}, expect: {{capped: {{budget: total}}, points: 34}}",
        "redeem: coffee, expect: {refused: reward_out_of_stock}",
    ]
    assert told(*steps, head=scarce) == []


# Several versions.


def test_one_file_runs_over_the_versions_by_their_dates():
    second = CLUB.replace("2026-01-01", "2026-04-01").replace("rate: 1 per 1 USD", "rate: 2 per 1 USD")
    both = Timeline([Version(read_program(CLUB), 1), Version(read_program(second), 2)])
    assert declared_by(both).program == "club"
    steps = [
        "at: 2026-03-31 23:59:59, purchase: 5 USD, expect: {points: 5, version: 2026-01-01}",
        "at: 2026-04-01, purchase: 5 USD, expect: {points: 15, version: 2026-04-01}",
        "return: purchase-1, expect: {points: 10}",
    ]
    assert told(*steps, timeline=both) == []
    assert [version.program.effective_from for version in both.versions] == [date(2026, 1, 1), date(2026, 4, 1)]


def test_a_meter_that_a_version_does_not_have_is_told():
    second = CLUB.replace("2026-01-01", "2026-04-01").replace(
        "  visits: {count: visits, window: rolling 30 days}\n", ""
    )
    both = Timeline([Version(read_program(CLUB), 1), Version(read_program(second), 2)])
    step = "at: 2026-04-01, purchase: 5 USD, expect: {meters: {visits: 1}}"
    assert told(step, timeline=both) == [(1, "meter visits", "1", "no such meter then")]


# Codes of batches.

CODED = CLUB.replace(
    "mechanics:", "mechanics:\n  - {discount: 5 USD off, name: mailing, when: {code: [spring-mailing, FRIENDS]}}", 1
)
CODED_TIMELINE = Timeline([Version(read_program(CODED))])
LEAVES = "{batch: spring-mailing, codes: [LEAF-1, LEAF-2], per_member: once, until: 2026-04-01}"
OWN = "{batch: spring-mailing, codes: ANN-1, member: ann, each_code: 2 times}"
CODED_HEAD = HEAD.replace("cases:", f"batches: [{LEAVES}, {OWN}]\ncases:")
SHOWN = "at: 2026-03-02 10:00, purchase: 30 USD, codes: {}"


def coded(*steps):
    return told(*steps, head=CODED_HEAD, timeline=CODED_TIMELINE)


def test_a_case_may_show_codes_of_a_batch_in_any_spelling():
    assert coded(SHOWN.format("leaf 1") + ", expect: {discount: 5 USD}") == []
    assert coded(SHOWN.format("FRIENDS") + ", expect: {discount: 5 USD}") == []
    found = coded(SHOWN.format("LEAF-1") + ", expect: {discount: 6 USD}")
    assert [(what, expected, came) for _, what, expected, came in found] == [("discount", "6.00 USD", "5.00 USD")]


CODES = [
    ("LEAF-1", "LEAF-1", "code_used_up"),
    ("LEAF-1", "LEAF-2", "code_limit_reached"),
    ("LEAF-1", "ANN-1", "code_of_another_member"),
    ("LEAF-1", "spring-mailing", "code_unknown"),
    ("LEAF-1", "LEAF-3", "code_unknown"),
]


@pytest.mark.parametrize(("first", "second", "code"), CODES)
def test_a_case_may_expect_that_a_code_is_no_good(first, second, code):
    assert coded(SHOWN.format(first), SHOWN.format(second) + f", expect: {{refused: {code}}}") == []


def test_codes_are_good_in_their_time_and_for_their_member():
    late = SHOWN.format("LEAF-1").replace("2026-03-02", "2026-04-01")
    assert coded(late + ", expect: {refused: code_not_valid_now}") == []
    own = SHOWN.format("ANN-1") + ", member: ann"
    assert coded(own, own, own + ", expect: {refused: code_used_up}") == []


@pytest.mark.parametrize(
    ("batches", "told_of"),
    [
        ("[{batch: autumn, codes: A}]", "`autumn` is not"),
        ("[{batch: FRIENDS, codes: [A-1, a1]}]", "`A1` is the name of two codes"),
        ("[{batch: FRIENDS, codes: A}, {batch: FRIENDS, codes: a}]", "`A` is the name of two codes"),
        ("[{batch: FRIENDS, codes: A, from: 2026-04-01, until: 2026-04-01}]", "never good"),
    ],
)
def test_a_batch_that_makes_no_sense_is_told(batches, told_of):
    head = HEAD.replace("cases:", f"batches: {batches}\ncases:")
    with pytest.raises(ProgramErrors, match=told_of):
        told(SHOWN.format("A"), head=head, timeline=CODED_TIMELINE)


# Holds.

HELD = "hold: yes, as: h, amount: 20 points, until: 2026-03-02 11:00, at: 2026-03-02 10:10"
HOLDS = [
    ("held: {points: 20 points}, wallet: {points: 20 points}", []),
    ("held: {points: 19 points}", [(2, "points held", "19 points", "20 points")]),
    ("effects: [{held: {hold: h, amount: 20 points, until: 2026-03-02 11:00}}]", []),
    ("due: 2026-03-02 11:00", []),
]


@pytest.mark.parametrize(("expected", "wrong"), HOLDS)
def test_a_hold_is_told_and_looked_at(expected, wrong):
    assert told(BUY, f"{HELD}, expect: {{{expected}}}") == wrong


def test_a_case_captures_lets_lapse_and_pays_what_was_expected():
    assert (
        told(BUY, HELD, "capture: h, amount: 15, expect: {wallet: {points: 25 points}, held: {points: nothing}}") == []
    )
    assert told(BUY, HELD, "release: h, expect: {wallet: {points: 40 points}}") == []
    assert told(BUY, HELD, "tick: yes, at: 2026-03-02 11:00, expect: {effects: [{released: {why: lapsed}}]}") == []
    assert told(BUY, "hold: yes, as: c, reward: coffee, until: 2026-03-03, expect: {left: {coffee: 1}}") == []
    paid = "purchase: 12 USD, rewards: five-off, expects: 7 USD, expect: {wallet: {vouchers: nothing}}"
    assert told(BUY, paid) == []
    assert (
        told(BUY, f"{HELD}", "purchase: 1 USD, rewards: coffee, expect: {refused: redemption_exceeds_available_points}")
        == []
    )
    assert told(BUY, f"{HELD}", "purchase: 1 USD, rewards: coffee, holds: h, expects: 1 USD") == []
    assert told(BUY, "purchase: 12 USD, expects: 7 USD, expect: {refused: price_not_as_expected}") == []
