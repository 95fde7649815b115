"""When a failed delivery is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from guerdon.connect.schedule import Schedule, retry_after

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(1, 5), (2, 30), (3, 120), (4, 600), (5, 3_600), (6, 10_800), (7, 21_600), (8, 43_200), (9, None), (10, None)],
)
def test_each_pause_is_as_documented_and_the_ninth_failure_is_the_last(failures: int, seconds: int | None) -> None:
    pause = Schedule().pause(failures, lambda: 0.0)
    assert pause == (None if seconds is None else timedelta(seconds=seconds))


def test_chance_makes_a_pause_up_to_a_fifth_longer() -> None:
    assert Schedule().pause(2, lambda: 0.5) == timedelta(seconds=33)
    assert Schedule().pause(2, lambda: 1.0) == timedelta(seconds=36)
    assert len({Schedule().pause(5) for _ in range(20)}) > 1


@pytest.mark.parametrize(("rounds", "seconds"), [(1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (6, 60), (10_000, 60)])
def test_a_webhook_rests_longer_each_time_and_a_minute_at_most(rounds: int, seconds: int) -> None:
    assert Schedule().rest(rounds) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("3600", 3_600),
        ("3601", 3_600),
        ("9" * 5_000, 3_600),
        ("Mon, 02 Mar 2026 12:02:00 GMT", 120),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0),
        ("Tue, 03 Mar 2026 12:00:00 GMT", 3_600),
        ("Mon, 02 Mar 2026 12:02:00 -0000", 120),
        ("Mon, 99 Mar 2026 12:02:00 GMT", None),
    ],
)
def test_retry_after_is_understood_in_both_its_forms_up_to_an_hour(header: str | None, seconds: int | None) -> None:
    assert retry_after(header, NOW) == (None if seconds is None else timedelta(seconds=seconds))
