"""The schema and the reference of specs files say what the reader takes."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

import guerdon
from guerdon.language.forms import walk
from guerdon.language.nodes import parse, plain
from guerdon.language.phrases import Known, Phrase
from guerdon.language.place import Broken, Desk, Place
from guerdon.language.section import Section
from guerdon.specs import specs_reference, specs_schema
from guerdon.specs.cases import SPECS
from guerdon.specs.declared import declared_by
from guerdon.specs.effects import EFFECT_KINDS
from guerdon.specs.steps import KINDS
from tests.unit.specs.test_specs_reader import MISTAKES
from tests.unit.specs.test_specs_runner import HEAD, TIMELINE

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "specs.md"
GROCERY = (Path(guerdon.__file__).parent / "demo" / "grocery.specs.yaml").read_text("utf-8")
SCHEMA = specs_schema()


def sections() -> list[Section[Any]]:
    return [form for form in walk(SPECS) if isinstance(form, Section)]


def keys() -> list[Any]:
    return [
        pytest.param(section, key, id=f"{section.name}: {key.name}")
        for section in sections()
        for key in section.keys.values()
    ]


def faults(value: Any, schema: dict[str, Any], path: str = "") -> list[str]:
    """What is wrong with a value by a schema: as much of JSON Schema as specs files use."""
    if "$ref" in schema:
        return faults(value, SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")], path)
    if "anyOf" in schema:
        fits = any(not faults(value, option, path) for option in schema["anyOf"])
        return [] if fits else [f"{path}: fits none"]
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{path}: {value!r} is none of {schema['enum']}"]
    kind = "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"
    if kind not in ([schema["type"]] if isinstance(schema["type"], str) else schema["type"]):
        return [f"{path}: {kind} is not {schema['type']}"]
    if kind == "string":
        return [] if re.search(schema.get("pattern", ""), value) else [f"{path}: {value!r} does not fit"]
    if kind == "array":
        items = schema.get("items", {"type": ["string", "array", "object"]})
        inner = [fault for n, item in enumerate(value) for fault in faults(item, items, f"{path}[{n}]")]
        return inner or ([] if len(value) >= schema.get("minItems", 0) else [f"{path}: too few"])
    return faults_of_object(value, schema, path)


def faults_of_object(value: dict[str, Any], schema: dict[str, Any], path: str) -> list[str]:
    own, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    found = [f"{path}: {key} is missing" for key in schema.get("required", []) if key not in value]
    if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", 1_000):
        found.append(f"{path}: {len(value)} keys")
    for key, inner in value.items():
        if key in own:
            found += faults(inner, own[key], f"{path}.{key}")
        elif others is False:
            found.append(f"{path}: {key} is unknown")
        elif others is not True:
            found += faults(key, schema.get("propertyNames", {"type": "string"}), path)
            found += faults(inner, others, f"{path}.{key}")
    return found


def test_the_reference_is_up_to_date():
    assert REFERENCE.read_text("utf-8") == specs_reference(), "run: python -m docs.generate"


@pytest.mark.parametrize("text", [GROCERY, HEAD + "  - {at: 2026-03-02, tick: yes}"], ids=["grocery", "smallest"])
def test_the_schema_takes_what_the_reader_takes(text):
    assert faults(plain(text), SCHEMA) == []


SEEN = ("not an event", "is not a key of a step", "`amount` is missing", "is not an amount of a unit", "is not a line")


@pytest.mark.parametrize("step", [step for step, told in MISTAKES if any(words in told for words in SEEN)])
def test_the_schema_sees_wrong_keys_and_wordings(step):
    assert faults(plain(f"{HEAD}  - {{{step}}}\n"), SCHEMA)


def test_all_references_lead_somewhere():
    assert set(re.findall(r"#/\$defs/([a-z0-9-]+)", str(SCHEMA))) == SCHEMA["$defs"].keys()


def test_every_kind_of_event_and_effect_has_a_section():
    titles = {section.title for section in sections()}
    assert {f"`{kind}` as a step" for kind in KINDS} <= titles
    assert {f"`{kind}` as an effect" for kind in EFFECT_KINDS} <= titles


@pytest.mark.parametrize(("section", "key"), keys())
def test_every_key_is_described_and_its_example_is_right(section, key):
    assert key.about.endswith(".")
    assert f"| `{key.name}` | " in specs_reference()
    errors = []
    known = {"wheels": frozenset({"spring-wheel"}), "codes": frozenset({"spring-mailing"})}
    names = msgspec.structs.replace(declared_by(TIMELINE), **known)
    example = key.example.replace("grocery-2017.yaml", "club.yaml").replace("grocery", "club")
    for meant, known in (("spend_12_months: 1_512.49 USD", "spend: 2 USD"), ("silver", "gold"), ("ann", "bob")):
        example = example.replace(meant, known)
    place = Place(parse(example, errors), key.name, Desk(names, errors), "points")
    try:
        key.form.read(place)
    except Broken:
        assert [error.sentence for error in errors] == []


def phrases() -> list[Any]:
    return [form for form in walk(SPECS) if isinstance(form, Phrase) and not isinstance(form, Known)]


@pytest.mark.parametrize("phrase", phrases(), ids=lambda phrase: phrase.name)
def test_every_example_of_a_wording_fits_its_pattern(phrase):
    for example in phrase.examples:
        assert re.fullmatch(phrase.pattern, example, re.ASCII)
        assert re.search(phrase.schema(lambda _: {})["pattern"], f"  {example.replace(' ', '   ')} ")
