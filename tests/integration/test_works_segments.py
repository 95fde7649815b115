"""The part of the works that keeps segments fresh: the till hears once of who entered and left, and rules react."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from ledger_fixtures import SIMPLE, Shop, act, buy, enrol

from guerdon.core.events import Erase, Segment
from guerdon.insight.segments.study import NamesDoNotLast
from guerdon.runtime.segments import member_segments
from guerdon.runtime.till import Till
from guerdon.store import reading
from guerdon.works import segments as works
from guerdon.works.running import Work
from guerdon.works.segments import Told, refresh

FRESH = (
    SIMPLE
    + """
segments:
  at-risk: {if: days_since_last_purchase > 60}
  fans: {if: "purchases >= 2 and contains(favourites, 'tea')"}
"""
)
GREETS = FRESH.replace("rewards:", "  - {earn: points, name: come-back, on: entered at-risk, flat: 100}\nrewards:")


def segments_of(shop: Shop, member: str) -> list[str]:
    found = reading.find_member(shop.look, shop.program, member)
    assert found is not None
    return [stay.segment for stay in member_segments(shop.look, found.id) if stay.left_at is None]


def test_who_enters_and_leaves_is_told_once(database_url: str, tmp_path: Path) -> None:
    with Shop(database_url, GREETS) as shop:
        shop.meets(enrol("ana"), enrol("ben"), enrol("cem"))
        shop.meets(buy("a1", "ana", "2026-02-01 12:00", "5.00 tea"), buy("b1", "ben", "2026-04-01 12:00", "5.00 tea"))
        shop.meets(buy("b2", "ben", "2026-04-03 12:00", "5.00 tea"))

        first = refresh(database_url, shop.till, tmp_path)
        assert (first.members, first.entered, first.left, dict(first.refused)) == (2, 2, 0, {})
        assert [segments_of(shop, name) for name in ("ana", "ben", "cem")] == [["at-risk"], ["fans"], []]
        assert shop.has("ana") == 105

        before = shop.row_counts()
        assert refresh(database_url, shop.till, tmp_path) == Told(0, 0, 0, first.refused)
        assert shop.row_counts() == before

        shop.meets(buy("a2", "ana", "2026-04-04 12:00", "5.00 tea"))
        assert refresh(database_url, shop.till, tmp_path)[:3] == (1, 1, 1)
        assert segments_of(shop, "ana") == ["fans"]
        assert shop.has("ana") == 110
        assert shop.is_proven()


def test_a_segment_that_is_declared_no_longer_is_left(database_url: str, tmp_path: Path) -> None:
    with Shop(database_url, FRESH) as shop:
        shop.meets(enrol("ana"), buy("a1", "ana", "2026-02-01 12:00", "5.00 tea"), enrol("ben", "2026-05-01 12:00"))
        students = Segment(id="crm", member="ana", at=datetime(2026, 2, 2, tzinfo=UTC), entered=("students",), by="crm")
        shop.meets(students)
        assert refresh(database_url, shop.till, tmp_path).entered == 1
        assert sorted(segments_of(shop, "ana")) == ["at-risk", "students"]
    with Shop(database_url, SIMPLE.replace("2026-01-01", "2026-05-02")) as shop:
        shop.meets(enrol("cem", "2026-05-03 12:00"))
        assert refresh(database_url, shop.till, tmp_path)[:3] == (1, 0, 1)
        assert segments_of(shop, "ana") == ["students"], "what others have found stays"


def test_who_asked_to_be_forgotten_enters_nothing(database_url: str, tmp_path: Path) -> None:
    with Shop(database_url, FRESH) as shop:
        shop.meets(enrol("ana"), buy("a1", "ana", "2026-02-01 12:00", "5.00 tea"))
        shop.meets(
            Erase(id="forget", member="ana", at=datetime(2026, 6, 1, tzinfo=UTC)), enrol("ben", "2026-06-02 12:00")
        )
        assert refresh(database_url, shop.till, tmp_path).members == 0
        assert segments_of(shop, "ana") == []


def test_groupings_that_last_may_be_told_too_and_clusters_not(database_url: str, tmp_path: Path) -> None:
    with Shop(database_url, SIMPLE) as shop:
        shop.meets(
            enrol("ana"), buy("a1", "ana", "2026-02-01 12:00", "5.00 tea"), act("r", "ana", "2026-02-01 13:00", "x")
        )
        assert refresh(database_url, shop.till, tmp_path, by="stage").entered == 1
        assert segments_of(shop, "ana") == ["stage-new"]
        before = shop.row_counts()
        with pytest.raises(NamesDoNotLast, match="The names of clusters are new every day"):
            refresh(database_url, shop.till, tmp_path, by="clusters")
        assert shop.row_counts() == before


def test_an_empty_ledger_and_members_who_never_bought(database_url: str, tmp_path: Path) -> None:
    with Shop(database_url, FRESH) as shop:
        assert refresh(database_url, shop.till, tmp_path).members == 0
        shop.meets(enrol("ana"))
        assert refresh(database_url, shop.till, tmp_path).members == 0


def test_what_is_refused_is_counted_and_the_others_go_on(database_url: str) -> None:
    with Shop(database_url, FRESH) as shop:
        shop.meets(enrol("ana"))
        at = datetime(2026, 2, 1, tzinfo=UTC)
        told = [Segment(id=f"s/{name}", member=name, at=at, entered=("x",), by="rules") for name in ("nobody", "ana")]
        heard: list[tuple[int, int]] = []
        done = works.tell(shop.till, told, lambda so_far, of: heard.append((so_far, of)))
        assert (done.members, done.entered, dict(done.refused), heard) == (1, 1, {"member_unknown": 1}, [(2, 2)])


def test_the_part_asks_once_a_day_and_only_where_segments_are_declared(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_in_force = FRESH.replace("2026-01-01", "2020-01-01")
    plain = SIMPLE.replace("program: shop", "program: plain")
    opened: list[Work] = []
    monkeypatch.setattr(works, "repeating", lambda name, seconds, open_work: opened.append(open_work(database_url)))
    with Shop(database_url, long_in_force) as shop, Shop(database_url, plain):
        shop.meets(enrol("ana"), enrol("ben", "2026-05-01 12:00"), buy("a1", "ana", "2026-02-01 12:00", "5.00 tea"))
        works.segments_part(tmp_path)
        opened[0].run()
        assert segments_of(shop, "ana") == ["at-risk"]
        assert [folder.name for folder in tmp_path.iterdir()] == ["shop"]

        again = buy("a2", "ana", "2026-05-02 12:00", "5.00 tea")
        shop.meets(msgspec.structs.replace(again, at=datetime.now(UTC)))
        opened[0].run()
        assert segments_of(shop, "ana") == ["at-risk"], "once a day is enough"
        opened[0].close()


def test_the_part_tries_again_within_the_hour_where_it_failed(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Work] = []
    tried: list[str] = []
    monkeypatch.setattr(works, "repeating", lambda name, seconds, open_work: opened.append(open_work(database_url)))

    def fails_once(url: str, till: Till, folder: Path, *, now: datetime) -> None:
        tried.append(folder.name)
        if len(tried) == 1:
            raise OSError("the disk is full")

    monkeypatch.setattr(works, "refresh", fails_once)
    with Shop(database_url, FRESH.replace("2026-01-01", "2020-01-01")):
        works.segments_part(tmp_path)
        with pytest.raises(OSError, match="the disk is full"):
            opened[0].run()
        opened[0].run()
        opened[0].run()
        opened[0].close()
    assert tried == ["shop", "shop"]
