"""A partner's statement ties to the ledger to the last point, whatever days it is told for."""

import json
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from ledger_fixtures import RELATED, Shop, adjust, bring_back, buy, enrol, redeem, send
from typer.testing import CliRunner

from guerdon.cli.main import app
from guerdon.core.events import Convert, Donate
from guerdon.runtime.partners import PartnerNotFound, PartnerStatement, partner_statement
from guerdon.runtime.summary import summarise
from tests.builders import moment


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """Two members earn with sky, spend with it, turn points into its miles, and bring goods back."""
    with Shop(database_url, RELATED) as shop:
        shop.meets(enrol("ana"), enrol("bo"), adjust("a1", "ana", "2026-01-10", 500))
        shop.meets(
            buy("p1", "ana", "2026-02-03", "30.00", partner="sky"),
            buy("p2", "bo", "2026-02-04", "10.00", "30.00", partner="sky"),
            redeem("r1", "ana", "2026-02-28 23:59:59", "flight"),
            redeem("r2", "ana", "2026-03-01", "flight"),
            redeem("r3", "ana", "2026-03-01", "coffee"),
            bring_back("b1", "bo", "2026-03-02", "p2", (0, None)),
            Convert(id="c1", member="ana", at=moment("2026-03-03"), conversion="to-miles", amount=100),
            Convert(id="c2", member="ana", at=moment("2026-03-03"), conversion="to-stars", amount=10),
            Donate(id="d1", member="ana", at=moment("2026-03-04"), cause="forest", amount=40),
        )
        yield shop


def told(shop: Shop, first: str | None = None, last: str | None = None) -> PartnerStatement:
    return partner_statement(
        shop.look, shop.program, "sky",
        first=None if first is None else date.fromisoformat(first),
        last=None if last is None else date.fromisoformat(last),
    )  # fmt: skip


def lines(statement: PartnerStatement) -> list[str]:
    return [f"{line.kind} {line.reason} {line.amount} x{line.times}" for line in statement.units["points"].lines]


def test_a_whole_statement(shop: Shop) -> None:
    shop.look.autocommit = False
    statement = told(shop)
    points = statement.units["points"]
    assert lines(statement) == [
        "converted to-miles 100 x1",
        "granted sky-bonus -100 x2",
        "spent flight 40 x2",
        "taken back sky-bonus 13 x1",
    ]
    assert (points.opening, points.closing) == (0, 53)
    assert points.closing == shop.account("partner:sky")
    assert (points.worth, statement.worth) == (53, 53), "one cent a point"


PERIODS = [
    (None, "2026-02-28", 0, ["granted sky-bonus -100 x2", "spent flight 20 x1"], -80),
    ("2026-03-01", None, -80, ["converted to-miles 100 x1", "spent flight 20 x1", "taken back sky-bonus 13 x1"], 53),
    ("2026-03-01", "2026-03-01", -80, ["spent flight 20 x1"], -60),
    ("2026-02-04", "2026-02-04", -50, ["granted sky-bonus -50 x1"], -100),
    ("2026-04-01", "2026-04-30", 53, [], 53),
]


@pytest.mark.parametrize(("first", "last", "opening", "moved", "closing"), PERIODS)
def test_a_statement_between_two_days(
    shop: Shop, first: str | None, last: str | None, opening: int, moved: list[str], closing: int
) -> None:
    shop.look.autocommit = False
    statement = told(shop, first, last)
    points = statement.units["points"]
    assert (points.opening, lines(statement), points.closing) == (opening, moved, closing)


def test_statements_of_days_in_a_row_tie_to_each_other_and_to_the_ledger(shop: Shop) -> None:
    shop.meets(buy("p3", "bo", "2026-02-20", "5.00", partner="sky"))
    shop.look.autocommit = False
    day, held = date(2026, 1, 31), 0
    while day < date(2026, 3, 10):
        day += timedelta(days=1)
        statement = partner_statement(shop.look, shop.program, "sky", first=day, last=day)
        points = statement.units.get("points")
        if points is not None:
            assert points.opening == held
            assert points.opening + sum(line.amount for line in points.lines) == points.closing
            held = points.closing
    assert held == shop.account("partner:sky")
    assert shop.is_proven()


def test_a_partner_that_is_not_there(shop: Shop) -> None:
    with pytest.raises(PartnerNotFound, match="no partner moon; there is: sky"):
        partner_statement(shop.look, shop.program, "moon")


def test_the_summary_tells_causes_partners_and_what_is_in_transit(shop: Shop) -> None:
    shop.meets(send("s1", "ana", "2026-03-05", "bo", 7))
    summary = summarise(shop.look, shop.program)
    assert summary.causes == {("points", "forest"): 40}
    assert summary.partners == {("points", "sky"): 53}
    assert summary.in_transit == {"points": 7}
    held = shop.has("ana") + shop.has("bo")
    assert summary.units["points"].outstanding == held + 7


def test_the_commands_tell_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUERDON_DATABASE_URL", shop.url)
    run = CliRunner().invoke
    shop.meets(send("s1", "ana", "2026-03-05", "nobody", 7))
    found = run(app, ["partner", "statement", "sky", "--from", "2026-03-01", "--to", "2026-03-31"])
    assert found.exit_code == 0, found.output
    assert [line.split() for line in found.output.splitlines() if line.startswith(("opening", "closing"))] == [
        ["opening", "-80"], ["closing", "53", "0.53", "USD"],
    ]  # fmt: skip
    assert "sky is owed 0.53 USD." in found.output
    as_json = json.loads(run(app, ["partner", "statement", "sky", "--json"]).output)
    assert (as_json["worth"], as_json["units"]["points"]["closing"]) == (53, 53)
    assert run(app, ["partner", "statement", "moon"]).exit_code == 2
    causes = json.loads(run(app, ["causes", "--json"]).output)
    assert causes == [
        {"unit": "points", "cause": "forest", "amount": 40, "times": 1, "members": 1, "target": 500},
    ]  # fmt: skip
    assert "forest" in run(app, ["causes"]).output
    summary = json.loads(run(app, ["summary", "--json"]).output)
    assert (summary["in_transit"], summary["partners"]) == (
        {"points": 7},
        [{"name": "sky", "unit": "points", "amount": 53}],
    )
    assert "In transit" in run(app, ["summary"]).output
    relayed = run(app, ["relay"]).output
    assert "Delivered 2 events from member to member." in relayed
    assert "1 event refused" in relayed
    assert "Nothing was waiting." in run(app, ["relay"]).output
    statement = run(app, ["statement", "ana"]).output
    assert "back (member unknown)" in statement
