"""What looks wrong with a program that can be used: each finding, and its neighbour that is none."""

import pytest

from guerdon.demo.running import grocery_program
from guerdon.language import read_program
from guerdon.language.lines import Lines
from guerdon.lint import CHECKS, FINDINGS, lint

HEAD = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
never_earn: {category: [fuel]}
units:
  points: {expires: 6 months}
meters:
  spend: {sum: spend, window: calendar year}
  earned: {sum: points earned, window: rolling 12 months}
lanes: {promo: first}
"""

BASE = "  - {earn: points, name: base, rate: 1 per 1 USD}\n"


def findings(mechanics: str, more: str = "", head: str = HEAD) -> list[tuple[str, str]]:
    program = read_program(f"{head}mechanics:\n{mechanics}{more}")
    return [(finding.code, finding.where) for finding in lint(program)]


def when(conditions: str, name: str = "promo") -> str:
    return f"  - {{earn: points, name: {name}, rate: 1 per 1 USD, when: {{{conditions}}}}}\n"


@pytest.mark.parametrize(
    ("conditions", "neighbour"),
    [
        ("between: [2025-12-01, 2025-12-31]", "between: [2025-12-01, 2026-01-01]"),
        ("between: [2026-03-02, 2026-03-06], weekday: weekend", "between: [2026-03-02, 2026-03-07], weekday: weekend"),
        ("category: {2025-12: soup}", "category: {2026-01: soup}"),
        ("category: fuel/diesel", "category: [fuel/diesel, soup]"),
        ("basket_at_least: 20 USD, basket_at_most: 19.99 USD", "basket_at_least: 20 USD, basket_at_most: 20 USD"),
        ("meters: {spend: 20 USD to 10 USD}", "meters: {spend: 10 USD to 20 USD}"),
    ],
)
def test_a_rule_that_never_fires(conditions, neighbour):
    try:
        found = findings(BASE + when(conditions))
    except Exception as refused:  # what the language refuses needs no finding
        assert "USD" in str(refused)  # noqa: PT017
        return
    assert found == [("rule_never_fires", "promo")]
    assert findings(BASE + when(neighbour)) == []


def in_lane(conditions: str, name: str) -> str:
    conditions = f", when: {{{conditions}}}" if conditions else ""
    return f"  - {{earn: points, name: {name}, rate: 1 per 1 USD, lane: promo{conditions}}}\n"


@pytest.mark.parametrize(
    ("above", "below", "shadowed"),
    [
        ("", "category: soup", True),
        ("category: soup", "category: soup/tomato", True),
        ("category: soup/tomato", "category: soup", False),
        ("store: [a, b]", "store: a", True),
        ("store: a", "store: [a, b]", False),
        ("basket_at_least: 10 USD", "basket_at_least: 20 USD", True),
        ("basket_at_least: 20 USD", "basket_at_least: 10 USD", False),
        ("between: [2026-03-01, 2026-03-31]", "between: [2026-03-02, 2026-03-03]", True),
        ("between: [2026-03-02, 2026-03-03]", "between: [2026-03-01, 2026-03-31]", False),
        ("hours: 10:00-12:00", "category: soup", False),
    ],
)
def test_a_rule_behind_one_that_always_goes_first(above, below, shadowed):
    found = findings(in_lane(above, "above") + in_lane(below, "below"))
    assert found == ([("rule_shadowed", "below")] if shadowed else [])


def test_a_lane_that_takes_the_best_shadows_nothing():
    head = HEAD.replace("promo: first", "promo: best")
    assert findings(in_lane("", "above") + in_lane("category: soup", "below"), head=head) == []


@pytest.mark.parametrize(
    ("one", "other", "doubled"),
    [
        ("between: [2026-03-01, 2026-03-10]", "between: [2026-03-10, 2026-03-20]", True),
        ("between: [2026-03-01, 2026-03-10]", "between: [2026-03-11, 2026-03-20]", False),
        (
            "between: [2026-03-01, 2026-03-10], category: soup",
            "between: [2026-03-05, 2026-03-20], category: tea",
            False,
        ),
        ("between: [2026-03-01, 2026-03-10], category: soup", "between: [2026-03-05, 2026-03-20]", True),
    ],
)
def test_campaigns_that_add_up_by_their_dates(one, other, doubled):
    found = findings(BASE + when(one, "one") + when(other, "other"))
    assert found == ([("rate_doubled", "other")] if doubled else [])


NAMED = (("one", "base"), ("other", "more"))


def test_campaigns_that_multiply_different_mechanics_do_not_add_up():
    spring = "when: {between: [2026-03-01, 2026-03-10]}"
    two = "".join(f"  - {{earn: points, name: {name}, multiply: {of}, {spring}}}\n" for name, of in NAMED)
    assert findings(BASE + BASE.replace("base", "more") + two) == []
    assert findings(BASE + two.replace("more", "base")) == [("rate_doubled", "other")]


@pytest.mark.parametrize(
    ("limit", "useless"),
    [
        ("{total: 99 points, per_member: 100 points}", True),
        ("{total: 100 points, per_member: 100 points}", False),
        ("{total: 99 points, per_event: 100}", True),
        ("{total: 1_000 points, per_member: 10 points a day}", False),
    ],
)
def test_a_total_below_what_one_member_may_get(limit, useless):
    found = findings(f"  - {{earn: points, name: gift, flat: 1, limit: {limit}}}\n")
    assert found == ([("budget_never_used_up", "gift")] if useless else [])


@pytest.mark.parametrize(("cost", "unaffordable"), [(800, False), (801, True)])
def test_a_reward_that_nobody_can_afford(cost, unaffordable):
    """100 a month that last 6 months: seven whole months and a part of the eighth at the very most."""
    rewards = f"rewards:\n  - {{reward: lamp, cost: {cost} points}}\n"
    limited = "  - {earn: points, name: base, rate: 1 per 1 USD, limit: 100 points a month}\n"
    assert findings(limited, rewards) == ([("reward_unaffordable", "lamp")] if unaffordable else [])
    assert findings(limited + BASE.replace("base", "more"), rewards) == []


@pytest.mark.parametrize(("threshold", "out_of_reach"), [(100, False), (101, True)])
def test_a_level_that_nobody_can_reach(threshold, out_of_reach):
    ladder = f"  - tiers: {{meter: earned, levels: {{basic: 0, gold: {threshold} points}}, kept: 12 months}}\n"
    welcome = "  - {earn: points, name: welcome, on: enrol, flat: 100}\n"
    assert findings(welcome + ladder) == ([("level_out_of_reach", "gold")] if out_of_reach else [])
    assert findings(BASE + ladder) == []


@pytest.mark.parametrize(("category", "out_of_reach"), [("fuel", True), ("[fuel, soup]", False)])
def test_a_level_whose_meter_stands_still(category, out_of_reach):
    head = HEAD.replace("sum: spend", f"sum: spend, of: {{category: {category}}}")
    ladder = "  - tiers: {meter: spend, levels: {basic: 0, gold: 5 USD}, kept: 12 months}\n"
    assert findings(BASE + ladder, head=head) == ([("level_out_of_reach", "gold")] if out_of_reach else [])


@pytest.mark.parametrize(("least", "out_of_reach"), [(100, False), (101, True)])
def test_a_level_that_needs_more_of_a_meter_than_there_can_be(least, out_of_reach):
    needs = f"{{all: [spend at least 5 USD, earned at least {least} points]}}"
    ladder = f"  - tiers: {{levels: {{basic: {{}}, gold: {{needs: {needs}}}}}, kept: 12 months}}\n"
    welcome = "  - {earn: points, name: welcome, on: enrol, flat: 100}\n"
    assert findings(welcome + ladder) == ([("level_out_of_reach", "gold")] if out_of_reach else [])
    assert findings(welcome + ladder.replace("all:", "any:")) == []


def test_a_finding_has_the_line_of_what_it_is_about():
    fuel = when("category: fuel", "points").replace("1 USD", "1 USD, limit: 1 point")
    text = f"""{HEAD}mechanics:
{BASE.replace("1 USD}", "1 USD, limit: 10 points a year}")}
  - {{earn: points, name: early, rate: {{gold: 1 per 1 USD}}, limit: 1 point}}
  - tiers:
      meter: earned
      levels:
        basic: 0
        gold: 100 points
      kept: 12 months
{fuel}rewards:
  - {{reward: points, cost: 100 points}}
"""
    program = read_program(text)
    lines = Lines(text, program)
    told = {(found.what, text.splitlines()[lines.of(found.what, found.where) - 1].strip()) for found in lint(program)}
    assert told == {
        ("mechanic", fuel.strip()),
        ("level", "gold: 100 points"),
        ("reward", "- {reward: points, cost: 100 points}"),
    }


def test_the_program_of_the_demo_looks_right():
    assert lint(read_program(grocery_program())) == []


def test_every_finding_is_registered_and_found_by_these_tests():
    assert list(FINDINGS) == sorted(FINDINGS)
    assert len(CHECKS) == len(FINDINGS)
