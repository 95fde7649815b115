"""The lakes of a service: what is new in the ledger goes into the lake before anybody is asked about it."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from guerdon.insight.extras import needs
from guerdon.insight.lake.commits import LakeBusy
from guerdon.store import programs as stored
from guerdon.store.database import connect

if TYPE_CHECKING:
    from guerdon.insight.lake.opening import Lake

_LONGEST_WAIT = 120.0
"""Seconds for somebody else's export."""
_PAUSE = 0.5


@contextmanager
def lake_folder(lakes: Path | None, url: str, program: int) -> Iterator[Path]:
    """Where the lake of a program is: in the folder of all lakes, by its name. None: one that is thrown away."""
    if lakes is not None:
        with connect(url) as connection:
            name = stored.program_name(connection, program)
        yield lakes / name
        return
    with tempfile.TemporaryDirectory(prefix="guerdon-lake-") as folder:
        yield Path(folder)


def fresh_lake(url: str, program: int, folder: Path) -> "Lake":
    """A lake with all that is in the ledger. Waits for somebody else who exports to it now.

    Raises ``ExtraNotInstalled``, ``LakeBusy`` after two minutes, ``LakeDamaged`` and ``LakeDoesNotFit``.
    """
    needs("insight")
    from guerdon.insight.lake.exporting import export
    from guerdon.insight.lake.opening import open_lake

    ends = time.monotonic() + _LONGEST_WAIT
    while True:
        try:
            export(url, program, folder)
            return open_lake(folder)
        except LakeBusy:
            if time.monotonic() > ends:
                raise
            time.sleep(_PAUSE)
