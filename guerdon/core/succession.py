"""Succession: a new version of the program takes over while members hold points.

At the instant at which a version takes over, for each member, in this order:

1. **Names**: what a renamed mechanic or meter kept for the member goes along to the new name.
2. **Meters** that are new, or that count something else than before, are filled from the member's journal, so that a
   ladder introduced today counts last year's spend.
3. **Units** that are dropped: what the member holds becomes another unit where the version says at which rate; it lasts
   as the new unit says. Otherwise it stays until it expires.
4. **Levels** that are dropped: the member moves to the level that the version names, for the rest of the term.
5. Plans that a **household** shared end, where the version has no households any more.
6. The rules look at the member again: a level whose threshold is shown by now is reached.

**Worked.** Version 2 drops stars, ``2 points per 1 star``, and brings a ladder on ``spend_12_months``, gold from
500 USD. A member with 30 stars who spent 520 USD last year has 60 points and is gold from its first instant.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from guerdon.core import meters
from guerdon.core.amounts import Rounding
from guerdon.core.belongings import renamed_belongings
from guerdon.core.calendar import Day, Instant
from guerdon.core.case import Case
from guerdon.core.effects import Carried, Converted, Effect, Granted, Reversed, TierChanged
from guerdon.core.events import Action, Purchase, Return, instant_of_event
from guerdon.core.facts import PastEvent, PurchaseRecord
from guerdon.core.program import Becomes
from guerdon.core.purchasing import metered, paid_by_line
from guerdon.core.returning import Quantities, counted_out, origin_of
from guerdon.core.state import PER_TERM, MergedCard, OpenHold, Standing
from guerdon.core.version import Became, Version
from guerdon.core.workshop import Bought


def take_over(case: Case) -> None:
    """Bring a member over to the version that takes over at ``case.at``."""
    version = case.version
    rename(case, version.renamed, version.renamed_meters)
    if version.filled:
        _fill_meters(case)
    convert_dropped(case)
    for ladder, standing in list(case.standings.items()):
        moved = _moved(standing, version)
        if moved is not standing:
            case.standings = case.standings | {ladder: moved}
            case.effects.append(TierChanged(ladder, standing.level, moved.level, case.at, "program", moved.until))
    if ("exit", "") not in version.answering:
        _end_sharing(case)
    for rule in () if case.is_over() else version.rules:
        rule.take_over(case)


def rename(case: Case, mechanics: Mapping[str, str], renamed_meters: Mapping[str, str]) -> None:
    """Give what the member has under some names other names."""
    case.meters = {renamed_meters.get(name, name): buckets for name, buckets in case.meters.items()}
    if mechanics or renamed_meters:
        names = {**mechanics, **renamed_meters}
        case.standings = {
            mechanics.get(name, name): _renamed_sources(standing, names) for name, standing in case.standings.items()
        }
    case.merged_cards = {
        member: _renamed_card(card, mechanics, renamed_meters) for member, card in case.merged_cards.items()
    }
    if not mechanics:
        return
    case.used = {_renamed_part(name, mechanics): buckets for name, buckets in case.used.items()}
    case.progress = {_renamed_part(name, mechanics): counters for name, counters in case.progress.items()}
    case.choices = {mechanics.get(name, name): choices for name, choices in case.choices.items()}
    case.memberships = {mechanics.get(name, name): membership for name, membership in case.memberships.items()}
    case.badges = {mechanics.get(name, name): times for name, times in case.badges.items()}
    case.roster = {
        key: msgspec.structs.replace(person, plans=tuple([mechanics.get(plan, plan) for plan in person.plans]))
        for key, person in case.roster.items()
    }
    case.tickets = {mechanics.get(name, name): tickets for name, tickets in case.tickets.items()}
    case.coupons = tuple(
        [msgspec.structs.replace(held, coupon=mechanics.get(held.coupon, held.coupon)) for held in case.coupons]
    )
    case.holds = {hold_id: _renamed_hold(held, mechanics) for hold_id, held in case.holds.items()}
    if case.household is not None and case.household.mechanic in mechanics:
        renamed = mechanics[case.household.mechanic]
        case.household = msgspec.structs.replace(case.household, mechanic=renamed)


def _renamed_card(card: MergedCard, mechanics: Mapping[str, str], meters: Mapping[str, str]) -> MergedCard:
    """What came with a merge, by the new names."""
    return msgspec.structs.replace(
        card,
        belongings=renamed_belongings(card.belongings, mechanics, meters),
        kept={_renamed_part(name, mechanics): counters for name, counters in card.kept.items()},
    )


def _end_sharing(case: Case) -> None:
    """End the plans that a household shared, where a version has households no more: nobody could leave them."""
    for plan, held in list(case.memberships.items()):
        if held.status == "shared":
            case.be_member(plan, None, "household")


def _renamed_hold(held: OpenHold, mechanics: Mapping[str, str]) -> OpenHold:
    """A hold whose personal coupon goes by the new name of its mechanic."""
    if held.coupon is None:
        return held
    named = mechanics.get(held.coupon.coupon, held.coupon.coupon)
    return msgspec.structs.replace(held, coupon=msgspec.structs.replace(held.coupon, coupon=named))


def _renamed_sources(standing: Standing, names: Mapping[str, str]) -> Standing:
    """A standing whose readings go by the new names of meters, badges and plans."""
    shown = {}
    for source, amount in standing.shown.items():
        kind, colon, name = source.rpartition(":")
        shown[f"{kind}{colon}{names.get(name, name)}"] = amount
    before = standing.before and _renamed_sources(standing.before, names)
    return msgspec.structs.replace(standing, shown=shown, before=before)


def _renamed_part(name: str, mechanics: Mapping[str, str]) -> str:
    """The name of a mechanic's allowance or step, by the mechanic's new name; a term's by that of its plan too."""
    mechanic, slash, rest = name.partition("/")
    if rest.startswith(PER_TERM):
        plan = rest.removeprefix(PER_TERM)
        rest = f"{PER_TERM}{mechanics.get(plan, plan)}"
    return f"{mechanics.get(mechanic, mechanic)}{slash}{rest}"


