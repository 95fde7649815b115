"""`guerdon person` and `guerdon secret`: a person from the first profile to the erasure."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from ledger_fixtures import SIMPLE, Shop, enrol
from typer.testing import CliRunner

from guerdon.cli.main import app
from guerdon.core.events import Traits
from guerdon.runtime.secret_key import new_secret

Guerdon = Callable[..., Result]


@pytest.fixture
def shop(database_url: str) -> Shop:
    with Shop(database_url, SIMPLE) as shop:
        shop.meets(enrol("ana"), enrol("ben"))
        yield shop


@pytest.fixture
def guerdon(shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Guerdon:
    monkeypatch.setenv("GUERDON_DATABASE_URL", shop.url)
    monkeypatch.setenv("GUERDON_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("GUERDON_SECRET_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ana.json").write_text(
        json.dumps({"given_name": "Ana", "birth_date": "1990-03-20", "address": ["1 Shipka", "Sofia"]})
    )
    runner = CliRunner()
    return lambda *words, **more: runner.invoke(app, ["person", *words], **more)


def told(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def failed(result: Result) -> str:
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    return " ".join(result.stderr.split())


def test_a_person_from_beginning_to_end(guerdon: Guerdon, shop: Shop) -> None:
    assert told(guerdon("set", "ana", "ana.json")) == "The profile of ana is kept.\n"
    assert told(guerdon("identify", "ana", "phone", "0888 123 456", "--country", "BG"))
    assert "as before" in told(guerdon("identify", "ana", "phone", "+359888123456"))
    assert told(guerdon("find", "phone", "+359 888 12 34 56")) == "ana\n"
    assert told(guerdon("show", "ana")).splitlines() == [
        "given name: Ana",
        "birth date: 1990-03-20",
        "address: 1 Shipka, Sofia",
        "phone: +359888123456",
    ]
    assert told(guerdon("consent", "ana", "marketing", "--source", "shop 7")) == "ana agrees to marketing.\n"
    assert shop.state("ana").traits.birthday == "03-20"
    assert shop.state("ana").traits.consents == ("marketing",)
    assert told(guerdon("consent", "ana", "marketing", "--withdrawn"))
    assert shop.state("ana").traits.consents == ()
    assert "marketing given (at shop 7)" in told(guerdon("consents", "ana"))
    assert json.loads(told(guerdon("export", "ana")))["profile"]["given_name"] == "Ana"
    assert told(guerdon("export", "ana", "--to", "ana-all.json"))
    exported = json.loads(Path("ana-all.json").read_text())
    assert Path("ana-all.json").stat().st_mode & 0o077 == 0
    assert [act["what"] for act in exported["acts"]][-2:] == ["person.exported", "person.exported"]
    assert told(guerdon("erase", "ana", "--yes")).startswith("The person behind ana is forgotten.")
    assert told(guerdon("erase", "ana", "--yes")).startswith("The person behind ana is forgotten.")
    assert shop.state("ana").traits == Traits()
    assert told(guerdon("show", "ana")) == ""
    assert "was erased on" in failed(guerdon("set", "ana", "ana.json"))
    assert shop.is_proven()


def test_what_goes_wrong_is_told_plainly(guerdon: Guerdon, monkeypatch: pytest.MonkeyPatch) -> None:
    assert guerdon("find", "card", "12345").exit_code == 1
    assert "no member eva" in failed(guerdon("set", "eva", "ana.json"))
    assert "This is no phone" in failed(guerdon("find", "phone", "0888"))
    assert told(guerdon("identify", "ana", "card", "12345"))
    assert "belongs to another member" in failed(guerdon("identify", "ben", "card", "12345"))
    Path("wrong.json").write_text('{"name": "Ana"}')
    assert "unknown field" in failed(guerdon("set", "ana", "wrong.json"))
    Path("wrong.json").write_bytes(b'{"given_name": "\xff"}')
    assert failed(guerdon("set", "ana", "wrong.json"))
    monkeypatch.setenv("GUERDON_SECRET_KEY", new_secret())
    assert "secret key of the mark" in failed(guerdon("show", "ana"))
    monkeypatch.setenv("GUERDON_SECRET_KEY", "x")
    assert "no URL-safe base64" in failed(guerdon("show", "ana"))
    monkeypatch.delenv("GUERDON_SECRET_KEY")
    monkeypatch.delenv("GUERDON_HOME")
    assert "GUERDON_SECRET_KEY is not set" in failed(guerdon("show", "ana"))


def test_nobody_is_erased_by_a_slip(guerdon: Guerdon, shop: Shop) -> None:
    guerdon("set", "ana", "ana.json")
    assert guerdon("erase", "ana", input="n\n").exit_code == 1
    assert shop.rows("select * from erasures") == []


def test_retention_says_who_is_due_before_it_does_anything(guerdon: Guerdon, shop: Shop) -> None:
    guerdon("set", "ana", "ana.json")
    shop.look.execute("update person_keys set made_at = '2020-01-01'")
    shop.look.execute("""update members set state = '{"enrolled_at":1577880000}'""")
    assert told(guerdon("retention", "--inactive-months", "36")) == (
        "ana, last active on 2020-01-01\n1 person due for erasure; 0 consents would lose the details.\n"
    )
    assert shop.rows("select * from erasures") == []
    assert "1 person erased" in told(guerdon("retention", "--apply"))
    assert shop.rows("select reason from erasures") == [("inactive",)]
    assert "0 persons due" in told(guerdon("retention", "--inactive-months", "0"))
    assert shop.rows("select inactive_months, withdrawn_years from retention_rules") == [(None, None)]


def test_the_secret_key_is_changed(guerdon: Guerdon, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = CliRunner()
    old, new = (told(runner.invoke(app, ["secret", "new"])).strip() for _ in range(2))
    monkeypatch.setenv("GUERDON_SECRET_KEY", old)
    told(guerdon("set", "ana", "ana.json"))
    told(guerdon("identify", "ana", "card", "12345"))
    monkeypatch.setenv("GUERDON_SECRET_KEY", f"{new},{old}")
    done = told(runner.invoke(app, ["secret", "rewrap"]))
    assert done.startswith("1 person and 1 identity brought over")
    monkeypatch.setenv("GUERDON_SECRET_KEY", new)
    assert told(guerdon("find", "card", "12345")) == "ana\n"
    assert "Ana" in told(guerdon("show", "ana"))
