"""A version is a program compiled: ready to decide, and told by the one before it what it takes over."""

import re
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from guerdon.core.amounts import MAX_AMOUNT, Rate, currency_scale
from guerdon.core.calendar import Day, Instant, Term, Zone, day_of, zone
from guerdon.core.case import Case
from guerdon.core.lane import Lane, lanes_by_trigger, live_lanes
from guerdon.core.program import Becomes, Program, When
from guerdon.core.rule import Rule, Trigger
from guerdon.core.wallet import Wallet
from guerdon.core.warning import next_warning
from guerdon.core.workshop import CompiledMeter, Workshop

_REMEMBERED_DAYS = 4_000
PRIZE_LIMIT = "prize:"
"""How the shared limits are called that are the pieces of a game's prizes."""
CAUSE_LIMIT = "cause:"
"""How the shared limits are called that are the targets of causes."""


class Became(NamedTuple):
    """What a unit that was dropped at some time has become by now."""

    unit: str
    rate: Rate
    """So much of the new unit per so much of the old, both in their smallest parts."""
    at: Instant
    """When it became it."""


class Version:
    """A program compiled."""

    def __init__(self, program: Program, number: int = 1) -> None:
        """Compile a program. ``number`` is the version's place among all that were published, from 1."""
        self.number = number
        self.program = program
        self.zone: Zone = zone(program.timezone)
        self.starts_at: Instant = self.zone.start(day_of(program.effective_from))
        workshop = Workshop(program)
        declared = sorted(program.mechanics, key=lambda mechanic: not hasattr(mechanic, "levels"))
        compiled = {mechanic.name: workshop.compile(mechanic) for mechanic in declared}
        self.rules: tuple[Rule, ...] = tuple([compiled[mechanic.name] for mechanic in program.mechanics])
        self.rules_by_name: Mapping[str, Rule] = compiled
        self.preparing = _overriding("prepare", self.rules)
        self.scheduled = _overriding("next_due", self.rules)
        self.enrolling = _overriding("enrol", self.rules)
        self.giving_back = _overriding("give_back", self.rules)
        self.taking_back = _overriding("take_back", self.rules)
        self.reduces_prices = any("checkout" in rule.triggers for rule in self.rules)
        self.index = workshop.index
        self.ladder_levels: Mapping[str, tuple[str, ...]] = workshop.ladders
        self.ladders: Mapping[str, str] = {ladder: levels[0] for ladder, levels in workshop.ladders.items()}
        """Each ladder's lowest level."""
        self.answering = {address: rule for rule in self.rules for address in rule.answers}
        """The rule that each event is for which names one, by kind and name."""
        self.meters = [workshop.meter(name, meter) for name, meter in program.meters.items()]
        self.compiled_meters = {meter.name: meter for meter in self.meters}
        self.meters_of_purchase = [m for m in self.meters if m.settings.counts not in ("earned", "actions")]
        self.meters_of_actions = [meter for meter in self.meters if meter.settings.counts == "actions"]
        self.codes = frozenset(workshop.codes)
        self.codes_of: Mapping[str, frozenset[str]] = workshop.codes_of
        """By mechanic: the codes of which it wants one."""
        self.kept_alive = {name: unit.kept_alive_by for name, unit in program.units.items() if unit.kept_alive_by}
        self.meters_of_earned = _meters_of_earned(program)
        self.rewards = {reward.name: workshop.reward(reward) for reward in program.rewards}
        self.limits: Mapping[str, int] = workshop.limits
        self.limits_of_games: Mapping[str, Sequence[str]] = workshop.limits_of_games
        self.limits_of_codes: Mapping[str, Sequence[str]] = workshop.limits_of_codes
        self.seeds: Mapping[str, str] = workshop.seeds
        """By game: the commitment to the seed that its events need."""
        self._lanes = lanes_by_trigger(program, self.rules)
        self._lanes_of_day: dict[tuple[Trigger, Day], Sequence[Lane]] = {}
        later = {rule.name for rule in self.rules if _acts_later(rule)}
        of_games = {name for names in workshop.limits_of_games.values() for name in names}
        always = {limit: allowed for limit, allowed in self.limits.items() if limit not in of_games}
        self._limited = _limited(program, always, later)
        self._units = tuple(program.units.items())
        self.warned = _warned(program)
        self.renamed: Mapping[str, str] = {}
        """Mechanics that the version before had under other names, old to new."""
        self.renamed_meters: Mapping[str, str] = {}
        self.converted: Mapping[str, Becomes] = {}
        """Dropped units that become another."""
        self.became: Mapping[str, Became] = {}
        """Every unit that was ever dropped for another, with what it is by now."""
        self.filled: tuple[str, ...] = ()
        """Meters that the version before did not count, or counted in another way."""
        self._first_names: Mapping[str, str] = {}
        self._before: Version | None = None
        self._lapses: dict[tuple[Term, Day], Instant] = {}
        self._warnings: dict[tuple[Instant, tuple[int, ...]], tuple[Instant, ...]] = {}
        self._keeps: dict[str, tuple[Day, Day]] = {}

    def succeed(self, before: "Version") -> None:
        """Learn what this version takes over from the one before it."""
        changes, program = self.program.changes, self.program
        self._before = before
        self.renamed, self.renamed_meters = changes.mechanics, changes.meters
        self.converted = {
            name: Becomes(becomes.unit, Rate(becomes.rate.amount, becomes.rate.per * 10 ** _scale_of(before, name)))
            for name, becomes in changes.units.items()
        }
        self.became = {
            **{unit: _then_became(became, self.converted) for unit, became in before.became.items()},
            **{unit: Became(becomes.unit, becomes.rate, self.starts_at) for unit, becomes in self.converted.items()},
        }
        known = {changes.meters.get(name, name): meter for name, meter in before.program.meters.items()}
        self.filled = tuple([name for name, meter in program.meters.items() if known.get(name) != meter])
        former = {new: old for old, new in changes.mechanics.items()}
        self._first_names = {limit: before.first_name(_of_mechanic(limit, former)) for limit in self.limits}
        dropped = {name: unit for name, unit in before.program.units.items() if name not in program.units}
        # What members hold of a dropped unit still expires as it was promised.
        self.program = msgspec.structs.replace(program, units={**program.units, **dropped})
        self._units = tuple(self.program.units.items())
        self.warned = _warned(self.program)

    def first_name(self, limit: str) -> str:
        """The name under which a shared limit is counted: by the mechanic's name before it was ever changed."""
        if limit.startswith(PRIZE_LIMIT) and limit not in self.limits and self._before is not None:
            return self._before.first_name(limit)
        return self._first_names.get(limit, limit)

    def name_now(self, mechanic: str) -> str:
        """What this version calls a mechanic that it or a version before knows by a name."""
        if mechanic in self.rules_by_name or self._before is None:
            return mechanic
        before = self._before.name_now(mechanic)
        return self.renamed.get(before, before)

    def rule_called(self, mechanic: str) -> Rule | None:
        """The rule of a mechanic by any name it ever had; of one that was dropped, as it was last."""
        rule = self.rules_by_name.get(self.name_now(mechanic))
        return self._before.rule_called(mechanic) if rule is None and self._before is not None else rule

    def counted_under(self, meter: str, earlier: "Version") -> "tuple[Version, CompiledMeter] | None":
        """By which version's meter a purchase of an earlier version is counted in one of this version's meters.

        That of its own version; where the meter was filled anew since, that of the version which filled it. None: the
        earlier version comes after this one.
        """
        version = self
        while version is not earlier and meter not in version.filled:
            if version._before is None:
                return None
            former = {new: old for old, new in version.renamed_meters.items()}
            meter, version = former.get(meter, meter), version._before
        return version, version.compiled_meters[meter]

    def meter_now(self, meter: str, earlier: "Version") -> str:
        """What this version calls a meter of an earlier one; empty where it has it no more."""
        _, renamed = self.names_since(earlier)
        name = renamed.get(meter, meter)
        return name if name in self.program.meters else ""

    def allowed(self, limit: str) -> int:
        """How much a shared limit allows; of a dropped game as it did last. Every drop of a stock allows the same."""
        if limit.startswith(PRIZE_LIMIT) and limit not in self.limits and self._before is not None:
            return self._before.allowed(limit)
        return self.limits[limit if limit in self.limits else limit.rpartition("@")[0]]

    def limits_between(
        self,
        first: Instant,
        last: Instant,
        taken: Collection[tuple[str, Instant]],
        games: Collection[str] = (),
        codes: Collection[str] = (),
        *,
        causes: bool = False,
    ) -> Iterator[str]:
        """The limits of mechanics that are live between two instants, of rewards taken then, of games and held codes.

        With ``causes`` the targets of all causes too: what is above one may go to the next.
        """
        if causes:
            yield from [limit for limit in self.limits if limit.startswith(CAUSE_LIMIT)]
        first_day, last_day = self.zone.day(first), self.zone.day(last)
        for limit, begins, ends in self._limited:
            if begins <= last_day and ends >= first_day:
                yield limit
        for name, at in taken:
            if name in self.rewards and self.rewards[name].stock:
                yield self.rewards[name].stock_at(at, self.zone)
        for game in games:
            yield from self.limits_of_games.get(game, ())
        for code in codes:
            yield from self.limits_of_codes.get(code, ())

    def lanes(self, trigger: Trigger, day: Day, *, everything: bool = False) -> Sequence[Lane]:
        """The rules that react to a trigger on a day, lane by lane.

        Rules that cannot hold on that day (another weekday, outside their dates, no category this month) are left
        out, so that a decision pays only for what could apply; a trace asks for ``everything``, to name them.
        """
        if everything:
            return self._lanes.get(trigger, ())
        known = self._lanes_of_day.get((trigger, day))
        if known is None:
            if len(self._lanes_of_day) > _REMEMBERED_DAYS:
                self._lanes_of_day.clear()
            known = self._lanes_of_day[trigger, day] = live_lanes(self._lanes.get(trigger, ()), day)
        return known

    def keep_from(self, today: Day) -> Day:
        """The earliest day that an event accepted today may carry."""
        return today - self.program.late_events

    def meter_keeps_from(self, meter: str, today: Day) -> Day:
        """The earliest bucket of a meter that may still count for an event accepted today."""
        known = self._keeps.get(meter)
        if known is None or known[0] != today:
            window = self.program.meters[meter].window
            known = self._keeps[meter] = (today, window.first_day(self.keep_from(today)))
        return known[1]

    def expiry(self, unit: str, day: Day, own: Term | None = None) -> Instant | None:
        """When a grant of that day expires: by its own term, or else by its unit's, whatever the member's tier."""
        term = own or self.program.units[unit].expires
        return None if term is None else self.zone.start(term.ends(day))

    def is_voucher(self, unit: str) -> bool:
        """Whether each grant of a unit stays whole, known by a reference: money that is not one sum."""
        declared = self.program.units[unit]
        return declared.money and not declared.divisible

    def next_due(self, case: Case) -> Instant | None:
        """When something falls due next, as the case stands; None: never.

        At one instant the order is: what matures, holds that lapse, what the mechanics' calendars bring (vouchers, tier
        reviews, in the order of the file), what expires, what lapses for want of activity, warnings of what will.
        """
        dues: list[Instant] = [held.until for held in case.holds.values()] if case.holds else []
        for name, unit in self._units:
            held = case.wallets.get(name)
            if held is None or not (held.lots or held.pending):
                continue
            if held.pending:
                dues.append(held.pending[0].matures_at or 0)
                dues += [lot.expires_at for lot in held.pending if lot.expires_at is not None]
            if held.lots and held.lots[0].expires_at is not None:
                dues.append(held.lots[0].expires_at)
            if unit.inactive_after is not None or unit.lifetimes:
                lapses_at = self._lapses_at(case, name, held)
                if lapses_at is not None:
                    dues.append(lapses_at)
        if case.bar is None or not case.bar.is_end:
            dues += [at for rule in self.scheduled if (at := rule.next_due(case)) is not None]
            if self.warned:
                dues += [at for unit in self.warned if (at := next_warning(case, unit)) is not None]
        return min(dues, default=None)

    def names_since(self, before: "Version") -> tuple[dict[str, str], dict[str, str]]:
        """Names that changed since an earlier version: of mechanics and of meters, old to new."""
        if self is before or self._before is None:
            return {}, {}
        mechanics, found = self._before.names_since(before)
        return _then(mechanics, self.renamed), _then(found, self.renamed_meters)

    def lapses_at(self, case: Case, unit: str) -> Instant | None:
        """When a wallet lapses for want of activity, as the case stands; None: never, or there is nothing in it."""
        held = case.wallets.get(unit)
        return None if held is None or not (held.lots or held.pending) else self._lapses_at(case, unit, held)

    def _lapses_at(self, case: Case, unit: str, held: Wallet) -> Instant | None:
        """The same for a wallet with something in it."""
        term, since = case.lifetime(unit).inactive_after, case.alive_since(unit)
        if term is None or since is None:
            return None
        # What came without activity, as by an adjustment, lasts for as long as if it had been some.
        earliest = min([lot.earned_at for lot in held.lots + held.pending])
        return self._lapse(term, case.day_of(since if since > earliest else earliest))

    def warns_at(self, end: Instant, days: tuple[int, ...]) -> tuple[Instant, ...]:
        """When members are warned of an end, so many days before. Whole shops have their ends on the same days."""
        known = self._warnings.get((end, days))
        if known is None:
            if len(self._warnings) > _REMEMBERED_DAYS:
                self._warnings.clear()
            last = self.zone.day(end)
            known = self._warnings[end, days] = tuple([self.zone.start(last - before) for before in days])
        return known

    def _lapse(self, term: Term, day: Day) -> Instant:
        """When a wallet lapses that was last active on a day. Whole shops are active on the same days."""
        known = self._lapses.get((term, day))
        if known is None:
            if len(self._lapses) > _REMEMBERED_DAYS:
                self._lapses.clear()
            known = self._lapses[term, day] = self.zone.start(term.ends(day))
        return known


