"""Identities: what a person shows to be recognised.

An identity is found through a **blind index**: HMAC-SHA-256 of program, kind and normalised value, under a key that is
derived from the secret key. Equal values have equal hashes, so one of each kind belongs to one member of a program at
most; and whoever reads the table without the secret can neither read a value nor try all phone numbers out. The value
itself is kept too, sealed under the person's key, so that it can be shown, exported and moved.

**Merges.** When two members turn out to be one person, the identities of the one who goes are found under the one who
stays. Undoing the merge brings back those which it took along, unless they were removed or moved on since.
"""

import hashlib
import hmac
from datetime import datetime
from typing import NamedTuple

from guerdon.core.refusals import stop
from guerdon.core.state import decode_state
from guerdon.people.normalising import normalised
from guerdon.people.persons import Whose, key_for_keeping, lock, member_of, person_key, same_person
from guerdon.people.sealing import PersonKey
from guerdon.runtime.secret_key import SecretKey
from guerdon.store import reading
from guerdon.store.database import Connection
from guerdon.store.queries import statement

_BLIND_INDEX = "blind index of identities"
_MOST_MERGES = 100
"""How far merges are followed; the engine lets none of them run in a circle."""


class Identity(NamedTuple):
    """Something that a person is recognised by."""

    kind: str
    """Such as card, email, phone, external."""
    value: str
    """In its normal form."""
    added_at: datetime


class Move(NamedTuple):
    """That an identity went from one member to another."""

    kind: str
    gave: str
    got: str
    moved_at: datetime
    by_merge: bool
    undone: bool
    """It brought back what a merge had taken along."""


class _Held(NamedTuple):
    """A stored identity and whose it is."""

    id: int
    whose: Whose
    sealed: bytes


def blind(key: bytes, program: int, kind: str, value: str) -> bytes:
    """The hash that a normalised value is found by."""
    return hmac.digest(key, f"{program}\x00{kind}\x00{value}".encode(), hashlib.sha256)


def find_member(
    connection: Connection, secret: SecretKey, program: int, kind: str, value: str, *, country: str = ""
) -> str | None:
    """The member whom an identity belongs to; None: nobody. Raises Refused (``identity_malformed``)."""
    held = _held(connection, secret, program, kind, normalised(kind, value, country))
    return None if held is None else held.whose.key


def acting_member(connection: Connection, program: int, member: str) -> str:
    """The member who acts for another: the one whom it was merged into, directly or by way of others, or itself."""
    for _ in range(_MOST_MERGES):
        stored = reading.find_member(connection, program, member)
        bar = None if stored is None else decode_state(stored.state).bar
        if bar is None or bar.kind != "merged":
            break
        member = bar.into
    return member


def identities_of(connection: Connection, secret: SecretKey, program: int, member: str) -> list[Identity]:
    """What a member is recognised by; raises Refused (``member_unknown``)."""
    return read_identities(connection, secret, member_of(connection, program, member))


def read_identities(connection: Connection, secret: SecretKey, whose: Whose) -> list[Identity]:
    """The same for a member who was looked up before."""
    key = person_key(connection, secret, whose)
    if key is None:
        return []
    rows = connection.execute(statement("identities_of"), whose.asked)
    return [Identity(kind, opened(key, kind, sealed), added_at) for _, kind, sealed, added_at in rows]


def add_identity(
    connection: Connection,
    secret: SecretKey,
    program: int,
    member: str,
    kind: str,
    value: str,
    *,
    at: datetime,
    country: str = "",
) -> bool:
    """Add an identity; False: the member has it already.

    Raises Refused: ``member_unknown``, ``person_erased``, ``identity_malformed``, and ``identity_taken`` where it is
    another member's; whose, is not told.
    """
    whose = member_of(connection, program, member)
    normal = normalised(kind, value, country)
    key = key_for_keeping(connection, secret, whose)
    held = _held(connection, secret, program, kind, normal)
    if held is None and _add(connection, secret, key, kind, normal, at):
        return True
    # Somebody may have added it at the same moment: the constraint knows, and the second look does.
    held = held or _held(connection, secret, program, kind, normal)
    if held is None or held.whose != whose:
        raise stop("identity_taken", identity=kind)
    return False


def remove_identity(
    connection: Connection, secret: SecretKey, program: int, member: str, kind: str, value: str, *, country: str = ""
) -> bool:
    """Remove an identity; False: the member has none like it.

    Raises Refused (``member_unknown``, ``identity_malformed``).
    """
    whose = member_of(connection, program, member)
    lock(connection, whose)
    held = _held(connection, secret, program, kind, normalised(kind, value, country))
    if held is None or held.whose != whose:
        return False
    return connection.execute(statement("remove_identity"), {"id": held.id, "member": whose.id}).rowcount == 1


def move_identity(
    connection: Connection,
    secret: SecretKey,
    program: int,
    kind: str,
    value: str,
    *,
    to: str,
    at: datetime,
    country: str = "",
) -> bool:
    """Give an identity to another member: a card that was handed on. False: that member has it already.

    An act of staff, never of a member. Raises Refused: ``member_unknown``, ``person_erased``, ``identity_malformed``,
    and ``identity_unknown`` where nobody has it.
    """
    target = member_of(connection, program, to)
    normal = normalised(kind, value, country)
    found = _held(connection, secret, program, kind, normal)
    if found is None:
        raise stop("identity_unknown", identity=kind)
    lock(connection, found.whose, target)
    held = _held(connection, secret, program, kind, normal)
    if held is None or held.whose != found.whose:
        raise stop("identity_unknown", identity=kind)
    if held.whose == target:
        return False
    key = key_for_keeping(connection, secret, target)
    _move(connection, key, held.id, kind, normal, held.whose, at, merge=None, undone=False)
    return True


