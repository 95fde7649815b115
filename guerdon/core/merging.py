"""Two cards turn out to be one person's: what one member has goes over to another, and back if that was wrong.

A decision moves one member only, so the two tell each other by events, as members who send each other points do:

    merge:    B: merge    ->  A: absorb, and a receive for each lot and each debt
    unmerge:  B: unmerge  ->  A: separate  ->  B: absorb, and a receive for each lot

**A merge** takes everything along that adds up: lots with their expiry and maturity, debts, meters by bucket,
purchases, badges, coupons, tickets; and the counters of mechanics of which A has none. A's tiers are looked at again.
Caps, choices and traits stay where they are. Plans and households are left before.

**Afterwards** B is merged: its own events are refused and belong to A. What still can only reach B (goods of its old
purchases that come back, what others send, a prize) is decided on B's own record, and what it leaves there goes on to A
at once. So a late return finds B's wallet empty, makes a debt as the unit says, and A pays it; where the unit forgives,
it is forgiven.

**Undone**, A gives back what it got, as far as it is still there: by unit, first out of lots like those that came,
less what was owed and what has expired since. What A has spent stays spent. Meters, purchases, badges and what is left
of coupons, tickets and untouched counters go back. A's tiers are looked at as after a return.

**If A cannot take it** (unknown, closed, merged itself, a household) everything goes back, and B is active again.

**Worked.** B has 100 points and A 50. Merged, A has 150. A spends 120, and the merge is undone: A gives back 30 and has
0, B has 30.
"""

from collections.abc import Iterable

import msgspec

from guerdon.core import wallet
from guerdon.core.amounts import Rounding
from guerdon.core.belongings import NO_BELONGINGS, Belongings, renamed_belongings, together
from guerdon.core.calendar import Instant, moment_of
from guerdon.core.case import Case
from guerdon.core.effects import Absorbed, DebtMoved, Gave, Merged, Separated, Unmerged
from guerdon.core.events import Absorb, Merge, Receive, Separate, Unmerge, derived_id, instant_of_event
from guerdon.core.holding import let_all_go
from guerdon.core.lanes import run_lanes
from guerdon.core.refusals import stop
from guerdon.core.state import Bar, MergedCard
from guerdon.core.timeline import Timeline
from guerdon.core.wallet import Lot

_SENT_BY_TIME = ("tick", "erase")


# The member who is merged.


def merge(case: Case, event: Merge) -> None:
    """Begin a merge: from here on the member is another one. What there is goes along when the decision closes."""
    _check_merging(case, event)
    let_all_go(case)
    case.bar = Bar("merged", case.at, event.into, event.id)
    case.effects.append(Merged(event.into, event.by))


def _check_merging(case: Case, event: Merge) -> None:
    """Refuse, in this order: oneself, who is blocked, a household, a person in one, who is in a plan."""
    if event.into == event.member:
        raise stop("merging_into_oneself")
    if case.bar is not None:
        raise stop("member_blocked", since=f"{moment_of(case.bar.since):%Y-%m-%dT%H:%M:%SZ}")
    if case.roster:
        raise stop("household_has_people", people=len(case.roster))
    if case.household is not None and case.household.standing != "left":
        raise stop("merging_person_in_household", household=case.household.id)
    for plan in case.memberships:
        raise stop("merging_plan_held", plan=plan)


def pass_on(case: Case, bar: Bar) -> None:
    """Let everything that a merged member has go on to the other: at the merge, and whenever something comes after."""
    event = case.event
    if _is_stuck(case, bar):
        return
    belongings = _taken_along(case)
    is_first = isinstance(event, Merge)
    if is_first or belongings != NO_BELONGINGS:
        case.send(
            Absorb(
                id=derived_id(event.id, "merge"), member=bar.into, at=moment_of(case.as_of), sender=event.member,
                merge=bar.merge, belongings=belongings, more=not is_first,
            )
        )  # fmt: skip
    moving = [(unit, lot) for unit in case.wallets for lot in case.wallets[unit].lots + case.wallets[unit].pending]
    for unit, held in list(case.wallets.items()):
        case.wallets[unit] = wallet.Wallet((), (), held.held, 0, held.emptied_at)
        if held.debt:
            case.effects.append(DebtMoved(unit, held.debt, bar.into))
            case.send(_on_its_way(case, f"debt/{unit}", bar, unit, Lot(held.debt, case.as_of), owed=True))
    _send_lots(case, moving, bar)


