"""The generated reference is up to date, and nothing in the code is without words."""

import json
import os
import re
from pathlib import Path

import pytest

from docs.pages import GENERATED, REFERENCE
from docs.pages.database import read_schema, undocumented
from docs.pages.events import EXAMPLES
from docs.pages.markdown import Undocumented
from guerdon.api.remedies import WORDS
from guerdon.api.words import field_words
from guerdon.core.events import Purchase, decode_event, encode_event, event_from
from guerdon.core.refusals import REFUSALS

ROOT = Path(__file__).parents[2]
OWN_PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (REFERENCE / name).read_text("utf-8") == GENERATED[name](), "run: python -m docs.generate"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["kind"])
def test_an_example_of_an_event_is_one(example: dict[str, object]) -> None:
    event = event_from(example)
    assert decode_event(encode_event(event)) == event


def test_the_words_under_a_field_are_found() -> None:
    words = field_words(Purchase)
    assert words["id"].startswith("Chosen by the source")
    assert words["currency"] == "ISO 4217; empty means the program's."


def test_a_field_without_words_is_complained_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docs.pages.events.field_words", lambda struct: {})
    with pytest.raises(Undocumented, match=re.escape("Enrol.referrer")):
        GENERATED["events.md"]()


def test_a_refusal_without_words_is_complained_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REFUSALS, "something_new", "Something new.")
    with pytest.raises(Undocumented, match="something_new"):
        GENERATED["refusals.md"]()


def test_a_column_without_a_comment_is_complained_about() -> None:
    schema = read_schema(
        "create table things (\n    id integer,\n    name text not null\n);\ncomment on column things.id is 'x';"
    )
    assert undocumented(schema) == ["table things", "column things.name"]


def test_what_is_said_to_be_journaled_has_a_remedy_that_fits() -> None:
    """A journaled refusal is final for its id; the others ask for the same id again, or for nothing."""
    again = [code for code, words in WORDS.items() if "same id" in words.remedy]
    assert [code for code in again if WORDS[code].journaled] == []


# Every page.


@pytest.mark.parametrize("page", OWN_PAGES, ids=lambda page: os.path.relpath(page, ROOT))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.M | re.S)
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    broken = []
    for link in links:
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("folder", ["how-to", "why"])
def test_every_page_of_a_folder_is_in_its_index(folder: str) -> None:
    index = (ROOT / "docs" / folder / "README.md").read_text("utf-8")
    pages = {path.name for path in (ROOT / "docs" / folder).glob("*.md")} - {"README.md"}
    assert {name for name in pages if f"({name})" not in index} == set()


@pytest.mark.parametrize("page", OWN_PAGES, ids=lambda page: os.path.relpath(page, ROOT))
def test_the_json_of_a_page_is_json(page: Path) -> None:
    for block in re.findall(r"^```json(?: [\w.-]+)?\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S):
        for part in block.splitlines() if "\n{" in block.strip() or block.count("\n") == 1 else [block]:
            json.loads(part)


def test_tests_that_the_laws_name_are_there() -> None:
    laws = (ROOT / "docs" / "laws.md").read_text("utf-8")
    named = set(re.findall(r"`((?:unit|property|integration|scenario|contract)/[\w/]+\.py)`", laws))
    assert len(named) > 8
    assert {name for name in named if not (ROOT / "tests" / name).exists()} == set()


def test_the_program_that_the_readme_shows_is_the_demos() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = re.findall(r"^```yaml\n(.*?)^```$", readme, re.M | re.S)
    program = (ROOT / "guerdon" / "demo" / "grocery.yaml").read_text("utf-8").splitlines()
    assert len(shown) == 1
    assert [line for line in shown[0].splitlines() if line and line not in program] == []


def test_the_refusals_that_are_not_journaled_are_those_of_the_till_and_of_people() -> None:
    """The till gives them itself, instead of a decision that it would record; persons are apart."""
    till = (ROOT / "guerdon" / "runtime" / "till.py").read_text("utf-8")
    people = "".join([path.read_text("utf-8") for path in sorted((ROOT / "guerdon" / "people").glob("*.py"))])
    given = set(re.findall(r'refuse\(\s*"(\w+)"', till)) | set(re.findall(r'stop\(\s*"(\w+)"', people))
    assert {code for code, words in WORDS.items() if not words.journaled} == given
