"""Figures: what came of a year in money.

| figure | what it is |
|---|---|
| spend | what everything cost before anything came off it, less what came back |
| discounts | what the program took off prices by itself: discounts, coupons, stamps |
| vouchers | what vouchers took off |
| paid | what points or cashback paid of bills |
| cash | cashback that lasts for ever, and is as good as money in a bank |
| rewards, benefits | what things and benefits were worth, where that is known |
| left | what else the wallets hold on the last evening, at its worth |
| lost | what expired in the wallets, at its worth: part of nothing, told for itself |
| fees | what was paid for plans |
| gave | discounts + vouchers + paid + cash + rewards + benefits |
| net | gave + left - fees |

**Worked.** 3,000.00 spent, three vouchers of 10.00, and 240 points left at 0.02 are 30.00 + 4.80 = 34.80 net, which is
1.16 % of the spend. What is left of a unit whose worth nobody knows counts as nothing in ``left``, and is named.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import msgspec

from guerdon.core import wallet
from guerdon.core.amounts import Rounding, portion
from guerdon.core.calendar import Instant, date_of
from guerdon.core.effects import (
    CouponExpired,
    Discounted,
    Effect,
    Expired,
    Granted,
    PaidWith,
    Reduced,
    Reversed,
    TierChanged,
    Valued,
)
from guerdon.core.events import Event, Purchase, Return, ReturnedLine, line_nets
from guerdon.core.state import MemberState
from guerdon.core.version import Version
from guerdon.insight.shopping.money import Exchange
from guerdon.insight.shopping.routes import Routes


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a year, in minor units of one currency."""

    spend: int
    discounts: int
    vouchers: int
    paid: int
    cash: int
    rewards: int
    benefits: int
    left: int
    lost: int
    fees: int
    gave: int
    net: int


class Holding(msgspec.Struct, frozen=True):
    """An amount of a unit, with what it is worth."""

    unit: str
    amount: int
    """In the unit's smallest part."""
    scale: int
    """Decimal digits of that: 2 for hundredths of a star."""
    worth: int | None
    """In minor units of the program's currency; None: neither the program nor the shopper says."""


class Reached(msgspec.Struct, frozen=True):
    """A level that was reached, or fallen to."""

    ladder: str
    level: str
    on: date


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a program brought in a year."""

    figures: Figures
    """In the shopper's currency, each figure rounded once to the nearest minor unit."""
    own: Figures
    """In the program's currency."""
    share: float | None
    """What is net of the spend, as a fraction; None: nothing was spent."""
    left: tuple[Holding, ...] = ()
    expired: tuple[Holding, ...] = ()
    coupons_expired: int = 0
    """How many coupons lapsed unused."""
    levels: tuple[Reached, ...] = ()
    """Every move on a ladder, in order."""
    refused: dict[str, int] = {}
    """By code: purchases that the program refused, and that count as if they had not been made."""
    unvalued: tuple[str, ...] = ()
    """Benefits that count as nothing, because nobody says what they are worth."""


class _Saved(NamedTuple):
    """What one purchase cost, and what was saved on it."""

    price: int
    discounts: int
    vouchers: int
    paid: int


