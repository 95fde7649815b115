"""The plain words of the file: names, texts, yes and no, and the names of what is declared elsewhere in it."""

import zoneinfo
from functools import lru_cache

from babel import UnknownLocaleError
from babel.messages.plurals import get_plural

from guerdon.core.program import Counted, Titles
from guerdon.language.errors import Wrong, advice, shown
from guerdon.language.forms import Either, Form, Listing, Table, Turned, one_or_more
from guerdon.language.phrases import NAME_PATTERN, Choice, Known, Phrase, Wording
from guerdon.language.section import Fields, Key, Section

_TEXT = r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,200}"

NAME = Phrase(
    "a name",
    Wording(NAME_PATTERN, lambda found, _: found.group()),
    examples=("summer-points", "spend_this_year"),
    about="Small Latin letters, digits, `-` and `_`, a letter first, 63 at most. Names stay as they are once the "
    "program runs: what was earned hangs on them.",
)

TEXT = Phrase(
    "a text of up to 200 characters",
    Wording(_TEXT, lambda found, _: found.group()),
    examples=("Coffee of the week",),
)

LANGUAGE = Phrase(
    "a language",
    Wording("[a-z]{2,3}(?:-[A-Z][A-Za-z]{1,3})?", lambda found, _: found.group()),
    examples=("en", "bg"),
    about="A tag such as `en`, `ru`, `bg` or `pt-BR`.",
)

TITLE: Form[dict[str, str]] = Either(
    "a text, or one for each language",
    text=Turned(TEXT, lambda text: {"en": text}),
    mapping=Table("a text for each language", LANGUAGE, TEXT),
)


def _checked_forms(title: Counted) -> Counted:
    """Titles with as many forms as their languages have; raises ``Wrong``."""
    for language, forms in title.items():
        needed = _plural_forms(language)
        if len(forms) not in (1, needed, needed + 1):
            told = (
                f"`{language}` counts in {needed} forms, and one more may stand without a number; here are {len(forms)}"
            )
            raise Wrong("phrase_wrong", told, f"1, {needed} or {needed + 1} forms")
    return title


def _plural_forms(language: str) -> int:
    try:
        return get_plural(language).num_plurals
    except (UnknownLocaleError, ValueError):
        return 2


COUNTED: Form[Counted] = Turned(
    Either(
        "a text, its forms for counting, or those for each language",
        text=Turned(TEXT, lambda text: {"en": (text,)}),
        items=Turned(Listing("a list of forms", TEXT), lambda forms: {"en": forms}),
        mapping=Table("forms for each language", LANGUAGE, one_or_more("a text or its forms for counting", TEXT)),
    ),
    _checked_forms,
)


def _titled(name: str, about: str, example: str) -> Key:
    return Key(name, Table("titles by code", TEXT, TITLE), about, example)


TITLES: Section[Titles] = Section(
    "the titles of codes",
    "Titles of codes",
    "What members call what the till has codes for. It changes nothing but the words of the leaflet.",
    [
        _titled(
            "category",
            "Of categories. One that is not listed is called by the last part of its path.",
            "{grocery/soup: {en: soups, bg: супи}}",
        ),
        _titled("brand", "Of brands.", "{private: {en: Pantry, bg: Килер}}"),
        _titled("sku", "Of articles.", "{4011: {en: bananas, bg: банани}}"),
        _titled("store", "Of stores.", "{367: {en: Main Street, bg: Главната}}"),
        _titled("channel", "Of channels.", "{web: {en: our web shop, bg: нашия онлайн магазин}}"),
        _titled("tender", "Of means of payment.", "{store-card: {en: our card, bg: нашата карта}}"),
        _titled(
            "action", "Of actions, so that it can follow *for*.", "{review: {en: writing a review, bg: написан отзив}}"
        ),
        _titled(
            "attribute",
            "Of further facts of an event, and of what they are.",
            "{cup: {en: the cup, bg: чашата}, cup/own: {en: your own, bg: вашата}}",
        ),
        _titled("merchant_category", "Of kinds of shops.", "{5411: {en: groceries, bg: хранителни магазини}}"),
        _titled("segment", "Of segments.", "{students: {en: students, bg: студенти}}"),
        _titled("region", "Of regions.", "{sofia: {en: Sofia, bg: София}}"),
        _titled("consent", "Of purposes that a member agrees to.", "{marketing: {en: news, bg: новини}}"),
        _titled("role", "Of roles in a household.", "{owner: {en: head of the household, bg: титуляр}}"),
    ],
    Titles,
)

