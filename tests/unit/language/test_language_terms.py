"""Terms, windows and periods as they are written."""

import pytest

from guerdon.core.calendar import Term, Window
from guerdon.language.errors import Wrong
from guerdon.language.terms import LATENESS, LIFE, RECURRENCE, TERM, WINDOW, Life, whole_life

TERMS = [
    ("1 day", Term(1, "day")),
    ("30 days", Term(30, "day")),
    ("2 weeks", Term(2, "week")),
    ("18 months", Term(18, "month")),
    ("1 year", Term(1, "year")),
    ("100 years", Term(100, "year")),
    ("36_500 days", Term(36_500, "day")),
    ("until the end of the day", Term(0, "day", "day")),
    ("until the end of the month", Term(0, "day", "month")),
    ("until the end of this quarter", Term(0, "day", "quarter")),
    ("until the end of the calendar year", Term(0, "day", "year")),
    ("until the end of next week", Term(1, "week", "week")),
    ("until the end of the next quarter", Term(3, "month", "quarter")),
    ("until the end of next calendar year", Term(1, "year", "year")),
    ("6 months after the end of the month", Term(6, "month", "month")),
    ("30 days after the end of the calendar year", Term(30, "day", "year")),
]
NO_TERMS = [
    "", "18", "months", "0 days", "-1 days", "1.5 years", "18 moths", "101 years", "1_201 months", "36_501 days",
    "3 quarters", "18 months without activity", "never", "until the end", "until the end of time",
    "6 months after the month", "30  days", "30 Days", "٣ days", "9" * 3000 + " days",
]  # fmt: skip


@pytest.mark.parametrize(("written", "term"), TERMS)
def test_a_term(written, term):
    assert TERM.parse(written) == term


@pytest.mark.parametrize("written", NO_TERMS)
def test_not_a_term(written):
    with pytest.raises(Wrong):
        TERM.parse(written)


def test_the_error_shows_what_would_be_right():
    with pytest.raises(Wrong) as wrong:
        TERM.parse("18 moths")
    assert wrong.value.sentence == "`18 moths` is not a term; write for example `30 days` or `18 months`"


@pytest.mark.parametrize(
    ("written", "life"),
    [
        ("never", Life()),
        ("18 months", Life(Term(18, "month"))),
        ("18 months without activity", Life(inactive=Term(18, "month"))),
        ("6 months after the end of the month", Life(Term(6, "month", "month"))),
    ],
)
def test_how_a_unit_expires(written, life):
    assert LIFE.parse(written) == life


def test_an_age_and_a_time_without_activity_together():
    age, inactive = Life(Term(24, "month")), Life(inactive=Term(6, "month"))
    assert whole_life((age, inactive)) == whole_life((inactive, age)) == Life(Term(24, "month"), Term(6, "month"))


@pytest.mark.parametrize("written", [("24 months",), ("24 months", "6 months"), ("never", "6 months without activity")])
def test_other_lists_are_refused(written):
    with pytest.raises(Wrong):
        whole_life(tuple(LIFE.parse(part) for part in written))


@pytest.mark.parametrize(
    ("written", "window"),
    [
        ("ever", Window("calendar", 1, "ever")),
        ("calendar day", Window("calendar", 1, "day")),
        ("calendar year", Window("calendar", 1, "year")),
        ("calendar quarter", Window("calendar", 1, "quarter")),
        ("rolling 12 months", Window("rolling", 12, "month")),
        ("rolling 1 day", Window("rolling", 1, "day")),
        ("rolling 30 days", Window("rolling", 30, "day")),
    ],
)
def test_a_window(written, window):
    assert WINDOW.parse(written) == window


@pytest.mark.parametrize(
    "written", ["", "year", "12 months", "rolling 0 days", "rolling year", "rolling 101 years", "calendar"]
)
def test_not_a_window(written):
    with pytest.raises(Wrong):
        WINDOW.parse(written)


def test_a_recurrence():
    assert [RECURRENCE.parse(f"every {period}") for period in ("day", "quarter", "year")] == ["day", "quarter", "year"]
    for written in ("quarter", "every 3 months", "every ever", "quarterly"):
        with pytest.raises(Wrong):
            RECURRENCE.parse(written)


def test_lateness():
    assert [LATENESS.parse(text) for text in ("never", "up to 1 day", "up to 30 days")] == [0, 1, 30]
    for written in ("30 days", "up to 0 days", "up to 3_651 days", "up to 30"):
        with pytest.raises(Wrong):
            LATENESS.parse(written)
