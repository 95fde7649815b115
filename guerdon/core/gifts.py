"""Gifts: what a member gets for a full card, a finished challenge or a prize, and how it is taken back.

A gift is an amount of a unit, a personal coupon, a badge, or a thing that is handed over. It hangs on no line of a
basket: the mechanic that gave it says, when goods come back, how often it would have been given without them.

**Worked.** A card gives 50 points for 10 stamps. A basket of 24 items fills it twice and gives twice 50 points. Five
items come back: with 19 the card would have been full once, so the second gift is taken back, and the first stays.
"""

from collections.abc import Sequence

import msgspec

from guerdon.core.belongings import Coupon
from guerdon.core.calendar import Term
from guerdon.core.case import Case
from guerdon.core.effects import Awarded, CouponIssued, Effect, Granted, Rewarded
from guerdon.core.granting import Giver
from guerdon.core.program import Program, Quantity
from guerdon.core.returning import Origin, take_back_amount
from guerdon.core.rule import Proposal, Rule
from guerdon.core.workshop import Workshop


class Gift(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a member gets without paying for it. Exactly one of the first four is given."""

    quantity: Quantity | None = None
    """An amount of a unit; of money as a voucher."""
    coupon: str = ""
    """The mechanic of the coupon."""
    badge: str = ""
    thing: str = ""
    """A reward of the catalogue, without its cost and its stock; or the name of what is handed over."""
    valid: Term | None = None
    """How long an amount or a coupon lasts; None: as the unit or the coupon's own mechanic says."""


class Gifts:
    """Gives the gifts of one mechanic, under one label."""

    def __init__(self, workshop: Workshop, label: str, gifts: Sequence[Gift]) -> None:
        """Make ready; ``label`` is what grants and vouchers are known by."""
        self.label = label
        self._gifts = [_with_term(_out_of_catalogue(gift, workshop.program), workshop.program) for gift in gifts]
        self._givers = [_giver(workshop, label, gift) for gift in self._gifts]

    def give(self, case: Case, rule: Rule, part: str = "") -> None:
        """Give them all once. ``part`` tells several givings of one event apart."""
        for place, gift in enumerate(self._gifts):
            giver, own = self._givers[place], f"{part}/{place + 1}" if len(self._gifts) > 1 else part
            if giver is not None and gift.quantity is not None:
                amount = gift.quantity.amount
                giver.give(case, Proposal(rule, amount, amount, apart=True), own)
            elif gift.coupon:
                reference = f"{case.event.id}/{self.label}{own}"
                ends = None if gift.valid is None else case.version.zone.start(gift.valid.ends(case.day))
                case.issue_coupon(Coupon(gift.coupon, reference, case.at, ends), self.label)
            elif gift.badge:
                case.award(gift.badge, self.label)
            else:
                case.effects.append(Rewarded(gift.thing, mechanic=self.label))

    def were_given(self, case: Case) -> bool:
        """Whether this very event has given them already."""
        return bool(self._given(case.effects))

    def times_given(self, origin: Origin) -> int:
        """How often they were given for a purchase."""
        return len(self._given(origin.effects)) // len(self._gifts) if self._gifts else 0

    def take_back(self, case: Case, origin: Origin, times: int) -> None:
        """Take back, the last first, until so many of a purchase's givings are undone; none is undone twice.

        A coupon that was used and a thing that was handed over stay.
        """
        given, each, undone = self._given(origin.effects), len(self._gifts), f"back:{origin.purchase.id}"
        before = case.progress_of(self.label, undone)
        if times <= before:
            return
        case.set_progress(self.label, undone, times, told=False)
        for effect in reversed(given[len(given) - times * each : len(given) - before * each]):
            if isinstance(effect, Granted):
                take_back_amount(case, effect, effect.amount, origin)
            elif isinstance(effect, CouponIssued):
                case.withdraw_coupon(effect.reference)
            elif isinstance(effect, Awarded):
                case.lose_badge(effect.badge)

    def _given(self, effects: Sequence[Effect]) -> list[Effect]:
        """Those of the effects that are theirs, in order: one a gift."""
        kinds = Granted | CouponIssued | Awarded | Rewarded
        return [effect for effect in effects if isinstance(effect, kinds) and effect.mechanic == self.label]


def _out_of_catalogue(gift: Gift, program: Program) -> Gift:
    """What a reward of the catalogue gives, in place of its name."""
    for reward in program.rewards:
        if reward.name == gift.thing and reward.gives is not None:
            return Gift(quantity=reward.gives, valid=gift.valid or reward.valid)
    return gift


def _with_term(gift: Gift, program: Program) -> Gift:
    """A coupon with the term of its own mechanic, where the gift says none."""
    terms = [getattr(each, "valid", None) for each in program.mechanics if gift.coupon and each.name == gift.coupon]
    return gift if gift.valid is not None or not terms else msgspec.structs.replace(gift, valid=terms[0])


def _giver(workshop: Workshop, label: str, gift: Gift) -> Giver | None:
    return None if gift.quantity is None else Giver(workshop, label, gift.quantity.unit, expires=gift.valid)
