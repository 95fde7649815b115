"""What campaigns did, as values that a terminal, a page and a machine read alike.

Money is whole minor units, rounded to the nearest. What cannot be known is None, and the conclusion says why.
"""

from datetime import date

import msgspec


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """How alike the two sides are in one thing that was known before."""

    known: str
    before: float
    """The standardised difference between all invited and all others."""
    after: float
    """The same between those compared and those similar to them."""


class CampaignResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the invited of one campaign, against similar members."""

    campaign: str
    kind: str
    first: date
    last: date
    invited: int
    compared: int = 0
    """How many of the invited have somebody similar."""
    similar: int = 0
    """How many members who were not invited they are compared with."""
    before: int | None = None
    """What those compared spent a week in the weeks before."""
    plain: int | None = None
    """How much more a week all invited spent than all others while it ran: what a plain comparison would say."""
    difference: int | None = None
    """How much more those compared spent a week than the similar ones, both against the weeks before."""
    low: int | None = None
    """The 95 % interval of the difference, for this campaign alone."""
    high: int | None = None
    share: float | None = None
    """The difference as a share of what was spent before; None where that is nothing."""
    total: int | None = None
    """The difference for all compared and all weeks that are counted."""
    p: float | None = None
    """How often chance alone would come so far."""
    p_of_all: float | None = None
    """Which share of campaigns no less surprising than this one would be surprising by chance (Benjamini-Hochberg)."""
    placebo: int | None = None
    """The same difference for the four weeks before, in which there was no campaign: it should be near nothing."""
    placebo_p: float | None = None
    balance: tuple[Balance, ...] = ()
    """How alike the two sides are, thing by thing."""
    others_invited: float | None = None
    """How many other campaigns at the same time those compared were in, on average."""
    others_similar: float | None = None
    """The same for the similar ones."""
    e_value: float | None = None
    """How strong something unknown would have to be to explain the difference away, as a ratio: see ``sensitivity``."""
    e_value_of_interval: float | None = None
    """The same for the end of the interval that is nearer to nothing; 1: nothing is needed."""
    code: str = ""
    """What may be concluded, for machines: ``shown``, or why not."""
    conclusion: str = ""

    @property
    def farthest_apart(self) -> float | None:
        """The largest standardised difference that is left after matching."""
        return max((abs(row.after) for row in self.balance), default=None)

    @property
    def farthest_apart_before(self) -> float | None:
        """The same before."""
        return max((abs(row.before) for row in self.balance), default=None)


class CampaignsResult(msgspec.Struct, frozen=True, kw_only=True):
    """What several campaigns did."""

    currency: str
    began: date | None
    """The first day that is known; None: nothing is."""
    until: date
    campaigns: tuple[CampaignResult, ...]
    """In the order of their first days."""
    may_not: tuple[str, ...]
    """What may not be concluded, however clear a figure is."""
