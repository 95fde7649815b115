"""Studies: questions about the whole program that take longer than a request."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec

Share = Annotated[float, msgspec.Meta(ge=0.001, le=1)]
StudyStatus = Literal["waiting", "running", "answered", "failed"]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
ProgramText = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000_000)]
FileText = Annotated[str, msgspec.Meta(min_length=1, max_length=100_000)]
Percent = str | float
"""A figure in percent: ``2.5`` or ``"2.5 %"``."""
Seed = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]
Quantile = Annotated[float, msgspec.Meta(ge=0.5, le=1)]
Lift = Annotated[float, msgspec.Meta(ge=0.01, le=1_000)]
GroupPercent = Annotated[float, msgspec.Meta(gt=0, le=100)]
Level = Literal["category", "sku"]


class _Question(
    msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"
):
    """What every question has: days between 2000 and 2099, as in program files."""

    def __post_init__(self) -> None:
        """Refuse days of another century: nothing is known of them, and a table by day would have no end."""
        for name in ("since", "until"):
            day = getattr(self, name, None)
            if day is not None and not 2000 <= day.year <= 2099:
                raise ValueError(f"`{name}` lies between 2000-01-01 and 2099-12-31")


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

    since: date | None = None
    """The first day of a month; left out: of the month of the last day."""
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

    source: ProgramText
    """The program file to try."""
    since: date | None = None
    """From this day on figures count; what was before is replayed all the same."""
    until: date | None = None
    """The last day that is replayed."""
    sample: Share = 1.0
    """The share of the members that is looked at, chosen by their ids."""
    against: ProgramText | None = None
    """The program file to compare it with; left out: the published program."""
    margins: dict[Name, Percent] = {}
    """By category: the share of sales that is left, in percent, as in ``{"grocery": 25, "everything else": 20}``."""
    uplift: dict[Name, dict[Name, Percent | dict[Name, Percent]]] = {}
    """Assumptions about behaviour, in percent: ``{"low": {"visits": 1}, "gold": {"low": {"basket": 2}}}``."""


class TuningQuestion(_Question, frozen=True, tag="tuning"):
    """Settings of a draft that keep goals, as ``guerdon tune`` searches for them."""

    source: ProgramText
    """The program file to tune."""
    space: FileText
    """The search file: which settings may take which values, and the goals."""
    tries: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 60
    """How many settings are tried on the sample."""
    confirm: Annotated[int, msgspec.Meta(ge=1, le=100)] = 6
    """How many of them are then tried on all members."""
    sample: Share = 0.1
    """The share of the members on which settings are tried; of few members all are taken."""
    seed: Seed = 1
    """The same seed comes to the same settings."""
    since: date | None = None
    """From this day on figures count."""
    until: date | None = None
    """The last day that is replayed."""


class ValueQuestion(_Question, frozen=True, tag="value"):
    """What members are worth and who is about to fall quiet, as ``guerdon value`` tells it."""

    months: Annotated[int, msgspec.Meta(ge=1, le=60)] = 12
    """How far to look ahead."""
    model: Literal["bg-nbd", "pareto-nbd"] = "bg-nbd"
    """How members leave: after a purchase, or at any moment."""
    margin: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    """Per cent of sales that are left as a margin: values are margins then."""
    draws: Annotated[int, msgspec.Meta(ge=0, le=5_000)] = 500
    """Draws of each chain; 0: the most probable parameters alone, faster."""
    member: Name | None = None
    """One member's card, in place of the overview."""


class RecommendationsQuestion(_Question, frozen=True, tag="recommendations"):
    """What suits members next, as ``guerdon recommend`` tells it."""

    member: Name | None = None
    """Whom it is for; left out: all."""
    level: Level = "category"
    """Whether categories are suggested, or single articles."""


class RecommendationTestQuestion(_Question, frozen=True, tag="recommendation-test"):
    """Whether suggestions are any good, as ``guerdon recommend --evaluate`` tells it."""

    level: Level = "category"
    """Whether categories are suggested, or single articles."""
    weeks: Annotated[int, msgspec.Meta(ge=1, le=26)] = 4
    """So many of the last weeks are held out."""


