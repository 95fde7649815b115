"""What a member gives away out of a wallet: how little, in what steps, how often and by whom it may be given.

What causes, sendings and conversions have in common. Unlike a grant, which caps cut down, an amount that a member has
named is taken whole or not at all.

**Worked.** At least 100 points, in steps of 50, at most 500 a month. A member who has sent 400 this month is refused 75
(less than 100), 120 (not in steps of 50) and 150 (100 are left), and may send 100.
"""

from guerdon.core import wallet
from guerdon.core.case import Case
from guerdon.core.conditions import Condition
from guerdon.core.program import Allowance, Cap
from guerdon.core.refusals import stop


class Wish:
    """What may be given away of one unit, under one mechanic."""

    def __init__(
        self, name: str, unit: str, *, condition: Condition | None = None, least: int = 1, step: int = 1,
        cap: Cap | None = None,
    ) -> None:  # fmt: skip
        """``cap`` bounds what each member gives, in each period; amounts are in the unit's smallest part."""
        self.name, self.unit = name, unit
        self._condition, self._least, self._step = condition, least, step
        self._amounts = () if cap is None else cap.per_member
        self._times = () if cap is None else cap.times

    def check(self, case: Case, amount: int, *, fee: int = 0) -> None:
        """Whether the member may give this amount.

        Refused, in this order: not for this member, too little, not in steps, above what is left of an allowance, more
        than is available.
        """
        failing = None if self._condition is None else self._condition.failing(case)
        if failing is not None:
            raise stop("not_for_this_member", name=self.name, reason=failing.sentence)
        if amount < self._least:
            raise stop("amount_below_minimum", amount=amount, unit=self.unit, least=self._least)
        if amount % self._step:
            raise stop("amount_not_in_steps", amount=amount, unit=self.unit, step=self._step)
        for allowance in self._amounts:
            _check_allowance(case, self.name, allowance, amount, self.unit)
        for allowance in self._times:
            _check_allowance(case, f"{self.name}/times", allowance, 1, "times")
        held = wallet.available(case.wallet(self.unit))
        if amount + fee > held:
            raise stop("wanted_exceeds_available", wanted=amount + fee, unit=self.unit, available=held)

    def count(self, case: Case, amount: int) -> None:
        """Count what was given against the allowances."""
        for allowance in self._amounts:
            case.count_use(*_period(case, self.name, allowance), amount)
        for allowance in self._times:
            case.count_use(*_period(case, f"{self.name}/times", allowance), 1)


def _period(case: Case, owner: str, allowance: Allowance) -> tuple[str, int]:
    """The name under which an allowance is counted, and the first day of its period."""
    return f"{owner}/{allowance.period}", case.period_start(case.day, allowance.period)


def _check_allowance(case: Case, owner: str, allowance: Allowance, wanted: int, what: str) -> None:
    left = allowance.amount - case.used_in(*_period(case, owner, allowance))
    if wanted > left:
        raise stop("allowance_used_up", wanted=wanted, what=what, left=max(left, 0), period=allowance.period)
