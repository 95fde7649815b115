"""``guerdon leaflet`` as a shop meets it."""

from pathlib import Path

import pytest
from click.testing import Result
from rich.console import Console
from typer.testing import CliRunner

from guerdon.cli import leaflets
from guerdon.cli.main import app
from guerdon.demo.running import grocery_program


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Print the leaflet of a text."""
    monkeypatch.chdir(tmp_path)

    def run(*options: str, text: str = grocery_program()) -> Result:
        Path("shop.yaml").write_text(text, "utf-8")
        return CliRunner().invoke(app, ["leaflet", "shop.yaml", *options])

    return run


@pytest.mark.parametrize(
    ("options", "first"),
    [((), "# Pantry Points"), (("--lang", "ru"), "# Баллы «Кладовая»"), (("--lang", "bg"), "# Точки „Килер“")],
)
def test_piped_it_is_markdown(printed, options, first):
    told = printed(*options)
    assert (told.exit_code, told.output.splitlines()[0]) == (0, first)
    assert told.output == printed(*options, "--markdown").output
    assert told.output.endswith("\n")
    assert not told.output.endswith("\n\n")


def test_on_a_terminal_it_is_laid_out(printed, monkeypatch):
    monkeypatch.setattr(leaflets, "console", Console(force_terminal=True, width=80, no_color=True))
    told = printed().output
    assert "##" not in told
    assert "• " in told
    assert max(len(line) for line in told.splitlines()) < 130  # with the marks of bold type
    assert "##" in printed("--markdown").output


def test_a_language_that_is_not_there_is_told(printed):
    told = printed("--lang", "de")
    assert told.exit_code == 2
    assert "en, ru, bg" in told.output


def test_a_wrong_file_is_told_as_everywhere(printed):
    told = printed(text="program: x")
    assert (told.exit_code, "shop.yaml:1:1:" in told.output) == (2, True)
