"""A member lives at random under a rich program, and an auditor looks at every step.

Three things are driven side by side: the decisions, the auditor's books, and the life of a twin to whom the same
happens but for whom no clock ever ticks.
"""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from guerdon.core import wallet
from guerdon.core.decide import Decision, decide
from guerdon.core.effects import Effect, Held, decode_outcome, encode_outcome, transfers_of
from guerdon.core.events import (
    Action,
    Adjust,
    Capture,
    Choose,
    Convert,
    Donate,
    Enrol,
    Event,
    Hold,
    Join,
    Leave,
    Line,
    Purchase,
    Receive,
    Redeem,
    Refer,
    Release,
    Renew,
    Return,
    ReturnedLine,
    Send,
    TakenReward,
    Tick,
    decode_event,
    encode_event,
)
from guerdon.core.facts import Facts, PurchaseRecord
from guerdon.core.holding import limits_coming_back
from guerdon.core.purchasing import paid_by_line, to_pay
from guerdon.core.state import NEW_MEMBER, MemberState, decode_state, encode_state
from tests.builders import instant
from tests.property import strategies as some
from tests.property.auditor import Auditor

TIMELINE = some.rich_timeline()
STOCKS = {name: allowed for version in TIMELINE.versions for name, allowed in version.limits.items()}