def convert_dropped(case: Case) -> None:
    """Turn what the member holds of dropped units into others, where the version says so.

    Rounded in the member's favour. What is held stays until it is captured or released, and what is owed in a dropped
    unit is owed no more: nothing can pay it back.
    """
    by = f"version {case.version.number}"
    for unit, becomes in case.version.converted.items():
        _convert(case, unit, becomes, by)


def convert_freed(case: Case, unit: str, since: Instant, hold_id: str) -> None:
    """Turn what a hold gives back into what its unit has become since the hold began."""
    became = case.version.became.get(unit)
    if became is not None and became.at > since:
        _convert(case, unit, became, f"version {case.version.number}/{hold_id}")


def _convert(case: Case, unit: str, becomes: Becomes | Became, by: str) -> None:
    """Turn what is available and pending of a unit into another."""
    held = case.wallets.get(unit)
    if held is None or not (held.lots or held.pending):
        return
    amount = sum([lot.amount for lot in held.lots + held.pending])
    unripe = sum([lot.amount for lot in held.pending])
    got = becomes.rate.of(amount, Rounding.UP)
    case.wallets[unit] = msgspec.structs.replace(held, lots=(), pending=())
    expires_at = case.expiry(becomes.unit)
    if got:
        case.put(becomes.unit, got, expires_at, by if case.version.is_voucher(becomes.unit) else "")
    case.effects.append(Converted(by, unit, amount, becomes.unit, got, expires_at=expires_at, pending=unripe))
    if got:
        case.repay(becomes.unit)


def _moved(standing: Standing, version: Version) -> Standing:
    """A standing with dropped levels replaced, those to fall back to included."""
    tiers = version.program.changes.tiers
    before = None if standing.before is None else _moved(standing.before, version)
    level = tiers.get(standing.level, standing.level)
    if level == standing.level and before is standing.before:
        return standing
    lowest = set(version.ladders.values())
    until = None if level in lowest else standing.until
    return msgspec.structs.replace(standing, level=level, before=before, until=until)


