"""`guerdon presets` and `guerdon new`, as a person meets them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from guerdon.cli.main import app
from guerdon.presets import PresetNotFound, copies, preset, presets
from guerdon.presets.shelf import SHELF
from guerdon.specs import gather, run

Run = Callable[..., Result]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command in a fresh folder, without any database."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, list(words))


def test_the_presets_are_listed_with_what_they_imitate(command: Run) -> None:
    told = command("presets")
    assert told.exit_code == 0
    [line] = [line for line in told.output.splitlines() if line.startswith("cafe-stamps")]
    assert line.split("  ", 1)[1].strip().startswith("the stamp card")
    assert "2026-01-01" in line
    assert "earn" in line


def test_the_list_as_json_has_every_preset_by_its_name(command: Run) -> None:
    listed = json.loads(command("presets", "--json").output)["presets"]
    assert [one["name"] for one in listed] == sorted(
        folder.name for folder in SHELF.iterdir() if folder.is_dir() and "_" not in folder.name
    )
    assert listed[0].keys() == {"name", "modelled_on", "about", "rules", "kinds", "versions"}
    assert all(one["versions"] == sorted(one["versions"]) for one in listed)


def test_a_new_program_is_a_copy_under_its_own_name_that_keeps_the_promises(command: Run) -> None:
    told = command("new", "corner", "--from", "cafe-stamps")
    assert told.exit_code == 0
    assert [line for line in told.output.splitlines() if line.endswith("is written.")] == [
        "corner.yaml is written.",
        "corner.specs.yaml is written.",
    ]
    assert "guerdon check corner.yaml" in told.output
    assert command("check", "corner.yaml").exit_code == 0
    original = (SHELF / "cafe-stamps" / "cafe-stamps.yaml").read_text("utf-8")
    assert Path("corner.yaml").read_text("utf-8") == original.replace("program: cafe-stamps", "program: corner")


def test_a_new_program_may_be_written_elsewhere(command: Run) -> None:
    Path("shop").mkdir()
    assert command("new", "corner", "--from", "cafe-stamps", "--to", "shop/loyalty.yaml").exit_code == 0
    assert sorted(path.name for path in Path("shop").iterdir()) == ["loyalty.specs.yaml", "loyalty.yaml"]
    assert "program: corner\n" in Path("shop/loyalty.yaml").read_text("utf-8")


@pytest.mark.parametrize("there", ["corner.yaml", "corner.specs.yaml"])
def test_nothing_is_overwritten_and_then_nothing_is_written(command: Run, there: str) -> None:
    Path(there).write_text("mine", "utf-8")
    told = command("new", "corner", "--from", "cafe-stamps")
    assert (told.exit_code, there in told.output) == (2, True)
    assert {path.name: path.read_text("utf-8") for path in Path().iterdir()} == {there: "mine"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("corner", "--from", "cafe-stamp"), "did you mean `cafe-stamps`?"),
        (("Corner", "--from", "cafe-stamps"), "`Corner` is not a name"),
        (("corner", "--from", "cafe-stamps", "--to", "nowhere/corner.yaml"), "nowhere/corner.yaml"),
    ],
)
def test_what_cannot_be_done_is_told(command: Run, words: tuple[str, ...], says: str) -> None:
    told = command("new", *words)
    assert told.exit_code == 2
    assert says in " ".join(told.output.split())
    assert list(Path().iterdir()) == []


def test_every_preset_can_be_copied_with_all_its_versions(tmp_path: Path) -> None:
    for one in presets():
        folder = tmp_path / one.name
        folder.mkdir()
        written = copies(one, "mine", folder / "own.yaml")
        assert len(written) == len(one.versions) + 1
        for path, text in written.items():
            path.write_text(text, "utf-8")
        [sheaf] = gather([folder / "own.specs.yaml"])
        assert len(sheaf.versions) == len(one.versions)
        assert all(result.is_right for result in run(sheaf.specs[0][1], sheaf.timeline))


def test_a_preset_that_is_not_there_is_told() -> None:
    with pytest.raises(PresetNotFound, match="`tea` is not a preset"):
        preset("tea")
