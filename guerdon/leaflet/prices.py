"""``discount``, ``bundle`` and ``coupon`` in words: what costs less, for whom, how often."""

from decimal import Decimal

from guerdon.core.amounts import Rate
from guerdon.core.program import Allowance
from guerdon.core.reducing import Off, PriceLimit
from guerdon.leaflet.conditions import Conditions, conditions, exceptions, level_titles, mechanic_title
from guerdon.leaflet.earn_amounts import of_segment
from guerdon.leaflet.measures import metered
from guerdon.leaflet.pages import Said
from guerdon.leaflet.times import lasting, period, span
from guerdon.leaflet.voice import Voice
from guerdon.mechanics.bundle import Bundle
from guerdon.mechanics.coupon import BIRTHDAY, Coupon
from guerdon.mechanics.discount import Discount

PART = "prices"


def percent(voice: Voice, share: Rate) -> str:
    """A share as a percentage."""
    return voice.percent(Decimal(share.amount) / Decimal(share.per))


def said_discount(voice: Voice, mechanic: Discount) -> Said:
    """What comes off, for whom, and how much at most."""
    told = conditions(voice, mechanic.when)
    head, details = _discount(voice, mechanic)
    sentences = [
        told.sentence(voice, _on_goods(voice, head, told)),
        *exceptions(voice, mechanic.unless),
        *_early(voice, mechanic),
        *_limits(voice, mechanic.limit),
    ]
    title = voice.title(mechanic.title)
    return Said(part=PART, title=title, sentences=tuple(sentences), details=(*details, *told.months))


def said_bundle(voice: Voice, mechanic: Bundle) -> Said:
    """What must be bought together, and what costs less."""
    told = conditions(voice, mechanic.when)
    sentences = [told.sentence(voice, _on_goods(voice, _bundle(voice, mechanic), told))]
    if mechanic.gets is not None:
        goods = conditions(voice, mechanic.gets).goods or voice.say("anything")
        sentences.append(voice.say("What costs less: %(goods)s.", goods=goods))
    if not mechanic.parts:
        sentences.append(voice.say("It is always the cheapest articles that cost less."))
    if mechanic.most is not None:
        sentences.append(_at_most_for_each_purchase(voice, mechanic.most))
    sentences += [*exceptions(voice, mechanic.unless), *_limits(voice, mechanic.limit)]
    details = tuple([conditions(voice, part).goods or voice.say("anything") for part in mechanic.parts])
    title = voice.title(mechanic.title)
    return Said(part=PART, title=title, sentences=tuple(sentences), details=(*details, *told.months))


def said_coupon(voice: Voice, mechanic: Coupon) -> Said:
    """What a coupon takes off, what a member gets it for, and how long it lasts."""
    told = conditions(voice, mechanic.when)
    sentences = [
        told.sentence(voice, _on_goods(voice, _off(voice, mechanic.off), told)),
        _coupon_for(voice, mechanic),
        *[allowed(voice, times(voice, each.amount), each) for each in mechanic.issues],
    ]
    if mechanic.valid is not None:
        sentences.append(voice.say("The coupon lasts %(lasting)s.", lasting=lasting(voice, mechanic.valid)))
    if mechanic.applied == "on request":
        sentences.append(voice.say("Show the coupon when you want to use it."))
    else:
        sentences.append(voice.say("The coupon comes off by itself."))
    sentences += [*exceptions(voice, mechanic.unless), *_limits(voice, mechanic.limit)]
    sentences.append(voice.say("A coupon that you used comes back when you bring back the whole purchase."))
    return Said(part=PART, title=voice.title(mechanic.title), sentences=tuple(sentences), details=told.months)


def _on_goods(voice: Voice, head: str, told: Conditions) -> str:
    return voice.say("%(off)s on %(goods)s", off=head, goods=told.goods) if told.goods else head


def _off(voice: Voice, off: Off) -> str:
    """What comes off, as a noun."""
    if off.share is not None:
        return voice.say("%(percent)s off", percent=percent(voice, off.share))
    money = voice.money(off.amount or 0)
    return voice.say("%(money)s off each article", money=money) if off.each else voice.say("%(money)s off", money=money)


def _discount(voice: Voice, mechanic: Discount) -> tuple[str, list[str]]:
    """The head of a discount, with a line each for what differs."""
    if mechanic.off is not None:
        return _off(voice, mechanic.off), []
    if mechanic.by_tier:
        levels = level_titles(voice)
        told = {levels[level]: _off(voice, off) for level, off in mechanic.by_tier.items()}
        return voice.say("a discount by your level"), [_line(voice, level, off) for level, off in told.items()]
    if mechanic.prices:
        titles = voice.program.titles.sku
        told = {voice.code(titles, sku): voice.money(price) for sku, price in mechanic.prices.items()}
        return voice.say("prices for members"), [_line(voice, article, price) for article, price in told.items()]
    meter = voice.program.meters[mechanic.meter]
    steps = [
        _from(voice, metered(voice, meter, step.threshold), percent(voice, step.share))
        for step in mechanic.steps
        if step.share.amount
    ]
    return voice.say("a discount that grows with what you have bought so far"), steps


