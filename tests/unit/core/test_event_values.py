"""Events as they arrive: one canonical JSON, and bounds that keep out what no till means."""

import json
from typing import get_args

import msgspec
import pytest

from guerdon.core.amounts import MAX_AMOUNT
from guerdon.core.belongings import NO_BELONGINGS
from guerdon.core.events import (
    Action,
    Adjust,
    Enrol,
    Event,
    Line,
    Purchase,
    Redeem,
    Return,
    ReturnedLine,
    TakenReward,
    Tick,
    Traits,
    decode_event,
    encode_event,
    event_from,
    instant_in_range,
    instant_of_event,
    kind_of,
    line_nets,
    payments_of,
)
from tests.builders import instant, moment, money, purchase, rows

AT = moment("2026-03-10 14:30Z")

EVENTS = {
    "enrol": Enrol(id="e", member="m", at=AT),
    "purchase": Purchase(
        id="p", member="m", at=AT, lines=(Line("a", 1500, 2, 100, "grocery/soup", "own"), Line("b", 0))
    ),
    "return": Return(id="r", member="m", at=AT, purchase="p", lines=(ReturnedLine(0, 1), ReturnedLine(1))),
    "action": Action(id="a", member="m", at=AT, action="review", attributes={"stars": "5"}),
    "redeem": Redeem(id="d", member="m", at=AT, reward="coffee"),
    "adjust": Adjust(id="j", member="m", at=AT, unit="points", amount=-5, reason="a typo", by="ana"),
    "tick": Tick(id="t", member="m", at=AT),
}


@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_survives_its_json(kind):
    event = EVENTS[kind]
    assert decode_event(encode_event(event)) == event
    assert encode_event(decode_event(encode_event(event))) == encode_event(event)
    assert kind_of(event) == kind == json.loads(encode_event(event))["kind"]


def test_an_event_is_read_from_plain_values():
    value = {"kind": "redeem", "id": "d", "member": "m", "at": "2026-03-10T14:30:00Z", "reward": "coffee"}
    assert event_from(value) == EVENTS["redeem"]


def written(**fields: object) -> bytes:
    event = {
        "kind": "purchase",
        "id": "p",
        "member": "m",
        "at": "2026-03-10T14:30:00Z",
        "lines": [{"sku": "a", "amount": 5}],
    }
    return json.dumps(event | fields).encode()


def adjusted(**fields: object) -> bytes:
    event = {"kind": "adjust", "id": "j", "member": "m", "at": "2026-03-10T14:30:00Z"}
    return json.dumps(event | {"unit": "points", "amount": 5, "reason": "why", "by": "ana"} | fields).encode()


def acted(**fields: object) -> bytes:
    event = {"kind": "action", "id": "j", "member": "m", "at": "2026-03-10T14:30:00Z", "action": "review"}
    return json.dumps(event | fields).encode()


def returned(**fields: object) -> bytes:
    event = {"kind": "return", "id": "r", "member": "m", "at": "2026-03-10T14:30:00Z", "purchase": "p"}
    return json.dumps(event | fields).encode()


SAME = {
    "fields in another order": json.dumps(dict(reversed(json.loads(written()).items()))).encode(),
    "defaults written out": written(
        discount=0, store="", lines=[{"sku": "a", "amount": 5, "quantity": 1, "brand": ""}]
    ),
    "UTC written as an offset": written(at="2026-03-10T14:30:00+00:00"),
    "spaces": written().replace(b",", b" ,\n "),
}


@pytest.mark.parametrize("why", SAME)
def test_the_same_content_has_one_canonical_json(why):
    assert encode_event(decode_event(SAME[why])) == encode_event(decode_event(written()))


def test_the_canonical_json_leaves_out_what_is_not_said():
    """What is hashed and kept; a change here would make every event that is sent again look different."""
    assert encode_event(decode_event(written())) == (
        b'{"kind":"purchase","lines":[{"sku":"a","amount":5}],"id":"p","member":"m","at":"2026-03-10T14:30:00Z"}'
    )
    assert encode_event(decode_event(returned(lines=[{"line": 3}]))) == (
        b'{"kind":"return","purchase":"p","lines":[{"line":3}],"id":"r","member":"m","at":"2026-03-10T14:30:00Z"}'
    )


def test_attributes_in_another_order_are_the_same_content():
    one, other = acted(attributes={"stars": "5", "words": "90"}), acted(attributes={"words": "90", "stars": "5"})
    assert encode_event(decode_event(one)) == encode_event(decode_event(other))


