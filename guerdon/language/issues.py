"""``vouchers`` as it stands in the file: an issue on set dates."""

import re
from calendar import monthrange
from typing import Any, NamedTuple

from guerdon.core.program import Allowance
from guerdon.language.amounts import MONEY, QUANTITY, is_money
from guerdon.language.errors import Wrong
from guerdon.language.figures import WHOLE, count, counted
from guerdon.language.forms import Either, Form, Listing, Turned, one_or_more
from guerdon.language.phrases import Choice, Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.section import Fields, Key, Section
from guerdon.language.terms import PERIODS, RECURRENCE, TERM
from guerdon.language.words import MECHANIC_TITLE, NAME, declare
from guerdon.mechanics.vouchers import IssueDate, Vouchers

_MOST = 1_000

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAY_OF_YEAR = f"([1-9]|[12][0-9]|3[01]) ({'|'.join(_MONTHS)})"


def _day_of_year(day: str, month: str) -> tuple[int, int]:
    """The month's number and the day; raises ``Wrong`` for a day that no year has."""
    number = _MONTHS.index(month) + 1
    if int(day) > monthrange(2024, number)[1]:
        raise Wrong("phrase_wrong", f"`{day} {month}` is not a day of the calendar", "a day as in `15 June`")
    return number, int(day)


def _issue_date(found: re.Match[str], _: Scope) -> IssueDate:
    month, day = _day_of_year(found[1], found[2])
    earned_month, earned_day = _day_of_year(found[3], found[4]) if found[3] else (0, 0)
    return IssueDate(month=month, day=day, earned_month=earned_month, earned_day=earned_day)


ISSUE_DATE = Phrase(
    "a day of the year on which vouchers are issued",
    Wording(f"{_DAY_OF_YEAR}(?: for what was earned until {_DAY_OF_YEAR})?", _issue_date),
    examples=("15 June", "15 June for what was earned until 31 May"),
    about="At the start of that day, every year. With `for what was earned until` what is there at the end of that "
    "day becomes vouchers, and what came since waits for the next issue.",
)
ISSUED: Form[Any] = Either(
    "a recurrence or a list of days", text=RECURRENCE, items=Listing("a list of days", ISSUE_DATE)
)


class Most(NamedTuple):
    """How many vouchers at once, or in a period."""

    at_once: int | None = None
    period: Allowance | None = None


def _most(found: re.Match[str], _: Scope) -> Most:
    number = count(found[1], _MOST)
    return Most(number) if found[2] in (None, "an issue") else Most(period=Allowance(number, PERIODS[found[2][2:]]))


MOST = Phrase(
    "a number of vouchers",
    Wording(rf"{WHOLE}(?: vouchers?)?(?: (an issue|a (?:month|quarter|year)))?", _most),
    examples=("4 vouchers", "5 an issue", "15 a year"),
    about="At one issue, or in a calendar period.",
)


def _together(parts: tuple[Most, ...]) -> tuple[int | None, tuple[Allowance, ...]]:
    """The most at one issue, and in each period."""
    at_once = [part.at_once for part in parts if part.at_once is not None]
    periods = tuple([part.period for part in parts if part.period is not None])
    if len(at_once) > 1 or len({allowance.period for allowance in periods}) < len(periods):
        raise Wrong("settings_conflict", "two numbers here are for the same; the lower one alone would do")
    return (at_once[0] if at_once else None), periods


APPLIED = Choice("a way to apply", {"automatically": "automatically", "on request": "on request"})


def _check_vouchers(fields: Fields) -> None:
    every, gives, scope = fields.get("every"), fields.get("gives"), fields.place.scope
    if gives is not None and not is_money(gives, scope):
        fields.report(
            "gives", "unit_other", f"a voucher is money, and `{gives.unit}` is not; write for example `5 USD`"
        )
    facts = scope.names.units.get(every.unit) if every is not None else None
    if facts is not None and facts.money:
        fields.report("every", "unit_other", f"`{every.unit}` is money already; vouchers are made of another unit")


def _issue(*, most: tuple[int | None, tuple[Allowance, ...]] = (None, ()), **own: Any) -> dict[str, Any]:
    return {"most": most[0], "most_in": most[1], **own}


ISSUE: Section[dict[str, Any]] = Section(
    "an issue of vouchers",
    "`vouchers`: points become vouchers on set dates",
    "Every so many points become a voucher, and a voucher comes off a later basket.",
    [
        Key("every", QUANTITY, "What becomes one voucher.", "500 points", required=True),
        Key("gives", QUANTITY, "What a voucher is worth.", "5 USD", required=True),
        Key(
            "issued",
            ISSUED,
            "When vouchers are issued: at the start of each period, or of some days of every year.",
            "[15 June for what was earned until 31 May, 15 December]",
            required=True,
        ),
        Key("valid", TERM, "How long a voucher lasts. Left out: as its unit says.", "90 days"),
        Key(
            "most",
            Turned(one_or_more("a number of vouchers, or a list of them", MOST), _together),
            "How many vouchers a member gets at most; the points above stay for the next issue. Left out: any number.",
            "[5 an issue, 15 a year]",
        ),
        Key(
            "applied",
            APPLIED,
            "Whether vouchers come off a basket by themselves. Left out: automatically.",
            "on request",
        ),
        Key(
            "per_basket",
            counted("a number of vouchers", "voucher", "2", most=1_000),
            "How many vouchers come off one basket at most. Left out: 1.",
            "2 vouchers",
        ),
        Key("basket_at_least", MONEY, "What a basket must come to. Left out: what the voucher is worth.", "20 USD"),
    ],
    _issue,
    checks=[_check_vouchers],
)

VOUCHERS: Section[Vouchers] = Section(
    "a mechanic of vouchers",
    "`vouchers` in the list of mechanics",
    "One issue of vouchers.",
    [
        Key(
            "vouchers",
            ISSUE,
            "The issue.",
            "{every: 500 points, gives: 5 USD, issued: every quarter}",
            required=True,
            into="issue",
        ),
        Key("name", NAME, "Its name. Left out: `vouchers`.", "quarterly-vouchers"),
        MECHANIC_TITLE,
    ],
    lambda issue, **own: Vouchers(**issue, **own),
    checks=[lambda fields: declare(fields, fields.get("name") or "vouchers", "vouchers")],
)
