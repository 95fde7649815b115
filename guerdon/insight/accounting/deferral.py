"""Deferred revenue: what was received for points that are still to be used, carried on from month to month.

Each month's grants are one cohort, with what was **deferred** for it: the share of that month's sales, by stand-alone
selling prices at the estimate of the month before. Points given without a sale are deferred at the same price, as
marketing; points that a partner pays for at their worth; what was gained for another unit at what that one carried;
what came back unused at the price.

Use makes revenue of it: of the points that are expected to be used in all, the share that was (B46). At the end of a
month the likelihood of use is estimated anew, and every cohort is brought to what it should carry,
``deferred x expected / (used + expected)``. The difference is the **catch-up**, revenue of the month or less of it:
breakage, as the estimate has it now. So what lapses as expected makes no revenue by lapsing; the points that were used
have made it already.

**Worked**, Example 52 of IFRS 15. 8,676 are deferred for 10,000 points of which 9,500 are expected to be used. In the
first year 4,500 are used: 8,676 x 4,500 / 9,500 = 4,110 are revenue, 4,566 are carried. In the second another 4,000
are used, which is 8,676 x 4,000 / 9,500 = 3,653, and 9,700 in all are expected now: 8,676 x 1,200 / 9,700 = 1,073 are
to be carried, so the catch-up takes 160 back. The revenue of the second year is 3,493, as the standard has it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from guerdon.core.amounts import Rate, Rounding, allocate, divide
from guerdon.insight.accounting.allocation import allocated, standalone_price
from guerdon.insight.accounting.curves import CERTAIN, Curve
from guerdon.insight.accounting.lots import Cell, Month

USES = ("redeemed", "converted", "causes", "partners")
"""The ways in which a point is used."""

WORTHLESS = Rate(0, 1)

Worths = Callable[[str, Month], Rate | None]
"""What a unit is worth in a month: minor units per smallest part; None: it is not worth money."""


class UnitsInACircle(ValueError):
    """Units become one another, so that no amount of either can be carried over first."""

    def __init__(self, units: Collection[str]) -> None:
        super().__init__(
            f"These units become one another: {', '.join(sorted(units))}. What one carries into the other cannot be "
            "told apart. Use `--method gross`, which values each at its worth."
        )


class MonthOfMoney(NamedTuple):
    """The deferred revenue of a unit in a month, in minor units."""

    unit: str
    month: Month
    opening: int
    moves: Mapping[str, int]
    """By line of the roll-forward, with its sign: what is added to the balance, and what leaves it."""
    closing: int
    likelihood: int
    """How likely a point that was granted in this month was expected to be used, in millionths."""
    expected: int
    """Of what is outstanding at the end of it, how much is expected to be used yet, in the unit's smallest part."""


@dataclass
class Cohort:
    """A month's grants of a unit."""

    deferred: int = 0
    """What was ever deferred for it, less what returns took back, in minor units."""
    carried: int = 0
    """The part of it that is not revenue yet."""
    used: int = 0
    outstanding: int = 0
    likelihood: int = CERTAIN
    """That a point which is outstanding is used yet, in millionths."""

    def take_share(self, amount: int) -> int:
        """Take outstanding points away unused, and give what was carried for them: their share of it."""
        money = divide(self.carried * amount, self.outstanding, Rounding.NEAREST) if amount else 0
        self.deferred -= money
        self.carried -= money
        self.outstanding -= amount
        return money

    def use(self, amount: int) -> int:
        """Use points, and give what becomes revenue of it by the estimate so far; never more than is carried."""
        expected = self.used * CERTAIN + self.outstanding * self.likelihood
        share = divide(self.deferred * amount * CERTAIN, expected, Rounding.NEAREST) if expected else self.carried
        money = min(self.carried, share) if amount else 0
        self.carried -= money
        self.used += amount
        self.outstanding -= amount
        return money

    def estimate(self, likelihood: int) -> int:
        """Take a new estimate, and give the catch-up: what is no longer to be carried (below zero: what is)."""
        self.likelihood = likelihood
        expected = self.outstanding * likelihood
        all_used = self.used * CERTAIN + expected
        carried = divide(self.deferred * expected, all_used, Rounding.NEAREST) if all_used else 0
        caught_up, self.carried = self.carried - carried, carried
        return caught_up


