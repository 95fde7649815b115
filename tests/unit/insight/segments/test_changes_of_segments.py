"""Changes: only what is otherwise becomes an event, its own segments only, and with an id that repeats."""

from datetime import UTC, date, datetime

from guerdon.core.events import MOST_SEGMENTS, encode_event
from guerdon.core.events import Segment as SegmentEvent
from guerdon.insight.engines.duckdb import tables_from
from guerdon.insight.segments.changes import Known, changes, known_of, named_by
from guerdon.insight.segments.grouping import Grouping, Segment

AT = datetime(2026, 12, 31, 12, tzinfo=UTC)
RULES = Grouping("rules", (Segment("at-risk", ""), Segment("regular", "")), {1: ("at-risk",)})
ANA = Known("ana", 7, ("regular", "students"))


def test_the_worked_change() -> None:
    (event,) = changes(RULES, {1: ANA}, at=AT)
    assert (event.member, event.entered, event.left, event.by) == ("ana", ("at-risk",), ("regular",), "rules")
    assert event.id.startswith("segment/rules/1/7/")


def test_what_is_known_already_is_no_change() -> None:
    assert changes(RULES, {1: ANA._replace(segments=("at-risk", "students"))}, at=AT) == []


def test_the_same_change_has_the_same_id_and_another_entry_another_one() -> None:
    (one,), (again,) = changes(RULES, {1: ANA}, at=AT), changes(RULES, {1: ANA}, at=AT)
    (later,) = changes(RULES, {1: ANA._replace(seq=8)}, at=AT)
    assert one == again
    assert later.id != one.id


def test_groupings_that_no_program_declares_carry_their_name() -> None:
    rfm = Grouping("rfm", (Segment("champions", ""), Segment("loyal", "")), {1: ("champions",)})
    (event,) = changes(rfm, {1: Known("ana", 7, ("rfm-loyal", "loyal"))}, at=AT)
    assert (event.entered, event.left) == (("rfm-champions",), ("rfm-loyal",))


def test_what_is_declared_no_longer_is_left() -> None:
    (event,) = changes(RULES, {1: ANA._replace(segments=("at-risk", "old"))}, at=AT, before={"old"})
    assert (event.entered, event.left) == ((), ("old",))


def test_who_is_forgotten_or_not_looked_at_stays_as_it_is() -> None:
    assert changes(RULES, {1: ANA._replace(is_forgotten=True), 2: ANA._replace(key="ben")}, at=AT) == []


def test_many_changes_take_several_events() -> None:
    names = tuple(f"s{n:03}" for n in range(MOST_SEGMENTS + 1))
    many = Grouping("rules", tuple(Segment(name, "") for name in names), {1: names})
    found = changes(many, {1: Known("ana", 1, ())}, at=AT)
    assert [len(event.entered) for event in found] == [MOST_SEGMENTS, 1]
    assert len({event.id for event in found}) == 2


def test_what_the_lake_knows() -> None:
    told = SegmentEvent(id="s", member="ana", at=AT, entered=("at-risk",), by="rules")
    other = SegmentEvent(id="t", member="ana", at=AT, entered=("x",), by="crm")
    day = date(2026, 12, 31)
    events = [
        {"member": 1, "seq": 2, "kind": "segment", "day": day, "content": encode_event(told).decode()},
        {"member": 1, "seq": 3, "kind": "segment", "day": day, "content": encode_event(other).decode()},
        {"member": 2, "seq": 2, "kind": "erase", "day": day, "content": "{}"},
    ]
    members = [
        {"member": 1, "key": "ana", "seq": 3, "segments": ["at-risk", "x"]},
        {"member": 2, "key": "ben", "seq": 2},
    ]
    tables = tables_from({"events": events, "members": members})
    assert known_of(tables) == {1: Known("ana", 3, ("at-risk", "x")), 2: Known("ben", 2, (), is_forgotten=True)}
    assert named_by(tables, "rules") == {"at-risk"}