def _from(voice: Voice, least: str, share: str) -> str:
    return voice.say("from %(least)s: %(percent)s", least=least, percent=share)


def _line(voice: Voice, name: str, value: str) -> str:
    return voice.say("%(name)s: %(value)s", name=name, value=value)


def _early(voice: Voice, mechanic: Discount) -> list[str]:
    """From when on levels have it already."""
    levels = level_titles(voice)
    return [
        voice.say("%(level)s: from %(date)s already.", level=levels[level], date=voice.date(first))
        for level, first in mechanic.early_access.items()
    ]


def _bundle(voice: Voice, mechanic: Bundle) -> str:
    """What is offered."""
    share = percent(voice, mechanic.off)
    if mechanic.parts:
        if mechanic.price is not None:
            return voice.say("a set for %(money)s", money=voice.money(mechanic.price))
        return voice.say("a set at %(percent)s off", percent=share)
    buy, get = voice.number(Decimal(mechanic.buy)), voice.number(Decimal(mechanic.get))
    if mechanic.off.amount != mechanic.off.per:
        return voice.say("buy %(buy)s and get %(get)s at %(percent)s off", buy=buy, get=get, percent=share)
    if mechanic.gets is not None:
        return voice.say("buy %(buy)s and get %(get)s free", buy=buy, get=get)
    taken = voice.number(Decimal(mechanic.buy + mechanic.get))
    return voice.say("%(taken)s for the price of %(paid)s", taken=taken, paid=buy)


def _coupon_for(voice: Voice, mechanic: Coupon) -> str:
    """What a member gets the coupon for."""
    told = conditions(voice, mechanic.issued_when)
    occasion = _occasion(voice, mechanic)
    cases = [part for part in (told.audience, *told.adverbials) if part]
    if told.goods:
        cases.append(voice.say("with %(goods)s in the basket", goods=told.goods))
    return voice.say("You get the coupon %(occasion)s.", occasion=", ".join([occasion, *cases]))


def _occasion(voice: Voice, mechanic: Coupon) -> str:
    kind, _, name = mechanic.on.partition(":")
    if mechanic.on == BIRTHDAY:
        if not mechanic.days_before:
            return voice.say("on your birthday")
        return voice.say("%(span)s before your birthday", span=span(voice, mechanic.days_before, "day"))
    if kind == "reached":
        return voice.say("when you reach the level %(level)s", level=voice.quoted(level_titles(voice).get(name, name)))
    if kind == "action":
        title = voice.title(voice.program.titles.action.get(name, {})) or voice.quoted(name.replace("-", " "))
        return voice.say_in("a coupon", "for %(action)s", action=title)
    if kind == "redeemed":
        titles = {reward.name: reward.title for reward in voice.program.rewards}
        return voice.say("as a reward: %(reward)s", reward=voice.quoted(voice.title(titles.get(name, {}), name)))
    if kind in ("entered_segment", "left_segment"):
        return of_segment(voice, kind, name)
    return {
        "purchase": voice.say("with a purchase, for the next one"),
        "enrol": voice.say("when you join"),
        "awarded": voice.say("with the badge %(badges)s", badges=mechanic_title(voice, name)),
        "joined": voice.say("when you join %(plan)s", plan=mechanic_title(voice, name)),
        "left": voice.say("when you leave %(plan)s", plan=mechanic_title(voice, name)),
        "used": voice.say("when you use %(benefit)s", benefit=mechanic_title(voice, name)),
    }[kind]


def _limits(voice: Voice, limit: PriceLimit) -> list[str]:
    """The limits, a sentence each."""
    told = []
    if limit.share is not None:
        told.append(voice.say("At most %(percent)s of the price.", percent=percent(voice, limit.share)))
    if limit.per_basket is not None:
        told.append(voice.say("At most %(money)s for each purchase.", money=voice.money(limit.per_basket)))
    told += [allowed(voice, voice.money(each.amount), each) for each in limit.per_member]
    told += [allowed(voice, times(voice, each.amount), each) for each in limit.times]
    shared = [] if limit.uses is None else [times(voice, limit.uses)]
    shared += [] if limit.total is None else [voice.money(limit.total)]
    for most in shared:
        told.append(voice.say("For all members together at most %(amount)s: first come, first served.", amount=most))
    if limit.uses_per_code is not None:
        told.append(voice.say("Each code is good %(times)s.", times=times(voice, limit.uses_per_code)))
    return told


def allowed(voice: Voice, most: str, allowance: Allowance) -> str:
    """The most in each period."""
    if allowance.period == "ever":
        return voice.say("At most %(amount)s in all.", amount=most)
    return voice.say("At most %(amount)s %(period)s.", amount=most, period=period(voice, allowance.period))


def times(voice: Voice, count: int) -> str:
    """How often."""
    return voice.say_count("%(count)s time", "%(count)s times", count)


def _at_most_for_each_purchase(voice: Voice, count: int) -> str:
    return voice.say_count(
        "At most %(count)s time for each purchase.", "At most %(count)s times for each purchase.", count
    )