def deferred_revenue(
    cells: Mapping[Cell, int], sales: Mapping[Month, int], worths: Worths, *, last: Month, last_is_whole: bool
) -> list[MonthOfMoney]:
    """The deferred revenue of each unit that is worth money, month by month through the last one.

    ``last_is_whole``: the last month is over, and what happened in it counts for the estimate.
    """
    flows = _by_unit_and_month(cells)
    ordered = _in_order(cells)
    accounts = {unit: _Account(unit, flows[unit]) for unit in ordered}
    months = range(min((cell.month for cell in cells), default=last + 1), last + 1)
    worthy = worth_money(ordered, months, worths)
    found = []
    for month in months:
        known = {unit: worths(unit, month) or WORTHLESS for unit in worthy}
        shares = allocated(sales.get(month, 0), _prices_of_sold(accounts, known, month))
        passed = _Passed(known)
        for unit, worth in known.items():
            is_whole = month < last or last_is_whole
            found.append(accounts[unit].close(month, worth, shares[unit], passed, is_whole))
    return found


def worth_money(units: Iterable[str], months: Iterable[Month], worths: Worths) -> list[str]:
    """The units that are worth money in any of the months; in the others they are worth nothing."""
    return [unit for unit in units if any(worths(unit, month) is not None for month in months)]


