"""How amounts, days and effects look to a person in the terminal."""

from collections.abc import Iterable, Mapping

import msgspec
from rich.markup import escape

from guerdon.core.amounts import currency_scale
from guerdon.core.calendar import Instant, Zone, date_of
from guerdon.core.effects import (
    Absorbed,
    Adjusted,
    Awarded,
    BadgeLost,
    BenefitUsed,
    Capped,
    Captured,
    Chosen,
    Converted,
    CouponExpired,
    CouponIssued,
    CouponRestored,
    CouponUsed,
    CouponWithdrawn,
    DebtMoved,
    Discounted,
    Donated,
    Effect,
    Entered,
    Expired,
    ExpiresSoon,
    Gave,
    Granted,
    Held,
    HouseholdChanged,
    Matured,
    MembershipChanged,
    Merged,
    PaidWith,
    PaymentDue,
    Progressed,
    Received,
    Reduced,
    Refunded,
    Released,
    Repaid,
    Restored,
    Reversed,
    Rewarded,
    SegmentEntered,
    SegmentLeft,
    Sent,
    Separated,
    Spent,
    TicketsLost,
    TierChanged,
    Unmerged,
    Won,
)
from guerdon.core.events import (
    Absorb,
    Action,
    Adjust,
    Block,
    Capture,
    Close,
    Enrol,
    Event,
    Hold,
    Merge,
    Purchase,
    Receive,
    Redeem,
    Refer,
    Release,
    Return,
    Segment,
    Send,
    Separate,
    Tick,
    Unblock,
    addressed,
    kind_of,
    line_nets,
)
from guerdon.core.program import Program

_OfCoupons = CouponIssued | CouponUsed | CouponRestored | CouponWithdrawn | CouponExpired
_DONE = {
    CouponUsed: "used",
    CouponRestored: "given back",
    CouponWithdrawn: "withdrawn",
    CouponExpired: "lapsed",
}


def decimal(amount: int, scale: int) -> str:
    """An amount with its decimal digits: 1234 of scale 2 is ``12.34``; thousands are set apart."""
    if scale == 0:
        return f"{amount:,}"
    whole, part = divmod(abs(amount), 10**scale)
    return f"{'-' if amount < 0 else ''}{whole:,}.{part:0{scale}}"


def money(amount: int, currency: str) -> str:
    """Minor units as money: ``1,234.50 USD``."""
    return f"{decimal(amount, currency_scale(currency))} {currency}"


def together(effects: Iterable[Effect]) -> list[Effect]:
    """Effects with those added up that differ in nothing but amount and reference: five vouchers become one sum."""
    sums: dict[Effect | str, Effect] = {}
    for effect in effects:
        if isinstance(effect, Granted | Spent) and getattr(effect, "wanted", None) is None:
            alike = msgspec.structs.replace(
                effect, amount=0, **({"reference": ""} if effect.__class__ is Granted else {})
            )
            before = sums.get(alike)
            amount = effect.amount + (before.amount if isinstance(before, Granted | Spent) else 0)
            sums[alike] = msgspec.structs.replace(alike, amount=amount)
        else:
            # What goes to another member is known by its id, and holds what cannot be a key.
            sums[effect.event.id if isinstance(effect, Sent) else effect] = effect
    return list(sums.values())


def safe(text: str) -> str:
    """A text from outside for the terminal: no markup, and nothing that would steer it."""
    return escape("".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text))


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun: ``1 member``, ``2,469 members``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