def _warned(program: Program) -> tuple[str, ...]:
    """The units whose ends members are warned of."""
    return tuple([name for name, unit in program.units.items() if unit.warn])


def _scale_of(version: Version, unit: str) -> int:
    """The decimal digits of a unit's smallest part."""
    declared = version.program.units.get(unit)
    if declared is None:
        return 0
    return currency_scale(version.program.currency) if declared.money else declared.scale


_LIMIT = re.compile(rf"((?:tickets:|{PRIZE_LIMIT}|{CAUSE_LIMIT})?)([^/]*)(.*)", re.DOTALL)


def _of_mechanic(limit: str, names: Mapping[str, str]) -> str:
    """A shared limit under another name of its mechanic: of ``spring``, ``spring/uses``, ``prize:spring/mug``."""
    found = _LIMIT.match(limit)
    assert found is not None, "it matches any text"
    return f"{found[1]}{names.get(found[2], found[2])}{found[3]}"


def _then_became(became: Became, converted: Mapping[str, Becomes]) -> Became:
    """What a unit has become, where that has become another one in its turn."""
    again = converted.get(became.unit)
    if again is None:
        return became
    rate = Rate(became.rate.amount * again.rate.amount, became.rate.per * again.rate.per)
    return became._replace(unit=again.unit, rate=rate)


