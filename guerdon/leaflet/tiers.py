"""``tiers`` in words: what the level depends on, a small table, and how long a level is kept."""

from decimal import Decimal

from guerdon.core.program import Meter
from guerdon.leaflet.amounts import amount, unit_title
from guerdon.leaflet.conditions import conditions
from guerdon.leaflet.pages import Said, Table
from guerdon.leaflet.times import lasting, window
from guerdon.leaflet.voice import Voice, capital
from guerdon.mechanics.tiers import Tiers


def said_tiers(voice: Voice, mechanic: Tiers) -> Said:
    """The ladder with what each level takes."""
    meter = voice.program.meters[mechanic.meter]
    sentences = [_basis(voice, meter)]
    if meter.only is not None:
        told = conditions(voice, meter.only)
        sentences.append(voice.say("Only %(goods)s count.", goods=told.goods))
    kept = lasting(voice, mechanic.kept)
    sentences.append(
        voice.say("You reach a level at once and keep it %(lasting)s. Then we look at it again.", lasting=kept)
    )
    rows = [
        (voice.title(level.title, level.name), _threshold(voice, meter, level.threshold)) for level in mechanic.levels
    ]
    table = Table((voice.say("Level"), _measure(voice, meter)), tuple(rows))
    return Said(part="levels", title=voice.title(mechanic.title), sentences=tuple(sentences), table=table)


def _basis(voice: Voice, meter: Meter) -> str:
    """What the level depends on."""
    over = window(voice, meter.window)
    if meter.counts == "spend":
        return voice.say("Your level depends on what you spend %(window)s.", window=over)
    if meter.counts == "visits":
        return voice.say("Your level depends on how often you shop %(window)s.", window=over)
    if meter.counts == "items":
        return voice.say("Your level depends on how many articles you buy %(window)s.", window=over)
    unit = unit_title(voice, meter.unit)
    return voice.say("Your level depends on how much you collect %(window)s: %(unit)s.", window=over, unit=unit)


def _measure(voice: Voice, meter: Meter) -> str:
    if meter.counts == "earned":
        return capital(unit_title(voice, meter.unit))
    return {"spend": voice.say("Spend"), "visits": voice.say("Purchases"), "items": voice.say("Articles")}[meter.counts]


def _threshold(voice: Voice, meter: Meter, threshold: int) -> str:
    if threshold == 0:
        return voice.say("from the first day")
    if meter.counts == "spend":
        return voice.money(threshold)
    if meter.counts == "earned":
        return amount(voice, threshold, meter.unit)
    return voice.number(Decimal(threshold))
