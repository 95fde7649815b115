"""The JSON Schema, the reference and the reader say the same."""

import re
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
import pytest

from guerdon.core.calendar import Window
from guerdon.core.program import Cap, Meter, Partner, Program, Returns, Reward, Titles, Unit, When
from guerdon.core.reducing import PriceLimit
from guerdon.language import ProgramErrors, program_schema, read_program, reference_markdown
from guerdon.language.errors import ProgramError
from guerdon.language.forms import Form, walk
from guerdon.language.mechanics import SECTIONS
from guerdon.language.nodes import parse, plain
from guerdon.language.phrases import Choice, Known, Phrase
from guerdon.language.place import Broken, Desk, Names, Place, UnitFacts
from guerdon.language.program_file import PROGRAM
from guerdon.language.section import Section
from guerdon.mechanics import (
    MECHANICS,
    Badge,
    Benefit,
    Bundle,
    Coupon,
    Discount,
    Payment,
    Quest,
    Raffle,
    Stamps,
    Streak,
    Wheel,
)
from guerdon.mechanics.earn import Earn
from guerdon.mechanics.household import Household
from guerdon.mechanics.membership import Membership
from guerdon.mechanics.menu import Menu, Option
from guerdon.mechanics.quest import Step
from guerdon.mechanics.raffle import Prize
from guerdon.mechanics.tiers import Level, Tiers
from guerdon.mechanics.vouchers import Vouchers
from guerdon.mechanics.wheel import Slice
from tests.unit.language.test_language_errors import HEAD, MISTAKES
from tests.unit.language.test_language_program import GLOW, GROCERY

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "program-file.md"
EXAMPLE_NAMES = Names(
    currency="USD",
    units={
        "points": UnitFacts(0, money=False),
        "stamps": UnitFacts(0, money=False),
        "vouchers": UnitFacts(2, money=True),
    },
    meters={"spend_12_months": "spend", "spend_this_year": "spend", "visits_30_days": "visits"},
    caps={"bonus": "points"},
    partners=frozenset({"esso"}),
    plans=frozenset({"plus"}),
    badges=frozenset({"explorer"}),
    lanes=frozenset({"campaigns"}),
    levels=("silver", "gold"),
    mechanics=frozenset({"base"}),
    experiments={"spring": ("control", "ten", "twenty")},
    causes=frozenset({"sea"}),
    streaks=frozenset({"weekly"}),
    coupons=frozenset({"free-coffee"}),
    rewards=frozenset({"coffee"}),
)
SUBJECTS = {"a tier ladder": "spend_12_months", "a level": "spend_12_months", "a discount": "spend_12_months"}


SCHEMA = program_schema()


def sections() -> list[Section[Any]]:
    return [form for form in walk(PROGRAM) if isinstance(form, Section)]


def keys() -> list[Any]:
    return [
        pytest.param(section, key, id=f"{section.name}: {key.name}")
        for section in sections()
        for key in section.keys.values()
    ]


def test_the_reference_is_up_to_date():
    told = "run: python -c 'from guerdon.language import *; print(reference_markdown(), end=\"\")'"
    assert REFERENCE.read_text(encoding="utf-8") == reference_markdown(), told


@pytest.mark.parametrize(("section", "key"), keys())
def test_every_key_is_described(section, key):
    assert key.about.endswith(".")
    assert key.example
    row = f"| `{key.name}` | "
    assert row in reference_markdown()
    assert key.name in _definition(section)["properties"]


@pytest.mark.parametrize(("section", "key"), keys())
def test_every_example_is_right(section, key):
    """Read by its form, and by the schema."""
    assert not _faults(plain(key.example), _definition(section)["properties"][key.name])
    errors: list[ProgramError] = []
    desk = Desk(EXAMPLE_NAMES, errors)
    place = Place(parse(key.example, errors), key.name, desk, SUBJECTS.get(section.name, "points"))
    try:
        key.form.read(place)
    except Broken:
        assert [error.sentence for error in errors] == []


def phrases() -> list[Any]:
    return [form for form in walk(PROGRAM) if isinstance(form, Phrase) and not isinstance(form, Known)]


@pytest.mark.parametrize("phrase", phrases(), ids=lambda phrase: phrase.name)
def test_every_example_of_a_wording_fits_its_pattern(phrase):
    assert phrase.examples
    for example in phrase.examples:
        assert re.fullmatch(phrase.pattern, example, re.ASCII)
        assert re.search(phrase.schema(lambda _: {})["pattern"], f"  {example.replace(' ', '   ')} ")


def test_every_mechanic_can_be_written():
    assert SECTIONS.keys() == MECHANICS.keys()


