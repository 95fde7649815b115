"""What an experiment has shown so far, as values that a terminal, a page and a machine read alike.

Figures of money are whole minor units, rounded to the nearest; counts and shares are fractions. What cannot be known is
None, and ``conclusions`` says why.
"""

from datetime import date

import msgspec

Figure = int | float


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that may be concluded, or may not."""

    code: str
    """Stable, for machines."""
    text: str


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Members who were dealt out to one group."""

    name: str
    share: float
    """Which share of members it should have."""
    members: int
    """How many it has, of those who had joined before the first day."""
    figure: Figure | None
    """The mean per member so far, cut where the result is; None without members."""
    before: Figure | None
    """The mean per member over the days before."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One group against the control, adjusted for what members did before where that is known."""

    group: str
    control: str
    difference: Figure | None = None
    """Per member; None where it cannot be known."""
    low: Figure | None = None
    """The interval of the difference that counts now: on any day while it runs, at its end afterwards."""
    high: Figure | None = None
    lift: float | None = None
    """The difference as a share of the control's mean: 0.05 is 5 %; None where that is not clearly above zero."""
    lift_low: float | None = None
    lift_high: float | None = None
    total: Figure | None = None
    """The difference for all members of the group together."""
    total_low: Figure | None = None
    total_high: Figure | None = None
    p: float | None = None
    """How often chance alone would come so far, all groups considered; while it runs, right on any day."""
    is_shown: bool = False
    """Whether it may be concluded that the group differs."""
    unknown: str | None = None
    """The code of the reason why it cannot be compared."""


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison within a part of the members."""

    group: str
    part: str
    """Such as ``gold``; empty: not known."""
    members: int
    difference: Figure | None
    low: Figure | None
    high: Figure | None
    drawn: Figure | None
    """The difference drawn towards that of all, by as much as it is noise: the better guess."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What an experiment has shown so far."""

    experiment: str
    metric: str
    currency: str | None
    """Of the figures; None: they are counts."""
    first: date
    last: date | None
    """The last day; None: it has no end."""
    until: date
    """The last day that is counted."""
    status: str
    """``not_begun``, ``running``, ``ended``, or ``stopped``: before the end that was planned."""
    error_rate: float
    """How often the conclusions of this experiment may be wrong where nothing differs, looks and groups together."""
    groups: tuple[Group, ...] = ()
    mismatch: float | None = None
    """How often chance would make the groups as uneven; None where there is nothing to tell."""
    comparisons: tuple[Comparison, ...] = ()
    """Empty where nothing may be compared."""
    explained: float | None = None
    """Which share of the variance the days before took out; None: nothing was adjusted."""
    cut_at: Figure | None = None
    """Above this a member's figure was cut; None: none was."""
    by: str | None = None
    """By what the slices are cut."""
    slices: tuple[Slice, ...] = ()
    slices_differ: float | None = None
    """How often chance alone would make the slices differ as much, the least over all groups, times their number."""
    left_out: dict[str, int] = {}
    """Members who are compared with nobody: they ``joined_later``, are ``merged`` into another card, or ``moved``
    between groups."""
    conclusions: tuple[Sentence, ...] = ()


class Offer(msgspec.Struct, frozen=True):
    """A group as an offer to choose from."""

    group: str
    members: int
    """How many got it so far."""
    mean: float
    """What it is expected to be worth, by the metric."""
    next: int
    """How many of 10,000 next members should get it."""


class Offers(msgspec.Struct, frozen=True):
    """How the next members should be dealt out."""

    experiment: str
    metric: str
    seed: int
    """With which it can be worked out again."""
    offers: tuple[Offer, ...]


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What an experiment of so many weeks could find, by what members did in the last so many weeks."""

    weeks: int
    members: int
    """Who had joined by then."""
    mean: Figure | None = None
    """Per member over these weeks."""
    least: Figure | None = None
    """The smallest difference that is found four times out of five, adjusted for what members did before."""
    least_lift: float | None = None
    """The same as a share of the mean; None where that is zero."""
    needed: int | None = None
    """How many members in all find the lift that is asked for so often; None: none is asked for, or no number does."""
    explained: float | None = None
    """Which share of the variance the weeks before take out; None: nothing."""
    unknown: str | None = None
    """Why nothing can be told: ``too_little_history`` or ``nobody_differs``."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What an experiment could find, before it begins."""

    metric: str
    currency: str | None
    groups: dict[str, float]
    """The shares of members."""
    error_rate: float
    power: float
    """How often a difference of the size told is found."""
    find: float | None
    """The lift that is to be found, as a share of the mean; None: none is asked for."""
    outlooks: tuple[Outlook, ...]
