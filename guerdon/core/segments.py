"""Segments by rule: what the rules that a program declares may look at, and the rules, ready to be asked.

No decision asks them. Analysis does, from time to time, for members one by one, and tells the till by a ``segment``
event who has entered and who has left: so a decision stays a matter of the journal alone. A rule sees what is known of
the member at one moment, and not the segments that the member is in, or its answer would hang on its last one.

What is not known is ``null``, and a comparison with it does not come out true: who never bought anything is in no
segment that asks for `days_since_last_purchase > 60`.

**Worked.** `at-risk: {if: days_since_last_purchase > 60 and meters.spend_12_months >= 30000}`, in a program that counts
dollars. Ana spent 400.00 USD in the last 12 months and bought 61 days ago: she is in. At 60 days she is not.
"""

from collections.abc import Callable, Collection
from typing import Any

import msgspec
import zen

from guerdon.core import meters, wallet
from guerdon.core.calendar import Instant
from guerdon.core.program import Program
from guerdon.core.state import MemberState
from guerdon.core.version import Version


class MemberFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule of a segment sees of a member at a moment. Whole numbers, texts and lists of texts only."""

    days_enrolled: int = 0
    """Local days since the member joined."""
    days_since_last_purchase: int | None = None
    """Local days since the last purchase, returned or not; None: there was none."""
    days_since_last_activity: int | None = None
    """Local days since the member last did anything; None: the member never did."""
    purchases: int = 0
    """How many purchases were recorded, returned or not."""
    meters: dict[str, int] = {}
    """What each meter shows, by name: money in minor units, points in their smallest part."""
    wallets: dict[str, int] = {}
    """What is available of each unit, in its smallest part."""
    tiers: tuple[str, ...] = ()
    """The level on each ladder."""
    plans: tuple[str, ...] = ()
    """The plans and clubs that the member is in."""
    badges: tuple[str, ...] = ()
    """The badges that the member holds."""
    role: str = ""
    """The role in the household; empty: the member is in none."""
    age: int | None = None
    """The lower end of the band of age, in years; None: not known."""
    region: str = ""
    """Empty: not known."""
    language: str = ""
    """A tag such as ``bg``; empty: not known."""
    consents: tuple[str, ...] = ()
    """The purposes that the member agreed to."""
    favourites: tuple[str, ...] = ()
    """The categories that the member spends most on, the first most, as far as who asks has worked them out."""


def member_facts(
    version: Version,
    state: MemberState,
    at: Instant,
    *,
    last_purchase_at: Instant | None,
    favourites: Collection[str] = (),
) -> MemberFacts:
    """What is known of a member at an instant, by a state that is settled up to then.

    The state does not keep when the last purchase was: who asks knows it from the journal. None: there was none.
    """
    day, program, traits = version.zone.day(at), version.program, state.traits

    def since(instant: Instant | None) -> int | None:
        return None if instant is None else day - version.zone.day(instant)

    standings = {ladder: standing.level for ladder, standing in state.standings.items() if ladder in version.ladders}
    household = state.household
    return MemberFacts(
        days_enrolled=since(state.enrolled_at) or 0,
        days_since_last_purchase=since(last_purchase_at),
        days_since_last_activity=since(state.last_activity_at),
        purchases=state.purchases,
        meters={
            name: meters.value(state.meters.get(name, {}), meter.window, day) for name, meter in program.meters.items()
        },
        wallets={unit: wallet.available(state.wallets.get(unit, wallet.EMPTY)) for unit in program.units},
        tiers=tuple((dict(version.ladders) | standings).values()),
        plans=tuple(state.memberships),
        badges=tuple(state.badges),
        role=household.role if household is not None and household.standing == "in" else "",
        age=traits.age,
        region=traits.region,
        language=traits.language,
        consents=traits.consents,
        favourites=tuple(favourites),
    )


def segment_rule(program: Program, name: str) -> Callable[[MemberFacts], bool]:
    """The rule of a declared segment: whether a member is in it. Raises KeyError where the program declares none."""
    return compiled_rule(program.segments[name].expression)


def compiled_rule(source: str) -> Callable[[MemberFacts], bool]:
    """An expression as a rule. One that fails on the values it meets has not come out true."""
    compiled = zen.compile_expression(source)

    def holds(facts: MemberFacts) -> bool:
        try:
            return compiled.evaluate(seen(facts)) is True
        except RuntimeError:
            return False

    return holds


def seen(facts: MemberFacts) -> dict[str, Any]:
    """Facts as an expression sees them."""
    told = msgspec.structs.asdict(facts)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}
