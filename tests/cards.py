"""Several members' cards without a database, a relay behind every event, and books that are looked at each time."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from guerdon.core import wallet
from guerdon.core.calendar import instant_of
from guerdon.core.effects import MEMBER_ACCOUNTS, Effect, transfers_of
from guerdon.core.events import Adjust, Block, Close, Enrol, Event, Merge, Send, Tick, Unblock, Unmerge
from guerdon.core.meters import value
from guerdon.core.program import Program
from guerdon.core.refusals import Refusal
from guerdon.core.state import MemberState, decode_state, encode_state
from guerdon.core.timeline import Timeline
from guerdon.core.wallet import Lot, Wallet
from guerdon.runtime.rehearsal import Rehearsal
from tests.builders import JOINED, line, moment, timeline


class Cards:
    """Cards of one program. After each event nothing is in transit, and every wallet is what its transfers made it."""

    def __init__(self, *programs: Program, of: str = "", under: Timeline | None = None) -> None:
        """Enrol the members whose names are given, set apart by spaces."""
        self.rehearsal = Rehearsal(under or timeline(*programs))
        self.books: Counter[tuple[str, str, str]] = Counter()
        self._count = 0
        for member in of.split():
            self.meets(Enrol(**self.fields(member, JOINED)))

    def fields(self, member: str, when: str) -> dict[str, Any]:
        self._count += 1
        return {"id": f"c{self._count}", "member": member, "at": moment(when)}

    # What happens.

    def takes(self, event: Event) -> list[tuple[Event, tuple[Effect, ...], Refusal | None]]:
        """Let an event happen, and all that it sends; gives each with what came of it."""
        done = []
        for answer in self.rehearsal.take(event):
            outcome = answer.decision.outcome
            done.append((answer.event, outcome.effects, outcome.refusal))
            if not answer.repeated:
                self._book(answer.event.member, outcome.effects)
            state = answer.decision.state
            assert decode_state(encode_state(state)) == state
            assert state.next_due_at is None or state.next_due_at > state.as_of
        self._look_at_books()
        return done

    def meets(self, event: Event) -> list[Effect]:
        """Let an event happen that must not be refused; gives all effects, those with other members too."""
        done = self.takes(event)
        assert done[0][2] is None, done[0][2]
        return [effect for _, effects, _ in done for effect in effects]

    def refuses(self, event: Event) -> str:
        """Let an event be refused, see that nothing moved, and give the code."""
        before = {member: encode_state(state) for member, state in self.rehearsal.states.items()}
        ((_, effects, refusal),) = self.takes(event)
        assert refusal is not None, effects
        assert {member: encode_state(state) for member, state in self.rehearsal.states.items()} == before
        return refusal.code

    def gives(self, member: str, amount: int, when: str = "2026-02-01", unit: str = "points") -> None:
        self.meets(Adjust(**self.fields(member, when), unit=unit, amount=amount, reason="goodwill", by="ana"))

    def merges(self, member: str, into: str, when: str = "2026-03-01") -> list[Effect]:
        return self.meets(Merge(**self.fields(member, when), into=into, by="staff"))

    def parts(self, member: str, when: str = "2026-04-01") -> list[Effect]:
        return self.meets(Unmerge(**self.fields(member, when), by="staff"))

    def closes(self, member: str, when: str = "2026-03-01") -> list[Effect]:
        return self.meets(Close(**self.fields(member, when), reason="leaves", by="staff"))

    def blocks(self, member: str, when: str = "2026-03-01") -> list[Effect]:
        return self.meets(Block(**self.fields(member, when), reason="looked odd", by="staff"))

    def unblocks(self, member: str, when: str) -> list[Effect]:
        return self.meets(Unblock(**self.fields(member, when), reason="was right", by="staff"))

    def sends(self, member: str, to: str, amount: int, when: str) -> list[Effect]:
        return self.meets(Send(**self.fields(member, when), unit="points", amount=amount, to=to))

    def waits(self, member: str, when: str) -> list[Effect]:
        return self.meets(Tick(**self.fields(member, when)))

    def basket(self, member: str, when: str, *lines: str, **fields: Any) -> dict[str, Any]:
        return self.fields(member, when) | {"lines": tuple(map(line, lines))} | fields

    # What there is to see.

    def state(self, member: str) -> MemberState:
        return self.rehearsal.state(member)

    def wallet(self, member: str, unit: str = "points") -> Wallet:
        return self.state(member).wallets.get(unit, wallet.EMPTY)

    def lots(self, member: str, unit: str = "points") -> tuple[Lot, ...]:
        held = self.wallet(member, unit)
        return held.lots + held.pending

    def has(self, *members: str, unit: str = "points") -> list[int]:
        """What is available to each; below zero while a debt is owed."""
        return [wallet.available(self.wallet(member, unit)) for member in members]

    def meter(self, member: str, name: str, when: str) -> int:
        version = self.rehearsal.timeline.at(instant_of(moment(when)))
        assert version is not None
        window = version.program.meters[name].window
        return value(self.state(member).meters.get(name, {}), window, version.zone.day(instant_of(moment(when))))

    # The books.

    def _book(self, member: str, effects: Iterable[Effect]) -> None:
        for unit, source, target, amount, _ in transfers_of(list(effects)):
            assert amount > 0
            for account, moved in ((source, -amount), (target, amount)):
                whose = member if account in MEMBER_ACCOUNTS else ""
                self.books[whose, unit, account] += moved

    def _look_at_books(self) -> None:
        for (whose, unit, account), balance in self.books.items():
            assert account != "in_transit" or balance == 0, (unit, balance)
            assert not whose or account == "debt" or balance >= 0, (whose, unit, account, balance)
        for member, state in self.rehearsal.states.items():
            for unit, held in state.wallets.items():
                shown = (wallet.available(held) + held.debt, wallet.pending(held), -held.debt)
                booked = [self.books[member, unit, account] for account in ("available", "pending", "debt")]
                assert list(shown) == booked, (member, unit)
                assert not (held.debt and held.lots), "a debt is paid back as soon as there is something"
