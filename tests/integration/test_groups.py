"""Experiments and segments in a ledger: whoever asks what would be is told what will be, and the books are proven."""

from builders import instant, moment
from ledger_fixtures import Shop, buy, enrol

from guerdon.core.events import Segment
from guerdon.core.experiments import assigned
from guerdon.runtime import story
from guerdon.runtime.programs import PublishedProgram
from guerdon.runtime.quoting import quote
from guerdon.runtime.segments import Stay, member_segments
from guerdon.runtime.standing import state_as_of, state_now

HALVES = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units: {points: {}}
experiments:
  half: {groups: {control: 50 %, treated: 50 %}}
mechanics:
  - {earn: points, name: base, rate: 1 per 1 USD, when: {experiment: {half: treated}}}
  - {earn: points, name: monthly, on: every month, flat: 5, when: {experiment: {half: treated}}}
rewards:
  - {reward: coffee, cost: 5 points, when: {experiment: {half: treated}}}
"""
MEMBERS = ("ana", "bo", "cy", "dee", "eve", "flo")


def test_whoever_asks_is_told_the_group_of_the_member(database_url: str) -> None:
    """What falls due meanwhile is worked out in memory for the member, and for nobody else."""
    with Shop(database_url, HALVES) as shop:
        shop.meets(*[enrol(member, when="2026-01-10 12:00") for member in MEMBERS])
        published = PublishedProgram(shop.look, shop.program)
        half = published.in_force().program.experiments["half"]
        groups = {member: assigned("half", half, member) for member in MEMBERS}
        assert set(groups.values()) == {"control", "treated"}
        asked = shop.look, shop.program, published.timeline
        for member, group in groups.items():
            treated = group == "treated"
            state = state_now(*asked, member, instant("2026-02-02"))
            assert sum([lot.amount for lot in state.wallets["points"].lots] if state.wallets else [0]) == 5 * treated
            assert state_as_of(*asked, member, moment("2026-02-02")) == state
            bought = buy(f"b-{member}", member, "2026-02-02 12:00", "10")
            quoted = quote(shop.look, published, bought)
            assert [offered.refusal is None for offered in quoted.rewards] == [treated]
            (answer,) = shop.meets(bought)
            assert quoted.decision.outcome == answer.outcome
            told = story.explain(shop.look, shop.program, member, bought.id)
            assert f"in group {group} of half" in [note.sentence for note in told.notes]
        assert shop.is_proven()


def test_the_segments_of_a_member_stand_in_the_statement(database_url: str) -> None:
    with Shop(database_url, HALVES) as shop:
        shop.meets(enrol("ana", when="2026-01-10 12:00"))
        at = moment("2026-02-01 03:00")
        shop.meets(Segment(id="s1", member="ana", at=at, entered=("at-risk",), by="rfm"))
        assert shop.refuses(
            Segment(id="s2", member="ana", at=at, entered=("x",), left=("x",)), journaled=True
        ) == "segment_entered_and_left"  # fmt: skip
        expected = [Stay("at-risk", instant("2026-02-01 03:00"), None, "rfm")]
        assert story.statement(shop.look, shop.program, "ana").segments == expected
        ((member,),) = shop.rows("select id from members where key = %s", "ana")
        assert member_segments(shop.look, member) == expected
        again = shop.meets(Segment(id="s1", member="ana", at=at, entered=("at-risk",), by="rfm"))
        assert again[0].outcome.effects != (), "the first answer"
        assert shop.is_proven()
