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

from guerdon.core.calendar import Term
from guerdon.core.program import AroundBirthday, Meter, MonthChoice, Range, Texts, When
from guerdon.leaflet.measures import measure, metered
from guerdon.leaflet.times import span, window
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
        return capital(self.behind_colon())

    def behind_colon(self) -> str:
        """The same behind something that leads up to it."""
        told = [part for part in (self.audience, *self.adverbials) if part]
        return sentence_end(", ".join(told) + ".") if told else ""


def only_these(voice: Voice, meter: Meter) -> list[str]:
    """What alone a meter counts, in sentences; none where everything counts."""
    told = conditions(voice, meter.only or When())
    sentences = [voice.say("Only this counts: %(goods)s.", goods=told.goods)] if told.goods else []
    if told.adverbials:
        sentences.append(voice.say("It counts only %(cases)s.", cases=", ".join(told.adverbials)))
    return sentences


def conditions(voice: Voice, when: When, *, but: Sequence[str] = ()) -> Conditions:
    """Conditions in words, but for those that the sentence around them says in its own way."""
    goods = [said(voice, getattr(when, name)) for name, said in GOODS.items() if getattr(when, name) is not None]
    audience = [said(voice, when) for name, said in AUDIENCE.items() if getattr(when, name) is not None]
    given = [name for name in MATCHERS if name not in but and getattr(when, name) is not None]
    adverbials = tuple([MATCHERS[name](voice, when) for name in given])
    return Conditions(", ".join(audience), _all_of(voice, goods), adverbials, _months(voice, when.category))


def exceptions(voice: Voice, unless: When) -> list[str]:
    """What stands against it, each matcher for itself but for goods, a sentence each."""
    told = conditions(voice, unless, but=("expression",))
    cases = [part for part in (told.audience, *told.adverbials) if part]
    sentences = [voice.say("Not on %(goods)s.", goods=told.goods)] if told.goods else []
    sentences += [voice.say("Not %(case)s.", case=case) for case in cases]
    if unless.expression is not None:
        case = MATCHERS["expression"](voice, unless)
        sentences.append(voice.say_in("an exception in words of its own", "Not %(case)s.", case=case))
    return sentences


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


def _membership(voice: Voice, when: When) -> str:
    names = [mechanic_title(voice, name) for name in when.membership or ()]
    return voice.say("for members of %(plans)s", plans=voice.either(names))


def _badge(voice: Voice, when: When) -> str:
    names = [mechanic_title(voice, name) for name in when.badge or ()]
    return voice.say("with the badge %(badges)s", badges=voice.either(names))


def mechanic_title(voice: Voice, name: str) -> str:
    """What members call a mechanic, in quotation marks."""
    titles = {mechanic.name: getattr(mechanic, "title", {}) for mechanic in voice.program.mechanics}
    return voice.quoted(voice.title(titles.get(name, {}), name))


def _segment(voice: Voice, when: When) -> str:
    return voice.say("for %(segments)s", segments=_quoted(voice, segment_titles(voice), when.segment))


def segment_titles(voice: Voice) -> dict[str, Texts]:
    """What members call segments, wherever the program says it."""
    own = {name: segment.title for name, segment in voice.program.segments.items() if segment.title}
    return {**voice.program.titles.segment, **own}


def _experiment(voice: Voice, when: When) -> str:
    """Members are not told which group they are in: who knows of it acts otherwise."""
    return voice.say("for some members, while we try it out")


def _region(voice: Voice, when: When) -> str:
    return voice.say("in the region %(regions)s", regions=_quoted(voice, voice.program.titles.region, when.region))


def _language(voice: Voice, when: When) -> str:
    names = voice.either([voice.language_name(tag) for tag in when.language or ()])
    return voice.say("if your language is %(languages)s", languages=names)


def _consent(voice: Voice, when: When) -> str:
    titles = [voice.quoted(title) for title in codes(voice, voice.program.titles.consent, when.consent or ())]
    return voice.say("if you have agreed to %(purposes)s", purposes=voice.listed(titles))


def _age_from(voice: Voice, when: When) -> str:
    return voice.say_count("from the age of %(count)s year", "from the age of %(count)s years", when.age_from or 0)


def _role(voice: Voice, when: When) -> str:
    return voice.say("in the household as %(roles)s", roles=_quoted(voice, voice.program.titles.role, when.role))


def _enrolled_at_least(voice: Voice, when: When) -> str:
    term = when.enrolled_at_least or Term(1, "day")
    return voice.say("once you have been a member for %(span)s", span=span(voice, term.count, term.unit))


