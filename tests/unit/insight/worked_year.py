"""A small history that a person can count: six members, four months of 2024, two units, one ladder.

Ann   joined 1 Jan. Bought for 18.00 on 5 Jan and 30.00 on 10 Feb (on the web; it made her gold), 9.00 on 2 Apr after a
      discount of 1.00. On 10 Apr goods for 10.00 of February came back. Basic again on 15 Apr.
Bob   joined 10 Jan. Bought for 10.00 on 20 Jan. A coffee for 8 points on 5 Feb. Bought for 5.01 on 25 Feb and paid 0.01
      of it with 2 points. His 5 points lapsed on 1 Apr. A purchase of 3 Apr was refused.
Cid   joined 1 Feb and never bought; 5 points for a survey on 15 Feb.
Dee   nobody knows when she joined. Bought for 20.00 on 20 Feb; 20 points became a voucher of 2.00 on 5 Mar, which came
      off her 42.00 of 20 Mar.
Eve   joined 15 Jan, bought for 7.00 on 31 Jan, and left on 10 Mar with 7 points.
home  a household.

A point is worth half a cent. In April nothing but Ann's purchase and return happened, and net sales are below zero.
"""

from datetime import date
from functools import cache

from guerdon.core.amounts import Rate
from guerdon.core.program import Unit
from guerdon.insight.engines import Tables
from guerdon.insight.engines.duckdb import tables_from
from guerdon.insight.measures.history import History

UNITS = {"points": Unit(worth=Rate(1, 2)), "vouchers": Unit(money=True)}
LEVELS = {"status": ("basic", "gold")}
UNTIL = date(2024, 4, 30)
MONTHS = [date(2024, month, 1) for month in (1, 2, 3, 4)]
ANN, BOB, CID, DEE, EVE, HOME = 1, 2, 3, 4, 5, 6


def day(month: int, of_month: int) -> date:
    return date(2024, month, of_month)


def bought(member, seq, on, paid, *, items=1, store="north", channel="shop", **more):
    told = {"store": store, "channel": channel, "event_id": f"p-{member}-{seq}"}
    amounts = {"amount": paid, "discount": 0, "reduced": 0, "paid_with": 0, "paid": paid, "items": items}
    return happened(member, seq, on, "purchase", **told, **amounts | more)


def happened(member, seq, on, kind, **more):
    return {"member": member, "seq": seq, "day": on, "kind": kind, **more}


EVENTS = [
    happened(ANN, 1, day(1, 1), "enrol"),
    bought(ANN, 2, day(1, 5), 1800, items=2, amount=2000, discount=200),
    bought(ANN, 3, day(2, 10), 3000, items=3, store=None, channel="web"),
    bought(ANN, 4, day(4, 2), 900, amount=1000, reduced=100),
    happened(ANN, 5, day(4, 10), "return", purchase="p-1-3", items=-1, paid=-1000),
    happened(ANN, 6, day(4, 15), "tick"),
    happened(BOB, 1, day(1, 10), "enrol"),
    bought(BOB, 2, day(1, 20), 1000),
    happened(BOB, 3, day(2, 5), "redeem", name="coffee"),
    bought(BOB, 4, day(2, 25), 500, amount=501, paid_with=1),
    happened(BOB, 5, day(4, 1), "tick"),
    happened(BOB, 6, day(4, 3), "purchase", refusal="basket_is_empty"),
    happened(CID, 1, day(2, 1), "enrol"),
    happened(CID, 2, day(2, 15), "action", name="survey"),
    bought(DEE, 1, day(2, 20), 2000, items=2, store="south"),
    happened(DEE, 2, day(3, 5), "redeem", name="voucher"),
    bought(DEE, 3, day(3, 20), 4000, amount=4200, reduced=200, store="south"),
    happened(EVE, 1, day(1, 15), "enrol"),
    bought(EVE, 2, day(1, 31), 700),
    happened(EVE, 3, day(3, 10), "close"),
]


def line(member, seq, on, number, category, net, quantity=1):
    told = {"member": member, "seq": seq, "day": on, "line": number, "category": category}
    return told | {"net": net, "amount": net, "quantity": quantity}


LINES = [
    line(ANN, 2, day(1, 5), 0, "dairy/milk", 1200),
    line(ANN, 2, day(1, 5), 1, "bakery/bread", 600, 2),
    line(ANN, 3, day(2, 10), 0, "dairy/milk", 1000),
    line(ANN, 3, day(2, 10), 1, "dairy", 1000),
    line(ANN, 3, day(2, 10), 2, "bakery/bread", 1000),
    line(ANN, 4, day(4, 2), 0, "bakery", 1000),
    line(ANN, 5, day(4, 10), 2, "bakery/bread", -1000, -1),
    line(BOB, 2, day(1, 20), 0, "dairy/milk", 1000),
    line(BOB, 4, day(2, 25), 0, "dairy/cheese", 501),
    line(DEE, 1, day(2, 20), 0, None, 1500),
    line(DEE, 1, day(2, 20), 1, "bakery/bread", 500),
    line(DEE, 3, day(3, 20), 0, "dairy/cheese", 4200),
    line(EVE, 2, day(1, 31), 0, "bakery/bread", 700),
]


