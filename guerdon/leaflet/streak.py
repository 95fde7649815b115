"""``streak`` in words: what makes a period count, and what lengths give."""

from guerdon.leaflet.gifts import cases, gifts, task
from guerdon.leaflet.pages import Said
from guerdon.leaflet.times import period, span
from guerdon.leaflet.voice import Voice, capital
from guerdon.mechanics.streak import Milestone, Streak


def said_streak(voice: Voice, mechanic: Streak) -> Said:
    """What is asked for in each period, and the bonuses, a line each."""
    wanted, each = task(voice, mechanic.measure, mechanic.at_least), period(voice, mechanic.every)
    sentences = [capital(voice.say("%(task)s %(period)s, without a gap.", task=wanted, period=each))]
    sentences += cases(voice, mechanic.measure.when, mechanic.measure.unless)
    missed = mechanic.may_miss
    if missed is not None and missed.period != "ever":
        told = {"period": period(voice, missed.period)}
        sentences.append(voice.say_count("You may miss %(count)s %(period)s.", "You may miss %(count)s %(period)s.",
                                         missed.amount, **told))  # fmt: skip
    elif missed is not None:
        sentences.append(voice.say("You may miss %(count)s in all.", count=str(missed.amount)))
    details = tuple([_milestone(voice, mechanic, one) for one in mechanic.gives])
    title = voice.title(mechanic.title, mechanic.name)
    return Said(part="cards", title=title, sentences=tuple(sentences), details=details)


def _milestone(voice: Voice, mechanic: Streak, milestone: Milestone) -> str:
    told = {"span": span(voice, milestone.length, mechanic.every), "gifts": gifts(voice, milestone.gives)}
    if milestone.repeats:
        return voice.say("every %(span)s: %(gifts)s", **told)
    return voice.say("after %(span)s: %(gifts)s", **told)
