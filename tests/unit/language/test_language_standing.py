"""Tiers, expiry, vouchers, rewards and returns as they are written, and what is told where they are wrong."""

from datetime import date
from typing import Any

import pytest

from guerdon.core.amounts import Rate
from guerdon.core.calendar import Term
from guerdon.core.program import Allowance, Lifetime, Quantity, Refill, Reward, Unit, When
from guerdon.language import ProgramErrors, read_program
from guerdon.mechanics.tiers import Level, Need, Needs, Tiers
from guerdon.mechanics.vouchers import IssueDate, Vouchers

HEAD = """\
program: glow
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {}
  stars: {decimals: 2}
  vouchers: {in: USD}
meters:
  spend: {sum: spend, window: calendar year}
  card: {sum: spend, window: calendar year, of: {tender: card}}
  visits: {count: visits, window: rolling 30 days}
"""


def read(text: str) -> Any:
    return read_program(HEAD + text)


def error(text: str) -> str:
    with pytest.raises(ProgramErrors) as told:
        read(text)
    assert len(told.value.errors) == 1, str(told.value)
    return told.value.errors[0].sentence


def tiers(text: str) -> Tiers:
    """The only mechanic: a ladder."""
    found = read(f"mechanics:\n  - tiers: {{{text}}}\n").mechanics[0]
    assert isinstance(found, Tiers)
    return found


def test_a_ladder_says_everything():
    ladder = tiers(
        "meter: spend, kept: 12 months, reviewed: every quarter, raised: at review, lowered: by one level, "
        "grace: 1 month, starts_on: silver, levels: {basic: 0, silver: 5 USD, gold: {from: 9 USD, title: Gold}}"
    )
    assert ladder == Tiers(
        meter="spend", kept=Term(12, "month"), reviewed="quarter", raised="at review", lowered="by one level",
        grace=Term(1, "month"), starts_on="silver",
        levels=(
            Level(name="basic"), Level(name="silver", threshold=500),
            Level(name="gold", threshold=900, title={"en": "Gold"}),
        ),
    )  # fmt: skip


def test_for_ever_is_said():
    assert tiers("meter: spend, kept: for ever, levels: {a: 0, b: 1 USD}").kept is None


NEEDS = [
    ("spend at least 500 USD", Needs(all_of=(Need(meter="spend", least=50_000),))),
    ("card at least 85 % of spend", Needs(all_of=(Need(meter="card", share=Rate(85, 100), share_of="spend"),))),
    ("card at least 12.5% of spend", Needs(all_of=(Need(meter="card", share=Rate(125, 1000), share_of="spend"),))),
    (
        "{all: [spend at least 5 USD, visits at least 3], any: [visits at least 9 visits, card at least 1 USD]}",
        Needs(
            all_of=(Need(meter="spend", least=500), Need(meter="visits", least=3)),
            any_of=(Need(meter="visits", least=9), Need(meter="card", least=100)),
        ),
    ),
]


@pytest.mark.parametrize(("text", "needs"), NEEDS, ids=[text for text, _ in NEEDS])
def test_what_a_level_needs(text, needs):
    assert tiers(f"kept: 1 year, levels: {{a: 0, b: {{needs: {text}}}}}").levels[1].needs == needs


KEEPING = [
    ("another 3 USD", Need(meter="spend", least=300, anew=True)),
    ("3 USD", Need(meter="spend", least=300)),
    ("visits at least another 3", Need(meter="visits", least=3, anew=True)),
    ("visits at least 3 visits", Need(meter="visits", least=3)),
]


@pytest.mark.parametrize(("text", "need"), KEEPING, ids=[text for text, _ in KEEPING])
def test_what_it_takes_to_keep_a_level(text, need):
    level = tiers(f"meter: spend, kept: 1 year, levels: {{a: 0, b: {{from: 5 USD, to_keep: {text}}}}}").levels[1]
    assert level.keep == Needs(all_of=(need,))


LADDER_ERRORS = [
    ("levels: {a: 0, b: 1 USD}, kept: 1 year", "`b` has a threshold, and no `meter` says of what"),
    ("meter: spend, levels: {a: 0, b: 1 USD}", "`kept` is missing from a tier ladder"),
    ("meter: spend, levels: {a: 0, b: 1 USD}, kept: 1 year, raised: at review", "the lowest level has no term"),
    ("meter: spend, levels: {a: 0, b: 1 USD}, kept: 1 year, starts_on: c", "`c` is not a level of a tier ladder"),
    ("meter: spend, levels: {a: {needs: visits at least 1}, b: 1 USD}, kept: 1 year", "the lowest level, `a`, has"),
    ("kept: 1 year, levels: {a: 0, b: {needs: vists at least 3}}", "did you mean `visits`?"),
    ("kept: 1 year, levels: {a: 0, b: {needs: spend at least 3 visits}}", "is not money, and `spend` counts it"),
    ("kept: 1 year, levels: {a: 0, b: {needs: visits at least 0}}", "an amount above 0 belongs here"),
    ("kept: 1 year, levels: {a: 0, b: {needs: card at least 0 % of spend}}", "an amount above 0 belongs here"),
    ("kept: 1 year, levels: {a: 0, b: {needs: card at least 10_001 % of spend}}", "at most `10_000 %`"),
    ("kept: 1 year, levels: {a: 0, b: {needs: member of plus}}", "`plus` is not a membership plan"),
    ("kept: 1 year, levels: {a: 0, b: {needs: badge hero}}", "`hero` is not a badge"),
    ("kept: 1 year, levels: {a: 0, b: {needs: {}}}", "`all` or `any` is missing here"),
    ("kept: 1 year, levels: {a: 0, b: {needs: visits at least 3, to_keep: another 3}}", "Name the meter"),
    ("meter: spend, kept: 1 year, levels: {a: 0, b: {from: 1 USD, needs: visits at least 3}}", "exclude each other"),
]


