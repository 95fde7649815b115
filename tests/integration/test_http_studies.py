"""Studies over HTTP: asked, answered in a process of its own, read; and what becomes of one that goes wrong."""

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from http_fixtures import Counter, counter
from ledger_fixtures import SIMPLE, buy, enrol, named

from guerdon.api import studies as resource
from guerdon.insight.studies.inquiry import Inquiry
from guerdon.messages.studies import Question
from guerdon.runtime.till import Till
from guerdon.store import studies as stored
from guerdon.store.database import connect
from guerdon.works import studies as works

DRAFT = SIMPLE.replace("rate: 1 per 1 USD", "rate: 2 per 1 USD")
BUSY = "shopper: ann\ncurrency: USD\nhabits:\n" + 2 * "  - {buy: grocery, amount: 25 USD, times: 20 a day}\n"
SIMULATION = {"kind": "simulation", "source": DRAFT}


@pytest.fixture
def shop(database_url: str) -> Iterator[Counter]:
    """Ann and Bob have bought for 100.00 and 50.00."""
    with counter(database_url, SIMPLE, named(SIMPLE, "other")) as open_counter:
        till = Till(lambda: connect(database_url), open_counter.programs["shop"])
        till.commit([enrol("ann"), enrol("bob")])
        till.commit([buy("p1", "ann", "2026-02-01", "100.00"), buy("p2", "bob", "2026-02-02", "50.00")])
        till.close()
        yield open_counter


def asked(shop: Counter, question: dict[str, Any], *, program: str = "shop", status: int = 202) -> dict[str, Any]:
    answer = shop.client.post("/v1/studies", json=question, headers=shop.headers("auditor", program=program))
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def read(shop: Counter, number: int, *, program: str = "shop") -> Any:
    return shop.client.get(f"/v1/studies/{number}", headers=shop.headers("auditor", program=program))


def worked(shop: Counter, lakes: Path | None) -> None:
    """Let the works answer everything that waits."""
    with connect(shop.url, autocommit=True) as connection:
        while works.take_next(connection, shop.url, lakes, threading.Event()):
            pass


def test_a_simulation_is_asked_worked_on_and_read(shop: Counter, tmp_path: Path) -> None:
    """Under the draft 300 points are given where 150 were."""
    made = asked(shop, SIMULATION)
    assert made["status"] == "waiting"
    worked(shop, tmp_path)
    told = read(shop, made["id"]).json()
    assert told["status"] == "answered", told
    assert told["question"] == SIMULATION
    issued = [
        [unit["issued"] for unit in side["units"] if unit["unit"] == "points"]
        for side in (told["answer"]["draft"], told["answer"]["current"])
    ]
    assert issued == [[300], [150]]
    listed = shop.client.get("/v1/studies", headers=shop.headers("auditor")).json()["items"]
    assert [(item["id"], item["kind"], item["status"]) for item in listed] == [(made["id"], "simulation", "answered")]
    assert "answer" not in listed[0]
    assert "question" not in listed[0], "twenty files of a megabyte are no list"


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ({"kind": "figures", "measures": ["sales"], "by": ["month"]}, '"value":15000'),
        ({"kind": "segments"}, '"members":2'),
        ({"kind": "roll-forward", "until": "2026-02-28"}, '"closing":150'),
        ({"kind": "signals"}, '"suspects":[]'),
    ],
)
def test_every_kind_of_question_has_its_answer(
    shop: Counter, tmp_path: Path, question: dict[str, Any], says: str
) -> None:
    number = asked(shop, question)["id"]
    worked(shop, tmp_path)
    told = read(shop, number)
    assert told.json()["status"] == "answered", told.text
    assert says in told.text


