"""Commands for games of chance: seeds, raffles and wheels."""

import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from guerdon.cli.home import console, database, errors, told_plainly
from guerdon.cli.options import Home
from guerdon.cli.showing import counted, safe
from guerdon.core.calendar import Instant
from guerdon.core.games import commitment_to
from guerdon.runtime import games as runtime
from guerdon.runtime.games import GameTrouble, Proof
from guerdon.runtime.programs import find_program
from guerdon.runtime.till import Till
from guerdon.store.database import connect

seed = typer.Typer(help="The secret seeds of games.", no_args_is_help=True)
raffle = typer.Typer(help="Draw a raffle, and check how it was drawn.", no_args_is_help=True)
wheel = typer.Typer(help="Check what a wheel has given.", no_args_is_help=True)

ProgramArgument = Annotated[str, typer.Argument(help="The program.")]
Game = Annotated[str, typer.Argument(help="The game, by its name in the program file.")]
SeedFile = Annotated[
    Path, typer.Option("--seed-file", help="The file with the secret seed.", exists=True, dir_okay=False)
]


class SeedUnreadable(Exception):
    """A file that holds no seed."""


def _seed_of(file: Path) -> str:
    try:
        text = file.read_text("utf-8").strip()
    except UnicodeDecodeError:
        text = ""
    if not text or "\n" in text:
        raise SeedUnreadable(f"{file.name} is no seed: one line of text belongs there.")
    return text


@seed.command("new")
def new_seed(file: Annotated[Path, typer.Argument(help="Where the seed goes; must not exist yet.")]) -> None:
    """Make a secret seed, and print the commitment for the program file."""
    secret = runtime.new_seed()
    with told_plainly(OSError):
        file.touch(mode=0o600, exist_ok=False)
        file.write_text(secret + "\n", "utf-8")
    console.print(f"commitment: {commitment_to(secret)}", highlight=False, soft_wrap=True)


@seed.command("add")
def add_seed(program: ProgramArgument, game: Game, seed_file: SeedFile, home: Home = None) -> None:
    """Store the seed of a wheel, so that it can be played. Its hash must be the commitment of the program file."""
    with told_plainly(GameTrouble, SeedUnreadable), database(home) as url, connect(url) as connection:
        runtime.add_seed(connection, find_program(connection, program), game, _seed_of(seed_file))
    console.print(f"The seed of {safe(game)} fits its commitment and is stored.", highlight=False)


@raffle.command("draw")
def draw(
    program: ProgramArgument,
    game: Game,
    seed_file: SeedFile,
    proof: Annotated[Path, typer.Option(help="Where the proof goes.", dir_okay=False)] = Path("proof.json"),
    home: Home = None,
) -> None:
    """Draw a raffle: write the proof, and let the winners know by `win` events. Doing it again is harmless."""
    now = int(time.time())
    with told_plainly(GameTrouble, SeedUnreadable, OSError), database(home) as url:
        drawn, new = _drawn(url, program, game, _seed_of(seed_file), proof, now)
    for winner in drawn.winners:
        line = f"{winner.prize}: ticket {winner.ticket} of {safe(winner.member)}"
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    told = f"{counted(len(drawn.tickets), 'ticket')}, {counted(len(drawn.winners), 'winner')}, {new} of them new"
    console.print(f"{told}. The proof is in {safe(str(proof))}.", highlight=False, soft_wrap=True)


def _drawn(url: str, program: str, game: str, secret: str, file: Path, now: Instant) -> tuple[Proof, int]:
    """Prove, keep the proof, publish: in this order, so that no winner is without a proof."""
    with connect(url) as connection:
        number = find_program(connection, program)
        drawn = runtime.prove_draw(connection, number, game, secret, now)
        connection.commit()
        till = Till(lambda: connect(url), number)
        try:
            runtime.check_not_drawn_otherwise(connection, number, drawn)
            file.write_bytes(msgspec.json.format(msgspec.json.encode(drawn), indent=1) + b"\n")
            return drawn, runtime.publish_winners(till, connection, drawn, now)
        finally:
            till.close()


@raffle.command("check")
def check_raffle(
    proof: Annotated[Path, typer.Argument(help="The proof of a draw.", exists=True, dir_okay=False)],
) -> None:
    """Work out a draw again from its proof alone. Exit code 1 where it is wrong."""
    with told_plainly(msgspec.DecodeError, UnicodeDecodeError):
        drawn = msgspec.json.decode(proof.read_bytes(), type=Proof)
    faults = runtime.check_proof(drawn)
    for fault in faults:
        errors.print(f"[bold red]wrong:[/] {safe(fault)}", highlight=False, soft_wrap=True)
    if faults:
        raise typer.Exit(1)
    told = f"{counted(len(drawn.winners), 'winner')} of {counted(len(drawn.tickets), 'ticket')}"
    console.print(f"{safe(drawn.game)} was drawn as promised: {told}.", highlight=False)
    console.print(f"Compare the commitment with the one published: {drawn.commitment}", highlight=False, soft_wrap=True)


@wheel.command("check")
def check_wheel(program: ProgramArgument, game: Game, home: Home = None) -> None:
    """Work out every spin of a wheel again from its seed. Exit code 1 where one was given otherwise."""
    with told_plainly(GameTrouble), database(home) as url, connect(url) as connection:
        found = runtime.check_wheel(connection, find_program(connection, program), game)
    for fault in found.faults:
        errors.print(f"[bold red]wrong:[/] {safe(fault)}", highlight=False, soft_wrap=True)
    for prize, times in found.prizes.items():
        console.print(f"{safe(prize)}: {times:,}", highlight=False)
    if found.faults:
        raise typer.Exit(1)
    console.print(f"{counted(found.spins, 'spin')} stopped where the seed says.", highlight=False)
