"""Everybody wants the same thing at once, of two services on one database: exactly one gets it.

::

    100 clients ──┬── service ──┬── one database: a balance, one mug, one star, one code
    100 clients ──┴── service ──┘
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from fire import PROGRAM, Ask, Crowd
from http_fixtures import Running, enrol, purchase

from guerdon.runtime.codes import import_batch
from guerdon.store import reading
from guerdon.store.codes import Terms
from guerdon.store.database import connect

AT = "2026-02-01T10:00:00Z"


class Town(NamedTuple):
    """Two services, and a crowd that goes to both."""

    services: tuple[Running, Running]
    crowd: Crowd

    def everybody(self, path: str, contents: list[dict[str, Any]]) -> list[Any]:
        """Send so many requests at once, every other one to the other service."""
        places = [self.services[number % 2].address for number in range(len(contents))]
        return self.crowd.at_once([Ask(place + path, one) for place, one in zip(places, contents, strict=True)])


@pytest.fixture(scope="module")
def town(shared_durable_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    with (
        Running(shared_durable_url, folder / "first", PROGRAM) as first,
        Running(shared_durable_url, folder / "second", workers=1) as second,
    ):
        crowd = Crowd(first.headers(), clients=200)
        town = Town((first, second), crowd)
        members = [enrol("ann"), *[enrol(f"m{number}") for number in range(100)]]
        assert {reply.status for reply in town.everybody("/v1/events", members)} == {200}
        baskets = [purchase("rich", "ann", 100_000), *[purchase(f"b{n}", f"m{n}", 100) for n in range(100)]]
        assert {reply.status for reply in town.everybody("/v1/purchases", baskets)} == {200}
        yield town


def event(kind: str, id: str, member: str, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "id": id, "member": member, "at": AT, **fields}


def told(replies: list[Any]) -> Counter[tuple[int, str]]:
    return Counter((reply.status, reply.code) for reply in replies)


def test_two_hundred_clients_spend_one_balance_and_never_more(town: Town) -> None:
    coffees = [event("redeem", f"coffee-{number}", "ann", reward="coffee") for number in range(200)]

    replies = town.everybody("/v1/events", coffees)

    assert told(replies) == {(200, ""): 100, (409, "redemption_exceeds_available_points"): 100}
    assert available(town, "ann") == 0
    assert town.services[0].is_proven()


def test_the_last_mug_goes_to_one(town: Town) -> None:
    wishes = [event("redeem", f"mug-{number}", f"m{number}", reward="mug") for number in range(100)]

    replies = town.everybody("/v1/events", wishes)

    assert told(replies) == {(200, ""): 1, (409, "reward_out_of_stock"): 99}
    assert sum(available(town, f"m{number}") == 0 for number in range(100)) == 1
    assert town.services[0].is_proven()


def test_the_last_unit_of_a_budget_goes_to_one(town: Town) -> None:
    quizzes = [event("action", f"quiz-{number}", f"m{number}", action="quiz") for number in range(100)]

    replies = town.everybody("/v1/events", quizzes)

    assert told(replies) == {(200, ""): 100}
    assert sum(effect["effect"] == "granted" for reply in replies for effect in reply.content["effects"]) == 1
    assert town.services[0].is_proven()


def test_a_code_that_is_good_once_takes_off_once(town: Town) -> None:
    with connect(town.services[0].url) as connection:
        until = datetime(2026, 12, 31, tzinfo=UTC)
        import_batch(connection, town.services[0].number(), "leaf", ["LEAF-0001"], Terms(valid_until=until))
    baskets = [purchase(f"leaf-{n}", f"m{n}", 2_000, at=AT, codes=["leaf 0001"]) for n in range(100)]

    replies = town.everybody("/v1/purchases", baskets)

    assert told(replies) == {(200, ""): 1, (409, "code_used_up"): 99}
    (receipt,) = [reply.content["receipt"] for reply in replies if reply.status == 200]
    assert (receipt["total"], receipt["discount"]) == (2_000, 500)
    assert town.services[0].is_proven()


def available(town: Town, member: str) -> int:
    """What the books say that a member has."""
    from guerdon.core import wallet
    from guerdon.core.state import decode_state

    with connect(town.services[0].url) as connection:
        found = reading.find_member(connection, town.services[0].number(), member)
    assert found is not None
    return wallet.available(decode_state(found.state).wallets.get("points", wallet.EMPTY))
