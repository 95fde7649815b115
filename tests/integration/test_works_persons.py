"""The part of the works that looks after persons: retention, what the engine was not told, birthdays."""

from datetime import UTC, date, datetime

import pytest
from ledger_fixtures import SIMPLE, Shop, enrol

from guerdon.core.state import decode_state
from guerdon.people import retention
from guerdon.people.describing import describe_event
from guerdon.people.erasing import erase
from guerdon.people.persons import keep_profile
from guerdon.people.profile import Profile
from guerdon.runtime.secret_key import Secret, SecretKey
from guerdon.store import reading
from guerdon.store.database import connect
from guerdon.works.persons import care

SECRET = SecretKey(Secret(b"s" * 32))
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = datetime(2031, 3, 21, 12, tzinfo=UTC)


def age(shop: Shop, member: str) -> int | None:
    stored = reading.find_member(shop.look, shop.program, member)
    assert stored is not None
    return decode_state(stored.state).traits.age


@pytest.mark.parametrize("months", [None, 36])
def test_persons_are_let_go_by_the_rules_and_birthdays_are_told(database_url: str, months: int | None) -> None:
    with Shop(database_url, SIMPLE) as shop, connect(database_url) as connection:
        shop.till.commit([enrol("ana"), enrol("bo")])
        keep_profile(shop.look, SECRET, shop.program, "ana", Profile(birth_date=date(1996, 3, 20)), at=NOW)
        told = describe_event(shop.look, SECRET, shop.program, "ana", at=NOW)
        assert told is not None
        shop.till.commit([told])
        assert age(shop, "ana") == 25
        shop.look.execute("update person_keys set made_at = '2026-01-01'")
        erase(shop.look, shop.program, "bo", at=NOW)
        retention.keep_retention(shop.look, shop.program, retention.Retention(inactive_months=months))

        care(shop.till, connection, SECRET, LATER)
        before = shop.rows("select key, seq from members order by key")
        care(shop.till, connection, SECRET, LATER)

        assert shop.rows("select key, seq from members order by key") == before == [("ana", 3), ("bo", 2)]
        assert age(shop, "ana") == (None if months else 35)
        let_go = [] if months is None else [("retention", "person.erased", "member/ana")]
        assert shop.rows("select key, action, target from audit_log") == let_go
