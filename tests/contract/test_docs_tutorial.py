"""The tutorial and the how-to pages do what they show: their files are written, their commands run and compared."""

import tempfile
from pathlib import Path

import pytest

from docs.walkthrough import Step, rewritten, walk

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [DOCS / "tutorial.md", DOCS / "first-week.md", *sorted((DOCS / "how-to").glob("*.md"))]
WALKED = [page for page in PAGES if "```console" in page.read_text("utf-8")]


@pytest.fixture
def scratch(run_folder: Path) -> Path:
    """An empty folder that an embedded server may lie in; it goes with the folder of the run."""
    folder = Path(tempfile.mkdtemp(prefix="docs-", dir=run_folder))
    folder.chmod(0o711)  # under root the server's account has to walk through
    return folder


@pytest.mark.timeout(600)  # a manager's first week lives through a real year
@pytest.mark.parametrize("page", WALKED, ids=lambda page: page.stem)
def test_a_page_shows_what_its_commands_print(page: Path, scratch: Path) -> None:
    steps = list(walk(page.read_text("utf-8"), scratch))
    assert len(steps) > 2
    for step in steps:
        assert step.is_true, (
            f"$ {step.command}\n{step.printed}\nrun: python -m docs.walkthrough {page.relative_to(DOCS.parent)}"
        )


def test_the_tutorial_and_most_how_to_pages_are_walked() -> None:
    assert {page.stem for page in WALKED} >= {
        "tutorial",
        "first-week",
        "change-a-program",
        "correct-a-mistake",
        "late-events",
    }


@pytest.mark.parametrize(
    ("shown", "printed", "is_true"),
    [
        ("one\ntwo\n", "one  \n\ntwo\n", True),
        ("one\n", "one\ntwo\n", False),
        ("one\n…\n", "one\ntwo\nthree\n", True),
        ("…\nthree\n", "one\ntwo\nthree\n", True),
        ("…\nfour\n", "one\ntwo\nthree\n", False),
        ("a  b\n", "a b\n", True),
        ("", "one\n", False),
    ],
)
def test_what_counts_is_the_words_of_each_line(shown: str, printed: str, is_true: bool) -> None:
    assert Step("x", shown, printed).is_true == is_true


def test_a_page_is_brought_up_to_date(scratch: Path) -> None:
    page = "```text a.txt\nhello\n```\n\n```console\n$ cat a.txt\nbye\n$ echo two\ntwo\n```\n"
    assert rewritten(page, scratch) == page.replace("bye", "hello")
