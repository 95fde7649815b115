"""Changes as server-sent events: what each is called, and what is left out for whoever comes again; hidden values."""

import pytest

from guerdon.api.changes import rendered
from guerdon.api.persons import masked
from guerdon.connect.stream import Page
from guerdon.connect.telling import Change


def change(position: int, number: int) -> Change:
    return Change(position, number, 17, 3, f"17-3-{number}", "guerdon.purchase", "ana", b"{}")


PAGE = Page("shop", [change(42, 0), change(42, 1), change(43, 0)], 43)


def ids(text: bytes) -> list[str]:
    return [line.removeprefix("id: ") for line in text.decode().splitlines() if line.startswith("id: ")]


def test_the_last_change_of_an_entry_is_called_by_the_position_alone() -> None:
    assert ids(rendered(PAGE)) == ["42.0", "42", "43"]
    assert rendered(PAGE).startswith(b"id: 42.0\nevent: guerdon.purchase\ndata: {}\n\n")


@pytest.mark.parametrize(("known", "left"), [(-1, ["42.0", "42", "43"]), (0, ["42", "43"]), (1, ["43"])])
def test_whoever_comes_again_gets_what_is_missing(known: int, left: list[str]) -> None:
    assert ids(rendered(PAGE, 42, known)) == left


def test_where_nothing_comes_there_is_a_sign_of_life_with_the_position() -> None:
    assert rendered(Page("shop", [], 7)) == b": nothing new\nid: 7\n\n"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("ana@example.com", "a•••@example.com"),
        ("+359888123456", "•••3456"),
        ("1234", "•••4"),
        ("12", "•••"),
        ("@x", "•••"),
    ],
)
def test_most_of_a_value_is_hidden(value: str, shown: str) -> None:
    assert masked(value) == shown
