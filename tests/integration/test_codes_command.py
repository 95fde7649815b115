"""The commands for codes and stock, as a user meets them."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from guerdon.cli.main import app
from guerdon.runtime.codes import is_mistyped, key_of
from guerdon.store import codes as stored
from guerdon.store.database import connect

PROGRAM = """\
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units: {points: {}}
mechanics:
  - {discount: 5 USD off, name: mailing, when: {code: spring-mailing}}
  - {earn: points, rate: 1 per 1 USD, limit: {total: 100 points}}
rewards:
  - {reward: mug, cost: 20 points, stock: 3}
"""
Guerdon = Callable[..., Result]


@pytest.fixture
def guerdon(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Guerdon:
    """Run the command against a fresh database with a program, in a fresh folder."""
    monkeypatch.setenv("GUERDON_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)
    Path("shop.yaml").write_text(PROGRAM, "utf-8")
    runner = CliRunner()
    assert runner.invoke(app, ["publish", "shop.yaml"]).exit_code == 0
    return lambda *words: runner.invoke(app, list(words))


def told(result: Result, code: int = 0) -> str:
    assert result.exit_code == code, result.output
    return result.output


def test_codes_go_into_a_file_that_nobody_else_may_read(guerdon: Guerdon) -> None:
    made = guerdon("codes", "make", "spring-mailing", "--count", "3", "--per-member", "1", "--out", "spring.csv")
    assert told(made) == "3 codes of spring-mailing made; see spring.csv.\n"
    lines = Path("spring.csv").read_text("utf-8").splitlines()
    assert len(set(lines)) == 3
    assert not any(is_mistyped(key_of(line), [("", 16)]) for line in lines)
    assert stat.S_IMODE(Path("spring.csv").stat().st_mode) == 0o600
    assert [path.name for path in Path().glob("spring*")] == ["spring.csv"]
    assert told(guerdon("codes", "list")) == ("spring-mailing: 3 codes, used 0 times, each good 1 time, 1 a member\n")


def test_without_a_file_the_codes_are_printed_and_nothing_else(guerdon: Guerdon) -> None:
    Path("members.txt").write_text("ana\nbo\n", "utf-8")
    lines = told(guerdon("codes", "make", "spring-mailing", "--members", "members.txt")).splitlines()
    assert [line.partition(",")[2] for line in lines] == ["ana", "bo"]
    shown = told(guerdon("codes", "show", lines[0].partition(",")[0].lower()))
    assert "is a code of spring-mailing, used 0 of 1 time." in shown
    assert "It is good for ana alone." in shown


def test_what_cannot_be_made_leaves_no_file_and_no_batch(guerdon: Guerdon, database_url: str) -> None:
    Path("there.csv").write_text("old", "utf-8")
    make = ("codes", "make", "spring-mailing")
    assert "there.csv is there already" in told(guerdon(*make, "--out", "there.csv"), 2)
    assert "signs of chance" in told(guerdon(*make, "--signs", "4", "--out", "new.csv"), 2)
    assert "last day lies before" in told(guerdon(*make, "--from", "2026-04-02", "--until", "2026-04-01"), 2)
    assert Path("there.csv").read_text("utf-8") == "old"
    assert not list(Path().glob("new*"))
    with connect(database_url) as connection:
        assert stored.batches(connection, 1) == []


def test_days_are_those_of_the_program(guerdon: Guerdon, database_url: str) -> None:
    told(guerdon("codes", "make", "spring-mailing", "--from", "2026-04-01", "--until", "2026-04-30"))
    with connect(database_url) as connection:
        (batch,) = stored.batches(connection, 1)
    shown = [f"{at:%Y-%m-%d %H:%M%z}" for at in (batch.terms.valid_from, batch.terms.valid_until)]
    assert shown == ["2026-04-01 04:00+0000", "2026-05-01 04:00+0000"]
    assert "from 2026-04-01 through 2026-04-30" in told(guerdon("codes", "list"))


def test_codes_are_taken_in_shown_and_revoked(guerdon: Guerdon) -> None:
    Path("own.csv").write_text("\ufeffcode\nLEAF-1\nLEAF-2\n", "utf-8")
    assert told(guerdon("codes", "import", "spring-mailing", "own.csv")) == "2 codes of spring-mailing stored.\n"
    assert told(guerdon("codes", "revoke", "leaf 1")) == "leaf 1 is revoked.\n"
    assert told(guerdon("codes", "show", "LEAF-1")).endswith("It is revoked.\n")
    assert "revoked" not in told(guerdon("codes", "show", "LEAF-2"))
    told(guerdon("codes", "revoke", "--batch", "spring-mailing"))
    assert told(guerdon("codes", "show", "LEAF-2")).endswith("It is revoked.\n")
    assert told(guerdon("codes", "list")).endswith(", revoked\n")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("show", "FALL"), "There is no code FALL."),
        (("show", "spring-mailing"), "There is no code spring-mailing."),
        (("revoke", "FALL"), "There is no code FALL."),
        (("revoke", "--batch", "fall"), "There is no batch fall."),
        (("revoke",), "Name a code, or a batch"),
        (("revoke", "FALL", "--batch", "fall"), "Name a code, or a batch"),
    ],
)
def test_what_is_not_there_is_told(guerdon: Guerdon, words: tuple[str, ...], why: str) -> None:
    told(guerdon("codes", "make", "spring-mailing"))
    assert why in told(guerdon("codes", *words), 2)


def test_a_mistyped_code_is_told(guerdon: Guerdon) -> None:
    code = told(guerdon("codes", "make", "spring-mailing")).strip()
    wrong = code[:-1] + ("3" if code[-1] == "2" else "2")
    assert "it is mistyped" in told(guerdon("codes", "show", wrong), 2)


def test_stock_is_shown_and_added_to(guerdon: Guerdon) -> None:
    assert told(guerdon("stock", "mug")) == "mug: 3 left (3 by the program, +0 by hand, 0 used).\n"
    assert told(guerdon("stock", "mug", "--add", "2")) == "mug: 5 left (3 by the program, +2 by hand, 0 used).\n"
    assert "6 cannot be taken away" in told(guerdon("stock", "mug", "--add", "-6"), 2)
    assert told(guerdon("stock", "mug")) == "mug: 5 left (3 by the program, +2 by hand, 0 used).\n"
    assert "no limit tea" in told(guerdon("stock", "tea", "--add", "1"), 2)
    assert told(guerdon("stock", "points", "--add", "1")).startswith("points: 101 left")
