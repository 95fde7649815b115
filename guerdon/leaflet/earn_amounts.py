"""How much ``earn`` gives, and for what, where it is more than a plain rate or an amount for a purchase."""

from datetime import date

from guerdon.core.amounts import Rate
from guerdon.core.calendar import PeriodUnit, Window
from guerdon.core.program import Meter
from guerdon.leaflet.amounts import amount, rate
from guerdon.leaflet.conditions import level_titles, mechanic_title, only_these, segment_titles
from guerdon.leaflet.measures import measure, metered
from guerdon.leaflet.times import start_of_every, window
from guerdon.leaflet.voice import Voice, capital
from guerdon.mechanics.earn import Earn


def on_what(voice: Voice, mechanic: Earn) -> str:
    """What a mechanic reacts to, as part of a sentence: ``on your birthday``; empty for purchases and actions."""
    kind, _, which = mechanic.on.partition(":")
    if kind == "birthday" and which:
        return voice.say_count("%(count)s day before your birthday", "%(count)s days before your birthday", int(which))
    if kind == "reached":
        return voice.say("when you reach %(level)s", level=level_titles(voice).get(which, voice.quoted(which)))
    if kind in ("awarded", "joined", "left"):
        title = mechanic_title(voice, which)
        return {
            "awarded": voice.say("when you get the badge %(title)s", title=title),
            "joined": voice.say("when you join %(title)s", title=title),
            "left": voice.say("when you leave %(title)s", title=title),
        }[kind]
    if kind in ("entered_segment", "left_segment"):
        return of_segment(voice, kind, which)
    if kind == "every":
        return _every(voice, which)
    if kind == "date":
        return voice.say("on %(date)s", date=voice.date(date.fromisoformat(which)))
    return {
        "enrol": voice.say("when you join"),
        "birthday": voice.say("on your birthday"),
        "anniversary": voice.say("on each anniversary of your joining"),
    }.get(kind, "")


def of_segment(voice: Voice, kind: str, name: str) -> str:
    """Something for entering or leaving a segment."""
    title = voice.say_in("a code", "%(title)s", title=voice.code(segment_titles(voice), name))
    if kind == "entered_segment":
        return voice.say("as soon as you belong to %(segment)s", segment=title)
    return voice.say("once you no longer belong to %(segment)s", segment=title)


def _every(voice: Voice, which: str) -> str:
    if which == "statement":
        return voice.say("at the start of every statement month")
    period: PeriodUnit = which  # type: ignore[assignment]
    return start_of_every(voice, period)


def how_much(voice: Voice, mechanic: Earn, goods: str) -> str:
    """What is given, as the beginning of a sentence."""
    if mechanic.rates is not None:
        titles = level_titles(voice)
        return voice.listed(
            [
                voice.say(
                    "%(level)s: %(rate)s", level=titles.get(level, level), rate=_rate(voice, mechanic, one, goods)
                )
                for level, one in mechanic.rates.items()
            ]
        )
    if mechanic.rate is not None:
        return _rate(voice, mechanic, mechanic.rate, goods)
    if mechanic.bands:
        most = amount(voice, max([band.amount for band in mechanic.bands]), mechanic.earn)
        if goods:
            return voice.say("up to %(amount)s, by how much it is, for %(goods)s", amount=most, goods=goods)
        return voice.say("up to %(amount)s, by how much it is", amount=most)
    if goods:
        return voice.say("more and more for %(goods)s", goods=goods)
    return voice.say("more and more")


def _rate(voice: Voice, mechanic: Earn, value: Rate, goods: str) -> str:
    """A rate on what is paid, weighed or counted, or on what a meter shows."""
    counted = _counted(voice, mechanic)
    if counted.counts == "spend":
        return rate(voice, value, mechanic.earn, goods)
    given, every = amount(voice, value.amount, mechanic.earn), metered(voice, counted, value.per)
    if counted.counts not in ("g", "ml", "earned"):
        every = voice.say_count("%(count)s piece", "%(count)s pieces", value.per)
    if goods:
        return voice.say("%(amount)s per %(measured)s of %(goods)s", amount=given, measured=every, goods=goods)
    return voice.say("%(amount)s per %(measured)s", amount=given, measured=every)


def _counted(voice: Voice, mechanic: Earn) -> Meter:
    """What a mechanic counts, as a meter would."""
    if mechanic.of:
        return voice.program.meters[mechanic.of]
    return Meter(counts=mechanic.counts, window=Window("calendar", 1, "ever"))


def fine_print(voice: Voice, mechanic: Earn) -> list[str]:
    """Bands, steps and minimums, what is looked at, and what becomes of fractions and of what is too much."""
    counted = _counted(voice, mechanic)
    told = []
    if mechanic.of:
        over = window(voice, counted.window)
        told.append(voice.say("What counts: %(measure)s %(window)s.", measure=measure(voice, counted), window=over))
        told += only_these(voice, counted)
    for band in mechanic.bands:
        given = amount(voice, band.amount, mechanic.earn)
        if band.most is None:
            told.append(voice.say("Above: %(amount)s.", amount=given))
        else:
            told.append(voice.say("Up to %(most)s: %(amount)s.", most=metered(voice, counted, band.most), amount=given))
    if mechanic.ladder is not None:
        meter = voice.program.meters[mechanic.ladder.meter]
        told += only_these(voice, meter)
        for step in mechanic.ladder.steps:
            given, least = _rate(voice, mechanic, step.rate, ""), metered(voice, meter, step.least)
            what, over = measure(voice, meter), window(voice, meter.window)
            step_told = voice.say(
                "%(measure)s %(window)s, from %(least)s on: %(rate)s.",
                measure=what, window=over, least=least, rate=given,
            )  # fmt: skip
            told.append(capital(step_told))
    if mechanic.at_least:
        least = metered(voice, counted, mechanic.at_least)
        told.append(voice.say("What counts must come to at least %(least)s.", least=least))
    if mechanic.whole_steps:
        told.append(voice.say("Only full steps count."))
    if mechanic.keeps_fraction:
        told.append(voice.say("What is left of a fraction is kept for your next purchase."))
    if mechanic.above_limit == "carries over":
        told.append(voice.say("What is above the limit is given in the next period."))
    return told


def is_plain(mechanic: Earn) -> bool:
    """Whether a rate, an amount or a multiple on a purchase or an action says it all."""
    kind = mechanic.on.partition(":")[0]
    counts = mechanic.rate is not None and (mechanic.counts != "spend" or mechanic.of)
    more = mechanic.rates is not None or mechanic.bands or mechanic.ladder is not None
    return kind in ("purchase", "enrol", "action") and not counts and not more
