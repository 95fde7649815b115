"""``menu`` as it stands in the file: options, how many are chosen and until when, and how they earn."""

from typing import Any

from guerdon.core.amounts import Rounding
from guerdon.core.program import Texts, When
from guerdon.language.amounts import MONEY
from guerdon.language.delays import DELAY
from guerdon.language.earning import FUNDED_BY, check_cap
from guerdon.language.errors import advice, shown
from guerdon.language.figures import WHOLE, count, counted
from guerdon.language.forms import Either, Form, Listing, Table, Turned, one_or_more
from guerdon.language.limits import LIMIT
from guerdon.language.matchers import BOUGHT, EXCEPT, WHEN
from guerdon.language.phrases import NAME_PATTERN, Choice, Phrase, Wording
from guerdon.language.rates import RATE
from guerdon.language.section import Fields, Key, Section
from guerdon.language.terms import TERM
from guerdon.language.words import LANE, MECHANIC_TITLE, NAME, SHARED_CAP, TIER_OR_PLAN, TITLE, UNIT, declare
from guerdon.mechanics.menu import Menu, Option

NUMBER = counted("a number of options", "option", "3", most=100)

UNTIL_DAY: Phrase[int | None] = Phrase(
    "until which day",
    Wording(f"until day {WHOLE}", lambda found, _: count(found[1], 366)),
    Wording("any day", lambda found, _: None),
    Wording("no", lambda found, _: 0),
    examples=("until day 25", "any day", "no"),
    about="Through that day of the period, its first being day 1; `no`: not at all.",
)

PERIOD = Choice(
    "a period",
    {"week": "week", "month": "month", "quarter": "quarter", "year": "year", "statement period": "statement"},
)

WITHOUT: Form[str | tuple[str, ...]] = Either(
    "`nothing`, `the last choice`, or options",
    text=Phrase[str | tuple[str, ...]](
        "`nothing`, `the last choice`, or an option",
        Wording("nothing|the last choice", lambda found, _: found.group()),
        Wording(NAME_PATTERN, lambda found, _: (found.group(),)),
        examples=("nothing", "the last choice", "all-purchases"),
    ),
    items=Turned[tuple[str, ...], str | tuple[str, ...]](Listing("a list of options", NAME), lambda names: names),
)


def _option(*, rate: Any, title: Texts | None = None, **matchers: Any) -> dict[str, Any]:
    return {"rate": rate, "title": title or {}, "when": When(**matchers)}


OPTION: Section[dict[str, Any]] = Section(
    "an option of a menu",
    "An option of a menu",
    "Something to choose: a rate, and what it is for. Without further keys it is for everything.",
    [Key("rate", RATE, "So much per amount paid.", "5 points per 1 USD", required=True),
     Key("title", TITLE, "What members see.", "{en: Groceries, bg: Храни}"),
     *BOUGHT,
     Key("basket_at_least", MONEY, "From this amount on, paid for the whole basket.", "100 USD")],
    _option,
)  # fmt: skip


def _menu(*, options: dict[str, dict[str, Any]], **settings: Any) -> Menu:
    return Menu(options=tuple([Option(name=name, **option) for name, option in options.items()]), **settings)


def _check_menu(fields: Fields) -> None:
    """Report options that there are not, and numbers that cannot be."""
    if fields.get("menu") is not None:
        declare(fields, fields.get("menu"), "menu")
    options = fields.get("options")
    if options is None:
        return
    for key in ("always", "without_a_choice"):
        named = fields.get(key)
        for name in named if isinstance(named, tuple) else ():
            if name not in options:
                told = f"{shown(name)} is not an option of this menu; {advice(name, options)}"
                fields.report(key, "name_unknown", told)
    offered = fields.get("offered") or len(options)
    _check_most(fields, "offered", offered, len(options), "there are only {most} options")
    _check_most(fields, "always", len(fields.get("always") or ()), offered, "only {most} are offered")
    _check_most(fields, "choose", fields.get("choose") or 0, offered, "only {most} are offered")
    more = max((fields.get("choose_more") or {}).values(), default=0)
    _check_most(fields, "choose_more", more, offered, "only {most} are offered")