@pytest.mark.parametrize(("text", "told"), LADDER_ERRORS, ids=[told for _, told in LADDER_ERRORS])
def test_a_wrong_ladder_is_told_once(text, told):
    assert told in error(f"mechanics:\n  - tiers: {{{text}}}\n")


# Units.


def unit(text: str) -> Unit:
    ladder = "mechanics:\n  - tiers: {meter: spend, levels: {green: 0, gold: 5 USD}, kept: 1 year}\n"
    found = read_program(HEAD.replace("points: {}", f"points: {text}") + ladder).units["points"]
    assert isinstance(found, Unit)
    return found


def test_expiry_by_tier():
    assert unit("{expires: {green: [1 year, 6 months without activity], gold: never}}") == Unit(
        lifetimes={"green": Lifetime(expires=Term(1, "year"), inactive_after=Term(6, "month")), "gold": Lifetime()}
    )


@pytest.mark.parametrize(
    ("text", "kinds"),
    [("purchase", ("purchase",)), ("[purchase, redeem, action review]", ("purchase", "redeem", "action:review"))],
)
def test_what_keeps_a_balance_alive(text, kinds):
    asked = unit(f"{{expires: 6 months without activity, kept_alive_by: {text}}}")
    assert asked == Unit(inactive_after=Term(6, "month"), kept_alive_by=kinds)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1 day", (1,)),
        ("[1 day, 30 days, 1 week]", (30, 7, 1)),
        ("366 days", (366,)),
        ("52 weeks", (364,)),
    ],
)
def test_when_members_are_warned(text, days):
    assert unit(f"{{expires: 2 years, warn: {text}}}") == Unit(expires=Term(2, "year"), warn=days)


UNIT_ERRORS = [
    ("{expires: 6 months, warn: 0 days}", "`0`"),
    ("{expires: 6 months, warn: 367 days}", "`367`"),
    ("{expires: 6 months, warn: 53 weeks}", "`53`"),
    ("{expires: 6 months, warn: 1 month}", "how long before"),
    ("{expires: 6 months, warn: [7 days, 1 week]}", "a warning stands there twice"),
    ("{expires: 6 months, kept_alive_by: purchase}", "nothing here expires without it"),
    ("{kept_alive_by: purchase}", "nothing here expires without it"),
    ("{expires: 6 months without activity, kept_alive_by: return}", "`return` is not a kind of activity"),
    ("{expires: {red: never}}", "`red` is not a level of a tier ladder"),
]


@pytest.mark.parametrize(("text", "told"), UNIT_ERRORS, ids=[text for text, _ in UNIT_ERRORS])
def test_a_wrong_expiry_is_told(text, told):
    with pytest.raises(ProgramErrors, match=told):
        unit(text)


# Vouchers.


def issue(text: str) -> Vouchers:
    found = read(f"mechanics:\n  - vouchers: {{every: 100 points, gives: 10 USD, {text}}}\n").mechanics[0]
    assert isinstance(found, Vouchers)
    return found


def test_vouchers_on_days_of_the_year_within_limits():
    asked = issue("issued: [15 June for what was earned until 31 May, 29 February], most: [5 an issue, 15 a year]")
    assert asked.issued == (IssueDate(month=6, day=15, earned_month=5, earned_day=31), IssueDate(month=2, day=29))
    assert (asked.most, asked.most_in) == (5, (Allowance(15, "year"),))


@pytest.mark.parametrize(("text", "most", "within"), [
    ("4", 4, ()), ("4 vouchers", 4, ()), ("1 voucher", 1, ()), ("5 an issue", 5, ()),
    ("15 a year", None, (Allowance(15, "year"),)), ("2 vouchers a month", None, (Allowance(2, "month"),)),
])  # fmt: skip
def test_how_many_vouchers(text, most, within):
    asked = issue(f"issued: every quarter, most: {text}")
    assert (asked.most, asked.most_in) == (most, within)


ISSUE_ERRORS = [
    ("issued: [30 February]", "`30 February` is not a day of the calendar"),
    ("issued: [31 June]", "`31 June` is not a day of the calendar"),
    ("issued: [June 15]", "is not a day of the year"),
    ("issued: [15 June for what was earned until 31 April]", "`31 April` is not a day of the calendar"),
    ("issued: every quarter, most: [5, 6 an issue]", "two numbers here are for the same"),
    ("issued: every quarter, most: [5 a year, 6 a year]", "two numbers here are for the same"),
]


