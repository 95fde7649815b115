"""``http.md``: every operation of the service with its examples, from the handlers and ``examples.http``."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from docs.pages.markdown import NOTE, page, table
from guerdon.api import openapi
from guerdon.api.app import create_app
from guerdon.api.examples import Example, curl, examples_of
from guerdon.api.handbook import fields_of, in_order, type_in_words
from guerdon.api.problems import codes
from guerdon.api.remedies import PROBLEM_WORDS


def http_page() -> str:
    """The page."""
    description = openapi.description(create_app(lambda _: _nothing()))
    components = description["components"]["schemas"]
    sections = [
        part
        for tag, operations in in_order(description).items()
        for part in (f"## {tag}", *[_section(method, path, told, components) for method, path, told in operations])
    ]
    return page(
        "# The service over HTTP",
        NOTE.format(source="the handlers in `guerdon/api` and the story in `guerdon/api/examples.http`"),
        "The running service shows the same at `/docs`, with every message field by field, and for software at "
        "`/openapi.json`. A test plays all examples of this page, in the order of their story, against a service.",
        description["info"]["description"],
        *sections,
        "## Problems",
        "What only the service says. The refusals of the engine have [a page of their own](refusals.md); each is "
        "answered with 409, or with the status that `/problems/{code}` tells.",
        table(
            ("code", "status", "meaning", "what to do"),
            [
                (f"`{code}`", str(codes()[code][0]), words.meaning, words.remedy)
                for code, words in PROBLEM_WORDS.items()
            ],
        ),
    )


def _nothing() -> Any:
    raise AssertionError("the application is described and never started")


def _section(method: str, path: str, told: Mapping[str, Any], components: Mapping[str, Any]) -> str:
    shown = [example for example in examples_of(method, path) if example.status < 400]
    return page(
        f"### {told['summary']}",
        f"`{method} {path}`",
        told["description"],
        *_parameters(told["parameters"]),
        *_body(told, components),
        *(_example(shown[0]) if shown else ()),
    ).strip()


def _parameters(parameters: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    rows = [
        (f"`{one['name']}`", one["in"], _unlinked(type_in_words(one["schema"])), one["description"])
        for one in parameters
        if one["name"] != "Guerdon-Program"
    ]
    if rows:
        yield table(("parameter", "in", "what belongs there", "meaning"), rows)


def _body(told: Mapping[str, Any], components: Mapping[str, Any]) -> Iterator[str]:
    content = told.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None or "$ref" not in content["schema"]:
        return
    fields = fields_of(components[content["schema"]["$ref"].rpartition("/")[2]])
    yield table(
        ("field", "what belongs there", "left out", "meaning"),
        [
            (
                f"`{name}`",
                _unlinked(type_in_words(field)),
                "**required**" if required else "may be",
                field.get("description", ""),
            )
            for name, field, required in fields
        ],
    )


def _example(example: Example) -> Iterator[str]:
    yield f"{example.title}:"
    yield f"```sh\n{curl(example)}\n```"
    if not example.answer_text:
        yield f"{example.status}, without a body."
        return
    yield f"{example.status}, `{example.answer_kind}`:"
    kind = "json" if example.answer_kind.endswith("json") and "nd" not in example.answer_kind else ""
    yield f"```{kind}\n{example.answer_text}\n```"


def _unlinked(text: str) -> str:
    return re.sub(r"\[(\w+)\]", r"`\1`", text)
