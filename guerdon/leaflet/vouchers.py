"""``vouchers`` in words: when points become vouchers, and how a voucher is used."""

from guerdon.leaflet.amounts import quantity
from guerdon.leaflet.pages import Said
from guerdon.leaflet.times import lasting, start_of_every
from guerdon.leaflet.voice import Voice, capital
from guerdon.mechanics.vouchers import Vouchers


def said_vouchers(voice: Voice, mechanic: Vouchers) -> Said:
    """The issue, how long a voucher lasts, and how it comes off a basket."""
    sentences = [_issue(voice, mechanic)]
    if mechanic.most is not None:
        told = voice.say_count(
            "At most %(count)s voucher at once.", "At most %(count)s vouchers at once.", mechanic.most
        )
        sentences.append(told)
    term = mechanic.valid or voice.program.units[mechanic.gives.unit].expires
    if term is not None:
        sentences.append(voice.say("A voucher lasts %(lasting)s.", lasting=lasting(voice, term)))
    sentences.append(_use(voice, mechanic))
    return Said(part="vouchers", title=voice.title(mechanic.title), sentences=tuple(sentences))


def _issue(voice: Voice, mechanic: Vouchers) -> str:
    told = voice.say(
        "%(when)s, every %(amount)s you have become a voucher worth %(money)s. What is left over stays yours.",
        when=start_of_every(voice, mechanic.issued), amount=quantity(voice, mechanic.every),
        money=quantity(voice, mechanic.gives),
    )  # fmt: skip
    return capital(told)


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
