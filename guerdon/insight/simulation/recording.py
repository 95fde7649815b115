"""Recording: what the decisions on one member add to the figures of a program.

A ``Tally`` is one program with its figures; it opens a ``MemberTally`` for each member, which hears every step of the
fold, and is closed when the member's history ends. What an effect means is one function for each kind of effect; an
effect that moves an amount and has none of its own is booked by its transfers.

**Worked.** A basket of 100.00 grants 100 points by ``base``: ``granted`` of base and points goes up by 100, ``issued``
of points in that month by 100, and the member has got 100 points. On 1 April 500 points become a voucher of 5.00:
500 points were ``redeemed``, 500 cents ``issued``, and as the one was given for the other, base's points are exchanged
for what ``quarterly-vouchers`` gave: nobody got more.
"""

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from math import lcm
from typing import Any

from guerdon.core import wallet
from guerdon.core.amounts import allocate
from guerdon.core.calendar import Day, Instant, month_of
from guerdon.core.effects import (
    MEMBER_ACCOUNTS,
    Adjusted,
    Capped,
    Captured,
    Converted,
    Discounted,
    Effect,
    Expired,
    Granted,
    PaidWith,
    Reduced,
    Refunded,
    Reversed,
    Rewarded,
    Sent,
    Spent,
    TierChanged,
)
from guerdon.core.events import (
    Enrol,
    Event,
    Purchase,
    Return,
    addressed,
    kind_of,
    line_nets,
    may_go_back,
    payments_of,
    returned,
    rewards_of,
)
from guerdon.core.refusals import Refusal
from guerdon.core.returning import origin_of
from guerdon.core.state import NEW_MEMBER, MemberState
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.insight.simulation.courses import Uses
from guerdon.insight.simulation.figures import Figures, bump, keep_least
from guerdon.insight.simulation.fold import Step
from guerdon.insight.simulation.spread import Named
from guerdon.insight.simulation.worth import Worths, cheapest_rewards

_FEWEST_BASKETS = 5
"""Whoever bought less often is no outlier in what was got for it: a welcome gift alone would make one."""
_MANY_A_DAY = 4
"""From so many baskets on one day on, somebody should look."""
_NAMES = (
    "mechanic", "reward", "coupon", "badge", "benefit", "plan", "cause", "game", "conversion", "menu", "household",
    "ladder",
)  # fmt: skip
"""The fields of effects by which a mechanic or reward is known to have done something."""

NEAR = 5
"""Near is who lacks at most one part of so many of the cheapest reward."""

BEFORE = 0
"""The month of what lies before figures count."""

_months: Callable[[Day], int] = lru_cache(maxsize=4_000)(month_of)


