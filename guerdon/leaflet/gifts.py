"""Gifts, and how often something may be had: what cards, challenges and games say alike."""

from collections.abc import Sequence
from datetime import date

from guerdon.core.conditions import NO_CONDITION
from guerdon.core.counting import Measure
from guerdon.core.gifts import Gift
from guerdon.core.program import Allowance, When
from guerdon.leaflet.amounts import quantity
from guerdon.leaflet.conditions import Conditions, conditions, exceptions, mechanic_title
from guerdon.leaflet.times import lasting, period
from guerdon.leaflet.voice import Voice


def gifts(voice: Voice, given: Sequence[Gift]) -> str:
    """What is given, as a list of nouns."""
    return voice.listed([_gift(voice, gift) for gift in given])


def _gift(voice: Voice, gift: Gift) -> str:
    if gift.quantity is not None:
        told = quantity(voice, gift.quantity)
    elif gift.badge:
        return voice.say("the badge %(badge)s", badge=mechanic_title(voice, gift.badge))
    elif gift.coupon:
        told = voice.say("the coupon %(coupon)s", coupon=mechanic_title(voice, gift.coupon))
    else:
        titles = {reward.name: reward.title for reward in voice.program.rewards}
        return voice.quoted(voice.title(titles.get(gift.thing, {}), gift.thing))
    if gift.valid is None:
        return told
    return voice.say("%(gift)s (lasts %(lasting)s)", gift=told, lasting=lasting(voice, gift.valid))


def limits(voice: Voice, allowed: Sequence[Allowance]) -> list[str]:
    """How often at most, a sentence each."""
    return [_limit(voice, allowance) for allowance in allowed]


def _limit(voice: Voice, allowance: Allowance) -> str:
    if allowance.period == "ever":
        return voice.say("At most %(count)s in all.", count=str(allowance.amount))
    return voice.say(
        "At most %(count)s %(period)s.", count=str(allowance.amount), period=period(voice, allowance.period)
    )


def cases(voice: Voice, when: When, unless: When = NO_CONDITION) -> list[str]:
    """What alone counts, for whom, and what does not, in sentences of their own."""
    told: Conditions = conditions(voice, when)
    sentences = [voice.say("Only this counts: %(goods)s.", goods=told.goods)] if told.goods else []
    about = [*([told.audience] if told.audience else []), *told.adverbials]
    sentences += exceptions(voice, unless)
    return sentences + ([voice.say("It counts only %(cases)s.", cases=", ".join(about))] if about else [])


def days(voice: Voice, between: tuple[date, date] | None) -> list[str]:
    """From the first day through the last, as a sentence."""
    if between is None:
        return []
    return [voice.say("From %(first)s to %(last)s.", first=voice.date(between[0]), last=voice.date(between[1]))]


def action(voice: Voice, name: str) -> str:
    """An action by its title, or by its name in quotation marks."""
    return voice.title(voice.program.titles.action.get(name, {})) or voice.quoted(name.replace("-", " "))


def task(voice: Voice, measure: Measure, needs: int) -> str:
    """What has to be done, as a noun: ``2 visits``, ``$30 spent``."""
    if measure.counts == "spend":
        return voice.say("%(money)s spent", money=voice.money(needs))
    if measure.counts == "visits":
        return voice.say_count("%(count)s visit", "%(count)s visits", needs)
    if measure.counts == "items":
        return voice.say_count("%(count)s article", "%(count)s articles", needs)
    return voice.say("%(action)s × %(count)s", action=action(voice, measure.action), count=str(needs))