@pytest.mark.parametrize(("text", "told"), ISSUE_ERRORS, ids=[text for text, _ in ISSUE_ERRORS])
def test_a_wrong_issue_is_told_once(text, told):
    assert told in error(f"mechanics:\n  - vouchers: {{every: 100 points, gives: 10 USD, {text}}}\n")


# Rewards.

POINTS = Quantity(500, "points")
REWARDS: list[tuple[str, dict[str, Any]]] = [
    ("cost: 500 points", {}),
    ("cost: 500 points each", {"taken": "several times"}),
    (
        "cost: any points, gives: 1 USD per 100 points",
        {
            "cost": Quantity(1, "points"), "taken": "in any amount", "gives": Quantity(100, "vouchers"),
            "value": Rate(1, 1),
        },
    ),
    (
        "cost: any stars from 0.5 on, gives: 3 points per 2 stars",
        {
            "cost": Quantity(50, "stars"), "taken": "in any amount", "gives": Quantity(3, "points"),
            "value": Rate(3, 200),
        },
    ),
    ("cost: 500 points, gives: a code, valid: 30 days", {"code": True, "valid": Term(30, "day")}),
    ("cost: 500 points, stock: 200 pieces", {"stock": 200}),
    ("cost: 500 points, stock: 200 a month", {"stock": 200, "refilled": Refill(period="month")}),
    (
        "cost: 500 points, stock: 50 on tue and thu at 09:00",
        {"stock": 50, "refilled": Refill(weekdays=(1, 3), minute=540)},
    ),
    (
        "cost: 500 points, stock: '50 on sun, mon and sun at 23:59'",
        {"stock": 50, "refilled": Refill(weekdays=(0, 6), minute=1439)},
    ),
    ("cost: 500 points, limit: once", {"per_member": (Allowance(1, "ever"),)}),
    (
        "cost: 500 points, limit: [twice a day, 4 a year, 2 at once]",
        {"per_member": (Allowance(2, "day"), Allowance(4, "year")), "at_once": 2},
    ),
    (
        "cost: 500 points, from: 2026-03-10, until: 2026-03-10",
        {"first_day": date(2026, 3, 10), "last_day": date(2026, 3, 10)},
    ),
    ("cost: 500 points, when: {channel: app}", {"when": When(channel=("app",))}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "settings"), REWARDS, ids=[text for text, _ in REWARDS])
def test_a_reward(text, settings):
    assert read(f"rewards:\n  - {{reward: mug, {text}}}\n").rewards == (
        Reward(**({"name": "mug", "cost": POINTS} | settings)),
    )


def test_a_cost_by_tier():
    ladder = "mechanics:\n  - tiers: {meter: spend, levels: {green: 0, gold: 5 USD}, kept: 1 year}\n"
    found = read(f"{ladder}rewards:\n  - {{reward: mug, cost: {{gold: 400 points, green: 500 points}}}}\n").rewards[0]
    assert found.cost_by_tier == {"gold": Quantity(400, "points"), "green": POINTS}
    assert found.cost == Quantity(400, "points")


REWARD_ERRORS = [
    ("cost: any points", "belong together"),
    ("cost: any points, gives: 5 USD", "belong together"),
    ("cost: 500 points, gives: 1 USD per 100 points", "belong together"),
    ("cost: any points, gives: 1 USD per 100 stars", "the reward costs `points`"),
    ("cost: any pints, gives: 1 USD per 100 points", "did you mean `points`?"),
    ("cost: 500 points, stock: 50 on tue at 9:00", "is not a number of pieces"),
    ("cost: 500 points, stock: 50 on Tue at 09:00", "is not a number of pieces"),
    ("cost: 500 points, limit: [1 a day, 2 a day]", "two numbers here are for the same"),
    ("cost: 500 points, limit: 0 a day", "is too small"),
    ("cost: 500 points, from: 2026-03-10, until: 2026-03-09", "is before the first"),
    ("cost: 500 points, valid: 3 days", "it gives nothing"),
    ("cost: {vip: 5 points}", "`vip` is not a level of a tier ladder"),
]


@pytest.mark.parametrize(("text", "told"), REWARD_ERRORS, ids=[text for text, _ in REWARD_ERRORS])
def test_a_wrong_reward_is_told_once(text, told):
    assert told in error(f"rewards:\n  - {{reward: mug, {text}}}\n")


def test_a_cost_by_tier_is_of_one_unit():
    ladder = "mechanics:\n  - tiers: {meter: spend, levels: {green: 0, gold: 5 USD}, kept: 1 year}\n"
    rewards = "rewards:\n  - {reward: mug, cost: {gold: 4 points, green: 5 stars}}\n"
    assert "the same unit in every tier" in error(ladder + rewards)


# Returns.


@pytest.mark.parametrize("points", ["exact", "at today's rate", "kept"])
def test_what_a_return_takes_back(points):
    assert read(f"returns: {{points: {points}}}\n").returns.points == points
