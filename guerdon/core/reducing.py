"""Reducing: what every mechanic that takes something off a price has in common. What is taken off, and its limits.

A price is reduced before it is settled what is paid. What is taken off is reckoned on **what is left to pay** for a
line at that moment: after the till's own discounts, and after what stands above in the file. So nothing ever costs less
than nothing, and two discounts of 10 % that add up make 19 %.

Limits are taken in the order: the share of the price, per basket, each member's in each period, how often a member, how
often in all, how often each code, and the total. What cannot be given is no error: the basket is recorded without it,
and the trace says why. A discount that comes to nothing uses no limit up.

**Worked.** ``10 % off`` lines of 19.99 and 5.00 takes 10 % of 24.99, which is 2.499 and rounds to 2.50: 2.00 of the
first line and 0.50 of the second. With at most 2.00 a basket it takes 1.60 and 0.40.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from guerdon.core.amounts import Rate, Rounding, allocate
from guerdon.core.case import Case
from guerdon.core.codes import use_code
from guerdon.core.conditions import LineTest
from guerdon.core.events import Line, Purchase
from guerdon.core.program import Allowance
from guerdon.core.rule import Proposal, Rule
from guerdon.core.workshop import Workshop

Shares = dict[int, int]
"""By line: what is taken off it, in minor units."""


class Off(msgspec.Struct, frozen=True):
    """What is taken off a price. Exactly one of ``share`` and ``amount`` is given."""

    share: Rate | None = None
    """Of what is left to pay: 10 % is ``Rate(10, 100)``."""
    amount: int | None = None
    """Minor units."""
    each: bool = False
    """The amount is taken off each item, and not once off all of them together."""


class PriceLimit(msgspec.Struct, frozen=True, kw_only=True):
    """Limits on what a mechanic takes off. Money in minor units. None: no limit."""

    share: Rate | None = None
    """Of what is left to pay for the lines that it looks at."""
    per_basket: int | None = None
    """Money off one basket."""
    per_member: tuple[Allowance, ...] = ()
    """Money off all baskets of a member, in each period."""
    times: tuple[Allowance, ...] = ()
    """How many baskets of a member, in each period."""
    uses: int | None = None
    """How many baskets of all members together."""
    uses_per_code: int | None = None
    """How many baskets each code is good for, over all members. A batch says so itself of its codes."""
    total: int | None = None
    """Money off all baskets of all members together."""


NO_LIMIT = PriceLimit()


def bought(case: Case) -> tuple[Line, ...]:
    """The lines of the basket that is worked through."""
    assert isinstance(case.event, Purchase)
    return case.event.lines


def items_of(line: Line) -> int:
    """How many items a line holds. What is weighed or measured is one."""
    return 1 if line.measure else line.quantity


def matching(case: Case, lines: LineTest | None) -> list[int]:
    """The lines that a condition picks and for which something is left to pay."""
    bit = -1 if lines is None else lines.bit_on(case.day)
    return [
        line
        for line, (mask, left) in enumerate(zip(case.masks, case.payments, strict=True))
        if left and (lines is None or mask & bit)
    ]


def taken_off(
    case: Case, off: Off, lines: Sequence[int], rounding: Rounding, round_per: Literal["order", "line"]
) -> Shares:
    """What an ``Off`` takes from each of some lines, never more than is left to pay for it."""
    left = [case.payments[line] for line in lines]
    if off.amount is not None and off.each:
        counts = [items_of(bought(case)[line]) for line in lines]
        shares = [min(off.amount * count, paid) for count, paid in zip(counts, left, strict=True)]
    elif off.amount is not None:
        shares = allocate(min(off.amount, sum(left)), left) if lines else []
    elif off.share is not None and round_per == "line":
        shares = [min(off.share.of(paid, rounding), paid) for paid in left]
    elif off.share is not None and lines:
        shares = allocate(min(off.share.of(sum(left), rounding), sum(left)), left)
    else:
        shares = []
    return dict(zip(lines, shares, strict=True))


class Reducer:
    """Takes amounts off baskets on behalf of one mechanic, within its limits."""

    def __init__(
        self, workshop: Workshop, mechanic: str, limit: PriceLimit = NO_LIMIT, codes: Sequence[str] = ()
    ) -> None:
        """Declare the shared limits. ``codes`` are those that the mechanic takes, if it wants one."""
        self.mechanic, self._limit, self._codes = mechanic, limit, codes
        self._total = "" if limit.total is None else workshop.limit(mechanic, limit.total)
        self._uses = "" if limit.uses is None else workshop.limit(f"{mechanic}/uses", limit.uses)
        each = limit.uses_per_code
        limited = [] if each is None else [(code, each) for code in codes]
        self._each = {code: workshop.code_limit(code, f"{mechanic}/code/{code}", most) for code, most in limited}

    def propose(self, case: Case, rule: Rule, shares: Shares) -> Proposal | None:
        """A proposal of what the limits leave of some shares; None, with a note, where that is nothing."""
        wanted = sum(shares.values())
        if not wanted:
            case.note(
                self.mechanic,
                "skipped",
                "takes_nothing_off",
                "nothing in the basket costs less by it, or it rounds to nothing",
            )
            return None
        amount, capped_by = self._within(case, wanted, sum([case.payments[line] for line in shares]))
        if not amount:
            case.note(self.mechanic, "skipped", "limit_used_up", f"its limit leaves nothing: {_BOUNDS[capped_by]}")
            return None
        kept = allocate(amount, list(shares.values())) if capped_by else list(shares.values())
        return Proposal(rule, amount, wanted, capped_by, tuple(shares), None, tuple(kept))

    def take(self, case: Case, proposal: Proposal, reference: str = "") -> None:
        """Take off what was proposed and count it against the limits. ``reference`` names a personal coupon."""
        code = self._code(case)
        self._count(case, proposal.amount, code)
        lines, shares = _told(case, proposal)
        shown, _ = case.issued.get(code, (code, None))
        case.reduce(self.mechanic, proposal.amount, lines, shares, reference=reference or shown, proposal=proposal)
        if code in case.issued:
            use_code(case, (code,))

    def _within(self, case: Case, wanted: int, left_to_pay: int) -> tuple[int, str]:
        """What the limits leave of an amount, and the one that cut the most off; empty where none did."""
        limit, ceilings = self._limit, []
        if limit.share is not None:
            ceilings.append((limit.share.of(left_to_pay, Rounding.FLOOR), "share"))
        if limit.per_basket is not None:
            ceilings.append((limit.per_basket, "per_basket"))
        ceilings += [(each.amount - self._used(case, "", each), "per_member") for each in limit.per_member]
        ceilings += [(self._open(each.amount > self._used(case, "times/", each)), "times") for each in limit.times]
        if self._uses:
            ceilings.append((self._open(case.left_of(self._uses) > 0), "uses"))
        if self._each:
            ceilings.append((self._open(bool(self._code(case))), "uses_per_code"))
        if self._total:
            ceilings.append((case.left_of(self._total), "total"))
        amount, capped_by = wanted, ""
        for most, name in ceilings:
            if most < amount:
                amount, capped_by = max(most, 0), name
        return amount, capped_by

    def _open(self, is_open: bool) -> int:
        """A limit on how often, as one on how much: all or nothing."""
        return _ANY if is_open else 0

    def _count(self, case: Case, amount: int, code: str) -> None:
        for each in self._limit.per_member:
            case.count_use(f"{self.mechanic}/{each.period}", case.period_start(case.day, each.period), amount)
        for each in self._limit.times:
            case.count_use(f"{self.mechanic}/times/{each.period}", case.period_start(case.day, each.period), 1)
        if self._uses:
            case.use(self._uses, 1)
        if self._each and code not in case.issued:
            case.use(self._each[code], 1)
        if self._total:
            case.use(self._total, amount)

    def _used(self, case: Case, kind: str, allowance: Allowance) -> int:
        name = f"{self.mechanic}/{kind}{allowance.period}"
        return case.used_in(name, case.period_start(case.day, allowance.period))

    def _code(self, case: Case) -> str:
        """The first code on the basket that this takes and that is good for one more; empty: none."""
        for code in case.codes:
            if code in self._codes and (code not in self._each or self._is_good(case, code)):
                return code
        return ""

    def _is_good(self, case: Case, code: str) -> bool:
        """Whether a code is good for one more. Those of a batch are, or they would have been refused."""
        return code in case.issued or case.left_of(self._each[code]) > 0


_ANY = 2**62
_BOUNDS = {
    "share": "of the price",
    "per_basket": "for each basket",
    "per_member": "for each member",
    "times": "how often for each member",
    "uses": "how often for all members",
    "uses_per_code": "how often for the code",
    "total": "for all members",
}
"""The limits in words."""


def _told(case: Case, proposal: Proposal) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The lines and shares as the effect names them: none where it is simply spread over the whole basket."""
    lines, shares = proposal.lines or (), proposal.shares or ()
    spread = dict(enumerate(allocate(proposal.amount, case.payments)))
    own = {line: share for line, share in zip(lines, shares, strict=True) if share}
    if own == {line: share for line, share in spread.items() if share}:
        return (), ()
    return tuple(own), tuple(own.values())
