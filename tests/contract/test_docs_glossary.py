"""The glossary has every word of the core."""

import ast
import re
from pathlib import Path

import guerdon

ROOT = Path(__file__).parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")
TERMS = re.findall(r"^- \*\*([^*]+)\*\*: ", GLOSSARY, re.M)
PLUMBING = set(re.findall(r"`(\w+)`", GLOSSARY.partition("## Plumbing")[2]))


def classes_of_the_core() -> set[str]:
    files = (Path(guerdon.__file__).parent / "core").glob("*.py")
    parts = [node for file in files for node in ast.parse(file.read_text("utf-8")).body]
    return {node.name for node in parts if isinstance(node, ast.ClassDef) and not node.name.startswith("_")}


def as_words(name: str) -> str:
    """``TierChanged`` as the glossary writes it: ``tier changed``."""
    return " ".join(re.findall(r"[A-Z][a-z]*", name)).lower()


def test_every_class_of_the_core_is_a_word_or_plumbing() -> None:
    unknown = {name for name in classes_of_the_core() - PLUMBING if as_words(name) not in TERMS}
    assert unknown == set()


def test_plumbing_is_not_listed_in_vain() -> None:
    assert classes_of_the_core() >= PLUMBING


def test_every_word_stands_once_and_is_told_in_one_sentence() -> None:
    assert len(TERMS) == len(set(TERMS))
    lines = [line for line in GLOSSARY.splitlines() if line.startswith("- **")]
    assert [line for line in lines if not line.endswith(".") or ". " in line] == []