def effect(member, seq, on, number, kind, **more):
    return {"member": member, "seq": seq, "day": on, "number": number, "effect": kind, **more}


def level(member, seq, on, number, before, after):
    return effect(member, seq, on, number, "tier_changed", ladder="status", before=before, after=after)


EFFECTS = [
    effect(ANN, 2, day(1, 5), 0, "granted", unit="points", amount=18),
    effect(ANN, 3, day(2, 10), 0, "granted", unit="points", amount=30),
    level(ANN, 3, day(2, 10), 1, "basic", "gold"),
    effect(ANN, 4, day(4, 2), 0, "reduced", amount=100),
    effect(ANN, 4, day(4, 2), 1, "granted", unit="points", amount=9),
    effect(ANN, 5, day(4, 10), 0, "reversed", unit="points", amount=10),
    level(ANN, 6, day(4, 15), 0, "gold", "basic"),
    effect(BOB, 2, day(1, 20), 0, "granted", unit="points", amount=10),
    effect(BOB, 3, day(2, 5), 0, "spent", unit="points", amount=8, reward="coffee"),
    effect(BOB, 4, day(2, 25), 0, "paid_with", unit="points", amount=2, money=1),
    effect(BOB, 4, day(2, 25), 1, "granted", unit="points", amount=5),
    effect(BOB, 5, day(4, 1), 0, "expired", unit="points", amount=5),
    level(CID, 1, day(2, 1), 0, None, "basic"),
    effect(CID, 2, day(2, 15), 0, "granted", unit="points", amount=5),
    effect(DEE, 1, day(2, 20), 0, "granted", unit="points", amount=20),
    effect(DEE, 2, day(3, 5), 0, "spent", unit="points", amount=20, reward="voucher"),
    effect(DEE, 2, day(3, 5), 1, "granted", unit="vouchers", amount=200),
    effect(DEE, 3, day(3, 20), 0, "discounted", unit="vouchers", amount=200),
    effect(DEE, 3, day(3, 20), 1, "granted", unit="points", amount=40),
    effect(EVE, 2, day(1, 31), 0, "granted", unit="points", amount=7),
    effect(EVE, 3, day(3, 10), 0, "expired", unit="points", amount=7),
]


def moved(member, seq, on, amount, source, target, reason="earn", unit="points"):
    told = {"member": member, "seq": seq, "day": on, "unit": unit, "amount": amount, "number": 1}
    return told | {"source": source, "target": target, "reason": reason}


TRANSFERS = [
    moved(ANN, 2, day(1, 5), 18, "issued", "available"),
    moved(ANN, 3, day(2, 10), 30, "issued", "pending"),
    moved(ANN, 4, day(4, 2), 30, "pending", "available", "maturity"),
    moved(ANN, 4, day(4, 2), 9, "issued", "available"),
    moved(ANN, 5, day(4, 10), 10, "available", "reversed"),
    moved(BOB, 2, day(1, 20), 10, "issued", "available"),
    moved(BOB, 3, day(2, 5), 8, "available", "redeemed", "coffee"),
    moved(BOB, 4, day(2, 25), 2, "available", "redeemed", "payment"),
    moved(BOB, 4, day(2, 25), 5, "issued", "available"),
    moved(BOB, 5, day(4, 1), 5, "available", "expired", "expiry"),
    moved(CID, 2, day(2, 15), 5, "issued", "available"),
    moved(DEE, 1, day(2, 20), 20, "issued", "available"),
    moved(DEE, 2, day(3, 5), 20, "available", "redeemed", "voucher"),
    moved(DEE, 2, day(3, 5), 200, "issued", "available", "voucher", "vouchers"),
    moved(DEE, 3, day(3, 20), 200, "available", "redeemed", "voucher", "vouchers"),
    moved(DEE, 3, day(3, 20), 40, "issued", "available"),
    moved(EVE, 2, day(1, 31), 7, "issued", "available"),
    moved(EVE, 3, day(3, 10), 7, "available", "expired", "closed"),
]


def member(number, key, joined, segments=(), plans=(), **more):
    lists = {"segments": list(segments), "plans": list(plans)}
    return {"member": number, "key": key, "seq": 9, "enrolled_day": joined, "tier": "basic", **lists, **more}


MEMBERS = [
    member(ANN, "ann", day(1, 1), ["invited"], ["club"]),
    member(BOB, "bob", day(1, 10), ["control"]),
    member(CID, "cid", day(2, 1), ["invited"]),
    member(DEE, "dee", None),
    member(EVE, "eve", day(1, 15), ["control"], barred="closed"),
    member(HOME, "home", day(2, 1), is_household=True),
]

ROWS = {"events": EVENTS, "lines": LINES, "effects": EFFECTS, "transfers": TRANSFERS, "members": MEMBERS}


@cache
def tables() -> Tables:
    """The history in DuckDB."""
    return tables_from(ROWS)


def worked(found: Tables | None = None, **more) -> History:
    """The history, or other tables under the same program. Members lapse after 30 days."""
    asked = {"until": UNTIL, "lapse_days": 30, "group": "invited", "control": "control"}
    return History(tables() if found is None else found, UNITS, LEVELS, **asked | more)