class Shower:
    """Shows the amounts of one program."""

    def __init__(self, program: Program, zone: Zone) -> None:
        """Show in the program's units and on its local calendar."""
        self.program = program
        self.zone = zone

    def amount(self, amount: int, unit: str, *, signed: bool = False) -> str:
        """An amount of a unit: ``+12`` or ``5.00 USD``."""
        settings = self.program.units.get(unit)
        sign = "+" if signed and amount > 0 else ""
        if settings is not None and settings.money:
            return sign + money(amount, self.program.currency)
        return sign + decimal(amount, settings.scale if settings is not None else 0)

    def figure(self, amount: int, unit: str) -> str:
        """An amount of a unit for a column of them, money without its currency: ``5.00``."""
        settings = self.program.units.get(unit)
        if settings is not None and settings.money:
            return decimal(amount, currency_scale(self.program.currency))
        return self.amount(amount, unit)

    def amounts(self, amounts: Mapping[str, int], *, signed: bool = False) -> str:
        """Several: ``+12 points, +5.00 USD vouchers``."""
        return ", ".join(f"{self.amount(amount, unit, signed=signed)} {unit}" for unit, amount in amounts.items())

    def day(self, instant: Instant) -> str:
        """A local day: ``2017-04-01``."""
        return str(date_of(self.zone.day(instant)))

    def moment(self, instant: Instant) -> str:
        """A local day and time: ``2017-04-01 14:05``."""
        minute = self.zone.minute(instant)
        return f"{self.day(instant)} {minute // 60:02}:{minute % 60:02}"

    def event(self, event: Event) -> str:
        """What happened, in a few words."""
        if isinstance(event, Purchase):
            total = sum(line_nets(event.lines)) - event.discount
            return f"bought {counted(len(event.lines), 'line')} for {money(total, self.program.currency)}"
        if isinstance(event, Return):
            return f"returned from {event.purchase}"
        if isinstance(event, Redeem):
            return f"asked for {event.reward}"
        if isinstance(event, Hold | Capture | Release):
            return f"{kind_of(event)} {event.id if isinstance(event, Hold) else event.hold}"
        if isinstance(event, Action):
            return event.action
        if isinstance(event, Adjust):
            return f"adjusted by {event.by}: {event.reason}"
        if isinstance(event, Send):
            return f"sent to {event.to}"
        if isinstance(event, Merge):
            return f"merged into {event.into} by {event.by}" if event.by else f"merged into {event.into}"
        if isinstance(event, Block | Unblock | Close):
            return f"{kind_of(event)} by {event.by}: {event.reason}"
        if isinstance(event, Segment):
            return f"segments by {event.by}" if event.by else "segments"
        if isinstance(event, Absorb | Separate):
            return f"{kind_of(event)} {event.sender}"
        if isinstance(event, Receive):
            return f"got back from {event.sender}" if event.returned else f"received from {event.sender}"
        if isinstance(event, Refer):
            return f"{event.friend} sent goods back" if event.withdrawn else f"brought {event.friend} along"
        plain = {Enrol: "joined", Tick: "fell due"}
        return plain.get(type(event)) or f"{kind_of(event)} {addressed(event)}".strip()

    def effects(self, effects: Iterable[Effect]) -> str:
        """What came of it: each effect in a few words; those that differ in nothing but their amount are one."""
        return ", ".join(self.effect(effect) for effect in together(effects))

    def effect(self, effect: Effect) -> str:
        """What came of it, in a few words."""
        if isinstance(effect, Granted):
            cap = f" of {self.amount(effect.wanted, effect.unit)}, capped" if effect.wanted is not None else ""
            return f"{effect.mechanic} {self.amount(effect.amount, effect.unit, signed=True)}{cap}"
        if isinstance(effect, Capped):
            return f"{effect.mechanic} nothing, cap {effect.capped_by.replace('_', ' ')} reached"
        if isinstance(effect, Spent):
            return f"{effect.reward} {self.amount(-effect.amount, effect.unit)}"
        if isinstance(effect, Discounted):
            return f"voucher {self.amount(-effect.amount, effect.unit)}"
        if isinstance(effect, Reduced | PaidWith | Refunded | _OfCoupons | BenefitUsed):
            return self._of_a_price(effect)
        if isinstance(effect, Restored):
            return f"voucher {self.amount(effect.amount, effect.unit, signed=True)} given back"
        if isinstance(effect, Expired):
            return f"{effect.unit} {self.amount(-effect.amount, effect.unit)} lapsed ({effect.reason})"
        if isinstance(effect, Reversed):
            return self._reversed(effect)
        if isinstance(effect, TierChanged):
            moved = effect.after if effect.before in ("", effect.after) else f"{effect.before} → {effect.after}"
            return f"{effect.ladder} {moved} ({effect.why})"
        if isinstance(effect, Rewarded):
            several = f"{effect.quantity} × " if effect.quantity > 1 else ""
            return f"got {several}{effect.reward}{f', code {effect.code}' if effect.code else ''}"
        if isinstance(effect, Entered):
            return f"{effect.game} {counted(len(effect.tickets), 'ticket')}"
        if isinstance(effect, TicketsLost):
            return f"{effect.game} lost {counted(len(effect.tickets), 'ticket')}"
        if isinstance(effect, Won):
            instead = f" instead of {effect.instead_of}, which has run out" if effect.instead_of else ""
            return f"{effect.game} won {effect.prize}{instead}"
        if isinstance(effect, Awarded | BadgeLost):
            return f"badge {effect.badge}{' lost' if isinstance(effect, BadgeLost) else ''}"
        if isinstance(effect, Adjusted):
            return f"adjustment {self.amount(effect.amount, effect.unit, signed=True)}"
        if isinstance(effect, Matured | Repaid):
            word = "matured" if isinstance(effect, Matured) else "paid back"
            return f"{word} {self.amount(effect.amount, effect.unit)}"
        if isinstance(effect, Progressed):
            return self._progressed(effect)
        return (
            self._passed(effect)
            or self._of_a_hold(effect)
            or self._of_belonging(effect)
            or self._of_acting(effect)
            or self._plainly(effect)
        )

    def _of_acting(self, effect: Effect) -> str:
        """Whether the member may act, and for whom; segments; what will expire; empty for anything else."""
        if isinstance(effect, Merged):
            return f"merged into {effect.into}"
        if isinstance(effect, Unmerged):
            why = f" ({effect.refused.replace('_', ' ')})" if effect.refused else ""
            return f"parted from {effect.other}{why}"
        if isinstance(effect, Absorbed):
            return f"{'back' if effect.comes_home else 'took over'} from {effect.other}"
        if isinstance(effect, Separated):
            return f"gave back to {effect.other}"
        if isinstance(effect, DebtMoved):
            amount = self.amount(effect.amount, effect.unit)
            return f"owes {amount} of {effect.other}" if effect.arrives else f"{effect.other} owes {amount}"
        if isinstance(effect, SegmentEntered | SegmentLeft):
            by = f" ({effect.by})" if effect.by else ""
            return f"{'entered' if isinstance(effect, SegmentEntered) else 'left'} {effect.segment}{by}"
        if isinstance(effect, ExpiresSoon):
            last = date_of(self.zone.day(effect.expires_at - 1))
            return f"{self.amount(effect.amount, effect.unit)} {effect.unit} last through {last}"
        return ""

    def _passed(self, effect: Effect) -> str:
        """What passed between members, causes and partners; empty for anything else."""
        if isinstance(effect, Gave):
            return f"to {effect.to} {self.amount(-effect.amount, effect.unit)}"
        if isinstance(effect, Received):
            amount = self.amount(effect.amount, effect.unit, signed=True)
            why = f" came back ({effect.returned.replace('_', ' ')})" if effect.returned else ""
            return f"from {effect.sender} {amount}{why}"
        if isinstance(effect, Sent):
            return f"told {effect.event.member}" if not isinstance(effect.event, Receive) else "on its way"
        if isinstance(effect, Donated):
            return f"{effect.cause} {self.amount(-effect.amount, effect.unit)}"
        if isinstance(effect, Converted):
            got = self.amount(effect.got, effect.into, signed=True)
            return f"{effect.conversion} {self.amount(-effect.amount, effect.unit)}, {got} {effect.into}"
        return ""

    def _of_a_hold(self, effect: Effect) -> str:
        """What was held, and what became of it: ``held 200 points until 2017-04-01 14:05``; empty for anything else."""
        if not isinstance(effect, Held | Captured | Released):
            return ""
        what = [effect.reward or effect.code] if effect.reward or effect.code else []
        what += [f"{self.amount(effect.amount, effect.unit)} {effect.unit}"] if effect.amount else []
        told = " for ".join(what)
        if isinstance(effect, Held):
            return f"held {told} until {self.moment(effect.until)}"
        if isinstance(effect, Captured):
            return f"captured {told}"
        return f"{told} no longer held ({effect.why})"

    def _progressed(self, effect: Progressed) -> str:
        """A counter that moved: ``base 3 carried over``, ``base keeps 60/100``, ``card 4``."""
        kept, _, parts = effect.counter.partition("/")
        if kept == "fraction" and parts:
            return f"{effect.mechanic} keeps {effect.after}/{parts}"
        return f"{effect.mechanic} {effect.after} {effect.counter.partition(':')[0]}"

    def _of_belonging(self, effect: Effect) -> str:
        """What came of a plan, a household or a menu; empty for anything else."""
        if isinstance(effect, MembershipChanged):
            until = f" until {self.day(effect.until)}" if effect.until is not None else ""
            back = ", fee due back" if effect.refund else ""
            unused = f", {counted(effect.unused_terms, 'term')} unused" if effect.unused_terms else ""
            return f"{effect.plan} {effect.after or 'ended'} ({effect.why}){until}{back}{unused}"
        if isinstance(effect, PaymentDue):
            return f"{effect.plan} {money(effect.amount, self.program.currency)} due by {self.day(effect.by)}"
        if isinstance(effect, Chosen):
            period = date_of(effect.period)
            return f"{effect.menu} from {period}: {', '.join(effect.options) or 'nothing'}"
        if isinstance(effect, HouseholdChanged):
            return f"{effect.household} {effect.other}: {effect.role} {effect.why.replace('_', ' ')}"
        return ""

    def _of_a_price(self, effect: "Reduced | PaidWith | Refunded | _OfCoupons | BenefitUsed") -> str:
        """What came off a price, what was paid with, and what members hold a right to."""
        if isinstance(effect, Reduced):
            cut = "" if effect.wanted is None else f" of {money(effect.wanted, self.program.currency)}, capped"
            return f"{effect.mechanic} {money(-effect.amount, self.program.currency)}{cut}"
        if isinstance(effect, PaidWith):
            worth = money(effect.money, self.program.currency)
            return f"paid {worth} with {self.amount(effect.amount, effect.unit)} {effect.unit}"
        if isinstance(effect, Refunded):
            return f"{self.amount(effect.amount, effect.unit, signed=True)} {effect.unit} refunded"
        if isinstance(effect, BenefitUsed):
            left = "" if effect.left is None else f", {effect.left} left"
            return f"used {effect.benefit}{left}"
        if isinstance(effect, CouponUsed | CouponRestored | CouponWithdrawn | CouponExpired):
            return f"coupon {effect.coupon} {_DONE[type(effect)]}"
        until = "" if effect.expires_at is None else f" through {date_of(self.zone.day(effect.expires_at - 1))}"
        return f"coupon {effect.coupon} issued{until}"

    def _plainly(self, effect: Effect) -> str:
        """An effect by its kind and the names and amounts it carries: ``badge awarded: explorer``."""
        unit = getattr(effect, "unit", "")
        told = [self.amount(effect.amount, unit)] if unit and hasattr(effect, "amount") else []
        for field in msgspec.structs.fields(effect):
            value = getattr(effect, field.name)
            if isinstance(value, str) and value and field.name != "unit":
                told.append(value)
        return f"{self.outcome(effect)}: {', '.join(told)}" if told else self.outcome(effect)

    def subject(self, effect: Effect) -> str:
        """The mechanic, reward, ladder or segment that an effect comes from."""
        named = [getattr(effect, name, "") for name in ("mechanic", "reward", "ladder", "segment")]
        return next((name for name in named if name), "wallet")

    def outcome(self, effect: Effect) -> str:
        """What kind of effect it is, in a word or two."""
        return str(effect.__struct_config__.tag).replace("_", " ")

    def reason(self, effect: Effect, event: Event) -> str:
        """What came of it, with how it was worked out where a rate did it."""
        told = self.effect(effect)
        if not isinstance(effect, Granted) or not isinstance(event, Purchase):
            return told
        count = len(event.lines)
        on = f" on {count} of {count} lines" if effect.lines is None else f" on {len(effect.lines)} of {count} lines"
        if effect.at is not None:
            return told
        if effect.rate is None:
            return told + (on if effect.lines is not None else "")
        given = self.amount(effect.rate.amount, effect.unit)
        return f"{told}: {given} per {money(effect.rate.per, self.program.currency)}{on}"

    def _reversed(self, effect: Reversed) -> str:
        left = [
            f"{self.amount(amount, effect.unit)} {word}"
            for amount, word in ((effect.owed, "owed"), (effect.forgiven, f"let go ({effect.why_forgiven})"))
            if amount
        ]
        more = f" ({', '.join(left)})" if left else ""
        return f"{effect.mechanic} {self.amount(-effect.amount, effect.unit)}{more}"
