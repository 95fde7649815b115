"""The reference of the program file, written from the tables that the reader follows."""

from typing import Any

from guerdon.language.errors import CODES
from guerdon.language.forms import Form, Turned, walk
from guerdon.language.phrases import Choice, Phrase
from guerdon.language.program_file import PROGRAM
from guerdon.language.section import Key, Section

_HEAD = """# The program file

This page is generated from the tables that the reader of program files follows. Change those, not the page.

A program file is YAML of the plain kind: texts, lists and mappings. Every value is read as what belongs in its place,
so `no` is never False, `on` is a key like any other, and nothing needs quotes unless YAML itself would trip over it (a
`: ` or a ` #` inside a text). Anchors, aliases, merge keys and tags are refused, and so is a key that comes twice.

All errors of a file are told at once, each with its line and column:

    grocery.yaml:14:7: `catagory` is not a key of the conditions; did you mean `category`?

Numbers are written without commas, and `_` may group their digits: `2_000_000`. Money carries the three capitals of the
program's currency. White space inside a wording does not matter.

The same tables give a JSON Schema, for editors that complete and check while one writes.
"""

_PHRASES = """## Wordings

What a value is read as. Each line shows right examples.

| wording | examples | meaning |
|---|---|---|
"""

_CODES = """## Errors

The code of an error never changes, for programs that read errors.

| code | meaning |
|---|---|
"""


def reference_markdown() -> str:
    """The page ``docs/reference/program-file.md``."""
    codes = "".join(f"| `{code}` | {_cell(meaning)} |\n" for code, meaning in sorted(CODES.items()))
    return "\n".join([_HEAD, *sections_and_wordings(PROGRAM), _CODES + codes])


def sections_and_wordings(root: Section[Any]) -> list[str]:
    """The parts of a page on a file: its sections, the whole file's own first, and then its wordings."""
    forms = list(walk(root))
    sections = [form for form in forms if isinstance(form, Section)]
    wordings = {form.name: form for form in forms if isinstance(form, Phrase | Choice) and not _is_plain(form)}
    parts = [_section(section) for section in [root, *(section for section in sections if section is not root)]]
    return [*parts, _PHRASES + "".join(_wording(wordings[name]) for name in sorted(wordings, key=_bare))]


def _is_plain(form: Form[Any]) -> bool:
    """Whether the name of the form says all there is to say."""
    return isinstance(form, Choice) and all(f"`{word}`" in form.name for word in form.words)


def _section(section: Section[Any]) -> str:
    rows = "".join(_row(key) for key in section.keys.values())
    head = "| key | what belongs there | example | meaning |\n|---|---|---|---|\n"
    return f"## {section.title}\n\n{section.about}\n\n{head}{rows}"


def _row(key: Key) -> str:
    needed = " **Required.**" if key.required else ""
    return f"| `{key.name}` | {_cell(_linked(key.form))} | `{_cell(key.example)}` | {_cell(key.about)}{needed} |\n"


def _linked(form: Form[Any]) -> str:
    """The form's name, linked to the section it names or holds."""
    sections = [inner for inner in walk(form) if isinstance(inner, Section)]
    if not sections:
        return form.name
    if isinstance(form, Section | Turned) or len(sections) == 1:
        return f"[{form.name}](#{_anchor(sections[0].title)})"
    links = ", ".join(f"[{section.title}](#{_anchor(section.title)})" for section in _outermost(form))
    return f"{form.name}: {links}"


def _outermost(form: Form[Any]) -> list[Section[Any]]:
    """The sections inside a form that are not inside another of them."""
    if isinstance(form, Section):
        return [form]
    return [section for part in form.parts() for section in _outermost(part)]


def _wording(form: Phrase[Any] | Choice[Any]) -> str:
    examples = form.words if isinstance(form, Choice) else form.examples
    shown = ", ".join(f"`{_cell(example)}`" for example in examples)
    about = form.about if isinstance(form, Phrase) else "One of these words."
    return f"| {_cell(form.name)} | {shown} | {_cell(about)} |\n"


def _bare(name: str) -> str:
    return name.removeprefix("an ").removeprefix("a ")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _anchor(title: str) -> str:
    """The anchor that a heading gets: its letters and digits in lower case, white space as ``-``."""
    kept = "".join(letter for letter in title.lower() if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")
