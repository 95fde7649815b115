"""Loops of the background process in threads of a test, stopped however the test ends."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def in_background(*loops: Callable[[threading.Event], None]) -> Iterator[threading.Event]:
    """Run loops until the block ends or the event is set; each is given the event that tells it to stop."""
    stop = threading.Event()
    threads = [threading.Thread(target=loop, args=(stop,), daemon=True) for loop in loops]
    for thread in threads:
        thread.start()
    try:
        yield stop
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
