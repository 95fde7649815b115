"""Scores, boundaries of each kind, and reviews, in numbers that a person can check."""

import math
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from crowd import FIRST, Crowd

from guerdon.insight.signals.all_kinds import KINDS, Suspect, look
from guerdon.insight.signals.reviews import Review, ReviewsDamaged, read_reviews, remember, unreviewed
from guerdon.insight.signals.scoring import outlier, rare_count, rare_share, robust_z, together
from guerdon.insight.signals.signal import Signal


def kinds_of(made: Crowd, since: date | None = None) -> dict[str, int]:
    """Every kind of signal of everybody, with the strongest score."""
    found = [signal for suspect in look(made.tables(), since).suspects for signal in suspect.signals]
    return {signal.kind: max(other.score for other in found if other.kind == signal.kind) for signal in found}


def scores_of(made: Crowd, kind: str) -> list[int]:
    """The score of each member by one kind, in the order in which they joined; 0 without a signal."""
    found = {signal.member: signal.score for suspect in look(made.tables()).suspects for signal in suspect.signals
             if signal.kind == kind}  # fmt: skip
    return [found.get(member, 0) for member in range(1, made.members + 1)]


# Scores.


@pytest.mark.parametrize(
    ("count", "usual", "looked_at", "score"),
    [
        (0, 1.0, 10, 0),  # certain
        (1, 1e-6, 1, 60),  # once in a million
        (1, 1e-6, 1_000, 30),  # which a thousand may show once in a thousand times
        (1, 1e-6, 1_000_000, 2),  # (rounded up from 1: somebody may well be the one)
        (50, 0.0, 1, 100),
    ],
)
def test_a_rare_count_is_ten_points_a_power(count: int, usual: float, looked_at: int, score: int) -> None:
    assert abs(rare_count(count, usual, looked_at) - score) <= 2


def test_a_rare_share_is_ten_points_a_power() -> None:
    assert rare_share(6, 6, 0.1, 1) == 60
    assert rare_share(6, 6, 0.1, 1_000) == 30
    assert rare_share(0, 6, 0.1, 1) == 0
    assert rare_share(6, 6, 0.0, 1) >= 50
    assert rare_share(6, 6, 1.0, 1) == 0


@pytest.mark.parametrize(("z", "score"), [(-3, 0), (4, 0), (8, 50), (12, 100), (40, 100)])
def test_an_outlier_is_told_from_four_deviations_on(z: float, score: int) -> None:
    assert outlier(z) == score


def test_a_robust_z_where_all_are_alike() -> None:
    assert robust_z(5.0, 5.0, 0.0, least=0.2) == 0
    assert robust_z(5.2, 5.0, 0.0, least=0.2) == pytest.approx(0.6745)
    assert robust_z(math.log(1000), 0.0, math.log(2), least=0.2) == pytest.approx(6.72, abs=0.01)


@pytest.mark.parametrize(("scores", "score"), [([], 0), ([50], 50), ([50, 50], 75), ([100, 3], 100), ([0, 0], 0)])
def test_doubts_add_up(scores: list[int], score: int) -> None:
    assert together(scores) == score


# Nothing, nearly nothing, and boundaries.


def test_nothing_says_nothing_and_names_what_it_cannot_see() -> None:
    seen = look(Crowd().tables())
    assert seen.suspects == []
    assert set(seen.not_looked_for) == {"shared_means", "own_card"}
    assert set(seen.not_looked_for) < set(KINDS)


def test_one_member_with_one_basket_is_nobody_to_look_at() -> None:
    made = Crowd()
    made.buy(made.join(), FIRST)
    assert kinds_of(made) == {}


def test_members_without_purchases_are_nobody_to_look_at() -> None:
    made = Crowd()
    for _ in range(3):
        made.event(made.join(), FIRST, "enrol")
    assert kinds_of(made) == {}


def test_a_device_is_shared_from_three_members_on() -> None:
    made = Crowd()
    for sharing in (2, 3, 4, 5):
        for _ in range(sharing):
            made.buy(made.join(), FIRST, device=f"tablet-{sharing}")
    assert scores_of(made, "shared_device") == [0] * 2 + [50] * 3 + [62] * 4 + [75] * 5


