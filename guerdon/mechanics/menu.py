"""Menu: members choose for each period what earns them more: three categories of the month.

A menu lists **options**, each with a rate and with what it is for: categories, brands, articles, kinds of shops. Each
member is **offered** some of them in each period, by a hash of program, menu, member and period, so that nobody can
choose them and everybody can check them; some may be on every menu. Of those the member chooses up to a number, which
may be larger on a tier or in a plan, and the purchases of the period earn by what was chosen. Nothing is chosen for
anybody, unless the program says what holds without a choice.

**Worked.** Groceries 5 %, fuel 10 %, all purchases 1 %. A member has chosen all three. A receipt of 1,000.00 RUB from a
grocer earns 50.00 RUB as groceries. Where options may only be the best, a line earns by the one option that gives most
for it (the earlier in the file where equal); where they add up, it earns 10.00 RUB as any purchase too.

Each option grants for itself, under the name of menu and option (``categories/fuel``), so that a return takes back what
its lines earned. The menu's limits hold for all its options together.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Literal, NamedTuple

import msgspec

from guerdon.core.amounts import Rate, Rounding
from guerdon.core.calendar import Day, Delay, Term
from guerdon.core.case import Case
from guerdon.core.conditions import Condition
from guerdon.core.events import Choose, Event, Purchase
from guerdon.core.granting import Giver
from guerdon.core.program import Cap, Texts, When
from guerdon.core.refusals import stop
from guerdon.core.rule import Proposal, Rule
from guerdon.core.workshop import Workshop


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """Something to choose."""

    name: str
    title: Texts = {}
    rate: Rate
    """Amount of the unit per minor units paid."""
    when: When = When()
    """What it is for."""


class Menu(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a menu."""

    name: str
    earn: str
    """The unit that is given."""
    title: Texts = {}
    options: tuple[Option, ...]
    """In the order of the file, which is also the order of preference between equal rates."""
    choose: int
    """How many may be chosen."""
    choose_more: Mapping[str, int] = {}
    """How many by a tier or a plan; of several that the member has, the most."""
    offered: int | None = None
    """How many are on a member's menu in a period; None: all."""
    always: tuple[str, ...] = ()
    """Options that are on every menu, and count among those offered."""
    every: Literal["week", "month", "quarter", "year", "statement"] = "month"
    """The period that a choice is for; ``statement``: the member's own month."""
    choose_now_until: int | None = None
    """Through which day of a period one may choose for it; None: all of it, 0: none."""
    choose_next_until: int | None = None
    """Through which day of a period one may choose for the next one; None: all of it, 0: none."""
    changes: Literal["at any time", "before the period begins", "never"] = "before the period begins"
    """Until when a choice may be changed."""
    without: Literal["nothing", "the last choice"] | tuple[str, ...] = "nothing"
    """What holds without a choice: nothing, what was chosen last, or these options. What is not on the menu drops out.
    """
    several: Literal["best", "add"] = "best"
    """What becomes of a line that fits several options."""
    at_least: int = 0
    """Minor units that must be paid for the whole basket."""
    when: When = When()
    unless: When = When()
    """What stands against it, each matcher for itself."""
    rounding: Rounding = Rounding.FLOOR
    """Of each option on the whole order."""
    limit: Cap = Cap()
    cap: str = ""
    """A cap of the program that it shares with other mechanics."""
    lane: str = ""
    available_after: Delay | None = None
    """How long the grant stays pending; None: it is available at once."""
    expires: Term | None = None
    """How long the grant lasts; None: as its unit says."""
    funded_by: str = ""
    """The partner who pays for it; empty: the program."""

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule."""
        return MenuRule(self, workshop)


class _Compiled(NamedTuple):
    """An option, compiled."""

    option: Option
    condition: Condition
    giver: Giver


class _Part(NamedTuple):
    """What one option gives for a purchase, before caps."""

    compiled: _Compiled
    wanted: int
    lines: tuple[int, ...] | None


class MenuRule(Rule):
    """A menu, compiled."""

    triggers = ("purchase",)

    def __init__(self, settings: Menu, workshop: Workshop) -> None:
        """Compile the conditions of the menu and of each option."""
        self.settings = settings
        self.name, self.lane, self.delay = settings.name, settings.lane, settings.available_after
        self.answers = (("choose", settings.name),)
        self.sources = tuple([f"{settings.name}/{option.name}" for option in settings.options])
        self._program = workshop.program.program
        self._condition = workshop.condition(settings.when, settings.unless)
        self._options = {option.name: self._compiled(option, workshop) for option in settings.options}

    def _compiled(self, option: Option, workshop: Workshop) -> _Compiled:
        settings = self.settings
        giver = Giver(
            workshop, settings.name, settings.earn, cap=settings.limit, shared=settings.cap, delay=self.delay,
            expires=settings.expires, funded_by=settings.funded_by, source=f"{settings.name}/{option.name}",
        )  # fmt: skip
        return _Compiled(option, workshop.condition(option.when, settings.unless), giver)

    # Choosing.

    def answer(self, case: Case, event: Event) -> None:
        """Note the choice for the running period or the next one."""
        if isinstance(event, Choose):
            period = case.period_start(case.day, self.settings.every)
            self._check_day(case, event, period)
            if event.next_period:
                period = case.period_end(case.day, self.settings.every)
            self._check_change(case, event, period)
            self._check_options(case, event, period)
            case.choose(self.name, period, event.options)

    def _check_day(self, case: Case, event: Choose, period: Day) -> None:
        settings = self.settings
        last = settings.choose_next_until if event.next_period else settings.choose_now_until
        if last is not None and case.day - period >= last:
            raise stop("choice_too_late", menu=self.name, day=case.day - period + 1, last=last)

    def _check_change(self, case: Case, event: Choose, period: Day) -> None:
        chosen, allowed = case.choices.get(self.name, {}).get(period), self.settings.changes
        if not chosen or chosen == event.options or allowed == "at any time":
            return
        if allowed == "never" or not event.next_period:
            raise stop("choice_made_already", menu=self.name, chosen=", ".join(chosen))

    def _check_options(self, case: Case, event: Choose, period: Day) -> None:
        """Refuse, in this order: what there is not, what is not on this member's menu, too much."""
        offered = self.offered(event.member, period)
        for option in event.options:
            if option not in self._options:
                raise stop("option_unknown", menu=self.name, option=option)
            if option not in offered:
                raise stop("option_not_offered", menu=self.name, option=option, offered=", ".join(offered))
        allowed = self.allowed(case)
        if len(event.options) > allowed:
            raise stop("options_too_many", menu=self.name, wanted=len(event.options), allowed=allowed)
        if len(set(event.options)) < len(event.options):
            raise stop("option_twice", menu=self.name)

    def offered(self, member: str, period: Day) -> tuple[str, ...]:
        """The options on a member's menu in the period that begins on a day, in the order of the file."""
        if self.settings.offered is None:
            return tuple(self._options)
        others = [name for name in self._options if name not in self.settings.always]
        drawn = sorted(others, key=lambda name: _lot(self._program, self.name, member, str(period), name))
        there = {*self.settings.always, *drawn[: max(self.settings.offered - len(self.settings.always), 0)]}
        return tuple([name for name in self._options if name in there])

    def allowed(self, case: Case) -> int:
        """How many options the member may choose now."""
        more = [count for name, count in self.settings.choose_more.items() if case.belongs_to(name)]
        return max([self.settings.choose, *more])

    def chosen(self, case: Case) -> tuple[str, ...]:
        """The options by which purchases of the case's day earn."""
        period = case.period_start(case.day, self.settings.every)
        choices = case.choices.get(self.name, {})
        without = self.settings.without
        if period in choices:
            return tuple([name for name in choices[period] if name in self._options])
        if without == "the last choice":
            earlier = [start for start in choices if start < period]
            without = choices[max(earlier)] if earlier else "nothing"
        if isinstance(without, str):
            return ()
        offered = self.offered(case.event.member, period)
        return tuple([name for name in without if name in offered])[: self.allowed(case)]

    # Earning.

    def is_live_on(self, day: Day) -> bool:
        """Whether its dates and weekdays let it give anything on that day."""
        return self._condition.is_live_on(day)

    def propose(self, case: Case) -> Proposal | None:
        """Work out what the chosen options give together."""
        failing = self._condition.failing(case)
        if failing is not None:
            case.note(self.name, "skipped", failing.code, failing.sentence)
            return None
        if case.total < self.settings.at_least:
            case.note(self.name, "skipped", "basket_too_small", f"only from a basket of {self.settings.at_least} on")
            return None
        chosen = self.chosen(case)
        if not chosen:
            case.note(self.name, "skipped", "nothing_chosen", "nothing was chosen for this period")
            return None
        parts = self._parts(case, chosen)
        wanted = sum([part.wanted for part in parts])
        if not wanted:
            self._note_nothing(case, parts)
            return None
        amount, capped_by = self._options[chosen[0]].giver.within_caps(case, wanted)
        return Proposal(self, amount, wanted, capped_by)

    def _note_nothing(self, case: Case, parts: list[_Part]) -> None:
        if any(part.lines != () for part in parts):
            case.note(self.name, "skipped", "rounds_to_zero", "what was paid is too little to earn anything")
        else:
            told = f"no line is for {', '.join([part.compiled.option.name for part in parts])}"
            case.note(self.name, "skipped", "no_line_matches", told)

    def carry_out(self, case: Case, proposal: Proposal) -> None:
        """Grant for each option what the caps leave after those before it."""
        for part in self._parts(case, self.chosen(case)):
            if part.wanted:
                rate = part.compiled.option.rate
                wanted = Proposal(self, part.wanted, part.wanted, "", part.lines, rate)
                part.compiled.giver.give(case, part.compiled.giver.propose(case, wanted))

    def worth_today(self, case: Case, purchase: Purchase, paid: int, part: str) -> int | None:
        """What the option would give today, chosen today or not; None: there is no such option any more."""
        compiled = self._options.get(part)
        if compiled is None:
            return None
        return compiled.option.rate.of(self._paid_so(case, paid, purchase), self.settings.rounding)

    def _paid_so(self, case: Case, paid: int, bill: Purchase | None = None) -> int:
        """What counts of an amount on a bill that was paid in several ways: this one, or an earlier one."""
        if self._condition.tenders is None:
            return paid
        part, whole = case.paid_part(self._condition.tenders, bill)
        return paid * part // whole

    def _parts(self, case: Case, chosen: tuple[str, ...]) -> list[_Part]:
        """What each chosen option gives for which lines, in the order of the file."""
        options = [compiled for name, compiled in self._options.items() if name in chosen]
        fitting = {compiled.option.name: self._fitting(case, compiled) for compiled in options}
        if self.settings.several == "best":
            fitting = _best(options, fitting)
        return [self._part(case, compiled, fitting[compiled.option.name]) for compiled in options]

    def _fitting(self, case: Case, compiled: _Compiled) -> tuple[int, ...]:
        """The lines that are for the menu and for an option."""
        if compiled.condition.failing(case) is not None:
            return ()
        bits = [test.bit_on(case.day) for test in (self._condition.lines, compiled.condition.lines) if test is not None]
        return tuple([line for line, mask in enumerate(case.masks) if all(mask & bit for bit in bits)])

    def _part(self, case: Case, compiled: _Compiled, lines: tuple[int, ...]) -> _Part:
        paid = self._paid_so(case, sum([case.payments[line] for line in lines]))
        wanted = compiled.option.rate.of(paid, self.settings.rounding)
        return _Part(compiled, wanted, None if len(lines) == len(case.payments) else lines)


def _best(options: list[_Compiled], fitting: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Each line for the one option that gives most for it, the earlier where equal."""
    best: dict[int, _Compiled] = {}
    for compiled in options:
        rate = compiled.option.rate
        for line in fitting[compiled.option.name]:
            other = best[line].option.rate if line in best else Rate(0, 1)
            if rate.amount * other.per > other.amount * rate.per:
                best[line] = compiled
    return {
        compiled.option.name: tuple([line for line in fitting[compiled.option.name] if best[line] is compiled])
        for compiled in options
    }


def _lot(*parts: str) -> bytes:
    """A number that nobody can choose, the same for the same parts on every machine."""
    return blake2b("\x1f".join(parts).encode(), digest_size=16).digest()
