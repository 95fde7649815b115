"""Goods come back: what the returned lines earned is taken back exactly, whatever the rules say today.

**Provenance.** Each grant names its lines. The grant's amount is allocated over them by what was paid for each
(``amounts.allocate``), and a part of a line's quantity is that part of the line's share. Returns add up: three
returns of one item out of three take back exactly what the line earned.

**Worked.** Lines of 6.00 and 4.00 earned 10 points. Returning the second takes back 4. If only 3 of them are still
there, the unit decides what becomes of the fourth: it is owed (the next grant pays it back) or forgiven.

**At today's rate**, where the program says so: a basket of 100.00 earned 5 % in the category of March. It comes back in
April, when the rate is 1 %: 1.00 is taken back. At a higher rate more is taken back than was earned.

What had already expired is not taken back a second time. Caps and budgets that the goods had used stay used: buying and
returning makes no room.
"""

from collections.abc import Iterator
from typing import NamedTuple

from guerdon.core import wallet
from guerdon.core.amounts import Rounding, allocate, portion
from guerdon.core.case import Case
from guerdon.core.effects import Discounted, Effect, Granted, Restored, Reversed, renamed
from guerdon.core.events import Purchase, Return, instant_of_event
from guerdon.core.facts import PurchaseRecord
from guerdon.core.paying import refund
from guerdon.core.purchasing import paid_by_line, quantities
from guerdon.core.refusals import stop
from guerdon.core.rule import Rule
from guerdon.core.timeline import Timeline
from guerdon.core.version import Became, Version

Quantities = dict[int, int]
"""By line: how much of it. A line of quantity 0 counts as one."""


class Origin(NamedTuple):
    """The purchase that goods come back from."""

    purchase: Purchase
    effects: tuple[Effect, ...]
    """What the purchase led to."""
    payments: list[int]
    """What was paid for each line, in minor units."""
    bought: list[int]
    """The quantity of each line."""
    before: Quantities
    """What had come back before this return."""
    after: Quantities
    """What has come back with it."""

    @property
    def is_whole(self) -> bool:
        """Whether everything has come back now."""
        return all(self.after.get(line, 0) == quantity for line, quantity in enumerate(self.bought))

    def part_coming_back(self, amount: int) -> int:
        """The part of an amount of the whole purchase that this return brings back, by what was paid for each line."""
        shares = allocate(amount, self.payments)
        return sum([self.share_coming_back(share, line) for line, share in enumerate(shares)])

    def share_coming_back(self, share: int, line: int) -> int:
        """The part of a line's share that this return brings back, counted cumulatively."""
        bought = self.bought[line]
        return portion(share, self.after.get(line, 0), bought) - portion(share, self.before.get(line, 0), bought)


def origin_of(event: Return, record: PurchaseRecord, before: Quantities) -> Origin:
    """What goods come back from. ``before`` is what had come back of the purchase already."""
    payments = paid_by_line(record.event, record.effects)
    bought = [max(line.quantity, 1) for line in record.event.lines]
    return Origin(record.event, record.effects, payments, bought, before, _after(event, bought, before))


def give_back(case: Case, event: Return, timeline: Timeline) -> None:
    """Take back what the returned lines earned, count them out of the meters, and look at the tiers again."""
    record = case.facts.purchase
    if record is None:
        raise stop("purchase_unknown", purchase=event.purchase)
    purchase = record.event
    origin = origin_of(event, record, case.state.returned.get(event.purchase, {}))
    case.returned = case.returned | {event.purchase: origin.after}
    bought_at = instant_of_event(purchase)
    bought_under = timeline.at(bought_at) or case.version
    if case.version.program.returns.points != "kept":
        for effect in record.effects:
            if isinstance(effect, Granted) and effect.at is None and not effect.apart:
                _take_back(case, effect, origin, _rule_now(case, effect.mechanic, bought_under))
    day = case.version.zone.day(bought_at)
    _count_out(case, origin, bought_under, day)
    if origin.is_whole and case.version.program.returns.vouchers == "given back":
        _give_vouchers_back(case, [effect for effect in record.effects if isinstance(effect, Discounted)])
    refund(case, origin)
    # The rules know what they did by the names that they have now.
    names, _ = case.version.names_since(bought_under)
    origin = origin._replace(effects=renamed(origin.effects, names))
    for rule in case.version.giving_back:
        rule.give_back(case, origin)
    for rule in case.version.taking_back:
        rule.take_back(case, day)


