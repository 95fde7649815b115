"""The worth of paid plans over HTTP, on a journal that a till kept."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from http_fixtures import Counter, counter, enrol, purchase

from guerdon.core.events import Event, event_from
from guerdon.runtime.till import Till
from guerdon.runtime.verify import verify
from guerdon.store.database import connect

CLUB = """
program: club
currency: USD
timezone: America/New_York
effective_from: 2025-01-01
units:
  points: {worth: 1 USD per 100 points}
mechanics:
  - {membership: plus, fee: 30 USD a year, payment_due: 14 days before}
  - {membership: grown-up, fee: 1 USD a month, payment_due: 3 days before, when: {age: from 18}}
  - {earn: points, name: base, rate: 3 per 1 USD}
  - {earn: points, name: more, rate: 2 per 1 USD, when: {membership: plus}}
  - {benefit: delivery, when: {membership: plus}}
"""
FIRST = datetime.fromisoformat("2025-02-10T17:00:00+00:00")


def events() -> list[Event]:
    """Twelve purchases of 200.00 in a year."""
    days = [(FIRST + timedelta(days=30 * month)).isoformat() for month in range(12)]
    bought = [{"kind": "purchase"} | purchase(f"p{n}", "ann", 200_00, at=at) for n, at in enumerate(days)]
    return [event_from(told) for told in [enrol("ann", "2025-02-01T10:00:00Z"), *bought]]


@pytest.fixture
def shop(database_url: str) -> Iterator[Counter]:
    with counter(database_url, CLUB, CLUB.replace("program: club", "program: other")) as open_counter:
        till = Till(lambda: connect(database_url), open_counter.programs["club"])
        assert [answer.refusal for answer in till.commit(events()) if answer.refusal] == []
        till.close()
        yield open_counter


def asked(shop: Counter, member: str = "ann", **query: Any) -> Any:
    return shop.client.get(f"/v1/members/{member}/worth", params=query, headers=shop.headers("app"))


def test_each_paid_plan_with_what_it_brings_and_costs(shop: Counter) -> None:
    # 2,400.00 in the year: 2 % more are 48.00, less 30.00.
    assert asked(shop).json() == {
        "member": "ann", "currency": "USD", "first_day": "2025-02-01", "last_day": "2026-01-06", "spend": 2_400_00,
        "items": [
            {"plan": "plus", "held": False, "fee": 30_00, "term": "1 year", "brings": 48_00, "fees": 30_00,
             "net": 18_00, "not_counted": ["delivery"]},
            {"plan": "grown-up", "held": False, "fee": 1_00, "term": "1 month",
             "refusal": "The plan grown-up is not for this member: only from 18 years on."},
        ],
    }  # fmt: skip


def test_the_spend_from_which_it_pays_is_found_if_it_is_asked_for(shop: Counter) -> None:
    [plus] = asked(shop, plan="plus", break_even="true").json()["items"]
    assert (plus["pays"], plus["pays_above"]) == ("from", True)
    assert plus["pays_from"] == pytest.approx(1_500_00, rel=0.005)


@pytest.mark.parametrize(("member", "query", "status", "code"), [
    ("bob", {}, 404, "member_unknown"),
    ("ann", {"plan": "gold"}, 404, "plan_not_found"),
    ("ann", {"break_even": "perhaps"}, 422, "not_as_wanted"),
])  # fmt: skip
def test_what_is_refused_moves_nothing(shop: Counter, member: str, query: Any, status: int, code: str) -> None:
    answer = asked(shop, member, **query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    with connect(shop.url) as connection:
        assert connection.execute("select count(*) from journal").fetchone() == (13,)


def test_asking_writes_nothing_and_other_programs_do_not_see_the_member(shop: Counter) -> None:
    assert asked(shop, break_even="true").status_code == 200
    with connect(shop.url) as connection:
        assert connection.execute("select count(*) from journal").fetchone() == (13,)
    assert verify(shop.url, shop.programs["club"], workers=1).is_clean
    other = shop.client.get("/v1/members/ann/worth", headers=shop.headers("app", program="other"))
    assert (other.status_code, other.json()["code"]) == (404, "member_unknown")
