"""Studies: questions about the whole program that take longer than a request."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec

Percent = Annotated[float, msgspec.Meta(ge=-90, le=1_000)]
Share = Annotated[float, msgspec.Meta(ge=0.001, le=1)]
StudyStatus = Literal["waiting", "running", "answered", "failed"]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class _Question(
    msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"
):
    """What every question has."""


class FiguresQuestion(_Question, frozen=True, tag="figures"):
    """Key figures, as ``guerdon kpi`` tells them."""

    measures: Annotated[tuple[Name, ...], msgspec.Meta(max_length=200)] = ()
    """Measures by name; empty: the most important ones."""
    by: Annotated[tuple[Name, ...], msgspec.Meta(max_length=2)] = ("month",)
    """By what they are told: month, cohort, segment, tier, store and so on."""
    since: date | None = None
    """The first day; left out: that of the first entry."""
    until: date | None = None
    """The last day; left out: that of the last entry."""


class SegmentsQuestion(_Question, frozen=True, tag="segments"):
    """Who the members are, as ``guerdon segments`` tells it."""

    by: Literal["rfm", "stage", "clusters", "kinds", "rules"] = "rfm"
    """By what members are told apart."""


class RollForwardQuestion(_Question, frozen=True, tag="roll-forward"):
    """The liability from its opening to its closing, as ``guerdon liability`` tells it."""

    until: date | None = None
    """The last day; left out: that of the last entry."""
    method: Literal["gross", "ifrs15"] = "ifrs15"
    """``gross``: what is outstanding at its worth. ``ifrs15``: deferred revenue with breakage."""


class SignalsQuestion(_Question, frozen=True, tag="signals"):
    """Members whose records ask for a look, as ``guerdon signals`` tells them."""

    since: date | None = None
    """The first day that is looked at; left out: that of the first entry."""


class SimulationQuestion(_Question, frozen=True, tag="simulation"):
    """What a draft would have done with the history, as ``guerdon simulate`` tells it."""

    source: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000_000)]
    """The program file to try."""
    since: date | None = None
    """From this day on figures count; what was before is replayed all the same."""
    until: date | None = None
    """The last day that is replayed."""
    sample: Share = 1.0
    """The share of the members that is looked at, chosen by their ids."""
    visits: Percent = 0
    """An assumption: so many percent more visits."""
    basket: Percent = 0
    """An assumption: baskets so many percent larger."""


Question = FiguresQuestion | SegmentsQuestion | RollForwardQuestion | SignalsQuestion | SimulationQuestion


class StudyAnswer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A study: the question, how far it is, and the answer."""

    id: int
    """Its number."""
    question: Question
    """What was asked."""
    status: StudyStatus
    """``failed``: ``problem`` says why."""
    asked_at: datetime
    """When it was asked."""
    begun_at: datetime | None = None
    """When it was begun; left out: it waits."""
    ended_at: datetime | None = None
    """When it ended; left out: it has not."""
    answer: dict[str, Any] | None = None
    """What the command of the same name prints with ``--json``; left out in lists, and where there is none."""
    problem: str | None = None
    """Why there is no answer; left out: nothing went wrong."""


class Studies(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Studies without their answers, the newest first."""

    items: list[StudyAnswer]
    """Without their answers."""
    next: str | None = None
    """The cursor of the next page; left out: this is the last."""
