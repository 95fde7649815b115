"""How long a large batch of codes takes: made, stored by digest, and committed."""

import time

from guerdon.runtime.codes import make_batch
from guerdon.runtime.programs import publish
from guerdon.store.codes import Terms
from guerdon.store.database import connect
from guerdon.store.migrations import migrate

_PROGRAM = """
program: codes
currency: USD
timezone: UTC
effective_from: 2026-01-01
units: {points: {}}
mechanics: [{earn: points, rate: 1 per 1 USD, when: {code: leaflet}}]
"""


def seconds_for(url: str, count: int) -> float:
    """Seconds for so many codes in an empty database. The codes go nowhere."""
    with connect(url) as connection:
        migrate(connection)
        program, _ = publish(connection, _PROGRAM)
        begun = time.perf_counter()
        make_batch(connection, program, "leaflet", count, Terms(), keep=lambda _: None)
        connection.commit()
        return time.perf_counter() - begun
