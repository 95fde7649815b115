"""Administrators who do the same thing at the same time: one of them does it, and the log says so once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from ledger_fixtures import SIMPLE

from guerdon.people import audit
from guerdon.people.administering import (
    KeyIsOver,
    ProgramExists,
    Wish,
    make_key,
    open_program,
    publish_version,
    rotate_key,
)
from guerdon.people.audit import Author
from guerdon.runtime.programs import VersionsMovedOn
from guerdon.store.database import Connection, connect

AUTHOR = Author("cli")
AT_ONCE = 4


def all_at_once(url: str, act: Callable[[Connection, int], object]) -> Counter[str]:
    """What came of an act that several do at the same time: ``done``, or the name of what was raised."""
    ready = Barrier(AT_ONCE)

    def one(number: int) -> str:
        with connect(url) as connection:
            ready.wait()
            try:
                act(connection, number)
            except (KeyIsOver, ProgramExists, VersionsMovedOn) as error:
                return type(error).__name__
            return "done"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(one, range(AT_ONCE)))


def actions(url: str) -> Counter[str]:
    with connect(url) as connection:
        return Counter(act.action for act in audit.page(connection, None, before=None, most=100))


def test_of_many_who_open_a_program_one_does(database_url: str) -> None:
    came = all_at_once(database_url, lambda connection, _: open_program(connection, AUTHOR, SIMPLE))
    assert came == {"done": 1, "ProgramExists": AT_ONCE - 1}
    assert actions(database_url) == {"version.published": 1}


def test_of_many_who_change_the_same_version_one_does(database_url: str) -> None:
    with connect(database_url) as connection:
        open_program(connection, AUTHOR, SIMPLE)

    def change(connection: Connection, number: int) -> None:
        changed = SIMPLE.replace("rate: 1 per 1 USD", f"rate: {number + 2} per 1 USD")
        publish_version(connection, AUTHOR, changed, newest=1)

    assert all_at_once(database_url, change) == {"done": 1, "VersionsMovedOn": AT_ONCE - 1}
    assert actions(database_url) == {"version.published": 2}


def test_of_many_who_publish_the_same_text_all_are_right_and_one_is_on_record(database_url: str) -> None:
    with connect(database_url) as connection:
        open_program(connection, AUTHOR, SIMPLE)
    changed = SIMPLE.replace("rate: 1 per 1 USD", "rate: 2 per 1 USD")

    came = all_at_once(database_url, lambda connection, _: publish_version(connection, AUTHOR, changed))
    assert came == {"done": AT_ONCE}
    assert actions(database_url) == {"version.published": 2}


def test_of_many_who_rotate_a_key_one_does(database_url: str) -> None:
    with connect(database_url) as connection:
        made = make_key(connection, AUTHOR, Wish("till", ["checkout"], None))

    came = all_at_once(database_url, lambda connection, _: rotate_key(connection, AUTHOR, made.id))
    assert came == {"done": 1, "KeyIsOver": AT_ONCE - 1}
    assert actions(database_url) == {"key.made": 2, "key.rotated": 1}
