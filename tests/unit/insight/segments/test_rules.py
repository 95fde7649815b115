"""Rules of a program, asked of members out of a lake."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from builders import instant

from guerdon.core.decide import decide
from guerdon.core.events import Enrol
from guerdon.core.experiments import assigned
from guerdon.core.state import NEW_MEMBER, encode_state
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.insight.engines import Tables
from guerdon.insight.engines.duckdb import tables_from
from guerdon.insight.segments.study import NamesDoNotLast, RulesLookAtNow, SegmentUnknown, Study
from guerdon.language import read_program

PROGRAM = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {expires: 30 days}
mechanics:
  - {earn: points, rate: 1 per 1 USD}
segments:
  quiet: {if: days_since_last_purchase > 60}
  locals: {if: "region == 'Bronx' and purchases >= 1"}
  green: {if: "contains(favourites, 'produce')"}
  rich: {if: wallets.points > 0}
"""
LAST = datetime(2026, 6, 30, 16, tzinfo=UTC)


def timeline(source: str = PROGRAM) -> Timeline:
    return Timeline([Version(read_program(source), 1)])


def member(number: int, key: str, **traits: Any) -> dict[str, Any]:
    joined = instant("2026-01-01 12:00")
    traits_of = msgspec.structs.replace(NEW_MEMBER.traits, **traits)
    state = msgspec.structs.replace(NEW_MEMBER, enrolled_at=joined, as_of=joined, traits=traits_of, purchases=1)
    return {"member": number, "key": key, "seq": 1, "is_household": False, "state": encode_state(state).decode()}


def bought(number: int, day: date, category: str) -> tuple[dict[str, Any], dict[str, Any]]:
    at = datetime(day.year, day.month, day.day, 16, tzinfo=UTC)
    event = {"member": number, "seq": 1, "kind": "purchase", "at": at, "day": day, "paid": 500, "amount": 500}
    return event, {"member": number, "seq": 1, "line": 0, "day": day, "category": category, "net": 500}


def town() -> Tables:
    days = {1: date(2026, 4, 30), 2: date(2026, 5, 1), 3: date(2026, 6, 30)}
    told = [bought(number, day, "produce/fruit" if number == 2 else "tins") for number, day in days.items()]
    members = [member(1, "ana"), member(2, "ben", region="Bronx"), member(3, "cem"), member(4, "dan")]
    return tables_from({"members": members, "events": [one for one, _ in told], "lines": [one for _, one in told]})


def test_rules_are_asked_of_everybody() -> None:
    found = Study(town(), timeline(), "USD").grouping("rules")
    # 30 April is 61 days before the last deed, and 1 May 60.
    assert {name: found.of(name) for name in found.names} == {"quiet": [1], "locals": [2], "green": [2], "rich": []}


def test_what_was_never_bought_is_not_long_ago() -> None:
    assert 4 not in Study(town(), timeline(), "USD").grouping("rules").of("quiet")


def test_a_program_without_segments_says_so() -> None:
    plain = PROGRAM.partition("segments:")[0]
    found = Study(town(), timeline(plain), "USD").overview("rules")
    assert (found.segments, found.members) == ((), 4)
    assert found.notes == ("The program declares no segments. A section `segments:` in its file does.",)


def test_an_earlier_day_is_no_matter_of_rules() -> None:
    with pytest.raises(RulesLookAtNow):
        Study(town(), timeline(), "USD", date(2026, 5, 1)).overview("rules")


def test_questions_that_have_no_answer() -> None:
    study = Study(town(), timeline(), "USD")
    with pytest.raises(SegmentUnknown, match="There is no segment heroes by stage; there are: new, growing"):
        study.members("stage", "heroes")
    with pytest.raises(NamesDoNotLast):
        study.changes("clusters")
    assert study.portrait("nobody") is None


def test_the_day_is_that_of_the_last_deed() -> None:
    tick = {"member": 1, "seq": 2, "kind": "tick", "at": datetime(2026, 9, 1, tzinfo=UTC), "day": date(2026, 9, 1)}
    rows = {"members": [member(1, "ana")], "events": [bought(1, date(2026, 6, 30), "tins")[0], tick]}
    study = Study(tables_from(rows), timeline(), "USD")
    assert (study.last_deed, study.day) == (LAST, date(2026, 6, 30))
    assert study.portrait("ana") is not None


def test_where_it_is_later_than_the_last_deed_the_present_counts() -> None:
    rows = {"members": [member(1, "ana")], "events": [bought(1, date(2026, 6, 30), "tins")[0]]}
    for now, day, quiet in [
        (datetime(2026, 8, 29, 16, tzinfo=UTC), date(2026, 8, 29), []),
        (datetime(2026, 8, 30, 16, tzinfo=UTC), date(2026, 8, 30), [1]),
        (datetime(2026, 1, 1, 16, tzinfo=UTC), date(2026, 6, 30), []),
    ]:
        study = Study(tables_from(rows), timeline(), "USD", now=now)
        assert (study.day, study.grouping("rules").of("quiet")) == (day, quiet)


@pytest.mark.parametrize("by", ["rfm", "stage", "clusters", "kinds", "rules"])
def test_a_lake_without_anything(by: str) -> None:
    study = Study(tables_from({}), timeline(), "USD")
    found = study.overview(by)
    assert (found.members, found.sales, found.day) == (0, 0, "")
    assert found.notes[0] == "There is no member to tell of."
    assert by == "clusters" or study.changes(by) == []


TRIED = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {}
experiments:
  spring: {groups: {given: 50%, control: 50%}}
mechanics:
  - {earn: points, on: every month, flat: 10, when: {experiment: {spring: given}}}
segments:
  rich: {if: wallets.points > 0}
"""


def joined(key: str) -> dict[str, Any]:
    """The state of a member right after joining, with whatever falls due later."""
    enrolment = Enrol(id="join", member=key, at=datetime(2026, 1, 2, 17, tzinfo=UTC))
    return {"state": encode_state(decide(timeline(TRIED), NEW_MEMBER, enrolment).state).decode()}


def test_what_falls_due_is_settled_for_the_member_that_it_is() -> None:
    """Who is given the monthly points hangs on the member's own id, and not on what the question is called."""
    keys = [f"member-{number}" for number in range(12)]
    members = [member(number, key) | joined(key) for number, key in enumerate(keys, 1)]
    deeds = [bought(number, date(2026, 6, 30), "tins") for number in range(1, 13)]
    tables = tables_from({"members": members, "events": [event for event, _ in deeds]})
    version = timeline(TRIED).versions[0]
    given = {key for key in keys if assigned("spring", version.program.experiments["spring"], key) == "given"}
    assert 0 < len(given) < len(keys)
    study = Study(tables, timeline(TRIED), "USD")
    assert {one.key for one in study.members("rules", "rich")} == given
