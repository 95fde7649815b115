"""How amounts, rates and limits are said."""

from decimal import Decimal
from math import gcd

from guerdon.core.amounts import Rate, currency_scale
from guerdon.core.program import Quantity
from guerdon.leaflet.voice import Voice

_FINEST = 6
"""A percentage with more decimals of a share than this is no percentage that anybody would say."""

_LONGEST = 20


def amount(voice: Voice, value: int, unit: str) -> str:
    """An amount of a unit, out of its smallest parts: ``12 points``, ``$5``."""
    settings = voice.program.units[unit]
    if settings.money:
        return voice.money(value)
    return voice.counted(Decimal(value).scaleb(-settings.scale), settings.title, unit)


def quantity(voice: Voice, value: Quantity) -> str:
    """A quantity: ``500 points``, ``$5``."""
    return amount(voice, value.amount, value.unit)


def unit_title(voice: Voice, unit: str) -> str:
    """What members call a unit, without a number."""
    return voice.uncounted(voice.program.units[unit].title, unit)


def rate(voice: Voice, value: Rate, unit: str, goods: str = "") -> str:
    """A rate of earning: ``1 point for every $2 you spend on soups``; of money as a percentage."""
    percent = _percent(voice, value, unit)
    if percent:
        if goods:
            return voice.say("%(percent)s back on %(goods)s", percent=percent, goods=goods)
        return voice.say("%(percent)s back on what you spend", percent=percent)
    given, every = amount(voice, value.amount, unit), _every(voice, value.per)
    if goods:
        return voice.say("%(amount)s for %(every)s on %(goods)s", amount=given, every=every, goods=goods)
    return voice.say("%(amount)s for %(every)s", amount=given, every=every)


def rate_on_top(voice: Voice, value: Rate, unit: str, goods: str = "") -> str:
    """The same for what is given beside another mechanic: ``1 point more for every $4 you spend``."""
    percent = _percent(voice, value, unit)
    if percent:
        if goods:
            return voice.say("%(percent)s more back on %(goods)s", percent=percent, goods=goods)
        return voice.say("%(percent)s more back on what you spend", percent=percent)
    given, every = amount(voice, value.amount, unit), _every(voice, value.per)
    if goods:
        return voice.say("%(amount)s more for %(every)s on %(goods)s", amount=given, every=every, goods=goods)
    return voice.say("%(amount)s more for %(every)s", amount=given, every=every)


def _every(voice: Voice, minor: int) -> str:
    """Each so much money that is paid: ``every $2 you spend``."""
    whole, part = divmod(minor, 10 ** currency_scale(voice.program.currency))
    count = 2 if part else whole  # a part of a unit of money is not one of it
    return voice.say_count("every %(money)s you spend", "every %(money)s you spend", count, money=voice.money(minor))


def _percent(voice: Voice, value: Rate, unit: str) -> str:
    """A rate of money as a percentage; empty for another unit, and where nobody would say it so."""
    share = Decimal(value.amount) / Decimal(value.per)
    is_share = voice.program.units[unit].money and share == round(share, _FINEST)
    return voice.percent(share) if is_share else ""


def multiple(value: Rate, by: Rate) -> Rate | None:
    """What a factor adds to a rate, in whole amounts: 1 point per 1 USD by 1.25 adds 1 point per 4 USD.

    None where the money would become more than twenty times as much: nobody would say 1 point for every 3,000 USD.
    """
    amount, parts = value.amount * (by.amount - by.per), by.per
    shared = gcd(amount, parts)
    stretch = parts // shared
    return Rate(amount // shared, value.per * stretch) if stretch <= _LONGEST else None


def factor(value: Rate) -> Decimal:
    """How many times as much, as a decimal number with at most six decimals."""
    return Decimal(value.amount) / Decimal(value.per)