def _is_stuck(case: Case, bar: Bar) -> bool:
    """Whether it is no use: time brings nothing, and what the other could not take stays until the merge is undone."""
    event = case.event
    came_back = isinstance(event, Receive | Absorb) and bool(event.returned) and event.sender == bar.into
    return came_back or str(event.__struct_config__.tag) in _SENT_BY_TIME


def _taken_along(case: Case) -> Belongings:
    """Everything that the member has besides amounts; nothing of it stays."""
    belongings = Belongings(
        {name: tuple(sorted(buckets.items())) for name, buckets in case.meters.items() if any(buckets.values())},
        case.purchases,
        case.badges, case.coupons, case.tickets, case.progress,
    )  # fmt: skip
    case.meters, case.purchases, case.badges, case.coupons = {}, 0, {}, ()
    case.tickets, case.progress = {}, {}
    return belongings


def _send_lots(case: Case, moving: Iterable[tuple[str, Lot]], bar: Bar, *, separated: bool = False) -> None:
    """Let lots that have left their wallets set out, each as an event of its own."""
    lots = list(moving)
    for unit in dict.fromkeys([unit for unit, _ in lots]):
        own = [lot for name, lot in lots if name == unit]
        unripe = sum([lot.amount for lot in own if lot.matures_at is not None])
        case.effects.append(Gave(unit, sum([lot.amount for lot in own]), bar.into, unripe))
    for number, (unit, lot) in enumerate(lots, 1):
        case.send(_on_its_way(case, str(number), bar, unit, lot, separated=separated))


def _on_its_way(
    case: Case, part: str, bar: Bar, unit: str, lot: Lot, *, owed: bool = False, separated: bool = False
) -> Receive:
    """A lot or a debt as the event by which it travels."""
    return Receive(
        id=derived_id(case.event.id, f"merge/{part}"), member=bar.into, at=moment_of(case.as_of), unit=unit,
        amount=lot.amount, sender=case.event.member, expires_at=lot.expires_at, merge=bar.merge, separated=separated,
        matures_at=lot.matures_at, reference=lot.reference, owed=owed,
    )  # fmt: skip


def unmerge(case: Case, event: Unmerge) -> None:
    """Be active again, and ask the other one for what it still has."""
    bar = case.bar
    if bar is None or bar.kind != "merged":
        raise stop("member_not_merged")
    case.bar = None
    case.effects.append(Unmerged(bar.into, event.by))
    case.send(
        Separate(
            id=derived_id(event.id, "separate"), member=bar.into, at=moment_of(case.as_of), sender=event.member,
            merge=bar.merge,
        )
    )  # fmt: skip


def come_home(case: Case, event: Absorb, timeline: Timeline) -> None:
    """Have again what the other one gave back or could not take. Who was merged for that merge is active again."""
    case.effects.append(Absorbed(event.sender, comes_home=True))
    bar = case.bar
    if event.returned and not event.more and bar is not None and (bar.into, bar.merge) == (event.sender, event.merge):
        case.bar = None
        case.effects.append(Unmerged(event.sender, refused=event.returned))
    _gain(case, _by_todays_names(case, event, timeline), case.as_of)


# The member into whom it is merged.