class ExperimentQuestion(_Question, frozen=True, tag="experiment"):
    """What an experiment has shown, as ``guerdon experiment NAME`` tells it."""

    name: Name
    """The experiment in the program file."""
    metric: Name = "spend"
    """By what members are compared."""
    control: Name | None = None
    """The group that the others are compared with; left out: ``control``, ``holdout``, or the first."""
    by: Name | None = None
    """By what the result is cut: before, tier, region or language."""
    quantile: Quantile = 1
    """Where figures are cut, against a few extreme members; 1 cuts none."""
    until: date | None = None
    """The last day that counts; left out: the last recorded."""


class ExperimentPlanQuestion(_Question, frozen=True, tag="experiment-plan"):
    """What an experiment could find, as ``guerdon experiment plan`` tells it."""

    groups: Annotated[dict[Name, GroupPercent], msgspec.Meta(min_length=2, max_length=20)]
    """By group: its share in percent, 100 in all."""
    find: Lift | None = None
    """A lift in percent that is to be found: how many members that takes; left out: it is not told."""
    metric: Name = "spend"
    """By what members are compared."""
    quantile: Quantile = 1
    """Where figures are cut, against a few extreme members; 1 cuts none."""
    until: date | None = None
    """The last day that counts; left out: the last recorded."""


class ExperimentOffersQuestion(_Question, frozen=True, tag="experiment-offers"):
    """Which group, taken as an offer, the next members should get, as ``guerdon experiment offers`` tells it."""

    name: Name
    """The experiment whose groups are offers to choose from."""
    metric: Name = "takers"
    """By what offers are compared."""
    least: Annotated[float, msgspec.Meta(ge=0, le=50)] = 5
    """The least share for each offer, in percent."""
    seed: Seed = 1
    """The seed of chance, so that the same comes out again."""
    until: date | None = None
    """The last day that counts; left out: the last recorded."""


class CampaignsQuestion(_Question, frozen=True, tag="campaigns"):
    """What became of members who were invited to campaigns, as ``guerdon experiment campaigns`` tells it."""

    invited: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000_000)]
    """Who was invited: CSV with the columns campaign, kind, first, last and member; 100 campaigns at most."""
    until: date | None = None
    """The last day that counts; left out: the last recorded."""


class ComparisonQuestion(_Question, frozen=True, tag="comparison"):
    """What a shopper would get under every preset in a year, as ``guerdon compare`` tells it."""

    habits: FileText
    """The habits file, with 10,000 purchases a year at most."""
    plans: bool = True
    """With each paid plan and without; ``false`` takes less time."""


Question = (
    FiguresQuestion
    | SegmentsQuestion
    | RollForwardQuestion
    | SignalsQuestion
    | SimulationQuestion
    | TuningQuestion
    | ValueQuestion
    | RecommendationsQuestion
    | RecommendationTestQuestion
    | ExperimentQuestion
    | ExperimentPlanQuestion
    | ExperimentOffersQuestion
    | CampaignsQuestion
    | ComparisonQuestion
)


class StudyProgress(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How far a study is."""

    doing: str
    """What is being done."""
    done: int
    """How much of it is through."""
    of: int | None = None
    """Of how much; left out: that is not known yet."""


class StudyAnswer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A study: the question, how far it is, and the answer."""

    id: int
    """Its number."""
    kind: str
    """What kind of question it is, such as ``simulation``."""
    question: dict[str, Any] | None = None
    """What was asked; left out in lists."""
    status: StudyStatus
    """``failed``: ``problem`` says why."""
    asked_at: datetime
    """When it was asked."""
    begun_at: datetime | None = None
    """When it was begun; left out: it waits."""
    ended_at: datetime | None = None
    """When it ended; left out: it has not."""
    progress: StudyProgress | None = None
    """How far it is, told about once a second; left out: it does not run, or nothing is told yet."""
    answer: dict[str, Any] | None = None
    """What the command of the same name prints with ``--json``; left out in lists, and where there is none."""
    problem: str | None = None
    """Why there is no answer; left out: nothing went wrong."""


class Studies(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Studies without their questions and answers, the newest first."""

    items: list[StudyAnswer]
    """Without their questions and answers."""
    next: str | None = None
    """The cursor of the next page; left out: this is the last."""