class Purse:
    """Counts, event by event, what comes of a year, in minor units of the program's currency."""

    def __init__(self, version: Version, routes: Routes) -> None:
        """Begin with nothing."""
        self._version = version
        self._routes = routes
        self._saved: dict[str, _Saved] = {}
        self._bought: dict[str, Purchase] = {}
        self._returned: dict[tuple[str, int], int] = {}
        """By purchase and line: the quantity that has come back."""
        self._expired: Counter[str] = Counter()
        self._coupons_expired = 0
        self._levels: list[Reached] = []
        self._papers = 0
        self.fees = 0
        self.rewards = 0
        self.benefits = 0

    def note(self, event: Event, effects: tuple[Effect, ...]) -> None:
        """Count what an event led to. Goods that come back take with them what was saved on them."""
        if isinstance(event, Purchase):
            self._saved[event.id] = _saved_on(event, effects)
            self._bought[event.id] = event
        elif isinstance(event, Return) and event.purchase in self._saved:
            self._take_back(event)
        for effect in effects:
            if isinstance(effect, Expired):
                self._expired[effect.unit] += effect.amount
            elif isinstance(effect, Granted | Reversed) and effect.unit in self._routes.on_paper:
                self._papers += effect.amount if isinstance(effect, Granted) else -effect.amount
            elif isinstance(effect, CouponExpired):
                self._coupons_expired += 1
            elif isinstance(effect, TierChanged) and effect.before != effect.after:
                self._levels.append(Reached(effect.ladder, effect.after, self._date(effect.at)))

    def _take_back(self, event: Return) -> None:
        """Let go what belongs to the part that comes back, in proportion to what it cost."""
        purchase, nets = self._bought[event.purchase], line_nets(self._bought[event.purchase].lines)
        before = sum([self._coming_back(purchase, line) for line in range(len(nets))])
        asked = event.lines or tuple([ReturnedLine(line) for line in range(len(nets))])
        for returned in asked:
            whole = max(purchase.lines[returned.line].quantity, 1)
            place = (purchase.id, returned.line)
            so_far = self._returned.get(place, 0)
            self._returned[place] = whole if returned.quantity is None else min(so_far + returned.quantity, whole)
        after = sum([self._coming_back(purchase, line) for line in range(len(nets))])
        left_before, left_after = sum(nets) - before, sum(nets) - after
        saved = self._saved[purchase.id]
        kept = [portion(amount, left_after, left_before) if left_before else 0 for amount in saved]
        self._saved[purchase.id] = _Saved(*kept)

    def _coming_back(self, purchase: Purchase, line: int) -> int:
        """What the returned part of a line cost."""
        bought = purchase.lines[line]
        back = self._returned.get((purchase.id, line), 0)
        return portion(bought.amount - bought.discount, back, max(bought.quantity, 1))

    def _date(self, at: Instant) -> date:
        return date_of(self._version.zone.day(at))

    def outcome(self, state: MemberState, exchange: Exchange, refused: Mapping[str, int]) -> Outcome:
        """What came of it, where the member stands at the end."""
        left = self._holdings({unit: wallet.total(held) for unit, held in state.wallets.items()})
        expired = self._holdings(self._expired)
        own = self._figures(left, expired)
        home = _at_home(own, exchange, self._version.program.currency)
        return Outcome(
            figures=home, own=own, share=home.net / home.spend if home.spend else None, left=left, expired=expired,
            coupons_expired=self._coupons_expired, levels=tuple(self._levels), refused=dict(sorted(refused.items())),
            unvalued=self._routes.unvalued,
        )  # fmt: skip

    def _holdings(self, amounts: dict[str, int]) -> tuple[Holding, ...]:
        return tuple(
            [
                Holding(unit, amount, self._version.program.units[unit].scale, self._routes.unit_worth(unit, amount))
                for unit, amount in sorted(amounts.items())
                if amount and unit not in self._routes.on_paper
            ]
        )

    def _figures(self, left: tuple[Holding, ...], expired: tuple[Holding, ...]) -> Figures:
        saved = self._saved.values()
        cash = [holding.worth or 0 for holding in left if holding.unit in self._routes.cash]
        return _summed(
            spend=sum([one.price for one in saved]),
            discounts=sum([one.discounts for one in saved]),
            vouchers=sum([one.vouchers for one in saved]) + self._papers,
            paid=sum([one.paid for one in saved]),
            cash=sum(cash),
            rewards=self.rewards,
            benefits=self.benefits,
            left=sum([holding.worth or 0 for holding in left]) - sum(cash),
            lost=sum([holding.worth or 0 for holding in expired]),
            fees=self.fees,
        )


def _saved_on(purchase: Purchase, effects: tuple[Effect, ...]) -> _Saved:
    """A discount on the purchase as a whole is what the till took off for cashback."""
    price = sum(line_nets(purchase.lines))
    valued = [effect.rate for effect in effects if isinstance(effect, Valued)]
    return _Saved(
        valued[0].of(price, Rounding.NEAREST) if valued else price,
        sum([effect.amount for effect in effects if isinstance(effect, Reduced)]),
        sum([effect.amount for effect in effects if isinstance(effect, Discounted)]),
        sum([effect.money for effect in effects if isinstance(effect, PaidWith)]) + purchase.discount,
    )


_GIVEN = ("discounts", "vouchers", "paid", "cash", "rewards", "benefits")


def _summed(**parts: int) -> Figures:
    """The figures, with those that are sums of others."""
    gave = sum([parts[name] for name in _GIVEN])
    return Figures(**parts, gave=gave, net=gave + parts["left"] - parts["fees"])


def _at_home(own: Figures, exchange: Exchange, currency: str) -> Figures:
    """The same in the shopper's currency: each part is rounded, and the sums are sums of what is rounded."""
    parts = {name: exchange.at_home(amount, currency) for name, amount in msgspec.structs.asdict(own).items()}
    return _summed(**{name: amount for name, amount in parts.items() if name not in ("gave", "net")})