def absorb(case: Case, event: Absorb, timeline: Timeline) -> None:
    """Take over what another member had besides amounts, and look at the tiers again."""
    known = case.merged_cards.get(event.sender)
    if event.more and (known is None or known.merge != event.merge):
        raise stop("merge_unknown", sender=event.sender, merge=event.merge)
    if case.roster:
        raise stop("household_has_people", people=len(case.roster))
    card = known if known is not None and event.more else MergedCard(event.merge, case.as_of)
    arriving = _by_todays_names(case, event, timeline)
    kept = {name: counters for name, counters in arriving.progress.items() if name in case.progress}
    own = {coupon.reference for coupon in case.coupons}
    taken = msgspec.structs.replace(
        arriving,
        progress={name: counters for name, counters in arriving.progress.items() if name not in kept},
        coupons=tuple([coupon for coupon in arriving.coupons if coupon.reference not in own]),
    )
    _keep_card(
        case, event.sender,
        msgspec.structs.replace(card, belongings=together(card.belongings, taken), kept=card.kept | kept),
    )  # fmt: skip
    case.effects.append(Absorbed(event.sender))
    _gain(case, taken, card.since)


def note_arrival(case: Case, event: Receive, lot: Lot) -> None:
    """Remember what came with a merge. Refused, and so sent back, where the merge is not known or was undone."""
    card = case.merged_cards.get(event.sender)
    if card is None or card.merge != event.merge:
        raise stop("merge_unknown", sender=event.sender, merge=event.merge)
    if event.owed:
        debts = card.debts | {event.unit: card.debts.get(event.unit, 0) + event.amount}
        _keep_card(case, event.sender, msgspec.structs.replace(card, debts=debts))
    else:
        lots = card.lots | {event.unit: (*card.lots.get(event.unit, ()), lot)}
        _keep_card(case, event.sender, msgspec.structs.replace(card, lots=lots))


def take_on_debt(case: Case, event: Receive) -> None:
    """Owe what the other member owed, and pay it back as far as it goes."""
    case.wallets[event.unit] = wallet.owe(case.wallet(event.unit), event.amount)
    case.effects.append(DebtMoved(event.unit, event.amount, event.sender, arrives=True))
    case.repay(event.unit)


def _keep_card(case: Case, sender: str, card: MergedCard) -> None:
    case.merged_cards = case.merged_cards | {sender: card}


def separate(case: Case, event: Separate) -> None:
    """Give back what a merge brought, as far as it is still there."""
    card = case.merged_cards.get(event.sender)
    if card is None or card.merge != event.merge:
        raise stop("merge_unknown", sender=event.sender, merge=event.merge)
    case.merged_cards = {member: other for member, other in case.merged_cards.items() if member != event.sender}
    case.effects.append(Separated(event.sender))
    back = Bar("merged", card.since, event.sender, card.merge)
    belongings = _still_there(case, card.belongings)
    _lose(case, belongings, card.since)
    case.send(
        Absorb(
            id=derived_id(event.id, "merge"), member=event.sender, at=moment_of(case.as_of), sender=event.member,
            merge=card.merge, separated=True,
            belongings=msgspec.structs.replace(belongings, progress=belongings.progress | card.kept),
        )
    )  # fmt: skip
    _send_lots(case, _lots_back(case, card), back, separated=True)


def _lots_back(case: Case, card: MergedCard) -> list[tuple[str, Lot]]:
    """Take out what came, as far as it is still there, less what was owed."""
    going: list[tuple[str, Lot]] = []
    for unit, came in card.lots.items():
        # What would have expired with the other one too is not claimed.
        lots = tuple([lot for lot in came if lot.expires_at is None or lot.expires_at > case.as_of])
        if case.version.is_voucher(unit):
            references = {lot.reference for lot in lots}
            own = [lot for lot in case.wallet(unit).lots + case.wallet(unit).pending if lot.reference in references]
            wanted, lots = sum([lot.amount for lot in own]), tuple(own)
        else:
            wanted = max(sum([lot.amount for lot in lots]) - card.debts.get(unit, 0), 0)
        became = case.counting.became.get(unit)
        if became is not None and became.at > card.since:
            unit, wanted, lots = became.unit, became.rate.of(wanted, Rounding.FLOOR), ()
        case.wallets[unit], gone = wallet.give_back(case.wallet(unit), wanted, lots)
        going += [(unit, lot) for lot in gone]
    return going


