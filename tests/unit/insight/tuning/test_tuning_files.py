"""Search files, and settings in a program's text."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.insight.tuning.file import read_search
from guerdon.insight.tuning.frontier import evenly, frontier
from guerdon.insight.tuning.result import Measured
from guerdon.insight.tuning.searching import Range
from guerdon.insight.tuning.settings import ProgramText
from guerdon.language import ProgramErrors, read_program
from guerdon.language.errors import Wrong
from guerdon.presets import Preset, presets

CAFE = """\
program: cafe
currency: EUR
timezone: Europe/Sofia
effective_from: 2026-01-01
units:
  beans: {worth: 1 EUR per 100 beans, expires: '6 months'}
mechanics:
  - {earn: beans, name: base, rate: 10 per 1 EUR}   # ten for a euro
  - earn: beans
    name: welcome
    on: enrol
    flat: 1_000 beans
  - {discount: basket, name: club, off: 2.5 %}
rewards:
  - {reward: coffee, cost: 300 beans}
"""
GOALS = "goals: {cost: under 1.2 % of sales}\n"


def ranges(told: str) -> tuple[Range, ...]:
    return read_search(f"search: {told}\n{GOALS}", ProgramText(CAFE), "EUR").ranges


# What may be tried.


@pytest.mark.parametrize(
    ("told", "values", "ordered"),
    [
        ("{from: 5, to: 20, step: 5}", ("5", "10", "15", "20"), True),
        ("{from: 1, to: 2, step: 0.25}", ("1", "1.25", "1.5", "1.75", "2"), True),
        ("{from: 0.05, to: 0.15, step: 0.05}", ("0.05", "0.1", "0.15"), True),
        ("{from: 5, to: 9, step: 5}", ("5",), True),
        ("{from: 5, to: 5, step: 1}", ("5",), True),
        ("[100, 200, 50]", ("50", "100", "200"), True),
        ("[2, 10, 2]", ("2", "10"), True),
        ("[1 per 2 EUR, 1 per 1 EUR]", ("1 per 2 EUR", "1 per 1 EUR"), False),
        ("7", ("7",), True),
    ],
)
def test_values_of_a_setting(told: str, values: tuple[str, ...], ordered: bool) -> None:
    assert ranges(f"{{mechanics.base.rate: {told}}}") == (Range("mechanics.base.rate", values, ordered),)


def test_goals_are_read() -> None:
    goals = (
        "goals:\n  cost: at most 1_000.50 EUR\n  reached: over 30 % of members a quarter\n  liability: under 5 EUR\n"
    )
    found = read_search(f"search: {{rewards.coffee.cost: [1, 2]}}\n{goals}", ProgramText(CAFE), "EUR")
    assert [(goal.figure, goal.word, goal.limit) for goal in found.goals] == [
        ("cost", "at most", 100_050), ("reached", "over", Fraction(3, 10)), ("liability", "under", 500),
    ]  # fmt: skip
    assert found.wanted == "cheapest"


def test_every_mistake_is_told_at_once() -> None:
    text = """\
search:
  mechanics.bass.rate: {from: 20, to: 5, step: 0}
  rewards.coffee: [1]
  mechanics.base.name: [2]
  rewards.coffee.cost: {from: 1, step: x, too: 4}
  mechanics.welcome.flat: {from: 1, to: 9_000, step: 1}
goals:
  cost: under 5 USD
  reach: at least 10 %
