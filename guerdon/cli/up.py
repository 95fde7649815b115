"""`guerdon up`: the whole service in one process tree."""

import os
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from guerdon.api.serving import CLOCK, Address, serve
from guerdon.cli.home import console, database, folder_of, secret_of, told_plainly
from guerdon.cli.options import Home
from guerdon.people import keys
from guerdon.people.administering import Wish, make_key, publish_version
from guerdon.people.audit import Author
from guerdon.runtime.secret_key import SecretKeyTrouble
from guerdon.specs import text_of
from guerdon.store import programs as stored
from guerdon.store.database import connect
from guerdon.store.migrations import migrate

Program = Annotated[Path | None, typer.Argument(help="A program file to publish first.", exists=True, dir_okay=False)]
Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65_535, help="The port to listen on.")]
Workers = Annotated[int, typer.Option(min=1, max=64, help="Processes that answer requests.")]


Clock = Annotated[
    bool | None,
    typer.Option(
        "--clock/--no-clock",
        help="Whether what falls due is settled by itself: expiry, tiers, renewals. By default it is, but for the "
        "demo's data, which ends in 2017.",
    ),
]


def up(
    file: Program = None,
    home: Home = None,
    host: Host = "127.0.0.1",
    port: Port = 8080,
    workers: Workers = 1,
    clock: Clock = None,
) -> None:
    """Start the service: HTTP, till, relay and clock, on an embedded database or on GUERDON_DATABASE_URL."""
    with told_plainly(SecretKeyTrouble), database(home, stays_up=True) as url:
        secret_of(home)  # What is wrong with it is told here, and not by each worker.
        _prepare(url, file)
        _set_the_clock(url, clock)
        serve(url, folder_of(home), Address(host, port), workers, lambda: _tell(host, port))
    console.print("Stopped. Everything that was accepted is recorded.")


def _prepare(url: str, file: Path | None) -> None:
    """Bring the database up to date, publish the program, and make the first key where there is none."""
    with connect(url) as connection:
        migrate(connection)
        if file is not None:
            publish_version(connection, Author("cli"), text_of(file), file.name)
        names = stored.program_names(connection)
        if not keys.all_keys(connection):
            made = make_key(connection, Author("cli"), Wish("the first key", ["manager"], None))
            connection.commit()
            console.print("The first API key. It opens everything and is shown only now:")
            console.print(f"\n    {made.shown}\n", highlight=False)
        for name in names:
            console.print(f"Program [bold]{escape(name)}[/] is in force.")


def _set_the_clock(url: str, wanted: bool | None) -> None:
    """Let the clock of the works stand still where it is not wanted, and for the demo's data where nobody said so."""
    is_demo = wanted is None and _holds_the_demo(url)
    if is_demo:
        told = "The demo's year ended in 2017: its clock stands still, so that nothing expires. --clock lets it go on."
        console.print(told, highlight=False)
    if is_demo or wanted is False:
        os.environ[CLOCK] = "off"


def _holds_the_demo(url: str) -> bool:
    """Whether the program in force is that of the demo, to the letter."""
    ours = resources.files("guerdon.demo").joinpath("grocery.yaml").read_text("utf-8")
    with connect(url) as connection:
        programs = stored.program_names(connection).values()
        return any(source == ours for program in programs for _, source in stored.sources(connection, program))


def _tell(host: str, port: int) -> None:
    console.print(f"Guerdon answers at [bold]http://{host}:{port}[/]. Stop it with Ctrl-C.")
