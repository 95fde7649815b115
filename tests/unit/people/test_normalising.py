"""One form of a card, an e-mail, a phone, however it is written; and what is refused, without repeating it."""

import re

import pytest

from guerdon.core.refusals import Refused
from guerdon.people.normalising import MAX_LENGTH, normalised

SAME = """
card      2610004277            2610004277
card      2610 0042-77          2610004277
card      26100042–77           2610004277
card      ab-12cd               AB12CD
card      ＡＢ１２               AB12
email     ana@example.com       ana@example.com
email     Ana@EXAMPLE.com       ana@example.com
email     ANA+shop@example.com  ana+shop@example.com
email     ana@Пример.БГ         ana@xn--e1afmkfd.xn--90ae
email     ana@xn--e1afmkfd.xn--90ae  ana@xn--e1afmkfd.xn--90ae
email     ana@bücher.example    ana@xn--bcher-kva.example
email     Straße@example.com    strasse@example.com
email     ａｎａ＠example.com     ana@example.com
email     ana@example.com.      ana@example.com
email     a@b@example.com       a@b@example.com
phone     +359888123456         +359888123456
phone     +359-888-123-456      +359888123456
phone     tel:+359888123456     +359888123456
external  CRM-0042a             CRM-0042a
loyalty_app  x                  x
"""

REFUSED = """
card      123                   4 to 64
card      1234_5                4 to 64
card      ١٢٣٤                  4 to 64
email     ana                   an @
email     @example.com          an @
email     ana@                  no domain
email     ana@-x-.com           no domain
email     ana@exa_mple.com      no domain
email     ana@a..b              no domain
phone     0888123456            no national one
phone     hello                 no national one
phone     +359888123456x7       extension
phone     +359123               no numbers of that length
Card      2610004277            a word of small
"""


def rows(table: str) -> list[list[str]]:
    return [re.split("  +", row, maxsplit=2) for row in table.strip().splitlines()]


@pytest.mark.parametrize(("kind", "value", "normal"), rows(SAME))
def test_one_form(kind: str, value: str, normal: str) -> None:
    assert normalised(kind, value) == normal
    assert normalised(kind, f"  {value}\t") == normal


@pytest.mark.parametrize(("kind", "value", "reason"), rows(REFUSED))
def test_what_cannot_be_one_is_refused_without_repeating_it(kind: str, value: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason) as refused:
        normalised(kind, value)
    assert refused.value.refusal.code == "identity_malformed"
    assert value not in str(refused.value.refusal)


@pytest.mark.parametrize(
    ("value", "country", "normal"),
    [
        ("0888 123 456", "BG", "+359888123456"),
        ("0888 123 456", "bg", "+359888123456"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("+359 888 123 456", "US", "+359888123456"),
        ("8 (912) 345-67-89", "RU", "+79123456789"),
    ],
)
def test_a_national_number_takes_its_country(value: str, country: str, normal: str) -> None:
    assert normalised("phone", value, country) == normal


def test_an_unknown_country_is_refused() -> None:
    with pytest.raises(Refused, match="country"):
        normalised("phone", "0888123456", "XX")


@pytest.mark.parametrize("value", ["", "   ", "a\nb", "a\x00b", "a\u202eb", "x" * (MAX_LENGTH + 1)])
def test_a_value_is_short_and_printable(value: str) -> None:
    with pytest.raises(Refused, match="printable"):
        normalised("external", value)


def test_the_longest_value() -> None:
    assert normalised("external", "x" * MAX_LENGTH) == "x" * MAX_LENGTH


@pytest.mark.parametrize(("first", "second"), [("card", "A123"), ("external", "A123")])
def test_only_cards_are_without_case(first: str, second: str) -> None:
    assert (normalised(first, second.lower()) == second) == (first == "card")
