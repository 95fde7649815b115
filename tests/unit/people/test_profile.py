"""The profile: read and written, and never shown by accident."""

from datetime import date

import msgspec
import pytest

from guerdon.core.effects import Adjusted, Described, Granted
from guerdon.core.state import MemberState
from guerdon.language import read_program
from guerdon.people.consents import Details
from guerdon.people.exporting import SECTION_OF_STATE, state_sections
from guerdon.people.profile import Profile, decode_profile, encode_profile
from guerdon.people.words import readable, told

PROGRAM = read_program("""
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {}
  vouchers: {in: USD}
""")


def test_a_profile_comes_back() -> None:
    profile = Profile(given_name="Ана", birth_date=date(1990, 3, 20), address=("ул. Шипка 1", "Sofia"))
    assert decode_profile(encode_profile(profile)) == profile


def test_a_log_that_prints_it_shows_nothing() -> None:
    profile = Profile(given_name="Canary", email="canary@example.com", attributes={"canary": "canary"})
    assert repr(profile) == str(profile) == "Profile(given_name, email, attributes)"
    assert "Canary" not in repr(Details(source="Canary", by="Canary"))


@pytest.mark.parametrize(
    "content", [b'{"given_name": "Canary\\u0000"}', b'{"birth_date": "Canary"}', b'{"email": ["Canary"]}']
)
def test_what_is_wrong_with_a_profile_is_told_without_showing_it(content: bytes) -> None:
    with pytest.raises(msgspec.ValidationError) as error:
        decode_profile(content)
    assert "Canary" not in str(error.value)


def test_every_field_of_a_state_has_its_section() -> None:
    assert set(SECTION_OF_STATE) == set(MemberState.__struct_fields__)
    state = MemberState(enrolled_at=0, badges={"explorer": 2})
    sections = state_sections(state)
    assert sections["badges"] == {"explorer": 2}
    assert sections["coupons"] is None
    assert sections["activity"] == {"enrolled_at": "1970-01-01T00:00:00Z"}
    assert set(sections) == set(SECTION_OF_STATE.values())


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (Granted("base", "points", 12), "granted: mechanic base, 12 points"),
        (Adjusted("vouchers", -1234, "goodwill", "ana"), "adjusted: -12.34 vouchers, reason goodwill, by ana"),
        (Described(), "described"),
    ],
)
def test_an_effect_in_words(effect: object, words: str) -> None:
    assert told(effect, PROGRAM) == words  # type: ignore[arg-type]


def test_instants_become_dates_and_counts_stay() -> None:
    plain = {"since": 86_400, "amount": 86_400, "lots": [{"earned_at": 0, "paid": True}], "none_at": None}
    assert readable(plain) == {
        "since": "1970-01-02T00:00:00Z", "amount": 86_400,
        "lots": [{"earned_at": "1970-01-01T00:00:00Z", "paid": True}], "none_at": None,
    }  # fmt: skip
