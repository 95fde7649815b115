"""Export: everything that is held about a person, as one JSON document that the person can read.

Each table that knows a member has its section here (``SECTION_OF_TABLE``), and so has each field of the member's state
(``SECTION_OF_STATE``); tests compare both with the schema and the code, so nothing that is added later is forgotten.
Members who were merged into this one are the same person, and are told in full under ``merged``.
"""

from datetime import datetime
from typing import Any

import msgspec

from guerdon.core.effects import decode_outcome
from guerdon.core.program import Program
from guerdon.core.state import MemberState, decode_state
from guerdon.people.audit import acts_on_member
from guerdon.people.consents import current_consents, read_consents
from guerdon.people.identities import moves_of, read_identities
from guerdon.people.persons import Whose, erasure_of, member_of, read_profile, same_person
from guerdon.people.words import readable, told
from guerdon.runtime.programs import PublishedProgram
from guerdon.runtime.secret_key import SecretKey
from guerdon.store import reading
from guerdon.store.database import Connection
from guerdon.store.queries import statement

SECTION_OF_TABLE = {
    "audit_log": "acts",
    "codes": "codes",
    "consents": "consents",
    "emitted": "sent_to_others",
    "erasures": "erasure",
    "event_ids": "journal",
    "identities": "identities",
    "identity_moves": "identity_moves",
    "journal": "journal",
    "members": "member",
    "outbox": "news",
    "person_keys": "member",
    "person_merges": "merges",
    "profiles": "profile",
    "stream": "news",
    "transfers": "transfers",
    "webhook_waiting": "news",
}
"""Where each table that knows a member is told. A person's key is not told: that there is one is."""

SECTION_OF_STATE = {
    "active_at": "activity",
    "as_of": "activity",
    "badges": "badges",
    "bar": "standing_with_the_program",
    "choices": "choices",
    "coupons": "coupons",
    "enrolled_at": "activity",
    "holds": "holds",
    "household": "household",
    "last_activity_at": "activity",
    "memberships": "memberships",
    "merged_cards": "merged_cards",
    "meters": "counted",
    "next_due_at": "activity",
    "progress": "counted",
    "purchases": "activity",
    "referrer": "referrer",
    "returned": "counted",
    "roster": "household",
    "standings": "tiers",
    "tickets": "tickets",
    "traits": "traits",
    "used": "counted",
    "version": "activity",
    "wallets": "wallets",
}
"""Where each field of the member's state is told."""


def export_person(connection: Connection, secret: SecretKey, program: int, member: str) -> dict[str, Any]:
    """All that is held about a person, in plain values; raises Refused (``member_unknown``)."""
    with connection.transaction():
        whose = member_of(connection, program, member)
        published = PublishedProgram(connection, program).versions[-1].program
        own, *merged = [_of_member(connection, secret, one, published) for one in same_person(connection, whose)]
    return {"program": published.program, **own, "merged": merged}


def export_json(connection: Connection, secret: SecretKey, program: int, member: str) -> bytes:
    """The same as indented JSON."""
    told = msgspec.json.encode(export_person(connection, secret, program, member))
    return msgspec.json.format(told, indent=2) + b"\n"


def _of_member(connection: Connection, secret: SecretKey, whose: Whose, program: Program) -> dict[str, Any]:
    stored = reading.find_member(connection, whose.program, whose.key)
    assert stored is not None, "it was looked up in this transaction"
    state = decode_state(stored.state)
    return {
        "member": {"id": whose.key, "entries": stored.seq, "something_is_sealed": _has_key(connection, whose)},
        **_of_person(connection, secret, whose),
        **state_sections(state),
        "journal": _journal(connection, whose, program),
        "transfers": _transfers(connection, whose),
        "sent_to_others": _sent(connection, whose),
        "news": _news(connection, whose),
        "codes": _codes(connection, whose),
        "acts": _acts(connection, whose),
    }


