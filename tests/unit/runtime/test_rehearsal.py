"""The till without a database: several members, shared limits, returns, repeats, and what one sends to another."""

import msgspec
import pytest

from guerdon.core import wallet
from guerdon.core.calendar import instant_of
from guerdon.core.decide import Decision, decide
from guerdon.core.effects import Outcome, Rewarded, Sent
from guerdon.core.events import Action, Adjust, Enrol, Event, Purchase, Redeem, Return, Tick
from guerdon.core.program import Cap
from guerdon.core.state import encode_state
from guerdon.runtime import rehearsal as module
from guerdon.runtime.rehearsal import Rehearsal
from tests.builders import flat, from_day, line, moment, points_per_dollar, program, reward, timeline

SHOP = program(points_per_dollar(), flat(150, name="welcome", on="enrol"), rewards=(reward(stock=1),))


NOW = instant_of(moment("2026-01-03"))


def enrol(member: str, event_id: str = "") -> Enrol:
    return Enrol(id=event_id or f"join-{member}", member=member, at=moment("2026-01-01 12:00"))


def buy(member: str, event_id: str, paid: str = "10", when: str = "2026-01-02 12:00") -> Purchase:
    return Purchase(id=event_id, member=member, at=moment(when), lines=(line(paid),))


def coffee(member: str, event_id: str) -> Redeem:
    return Redeem(id=event_id, member=member, at=moment("2026-01-03"), reward="coffee")


def rehearsal(*members: str) -> Rehearsal:
    begun = Rehearsal(timeline(SHOP))
    for member in members:
        begun.take(enrol(member))
    return begun


def points(rehearsed: Rehearsal, member: str) -> int:
    return wallet.available(rehearsed.state(member).wallets.get("points", wallet.EMPTY))


def code(rehearsed: Rehearsal, event: Event) -> str:
    """The refusal of an event, which must have moved nothing."""
    before = {member: encode_state(state) for member, state in rehearsed.states.items()}, dict(rehearsed.used)
    [answer] = rehearsed.take(event)
    assert answer.decision.outcome.refusal is not None
    assert ({member: encode_state(state) for member, state in rehearsed.states.items()}, rehearsed.used) == before
    return answer.decision.outcome.refusal.code


def test_members_have_wallets_of_their_own_and_share_the_stock():
    rehearsed = rehearsal("ann", "bob")
    assert rehearsed.left("stock:coffee", NOW) == 1
    rehearsed.take(coffee("ann", "c1"))
    assert (points(rehearsed, "ann"), points(rehearsed, "bob"), rehearsed.left("stock:coffee", NOW)) == (50, 150, 0)
    assert code(rehearsed, coffee("bob", "c2")) == "reward_out_of_stock"


def test_an_event_counts_once_and_the_first_answer_is_given_again():
    rehearsed = rehearsal("ann")
    [first] = rehearsed.take(buy("ann", "p"))
    [again] = rehearsed.take(buy("ann", "p"))
    assert (again.decision, again.repeated, first.repeated) == (first.decision, True, False)
    assert points(rehearsed, "ann") == 160


def test_a_refusal_is_the_answer_for_its_id_for_good():
    rehearsed = rehearsal("ann", "bob")
    rehearsed.take(coffee("ann", "c1"))
    poor = Redeem(id="c2", member="ann", at=moment("2026-01-03"), reward="coffee")
    assert code(rehearsed, poor) == "redemption_exceeds_available_points"
    rehearsed.take(buy("ann", "p", "500"))
    assert code(rehearsed, poor) == "redemption_exceeds_available_points"


def test_the_same_id_with_other_content_is_refused_and_what_differs_is_named():
    rehearsed = rehearsal("ann", "bob")
    rehearsed.take(buy("ann", "p"))
    assert code(rehearsed, buy("ann", "p", "11")) == "event_id_used_with_other_content"
    [answer] = rehearsed.take(buy("bob", "p"))
    assert answer.decision.outcome.refusal.details["differs"] == "member"


