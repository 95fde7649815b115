"""Conditions compiled: ``When`` becomes checks on the case and a bit for its lines.

Line matchers of the whole program live in one ``LineIndex``. A line is looked up once by what it is (category, brand,
SKU) and answers with a number whose bits say which matchers it satisfies, so a basket costs one dictionary look-up a
line, however many mechanics there are.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from guerdon.core.calendar import Day, Zone, month_of
from guerdon.core.checks import FIELDS_OF_EVENT, Check, checks_of
from guerdon.core.events import Line
from guerdon.core.program import LINE_MATCHERS, Experiment, MonthChoice, When

if TYPE_CHECKING:
    from guerdon.core.case import Case

_REMEMBERED_LINES = 200_000


class LineTest(NamedTuple):
    """A condition on lines: the bit that is set in the mask of every line that satisfies it."""

    sentence: str
    bit_on: Callable[[Day], int]
    """The bit that counts on a day; 0 where nothing matches on that day (a month without a category)."""
    always: int = 0
    """The bit, where it is the same on every day: quicker than asking."""


class Condition(NamedTuple):
    """A ``When``, compiled."""

    checks: tuple[Check, ...]
    lines: LineTest | None
    """None: every line of the basket counts."""
    tenders: frozenset[str] | None = None
    """The ways of paying that count, where not all do."""
    wants: tuple[tuple[str, frozenset[str]], ...] = ()
    """Fields of the event, each with the texts that will do: ``("store", {"north", "south"})``."""

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
        self._places: dict[tuple[str, str], list[int]] = {}
        """Where the tests stand that want a category, a brand or an article."""
        self._anywhere: list[int] = []
        """Where those stand that want none."""
        self._bits: dict[object, int] = {}
        self._known: dict[tuple[str, ...], int] = {}
        self._looks_at_sku = False

    def bit(self, when: When, category: tuple[str, ...] | None, excluded: Sequence[When]) -> int:
        """Register a matcher and give its bit.

        ``category`` stands for the one of ``when``; ``excluded`` lines never match.
        """
        key = (category, when.brand, when.sku, *[(_plain(one.category), one.brand, one.sku) for one in excluded])
        known = self._bits.get(key)
        if known is None:
            known = self._bits[key] = 1 << len(self._tests)
            self._place(category, when)
            self._tests.append(self._test(when, category, excluded))
        return known

    def _place(self, category: tuple[str, ...] | None, when: When) -> None:
        """Note what the next test wants of a line, by the matcher that fits the fewest."""
        for name, wanted in (("sku", when.sku), ("brand", when.brand), ("category", category)):
            if wanted is not None:
                for value in wanted:
                    self._places.setdefault((name, value), []).append(len(self._tests))
                return
        self._anywhere.append(len(self._tests))

    def _candidates(self, line: Line) -> set[int]:
        """Where the tests stand that a line may satisfy."""
        parts = line.category.split("/")
        paths = [("category", "/".join(parts[:count])) for count in range(1, len(parts) + 1)]
        keys = [*paths, ("brand", line.brand), ("sku", line.sku)]
        return {place for key in keys for place in self._places.get(key, ())}.union(self._anywhere)

    def _test(self, when: When, category: tuple[str, ...] | None, excluded: Sequence[When]) -> Callable[[Line], bool]:
        wanted = _line_test(category, when.brand, when.sku)
        unwanted = [_line_test(_plain(one.category), one.brand, one.sku, nothing=False) for one in excluded]
        self._looks_at_sku |= when.sku is not None or any(one.sku is not None for one in excluded)
        return lambda line: wanted(line) and not any(test(line) for test in unwanted)

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
        mask = sum([1 << place for place in self._candidates(line) if self._tests[place](line)])
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


NO_CONDITION = When()


def compile_condition(
    when: When,
    unless: When,
    excluded: When,
    index: LineIndex,
    zone: Zone,
    levels: Sequence[str],
    experiments: Mapping[str, Experiment],
) -> Condition:
    """Compile conditions.

    ``unless`` stands against them, each of its matchers for itself: by lines it takes those lines out, otherwise the
    event. ``excluded`` are the lines that never count; ``levels`` and ``experiments`` those of the program.
    """
    lines = _lines(when, [excluded, unless], index)
    against = [_against(check) for check in checks_of(unless, zone, levels, experiments)]
    checks = [*checks_of(when, zone, levels, experiments), *against]
    if when.items_at_least is not None:
        checks.append(_items_at_least(when.items_at_least, lines))
    if unless.items_at_least is not None:
        checks.append(_against(_items_at_least(unless.items_at_least, lines)))
    tenders = None if when.tender is None else frozenset(when.tender)
    wants = [(name, frozenset(getattr(when, name))) for name in FIELDS_OF_EVENT if getattr(when, name)]
    return Condition(tuple(checks), lines, tenders, tuple(wants))


def _against(check: Check) -> Check:
    """The check that another one does not hold."""
    on_day = check.on_day
    opposite = None if on_day is None else (lambda day: not on_day(day))
    return Check(f"excluded_by_{check.code}", f"not {check.sentence}", lambda case: not check.holds(case), opposite)


def _items_at_least(least: int, lines: LineTest | None) -> Check:
    def holds(case: "Case") -> bool:
        bit = -1 if lines is None else lines.bit_on(case.day)
        event_lines = getattr(case.event, "lines", ())
        found = [line for line, mask in zip(event_lines, case.masks, strict=False) if lines is None or mask & bit]
        return sum([1 if line.measure else line.quantity for line in found]) >= least

    return Check("too_few_items", f"only from {least} items on", holds)


def has_line_matchers(when: When) -> bool:
    """Whether any condition looks at lines."""
    return any(getattr(when, name) is not None for name in LINE_MATCHERS)


def _lines(when: When, excluded: Sequence[When], index: LineIndex) -> LineTest | None:
    excluded = [one for one in excluded if has_line_matchers(one)]
    if not has_line_matchers(when) and not excluded:
        return None
    wanted = [f"{name} {_listed(getattr(when, name))}" for name in LINE_MATCHERS if getattr(when, name) is not None]
    sentence = " and ".join(wanted) or "anything that is not excluded"
    if isinstance(when.category, MonthChoice):
        bits = {month: index.bit(when, category, excluded) for month, category in when.category.by_month.items()}
        return LineTest(sentence, lambda day: bits.get(month_of(day), 0))
    bit = index.bit(when, when.category, excluded)
    return LineTest(sentence, lambda _: bit, bit)


def _listed(values: tuple[str, ...] | MonthChoice) -> str:
    return "of the month" if isinstance(values, MonthChoice) else ", ".join(values)
