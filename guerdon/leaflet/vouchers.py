"""``vouchers`` in words: when points become vouchers, and how a voucher is used."""

from guerdon.core.program import Allowance
from guerdon.leaflet.amounts import quantity
from guerdon.leaflet.pages import Said
from guerdon.leaflet.times import lasting, period, start_of_every
from guerdon.leaflet.voice import Voice, capital
from guerdon.mechanics.vouchers import IssueDate, Vouchers


def said_vouchers(voice: Voice, mechanic: Vouchers) -> Said:
    """The issue, how long a voucher lasts, and how it comes off a basket."""
    sentences = [_issue(voice, mechanic)]
    if mechanic.most is not None:
        told = voice.say_count(
            "At most %(count)s voucher at once.", "At most %(count)s vouchers at once.", mechanic.most
        )
        sentences.append(told)
    sentences += [_within(voice, allowance) for allowance in mechanic.most_in]
    term = mechanic.valid or voice.program.units[mechanic.gives.unit].expires
    if term is not None:
        sentences.append(voice.say("A voucher lasts %(lasting)s.", lasting=lasting(voice, term)))
    sentences.append(_use(voice, mechanic))
    return Said(part="vouchers", title=voice.title(mechanic.title), sentences=tuple(sentences))


def _issue(voice: Voice, mechanic: Vouchers) -> str:
    if not isinstance(mechanic.issued, str):
        return _issue_on_dates(voice, mechanic, mechanic.issued)
    told = voice.say(
        "%(when)s, every %(amount)s you have become a voucher worth %(money)s. What is left over stays yours.",
        when=start_of_every(voice, mechanic.issued), amount=quantity(voice, mechanic.every),
        money=quantity(voice, mechanic.gives),
    )  # fmt: skip
    return capital(told)


def _issue_on_dates(voice: Voice, mechanic: Vouchers, dates: tuple[IssueDate, ...]) -> str:
    """The days of the year, each with the last day of what it is for."""
    days = [
        voice.say(
            "%(day)s (for what you have by %(until)s)",
            day=voice.day_of_year(date.month, date.day), until=voice.day_of_year(date.earned_month, date.earned_day),
        ) if date.earned_month else voice.day_of_year(date.month, date.day)
        for date in dates
    ]  # fmt: skip
    return voice.say(
        "Every %(amount)s you have become a voucher worth %(money)s, on these days of every year: %(days)s. What is "
        "left over stays yours.",
        amount=quantity(voice, mechanic.every), money=quantity(voice, mechanic.gives), days=voice.listed(days),
    )  # fmt: skip


def _within(voice: Voice, allowance: Allowance) -> str:
    """How many vouchers there are in a period."""
    return voice.say_count(
        "At most %(count)s voucher %(period)s.", "At most %(count)s vouchers %(period)s.", allowance.amount,
        period=period(voice, allowance.period),
    )  # fmt: skip


def _use(voice: Voice, mechanic: Vouchers) -> str:
    """How a voucher is used. It is spent whole, so what is left to pay is at least its worth."""
    if mechanic.applied == "on request":
        return voice.say("Tell us at the till when you want to use it.")
    least = voice.money(max(mechanic.basket_at_least, mechanic.gives.amount))
    return voice.say_count(
        "It comes off your next purchase of at least %(money)s by itself, one voucher for each purchase.",
        "They come off your next purchase of at least %(money)s by themselves, up to %(count)s for each purchase.",
        mechanic.per_basket, money=least,
    )  # fmt: skip
