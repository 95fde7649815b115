"""A purchase is recorded: what comes off the price, what is paid for each line, and what the meters count.

The order: the rewards that the member takes along, what the program takes off the price (``checkout``), vouchers, what
the member pays with out of a wallet. What is left is paid in money, spread over the lines, and that is what mechanics
and meters look at.
"""

from collections.abc import Sequence

from guerdon.core.amounts import MAX_AMOUNT, Rate, Rounding, allocate
from guerdon.core.calendar import date_of
from guerdon.core.case import Case
from guerdon.core.codes import check_codes
from guerdon.core.effects import Discounted, Effect, PaidWith, Reduced, Valued
from guerdon.core.events import Purchase, line_nets, lowered, payments_of
from guerdon.core.lanes import run_lanes
from guerdon.core.redemption import take_along
from guerdon.core.refusals import stop
from guerdon.core.workshop import Bought, CompiledMeter


def record_purchase(case: Case, purchase: Purchase) -> None:
    """Check the basket, take off what comes off it, settle what is paid for each line, and count it in the meters.

    Rules that give something run after this, so a meter already shows the purchase when they look at it.
    """
    version, nets = case.version, line_nets(purchase.lines)
    rate = _rate_of(case, purchase) if purchase.currency else None
    total = sum(nets)
    _check_money(purchase, nets, total)
    case.nets, case.discount, case.total = nets, purchase.discount, total - purchase.discount
    if rate is not None:
        _value(case, rate)
    case.payments = payments_of(case.nets, case.discount)
    _look_at_lines(case, purchase)
    if purchase.rewards:
        take_along(case, purchase)
    if purchase.codes:
        check_codes(case, purchase)
    if version.reduces_prices:
        run_lanes(case, "checkout")
    for rule in version.preparing:
        rule.prepare(case)
    case.payments = payments_of(case.nets, case.discount)
    if purchase.spend:
        for unit in sorted(purchase.spend):
            _pay_with(case, unit)
        case.payments = payments_of(case.nets, case.discount)
    case.total = sum(case.payments)
    if purchase.expects is not None:
        _check_expected(case, purchase, purchase.expects)
    if case.counting is version:
        _count_purchase(case, purchase)
    case.purchases += 1


def _value(case: Case, rate: Rate) -> None:
    """Put a basket in another currency into the program's own."""
    case.nets, case.discount = _valued(case.nets, case.discount, rate)
    case.total = sum(case.nets) - case.discount
    if case.total > MAX_AMOUNT:
        raise stop("amount_out_of_range", amount=case.total, limit=MAX_AMOUNT)


def _check_expected(case: Case, purchase: Purchase, expected: int) -> None:
    """Refuse a purchase that costs the member something else than what the checkout told."""
    found = to_pay(purchase, case.effects)
    if found != expected:
        raise stop("price_not_as_expected", expected=expected, found=found)


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


def metered(seen: Case | Bought, purchase: Purchase, meter: CompiledMeter) -> int:
    """What a meter counts of a purchase: money paid, one visit, or quantities."""
    if meter.checks and not meter.holds(seen):
        return 0
    counts, lines = meter.settings.counts, meter.lines
    bit = None if lines is None else lines.always or lines.bit_on(seen.day)
    if counts == "visits":
        return 1 if bit is None or any(mask & bit for mask in seen.masks) else 0
    amounts = seen.payments if counts == "spend" else quantities(purchase, counts)
    if bit is None:
        return sum(amounts)
    return sum([amount for amount, mask in zip(amounts, seen.masks, strict=True) if mask & bit])


def quantities(purchase: Purchase, counts: str) -> list[int]:
    """How much of something each line has: ``items``, ``g`` or ``ml``. A line that is weighed is one item."""
    if counts == "items":
        return [1 if line.measure else line.quantity for line in purchase.lines]
    return [line.quantity if line.measure == counts else 0 for line in purchase.lines]


def paid_by_line(purchase: Purchase, effects: Sequence[Effect]) -> list[int]:
    """What was paid for each line, by what the purchase led to."""
    nets, discount = line_nets(purchase.lines), purchase.discount
    for effect in effects:
        if isinstance(effect, Valued):
            nets, discount = _valued(nets, discount, effect.rate)
        elif isinstance(effect, Discounted):
            discount += effect.amount
        elif isinstance(effect, Reduced) or (isinstance(effect, PaidWith) and not effect.earns):
            if effect.lines:
                nets, discount = lowered(payments_of(nets, discount), effect.lines, effect.shares), 0
            else:
                discount += effect.amount if isinstance(effect, Reduced) else effect.money
    return payments_of(nets, discount)


def to_pay(purchase: Purchase, effects: Sequence[Effect]) -> int:
    """What is left to be paid in money, in minor units, by what the purchase led to.

    After discounts, vouchers and everything that is paid out of a wallet: what ``expects`` is held against.
    """
    ahead = sum([effect.money for effect in effects if isinstance(effect, PaidWith) and effect.earns])
    return sum(paid_by_line(purchase, effects)) - ahead


def count_action(case: Case) -> None:
    """Count an action in the meters of actions: how often it was done."""
    for meter in case.counting.meters_of_actions:
        if meter.counts_action(case):
            case.count(meter.name, 1, case.day)


def _rate_of(case: Case, purchase: Purchase) -> Rate | None:
    """What the purchase's currency is worth; None for the program's own. Refused where that is not known."""
    currency = case.version.program.currency
    if purchase.currency == currency:
        return None
    rate = case.facts.rates.get(purchase.currency)
    if rate is None:
        raise stop("currency_rate_missing", found=purchase.currency, expected=currency, day=str(date_of(case.day)))
    case.rates_seen = {purchase.currency: rate}
    case.effects.append(Valued(purchase.currency, rate))
    return rate


def _valued(nets: list[int], discount: int, rate: Rate) -> tuple[list[int], int]:
    """The lines and the discount of a basket at a rate. The basket is rounded once, and its lines add up to it."""
    total = rate.of(sum(nets), Rounding.NEAREST)
    return allocate(total, nets), min(rate.of(discount, Rounding.NEAREST), total)


def _check_money(purchase: Purchase, nets: list[int], total: int) -> None:
    if min(nets) < 0:
        place = [net < 0 for net in nets].index(True)
        line = purchase.lines[place]
        raise stop("discount_exceeds_amount", discount=line.discount, amount=line.amount, place=f"line {place}")
    if total > MAX_AMOUNT:
        raise stop("amount_out_of_range", amount=total, limit=MAX_AMOUNT)
    if purchase.discount > total:
        raise stop("discount_exceeds_amount", discount=purchase.discount, amount=total, place="the basket")