MECHANIC_TITLE = Key(
    "title", TITLE, "What members see, as one text or one for each language.", "{en: Double points, bg: Двойни точки}"
)

YES_NO = Choice("yes or no", {"yes": True, "no": False, "true": True, "false": False})

UNIT = Known("a unit", lambda scope: scope.names.units or None, example="points")
METER = Known("a meter", lambda scope: scope.names.meters, example="spend_this_year")
MECHANIC = Known("a mechanic", lambda scope: scope.names.mechanics, example="base")
LANE = Known("a lane", lambda scope: scope.names.lanes, example="campaigns")
LEVEL = Known("a level of a tier ladder", lambda scope: scope.names.levels, example="gold")
"""A tier, as a condition names it."""
PLAN = Known("a membership plan", lambda scope: scope.names.plans, example="plus")
PLAN_OR_SEGMENT = Known(
    "a membership plan or a segment", lambda scope: {*scope.names.plans, *scope.names.segments}, example="plus"
)
TIER_OR_PLAN = Known(
    "a tier or a plan", lambda scope: {*scope.names.levels, *scope.names.plans}, example="plus"
)  # fmt: skip
BADGE = Known("a badge", lambda scope: scope.names.badges, example="explorer")
EXPERIMENT = Known("an experiment", lambda scope: scope.names.experiments, example="spring")
GROUP = Known("a group in this experiment", lambda scope: scope.names.experiments.get(scope.subject), example="ten")
SHARED_CAP = Known("a shared limit", lambda scope: scope.names.caps, example="bonus")
PARTNER = Known("a partner", lambda scope: scope.names.partners, example="esso")
CAUSE = Known("a cause", lambda scope: scope.names.causes, example="sea")
PARTNER_OR_OWN = Known("a partner", lambda scope: {"own", *scope.names.partners}, example="esso")

BADGE = Known("a badge", lambda scope: scope.names.badges, example="explorer")
STREAK_NAME = Known("a streak", lambda scope: scope.names.streaks, example="weekly")
COUPON_NAME = Known("a coupon", lambda scope: scope.names.coupons, example="free-coffee")
REWARD_NAME = Known("a reward", lambda scope: scope.names.rewards, example="coffee")

CURRENCY = Phrase(
    "a currency",
    Wording("[A-Z]{3}", lambda found, _: found.group()),
    examples=("USD", "EUR"),
    about="The three capitals of ISO 4217.",
)


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _zone(name: str) -> str:
    if name not in _zones():
        near = advice(name, _zones()) if len(name) > 3 else "write for example `Europe/Sofia`"
        raise Wrong("timezone_unknown", f"{shown(name)} is not a time zone; {near}", "`Europe/Sofia`")
    return name


TIMEZONE = Phrase(
    "a time zone",
    Wording(r"[A-Za-z][A-Za-z0-9_+/-]{0,63}", lambda found, _: _zone(found.group())),
    examples=("America/New_York", "Europe/Sofia"),
    about="A name of the IANA time zone database.",
)


def declare(fields: Fields, name: str, kind: str) -> None:
    """Note the mechanic's name, at the place that gives it."""
    fields.declare("mechanic", name, fields.at("name") if fields.has("name") else fields.at(kind))
