"""Persons: a member with a key, and the profile that is sealed under it.

A member without a key is somebody of whom nothing is known. The first thing that is kept makes the key. Whoever was
erased gets no other: a person who comes back is a new member.
"""

from datetime import datetime
from typing import NamedTuple

from guerdon.core.refusals import stop
from guerdon.people.profile import EMPTY, Profile, decode_profile, encode_profile
from guerdon.people.sealing import PersonKey, new_person_key, unwrap
from guerdon.runtime.secret_key import SecretKey
from guerdon.store import reading
from guerdon.store.database import Connection
from guerdon.store.queries import statement

_PROFILE = "profile"


class Whose(NamedTuple):
    """A member, by both names."""

    program: int
    id: int
    """Short key (members.id)."""
    key: str
    """The id by which events name the member."""

    @property
    def asked(self) -> dict[str, int]:
        """For statements about the member."""
        return {"program": self.program, "member": self.id}


class Erasure(NamedTuple):
    """That a person was erased."""

    erased_at: datetime
    reason: str


def member_of(connection: Connection, program: int, member: str) -> Whose:
    """Look a member up by the id that events use; raises Refused (``member_unknown``)."""
    stored = reading.find_member(connection, program, member)
    if stored is None:
        raise stop("member_unknown", member=member)
    return Whose(program, stored.id, stored.key)


def lock(connection: Connection, *whose: Whose) -> None:
    """Change what is kept of these persons one after another, until the transaction ends."""
    for member in sorted({whose.id for whose in whose}):
        connection.execute(statement("lock_person"), {"member": member})


def same_person(connection: Connection, whose: Whose) -> list[Whose]:
    """The member, and all who were merged into it."""
    rows = connection.execute(statement("same_person"), whose.asked)
    return [Whose(whose.program, id, key) for id, key in rows]


def erasure_of(connection: Connection, whose: Whose) -> Erasure | None:
    """When and why the person was erased; None: not at all."""
    row = connection.execute(statement("erasure_of"), whose.asked).fetchone()
    return None if row is None else Erasure(*row)


def person_key(connection: Connection, secret: SecretKey, whose: Whose) -> PersonKey | None:
    """The person's key; None: nothing is known of the member."""
    row = connection.execute(statement("person_key"), whose.asked).fetchone()
    return None if row is None else unwrap(secret, row[0], whose.program, whose.id)


def key_for_keeping(connection: Connection, secret: SecretKey, whose: Whose) -> PersonKey:
    """The person's key, made where there is none. Locks the person; raises Refused (``person_erased``)."""
    lock(connection, whose)
    erased = erasure_of(connection, whose)
    if erased is not None:
        raise stop("person_erased", member=whose.key, on=f"{erased.erased_at:%Y-%m-%d}")
    key = person_key(connection, secret, whose)
    if key is None:
        key = new_person_key(whose.program, whose.id)
        connection.execute(statement("add_person_key"), {**whose.asked, "wrapped": key.wrapped(secret.first)})
    return key


def profile_of(connection: Connection, secret: SecretKey, program: int, member: str) -> Profile:
    """What is known of a person; raises Refused (``member_unknown``)."""
    return read_profile(connection, secret, member_of(connection, program, member))


def read_profile(connection: Connection, secret: SecretKey, whose: Whose) -> Profile:
    """The same for a member who was looked up before."""
    row = connection.execute(statement("profile"), whose.asked).fetchone()
    key = person_key(connection, secret, whose)
    return EMPTY if row is None or key is None else decode_profile(key.open(_PROFILE, row[0]))


def keep_profile(
    connection: Connection, secret: SecretKey, program: int, member: str, profile: Profile, *, at: datetime
) -> None:
    """Put a profile in place of the one before; raises Refused (``member_unknown``, ``person_erased``)."""
    whose = member_of(connection, program, member)
    key = key_for_keeping(connection, secret, whose)
    sealed = key.seal(_PROFILE, encode_profile(profile))
    connection.execute(statement("keep_profile"), {**whose.asked, "sealed": sealed, "at": at})
