"""``wheel`` in words: what a spin costs, and the chance of each prize."""

from decimal import Decimal

from guerdon.leaflet.amounts import quantity
from guerdon.leaflet.gifts import cases, days, gifts, limits
from guerdon.leaflet.pages import Said, Table
from guerdon.leaflet.voice import Voice
from guerdon.mechanics.wheel import BLANK, Slice, Wheel


def said_wheel(voice: Voice, mechanic: Wheel) -> Said:
    """The spin and the prizes, with their chances."""
    sentences = [_cost(voice, mechanic), *days(voice, mechanic.between)]
    sentences += [*cases(voice, mechanic.when), *limits(voice, mechanic.limit)]
    if any(prize.count is not None for prize in mechanic.prizes):
        sentences.append(voice.say("When a prize has run out, you get the next one in the list."))
    whole = sum([prize.weight for prize in mechanic.prizes])
    rows = [(_prize(voice, prize), voice.percent(_share(prize.weight, whole))) for prize in mechanic.prizes]
    table = Table((voice.say("Prize"), voice.say("Chance")), tuple(rows))
    title = voice.title(mechanic.title, mechanic.name)
    return Said(part="games", title=title, sentences=tuple(sentences), table=table)


def _cost(voice: Voice, mechanic: Wheel) -> str:
    if mechanic.cost is None:
        return voice.say("A spin is free.")
    return voice.say("A spin costs %(amount)s.", amount=quantity(voice, mechanic.cost))


def _share(weight: int, whole: int) -> Decimal:
    """The chance, to a hundredth of a percent."""
    return (Decimal(weight) / whole).quantize(Decimal("0.0001"))


def _prize(voice: Voice, prize: Slice) -> str:
    if prize.name == BLANK:
        return voice.say("nothing")
    told = gifts(voice, prize.gives) if prize.gives and not prize.title else voice.title(prize.title, prize.name)
    return (
        told if prize.count is None else voice.say("%(prize)s (%(count)s in all)", prize=told, count=str(prize.count))
    )
