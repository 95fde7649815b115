"""Commands about causes and partners: what each was given, and what is between the program and a partner."""

from datetime import datetime
from typing import Annotated

import msgspec
import typer

from guerdon.cli import tables
from guerdon.cli.home import console, database, told_plainly
from guerdon.cli.options import AsJson, Home, ProgramName, chosen_day
from guerdon.cli.showing import Shower, money
from guerdon.core.version import CAUSE_LIMIT, Version
from guerdon.runtime.partners import PartnerNotFound, PartnerStatement, partner_statement
from guerdon.runtime.programs import PublishedProgram, find_program
from guerdon.store import reading
from guerdon.store.database import connect

partner = typer.Typer(help="What is between the program and its partners.", no_args_is_help=True)

_DAY = ["%Y-%m-%d"]


def causes(home: Home = None, program: ProgramName = None, as_json: AsJson = False) -> None:
    """What each cause was given, by how many members, and how far its target is."""
    with told_plainly(), database(home) as url, connect(url) as connection:
        number = find_program(connection, program)
        version = PublishedProgram(connection, number).in_force()
        given = reading.gifts_to_causes(connection, number)
        if as_json:
            targets = [version.limits.get(f"{CAUSE_LIMIT}{gifts.cause}") for gifts in given]
            rows = [gifts._asdict() | {"target": target} for gifts, target in zip(given, targets, strict=True)]
            typer.echo(msgspec.json.encode(rows))
        elif given:
            console.print(tables.causes_table(given, version.limits, Shower(version.program, version.zone)))
        else:
            console.print("No cause was given anything yet.")


@partner.command("statement")
def statement(
    name: Annotated[str, typer.Argument(help="The partner, by its name in the program file.")],
    first: Annotated[
        datetime | None, typer.Option("--from", formats=_DAY, help="The first day; by default from the beginning.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=_DAY, help="The last day; by default up to now.")
    ] = None,
    home: Home = None,
    program: ProgramName = None,
    as_json: AsJson = False,
) -> None:
    """What a partner granted and was paid with, unit by unit, and who owes whom."""
    with told_plainly(PartnerNotFound), database(home) as url, connect(url) as connection:
        number = find_program(connection, program)
        found = partner_statement(
            connection,
            number,
            name,
            first=chosen_day(first),
            last=chosen_day(last),
        )
        version = PublishedProgram(connection, number).in_force()
    if as_json:
        typer.echo(msgspec.json.encode(_as_json(found)))
    else:
        _print(found, version)


def _as_json(found: PartnerStatement) -> dict[str, object]:
    units = {
        name: unit._asdict() | {"lines": [line._asdict() for line in unit.lines]} for name, unit in found.units.items()
    }
    return found._asdict() | {"units": units}


def _print(found: PartnerStatement, version: Version) -> None:
    shower = Shower(version.program, version.zone)
    for name, unit in found.units.items():
        console.print(tables.partner_table(name, unit, shower))
        console.print()
    worth = money(abs(found.worth), version.program.currency)
    if not found.worth:
        console.print("Nobody owes anything.")
    elif found.worth < 0:
        console.print(f"{found.partner} owes {worth}.", highlight=False)
    else:
        console.print(f"{found.partner} is owed {worth}.", highlight=False)