def _of_person(connection: Connection, secret: SecretKey, whose: Whose) -> dict[str, Any]:
    erasure = erasure_of(connection, whose)
    return {
        "profile": msgspec.to_builtins(read_profile(connection, secret, whose)),
        "identities": [_plain(one._asdict()) for one in read_identities(connection, secret, whose)],
        "identity_moves": [_plain(one._asdict()) for one in moves_of(connection, whose)],
        "merges": _merges(connection, whose),
        "consents": [_plain(one._asdict()) for one in read_consents(connection, secret, whose)],
        "consents_now": list(current_consents(connection, whose.program, whose.key)),
        "erasure": None if erasure is None else _plain(erasure._asdict()),
    }


def state_sections(state: MemberState) -> dict[str, Any]:
    """The member's state, section by section. Every section is there; what is empty or unknown is left out of it."""
    plain = msgspec.to_builtins(state, str_keys=True)
    sections: dict[str, Any] = {}
    for field, section in SECTION_OF_STATE.items():
        told = readable({field: plain[field]}) if field in plain else {}
        alone = list(SECTION_OF_STATE.values()).count(section) == 1
        sections[section] = told.get(field) if alone else sections.get(section, {}) | told
    return sections


def _journal(connection: Connection, whose: Whose, program: Program) -> list[dict[str, Any]]:
    """Entry by entry. Facts are left out: they are of limits that members share, and the secret seeds of games."""
    entries = []
    for row in reading.member_journal(connection, whose.id):
        outcome = decode_outcome(row.outcome)
        refused = {} if outcome.refusal is None else {"refused": outcome.refusal.sentence}
        words = [told(effect, program) for effect in outcome.effects]
        entries.append({
            "at": _moment(row.at), "what": row.kind.replace("_", " "), **refused, "effects": words,
            "event": msgspec.json.decode(row.content), "outcome": msgspec.json.decode(row.outcome),
            "version": row.version,
        })  # fmt: skip
    return entries


def _transfers(connection: Connection, whose: Whose) -> list[dict[str, Any]]:
    rows = reading.transfers_in_range(connection, whose.program, whose.id, whose.id)
    return [{"entry": row.seq, **row.transfer._asdict()} for row in rows]


def _sent(connection: Connection, whose: Whose) -> list[dict[str, Any]]:
    rows = reading.emitted_in_range(connection, whose.program, whose.id, whose.id)
    return [{"entry": seq, "event": msgspec.json.decode(event)} for _, seq, event in rows]


def _news(connection: Connection, whose: Whose) -> list[dict[str, Any]]:
    rows = connection.execute(statement("news_of_member"), whose.asked)
    names = ("entry", "position", "told_at", "waits_for_webhook")
    return [_plain(dict(zip(names, row, strict=True))) for row in rows]


def _codes(connection: Connection, whose: Whose) -> list[dict[str, Any]]:
    """Codes that are good for this member alone. Only their digests are stored, so they are told by their batch."""
    rows = connection.execute(statement("codes_of_member"), {"program": whose.program, "key": whose.key})
    return [_plain({"batch": batch, "revoked_at": revoked_at}) for batch, revoked_at in rows]


def _acts(connection: Connection, whose: Whose) -> list[dict[str, Any]]:
    """Who looked at the person or changed something, and when; the address is the other side's, and is left out."""
    acts = acts_on_member(connection, whose.program, whose.key)
    return [{"at": _moment(act.at), "by": act.key, "what": act.action} for act in acts]


def _merges(connection: Connection, whose: Whose) -> list[dict[str, Any]]:
    rows = connection.execute(statement("person_merges_of"), whose.asked)
    names = ("gone", "into", "merged_at", "undone_at")
    return [_plain(dict(zip(names, row, strict=True))) for row in rows]


def _has_key(connection: Connection, whose: Whose) -> bool:
    return connection.execute(statement("person_key"), whose.asked).fetchone() is not None


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _moment(value) if isinstance(value, datetime) else _builtin(value) for name, value in row.items()}


def _builtin(value: Any) -> Any:
    return msgspec.to_builtins(value) if isinstance(value, msgspec.Struct) else value


def _moment(moment: datetime) -> str:
    return moment.isoformat()
