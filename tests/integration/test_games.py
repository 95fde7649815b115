"""Games on a real ledger: stock under two tills at once, seeds in the journal, and a draw from ledger to proof."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from click.testing import Result
from ledger_fixtures import Shop, buy, enrol, moment
from psycopg.errors import CheckViolation
from typer.testing import CliRunner

from guerdon.cli.main import app
from guerdon.core.calendar import instant_of
from guerdon.core.effects import Won
from guerdon.core.events import Play
from guerdon.core.games import Ticket, Winner, commitment_to
from guerdon.runtime import games as runtime
from guerdon.runtime.games import GameTrouble, Proof
from guerdon.store import games

SEED = "a seed that nobody can guess"
PROGRAM = f"""
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {{}}
mechanics:
  - {{earn: points, name: base, rate: 1 per 1 USD}}
  - raffle: draw
    entries: [1 ticket per 20 USD, {{way: free ticket, limit: 1 a day}}]
    prizes: {{bicycle: 1, points: {{count: 2, gives: 500 points}}}}
    between: [2026-03-01, 2026-03-31]
    commitment: {commitment_to(SEED)}
  - wheel: lucky
    prizes:
      bicycle: {{weight: 5, count: 7}}
      mug: {{weight: 5, count: 20, gives: 10 points}}
      nothing: {{weight: 1}}
    commitment: {commitment_to(SEED)}
