"""A study and the command of the same name tell the same, of the same ledger."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from typer.testing import CliRunner

from guerdon.cli.main import app
from guerdon.core.events import Enrol, Event, decode_event
from guerdon.insight.studies.answering import ANSWERS, answer
from guerdon.insight.studies.inquiry import CannotBeAnswered, Inquiry
from guerdon.messages.studies import Question
from guerdon.runtime.programs import publish
from guerdon.runtime.till import Till
from guerdon.store.database import connect
from guerdon.works.lakes import fresh_lake

PROGRAM = """\
program: cafe
currency: EUR
timezone: Europe/Sofia
effective_from: 2026-01-01
experiments:
  spring: {groups: {control: 50%, ten: 50%}, between: [2026-03-01, 2026-04-30]}
units:
  beans: {worth: 1 EUR per 1000 beans}
mechanics:
  - {earn: beans, name: base, rate: 10 per 1 EUR}
rewards:
  - {reward: cup, cost: 100 beans}
"""
DRAFT = PROGRAM.replace("rate: 10 per", "rate: 20 per")
SPACE = """\
search:
  mechanics.base.rate: {from: 5, to: 15, step: 5}
goals:
  cost: under 1 % of sales
"""
HABITS = """\
shopper: the-smiths
currency: USD
habits:
  - {buy: grocery, amount: 25 USD, times: 2 a week}
"""
MARGINS = "tea: 60 %\neverything else: 25.5 %\n"
UPLIFT = "low: {visits: 1 %}\nhigh: {visits: 4 %, basket: 1.5 %}\n"
INVITED = "campaign,kind,first,last,member\nfair,mail,2026-04-01,2026-04-14,m01\nfair,mail,2026-04-01,2026-04-14,m02\n"
BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)

SAME: list[tuple[dict[str, Any], list[str]]] = [
    ({"kind": "figures"}, ["kpi", "--by", "month"]),
    ({"kind": "segments", "by": "stage"}, ["segments", "--by", "stage"]),
    ({"kind": "roll-forward", "until": "2026-04-30"}, ["liability", "--as-of", "2026-04-30"]),
    ({"kind": "roll-forward", "since": "2026-02-01", "method": "gross"},
     ["liability", "--from", "2026-02-01", "--method", "gross"]),
    ({"kind": "signals"}, ["signals"]),
    ({"kind": "simulation", "source": DRAFT}, ["simulate", "draft.yaml"]),
    (
        {"kind": "simulation", "source": DRAFT, "against": PROGRAM, "margins": {"tea": "60 %", "everything else": 25.5},
         "uplift": {"low": {"visits": 1}, "high": {"visits": 4, "basket": "1.5 %"}}},
        ["simulate", "draft.yaml", "--against", "now.yaml", "--margins", "margins.yaml", "--uplift", "uplift.yaml"],
    ),
    ({"kind": "tuning", "source": DRAFT, "space": SPACE}, ["tune", "draft.yaml", "--space", "space.yaml"]),
    ({"kind": "value", "draws": 0}, ["value", "--draws", "0"]),
    ({"kind": "value", "draws": 0, "margin": 30, "member": "m01"},
     ["value", "--draws", "0", "--margin", "30", "--member", "m01"]),
    ({"kind": "recommendations"}, ["recommend"]),
    ({"kind": "recommendations", "member": "m01", "level": "sku"}, ["recommend", "m01", "--level", "sku"]),
    ({"kind": "recommendation-test", "weeks": 3}, ["recommend", "--evaluate", "--weeks", "3"]),
    ({"kind": "experiment", "name": "spring", "by": "before"}, ["experiment", "spring", "--by", "before"]),
    ({"kind": "experiment-plan", "groups": {"control": 40, "ten": 60}, "find": 3},
     ["experiment", "plan", "control=40%", "ten=60%", "--find", "3%"]),
    ({"kind": "experiment-offers", "name": "spring", "seed": 3}, ["experiment", "offers", "spring", "--seed", "3"]),
    ({"kind": "campaigns", "invited": INVITED}, ["experiment", "campaigns", "--invited", "invited.csv"]),
    ({"kind": "comparison", "habits": HABITS, "plans": False}, ["compare", "--habits", "habits.yaml", "--no-plans"]),
]  # fmt: skip


class Cafe(NamedTuple):
    """A café with half a year behind it."""

    url: str
    folder: Path
    program: int

    def inquiry(self) -> Inquiry:
        return Inquiry(lambda: fresh_lake(self.url, self.program, self.folder / "lake"), workers=2)

    def command(self, *words: str) -> Any:
        told = CliRunner().invoke(app, [*words, "--json"])
        assert told.exit_code in (0, 1), told.output
        return json.loads(told.output)


def events() -> Iterator[Event]:
    for number in range(40):
        member = f"m{number:02}"
        yield Enrol(id=f"e-{member}", member=member, at=BEGAN)
        for week in range(0, 22, 1 + number % 4):
            drink = "coffee" if number % 2 else "tea"
            lines = [{"sku": drink, "category": drink, "amount": 300 + 10 * (number % 7) + week}]
            lines += [{"sku": "cake", "category": "sweet", "amount": 400}] if (week + number) % 3 else []
            at = BEGAN + timedelta(days=7 * week + number % 5, hours=1)
            told = {"kind": "purchase", "id": f"b-{member}-{week}", "member": member, "lines": lines}
            yield decode_event(json.dumps(told | {"at": at.isoformat()}).encode())


@pytest.fixture
def cafe(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cafe:
    monkeypatch.setenv("GUERDON_DATABASE_URL", database_url)
    monkeypatch.setenv("GUERDON_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTENSOR_FLAGS", "cxx=,mode=FAST_COMPILE")
    monkeypatch.chdir(tmp_path)
    files = {"draft.yaml": DRAFT, "now.yaml": PROGRAM, "space.yaml": SPACE, "habits.yaml": HABITS}
    files |= {"invited.csv": INVITED, "margins.yaml": MARGINS, "uplift.yaml": UPLIFT}
    for name, text in files.items():
        Path(name).write_text(text)
    with connect(database_url) as connection:
        program, _ = publish(connection, PROGRAM)
    with closing(Till(lambda: connect(database_url), program)) as till:
        till.commit(list(events()))
    return Cafe(database_url, tmp_path, program)


def asked(question: dict[str, Any]) -> Question:
    return msgspec.convert(question, Question)


def differences(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Where two answers differ, but for how long they took and what a file is called."""
    if path.rsplit(".", 1)[-1] in ("seconds", "name", "source"):
        return
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            yield from differences(one.get(key), other.get(key), f"{path}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{path}[{place}]")
    elif one != other:
        yield f"{path}: {one} and {other}"


