"""Whatever program can be read has a leaflet in every language, with nothing unsaid in it."""

import re

import msgspec
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from guerdon.leaflet import LANGUAGES, leaflet, markdown
from tests.property.test_diff_laws import edited
from tests.property.test_diff_laws import read as read_words
from tests.property.test_language_fuzz import mutated, read

OFTEN_WRONG = settings(
    deadline=2_000, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def check(program):
    for language in LANGUAGES:
        text = markdown(leaflet(program, language))
        assert "%(" not in text
        assert "None" not in text
        assert not re.search(r"(?<!\.)\.\.(?!\.)", text)
        assert text.endswith("\n")
        assert all(letter.isprintable() or letter in "\n\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}" for letter in text)


@given(mutated())
@OFTEN_WRONG
def test_a_changed_grocery_has_a_leaflet(text):
    program = read(text)
    assume(program is not None)
    check(program)


@given(edited())
@OFTEN_WRONG
def test_an_edited_file_has_a_leaflet(edit):
    reading = read_words(edit[2])
    assume(reading is not None)
    check(reading.program)


PLAIN = read("program: p\ncurrency: USD\ntimezone: UTC\neffective_from: 2026-01-01\nunits: {points: {}}\n")


@given(st.text(min_size=1, max_size=200))
def test_no_title_breaks_the_page(title):
    told = markdown(leaflet(msgspec.structs.replace(PLAIN, title={"en": title}), "en"))
    assert told.split("\n")[0].startswith("# ")
    assert "\n## What you hold, and until when\n" in told
