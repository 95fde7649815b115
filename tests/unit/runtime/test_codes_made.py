"""Making codes: their signs, their check digit, their groups, and what a file of them may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.runtime import codes
from guerdon.runtime.codes import SIGNS, is_mistyped, key_of, new_keys, shown

SHAPE = [("", 16)]
SHAPES = [("SPRING", 10), ("", 16)]


def a_code(prefix="", signs=15):
    return next(new_keys(1, prefix, signs))


def test_no_sign_is_like_another():
    assert len(set(SIGNS)) == len(SIGNS) == 30
    assert not set(SIGNS) & set("01OILU")


def test_codes_are_of_their_signs_and_do_not_come_twice():
    made = list(new_keys(20_000, "", 15))
    assert len(set(made)) == 20_000
    assert {len(code) for code in made} == {16}
    assert set("".join(made)) == set(SIGNS)


def test_every_sign_is_as_frequent_as_any_other():
    """300,000 signs: 10,000 of each are expected, and 600 away from it are six standard deviations."""
    made = "".join(code[:-1] for code in new_keys(20_000, "", 15))
    assert all(abs(made.count(sign) - 10_000) < 600 for sign in SIGNS)


SPELLINGS = ["WX7K-4MPT-9QRD-2HN8", "wx7k4mpt9qrd2hn8", " wx7k 4mpt 9qrd 2hn8 ", "WX7K‐4MPT–9QRD—2HN8"]


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_code_is_the_same_however_it_is_typed(text):
    assert key_of(text) == "WX7K4MPT9QRD2HN8"
    assert not is_mistyped(key_of(text), SHAPE)


GROUPS = [
    ("ABCD", "", "ABCD"),
    ("ABCDE", "", "ABC-DE"),
    ("ABCDEFGHJ", "", "ABC-DEF-GHJ"),
    ("ABCDEFGHJK", "", "ABCD-EFG-HJK"),
    ("WX7K4MPT9QRD2HN8", "", "WX7K-4MPT-9QRD-2HN8"),
    ("SPRINGABCDEFGH", "SPRING", "SPRING-ABCD-EFGH"),
]


@pytest.mark.parametrize(("key", "prefix", "expected"), GROUPS)
def test_a_code_is_shown_in_even_groups(key, prefix, expected):
    assert shown(key, prefix) == expected
    assert key_of(expected) == key


@given(st.integers(0, 15), st.sampled_from(SIGNS))
def test_one_wrong_sign_is_a_mistyped_code(place, sign):
    code = a_code()
    wrong = code[:place] + sign + code[place + 1 :]
    assert is_mistyped(wrong, SHAPE) == (wrong != code)


@given(st.integers(0, 14))
def test_two_neighbours_that_changed_places_are_a_mistyped_code(place):
    code = a_code()
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_mistyped(wrong, SHAPE) == (wrong != code)


MISTAKES = [
    ("WX7K4MPT9QRD2HN", True),  # one sign is missing
    ("WX7K4MPT9QRD2HN88", True),  # one too many
    ("WX7K4MPT9QRD2H", False),  # two are missing: that is anything
    ("OX7K4MPT9QRD2HN8", True),  # O is no sign
    ("FALL", False),
    ("", False),
]


@pytest.mark.parametrize(("key", "expected"), MISTAKES)
def test_what_looks_like_a_code_is_mistyped_and_anything_else_is_unknown(key, expected):
    assert is_mistyped(key, SHAPE) == expected
    assert not is_mistyped(key, [])


def test_a_code_that_fits_one_of_the_shapes_is_not_mistyped():
    assert not is_mistyped(a_code("SPRING", 9), SHAPES)
    assert is_mistyped(a_code("SPRUNG", 9), SHAPES)


@pytest.mark.parametrize(
    ("count", "signs", "is_enough"),
    [(1, 4, False), (1, 5, True), (1_000_000, 8, False), (1_000_000, 9, True), (1, 64, True), (1, 65, False)],
)
def test_a_million_guesses_hit_no_code(count, signs, is_enough):
    if is_enough:
        codes._check_shape(count, "", signs)
    else:
        with pytest.raises(codes.CodesTrouble, match="signs of chance"):
            codes._check_shape(count, "", signs)


@pytest.mark.parametrize("name", ["", "spring mailing", "spring/mailing", "code:spring", "-spring", "ä", "x" * 101])
def test_the_name_of_a_batch_is_plain(name):
    with pytest.raises(codes.CodesTrouble, match="name of a batch"):
        codes._check_name(name)
