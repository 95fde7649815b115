"""People on a real PostgreSQL: found by any identity, merged and parted, erased, exported, kept apart by program."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from ledger_fixtures import FULL, SIMPLE, Shop, buy, enrol, moment, named

from guerdon.core.events import Describe, Segment, Traits
from guerdon.core.refusals import Refused
from guerdon.people import describing, erasing, persons, retention
from guerdon.people.consents import Details, consents_of, current_consents, record_consent
from guerdon.people.exporting import export_json, export_person
from guerdon.people.identities import (
    add_identity,
    find_member,
    follow_merge,
    identities_of,
    move_identity,
    moves_of,
    remove_identity,
    undo_merge,
)
from guerdon.people.profile import EMPTY, Profile
from guerdon.people.rewrapping import Rewrapped, rewrap
from guerdon.people.sealing import SealBroken
from guerdon.runtime.programs import publish
from guerdon.runtime.secret_key import Secret, SecretKey, SecretKeyTrouble
from guerdon.store.database import connect

SECRET = SecretKey(Secret(b"s" * 32))
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ANA = Profile(
    given_name="Ana", family_name="Petrova", email="ana@example.com", birth_date=date(1990, 3, 20),
    address=("1 Shipka St", "Sofia"), region="Sofia", language="bg", attributes={"shoe size": "38"},
)  # fmt: skip
TABLES = (
    "person_keys", "profiles", "identities", "person_merges", "identity_moves", "consents", "erasures",
    "retention_rules",
)  # fmt: skip


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with Shop(database_url, FULL) as shop:
        shop.meets(enrol("ana"), enrol("ben"), enrol("eva"))
        yield shop


def known(shop: Shop) -> dict[str, list[Any]]:
    """All that is kept of persons."""
    return {name: shop.rows(f"select * from {name} order by 1") for name in TABLES}


def add(shop: Shop, member: str, kind: str, value: str, **more: Any) -> bool:
    return add_identity(shop.look, SECRET, shop.program, member, kind, value, at=NOW, **more)


def find(shop: Shop, kind: str, value: str, **more: Any) -> str | None:
    return find_member(shop.look, SECRET, shop.program, kind, value, **more)


def values(shop: Shop, member: str) -> set[str]:
    return {one.value for one in identities_of(shop.look, SECRET, shop.program, member)}


def keep(shop: Shop, member: str, profile: Profile = ANA) -> None:
    persons.keep_profile(shop.look, SECRET, shop.program, member, profile, at=NOW)


def profile(shop: Shop, member: str) -> Profile:
    return persons.profile_of(shop.look, SECRET, shop.program, member)


def say(shop: Shop, member: str, purpose: str, granted: bool, when: datetime = NOW) -> None:
    details = Details(source="page of Ana", by="clerk 4")
    record_consent(
        shop.look, SECRET, shop.program, member, purpose, granted=granted, at=when, text_version="3", details=details
    )


def refused(shop: Shop, code: str, call: Any, *given: Any, **more: Any) -> str:
    """See that something is refused and that nothing moved; gives the sentence."""
    before = known(shop)
    with pytest.raises(Refused) as told, shop.look.transaction():
        call(*given, **more)
    assert told.value.refusal.code == code
    assert known(shop) == before
    return told.value.refusal.sentence


# Profiles.


def test_a_profile_is_kept_and_replaced(shop: Shop) -> None:
    assert profile(shop, "ana") == EMPTY
    keep(shop, "ana")
    assert profile(shop, "ana") == ANA
    keep(shop, "ana", Profile(given_name="Anna"))
    assert profile(shop, "ana") == Profile(given_name="Anna")
    assert profile(shop, "ben") == EMPTY
    assert shop.is_proven()


def test_who_is_no_member_has_no_profile(shop: Shop) -> None:
    refused(shop, "member_unknown", keep, shop, "stranger")
    refused(shop, "member_unknown", add, shop, "stranger", "card", "12345")
    refused(shop, "member_unknown", say, shop, "stranger", "marketing", True)


def test_a_row_that_is_copied_to_another_member_does_not_open(shop: Shop) -> None:
    keep(shop, "ana")
    keep(shop, "ben", Profile(given_name="Ben"))
    shop.look.execute(
        "update profiles set sealed = (select sealed from profiles where member = %s) where member = %s",
        [shop.member("ana").id, shop.member("ben").id],
    )
    with pytest.raises(SealBroken):
        profile(shop, "ben")


def test_the_wrong_secret_is_told(shop: Shop) -> None:
    keep(shop, "ana")
    with pytest.raises(SecretKeyTrouble, match="GUERDON_SECRET_KEY"):
        persons.profile_of(shop.look, SecretKey(Secret(b"w" * 32)), shop.program, "ana")


# Identities.


def test_a_member_is_found_by_any_identity(shop: Shop) -> None:
    assert add(shop, "ana", "email", "Ana@Example.com")
    assert add(shop, "ana", "phone", "0888 123 456", country="BG")
    assert add(shop, "ana", "card", "2610 0042")
    assert add(shop, "ben", "external", "CRM-7")
    assert find(shop, "email", "ana@EXAMPLE.com") == "ana"
    assert find(shop, "phone", "+359 888 123456") == "ana"
    assert find(shop, "card", "26100042") == "ana"
    assert find(shop, "external", "CRM-7") == "ben"
    assert find(shop, "external", "26100042") is None, "another kind is another identity"
    assert find(shop, "email", "ben@example.com") is None
    assert values(shop, "ana") == {"ana@example.com", "+359888123456", "26100042"}
    assert not add(shop, "ana", "card", "26100042"), "she has it already"
    assert len(values(shop, "ana")) == 3


def test_an_identity_of_another_member_is_refused_without_telling_whose(shop: Shop) -> None:
    add(shop, "ana", "email", "ana@example.com")
    sentence = refused(shop, "identity_taken", add, shop, "ben", "email", "ANA@example.com")
    assert sentence == "This email belongs to another member."
    refused(shop, "identity_malformed", add, shop, "ben", "email", "ana at example")
    assert not remove_identity(shop.look, SECRET, shop.program, "ben", "email", "ana@example.com")
    assert find(shop, "email", "ana@example.com") == "ana"


def test_what_is_removed_may_be_anothers(shop: Shop) -> None:
    add(shop, "ana", "card", "12345")
    assert remove_identity(shop.look, SECRET, shop.program, "ana", "card", "1234-5")
    assert not remove_identity(shop.look, SECRET, shop.program, "ana", "card", "1234-5")
    assert find(shop, "card", "12345") is None
    assert add(shop, "ben", "card", "12345")


def test_the_same_value_in_two_programs_is_two_identities(shop: Shop) -> None:
    other, _ = publish(shop.look, named(SIMPLE, "second"))
    shop.look.execute("insert into members (program, key) values (%s, 'zoe')", [other])
    add(shop, "ana", "card", "12345")
    assert add_identity(shop.look, SECRET, other, "zoe", "card", "12345", at=NOW)
    assert find(shop, "card", "12345") == "ana"
    assert find_member(shop.look, SECRET, other, "card", "12345") == "zoe"
    ((count,),) = shop.rows("select count(distinct hash) from identities")
    assert count == 2, "programs cannot be compared by their hashes"


def test_of_many_who_add_one_card_at_once_one_gets_it(shop: Shop) -> None:
    start, got, lost = threading.Barrier(3), [], []

    def try_it(member: str) -> None:
        with connect(shop.url) as connection:
            start.wait()
            try:
                add_identity(connection, SECRET, shop.program, member, "card", "12345", at=NOW)
                got.append(member)
            except Refused as no:
                lost.append(no.refusal.code)

    threads = [threading.Thread(target=try_it, args=(member,)) for member in ("ana", "ben", "eva")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(got), lost) == (1, ["identity_taken"] * 2)
    assert find(shop, "card", "12345") == got[0]


def test_a_card_is_handed_on(shop: Shop) -> None:
    add(shop, "ana", "card", "12345")
    assert move_identity(shop.look, SECRET, shop.program, "card", "12345", to="ben", at=NOW)
    assert not move_identity(shop.look, SECRET, shop.program, "card", "12345", to="ben", at=NOW)
    assert (values(shop, "ana"), values(shop, "ben")) == (set(), {"12345"})
    ana = persons.member_of(shop.look, shop.program, "ana")
    assert [move[:3] for move in moves_of(shop.look, ana)] == [("card", "ana", "ben")]
    refused(shop, "identity_unknown", move_identity, shop.look, SECRET, shop.program, "card", "99999", to="ben", at=NOW)


# Merges.


def merge(shop: Shop, gone: str, into: str) -> int:
    return follow_merge(shop.look, SECRET, shop.program, gone=gone, into=into, at=NOW)


def part(shop: Shop, gone: str, into: str) -> int:
    return undo_merge(shop.look, SECRET, shop.program, gone=gone, into=into, at=NOW)


def test_a_merge_takes_identities_along_and_undoing_it_brings_them_back(shop: Shop) -> None:
    add(shop, "ana", "card", "11111")
    add(shop, "ben", "card", "22222")
    add(shop, "ben", "email", "b@example.com")
    assert (merge(shop, "ben", "ana"), merge(shop, "ben", "ana")) == (2, 0)
    assert find(shop, "card", "22222") == find(shop, "email", "b@example.com") == "ana"
    assert values(shop, "ben") == set()
    assert (part(shop, "ben", "ana"), part(shop, "ben", "ana")) == (2, 0)
    assert (values(shop, "ana"), values(shop, "ben")) == ({"11111"}, {"22222", "b@example.com"})
    assert (merge(shop, "ben", "ana"), part(shop, "ben", "ana")) == (2, 2), "and once more"


def test_nobody_is_merged_in_a_circle(shop: Shop) -> None:
    merge(shop, "ben", "ana")
    merge(shop, "eva", "ben")
    before = known(shop)
    for gone, into in (("ana", "eva"), ("ana", "ana")):
        with pytest.raises(ValueError, match="merged into"):
            merge(shop, gone, into)
    assert known(shop) == before
    with pytest.raises(psycopg.errors.CheckViolation):
        shop.look.execute("insert into person_merges (program, member, target, merged_at) values (1, 1, 1, now())")


def test_undoing_leaves_what_was_added_removed_or_moved_on_since(shop: Shop) -> None:
    for card in ("22222", "33333", "44444"):
        add(shop, "ben", "card", card)
    merge(shop, "ben", "ana")
    add(shop, "ana", "card", "55555")
    remove_identity(shop.look, SECRET, shop.program, "ana", "card", "33333")
    move_identity(shop.look, SECRET, shop.program, "card", "44444", to="eva", at=NOW)
    assert part(shop, "ben", "ana") == 1
    assert [values(shop, who) for who in ("ana", "ben", "eva")] == [{"55555"}, {"22222"}, {"44444"}]


def test_of_merged_members_the_last_word_counts(shop: Shop) -> None:
    say(shop, "ana", "marketing", True, NOW)
    say(shop, "ben", "marketing", False, NOW + timedelta(days=1))
    say(shop, "ben", "profiling", True, NOW)
    assert current_consents(shop.look, shop.program, "ana") == ("marketing",)
    merge(shop, "ben", "ana")
    assert current_consents(shop.look, shop.program, "ana") == ("profiling",)
    part(shop, "ben", "ana")
    assert current_consents(shop.look, shop.program, "ana") == ("marketing",)


def test_whoever_is_one_person_goes_together(shop: Shop) -> None:
    for member in ("ana", "ben", "eva"):
        keep(shop, member)
    merge(shop, "eva", "ben")
    merge(shop, "ben", "ana")
    events = erasing.erase(shop.look, shop.program, "ana", at=NOW)
    assert {event.member for event in events} == {"ana", "ben", "eva"}
    assert shop.rows("select * from profiles") == shop.rows("select * from person_keys") == []


# Consents.


def test_consents_have_a_history(shop: Shop) -> None:
    say(shop, "ana", "marketing", True, NOW)
    say(shop, "ana", "profiling", True, NOW)
    say(shop, "ana", "marketing", False, NOW + timedelta(days=2))
    say(shop, "ana", "marketing", True, NOW + timedelta(days=1))
    told = consents_of(shop.look, SECRET, shop.program, "ana")
    assert [(one.purpose, one.granted) for one in told] == [
        ("marketing", True), ("profiling", True), ("marketing", True), ("marketing", False)
    ]  # fmt: skip
    assert told[0].details == Details(source="page of Ana", by="clerk 4")
    assert current_consents(shop.look, shop.program, "ana") == ("profiling",)
    assert current_consents(shop.look, shop.program, "ben") == ()
    refused(shop, "consent_malformed", say, shop, "ana", "", True)
    refused(shop, "consent_malformed", say, shop, "ana", "a\nb", True)


@pytest.mark.parametrize(
    "change",
    [
        "update consents set granted = false",
        "update consents set sealed = ''",
        "update consents set sealed = null, purpose = 'x'",
        "delete from consents",
        "truncate consents",
        "update erasures set reason = 'staff'",
        "delete from erasures",
        "truncate erasures",
    ],
)
def test_what_was_said_cannot_be_rewritten(shop: Shop, change: str) -> None:
    say(shop, "ana", "marketing", True)
    erasing.erase(shop.look, shop.program, "ben", at=NOW)
    before = known(shop)
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="added, never changed"):
        shop.look.execute(change)  # type: ignore[arg-type]
    assert known(shop) == before


# The engine.


def describe(shop: Shop, member: str = "ana", when: datetime = NOW, **more: Any) -> Describe | None:
    return describing.describe_event(shop.look, SECRET, shop.program, member, at=when, **more)


def test_a_change_leads_to_an_event_and_no_change_to_none(shop: Shop) -> None:
    assert describe(shop) is None, "nothing is known, and nothing was"
    keep(shop, "ana")
    say(shop, "ana", "marketing", True)
    event = describe(shop)
    assert event is not None
    assert event.traits == Traits(birthday="03-20", age=35, region="Sofia", language="bg", consents=("marketing",))
    shop.meets(event)
    assert describe(shop) is None
    segmented = describe(shop, segments=["b", "a", "b"])
    assert segmented is not None
    assert segmented.traits.segments == ("a", "b")
    shop.meets(segmented)
    assert describe(shop) is None, "segments stay as the engine knows them"
    assert describe(shop, segments=["a", "b"]) is None
    say(shop, "ana", "marketing", False, NOW + timedelta(days=1))
    withdrawn = describe(shop)
    assert withdrawn is not None
    assert (withdrawn.traits.consents, withdrawn.traits.segments, withdrawn.keeps_segments) == ((), (), True)
    shop.meets(withdrawn)
    assert shop.state("ana").traits.segments == ("a", "b")


def test_a_description_does_not_undo_what_analysis_has_found_meanwhile(shop: Shop) -> None:
    keep(shop, "ana")
    shop.meets(Segment(id="s1", member="ana", at=NOW, entered=("regular",)))
    event = describe(shop)
    assert event is not None
    shop.meets(Segment(id="s2", member="ana", at=NOW, entered=("at-risk",), left=("regular",)))
    shop.meets(event)
    traits = shop.state("ana").traits
    assert (traits.region, traits.segments) == ("Sofia", ("at-risk",))
    assert shop.is_proven()


def test_a_birthday_that_leads_into_another_band_is_told(shop: Shop) -> None:
    for member, born in (("ana", date(2001, 6, 1)), ("ben", date(1999, 6, 1)), ("eva", date(2008, 2, 29))):
        keep(shop, member, Profile(birth_date=born))
        told = describe(shop, member, datetime(2026, 1, 10, tzinfo=UTC))
        assert told is not None
        shop.meets(told)

    def events(when: datetime) -> list[tuple[str, int | None]]:
        found = describing.birthday_events(shop.look, SECRET, shop.program, at=when)
        return [(event.member, event.traits.age) for event in found]

    assert events(NOW.replace(month=5, day=31)) == []
    assert events(NOW) == events(NOW.replace(day=7)) == [("ana", 25)], "ben was in his band before"
    assert events(NOW.replace(day=8)) == []
    assert events(datetime(2026, 2, 27, 23, tzinfo=UTC)) == []
    assert events(datetime(2026, 2, 28, 1, tzinfo=UTC)) == [("eva", 18)]


# Erasure.


def test_erasing_leaves_the_books_and_nothing_else(shop: Shop) -> None:
    shop.meets(buy("p", "ana", "2026-05-01", "90.00"))
    keep(shop, "ana")
    add(shop, "ana", "email", "ana@example.com")
    say(shop, "ana", "marketing", True)
    told = describe(shop)
    assert told is not None
    shop.meets(told)
    wallets = shop.state("ana").wallets
    copy = known(shop)
    events = erasing.erase(shop.look, shop.program, "ana", at=NOW)
    assert [(event.kind, event.member) for event in map(_kinded, events)] == [("erase", "ana")]
    shop.meets(*events)
    assert shop.state("ana").traits == Traits()
    assert shop.state("ana").wallets == wallets
    assert shop.is_proven()
    assert find(shop, "email", "ana@example.com") is None
    assert (profile(shop, "ana"), values(shop, "ana")) == (EMPTY, set())
    assert [one.details for one in consents_of(shop.look, SECRET, shop.program, "ana")] == [None]
    assert shop.rows("select reason, erased_at from erasures") == [("asked", NOW)]
    ((_, _, sealed, _),) = copy["profiles"]
    assert b"Petrova" not in sealed
    assert add(shop, "ben", "email", "ana@example.com"), "it is free again"


def _kinded(event: Any) -> Any:
    return type("Kinded", (), {"kind": event.__struct_config__.tag, "member": event.member})


def test_a_copy_of_the_tables_does_not_open_without_the_key(shop: Shop) -> None:
    keep(shop, "ana")
    add(shop, "ana", "email", "ana@example.com")
    copy = known(shop)
    erasing.erase(shop.look, shop.program, "ana", at=NOW)
    ana = shop.member("ana").id
    ((_, program, sealed, changed_at),) = copy["profiles"]
    shop.look.execute("insert into profiles values (%s, %s, %s, %s)", [ana, program, sealed, changed_at])
    assert profile(shop, "ana") == EMPTY, "the row is back, and its key is not"
    # Not even a fresh key of the same person, under the same secret, opens it.
    whose = persons.member_of(shop.look, shop.program, "ana")
    fresh = persons.new_person_key(shop.program, ana)
    shop.look.execute("insert into person_keys values (%s, %s, %s)", [ana, program, fresh.wrapped(SECRET.first)])
    with pytest.raises(SealBroken):
        persons.read_profile(shop.look, SECRET, whose)


def test_erasing_again_changes_nothing(shop: Shop) -> None:
    keep(shop, "ana")
    later = NOW + timedelta(days=1)
    erasing.erase(shop.look, shop.program, "ana", at=NOW)
    before = known(shop)
    again = erasing.erase(shop.look, shop.program, "ana", at=later, reason="staff")
    assert known(shop) == before
    assert again == erasing.events_to_tell(shop.look, shop.program, at=later), "the engine has not heard of it yet"
    shop.meets(*again)
    assert erasing.erase(shop.look, shop.program, "ana", at=later) == []
    assert erasing.events_to_tell(shop.look, shop.program, at=later) == []


def test_nothing_is_kept_of_a_person_who_was_erased(shop: Shop) -> None:
    erasing.erase(shop.look, shop.program, "ana", at=NOW)
    sentence = refused(shop, "person_erased", keep, shop, "ana")
    assert "2026-06-01" in sentence
    refused(shop, "person_erased", add, shop, "ana", "card", "12345")
    refused(shop, "person_erased", say, shop, "ana", "marketing", True)
    assert describe(shop) is None


def test_whoever_writes_while_the_person_is_erased_comes_too_late(shop: Shop) -> None:
    keep(shop, "ana")
    told: list[str] = []

    def write() -> None:
        with connect(shop.url) as connection:
            try:
                persons.keep_profile(connection, SECRET, shop.program, "ana", ANA, at=NOW)
            except Refused as no:
                told.append(no.refusal.code)

    with connect(shop.url) as connection:
        erasing.erase(connection, shop.program, "ana", at=NOW)
        writer = threading.Thread(target=write)
        writer.start()
        writer.join(0.3)
        assert writer.is_alive(), "it waits for the erasure"
    writer.join()
    assert told == ["person_erased"]
    assert shop.rows("select * from person_keys") == shop.rows("select * from profiles") == []


# Export.


def test_the_export_tells_everything(shop: Shop) -> None:
    keep(shop, "ana")
    add(shop, "ana", "email", "ana@example.com")
    add(shop, "ben", "card", "22222")
    keep(shop, "ben", Profile(given_name="Benjamin"))
    merge(shop, "ben", "ana")
    say(shop, "ana", "marketing", True)
    shop.meets(buy("p", "ana", "2026-05-01", "90.00"))
    told = json.loads(export_json(shop.look, SECRET, shop.program, "ana"))
    assert told["profile"]["family_name"] == "Petrova"
    assert told["profile"]["birth_date"] == "1990-03-20"
    assert [one["value"] for one in told["identities"]] == ["22222", "ana@example.com"]
    assert told["identity_moves"][0]["gave"] == "ben"
    assert told["merges"][0]["gone"] == "ben"
    assert told["consents"][0]["details"] == {"source": "page of Ana", "by": "clerk 4"}
    assert told["consents_now"] == ["marketing"]
    assert sum(lot["amount"] for lot in told["wallets"]["points"]["lots"]) == 140
    assert next(iter(told["tiers"].values()))["level"] == "basic"
    assert told["journal"][1]["what"] == "purchase"
    assert "granted: mechanic base, 90 points" in told["journal"][1]["effects"]
    assert told["transfers"][0]["unit"] == "points"
    assert told["merged"][0]["profile"] == {"given_name": "Benjamin"}
    assert told["erasure"] is None


def test_the_export_of_a_person_who_was_erased(shop: Shop) -> None:
    keep(shop, "ana")
    shop.meets(*erasing.erase(shop.look, shop.program, "ana", at=NOW))
    told = export_person(shop.look, SECRET, shop.program, "ana")
    assert (told["profile"], told["identities"]) == ({}, [])
    assert told["erasure"] == {"erased_at": NOW.isoformat(), "reason": "asked"}
    assert told["journal"][-1]["effects"] == ["erased"]


# Retention.


def rules(shop: Shop, **settings: int) -> None:
    retention.keep_retention(shop.look, shop.program, retention.Retention(**settings))


def due(shop: Shop, now: datetime) -> list[str]:
    return [one.member for one in retention.due_for_erasure(shop.look, shop.program, now)]


def test_inactive_persons_are_due_to_the_second(shop: Shop) -> None:
    assert due(shop, NOW + timedelta(days=9_000)) == [], "there is no rule"
    rules(shop, inactive_months=36)
    shop.meets(buy("p", "ana", "2027-03-15 12:00", "1.00"), buy("q", "ben", "2027-03-15 12:00", "1.00"))
    keep(shop, "ana")
    shop.look.execute("update person_keys set made_at = '2026-01-01'")
    bought = moment("2027-03-15 12:00")
    date = bought.replace(year=2030)
    assert due(shop, date - timedelta(seconds=1)) == []
    assert due(shop, date) == ["ana"], "of ben nothing is kept"
    say(shop, "ben", "marketing", True)
    shop.look.execute("update person_keys set made_at = '2026-01-01'")
    assert due(shop, date) == ["ana", "ben"]
    merge(shop, "ana", "eva")
    shop.meets(buy("r", "eva", "2029-01-01", "1.00"))
    assert due(shop, date) == ["ben"], "ana is eva, who bought since"


def test_applying_the_rules_and_a_dry_run(shop: Shop) -> None:
    rules(shop, inactive_months=36, withdrawn_years=2)
    keep(shop, "ana")
    say(shop, "ben", "marketing", True, NOW)
    say(shop, "ben", "marketing", False, NOW + timedelta(days=1))
    say(shop, "ben", "profiling", True, NOW)
    two_years = (NOW + timedelta(days=1)).replace(year=2028)
    assert len(retention.details_due(shop.look, shop.program, two_years)) == 0
    assert len(retention.details_due(shop.look, shop.program, two_years + timedelta(seconds=1))) == 2
    before = known(shop)
    now = datetime(2031, 1, 1, tzinfo=UTC)
    tried = retention.apply_retention(shop.look, shop.program, now, dry_run=True)
    assert known(shop) == before
    shop.look.execute("update person_keys set made_at = '2026-01-01'")
    applied = retention.apply_retention(shop.look, shop.program, now)
    assert applied.details == tried.details == 2
    assert [one.member for one in applied.erased] == ["ana", "ben"]
    assert [event.member for event in applied.events] == ["ana", "ben"]
    assert shop.rows("select distinct reason from erasures") == [("inactive",)]
    assert retention.apply_retention(shop.look, shop.program, now) == ([], 0, [])


# Keys.


def test_after_rewrapping_nobody_needs_the_old_secret(shop: Shop) -> None:
    for member, card in (("ana", "11111"), ("ben", "22222")):
        keep(shop, member)
        add(shop, member, "card", card)
    new = Secret(b"n" * 32)
    both, alone = SecretKey(new, *SECRET.secrets), SecretKey(new)
    assert find_member(shop.look, both, shop.program, "card", "11111") == "ana", "while both are there, both find"
    with pytest.raises(Refused):
        add_identity(shop.look, both, shop.program, "eva", "card", "11111", at=NOW)
    with pytest.raises(SecretKeyTrouble):
        rewrap(shop.look, alone)
    assert rewrap(shop.look, both) == Rewrapped(persons=2, identities=2)
    assert rewrap(shop.look, both) == Rewrapped(0, 0)
    assert find_member(shop.look, alone, shop.program, "card", "22222") == "ben"
    assert persons.profile_of(shop.look, alone, shop.program, "ana") == ANA
    assert find(shop, "card", "22222") is None, "the old one alone finds nothing any more"


# Programs apart.


def test_one_program_sees_nothing_of_another(shop: Shop) -> None:
    other, _ = publish(shop.look, named(SIMPLE, "second"))
    keep(shop, "ana")
    add(shop, "ana", "card", "12345")
    say(shop, "ana", "marketing", True)
    merge(shop, "ben", "ana")
    rules(shop, inactive_months=1)
    erasing.erase(shop.look, shop.program, "eva", at=NOW)
    add(shop, "ben", "card", "777777")
    move_identity(shop.look, SECRET, shop.program, "card", "777777", to="ana", at=NOW)
    with connect(shop.url) as connection:
        for program, sees in ((shop.program, True), (other, False)):
            connection.execute("set local role guerdon_program")
            connection.execute("select set_config('guerdon.program', %s, true)", [str(program)])
            for table in TABLES:
                ((count,),) = connection.execute(f"select count(*) from {table}").fetchall()  # type: ignore[arg-type]
                assert (count > 0) == sees, table
            connection.rollback()
        connection.execute("set local role guerdon_program")
        for table in TABLES:
            assert connection.execute(f"select * from {table}").fetchall() == [], "none is chosen"  # type: ignore[arg-type]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("insert into retention_rules (program) values (%s)", [other])
        connection.rollback()


def test_everything_works_under_the_role_of_a_program(shop: Shop) -> None:
    with connect(shop.url) as connection:
        connection.execute("set role guerdon_program")
        connection.execute("select set_config('guerdon.program', %s, false)", [str(shop.program)])
        persons.keep_profile(connection, SECRET, shop.program, "ana", ANA, at=NOW)
        add_identity(connection, SECRET, shop.program, "ana", "card", "12345", at=NOW)
        record_consent(connection, SECRET, shop.program, "ana", "marketing", granted=True, at=NOW)
        assert find_member(connection, SECRET, shop.program, "card", "12345") == "ana"
        assert follow_merge(connection, SECRET, shop.program, gone="ana", into="ben", at=NOW) == 1
        assert export_person(connection, SECRET, shop.program, "ben")["identities"]
        assert len(erasing.erase(connection, shop.program, "ben", at=NOW)) == 2
        connection.commit()
    assert shop.rows("select * from person_keys") == []