def _enrolled_at_most(voice: Voice, when: When) -> str:
    term = when.enrolled_at_most or Term(1, "day")
    return voice.say("for %(span)s from the day you join", span=span(voice, term.count, term.unit))


def _partner(voice: Voice, when: When) -> str:
    partners = voice.program.partners
    names = [
        voice.say("our own shops") if name == "own" else voice.quoted(voice.title(partners[name].title, name))
        for name in when.partner or ()
    ]
    return voice.say("when you buy at %(partners)s", partners=voice.either(names))


def _merchant_category(voice: Voice, when: When) -> str:
    kinds = _quoted(voice, voice.program.titles.merchant_category, when.merchant_category)
    return voice.say("in shops of the kind %(kinds)s", kinds=kinds)


def _code(voice: Voice, when: When) -> str:
    return voice.say("with the code %(codes)s", codes=voice.either(list(when.code or ())))


def _attribute(voice: Voice, when: When) -> str:
    titles = voice.program.titles.attribute
    facts = []
    for name, values in (when.attribute or {}).items():
        shown = [voice.title(titles.get(f"{name}/{value}", {}), value) for value in values]
        facts.append(voice.say("%(fact)s: %(values)s", fact=voice.code(titles, name), values=voice.either(shown)))
    return voice.say("if %(facts)s", facts=voice.listed(facts))


def _readings(voice: Voice, when: When) -> str:
    return ", ".join([_reading(voice, name, shown) for name, shown in (when.readings or {}).items()])


def _reading(voice: Voice, name: str, shown: Range) -> str:
    """What a meter must show."""
    meter = voice.program.meters[name]
    what, over = measure(voice, meter), window(voice, meter.window)
    if shown.most is None:
        least = metered(voice, meter, shown.least or 0)
        return voice.say("with %(measure)s of at least %(least)s %(window)s", measure=what, window=over, least=least)
    most = metered(voice, meter, shown.most)
    if shown.least is None:
        return voice.say("with %(measure)s of at most %(most)s %(window)s", measure=what, window=over, most=most)
    least = metered(voice, meter, shown.least)
    return voice.say(
        "with %(measure)s of %(least)s to %(most)s %(window)s", measure=what, window=over, least=least, most=most
    )


def _birthday(voice: Voice, when: When) -> str:
    days = when.birthday or AroundBirthday()
    if days.month:
        return voice.say("in the month of your birthday")
    if days.days_before == days.days_after == 0:
        return voice.say("on your birthday")
    before, after = span(voice, days.days_before, "day"), span(voice, days.days_after, "day")
    if days.days_after == 0:
        return voice.say("on your birthday and %(span)s before it", span=before)
    if days.days_before == 0:
        return voice.say("on your birthday and %(span)s after it", span=after)
    return voice.say("on your birthday, %(before)s before it and %(after)s after it", before=before, after=after)


def _basket_at_most(voice: Voice, when: When) -> str:
    return voice.say("when you spend at most %(money)s", money=voice.money(when.basket_at_most or 0))


def _items_at_least(voice: Voice, when: When) -> str:
    return voice.say_count(
        "when you buy at least %(count)s article", "when you buy at least %(count)s articles", when.items_at_least or 0
    )


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


AUDIENCE: dict[str, Callable[[Voice, When], str]] = {
    "tier": _tier,
    "membership": _membership,
    "badge": _badge,
    "segment": _segment,
    "experiment": _experiment,
    "region": _region,
    "language": _language,
    "consent": _consent,
    "age_from": _age_from,
    "role": _role,
    "enrolled_at_least": _enrolled_at_least,
    "enrolled_at_most": _enrolled_at_most,
}
"""How each matcher of members is said."""

MATCHERS: dict[str, Callable[[Voice, When], str]] = {
    "basket_at_least": _basket_at_least,
    "basket_at_most": _basket_at_most,
    "items_at_least": _items_at_least,
    "first_purchase": _first_purchase,
    "store": _store,
    "channel": _channel,
    "tender": _tender,
    "partner": _partner,
    "merchant_category": _merchant_category,
    "code": _code,
    "attribute": _attribute,
    "readings": _readings,
    "birthday": _birthday,
    "weekday": _weekday,
    "hours": _hours,
    "between": _between,
    "expression": _expression,
}
"""How every other matcher is said, in this order."""

SAID_WITH = {"in_words": "expression"}
"""Fields of ``When`` that another one takes along."""
