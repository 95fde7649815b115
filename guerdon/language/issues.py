"""``vouchers`` as it stands in the file: an issue on set dates."""

from typing import Any

from guerdon.language.amounts import MONEY, QUANTITY, is_money
from guerdon.language.figures import counted
from guerdon.language.phrases import Choice
from guerdon.language.section import Fields, Key, Section
from guerdon.language.terms import RECURRENCE, TERM
from guerdon.language.words import MECHANIC_TITLE, NAME, declare
from guerdon.mechanics.vouchers import Vouchers

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


ISSUE: Section[dict[str, Any]] = Section(
    "an issue of vouchers",
    "`vouchers`: points become vouchers on set dates",
    "Every so many points become a voucher, and a voucher comes off a later basket.",
    [
        Key("every", QUANTITY, "What becomes one voucher.", "500 points", required=True),
        Key("gives", QUANTITY, "What a voucher is worth.", "5 USD", required=True),
        Key("issued", RECURRENCE, "When vouchers are issued.", "every quarter", required=True),
        Key("valid", TERM, "How long a voucher lasts. Left out: as its unit says.", "90 days"),
        Key(
            "most",
            counted("a number of vouchers", "voucher", "4", most=1_000),
            "How many vouchers a member gets at once at most; the points above stay. Left out: any number.",
            "4 vouchers",
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
    dict,
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
