"""How terms, windows and periods are said.

A span is said so that it fits behind *for* and *after*: languages with cases have it in the accusative (``1 неделю``).
"""

from guerdon.core.calendar import Delay, PeriodUnit, Term, TermUnit, Window
from guerdon.leaflet.voice import Voice


def span(voice: Voice, count: int, unit: TermUnit) -> str:
    """So many days, weeks, months or years."""
    if unit == "day":
        return voice.say_count("%(count)s day", "%(count)s days", count)
    if unit == "week":
        return voice.say_count("%(count)s week", "%(count)s weeks", count)
    if unit == "month":
        return voice.say_count("%(count)s month", "%(count)s months", count)
    return voice.say_count("%(count)s year", "%(count)s years", count)


def lasting(voice: Voice, term: Term) -> str:
    """How long, behind a verb: ``for 90 days``, ``until the end of next year``."""
    if term.end_of is None:
        return voice.say("for %(span)s", span=span(voice, term.count, term.unit))
    moment = _moment(voice, term, term.end_of)
    if _counts_on(term, term.end_of):
        return voice.say("for %(span)s from %(moment)s", span=span(voice, term.count, term.unit), moment=moment)
    return voice.say("until %(moment)s", moment=moment)


def after(voice: Voice, term: Term) -> str:
    """From when on: ``after 14 days``, ``after the end of the month``."""
    if term.end_of is None:
        return voice.say("after %(span)s", span=span(voice, term.count, term.unit))
    moment = _moment(voice, term, term.end_of)
    if _counts_on(term, term.end_of):
        return voice.say("%(span)s after %(moment)s", span=span(voice, term.count, term.unit), moment=moment)
    return voice.say("after %(moment)s", moment=moment)


def _counts_on(term: Term, period: PeriodUnit) -> bool:
    """Whether a time is counted on from the end of the period: 6 months after the end of the month."""
    return term.count > 0 and not _is_one_period(term, period)


def waited(voice: Voice, delay: Delay) -> str:
    """From when on something that is pending may be used: ``after 24 hours``, ``14 days after delivery``."""
    time = _time_of(voice, delay)
    if delay.start == "delivery":
        return voice.say("%(span)s after delivery", span=time) if time else voice.say("after delivery")
    if delay.start == "statement":
        return voice.say("%(span)s after the statement date", span=time) if time else voice.say("on the statement date")
    if delay.term is not None:
        return after(voice, delay.term)
    return voice.say("after %(span)s", span=time)


def _time_of(voice: Voice, delay: Delay) -> str:
    """How long a delay is; empty where it ends with what it waits for."""
    if delay.hours:
        return voice.say_count("%(count)s hour", "%(count)s hours", delay.hours)
    return span(voice, delay.term.count, delay.term.unit) if delay.term is not None else ""


def _moment(voice: Voice, term: Term, period: PeriodUnit) -> str:
    """The end of a period that a term speaks of; behind *until*, *after* and *from*."""
    return _end_of_next(voice, period) if _is_one_period(term, period) else _end_of_this(voice, period)


def _is_one_period(term: Term, period: PeriodUnit) -> bool:
    if period == "quarter":
        return (term.count, term.unit) == (3, "month")
    return (term.count, term.unit) == (1, period)


def _end_of_this(voice: Voice, period: PeriodUnit) -> str:
    return {
        "day": voice.say("the end of the day"),
        "week": voice.say("the end of the week"),
        "month": voice.say("the end of the month"),
        "quarter": voice.say("the end of the quarter"),
        "year": voice.say("the end of the year"),
    }[period]


def _end_of_next(voice: Voice, period: PeriodUnit) -> str:
    return {
        "day": voice.say("the end of the next day"),
        "week": voice.say("the end of the next week"),
        "month": voice.say("the end of the next month"),
        "quarter": voice.say("the end of the next quarter"),
        "year": voice.say("the end of the next year"),
    }[period]


def period(voice: Voice, unit: PeriodUnit) -> str:
    """How often a limit starts anew: ``a week``. Not for ``ever``."""
    return {
        "day": voice.say("a day"),
        "week": voice.say("a week"),
        "month": voice.say("a month"),
        "quarter": voice.say("a quarter"),
        "year": voice.say("a year"),
        "statement": voice.say("in each statement month"),
    }[unit]


def start_of_every(voice: Voice, unit: PeriodUnit) -> str:
    """A recurrence: ``at the start of every quarter``."""
    return {
        "day": voice.say("at the start of every day"),
        "week": voice.say("at the start of every week"),
        "month": voice.say("at the start of every month"),
        "quarter": voice.say("at the start of every quarter"),
        "year": voice.say("at the start of every year"),
    }[unit]


def window(voice: Voice, value: Window) -> str:
    """Over which days something is counted: ``in the last 12 months``, ``in a calendar year``."""
    return _rolling(voice, value) if value.kind == "rolling" else _calendar(voice, value.unit)


def _calendar(voice: Voice, unit: PeriodUnit) -> str:
    return {
        "day": voice.say("in a day"),
        "week": voice.say("in a calendar week"),
        "month": voice.say("in a calendar month"),
        "quarter": voice.say("in a calendar quarter"),
        "year": voice.say("in a calendar year"),
        "statement": voice.say("in a statement month"),
        "ever": voice.say("since you joined"),
    }[unit]


def _rolling(voice: Voice, value: Window) -> str:
    if value.unit == "day":
        return voice.say_count("in the last day", "in the last %(count)s days", value.count)
    if value.unit == "week":
        return voice.say_count("in the last week", "in the last %(count)s weeks", value.count)
    if value.unit == "month":
        return voice.say_count("in the last month", "in the last %(count)s months", value.count)
    return voice.say_count("in the last year", "in the last %(count)s years", value.count)
