"""``cause``, ``sending`` and ``conversion`` as they stand in the file: what members may do with what they hold."""

import re
from typing import Any

from guerdon.core.amounts import Rate
from guerdon.core.program import Quantity
from guerdon.language.amounts import MONEY_PATTERN, QUANTITY, WORD_PATTERN, names_unit
from guerdon.language.errors import Wrong, advice, shown
from guerdon.language.figures import DECIMAL, figure, positive
from guerdon.language.limits import MEMBER_LIMITS
from guerdon.language.matchers import FIRST_AND_LAST_DAY, REWARD_WHEN
from guerdon.language.phrases import Choice, Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.rates import OWN_AMOUNT
from guerdon.language.section import Fields, Key, Section
from guerdon.language.terms import TERM
from guerdon.language.words import CAUSE, MECHANIC_TITLE, NAME, PARTNER, UNIT, declare
from guerdon.mechanics.cause import Cause
from guerdon.mechanics.conversion import Bonus, Conversion
from guerdon.mechanics.sending import Sending

_WHO = "Who may, and when. Left out: anyone at any time."
_MOST_PERCENT = 1_000


def _percent(found: re.Match[str], _: object) -> Rate:
    number = figure(found[1])
    if number.decimals > 2 or number.digits > _MOST_PERCENT * 10**number.decimals:
        told = f"{shown(found.group())} is no percentage up to `{_MOST_PERCENT} %` with two decimals at most"
        raise Wrong("number_out_of_range", told, "`5 %`")
    return Rate(positive(number.digits, found.group()), 100 * 10**number.decimals)


PERCENT = Phrase("a percentage", Wording(f"{DECIMAL} ?%", _percent), examples=("5 %", "2.5 %"))


# --- causes ---


def _check_cause(fields: Fields) -> None:
    name = fields.get("cause")
    if name is not None:
        declare(fields, name, "cause")
    if fields.has("then") and not fields.has("target"):
        told = "`then` is where a donation goes that is above the target, and there is no `target` here"
        fields.report("then", "settings_conflict", told, "target")


CAUSE_SECTION: Section[Cause] = Section(
    "a cause",
    "`cause`: members give to something good",
    "What is given leaves the wallet for the cause's own account. A target is kept exactly, over all members.",
    [
        Key("cause", NAME, "Its name.", "forest", required=True, into="name"),
        MECHANIC_TITLE,
        Key("takes", UNIT, "The unit that is given.", "points", required=True),
        Key("at_least", OWN_AMOUNT, "What a donation comes to at least. Left out: anything.", "100 points"),
        Key("in_steps_of", OWN_AMOUNT, "A donation is a multiple of this. Left out: any amount.", "50 points"),
        Key("target", OWN_AMOUNT, "How much all members may give. Left out: any amount.", "1_000_000 points"),
        Key("then", CAUSE, "The cause that gets what is above the target. Left out: it is refused.", "sea"),
        Key(
            "between",
            FIRST_AND_LAST_DAY,
            "From the first day through the last. Left out: always.",
            "[2026-04-01, 2026-06-30]",
        ),
        Key("limit", MEMBER_LIMITS, "How much or how often a member may give. Left out: any.", "500 points a month"),
        Key("when", REWARD_WHEN, _WHO, "{tier: gold}"),
    ],
    Cause,
    checks=[_check_cause],
    subject="takes",
)


# --- sendings ---

LIFE_ON_ARRIVAL = Choice("`as before` or `anew`", {"as before": "as before", "anew": "anew"})


def _sending(*, sending: str, name: str = "sending", **settings: Any) -> Sending:
    return Sending(name=name, unit=sending, **settings)


def _check_sending(fields: Fields) -> None:
    declare(fields, fields.get("name") or "sending", "sending")
    unit = fields.get("sending")
    if unit is not None:
        fields.declare("sending", unit, fields.at("sending"))


SENDING: Section[Sending] = Section(
    "a sending",
    "`sending`: members send each other what they hold",
    "What is sent leaves at once and arrives when it is delivered. Where nobody can take it, it comes back.",
    [
        Key("sending", UNIT, "The unit that may be sent.", "points", required=True),
        Key("name", NAME, "Its name. Left out: `sending`.", "gifts"),
        MECHANIC_TITLE,
        Key("at_least", OWN_AMOUNT, "How much is sent at least. Left out: anything.", "10 points"),
        Key("in_steps_of", OWN_AMOUNT, "What is sent is a multiple of this. Left out: any amount.", "10 points"),
        Key(
            "limit",
            MEMBER_LIMITS,
            "How much or how often a member may send. Left out: any.",
            "[1_000 points a year, 3 times a month]",
        ),
        Key("fee", PERCENT, "What is taken from the sender on top, rounded up. Left out: nothing.", "5 %"),
        Key(
            "expires",
            LIFE_ON_ARRIVAL,
            "Whether what arrives keeps the expiry that it had, or lasts as if just earned. Left out: as before.",
            "anew",
        ),
        Key("when", REWARD_WHEN, _WHO, "{tier: gold}"),
    ],
    _sending,
    checks=[_check_sending],
    subject="sending",
)


