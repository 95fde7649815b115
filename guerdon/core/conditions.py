"""Conditions compiled: ``When`` becomes checks on the case and a bit for its lines.

Line matchers of the whole program live in one ``LineIndex``. A line is looked up once by what it is (category, brand,
SKU) and answers with a number whose bits say which matchers it satisfies, so a basket costs one dictionary look-up a
line, however many mechanics there are.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import zen

from guerdon.core import meters
from guerdon.core.calendar import WEEKDAYS, Day, Zone, date_of, day_of, month_of, weekday_of
from guerdon.core.events import Line
from guerdon.core.program import LINE_MATCHERS, MonthChoice, When

if TYPE_CHECKING:
    from guerdon.core.case import Case

_REMEMBERED_LINES = 200_000


class Check(NamedTuple):
    """One condition on the event or the member."""

    code: str
    """What a trace calls it when it does not hold."""
    sentence: str
    """What it asks for, for a person."""
    holds: "Callable[[Case], bool]"
    on_day: Callable[[Day], bool] | None = None
    """The same for a check that looks at nothing but the day: rules that fail it are left out for the whole day."""


class LineTest(NamedTuple):
    """A condition on lines: the bit that is set in the mask of every line that satisfies it."""

    sentence: str
    bit_on: Callable[[Day], int]
    """The bit that counts on a day; 0 where nothing matches on that day (a month without a category)."""


class Condition(NamedTuple):
    """A ``When``, compiled."""

    checks: tuple[Check, ...]
    lines: LineTest | None
    """None: every line of the basket counts."""

    def is_live_on(self, day: Day) -> bool:
        """Whether it can hold at all on that day."""
        if self.lines is not None and not self.lines.bit_on(day):
            return False
        return all(check.on_day(day) for check in self.checks if check.on_day is not None)

    def failing(self, case: "Case") -> Check | None:
        """The first check that does not hold, in the order in which conditions are documented."""
        for check in self.checks:
            if not check.holds(case):
                return check
        return None


class LineIndex:
    """Every line matcher of a program, and the answers already worked out."""

    def __init__(self) -> None:
        """Start without matchers."""
        self._tests: list[Callable[[Line], bool]] = []
        self._known: dict[tuple[str, ...], int] = {}
        self._looks_at_sku = False

    def bit(self, when: When, category: tuple[str, ...] | None, excluded: When) -> int:
        """Register a matcher and give its bit.

        ``category`` stands for the one of ``when``; ``excluded`` lines never match.
        """
        wanted = _line_test(category, when.brand, when.sku)
        unwanted = _line_test(_plain(excluded.category), excluded.brand, excluded.sku, nothing=False)
        self._looks_at_sku |= when.sku is not None or excluded.sku is not None
        self._tests.append(lambda line: wanted(line) and not unwanted(line))
        return 1 << (len(self._tests) - 1)

    def masks(self, lines: Sequence[Line]) -> list[int]:
        """For each line the bits of the matchers that it satisfies."""
        known = self._known.get
        if self._looks_at_sku:
            masks = [known((line.category, line.brand, line.sku)) for line in lines]
        else:
            masks = [known((line.category, line.brand)) for line in lines]
        if None in masks:
            return [self._learn(line) if mask is None else mask for line, mask in zip(lines, masks, strict=True)]
        return masks  # type: ignore[return-value]

    def _learn(self, line: Line) -> int:
        key = (line.category, line.brand, line.sku) if self._looks_at_sku else (line.category, line.brand)
        mask = sum([1 << place for place, test in enumerate(self._tests) if test(line)])
        if len(self._known) >= _REMEMBERED_LINES:
            self._known.clear()
        self._known[key] = mask
        return mask


def _plain(category: tuple[str, ...] | MonthChoice | None) -> tuple[str, ...] | None:
    if isinstance(category, MonthChoice):
        raise TypeError("a list by month cannot exclude lines")
    return category


def _line_test(
    category: tuple[str, ...] | None,
    brand: tuple[str, ...] | None,
    sku: tuple[str, ...] | None,
    *,
    nothing: bool = True,
) -> Callable[[Line], bool]:
    """A test that wants all given matchers to hold; ``nothing`` is the answer where none is given."""
    if category is None and brand is None and sku is None:
        return lambda _: nothing

    def test(line: Line) -> bool:
        return (
            (
                category is None
                or any(line.category == path or line.category.startswith(path + "/") for path in category)
            )
            and (brand is None or line.brand in brand)
            and (sku is None or line.sku in sku)
        )

    return test


def compile_condition(when: When, excluded: When, index: LineIndex, zone: Zone, levels: Sequence[str]) -> Condition:
    """Compile conditions. ``levels`` are the program's tiers, ``excluded`` the lines that never count."""
    return Condition(tuple(_checks(when, zone, levels)), _lines(when, excluded, index))


def has_line_matchers(when: When) -> bool:
    """Whether any condition looks at lines."""
    return any(getattr(when, name) is not None for name in LINE_MATCHERS)


def _lines(when: When, excluded: When, index: LineIndex) -> LineTest | None:
    if not has_line_matchers(when) and not has_line_matchers(excluded):
        return None
    wanted = [f"{name} {_listed(getattr(when, name))}" for name in LINE_MATCHERS if getattr(when, name) is not None]
    sentence = " and ".join(wanted) or "anything that is not excluded"
    if isinstance(when.category, MonthChoice):
        bits = {month: index.bit(when, category, excluded) for month, category in when.category.by_month.items()}
        return LineTest(sentence, lambda day: bits.get(month_of(day), 0))
    bit = index.bit(when, when.category, excluded)
    return LineTest(sentence, lambda _: bit)


def _listed(values: tuple[str, ...] | MonthChoice) -> str:
    return "of the month" if isinstance(values, MonthChoice) else ", ".join(values)


def _checks(when: When, zone: Zone, levels: Sequence[str]) -> list[Check]:
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
    if when.tier is not None:
        tiers = frozenset(when.tier)
        sentence = "only for " + ", ".join(level for level in levels if level in tiers)
        checks.append(Check("other_tier", sentence, lambda case: case.has_level(tiers)))
    checks += [_one_of(name, getattr(when, name)) for name in ("store", "channel", "tender") if getattr(when, name)]
    if when.basket_at_least is not None:
        least = when.basket_at_least
        checks.append(Check("basket_too_small", f"only from a basket of {least} on", lambda case: case.total >= least))
    if when.first_purchase is not None:
        wanted = when.first_purchase
        sentence = "only on the first purchase" if wanted else "not on the first purchase"
        code = "not_first_purchase" if wanted else "first_purchase"
        checks.append(Check(code, sentence, lambda case: case.is_first_purchase() == wanted))
    if when.expression is not None:
        checks.append(_expression(when.expression))
    return checks


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
    readings = {
        name: meters.value(case.meters.get(name, {}), meter.window, case.day)
        for name, meter in case.version.program.meters.items()
    }
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
