"""Worker processes: started from a server process that has the modules loaded already.

A fresh interpreter takes most of a second to load what a worker needs. The fork server loads it once, has no threads
and no connections of its own, and a fork of it takes milliseconds.
"""

from collections.abc import Sequence
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerContext

_ALWAYS = ("__main__", "guerdon.runtime.ingest", "guerdon.runtime.verify")
_loaded: tuple[str, ...] = _ALWAYS


def workers_context() -> ForkServerContext:
    """The context in which workers are started."""
    context = get_context("forkserver")
    context.set_forkserver_preload(list(_loaded))
    return context


def warm_up(modules: Sequence[str] = ()) -> None:
    """Start the server process now and let it load these modules too, while there is other work to do."""
    global _loaded
    _loaded = (*_ALWAYS, *modules)
    workers_context()
    forkserver.ensure_running()