def test_a_household_shares_its_card() -> None:
    made = Crowd()
    for _ in range(5):
        made.buy(made.join("home"), FIRST, card="visa-1")
    assert "shared_card" not in kinds_of(made)


def test_codes_are_guessed_from_three_a_day_on() -> None:
    made = Crowd()
    for codes in (2, 3, 5, 12):
        member = made.join()
        for number in range(codes):
            made.event(member, FIRST + timedelta(minutes=number), "purchase", refusal="code_unknown")
    assert scores_of(made, "code_guessing") == [0, 30, 50, 100]


def test_codes_of_two_days_are_counted_apart() -> None:
    made = Crowd()
    member = made.join()
    for number in range(4):
        made.event(member, FIRST + timedelta(days=number // 2), "purchase", refusal="code_used_up")
    assert kinds_of(made) == {}


def test_refunds_after_use_are_25_each() -> None:
    made = Crowd()
    for times in (0, 1, 2, 4, 5):
        member = made.join()
        made.event(member, FIRST, "return", [("reversed", 10, '{"amount":10,"available":10}')])
        for _ in range(times):
            made.event(member, FIRST, "return", [("reversed", 10, '{"amount":10,"forgiven":4}')])
    assert scores_of(made, "refund_after_use") == [0, 25, 50, 100, 100]


def test_only_what_happened_since_a_day_counts() -> None:
    made = Crowd()
    member = made.join()
    for number in range(6):
        made.event(member, FIRST + timedelta(minutes=number), "purchase", refusal="code_unknown")
    assert kinds_of(made, FIRST.date()) == {"code_guessing": 60}
    assert kinds_of(made, FIRST.date() + timedelta(1)) == {}


def test_what_was_gained_for_points_is_no_earning() -> None:
    made = Crowd()
    member = made.join()
    for number in range(40):
        made.buy(member, FIRST + timedelta(days=number), paid=1_000)
    grant = ("granted", 10**6, "{}")
    made.event(member, FIRST + timedelta(days=41), "tick", [("spent", 10**6, "{}"), grant])
    spent, granted = made.effects[-2:]
    spent["reward"] = granted["mechanic"] = "issue"
    assert kinds_of(made) == {}
    spent["reward"] = "something-else"
    assert kinds_of(made)["earnings"] >= 50


# Reviews.


def suspect(last: date, key: str = "ana") -> Suspect:
    return Suspect(1, key, None, 80, (Signal("returns", 1, 80, "Seen.", last),))


def said(through: date, key: str = "ana") -> Review:
    return Review(key, "fine", "A caterer.", "staff-7", datetime(2026, 3, 1, tzinfo=UTC), through)


@pytest.mark.parametrize(("last", "is_told"), [(9, False), (10, False), (11, True)])
def test_a_review_covers_what_was_seen_and_nothing_newer(last: int, is_told: bool) -> None:
    reviews = {"ana": said(date(2026, 2, 10))}
    assert bool(unreviewed([suspect(date(2026, 2, last))], reviews)) is is_told


def test_a_review_is_about_its_member_alone() -> None:
    assert len(unreviewed([suspect(date(2026, 2, 1), "eve")], {"ana": said(date(2026, 2, 10))})) == 1


def test_reviews_are_remembered_and_the_newest_counts(tmp_path: Path) -> None:
    path = tmp_path / "signals" / "cafe.ndjson"
    assert read_reviews(path) == {}
    for through in (date(2026, 2, 10), date(2026, 2, 12)):
        remember(path, said(through))
    remember(path, said(date(2026, 2, 1), "eve"))
    assert read_reviews(path) == {"ana": said(date(2026, 2, 12)), "eve": said(date(2026, 2, 1), "eve")}


def test_a_review_that_was_cut_short_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "cafe.ndjson"
    remember(path, said(date(2026, 2, 10)))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:20])
    assert list(read_reviews(path)) == ["ana"]
    remember(path, said(date(2026, 2, 11), "eve"))
    assert set(read_reviews(path)) == {"ana", "eve"}


def test_a_line_that_is_no_review_is_told(tmp_path: Path) -> None:
    path = tmp_path / "cafe.ndjson"
    path.write_text('{"member": 1}\n', "utf-8")
    with pytest.raises(ReviewsDamaged, match="line 1 is no review"):
        read_reviews(path)
