"""A purchase is recorded: what is paid for each line, and what the meters count."""

from guerdon.core.amounts import MAX_AMOUNT
from guerdon.core.case import Case
from guerdon.core.events import Purchase, line_nets, payments_of
from guerdon.core.refusals import stop
from guerdon.core.version import CompiledMeter


def record_purchase(case: Case, purchase: Purchase) -> None:
    """Check the basket, take vouchers off it, settle what is paid for each line, and count it in the meters.

    Rules that give something run after this, so a meter already shows the purchase when they look at it.
    """
    version, nets = case.version, line_nets(purchase.lines)
    total = sum(nets)
    _check_money(case, purchase, nets, total)
    case.discount = purchase.discount
    case.total = total - case.discount
    for rule in version.preparing:
        rule.prepare(case)
    case.payments = payments_of(nets, case.discount)
    case.total = total - case.discount
    case.masks = version.index.masks(purchase.lines)
    some, every = 0, -1
    for mask in set(case.masks):
        some |= mask
        every &= mask
    case.mask, case.mask_of_all = some, every
    for meter in case.version.meters_of_purchase:
        amount = metered(case, purchase, meter)
        if amount > MAX_AMOUNT:
            raise stop("amount_out_of_range", amount=amount, limit=MAX_AMOUNT)
        if amount:
            case.count(meter.name, amount, case.day)
    case.purchases += 1


def metered(case: Case, purchase: Purchase, meter: CompiledMeter) -> int:
    """What a meter counts of a purchase: money paid, items, or one visit."""
    counts, bit = meter.settings.counts, None if meter.lines is None else meter.lines.bit_on(case.day)
    if counts == "visits":
        return 1 if bit is None or case.mask & bit else 0
    amounts = case.payments if counts == "spend" else [line.quantity for line in purchase.lines]
    if bit is None:
        return sum(amounts)
    return sum([amount for amount, mask in zip(amounts, case.masks, strict=True) if mask & bit])


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
