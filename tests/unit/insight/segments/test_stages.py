"""Stages: each border below, on and above, by the member's own rhythm."""

from typing import Any

import pytest

from guerdon.insight.segments.stages import SEGMENTS, rhythm_of, stage_of, stages, usual_rhythm
from tests.unit.insight.segments.people import shopper, somebody

CASES: list[tuple[dict[str, Any], str]] = [
    ({"last_days": 30}, "regular"),
    ({"last_days": 31}, "slipping"),
    ({"last_days": 60}, "slipping"),
    ({"last_days": 61}, "lapsed"),
    ({"first_days": None, "last_days": None}, "never-bought"),
    ({"first_days": 89}, "new"),
    ({"first_days": 90}, "regular"),
    ({"spent_quarter": 18_749}, "regular"),
    ({"spent_quarter": 18_750}, "growing"),
    ({"spent_quarter": 7_500}, "regular"),
    ({"spent_quarter": 7_499}, "slipping"),
    ({"longest_gap": 60, "after_longest": 5}, "regular"),
    ({"longest_gap": 61, "after_longest": 5}, "won-back"),
    ({"longest_gap": 61, "after_longest": 89}, "won-back"),
    ({"longest_gap": 61, "after_longest": 90}, "regular"),
    ({"spent_quarter": 0, "spent_quarter_before": 0}, "regular"),
    # Of who comes twice a quarter the money of a quarter says nothing.
    ({"rhythm": 30.0, "spent_quarter": 99_000}, "growing"),
    ({"rhythm": 30.5, "spent_quarter": 99_000}, "regular"),
    ({"rhythm": 30.5, "spent_quarter": 0}, "regular"),
    # Nobody's rhythm is shorter than a week.
    ({"rhythm": 1.0, "last_days": 21}, "regular"),
    ({"rhythm": 1.0, "last_days": 22}, "slipping"),
]


@pytest.mark.parametrize(("told", "stage"), CASES)
def test_borders(told: dict[str, Any], stage: str) -> None:
    assert stage_of(shopper(**told), usual=20.0) == stage


def test_every_stage_is_reached() -> None:
    assert {stage for _, stage in CASES} == {segment.name for segment in SEGMENTS}


def test_who_has_no_rhythm_yet_is_measured_by_that_of_the_others() -> None:
    four = [shopper(1, rhythm=9.0), shopper(2, rhythm=11.0), shopper(3, rhythm=50.0), shopper(4, rhythm=2.0, visits=3)]
    assert usual_rhythm(four) == 11.0
    assert rhythm_of(four[3], 11.0) == 11.0
    assert usual_rhythm([somebody()]) == 30.0


def test_nobody() -> None:
    assert stages([]).members == {}
    assert stages([]).notes == ()