def test_what_happens_to_nobody_may_be_sent_again_once_the_member_is_there():
    rehearsed = rehearsal()
    assert code(rehearsed, buy("ann", "p")) == "member_unknown"
    rehearsed.take(enrol("ann"))
    rehearsed.take(buy("ann", "p"))
    assert points(rehearsed, "ann") == 160


def test_a_time_out_of_range_is_not_kept_either():
    rehearsed = rehearsal("ann")
    assert code(rehearsed, buy("ann", "p", when="1999-01-02 12:00")) == "event_time_out_of_range"
    rehearsed.take(buy("ann", "p"))
    assert points(rehearsed, "ann") == 160


def test_an_enrolment_that_is_refused_leaves_nobody():
    rehearsed = Rehearsal(timeline(from_day(SHOP, "2026-02-01")))
    assert code(rehearsed, enrol("ann")) == "no_program_in_force"
    assert rehearsed.states == {}


def test_goods_come_back_only_from_the_members_own_purchase():
    rehearsed = rehearsal("ann", "bob")
    rehearsed.take(buy("ann", "p"))
    back = Return(id="r", member="bob", at=moment("2026-01-04"), purchase="p")
    assert code(rehearsed, back) == "purchase_unknown"
    rehearsed.take(Return(id="r2", member="ann", at=moment("2026-01-04"), purchase="p"))
    assert points(rehearsed, "ann") == 150


@pytest.mark.parametrize(("first", "second", "left"), [(15, 40, 40), (40, 15, 15)])
def test_a_shared_limit_allows_what_its_newest_version_says(first, second, left):
    before = program(points_per_dollar(limit=Cap(total=first)))
    after = from_day(program(points_per_dollar(limit=Cap(total=second))), "2026-06-01")
    assert Rehearsal(timeline(before, after)).left("base", NOW) == left


# What one member's event sends to another.


def sending(passing_on):
    """``decide`` with a stand-in for effects that send: ``passing_on`` gives the event that an action sends."""

    def decided(known, state, event, facts, *, traced):
        decision: Decision = decide(known, state, event, facts, traced=traced)
        if isinstance(event, Action) and decision.outcome.refusal is None:
            effects = (*decision.outcome.effects, Rewarded("thanks"), Sent(passing_on(event)))
            return decision._replace(outcome=Outcome(effects))
        return decision

    return decided


def a_gift(event: Event) -> Adjust:
    fields = {"unit": "points", "amount": 7, "reason": "gift", "by": "ann"}
    return Adjust(id=f"{event.id}/gift", member="bob", at=event.at, **fields)


def test_what_an_event_sends_arrives_right_behind_it_and_once(monkeypatch):
    monkeypatch.setattr(module, "decide", sending(a_gift))
    rehearsed = rehearsal("ann", "bob")
    gives = Action(id="a", member="ann", at=moment("2026-01-05"), action="give")
    assert [answer.event.id for answer in rehearsed.take(gives)] == ["a", "a/gift"]
    assert points(rehearsed, "bob") == 157
    assert [answer.repeated for answer in rehearsed.take(gives)] == [True]
    assert points(rehearsed, "bob") == 157


def test_what_sends_without_end_is_stopped(monkeypatch):
    again = sending(lambda event: msgspec.structs.replace(event, id=f"{len(event.id)}{event.id}"[:150]))
    monkeypatch.setattr(module, "decide", again)
    monkeypatch.setattr(module, "_MOST_SENT", 20)
    with pytest.raises(RuntimeError, match="set off more than 20"):
        rehearsal("ann").take(Action(id="a", member="ann", at=moment("2026-01-05"), action="give"))


def test_the_facts_are_those_that_a_till_would_load():
    rehearsed = rehearsal("ann")
    rehearsed.take(buy("ann", "p"))
    back = Return(id="r", member="ann", at=moment("2026-01-04"), purchase="p")
    assert rehearsed.facts_for(back).purchase.event == buy("ann", "p")
    assert rehearsed.facts_for(coffee("ann", "c")).limits == {"stock:coffee": 0}
    assert rehearsed.facts_for(Tick(id="t", member="ann", at=moment("2026-01-04"))).purchase is None
