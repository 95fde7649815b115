"""The description of the service is complete, right and true to its examples."""

import re
from collections import Counter
from typing import Any

import jsonschema_rs
import not_described_yet
import pytest

from guerdon.api import examples, handbook, openapi
from guerdon.api.app import create_app
from guerdon.api.problems import codes
from guerdon.api.remedies import PROBLEM_WORDS, WORDS, words_for

APPLICATION = create_app(lambda _: None)  # type: ignore[arg-type,return-value]
OPERATIONS = openapi.operations(APPLICATION)
DESCRIPTION = openapi.description(APPLICATION)
EVERY = pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.name)


def described(one: openapi.Operation) -> dict[str, Any]:
    operation: dict[str, Any] = DESCRIPTION["paths"][one.path][one.method.lower()]
    return operation


def conforms(schema: dict[str, Any], value: Any) -> None:
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": DESCRIPTION["components"]}
    jsonschema_rs.Draft202012Validator(whole | schema, validate_formats=True).validate(value)


@EVERY
def test_every_operation_has_words_and_a_place(one: openapi.Operation) -> None:
    operation = described(one)

    assert operation["summary"]
    assert len(operation["description"]) > 20
    assert len(operation["tags"]) == 1
    assert operation["tags"][0] in handbook.ORDER, "tell the handbook where it belongs"
    for parameter in operation["parameters"]:
        assert parameter["description"], parameter["name"]
        assert parameter["schema"], parameter["name"]


@EVERY
def test_every_operation_has_examples_for_what_is_sent_and_for_what_goes_well(one: openapi.Operation) -> None:
    shown = examples.examples_of(one.method, one.path)
    if one.name in not_described_yet.OPERATIONS:
        assert not [example for example in shown if example.status < 300], "take it off the list"
        return

    assert [example for example in shown if example.status < 300], "add one to guerdon/api/examples.http"
    if one.body is not None:
        assert any(example.body is not None for example in shown if example.status < 300)


@EVERY
def test_every_operation_says_who_may_call_it(one: openapi.Operation) -> None:
    assert bool(one.scopes) == (one.path.startswith("/v1") or one.path == "/metrics")
    assert described(one)["security"] == ([{"key": []}] if one.scopes else [])


def test_no_two_operations_have_one_name() -> None:
    assert [name for name, times in Counter(one.name for one in OPERATIONS).items() if times > 1] == []


def test_every_message_goes_by_its_plain_name_where_no_two_share_it() -> None:
    assert [
        name
        for name in DESCRIPTION["components"]["schemas"]
        if not re.fullmatch(r"(guerdon\.[a-z.]+\.)?[A-Z][A-Za-z]+", name)
    ] == []


def test_every_schema_is_one() -> None:
    for name, schema in DESCRIPTION["components"]["schemas"].items():
        jsonschema_rs.meta.validate(schema)
        assert schema.get("description"), name


def test_every_field_of_a_message_has_words() -> None:
    missing = [
        f"{name}.{field}"
        for name, schema in DESCRIPTION["components"]["schemas"].items()
        for field, told, _ in handbook.fields_of(schema)
        if not told.get("description")
    ]
    assert set(missing) == not_described_yet.FIELDS


def test_every_reference_leads_somewhere() -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if "$ref" in value else []
            return own + [found for part in value.values() for found in references(part)]
        return [found for part in value for found in references(part)] if isinstance(value, list) else []

    known = {f"#/components/schemas/{name}" for name in DESCRIPTION["components"]["schemas"]}
    assert set(references(DESCRIPTION)) <= known


@pytest.mark.parametrize("example", examples.examples(), ids=lambda example: example.name)
def test_an_example_is_as_described(example: examples.Example) -> None:
    (one,) = [
        one for one in OPERATIONS if example in examples.examples_of(one.method, one.path)
    ]  # an example of nothing, or of two
    operation = described(one)

    if example.status == 204:
        assert "content" not in operation["responses"]["204"]
        return
    content = operation["responses"][str(example.status)]["content"][example.answer_kind]
    conforms(content["schema"], example.answer)
    assert example.name in content["examples"]
    if example.body is not None and example.status < 300:
        conforms(operation["requestBody"]["content"][example.body_kind]["schema"], example.body)


def test_an_answer_that_differs_is_no_example() -> None:
    with pytest.raises(jsonschema_rs.ValidationError):
        conforms({"$ref": "#/components/schemas/EventAnswer"}, {"id": "e", "member": "ann", "seq": "one", "version": 1})


def test_every_code_has_words() -> None:
    assert {code for code in codes() if words_for(code) is None} == not_described_yet.CODES
    assert WORDS.keys() | PROBLEM_WORDS.keys() | not_described_yet.CODES == codes().keys()


def test_names_of_examples_are_unique() -> None:
    assert [name for name, times in Counter(one.name for one in examples.examples()).items() if times > 1] == []
