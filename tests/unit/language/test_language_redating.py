"""A file moved to another date says the same, word by word; and a file as it declares its mechanics and meters."""

from datetime import date

import pytest

from guerdon.language import ProgramErrors, dated_from, declared, read_program

HEAD = """\
program: shop  # effective_from: 2026-01-01
currency: USD
timezone: America/New_York
{dated}
units: {{points: {{}}}}
meters: {{spend: {{sum: spend, window: ever}}}}
mechanics:
  - {{earn: points, name: effective_from, rate: 1 per 1 USD}}
  - {{earn: points, name: spring, flat: 5, when: {{between: [2026-01-01, 2026-02-01]}}}}
"""


@pytest.mark.parametrize("before", ["", "\ufeff", "# ж😀 effective_from: 2026-01-01\n"])
@pytest.mark.parametrize(
    ("dated", "moved"),
    [
        ("effective_from: 2026-01-01", "effective_from: 2098-09-01"),
        ("effective_from: 2026-01-01   # opening", "effective_from: 2098-09-01   # opening"),
        ("effective_from: '2026-01-01'", "effective_from: 2098-09-01"),
        ('"effective_from":  "2026-01-01"', '"effective_from":  2098-09-01'),
        ("effective_from:\n    2026-01-01", "effective_from:\n    2098-09-01"),
        ("effective_from: >-\n  2026-01-01", "effective_from: 2098-09-01"),
        ("? effective_from\n: 2026-01-01", "? effective_from\n: 2098-09-01"),
    ],
)
def test_nothing_but_the_date_is_touched(before: str, dated: str, moved: str) -> None:
    text = before + HEAD.format(dated=dated)
    assert dated_from(text, date(2098, 9, 1)) == before + HEAD.format(dated=moved)


def test_a_file_in_one_line_is_moved_too() -> None:
    text = "{program: a, effective_from: 2026-01-01, currency: USD, timezone: UTC, units: {points: {}}}"
    assert read_program(dated_from(text, date(2098, 9, 1))).effective_from == date(2098, 9, 1)


@pytest.mark.parametrize(
    ("day", "is_right"),
    [(date(1999, 12, 31), False), (date(2000, 1, 1), True), (date(2099, 12, 31), True), (date(2100, 1, 1), False)],
)
def test_a_date_out_of_range_is_refused_as_in_any_file(day: date, *, is_right: bool) -> None:
    text = HEAD.format(dated="effective_from: 2026-01-01")
    if is_right:
        assert read_program(dated_from(text, day)).effective_from == day
    else:
        with pytest.raises(ProgramErrors, match="out of range"):
            dated_from(text, day)


def test_a_file_tells_what_it_declares_in_its_own_words() -> None:
    ladder = "  - tiers: {meter: spend, levels: {low: 0, high: 5 USD}, kept: 1 month}\n"
    text = HEAD.format(dated="effective_from: 2026-01-01") + ladder
    found = declared(text)

    assert list(found.mechanics) == ["effective_from", "spring", "tiers"]
    assert found.mechanics["spring"] == {
        "earn": "points",
        "name": "spring",
        "flat": "5",
        "when": {"between": ["2026-01-01", "2026-02-01"]},
    }
    assert found.meters == {"spend": {"sum": "spend", "window": "ever"}}
    assert declared("{program: a, effective_from: 2026-01-01, currency: USD, timezone: UTC, units: {p: {}}}") == (
        {},
        {},
    )
