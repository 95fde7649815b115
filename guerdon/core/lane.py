"""A lane's rules, found by what an event is: a program may have a thousand rules of which ten could apply.

Each rule stands under one thing that it cannot do without: a line matcher (by its bit), or a store, channel, or
merchant category. An event then comes only to the rules under what it has, and to those that want nothing in
particular, in the order of the file. Whether the rest of its conditions hold, a rule says itself.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from guerdon.core.calendar import Day
from guerdon.core.program import Program
from guerdon.core.rule import Rule, Trigger

if TYPE_CHECKING:
    from guerdon.core.case import Case

_WORTH_AN_INDEX = 24
"""With fewer rules, asking each is quicker than looking them up. Found by measuring: see docs/why/13-performance.md."""


class Lane(NamedTuple):
    """Rules that run together."""

    chooser: str
    """How to choose among them: ``add``, ``best``, ``first``."""
    rules: tuple[Rule, ...]
    """In the order of the file."""
    lookup: "RuleIndex | None" = None
    """None: every rule is asked."""


def indexed(lane: Lane, day: Day) -> Lane:
    """A lane as it runs on a day, with an index where it is worth one."""
    return lane if len(lane.rules) < _WORTH_AN_INDEX else lane._replace(lookup=RuleIndex(lane.rules, day))


class RuleIndex:
    """The rules of a lane on one day, by what they cannot do without."""

    def __init__(self, rules: Sequence[Rule], day: Day) -> None:
        """Put each rule in its place."""
        self._rules = rules
        self._always: list[int] = []
        self._by_bit: dict[int, list[int]] = {}
        self._by_field: dict[str, dict[str, list[int]]] = {}
        for place, rule in enumerate(rules):
            self._put(place, rule, day)
        self._bits = sum(self._by_bit)

    def _put(self, place: int, rule: Rule, day: Day) -> None:
        condition = rule.condition
        if condition is not None and condition.lines is not None:
            self._by_bit.setdefault(condition.lines.bit_on(day), []).append(place)
        elif condition is not None and condition.wants:
            field, texts = condition.wants[0]
            for text in sorted(texts):
                self._by_field.setdefault(field, {}).setdefault(text, []).append(place)
        else:
            self._always.append(place)

    def candidates(self, case: "Case") -> Sequence[Rule]:
        """The rules that could apply to a case, in the order of the file."""
        places = self._always.copy()
        bits = case.mask & self._bits
        while bits:
            bit = bits & -bits
            places += self._by_bit[bit]
            bits ^= bit
        for field, by_text in self._by_field.items():
            places += by_text.get(getattr(case.event, field, ""), ())
        places.sort()
        rules = self._rules
        return [rules[place] for place in places]


def lanes_by_trigger(program: Program, rules: Sequence[Rule]) -> dict[Trigger, list[Lane]]:
    """Group rules into lanes. A lane runs where its first rule stands; a rule without a lane stands for itself."""
    grouped: dict[Trigger, list[Lane]] = {}
    named = {trigger for rule in rules for trigger in rule.triggers if trigger.startswith("action:")}
    metered = {f"action:{meter.action}" for meter in program.meters.values() if meter.counts == "actions"}
    actions = sorted(named | metered)
    for rule in rules:
        for trigger in (*rule.triggers, *(actions if "action" in rule.triggers else ())):
            lanes = grouped.setdefault(trigger, [])
            lane_name = rule.lane_on(trigger)
            chooser = program.lanes.get(lane_name, "add")
            if lane_name and chooser != "add":
                same = [place for place, lane in enumerate(lanes) if lane.rules[0].lane_on(trigger) == lane_name]
                if same:
                    lanes[same[0]] = Lane(chooser, (*lanes[same[0]].rules, rule))
                    continue
            lanes.append(Lane(chooser, (rule,)))
    return grouped


def live_lanes(lanes: Sequence[Lane], day: Day) -> Sequence[Lane]:
    """The lanes without the rules that cannot hold on a day; lanes that only add up are put together."""
    live: list[Lane] = []
    for lane in lanes:
        kept = tuple([rule for rule in lane.rules if rule.is_live_on(day)])
        if live and live[-1].chooser == lane.chooser == "add":
            live[-1] = Lane("add", (*live[-1].rules, *kept))
        elif kept:
            live.append(Lane(lane.chooser, kept))
    return [indexed(lane, day) for lane in live]
