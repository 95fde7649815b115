"""Uplift: an assumption about how members would behave, put on a history in the open.

**More visits.** Of every hundred baskets so many happen once more, one to six days later, at the same time of day and
with the same lines. Which ones is chosen by a hash of the purchase's id, so the same ones are chosen each time, and a
higher assumption takes those of a lower one along. They carry ids that end in ``>visit``; what a purchase asked for
besides (rewards, codes, holds, payments out of a wallet) is not asked for again.

**Larger baskets.** The amount of every line goes up, and its discount with it, to the nearest minor unit; quantities
stay.

**Worked.** Visits +10 % and baskets +5 %, of a hundred baskets of 20.00: a hundred of 21.00 and about ten more of
21.00.

The assumption may be another for members of a tier or a segment; where a member is in several of those that are named,
the first counts. Where a member stands is as it is under the draft at that moment.
"""

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from guerdon.core.events import Purchase, derived_id
from guerdon.core.state import MemberState
from guerdon.insight.simulation.fold import Lift
from guerdon.insight.simulation.history import chance

_MOST_DAYS_LATER = 6
WHOLE = 10_000
"""What changes are parts of: 150 is 1.5 %."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """By how much members are assumed to buy more, in hundredths of a per cent: 150 is 1.5 %."""

    visits: int = 0
    """So many baskets more."""
    basket: int = 0
    """So much more in every basket; below zero: less."""

    @property
    def words(self) -> str:
        """For people: ``visits +2 %, baskets +0.5 %``."""
        parts = [(name, part) for name, part in (("visits", self.visits), ("baskets", self.basket)) if part]
        return ", ".join([f"{name} {_percent(part)}" for name, part in parts]) or "nothing else"


class Uplift(msgspec.Struct, frozen=True, kw_only=True):
    """An assumption."""

    name: str
    """``low``, ``middle`` or ``high``."""
    everybody: Change = Change()
    """For whoever is in no group that is named."""
    groups: Mapping[str, Change] = {}
    """By tier or segment."""

    @property
    def words(self) -> str:
        """For people."""
        named = [f"{group}: {change.words}" for group, change in self.groups.items()]
        return "; ".join([self.everybody.words, *named])

    def of(self, state: MemberState) -> Change:
        """What is assumed of a member who stands like this."""
        if self.groups:
            own = {standing.level for standing in state.standings.values()} | set(state.traits.segments)
            for group, change in self.groups.items():
                if group in own:
                    return change
        return self.everybody


def _percent(hundredths: int) -> str:
    return f"{hundredths / 100:+g} %"


def lifting(uplift: Uplift) -> Lift:
    """What an uplift makes of a purchase."""

    def lift(purchase: Purchase, state: MemberState) -> tuple[Purchase, Purchase | None]:
        change = uplift.of(state)
        larger = enlarged(purchase, change.basket) if change.basket else purchase
        more = repeated(larger) if chance(f"visit/{purchase.id}") * WHOLE < change.visits else None
        return larger, more

    return lift


def enlarged(purchase: Purchase, basket: int) -> Purchase:
    """The same purchase with every line dearer by so many hundredths of a per cent."""
    lines = tuple(
        [
            msgspec.structs.replace(line, amount=_scaled(line.amount, basket), discount=_scaled(line.discount, basket))
            for line in purchase.lines
        ]
    )
    return msgspec.structs.replace(purchase, lines=lines, discount=_scaled(purchase.discount, basket))


def _scaled(amount: int, hundredths: int) -> int:
    return (2 * amount * (WHOLE + hundredths) + WHOLE) // (2 * WHOLE)


def repeated(purchase: Purchase) -> Purchase:
    """The same purchase once more, some days later, for its lines alone."""
    days = 1 + int(chance(f"later/{purchase.id}") * _MOST_DAYS_LATER)
    return msgspec.structs.replace(
        purchase,
        id=derived_id(purchase.id, "visit"),
        at=purchase.at + timedelta(days=days),
        rewards=(),
        codes=(),
        holds=(),
        spend={},
    )
