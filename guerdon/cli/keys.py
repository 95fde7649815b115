"""Commands for API keys: what other software shows to be let in."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from guerdon.cli.home import console, database, told_plainly
from guerdon.cli.options import AsJson, Home, ProgramName
from guerdon.cli.showing import safe
from guerdon.people import keys
from guerdon.people.administering import DEFAULT_OVERLAP, KeyIsOver, Wish, make_key, revoke_key, rotate_key
from guerdon.people.audit import Author
from guerdon.people.keys import DEFAULT_REQUESTS_PER_SECOND, SCOPES, Key, MadeKey
from guerdon.runtime.programs import find_program
from guerdon.store.database import Connection, connect
from guerdon.store.migrations import migrate

key = typer.Typer(help="API keys: made, listed, rotated and revoked.", no_args_is_help=True)

_AUTHOR = Author("cli")
_OVERLAP = int(DEFAULT_OVERLAP.total_seconds())


class KeyNotFound(Exception):
    """There is no key of that id."""


def _known(scopes: list[str]) -> list[str]:
    wrong = [scope for scope in scopes if scope not in SCOPES]
    if wrong:
        raise typer.BadParameter(f"there is {', '.join(SCOPES)}")
    return scopes


KeyId = Annotated[str, typer.Argument(metavar="KEY", help="The key's id: what stands between `gk_` and the secret.")]
Title = Annotated[str, typer.Argument(help="What the key is for, in words.")]
Scopes = Annotated[
    list[str],
    typer.Option("--scope", help=f"What it may be used for: {', '.join(SCOPES)}; several times.", callback=_known),
]
Rate = Annotated[
    int, typer.Option("--requests", min=1, max=100_000, help="Requests a second that it may make of one worker.")
]
Overlap = Annotated[int, typer.Option(min=0, max=31_622_400, help="Seconds for which the old key still opens.")]


@key.command("make")
def make(
    title: Title,
    scope: Scopes,
    home: Home = None,
    program: ProgramName = None,
    requests: Rate = DEFAULT_REQUESTS_PER_SECOND,
    as_json: AsJson = False,
) -> None:
    """Make a key. It is shown once; without `--program` it opens all programs."""
    with told_plainly(), database(home) as url, connect(url) as connection:
        migrate(connection)
        number = None if program is None else find_program(connection, program)
        made = make_key(connection, _AUTHOR, Wish(title, scope, number, requests))
    _show_once(made, as_json=as_json)


@key.command("list")
def listed(home: Home = None, as_json: AsJson = False) -> None:
    """Every key with what it may do, the newest first; no secrets."""
    with told_plainly(), database(home) as url, connect(url) as connection:
        migrate(connection)
        found = keys.all_keys(connection)
    if as_json:
        typer.echo(msgspec.json.encode([_figures(one) for one in found]))
    elif found:
        console.print(_table(found))
    else:
        console.print("There is no key yet. Begin with: guerdon key make TITLE --scope SCOPE")


@key.command("rotate")
def rotate(
    key_id: KeyId,
    home: Home = None,
    overlap: Overlap = _OVERLAP,
    as_json: AsJson = False,
) -> None:
    """Make a key that does the same. The old one still opens for the overlap."""
    with told_plainly(KeyIsOver, KeyNotFound), database(home) as url, connect(url) as connection:
        migrate(connection)
        _check(connection, key_id)
        made = rotate_key(connection, _AUTHOR, key_id, timedelta(seconds=overlap))
    _show_once(made, as_json=as_json)


@key.command("revoke")
def revoke(key_id: KeyId, home: Home = None) -> None:
    """Let a key open nothing any more, a few seconds from now at the latest."""
    with told_plainly(KeyNotFound), database(home) as url, connect(url) as connection:
        migrate(connection)
        _check(connection, key_id)
        was_good = revoke_key(connection, _AUTHOR, key_id)
    console.print("It opens nothing any more." if was_good else "It was revoked before.")


def _check(connection: Connection, key_id: str) -> None:
    if keys.find_key(connection, key_id) is None:
        raise KeyNotFound(f"There is no key {key_id}. `guerdon key list` shows them.")


def _show_once(made: MadeKey, *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode({"id": made.id, "key": made.shown}))
        return
    console.print("The key is shown only now:")
    console.print(f"\n    {made.shown}\n", highlight=False)


def _table(found: list[Key]) -> Table:
    table = Table("Key", "For", "Program", "Scopes", "Made", "State")
    for one in found:
        made, scopes = f"{one.created_at:%Y-%m-%d}", ", ".join(sorted(one.scopes))
        table.add_row(one.id, safe(one.title), safe(one.program_name or "all"), scopes, made, _state(one))
    return table


def _state(one: Key) -> str:
    if one.revoked_at is not None:
        return "revoked"
    if one.expires_at is None:
        return "good"
    is_over = one.expires_at <= datetime.now(one.expires_at.tzinfo)
    return f"{'ended' if is_over else 'good until'} {one.expires_at:%Y-%m-%d %H:%M}"


def _figures(one: Key) -> dict[str, object]:
    figures = one._asdict() | {"scopes": sorted(one.scopes), "program": one.program_name}
    del figures["secret_hash"], figures["program_name"]
    return figures
