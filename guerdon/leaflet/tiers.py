"""``tiers`` in words: what the level depends on, a small table, and how long a level is kept."""

from collections.abc import Iterator

from guerdon.core.program import Meter
from guerdon.leaflet.amounts import unit_title
from guerdon.leaflet.conditions import only_these
from guerdon.leaflet.measures import measure, metered
from guerdon.leaflet.needs import needed
from guerdon.leaflet.pages import Said, Table
from guerdon.leaflet.times import lasting, start_of_every, window
from guerdon.leaflet.voice import Voice, capital
from guerdon.mechanics.tiers import Level, Tiers


def said_tiers(voice: Voice, mechanic: Tiers) -> Said:
    """The ladder with what each level takes."""
    meter = voice.program.meters.get(mechanic.meter)
    sentences = [] if meter is None else [_basis(voice, meter)]
    if meter is not None:
        sentences += only_these(voice, meter)
    sentences += [_validity(voice, mechanic), *_lowering(voice, mechanic)]
    rows = [
        (voice.title(level.title, level.name), capital(_asked(voice, meter, level)) if level.needs else
         _asked(voice, meter, level))
        for level in mechanic.levels
    ]  # fmt: skip
    heading = voice.say("What it takes") if meter is None else capital(measure(voice, meter))
    table = Table((voice.say("Level"), heading), tuple(rows))
    return Said(part="levels", title=voice.title(mechanic.title), sentences=tuple(sentences), table=table)


def _asked(voice: Voice, meter: Meter | None, level: Level) -> str:
    """What a level asks for."""
    if level.needs is not None:
        return needed(voice, level.needs)
    return voice.say("from the first day") if meter is None else _threshold(voice, meter, level.threshold)


def _validity(voice: Voice, mechanic: Tiers) -> str:
    """When a level is given, and for how long."""
    dates = "" if mechanic.reviewed is None else start_of_every(voice, mechanic.reviewed)
    if mechanic.kept is None:
        if not dates:
            return voice.say("You reach a level at once and keep it for good.")
        if mechanic.raised == "at review":
            return voice.say("We set your level %(when)s, by what you did before.", when=dates)
        return voice.say("You reach a level at once. We look at it again %(when)s.", when=dates)
    kept = lasting(voice, mechanic.kept)
    if mechanic.raised == "at review":
        return voice.say(
            "We raise your level %(when)s, and you keep it %(lasting)s. Then we look at it again.",
            when=dates, lasting=kept,
        )  # fmt: skip
    return voice.say("You reach a level at once and keep it %(lasting)s. Then we look at it again.", lasting=kept)


def _lowering(voice: Voice, mechanic: Tiers) -> Iterator[str]:
    """Where members start, what keeps a level, and how one is lost."""
    titles = {level.name: voice.quoted(voice.title(level.title, level.name)) for level in mechanic.levels}
    if mechanic.starts_on:
        yield voice.say("You start on the level %(level)s.", level=titles[mechanic.starts_on])
    for level in mechanic.levels:
        if level.keep is not None:
            needs = needed(voice, level.keep)
            yield voice.say("To keep the level %(level)s it takes: %(needs)s.", level=titles[level.name], needs=needs)
    if mechanic.lowered == "by one level":
        yield voice.say("A review lowers you by one level at most.")
    if mechanic.grace is not None:
        yield voice.say(
            "If it was not enough, the level stays %(lasting)s more, and you may still earn it.",
            lasting=lasting(voice, mechanic.grace),
        )  # fmt: skip


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
