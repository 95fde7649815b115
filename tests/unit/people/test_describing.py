"""Ages, bands and dates: below, on, and above each bound."""

from datetime import UTC, date, datetime

import pytest

from guerdon.people.describing import age_on, band_of
from guerdon.people.retention import months_before

AGES = """
1990-03-20  2026-03-19  35
1990-03-20  2026-03-20  36
1990-03-20  2026-03-21  36
2004-02-29  2026-02-27  21
2004-02-29  2026-02-28  22
2004-02-29  2028-02-28  24
2004-03-01  2028-02-29  23
2026-06-01  2026-05-31  0
"""


@pytest.mark.parametrize(("born", "on", "age"), [row.split() for row in AGES.strip().splitlines()])
def test_an_age(born: str, on: str, age: str) -> None:
    assert age_on(date.fromisoformat(on), date.fromisoformat(born)) == int(age)


@pytest.mark.parametrize(
    ("age", "band"), [(0, 0), (13, 0), (14, 14), (17, 16), (18, 18), (24, 18), (25, 25), (35, 35), (44, 35), (120, 75)]
)
def test_a_band(age: int, band: int) -> None:
    assert band_of(age) == band


def test_below_all_bands_nothing_is_known() -> None:
    assert [band_of(age, (18, 60)) for age in (17, 18, 59, 60)] == [None, 18, 18, 60]


@pytest.mark.parametrize(
    ("now", "months", "then"),
    [("2026-03-15", 36, "2023-03-15"), ("2026-03-31", 1, "2026-02-28"), ("2028-03-31", 1, "2028-02-29"),
     ("2026-01-15", 1, "2025-12-15"), ("2026-12-15", 12, "2025-12-15")],
)  # fmt: skip
def test_months_before(now: str, months: int, then: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert months_before(moment, months).date().isoformat() == then
