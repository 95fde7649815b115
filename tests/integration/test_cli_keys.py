"""The commands for keys: what they show, what they refuse, and what they leave in the audit log."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from ledger_fixtures import SIMPLE
from typer.testing import CliRunner

from guerdon.cli.main import app
from guerdon.people import audit, keys
from guerdon.store.database import connect

Guerdon = Callable[..., Result]


@pytest.fixture
def guerdon(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Guerdon:
    monkeypatch.setenv("GUERDON_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    Path("shop.yaml").write_text(SIMPLE, "utf-8")
    runner = CliRunner()
    return lambda *words: runner.invoke(app, list(words))


def opens(url: str, shown: str) -> keys.Key | None:
    with connect(url) as connection:
        return keys.open_with(connection, shown)


def test_a_key_is_made_listed_rotated_and_revoked(guerdon: Guerdon, database_url: str) -> None:
    assert guerdon("publish", "shop.yaml").exit_code == 0
    first = json.loads(guerdon("key", "make", "tills", "--scope", "checkout", "--program", "shop", "--json").output)
    opened = opens(database_url, first["key"])
    assert opened is not None
    assert (opened.program_name, opened.scopes) == ("shop", {"checkout"})
    told = guerdon("key", "make", "[red]all", "--scope", "manager", "--scope", "auditor").output
    assert "shown only now" in told

    second = json.loads(guerdon("key", "rotate", first["id"], "--overlap", "0", "--json").output)
    assert opens(database_url, first["key"]) is None
    assert opens(database_url, second["key"]) is not None
    assert guerdon("key", "revoke", second["id"]).output == "It opens nothing any more.\n"
    assert guerdon("key", "revoke", second["id"]).output == "It was revoked before.\n"
    assert opens(database_url, second["key"]) is None

    shown = guerdon("key", "list").output
    assert [word in shown for word in (first["id"], "[red]all", "revoked", "ended")] == [True] * 4
    listed = json.loads(guerdon("key", "list", "--json").output)
    assert [(key["program"], key["scopes"]) for key in listed] == [
        ("shop", ["checkout"]),
        (None, ["auditor", "manager"]),
        ("shop", ["checkout"]),
    ]
    assert first["key"].rpartition("_")[2] not in shown + str(listed)
    with connect(database_url) as connection:
        acts = audit.page(connection, None, before=None, most=10)
    assert [(act.action, act.key) for act in reversed(acts)] == [
        ("version.published", "cli"),
        ("key.made", "cli"),
        ("key.made", "cli"),
        ("key.rotated", "cli"),
        ("key.made", "cli"),
        ("key.revoked", "cli"),
    ]


def test_what_cannot_be_done_is_told_and_leaves_no_trace(guerdon: Guerdon, database_url: str) -> None:
    assert "There is no key yet" in guerdon("key", "list").output
    made = json.loads(guerdon("key", "make", "app", "--scope", "app", "--json").output)
    assert guerdon("key", "revoke", made["id"]).exit_code == 0

    for words, told in (
        (("key", "make", "x", "--scope", "root"), "there is checkout, app, manager, auditor"),
        (("key", "make", "x"), "Missing option"),
        (("key", "make", "x", "--scope", "app", "--program", "none"), "No program is published"),
        (("key", "rotate", made["id"]), "opens nothing any more"),
        (("key", "rotate", "000000000000"), "There is no key 000000000000"),
        (("key", "revoke", "nothing"), "There is no key nothing"),
    ):
        answer = guerdon(*words)
        assert (answer.exit_code, told in answer.output) == (2, True), words
    with connect(database_url) as connection:
        assert len(audit.page(connection, None, before=None, most=10)) == 2