"""
CLOSED = instant_of(moment("2026-04-01"))


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with Shop(database_url, PROGRAM) as shop:
        yield shop


def spin(id: str, member: str, when: str = "2026-03-10") -> Play:
    return Play(id=id, member=member, at=moment(when), game="lucky")


def drawn(shop: Shop, seed: str = SEED, now: int = CLOSED) -> Proof:
    with shop.look.transaction():
        return runtime.prove_draw(shop.look, shop.program, "draw", seed, now)


def buyers(shop: Shop) -> None:
    """Five members with one to five tickets."""
    for number in range(1, 6):
        member = f"m{number}"
        shop.meets(enrol(member), buy(f"p{number}", member, "2026-03-10", f"{20 * number}"))


# Wheels.


def test_a_wheel_is_not_played_before_its_seed_is_stored(shop: Shop) -> None:
    shop.meets(enrol("m"))
    refusal = shop.till.commit_one(spin("one", "m")).refusal
    assert refusal is not None
    assert refusal.code == "seed_missing"
    runtime.add_seed(shop.look, shop.program, "lucky", SEED)
    shop.meets(spin("two", "m"))
    assert shop.is_proven()


def test_a_seed_that_does_not_fit_is_not_stored(shop: Shop) -> None:
    with pytest.raises(GameTrouble, match="does not fit"):
        runtime.add_seed(shop.look, shop.program, "lucky", "another")
    with pytest.raises(GameTrouble, match="no wheel draw"):
        runtime.add_seed(shop.look, shop.program, "draw", SEED)
    assert shop.rows("select * from seeds") == []
    with pytest.raises(CheckViolation):
        shop.rows("insert into seeds (program, commitment, game, seed) values (1, %s, 'x', 'y')", commitment_to("z"))


def test_the_books_are_proved_without_the_table_of_seeds(shop: Shop) -> None:
    runtime.add_seed(shop.look, shop.program, "lucky", SEED)
    shop.meets(enrol("m"), *[spin(f"s{number}", "m") for number in range(20)])
    shop.look.execute("delete from seeds")
    assert shop.is_proven()
    assert shop.value("select facts ->> 'seeds' from journal where event_id = 's0'") is not None


def test_the_stock_of_a_wheel_is_shared_out_exactly_among_tills_at_once(shop: Shop) -> None:
    runtime.add_seed(shop.look, shop.program, "lucky", SEED)
    shop.meets(*[enrol(f"m{number}") for number in range(4)])
    start = threading.Barrier(2)

    def play(till_number: int) -> None:
        till = shop.open_till()
        start.wait()
        for number in range(40):
            member = f"m{2 * till_number + number % 2}"
            till.commit_one(spin(f"{till_number}/{number}", member))
        till.close()

    threads = [threading.Thread(target=play, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = games.events(shop.look, shop.program, "lucky", "play")
    prizes = Counter(effect.prize for event in told for effect in event.outcome.effects if isinstance(effect, Won))
    assert len(told) == 80
    assert prizes == {"bicycle": 7, "mug": 20}
    assert shop.limit("prize:lucky/bicycle") == (7, 7)
    assert runtime.check_wheel(shop.look, shop.program, "lucky").faults == []
    assert shop.is_proven()


def test_a_spin_that_was_given_otherwise_is_found(shop: Shop) -> None:
    runtime.add_seed(shop.look, shop.program, "lucky", SEED)
    shop.meets(enrol("m"), *[spin(f"s{number}", "m") for number in range(5)])
    assert runtime.check_wheel(shop.look, shop.program, "lucky").faults == []
    shop.look.execute("alter table journal disable trigger user")
    swapped = (
        "replace(replace(replace(outcome::text, '\"bicycle\"', '\"x\"'), '\"mug\"', '\"bicycle\"'), '\"x\"', '\"mug\"')"
    )
    shop.look.execute(f"update journal set outcome = {swapped}::json where kind = 'play'")
    assert runtime.check_wheel(shop.look, shop.program, "lucky").faults


# Raffles.


def test_a_draw_is_worked_out_from_the_ledger_and_the_winners_get_their_prizes(shop: Shop) -> None:
    buyers(shop)
    proof = drawn(shop)
    assert len(proof.tickets) == 15
    assert [winner.prize for winner in proof.winners] == ["bicycle", "points", "points"]
    assert runtime.check_proof(proof) == []
    before = {winner.member: shop.has(winner.member) for winner in proof.winners}
    assert runtime.publish_winners(shop.till, shop.look, proof, CLOSED) == 3
    for winner in proof.winners:
        assert shop.has(winner.member) - before[winner.member] == (500 if winner.prize == "points" else 0)
    assert runtime.publish_winners(shop.till, shop.look, drawn(shop), CLOSED + 60) == 0, "doing it again is harmless"
    assert shop.is_proven()


def test_a_draw_is_refused_before_the_raffle_closes_and_for_another_seed(shop: Shop) -> None:
    with pytest.raises(GameTrouble, match="closes at 2026-04-01"):
        drawn(shop, now=CLOSED - 1)
    with pytest.raises(GameTrouble, match="does not fit"):
        drawn(shop, seed="another")
    with pytest.raises(GameTrouble, match="no raffle lottery"):
        runtime.prove_draw(shop.look, shop.program, "lottery", SEED, CLOSED)


def test_a_raffle_is_not_drawn_a_second_time_from_other_tickets(shop: Shop) -> None:
    buyers(shop)
    proof = drawn(shop)
    runtime.publish_winners(shop.till, shop.look, proof, CLOSED)
    others = msgspec.structs.replace(proof, winners=proof.winners[1:])
    with pytest.raises(GameTrouble, match="drawn already"):
        runtime.publish_winners(shop.till, shop.look, others, CLOSED)


TAMPERED: dict[str, Callable[[Proof], dict[str, object]]] = {
    "a ticket that changes hands": lambda proof: {
        "tickets": (Ticket(proof.winners[0].ticket, "me"), *proof.tickets[1:])
    },
    "a ticket that is left out": lambda proof: {
        "tickets": tuple([ticket for ticket in proof.tickets if ticket.number != proof.winners[0].ticket])
    },
    "a ticket that comes twice": lambda proof: {"tickets": (*proof.tickets, proof.tickets[0])},
    "another winner": lambda proof: {"winners": (Winner("bicycle", proof.winners[1].ticket, proof.winners[1].member),)},
    "prizes that change places": lambda proof: {"winners": proof.winners[::-1]},
    "another seed": lambda proof: {"seed": "another"},
    "fewer prizes": lambda proof: {"prizes": proof.prizes[:1]},
}  # fmt: skip


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
def test_a_proof_with_anything_changed_is_wrong(shop: Shop, change: Callable[[Proof], dict[str, object]]) -> None:
    buyers(shop)
    proof = drawn(shop)
    assert runtime.check_proof(msgspec.structs.replace(proof, **change(proof)))


# The command.


@pytest.fixture
def guerdon(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """Run the command against a fresh database, in a fresh folder."""
    monkeypatch.setenv("GUERDON_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    return lambda *words: runner.invoke(app, list(words))


def test_from_a_new_seed_to_a_checked_draw(guerdon: Callable[..., Result]) -> None:
    commitment = guerdon("seed", "new", "seed.txt").output.split()[1]
    assert guerdon("seed", "new", "seed.txt").exit_code == 2, "a seed is never written over"
    assert commitment_to(Path("seed.txt").read_text().strip()) == commitment
    past = PROGRAM.replace(commitment_to(SEED), commitment).replace("2026-", "2024-")
    Path("shop.yaml").write_text(past)
    assert guerdon("publish", "shop.yaml").exit_code == 0
    at = "2024-03-10T12:00:00Z"
    told = [
        {"kind": "enrol", "id": "join", "member": "ana", "at": at},
        {"kind": "purchase", "id": "p", "member": "ana", "at": at, "lines": [{"sku": "a", "amount": 4000}]},
        {"kind": "play", "id": "free", "member": "ana", "at": at, "game": "draw"},
    ]
    Path("events.ndjson").write_text("\n".join(map(json.dumps, told)))
    assert guerdon("ingest", "events.ndjson").exit_code == 0
    assert guerdon("seed", "add", "shop", "lucky", "--seed-file", "seed.txt").exit_code == 0
    Path("events.ndjson").write_text(json.dumps(told[2] | {"id": "spin", "game": "lucky"}))
    assert guerdon("ingest", "events.ndjson").exit_code == 0
    spun = guerdon("wheel", "check", "shop", "lucky")
    assert (spun.exit_code, "1 spin stopped where the seed says." in spun.output) == (0, True)
    drawn = guerdon("raffle", "draw", "shop", "draw", "--seed-file", "seed.txt")
    assert drawn.exit_code == 0, drawn.output
    assert "3 tickets, 1 winner, 1 of them new. The proof is in proof.json." in drawn.output
    assert guerdon("raffle", "check", "proof.json").exit_code == 0
    proof = json.loads(Path("proof.json").read_text())
    Path("proof.json").write_text(json.dumps(proof | {"winners": []}))
    wrong = guerdon("raffle", "check", "proof.json")
    assert wrong.exit_code == 1
    assert guerdon("verify").exit_code == 0


def test_what_goes_wrong_is_told_in_a_sentence(guerdon: Callable[..., Result]) -> None:
    Path("shop.yaml").write_text(PROGRAM)
    Path("seed.txt").write_text("two\nlines\n")
    guerdon("publish", "shop.yaml")
    for words in (
        ("raffle", "draw", "shop", "draw", "--seed-file", "seed.txt"),
        ("seed", "add", "shop", "lucky", "--seed-file", "seed.txt"),
        ("wheel", "check", "shop", "lucky"),
        ("raffle", "check", "seed.txt"),
    ):
        told = guerdon(*words)
        assert told.exit_code == 2, (words, told.output)
