"""Keep the catalogues in step with the code: ``python -m guerdon.leaflet.catalogues``.

New texts come in with room for their translation, texts that nobody says any more go out, and nothing is guessed: a
text that was changed is a new one.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from guerdon.leaflet.voice import LANGUAGES, SOURCE

PACKAGE = Path(__file__).parent
LOCALE = PACKAGE / "locale"
_HEAD = "# Texts of the leaflet. `python -m guerdon.leaflet.catalogues` keeps them in step with the code."
_DATED = datetime(2026, 1, 1, tzinfo=UTC)
"""The header has to have dates; when a text changed is said by the history of the file."""

KEYWORDS = {"say": None, "say_count": (1, 2), "say_in": ((1, "c"), 2)}
"""The methods of a voice that take texts, as Babel's extraction wants them."""

Key = tuple[str | tuple[str, ...], str | None]
"""A text, or its two forms, and its context."""


def texts() -> Catalog:
    """Every text that the code says, with the files that say it."""
    catalogue = Catalog(charset="utf-8", project="guerdon")
    found = extract_from_dir(PACKAGE, [("**.py", "python")], keywords=KEYWORDS)
    for file, _, text, comments, context in sorted(found, key=lambda one: (one[0], one[1])):
        catalogue.add(text, locations=[(file, 0)], auto_comments=comments, context=context)
    return catalogue


def stored(language: str) -> Catalog:
    """A catalogue as it is kept."""
    with (LOCALE / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def messages(catalogue: Catalog) -> Iterator[tuple[Key, Message]]:
    """The texts of a catalogue without its header."""
    for message in catalogue:
        if message.id:
            text = message.id
            yield ((text if isinstance(text, str) else tuple(text)), message.context), message


def updated(language: str) -> Catalog:
    """The texts of the code with the translations that there are."""
    known = dict(messages(stored(language))) if (LOCALE / f"{language}.po").exists() else {}
    catalogue = Catalog(
        locale=language, charset="utf-8", project="guerdon", fuzzy=False, header_comment=_HEAD, version="leaflet",
        creation_date=_DATED, revision_date=_DATED, last_translator="the authors of Guerdon", language_team=language,
        msgid_bugs_address="the issues of the project",
    )  # fmt: skip
    for key, message in messages(texts()):
        translated = known[key].string if key in known else ""
        catalogue.add(message.id, translated, locations=message.locations, context=message.context)
    return catalogue


def is_translated(message: Message) -> bool:
    """Whether every form of a text is there."""
    forms = [message.string] if isinstance(message.string, str) else message.string or [""]
    return all(forms)


def main() -> None:
    """Write every catalogue anew and tell what is left to translate."""
    for language in LANGUAGES:
        if language == SOURCE:
            continue
        catalogue = updated(language)
        with (LOCALE / f"{language}.po").open("wb") as file:
            write_po(file, catalogue, width=120, omit_header=False, include_lineno=False)
        missing = [key for key, message in messages(catalogue) if not is_translated(message)]
        print(f"{language}: {len(catalogue)} texts, {len(missing)} to translate")


if __name__ == "__main__":
    main()
