"""Earn: an event, a day or something that happened gives an amount of a unit.

How much is said in one of five ways:

- **By rate**: so much per amount paid for the lines that match. ``rate: 1 per 1 USD``, a basket of 29.49 gives 29
  points. In proportion, and then rounded: ``3 per 10 USD`` gives 4 for 15.00. ``3 per full 10 USD`` gives 3: only
  whole steps count. A rate may be ``per 1 kg``, ``per 1 l`` or ``per 1 item`` and may differ by tier.
- **Flat**: the same amount each time. ``flat: 50`` on enrolment gives 50 points.
- **By bands**: ``up to 30 EUR: 2, up to 60 EUR: 6``. 30.00 gives 2, 30.01 and 60.00 give 6.
- **By a ladder**: a rate that rises with what a meter shows, this purchase included. ``1: 1 %, 2: 2 %, 5: 5 %`` of 100
  each: purchases earn 1, 2, 2, 2, 5, 5 ...
- **By multiplying** another mechanic: ``multiply: base`` with ``by: 2`` gives once more what ``base`` gave for the
  lines that match. A basket earned 29 by ``base``, 9 of them on private label; doubling private label gives 9 more.

What rates, bands and minimums look at is what was paid for the lines that match, or what they weigh; for an action its
quantity; or with ``of`` what a meter shows.

A **kept fraction** goes to the member's next purchase: at a point a dollar two baskets of 1.50 give 1 and 2 points.
Returns are exact all the same: bringing back the second leaves 1 point and half a point kept.

Caps, maturity and expiry are those of ``core.granting``.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from guerdon.core.amounts import Rate, Rounding
from guerdon.core.calendar import Delay, Term
from guerdon.core.program import Cap, Texts, When
from guerdon.core.rule import Rule
from guerdon.core.workshop import Workshop
from guerdon.mechanics.earn_carrying import CarryingEarnRule
from guerdon.mechanics.earn_ladder import Band, RateLadder
from guerdon.mechanics.earn_on_dates import DatedEarnRule, is_dated
from guerdon.mechanics.earn_rule import EarnRule


class Earn(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of an earning mechanic.

    Exactly one of ``rate``, ``rates``, ``flat``, ``bands``, ``ladder`` and ``multiply`` is given.
    """

    name: str
    earn: str
    """The unit that is given."""
    title: Texts = {}
    on: str = "purchase"
    """What it reacts to: ``purchase``, ``enrol``, ``action:NAME``, ``reached:LEVEL``, ``awarded:BADGE``,
    ``joined:PLAN``, ``left:PLAN``, ``entered_segment:NAME``, ``left_segment:NAME``; or a day:
    ``birthday``, ``birthday:7`` (seven days before it), ``anniversary`` (of joining), ``every:month`` (at the start of
    each), ``date:2026-03-29``.
    """
    rate: Rate | None = None
    """Amount of the unit per smallest part of what is counted: minor units paid, grams, items."""
    rates: Mapping[str, Rate] | None = None
    """The same by tier. A member on none of these levels gets nothing, one on several the highest."""
    flat: int | None = None
    """Amount of the unit each time."""
    bands: tuple[Band, ...] = ()
    """From the lowest up. What lies above the last gives nothing, and so does what is not above zero."""
    ladder: RateLadder | None = None
    """A rate that rises with what a meter shows."""
    multiply: str | None = None
    """The mechanic whose grant on this purchase is multiplied. It stands above this one in the file."""
    by: Rate = Rate(2, 1)
    """The factor, as a fraction: 2 is ``Rate(2, 1)``, 1.5 is ``Rate(3, 2)``. What is given is the part above one."""
    counts: Literal["spend", "items", "g", "ml"] = "spend"
    """What rates, bands and the minimum look at. Of an action it is the quantity."""
    of: str = ""
    """The meter that they look at instead; for a day what it showed at the end of the day before."""
    at_least: int = 0
    """What they look at must come to this, in its smallest part."""
    whole_steps: bool = False
    """Only whole steps of a rate count: 3 per full 10 USD."""
    when: When = When()
    unless: When = When()
    """What stands against it, each matcher for itself: lines in these categories, bills paid like this."""
    rounding: Rounding = Rounding.FLOOR
    """Of the whole order, or of each line."""
    round_per: Literal["order", "line"] = "order"
    keeps_fraction: bool = False
    """What rounding down leaves is kept for the member's next purchase."""
    limit: Cap = Cap()
    above_limit: Literal["burns", "carries over"] = "burns"
    """What becomes of what is above the limit for a member and a period: nothing, or the next period's start gives it.

    What was carried over is not given for one purchase any more: the way back is worked out by amount alone.
    """
    lane: str = ""
    cap: str = ""
    """A cap of the program that it shares with other mechanics."""
    available_after: Delay | None = None
    """How long the grant stays pending; None: it is available at once."""
    expires: Term | None = None
    """How long the grant lasts; None: as its unit says."""
    funded_by: str = ""
    """The partner who pays for it: a name, or ``partner`` for the one where it was bought. Empty: the program."""

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule: one that waits for its days, one that carries over, or a plain one."""
        if is_dated(self.on):
            return DatedEarnRule(self, workshop)
        if self.above_limit == "carries over":
            return CarryingEarnRule(self, workshop)
        return EarnRule(self, workshop)
