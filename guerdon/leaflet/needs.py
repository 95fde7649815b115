"""What a level asks for, in words: meters with their windows, shares, badges and plans."""

from decimal import Decimal

from guerdon.core.program import When
from guerdon.leaflet.conditions import conditions, mechanic_title
from guerdon.leaflet.measures import measure, metered
from guerdon.leaflet.times import window
from guerdon.leaflet.voice import Voice
from guerdon.mechanics.tiers import Need, Needs


def needed(voice: Voice, needs: Needs) -> str:
    """All that a level asks for."""
    told = [_need(voice, need) for need in needs.all_of]
    if needs.any_of:
        choice = "; ".join([_need(voice, need) for need in needs.any_of])
        told.append(voice.say("one of these: %(needs)s", needs=choice))
    return "; ".join(told)


def _need(voice: Voice, need: Need) -> str:
    if need.badge:
        return voice.say("the badge %(badge)s", badge=voice.quoted(mechanic_title(voice, need.badge)))
    if need.plan:
        return voice.say("membership of %(plan)s", plan=voice.quoted(mechanic_title(voice, need.plan)))
    meter = voice.program.meters[need.meter]
    what, over = _what(voice, need.meter), window(voice, meter.window)
    if need.share is not None:
        percent = voice.percent(Decimal(need.share.amount) / need.share.per)
        whole = f"{_what(voice, need.share_of)} {window(voice, voice.program.meters[need.share_of].window)}"
        return voice.say(
            "%(measure)s %(window)s: at least %(percent)s of this: %(whole)s",
            measure=what, window=over, percent=percent, whole=whole,
        )  # fmt: skip
    least = metered(voice, meter, need.least)
    if need.anew:
        return voice.say("%(measure)s since you have this level: at least %(amount)s", measure=what, amount=least)
    return voice.say("%(measure)s %(window)s: at least %(amount)s", measure=what, window=over, amount=least)


def _what(voice: Voice, name: str) -> str:
    """What a meter counts, with what alone counts behind it."""
    meter = voice.program.meters[name]
    told = conditions(voice, meter.only or When())
    only = [part for part in (told.goods, *told.adverbials) if part]
    return f"{measure(voice, meter)} ({', '.join(only)})" if only else measure(voice, meter)
