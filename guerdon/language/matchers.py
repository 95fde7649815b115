"""Conditions: the matchers of ``when:`` and ``except:``, those of a meter, of a reward, and of lines alone."""

from typing import Any

from guerdon.core.program import MonthChoice, When
from guerdon.language.amounts import MONEY
from guerdon.language.dates import DATE, HOURS, MONTH, WEEKDAY, all_days
from guerdon.language.errors import Wrong, shown
from guerdon.language.expressions import EXPRESSION, REWARD_EXPRESSION
from guerdon.language.figures import counted
from guerdon.language.forms import Either, Form, Listing, Table, Turned, one_or_more
from guerdon.language.members import AGE, ANY_TIME, BIRTHDAY, MEMBER_FOR, READINGS, MemberFor
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.section import Fields, Key, Section, needs
from guerdon.language.words import BADGE, EXPERIMENT, GROUP, LANGUAGE, LEVEL, PARTNER_OR_OWN, PLAN, TEXT, TITLE, YES_NO


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
ATTRIBUTE = Phrase(
    "the name of an attribute",
    Wording(r"[^\x00-\x1f\x7f-\x9f]{1,100}", lambda found, _: found.group()),
    examples=("smile", "cup"),
)
WEEKDAYS_FORM = Turned(one_or_more("a weekday or a list of them", WEEKDAY), all_days)


def _first_to_last(dates: tuple[object, ...]) -> tuple[object, ...]:
    example = "`[2026-04-04, 2026-04-14]`"
    if len(dates) != 2:
        raise Wrong("phrase_wrong", f"the first and the last day belong here, as in {example}", example)
    if dates[0] > dates[1]:  # type: ignore[operator]
        raise Wrong("order_wrong", f"the last day, {dates[1]}, is before the first, {dates[0]}", example)
    return dates


FIRST_AND_LAST_DAY = Turned(Listing("the first and the last day", DATE), _first_to_last)
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

_CHANNEL = Key("channel", TEXTS, "Bought through these channels.", "web")
_OF_THE_SHOP = [
    Key("store", TEXTS, "Bought in these stores.", "[367, 406]"),
    _CHANNEL,
    Key("tender", TEXTS, "Paid with these. Of a bill paid in several ways the part paid like this counts.", "card"),
    Key(
        "partner",
        one_or_more("a partner or a list of them", PARTNER_OR_OWN),
        "Bought from these partners; `own` is the merchant's own shop.",
        "[own, esso]",
    ),
    Key("merchant_category", TEXTS, "Bought in shops of this kind, as the card scheme codes it.", "[5411, 5812]"),
]
_ATTRIBUTE = Key(
    "attribute",
    Table("attributes with their values", ATTRIBUTE, TEXTS),
    "Further facts that the event carries, each with the values that will do.",
    "{smile: yes, cup: [own, lent]}",
)
_OF_THE_DAY = [
    Key("weekday", WEEKDAYS_FORM, "On these days of the week.", "weekend"),
    Key("hours", HOURS, "At these hours.", "17:00-19:00"),
    Key(
        "between",
        FIRST_AND_LAST_DAY,
        "From the first day through the last.",
        "[2026-04-04, 2026-04-14]",
    ),
]
_OF_THE_MEMBER = [
    Key("tier", one_or_more("a tier or a list of them", LEVEL), "Members on one of these levels.", "[silver, gold]"),
    Key("membership", one_or_more("a plan or a list of them", PLAN), "Members of one of these plans or clubs.", "plus"),
    Key("badge", one_or_more("a badge or a list of them", BADGE), "Members with one of these badges.", "explorer"),
    Key("segment", TEXTS, "Members in one of these segments.", "[students, lapsing]"),
    Key(
        "experiment",
        Table(
            "experiments with their groups",
            EXPERIMENT,
            one_or_more("a group or a list of them", GROUP),
            is_subject=True,
        ),
        "Members in one of these groups of each experiment, while it runs.",
        "{spring: [ten, twenty]}",
    ),
    Key("region", TEXTS, "Members of these regions.", "[sofia, plovdiv]"),
    Key("language", one_or_more("a language or a list of them", LANGUAGE), "Members with these languages.", "[bg, ru]"),
    Key("consent", TEXTS, "Members who have agreed to all of these purposes.", "marketing"),
    Key("age", AGE, "Members of this age.", "from 18", into="age_from"),
    Key("role", TEXTS, "Members with one of these roles in their household.", "[owner, adult]"),
    Key("birthday", BIRTHDAY, "Around the member's birthday.", "within 7 days"),
    Key("member_for", MEMBER_FOR, "How long ago the member joined.", "at least 7 days"),
    Key("meters", READINGS, "What meters show.", "{spend_this_year: at least 600 USD}", into="readings"),
]
_OF_THE_BASKET = [
    Key("code", TEXTS, "One of these coupon codes was shown.", "[SPRING, FRIENDS]"),
    _ATTRIBUTE,
    Key("basket_at_least", MONEY, "From this amount on, paid for the whole basket.", "20 USD"),
    Key("basket_at_most", MONEY, "Up to this amount, paid for the whole basket.", "500 USD"),
    Key(
        "items_at_least",
        counted("a number of items", "item", "3"),
        "So many items of the lines that match, or more. A line that is weighed is one.",
        "3 items",
    ),
    Key("first_purchase", YES_NO, "`yes`: on the member's first purchase only; `no`: on all others.", "yes"),
]
_IF_ABOUT = "For the rare rest: an expression that must come out true."
_IF = Key("if", EXPRESSION, _IF_ABOUT, "basket.items >= 10", into="expression")
_IN_WORDS = Key(
    "in_words",
    TITLE,
    "What `if` asks for, so that it can stand at the end of a sentence for members.",
    "{en: if you came eight times this month, bg: ако сте идвали осем пъти този месец}",
)


