"""Baskets decided in memory on one core, without a database: what a simulation can do."""

import gc
import time

from guerdon.core.decide import decide
from guerdon.core.events import Purchase
from guerdon.core.facts import Facts
from guerdon.core.state import NEW_MEMBER, MemberState
from guerdon.core.timeline import single
from guerdon.demo.journey import Journey
from guerdon.demo.running import grocery_program
from guerdon.language import read_program


def baskets_per_second() -> float:
    """Fold the whole year under the demo's program; only deciding is timed, not reading the data.

    Budgets are given as they stand before the event, as the till would.
    """
    timeline = single(read_program(grocery_program()))
    limits: dict[str, int] = {}
    states: dict[str, MemberState] = {}
    baskets, seconds = 0, 0.0
    gc.freeze()
    for _, events in Journey.installed().events():
        began = time.perf_counter()
        for event in events:
            decision = decide(timeline, states.get(event.member, NEW_MEMBER), event, Facts(limits))
            states[event.member] = decision.state
            for name, amount in decision.limit_uses.items():
                limits[name] = limits.get(name, 0) + amount
        seconds += time.perf_counter() - began
        baskets += sum([1 for event in events if isinstance(event, Purchase)])
    return baskets / seconds
