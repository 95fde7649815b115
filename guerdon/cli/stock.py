"""The command for stock and budgets between two versions of a program."""

import time
from typing import Annotated

import typer

from guerdon.cli.home import console, database, told_plainly
from guerdon.cli.options import Home, ProgramName
from guerdon.runtime.limits import LimitNow, LimitTrouble, add_to_limit, limit_now
from guerdon.runtime.programs import find_program
from guerdon.store.database import connect
from guerdon.store.migrations import migrate


def stock(
    name: Annotated[str, typer.Argument(help="The reward with a stock, or the mechanic with a total.")],
    add: Annotated[
        int, typer.Option(help="Pieces, or the smallest part of the unit; below zero something is taken away.")
    ] = 0,
    reason: Annotated[str, typer.Option(help="Why, for whoever reads the books.")] = "",
    home: Home = None,
    program: ProgramName = None,
) -> None:
    """How much there is of a reward or of a budget, and add to it without a new version of the program."""
    now = int(time.time())
    with told_plainly(LimitTrouble), database(home) as url, connect(url) as connection:
        migrate(connection)
        number = find_program(connection, program)
        if add:
            found = add_to_limit(connection, number, name, add, now, reason=reason)
            connection.commit()
        else:
            found = limit_now(connection, number, name, now)
    console.print(_told(found), highlight=False, markup=False)


def _told(limit: LimitNow) -> str:
    by_hand = f"{limit.allowed:,} by the program, {limit.added:+,} by hand, {limit.used:,} used"
    return f"{limit.name}: {limit.left:,} left ({by_hand})."