class Tally:
    """One program with its figures."""

    def __init__(self, timeline: Timeline, counts_from: Instant | None, *, by_category: bool = False) -> None:
        """Begin with nothing. What happens before ``counts_from`` moves wallets and tiers, and is no figure else."""
        self.timeline = timeline
        self.figures = Figures()
        self.sent: list[Event] = []
        """What decisions sent to other members, and what goes back because it was refused."""
        self.worths = Worths(timeline)
        self.zone = timeline.versions[0].zone
        self.counts_from = counts_from
        self.by_category = by_category
        self.cheapest = cheapest_rewards(timeline.versions[-1].program)
        self.lowest = {ladder: level for version in timeline.versions for ladder, level in version.ladders.items()}
        rates = {unit: rate for unit, rate in self.worths.rates.items() if rate is not None}
        self._whole = lcm(*[rate.per for rate in rates.values()])
        self._weights = {unit: rate.amount * (self._whole // rate.per) for unit, rate in rates.items()}

    def open(self, member: str) -> "MemberTally":
        """Begin with a member."""
        return MemberTally(self, member)

    def worth(self, amounts: dict[str, int]) -> int:
        """Amounts of several units in minor units, rounded once, to the nearest."""
        if not amounts:
            return 0
        weighed = sum([amount * self._weights.get(unit, 0) for unit, amount in amounts.items()])
        return (2 * weighed + self._whole) // (2 * self._whole)


class MemberTally:
    """What one program did for one member."""

    __slots__ = (
        "_at",
        "_basket",
        "_counts",
        "_day",
        "_days_baskets",
        "_figures",
        "_mechanics",
        "_month",
        "_months",
        "_most_baskets",
        "_owed",
        "_quarters",
        "_reduced_now",
        "_tally",
        "_used_now",
        "baskets",
        "is_near",
        "is_within",
        "member",
        "net",
        "reduced",
        "sales",
        "state",
    )

    def __init__(self, tally: Tally, member: str) -> None:
        self._tally, self._figures = tally, tally.figures
        self.member = member
        self.state: MemberState = NEW_MEMBER
        self.net: dict[str, int] = {}
        """By unit: what the member got and did not lose or give for something else."""
        self.reduced = 0
        """What came off prices, in minor units."""
        self.sales = self.baskets = 0
        self._basket: dict[str, int] = {}
        """By unit: what was granted in this step, and not what merely fell due before it."""
        self._reduced_now = self._used_now = 0
        """What came off prices in this step, and what vouchers and wallets paid, in minor units."""
        self._owed: dict[str, int] = {}
        """By unit: what was spent and then taken back."""
        self._day: Day = -1
        self._days_baskets = self._most_baskets = 0
        self._quarters: set[int] = set()
        self._months: set[int] = set()
        self._mechanics: set[tuple[str, str]] = set()
        self._at: Instant = 0
        self._month = 0
        self._counts = True
        self.is_within = self.is_near = False

    @property
    def value(self) -> int:
        """What the member got, in minor units."""
        return self._tally.worth(self.net) + self.reduced

    @property
    def version(self) -> Version:
        """The version of the program that the member's state stands under."""
        timeline = self._tally.timeline
        return timeline.at(self.state.as_of) or timeline.versions[-1]

    def hear(self, step: Step) -> None:
        """Take a step of the fold in."""
        event, happened_at, _, decision, _, _ = step
        outcome = decision.outcome
        self._date(happened_at)
        if outcome.refusal is not None:
            if may_go_back(event):
                self._tally.sent.append(returned(event, outcome.refusal.code))
            self._refused(event, outcome.refusal)
            return
        self.state = decision.state
        self._basket, self._reduced_now, self._used_now = {}, 0, 0
        if outcome.effects:
            self._hear_effects(outcome.effects, happened_at)
        if decision.limit_uses:
            self._use(decision.limit_uses, happened_at)
        if isinstance(event, Purchase):
            self._bought(event)
        elif isinstance(event, Return):
            self._came_back(step, event)
        elif isinstance(event, Enrol) and not event.household:
            bump(self._figures.enrolled, self._month, 1)
        self._reach(decision.state)

    def close(self) -> None:
        """The member's history is at its end."""
        figures, value = self._figures, self.value
        for month in self._months:
            bump(figures.buyers, month, 1)
        for quarter in {month // 3 for month in self._months}:
            bump(figures.active, quarter, 1)
        for key in self._mechanics:
            bump(figures.members_of, key, 1)
        for quarter in self._quarters:
            bump(figures.reached, quarter, 1)
        self._stand()
        named = Named(value, self.member, sales=self.sales, baskets=self.baskets)
        if value > 0:
            figures.costly_members.add(named)
        if self.sales > 0:
            ratio = value * 1000 // self.sales
            figures.ratios.add(ratio)
            if self.baskets >= _FEWEST_BASKETS:
                figures.by_ratio.add(named._replace(figure=ratio))
        if self._most_baskets >= _MANY_A_DAY:
            figures.by_baskets.add(named._replace(figure=self._most_baskets))
        owed = self._tally.worth(self._owed)
        if owed > 0:
            figures.by_returns.add(named._replace(figure=owed))

    # --- parts of a step ----------------------------------------------------------------------------------------------

    def _hear_effects(self, effects: tuple[Effect, ...], happened_at: Instant) -> None:
        """Book each effect, at the time at which it fell due."""
        granting = _given_for(effects)
        for effect in effects:
            at = getattr(effect, "at", None)
            if at is not None and at != happened_at:
                self._date(at)
                _HEARD.get(effect.__class__, _booked)(self, effect, granting)
                self._date(happened_at)
            else:
                _HEARD.get(effect.__class__, _booked)(self, effect, granting)

    def _date(self, at: Instant) -> None:
        """Everything that is booked now happened then."""
        tally = self._tally
        self._at = at
        self._counts = tally.counts_from is None or at >= tally.counts_from
        self._month = _months(tally.zone.day(at)) if self._counts else BEFORE

    def _refused(self, event: Event, refusal: Refusal) -> None:
        if not self._counts:
            return
        name = addressed(event) or ", ".join(rewards_of(event))
        key = (kind_of(event), refusal.code, name)
        bump(self._figures.refused, key, 1)
        keep_least(self._figures.examples, {key: refusal.sentence})

    def _use(self, limit_uses: Mapping[str, int], at: Instant) -> None:
        """Note what was used of shared limits."""
        for name, amount in limit_uses.items():
            uses = self._figures.limits.get(name)
            if uses is None:
                uses = self._figures.limits[name] = Uses()
            uses.add(at, amount)

    def _bought(self, event: Purchase) -> None:
        figures, tally = self._figures, self._tally
        if not self._counts:
            return
        sales = sum([line.amount - line.discount for line in event.lines]) - event.discount
        day = tally.zone.day(self._at)
        bump(figures.sales, self._month, sales)
        bump(figures.baskets, self._month, 1)
        self._months.add(self._month)
        self._count_basket(day)
        self.sales += sales
        self.baskets += 1
        figures.paid += sales - self._reduced_now - self._used_now
        cost = tally.worth(self._basket) + self._reduced_now
        if cost > figures.costly_baskets.floor:
            figures.costly_baskets.add(Named(cost, self.member, event.id, day, sales, 1))
        if tally.by_category:
            for line, paid in zip(event.lines, payments_of(line_nets(event.lines), event.discount), strict=True):
                bump(figures.categories, line.category, paid)

    def _count_basket(self, day: Day) -> None:
        self._days_baskets = self._days_baskets + 1 if day == self._day else 1
        self._day = day
        self._most_baskets = max(self._most_baskets, self._days_baskets)

    def _came_back(self, step: Step, event: Return) -> None:
        """Sales and what was taken off them, less the part that comes back."""
        record = step.record
        if record is None or not self._counts:
            return
        origin = origin_of(event, record, step.before.returned.get(event.purchase, {}))
        nets = payments_of(line_nets(record.event.lines), record.event.discount)
        back = [origin.share_coming_back(net, line) for line, net in enumerate(nets)]
        bump(self._figures.sales, self._month, -sum(back))
        self.sales -= sum(back)
        if self._tally.by_category:
            for line, paid in zip(record.event.lines, back, strict=True):
                bump(self._figures.categories, line.category, -paid)
        for effect in record.effects:
            if isinstance(effect, Reduced):
                places = effect.lines or range(len(nets))
                shares = effect.shares or allocate(effect.amount, nets)
                of_lines = zip(places, shares, strict=True)
                self._give_up(effect.mechanic, sum([origin.share_coming_back(share, line) for line, share in of_lines]))

    def _give_up(self, mechanic: str, amount: int) -> None:
        """A part of what was taken off prices went with the goods."""
        bump(self._figures.taken_back, (mechanic, ""), amount)
        bump(self._figures.reduced_by_month, self._month, -amount)
        self.reduced -= amount

    def _reach(self, state: MemberState) -> None:
        """Note that a reward was within reach in this quarter."""
        quarter = self._month // 3
        if quarter not in self._quarters and self._counts:
            for unit, cost in self._tally.cheapest.items():
                held = state.wallets.get(unit)
                if held is not None and wallet.available(held) >= cost:
                    self._quarters.add(quarter)

    def _stand(self) -> None:
        """How close the member is to a reward at the end."""
        for unit, cost in self._tally.cheapest.items():
            held = wallet.available(self.state.wallets.get(unit, wallet.EMPTY))
            self.is_within = self.is_within or held >= cost
            self.is_near = self.is_near or held * NEAR >= cost * (NEAR - 1)
        self.is_near = self.is_near and not self.is_within
        self._figures.within += self.is_within
        self._figures.near += self.is_near

    # --- what effects do ----------------------------------------------------------------------------------------------

    def granted(self, mechanic: str, unit: str, amount: int) -> None:
        """A mechanic gave an amount, or took it off a price (unit empty)."""
        key, figures = (mechanic, unit), self._figures
        figures.granted[key] = figures.granted.get(key, 0) + amount
        figures.times[key] = figures.times.get(key, 0) + 1
        self._mechanics.add(key)

    def flow(self, kind: str, unit: str, amount: int) -> None:
        """An amount moved into or out of the wallet."""
        flows, key = self._figures.flows, (self._month, unit, kind)
        flows[key] = flows.get(key, 0) + amount

    def gets(self, unit: str, amount: int) -> None:
        """The member has more of a unit, or less."""
        self.net[unit] = self.net.get(unit, 0) + amount

    def gives_for(self, mechanic: str, granted: str, unit: str, amount: int) -> None:
        """What a mechanic granted was given in exchange for something, by the member or a partner."""
        bump(self._figures.exchanged, (mechanic, granted, unit), amount)
        bump(self._figures.exchanged_by_month, (self._month, unit), amount)

    def takes_reward(self) -> None:
        """The member took a reward or used a voucher."""
        if self._counts:
            self._quarters.add(self._month // 3)


def _given_for(effects: tuple[Effect, ...]) -> Collection[tuple[str, str]]:
    """What each mechanic or reward granted in this decision, by unit: what an amount may have been given for."""
    for effect in effects:
        if effect.__class__ is Spent or effect.__class__ is Captured:
            return [(given.mechanic, given.unit) for given in effects if isinstance(given, Granted)]
    return ()


# --- one function for each kind of effect -----------------------------------------------------------------------------

_Given = Collection[tuple[str, str]]


def _granted(member: MemberTally, effect: Granted, given: _Given) -> None:
    # Written out, because nine of ten effects are of this kind.
    unit, amount, figures = effect.unit, effect.amount, member._figures
    flow = (member._month, unit, "issued")
    figures.flows[flow] = figures.flows.get(flow, 0) + amount
    if member._counts:
        key = (effect.mechanic, unit)
        figures.granted[key] = figures.granted.get(key, 0) + amount
        figures.times[key] = figures.times.get(key, 0) + 1
        member._mechanics.add(key)
        member.net[unit] = member.net.get(unit, 0) + amount
        if effect.at is None:
            member._basket[unit] = member._basket.get(unit, 0) + amount
        if effect.wanted is not None:
            bump(member._figures.cut, (effect.mechanic, unit), effect.wanted - amount)
        if effect.funded_by:
            member.gives_for(effect.mechanic, unit, unit, amount)


def _capped(member: MemberTally, effect: Capped, given: _Given) -> None:
    if member._counts:
        bump(member._figures.cut, (effect.mechanic, effect.unit), effect.wanted)


def _adjusted(member: MemberTally, effect: Adjusted, given: _Given) -> None:
    kind = "issued" if effect.amount > 0 else "taken_back"
    member.flow(kind, effect.unit, abs(effect.amount))
    if member._counts:
        member.gets(effect.unit, effect.amount)
        if effect.amount > 0:
            member.granted("adjustment", effect.unit, effect.amount)
        else:
            bump(member._figures.taken_back, ("adjustment", effect.unit), -effect.amount)


def _reversed(member: MemberTally, effect: Reversed, given: _Given) -> None:
    amount = effect.available + effect.pending + effect.owed
    member.flow("taken_back", effect.unit, amount)
    if member._counts:
        bump(member._figures.taken_back, (effect.mechanic, effect.unit), amount)
        member.gets(effect.unit, -amount)
        if effect.funded_by:
            member.gives_for(effect.mechanic, effect.unit, effect.unit, -amount)
        spent = effect.owed + (effect.forgiven if effect.why_forgiven == "spent" else 0)
        bump(member._owed, effect.unit, spent)


def _expired(member: MemberTally, effect: Expired, given: _Given) -> None:
    member.flow("expired", effect.unit, effect.amount)
    if member._counts:
        bump(member._figures.expired, effect.unit, effect.amount)
        member.gets(effect.unit, -effect.amount)


def _spent(member: MemberTally, effect: Spent | Captured, given: _Given) -> None:
    """An amount was given for a reward. Where the reward is an amount too, one was given for the other."""
    unit, amount, reward = effect.unit, effect.amount, effect.reward
    if amount:
        member.flow("redeemed", unit, amount)
    member.takes_reward()
    if not member._counts:
        return
    bump(member._figures.spent, (reward, unit), amount)
    member._figures.fired.add(reward)
    for mechanic, granted in given:
        if mechanic == reward and amount:
            member.gives_for(mechanic, granted, unit, amount)
            member.gets(unit, -amount)
            bump(member._figures.taken, reward, 1)
            break


def _converted(member: MemberTally, effect: Converted, given: _Given) -> None:
    member.flow("redeemed" if effect.partner else "elsewhere", effect.unit, effect.amount)
    if not effect.partner and effect.got:
        member.flow("issued", effect.into, effect.got)
    if not member._counts:
        return
    member._figures.fired.add(effect.conversion)
    if not effect.partner:
        member.granted(effect.conversion, effect.into, effect.got)
        member.gives_for(effect.conversion, effect.into, effect.unit, effect.amount)
        member.gets(effect.into, effect.got)
        member.gets(effect.unit, -effect.amount)


def _reduced(member: MemberTally, effect: Reduced, given: _Given) -> None:
    if member._counts:
        member.granted(effect.mechanic, "", effect.amount)
        bump(member._figures.reduced_by_month, member._month, effect.amount)
        member.reduced += effect.amount
        member._reduced_now += effect.amount
        if effect.wanted is not None:
            bump(member._figures.cut, (effect.mechanic, ""), effect.wanted - effect.amount)


def _rewarded(member: MemberTally, effect: Rewarded, given: _Given) -> None:
    member.takes_reward()
    if member._counts:
        bump(member._figures.taken, effect.reward, effect.quantity)
        bump(member._figures.pieces, effect.mechanic or effect.reward, effect.quantity)
        member._figures.fired.add(effect.mechanic or effect.reward)


def _used(member: MemberTally, effect: Discounted | PaidWith, given: _Given) -> None:
    """A voucher or a part of a wallet paid for a basket."""
    member.flow("redeemed", effect.unit, effect.amount)
    member.takes_reward()
    member._used_now += effect.money if isinstance(effect, PaidWith) else effect.amount
    member._figures.fired.add(effect.mechanic)


def _refunded(member: MemberTally, effect: Refunded, given: _Given) -> None:
    member.flow("redeemed", effect.unit, -effect.amount)


def _tier_changed(member: MemberTally, effect: TierChanged, given: _Given) -> None:
    before = effect.before or member._tally.lowest.get(effect.ladder, "")
    if before != effect.after:
        bump(member._figures.moves, (member._month, effect.ladder, before, effect.after), 1)
        member._figures.fired.add(effect.ladder)


def _sent(member: MemberTally, effect: Sent, given: _Given) -> None:
    member._tally.sent.append(effect.event)


def _booked(member: MemberTally, effect: Effect, given: _Given) -> None:
    """Anything else: by its transfers, and by the names in it."""
    for unit, source, target, amount, _ in effect.transfers():
        kind, sign = _flow_of(source, target)
        if kind:
            member.flow(kind, unit, sign * amount)
            if "in_transit" in (source, target) and member._counts:
                member.gets(unit, -sign * amount)
    for field in _NAMES:
        name = getattr(effect, field, "")
        if name:
            member._figures.fired.add(name.partition("/")[0])


@lru_cache(maxsize=1_000)
def _flow_of(source: str, target: str) -> tuple[str, int]:
    """What a transfer does to what is outstanding: the kind of flow, and 1 or -1; empty for one that does nothing."""
    enters, leaves = target in MEMBER_ACCOUNTS, source in MEMBER_ACCOUNTS
    if enters == leaves:
        return "", 0
    if leaves:
        kinds = {"expired": "expired", "redeemed": "redeemed", "reversed": "taken_back"}
        return kinds.get(target, "redeemed" if target.startswith("partner:") else "elsewhere"), 1
    if source == "issued" or source.startswith("partner:"):
        return "issued", 1
    return ("redeemed", -1) if source == "redeemed" else ("elsewhere", -1)


_HEARD: dict[type, Callable[[MemberTally, Any, _Given], None]] = {
    Granted: _granted,
    Capped: _capped,
    Adjusted: _adjusted,
    Reversed: _reversed,
    Expired: _expired,
    Spent: _spent,
    Captured: _spent,
    Converted: _converted,
    Reduced: _reduced,
    Rewarded: _rewarded,
    Discounted: _used,
    PaidWith: _used,
    Refunded: _refunded,
    Sent: _sent,
    TierChanged: _tier_changed,
}
