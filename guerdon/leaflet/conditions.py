"""How conditions are said.

Matchers of lines make one phrase for goods, which a sentence takes in (``soups``, ``Pantry products``). Tiers make the
audience, which stands in front. Every other matcher makes an adverbial, and these follow the sentence behind commas, in
the order of ``MATCHERS``:

    For Gold members: 1 point for every $2 you spend on soups, at weekends, from April 1, 2017 to June 30, 2017.

A new field of ``When`` is one function and one line in ``GOODS``, ``AUDIENCE`` or ``MATCHERS``.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from guerdon.core.program import MonthChoice, Texts, When
from guerdon.leaflet.voice import Voice, capital, sentence_end
from guerdon.mechanics.tiers import Tiers

_WORKDAYS, _WEEKEND = (0, 1, 2, 3, 4), (5, 6)
_MIDNIGHT = 24 * 60


class Conditions(NamedTuple):
    """Conditions in words."""

    audience: str
    """For whom it is: ``for Gold members``. Empty: for all."""
    goods: str
    """What must be bought, as a noun: ``soups and cheeses``. Empty: anything."""
    adverbials: tuple[str, ...]
    months: tuple[str, ...]
    """What the goods are in each month, a line each, where they change."""

    def sentence(self, voice: Voice, head: str) -> str:
        """A sentence: for whom, the head that says what, and the adverbials."""
        if self.audience:
            head = voice.say("%(audience)s: %(head)s", audience=self.audience, head=head)
        return capital(sentence_end(", ".join([head, *self.adverbials]) + "."))

    def alone(self) -> str:
        """What a table says of something that has conditions; empty where it has none."""
        told = [part for part in (self.audience, *self.adverbials) if part]
        return capital(sentence_end(", ".join(told) + ".")) if told else ""


def conditions(voice: Voice, when: When, *, but: Sequence[str] = ()) -> Conditions:
    """Conditions in words, but for those that the sentence around them says in its own way."""
    goods = [said(voice, getattr(when, name)) for name, said in GOODS.items() if getattr(when, name) is not None]
    audience = [said(voice, when) for name, said in AUDIENCE.items() if getattr(when, name) is not None]
    given = [name for name in MATCHERS if name not in but and getattr(when, name) is not None]
    adverbials = tuple([MATCHERS[name](voice, when) for name in given])
    return Conditions(", ".join(audience), _all_of(voice, goods), adverbials, _months(voice, when.category))


def _all_of(voice: Voice, goods: Sequence[str]) -> str:
    """Goods of which each narrows those before."""
    if len(goods) < 2:
        return "".join(goods)
    first, *others = goods
    return voice.say("%(goods)s (only %(others)s)", goods=first, others=voice.listed(others))


# Goods.


def codes(voice: Voice, titles: Mapping[str, Texts], values: Sequence[str]) -> list[str]:
    """What codes of the till are called, each title once."""
    return list(dict.fromkeys([voice.code(titles, value) for value in values]))


def _category(voice: Voice, value: tuple[str, ...] | MonthChoice) -> str:
    if isinstance(value, MonthChoice):
        return voice.say("the goods of the month")
    return _of_categories(voice, codes(voice, voice.program.titles.category, value))


def _of_categories(voice: Voice, titles: Sequence[str]) -> str:
    told = [voice.say_in("one of several categories", "%(title)s", title=title) for title in titles]
    if len(told) == 1:
        return voice.say_in("goods of one category", "%(category)s", category=told[0])
    return voice.say_in("goods of several categories", "%(categories)s", categories=voice.listed(told))


def _brand(voice: Voice, value: tuple[str, ...]) -> str:
    titles = codes(voice, voice.program.titles.brand, value)
    if len(titles) == 1:
        return voice.say("%(brand)s products", brand=titles[0])
    return voice.say("products of %(brands)s", brands=voice.listed([voice.quoted(title) for title in titles]))


def _sku(voice: Voice, value: tuple[str, ...]) -> str:
    return voice.listed(codes(voice, voice.program.titles.sku, value))


GOODS: dict[str, Callable[[Voice, Any], str]] = {"category": _category, "brand": _brand, "sku": _sku}
"""How each matcher of lines is said, out of its value: as goods, in the accusative."""


def _months(voice: Voice, category: tuple[str, ...] | MonthChoice | None) -> tuple[str, ...]:
    if not isinstance(category, MonthChoice):
        return ()
    return tuple([_of_month(voice, month, paths) for month, paths in sorted(category.by_month.items())])


def _of_month(voice: Voice, month: int, paths: tuple[str, ...]) -> str:
    told = voice.listed(codes(voice, voice.program.titles.category, paths))
    return voice.say("%(month)s: %(categories)s", month=capital(voice.month(month)), categories=told)


# Adverbials.


def _tier(voice: Voice, when: When) -> str:
    levels = level_titles(voice)
    names = [level for level in levels if level in (when.tier or ())]
    titles = voice.listed([voice.say_in("one of several levels", "%(title)s", title=levels[name]) for name in names])
    if len(names) == 1:
        return voice.say("for %(level)s members", level=titles)
    return voice.say_in("several levels", "for %(levels)s members", levels=titles)


def level_titles(voice: Voice) -> dict[str, str]:
    """What members call the levels of all ladders, from the lowest to the highest."""
    ladders = [mechanic for mechanic in voice.program.mechanics if isinstance(mechanic, Tiers)]
    return {level.name: voice.title(level.title, level.name) for ladder in ladders for level in ladder.levels}


def _store(voice: Voice, when: When) -> str:
    titles = _quoted(voice, voice.program.titles.store, when.store)
    return voice.say_count(
        "in the store %(stores)s", "in the stores %(stores)s", min(len(when.store or ()), 2), stores=titles
    )


def _channel(voice: Voice, when: When) -> str:
    return voice.say(
        "when you order through %(channels)s", channels=_quoted(voice, voice.program.titles.channel, when.channel)
    )


def _tender(voice: Voice, when: When) -> str:
    return voice.say("when you pay with %(tenders)s", tenders=_quoted(voice, voice.program.titles.tender, when.tender))


def _quoted(voice: Voice, titles: Mapping[str, Texts], values: tuple[str, ...] | None) -> str:
    return voice.either(
        [voice.say_in("a code", "%(title)s", title=title) for title in codes(voice, titles, values or ())]
    )


def _weekday(voice: Voice, when: When) -> str:
    if when.weekday == _WEEKEND:
        return voice.say("at weekends")
    if when.weekday == _WORKDAYS:
        return voice.say("Monday to Friday")
    names = (
        voice.say_in("on", "Mondays"), voice.say_in("on", "Tuesdays"), voice.say_in("on", "Wednesdays"),
        voice.say_in("on", "Thursdays"), voice.say_in("on", "Fridays"), voice.say_in("on", "Saturdays"),
        voice.say_in("on", "Sundays"),
    )  # fmt: skip
    return voice.say("on %(days)s", days=voice.listed([names[day] for day in when.weekday or ()]))


def _hours(voice: Voice, when: When) -> str:
    begins, ends = when.hours or (0, _MIDNIGHT)
    if ends == _MIDNIGHT:
        return voice.say("from %(begins)s to midnight", begins=voice.clock(begins))
    return voice.say("between %(begins)s and %(ends)s", begins=voice.clock(begins), ends=voice.clock(ends))


def _between(voice: Voice, when: When) -> str:
    first, last = when.between or (date.min, date.max)
    if first == last:
        return voice.say("on %(day)s only", day=voice.date(first))
    return voice.say("from %(first)s to %(last)s", first=voice.date(first), last=voice.date(last))


def _basket_at_least(voice: Voice, when: When) -> str:
    return voice.say("when you spend at least %(money)s", money=voice.money(when.basket_at_least or 0))


def _first_purchase(voice: Voice, when: When) -> str:
    if when.first_purchase:
        return voice.say("on your first purchase")
    return voice.say("on every purchase but your first")


def _expression(voice: Voice, when: When) -> str:
    """An expression cannot be said; the program has words for it, or this leaflet knows nothing better."""
    return voice.title(when.in_words) or voice.say("under certain conditions")


AUDIENCE: dict[str, Callable[[Voice, When], str]] = {"tier": _tier}
"""How each matcher of members is said."""

MATCHERS: dict[str, Callable[[Voice, When], str]] = {
    "basket_at_least": _basket_at_least,
    "first_purchase": _first_purchase,
    "store": _store,
    "channel": _channel,
    "tender": _tender,
    "weekday": _weekday,
    "hours": _hours,
    "between": _between,
    "expression": _expression,
}
"""How every other matcher is said, in this order."""

SAID_WITH = {"in_words": "expression"}
"""Fields of ``When`` that another one takes along."""
