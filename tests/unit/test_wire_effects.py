"""Effects on the wire: every instant is a time, every day a date, and no number is one that JavaScript would round."""

import ast
from datetime import UTC, date, datetime
from pathlib import Path

import guerdon.core.effects as module
from guerdon.core.effects import Adjusted, Chosen, Granted, Sent
from guerdon.core.events import Receive
from guerdon.messages.effects import DAYS, INSTANTS, wired_effects
from tests.builders import moment


def _fields_of(kind: str) -> set[str]:
    """The names of the fields of effects that are declared as instants or days."""
    tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)]
    wanted = {kind, f"{kind} | None"}
    return {node.target.id for node in found if ast.unparse(node.annotation) in wanted}  # type: ignore[union-attr]


def test_every_field_that_is_an_instant_or_a_day_is_known() -> None:
    assert _fields_of("Instant") <= INSTANTS
    assert _fields_of("Day") == DAYS


def test_instants_become_times_and_days_dates() -> None:
    granted = Granted("base", "points", 37, expires_at=1_796_508_000)
    chosen = Chosen("menu", 20_000, ("tea",))
    assert wired_effects([granted, chosen]) == [
        {
            "effect": "granted", "mechanic": "base", "unit": "points", "amount": 37,
            "expires_at": datetime(2026, 12, 5, 22, tzinfo=UTC),
        },
        {"effect": "chosen", "menu": "menu", "period": date(2024, 10, 4), "options": ["tea"]},
    ]  # fmt: skip


def test_a_text_under_the_name_of_an_instant_stays_a_text() -> None:
    assert wired_effects([Adjusted("points", 5, "sorry", "staff-1")])[0]["by"] == "staff-1"


def test_numbers_beyond_what_is_exact_become_texts() -> None:
    exact, beyond = 2**53, 2**53 + 1
    amounts = [effect["amount"] for effect in wired_effects([Granted("m", "p", exact), Granted("m", "p", beyond)])]
    assert amounts == [exact, str(beyond)]


def test_what_is_sent_to_another_member_is_told_alike() -> None:
    event = Receive(id="r", member="bo", at=moment("2026-03-02"), unit="p", amount=1, sender="ann", expires_at=0)
    told = wired_effects([Sent(event)])[0]["event"]
    assert told["expires_at"] == datetime(1970, 1, 1, tzinfo=UTC)