def _when(*, member_for: MemberFor = ANY_TIME, **matchers: Any) -> When:
    return When(enrolled_at_least=member_for.least, enrolled_at_most=member_for.most, **matchers)


WHEN: Section[When] = Section(
    "the conditions",
    "Conditions",
    "Conditions, all of which must hold. With `category`, `brand` or `sku` only the lines that match count.",
    [_CATEGORY_BY_MONTH, _BRAND, _SKU, *_OF_THE_SHOP, *_OF_THE_MEMBER, *_OF_THE_DAY, *_OF_THE_BASKET, _IF, _IN_WORDS],
    _when,
    checks=[needs("in_words", "if")],
)

EXCEPT: Section[When] = Section(
    "the exceptions",
    "Exceptions",
    "What stands against it. `category`, `brand` and `sku` take the lines that match all of them out; of the other "
    "keys each for itself takes the whole event out.",
    [_CATEGORY, _BRAND, _SKU, *_OF_THE_SHOP, *_OF_THE_MEMBER, *_OF_THE_DAY, *_OF_THE_BASKET, _IF, _IN_WORDS],
    _when,
    checks=[needs("in_words", "if")],
)

METERED_WHEN: Section[When] = Section(
    "the matchers of a meter",
    "What a meter looks at",
    "Conditions, all of which must hold for something to count. They look at the event alone.",
    [_CATEGORY_BY_MONTH, _BRAND, _SKU, *_OF_THE_SHOP, _ATTRIBUTE, *_OF_THE_DAY],
    When,
)

MEMBER_WHEN: Section[When] = Section(
    "the conditions on the member",
    "Conditions on the member",
    "Conditions, all of which must hold. They look at the member and the time.",
    [
        *_OF_THE_MEMBER,
        *_OF_THE_DAY,
        Key("if", REWARD_EXPRESSION, _IF_ABOUT, "meters.visits_30_days >= 4", into="expression"),
    ],
    _when,
)

BOUGHT = [_CATEGORY_BY_MONTH, _BRAND, _SKU, *_OF_THE_SHOP]
"""The keys that say what was bought and where, for sections that have them among their own."""

REWARD_WHEN: Section[When] = Section(
    "the conditions of a reward",
    "Conditions of a reward",
    "Conditions, all of which must hold. A reward is taken without a basket, so they look at the member and the time.",
    [
        Key("channel", TEXTS, "Taken through these channels.", "app"),
        *_OF_THE_MEMBER,
        *_OF_THE_DAY,
        Key("if", REWARD_EXPRESSION, _IF_ABOUT, "meters.visits_30_days >= 4", into="expression"),
        _IN_WORDS,
    ],
    _when,
    checks=[needs("in_words", "if")],
)

OF_A_PURCHASE = (
    "category", "brand", "sku", "store", "channel", "tender", "merchant_category", "code", "basket_at_least",
    "basket_at_most", "items_at_least", "first_purchase",
)  # fmt: skip
"""The matchers that never hold, or that are not looked at, without a purchase."""

OF_AN_ACTION = ("partner", "attribute")
"""The matchers that look at purchases and actions alone."""


def check_purchase(fields: Fields, trigger: str) -> None:
    """Report matchers of a purchase on something else, in ``when`` and in ``except``."""
    elsewhere = OF_A_PURCHASE if trigger.startswith("action") else OF_A_PURCHASE + OF_AN_ACTION
    for key in ("when", "except"):
        when = fields.get(key)
        for name in elsewhere:
            if when is not None and getattr(when, name) is not None:
                told = f"`{name}` looks at a purchase, and `{trigger}` is none; leave it out, or use `on: purchase`"
                fields.report(key, "matcher_misplaced", told)
