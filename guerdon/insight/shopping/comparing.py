"""Comparing: the same year under several programs, with and without their paid plans.

The year begins on the shopper's day, or else on the first day on which all programs are in force. A program that cannot
be compared is told with its reason, and never left out: it is not in force on that day, or nobody said what its
currency is worth.

**Choices.** From a menu the shopper chooses what he says. Where he says nothing, each option is lived for a year by
itself; those that bring the most are chosen, as many as the menu allows, and the earlier in the file where equal.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec

from guerdon.core.calendar import Day, add_months, date_of, day_of
from guerdon.core.program import Texts
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.insight.shopping.figures import Outcome
from guerdon.insight.shopping.habits import Shopper
from guerdon.insight.shopping.living import PlanRefused, Way, live
from guerdon.insight.shopping.plans import THOUSAND, BreakEven, break_even, rate_of
from guerdon.mechanics.benefit import BenefitRule
from guerdon.mechanics.membership import Membership, MembershipRule
from guerdon.mechanics.menu import MenuRule


class Offered(NamedTuple):
    """A program to be compared."""

    name: str
    timeline: Timeline


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A paid plan of a program, and what it would bring."""

    plan: str
    fee: int
    """For a term, in minor units of the program's currency."""
    term: str
    """How long a payment lasts: ``1 month``."""
    refusal: str = ""
    """Why the shopper may not join; empty: he may, and the rest is there."""
    outcome: Outcome | None = None
    """The year with the plan, fees included."""
    gain: int | None = None
    """How much more is net with it than without, in minor units of the shopper's currency."""
    break_even: BreakEven | None = None
    break_even_spend: int | None = None
    """The spend of a year at which it pays for itself, in minor units of the shopper's currency; None: never."""


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One program, and what it would bring."""

    program: str
    title: Texts
    currency: str
    reason: Literal["", "not_in_force", "currency_unknown"] = ""
    """Why it cannot be compared; empty: it is."""
    told: str = ""
    """The reason as a sentence, with what to do about it."""
    unknown: tuple[str, ...] = ()
    """Menus, options, rewards and benefits that the habits name, and that the program has not."""
    outcome: Outcome | None = None
    """The year without any paid plan."""
    plans: tuple[Plan, ...] = ()

    @property
    def best(self) -> int | None:
        """What is net with the plan that brings most, or without any; None: it cannot be compared."""
        if self.outcome is None:
            return None
        years = [self.outcome, *[plan.outcome for plan in self.plans if plan.outcome is not None]]
        return max([year.figures.net for year in years])


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Programs, side by side."""

    shopper: str
    currency: str
    """The shopper's; all ``figures`` are in its minor units."""
    first_day: date
    last_day: date
    not_compared: tuple[str, ...] = ()
    """Programs that the habits name, and that are not among those to be compared."""
    programs: tuple[Compared, ...]
    """The one that brings most first; those that cannot be compared last."""


def compare(shopper: Shopper, programs: Sequence[Offered], *, plans: bool = True) -> Comparison:
    """Live the shopper's year under each program. ``plans``: also with each paid plan, and when it pays for itself."""
    first = _first_day(shopper, programs)
    found = [_compared(shopper, offered, first, plans=plans) for offered in programs]
    ordered = sorted(found, key=lambda one: (one.best is None, -(one.best or 0), one.program))
    last = date_of(add_months(first, 12) - 1)
    return Comparison(
        shopper=shopper.name, currency=shopper.exchange.home, first_day=date_of(first), last_day=last,
        not_compared=tuple(sorted(_named(shopper) - {offered.name for offered in programs})), programs=tuple(ordered),
    )  # fmt: skip


def _named(shopper: Shopper) -> set[str]:
    """The programs that the habits have something to say of."""
    return {*shopper.chooses, *shopper.takes, *shopper.esteem}


def _first_day(shopper: Shopper, programs: Iterable[Offered]) -> Day:
    """The shopper's day, or the first on which the newest versions of all programs are in force."""
    if shopper.begins is not None:
        return day_of(shopper.begins)
    return max(day_of(offered.timeline.versions[-1].program.effective_from) for offered in programs)


