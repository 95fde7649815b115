"""``badge`` in words: what it is given for, and what comes with it."""

from guerdon.leaflet.gifts import action, cases, gifts
from guerdon.leaflet.pages import Said
from guerdon.leaflet.voice import Voice
from guerdon.mechanics.badge import Badge


def said_badge(voice: Voice, mechanic: Badge) -> Said:
    """A badge to be earned by itself, or along with something else."""
    title = voice.title(mechanic.title, mechanic.name)
    sentences = [voice.say("A badge."), *_given_for(voice, mechanic.on), *cases(voice, mechanic.when, mechanic.unless)]
    if mechanic.gives:
        sentences.append(voice.say("With it you get: %(gifts)s.", gifts=gifts(voice, mechanic.gives)))
    return Said(part="cards", title=title, sentences=tuple(sentences))


def _given_for(voice: Voice, on: str | None) -> list[str]:
    if on is None:
        return []
    if on == "purchase":
        return [voice.say("You get it for a purchase.")]
    if on == "enrol":
        return [voice.say("You get it when you join.")]
    return [voice.say("You get it for: %(action)s.", action=action(voice, on.partition(":")[2]))]