def _then(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """Two renamings, one after the other."""
    moved = {old: second.get(new, new) for old, new in first.items()}
    return {**{old: new for old, new in second.items() if old not in first.values()}, **moved}


def _overriding(method: str, rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules that have something to do there, so that the others are not asked at every event."""
    return tuple([rule for rule in rules if getattr(type(rule), method) is not getattr(Rule, method)])


def _meters_of_earned(program: Program) -> dict[str, tuple[str, ...]]:
    by_unit: dict[str, tuple[str, ...]] = {}
    for name, meter in program.meters.items():
        if meter.counts == "earned":
            by_unit[meter.unit] = (*by_unit.get(meter.unit, ()), name)
    return by_unit


_OF_EVENTS = ("purchase", "checkout", "enrol", "action")


def _acts_later(rule: Rule) -> bool:
    """Whether a rule may act on a day that is not the event's: what falls due before an event is settled with it."""
    by_time = type(rule).next_due is not Rule.next_due
    return by_time or any(trigger.partition(":")[0] not in _OF_EVENTS for trigger in rule.triggers)


def _limited(program: Program, limits: Mapping[str, int], later: Container[str]) -> list[tuple[str, Day, Day]]:
    """The mechanics with a shared limit, with the days between which events may need it: any for what acts later."""
    own = {mechanic.name for mechanic in program.mechanics}
    shared = [limit for limit in limits if _owner(limit) not in own and not limit.startswith(("stock:", CAUSE_LIMIT))]
    limited = [(limit, -MAX_AMOUNT, MAX_AMOUNT) for limit in shared]
    for mechanic in program.mechanics:
        live = getattr(mechanic, "live_between", getattr(mechanic, "when", When()).between)
        between = None if mechanic.name in later else live
        days = (-MAX_AMOUNT, MAX_AMOUNT) if between is None else (day_of(between[0]), day_of(between[1]))
        limited += [(limit, *days) for limit in limits if _owner(limit) == mechanic.name]
    return limited


def _owner(limit: str) -> str:
    """The mechanic that a limit belongs to: that of ``spring/uses`` is ``spring``."""
    return limit.partition("/")[0]
