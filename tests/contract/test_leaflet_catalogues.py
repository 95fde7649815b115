"""The leaflet says every kind of mechanic, in every language, and no translation is missing, stale or doubtful."""

import re

import pytest
from babel.messages.catalog import Message

from guerdon.leaflet import LANGUAGES
from guerdon.leaflet.catalogues import LOCALE, is_translated, messages, stored, texts, updated
from guerdon.leaflet.mechanics import SAYINGS
from guerdon.leaflet.voice import SOURCE
from guerdon.leaflet.writing import PARTS
from guerdon.mechanics import MECHANICS

TRANSLATED = [language for language in LANGUAGES if language != SOURCE]
AGAIN = "run: python -m guerdon.leaflet.catalogues, and translate what is new"


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def values(text: str) -> set[str]:
    """What is put into a text."""
    return set(re.findall(r"%\((\w+)\)s", text))


def test_every_kind_of_mechanic_is_said():
    assert SAYINGS.keys() == MECHANICS.keys()


def test_there_is_a_catalogue_for_every_language_and_no_other():
    assert {path.stem for path in LOCALE.glob("*.po")} == set(TRANSLATED)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_of_the_code_is_translated_and_nothing_is_stale(language):
    said, kept = dict(messages(texts())), dict(messages(stored(language)))
    assert len(said) > 100
    assert set(said) - set(kept) == set(), AGAIN
    assert set(kept) - set(said) == set(), AGAIN
    assert [key for key, message in kept.items() if not is_translated(message)] == []
    assert [key for key, message in kept.items() if message.fuzzy] == []
    assert stored(language).obsolete == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_every_form_and_names_what_its_text_names(language):
    catalogue = stored(language)
    for key, message in messages(catalogue):
        asked = [message.id] if isinstance(message.id, str) else list(message.id)
        told = forms(message)
        assert len(told) == (1 if isinstance(message.id, str) else catalogue.num_plurals), key
        for form in told:
            assert values(form) <= values(asked[-1]), key
            assert values(asked[-1]) - values(form) <= {"count"}, key
            assert "%" not in re.sub(r"%\(\w+\)s", "", form), key


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_stands_as_the_command_writes_it(language):
    kept = [(key, message.string) for key, message in messages(stored(language))]
    assert kept == [(key, message.string) for key, message in messages(updated(language))], AGAIN


def test_the_catalogues_are_not_in_the_source_language_by_mistake():
    for language in TRANSLATED:
        letters = [form for _, message in messages(stored(language)) for form in forms(message)]
        words = re.findall("[A-Za-z]{3,}", re.sub(r"%\(\w+\)s", "", " ".join(letters)))
        assert words == []


def test_every_part_of_the_leaflet_that_a_mechanic_may_name_is_there():
    assert {"earn", "levels", "vouchers"} <= set(PARTS)
