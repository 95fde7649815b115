"""The handbook: the description of the service as pages for people, with nothing loaded from anywhere and no script.

The pages say what ``openapi.py`` describes, in the order in which somebody who integrates a checkout needs it.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from re import sub
from typing import Any

from guerdon.api.examples import Example, curl, examples, examples_of
from guerdon.api.problems import codes
from guerdon.api.remedies import words_for

_STYLE = (files("guerdon.api") / "handbook.css").read_text("utf-8")
SAFE = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    f"style-src 'sha256-{b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept",
    "X-Content-Type-Options": "nosniff",
}
"""The headers of every page: a browser takes this very style and nothing else."""

ORDER = (
    "Checkout",
    "Holds",
    "Members",
    "Persons",
    "Events",
    "Rewards",
    "Coupons",
    "Codes",
    "Tiers",
    "Campaigns",
    "Partners",
    "Reports",
    "Changes",
    "Webhooks",
    "Stream",
    "Programs",
    "Keys",
    "Operations",
)
"""The order in which readers need the parts; others come behind."""

_Operations = Sequence[tuple[str, str, Mapping[str, Any]]]
"""Method, path and what is described."""


def handbook(description: Mapping[str, Any]) -> str:
    """The page of the whole service."""
    parts = in_order(description)
    components = description["components"]["schemas"]
    menu = _menu(parts)
    sections = "".join([_part(tag, operations, components) for tag, operations in parts.items()])
    about = "".join([f"<p>{_marked(text)}</p>" for text in description["info"]["description"].split("\n\n")])
    version = escape(description["info"]["version"])
    return _page(
        "Guerdon: the service",
        f'<div class="page"><nav aria-label="Contents">{menu}</nav><main>'
        f'<h1>The service over HTTP</h1><p class="soft">Guerdon {version} · <a href="/openapi.json">OpenAPI 3.1</a> · '
        f'<a href="/problems">problems</a></p><details class="menu"><summary>Contents</summary>{menu}</details>'
        f'{about}{sections}<h2 id="messages">Messages</h2>{"".join(_messages(components))}</main></div>',
    )


def problems_page() -> str:
    """The page of all codes."""
    rows = [
        (f'<a href="/problems/{code}"><code>{code}</code></a>', str(status), _told(code, sentence))
        for code, (status, sentence) in codes().items()
    ]
    return _page(
        "Problems",
        '<main class="alone"><p><a href="/docs">The service</a></p><h1>Problems</h1>'
        "<p>Every answer that is a “no” names one of these codes. Where a request was refused, nothing has moved.</p>"
        f"{_table(('code', 'status', 'meaning'), rows)}</main>",
    )


def problem_page(code: str) -> str:
    """The page of one code, which has to be one."""
    status, sentence = codes()[code]
    words = words_for(code)
    remedy = "" if words is None else f"<h2>What to do</h2><p>{_marked(words.remedy)}</p>"
    kept = (
        "<p>The refusal is kept under the event's id: the same id is answered the same for ever. Try again under a new "
        "one.</p>"
        if words is not None and words.journaled
        else ""
    )
    return _page(
        code,
        f'<main class="alone"><p><a href="/problems">Problems</a></p><h1>{escape(code)}</h1>'
        f'<p class="status bad">HTTP {status}</p><p>{_marked(_told(code, sentence, marked=False))}</p>{remedy}{kept}'
        f'<h2>What the answer says</h2><pre>{escape(sentence)}</pre><p class="soft">Words in braces stand for what '
        "is told that time.</p></main>",
    )


def in_order(description: Mapping[str, Any]) -> dict[str, _Operations]:
    """The operations of a description by their tags, as readers need them; within a tag in the order of the story."""
    found: dict[str, list[tuple[str, str, Mapping[str, Any]]]] = {}
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    places = {tag: place for place, tag in enumerate(ORDER)}
    told = {example.name: place for place, example in enumerate(examples())}

    def in_the_story(operation: tuple[str, str, Mapping[str, Any]]) -> int:
        shown = examples_of(operation[0], operation[1])
        return told[shown[0].name] if shown else len(told)

    return {
        tag: sorted(found[tag], key=in_the_story)
        for tag in sorted(found, key=lambda tag: (places.get(tag, len(ORDER)), tag))
    }


def fields_of(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """The fields of a component, with whether each is required; those that are stand before the others."""
    required = schema.get("required", ())
    fields = schema.get("properties", {}).items()
    for name, field in sorted(fields, key=lambda pair: pair[0] not in required):
        yield name, field, name in required


def type_in_words(schema: Mapping[str, Any]) -> str:
    """What belongs into a field: ``a whole number, from 0``, ``a list of [Line]``."""
    if "$ref" in schema:
        return f"[{schema['$ref'].rpartition('/')[2]}]"
    if "anyOf" in schema:
        return _choice(schema["anyOf"])
    if "enum" in schema:
        return " or ".join([f"`{value}`" for value in schema["enum"]])
    if "const" in schema:
        return f"`{schema['const']}`"
    return _plain_type(schema)


def _choice(schemas: Sequence[Mapping[str, Any]]) -> str:
    kinds = [type_in_words(schema) for schema in schemas]
    if len(kinds) > 6:
        return "one of many: see its messages"
    if set(kinds) == {"a whole number", "a text"}:
        return "a whole number, as a text above 2^53"
    return " or ".join(dict.fromkeys(kinds))


def _plain_type(schema: Mapping[str, Any]) -> str:
    match schema.get("type"):
        case "array":
            items = schema.get("items")
            return "a list of " + (type_in_words(items) if items else "anything")
        case "object":
            values = schema.get("additionalProperties")
            return "names with " + (type_in_words(values) if isinstance(values, dict) else "anything")
        case "integer":
            return "a whole number" + _bounds(schema, "minimum", "maximum")
        case "string":
            formats = {"date-time": "a time with an offset", "date": "a day"}
            return formats.get(schema.get("format", ""), "a text" + _bounds(schema, "minLength", "maxLength"))
        case "boolean":
            return "`true` or `false`"
        case [*_]:
            return "a whole number, as a text above 2^53"
        case "null":
            return "`null`"
    return "anything"


def _bounds(schema: Mapping[str, Any], least: str, most: str) -> str:
    unit = " characters" if least == "minLength" else ""
    low, high = schema.get(least), schema.get(most)
    if low is not None and high is not None:
        return f", {low:,} to {high:,}{unit}"
    if high is not None:
        return f", up to {high:,}{unit}"
    return "" if low is None else f", from {low:,}{unit}"


def _told(code: str, sentence: str, *, marked: bool = True) -> str:
    words = words_for(code)
    text = sentence if words is None else words.meaning
    return _marked(text) if marked else text


def _menu(parts: Mapping[str, _Operations]) -> str:
    told = [
        f"<p>{escape(tag)}</p><ul>"
        + "".join(
            [
                f'<li><a href="#{operation["operationId"]}">{escape(operation["summary"])}</a></li>'
                for _, _, operation in operations
            ]
        )
        + "</ul>"
        for tag, operations in parts.items()
    ]
    return "".join(told) + '<p><a href="#messages">Messages</a></p>'


def _part(tag: str, operations: _Operations, components: Mapping[str, Any]) -> str:
    told = [_operation(method, path, operation, components) for method, path, operation in operations]
    return f"<section><h2>{escape(tag)}</h2>{''.join(told)}</section>"


def _operation(method: str, path: str, operation: Mapping[str, Any], components: Mapping[str, Any]) -> str:
    words = "".join([f"<p>{_marked(text)}</p>" for text in operation["description"].split("\n\n")])
    return (
        f'<article><h3 id="{operation["operationId"]}">{escape(operation["summary"])}</h3>'
        f'<p class="address"><span class="method {method.lower()}">{method}</span> {_breakable(path)}</p>{words}'
        f"{_parameters(operation)}{_body(operation, components)}{_answers(operation)}"
        f"{_examples(examples_of(method, path))}{_problems(operation)}</article>"
    )


def _parameters(operation: Mapping[str, Any]) -> str:
    rows = [
        (
            f"<code>{escape(one['name'])}</code>",
            _linked(type_in_words(one["schema"])),
            f"In the {one['in']}. {_marked(one['description'])}{_usual(one['schema'])}",
        )
        for one in operation["parameters"]
    ]
    return f"<h4>Parameters</h4>{_table(('name', 'what belongs there', 'meaning'), rows)}" if rows else ""


def _usual(schema: Mapping[str, Any]) -> str:
    return f" Left out: <code>{escape(str(schema['default']))}</code>." if "default" in schema else ""


def _body(operation: Mapping[str, Any], components: Mapping[str, Any]) -> str:
    if "requestBody" not in operation:
        return ""
    content = operation["requestBody"]["content"]
    kinds = " or ".join([f"<code>{escape(kind)}</code>" for kind in content])
    named = [told.get("x-line", told["schema"]) for told in content.values() if _names(told)]
    schema: Mapping[str, Any] = named[0] if named else {}
    name = schema.get("$ref", "").rpartition("/")[2]
    table = _fields(components[name]) if name else f"<p>{_linked(_union(schema))}</p>"
    return f"<h4>Body</h4><p>{kinds}</p>{table}"


def _names(told: Mapping[str, Any]) -> bool:
    schema = told.get("x-line", told["schema"])
    return "$ref" in schema or "anyOf" in schema


def _union(schema: Mapping[str, Any]) -> str:
    return "One of: " + ", ".join([type_in_words(one) for one in schema.get("anyOf", ())])


def _answers(operation: Mapping[str, Any]) -> str:
    told = []
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            if "content" not in answer:
                told.append(f'<p><span class="status">{status}</span> without a body</p>')
            for kind, content in answer.get("content", {}).items():
                schema = content.get("x-line", content["schema"])
                told.append(
                    f'<p><span class="status">{status}</span> <code>{escape(kind)}</code>: '
                    f"{_linked(type_in_words(schema))}</p>"
                )
    return f"<h4>Answer</h4>{''.join(told)}"


def _examples(shown: Sequence[Example]) -> str:
    if not shown:
        return ""
    told = [
        f"<details{' open' if place == 0 else ''}><summary>{escape(example.title)}</summary>"
        f"<pre>{escape(curl(example))}</pre>"
        f'<p class="status{"" if example.status < 400 else " bad"}">{example.status}</p>'
        f"<pre>{escape(example.answer_text)}</pre></details>"
        for place, example in enumerate(shown)
    ]
    return f"<h4>Examples</h4>{''.join(told)}"


def _problems(operation: Mapping[str, Any]) -> str:
    rows = []
    for status, answer in operation["responses"].items():
        if status.startswith(("4", "5")):
            (content,) = answer["content"].values()
            names = content["schema"]["allOf"][1]["properties"]["code"]["enum"]
            links = ", ".join([f'<a href="/problems/{name}">{name}</a>' for name in names])
            rows.append((f'<span class="status bad">{status}</span>', links))
    return f"<details><summary>Problems</summary>{_table(('status', 'codes'), rows)}</details>"


def _messages(components: Mapping[str, Any]) -> Iterator[str]:
    for name, schema in components.items():
        yield (
            # A browser opens what holds the place that a link leads to, so the place is inside.
            f"<details><summary>{escape(name)}</summary>"
            f'<p id="message-{name}">{_marked(schema.get("description", ""))}</p>{_fields(schema)}</details>'
        )


def _fields(schema: Mapping[str, Any]) -> str:
    rows = [
        (
            f"<code>{escape(name)}</code>" + (" <strong>required</strong>" if required else ""),
            _linked(type_in_words(field)),
            _marked(field.get("description", "")),
        )
        for name, field, required in fields_of(schema)
    ]
    return _table(("field", "what belongs there", "meaning"), rows) if rows else ""


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join([f"<th>{heading}</th>" for heading in headings])
    body = "".join(["<tr>" + "".join([f"<td>{cell}</td>" for cell in row]) + "</tr>" for row in rows])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _marked(text: str) -> str:
    """Text with Markdown's marks for code and for emphasis as HTML."""
    marked = sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
    return sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", marked)


def _linked(text: str) -> str:
    """Words about a type, with every message a link."""
    return sub(r"\[(\w+)\]", r'<a href="#message-\1">\1</a>', _marked(text))


def _breakable(path: str) -> str:
    """A path that may be broken behind its slashes."""
    return escape(path).replace("/", "/<wbr>")


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">\n<title>{escape(title)}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