def _check_most(fields: Fields, key: str, number: int, most: int, why: str) -> None:
    if number > most and fields.is_right("offered"):
        told = f"{number} options are too many: {why.format(most=most)}"
        fields.report(key, "number_out_of_range", told, str(most))


MENU: Section[Menu] = Section(
    "a menu",
    "`menu`: members choose what earns them more",
    "For each period a member chooses some of the options, and purchases earn by their rates.",
    [
        Key("menu", NAME, "Its name, by which events call it.", "categories", required=True, into="name"),
        Key("gives", UNIT, "The unit that is given.", "points", required=True, into="earn"),
        MECHANIC_TITLE,
        Key(
            "options",
            Table("options by name", NAME, OPTION),
            "What there is to choose.",
            "{groceries: {rate: 5 per 1 USD, category: grocery}, fuel: {rate: 10 per 1 USD, merchant_category: 5541}}",
            required=True,
        ),
        Key(
            "choose",
            counted("a number of options", "option", "3", least=0, most=100),
            "How many a member may choose; 0 where only a tier or a plan allows any.",
            "3 options",
            required=True,
        ),
        Key(
            "choose_more",
            Table("numbers by tier or plan", TIER_OR_PLAN, NUMBER),
            "How many members of a tier or a plan may choose; the most that holds counts. Left out: no more.",
            "{plus: 4}",
        ),
        Key(
            "offered",
            NUMBER,
            "How many are on each member's own menu in a period, drawn by a hash of member and period. Left out: all.",
            "6 options",
        ),
        Key(
            "always",
            one_or_more("an option or a list of them", NAME),
            "Options that are on every menu; they count among those offered. Left out: none.",
            "all-purchases",
        ),
        Key("every", PERIOD, "The period that a choice is for. Left out: month.", "statement period"),
        Key(
            "choose_now",
            UNTIL_DAY,
            "Until when one may choose for the running period. Left out: any day.",
            "until day 5",
            into="choose_now_until",
        ),
        Key(
            "choose_next",
            UNTIL_DAY,
            "Until when one may choose for the next period. Left out: any day.",
            "until day 25",
            into="choose_next_until",
        ),
        Key(
            "changes",
            Choice(
                "when a choice may be changed",
                {name: name for name in ("at any time", "before the period begins", "never")},
            ),
            "Whether another choice may take its place. Left out: before the period begins.",
            "at any time",
        ),
        Key(
            "without_a_choice",
            WITHOUT,
            "What holds where nothing was chosen; what is not on the member's menu drops out. Left out: nothing.",
            "the last choice",
            into="without",
        ),
        Key(
            "lines_in_several",
            Choice("`the best` or `all`", {"the best": "best", "all": "add"}),
            "By which options a line earns that fits several of those chosen. Left out: the best.",
            "all",
            into="several",
        ),
        Key("at_least", MONEY, "What must be paid for the whole basket. Left out: anything.", "1 USD"),
        Key("when", WHEN, "The conditions under which it gives. Left out: always.", "{tender: card}"),
        Key("except", EXCEPT, "What stands against it. Left out: nothing.", "{category: gift-card}", into="unless"),
        Key(
            "rounding",
            Choice("`floor`, `nearest` or `up`", {rounding.value: rounding for rounding in Rounding}),
            "What becomes of a fraction of what an option gives for an order. Left out: floor.",
            "nearest",
        ),
        Key("limit", LIMIT, "The most that all its options give together.", "3_000 points a statement period"),
        Key("cap", SHARED_CAP, "A limit that it shares with others: one of `caps`. Left out: none.", "bonus"),
        Key("lane", LANE, "The lane in which it competes with others. Left out: it stands for itself.", "campaigns"),
        Key(
            "available_after",
            DELAY,
            "How long what is given stays pending. Left out: it is there at once.",
            "on the statement date",
        ),
        Key("expires", TERM, "How long what is given lasts. Left out: as its unit says.", "12 months"),
        Key("funded_by", FUNDED_BY, "Who pays for it: one of `partners`. Left out: the program.", "esso"),
    ],
    _menu,
    checks=[_check_menu, check_cap],
    subject="gives",
)  # fmt: skip
