"""Spans: the parts of a till's work, for whoever wants to know how long each takes.

A till is handed something that opens a span by its name, and knows nothing of where spans go:

    Till(connect, program, span=observe.traces.span)

    till_batch
    ├── till_load       members are locked, what is recorded and what is needed is read
    ├── till_decide     each event is decided in memory
    └── till_write      journal, transfers, states, limits
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

Span = Callable[..., AbstractContextManager[None]]
"""``span(name, **attributes)``: open while its block runs."""


def no_span(_name: str, **_attributes: object) -> AbstractContextManager[None]:
    """Nobody wants to know."""
    return nullcontext()
