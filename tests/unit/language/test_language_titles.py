"""What things are called for members: units with plural forms, codes of the till, and expressions in words."""

import pytest

from guerdon.core.program import Titles, When
from guerdon.language import ProgramErrors, read_program

FILE = """\
program: cafe
currency: EUR
timezone: Europe/Sofia
effective_from: 2026-01-01
units:
  points: {title: TITLE}
"""


def unit_title(title: str):
    return read_program(FILE.replace("TITLE", title)).units["points"].title


def wrong(text: str) -> tuple[int, str, str]:
    with pytest.raises(ProgramErrors) as told:
        read_program(text)
    (error,) = told.value.errors
    return error.line, error.code, error.sentence


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Points", {"en": ("Points",)}),
        ("[point, points]", {"en": ("point", "points")}),
        ("{bg: точки}", {"bg": ("точки",)}),
        ("{en: [point, points], ru: [балл, балла, баллов]}",
         {"en": ("point", "points"), "ru": ("балл", "балла", "баллов")}),
        ("{ru: [балл, балла, баллов, баллы]}", {"ru": ("балл", "балла", "баллов", "баллы")}),
        ("{bg: [билет, билета, билети]}", {"bg": ("билет", "билета", "билети")}),
        ("{ja: [a]}", {"ja": ("a",)}),
    ],
)  # fmt: skip
def test_a_unit_is_titled(written, read):
    assert unit_title(written) == read


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{ru: [балл, балла]}", "`ru` counts in 3 forms, and one more may stand without a number; here are 2"),
        ("{en: [a, b, c, d]}", "`en` counts in 2 forms, and one more may stand without a number; here are 4"),
        ("[a, b, c, d, e]", "`en` counts in 2 forms, and one more may stand without a number; here are 5"),
    ],
)
def test_too_few_or_too_many_forms_are_told(written, told):
    assert wrong(FILE.replace("TITLE", written)) == (6, "phrase_wrong", told)


def test_a_language_that_nobody_knows_counts_in_two_forms():
    assert unit_title("{qq: [a, b]}") == {"qq": ("a", "b")}


TITLES = """\
titles:
  category: {drinks/tea: {en: tea, bg: чай}}
  store: {0367: Main Street}
"""


def test_codes_of_the_till_are_titled():
    assert read_program(FILE.replace("TITLE", "x") + TITLES).titles == Titles(
        category={"drinks/tea": {"en": "tea", "bg": "чай"}}, store={"0367": {"en": "Main Street"}}
    )


def test_a_kind_of_code_that_is_misspelt_is_told():
    line, code, told = wrong(FILE.replace("TITLE", "x") + TITLES.replace("store:", "stores:"))
    assert (line, code) == (9, "key_unknown")
    assert "did you mean `store`?" in told


REWARD = "rewards:\n  - {reward: tea, cost: 5 points, when: {WHEN}}\n"


def test_an_expression_may_be_said_in_words():
    text = FILE.replace("TITLE", "x") + REWARD.replace("WHEN", "if: member.days > 9, in_words: {bg: за старите}")
    assert read_program(text).rewards[0].when == When(expression="member.days > 9", in_words={"bg": "за старите"})


def test_words_without_an_expression_mean_nothing():
    text = FILE.replace("TITLE", "x") + REWARD.replace("WHEN", "in_words: for regulars")
    assert wrong(text) == (8, "settings_conflict", "`in_words` means nothing without `if`")