def _after(event: Return, bought: list[int], before: Quantities) -> Quantities:
    """How much of each line will have come back. Refuses what was not bought or has come back already."""
    after = dict(before)
    wanted = [(part.line, part.quantity) for part in event.lines] or [(line, None) for line in range(len(bought))]
    for line, quantity in wanted:
        if line >= len(bought):
            raise stop("return_line_unknown", line=line)
        left = bought[line] - after.get(line, 0)
        coming = left if quantity is None else quantity
        if coming > left or (event.lines and left == 0):
            raise stop("return_exceeds_purchase", line=line, left=left, wanted=coming or 1)
        if coming:
            after[line] = after.get(line, 0) + coming
    if after == before:
        raise stop("return_of_nothing")
    return after


def _rule_now(case: Case, mechanic: str, bought_under: Version) -> Rule | None:
    """The rule by whose rate of today a grant is taken back; None where it is taken back exactly."""
    if case.version.program.returns.points == "exact":
        return None
    renamed, _ = case.version.names_since(bought_under)
    name, _, _ = mechanic.partition("/")
    return case.version.rules_by_name.get(renamed.get(name, name))


def _take_back(case: Case, grant: Granted, origin: Origin, rule: Rule | None) -> None:
    """Take back the part of one grant that belongs to the goods that come back.

    The meters of what was earned let go exactly what they had counted, whatever is taken back.
    """
    shares = grant.by_line(origin.payments)
    earned = sum([origin.share_coming_back(share, line) for line, share in shares.items()])
    amount = earned if rule is None else _amount_today(case, grant, origin, list(shares), rule, earned)
    for meter in case.counting.meters_of_earned.get(grant.unit, ()) if earned else ():
        case.count_out(meter, earned, case.version.zone.day(instant_of_event(origin.purchase)))
    if not amount:
        return
    _take_out(case, grant, amount, origin)


def take_back_amount(case: Case, grant: Granted, amount: int, origin: Origin) -> None:
    """Take back an amount of one grant of the purchase, and count it out of the meters of what was earned."""
    for meter in case.counting.meters_of_earned.get(grant.unit, ()):
        case.count_out(meter, amount, case.version.zone.day(instant_of_event(origin.purchase)))
    _take_out(case, grant, amount, origin)


def _take_out(case: Case, grant: Granted, amount: int, origin: Origin) -> None:
    """Take an amount of a grant out of its lot, or do with what is missing as the unit's debt says.

    What has become another unit since is taken out of that one, at the rate at which it became it.
    """
    became = case.counting.became.get(grant.unit)
    if became is not None and became.at > instant_of_event(origin.purchase):
        _take_out_converted(case, grant, amount, became)
        return
    before = case.wallet(grant.unit)
    if _has_expired(case, grant, before, instant_of_event(origin.purchase)):
        case.effects.append(
            Reversed(
                grant.mechanic, grant.unit, amount, forgiven=amount, why_forgiven="expired", funded_by=grant.funded_by
            )
        )
        return
    after, pending, available = wallet.take_back(
        before, amount, expires_at=grant.expires_at, matures_at=grant.matures_at, reference=grant.reference
    )
    missing = amount - pending - available
    owed = _owed(case, grant.unit, after, missing)
    case.wallets[grant.unit] = wallet.owe(after, owed) if owed else after
    why = _why_forgiven(case, missing - owed)
    case.effects.append(
        Reversed(grant.mechanic, grant.unit, amount, available, pending, owed, missing - owed, why, grant.funded_by)
    )


def _owes(case: Case, unit: str) -> bool:
    """Whether what is missing is owed: as the unit says, and by nobody who has left the program."""
    # Goods may come back with a date before their purchase, when their unit was not known yet.
    return case.counting.program.units[unit].debt == "owed" and not _has_left(case)


def _why_forgiven(case: Case, forgiven: int) -> str:
    if not forgiven:
        return ""
    return "closed" if _has_left(case) else "spent"


def _has_left(case: Case) -> bool:
    return case.bar is not None and case.bar.kind == "closed"