def _fill_meters(case: Case) -> None:
    """Fill the meters that are new from the member's journal."""
    _forget_filled(case)
    if case.is_over():
        return
    counted = counted_from(case.version, case.facts.history)
    for meter in case.version.filled:
        window = case.version.program.meters[meter].window
        keep_from = case.version.meter_keeps_from(meter, case.today)
        buckets: meters.Buckets = {}
        for day in sorted(counted[meter]):
            buckets = meters.add(buckets, window, day, counted[meter][day], keep_from=keep_from)
        buckets = {day: amount for day, amount in buckets.items() if day >= keep_from and amount}
        case.meters.pop(meter, None)
        if buckets:
            case.meters[meter] = buckets
            shown = meters.value(buckets, window, case.day)
            case.effects.append(Carried("meter", "", meter, case.at, shown))


def _forget_filled(case: Case) -> None:
    """Let go of what a merge brought into meters that are filled from the member's own journal from now on."""
    for member, card in case.merged_cards.items():
        left = {name: counts for name, counts in card.belongings.meters.items() if name not in case.version.filled}
        belongings = msgspec.structs.replace(card.belongings, meters=left)
        case.merged_cards = case.merged_cards | {member: msgspec.structs.replace(card, belongings=belongings)}
    if case.is_over():
        case.meters = {name: counts for name, counts in case.meters.items() if name not in case.version.filled}


def counted_from(version: Version, history: Sequence[PastEvent]) -> dict[str, dict[Day, int]]:
    """What a version's meters would have counted of a history, by meter and day."""
    counted: dict[str, dict[Day, int]] = {meter.name: {} for meter in version.meters}
    purchases: dict[str, PurchaseRecord] = {}
    returned: dict[str, Quantities] = {}
    for event, effects in history:
        day = version.zone.day(instant_of_event(event))
        if isinstance(event, Purchase):
            purchases[event.id] = PurchaseRecord(event, effects)
            found = _metered(version, event, effects, day)
        elif isinstance(event, Return):
            origin = origin_of(event, purchases[event.purchase], returned.get(event.purchase, {}))
            returned[event.purchase] = origin.after
            day = version.zone.day(instant_of_event(origin.purchase))
            found = [(meter, -amount) for meter, amount in counted_out(version, version, origin, day)]
        elif isinstance(event, Action):
            seen = Bought(event, day, instant_of_event(event))
            found = [(meter.name, 1) for meter in version.meters_of_actions if meter.counts_action(seen)]
        else:
            found = []
        for meter, amount in found:
            _add(counted[meter], day, amount)
        for meter, amount, granted_on in _earned(version, effects, day):
            _add(counted[meter], granted_on, amount)
    return counted


def _add(days: dict[Day, int], day: Day, amount: int) -> None:
    days[day] = days.get(day, 0) + amount


def count_late(case: Case, now: Version) -> None:
    """Count a late purchase of an earlier version in the meters of the version in force now."""
    purchase, masks = case.event, {}
    assert isinstance(purchase, Purchase), "only a purchase is counted by its lines"
    for meter in now.meters_of_purchase:
        found = now.counted_under(meter.name, case.version)
        if found is not None:
            version, counting = found
            if version.number not in masks:
                masks[version.number] = version.index.masks(purchase.lines)
            seen = Bought(purchase, case.day, case.at, case.payments, masks[version.number])
            amount = metered(seen, purchase, counting)
            if amount:
                case.count(meter.name, amount, case.day)


def _metered(version: Version, purchase: Purchase, effects: Sequence[Effect], day: Day) -> list[tuple[str, int]]:
    masks = version.index.masks(purchase.lines)
    payments = paid_by_line(purchase, effects)
    seen = Bought(purchase, day, instant_of_event(purchase), payments, masks)
    return [(meter.name, metered(seen, purchase, meter)) for meter in version.meters_of_purchase]


def _earned(version: Version, effects: Sequence[Effect], day: Day) -> Iterator[tuple[str, int, Day]]:
    """What the effects of one event count in meters of what was earned: what was granted, less what was taken back."""
    for effect in effects:
        if isinstance(effect, Granted | Reversed):
            amount = effect.amount if isinstance(effect, Granted) else -effect.amount
            at = effect.at if isinstance(effect, Granted) else None
            for meter in version.meters_of_earned.get(effect.unit, ()):
                yield meter, amount, day if at is None else version.zone.day(at)
