"""Measures of members: who came, stayed, lapsed and came back."""

import ibis

from guerdon.insight.measures.grains import (
    BASKETS,
    DOINGS,
    FIRST_TIMES,
    FOLLOWINGS,
    JOINED,
    LEFT,
    MONTHS,
    MONTHS_OF_A_COHORT,
    TURNS,
)
from guerdon.insight.measures.measure import Found, Measure, Part, Value, each, just, quotient, share

_FADER = "Fader and Hardie, *How to project customer retention* (2007)"
_REINARTZ = "Kumar and Reinartz, *Customer Relationship Management* (retention and defection rates)"

ENROLLED = Part("enrolled", JOINED, lambda rows: rows.enrolled_day.count())
JOINED_SO_FAR = Part("joined_so_far", JOINED, lambda rows: rows.member.count(), to_date=True)
LEFT_SO_FAR = Part("left_so_far", LEFT, lambda rows: rows.member.count(), to_date=True)
ENGAGED = Part("engaged", DOINGS, lambda rows: rows.member.nunique())
BASE = Part("base", FOLLOWINGS, lambda rows: rows.member.count())
KEPT = Part("kept", FOLLOWINGS, lambda rows: rows.kept.sum())
MONTH_COUNT = Part("month_count", MONTHS, lambda rows: rows.member.count())
MONTHS_KEPT = Part("months_kept", MONTHS, lambda rows: rows.kept.sum())
LAPSES = Part("lapses", TURNS, lambda rows: rows.turn.count(where=rows.turn == "lapsed"))
COMEBACKS = Part("comebacks", TURNS, lambda rows: rows.turn.count(where=rows.turn == "reactivated"))
FIRST_PURCHASES = Part("first_count", FIRST_TIMES, lambda rows: rows.step.count(where=rows.step == "first purchase"))
BUYERS_SO_FAR = Part(
    "buyers_so_far", FIRST_TIMES, lambda rows: rows.step.count(where=rows.step == "first purchase"), to_date=True
)
NET_SO_FAR = Part("net_so_far", BASKETS, lambda rows: rows.paid.sum(), to_date=True)
DAYS_TO_FIRST, DAYS_TO_SECOND, DAYS_TO_REDEMPTION = (
    Part(
        f"days_to_{step.replace(' ', '_')}",
        FIRST_TIMES,
        # Spark takes no condition on a median.
        lambda rows, step=step: (rows.step == step).ifelse(rows.days, ibis.null("int64")).median(),  # type: ignore[misc]
        of_nothing=None,
    )
    for step in ("first purchase", "second purchase", "first redemption")
)


def standing(found: Found) -> int:
    """How many members there are at the end of the period."""
    return found(JOINED_SO_FAR) - found(LEFT_SO_FAR)


def _churn(found: Found) -> Value:
    return quotient(found(BASE) - found(KEPT), found(BASE))


def _days(title: str, name: str, part: Part, formula: str, source: str) -> Measure:
    return Measure(
        name, title, formula, "days", source, (part,), lambda found: found.statistic(part),
        unknown="Nobody got so far in the period.",
    )  # fmt: skip


MEMBERS = (
    Measure(
        "enrolments",
        "Enrolments",
        "number of persons who joined",
        "count",
        "`members.enrolled_day`. Households are no persons.",
        (ENROLLED,),
        just(ENROLLED),
    ),
    Measure(
        "members",
        "Members",
        "persons who joined so far − those of them who left",
        "count",
        "`members.enrolled_day` (where it is not known, the day of the first entry) and, for those who are closed or "
        "merged now, the last `close` or `merge` in `events`. As at the end of the period.",
        (JOINED_SO_FAR, LEFT_SO_FAR),
        standing,
    ),
    Measure(
        "first_purchases",
        "First purchases",
        "number of members whose first purchase it was",
        "count",
        "The first day of each member in `events` where `kind` is `purchase`.",
        (FIRST_PURCHASES,),
        just(FIRST_PURCHASES),
    ),
    Measure(
        "lapsed",
        "Lapsed",
        "number of times that a member's last purchase came to lie more than 90 days back",
        "count",
        "Days of purchases in `events`. Told on day 91 after the purchase; `--lapse-days` changes the 90. "
        f"{_REINARTZ}.",
        (LAPSES,),
        just(LAPSES),
    ),
    Measure(
        "reactivated",
        "Reactivated",
        "number of times that a lapsed member bought again",
        "count",
        "As `lapsed`, on the day of the purchase.",
        (COMEBACKS,),
        just(COMEBACKS),
    ),
    Measure(
        "retention",
        "Retention",
        "members who bought in both this period and the one before ÷ members who bought in the one before",
        "share",
        "`events` where `kind` is `purchase`. The period is the month, unless it is told by week or day; one that is "
        f"not over has none. {_REINARTZ}.",
        (KEPT, BASE),
        share(KEPT, BASE),
        unknown="Nobody bought in the period before, or the period is not over.",
    ),
    Measure(
        "churn",
        "Churn",
        "1 − retention",
        "share",
        f"As `retention`: nobody has to leave a program to be lost to it. {_REINARTZ}.",
        (BASE, KEPT),
        _churn,
        unknown="Nobody bought in the period before, or the period is not over.",
    ),
    Measure(
        "cohort_retention",
        "Retention of cohorts",
        "months in which members bought ÷ months in which they could have, "
        f"of the {MONTHS_OF_A_COHORT} after the month of the first purchase",
        "share",
        "`events` where `kind` is `purchase`; by cohort and age it is the triangle of cohorts. Months that are not "
        f"over do not count. {_FADER}.",
        (MONTHS_KEPT, MONTH_COUNT),
        share(MONTHS_KEPT, MONTH_COUNT),
        unknown="No month after a first purchase is over.",
    ),
    Measure(
        "engagement",
        "Engagement",
        "members who did anything besides buying ÷ members",
        "share",
        "`events` of the kinds `action`, `choose`, `convert`, `donate`, `enter`, `join`, `play`, `redeem`, `send` and "
        "`use`; `members` as at the end of the period.",
        (ENGAGED, JOINED_SO_FAR, LEFT_SO_FAR),
        lambda found: quotient(found(ENGAGED), standing(found)),
        unknown="There was no member.",
    ),
    Measure(
        "revenue_to_date",
        "Revenue to date",
        "net sales since the beginning ÷ members who ever bought, to the nearest minor unit",
        "money",
        "As `net_sales` and `first_purchases`, from the beginning of the history to the end of the period. What is "
        "still to come is an estimate and not in it.",
        (NET_SO_FAR, BUYERS_SO_FAR),
        each(NET_SO_FAR, BUYERS_SO_FAR),
        per="buyer",
        unknown="Nobody has bought yet.",
    ),
    _days(
        "Time to the first purchase",
        "time_to_first_purchase",
        DAYS_TO_FIRST,
        "median of (day of the first purchase − day of joining)",
        "`members.enrolled_day` and `events.day`, of those whose first purchase fell into the period. Who has not "
        "bought yet is not in it.",
    ),
    _days(
        "Time to the second purchase",
        "time_to_second_purchase",
        DAYS_TO_SECOND,
        "median of (day of the second purchase − day of the first)",
        "`events.day`, of those whose second purchase fell into the period.",
    ),
    _days(
        "Time to the first redemption",
        "time_to_first_redemption",
        DAYS_TO_REDEMPTION,
        "median of (day of the first redemption − day of joining)",
        "`transfers.day` where `target` is `redeemed`, and `members.enrolled_day`, of those whose first redemption "
        "fell into the period.",
    ),
)