def _take_out_converted(case: Case, grant: Granted, amount: int, became: Became) -> None:
    """Take what a grant has become out of the unit that it became; what had expired before is gone."""
    if grant.expires_at is not None and grant.expires_at <= became.at:
        case.effects.append(Reversed(grant.mechanic, grant.unit, amount, forgiven=amount, why_forgiven="expired"))
        return
    unit, wanted = became.unit, became.rate.of(amount, Rounding.FLOOR)
    if wanted:
        after, taken = wallet.spend(case.wallet(unit), wanted)
        owed = _owed(case, unit, after, wanted - taken)
        case.wallets[unit] = wallet.owe(after, owed) if owed else after
        why = _why_forgiven(case, wanted - taken - owed)
        case.effects.append(
            Reversed(grant.mechanic, unit, wanted, taken, 0, owed, wanted - taken - owed, why, grant.funded_by)
        )


def _owed(case: Case, unit: str, left: wallet.Wallet, missing: int) -> int:
    """How much of what is missing is owed: all of it, or where the unit forgives what was spent, what is on hold."""
    if _owes(case, unit):
        return missing
    return min(missing, max(wallet.held(left) - left.debt, 0))


def _amount_today(case: Case, grant: Granted, origin: Origin, lines: list[int], rule: Rule, earned: int) -> int:
    """What the goods that come back would earn today; what they had earned where the rule has or had no rate.

    Of a grant that a cap had cut the same part is taken.
    """
    paid = sum([origin.share_coming_back(origin.payments[line], line) for line in lines])
    _, _, part = grant.mechanic.partition("/")
    worth = None if grant.rate is None else rule.worth_today(case, origin.purchase, paid, part)
    if worth is None:
        return earned
    return worth if grant.wanted is None else worth * grant.amount // grant.wanted


def _has_expired(case: Case, grant: Granted, held: wallet.Wallet, earned_at: int) -> bool:
    """Whether what a grant gave is gone by its own expiry, or lapsed with the whole wallet since.

    Spent before its expiry and returned after it counts as expired too: which part of a lot was spent is not kept. What
    a late purchase granted after the lapse is told by its lot, which is older than the lapse and still there.
    """
    if grant.expires_at is not None and grant.expires_at <= case.as_of:
        return True
    if held.emptied_at is None or held.emptied_at <= earned_at:
        return False
    return all(lot.earned_at > earned_at for lot in held.lots + held.pending)


def _count_out(case: Case, origin: Origin, bought_under: Version, day: int) -> None:
    """Take the goods out of the meters that counted them, in the window of the purchase's own day.

    One that was filled anew since counts them out as it was filled; one that is there no more is not touched.
    """
    for meter, amount in counted_out(case.counting, bought_under, origin, day):
        case.count_out(meter, amount, day)


def counted_out(now: Version, bought_under: Version, origin: Origin, day: int) -> Iterator[tuple[str, int]]:
    """What a return takes out of a version's meters of purchases: what they counted in. A visit goes when all went."""
    for settings in now.meters_of_purchase:
        found = now.counted_under(settings.name, bought_under)
        if found is None or not found[1].looks_at(origin.purchase, day, instant_of_event(origin.purchase)):
            continue
        version, meter = found
        masks = version.index.masks(origin.purchase.lines)
        counted = [line for line in origin.after if meter.lines is None or masks[line] & meter.lines.bit_on(day)]
        if meter.settings.counts == "spend":
            amount = sum([origin.share_coming_back(origin.payments[line], line) for line in counted])
        elif meter.settings.counts == "visits":
            amount = 1 if origin.is_whole and counted else 0
        else:
            measured = quantities(origin.purchase, meter.settings.counts)
            amount = sum([origin.share_coming_back(measured[line], line) for line in counted])
        if amount:
            yield settings.name, amount


def _give_vouchers_back(case: Case, vouchers: list[Discounted]) -> None:
    """Put used vouchers back, with the expiry they had. One that would have expired by now is gone."""
    for voucher in vouchers:
        if voucher.expires_at is None or voucher.expires_at > case.as_of:
            reference = f"{voucher.reference}/back"
            case.put(voucher.unit, voucher.amount, voucher.expires_at, reference)
            case.effects.append(Restored(voucher.mechanic, voucher.unit, voucher.amount, reference, voucher.expires_at))
            case.repay(voucher.unit)
