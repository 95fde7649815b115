"""Personal data stays where it belongs: every table is in the export, and no canary sings anywhere else."""

import logging
import traceback
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import psycopg
import pytest
from ledger_fixtures import SIMPLE, Shop, buy, enrol

from docs.pages.database import read_schema
from guerdon.core.refusals import Refused
from guerdon.people import describing, erasing, identities, persons
from guerdon.people.consents import Details, record_consent
from guerdon.people.exporting import SECTION_OF_STATE, SECTION_OF_TABLE, export_person
from guerdon.people.profile import Profile
from guerdon.runtime.secret_key import Secret, SecretKey, SecretKeyTrouble
from guerdon.store.migrations import migrations

SECRET = SecretKey(Secret(b"s" * 32))
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with Shop(database_url, SIMPLE) as shop:
        shop.meets(enrol("ana"), enrol("ben"))
        yield shop


# Completeness.


def tables_with_members() -> set[str]:
    """Every table with a column that holds a member: by its name, or by what its comment says of it."""
    schema = read_schema("\n".join([step.sql for step in migrations()]))
    named = {table for table, columns in schema.columns.items() for name, _, _ in columns if name == "member"}
    said = {
        name.partition(".")[0] for (kind, name), words in schema.comments.items()
        if kind == "column" and ("members.id" in words or "members.key" in words)
    }  # fmt: skip
    return named | said | {"members"}


def test_every_table_with_a_member_has_its_section_in_the_export() -> None:
    missing = tables_with_members() - set(SECTION_OF_TABLE)
    assert missing == set(), "say in guerdon/people/exporting.py where the export tells of these tables"
    assert set(SECTION_OF_TABLE) - tables_with_members() == {"audit_log"}, "the log names members by their key"


def test_the_schema_of_the_database_knows_no_other_column_of_members(shop: Shop) -> None:
    """The same looked at in the database itself, where no pattern of text can miss a table."""
    found = shop.rows(
        "select table_name from information_schema.columns where table_schema = 'public' and column_name = 'member'"
    )
    assert {name for (name,) in found} <= set(SECTION_OF_TABLE)
    assert len(found) > 10


def test_the_export_has_every_section(shop: Shop) -> None:
    told = export_person(shop.look, SECRET, shop.program, "ana")
    assert {*SECTION_OF_TABLE.values(), *SECTION_OF_STATE.values()} <= set(told)


def test_every_table_that_persons_are_kept_in_is_emptied_or_blind_after_an_erasure(shop: Shop) -> None:
    everything(shop, "Canary")
    for event in erasing.erase(shop.look, shop.program, "ana", at=NOW):
        shop.meets(event)
    for table in ("person_keys", "profiles", "identities"):
        assert shop.rows(f"select * from {table} where member = %s", shop.member("ana").id) == []
    assert shop.value("select count(*) from consents where sealed is not null") == 0


# Canaries.

CANARIES = (
    "Canaria",
    "kanarienvogel@example.org",
    "+359888777666",
    "CANARYCARD99",
    "1971-03-20",
    "7 Birdcage Walk",
    "Zwitscher",
)


def everything(shop: Shop, name: str = CANARIES[0]) -> None:
    """Keep all that there is to keep of ana."""
    profile = Profile(
        given_name=name, family_name=name, email=CANARIES[1], phone=CANARIES[2], birth_date=date(1971, 3, 20),
        address=(CANARIES[5],), attributes={"note": CANARIES[6]},
    )  # fmt: skip
    persons.keep_profile(shop.look, SECRET, shop.program, "ana", profile, at=NOW)
    for kind, value in (("email", CANARIES[1]), ("phone", CANARIES[2]), ("card", CANARIES[3])):
        identities.add_identity(shop.look, SECRET, shop.program, "ana", kind, value, at=NOW)
    details = Details(source=CANARIES[5], by=CANARIES[6])
    record_consent(shop.look, SECRET, shop.program, "ana", "marketing", granted=True, at=NOW, details=details)
    event = describing.describe_event(shop.look, SECRET, shop.program, "ana", at=NOW)
    if event is not None:
        shop.meets(event)
    shop.meets(buy("p1", "ana", "2026-06-02", "5.00"))


def mistakes(shop: Shop) -> Iterator[Any]:
    """Whatever may go wrong with personal data in the hands, as calls."""
    wrong, look, program = SecretKey(Secret(b"w" * 32)), shop.look, shop.program
    add = identities.add_identity
    yield lambda: add(look, SECRET, program, "ben", "email", CANARIES[1], at=NOW)
    yield lambda: add(look, SECRET, program, "ben", "email", f"{CANARIES[0]} {CANARIES[1]}", at=NOW)
    yield lambda: add(look, SECRET, program, "ben", "phone", CANARIES[2] + "111111111", at=NOW)
    yield lambda: add(look, SECRET, program, "ben", CANARIES[0], "x", at=NOW)
    yield lambda: add(look, SECRET, program, "nobody", "card", CANARIES[3], at=NOW)
    yield lambda: add(look, wrong, program, "ana", "card", CANARIES[3], at=NOW)
    yield lambda: identities.move_identity(look, SECRET, program, "card", CANARIES[3] + "X", to="ben", at=NOW)
    yield lambda: persons.profile_of(look, wrong, program, "ana")
    yield lambda: export_person(look, wrong, program, "ana")
    yield lambda: record_consent(look, SECRET, program, "ana", CANARIES[0] + "\n", granted=True, at=NOW)
    yield lambda: msgspec.json.decode(f'{{"given_name": ["{CANARIES[0]}"]}}', type=Profile)
    yield lambda: persons.keep_profile(
        look,
        SECRET,
        program,
        "ana",
        Profile(given_name=CANARIES[0]),
        at="no time",  # type: ignore[arg-type]
    )
    yield lambda: look.execute(
        "insert into identities (program, member, kind, hash, sealed, added_at) "
        "select program, member, kind, hash, sealed, added_at from identities"
    )


def sung(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary.lower() in text.lower()]


def test_no_table_holds_personal_data_that_can_be_read(shop: Shop) -> None:
    everything(shop)
    for table, *_ in shop.rows("select tablename from pg_tables where schemaname = 'public'"):
        rows = shop.rows(f"select kept::text from {table} as kept")
        assert sung("\n".join(row for (row,) in rows)) == [], table
        raw = b"".join(
            bytes(value) for row in shop.rows(f"select * from {table}") for value in row if isinstance(value, bytes)
        )
        assert [canary for canary in CANARIES if canary.encode() in raw] == [], table


def test_the_canaries_can_be_heard(shop: Shop) -> None:
    """The test above looks for what is there: the export of the same person sings them all."""
    everything(shop)
    told = msgspec.json.encode(export_person(shop.look, SECRET, shop.program, "ana")).decode()
    assert sung(told) == list(CANARIES)


def test_no_message_and_no_log_holds_personal_data(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    everything(shop)
    for number, mistake in enumerate(mistakes(shop)):
        with pytest.raises((Refused, SecretKeyTrouble, msgspec.ValidationError, psycopg.Error)) as error:
            mistake()
        shown = "".join(traceback.format_exception_only(error.value)) + repr(error.value)
        assert sung(shown) == [], number
        cause = error.value.__cause__
        assert cause is None or sung(repr(cause)) == [], number
    assert sung(caplog.text) == []
