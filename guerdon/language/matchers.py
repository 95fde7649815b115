"""Conditions: the matchers of ``when:``, and those of lines alone."""

from guerdon.core.program import MonthChoice, When
from guerdon.language.amounts import MONEY
from guerdon.language.dates import DATE, HOURS, MONTH, WEEKDAY, all_days
from guerdon.language.errors import Wrong, shown
from guerdon.language.expressions import EXPRESSION, REWARD_EXPRESSION
from guerdon.language.forms import Either, Form, Listing, Table, Turned, one_or_more
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.section import Fields, Key, Section, needs
from guerdon.language.words import LEVEL, TEXT, TITLE, YES_NO


def _category(text: str) -> str:
    if text.startswith("/") or text.endswith("/"):
        raise Wrong("phrase_wrong", f"{shown(text)} begins or ends with `/`; a path has it only between its parts")
    return text


CATEGORY = Phrase(
    "a category",
    Wording(r"[^\x00-\x1f\x7f-\x9f]{1,200}", lambda found, _: _category(found.group())),
    examples=("grocery", "grocery/soup"),
    about="A path from the general to the special; `grocery` takes in `grocery/soup`.",
)
CATEGORIES = one_or_more("a category or a list of them", CATEGORY)
BY_MONTH: Form[MonthChoice] = Turned(Table("a category for each month", MONTH, CATEGORIES), MonthChoice)
TEXTS = one_or_more("a text or a list of them", TEXT)
WEEKDAYS_FORM = Turned(one_or_more("a weekday or a list of them", WEEKDAY), all_days)


def _first_to_last(dates: tuple[object, ...]) -> tuple[object, ...]:
    example = "`[2026-04-04, 2026-04-14]`"
    if len(dates) != 2:
        raise Wrong("phrase_wrong", f"the first and the last day belong here, as in {example}", example)
    if dates[0] > dates[1]:  # type: ignore[operator]
        raise Wrong("order_wrong", f"the last day, {dates[1]}, is before the first, {dates[0]}", example)
    return dates


_BRAND = Key("brand", TEXTS, "Lines of these brands.", "private")
_SKU = Key("sku", TEXTS, "Lines with these article numbers.", "[4011, 4012]")
_CATEGORY = Key("category", CATEGORIES, "Lines in these categories.", "[fuel, gift-card]")
_CATEGORY_BY_MONTH = Key(
    "category",
    Either("a category, a list of them, or one for each month", text=CATEGORIES, items=CATEGORIES, mapping=BY_MONTH),
    "Lines in these categories, or in those of the month; a month that is not listed has none.",
    "{2026-01: grocery/coffee, 2026-02: [grocery/soup, grocery/cold-cereal]}",
)

EXCLUDED: Section[When] = Section(
    "the excluded lines",
    "Excluded lines",
    "Lines of a basket. Where several keys are given, a line must match all of them.",
    [_CATEGORY, _BRAND, _SKU],
    When,
)

LINES: Section[When] = Section(
    "the matchers of lines",
    "Matchers of lines",
    "Lines of a basket. Where several keys are given, a line must match all of them.",
    [_CATEGORY_BY_MONTH, _BRAND, _SKU],
    When,
)

_OF_THE_MEMBER = [
    Key("tier", one_or_more("a tier or a list of them", LEVEL), "Members on one of these levels.", "[silver, gold]"),
    Key("weekday", WEEKDAYS_FORM, "On these days of the week.", "weekend"),
    Key("hours", HOURS, "At these hours.", "17:00-19:00"),
    Key(
        "between",
        Turned(Listing("the first and the last day", DATE), _first_to_last),
        "From the first day through the last.",
        "[2026-04-04, 2026-04-14]",
    ),
]
_IF_ABOUT = "For the rare rest: an expression that must come out true."
_IN_WORDS = Key(
    "in_words",
    TITLE,
    "What `if` asks for, so that it can stand at the end of a sentence for members.",
    "{en: if you came eight times this month, bg: ако сте идвали осем пъти този месец}",
)

WHEN: Section[When] = Section(
    "the conditions",
    "Conditions",
    "Conditions, all of which must hold. With `category`, `brand` or `sku` only the lines that match count.",
    [
        _CATEGORY_BY_MONTH,
        _BRAND,
        _SKU,
        Key("store", TEXTS, "Bought in these stores.", "[367, 406]"),
        Key("channel", TEXTS, "Bought through these channels.", "web"),
        Key("tender", TEXTS, "Paid with these.", "store-card"),
        *_OF_THE_MEMBER,
        Key("basket_at_least", MONEY, "From this amount on, paid for the whole basket.", "20 USD"),
        Key("first_purchase", YES_NO, "`yes`: on the member's first purchase only; `no`: on all others.", "yes"),
        Key("if", EXPRESSION, _IF_ABOUT, "basket.items >= 10", into="expression"),
        _IN_WORDS,
    ],
    When,
    checks=[needs("in_words", "if")],
)

REWARD_WHEN: Section[When] = Section(
    "the conditions of a reward",
    "Conditions of a reward",
    "Conditions, all of which must hold. A reward is taken without a basket, so they look at the member and the time.",
    [
        *_OF_THE_MEMBER,
        Key("if", REWARD_EXPRESSION, _IF_ABOUT, "meters.visits_30_days >= 4", into="expression"),
        _IN_WORDS,
    ],
    When,
    checks=[needs("in_words", "if")],
)

OF_A_PURCHASE = ("category", "brand", "sku", "store", "channel", "tender", "basket_at_least", "first_purchase")
"""The matchers that never hold, or that are not looked at, without a purchase."""


def check_purchase(fields: Fields, trigger: str) -> None:
    """Report matchers of a purchase on something else."""
    when = fields.get("when")
    for name in OF_A_PURCHASE:
        if when is not None and getattr(when, name) is not None:
            told = f"`{name}` looks at a purchase, and `{trigger}` is none; leave it out, or use `on: purchase`"
            fields.report("when", "matcher_misplaced", told)
