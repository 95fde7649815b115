"""Programs of 10, 100 and 1,000 mechanics: how long they take to read, and what they do to a decision.

Each program gives a point a dollar, and then each mechanic more of it for one category, one brand or one store of the
real data, as campaigns do. So the more mechanics there are, the more could apply to a basket, but far from all of them.
"""

import gc
import time
from collections.abc import Iterator
from itertools import chain, count, islice
from typing import NamedTuple

from guerdon.core.decide import decide
from guerdon.core.events import Event, Purchase
from guerdon.core.state import NEW_MEMBER, MemberState
from guerdon.core.timeline import Timeline, single
from guerdon.demo.journey import Journey
from guerdon.language import read_program

_HEAD = """
program: large
currency: USD
timezone: America/New_York
effective_from: 2017-01-01
units: {points: {}}
mechanics:
  - {earn: points, name: base, rate: 1 per 1 USD}
"""
_DAYS = 40


class Scale(NamedTuple):
    """What a program of some size costs."""

    mechanics: int
    compile_seconds: float
    """From text to something that can decide."""
    baskets_per_second: float
    grants_per_basket: float
    """How many mechanics gave something for a basket, on average: those that did apply."""


def measure(sizes: tuple[int, ...] = (10, 100, 1_000)) -> list[Scale]:
    """Decide the first days of the real year under a program of each size, in memory on one core."""
    days = [list(events) for _, events in islice(Journey.installed().events(), _DAYS)]
    events = list(chain.from_iterable(days))
    return [_scale(size, events) for size in sizes]


def _scale(size: int, events: list[Event]) -> Scale:
    text = program_text(size, events)
    began = time.perf_counter()
    timeline = single(read_program(text))
    compiled = time.perf_counter() - began
    _fold(timeline, events)  # every kind of line is looked up once
    gc.freeze()
    began = time.perf_counter()
    baskets, grants = _fold(timeline, events)
    seconds = time.perf_counter() - began
    return Scale(size, compiled, baskets / seconds, grants / baskets)


def _fold(timeline: Timeline, events: list[Event]) -> tuple[int, int]:
    states: dict[str, MemberState] = {}
    baskets = grants = 0
    for event in events:
        decision = decide(timeline, states.get(event.member, NEW_MEMBER), event)
        states[event.member] = decision.state
        if isinstance(event, Purchase):
            baskets += 1
            grants += len(decision.outcome.effects)
    return baskets, grants


def program_text(size: int, events: list[Event]) -> str:
    """A program of so many mechanics."""
    numbers = count(1)
    return _HEAD + "".join(
        f"  - {{earn: points, name: more-{next(numbers)}, rate: 1 per 10 USD, when: {{{condition}}}}}\n"
        for condition in islice(_conditions(events), size - 1)
    )


def _conditions(events: list[Event]) -> Iterator[str]:
    """Conditions on what the data has, in turn a category, a store and an article."""
    baskets = [event for event in events if isinstance(event, Purchase)]
    lines = [line for basket in baskets for line in basket.lines]
    categories = list(dict.fromkeys(line.category for line in lines if line.category))
    stores = list(dict.fromkeys(basket.store for basket in baskets))
    articles = list(dict.fromkeys(line.sku for line in lines))
    for place, article in enumerate(articles):
        if place < len(categories):
            yield f'category: "{categories[place]}"'
        if place < len(stores):
            yield f'store: "{stores[place]}"'
        yield f'sku: "{article}"'
