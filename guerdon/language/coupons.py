"""``coupon`` as it stands in the file: a personal coupon."""

import re
from typing import Any

from guerdon.core.amounts import Rounding
from guerdon.language.earning import ROUNDING
from guerdon.language.errors import Wrong, advice, shown
from guerdon.language.figures import WHOLE, count, counted
from guerdon.language.forms import Either, Turned, one_or_more
from guerdon.language.issues import APPLIED
from guerdon.language.limits import TIMES
from guerdon.language.matchers import EXCEPT, WHEN, check_purchase
from guerdon.language.offs import OFF, OFF_LIMIT
from guerdon.language.phrases import NAME_PATTERN, Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.section import Fields, Key, Section
from guerdon.language.terms import TERM
from guerdon.language.triggers import SEGMENT, entered, left, left_segment
from guerdon.language.words import BADGE, LANE, LEVEL, MECHANIC_TITLE, NAME, PLAN
from guerdon.mechanics.coupon import BIRTHDAY, Coupon

_MOST_DAYS = 183
_OWN = f"({NAME_PATTERN})"


def _happening(kind: str, known: Phrase[str]) -> Any:
    return lambda found, scope: {"on": f"{kind}:{known.parse(found[1], scope)}"}


def _used(found: re.Match[str], scope: Scope) -> dict[str, Any]:
    benefits = scope.names.benefits
    if found[1] not in benefits:
        told = f"{shown(found[1])} is not a benefit of this program; {advice(found[1], benefits)}"
        raise Wrong("name_unknown", told)
    return {"on": f"used:{found[1]}"}


def _rewarded(found: re.Match[str], scope: Scope) -> dict[str, Any]:
    rewards = scope.names.rewards
    if found[1] not in rewards:
        told = f"{shown(found[1])} is not a reward of this program; {advice(found[1], rewards)}"
        raise Wrong("name_unknown", told)
    return {"on": f"redeemed:{found[1]}"}


ON = Phrase(
    "what a coupon is given for",
    Wording("(?:on )?(purchase|enrol)", lambda found, _: {"on": found[1]}),
    Wording(r"(?:on )?action ([^\s:\x00-\x1f\x7f]{1,100})", lambda found, _: {"on": f"action:{found[1]}"}),
    Wording("(?:on )?birthday", lambda found, _: {"on": BIRTHDAY}),
    Wording(
        f"{WHOLE} days? before the birthday",
        lambda found, _: {"on": BIRTHDAY, "days_before": count(found[1], _MOST_DAYS)},
    ),
    Wording(f"(?:on )?reached {_OWN}", _happening("reached", LEVEL)),
    Wording(f"(?:on )?badge {_OWN}", _happening("awarded", BADGE)),
    Wording(f"(?:on )?joined {_OWN}", _happening("joined", PLAN)),
    Wording(f"(?:on )?left segment {SEGMENT}", lambda found, scope: {"on": left_segment(found, scope)}),
    Wording(f"(?:on )?left {_OWN}", lambda found, scope: {"on": left(found, scope)}),
    Wording(f"(?:on )?entered(?: segment)? {SEGMENT}", lambda found, scope: {"on": entered(found, scope)}),
    Wording(f"(?:on )?reward {_OWN}", _rewarded),
    Wording(f"(?:on )?use of {_OWN}", _used),
    examples=("on enrol", "on purchase", "7 days before the birthday", "on birthday", "on action review"),
    about="Also `on reached` with a level, `on badge` with a badge, `on joined` and `on left` with a plan, `on "
    "entered` and `on left` with a segment, `on reward` with a reward, `on use of` with a benefit. A purchase brings a "
    "coupon for the next one. A birthday brings one at the start of its day, once a calendar year.",
)


def _check_issued(fields: Fields) -> None:
    trigger = (fields.get("on") or {"on": "purchase"})["on"]
    if trigger != "purchase":
        check_purchase(fields, trigger.replace(":", " "))


ISSUED: Section[dict[str, Any]] = Section(
    "how a coupon is given out",
    "How a coupon is given out",
    "What a member gets it for, and how often.",
    [
        Key("on", ON, "What it is given for.", "purchase", required=True, into="trigger"),
        Key("when", WHEN, "Conditions for getting it.", "{basket_at_least: 50 USD}", into="issued_when"),
        Key(
            "limit",
            one_or_more("how often, or a list of that", TIMES),
            "How often a member gets one.",
            "once a month",
            into="issues",
        ),
        Key(
            "most",
            counted("a number of coupons", "coupon", "3", most=100),
            "How many a member holds at once at most. Left out: 100.",
            "3 coupons",
            into="most_held",
        ),
    ],
    lambda trigger, **settings: {**trigger, **settings},
    checks=[_check_issued],
)


def _coupon(*, issued: dict[str, Any], rounding: Any = (Rounding.NEAREST, "order"), **settings: Any) -> Coupon:
    return Coupon(rounding=rounding[0], round_per=rounding[1], **issued, **settings)


def _check_coupon(fields: Fields) -> None:
    if fields.get("coupon") is not None:
        fields.declare("mechanic", fields.get("coupon"), fields.at("coupon"))


def _check_no_code(fields: Fields) -> None:
    limit = fields.get("limit")
    if limit is not None and limit.uses_per_code is not None:
        told = "`each_code` counts codes, and a personal coupon needs none; leave it out"
        fields.report("limit", "settings_conflict", told)


COUPON: Section[Coupon] = Section(
    "a personal coupon",
    "`coupon`: a member gets a coupon for a later basket",
    "It is used up by one basket. When all of that basket comes back, so does the coupon.",
    [
        Key("coupon", NAME, "Its name.", "welcome", required=True, into="name"),
        MECHANIC_TITLE,
        Key("off", OFF, "What it takes off.", "20 USD off", required=True),
        Key(
            "issued",
            Either("how it is given out", text=Turned(ON, lambda trigger: trigger), mapping=ISSUED),
            "What a member gets it for.",
            "on enrol",
            required=True,
        ),
        Key("valid", TERM, "How long it lasts. Left out: until it is used.", "60 days"),
        Key("when", WHEN, "Conditions for using it. Left out: none.", "{basket_at_least: 100 USD}"),
        Key("except", EXCEPT, "What stands against using it.", "{category: gift-card}", into="unless"),
        Key(
            "applied",
            APPLIED,
            "Whether it comes off a basket by itself, or where its reference is among the codes. Left out: "
            "automatically.",
            "on request",
        ),
        Key(
            "per_basket",
            counted("a number of coupons", "coupon", "2", most=100),
            "How many of them come off one basket at most. In a lane that chooses it is one. Left out: 1.",
            "2 coupons",
        ),
        Key("rounding", ROUNDING, "What becomes of fractions of a share. Left out: nearest.", "floor per line"),
        Key(
            "limit",
            OFF_LIMIT,
            "The most that it takes off. One wording alone is how often for each member.",
            "{per_basket: 50 USD}",
        ),
        Key("lane", LANE, "The lane in which it competes with others. Left out: it stands for itself.", "campaigns"),
    ],
    _coupon,
    checks=[_check_coupon, _check_no_code],
)