class MemberLife(RuleBasedStateMachine):
    """One member, one auditor, one twin without a clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = instant("2026-01-20 10:00")
        self.state: MemberState = NEW_MEMBER
        self.twin: MemberState = NEW_MEMBER
        self.effects: list[Effect] = []
        self.twins_effects: list[Effect] = []
        self.limits: dict[str, int] = dict(STOCKS)
        self.twins_limits: dict[str, int] = dict(STOCKS)
        """What holds have taken comes back to the twin when an event comes, and not when a clock does."""
        self.allowed: dict[str, int] = dict(STOCKS)
        self.receipts: dict[str, PurchaseRecord] = {}
        self.auditor = Auditor()
        self.count = 0

    # The driver.

    def fields(self, at: int | None = None) -> dict[str, object]:
        self.count += 1
        when = datetime.fromtimestamp(self.now if at is None else at, UTC)
        return {"id": f"e{self.count}", "member": "m", "at": when}

    def happens(self, event: Event) -> Decision:
        """Let an event happen to the member and to the twin."""
        assert decode_event(encode_event(event)) == event
        receipt = self.receipts.get(event.purchase) if isinstance(event, Return) else None
        self.allowed |= TIMELINE.limits_for([event])
        facts = self.facts_for(event, self.state, self.limits, receipt)
        decision = self.decided(event, facts)
        if not isinstance(event, Tick):
            self.happens_to_twin(event, receipt)
        if decision.outcome.refusal is not None:
            assert decision.state is self.state
            assert (decision.outcome.effects, decision.limit_uses) == ((), {})
            return decision
        self.state = decision.state
        effects = decision.outcome.effects
        self.effects += effects
        for name, used in decision.limit_uses.items():
            assert name in decision.limits_seen
            self.limits[name] -= used
        self.auditor.enter(transfers_of(effects))
        if isinstance(event, Purchase):
            self.receipts[event.id] = PurchaseRecord(event, effects)
            self.auditor.sold(event.id, effects)
            self.auditor.paid(event.id, sum(line.amount for line in event.lines) - event.discount, effects)
            assert all(paid >= 0 for paid in paid_by_line(event, effects))
            assert 0 <= to_pay(event, effects) <= sum(paid_by_line(event, effects))
        if isinstance(event, Return):
            back = self.state.returned[event.purchase]
            assert receipt is not None
            bought = [max(line.quantity, 1) for line in receipt.event.lines]
            assert all(0 < quantity <= bought[place] for place, quantity in back.items())
            self.auditor.came_back(
                event.purchase, effects, everything=[back.get(place, 0) for place in range(len(bought))] == bought
            )
        if not isinstance(event, Tick):
            self.is_like_twin()
        return decision

    def decided(self, event: Event, facts: Facts) -> Decision:
        """Decide three times over; the answer is the same and the state it came from untouched."""
        before = encode_state(self.state)
        decision = decide(TIMELINE, self.state, event, facts, traced=True)
        again = decide(TIMELINE, decode_state(before), event, facts, traced=True)
        untraced = decide(TIMELINE, self.state, event, facts)
        assert encode_state(self.state) == before
        assert encode_state(decision.state) == encode_state(again.state) == encode_state(untraced.state)
        assert encode_outcome(decision.outcome) == encode_outcome(again.outcome) == encode_outcome(untraced.outcome)
        assert decision.notes == again.notes
        assert decision[2:5] == again[2:5] == untraced[2:5]
        assert decode_outcome(encode_outcome(decision.outcome)) == decision.outcome
        return decision

    def facts_for(
        self, event: Event, state: MemberState, left: dict[str, int], receipt: PurchaseRecord | None
    ) -> Facts:
        """What the decision of an event may look at, where so much of each limit is left."""
        limits = TIMELINE.limits_for([event]).keys() | limits_coming_back(state, event)
        used = {name: self.allowed[name] - left.setdefault(name, self.allowed[name]) for name in limits}
        return Facts(used, receipt)

    def happens_to_twin(self, event: Event, receipt: PurchaseRecord | None) -> None:
        """The twin hears of time only from events; of a late one after being brought to the same instant."""
        if event.at.timestamp() < self.state.as_of > self.twin.as_of:
            when = datetime.fromtimestamp(self.state.as_of, UTC)
            self.twin_meets(Tick(id="twin", member="m", at=when), None)
        self.twin_meets(event, receipt)

    def twin_meets(self, event: Event, receipt: PurchaseRecord | None) -> None:
        decision = decide(TIMELINE, self.twin, event, self.facts_for(event, self.twin, self.twins_limits, receipt))
        self.twin = decision.state
        self.twins_effects += decision.outcome.effects
        for name, used in decision.limit_uses.items():
            self.twins_limits[name] -= used

    def is_like_twin(self) -> None:
        assert encode_state(self.twin) == encode_state(self.state)
        assert self.twins_effects == self.effects

    # What may happen.

    @initialize()
    def joins(self) -> None:
        self.happens(Enrol(**self.fields(), referrer="r"))

    @rule(pause=some.pauses, basket=some.baskets, share=st.integers(0, 100))
    def buys(self, pause: int, basket: tuple[Line, ...], share: int) -> None:
        self.now += pause
        off = sum(line.amount for line in basket) * share // 400
        self.happens(Purchase(**self.fields(), lines=basket, discount=off))

    @rule(pause=some.pauses, basket=some.baskets, points=st.integers(0, 60), stars=st.integers(0, 60))
    def pays_with_what_there_is(self, pause: int, basket: tuple[Line, ...], points: int, stars: int) -> None:
        self.now += pause
        self.happens(Purchase(**self.fields(), lines=basket, spend={"stars": stars, "points": 2 * points}))

    @rule(late=st.integers(0, 25 * 86_400), basket=some.baskets)
    def buys_and_the_till_sends_it_late(self, late: int, basket: tuple[Line, ...]) -> None:
        self.happens(Purchase(**self.fields(self.now - late), lines=basket))

    @rule(pause=some.pauses)
    def writes_a_review(self, pause: int) -> None:
        self.now += pause
        self.happens(Action(**self.fields(), action="review"))

    @precondition(lambda self: self.receipts)
    @rule(pause=some.pauses, late=st.sampled_from((0, 0, 0, 5 * 86_400)), data=st.data())
    def brings_goods_back(self, pause: int, late: int, data: st.DataObject) -> None:
        self.now += pause
        receipt = data.draw(st.sampled_from(sorted(self.receipts)))
        count = len(self.receipts[receipt].event.lines)
        part = st.builds(ReturnedLine, st.integers(0, count - 1), st.none() | st.integers(1, 3))
        parts = tuple(data.draw(st.lists(part, max_size=2)))
        self.happens(Return(**self.fields(self.now - late), purchase=receipt, lines=parts))

    @rule(
        pause=some.pauses,
        reward=st.sampled_from(("mug", "mug", "lounge", "ten-off", "pin", "change", "code", "none")),
        amount=st.sampled_from((0, 0, 5, 10, 25, 40)),
    )
    def redeems(self, pause: int, reward: str, amount: int) -> None:
        self.now += pause
        self.happens(Redeem(**self.fields(), reward=reward, amount=amount))

    @rule(
        pause=some.pauses,
        late=some.delays,
        lasts=st.integers(1, 30 * 86_400),
        what=st.sampled_from(
            (
                {"unit": "points"}, {"unit": "stars"}, {"unit": "cash"}, {"unit": "vouchers"}, {"reward": "mug"},
                {"reward": "pin"}, {"reward": "ten-off"}, {"reward": "change"}, {"reward": "code"}, {"code": "SPRING"},
            )
        ),
        amount=st.sampled_from((0, 5, 10, 25, 40)),
    )  # fmt: skip
    def holds(self, pause: int, late: int, lasts: int, what: dict[str, str], amount: int) -> None:
        self.now += pause
        fields = self.fields(self.now - late)
        until = datetime.fromtimestamp(self.now - late + lasts, UTC)
        self.happens(Hold(**fields, until=until, amount=amount, **what))

    @precondition(lambda self: self.state.holds)
    @rule(pause=some.pauses, late=some.delays, amount=st.none() | st.integers(1, 45), data=st.data())
    def captures(self, pause: int, late: int, amount: int | None, data: st.DataObject) -> None:
        self.now += pause
        held = data.draw(st.sampled_from(sorted(self.state.holds)))
        self.happens(Capture(**self.fields(self.now - late), hold=held, amount=amount))

    @precondition(lambda self: self.state.holds)
    @rule(pause=some.pauses, late=some.delays, data=st.data())
    def releases(self, pause: int, late: int, data: st.DataObject) -> None:
        self.now += pause
        held = data.draw(st.sampled_from(sorted(self.state.holds)))
        self.happens(Release(**self.fields(self.now - late), hold=held))

    @rule(pause=some.pauses, basket=some.baskets, points=st.integers(0, 30), data=st.data())
    def buys_with_what_was_held(self, pause: int, basket: tuple[Line, ...], points: int, data: st.DataObject) -> None:
        """A basket that ends holds, takes a reward along and pays with points, all in one."""
        self.now += pause
        held = tuple(data.draw(st.lists(st.sampled_from(sorted(self.state.holds)), unique=True, max_size=2))
                     if self.state.holds else ())  # fmt: skip
        rewards = tuple(map(TakenReward, data.draw(st.lists(st.sampled_from(("mug", "ten-off", "pin")), max_size=2))))
        fields = self.fields()
        self.happens(Purchase(**fields, lines=basket, holds=held, rewards=rewards, spend={"points": 2 * points}))

    @rule(
        pause=some.pauses,
        unit=st.sampled_from(("points", "stars", "vouchers", "cash")),
        amount=st.integers(-60, 200) | st.sampled_from((10**15, -(10**15))),
    )
    def is_adjusted(self, pause: int, unit: str, amount: int) -> None:
        self.now += pause
        if amount < 10**15 or unit not in {"points", "stars"}:
            self.happens(Adjust(**self.fields(), unit=unit, amount=amount, reason="goodwill", by="ana"))

    @rule(pause=some.pauses, late=some.delays, plan=st.sampled_from(("plus", "yearly")), trial=st.booleans())
    def joins_a_plan(self, pause: int, late: int, plan: str, trial: bool) -> None:
        self.now += pause
        self.happens(Join(**self.fields(self.now - late), plan=plan, trial=trial))

    @precondition(lambda self: self.state.memberships)
    @rule(pause=some.pauses, late=some.delays, data=st.data())
    def renews_a_plan(self, pause: int, late: int, data: st.DataObject) -> None:
        self.now += pause
        plan = data.draw(st.sampled_from(sorted(self.state.memberships)))
        self.happens(Renew(**self.fields(self.now - late), plan=plan))

    @precondition(lambda self: self.state.memberships)
    @rule(pause=some.pauses, late=some.delays, at_once=st.booleans(), data=st.data())
    def leaves_a_plan(self, pause: int, late: int, at_once: bool, data: st.DataObject) -> None:
        self.now += pause
        plan = data.draw(st.sampled_from(sorted(self.state.memberships)))
        self.happens(Leave(**self.fields(self.now - late), plan=plan, at_once=at_once))

    @rule(
        pause=some.pauses,
        late=some.delays,
        options=st.lists(st.sampled_from(("soup", "own", "all", "none")), max_size=2).map(tuple),
        following=st.booleans(),
    )
    def chooses(self, pause: int, late: int, options: tuple[str, ...], following: bool) -> None:
        self.now += pause
        fields = self.fields(self.now - late)
        self.happens(Choose(**fields, menu="menu", options=options, next_period=following))

    @rule(pause=some.pauses, cause=st.sampled_from(("forest", "sea", "moon")), amount=st.integers(1, 80))
    def gives_to_a_cause(self, pause: int, cause: str, amount: int) -> None:
        self.now += pause
        self.happens(Donate(**self.fields(), cause=cause, amount=amount))

    @rule(pause=some.pauses, to=st.sampled_from(("n", "n", "m")), amount=st.integers(1, 90))
    def sends(self, pause: int, to: str, amount: int) -> None:
        self.now += pause
        self.happens(Send(**self.fields(), unit="points", amount=amount, to=to))

    @rule(pause=some.pauses, conversion=st.sampled_from(("to-cash", "to-miles")), times=st.integers(1, 4))
    def converts(self, pause: int, conversion: str, times: int) -> None:
        self.now += pause
        self.happens(Convert(**self.fields(), conversion=conversion, amount=30 * times))

    @rule(
        late=st.integers(0, 200 * 86_400), lasts=st.none() | st.integers(0, 250 * 86_400),
        amount=st.integers(1, 100), returned=st.sampled_from(("", "member_unknown")),
    )  # fmt: skip
    def receives_however_late(self, late: int, lasts: int | None, amount: int, returned: str) -> None:
        """What another member sent comes in its own time; it may have lapsed on its way."""
        sent_at = max(self.now - late, instant("2026-01-20 10:00"))
        expires_at = None if lasts is None else sent_at + lasts
        event = Receive(
            **self.fields(sent_at), unit="points", amount=amount, sender="n", expires_at=expires_at, returned=returned
        )
        assert self.happens(event).outcome.refusal is None

    @rule(friend=st.sampled_from(("f", "g", "h")), late=st.integers(0, 90 * 86_400), withdrawn=st.booleans())
    def hears_of_a_friend(self, friend: str, late: int, withdrawn: bool) -> None:
        sent_at = max(self.now - late, instant("2026-01-20 10:00"))
        event = Refer(**self.fields(sent_at), referral="bring", friend=friend, withdrawn=withdrawn)
        assert self.happens(event).outcome.refusal is None

    @rule(pause=some.pauses)
    def waits(self, pause: int) -> None:
        self.now += pause
        self.happens(Tick(**self.fields()))

    @precondition(lambda self: self.state.next_due_at is not None and self.state.next_due_at < self.now + 200 * 86_400)
    @rule(off=st.sampled_from((-1, 0, 1)))
    def waits_for_what_is_due(self, off: int) -> None:
        """The clock comes just before, at, or just after the instant."""
        due = self.state.next_due_at
        assert due is not None
        self.now = max(self.now, due + off)
        self.happens(Tick(**self.fields()))

    @rule(late=st.integers(1, 10 * 86_400))
    def hears_a_late_tick(self, late: int) -> None:
        before = encode_state(self.state)
        self.happens(Tick(**self.fields(self.state.as_of - late)))
        assert encode_state(self.state) == before

    # What must hold after every step.

    @invariant()
    def the_books_agree(self) -> None:
        self.auditor.agrees_with(self.state)

    @invariant()
    def nothing_is_overdue(self) -> None:
        assert self.state.next_due_at is None or self.state.next_due_at > self.state.as_of

    @invariant()
    def shared_limits_are_not_overdrawn(self) -> None:
        assert all(left >= 0 for left in self.limits.values())

    @invariant()
    def the_state_survives_its_json(self) -> None:
        content = encode_state(self.state)
        assert decode_state(content) == self.state
        assert encode_state(decode_state(content)) == content

    @invariant()
    def wallets_are_in_order(self) -> None:
        for unit, held in self.state.wallets.items():
            assert all(lot.amount > 0 for lot in held.lots + held.pending)
            assert list(held.lots) == sorted(held.lots, key=wallet.consumption_order)
            assert all(lot.matures_at is None for lot in held.lots)
            assert all(lot.matures_at is not None and lot.matures_at > self.state.as_of for lot in held.pending)
            ends = [lot.expires_at for lot in held.lots + held.pending if lot.expires_at is not None]
            assert all(end > self.state.as_of for end in ends)
            assert held.debt >= 0
            assert not (held.debt and held.lots), "a debt is paid back as soon as there is something"
            never_held = not any(isinstance(effect, Held) and effect.unit == unit for effect in self.effects)
            assert unit != "stars" or held.debt == 0 or not never_held, "what stars would be owed is forgiven"

    @invariant()
    def what_is_held_lies_in_the_wallets(self) -> None:
        lying = {hold: unit for unit, held in self.state.wallets.items() for hold in held.held}
        assert lying == {hold: held.unit for hold, held in self.state.holds.items() if held.unit}
        for hold, held in self.state.holds.items():
            assert held.until > self.state.as_of
            lots = self.state.wallets[held.unit].held[hold] if held.unit else ()
            assert sum([lot.amount for lot in lots]) == held.amount

    @invariant()
    def memberships_are_in_their_terms(self) -> None:
        assert len(self.state.memberships) <= 1, "plans of one program exclude each other"
        for held in self.state.memberships.values():
            assert held.until is not None
            assert held.joined_at <= held.since < held.until
            assert held.until > self.state.as_of
            assert not (held.status in ("trial", "unpaid") and held.used)

    @invariant()
    def tiers_are_on_their_ladders(self) -> None:
        ladders = {
            "tiers": ("basic", "silver", "gold"),
            "stars-ladder": ("low", "high"),
            "months": ("calm", "keen", "eager"),
        }
        for ladder, standing in self.state.standings.items():
            assert standing.level in ladders[ladder]
            assert (standing.until is None) == (standing.level == ladders[ladder][0] or ladder == "months")
            below = standing.before
            while below is not None:
                above = ladders[ladder].index(standing.level) - ladders[ladder].index(below.level)
                assert above > 0 or (above == 0 and below.grace)
                standing, below = below, below.before


MemberLife.TestCase.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestMemberLife = pytest.mark.timeout(300)(MemberLife.TestCase)