WRONG = {
    "no kind": b'{"id":"p"}',
    "an unknown kind": written(kind="theft"),
    "an unknown field": written(shop="x"),
    "an unknown field of a line": written(lines=[{"sku": "a", "amount": 5, "price": 5}]),
    "no id": written(id=""),
    "an id too long": written(id="x" * 201),
    "an id with a NUL": written(id="a\0"),
    "an id with a line break": written(id="a\nb"),
    "an id with a line break at its end": written(id="a\n"),
    "a member with a line break at its end": written(member="m\n"),
    "a store with a NUL": written(store="\0"),
    "a store with a line break at its end": written(store="x\n"),
    "a SKU with a delete": written(lines=[{"sku": "\x7f", "amount": 5}]),
    "a name too long": written(channel="x" * 201),
    "no line": written(lines=[]),
    "too many lines": written(lines=[{"sku": "a", "amount": 5}] * 10_001),
    "a negative amount": written(lines=[{"sku": "a", "amount": -1}]),
    "an amount with a fraction": written(lines=[{"sku": "a", "amount": 1.5}]),
    "an amount as text": written(lines=[{"sku": "a", "amount": "5"}]),
    "an amount just too large": written(lines=[{"sku": "a", "amount": MAX_AMOUNT + 1}]),
    "an amount of 64 bits": written(lines=[{"sku": "a", "amount": 2**63}]),
    "an amount beyond 64 bits": written(lines=[{"sku": "a", "amount": 2**64}]),
    "an amount far beyond": written(lines=[{"sku": "a", "amount": 10**40}]),
    "a negative quantity": written(lines=[{"sku": "a", "amount": 5, "quantity": -1}]),
    "a negative discount": written(discount=-1),
    "a discount just too large": written(discount=MAX_AMOUNT + 1),
    "a naive time": written(at="2026-03-10T14:30:00"),
    "a time as a number": written(at=1773153000),
    "a day that does not exist": written(at="2026-02-29T12:00:00Z"),
    "a 61st second": written(at="2026-03-10T14:30:60Z"),
    "a currency of two letters": written(currency="US"),
    "a currency in small letters": written(currency="usd"),
    "a currency with a line break at its end": written(currency="USD\n"),
    "an adjustment just too large": adjusted(amount=MAX_AMOUNT + 1),
    "an adjustment just too small": adjusted(amount=-MAX_AMOUNT - 1),
    "an adjustment without a reason": adjusted(reason=""),
    "a reason with a NUL": adjusted(reason="a\0b"),
    "a reason too long": adjusted(reason="x" * 1001),
    "an action with a NUL": acted(action="a\0"),
    "an action without a name": acted(action=""),
    "an attribute that is no text": acted(attributes={"stars": 5}),
    "an attribute with a NUL": acted(attributes={"stars": "\0"}),
    "a return of nothing of a line": returned(lines=[{"line": 0, "quantity": 0}]),
    "a return of a line before the first": returned(lines=[{"line": -1}]),
    "half a surrogate": written().replace(b'"id": "p"', b'"id": "\\ud800"'),
    "not UTF-8": written().replace(b'"id": "p"', b'"id": "\xff"'),
    "not JSON": b"{",
    "nothing": b"",
    "a list": b"[]",
}


@pytest.mark.parametrize("what", WRONG)
def test_what_no_till_means_is_not_read(what):
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        decode_event(WRONG[what])


RIGHT = {
    "the longest id": written(id="x" * 200),
    "an id in Cyrillic with an emoji": written(id="поръчка-🎁"),
    "an id with spaces": written(id="order 17"),
    "the largest amount": written(lines=[{"sku": "a", "amount": MAX_AMOUNT}]),
    "the most lines": written(lines=[{"sku": "a", "amount": 5}] * 10_000),
    "a line of no quantity": written(lines=[{"sku": "", "amount": 0, "quantity": 0}]),
    "a time with an offset": written(at="2026-03-10T14:30:00+05:45"),
    "a time with a fraction": written(at="2026-03-10T14:30:00.123456Z"),
    "the largest adjustment": adjusted(amount=MAX_AMOUNT),
    "the smallest adjustment": adjusted(amount=-MAX_AMOUNT),
    "a reason of two lines": adjusted(reason="the scanner\nwas broken"),
    "the longest reason": adjusted(reason="x" * 1000),
    "a currency": written(currency="USD"),
    "a return of everything": returned(),
    # Read, and then refused with a sentence by the decision.
    "a time in 1900": written(at="1900-01-01T00:00:00Z"),
    "a time in 2500": written(at="2500-01-01T00:00:00Z"),
    "the first year": written(at="0001-01-01T00:00:00+14:00"),
    "the last year": written(at="9999-12-31T23:59:59-14:00"),
}


