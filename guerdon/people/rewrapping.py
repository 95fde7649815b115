"""Rewrapping: after a new secret key was put before the old one, no person is left who needs the old one.

Persons' keys are wrapped anew, which takes 65 bytes a person and not what is sealed under them. Identities are hashed
anew, because the blind index hangs on the secret; for that each is opened once.
"""

from typing import NamedTuple

from guerdon.people.identities import blind, blind_key, opened
from guerdon.people.sealing import PersonKey, mark_of, unwrap
from guerdon.runtime.secret_key import SecretKey
from guerdon.store.database import Connection
from guerdon.store.queries import statement

_AT_A_TIME = 500


class Rewrapped(NamedTuple):
    """What was done."""

    persons: int
    identities: int


def rewrap(connection: Connection, secret: SecretKey) -> Rewrapped:
    """Bring every person over to the first secret. Commits as it goes; doing it again goes on where it stopped.

    As the owner of the tables: it goes over all programs. Raises SecretKeyTrouble where a secret that is still needed
    is not there.
    """
    done, after = Rewrapped(0, 0), 0
    while True:
        with connection.transaction():
            asked = {"after": after, "most": _AT_A_TIME}
            rows = connection.execute(statement("person_keys_from"), asked).fetchall()
            for member, program, _ in rows:
                one = _rewrap_person(connection, secret, program, member)
                done = Rewrapped(done.persons + one.persons, done.identities + one.identities)
        connection.commit()
        if not rows:
            return done
        after = rows[-1][0]


def _rewrap_person(connection: Connection, secret: SecretKey, program: int, member: int) -> Rewrapped:
    """The person is looked at again behind the lock: it may have been erased since."""
    asked = {"program": program, "member": member}
    connection.execute(statement("lock_person"), {"member": member})
    row = connection.execute(statement("person_key"), asked).fetchone()
    if row is None or mark_of(row[0]) == secret.first.mark:
        return Rewrapped(0, 0)
    key = unwrap(secret, row[0], program, member)
    rewrapped = {"member": member, "wrapped": key.wrapped(secret.first)}
    connection.execute(statement("rewrap_person_key"), rewrapped)
    return Rewrapped(1, _rehash(connection, secret, key))


def _rehash(connection: Connection, secret: SecretKey, key: PersonKey) -> int:
    rows = connection.execute(statement("identities_of"), {"program": key.program, "member": key.member}).fetchall()
    for id, kind, sealed, _ in rows:
        hash = blind(blind_key(secret), key.program, kind, opened(key, kind, sealed))
        connection.execute(statement("rehash_identity"), {"id": id, "hash": hash})
    return len(rows)
