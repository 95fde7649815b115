"""A purchase is recorded: what comes off the price, what is paid for each line, and what the meters count.

The order: what the program takes off the price (``checkout``), vouchers, what the member pays with out of a wallet.
What is left is paid in money, spread over the lines, and that is what mechanics and meters look at.
"""

from collections.abc import Sequence

from guerdon.core.amounts import MAX_AMOUNT
from guerdon.core.case import Case
from guerdon.core.effects import Discounted, Effect, PaidWith, Reduced
from guerdon.core.events import Action, Purchase, line_nets, payments_of
from guerdon.core.lanes import run_lanes
from guerdon.core.refusals import stop
from guerdon.core.version import CompiledMeter


def record_purchase(case: Case, purchase: Purchase) -> None:
    """Check the basket, take off what comes off it, settle what is paid for each line, and count it in the meters.

    Rules that give something run after this, so a meter already shows the purchase when they look at it.
    """
    version, nets = case.version, line_nets(purchase.lines)
    total = sum(nets)
    _check_money(case, purchase, nets, total)
    case.discount = purchase.discount
    case.nets, case.payments = nets, payments_of(nets, case.discount)
    case.total = total - case.discount
    _look_at_lines(case, purchase)
    unknown = [code for code in purchase.codes if code not in version.codes]
    if unknown:
        raise stop("code_unknown", shown=unknown[0])
    run_lanes(case, "checkout")
    for rule in version.preparing:
        rule.prepare(case)
    for unit in purchase.spend:
        _pay_with(case, unit)
    case.payments = payments_of(case.nets, case.discount)
    case.total = sum(case.payments)
    _count_purchase(case, purchase)
    case.purchases += 1


def _look_at_lines(case: Case, purchase: Purchase) -> None:
    """Which matchers each line satisfies, and which any or every line does."""
    case.masks = case.version.index.masks(purchase.lines)
    some, every = 0, -1
    for mask in set(case.masks):
        some |= mask
        every &= mask
    case.mask, case.mask_of_all = some, every


def _pay_with(case: Case, unit: str) -> None:
    rule = case.version.answering.get(("spend", unit))
    if rule is None:
        raise stop("unit_does_not_pay", unit=unit)
    rule.answer(case, case.event)


def _count_purchase(case: Case, purchase: Purchase) -> None:
    for meter in case.version.meters_of_purchase:
        amount = metered(case, purchase, meter)
        if amount > MAX_AMOUNT:
            raise stop("amount_out_of_range", amount=amount, limit=MAX_AMOUNT)
        if amount:
            case.count(meter.name, amount, case.day)


def metered(case: Case, purchase: Purchase, meter: CompiledMeter) -> int:
    """What a meter counts of a purchase: money paid, one visit, or quantities."""
    if meter.checks and not all(check.holds(case) for check in meter.checks):
        return 0
    counts, bit = meter.settings.counts, None if meter.lines is None else meter.lines.bit_on(case.day)
    if counts == "visits":
        return 1 if bit is None or case.mask & bit else 0
    amounts = case.payments if counts == "spend" else quantities(purchase, counts)
    if bit is None:
        return sum(amounts)
    return sum([amount for amount, mask in zip(amounts, case.masks, strict=True) if mask & bit])


def quantities(purchase: Purchase, counts: str) -> list[int]:
    """How much of something each line has: ``items``, ``g`` or ``ml``. A line that is weighed is one item."""
    if counts == "items":
        return [1 if line.measure else line.quantity for line in purchase.lines]
    return [line.quantity if line.measure == counts else 0 for line in purchase.lines]


def paid_by_line(purchase: Purchase, effects: Sequence[Effect]) -> list[int]:
    """What was paid for each line, by what the purchase led to."""
    nets, discount = line_nets(purchase.lines), purchase.discount
    for effect in effects:
        if isinstance(effect, Discounted):
            discount += effect.amount
        elif isinstance(effect, PaidWith):
            discount += 0 if effect.earns else effect.money
        elif isinstance(effect, Reduced):
            for line, share in zip(effect.lines, effect.shares, strict=True):
                nets[line] -= share
            discount += 0 if effect.lines else effect.amount
    return payments_of(nets, discount)


def count_action(case: Case, action: Action) -> None:
    """Count an action in the meters of actions: how often it was done."""
    for meter in case.version.meters_of_actions:
        if meter.settings.action == action.action and all(check.holds(case) for check in meter.checks):
            case.count(meter.name, 1, case.day)


def _check_money(case: Case, purchase: Purchase, nets: list[int], total: int) -> None:
    currency = case.version.program.currency
    if purchase.currency and purchase.currency != currency:
        raise stop("currency_not_of_program", found=purchase.currency, expected=currency)
    if min(nets) < 0:
        place = [net < 0 for net in nets].index(True)
        line = purchase.lines[place]
        raise stop("discount_exceeds_amount", discount=line.discount, amount=line.amount, place=f"line {place}")
    if total > MAX_AMOUNT:
        raise stop("amount_out_of_range", amount=total, limit=MAX_AMOUNT)
    if purchase.discount > total:
        raise stop("discount_exceeds_amount", discount=purchase.discount, amount=total, place="the basket")
