"""The examples of the service: one story of a shop, told in requests and answers.

They stand in ``examples.http``, in the order in which they happen. The description and the pages show them; a test
plays all of them against a real service and compares every answer.

**Worked.** One example in the file::

    ### ann-joins: A member joins
    POST /v1/members
    Authorization: Bearer {app}

    {"id": "join-ann", "member": "ann", "at": "2026-03-01T09:00:00+02:00"}

    200 application/json
    {"id": "join-ann", "member": "ann", "seq": 1, "version": 1}

The word in braces says what the key may do; ``{deployment}`` opens every program.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import msgspec

JSON = "application/json"
_HEAD = re.compile(r"^### ", re.MULTILINE)
_ANSWER = re.compile(r"^(\d{3})(?: (\S+))?$", re.MULTILINE)
_KEY = re.compile(r"\{(\w+)\}")
_QUOTE, _QUOTED = "'", "'\\''"
_PART = re.compile(r"\\\{[^}]*\\\}")


class Example(NamedTuple):
    """A request with its answer."""

    name: str
    """Short and unique: ``ann-joins``."""
    title: str
    method: str
    path: str
    """With the query."""
    headers: dict[str, str]
    body_text: str
    """Empty: there is none."""
    status: int
    answer_kind: str
    answer_text: str

    @property
    def body_kind(self) -> str:
        """The media type of the body."""
        return self.headers.get("Content-Type", JSON)

    @property
    def body(self) -> Any:
        """The body as a value; None: there is none."""
        return _value(self.body_text, self.body_kind) if self.body_text else None

    @property
    def answer(self) -> Any:
        """The answer as a value."""
        return _value(self.answer_text, self.answer_kind)


def source() -> str:
    """The text of the file."""
    return (files("guerdon.api") / "examples.http").read_text("utf-8")


@cache
def examples() -> tuple[Example, ...]:
    """Every example, in the order of the story."""
    return tuple(read_examples(source()))


def examples_of(method: str, path: str) -> list[Example]:
    """The examples of an operation, whose path has the names of its parts in braces."""
    address = re.compile(_PART.sub("[^/?]+", re.escape(path)) + r"/?(\?.*)?")
    return [example for example in examples() if example.method == method and address.fullmatch(example.path)]


def curl(example: Example, address: str = "http://localhost:8080") -> str:
    """The request as a command for a shell."""
    words = ["curl"] + ([] if example.method == "GET" else [f"-X {example.method}"]) + [f"'{address}{example.path}'"]
    headers = dict(example.headers)
    if example.body_text:
        headers.setdefault("Content-Type", JSON)
    lines = [" ".join(words)]
    lines += [f"  -H {_quoted(f'{name}: {value}')}" for name, value in headers.items()]
    if example.body_text:
        option = "--data" if example.body_kind == JSON else "--data-binary"
        lines.append(f"  {option} '{example.body_text.replace(_QUOTE, _QUOTED)}'")
    return " \\\n".join(lines)


def _quoted(header: str) -> str:
    """A header for a shell. The key stands in a variable."""
    if _KEY.search(header):
        return '"' + _KEY.sub(lambda found: f"${found.group(1).upper()}_KEY", header) + '"'
    return f"'{header}'"


def read_examples(text: str) -> Iterator[Example]:
    """The examples in a text."""
    for block in _HEAD.split(text)[1:]:
        yield _example(block)


def written(example: Example) -> str:
    """An example as it stands in the file."""
    headers = "".join(f"{name}: {value}\n" for name, value in example.headers.items())
    body = f"\n{example.body_text}\n" if example.body_text else ""
    return (
        f"### {example.name}: {example.title}\n{example.method} {example.path}\n{headers}{body}\n"
        f"{example.status} {example.answer_kind}\n{example.answer_text}\n"
    )


def _example(block: str) -> Example:
    head, _, rest = block.partition("\n")
    asked = _ANSWER.search(rest)
    assert asked is not None, f"an example has an answer: {head}"
    request, _, body = rest[: asked.start()].partition("\n\n")
    line, *headers = request.strip().split("\n")
    method, _, path = line.partition(" ")
    name, _, title = head.partition(": ")
    return Example(
        name=name,
        title=title,
        method=method,
        path=path,
        headers=dict([_header(text) for text in headers]),
        body_text=body.strip("\n"),
        status=int(asked.group(1)),
        answer_kind=asked.group(2) or JSON,
        answer_text=rest[asked.end() :].strip("\n"),
    )


def _header(text: str) -> tuple[str, str]:
    name, _, value = text.partition(": ")
    return name, value


def _value(text: str, kind: str) -> Any:
    if not text:
        return None
    return msgspec.json.decode(text) if kind.endswith("json") and not kind.endswith("ndjson") else text
