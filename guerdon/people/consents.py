"""Consents: what a person agreed to, purpose by purpose, and took back. The history only grows.

Of each purpose, what was said last holds. **Worked.** Marketing was given on 1 March and taken back on 5 May: on 6 May
the person agrees to nothing, and the history has two rows. Where and before whom it was said is sealed under the
person's key; that it was said, when, and which text was shown is not, because a merchant has to prove it even without
the person.
"""

from datetime import datetime
from typing import NamedTuple

import msgspec

from guerdon.core.events import Name
from guerdon.core.refusals import stop
from guerdon.people.persons import Whose, key_for_keeping, member_of, person_key, same_person
from guerdon.people.sealing import PersonKey
from guerdon.runtime.secret_key import SecretKey
from guerdon.store.database import Connection
from guerdon.store.queries import statement

_WHAT = "consent"


class Details(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What may be personal about a consent."""

    source: Name = ""
    """Where it was said: a page, a shop, a call."""
    by: Name = ""
    """Who took it down; empty: the person did."""

    def __repr__(self) -> str:
        """Nothing of what it holds: a log may print this."""
        return "Details(…)"


class Consent(NamedTuple):
    """Something that a person said about a purpose."""

    purpose: str
    granted: bool
    at: datetime
    recorded_at: datetime
    text_version: str
    details: Details | None
    """None: they were dropped."""


def record_consent(
    connection: Connection,
    secret: SecretKey,
    program: int,
    member: str,
    purpose: str,
    *,
    granted: bool,
    at: datetime,
    text_version: str = "",
    details: Details | None = None,
) -> None:
    """Record what a person said; raises Refused (``member_unknown``, ``person_erased``, ``consent_malformed``)."""
    _check(purpose)
    _check(text_version or "none")
    whose = member_of(connection, program, member)
    key = key_for_keeping(connection, secret, whose)
    sealed = key.seal(_WHAT, msgspec.json.encode(details or Details()))
    row = {"purpose": purpose, "granted": granted, "at": at, "text_version": text_version, "sealed": sealed}
    connection.execute(statement("add_consent"), {**whose.asked, **row})


def consents_of(connection: Connection, secret: SecretKey, program: int, member: str) -> list[Consent]:
    """All that a person said, in the order of time; raises Refused (``member_unknown``)."""
    return read_consents(connection, secret, member_of(connection, program, member))


def read_consents(connection: Connection, secret: SecretKey, whose: Whose) -> list[Consent]:
    """The same for a member who was looked up before."""
    key = person_key(connection, secret, whose)
    rows = connection.execute(statement("consents_of"), whose.asked)
    return [
        Consent(purpose, granted, at, recorded_at, text_version, _details(key, sealed))
        for _, purpose, granted, at, recorded_at, text_version, sealed in rows
    ]


def current_consents(connection: Connection, program: int, member: str) -> tuple[str, ...]:
    """The purposes that a person agrees to now; raises Refused (``member_unknown``).

    Of members who were merged the last word counts, whichever of them it was said under.
    """
    whose = member_of(connection, program, member)
    members = [one.id for one in same_person(connection, whose)]
    rows = connection.execute(statement("current_consents"), {"program": program, "members": members})
    return tuple([purpose for (purpose,) in rows])


def _check(word: str) -> None:
    try:
        msgspec.convert(word, Name)
    except msgspec.ValidationError:
        raise stop("consent_malformed") from None
    if not word:
        raise stop("consent_malformed")


def _details(key: PersonKey | None, sealed: bytes | None) -> Details | None:
    if key is None or sealed is None:
        return None
    return msgspec.json.decode(key.open(_WHAT, sealed), type=Details)
