"""YAML is read as texts, lists and mappings; the rest of it is refused."""

import pytest

from guerdon.language.errors import Hopeless, ProgramError
from guerdon.language.nodes import MAX_CHARACTERS, MAX_DEPTH, Mapping, Scalar, Sequence, parse, plain


def refused(text: str) -> tuple[int, int, str]:
    errors: list[ProgramError] = []
    with pytest.raises(Hopeless) as hopeless:
        parse(text, errors)
    assert errors == []
    return hopeless.value.error.line, hopeless.value.error.column, hopeless.value.error.code


def collected(text: str) -> list[tuple[int, int, str]]:
    errors: list[ProgramError] = []
    parse(text, errors)
    return [(error.line, error.column, error.code) for error in errors]


def test_every_value_is_a_text():
    assert plain("{on: no, a: 2_000, b: 2017-01-01, c: ~, d: 0o7, e: '5', f: , g: 1e3}") == {
        "on": "no", "a": "2_000", "b": "2017-01-01", "c": "~", "d": "0o7", "e": "5", "f": "", "g": "1e3",
    }  # fmt: skip


def test_a_node_knows_its_place():
    root = parse("a: 1\nb:\n  - ключ\n  - {d: 2}\n", [])
    assert isinstance(root, Mapping)
    (_, one), (_, two) = root.entries
    assert one == Scalar(1, 4, "1")
    assert isinstance(two, Sequence)
    assert [(node.line, node.column) for node in two.items] == [(3, 5), (4, 5)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b: c", (1, 5, "yaml_syntax")),
        ("a: 1\nb: [1, 2", (2, 1, "yaml_syntax")),
        ("a: 1\n\tb: 2", (2, 1, "yaml_syntax")),
        ("", (1, 1, "file_empty")),
        ("# nothing\n", (1, 1, "file_empty")),
        ("---", (1, 1, "file_empty")),
        ("a: 1\nb: \x07", (2, 4, "character_refused")),
        ("a: \ud800", (1, 4, "character_refused")),
        ("a: \x00", (1, 4, "character_refused")),
        ("x" * (MAX_CHARACTERS + 1), (1, 1, "file_too_large")),
    ],
)
def test_where_there_is_no_way_on_there_is_one_error(text, expected):
    line, column, code = refused(text)
    assert (line, code) == (expected[0], expected[2])
    if code != "yaml_syntax":
        assert column == expected[1]


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000, "[[" * 60 + "]]" * 60]
)
def test_nesting_is_limited(text):
    assert refused(text)[2] == "file_too_deep"


def test_the_deepest_nesting_that_is_read():
    assert isinstance(parse("[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH, []), Sequence)
    assert refused("[" * (MAX_DEPTH + 1) + "1" + "]" * (MAX_DEPTH + 1))[2] == "file_too_deep"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\na: 2\n", [(2, 1, "key_twice")]),
        ("a: {b: 1, c: 2, b: 3}\n", [(1, 17, "key_twice")]),
        ("a: &x 1\nb: *x\n", [(1, 4, "alias_refused"), (2, 4, "alias_refused")]),
        ("a: {<<: {b: 1}}\n", [(1, 5, "alias_refused")]),
        ("a: !!python/object:os.system 1\n", [(1, 4, "tag_refused")]),
        ("a: !!binary 1\n", [(1, 4, "tag_refused")]),
        ("[a, b]: 1\n", [(1, 1, "kind_wrong")]),
        ("a: 1\n---\nb: 2\n", [(2, 1, "document_extra")]),
    ],
)
def test_what_yaml_has_beyond_is_refused(text, expected):
    assert collected(text) == expected


def test_aliases_do_not_multiply():
    bomb = "a: &a [x]\n" + "".join(f"{chr(97 + n)}: &{chr(97 + n)} [{f'*{chr(96 + n)}, ' * 9}]\n" for n in range(1, 20))
    assert {code for _, _, code in collected(bomb)} == {"alias_refused"}


def test_a_byte_order_mark_is_passed_over():
    assert plain("\ufeffa: 1\n") == {"a": "1"}