def _still_there(case: Case, came: Belongings) -> Belongings:
    """What came besides amounts, less the coupons and tickets that are gone and the counters that have moved since."""
    held = {coupon.reference for coupon in case.coupons}
    return Belongings(
        {name: buckets for name, buckets in came.meters.items() if name in case.version.program.meters},
        min(came.purchases, case.purchases),
        {badge: min(times, case.badges.get(badge, 0)) for badge, times in came.badges.items() if badge in case.badges},
        tuple([coupon for coupon in came.coupons if coupon.reference in held]),
        {game: own for game, tickets in came.tickets.items() if (own := _both(tickets, case.tickets.get(game, ())))},
        {name: counters for name, counters in came.progress.items() if case.progress.get(name) == counters},
    )


def _both(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([one for one in some if one in others])


# What both do.


def _by_todays_names(case: Case, event: Absorb, timeline: Timeline) -> Belongings:
    """What arrives, by the names of the version in force here. It was sent under that of its own date."""
    sent_under = timeline.at(instant_of_event(event)) or case.version
    return renamed_belongings(event.belongings, *case.version.names_since(sent_under))


def _gain(case: Case, held: Belongings, since: Instant) -> None:
    """Have more, and look at the tiers again. What a late return took out of a meter is less."""
    shown = _shown(case, held)
    for meter in shown:
        _count(case, meter, dict(held.meters[meter]), 1)
    case.purchases += held.purchases
    case.badges = case.badges | {badge: case.badges.get(badge, 0) + times for badge, times in held.badges.items()}
    case.coupons += held.coupons
    case.tickets = case.tickets | {game: case.tickets.get(game, ()) + own for game, own in held.tickets.items()}
    case.progress = case.progress | held.progress
    _look_again(case, shown, since)


def _lose(case: Case, held: Belongings, since: Instant) -> None:
    """Have less, by what is there, and look at the tiers again."""
    shown = _shown(case, held)
    for meter in shown:
        _count(case, meter, dict(held.meters[meter]), -1)
    case.purchases -= held.purchases
    badges = case.badges | {badge: case.badges[badge] - times for badge, times in held.badges.items()}
    case.badges = {badge: times for badge, times in badges.items() if times}
    case.coupons = tuple([coupon for coupon in case.coupons if coupon not in held.coupons])
    for game, tickets in held.tickets.items():
        case.hold_tickets(game, tuple([ticket for ticket in case.tickets[game] if ticket not in tickets]))
    case.progress = {name: counters for name, counters in case.progress.items() if name not in held.progress}
    _look_again(case, shown, since)


def _shown(case: Case, held: Belongings) -> dict[str, int]:
    """What the meters show that are about to change; meters that the program has no more are passed over."""
    return {meter: case.reading(meter, case.day) for meter in held.meters if meter in case.version.program.meters}


def _count(case: Case, meter: str, amounts: dict[int, int], sign: int) -> None:
    """Add buckets to those of a meter, or take them out, without what can count no more."""
    buckets = case.meters.get(meter, {})
    keep_from = case.version.meter_keeps_from(meter, case.today)
    changed = {key: buckets.get(key, 0) + sign * amounts.get(key, 0) for key in sorted({*buckets, *amounts})}
    case.meters[meter] = {key: amount for key, amount in changed.items() if key >= keep_from}


def _look_again(case: Case, shown: dict[str, int], since: Instant) -> None:
    """Let the ladders look: as after a return where a meter shows less than it did, and at what is reached now."""
    now = {meter: case.reading(meter, case.day) for meter in shown}
    lower = {meter: before - now[meter] for meter, before in shown.items() if now[meter] < before}
    if lower:
        case.counted_out = lower
        for rule in case.version.taking_back:
            rule.take_back(case, case.version.zone.day(since))
    run_lanes(case, "afterwards")