FILLED: list[tuple[type[msgspec.Struct], str, set[str]]] = [
    (Program, "the program", set()),
    (Unit, "a unit", {"money", "inactive_after", "expires", "lifetimes"}),
    (Meter, "a meter", {"counts", "unit", "action"}),
    (When, "the conditions", {"enrolled_at_least", "enrolled_at_most"}),
    (Cap, "a limit", set()),
    (Partner, "a partner", set()),
    (Reward, "a reward", {"cost_by_tier", "taken", "value", "code", "refilled", "per_member", "at_once"}),
    (Returns, "the rules of returns", set()),
    (Titles, "the titles of codes", set()),
    (Earn, "an earning mechanic", {"round_per", "rates", "counts", "whole_steps", "keeps_fraction"}),
    (Household, "a kind of households", {"trials_may_enter"}),
    (Membership, "a membership", {"term"}),
    (Menu, "a menu", set()),
    (Option, "an option of a menu", {"name", "when"}),
    (Tiers, "a tier ladder", {"name", "title"}),
    (Vouchers, "an issue of vouchers", {"name", "title", "most_in"}),
    (Level, "a level", {"name"}),
    (Stamps, "a stamp card", {"free"}),
    (Streak, "a streak", {"measure"}),
    (Quest, "a quest", {"opt_in", "times"}),
    (Step, "a step", {"name", "measure", "tier", "badge", "streak", "needs"}),
    (Badge, "a badge", set()),
    (Raffle, "a raffle", set()),
    (Prize, "a prize", {"name"}),
    (Wheel, "a wheel", set()),
    (Slice, "a prize of a wheel", {"name"}),
    (Discount, "a discount", {"off", "by_tier", "round_per"}),
    (Bundle, "a bundle", {"buy", "get", "off", "price"}),
    (Coupon, "a personal coupon", {"on", "days_before", "issued_when", "issues", "most_held", "round_per"}),
    (Benefit, "a benefit", {"allows", "per_term"}),
    (Payment, "a way to pay", set()),
    (PriceLimit, "a limit on what comes off", set()),
]


@pytest.mark.parametrize(("struct", "name", "otherwise"), FILLED, ids=[name for _, name, _ in FILLED])
def test_every_field_of_the_model_can_be_written(struct, name, otherwise):
    """A new field needs a key, or a place in the list of those that a key fills along with another."""
    section = next(section for section in sections() if section.name == name)
    written = {key.field for key in section.keys.values()}
    assert {field.name for field in msgspec.structs.fields(struct)} - written == otherwise


def test_window_has_no_field_that_cannot_be_said():
    assert get_type_hints(Window).keys() == {"kind", "count", "unit"}


# --- the schema ---


def _definition(section: Section[Any]) -> dict[str, Any]:
    schema = program_schema()
    return next(found for found in [schema, *schema["$defs"].values()] if found.get("title") == section.title)


def _faults(value: Any, schema: dict[str, Any], path: str = "") -> list[str]:
    """What is wrong with a value by a schema: as much of JSON Schema as program files use."""
    if "$ref" in schema:
        named: dict[str, Any] = SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        return _faults(value, named, path)
    for word, fits in (("anyOf", lambda count: count > 0), ("oneOf", lambda count: count == 1)):
        if word in schema:
            count = sum(not _faults(value, option, path) for option in schema[word])
            return [] if fits(count) else [f"{path}: fits {count} of {word}"]
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{path}: {value!r} is none of {schema['enum']}"]
    kind = "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"
    if kind not in ([schema["type"]] if isinstance(schema["type"], str) else schema["type"]):
        return [f"{path}: {kind} is not {schema['type']}"]
    if kind == "string":
        return [] if re.search(schema["pattern"], value) else [f"{path}: {value!r} does not fit"]
    if kind == "array":
        items = [fault for n, item in enumerate(value) for fault in _faults(item, schema["items"], f"{path}[{n}]")]
        return items or ([] if len(value) >= schema["minItems"] else [f"{path}: too few"])
    return _faults_of_object(value, schema, path)


def _faults_of_object(value: dict[str, Any], schema: dict[str, Any], path: str) -> list[str]:
    own, others = schema.get("properties", {}), schema["additionalProperties"]
    faults = [f"{path}: {key} is missing" for key in schema.get("required", []) if key not in value]
    if len(value) < schema.get("minProperties", 0):
        faults.append(f"{path}: empty")
    for key, inner in value.items():
        if key in own:
            faults += _faults(inner, own[key], f"{path}.{key}")
        elif others is False:
            faults.append(f"{path}: {key} is unknown")
        else:
            faults += _faults(key, schema["propertyNames"], path) + _faults(inner, others, f"{path}.{key}")
    return faults


def test_the_schema_is_of_the_year_2020():
    assert program_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("text", [GLOW, HEAD, GROCERY.read_text(encoding="utf-8")], ids=["glow", "head", "grocery"])
def test_the_schema_takes_what_the_reader_takes(text):
    read_program(text)
    assert _faults(plain(text), SCHEMA) == []


SEEN_BY_SCHEMA = {"key_unknown", "kind_wrong", "value_empty", "phrase_wrong"}


@pytest.mark.parametrize("mistake", [m for m in MISTAKES if m[0] in SEEN_BY_SCHEMA], ids=lambda m: f"{m[0]}: {m[2]}")
def test_the_schema_sees_wrong_keys_and_wordings(mistake):
    text = HEAD + mistake[3]
    with pytest.raises(ProgramErrors):
        read_program(text)
    if "between its parts" not in mistake[2] and "first and the last" not in mistake[2]:
        assert _faults(plain(text), SCHEMA)


def test_all_references_lead_somewhere():
    schema = program_schema()
    referred = set(re.findall(r"#/\$defs/([a-z0-9-]+)", str(schema)))
    assert referred == schema["$defs"].keys()


def test_forms_have_names():
    for form in walk(PROGRAM):
        assert isinstance(form, Form)
        assert form.name
        assert not isinstance(form, Choice) or form.words
