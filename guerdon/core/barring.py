"""Who may act: members are blocked for a time, leave for good, or turn out to be somebody else.

| | blocked | closed | merged into another |
|---|---|---|---|
| what the member does | ``member_blocked`` | ``member_closed`` | ``member_merged`` |
| returns | as ever | taken, and what is missing is forgiven | taken; what they leave goes on to the other |
| what others send | arrives | goes back to them | arrives, and goes on to the other |
| corrections by staff | as ever | ``member_closed`` | ``member_merged`` |
| erasing, the passing of time | as ever | as ever; nothing falls due | as ever; nothing falls due |

A block counts from its own instant: what was done before it and arrives late is taken. Somebody who has left is gone,
whatever the date of what arrives. All of this is decided as the member's record stands: none of it is ever late.

**Worked.** Bo has 120 points, 30 of them pending, and a coupon, and closes the account on 5 March. 120 points lapse
with the reason ``closed``, and the coupon with them. On 6 March goods that earned 20 come back: 20 are let go, since
there is nothing to take them from.
"""

from guerdon.core import wallet
from guerdon.core.calendar import date_of, moment_of
from guerdon.core.case import Case
from guerdon.core.effects import Blocked, Closed, CouponExpired, Expired, TicketsLost, Unblocked
from guerdon.core.events import (
    Absorb,
    Action,
    Block,
    Capture,
    Choose,
    Close,
    Convert,
    Donate,
    Enter,
    Erase,
    Exit,
    Hold,
    Join,
    Play,
    Purchase,
    Receive,
    Redeem,
    Refer,
    Return,
    Send,
    Separate,
    Tick,
    Unblock,
    Unmerge,
    Use,
    Win,
)
from guerdon.core.holding import let_all_go
from guerdon.core.refusals import stop
from guerdon.core.state import Bar

_DONE_BY_THE_MEMBER = (
    Purchase, Action, Redeem, Hold, Capture, Use, Join, Choose, Donate, Send, Convert, Play, Enter,
)  # fmt: skip
_AFTER_THE_END = (Return, Erase, Tick, Separate)
_PASSED_ON = (Receive, Refer, Win)


def check_bar(case: Case) -> None:
    """Refuse what the member may not do, or what nothing may happen to any more."""
    bar, event = case.bar, case.event
    if bar is None:
        return
    if bar.kind == "blocked":
        if isinstance(event, _DONE_BY_THE_MEMBER) and case.at >= bar.since:
            raise stop("member_blocked", since=f"{moment_of(bar.since):%Y-%m-%dT%H:%M:%SZ}")
        return
    if isinstance(event, _AFTER_THE_END) or _comes_home(case):
        return
    if bar.kind == "closed":
        raise stop("member_closed", on=str(date_of(case.version.zone.day(bar.since))))
    is_more = isinstance(event, Absorb) and event.more
    if not isinstance(event, (*_PASSED_ON, Unmerge)) and not is_more:
        raise stop("member_merged", into=bar.into)


def _comes_home(case: Case) -> bool:
    """Whether something comes back that the member had before: it is always taken, or it would have no place."""
    event = case.event
    return isinstance(event, Receive | Absorb) and (bool(event.returned) or event.separated)


def block(case: Case, event: Block | Unblock) -> None:
    """Stop what the member does, or let it go on."""
    if isinstance(event, Block):
        if case.bar is not None:
            raise stop("member_blocked", since=f"{moment_of(case.bar.since):%Y-%m-%dT%H:%M:%SZ}")
        case.bar = Bar("blocked", case.at)
        case.effects.append(Blocked(event.reason, event.by))
    else:
        if case.bar is None:
            raise stop("member_not_blocked")
        case.bar = None
        case.effects.append(Unblocked(event.reason, event.by))


def close(case: Case, event: Close) -> None:
    """Let the member leave: the household first, then the plans, then all that is held."""
    if case.roster:
        raise stop("household_has_people", people=len(case.roster))
    case.effects.append(Closed(event.reason, event.by))
    let_all_go(case)
    _leave_household(case, event)
    for plan in list(case.memberships):
        terms = case.memberships[plan].paid
        case.be_member(plan, None, "closed", unused_terms=terms)
    # Nothing is given any more for what ended here.
    case.happened = []
    case.bar = Bar("closed", case.at)
    case.effects += [CouponExpired(coupon.coupon, coupon.reference, case.at) for coupon in case.coupons]
    case.coupons = ()
    case.effects += [TicketsLost(game, tickets) for game, tickets in case.tickets.items()]
    case.tickets = {}


def _leave_household(case: Case, event: Close) -> None:
    rule = case.version.answering.get(("exit", ""))
    if rule is not None and case.household is not None and case.household.standing != "left":
        rule.answer(case, Exit(id=event.id, member=event.member, at=event.at))


def let_go(case: Case) -> None:
    """Let lapse what a member who has left holds: all of it, whole by its references."""
    for unit, held in list(case.wallets.items()):
        if held.lots or held.pending:
            case.wallets[unit], gone = wallet.empty(held, case.as_of)
            for reference, amount, unripe in _by_reference(gone):
                case.effects.append(Expired(unit, amount, case.as_of, "closed", unripe, reference))


def _by_reference(lots: tuple[wallet.Lot, ...]) -> list[tuple[str, int, int]]:
    """Amounts and their pending parts by reference."""
    amounts: dict[str, tuple[int, int]] = {}
    for lot in lots:
        amount, unripe = amounts.get(lot.reference, (0, 0))
        amounts[lot.reference] = amount + lot.amount, unripe + (0 if lot.matures_at is None else lot.amount)
    return [(reference, amount, unripe) for reference, (amount, unripe) in amounts.items()]