def _compared(shopper: Shopper, offered: Offered, first: Day, *, plans: bool) -> Compared:
    newest = offered.timeline.versions[-1].program
    told = Compared(program=offered.name, title=newest.title, currency=newest.currency)
    version = offered.timeline.at(offered.timeline.versions[0].zone.start(first))
    if version is None:
        begins = offered.timeline.versions[0].program.effective_from
        why = f"it is in force only from {begins} on, and the year begins on {date_of(first)}; set `begins`"
        return msgspec.structs.replace(told, reason="not_in_force", told=why)
    if not shopper.exchange.knows(newest.currency):
        home = shopper.exchange.home
        why = (
            f"what a {newest.currency} is worth in {home} is not known; add `rates: {{{newest.currency}: 1.08 {home}}}`"
        )
        return msgspec.structs.replace(told, reason="currency_unknown", told=why)
    years = _Years(shopper, offered.timeline, first, version)
    found = [years.plan(rule.settings) for rule in paid_plans(version)] if plans else []
    outcome, unknown = years.outcome("", THOUSAND), tuple(_unknown(shopper, version))
    return msgspec.structs.replace(told, unknown=unknown, outcome=outcome, plans=tuple(found))


def _unknown(shopper: Shopper, version: Version) -> Iterator[str]:
    """What the habits name of a program and the program has not: a slip of the keyboard, most likely."""
    program = version.program
    menus = {rule.name: rule.settings for rule in version.rules if isinstance(rule, MenuRule)}
    benefits = {rule.name for rule in version.rules if isinstance(rule, BenefitRule)}
    rewards = {reward.name for reward in program.rewards}
    for menu, options in shopper.chooses.get(program.program, {}).items():
        known = {option.name for option in menus[menu].options} if menu in menus else set()
        yield from [menu] if menu not in menus else [f"{menu}: {name}" for name in options if name not in known]
    yield from [name for name in shopper.takes.get(program.program, ()) if name not in rewards]
    yield from [name for name in shopper.esteem.get(program.program, {}) if name not in rewards | benefits]


def paid_plans(version: Version) -> list[MembershipRule]:
    """The plans that cost something, in the order of the file."""
    rules = [rule for rule in version.rules if isinstance(rule, MembershipRule)]
    return [rule for rule in rules if rule.settings.term is not None and rule.settings.fee]


class _Years:
    """The years of one shopper under one program, each lived once."""

    def __init__(self, shopper: Shopper, timeline: Timeline, first: Day, version: Version) -> None:
        self._shopper, self._timeline, self._first, self._version = shopper, timeline, first, version
        self._chooses = self._choices()
        self.outcome: Callable[[str, int], Outcome] = lru_cache(maxsize=None)(self._outcome)
        """By plan and scale in thousandths. Raises ``PlanRefused``."""

    def _outcome(self, plan: str, scale: int) -> Outcome:
        return self._live(Way(plan, rate_of(scale), self._chooses))

    def _live(self, way: Way) -> Outcome:
        lived = live(self._timeline, self._shopper, self._first, way)
        return lived.purse.outcome(lived.state, self._shopper.exchange, lived.refused)

    def _choices(self) -> Mapping[str, tuple[str, ...]]:
        """What is chosen from each menu."""
        said = self._shopper.chooses.get(self._version.program.program, {})
        menus = [rule for rule in self._version.rules if isinstance(rule, MenuRule)]
        return {menu.name: said[menu.name] if menu.name in said else self._ranked(menu) for menu in menus}

    def _ranked(self, menu: MenuRule) -> tuple[str, ...]:
        """The options of a menu, the one that brings most by itself first."""
        options = [option.name for option in menu.settings.options]
        nets = {name: self._live(Way(chooses={menu.name: (name,)})).own.net for name in options}
        return tuple(sorted(options, key=lambda name: -nets[name]))

    def plan(self, settings: Membership) -> Plan:
        """What a plan would bring."""
        term = settings.term
        assert term is not None, "a paid plan has a term"
        told = Plan(plan=settings.name, fee=settings.fee, term=f"{term.count} {term.unit}")
        try:
            outcome = self.outcome(settings.name, THOUSAND)
        except PlanRefused as refused:
            return msgspec.structs.replace(told, refusal=refused.refusal.sentence)
        found = break_even(lambda scale: self._gain(settings.name, scale))
        return msgspec.structs.replace(
            told, outcome=outcome, gain=outcome.figures.net - self.outcome("", THOUSAND).figures.net,
            break_even=found, break_even_spend=self._spend(found),
        )  # fmt: skip

    def _gain(self, plan: str, scale: int) -> int:
        """How much more is net with a plan, in minor units of the program's currency."""
        return self.outcome(plan, scale).own.net - self.outcome("", scale).own.net

    def _spend(self, found: BreakEven) -> int | None:
        if found.scale is None:
            return None
        return self.outcome("", round(found.scale * THOUSAND)).figures.spend
