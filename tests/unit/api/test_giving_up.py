"""A request does not wait for the till for ever."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from guerdon.api import committing
from guerdon.core.events import Enrol
from guerdon.runtime.live import NotCommitted

JOINED = Enrol(id="e1", member="ann", at=datetime(2026, 1, 2, tzinfo=UTC))


class SlowTill:
    """Takes an event, and answers it when it is told to."""

    def __init__(self) -> None:
        self.answered: Any = None

    def submit(self, event: Any, answered: Any) -> None:
        self.answered = answered


def test_a_till_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committing, "SECONDS_TO_WAIT", 0.05)
    till = SlowTill()

    async def ask() -> None:
        with pytest.raises(NotCommitted, match="no answer in time"):
            await committing._answered(till, JOINED)  # type: ignore[arg-type]
        till.answered("too late")  # nobody is there to hear it, and nothing breaks
        await asyncio.sleep(0.05)

    asyncio.run(ask())


def test_an_answer_in_time_leaves_no_timer_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committing, "SECONDS_TO_WAIT", 0.05)
    till = SlowTill()

    async def ask() -> Any:
        asyncio.get_running_loop().call_later(0.01, lambda: till.answered("done"))
        answer = await committing._answered(till, JOINED)  # type: ignore[arg-type]
        await asyncio.sleep(0.1)
        return answer

    assert asyncio.run(ask()) == "done"
