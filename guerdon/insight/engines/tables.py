"""The tables of a lake as Ibis sees them, on whichever engine."""

from typing import NamedTuple

import ibis
import ibis.expr.types as ir


class Tables(NamedTuple):
    """Every table of a lake, as ``insight/lake/tables.py`` describes it; ``members`` has one row a member."""

    events: ir.Table
    lines: ir.Table
    effects: ir.Table
    transfers: ir.Table
    members: ir.Table
    daily_wallets: ir.Table


def newest_by_member(members: ir.Table) -> ir.Table:
    """One row a member out of the rows that each export has added: the last."""
    latest = ibis.row_number().over(group_by="member", order_by=ibis.desc("seq"))
    return members.mutate(place=latest).filter(lambda table: table.place == 0).drop("place")
