"""JSON Schemas of files, for editors: what may stand where, with a description and an example."""

import re
from typing import Any

from guerdon.language.forms import Form, Schema, walk
from guerdon.language.phrases import Choice, Phrase
from guerdon.language.program_file import PROGRAM
from guerdon.language.section import Section


def program_schema() -> Schema:
    """The schema of a program file."""
    return schema_of(PROGRAM)


def schema_of(root: Section[Any]) -> Schema:
    """The schema (2020-12) of a file as it is written, not of what it is read into.

    It knows every key and every wording. What takes the whole file to see, such as a unit that is not declared, it
    leaves to the reader.
    """
    named = _definitions(root)
    definitions = {name: form.schema(lambda inner: _reference(inner, named)) for name, form in named.items()}
    own = definitions.pop(_slug(root))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **own, "$defs": definitions}


def _definitions(root: Section[Any]) -> dict[str, Form[Any]]:
    """The forms that have a definition of their own, by its name."""
    named: dict[str, Form[Any]] = {}
    for form in walk(root):
        if isinstance(form, Section | Phrase | Choice):
            slug, number = _slug(form), 2
            name = slug
            while name in named:
                name, number = f"{slug}-{number}", number + 1
            named[name] = form
    return named


def _reference(form: Form[Any], named: dict[str, Form[Any]]) -> Schema:
    for name, known in named.items():
        if known is form:
            return {"$ref": f"#/$defs/{name}"}
    return form.schema(lambda inner: _reference(inner, named))


def _slug(form: Form[Any]) -> str:
    words = re.sub("^(an?|the) ", "", form.name)
    return re.sub("[^a-z0-9]+", "-", words.lower()).strip("-")
