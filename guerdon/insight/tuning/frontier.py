"""The frontier: settings that no other settings better in both cost and reach.

**Worked.** A costs 100 and is reached by 20 %, B 120 and 30 %, C 130 and 25 %. B costs less than C and is reached by
more: C is not on the frontier. Between A and B somebody has to choose.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from guerdon.insight.tuning.result import Measured

T = TypeVar("T")


def frontier(tried: Iterable[T], measured: Callable[[T], Measured]) -> list[T]:
    """The frontier, the cheapest first. Of settings that come to the same, the one that stands first."""
    kept: list[T] = []
    for one in sorted(tried, key=lambda one: (measured(one).cost, -measured(one).reached)):
        if not kept or measured(one).reached > measured(kept[-1]).reached:
            kept.append(one)
    return kept


def evenly(items: Sequence[T], most: int) -> list[T]:
    """At most so many of a list, spread from its first to its last.

    >>> evenly("abcdefg", 3)
    ['a', 'd', 'g']
    """
    if len(items) <= most:
        return list(items)
    if most <= 1:
        return list(items[:most])
    return [items[place * (len(items) - 1) // (most - 1)] for place in range(most)]
