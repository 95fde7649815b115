"""What holds for every value: the normal form is normal, and what is sealed opens."""

from hypothesis import given
from hypothesis import strategies as some

from guerdon.core.refusals import Refused
from guerdon.people.normalising import normalised
from guerdon.people.sealing import new_person_key

KINDS = some.sampled_from(["card", "email", "phone", "external"])
PHONES = some.from_regex(r"\+?[0-9 ()\-]{5,18}", fullmatch=True)
CARDS = some.from_regex(r"[0-9A-Za-z \-]{4,30}", fullmatch=True)
EMAILS = some.builds(
    "{}@{}.{}".format, some.text(min_size=1, max_size=12), some.text(max_size=8), some.text(max_size=4)
)
VALUES = some.one_of(some.text(max_size=60), PHONES, CARDS, EMAILS)


@given(kind=KINDS, value=VALUES, country=some.sampled_from(["", "BG", "US"]))
def test_what_is_normal_stays_as_it_is(kind: str, value: str, country: str) -> None:
    try:
        normal = normalised(kind, value, country)
    except Refused:
        return
    assert normalised(kind, normal) == normal


@given(value=EMAILS)
def test_case_makes_no_other_email(value: str) -> None:
    try:
        normal = normalised("email", value)
    except Refused:
        return
    assert normalised("email", normal.upper()) == normalised("email", normal.upper().lower())


@given(content=some.binary(max_size=200), what=some.text(max_size=20))
def test_what_is_sealed_opens(content: bytes, what: str) -> None:
    key = new_person_key(1, 1)
    assert key.open(what, key.seal(what, content)) == content
