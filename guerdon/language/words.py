"""The plain words of the file: names, texts, yes and no, and the names of what is declared elsewhere in it."""

import zoneinfo
from functools import lru_cache

from guerdon.language.errors import Wrong, advice, shown
from guerdon.language.forms import Either, Form, Table, Turned
from guerdon.language.phrases import NAME_PATTERN, Choice, Known, Phrase, Wording
from guerdon.language.section import Fields, Key

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
BADGE = Known("a badge", lambda scope: scope.names.badges, example="explorer")
SHARED_CAP = Known("a shared limit", lambda scope: scope.names.caps, example="bonus")
PARTNER = Known("a partner", lambda scope: scope.names.partners, example="esso")
PARTNER_OR_OWN = Known("a partner", lambda scope: {"own", *scope.names.partners}, example="esso")

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
