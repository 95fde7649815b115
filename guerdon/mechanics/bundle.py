"""Bundle: who buys several items gets some of them free or cheaper.

**3 for 2** (``buy`` 2, ``get`` 1): of all items that match, the cheapest are free. Four items of 5.00, 4.00, 3.00 and
2.00 hold one whole bundle, so the one of 2.00 is free; with six items the two cheapest are.

**Buy 2, get 1 at 50 %** of something else: the items that are got are the cheapest that match ``gets``, and an item
that is got is not also counted as bought.

**A set**: one item of each part for a price, or at a share off. Shampoo 6.00, conditioner 6.00 and a towel 9.00, as a
set for 18.00, cost 3.00 less, spread over the three by what each costs.

Which items: always the **cheapest first**, by what is left to pay for one of them; of equals those of the earlier line.
A line of three items may be paid in part: of three for 10.00 one free item takes 3.33 off.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction

import msgspec

from guerdon.core.amounts import Rate, Rounding, allocate, portion
from guerdon.core.calendar import Day
from guerdon.core.case import Case
from guerdon.core.conditions import LineTest
from guerdon.core.program import Texts, When
from guerdon.core.reducing import NO_LIMIT, PriceLimit, Reducer, Shares, bought, items_of, matching
from guerdon.core.rule import Proposal, Rule
from guerdon.core.workshop import Workshop

Items = dict[int, int]
"""By line: how many items."""


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a bundle: either ``buy`` and ``get``, or the ``parts`` of a set."""

    name: str = "bundle"
    title: Texts = {}
    buy: int = 0
    """How many items are paid in full for each bundle."""
    get: int = 0
    """How many items cost less for each bundle."""
    parts: tuple[When, ...] = ()
    """For a set: one item of each, by line matchers."""
    off: Rate = Rate(1, 1)
    """The share that is taken off the items that are got, or off the set; all of it is free."""
    price: int | None = None
    """For a set: what it costs, in minor units. None: ``off`` says."""
    when: When = When()
    """With line matchers: the items that are bought."""
    unless: When = When()
    """What stands against it, each matcher for itself."""
    gets: When | None = None
    """The items that are got, by line matchers. None: the same as are bought."""
    most: int | None = None
    """How many bundles one basket holds at most. None: as many as there are."""
    limit: PriceLimit = NO_LIMIT
    lane: str = ""

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule."""
        return BundleRule(self, workshop)


class BundleRule(Rule):
    """A bundle, compiled."""

    triggers = ("checkout",)

    def __init__(self, settings: Bundle, workshop: Workshop) -> None:
        """Compile the conditions and declare the limits."""
        self.settings = settings
        self.name = settings.name
        self.lane = settings.lane
        self.condition = self._condition = workshop.condition_of_price(settings.when, settings.unless)
        self._got = self._condition.lines if settings.gets is None else _lines(workshop, settings.gets, settings.unless)
        self._parts = [_lines(workshop, part, settings.unless) for part in settings.parts]
        self._reducer = Reducer(workshop, settings.name, settings.limit, settings.when.code or ())

    def is_live_on(self, day: Day) -> bool:
        """Whether its dates, weekdays and categories let it take anything off on that day."""
        return self._condition.is_live_on(day)

    def propose(self, case: Case) -> Proposal | None:
        """Find the bundles in the basket and what they take off, within the limits."""
        failing = self._condition.failing(case)
        if failing is not None:
            case.note(self.name, "skipped", failing.code, failing.sentence)
            return None
        shares = self._of_sets(case) if self._parts else self._of_items(case)
        if not shares:
            case.note(self.name, "skipped", "bundle_incomplete", "the basket holds too few of these items")
            return None
        return self._reducer.propose(case, self, shares)

    def _of_items(self, case: Case) -> Shares:
        """What is taken off the items that are got."""
        settings = self.settings
        paid, got = _items(case, self._condition.lines), _items(case, self._got)
        count = self._most(
            sum(got.values()) // settings.get,
            lambda bundles: _left(paid, _first(got, bundles * settings.get)) >= bundles * settings.buy,
        )
        chosen = _first(got, count * settings.get)
        return {line: self._share(_price(case, line, items)) for line, items in chosen.items()}

    def _of_sets(self, case: Case) -> Shares:
        """What is taken off the items that make up sets."""
        parts = [_items(case, part) for part in self._parts]
        count = self._most(min([sum(items.values()) for items in parts]), lambda sets: _chosen(parts, sets) is not None)
        chosen = _chosen(parts, count) or {}
        prices = {line: _price(case, line, items) for line, items in sorted(chosen.items())}
        if self.settings.price is None:
            return {line: self._share(price) for line, price in prices.items()}
        whole = sum(prices.values())
        less = max(whole - count * self.settings.price, 0)
        return dict(zip(prices, allocate(less, list(prices.values())), strict=True)) if prices else {}

    def _share(self, price: int) -> int:
        return min(self.settings.off.of(price, Rounding.NEAREST), price)

    def _most(self, bound: int, is_there: Callable[[int], bool]) -> int:
        """The most bundles that the basket holds, within the program's own bound.

        It halves the range: fewer are there wherever more are, and a line may hold millions of items.
        """
        low, high = 0, bound if self.settings.most is None else min(bound, self.settings.most)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if is_there(middle) else (low, middle - 1)
        return low

    def carry_out(self, case: Case, proposal: Proposal) -> None:
        """Take it off and count it against the limits."""
        self._reducer.take(case, proposal)


def _lines(workshop: Workshop, when: When, unless: When) -> LineTest | None:
    return workshop.condition_of_price(when, unless).lines


def _items(case: Case, lines: LineTest | None) -> Items:
    """The items that a condition picks, the cheapest first."""
    counts = {line: items_of(bought(case)[line]) for line in matching(case, lines)}
    found = {line: count for line, count in counts.items() if count}
    return dict(sorted(found.items(), key=lambda entry: (Fraction(case.payments[entry[0]], entry[1]), entry[0])))


def _first(items: Items, count: int) -> Items:
    """The first so many items."""
    chosen = {}
    for line, there in items.items():
        if count <= 0:
            break
        chosen[line] = min(there, count)
        count -= there
    return chosen


def _left(items: Items, taken: Items) -> int:
    """How many items are left when some are taken."""
    return sum([there - taken.get(line, 0) for line, there in items.items()])


def _chosen(parts: Sequence[Items], sets: int) -> Items | None:
    """The items of so many sets; None where there are too few. The parts choose in turn, and an item serves one."""
    chosen: Items = {}
    for part in parts:
        free = {line: there - chosen.get(line, 0) for line, there in part.items()}
        mine = _first(free, sets)
        if sum(mine.values()) < sets:
            return None
        for line, items in mine.items():
            chosen[line] = chosen.get(line, 0) + items
    return chosen


def _price(case: Case, line: int, items: int) -> int:
    """What is left to pay for some items of a line."""
    return portion(case.payments[line], items, items_of(bought(case)[line]))
