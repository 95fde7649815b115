"""The specs file: the program it is for, and its cases, each with the events that it tells."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from guerdon.core.amounts import Rate
from guerdon.core.events import Event
from guerdon.language.forms import Define, Form, Listing, Schema, Table
from guerdon.language.place import Place
from guerdon.language.section import Fields, Key, Section
from guerdon.specs.batches import BATCH, Batch
from guerdon.specs.expectations import WHAT_IS_LEFT, Look
from guerdon.specs.steps import STEP, Told
from guerdon.specs.wordings import NO_OR_MOMENT, OTHER_CURRENCY, PROGRAM_NAME, PROSE, TEXT, WHEEL, WORTH

T = TypeVar("T")
U = TypeVar("U")

SOMEBODY = "member"
"""The member of a case that names none."""


class Step(NamedTuple):
    """An event of a case, with what is expected of it."""

    line: int
    event: Event
    looks: tuple[Look, ...]


class Case(NamedTuple):
    """A worked case: what happens, in order, and what is expected of it."""

    name: str
    source: str
    """Where it comes from, such as the leaflet that promises it; may be empty."""
    line: int
    left: dict[str, int]
    """What is left of shared limits when it begins; those that are not named are untouched."""
    steps: tuple[Step, ...]


class Specs(NamedTuple):
    """What a specs file says."""

    program: str
    cases: tuple[Case, ...]
    rates: dict[str, Rate]
    """What other currencies are worth, in all cases."""
    seeds: dict[str, str]
    """The seed of each wheel that a case gives one."""
    batches: tuple[Batch, ...] = ()
    """The codes that there are, batch by batch."""


class Located(Form[U], Generic[T, U]):
    """A section whose value also needs to know its line."""

    def __init__(self, section: Section[T], turn: Callable[[int, T], U]) -> None:
        """``turn`` takes the line and what was read."""
        self.name = section.name
        self._section = section
        self._turn = turn

    def read(self, place: Place) -> U:
        return self._turn(place.node.line, self._section.read(place))

    def schema(self, define: Define) -> Schema:
        return define(self._section)

    def parts(self) -> tuple[Form[Any], ...]:
        return (self._section,)


def _check_start(fields: Fields) -> None:
    steps: tuple[Told, ...] | None = fields.get("steps")
    if steps and steps[0].at is None:
        place = fields.at("steps").items("steps")[0]
        place.report("key_missing", "`at` is missing from the first step; write for example `at: 2017-03-01 12:30`")


def _check_name(fields: Fields) -> None:
    if fields.get("case") is not None:
        fields.declare("case", fields.get("case"), fields.at("case"))


LEFT_AT_FIRST = Key(
    "left",
    WHAT_IS_LEFT,
    "What is left of a stock, by its reward, or of a budget, by its mechanic, when the case begins. Left out: "
    "all of it.",
    "{coffee: 1}",
)

CASE: Section[dict[str, Any]] = Section(
    "a case",
    "A case",
    "What happens to one or more members, step by step, and what is expected of it. Every case begins anew: with no "
    "member, and no limit used.",
    [
        Key("case", TEXT, "What it shows, as a sentence.", "The last cent makes Silver", required=True),
        Key("source", PROSE, "Where it comes from: a leaflet, a page, a complaint.", "leaflet of 2017"),
        Key(
            "enrolled",
            NO_OR_MOMENT,
            "When the members of a case in which nobody enrols have joined, or `no` if they have not. Left out: at the "
            "moment of the first step, just before it.",
            "2017-01-02 10:00",
        ),
        LEFT_AT_FIRST,
        Key(
            "steps",
            Listing("a list of steps", STEP),
            "What happens, in this order.",
            "[{at: 2017-03-01 12:30, purchase: 12.50 USD, expect: {points: 12}}]",
            required=True,
        ),
    ],
    dict,
    checks=[_check_start, _check_name],
)


def _case(line: int, values: dict[str, Any]) -> Case:
    told: tuple[Told, ...] = values["steps"]
    steps = _Telling(line).steps(told, values["enrolled"] if "enrolled" in values else told[0].at)
    return Case(values["case"], values.get("source", ""), line, values.get("left", {}), steps)


class _Telling:
    """Fills in what the steps of a case leave unsaid: who, when, and under which id."""

    def __init__(self, line: int) -> None:
        self._line = line
        self._counts: Counter[str] = Counter()
        self._member = SOMEBODY

    def steps(self, told: tuple[Told, ...], enrolled: datetime | None) -> tuple[Step, ...]:
        """The steps, behind the enrolment of everybody where a case enrols nobody itself."""
        steps: list[Step] = []
        if enrolled is not None and all(step.kind != "enrol" for step in told):
            members = dict.fromkeys([step.member or SOMEBODY for step in told])
            joining = [Told(self._line, "enrol", {}, enrolled, member, "", ()) for member in members]
            steps = [self._step(step, enrolled) for step in joining]
            self._member = next(iter(members)) if len(members) == 1 else SOMEBODY
        at = told[0].at
        for step in told:
            at = step.at or at
            assert at is not None, "the first step says when"
            steps.append(self._step(step, at))
        return tuple(steps)

    def _step(self, told: Told, at: datetime) -> Step:
        member = told.member or (SOMEBODY if told.kind == "enrol" else self._member)
        if told.kind == "enrol":
            self._member = member
        self._counts[told.kind] += 1
        event_id = told.name or f"{told.kind}-{self._counts[told.kind]}"
        return Step(told.line, told.event(event_id, member, at), told.looks)


SPECS: Section[Specs] = Section(
    "the specs",
    "The specs",
    "Worked cases of a program.",
    [
        Key("specs", PROGRAM_NAME, "The name of the program that they are for.", "grocery", required=True),
        Key(
            "programs",
            Listing("a list of program files", TEXT),
            "Further program files, beside this one: other versions of the program, each in force from its own date.",
            "[grocery-2017.yaml, grocery-2018.yaml]",
        ),
        Key(
            "rates",
            Table("rates by currency", OTHER_CURRENCY, WORTH, is_subject=True),
            "What other currencies are worth on every day of the cases, for purchases with a `currency`.",
            "{EUR: 1.0850 USD}",
        ),
        Key(
            "seeds",
            Table("seeds by wheel", WHEEL, TEXT),
            "With which seed a wheel is spun in all cases: any text will do, until a case comes out as it shall. "
            "Left out: its commitment stands in for the seed, which is a secret.",
            "{spring-wheel: spring-2026}",
        ),
        Key(
            "batches",
            Listing("a list of batches of codes", BATCH),
            "Which codes there are of batches in all cases. Every case begins with none of them used.",
            "[{batch: spring-mailing, codes: [LEAF-1, LEAF-2]}]",
        ),
        Key(
            "cases",
            Listing("a list of cases", Located(CASE, _case)),
            "The cases.",
            "[{case: A dollar is a point, steps: [{at: 2017-03-01 12:30, purchase: 1 USD, expect: {points: 1}}]}]",
            required=True,
        ),
    ],
    lambda specs, cases, programs=(), rates={}, seeds={}, batches=(): Specs(specs, cases, rates, seeds, batches),
)