bst: cheapest
"""
    with pytest.raises(ProgramErrors) as caught:
        read_search(text, ProgramText(CAFE), "EUR", "space.yaml")
    assert [(error.line, error.code, error.path) for error in caught.value.errors] == [
        (2, "name_unknown", "search.mechanics.bass.rate"),
        (2, "order_wrong", "search.mechanics.bass.rate.to"),
        (2, "number_out_of_range", "search.mechanics.bass.rate.step"),
        (3, "kind_wrong", "search.rewards.coffee"),
        (4, "phrase_wrong", "search.mechanics.base.name"),
        (5, "phrase_wrong", "search.rewards.coffee.cost.step"),
        (5, "key_unknown", "search.rewards.coffee.cost.too"),
        (6, "number_out_of_range", "search.mechanics.welcome.flat.step"),
        (8, "currency_other", "goals.cost"),
        (9, "key_unknown", "goals.reach"),
        (10, "key_unknown", "bst"),
    ]
    assert str(caught.value).startswith("space.yaml:2:3: `bass` of `mechanics.bass.rate` is not in the program")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "file_empty"),
        ("[1]", "kind_wrong"),
        ("search: [", "yaml_syntax"),
        ("search: {}\n" + GOALS, "value_empty"),
        ("search: {rewards.coffee.cost: []}\n" + GOALS, "value_empty"),
        ("search: {rewards.coffee.cost: [1, 2]}\n", "key_missing"),
        ("search: {rewards.coffee.cost: [1, 2]}\ngoals: {}\n", "value_empty"),
        ("search: {rewards.coffee.cost: [1, 2]}\ngoals: {cost: cheap}\n", "phrase_wrong"),
        ("search: {rewards.coffee.cost: [1, 2]}\nbest: good\n" + GOALS, "phrase_wrong"),
    ],
)
def test_a_file_that_is_no_search(text: str, code: str) -> None:
    with pytest.raises(ProgramErrors) as caught:
        read_search(text, ProgramText(CAFE), "EUR")
    assert code in [error.code for error in caught.value.errors]


# Settings in a text.


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        ("mechanics.base.rate", "15", "10 per 1 EUR", "15 per 1 EUR"),
        ("mechanics.base.rate", "2 per 5 EUR", "10 per 1 EUR", "2 per 5 EUR"),
        ("mechanics.welcome.flat", "50", "1_000 beans", "50 beans"),
        ("mechanics.club.off", "4", "2.5 %", "4 %"),
        ("rewards.coffee.cost", "1_200", "300 beans", "1_200 beans"),
        ("units.beans.expires", "9", "'6 months'", "9 months"),
        ("units.beans.expires", "a: b # c", "'6 months'", '"a: b # c"'),
        ("units.beans.expires", "one, two", "'6 months'", '"one, two"'),
    ],
)
def test_a_value_takes_its_place_and_nothing_else_moves(path: str, value: str, before: str, after: str) -> None:
    changed = ProgramText(CAFE).with_values({path: value})
    assert changed == CAFE.replace(before, after)
    assert ProgramText(changed).setting(path).words == after.strip('"')


def test_several_values_at_once() -> None:
    changed = ProgramText(CAFE).with_values({"rewards.coffee.cost": "5", "mechanics.base.rate": "2_000"})
    assert changed == CAFE.replace("300 beans", "5 beans").replace("10 per", "2_000 per")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("mechanics.base", "kind_wrong"),
        ("mechanics.nobody.rate", "name_unknown"),
        ("rewards.coffee.cost.x", "name_unknown"),
        ("", "name_unknown"),
    ],
)
def test_a_path_that_leads_nowhere(path: str, code: str) -> None:
    with pytest.raises(Wrong) as caught:
        ProgramText(CAFE).setting(path)
    assert caught.value.code == code


def test_a_path_that_leads_to_two_things_is_refused() -> None:
    twice = "mechanics:\n  - {earn: beans, rate: 1 per 1 EUR}\n  - {earn: beans, flat: 5}\n"
    with pytest.raises(Wrong, match="may be either of 2"):
        ProgramText(twice).setting("mechanics.beans.rate")


@pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.name)
def test_every_setting_of_a_preset_may_be_written_again(preset: Preset) -> None:
    """Each value is exchanged for itself: the file still means the same."""
    text = preset.file.read_text("utf-8")
    program = ProgramText(text)
    words = {path: program.setting(path).words for path in program.paths()}
    assert len(words) > 5
    assert read_program(program.with_values(words)) == read_program(text)


# The frontier.

POINTS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=30)


@given(POINTS)
def test_nothing_betters_the_frontier_and_it_betters_all_else(points: list[tuple[int, int]]) -> None:
    kept = frontier(points, measured)
    assert kept == sorted(set(kept))
    for cost, reached in points:
        assert any(one[0] <= cost and one[1] >= reached for one in kept)
        assert not any(cost <= one[0] and reached >= one[1] and (cost, reached) != one for one in kept)


def measured(point: tuple[int, int]) -> Measured:
    return Measured(cost=point[0], reached=point[1] / 20, sales=100, share_of_sales=0.0, liability=0, members=1)


@pytest.mark.parametrize(
    ("most", "expected"), [(0, ""), (1, "a"), (2, "ag"), (3, "adg"), (7, "abcdefg"), (9, "abcdefg")]
)
def test_some_of_a_list_evenly(most: int, expected: str) -> None:
    assert "".join(evenly("abcdefg", most)) == expected
