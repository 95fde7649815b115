"""A case is one event being worked through: the facts, the member's state as it changes, and the effects so far.

Rules look at the case and propose; the case carries out. It lives for one decision and copies what it changes, so the
state it started from stays as it was.
"""

from collections.abc import Container
from typing import TYPE_CHECKING, Any

import msgspec

from guerdon.core import meters, wallet
from guerdon.core.amounts import MAX_AMOUNT, MAX_BALANCE, Rate
from guerdon.core.belongings import Coupon
from guerdon.core.calendar import (
    Day,
    Instant,
    PeriodUnit,
    Term,
    date_of,
    period_end,
    period_start,
    statement_end,
    statement_start,
)
from guerdon.core.codes import ShownCode
from guerdon.core.effects import (
    Awarded,
    BadgeLost,
    Capped,
    Chosen,
    Converted,
    CouponIssued,
    CouponWithdrawn,
    Discounted,
    Donated,
    Effect,
    Expired,
    Gave,
    Granted,
    Held,
    Matured,
    MembershipChanged,
    Note,
    PaidWith,
    Progressed,
    Reduced,
    Released,
    Repaid,
    Reversed,
    Sent,
    Spent,
    TierChanged,
)
from guerdon.core.events import EngineEvent, Event, Purchase, lowered, payments_of
from guerdon.core.facts import Facts
from guerdon.core.program import Lifetime, Unit
from guerdon.core.refusals import stop
from guerdon.core.rule import Proposal, Trigger
from guerdon.core.state import Bar, Membership, MemberState, OpenHold, Standing
from guerdon.core.wallet import Lot, Wallet

if TYPE_CHECKING:
    from guerdon.core.version import Version

_LARGE = 10**9
"""From here on a grant is held against the largest balance."""


# Most events leave these as they are. Whoever has something to put there puts a new value in their place.
_NOTHING: dict[str, Any] = {}
_NO_LINES: list[int] = []


