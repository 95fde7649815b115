"""A town: several members under one program, and a relay by hand that carries what one sends to another."""

from collections.abc import Sequence
from typing import Any

import msgspec

from guerdon.core.decide import Decision
from guerdon.core.effects import sent_of
from guerdon.core.events import (
    Action,
    Convert,
    Donate,
    Enrol,
    Event,
    Receive,
    Send,
    decode_event,
    encode_event,
    returned,
)
from guerdon.core.program import Program
from tests.builders import JOINED, Story, moment, purchase


class Town:
    """Several members, each with a story of their own; shared limits are shared."""

    def __init__(self, *programs: Program, members: Sequence[str] = ("ana", "bo"), joined: str = JOINED) -> None:
        self.post: list[Event] = []
        self.stories: dict[str, Story] = {}
        self._first = Story(*programs, joined=None)
        self.limits = self._first.limits
        self._count = 0
        for member in members:
            self.joins(member, joined)

    def of(self, member: str) -> Story:
        """The story of a member, begun where there is none."""
        if member not in self.stories:
            story = Story(joined=None)
            story.timeline, story.limits = self._first.timeline, self._first.limits
            self.stories[member] = story
        return self.stories[member]

    # What happens.

    def joins(self, member: str, when: str = JOINED, referrer: str = "") -> Decision:
        return self.meets(Enrol(**self.fields(member, when), referrer=referrer))

    def buys(self, member: str, when: str, *lines: str, id: str | None = None, **fields: Any) -> Decision:
        own = self.fields(member, when)
        bought = purchase(id or own["id"], when, *lines, **fields)
        return self.meets(msgspec.structs.replace(bought, member=member))

    def brings_back(self, member: str, when: str, receipt: str, *parts: tuple[int, int | None]) -> Decision:
        back = self.of(member).a_return(when, receipt, *parts)
        return self.meets(msgspec.structs.replace(back, **self.fields(member, when)))

    def does(self, member: str, when: str, action: str) -> Decision:
        return self.meets(Action(**self.fields(member, when), action=action))

    def is_adjusted(self, member: str, when: str, amount: int, unit: str = "points") -> Decision:
        adjustment = self.of(member).an_adjustment(when, amount, unit)
        return self.meets(msgspec.structs.replace(adjustment, **self.fields(member, when)))

    def a_gift(self, member: str, when: str, to: str, amount: int, unit: str = "points") -> Send:
        return Send(**self.fields(member, when), to=to, amount=amount, unit=unit)

    def sends(self, member: str, when: str, to: str, amount: int, unit: str = "points") -> Decision:
        return self.meets(self.a_gift(member, when, to, amount, unit))

    def a_donation(self, member: str, when: str, cause: str, amount: int) -> Donate:
        return Donate(**self.fields(member, when), cause=cause, amount=amount)

    def donates(self, member: str, when: str, cause: str, amount: int) -> Decision:
        return self.meets(self.a_donation(member, when, cause, amount))

    def a_conversion(self, member: str, when: str, conversion: str, amount: int) -> Convert:
        return Convert(**self.fields(member, when), conversion=conversion, amount=amount)

    def converts(self, member: str, when: str, conversion: str, amount: int) -> Decision:
        return self.meets(self.a_conversion(member, when, conversion, amount))

    def meets(self, event: Event) -> Decision:
        """Let an event happen that must not be refused, and put what it sends into the post."""
        decision = self.of(event.member).meets(event)
        self.post += sent_of(decision.outcome.effects)
        return decision

    def refuses(self, event: Event) -> str:
        """Let an event be refused, see that nothing moved, and give the sentence."""
        return self.of(event.member).is_refused(event).sentence

    def delivers(self) -> list[str]:
        """Deliver the post, and what that sends in turn; gives the code of each refusal, empty where there was none."""
        codes = []
        while self.post:
            event = self.post.pop(0)
            assert decode_event(encode_event(event)) == event
            decision = self.of(event.member).tries(event)
            refusal = decision.outcome.refusal
            codes.append("" if refusal is None else refusal.code)
            if refusal is None:
                self.meets(event)
            elif isinstance(event, Receive) and not event.returned:
                self.post.append(returned(event, refusal.code))
        return codes

    def fields(self, member: str, when: str) -> dict[str, Any]:
        self._count += 1
        return {"id": f"t{self._count}", "member": member, "at": moment(when)}

    # What there is to see.

    def has(self, member: str, unit: str = "points") -> int:
        return self.of(member).has(unit)

    def has_pending(self, member: str, unit: str = "points") -> int:
        return self.of(member).has_pending(unit)
