"""What codes need of the database: batches, and their codes by digest.

A code itself is not stored, only its SHA-256: see docs/why. Nothing here commits.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from psycopg import errors

from guerdon.store.database import Connection
from guerdon.store.queries import statement

Digest = bytes
"""SHA-256 of a code as it is counted."""


class BatchExists(Exception):
    """There is a batch of that name."""


class Terms(NamedTuple):
    """What the codes of a batch are good for."""

    uses: int = 1
    """How many baskets each code is good for, over all members."""
    uses_per_member: int | None = None
    """How many baskets of a member all codes of the batch are good for; None: no such limit."""
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    """From when they are good no more."""


class Batch(NamedTuple):
    """A batch as stored."""

    name: str
    codes: int
    used: int
    """How many uses were taken of all its codes together."""
    terms: Terms
    prefix: str
    length: int | None
    """How many signs follow the prefix, the check digit among them; None: the codes were made elsewhere."""
    made_at: datetime
    revoked_at: datetime | None


class StoredCode(NamedTuple):
    """A code as stored."""

    batch: str
    terms: Terms
    member: str
    """The only member for whom it is good; empty: whoever shows it."""
    is_revoked: bool
    """It was revoked, or its whole batch was."""


def add_batch(
    connection: Connection, program: int, name: str, terms: Terms, *, prefix: str = "", length: int | None = None
) -> int:
    """Add a batch without codes; gives its id. Raises BatchExists, after which the transaction can only be undone."""
    asked = {"program": program, "name": name, "prefix": prefix, "length": length, **terms._asdict()}
    try:
        row = connection.execute(statement("add_code_batch"), asked).fetchone()
    except errors.UniqueViolation:
        raise BatchExists(f"There is a batch {name} already; a batch never changes. Take another name.") from None
    assert row is not None, "an insert that returns gives one row"
    return int(row[0])


def copy_codes(connection: Connection, program: int, batch: int, codes: Iterable[tuple[Digest, str | None]]) -> None:
    """Add codes to a batch, each with the only member for whom it is good, or None."""
    with connection.cursor().copy(statement("copy_codes")) as copy:
        copy.set_types(["int4", "bytea", "int4", "text"])
        for digest, member in codes:
            copy.write_row((program, digest, batch, member))


def complete_batch(connection: Connection, batch: int, codes: int) -> None:
    """Note how many codes a batch has."""
    connection.execute(statement("complete_code_batch"), {"batch": batch, "codes": codes})


def known_codes(connection: Connection, program: int, digests: Collection[Digest]) -> set[Digest]:
    """Those of the codes that are stored already, in any batch."""
    rows = connection.execute(statement("known_codes"), {"program": program, "digests": list(digests)})
    return {digest for (digest,) in rows}


def find_codes(connection: Connection, program: int, digests: Collection[Digest]) -> dict[Digest, StoredCode]:
    """The codes that there are among these."""
    rows = connection.execute(statement("find_codes"), {"program": program, "digests": list(digests)})
    return {row[0]: StoredCode(row[1], Terms(*row[2:6]), row[6] or "", row[7]) for row in rows}


def batch_names(connection: Connection, program: int, texts: Collection[str]) -> set[str]:
    """Those of some texts that are names of batches."""
    rows = connection.execute(statement("code_batch_names"), {"program": program, "names": list(texts)})
    return {name for (name,) in rows}


def shapes(connection: Connection, program: int) -> list[tuple[str, int]]:
    """What the codes made here look like: their prefixes, each with the number of signs that follow."""
    return connection.execute(statement("code_shapes"), {"program": program}).fetchall()


def batches(connection: Connection, program: int) -> list[Batch]:
    """Every batch, by name."""
    rows = connection.execute(statement("code_batches"), {"program": program})
    return [Batch(row[0], row[1], row[2], Terms(*row[3:7]), *row[7:]) for row in rows]


def revoke_code(connection: Connection, program: int, digest: Digest) -> bool:
    """Revoke one code; tells whether there is such a code. One that was revoked before stays as it is."""
    asked = {"program": program, "digest": digest}
    return connection.execute(statement("revoke_code"), asked).fetchone() is not None


def revoke_batch(connection: Connection, program: int, name: str) -> bool:
    """Revoke all codes of a batch; tells whether there is such a batch."""
    return connection.execute(statement("revoke_code_batch"), {"program": program, "name": name}).fetchone() is not None


def uses_of_shown(connection: Connection, program: int) -> dict[str, int]:
    """How often each code is good that was ever looked at by a till, by the name of its shared limit."""
    return dict(connection.execute(statement("uses_of_shown_codes"), {"program": program}).fetchall())