class Case:
    """One event being worked through."""

    __slots__ = (
        "_shares",
        "active_at",
        "added_seen",
        "as_of",
        "at",
        "badges",
        "bar",
        "choices",
        "codes",
        "codes_seen",
        "codes_used",
        "counted_out",
        "counting",
        "coupons",
        "day",
        "discount",
        "effects",
        "event",
        "facts",
        "happened",
        "holds",
        "household",
        "issued",
        "last_activity_at",
        "limit_uses",
        "limits_seen",
        "mask",
        "mask_of_all",
        "masks",
        "memberships",
        "merged_cards",
        "meters",
        "nets",
        "notes",
        "paid_ahead",
        "payments",
        "progress",
        "purchases",
        "rates_seen",
        "referrer",
        "returned",
        "roster",
        "seeds_seen",
        "settled_at",
        "standings",
        "state",
        "tickets",
        "today",
        "total",
        "traits",
        "trigger",
        "used",
        "version",
        "wallets",
    )

    def __init__(
        self, version: "Version", state: MemberState, event: Event, at: Instant, facts: Facts, *, traced: bool
    ) -> None:
        """Open the case of an event that happened at an instant, under the version in force then."""
        self.version = version
        self.counting = version
        """The version whose meters count: for a late event the one in force now."""
        self.state = state
        self.event = event
        self.facts = facts
        self.at = at
        self.day: Day = version.zone.day(at)
        self.as_of = state.as_of
        self.settled_at: Instant | None = None
        self.today = self.day
        self.last_activity_at = state.last_activity_at
        self.wallets = state.wallets.copy()
        self.meters = state.meters.copy()
        # What few events change is not copied: whoever changes it puts a new value in its place.
        self.standings = state.standings
        self.used = state.used
        self.returned = state.returned
        self.traits = state.traits
        self.referrer = state.referrer
        self.memberships = state.memberships
        self.choices = state.choices
        self.badges = state.badges
        self.progress = state.progress
        self.coupons = state.coupons
        self.tickets = state.tickets
        self.household = state.household
        self.roster = state.roster
        self.active_at = state.active_at
        self.holds = state.holds
        self.bar: Bar | None = state.bar
        self.merged_cards = state.merged_cards
        self.purchases = state.purchases
        self.happened: list[Trigger] = []
        self.trigger: Trigger = ""
        self.effects: list[Effect] = []
        self.notes: list[Note] | None = [] if traced else None
        self.limit_uses: dict[str, int] = {}
        self.counted_out: dict[str, int] = _NOTHING
        self.limits_seen: dict[str, int] = {}
        self.rates_seen: dict[str, Rate] = _NOTHING
        self.seeds_seen: dict[str, str] = _NOTHING
        self.added_seen: dict[str, int] = _NOTHING
        self.codes_seen: dict[str, ShownCode] = _NOTHING
        self.codes: tuple[str, ...] = ()
        """What the codes of the purchase stand for: themselves, or the batches that they belong to."""
        self.issued: dict[str, tuple[str, ShownCode]] = _NOTHING
        """By batch: the first code of it that is shown, as it is shown, and what was found about it."""
        self.codes_used: tuple[str, ...] = ()
        self.discount = 0
        self.paid_ahead = 0
        self.nets = self.payments = self.masks = _NO_LINES
        self.mask = self.mask_of_all = 0
        self._shares: dict[str, dict[int, int]] = _NOTHING
        self.total = 0

    # What rules ask.

    def day_of(self, instant: Instant) -> Day:
        """The local day of an instant; mostly it is that of the case."""
        return self.day if instant == self.at else self.version.zone.day(instant)

    def levels(self) -> list[str]:
        """The member's tier on each ladder."""
        return [self.level(ladder) for ladder in self.version.ladders]

    def line_shares(self, grant: Granted) -> dict[int, int]:
        """What each line earned of a grant of this purchase."""
        known = self._shares.get(grant.mechanic)
        if known is None:
            known = grant.by_line(self.payments)
            self._shares = self._shares | {grant.mechanic: known}
        return known

    def has_level(self, levels: Container[str]) -> bool:
        """Whether the member stands on one of these levels, on any ladder."""
        for ladder in self.version.ladders:  # noqa: SIM110 - a generator takes twice as long for the one or two there are
            if self.level(ladder) in levels:
                return True
        return False

    def belongs_to(self, name: str) -> bool:
        """Whether the member is in a plan of this name, or stands on a level of it."""
        return name in self.memberships or self.has_level((name,))

    def level(self, ladder: str) -> str:
        """The member's tier on one ladder: the lowest where none was reached."""
        standing = self.standings.get(ladder)
        return self.version.ladders[ladder] if standing is None else standing.level

    def wallet(self, unit: str) -> Wallet:
        """The member's wallet of a unit."""
        return self.wallets.get(unit, wallet.EMPTY)

    def reading(self, meter: str, day: Day) -> int:
        """What a meter shows on a day."""
        if self.counting is not self.version:
            meter = self.counting.meter_now(meter, self.version)
            if not meter:
                return 0
        return meters.value(self.meters.get(meter, {}), self.counting.program.meters[meter].window, day)

    def is_first_purchase(self) -> bool:
        """Whether the member never bought before."""
        return isinstance(self.event, Purchase) and self.state.purchases == 0

    def days_enrolled(self) -> int:
        """Days since the member joined; 0 before."""
        joined = self.state.enrolled_at
        return 0 if joined is None else self.day - self.version.zone.day(joined)

    def is_enrolled_since(self, term: Term) -> bool:
        """Whether the member joined so long ago, by whole days: a week after joining on the 1st is the 8th."""
        return term.ends(self._joined_on()) - 1 <= self.day

    def is_enrolled_within(self, term: Term) -> bool:
        """Whether the member joined no longer ago than this: within a week of joining on the 1st is up to the 8th."""
        return self.day < term.ends(self._joined_on())

    def _joined_on(self) -> Day:
        """The day of joining; for a member who is just joining, today."""
        joined = self.at if self.state.enrolled_at is None else self.state.enrolled_at
        return self.version.zone.day(joined)

    def in_birthday_month(self) -> bool:
        """Whether the member's birthday lies in this calendar month."""
        return self.traits.birthday[:2] == f"{date_of(self.day):%m}"

    def role(self) -> str:
        """The member's role in the household; empty without one."""
        return self.household.role if self.household is not None and self.household.standing == "in" else ""

    def paid_part(self, tenders: Container[str], bill: Purchase | None = None) -> tuple[int, int]:
        """For a bill paid in several ways: what was paid by some of them, and all of it. 1 and 1 for any other."""
        parts = getattr(self.event if bill is None else bill, "tenders", None)
        if not parts:
            return 1, 1
        return sum([amount for tender, amount in parts.items() if tender in tenders]), sum(parts.values()) or 1

    def note(self, mechanic: str, outcome: str, code: str, sentence: str) -> None:
        """Write a line into the trace, where one is kept."""
        if self.notes is not None:
            self.notes.append(Note(mechanic, outcome, code, sentence))

    def note_once(self, mechanic: str, outcome: str, code: str, sentence: str) -> None:
        """The same for what several rules may find out, which the trace says once."""
        if self.notes is not None and Note(mechanic, outcome, code, sentence) not in self.notes:
            self.note(mechanic, outcome, code, sentence)

    def is_over(self) -> bool:
        """Whether the member has left or was merged into another: then time brings nothing but what still expires."""
        return self.bar is not None and self.bar.is_end

    # What rules have done.

    def grant(
        self,
        unit: str,
        amount: int,
        mechanic: str,
        *,
        expires_at: Instant | None,
        matures_at: Instant | None = None,
        reference: str = "",
        proposal: Proposal | None = None,
        funded_by: str = "",
        apart: bool = False,
    ) -> None:
        """Give an amount to the member, pay back what is owed, and count it in the meters of what was earned.

        What is granted ``apart`` hangs on no lines of a purchase.
        """
        self._put(unit, Lot(amount, self.at, expires_at, 0, matures_at, reference))
        self.effects.append(
            Granted(
                mechanic,
                unit,
                amount,
                proposal.wanted if proposal is not None and proposal.capped_by else None,
                proposal.capped_by if proposal is not None else "",
                proposal.rate if proposal is not None else None,
                proposal.lines if proposal is not None else None,
                expires_at,
                matures_at,
                reference,
                proposal.shares if proposal is not None else None,
                self.settled_at,
                funded_by,
                apart or (proposal is not None and proposal.apart),
            )
        )
        self.repay(unit)
        for meter in self.counting.meters_of_earned.get(unit, ()):
            self.count(meter, amount, self.day)

    def put(
        self,
        unit: str,
        amount: int,
        expires_at: Instant | None,
        reference: str = "",
        *,
        matures_at: Instant | None = None,
    ) -> None:
        """Add an amount to a wallet, without an effect of its own."""
        self._put(unit, Lot(amount, self.at, expires_at, 0, matures_at, reference))

    def _put(self, unit: str, lot: Lot) -> None:
        if lot.amount > MAX_AMOUNT:
            raise stop("amount_out_of_range", amount=lot.amount, limit=MAX_AMOUNT)
        before = self.wallets.get(unit, wallet.EMPTY)
        # Smaller grants would take thousands of years to fill 64 bits.
        if lot.amount > _LARGE and wallet.total(before) + lot.amount > MAX_BALANCE:
            raise stop("balance_out_of_range", unit=unit)
        self.wallets[unit] = wallet.grant(before, lot)

    def repay(self, unit: str) -> None:
        """Pay a debt back as far as the available lots go."""
        if self.wallets[unit].debt:
            self.wallets[unit], repaid = wallet.repay(self.wallets[unit])
            if repaid:
                self.effects.append(Repaid(unit, repaid))

    def spend(self, unit: str, amount: int, reward: str, *, partner: str = "") -> None:
        """Take an amount that is known to be available."""
        if amount:
            self.wallets[unit], _ = wallet.spend(self.wallet(unit), amount)
            self.effects.append(Spent(unit, amount, reward, self.settled_at, partner))

    def reserve(self, hold_id: str, held: OpenHold) -> None:
        """Open a hold. The amount is known to be available."""
        if held.amount:
            self.wallets[held.unit], _ = wallet.hold(self.wallet(held.unit), held.amount, hold_id)
        self.holds = self.holds | {hold_id: held}
        pieces = held.quantity if held.reward else 0
        self.effects.append(Held(hold_id, held.until, held.unit, held.amount, held.reward, pieces, held.code))

    def end_hold(self, hold_id: str) -> None:
        """Forget an open hold, whatever becomes of what it holds."""
        self.holds = {other: held for other, held in self.holds.items() if other != hold_id}

    def give(self, cause: str, unit: str, amount: int) -> None:
        """Give a cause an amount that is known to be available."""
        self.wallets[unit], _ = wallet.spend(self.wallet(unit), amount)
        self.effects.append(Donated(cause, unit, amount))

    def hand_over(self, unit: str, amount: int, to: str) -> tuple[Lot, ...]:
        """Let an amount that is known to be available leave for another member; gives it lot by lot."""
        self.wallets[unit], lots = wallet.give_away(self.wallet(unit), amount)
        self.effects.append(Gave(unit, amount, to))
        return lots

    def convert(self, converted: Converted, *, reference: str = "") -> None:
        """Let an amount that is known to be available become what it is converted into: a voucher with a reference."""
        self.wallets[converted.unit], _ = wallet.spend(self.wallet(converted.unit), converted.amount)
        self.effects.append(converted)
        if not converted.partner:
            self.put(converted.into, converted.got, converted.expires_at, reference)
            self.repay(converted.into)

    def withdraw(self, unit: str, amount: int, mechanic: str, *, matures_at: Instant, day: Day, partner: str) -> None:
        """Take back what a mechanic has granted on a day and what is still pending of it."""
        self.wallets[unit], taken = wallet.take_pending(self.wallet(unit), amount, mechanic, matures_at)
        if taken:
            self.effects.append(Reversed(mechanic, unit, taken, pending=taken, funded_by=partner))
            for meter in self.version.meters_of_earned.get(unit, ()):
                self.count_out(meter, taken, day)

    def take_off(self, mechanic: str, unit: str, lot: Lot) -> None:
        """Spend a voucher whole and take it off the basket."""
        self.wallets[unit] = wallet.spend_lot(self.wallet(unit), lot)
        self.effects.append(Discounted(mechanic, unit, lot.amount, lot.reference, lot.expires_at))
        self.discount += lot.amount
        self.total -= lot.amount

    def reduce(
        self,
        mechanic: str,
        amount: int,
        lines: tuple[int, ...] = (),
        shares: tuple[int, ...] = (),
        *,
        reference: str = "",
        proposal: Proposal | None = None,
    ) -> None:
        """Take an amount off the price of some lines, or of the basket as a whole where none are named."""
        self._take_off_price(amount, lines, shares)
        capped = proposal is not None and bool(proposal.capped_by)
        wanted, capped_by = (proposal.wanted, proposal.capped_by) if proposal is not None and capped else (None, "")
        self.effects.append(Reduced(mechanic, amount, lines, shares, reference, wanted, capped_by))

    def pay_with(self, paid: PaidWith) -> None:
        """Pay a part of the bill with an amount that is known to be available."""
        self.wallets[paid.unit], _ = wallet.spend(self.wallet(paid.unit), paid.amount)
        self.effects.append(paid)
        if paid.earns:
            self.paid_ahead += paid.money
        else:
            self._take_off_price(paid.money, paid.lines, paid.shares)

    def _take_off_price(self, amount: int, lines: tuple[int, ...], shares: tuple[int, ...]) -> None:
        """Lower what is to be paid for some lines, by so much each, or for the basket as a whole."""
        if lines:
            self.nets, self.discount = lowered(payments_of(self.nets, self.discount), lines, shares), 0
        else:
            self.discount += amount
        self.total -= amount
        self.payments = payments_of(self.nets, self.discount)

    def use_membership(self, plan: str) -> None:
        """Note that a membership was made use of: its fee is not given back any more."""
        membership = self.memberships.get(plan)
        if membership is not None and not membership.used:
            self.memberships = self.memberships | {plan: msgspec.structs.replace(membership, used=True)}

    def be_member(
        self,
        plan: str,
        membership: Membership | None,
        why: str,
        *,
        until: Instant | None = None,
        refund: bool = False,
        unused_terms: int = 0,
    ) -> None:
        """Set where the member stands with a plan; None ends it. Beginnings and ends happen for other rules too."""
        before = self.memberships.get(plan)
        others = {name: held for name, held in self.memberships.items() if name != plan}
        self.memberships = others if membership is None else others | {plan: membership}
        was, is_now = "" if before is None else before.status, "" if membership is None else membership.status
        self.effects.append(MembershipChanged(plan, was, is_now, why, until, self.settled_at, refund, unused_terms))
        if before is None or membership is None:
            self.happened.append(f"left:{plan}" if membership is None else f"joined:{plan}")

    def send(self, event: EngineEvent) -> None:
        """Send an event to another member; the same one once, however often it is sent."""
        sent = Sent(event)
        if sent not in self.effects:
            self.effects.append(sent)

    def has_sent(self, event_id: str) -> bool:
        """Whether an event of that id was sent already."""
        return any(isinstance(effect, Sent) and effect.event.id == event_id for effect in self.effects)

    def pass_on(self, unit: str, amount: int, to: str, *, expires_at: Instant | None) -> None:
        """Let an amount that is known to be available leave for another member, first out of what expires then."""
        held = self.wallet(unit)
        self.wallets[unit], _, _ = wallet.take_back(held, amount, expires_at=expires_at, matures_at=None)
        self.effects.append(Gave(unit, amount, to))

    def choose(self, menu: str, period: Day, options: tuple[str, ...]) -> None:
        """Note what the member picked of a menu for the period that begins on a day. Nothing takes the choice back.

        Choices for periods that no event can fall into any more are dropped, but for the last.
        """
        oldest = self.version.keep_from(self.today)
        kept = {start: chosen for start, chosen in self.choices.get(menu, {}).items() if start != period}
        if options:
            kept[period] = options
        still = max([start for start in kept if start <= oldest], default=oldest)
        kept = {start: kept[start] for start in sorted(kept) if start >= still}
        others = {name: chosen for name, chosen in self.choices.items() if name != menu}
        self.choices = others | {menu: kept} if kept else others
        self.effects.append(Chosen(menu, period, options))

    def progress_of(self, mechanic: str, counter: str) -> int:
        """A counter that a mechanic keeps for the member; 0 before it was set."""
        return self.progress.get(mechanic, {}).get(counter, 0)

    def set_progress(
        self,
        mechanic: str,
        counter: str,
        value: int,
        *,
        told: bool = True,
        lines: tuple[int, ...] | None = None,
        shares: tuple[int, ...] | None = None,
    ) -> None:
        """Set a counter that a mechanic keeps; ``told`` makes an effect of it. A counter of 0 is not kept.

        ``lines`` and ``shares`` say what each line of a purchase did for it.
        """
        counters = dict(self.progress.get(mechanic, {}))
        before = counters.pop(counter, 0)
        if value:
            counters[counter] = value
        others = {name: kept for name, kept in self.progress.items() if name != mechanic}
        self.progress = others | {mechanic: counters} if counters else others
        if told and value != before:
            self.effects.append(Progressed(mechanic, counter, before, value, lines, shares, self.settled_at))

    def period_start(self, day: Day, unit: PeriodUnit) -> Day:
        """The first day of the period that a day lies in; a statement period is the member's own."""
        return statement_start(day, self.statement_day()) if unit == "statement" else period_start(day, unit)

    def period_end(self, day: Day, unit: PeriodUnit) -> Day:
        """The first day behind the period that a day lies in."""
        return statement_end(day, self.statement_day()) if unit == "statement" else period_end(day, unit)

    def statement_day(self) -> int:
        """The day of the month on which the member's statement periods begin: the program's, or that of joining."""
        return self.version.program.statement_day or date_of(self._joined_on()).day

    def lifetime(self, unit: str) -> Lifetime | Unit:
        """How a unit expires for the member: by the tier, where the program says so."""
        declared = self.version.program.units[unit]
        if not declared.lifetimes:
            return declared
        for level, lifetime in declared.lifetimes.items():
            if self.has_level((level,)):
                return lifetime
        return declared

    def expiry(self, unit: str, own: Term | None = None) -> Instant | None:
        """When what is granted now expires: by its own term, or else as its unit does for the member."""
        term = own or self.lifetime(unit).expires
        return None if term is None else self.version.zone.start(term.ends(self.day))

    def alive_since(self, unit: str) -> Instant | None:
        """From when on the want of activity counts; None: there was none yet.

        Where the tier decides, not from before the member came to it, or was confirmed on it.
        """
        declared, active = self.version.program.units[unit], self.last_activity_at
        if declared.kept_alive_by:
            active = self.active_at.get(unit, active)
        if active is None or not declared.lifetimes:
            return active
        judged = [standing.since for standing in self.standings.values() if standing.level in declared.lifetimes]
        return max([active, *judged])

    def stay_alive(self, kind: str) -> None:
        """Note an event of a kind for the units that only some kinds keep alive. Joining starts the clock of all."""
        for unit, kinds in self.version.kept_alive.items():
            before = self.active_at.get(unit, self.state.last_activity_at)
            does = kind in kinds or f"{kind}:{getattr(self.event, 'action', '')}" in kinds
            active = max(self.at, before or 0) if does or before is None else before
            if active != self.active_at.get(unit):
                self.active_at = self.active_at | {unit: active}

    def expire(self, unit: str, at: Instant) -> None:
        """Let go what has reached its expiry."""
        before = self.wallets[unit]
        self.wallets[unit], gone = wallet.expire(before, at)
        for lot in gone:
            unripe = lot.amount if lot.matures_at is not None else 0
            self.effects.append(Expired(unit, lot.amount, at, "expiry", unripe, lot.reference))

    def lapse(self, unit: str, at: Instant) -> None:
        """Let the whole wallet go for want of activity."""
        self.wallets[unit], gone = wallet.empty(self.wallets[unit], at)
        unripe = sum([lot.amount for lot in gone if lot.matures_at is not None])
        amount = sum([lot.amount for lot in gone])
        if amount:
            self.effects.append(Expired(unit, amount, at, "inactivity", unripe))

    def mature(self, unit: str, at: Instant) -> None:
        """Make available what has matured."""
        self.wallets[unit], amount = wallet.mature(self.wallets[unit], at)
        if amount:
            self.effects.append(Matured(unit, amount, at))
            self.repay(unit)

    def stand(self, ladder: str, standing: Standing, at: Instant, why: str) -> None:
        """Set the member's place on a ladder."""
        before = self.level(ladder) if ladder in self.standings else ""
        self.standings = self.standings | {ladder: standing}
        self.effects.append(TierChanged(ladder, before, standing.level, at, why, standing.until))

    def cap(self, proposal: Proposal, unit: str) -> None:
        """Record that a cap left nothing."""
        self.effects.append(Capped(proposal.rule.name, unit, proposal.wanted, proposal.capped_by))

    def award(self, badge: str, mechanic: str = "") -> None:
        """Give a badge, and let it be known to the rules that react to it."""
        times = self.badges.get(badge, 0) + 1
        self.badges = self.badges | {badge: times}
        self.effects.append(Awarded(badge, times, mechanic))
        self.happened.append(f"awarded:{badge}")

    def lose_badge(self, badge: str) -> None:
        """Take a badge back once; one that is not there stays so."""
        times = self.badges.get(badge, 0) - 1
        if times >= 0:
            others = {name: held for name, held in self.badges.items() if name != badge}
            self.badges = self.badges | {badge: times} if times else others
            self.effects.append(BadgeLost(badge, times))

    def issue_coupon(self, coupon: Coupon, mechanic: str = "") -> None:
        """Give a personal coupon."""
        self.coupons = (*self.coupons, coupon)
        self.effects.append(CouponIssued(coupon.coupon, coupon.reference, coupon.expires_at, mechanic))

    def withdraw_coupon(self, reference: str) -> bool:
        """Take a coupon back that was not used yet, on hold or not; tells whether it was still there."""
        for hold_id, held in self.holds.items():
            if held.coupon is not None and held.coupon.reference == reference:
                self.end_hold(hold_id)
                self.coupons = (*self.coupons, held.coupon)
                self.effects.append(Released(hold_id, "withdrawn", code=held.code))
        found = [coupon for coupon in self.coupons if coupon.reference == reference]
        self.coupons = tuple([coupon for coupon in self.coupons if coupon.reference != reference])
        self.effects += [CouponWithdrawn(coupon.coupon, reference) for coupon in found]
        return bool(found)

    def hold_tickets(self, game: str, tickets: tuple[str, ...]) -> None:
        """Set the tickets that the member holds in a raffle."""
        others = {name: held for name, held in self.tickets.items() if name != game}
        self.tickets = others | {game: tickets} if tickets else others

    def seed(self, commitment: str) -> str | None:
        """The seed of a game, by its commitment; None: it was not found.

        What was seen is kept beside the decision, so that a replay needs nothing but the journal.
        """
        seed = self.facts.seeds.get(commitment)
        if seed is not None:
            self.seeds_seen = self.seeds_seen | {commitment: seed}
        return seed

    # Counting.

    def left_of(self, limit: str) -> int:
        """What is left of a shared limit after what this case has used of it.

        What was seen is kept beside the decision, so that a replay is told the same.
        """
        counted_as = self.version.first_name(limit)
        used = self.limits_seen[counted_as] = self.facts.limits.get(counted_as, 0)
        added = self.facts.added.get(counted_as, 0)
        if added:
            self.added_seen = self.added_seen | {counted_as: added}
        return self.version.allowed(limit) + added - used - self.limit_uses.get(counted_as, 0)

    def use(self, limit: str, amount: int) -> None:
        """Use some of a shared limit. It is taken from the limit in the same transaction that stores the decision."""
        counted_as = self.version.first_name(limit)
        self.limit_uses[counted_as] = self.limit_uses.get(counted_as, 0) + amount

    def give_back(self, counted_as: str, amount: int) -> None:
        """Give some of a shared limit back, by the name under which it is counted.

        What was used of it is kept beside the decision too: a ledger is proven by what each decision was told.
        """
        self.limits_seen[counted_as] = self.facts.limits.get(counted_as, 0)
        self.limit_uses[counted_as] = self.limit_uses.get(counted_as, 0) - amount

    def used_in(self, allowance: str, period_day: Day) -> int:
        """What is used of an allowance in the period that starts on that day."""
        return self.used.get(allowance, {}).get(period_day, 0)

    def count_use(self, allowance: str, period_day: Day, amount: int) -> None:
        """Count an amount against an allowance per member, in the period that starts on that day."""
        buckets = self.used.get(allowance, {}).copy()
        buckets[period_day] = buckets.get(period_day, 0) + amount
        oldest = self._keeps_from(self.version.keep_from(self.today))
        if len(buckets) > 1 and min(buckets) < oldest:
            # The youngest period that starts before the first day still accepted is the one that day lies in.
            still = max([day for day in buckets if day <= oldest], default=oldest)
            buckets = {day: used for day, used in buckets.items() if day >= still}
        self.used = self.used | {allowance: buckets}

    def count_use_back(self, allowance: str, period_day: Day, amount: int) -> None:
        """Count less against an allowance per member, where its period is still remembered."""
        buckets = self.used.get(allowance, {})
        if period_day in buckets:
            self.used = self.used | {allowance: buckets | {period_day: buckets[period_day] - amount}}

    def count(self, meter: str, amount: int, day: Day) -> None:
        """Add an amount to a meter, in the window of that day."""
        window = self.counting.program.meters[meter].window
        keep_from = self._keeps_from(self.counting.meter_keeps_from(meter, self.today))
        buckets = self.meters[meter] = meters.add(self.meters.get(meter, {}), window, day, amount, keep_from=keep_from)
        if amount > _LARGE and sum(buckets.values()) > MAX_BALANCE:
            raise stop("balance_out_of_range", unit=meter)

    def count_out(self, meter: str, amount: int, day: Day) -> None:
        """Take an amount that came back out of a meter again."""
        self.counted_out = self.counted_out | {meter: self.counted_out.get(meter, 0) + amount}
        self.count(meter, -amount, day)

    def _keeps_from(self, day: Day) -> Day:
        """The first day to keep; for a late event all, as the version of its own date may look back less far."""
        return 0 if self.day < self.today else day

    def result(self, next_due_at: Instant | None) -> MemberState:
        """The state as the case leaves it."""
        return MemberState(
            self.state.enrolled_at,
            self.as_of,
            self.version.number,
            next_due_at,
            self.last_activity_at,
            self.purchases,
            self.wallets,
            self.meters,
            self.standings,
            self.used,
            self.returned,
            self.traits,
            self.referrer,
            self.memberships,
            self.choices,
            self.badges,
            self.progress,
            self.coupons,
            self.tickets,
            self.household,
            self.roster,
            self.active_at,
            self.holds,
            self.bar,
            self.merged_cards,
        )
