"""Bulk requests against a till that is full, fails or stops: nothing is lost, and nothing overtakes."""

import asyncio
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from builders import moment

from guerdon.api import bulk
from guerdon.api.bulk import Bulk
from guerdon.core.effects import Outcome
from guerdon.core.events import Enrol, Event, encode_event
from guerdon.runtime.live import Answered, NotCommitted, Reply, TillIsClosed, TillIsFull
from guerdon.runtime.till import Answer


class StubTill:
    """Answers at once what it is told to, and remembers what it was handed."""

    def __init__(self, reply: Callable[[Event], Reply], refusing: Sequence[type[Exception]] = ()) -> None:
        self.reply, self.refusing, self.waiting = reply, list(refusing), 0
        self.lots: list[list[str]] = []

    def submit_all(self, events: Sequence[tuple[Event, Answered]]) -> None:
        if self.refusing:
            raise self.refusing.pop(0)
        self.lots.append([event.id for event, _ in events])
        for event, answered in reversed(events):
            answered(self.reply(event))


def recorded(event: Event) -> Reply:
    return Answer(event.id, event.member, 1, 1, Outcome())


def answered(till: StubTill, count: int, *, most_waiting: int = 8) -> list[dict[str, Any]]:
    """The lines of the answer to so many events."""
    events = [Enrol(id=f"e{number}", member="ann", at=moment("2026-01-01")) for number in range(1, count + 1)]
    file = io.BytesIO(b"\n".join(map(encode_event, events)))

    async def gathered() -> bytes:
        request = Bulk(till, file, longest=1_000, most_waiting=most_waiting, effects=False)  # type: ignore[arg-type]
        return b"".join([part async for part in request.answers()])

    told = asyncio.run(gathered())
    assert file.closed
    return [json.loads(line) for line in told.splitlines()]


def test_answers_stand_in_the_order_of_the_lines_whatever_the_order_of_the_replies() -> None:
    till = StubTill(recorded)

    *lines, summary = answered(till, 6)

    assert [line["id"] for line in lines] == ["e1", "e2", "e3", "e4", "e5", "e6"]
    assert till.lots == [["e1", "e2", "e3", "e4"], ["e5", "e6"]], "half of what may wait"
    assert summary == {"lines": 6, "recorded": 6, "repeated": 0, "refused": 0}


def test_never_more_than_a_few_hundred_stand_before_a_purchase() -> None:
    till = StubTill(recorded)

    answered(till, 1_300, most_waiting=100_000)

    assert [len(lot) for lot in till.lots] == [512, 512, 276]


def test_a_full_till_is_asked_again_and_the_order_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_SECONDS_TO_WAIT", 0)
    till = StubTill(recorded, [TillIsFull, TillIsFull])

    *_, summary = answered(till, 6)

    assert till.lots == [["e1", "e2", "e3", "e4"], ["e5", "e6"]]
    assert summary["recorded"] == 6


def test_what_stands_behind_a_lot_that_failed_is_not_tried() -> None:
    till = StubTill(lambda event: NotCommitted("OperationalError") if event.id == "e6" else recorded(event))

    *lines, summary = answered(till, 11)

    codes = [line.get("problem", {}).get("code") for line in lines]
    assert codes == [None] * 5 + ["database_unavailable"] + [None] * 2 + ["database_unavailable"] * 3
    assert [line["line"] for line in lines] == list(range(1, 12))
    assert till.lots == [["e1", "e2", "e3", "e4"], ["e5", "e6", "e7", "e8"]]
    assert summary == {"lines": 11, "recorded": 7, "repeated": 0, "refused": 0, "failed": 4}


def test_an_event_that_makes_the_code_fail_fails_alone() -> None:
    till = StubTill(lambda event: ZeroDivisionError("secret") if event.id == "e2" else recorded(event))

    *lines, summary = answered(till, 6)

    assert lines[1]["problem"]["code"] == "internal_error"
    assert "secret" not in str(lines)
    assert summary == {"lines": 6, "recorded": 5, "repeated": 0, "refused": 0, "failed": 1}


def test_a_service_that_stops_says_so_line_by_line() -> None:
    till = StubTill(recorded, [TillIsClosed])

    *lines, summary = answered(till, 6)

    assert {line["problem"]["code"] for line in lines} == {"stopping"}
    assert summary == {"lines": 6, "recorded": 0, "repeated": 0, "refused": 0, "failed": 6}
