"""``benefit`` and ``payment`` as they stand in the file."""

import re
from typing import Any, NamedTuple

from guerdon.core.program import Allowance
from guerdon.language.amounts import MONEY
from guerdon.language.errors import shown
from guerdon.language.figures import WHOLE, count
from guerdon.language.forms import one_or_more
from guerdon.language.matchers import EXCEPT, REWARD_WHEN, WHEN
from guerdon.language.offs import SHARE
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.rates import OWN_AMOUNT, WORTH
from guerdon.language.section import Fields, Key, Section
from guerdon.language.terms import PERIOD_OR_STATEMENT, TERM, period_of
from guerdon.language.words import MECHANIC_TITLE, NAME, UNIT, YES_NO, declare
from guerdon.mechanics.benefit import Benefit
from guerdon.mechanics.payment import Payment

_MOST_TIMES = 1_000_000


class Allowed(NamedTuple):
    """How often a benefit may be used."""

    in_period: Allowance | None = None
    per_term: int | None = None
    """In each term of a membership."""


def _number(found: re.Match[str]) -> int:
    return {"once": 1, "twice": 2}.get(found[1]) or count(found[2], _MOST_TIMES)


def _allowed(found: re.Match[str], _: Scope) -> Allowed:
    return Allowed(Allowance(_number(found), period_of(found[3])))


_OFTEN = rf"(once|twice|{WHOLE}(?: times?)?)"

ALLOWED = Phrase(
    "how often",
    Wording(rf"{_OFTEN}(?: (?:a|per) {PERIOD_OR_STATEMENT})?", _allowed),
    Wording(rf"{_OFTEN} (?:a|per) term", lambda found, _: Allowed(per_term=_number(found))),
    examples=("2 a year", "once a month", "once a day", "2 a term"),
    about="In each calendar period; `a term` is that of the membership that `when` asks for. Without a period: ever.",
)

AFTER_PURCHASE = Phrase(
    "a term after a purchase",
    Wording(r"(.+) of a purchase", lambda found, scope: TERM.parse(found[1], scope)),
    examples=("90 days of a purchase",),
    about="The event then names the purchase, and the day of the purchase counts as the day before the first.",
)


def _benefit(*, allowed: tuple[Allowed, ...] = (), **settings: Any) -> Benefit:
    terms = [each.per_term for each in allowed if each.per_term is not None]
    allows = tuple([each.in_period for each in allowed if each.in_period is not None])
    return Benefit(allows=allows, per_term=min(terms, default=None), **settings)


def _check_benefit(fields: Fields) -> None:
    if fields.get("benefit") is not None:
        fields.declare("mechanic", fields.get("benefit"), fields.at("benefit"))
    by_term = any(each.per_term is not None for each in fields.get("allows") or ())
    when = fields.get("when")
    if by_term and fields.is_right("when") and (when is None or when.membership is None):
        told = "`a term` is that of a membership, and `when` asks for none; name the plan there"
        fields.report("allows", "settings_conflict", told, "membership")


BENEFIT: Section[Benefit] = Section(
    "a benefit",
    "`benefit`: something that members may make use of",
    "An event of the kind `use` counts one. A use that is not allowed is refused, and says what is left.",
    [
        Key("benefit", NAME, "Its name, as events have it.", "field-test", required=True, into="name"),
        MECHANIC_TITLE,
        Key(
            "allows",
            one_or_more("how often, or a list of that", ALLOWED),
            "How often a member may use it. Left out: as often as one likes.",
            "2 a year",
            into="allowed",
        ),
        Key(
            "within",
            AFTER_PURCHASE,
            "For how long after a purchase. Left out: it is bound to none.",
            "90 days of a purchase",
            into="after_purchase",
        ),
        Key("when", REWARD_WHEN, "Who may use it, and when. Left out: anyone at any time.", "{tier: gold}"),
    ],
    _benefit,
    checks=[_check_benefit],
)


def _check_payment(fields: Fields) -> None:
    declare(fields, fields.get("name") or "payment", "payment")
    unit = fields.get("payment")
    facts = fields.desk.names.units.get(unit) if unit is not None else None
    if facts is not None and facts.money and not facts.divisible:
        told = f"{shown(unit)} are vouchers, which come off whole; only money that is `spent: in any part` pays so"
        fields.report("payment", "unit_other", told)
    if facts is not None and not facts.money and not fields.has("worth"):
        told = "`worth` is missing: what the unit pays; write for example `worth: 1 USD per 100 points`"
        fields.place.report("key_missing", told, "worth")


PAYMENT: Section[Payment] = Section(
    "a way to pay",
    "`payment`: members pay a part of the bill out of a wallet",
    "A purchase asks for it by `spend`. It is reckoned after all discounts and vouchers, and what comes back is "
    "refunded in proportion.",
    [
        Key("payment", UNIT, "What is paid with.", "points", required=True, into="unit"),
        Key("name", NAME, "Its name. Left out: `payment`.", "pay-with-points"),
        MECHANIC_TITLE,
        Key("worth", WORTH, "What it pays. Money is worth itself.", "1 USD per 100 points"),
        Key("earns", YES_NO, "Whether the part that is paid so earns and counts in meters.", "no", required=True),
        Key(
            "up_to", SHARE, "How much of the bill may be paid so. Left out: all of it.", "30 % of the bill",
            into="share",
        ),
        Key("leaves", MONEY, "How much must be left to be paid in money. Left out: nothing.", "1 USD"),
        Key("at_least", OWN_AMOUNT, "The least amount that pays anything. Left out: any.", "500 points", into="least"),
        Key(
            "multiples_of",
            OWN_AMOUNT,
            "The amount is a multiple of this. Left out: whatever comes to whole cents.",
            "100 points",
            into="multiple",
        ),
        Key("when", WHEN, "Who may pay so, where; by lines, what for. Left out: no matter.", "{channel: web}"),
        Key("except", EXCEPT, "What stands against it.", "{category: gift-card}", into="unless"),
    ],
    Payment,
    checks=[_check_payment],
    subject="payment",
)  # fmt: skip
