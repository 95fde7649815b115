"""What the code promises about itself: rings, pages of packages, words for every setting, one registry of refusals."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

import guerdon
from guerdon.core.refusals import REFUSALS, refuse

PACKAGE = Path(guerdon.__file__).parent
ROOT = PACKAGE.parent
SOURCES = {str(path.relative_to(PACKAGE)): ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}
SETTINGS = {name: tree for name, tree in SOURCES.items() if name == "core/program.py" or name.startswith("mechanics/")}

# What these hold is said by their name and type, in every Struct that has them.
PLAIN = {
    "amount", "applied", "brand", "channel", "effective_from", "first_purchase", "lane",
    "limit", "mechanics", "meter", "meters", "name", "per_event", "returns", "rewards", "round_per", "sku",
    "stock", "store", "tier", "title", "unit", "units", "when", "window",
}  # fmt: skip


def is_docstring(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def structs(tree: ast.Module) -> Iterator[ast.ClassDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any("Struct" in ast.unparse(base) for base in node.bases):
            yield node


def undocumented_fields(struct: ast.ClassDef) -> Iterator[str]:
    following = [*struct.body[1:], None]
    for statement, after in zip(struct.body, following, strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and not is_docstring(after):
            yield statement.target.id


# Rings and pages.


def test_imports_point_inwards(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    failed = lint_imports(config_filename=str(ROOT / ".importlinter"), cache_dir=str(tmp_path))
    told = capfd.readouterr().out
    assert failed == 0, told
    assert "0 broken" in told


def test_every_package_has_its_page() -> None:
    packages = {path.parent for path in PACKAGE.rglob("*.py")}
    pages = {
        name: SOURCES.get(str((path / "__init__.py").relative_to(PACKAGE))) for path in packages for name in [path.name]
    }
    assert [name for name, page in pages.items() if page is None or not ast.get_docstring(page)] == []


@pytest.mark.parametrize(
    "ring",
    ["client", "connect", "core", "leaflet", "lint", "mechanics", "observe", "people", "store", "runtime", "specs"],
)
def test_every_module_function_and_class_that_others_use_is_explained(ring: str) -> None:
    silent = []
    for name, tree in SOURCES.items():
        if not name.startswith(f"{ring}/"):
            continue
        parts = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        silent += [
            f"{name}: {node.name}" for node in parts if not node.name.startswith("_") and not ast.get_docstring(node)
        ]
        silent += [] if ast.get_docstring(tree) else [name]
    assert silent == []


def test_every_setting_is_explained() -> None:
    settings = [struct for tree in SETTINGS.values() for struct in structs(tree)]
    silent = {(struct.name, field) for struct in settings for field in undocumented_fields(struct)}
    assert len(settings) > 10
    assert [f"{struct}.{field}" for struct, field in sorted(silent) if field not in PLAIN] == []
    assert PLAIN - {field for _, field in silent} == set(), "these are explained everywhere by now"


# Refusals.


def refusal_calls() -> Iterator[tuple[str, str, set[str]]]:
    """Every place in the code that makes a refusal: where, its code, and the details it gives."""
    for name, tree in SOURCES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("stop", "refuse"):
                code = node.args[0]
                if isinstance(code, ast.Constant):
                    given = {keyword.arg for keyword in node.keywords if keyword.arg is not None}
                    yield f"{name}:{node.lineno}", str(code.value), given


def test_refusals_stand_in_alphabetical_order() -> None:
    assert list(REFUSALS) == sorted(REFUSALS)


def test_every_refusal_is_made_somewhere_and_nothing_else_is() -> None:
    assert {code for _, code, _ in refusal_calls()} == set(REFUSALS)


def test_every_refusal_is_made_with_what_its_sentence_names() -> None:
    named = {
        code: {field for _, field, _, _ in string.Formatter().parse(text) if field} for code, text in REFUSALS.items()
    }
    wrong = [f"{place}: {code} is given {given}" for place, code, given in refusal_calls() if given != named[code]]
    assert wrong == []


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_reads_as_a_sentence(code: str) -> None:
    fields = [field for _, field, _, _ in string.Formatter().parse(REFUSALS[code]) if field]
    sentence = refuse(code, **{field: f"<{field}>" for field in fields}).sentence
    assert sentence[0].isupper()
    assert sentence.endswith((".", ".)", "<reason>"))
    assert all(f"<{field}>" in sentence for field in fields)


def test_a_refusal_that_is_not_registered_or_lacks_a_detail_is_a_bug() -> None:
    with pytest.raises(KeyError):
        refuse("no_such_code")
    with pytest.raises(KeyError):
        refuse("member_unknown")


# Statements.


def statements() -> list[tuple[str, str, str]]:
    """The name, the description and the text of each statement."""
    blocks = (PACKAGE / "store" / "queries.sql").read_text("utf-8").split("\n-- name: ")[1:]
    parts = [block.split("\n", 2) for block in blocks]
    return [(name, description, text) for name, description, text in parts]


def test_every_statement_says_what_it_is_for() -> None:
    assert [
        name for name, description, _ in statements() if not (description.startswith("-- ") and description[-1] == ".")
    ] == []
    assert [name for name, _, text in statements() if not text.strip() or text.strip().startswith("--")] == []


def test_every_statement_has_one_name_and_is_used() -> None:
    names = [name for name, _, _ in statements()]
    assert len(names) == len(set(names))
    words = {
        node.value for tree in SOURCES.values() for node in ast.walk(tree) if isinstance(node, ast.Constant)
    }  # fmt: skip
    assert [name for name in names if name not in words] == []


def test_every_statement_that_is_asked_for_exists() -> None:
    asked = {
        str(node.args[0].value)
        for tree in SOURCES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "statement"
        and node.args and isinstance(node.args[0], ast.Constant)
    }  # fmt: skip
    assert asked - {name for name, _, _ in statements()} == set()
    assert len(asked) > 20
