"""What an answer is made from."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from guerdon.insight.engines import Tables
    from guerdon.insight.lake.opening import Lake

Progress = Callable[[str, int, int | None], None]
"""Hears what is being done, how much of it is through, and of how much (None: that is not known yet)."""


class CannotBeAnswered(Exception):
    """A question that is right in form and has no answer here. The message says why."""


class Inquiry:
    """What whoever answers may use. The lake is opened when it is first asked for: some questions need none."""

    def __init__(
        self,
        open_lake: "Callable[[], Lake]",
        *,
        workers: int = 1,
        compiled: Path | None = None,
        progress: Progress = lambda doing, done, of: None,
    ) -> None:
        """``compiled``: where models keep what they are compiled to; None: it is compiled anew."""
        self._open_lake, self.workers, self.compiled, self.progress = open_lake, workers, compiled, progress

    @cached_property
    def lake(self) -> "Lake":
        """All that is in the ledger."""
        self.progress("Reading the ledger", 0, None)
        return self._open_lake()

    @cached_property
    def tables(self) -> "Tables":
        """The tables of the lake, for DuckDB."""
        from guerdon.insight.engines.duckdb import tables_of

        return tables_of(self.lake)


@contextmanager
def said(*reasons: type[Exception]) -> Iterator[None]:
    """Turn what an analysis may refuse into the reason why there is no answer."""
    try:
        yield
    except reasons as why:
        raise CannotBeAnswered(str(why)) from why