def _by_unit_and_month(cells: Mapping[Cell, int]) -> dict[str, dict[Month, dict[Month, Counter[tuple[str, str]]]]]:
    """The cells by unit, month and month of the grant."""
    flows: dict[str, dict[Month, dict[Month, Counter[tuple[str, str]]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(Counter))
    )
    for cell, amount in cells.items():
        flows[cell.unit][cell.month][cell.granted][cell.flow, cell.other] += amount
    return flows


def _in_order(cells: Mapping[Cell, int]) -> list[str]:
    """The units, each after those that become it. Raises ``UnitsInACircle``."""
    before: dict[str, set[str]] = {unit: set() for unit in sorted({cell.unit for cell in cells})}
    for cell in cells:
        if cell.flow == "gained":
            before[cell.unit].add(cell.other)
    try:
        return list(TopologicalSorter(before).static_order())
    except CycleError as circle:
        raise UnitsInACircle(set(circle.args[1])) from None


def _prices_of_sold(accounts: Mapping[str, "_Account"], worths: Mapping[str, Rate], month: Month) -> dict[str, int]:
    """The stand-alone selling prices of what came with the sales of a month, by unit."""
    return {
        unit: standalone_price(accounts[unit].came(month, "sold"), worth, accounts[unit].curve.likelihood(0))
        for unit, worth in worths.items()
    }


class _Passed:
    """What units that are worth money have handed over to others in a month, in minor units."""

    def __init__(self, units: Collection[str]) -> None:
        self.units = units
        self._money = Counter[tuple[str, str]]()

    def hand_over(self, unit: str, into: str, money: int) -> None:
        self._money[unit, into] += money

    def to(self, unit: str) -> int:
        return sum([money for (_, into), money in self._money.items() if into == unit])


class _Account:
    """The deferred revenue of one unit, as the months close."""

    def __init__(self, unit: str, flows: Mapping[Month, Mapping[Month, Counter[tuple[str, str]]]]) -> None:
        self.unit, self._flows = unit, flows
        self.curve = Curve()
        self._cohorts = dict[Month, Cohort]()
        self._balance = 0
        self._on_its_way, self._on_its_way_money = 0, 0

    def came(self, month: Month, *flows: str) -> int:
        """How much came to members in a month in these ways."""
        return _sum(self._flows.get(month, {}).get(month, {}), *flows)

    def close(self, month: Month, worth: Rate, sold: int, passed: _Passed, is_whole: bool) -> MonthOfMoney:
        """Carry the account on through a month."""
        opening, likelihood = self._balance, self.curve.likelihood(0)
        flows, moves = self._flows.get(month, {}), Counter[str]()
        self._arrive(month, worth, sold, passed, moves)
        for granted in sorted(self._cohorts):
            self._leave(granted, month, flows.get(granted, Counter()), passed, moves)
        if is_whole:
            self._learn(month, flows)
        for granted, cohort in self._cohorts.items():
            age = month - granted
            moves["breakage"] -= cohort.estimate(self.curve.likelihood(age + 1 if is_whole else age))
        self._balance = opening + sum(moves.values())
        return MonthOfMoney(self.unit, month, opening, moves, self._balance, likelihood, self._expected())

    def _arrive(self, month: Month, worth: Rate, sold: int, passed: _Passed, moves: Counter[str]) -> None:
        likelihood = self.curve.likelihood(0)
        # What was worth nothing by itself and became this is given now.
        came: Mapping[tuple[str, str], int] = self._flows.get(month, {}).get(month, {})
        for_nothing = sum([came[flow, of] for flow, of in came if flow == "gained" and of not in passed.units])
        moves["sold"] += sold
        moves["given"] += standalone_price(self.came(month, "given") + for_nothing, worth, likelihood)
        moves["restored"] += standalone_price(self.came(month, "restored"), worth, likelihood)
        moves["funded"] += worth.of(self.came(month, "funded"), Rounding.NEAREST)
        moves["gained"] += passed.to(self.unit)
        deferred = sum(moves.values())
        outstanding = self.came(month, "sold", "given", "restored", "funded", "gained")
        if came or deferred:
            self._cohorts[month] = Cohort(deferred, deferred, 0, outstanding, likelihood)

    def _leave(
        self,
        granted: Month,
        month: Month,
        flows: Mapping[tuple[str, str], int],
        passed: _Passed,
        moves: Counter[str],
    ) -> None:
        cohort = self._cohorts[granted]
        self._pass_between_members(cohort, _sum(flows, "sent"), _sum(flows, "received"))
        moves["reversed"] -= cohort.take_share(_sum(flows, "reversed", "repaid"))
        uses = [(flow, other, amount) for (flow, other), amount in sorted(flows.items()) if flow in USES]
        amounts = [amount for _, _, amount in uses]
        money = cohort.use(sum(amounts))
        for (flow, other, _), share in zip(uses, allocate(money, amounts) if uses else [], strict=True):
            goes_on = flow == "converted" and other in passed.units
            moves["redeemed" if flow == "converted" and not goes_on else flow] -= share
            if goes_on:
                passed.hand_over(self.unit, other, share)
        cohort.outstanding -= _sum(flows, "expired")

    def _pass_between_members(self, cohort: Cohort, sent: int, received: int) -> None:
        """Carry along what members send: out of the months it was granted in, into the month in which it arrives."""
        if received > sent:
            arrived = min(received - sent, self._on_its_way)
            money = divide(self._on_its_way_money * arrived, self._on_its_way, Rounding.NEAREST) if arrived else 0
            self._on_its_way -= arrived
            self._on_its_way_money -= money
            cohort.deferred += money
            cohort.carried += money
            cohort.outstanding += received - sent
        elif sent > received:
            self._on_its_way += sent - received
            self._on_its_way_money += cohort.take_share(sent - received)

    def _learn(self, month: Month, flows: Mapping[Month, Mapping[tuple[str, str], int]]) -> None:
        """Add what became of each cohort in a month to the curve."""
        for granted, cohort in self._cohorts.items():
            own = flows.get(granted, {})
            used, lapsed = _sum(own, *USES), _sum(own, "expired")
            self.curve.add(month - granted, there=cohort.outstanding + used + lapsed, used=used, lapsed=lapsed)

    def _expected(self) -> int:
        cohorts = self._cohorts.values()
        expected = sum([cohort.outstanding * cohort.likelihood for cohort in cohorts])
        return divide(expected, CERTAIN, Rounding.NEAREST) + self._on_its_way


def _sum(flows: Mapping[tuple[str, str], int], *wanted: str) -> int:
    return sum([amount for (flow, _), amount in flows.items() if flow in wanted])