# --- conversions ---


def _any_unit(found: re.Match[str], scope: Scope) -> Quantity:
    """A number of a unit of the program, or of one that only the partner knows."""
    number, word = figure(found[1]), found[2]
    if any(names_unit(word, unit) for unit in scope.names.units):
        return QUANTITY.parse(found.group(), scope)
    if number.decimals:
        raise Wrong("scale_exceeded", f"{shown(found[1])} has decimals, and a partner's unit is paid out whole")
    return Quantity(positive(number.digits, found.group()), word)


GIVES = Phrase(
    "an amount of a unit",
    Wording(f"{DECIMAL} {WORD_PATTERN}", _any_unit),
    Wording(f"{MONEY_PATTERN}(?: in {WORD_PATTERN})?", lambda found, scope: QUANTITY.parse(found.group(), scope)),
    examples=("250 miles", "5 USD"),
    about="With a `partner` the unit is the partner's own, which this program knows by name only; whole ones are paid.",
)

BONUS: Section[Bonus] = Section(
    "a bonus",
    "A bonus",
    "More than usual for some days.",
    [
        Key("plus", PERCENT, "The part that comes on top, rounded down.", "20 %", required=True),
        Key(
            "between",
            FIRST_AND_LAST_DAY,
            "From the first day through the last.",
            "[2026-05-01, 2026-05-31]",
            required=True,
        ),
    ],
    Bonus,
)


def _conversion(*, conversion: str, at_least: Quantity | None = None, **settings: Any) -> Conversion:
    least = 1 if at_least is None else at_least.amount
    return Conversion(name=conversion, at_least=least, **settings)


def _check_conversion(fields: Fields) -> None:
    name, every, gives = fields.get("conversion"), fields.get("every"), fields.get("gives")
    if name is not None:
        declare(fields, name, "conversion")
    if gives is not None:
        _check_gives(fields, gives)
    if every is not None and gives is not None and every.unit == gives.unit:
        fields.report("gives", "unit_other", f"`{every.unit}` become `{gives.unit}`; give another unit")
    least = fields.get("at_least")
    if every is not None and least is not None and least.unit != every.unit:
        fields.report(
            "at_least", "unit_other", f"`{every.unit}` are converted here, and not `{least.unit}`", every.unit
        )
    if fields.has("expires") and fields.has("partner"):
        told = "`expires` is for a unit of this program; what the partner pays out lasts as the partner says"
        fields.report("expires", "settings_conflict", told)


def _check_gives(fields: Fields, gives: Quantity) -> None:
    """Report a unit that nobody knows, and a partner who would pay out in a unit of this program."""
    units = fields.desk.names.units
    if not fields.has("partner") and units and gives.unit not in units:
        told = f"{shown(gives.unit)} is not a unit of this program; {advice(gives.unit, units)}"
        fields.report("gives", "name_unknown", f"{told}. For a partner's own unit name the `partner`", "partner")
    elif fields.has("partner") and gives.unit in units:
        told = f"`{gives.unit}` is a unit of this program; a partner pays out in a unit of its own"
        fields.report("gives", "unit_other", told)


CONVERSION: Section[Conversion] = Section(
    "a conversion",
    "`conversion`: one unit becomes another",
    "Every so much becomes so much; whole multiples are converted, so nothing is rounded but a bonus. Conversions that "
    "lead back to where they began must not end with more than they began with.",
    [
        Key("conversion", NAME, "Its name.", "to-miles", required=True),
        MECHANIC_TITLE,
        Key("every", QUANTITY, "What is converted, and in what steps.", "1_000 points", required=True),
        Key("gives", GIVES, "What that becomes.", "250 miles", required=True),
        Key("partner", PARTNER, "Who pays out in a unit of their own. Left out: the program.", "esso"),
        Key("at_least", QUANTITY, "How much is converted at least. Left out: once `every`.", "2_000 points"),
        Key("limit", MEMBER_LIMITS, "How much or how often a member may. Left out: any.", "twice a month"),
        Key("when", REWARD_WHEN, _WHO, "{tier: gold}"),
        Key("bonus", BONUS, "More for some days. Left out: never.", "{plus: 20 %, between: [2026-05-01, 2026-05-31]}"),
        Key("expires", TERM, "How long what it becomes lasts. Left out: as its unit says.", "12 months"),
    ],
    _conversion,
    checks=[_check_conversion],
    subject="every",
)
