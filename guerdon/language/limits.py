"""Limits on what a mechanic gives: a mechanic's own, and those that several mechanics share."""

import re
from typing import Any, NamedTuple

from guerdon.core.program import Allowance, Cap
from guerdon.language.errors import Wrong
from guerdon.language.figures import WHOLE, count
from guerdon.language.forms import Either, Form, Listing, Table, Turned, one_or_more
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.rates import MEMBER_CAP, OWN_AMOUNT
from guerdon.language.section import Fields, Key, Section
from guerdon.language.terms import PERIOD_OR_STATEMENT, period_of
from guerdon.language.words import TIER_OR_PLAN, UNIT

_MOST_TIMES = 1_000_000


class MemberLimit(NamedTuple):
    """One limit for each member: an amount, or how often."""

    amount: Allowance | None = None
    times: Allowance | None = None


def _times(found: re.Match[str], _: Scope) -> Allowance:
    number = {"once": 1, "twice": 2}.get(found[1]) or count(found[1].removesuffix(" times"), _MOST_TIMES)
    return Allowance(number, period_of(found[3]))


TIMES = Phrase(
    "how often",
    Wording(rf"(once|twice|{WHOLE} times)(?: (?:a|per) {PERIOD_OR_STATEMENT})?", _times),
    examples=("3 times a day", "once a week", "once"),
    about="`a day`, `a week`, `a month`, `a quarter`, `a year` or `a statement period`; without it, for ever.",
)

MEMBER_LIMIT = Phrase(
    "a limit for each member",
    Wording(TIMES.pattern, lambda found, scope: MemberLimit(times=TIMES.parse(found.group(), scope))),
    Wording(
        MEMBER_CAP.pattern,
        lambda found, scope: MemberLimit(amount=Allowance(*MEMBER_CAP.parse(found.group(), scope))),
    ),
    examples=("500 points a week", "3 times a day", "20 USD a month"),
    about="So much, or so often, in each period.",
)


def _once_a_period(allowances: tuple[Allowance, ...]) -> tuple[Allowance, ...]:
    periods = [allowance.period for allowance in allowances]
    if len(set(periods)) < len(periods):
        raise Wrong("settings_conflict", "two limits here are for the same period; the lower one alone would do")
    return allowances


MEMBER_CAPS: Form[tuple[Allowance, ...]] = Turned(
    one_or_more("an amount per period, or a list of them", Turned(MEMBER_CAP, lambda cap: Allowance(*cap))),
    _once_a_period,
)

_OWN_KEYS = [
    Key("total", OWN_AMOUNT, "For all members together, as long as it has this name.", "2_000_000 points"),
    Key("per_member", MEMBER_CAPS, "For each member.", "[500 points a week, 1_000 points a month]"),
    Key(
        "more_for",
        Table("amounts per period by tier or plan", TIER_OR_PLAN, MEMBER_CAPS),
        "For members of a tier or a plan, in place of what `per_member` says for the same period; the most that holds "
        "counts. Left out: no more.",
        "{plus: 1_000 points a week}",
    ),
    Key(
        "times",
        Turned(one_or_more("how often, or a list of that", TIMES), _once_a_period),
        "How often it gives a member anything.",
        "3 times a day",
    ),
    Key("per_event", OWN_AMOUNT, "For each purchase or action.", "100 points"),
]


def _check_more(fields: Fields) -> None:
    """Report more for somebody in a period that has no limit to begin with."""
    limited = {allowance.period for allowance in fields.get("per_member") or ()}
    more = [allowance for allowances in (fields.get("more_for") or {}).values() for allowance in allowances]
    if fields.is_right("per_member") and any(allowance.period not in limited for allowance in more):
        told = "it says more for a period that `per_member` says nothing of; give the limit of all others there"
        fields.report("more_for", "settings_conflict", told)


CAP: Section[Cap] = Section(
    "a limit",
    "A limit",
    "Limits on what a mechanic gives. What is above a limit is not given, and the trace says so.",
    _OWN_KEYS,
    Cap,
    checks=[_check_more],
)

SHARED: Section[Cap] = Section(
    "a shared limit",
    "A shared limit",
    "Limits on what several mechanics give together: those that name it as their `cap`.",
    [Key("of", UNIT, "The unit that those mechanics give.", "points", required=True), *_OWN_KEYS],
    lambda of, **limits: Cap(**limits),
    checks=[_check_more],
    subject="of",
)


def _cap_of(limits: tuple[MemberLimit, ...]) -> Cap:
    per_member = tuple([limit.amount for limit in limits if limit.amount])
    times = tuple([limit.times for limit in limits if limit.times])
    return Cap(per_member=_once_a_period(per_member), times=_once_a_period(times))


MEMBER_LIMITS: Form[Cap] = Either(
    "a limit for each member, or a list of them",
    text=Turned(MEMBER_LIMIT, lambda limit: _cap_of((limit,))),
    items=Turned(Listing("a list of limits", MEMBER_LIMIT), _cap_of),
)

LIMIT: Form[Any] = Either(
    "a limit",
    text=Turned(MEMBER_LIMIT, lambda limit: _cap_of((limit,))),
    items=Turned(Listing("a list of limits", MEMBER_LIMIT), _cap_of),
    mapping=CAP,
)
