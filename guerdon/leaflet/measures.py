"""How meters are said: what they count, and what they show."""

from decimal import Decimal

from guerdon.core.program import Meter
from guerdon.leaflet.amounts import amount, unit_title
from guerdon.leaflet.voice import Voice


def measure(voice: Voice, meter: Meter) -> str:
    """What a meter counts, as the heading of a table: ``spend``, ``purchases``."""
    if meter.counts == "earned":
        return unit_title(voice, meter.unit)
    if meter.counts == "actions":
        return voice.title(voice.program.titles.action.get(meter.action, {})) or voice.quoted(meter.action)
    return {
        "spend": voice.say("spend"),
        "visits": voice.say("purchases"),
        "items": voice.say("articles"),
        "g": voice.say("weight"),
        "ml": voice.say("volume"),
    }[meter.counts]


def metered(voice: Voice, meter: Meter, shown: int) -> str:
    """What a meter shows."""
    if meter.counts == "spend":
        return voice.money(shown)
    if meter.counts == "earned":
        return amount(voice, shown, meter.unit)
    if meter.counts in ("g", "ml"):
        return _measured(voice, meter, shown)
    return voice.number(Decimal(shown))


def _measured(voice: Voice, meter: Meter, shown: int) -> str:
    """Grams or millilitres; from a thousand on kilograms or litres."""
    is_weight = meter.counts == "g"
    if shown < 1_000:
        number = voice.number(Decimal(shown))
        return voice.say("%(number)s g", number=number) if is_weight else voice.say("%(number)s ml", number=number)
    number = voice.number(Decimal(shown) / 1_000)
    return voice.say("%(number)s kg", number=number) if is_weight else voice.say("%(number)s l", number=number)


def activity(voice: Voice, kind: str) -> str:
    """A kind of event that keeps a balance alive."""
    kind, _, action = kind.partition(":")
    if action:
        return voice.title(voice.program.titles.action.get(action, {})) or voice.quoted(action)
    return {
        "purchase": voice.say("a purchase"),
        "redeem": voice.say("taking a reward"),
        "action": voice.say("anything you do with us"),
        "use": voice.say("using a benefit"),
        "join": voice.say("joining a plan"),
        "renew": voice.say("renewing a plan"),
        "choose": voice.say("choosing your categories"),
        "donate": voice.say("a donation"),
        "play": voice.say("a game"),
        "convert": voice.say("an exchange"),
        "send": voice.say("a gift to another member"),
    }[kind]
