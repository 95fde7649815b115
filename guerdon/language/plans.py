"""``membership`` as it stands in the file: a plan with a fee, or a club without one."""

import re
from datetime import date
from typing import Any, NamedTuple

from guerdon.core.calendar import Term, add_term
from guerdon.language.amounts import MONEY, MONEY_PATTERN, money
from guerdon.language.dates import DATE
from guerdon.language.figures import WHOLE, count
from guerdon.language.forms import Form, Table, Turned
from guerdon.language.matchers import MEMBER_WHEN
from guerdon.language.phrases import Choice, Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.section import Fields, Key, Section, needs
from guerdon.language.terms import TERM
from guerdon.language.words import MECHANIC_TITLE, NAME, declare
from guerdon.mechanics.membership import Membership, OlderFee

_MOST_TERMS = 1_000


class Fee(NamedTuple):
    """What a term costs, and how long it is."""

    amount: int
    term: Term


def _fee(found: re.Match[str], scope: Scope) -> Fee:
    term = Term(3, "month") if found[3] == "quarter" else Term(1, found[3])  # type: ignore[arg-type]
    return Fee(money(found[1], found[2], scope), term)


def _fee_for(found: re.Match[str], scope: Scope) -> Fee:
    return Fee(money(found[1], found[2], scope), Term(count(found[3], _MOST_TERMS), found[4]))  # type: ignore[arg-type]


FEE = Phrase(
    "a fee",
    Wording(f"{MONEY_PATTERN} (?:a|per) (day|week|month|quarter|year)", _fee),
    Wording(f"{MONEY_PATTERN} for {WHOLE} (day|week|month|year)s?", _fee_for),
    examples=("14.99 USD a month", "139 USD a year", "30 USD for 6 months"),
    about="What a term costs. It counts the day of joining: a month from 31 January runs through 27 February, the next "
    "through 30 March.",
)

DUE = Phrase(
    "a number of days before",
    Wording(rf"{WHOLE} days? before", lambda found, _: count(found[1], 365)),
    examples=("3 days before", "1 day before"),
)

GRACE: Phrase[Term | None] = Phrase(
    "when it ends",
    Wording(
        rf"ends after {WHOLE} (day|week|month)s?",
        lambda found, _: Term(count(found[1], _MOST_TERMS), found[2]),  # type: ignore[arg-type]
    ),
    Wording("ends at once", lambda found, _: None),
    examples=("ends after 7 days", "ends at once"),
)


def _older(fees: dict[date, int]) -> tuple[OlderFee, ...]:
    return tuple([OlderFee(day, fees[day]) for day in sorted(fees)])


OLDER_FEES: Form[tuple[OlderFee, ...]] = Turned(Table("fees by the day before which one joined", DATE, MONEY), _older)


def _membership(*, fee: Fee | None = None, **settings: Any) -> Membership:
    return Membership(fee=fee.amount, term=fee.term, **settings) if fee else Membership(**settings)


def _check_membership(fields: Fields) -> None:
    if fields.get("membership") is not None:
        declare(fields, fields.get("membership"), "membership")
    waits = fields.has("payment_due") or fields.get("unpaid") is not None or not fields.is_right("unpaid")
    if fields.get("fee") is not None and not waits:
        told = "nobody could pay in time; say `payment_due: 3 days before`, or `unpaid: ends after 7 days`"
        fields.report("fee", "settings_conflict", told, "`payment_due` or `unpaid`")

    fee, grace = fields.get("fee"), fields.get("unpaid")
    if fee is not None and grace is not None and _days(grace) >= _days(fee.term):
        told = "the grace is as long as a term; nobody would have to pay until the next one is over"
        fields.report("unpaid", "number_out_of_range", told)


def _days(term: Term) -> int:
    """About how long a term is, to compare two."""
    return add_term(0, term.count, term.unit)


MEMBERSHIP: Section[Membership] = Section(
    "a membership",
    "`membership`: a plan that is paid by the term, or a club",
    "With a fee it is a plan, whose terms follow one another as they are paid. Without one it is a club, which one is "
    "in until one leaves.",
    [
        Key("membership", NAME, "Its name, by which events call it.", "plus", required=True, into="name"),
        MECHANIC_TITLE,
        Key("fee", FEE, "What a term costs. Left out: it is a club.", "14.99 USD a month"),
        Key(
            "joined_before",
            OLDER_FEES,
            "What members pay who joined before a day; of several days the first that holds. Left out: the fee.",
            "{2022-02-18: 12.99 USD}",
            into="older_fees",
        ),
        Key("of", NAME, "The program of plans that it belongs to; to join another of them is to switch.", "prime"),
        Key("when", MEMBER_WHEN, "Who may join; not asked again. Left out: anyone.", "{segment: student}"),
        Key("trial", TERM, "How long one may try it, once in all plans of its program. Left out: not.", "30 days"),
        Key(
            "payment_due",
            DUE,
            "How long before the end of a term the next one is to be paid. Left out: at its end.",
            "3 days before",
            into="due_days_before",
        ),
        Key("unpaid", GRACE, "When an unpaid membership ends. Left out: at once.", "ends after 7 days", into="grace"),
        Key(
            "refund",
            Choice(
                "`if nothing was used` or `never`", {"if nothing was used": "if nothing was used", "never": "never"}
            ),
            "Whether who leaves at once gets the fee of the running term back. Left out: never.",
            "if nothing was used",
        ),
    ],
    _membership,
    checks=[
        *[needs(name, "fee") for name in ("joined_before", "trial", "payment_due", "unpaid", "refund")],
        _check_membership,
    ],
)  # fmt: skip
