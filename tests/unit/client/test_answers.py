"""Answers: amounts beyond 2^53 are whole numbers again, wherever in a message they stand."""

from typing import Any

import msgspec
import pytest

from guerdon.client.answers import Reply, error_in, message_in
from guerdon.client.errors import ChangedMeanwhile, Failed, NotAllowed, NotFound, Refused
from guerdon.messages.amounts import WireAmount, wired

BIG = 2**53


class Inner(msgspec.Struct, frozen=True):
    amount: WireAmount
    name: str = ""
    worth: WireAmount | None = None


class Outer(msgspec.Struct, frozen=True):
    one: Inner | None = None
    many: list[Inner] = []
    by_name: dict[str, WireAmount] = {}
    nested: dict[str, dict[str, WireAmount]] = {}
    plain: list[str] = []


@pytest.mark.parametrize("amount", [0, 1, -1, BIG - 1, BIG, BIG + 1, -BIG - 1, 2**63 - 1, -(2**63)])
def test_an_amount_is_a_whole_number_on_both_ends(amount: int) -> None:
    inner = Inner(wired(amount), "7", wired(amount))
    sent = Outer(inner, [inner, Inner(1)], {"a": wired(amount)}, {"a": {"b": wired(amount)}}, ["9007199254740993"])

    read = message_in(msgspec.json.encode(sent), Outer)

    exact = Inner(amount, "7", amount)
    assert read == Outer(exact, [exact, Inner(1)], {"a": amount}, {"a": {"b": amount}}, ["9007199254740993"])


def test_what_is_left_out_stays_so() -> None:
    assert message_in(b"{}", Outer) == Outer()


def test_a_text_that_is_no_amount_cannot_be_read() -> None:
    with pytest.raises(msgspec.MsgspecError):
        message_in(b'{"amount": "lots"}', Inner)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused), (401, NotAllowed), (403, NotAllowed), (404, NotFound), (409, Refused), (412, ChangedMeanwhile),
        (422, Refused), (429, Failed), (500, Failed), (503, Failed),
    ],
)  # fmt: skip
def test_each_status_has_its_error(status: int, kind: type[Exception]) -> None:
    problem: dict[str, Any] = {"type": "", "title": "Wrong", "status": status, "code": "wrong", "detail": "It is."}
    assert type(error_in(Reply(status, {}, msgspec.json.encode(problem)), tries=1)) is kind
    assert type(error_in(Reply(status, {}, b"<html>"), tries=1)) is Failed
