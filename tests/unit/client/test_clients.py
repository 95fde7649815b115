"""What can be known without a service: addresses, keys, what is told of a client."""

import pytest

from guerdon.client import AsyncGuerdon, Guerdon
from guerdon.client.checkout import Basket
from guerdon.client.lines import Lines
from guerdon.messages.carts import QuoteRequest


@pytest.mark.parametrize("client", [Guerdon, AsyncGuerdon])
def test_what_is_no_address_or_no_key_is_told_at_once(client: type[Guerdon] | type[AsyncGuerdon]) -> None:
    with pytest.raises(ValueError, match="http"):
        client("127.0.0.1:8080", "gk_1")
    for key in ("", "gk 1", "gk_1\n", "ключ"):
        with pytest.raises(ValueError, match="API key"):
            client("http://127.0.0.1:8080", key)


def test_the_key_is_not_told() -> None:
    with Guerdon("http://127.0.0.1:8080/", "gk_secret", "shop") as guerdon:
        assert repr(guerdon) == "Guerdon('http://127.0.0.1:8080')"


def test_a_basket_may_have_whatever_a_purchase_may_have() -> None:
    own = {"id", "member", "at", "as_of", "lines"}
    assert set(Basket.__annotations__) == set(QuoteRequest.__struct_fields__) - own


def test_lines_end_at_line_feeds_alone() -> None:
    lines = Lines()
    text = '{"a":"x\u2028y\x85"}\r\n\nlast\n'.encode()
    assert [line for byte in text for line in lines.feed(bytes([byte]))] == [
        '{"a":"x\u2028y\x85"}'.encode(),
        b"",
        b"last",
    ]
