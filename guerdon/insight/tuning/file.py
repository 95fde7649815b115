"""The search file: what may stand in it.

    search:
      mechanics.base.rate: {from: 5, to: 20, step: 5}
      rewards.coffee.cost: [100, 200, 300]
    goals:
      cost: under 1.2 % of sales
      reached: at least 30 % of members a quarter

Every mistake in it is told at once, with its line and what would be right. It is read for one program: its paths lead
into that program's text, and its money is that program's.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal, NamedTuple, get_args

from guerdon.insight.tuning.goals import Figure, Goal, Word
from guerdon.insight.tuning.searching import Range
from guerdon.insight.tuning.settings import ProgramText, is_bare
from guerdon.language.amounts import money
from guerdon.language.errors import Wrong, shown
from guerdon.language.figures import DECIMAL, figure
from guerdon.language.forms import Define, Either, Form, Listing, Schema, Table, Turned
from guerdon.language.nodes import parse
from guerdon.language.phrases import Choice, Phrase, Wording
from guerdon.language.place import Broken, Desk, Names, Place, Scope, all_at_once
from guerdon.language.section import Fields, Key, Section

Wanted = Literal["cheapest", "widest"]

MOST_VALUES = 1_000
"""How many values one setting may take."""
_WORDS = "|".join(get_args(Word))


class SearchFile(NamedTuple):
    """What a search file says."""

    ranges: tuple[Range, ...]
    goals: tuple[Goal, ...]
    wanted: Wanted
    """Which of several settings that meet the goals is the best."""


class _Known(Names, frozen=True, kw_only=True):
    """What the file may speak of: the settings of a program."""

    program: ProgramText


class _Values(NamedTuple):
    """The values of one setting, as they are written."""

    told: tuple[str, ...]
    is_ordered: bool


# --- What may be tried ------------------------------------------------------------------------------------------------


def _setting(found: re.Match[str], scope: Scope) -> str:
    if isinstance(scope.names, _Known):
        scope.names.program.setting(found.group())
    return found.group()


SETTING = Phrase("a setting of the program", Wording(".+", _setting), examples=("mechanics.base.rate",))
VALUE = Phrase("a value", Wording(".+", lambda found, _: found.group()), examples=("100", "1 per 2 EUR"))
NUMBER = Phrase("a number", Wording(DECIMAL, lambda found, _: _exact(found[1])), examples=("5", "0.5"))


def _exact(digits: str) -> Fraction:
    read = figure(digits)
    return Fraction(read.digits, 10**read.decimals)


def _listed(values: tuple[str, ...]) -> _Values:
    """Values one by one; numbers from the least to the largest."""
    told = tuple(dict.fromkeys(values))
    if all(is_bare(value) for value in told):
        return _Values(tuple(sorted(told, key=Fraction)), is_ordered=True)
    return _Values(told, is_ordered=False)


def _range(first: Fraction, last: Fraction, step: Fraction) -> _Values:
    count = (last - first) // step + 1
    return _Values(tuple([_decimal(first + step * place) for place in range(count)]), is_ordered=True)


def _decimal(number: Fraction) -> str:
    """A number as programs write it: ``0.5``.

    >>> _decimal(Fraction(5, 4)), _decimal(Fraction(20))
    ('1.25', '20')
    """
    decimals = next(digits for digits in range(100) if 10**digits % number.denominator == 0)
    whole = str(number.numerator * 10**decimals // number.denominator).rjust(decimals + 1, "0")
    return f"{whole[:-decimals]}.{whole[-decimals:]}" if decimals else whole


def _check_range(fields: Fields) -> None:
    first, last, step = fields.get("from"), fields.get("to"), fields.get("step")
    if first is not None and last is not None and last < first:
        fields.report("to", "order_wrong", "`to` lies before `from`; write the smaller number first")
    if step == 0:
        fields.report("step", "number_out_of_range", "`step` is nothing; a number above 0 belongs here")
    elif None not in (first, last, step) and (last - first) / step >= MOST_VALUES:
        told = f"these are more than {MOST_VALUES:_} values; write a larger `step`"
        fields.report("step", "number_out_of_range", told)


RANGE: Section[_Values] = Section(
    "a range",
    "A range",
    "Numbers at equal distances.",
    [
        Key("from", NUMBER, "The first number.", "5", required=True, into="first"),
        Key("to", NUMBER, "The last number that may be tried.", "20", required=True, into="last"),
        Key("step", NUMBER, "The distance from one to the next.", "5", required=True),
    ],
    _range,
    checks=(_check_range,),
)
VALUES: Either[_Values] = Either(
    "values to try, such as `[100, 200]` or `{from: 5, to: 20, step: 5}`",
    text=Turned(VALUE, lambda value: _listed((value,))),
    items=Turned(Listing("a list of values", VALUE), _listed),
    mapping=RANGE,
)


class _Fitting(Form[_Values]):
    """Values for the setting that is spoken of: a bare number needs a number there whose place it takes."""

    name = VALUES.name

    def read(self, place: Place) -> _Values:
        values = VALUES.read(place)
        names = place.scope.names
        if isinstance(names, _Known) and any(is_bare(value) for value in values.told):
            self._check(names.program, place)
        return values

    def _check(self, program: ProgramText, place: Place) -> None:
        try:
            setting = program.setting(place.subject)
        except Wrong:
            # The path itself is wrong, and an error says so already.
            raise Broken from None
        if not setting.has_number:
            told = f"{shown(setting.words)} stands there now, and no number in it; write the values out in full"
            place.refuse("phrase_wrong", told)

    def schema(self, define: Define) -> Schema:
        return define(VALUES)

    def parts(self) -> tuple[Form[Any], ...]:
        return (VALUES,)


# --- What is wanted ---------------------------------------------------------------------------------------------------


def _share_goal(name: Figure) -> Callable[[re.Match[str], Scope], Goal]:
    def means(found: re.Match[str], _: Scope) -> Goal:
        return Goal(name, found[1], _exact(found[2]) / 100, True, found.group())  # type: ignore[arg-type]

    return means


def _money_goal(name: Figure) -> Callable[[re.Match[str], Scope], Goal]:
    def means(found: re.Match[str], scope: Scope) -> Goal:
        limit = Fraction(money(found[2], found[3], scope))
        return Goal(name, found[1], limit, False, found.group())  # type: ignore[arg-type]

    return means


_AMOUNT = rf"({_WORDS}) {DECIMAL} ([A-Z]{{3}})"
COST = Phrase(
    "a goal for the cost",
    Wording(rf"({_WORDS}) {DECIMAL} ?% of sales", _share_goal("cost")),
    Wording(_AMOUNT, _money_goal("cost")),
    examples=("under 1.2 % of sales", "at most 5_000 EUR"),
)
REACHED = Phrase(
    "a goal for the reach",
    Wording(rf"({_WORDS}) {DECIMAL} ?% of members a quarter", _share_goal("reached")),
    examples=("at least 30 % of members a quarter",),
)
LIABILITY = Phrase(
    "a goal for the liability",
    Wording(_AMOUNT, _money_goal("liability")),
    examples=("under 20_000 EUR",),
)
GOALS: Section[tuple[Goal, ...]] = Section(
    "goals",
    "Goals",
    "What is wanted of the program, on the history.",
    [
        Key("cost", COST, "What the program may cost, as a share of sales or as an amount.", "under 1.2 % of sales"),
        Key("reached", REACHED, "How many members are to reach a reward in a quarter, on average.",
            "at least 30 % of members a quarter"),
        Key("liability", LIABILITY, "What may be outstanding at the end.", "under 20_000 EUR"),
    ],
    lambda **goals: tuple(goals.values()),
)  # fmt: skip


def _check_goals(fields: Fields) -> None:
    if fields.get("goals") == ():
        told = "there is no goal; write for example `cost: under 1.2 % of sales`"
        fields.report("goals", "value_empty", told)


def _search_file(search: Mapping[str, _Values], goals: Sequence[Goal], best: Wanted | None = None) -> SearchFile:
    default: Wanted = "cheapest" if any(goal.figure == "reached" for goal in goals) else "widest"
    ranges = tuple([Range(path, values.told, values.is_ordered) for path, values in search.items()])
    return SearchFile(ranges, tuple(goals), best or default)


_BEST: dict[str, Any] = {"cheapest": "cheapest", "widest": "widest"}
SEARCH: Section[SearchFile] = Section(
    "a search file",
    "The search file",
    "Which settings of a program may take which values, and what is wanted of it.",
    [
        Key("search", Table("settings with their values", SETTING, _Fitting(), is_subject=True),
            "By path: the values to try.", "{rewards.coffee.cost: [100, 200]}", required=True),
        Key("goals", GOALS, "What is wanted.", "{cost: under 1.2 % of sales}", required=True),
        Key("best", Choice("what is best", _BEST),
            "Which of several that meet the goals is told: the cheapest, or the one by which most members reach a "
            "reward. Left out: the cheapest where `reached` is a goal, otherwise the widest.", "widest"),
    ],
    _search_file,
    checks=(_check_goals,),
)  # fmt: skip


def read_search(text: str, program: ProgramText, currency: str, name: str = "search.yaml") -> SearchFile:
    """Read the text of a search file for a program; raises ``ProgramErrors`` with everything that is wrong with it."""
    known = _Known(currency=currency, program=program)
    with all_at_once(name) as errors:
        return SEARCH.read(Place(parse(text, errors, "search"), "", Desk(known, errors)))