def test_every_kind_is_compared() -> None:
    assert {type(asked(question)) for question, _ in SAME} == set(ANSWERS)


@pytest.mark.timeout(300)
def test_a_study_tells_what_the_command_tells(cafe: Cafe) -> None:
    inquiry = cafe.inquiry()
    for question, words in SAME:
        told = json.loads(msgspec.json.encode(answer(inquiry, asked(question))))
        assert told, question
        assert list(differences(told, cafe.command(*words))) == [], words


def test_what_has_no_answer_is_said_in_a_sentence(cafe: Cafe) -> None:
    inquiry = cafe.inquiry()
    for question, said in [
        ({"kind": "value", "draws": 0, "member": "zoe"}, "There is no member zoe."),
        ({"kind": "recommendations", "member": "zoe"}, "There is no member zoe."),
        ({"kind": "recommendation-test", "weeks": 26}, "weeks"),
        ({"kind": "roll-forward", "since": "2026-02-02"}, "not the first day of a month"),
        ({"kind": "roll-forward", "until": "2099-01-31"}, "lies ahead"),
        ({"kind": "roll-forward", "since": "2026-02-01", "until": "2026-01-31"}, "before it"),
        ({"kind": "experiment", "name": "autumn"}, "autumn"),
        ({"kind": "experiment", "name": "spring", "metric": "joy"}, "There is no metric `joy`"),
        ({"kind": "experiment-plan", "groups": {"a": 50, "b": 60}}, "100 % in all"),
        ({"kind": "experiment-offers", "name": "autumn"}, "autumn"),
        ({"kind": "campaigns", "invited": "who\nann\n"}, "should begin with campaign,kind,first,last,member"),
        ({"kind": "tuning", "source": DRAFT, "space": SPACE, "until": "2020-01-01"}, "no event"),
    ]:
        with pytest.raises(CannotBeAnswered, match=said.replace("`", ".")):
            answer(inquiry, asked(question))