@pytest.mark.parametrize("what", RIGHT)
def test_what_a_till_may_mean_is_read(what):
    event = decode_event(RIGHT[what])
    assert decode_event(encode_event(event)) == event


def test_a_wrong_event_says_where_it_is_wrong():
    with pytest.raises(msgspec.ValidationError, match=r"\$\.lines\[0\]\.amount"):
        decode_event(WRONG["a negative amount"])


YEARS = """
    # instant                    | accepted
      1900-01-01 00:00:00Z       | no
      1999-12-31 23:59:59Z       | no
      2000-01-01 00:00:00Z       | yes
      2099-12-31 23:59:59Z       | yes
      2100-01-01 00:00:00Z       | no
      2500-01-01 00:00:00Z       | no
"""


@pytest.mark.parametrize(("when", "accepted"), rows(YEARS))
def test_events_are_dated_from_2000_to_2099(when, accepted):
    assert instant_in_range(instant(when)) == (accepted == "yes")


def test_an_event_happened_at_its_whole_second_whatever_its_offset():
    one = decode_event(written(at="2026-03-10T14:30:00.999Z"))
    other = decode_event(written(at="2026-03-10T20:15:00+05:45"))
    assert instant_of_event(one) == instant_of_event(other) == instant("2026-03-10 14:30Z")


def test_a_line_costs_its_amount_less_its_discount():
    assert line_nets(purchase("p", "2026-03-10", "9.99 off=1.00", "5.01", "2 off=2").lines) == [899, 501, 0]


PAYMENTS = """
    # lines        | off the basket | paid for each
      9.99 5.01    | 0              | 999 501
      9.99 5.01    | 5              | 666 334
      9.99 5.01    | 15             | 0 0
      9.99 0 5.01  | 14.99          | 1 0 0
      0 0          | 0              | 0 0
      1 1 1        | 1              | 66 67 67
"""


@pytest.mark.parametrize(("lines", "off", "paid"), rows(PAYMENTS))
def test_a_discount_is_spread_over_the_lines(lines, off, paid):
    bought = purchase("p", "2026-03-10", *lines.split(), off=off)
    assert payments_of(line_nets(bought.lines), money(off)) == [int(cell) for cell in paid.split()]


BIRTHDAYS = """
    # birthday | is a day
      02-28    | yes
      02-29    | yes
      02-30    | no
      04-30    | yes
      04-31    | no
      12-31    | yes
      12-32    | no
      00-01    | no
      13-01    | no
"""


@pytest.mark.parametrize(("birthday", "is_day"), rows(BIRTHDAYS))
def test_a_birthday_is_a_day_of_some_year(birthday, is_day):
    event = {"kind": "describe", "id": "d", "member": "m", "at": "2026-03-10T14:30:00Z"}
    content = json.dumps(event | {"traits": {"birthday": birthday}}).encode()
    if is_day == "yes":
        assert decode_event(content).traits.birthday == birthday
    else:
        with pytest.raises(msgspec.ValidationError):
            decode_event(content)


@pytest.mark.parametrize(
    "content",
    [
        b'{"kind":"enter","household":"home","id":"e","member":"m","at":"2026-03-10T14:30:00Z"}',
        b'{"kind":"admit","household":"family","person":"ana","id":"e","member":"m","at":"2026-03-10T14:30:00Z"}',
        b'{"kind":"settle","household":"family","pool":"home","id":"e","member":"m","at":"2026-03-10T14:30:00Z"}',
    ],
)
def test_a_default_that_is_written_out_is_left_out_of_the_one_canonical_json(content: bytes) -> None:
    written_out = content.replace(b"}", b',"role":"adult"}')
    other = content.replace(b"}", b',"role":"child"}')

    assert encode_event(decode_event(written_out)) == encode_event(decode_event(content))
    assert b"role" not in encode_event(decode_event(written_out))
    assert b'"role":"child"' in encode_event(decode_event(other))


def test_no_other_event_has_a_default_that_another_equal_value_would_not_be() -> None:
    # msgspec leaves out what *is* the default. Small numbers, `""`, `()`, True and None are one thing each. What is a
    # Struct is made anew by each decision, and is read back as it was written.
    kinds = [*get_args(Event), Line, ReturnedLine, TakenReward, Traits]
    found = {
        f"{kind.__name__}.{field.name}"
        for kind in kinds
        for field in msgspec.structs.fields(kind)
        if field.default not in ("", (), None, True, False, 0, 1, msgspec.NODEFAULT, NO_BELONGINGS)
    }
    assert found == {"Enter.role", "Admit.role", "Settle.role"}
