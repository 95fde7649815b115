"""Measures of points: what came, what went, what is owed. The same figures as `guerdon summary` has, by period."""

from collections.abc import Callable

import ibis.expr.types as ir

from guerdon.core.effects import MEMBER_ACCOUNTS
from guerdon.insight.measures.grains import MOVES, USED
from guerdon.insight.measures.measure import Found, Measure, Part, Value, just, quotient, share
from guerdon.insight.measures.sales import NET, REDUCED

_HELD = [*MEMBER_ACCOUNTS, "in_transit"]
_IFRS = "IFRS 15, B39 to B43 and B44 to B47"


def _into(*accounts: str) -> Callable[[ir.Table], ir.Value]:
    """What reached accounts, less what left them."""
    return lambda rows: (
        rows.amount.sum(where=rows.target.isin(accounts)).fill_null(0)
        - rows.amount.sum(where=rows.source.isin(accounts)).fill_null(0)
    )


def _out_of(account: str) -> Callable[[ir.Table], ir.Value]:
    return lambda rows: -_into(account)(rows)


ISSUED = Part("issued", MOVES, _out_of("issued"))
REDEEMED = Part("redeemed", MOVES, _into("redeemed"))
EXPIRED = Part("expired", MOVES, _into("expired"))
REVERSED = Part("reversed", MOVES, _into("reversed"))
ISSUED_SO_FAR = Part("issued_so_far", MOVES, _out_of("issued"), to_date=True)
REDEEMED_SO_FAR = Part("redeemed_so_far", MOVES, _into("redeemed"), to_date=True)
EXPIRED_SO_FAR = Part("expired_so_far", MOVES, _into("expired"), to_date=True)
REVERSED_SO_FAR = Part("reversed_so_far", MOVES, _into("reversed"), to_date=True)
OUTSTANDING = Part("outstanding", MOVES, _into(*_HELD), to_date=True)
USED_UP = Part("used_up", USED, _into("redeemed"))


def _so_far(part: Part) -> Callable[[Found], Value]:
    """The share of what was issued so far and not taken back."""
    return lambda found: quotient(found(part), found(ISSUED_SO_FAR) - found(REVERSED_SO_FAR))


def _cost(found: Found) -> int:
    return found.worth(USED_UP) + found(REDUCED)


def _amount(name: str, title: str, part: Part, formula: str, source: str) -> Measure:
    return Measure(name, title, formula, "amount", source, (part,), just(part), by_unit=True)


POINTS = (
    _amount("points_issued", "Issued", ISSUED, "Σ out of `issued`", "`transfers.amount` by `source`."),
    _amount(
        "points_redeemed",
        "Redeemed",
        REDEEMED,
        "Σ into `redeemed` − Σ out of it",
        "`transfers.amount` by `target` and `source`. What comes back with returned goods is taken off.",
    ),
    _amount("points_expired", "Expired", EXPIRED, "Σ into `expired`", "`transfers.amount` by `target`."),
    _amount(
        "points_reversed",
        "Taken back",
        REVERSED,
        "Σ into `reversed` − Σ out of it",
        "`transfers.amount` by `target` and `source`: after returns and by corrections.",
    ),
    _amount(
        "points_outstanding",
        "Outstanding",
        OUTSTANDING,
        "Σ into `available`, `pending`, `held`, `debt` and `in_transit` − Σ out of them, since the beginning",
        "`transfers.amount`. As at the end of the period: what wallets hold, less debts.",
    ),
    Measure(
        "burn_ratio",
        "Burn ratio",
        "redeemed ÷ issued, both in the period",
        "share",
        "As `points_redeemed` and `points_issued`. It is above 1 where more is redeemed than issued.",
        (REDEEMED, ISSUED),
        share(REDEEMED, ISSUED),
        unknown="Nothing was issued.",
        by_unit=True,
    ),
    Measure(
        "redemption_rate",
        "Redemption rate",
        "redeemed ÷ (issued − taken back), both since the beginning",
        "share",
        f"As `points_redeemed`, `points_issued` and `points_reversed`. {_IFRS} (the share that has been exercised).",
        (REDEEMED_SO_FAR, ISSUED_SO_FAR, REVERSED_SO_FAR),
        _so_far(REDEEMED_SO_FAR),
        unknown="Nothing has been issued.",
        by_unit=True,
    ),
    Measure(
        "breakage_rate",
        "Breakage rate",
        "expired ÷ (issued − taken back), both since the beginning",
        "share",
        "As `points_expired`, `points_issued` and `points_reversed`. What has lapsed so far, and no estimate of what "
        f"will ({_IFRS} asks for one).",
        (EXPIRED_SO_FAR, ISSUED_SO_FAR, REVERSED_SO_FAR),
        _so_far(EXPIRED_SO_FAR),
        unknown="Nothing has been issued.",
        by_unit=True,
    ),
    Measure(
        "reward_cost",
        "Reward cost",
        "Σ over units of worth(what was redeemed for good) + discounts by the program",
        "money",
        "`transfers.amount` into `redeemed`, at the `worth` that the newest version says, and `effects.amount` of "
        "`reduced`. What was redeemed for an amount of another unit (points for a voucher) counts when that is used. A "
        "unit without a worth counts nothing.",
        (USED_UP, REDUCED),
        _cost,
    ),
    Measure(
        "reward_cost_share",
        "Reward cost of sales",
        "reward cost ÷ net sales",
        "share",
        "As `reward_cost` and `net_sales`.",
        (USED_UP, REDUCED, NET),
        lambda found: quotient(_cost(found), found(NET)),
        unknown="There were no net sales.",
    ),
    Measure(
        "liability",
        "Liability",
        "Σ over units of worth(outstanding)",
        "money",
        "As `points_outstanding`, at the `worth` that the newest version says: each unit to the nearest minor unit. As "
        "at the end of the period, before any estimate of breakage.",
        (OUTSTANDING,),
        lambda found: found.worth(OUTSTANDING),
    ),
)
