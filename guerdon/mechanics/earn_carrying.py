"""Earning whose limit does not burn what is above it: the next period gives it.

What lies above the limits for a member and a period is kept in the member's ``progress`` and given at the start of the
next period, as far as that period's limit goes; the rest waits on. What is above any other limit burns.

**Worked.** At most 500 points a quarter. A purchase of February would bring 1,300: 500 are given, 800 carried over. On
1 April 500 of them are given, on 1 July the last 300; each counts against the limit of its own quarter.

**Returns.** The goods of February come back in March: the 500 are taken back, and nothing is carried over any more. In
May, 500 of the 800 have been given already: they are taken back too, and the 300 that wait are let go. The part of what
was carried over belongs to the goods as the grant itself does.
"""

from typing import TYPE_CHECKING

from guerdon.core import wallet
from guerdon.core.calendar import Instant, instant_of
from guerdon.core.case import Case
from guerdon.core.effects import Granted, Progressed, Reversed
from guerdon.core.returning import Origin
from guerdon.core.rule import Proposal
from guerdon.core.workshop import Workshop
from guerdon.mechanics.earn_rule import EarnRule

if TYPE_CHECKING:
    from guerdon.mechanics.earn import Earn

CARRIED = "carried over"
"""The counter of what waits for the next period."""


class CarryingEarnRule(EarnRule):
    """An earning mechanic that carries over."""

    def __init__(self, settings: "Earn", workshop: Workshop) -> None:
        """Look at the periods of the limit."""
        super().__init__(settings, workshop)
        self._periods = [allowance.period for allowance in settings.limit.per_member if allowance.period != "ever"]

    def carry_out(self, case: Case, proposal: Proposal) -> None:
        """Grant what fits, and keep what only the periods' limits cut off."""
        would_fit, _ = self._giver.within_caps(case, proposal.wanted, by_period=False)
        above = would_fit - proposal.amount
        super().carry_out(case, proposal)
        if above > 0:
            case.set_progress(self.name, CARRIED, case.progress_of(self.name, CARRIED) + above)

    def next_due(self, case: Case) -> Instant | None:
        """The start of the next period, while something waits for it."""
        if case.progress_of(self.name, CARRIED) <= 0 or not self._periods:
            return None
        day = case.day_of(case.as_of)
        return case.version.zone.start(min([case.period_end(day, period) for period in self._periods]))

    def settle(self, case: Case, at: Instant) -> None:
        """Give what waited, as far as the limits go. What no later period could give either burns."""
        waiting = case.progress_of(self.name, CARRIED)
        proposal = self._giver.propose(case, Proposal(self, waiting, waiting))
        would_fit, _ = self._giver.within_caps(case, waiting, by_period=False)
        # The grant tells it. An effect would look like one of the purchase that happens to be settled with.
        case.set_progress(self.name, CARRIED, would_fit - proposal.amount, told=False)
        if proposal.amount or would_fit < waiting:
            self._giver.give(case, proposal)

    def give_back(self, case: Case, origin: Origin) -> None:
        """Let go what still waits of these goods, and take back what was given of it since."""
        super().give_back(case, origin)
        if case.version.program.returns.points != "exact":
            return
        moved = [
            effect.after - effect.before
            for effect in origin.effects
            if isinstance(effect, Progressed) and effect.mechanic == self.name and effect.counter == CARRIED
        ]
        gone = self._coming_back(origin, sum(moved))
        waiting = case.progress_of(self.name, CARRIED)
        if gone:
            case.set_progress(self.name, CARRIED, max(waiting - gone, 0))
        if gone > waiting:
            self._take_from_wallet(case, gone - waiting, origin)

    def _coming_back(self, origin: Origin, carried: int) -> int:
        """The part of what a purchase had carried over that this return brings back."""
        if carried <= 0:
            return 0
        for effect in origin.effects:
            if isinstance(effect, Granted) and effect.mechanic == self.name and effect.at is None:
                like = Granted(self.name, effect.unit, carried, lines=effect.lines, shares=effect.shares)
                shares = like.by_line(origin.payments)
                return sum([origin.share_coming_back(share, line) for line, share in shares.items()])
        return origin.part_coming_back(carried)

    def _take_from_wallet(self, case: Case, amount: int, origin: Origin) -> None:
        unit = self.settings.earn
        for meter in case.version.meters_of_earned.get(unit, ()):
            case.count_out(meter, amount, case.version.zone.day(instant_of(origin.purchase.at)))
        after, pending, available = wallet.take_back(case.wallet(unit), amount, expires_at=None, matures_at=None)
        missing = amount - pending - available
        owed = missing if case.version.program.units[unit].debt == "owed" else 0
        case.wallets[unit] = wallet.owe(after, owed) if owed else after
        why, payer = "spent" if missing > owed else "", self.settings.funded_by
        case.effects.append(Reversed(self.name, unit, amount, available, pending, owed, missing - owed, why, payer))
