"""Codes at the till: what the codes that a purchase shows stand for, and which of them are good.

A **plain** code is one of the program file and stands for itself: everybody may show it. A code of a **batch** is one
of many, each a secret; it stands for the name of its batch, which the program file uses like a code. A personal coupon
is shown by its reference.

A code that is no good refuses the purchase, so that the till can tell the customer. Refusals go in this order: revoked,
of another member, outside its dates, used up, too many for the member.

A code is **used** when a mechanic that asks for it gives something or takes something off; one that brings nothing
stays good. One basket uses a code once, however many mechanics it serves, and of several codes of one batch only the
first. Goods that come back do not bring the use back, as they bring back no budget.

**Worked.** Each code of ``spring-mailing`` is good once, and takes 5.00 off from 20.00 on. A basket of 19.99 with one
costs 19.99 and leaves the code for another day; the next one of 20.00 costs 15.00 and uses it. Shown once more, by
whomever, it refuses the purchase with ``code_used_up``.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Literal

import msgspec

from guerdon.core.calendar import Instant
from guerdon.core.refusals import stop

if TYPE_CHECKING:
    from guerdon.core.case import Case
    from guerdon.core.events import Purchase

CODE_LIMIT = "code:"
"""How the shared limits are called that are the uses of codes, and each member's allowances of a batch."""
_EVER = 0
"""The one period of an allowance that knows no periods."""


class ShownCode(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was found about a text that a purchase shows as a code. Nothing is found about most that are unknown."""

    standing: Literal["issued", "revoked", "mistyped", "name"] = "issued"
    """``mistyped``: it looks like a code of a batch, and its check digit is wrong. ``name``: it is the name of a batch,
    which is no code."""
    batch: str = ""
    """The name of its batch, for one that was issued."""
    key: str = ""
    """The code as it is counted: however it was typed."""
    uses: int = 1
    """How many baskets it is good for, over all members."""
    uses_per_member: int | None = None
    """How many baskets of a member the codes of the batch are good for; None: no limit of its own."""
    valid_from: Instant | None = None
    valid_until: Instant | None = None
    """The first instant at which it is not good any more."""
    member: str = ""
    """The only member for whom it is good; empty: whoever shows it."""

    @property
    def limit(self) -> str:
        """The shared limit of its uses."""
        return f"{CODE_LIMIT}{self.key}"

    @property
    def allowance(self) -> str:
        """The allowance of each member."""
        return f"{CODE_LIMIT}{self.batch}"


def check_codes(case: "Case", purchase: "Purchase") -> None:
    """Find out what the codes of a purchase stand for; refuses one that is no good."""
    held = {coupon.reference for coupon in case.coupons}
    for text in purchase.codes:
        found = case.facts.codes.get(text)
        standing = "" if found is None else found.standing
        if found is not None:
            case.codes_seen = case.codes_seen | {text: found}
        if found is not None and standing in ("issued", "revoked"):
            _check_issued(case, text, found)
            case.codes = (*case.codes, found.batch)
            case.issued = {found.batch: (text, found)} | case.issued
        elif text in held or (text in case.version.codes and standing != "name"):
            case.codes = (*case.codes, text)
        elif standing == "mistyped":
            raise stop("code_mistyped", shown=text)
        else:
            raise stop("code_unknown", shown=text)


def _check_issued(case: "Case", text: str, code: ShownCode) -> None:
    """Refuse a code of a batch that is no good for this member now."""
    if code.batch not in case.version.codes:
        raise stop("code_unknown", shown=text)
    if code.standing == "revoked":
        raise stop("code_revoked", shown=text)
    if code.member not in ("", case.event.member):
        raise stop("code_of_another_member", shown=text)
    if not _is_valid_at(code, case.at):
        raise stop("code_not_valid_now", shown=text)
    if left_of_code(case, code) <= 0:
        raise stop("code_used_up", shown=text)
    most = code.uses_per_member
    if most is not None and case.used_in(code.allowance, _EVER) >= most:
        raise stop("code_limit_reached", shown=text, batch=code.batch, most=most)


def _is_valid_at(code: ShownCode, at: Instant) -> bool:
    begun = code.valid_from is None or code.valid_from <= at
    return begun and (code.valid_until is None or at < code.valid_until)


def left_of_code(case: "Case", code: ShownCode) -> int:
    """How often a code is still good. What was seen is kept beside the decision."""
    used = case.limits_seen[code.limit] = case.facts.limits.get(code.limit, 0)
    return code.uses - used - case.limit_uses.get(code.limit, 0)


def use_code(case: "Case", taken: Collection[str]) -> None:
    """Count the use of the first code shown of those that a mechanic takes, unless one of them is used already."""
    shown = [name for name in case.codes if name in taken]
    if not shown or any(name in case.codes_used for name in shown):
        return
    case.codes_used = (*case.codes_used, shown[0])
    if shown[0] in case.issued:
        _, code = case.issued[shown[0]]
        case.limit_uses[code.limit] = case.limit_uses.get(code.limit, 0) + 1
        if code.uses_per_member is not None:
            case.count_use(code.allowance, _EVER, 1)
