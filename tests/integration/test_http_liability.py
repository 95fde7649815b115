"""The liability and the causes over HTTP, proved against the books."""

from collections import Counter as Tally
from collections.abc import Iterator
from typing import Any

import pytest
from builders import moment
from http_fixtures import Counter, counter
from ledger_fixtures import (
    RELATED,
    SIMPLE,
    adjust,
    bring_back,
    buy,
    enrol,
    named,
    redeem,
    send,
)

from guerdon.core.effects import MEMBER_ACCOUNTS
from guerdon.core.events import Donate, Event
from guerdon.runtime.relay import deliver
from guerdon.runtime.till import Till
from guerdon.store import reading
from guerdon.store.database import connect
from guerdon.store.queries import statement

EVENTS: list[Event] = [
    enrol("ann"),
    enrol("bob"),
    buy("p1", "ann", "2026-01-10 12:00", "300.00"),
    buy("p2", "bob", "2026-02-10 12:00", "80.00", "20.00"),
    redeem("r1", "ann", "2026-02-20 12:00", "coffee"),
    redeem("r2", "ann", "2026-03-01 12:00", "flight"),
    bring_back("b1", "bob", "2026-03-02 12:00", "p2", (1, None)),
    Donate(id="d1", member="ann", at=moment("2026-03-03 12:00"), cause="forest", amount=50),
    send("s1", "ann", "2026-03-04 12:00", "bob", 40),
    adjust("a1", "bob", "2026-03-05 12:00", 5),
    # Recorded last, and happened earlier.
    buy("p3", "bob", "2026-03-01 18:00", "10.00"),
]


@pytest.fixture
def shop(database_url: str) -> Iterator[Counter]:
    with counter(database_url, RELATED, named(SIMPLE, "other")) as open_counter:
        till = Till(lambda: connect(database_url), open_counter.programs["shop"])
        answers = till.commit(EVENTS)
        assert [answer.refusal for answer in answers if answer.refusal] == []
        till.close()
        yield open_counter


def asked(shop: Counter, **query: str) -> dict[str, Any]:
    answer = shop.client.get("/v1/liability", params=query, headers=shop.headers("auditor"))
    assert answer.status_code == 200, answer.text
    return answer.json()


def of(answer: dict[str, Any], unit: str) -> dict[str, Any]:
    (found,) = [told for told in answer["units"] if told["unit"] == unit]
    return found


def test_now_it_is_what_the_balances_say(shop: Counter) -> None:
    with connect(shop.url) as connection:
        balances = reading.account_balances(connection, shop.programs["shop"])
        later = reading.account_balances_at(connection, shop.programs["shop"], moment("2026-03-05 12:00"))

    found = asked(shop)

    points = of(found, "points")
    assert balances == later, "nothing is dated after it"
    assert points["issued"] == -balances["points", "issued"]
    assert points["redeemed"] == balances["points", "redeemed"] == 22, "a coffee, and what sending costs"
    assert points["causes"] == balances["points", "cause:forest"] == 50
    assert points["partners"] == balances["points", "partner:sky"] == 20
    assert points["in_transit"] == balances["points", "in_transit"] == 40
    held = sum(balances.get(("points", account), 0) for account in MEMBER_ACCOUNTS)
    assert points["outstanding"] == held + points["in_transit"]
    used = ("reversed", "redeemed", "expired", "converted", "causes", "partners", "outstanding")
    assert points["issued"] == sum(points[account] for account in used)
    assert (found["currency"], found["worth"], points["worth"]) == ("USD", points["outstanding"], points["outstanding"])


MOMENTS = ["2026-01-01T00:00:00Z", "2026-01-10T16:59:59Z", "2026-01-10T17:00:00Z", "2026-02-20T17:00:00Z",
           "2026-03-01T23:00:00Z", "2026-03-02T17:00:00Z", "2026-03-04T17:00:00Z", "2099-12-31T23:59:59Z"]  # fmt: skip


def test_at_a_past_moment_it_is_what_all_transfers_up_to_then_add_up_to(shop: Counter) -> None:
    outstanding = [proved_at(shop, at) for at in MOMENTS]

    assert outstanding[:3] == [0, 0, 300]
    assert len(set(outstanding)) > 4


def proved_at(shop: Counter, at: str) -> int:
    """What is outstanding at a moment, compared with the transfers added up anew."""
    with connect(shop.url) as connection:
        rows = connection.execute(
            "select unit, source, target, amount from transfers join journal using (member, seq) where at <= %s", [at]
        ).fetchall()
    held: Tally[tuple[str, str]] = Tally()
    for unit, source, target, amount in rows:
        held[unit, source] -= amount
        held[unit, target] += amount

    points = of(asked(shop, as_of=at), "points")

    assert points["issued"] == -held["points", "issued"]
    for account in ("redeemed", "reversed", "expired", "converted"):
        assert points[account] == held["points", account]
    assert points["outstanding"] == sum(held["points", account] for account in (*MEMBER_ACCOUNTS, "in_transit"))
    return points["outstanding"]


def test_it_looks_at_the_journal_by_date(shop: Counter) -> None:
    asked_for = {"program": shop.programs["shop"], "at": moment("2026-03-04 12:00")}
    with connect(shop.url) as connection:
        # So few rows fit into a block that reading everything is cheaper; any other way there is goes by the date.
        connection.execute("set enable_seqscan = off; set enable_indexscan = off")
        plan = connection.execute(f"explain {statement('account_balances_at')}", asked_for).fetchall()

    assert any("journal_at" in line for (line,) in plan), plan


def test_what_arrives_is_on_its_way_no_more(shop: Counter) -> None:
    before = of(asked(shop), "points")
    with connect(shop.url) as connection:
        till = Till(lambda: connect(shop.url), shop.programs["shop"])
        deliver(till, connection)
        till.close()

    after = of(asked(shop), "points")

    assert before["in_transit"] > 0
    assert "in_transit" not in after
    assert after["outstanding"] == before["outstanding"]


def test_another_brand_has_a_liability_of_its_own(shop: Counter) -> None:
    answer = shop.client.get("/v1/liability", headers=shop.headers(program="other")).json()

    assert [unit["issued"] for unit in answer["units"]] == [0, 0]
    assert answer["worth"] == 0


def test_it_is_not_for_every_key_and_takes_no_nonsense(shop: Counter) -> None:
    refused = shop.client.get("/v1/liability", headers=shop.headers("checkout", "app"))
    nonsense = shop.client.get("/v1/liability", params={"as_of": "now"}, headers=shop.headers("auditor"))

    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert (nonsense.status_code, nonsense.json()["code"]) == (422, "not_as_wanted")


def test_causes_tell_what_they_were_given_and_what_they_are_to_come_to(shop: Counter) -> None:
    answer = shop.client.get("/v1/causes", headers=shop.headers("app")).json()
    elsewhere = shop.client.get("/v1/causes", headers=shop.headers(program="other")).json()

    assert answer["items"] == [
        {"cause": "forest", "unit": "points", "amount": 50, "gifts": 1, "members": 1, "target": 500},
        {"cause": "sea", "unit": "points", "amount": 0, "gifts": 0, "members": 0},
    ]
    assert elsewhere == {"items": []}
