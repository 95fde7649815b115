"""RFM: the worked table, every cell, and who has no scores."""

import pytest

from guerdon.insight.segments.rfm import CELLS, SEGMENTS, Scores, rfm, scores_of
from tests.unit.insight.segments.people import somebody

WORKED = """
1     5   20   60   200
40    10  8    30   1
90000 20000 9000 70000 1500
"""


def test_the_worked_table() -> None:
    days, times, money = [[int(cell) for cell in line.split()] for line in WORKED.strip().splitlines()]
    told = zip(days, times, money, strict=True)
    five = [somebody(n, last_days=d, purchases=t, spent=m) for n, (d, t, m) in enumerate(told, 1)]
    assert list(scores_of(five).values()) == [(5, 5, 5), (4, 3, 3), (3, 2, 2), (2, 4, 4), (1, 1, 1)]
    found = rfm(five)
    names = ["champions", "promising", "needs-attention", "at-risk", "hibernating"]
    assert [found.members[number] for number in range(1, 6)] == [(name,) for name in names]
    assert "fifths of so few say little" in found.notes[0]


def test_every_cell_has_a_segment_and_every_segment_a_cell() -> None:
    reached = {Scores(r, f, m).segment for r in range(1, 6) for f in range(1, 6) for m in range(1, 6)}
    assert reached | {"lost", "never-bought"} == {segment.name for segment in SEGMENTS}
    assert reached == {name for row in CELLS for name in row}


@pytest.mark.parametrize(("frequency", "money", "value"), [(1, 1, 1), (1, 2, 2), (5, 4, 5), (5, 1, 3)])
def test_value_is_the_mean_rounded_up(frequency: int, money: int, value: int) -> None:
    assert Scores(3, frequency, money).value == value


def test_who_bought_nothing_in_the_year_has_no_scores() -> None:
    three = [somebody(1), somebody(2, last_days=400), somebody(3, last_days=3, purchases=1, spent=500)]
    assert rfm(three).members == {1: ("never-bought",), 2: ("lost",), 3: ("needs-attention",)}


def test_nobody() -> None:
    assert rfm([]).members == {}
    assert rfm([]).notes == ()