def test_how_far_a_study_is(shop: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each new step is told at once, the same step once a second; with the answer it is gone."""
    number = asked(shop, SIMULATION)["id"]
    seen: list[Any] = []

    def answered(inquiry: Inquiry, question: Question) -> msgspec.Struct:
        for step in [("Reading", 0, None), ("Replaying", 1, 9), ("Replaying", 2, 9), ("Adding up", 9, 9)]:
            inquiry.progress(*step)
            told = read(shop, number).json()
            seen.append(told["progress"])
        return question

    assert "progress" not in read(shop, number).json()
    with connect(shop.url, autocommit=True) as connection:
        assert stored.begin(connection) is not None
    monkeypatch.setattr(works, "answer", answered)
    works.work_on(shop.url, number, shop.programs["shop"], None)
    assert seen == [
        {"doing": "Reading", "done": 0},
        {"doing": "Replaying", "done": 1, "of": 9},
        {"doing": "Replaying", "done": 1, "of": 9},
        {"doing": "Adding up", "done": 9, "of": 9},
    ]
    told = read(shop, number).json()
    assert (told["status"], "progress" in told) == ("answered", False)


def test_a_note_that_cannot_be_made_is_left_out(shop: Counter) -> None:
    """Whoever ends the connection of a study, or stops the database for a moment, does not end the study."""
    number = asked(shop, SIMULATION)["id"]
    with connect(shop.url, autocommit=True) as connection, works._Progress(shop.url, number) as progress:
        assert stored.begin(connection) is not None
        progress("Reading", 0, None)
        ended = (
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> %s"
        )
        connection.execute(ended, [connection.info.backend_pid])
        progress("Replaying", 1, 9)
        progress("Adding up", 9, 9)
        found = stored.find(connection, shop.programs["shop"], number)
    assert found is not None
    assert found.progress is not None
    assert b"Adding up" in found.progress


def test_a_question_of_another_version_is_still_told(shop: Counter, tmp_path: Path) -> None:
    number = asked(shop, SIMULATION)["id"]
    with connect(shop.url, autocommit=True) as connection:
        connection.execute("""update studies set question = '{"kind": "weather", "where": "here"}'""")
    assert read(shop, number).json()["question"] == {"kind": "weather", "where": "here"}
    listed = shop.client.get("/v1/studies", headers=shop.headers("auditor")).json()["items"]
    assert [item["kind"] for item in listed] == ["weather"]
    worked(shop, tmp_path)
    assert read(shop, number).json()["status"] == "failed"


def test_a_measure_that_nobody_knows(shop: Counter, tmp_path: Path) -> None:
    number = asked(shop, {"kind": "figures", "measures": ["happiness"]})["id"]
    worked(shop, tmp_path)
    told = read(shop, number).json()
    assert (told["status"], "happiness" in told["problem"]) == ("failed", True)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ({"kind": "simulation", "source": "program: 7"}, "program"),
        ({"kind": "tuning", "source": DRAFT, "space": "search: {mechanics.nothing.rate: [1, 2]}"}, "nothing"),
        ({"kind": "comparison", "habits": "shopper: ann\nhobits: []"}, "hobits"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_once(shop: Counter, question: dict[str, Any], says: str) -> None:
    problem = asked(shop, question, status=422)
    assert problem["code"] == "program_not_right"
    assert says in str(problem["faults"]), problem
    assert shop.client.get("/v1/studies", headers=shop.headers("auditor")).json()["items"] == []


@pytest.mark.parametrize(
    "question",
    [
        {"kind": "weather"},
        {},
        {"kind": "figures", "by": ["a", "b", "c"]},
        SIMULATION | {"margins": {"grocery": 140}},
        SIMULATION | {"margins": {"grocery": "much"}},
        SIMULATION | {"uplift": {"gold": {"low": {"visits": 1}}}},
        SIMULATION | {"uplift": {"low": {"visits": 101}}},
        SIMULATION | {"uplift": {"low": {"joy": 1}}},
        {"kind": "experiment-plan", "groups": {"a": 50, "b": 60}},
        {"kind": "experiment-plan", "groups": {"a": 50, "b": 50}, "find": 1e-300},
        {"kind": "campaigns", "invited": "who\nann\n"},
        {"kind": "campaigns", "invited": f"campaign,kind,first,last,member\n{'x' * 200_000},,,,"},
        {"kind": "comparison", "habits": BUSY},
        {"kind": "figures", "since": "0001-01-02"},
        {"kind": "simulation", "source": DRAFT, "until": "9999-12-31"},
    ],
)
def test_what_is_no_question(shop: Counter, question: dict[str, Any]) -> None:
    assert asked(shop, question, status=422)["code"] == "not_as_wanted"


def test_only_so_many_may_wait(shop: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "MOST_OPEN", 1)
    asked(shop, SIMULATION)
    assert asked(shop, SIMULATION, status=429)["code"] == "too_many_studies"
    assert asked(shop, SIMULATION, program="other")["status"] == "waiting"


def test_another_program_sees_none_of_it(shop: Counter) -> None:
    number = asked(shop, SIMULATION)["id"]
    assert read(shop, number, program="other").json()["code"] == "study_not_found"
    there = shop.headers("manager", program="other")
    assert shop.client.delete(f"/v1/studies/{number}", headers=there).status_code == 404
    assert read(shop, number).status_code == 200


def test_one_that_is_dropped_is_gone(shop: Counter, tmp_path: Path) -> None:
    number = asked(shop, SIMULATION)["id"]
    assert shop.client.delete(f"/v1/studies/{number}", headers=shop.headers("auditor")).status_code == 403
    assert shop.client.delete(f"/v1/studies/{number}", headers=shop.headers("manager")).status_code == 204
    assert read(shop, number).status_code == 404
    assert read(shop, 2**80).status_code == 404
    worked(shop, tmp_path)


def test_a_program_without_events_has_no_simulation(shop: Counter) -> None:
    number = asked(shop, {"kind": "simulation", "source": named(DRAFT, "other")}, program="other")["id"]
    worked(shop, None)
    told = read(shop, number, program="other").json()
    assert told["status"] == "failed"
    assert "no event" in told["problem"]


def test_one_that_ends_its_process_again_and_again_is_given_up(
    shop: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = asked(shop, SIMULATION)["id"]
    monkeypatch.setattr(works, "_in_a_process", lambda *_: True)  # it ends, and has noted nothing
    worked(shop, tmp_path)
    told = read(shop, number).json()
    assert (told["status"], "3 times" in told["problem"]) == ("failed", True)


def test_one_that_takes_too_long_is_ended(shop: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number = asked(shop, SIMULATION)["id"]
    monkeypatch.setattr(works, "longest_seconds", lambda: 0)
    worked(shop, tmp_path)
    told = read(shop, number).json()
    assert (told["status"], "longer than 0 minutes" in told["problem"]) == ("failed", True)


def test_one_that_is_dropped_while_it_runs_is_ended(
    shop: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process sleeps for a minute here; nobody waits for it."""
    number = asked(shop, SIMULATION)["id"]
    monkeypatch.setattr(works, "_SECONDS_BETWEEN_LOOKS", 0.1)
    monkeypatch.setattr(works, "_words", lambda *_: [sys.executable, "-c", "import time; time.sleep(60)"])
    began = time.monotonic()
    dropped = shop.headers("manager")
    threading.Timer(1.0, lambda: shop.client.delete(f"/v1/studies/{number}", headers=dropped)).start()
    worked(shop, tmp_path)
    assert time.monotonic() - began < 20
    assert read(shop, number).status_code == 404


def test_one_whose_works_stop_is_taken_up_again(shop: Counter, tmp_path: Path) -> None:
    number, over = asked(shop, SIMULATION)["id"], threading.Event()
    over.set()
    for _ in range(5):  # more often than one that dies by itself would be tried
        with connect(shop.url, autocommit=True) as connection:
            assert works.take_next(connection, shop.url, tmp_path, over)
        assert read(shop, number).json()["status"] == "waiting"
    worked(shop, tmp_path)
    assert read(shop, number).json()["status"] == "answered"


def test_old_answers_are_dropped(shop: Counter) -> None:
    number = asked(shop, SIMULATION)["id"]
    with connect(shop.url, autocommit=True) as connection:
        stored.end(connection, number, problem="it rained")
        connection.execute("update studies set ended_at = now() - interval '29 days'")
        stored.drop_old(connection, 30)
        assert stored.find(connection, shop.programs["shop"], number) is not None
        connection.execute("update studies set ended_at = now() - interval '31 days'")
        stored.drop_old(connection, 30)
        assert stored.find(connection, shop.programs["shop"], number) is None
