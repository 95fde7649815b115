"""``stamps`` in words: what gives a stamp, and what a full card gives."""

from guerdon.leaflet.gifts import action, cases, gifts, limits
from guerdon.leaflet.pages import Said
from guerdon.leaflet.times import span
from guerdon.leaflet.voice import Voice
from guerdon.mechanics.stamps import Stamps


def said_stamps(voice: Voice, mechanic: Stamps) -> Said:
    """The stamps, the full card, and how long it lasts."""
    sentences = [_stamp(voice, mechanic), *cases(voice, mechanic.when, mechanic.unless), _full(voice, mechanic)]
    sentences += limits(voice, mechanic.limit)
    term = mechanic.expires
    if term is not None and term.end_of is None:
        lasts = span(voice, term.count, term.unit)
        sentences.append(voice.say("A card lapses after %(span)s without a stamp.", span=lasts))
    title = voice.title(mechanic.title, mechanic.name)
    return Said(part="cards", title=title, sentences=tuple(sentences))


def _stamp(voice: Voice, mechanic: Stamps) -> str:
    stamp = mechanic.stamp
    if mechanic.on != "purchase":
        what = action(voice, mechanic.on.partition(":")[2])
    elif stamp.per == "money":
        what = voice.money(stamp.money)
    else:
        what = voice.say("each article") if stamp.per == "item" else voice.say("each visit")
    return voice.say_count("%(count)s stamp for %(what)s.", "%(count)s stamps for %(what)s.", stamp.count, what=what)


def _full(voice: Voice, mechanic: Stamps) -> str:
    if mechanic.free:
        return voice.say_count(
            "Every %(count)s article is free, the cheapest one.", "Every %(count)s articles one is free, the cheapest.",
            mechanic.full,
        )  # fmt: skip
    return voice.say_count(
        "For %(count)s stamp you get: %(gifts)s.", "For %(count)s stamps you get: %(gifts)s.", mechanic.full,
        gifts=gifts(voice, mechanic.gives),
    )  # fmt: skip