def moves_of(connection: Connection, whose: Whose) -> list[Move]:
    """Where a member's identities came from and went to."""
    return [Move(*row) for row in connection.execute(statement("identity_moves_of"), whose.asked)]


# Merges.


def follow_merge(connection: Connection, secret: SecretKey, program: int, *, gone: str, into: str, at: datetime) -> int:
    """Two members are one person: take the identities of the one who is gone along. Gives how many went.

    Doing it again changes nothing. Profile and consents stay where they are: what both said counts
    together (``current_consents``), and both go when the person is erased. Raises Refused (``member_unknown``,
    ``person_erased``), and ValueError for a merge in a circle, which the engine has refused before.
    """
    source, target = member_of(connection, program, gone), member_of(connection, program, into)
    lock(connection, source, target)
    if target in same_person(connection, source):
        raise ValueError(f"The member {into} was merged into {gone} before.")
    asked = {**source.asked, "target": target.id, "at": at}
    row = connection.execute(statement("add_person_merge"), asked).fetchone()
    if row is None:
        return 0
    rows = connection.execute(statement("identities_of"), source.asked).fetchall()
    return _take(connection, secret, rows, source, target, at, merge=row[0], undone=False)


def merged_into(connection: Connection, program: int, member: str) -> str | None:
    """The member who has taken over the identities of one who is gone; None: nobody has. Raises Refused."""
    rows = connection.execute(statement("person_merges_of"), member_of(connection, program, member).asked)
    return next((into for gone, into, _, undone_at in rows if gone == member and undone_at is None), None)


def undo_merge(connection: Connection, secret: SecretKey, program: int, *, gone: str, into: str, at: datetime) -> int:
    """Two members are two persons after all: give back what the merge took along. Gives how many went back.

    Doing it again changes nothing. Raises Refused (``member_unknown``, ``person_erased``).
    """
    source, target = member_of(connection, program, gone), member_of(connection, program, into)
    lock(connection, source, target)
    asked = {**source.asked, "target": target.id, "at": at}
    row = connection.execute(statement("undo_person_merge"), asked).fetchone()
    if row is None:
        return 0
    rows = connection.execute(statement("taken_along"), {"merge": row[0]}).fetchall()
    return _take(connection, secret, rows, target, source, at, merge=row[0], undone=True)


def _take(
    connection: Connection,
    secret: SecretKey,
    rows: list[tuple[int, str, bytes, datetime]],
    source: Whose,
    target: Whose,
    at: datetime,
    *,
    merge: int,
    undone: bool,
) -> int:
    """Give identities to another member, each sealed anew."""
    theirs = person_key(connection, secret, source)
    if theirs is None or not rows:
        return 0
    key = key_for_keeping(connection, secret, target)
    for id, kind, sealed, _ in rows:
        _move(connection, key, id, kind, opened(theirs, kind, sealed), source, at, merge=merge, undone=undone)
    return len(rows)


# Rows.


def sealed_identity(key: PersonKey, kind: str, value: str) -> bytes:
    """A value as it is kept."""
    return key.seal(f"identity {kind}", value.encode())


def opened(key: PersonKey, kind: str, sealed: bytes) -> str:
    """The value that was kept; raises SealBroken."""
    return key.open(f"identity {kind}", sealed).decode()


def blind_key(secret: SecretKey) -> bytes:
    """The key of the blind index from now on."""
    return secret.derive(_BLIND_INDEX)


def _held(connection: Connection, secret: SecretKey, program: int, kind: str, normal: str) -> _Held | None:
    hashes = [blind(key, program, kind, normal) for key in secret.derived(_BLIND_INDEX)]
    asked = {"program": program, "kind": kind, "hashes": hashes}
    row = connection.execute(statement("identity_holder"), asked).fetchone()
    if row is None:
        return None
    id, member, key, sealed = row
    return _Held(id, Whose(program, member, key), sealed)


def _add(connection: Connection, secret: SecretKey, key: PersonKey, kind: str, normal: str, at: datetime) -> bool:
    """Whether nobody had it."""
    row = {
        "program": key.program, "member": key.member, "kind": kind, "at": at,
        "hash": blind(blind_key(secret), key.program, kind, normal), "sealed": sealed_identity(key, kind, normal),
    }  # fmt: skip
    return connection.execute(statement("add_identity"), row).fetchone() is not None


def _move(
    connection: Connection,
    key: PersonKey,
    id: int,
    kind: str,
    value: str,
    source: Whose,
    at: datetime,
    *,
    merge: int | None,
    undone: bool,
) -> None:
    """Give one identity to the person of ``key``, and note it."""
    moved = {"id": id, "target": key.member, "sealed": sealed_identity(key, kind, value)}
    connection.execute(statement("move_identity"), moved)
    noted = {
        **source.asked, "identity": id, "kind": kind, "target": key.member, "at": at, "merge": merge, "undone": undone,
    }  # fmt: skip
    connection.execute(statement("add_identity_move"), noted)
