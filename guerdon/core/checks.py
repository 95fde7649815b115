"""Checks: the conditions on the event and on the member, one small closure each, with the words of a trace."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import zen

from guerdon.core.amounts import MAX_BALANCE
from guerdon.core.calendar import WEEKDAYS, Day, Zone, date_of, day_of, is_birthday, weekday_of
from guerdon.core.experiments import assigned, runs_on
from guerdon.core.program import AroundBirthday, Experiment, Range, When

if TYPE_CHECKING:
    from guerdon.core.case import Case


class Check(NamedTuple):
    """One condition on the event or the member."""

    code: str
    """What a trace calls it when it does not hold."""
    sentence: str
    """What it asks for, for a person."""
    holds: "Callable[[Case], bool]"
    on_day: Callable[[Day], bool] | None = None
    """The same for a check that looks at nothing but the day: rules that fail it are left out for the whole day."""


def checks_of(when: When, zone: Zone, levels: Sequence[str], experiments: Mapping[str, Experiment]) -> list[Check]:
    """The checks on event and member, in the order in which a trace names the first that fails."""
    checks = []
    if when.between is not None:
        first, last = day_of(when.between[0]), day_of(when.between[1])
        sentence = f"only from {when.between[0]} to {when.between[1]}"
        checks.append(_of_day("outside_dates", sentence, lambda day: first <= day <= last))
    if when.weekday is not None:
        days = frozenset(when.weekday)
        sentence = "only on " + ", ".join(WEEKDAYS[day] for day in when.weekday)
        checks.append(_of_day("other_weekday", sentence, lambda day: weekday_of(day) in days))
    if when.hours is not None:
        begins, ends = when.hours
        sentence = f"only from {begins // 60:02}:{begins % 60:02} to {ends // 60:02}:{ends % 60:02}"
        checks.append(Check("outside_hours", sentence, lambda case: begins <= zone.minute(case.at) < ends))
    checks += [_one_of(name, getattr(when, name)) for name in FIELDS_OF_EVENT if getattr(when, name)]
    checks += _purchase_checks(when)
    checks += _member_checks(when, zone, levels)
    checks += [_group(name, experiments[name], frozenset(told)) for name, told in (when.experiment or {}).items()]
    if when.expression is not None:
        checks.append(_expression(when.expression))
    return checks


FIELDS_OF_EVENT = ("store", "channel", "merchant_category")
_OF_TRAITS = ("region", "language")


def _purchase_checks(when: When) -> list[Check]:
    """The checks on what was bought, where and how."""
    checks = []
    if when.tender is not None:
        checks.append(_tender(frozenset(when.tender)))
    if when.partner is not None:
        partners = frozenset("" if partner == "own" else partner for partner in when.partner)
        sentence = f"only where the partner is {', '.join(when.partner)}"
        checks.append(Check("other_partner", sentence, lambda case: getattr(case.event, "partner", "") in partners))
    if when.code is not None:
        codes = frozenset(when.code)
        told = f"only with the code {', '.join(when.code)}"
        checks.append(Check("code_not_shown", told, lambda case: not codes.isdisjoint(case.codes)))
    checks += [_attribute(name, frozenset(values)) for name, values in (when.attribute or {}).items()]
    if when.basket_at_least is not None:
        least = when.basket_at_least
        checks.append(Check("basket_too_small", f"only from a basket of {least} on", lambda case: case.total >= least))
    if when.basket_at_most is not None:
        most = when.basket_at_most
        checks.append(Check("basket_too_large", f"only up to a basket of {most}", lambda case: case.total <= most))
    if when.first_purchase is not None:
        wanted = when.first_purchase
        sentence = "only on the first purchase" if wanted else "not on the first purchase"
        code = "not_first_purchase" if wanted else "first_purchase"
        checks.append(Check(code, sentence, lambda case: case.is_first_purchase() == wanted))
    return checks


def _tender(tenders: frozenset[str]) -> Check:
    def holds(case: "Case") -> bool:
        event = case.event
        return getattr(event, "tender", "") in tenders or not tenders.isdisjoint(getattr(event, "tenders", ()))

    return Check("other_tender", f"only where the tender is {', '.join(sorted(tenders))}", holds)


def _attribute(name: str, values: frozenset[str]) -> Check:
    sentence = f"only where {name} is {', '.join(sorted(values))}"
    return Check("other_attribute", sentence, lambda case: getattr(case.event, "attributes", {}).get(name) in values)


def _member_checks(when: When, zone: Zone, levels: Sequence[str]) -> list[Check]:
    """The checks on who the member is and what the member has done."""
    checks = []
    if when.tier is not None:
        tiers = frozenset(when.tier)
        sentence = "only for " + ", ".join(level for level in levels if level in tiers)
        checks.append(Check("other_tier", sentence, lambda case: case.has_level(tiers)))
    if when.membership is not None:
        plans = frozenset(when.membership)
        told = f"only for members of {', '.join(when.membership)}"
        checks.append(Check("not_in_plan", told, lambda case: not plans.isdisjoint(case.memberships)))
    if when.badge is not None:
        badges = frozenset(when.badge)
        told = f"only with the badge {', '.join(when.badge)}"
        checks.append(Check("badge_missing", told, lambda case: not badges.isdisjoint(case.badges)))
    checks += _trait_checks(when)
    if when.role is not None:
        roles = frozenset(when.role)
        told = f"only for the {', '.join(when.role)} of a household"
        checks.append(Check("other_role", told, lambda case: case.role() in roles))
    if when.birthday is not None:
        checks.append(_birthday(when.birthday))
    if when.enrolled_at_least is not None:
        least = when.enrolled_at_least
        checks.append(
            Check("enrolled_too_lately", "only for longer members", lambda case: case.is_enrolled_since(least))
        )
    if when.enrolled_at_most is not None:
        most = when.enrolled_at_most
        told = "only for newer members"
        checks.append(Check("enrolled_too_long_ago", told, lambda case: case.is_enrolled_within(most)))
    checks += [_reading(meter, bounds) for meter, bounds in (when.readings or {}).items()]
    return checks


def _trait_checks(when: When) -> list[Check]:
    checks = []
    for name in _OF_TRAITS:
        if getattr(when, name) is not None:
            checks.append(_trait(name, frozenset(getattr(when, name))))
    if when.segment is not None:
        segments = frozenset(when.segment)
        told = f"only for the segment {', '.join(when.segment)}"
        checks.append(Check("other_segment", told, lambda case: not segments.isdisjoint(case.traits.segments)))
    if when.consent is not None:
        purposes = frozenset(when.consent)
        told = f"only with consent to {', '.join(when.consent)}"
        checks.append(Check("consent_missing", told, lambda case: purposes.issubset(case.traits.consents)))
    if when.age_from is not None:
        years = when.age_from
        checks.append(Check("too_young", f"only from {years} years on", lambda case: (case.traits.age or 0) >= years))
    return checks


def _trait(name: str, values: frozenset[str]) -> Check:
    sentence = f"only where the {name} is {', '.join(sorted(values))}"
    return Check(f"other_{name}", sentence, lambda case: getattr(case.traits, name) in values)


def _group(name: str, experiment: Experiment, groups: frozenset[str]) -> Check:
    """That the member is in one of these groups of an experiment. A trace is told which group it is."""
    listed = ", ".join([group for group in experiment.groups if group in groups])

    def holds(case: "Case") -> bool:
        if not runs_on(experiment, case.day):
            return False
        group = assigned(name, experiment, case.event.member)
        case.note_once(name, "assigned", "in_group", f"in group {group} of {name}")
        return group in groups

    return Check("other_group", f"only for group {listed} of {name}{_running(experiment)}", holds)


def _running(experiment: Experiment) -> str:
    """When it runs, for a person; empty: always."""
    return "" if experiment.between is None else f", from {experiment.between[0]} to {experiment.between[1]}"


def _birthday(around: AroundBirthday) -> Check:
    if around.month:
        return Check("not_birthday_month", "only in the month of the birthday", lambda case: case.in_birthday_month())
    told = f"only from {around.days_before} days before the birthday to {around.days_after} days after"
    days = range(-around.days_after, around.days_before + 1)
    return Check("not_birthday", told, lambda case: any(is_birthday(case.traits.birthday, case.day + d) for d in days))


def _reading(meter: str, bounds: Range) -> Check:
    least = bounds.least if bounds.least is not None else -MAX_BALANCE
    most = bounds.most if bounds.most is not None else MAX_BALANCE
    shown = f"from {bounds.least} " if bounds.least is not None else ""
    shown += f"up to {bounds.most}" if bounds.most is not None else "on"
    return Check(
        "meter_outside", f"only where {meter} is {shown}", lambda case: least <= case.reading(meter, case.day) <= most
    )


def _of_day(code: str, sentence: str, on_day: Callable[[Day], bool]) -> Check:
    return Check(code, sentence, lambda case: on_day(case.day), on_day)


def _one_of(name: str, values: tuple[str, ...]) -> Check:
    wanted = frozenset(values)
    sentence = f"only where the {name} is {', '.join(values)}"
    return Check(f"other_{name}", sentence, lambda case: getattr(case.event, name, "") in wanted)


def _expression(source: str) -> Check:
    """An expression that must come out true. One that fails on the values it meets has not."""
    compiled = zen.compile_expression(source)

    def holds(case: "Case") -> bool:
        try:
            return compiled.evaluate(_context(case)) is True
        except RuntimeError:
            return False

    return Check("expression_false", f"only if {source}", holds)


def _items(case: "Case") -> int:
    return sum([line.quantity for line in getattr(case.event, "lines", ())])


def _context(case: "Case") -> dict[str, object]:
    """What an ``if:`` may look at. Whole numbers, texts and lists of texts only."""
    event, state = case.event, case.state
    readings = {name: case.reading(name, case.day) for name in case.version.program.meters}
    return {
        "basket": {"total": case.total, "lines": len(case.payments), "items": _items(case)},
        "event": {name: getattr(event, name, "") for name in ("store", "channel", "tender", "action")},
        "attributes": getattr(event, "attributes", {}),
        "member": {
            "tiers": list(case.levels()),
            "days": case.days_enrolled(),
            "enrolled": state.enrolled_at is not None,
        },
        "meters": readings,
        "weekday": WEEKDAYS[(case.day + 3) % 7],
        "date": str(date_of(case.day)),
    }
