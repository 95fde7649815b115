"""``tiers`` in words: what the level depends on, a small table, and how long a level is kept."""

from guerdon.core.program import Meter, When
from guerdon.leaflet.amounts import unit_title
from guerdon.leaflet.conditions import conditions
from guerdon.leaflet.measures import measure, metered
from guerdon.leaflet.pages import Said, Table
from guerdon.leaflet.times import lasting, window
from guerdon.leaflet.voice import Voice, capital
from guerdon.mechanics.tiers import Tiers


def said_tiers(voice: Voice, mechanic: Tiers) -> Said:
    """The ladder with what each level takes."""
    meter = voice.program.meters[mechanic.meter]
    sentences = [_basis(voice, meter)]
    if meter.only is not None:
        sentences += _only(voice, meter.only)
    kept = lasting(voice, mechanic.kept)
    sentences.append(
        voice.say("You reach a level at once and keep it %(lasting)s. Then we look at it again.", lasting=kept)
    )
    rows = [
        (voice.title(level.title, level.name), _threshold(voice, meter, level.threshold)) for level in mechanic.levels
    ]
    table = Table((voice.say("Level"), capital(measure(voice, meter))), tuple(rows))
    return Said(part="levels", title=voice.title(mechanic.title), sentences=tuple(sentences), table=table)


def _only(voice: Voice, only: When) -> list[str]:
    """What alone counts."""
    told = conditions(voice, only)
    sentences = [voice.say("Only %(goods)s count.", goods=told.goods)] if told.goods else []
    if told.adverbials:
        sentences.append(voice.say("It counts only %(cases)s.", cases=", ".join(told.adverbials)))
    return sentences


def _basis(voice: Voice, meter: Meter) -> str:
    """What the level depends on."""
    over = window(voice, meter.window)
    if meter.counts == "spend":
        return voice.say("Your level depends on what you spend %(window)s.", window=over)
    if meter.counts == "visits":
        return voice.say("Your level depends on how often you shop %(window)s.", window=over)
    if meter.counts == "items":
        return voice.say("Your level depends on how many articles you buy %(window)s.", window=over)
    if meter.counts == "earned":
        unit = unit_title(voice, meter.unit)
        return voice.say("Your level depends on how much you collect %(window)s: %(unit)s.", window=over, unit=unit)
    return voice.say("Your level depends on this %(window)s: %(measure)s.", window=over, measure=measure(voice, meter))


def _threshold(voice: Voice, meter: Meter, threshold: int) -> str:
    return metered(voice, meter, threshold) if threshold else voice.say("from the first day")
