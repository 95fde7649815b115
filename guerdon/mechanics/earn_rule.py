"""The rule of an earning mechanic: its conditions, what it counts, and how that becomes an amount.

**Kept fractions.** Amounts are then counted in parts so fine that every rate of the mechanic gives whole parts of them
(``1/100`` for a point a dollar). What rounding down leaves of them stays in the member's ``progress``. At all times

    parts of everything bought and not brought back = parts granted for it + parts kept

holds exactly, so what is kept may be below zero after a return; the next purchase makes it up.
"""

from math import lcm
from typing import TYPE_CHECKING

from guerdon.core.amounts import Rate, allocate, divide
from guerdon.core.calendar import Day
from guerdon.core.case import Case
from guerdon.core.effects import Capped, Granted, Progressed
from guerdon.core.events import Action, Purchase, instant_of_event
from guerdon.core.granting import Giver
from guerdon.core.purchasing import quantities
from guerdon.core.returning import Origin
from guerdon.core.rule import Proposal, Rule
from guerdon.core.workshop import Workshop
from guerdon.mechanics.earn_ladder import band_of

if TYPE_CHECKING:
    from guerdon.mechanics.earn import Earn

_Lines = tuple[int, ...] | None


class EarnRule(Rule):
    """An earning mechanic, compiled."""

    def __init__(self, settings: "Earn", workshop: Workshop) -> None:
        """Compile the conditions and declare the total, where there is one."""
        self.settings = settings
        self.name = settings.name
        self.lane = settings.lane
        self.triggers = (settings.on,)
        condition = workshop.condition(settings.when, settings.unless)
        self._condition = condition if settings.on == "purchase" else condition._replace(lines=None)
        self.condition = self._condition
        self._checks = self._condition.checks
        # On the days that are left when is_live_on has had its say, these remain to be looked at.
        self._live_checks = [check.holds for check in self._checks if check.on_day is None]
        self._lines = self._condition.lines
        self._tenders, self._rounding = self._condition.tenders, settings.rounding
        self._is_flat = settings.flat is not None and not settings.at_least
        self._rounds_lines = settings.round_per == "line" and settings.on == "purchase" and not settings.of
        # The plain case, a rate on what was paid, is by far the most frequent one.
        bent = settings.of or settings.at_least or settings.whole_steps or settings.keeps_fraction
        is_plain = settings.on == "purchase" and settings.counts == "spend" and not bent and not self._rounds_lines
        self._plain_rate = settings.rate if is_plain else None
        self._finest = lcm(*[rate.per for rate in _rates(settings)]) if settings.keeps_fraction else 1
        self._fraction = f"fraction/{self._finest}"
        self.delay = settings.available_after
        self._giver = Giver(
            workshop, settings.name, settings.earn, cap=settings.limit, shared=settings.cap, delay=self.delay,
            expires=settings.expires, funded_by=settings.funded_by,
        )  # fmt: skip

    def is_live_on(self, day: Day) -> bool:
        """Whether its dates, weekdays and categories let it give anything on that day."""
        return self._condition.is_live_on(day)

    def propose(self, case: Case) -> Proposal | None:
        """Work out what it gives for this event, within its caps."""
        if case.notes is not None:
            failing = self._condition.failing(case)
            if failing is not None:
                case.note(self.name, "skipped", failing.code, failing.sentence)
                return None
        for holds in self._live_checks:
            if not holds(case):
                return None
        lines = None
        if self._lines is not None:
            bit = self._lines.always or self._lines.bit_on(case.day)
            if not case.mask & bit:
                case.note(self.name, "skipped", "no_line_matches", f"no line is {self._lines.sentence}")
                return None
            if not case.mask_of_all & bit:
                lines = tuple([line for line, mask in enumerate(case.masks) if mask & bit])
        rate = self._plain_rate
        if rate is None:
            proposal = self._wanted(case, lines)
        else:
            paid = case.total if lines is None else sum([case.payments[line] for line in lines])
            wanted = rate.of(paid if self._tenders is None else self._part(case, paid), self._rounding)
            proposal = Proposal(self, wanted, wanted, "", lines, rate)
        if proposal is None:
            return None
        if proposal.wanted <= 0:
            if self.settings.keeps_fraction and self._parts(case, lines):
                return proposal
            case.note(self.name, "skipped", "rounds_to_zero", "what was paid is too little to earn anything")
            return None
        return self._giver.propose(case, proposal) if self._giver.is_capped else proposal

    def carry_out(self, case: Case, proposal: Proposal) -> None:
        """Grant what was proposed and count it against the caps."""
        if self.settings.keeps_fraction:
            kept = case.progress_of(self.name, self._fraction)
            left = kept + self._parts(case, proposal.lines) - proposal.wanted * self._finest
            case.set_progress(self.name, self._fraction, left)
            if not proposal.wanted:
                return
        self._giver.give(case, proposal)

    def _wanted(self, case: Case, lines: _Lines) -> Proposal | None:
        """What it would give without caps; None, with a note, where a minimum or a tier stands against it."""
        settings = self.settings
        if self._is_flat:
            return self._proposal(settings.flat or 0, lines)
        if settings.multiply is not None:
            return self._multiplied(case, lines)
        return self._counted(case, lines)

    def _proposal(self, wanted: int, lines: _Lines, rate: Rate | None = None, shares: _Lines = None) -> Proposal:
        return Proposal(self, wanted, wanted, "", lines, rate, shares)

    def _counted(self, case: Case, lines: _Lines) -> Proposal | None:
        """By what is counted: within a band, at the rate that holds for the member, or flat above a minimum."""
        settings = self.settings
        weights = self._weights(case, lines)
        counted = self._part(case, self._reading(case) if settings.of else sum(weights))
        if counted < settings.at_least:
            case.note(self.name, "skipped", "below_minimum", f"only from {settings.at_least} on")
            return None
        shares = None if settings.counts == "spend" or not weights else tuple(weights)
        if settings.flat is not None:
            return self._proposal(settings.flat, lines, None, shares)
        if settings.bands:
            return self._proposal(band_of(settings.bands, counted), lines, None, shares)
        rate = self._rate(case)
        if rate is None:
            if settings.rates is None:
                return self._proposal(0, lines)
            case.note(self.name, "skipped", "other_tier", f"only for {', '.join(settings.rates)}")
            return None
        shown = rate if settings.counts == "spend" and not settings.of else None
        if self._rounds_lines:
            shares = tuple([self._times(rate, self._part(case, weight)) for weight in weights])
            return self._proposal(sum(shares), lines, shown, shares)
        return self._proposal(self._at_rate(case, rate, counted), lines, shown, shares)

    def _at_rate(self, case: Case, rate: Rate, counted: int) -> int:
        """What is counted at a rate; with what was kept of fractions before, where they are kept."""
        if not self.settings.keeps_fraction:
            return self._times(rate, counted)
        parts = counted * rate.amount * (self._finest // rate.per)
        return max((case.progress_of(self.name, self._fraction) + parts) // self._finest, 0)

    def _parts(self, case: Case, lines: _Lines) -> int:
        """For a kept fraction: the parts that this event brings."""
        rate = self._rate(case)
        counted = self._part(case, self._reading(case) if self.settings.of else sum(self._weights(case, lines)))
        return 0 if rate is None else counted * rate.amount * (self._finest // rate.per)

    def _times(self, rate: Rate, counted: int) -> int:
        """An amount at a rate: in proportion and rounded, or by whole steps."""
        if self.settings.whole_steps:
            return counted // rate.per * rate.amount
        return rate.of(counted, self.settings.rounding)

    def _rate(self, case: Case) -> Rate | None:
        """The rate that holds for the member; None where there is none."""
        settings = self.settings
        if settings.rates is not None:
            held = [settings.rates[level] for level in case.levels() if level in settings.rates]
            return max(held, key=lambda rate: divide_finely(rate), default=None)
        if settings.ladder is not None:
            return settings.ladder.rate_at(case.reading(settings.ladder.meter, self._day_read(case)))
        return settings.rate

    def _day_read(self, case: Case) -> Day:
        """The day on which meters are read."""
        return case.day

    def _reading(self, case: Case) -> int:
        return case.reading(self.settings.of, self._day_read(case))

    def _weights(self, case: Case, lines: _Lines) -> list[int]:
        """What is counted of each line that matches; of an action its quantity. Nothing where a meter is read."""
        event, counts = case.event, self.settings.counts
        if self.settings.of:
            return []
        if isinstance(event, Action):
            return [event.quantity]
        if not isinstance(event, Purchase) or self.settings.on != "purchase":
            return []
        weights = case.payments if counts == "spend" else quantities(event, counts)
        return weights if lines is None else [weights[line] for line in lines]

    def _part(self, case: Case, counted: int, bill: Purchase | None = None) -> int:
        """What counts of an amount on a bill that was paid in several ways: this one, or an earlier one."""
        if self._condition.tenders is None:
            return counted
        part, whole = case.paid_part(self._condition.tenders, bill)
        return counted * part // whole

    def _multiplied(self, case: Case, lines: _Lines) -> Proposal:
        """The part above one of the factor, of what the other mechanic gave for these lines.

        With it the lines that the other mechanic gave something for, and what each of them earned.
        """
        for grant in case.effects:
            if isinstance(grant, Granted) and grant.mechanic == self.settings.multiply and grant.at is None:
                break
        else:
            return self._proposal(0, lines)
        shares: _Lines
        if lines is None or lines == grant.lines:
            earned, lines, shares = grant.amount, grant.lines, grant.shares
        else:
            by_line = case.line_shares(grant)
            lines = tuple([line for line in lines if line in by_line])
            shares = tuple([by_line[line] for line in lines])
            earned = sum(shares)
        by = self.settings.by
        more = divide(earned * (by.amount - by.per), by.per, self.settings.rounding)
        return self._proposal(more, lines, None, shares)

    # Returns.

    def worth_today(self, case: Case, purchase: Purchase, paid: int, part: str) -> int | None:
        """What it would give today for so much of an earlier purchase; None: it gives nothing by a rate on money."""
        rate = self._rate(case) if self.settings.counts == "spend" and not self.settings.of else None
        return None if rate is None else self._times(rate, self._part(case, paid, purchase))

    def give_back(self, case: Case, origin: Origin) -> None:
        """Put the kept fraction right: without the parts of the goods, and with what was taken back for them."""
        if not self.settings.keeps_fraction or case.version.program.returns.points != "exact":
            return
        moved = sum([effect.after - effect.before for effect in _kept_by(self, origin)])
        grants = [effect for effect in origin.effects if isinstance(effect, Granted | Capped)]
        own = [effect for effect in grants if effect.mechanic == self.name]
        wanted = sum([effect.wanted if effect.wanted is not None else effect.amount for effect in own])
        lines, weights = self._earning_lines(case, origin, own)
        back = dict.fromkeys(("parts", "wanted"), 0)
        for name, amount in (("parts", moved + wanted * self._finest), ("wanted", wanted)):
            shares = allocate(amount, weights) if weights else []
            back[name] = sum([origin.share_coming_back(share, line) for line, share in zip(lines, shares, strict=True)])
        kept = case.progress_of(self.name, self._fraction)
        left = kept - back["parts"] + back["wanted"] * self._finest
        if left != kept:
            case.set_progress(self.name, self._fraction, left)

    def _earning_lines(self, case: Case, origin: Origin, own: list[Granted | Capped]) -> tuple[list[int], list[int]]:
        """The lines of a purchase that earned, and what was counted of each.

        A purchase that left nothing but a fraction has no grant to tell them: then the matchers of today do.
        """
        lines = list(range(len(origin.bought)))
        told = [effect.lines for effect in own if isinstance(effect, Granted)]
        if told:
            lines = lines if told[0] is None else list(told[0])
        elif self._lines is not None:
            bit = self._lines.bit_on(case.version.zone.day(instant_of_event(origin.purchase)))
            masks = case.version.index.masks(origin.purchase.lines)
            lines = [line for line in lines if masks[line] & bit]
        counts = self.settings.counts
        counted = origin.payments if counts == "spend" else quantities(origin.purchase, counts)
        return lines, [counted[line] for line in lines]


def _kept_by(rule: EarnRule, origin: Origin) -> list[Progressed]:
    return [
        effect
        for effect in origin.effects
        if isinstance(effect, Progressed) and effect.mechanic == rule.name and effect.counter == rule._fraction
    ]


def _rates(settings: "Earn") -> list[Rate]:
    """Every rate that may hold."""
    steps = settings.ladder.steps if settings.ladder is not None else ()
    rates = [*(settings.rates or {}).values(), *[step.rate for step in steps]]
    return rates if settings.rate is None else [*rates, settings.rate]


def divide_finely(rate: Rate) -> int:
    """What a rate gives for a lot, to tell which of several gives more."""
    return 10**18 * rate.amount // rate.per
