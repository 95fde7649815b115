"""Flows: what came to members and what left them, by month and way, asked of the lake.

The accounts of a transfer say which way an amount went, and the entry it belongs to says why. What came out of
``issued`` with a purchase was **sold** with it; what came with anything else, or with a purchase from a partner, was
**given**. What a partner pays for was **funded**. Where one entry and one reason take one unit and give another (points
that become a voucher, a conversion, a reward that is a voucher), the one was **converted** and the other **gained**:
nothing was used, the promise goes on in another unit.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from guerdon.insight.accounting.lots import Month, Movement, month_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from guerdon.insight.engines import Tables

_WALLET = ("available", "pending", "held")
_AT_ONCE = 1_000_000
"""Transfers that are looked through at a time."""


class AccountMove(NamedTuple):
    """How much of a unit went from one account to another in a month, over all members."""

    unit: str
    month: Month
    source: str
    target: str
    flow: str
    """As in ``Movement``; ``owed`` took back what is still owed; empty: it stayed with members, or is on its way."""
    amount: int


def account_moves(tables: "Tables", last: date) -> list[AccountMove]:
    """What moved between accounts through a day."""
    flows, keys = _flows(tables, last), ("unit", "month", "source", "target", "flow")
    found = flows.group_by(*keys).aggregate(amount=flows.amount.sum()).order_by(*keys)
    rows = found.to_pyarrow().to_pylist()
    return [AccountMove(**row | {"month": month_of(row["month"]), "amount": int(row["amount"])}) for row in rows]


def movements(tables: "Tables", last: date) -> Iterator[Movement]:
    """What moved into and out of each wallet through a day, in the order of member, unit and month.

    They are read a part of the members at a time, so that memory does not grow with their number.
    """
    flows = _flows(tables, last)
    moved = flows.filter(~flows.flow.isin(["", "owed"]))
    keys = ("member", "unit", "month", "flow", "other", "origin")
    found = moved.group_by(*keys).aggregate(amount=moved.amount.sum()).order_by(*keys)
    parts = 1 + int(tables.transfers.count().to_pyarrow().as_py()) // _AT_ONCE
    for part in range(parts):
        for row in found.filter(found.member % parts == part).to_pyarrow().to_pylist():
            origin = None if row["origin"] is None else month_of(row["origin"])
            known = {"month": month_of(row["month"]), "origin": origin, "amount": int(row["amount"])}
            yield Movement(**row | known)


def sales(tables: "Tables", last: date) -> Mapping[Month, int]:
    """What was paid for purchases in each month, in minor units: in the merchant's own shops, before returns."""
    events = tables.events
    own = events.filter(
        (events.kind == "purchase")
        & events.refusal.isnull()
        & events.partner.isnull()
        & (events.paid > 0)
        & (events.day <= last)
    )
    found = own.group_by(month=own.day.truncate("M")).aggregate(paid=own.paid.sum())
    paid = Counter[Month]()
    for row in found.to_pyarrow().to_pylist():
        paid[month_of(row["month"])] += int(row["paid"])
    return paid


def _flows(tables: "Tables", last: date) -> "ir.Table":
    """The transfers through a day, each with its month, its flow, the other unit and the month of its origin."""
    import ibis

    transfers = tables.transfers.filter(tables.transfers.day <= last)
    entries = tables.events.select("member", "seq", "kind", "partner", "purchase")
    bought = tables.events.filter(tables.events.kind == "purchase").select(
        "member", purchase="event_id", origin=tables.events.day.truncate("M")
    )
    told = transfers.left_join(entries, ["member", "seq"]).drop("member_right", "seq_right")
    told = told.left_join(bought, ["member", "purchase"]).drop("member_right", "purchase_right")
    leaves = told.target.isin(["redeemed", "converted"]) & told.source.isin(_WALLET)
    comes = (told.source == "issued") & told.target.isin(_WALLET)
    told = told.mutate(taken=ibis.ifelse(leaves, told.unit, None), got=ibis.ifelse(comes, told.unit, None))
    same = ibis.window(group_by=[told.member, told.seq, told.reason])
    told = told.mutate(
        given_up=_another(told.unit, told.taken.min().over(same), told.taken.max().over(same)),
        gained=_another(told.unit, told.got.min().over(same), told.got.max().over(same)),
    )
    flow = _flow(told)
    other = ibis.cases((flow == "gained", told.given_up), (flow == "converted", told.gained.fill_null("")), else_="")
    return told.select(
        "member",
        "unit",
        "source",
        "target",
        "amount",
        month=told.day.truncate("M"),
        flow=flow,
        other=other,
        origin=ibis.ifelse(flow == "reversed", told.origin, None),
    )


def _another(unit: "ir.Value", first: "ir.Value", last: "ir.Value") -> "ir.Value":
    """A unit among those of an entry and reason that is not this one; null: there is none.

    A voucher that is issued and used with one purchase is not for itself.
    """
    import ibis

    return ibis.cases((first != unit, first), (last != unit, last), else_=None)


def _flow(told: "ir.Table") -> "ir.StringValue":
    """Which way each transfer went, as ``Movement`` has it."""
    import ibis

    of_sale = (told.kind == "purchase") & told.partner.isnull()
    leaving = told.source.isin(_WALLET)
    arriving = told.target.isin(_WALLET)
    found: ir.StringValue = ibis.cases(
        (leaving & arriving, ""),
        (arriving & (told.source == "issued") & told.given_up.notnull(), "gained"),
        (arriving & (told.source == "issued") & of_sale, "sold"),
        (arriving & (told.source == "issued"), "given"),
        (arriving & told.source.startswith("partner:"), "funded"),
        (arriving & (told.source == "redeemed"), "restored"),
        (arriving, "received"),
        (leaving & (told.target == "debt"), "repaid"),
        (leaving & (told.target == "in_transit"), "sent"),
        (leaving & (told.target == "converted"), "converted"),
        (leaving & (told.target == "redeemed") & told.gained.notnull(), "converted"),
        (leaving & told.target.startswith("cause:"), "causes"),
        (leaving & told.target.startswith("partner:"), "partners"),
        (leaving, told.target),
        (told.source == "debt", ibis.ifelse(told.target == "in_transit", "", "owed")),
        else_="",
    )
    return found
