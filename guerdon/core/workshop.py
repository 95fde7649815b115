"""The workshop: what a mechanic needs while it is compiled, and the parts of a program that come out of it.

A mechanic's settings are made into a rule once, when a version is compiled. Whatever its rules share with others, the
index of line matchers and the shared limits, they get here.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from guerdon.core.calendar import Day, Instant, Zone, zone
from guerdon.core.checks import Check
from guerdon.core.conditions import NO_CONDITION, Condition, LineIndex, LineTest, compile_condition
from guerdon.core.events import Event, Purchase
from guerdon.core.program import Mechanic, Meter, Program, Reward, When
from guerdon.core.rule import Rule

if TYPE_CHECKING:
    from guerdon.core.case import Case


class Workshop:
    """What a mechanic needs while it is compiled: the program's parts, and the tools that its rules share."""

    def __init__(self, program: Program) -> None:
        """Set up for one program."""
        self.program = program
        self.zone = zone(program.timezone)
        self.index = LineIndex()
        self.levels: list[str] = []
        """The levels of all ladders, from the lowest to the highest."""
        self.ladders: dict[str, tuple[str, ...]] = {}
        """Each ladder's levels, from the lowest to the highest."""
        self.limits: dict[str, int] = {}
        """Each shared limit and how much it allows."""
        self.limits_of_games: dict[str, list[str]] = {}
        """The limits that are looked at only when a game is played, or drawn."""
        self.limits_of_codes: dict[str, list[str]] = {}
        """By coupon code: the limits of how often it is good."""
        self.seeds: dict[str, str] = {}
        """By game: the commitment to the seed that it is played with."""
        self.codes: set[str] = set()
        """Every coupon code that some mechanic takes."""
        self.codes_of: dict[str, frozenset[str]] = {}
        """By mechanic: the codes of which it wants one."""
        self._wanted: frozenset[str] = frozenset()

    def compile(self, mechanic: Mechanic) -> Rule:
        """Make a mechanic's rule, and note the codes that it wants."""
        self._wanted = frozenset()
        rule = mechanic.compile(self)
        if self._wanted:
            self.codes_of[mechanic.name] = self._wanted
        return rule

    def condition(self, when: When, unless: When = NO_CONDITION) -> Condition:
        """Compile the conditions of a mechanic, and those that stand against it. The codes they name are taken."""
        return self._compile(when, unless, self.program.never_earn)

    def condition_of_price(self, when: When, unless: When = NO_CONDITION) -> Condition:
        """The same for a mechanic that changes what is paid: what never earns may well cost less."""
        return self._compile(when, unless, NO_CONDITION)

    def _compile(self, when: When, unless: When, excluded: When) -> Condition:
        self.codes.update(when.code or (), unless.code or ())
        self._wanted = self._wanted.union(when.code or ())
        experiments = self.program.experiments
        return compile_condition(when, unless, excluded, self.index, self.zone, self.levels, experiments)

    def meter(self, name: str, meter: Meter) -> "CompiledMeter":
        """Compile what a meter looks at: excluded lines never count."""
        condition = self.condition(meter.only or When())
        return CompiledMeter(name, meter, condition.lines, condition.checks)

    def reward(self, reward: Reward) -> "CompiledReward":
        """Compile a reward of the catalogue, and declare its stock."""
        stock = "" if reward.stock is None else self.limit(f"stock:{reward.name}", reward.stock)
        return CompiledReward(reward, self.condition(reward.when), stock)

    def limit(self, name: str, allowed: int) -> str:
        """Declare a shared limit."""
        self.limits[name] = allowed
        return name

    def game_limit(self, game: str, name: str, allowed: int) -> str:
        """Declare a shared limit that nothing but the events of one game looks at."""
        self.limits_of_games.setdefault(game, []).append(name)
        return self.limit(name, allowed)

    def code_limit(self, code: str, name: str, allowed: int) -> str:
        """Declare how often a coupon code is good."""
        self.limits_of_codes.setdefault(code, []).append(name)
        return self.limit(name, allowed)


class CompiledMeter(NamedTuple):
    """A meter with its conditions."""

    name: str
    settings: Meter
    lines: LineTest | None
    checks: tuple[Check, ...] = ()

    def looks_at(self, purchase: Purchase, day: Day, at: Instant) -> bool:
        """Whether an earlier purchase counted, whatever it held. Meters look at nothing but the event."""
        return self.holds(Bought(purchase, day, at))

    def holds(self, seen: "Case | Bought") -> bool:
        """Whether an event counts, as far as its conditions do not look at lines."""
        return all(check.holds(seen) for check in self.checks)  # type: ignore[arg-type]

    def counts_action(self, seen: "Case | Bought") -> bool:
        """Whether an event is the action that it counts."""
        return getattr(seen.event, "action", "") == self.settings.action and self.holds(seen)


class Bought(NamedTuple):
    """An earlier event, as far as meters look at one."""

    event: Event
    day: Day
    at: Instant
    payments: Sequence[int] = ()
    """What was paid for each line, in minor units."""
    masks: Sequence[int] = ()
    """Which matchers each line satisfies."""


class CompiledReward(NamedTuple):
    """A reward with its conditions and the name of its stock."""

    settings: Reward
    condition: Condition
    stock: str

    def stock_at(self, at: Instant, zone: Zone) -> str:
        """The shared limit of its stock: one for each drop, where it comes in drops."""
        refilled = self.settings.refilled
        return self.stock if refilled is None else f"{self.stock}@{refilled.began(at, zone)}"
