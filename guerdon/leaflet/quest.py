"""``quest`` in words: its steps, a line each, its time, and what it gives."""

from guerdon.leaflet.conditions import conditions, level_titles, mechanic_title
from guerdon.leaflet.gifts import cases, days, gifts, task
from guerdon.leaflet.pages import Said
from guerdon.leaflet.times import lasting, period
from guerdon.leaflet.voice import Voice
from guerdon.mechanics.quest import Quest, Step


def said_quest(voice: Voice, mechanic: Quest) -> Said:
    """The steps, and what they are worth."""
    sentences = [voice.say("You get: %(gifts)s.", gifts=gifts(voice, mechanic.gives))] if mechanic.gives else []
    if mechanic.in_order:
        sentences.append(voice.say("One step after the other."))
    if mechanic.opt_in:
        sentences.append(voice.say("Tell us that you want to take part."))
    sentences += days(voice, mechanic.between)
    if mechanic.within is not None:
        sentences.append(voice.say("It runs %(lasting)s.", lasting=lasting(voice, mechanic.within)))
    if mechanic.each is not None:
        sentences.append(voice.say("Once %(period)s.", period=period(voice, mechanic.each)))
    sentences += cases(voice, mechanic.when)
    details = tuple([_step(voice, step) for step in mechanic.steps])
    title = voice.title(mechanic.title, mechanic.name)
    return Said(part="cards", title=title, sentences=tuple(sentences), details=details)


def _step(voice: Voice, step: Step) -> str:
    told = voice.title(step.title) or _wanted(voice, step)
    if not step.gives:
        return told
    return voice.say("%(step)s (%(gifts)s)", step=told, gifts=gifts(voice, step.gives))


def _wanted(voice: Voice, step: Step) -> str:
    """What the step takes."""
    if step.measure is not None:
        goods = conditions(voice, step.measure.when).goods
        told = task(voice, step.measure, step.needs)
        return voice.say("%(task)s: %(goods)s", task=told, goods=goods) if goods else told
    if step.each_of:
        return voice.say(
            "one of each: %(goods)s", goods=voice.listed([conditions(voice, when).goods for when in step.each_of])
        )
    if step.tier:
        return voice.say("the level %(level)s", level=level_titles(voice).get(step.tier, step.tier))
    if step.badge:
        return voice.say("the badge %(badge)s", badge=mechanic_title(voice, step.badge))
    streak = mechanic_title(voice, step.streak)
    return voice.say("%(count)s in a row: %(streak)s", count=str(step.needs), streak=streak)
