"""The result of a search: what a terminal and a machine are given.

Money is in minor units of the program's currency. Shares are fractions of one (0.012 is 1.2 %).
"""

import msgspec


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """What every part of a result has in common."""


class Measured(_Told, frozen=True):
    """What a program came to on a history."""

    cost: int
    """As the cost of a program in a simulation."""
    sales: int
    """What the cost is a share of."""
    share_of_sales: float
    """The cost as a share of sales."""
    reached: float
    """The share of members who reached a reward in a quarter, on average."""
    liability: int
    """What is outstanding at the end."""
    members: int
    """How many members the history told of."""


class Tried(_Told, frozen=True):
    """Settings that were tried on all members."""

    values: dict[str, str]
    """By path: what stands there in the program then."""
    on_sample: Measured | None
    """What they came to in the search; None: they were no part of it."""
    on_all: Measured
    """What they came to with all members."""
    meets: bool
    """Whether all goals are met, with all members."""
    missing: float
    """What is missing from the goals, each as a share of its limit, added up; 0.25 is a quarter of a limit."""


class RefusedSettings(_Told, frozen=True):
    """Settings that are no program."""

    values: dict[str, str]
    """By path."""
    sentence: str
    """The first thing that the language finds wrong with them."""


class WantedGoal(_Told, frozen=True):
    """A goal of the search."""

    figure: str
    """``cost``, ``reached`` or ``liability``."""
    words: str
    """As the file says it."""


class Tuning(_Told, frozen=True):
    """A search for settings, and what it found."""

    program: str
    """The program's name."""
    name: str
    """The file that was tuned."""
    currency: str
    """ISO 4217. Money is in its minor units."""
    source: str
    """Where the history comes from."""
    seed: int
    """By which the search comes to the same again."""
    combinations: int
    """How many settings the ranges hold."""
    tried: int
    """How many of them were tried."""
    on_members: int
    """On how many members they were tried."""
    members: int
    """How many members the history tells of."""
    confirmed: int
    """How many settings were tried on all members."""
    goals: tuple[WantedGoal, ...]
    """As in the search file."""
    wanted: str
    """Which of several that meet the goals is the best: the ``cheapest``, or the ``widest``, which most reach."""
    present: Tried
    """The program as its file is."""
    best: Tried | None
    """The best that meets all goals, with all members; None: none does."""
    draft: str | None
    """The program's text with these settings; None: none were found."""
    nearest: Tried | None
    """Where none meets the goals: from which least is missing. None: there is a best, or nothing could be tried."""
    frontier: tuple[Tried, ...]
    """The settings of which no other costs no more and is reached by as many, the cheapest first. With all members."""
    refused: tuple[RefusedSettings, ...]
    """The first of those that the language does not allow."""
    refused_times: int
    """How many there were."""
    remarks: tuple[str, ...]
    """What whoever reads the figures has to know."""
