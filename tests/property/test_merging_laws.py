"""Whatever happens to some members, however often they are merged, parted, blocked and gone: the books agree.

``Cards`` looks after every event: nothing is in transit, and each wallet is what its transfers made it.
"""

from functools import cache

import pytest
from everything import SEED, Lives, everything, everything_again, everything_renamed, nearly_nothing
from hypothesis import given, settings
from hypothesis import strategies as st

from guerdon.core.events import Merge, Unmerge
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.language.reader import read_program
from tests.cards import Cards

VERSIONS = {
    "one": lambda: [everything()],
    "renamed": lambda: [everything(), everything_renamed("2026-02-20")],
    "dropped": lambda: [everything(), nearly_nothing("2026-02-20"), everything_again("2026-03-20")],
}


@cache
def timeline(name: str) -> Timeline:
    return Timeline([Version(read_program(text), number) for number, text in enumerate(VERSIONS[name](), 1)])


def lived(name: str, seed: int, events: int) -> tuple[Cards, Lives]:
    cards, lives = Cards(under=timeline(name)), Lives(seed)
    for game in ("lucky", "draw"):
        cards.rehearsal.plant(game, SEED)
    for event in lives.beginning():
        cards.takes(event)
    for _ in range(events):
        cards.takes(lives.tell())
    return cards, lives


@pytest.mark.parametrize("name", VERSIONS)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_nothing_is_lost_and_nothing_is_made(name: str, seed: int) -> None:
    cards, _ = lived(name, seed, 100)
    for member, state in cards.rehearsal.states.items():
        assert state.purchases >= 0
        assert all(times > 0 for times in state.badges.values())
        if state.bar is not None and state.bar.is_end:
            assert state.bar.kind == "merged" or not any(cards.lots(member, unit) for unit in state.wallets)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_merge_that_is_undone_at_once_changes_no_balance(seed: int) -> None:
    """As far as nothing falls due for the other by what it shows for a moment."""
    cards, lives = lived("one", seed, 60)
    active = [
        member
        for member in lives.members
        if (state := cards.state(member)).bar is None
        # What is on hold goes back before a merge.
        and not (state.household or state.memberships or state.holds)
    ]
    if len(active) < 2:
        return
    one, other = active[:2]
    now = max(lives.now, *[event.at for event in lives.beginning()])
    held = {member: _units(cards, member) for member in (one, other)}
    purchases = {member: cards.state(member).purchases for member in (one, other)}
    if any(state.debt for member in (one, other) for state in cards.state(member).wallets.values()):
        return
    merged = cards.takes(Merge(id="merge", member=one, at=now, into=other))
    parted = cards.takes(Unmerge(id="unmerge", member=one, at=now))
    assert (merged[0][2], parted[0][2]) == (None, None)
    given = [
        effect.__struct_config__.tag
        for _, effects, _ in (*merged, *parted)
        for effect in effects
        if effect.__struct_config__.tag in ("granted", "expired", "matured", "coupon_issued")
    ]
    if not given:
        assert {member: _units(cards, member) for member in (one, other)} == held
        assert {member: cards.state(member).purchases for member in (one, other)} == purchases


def _units(cards: Cards, member: str) -> dict[str, int]:
    sums = {unit: sum(lot.amount for lot in cards.lots(member, unit)) for unit in cards.state(member).wallets}
    return {unit: amount for unit, amount in sums.items() if amount}
