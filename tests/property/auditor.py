"""An auditor who knows nothing of wallets and lots: a ledger of accounts, kept from the transfers alone.

Written apart from the core on purpose. Whatever the decisions do, the books must add up and the wallets must agree.
"""

from collections import Counter
from collections.abc import Iterable

from guerdon.core.effects import (
    Discounted,
    Effect,
    Granted,
    PaidWith,
    Progressed,
    Reduced,
    Refunded,
    Reversed,
    Spent,
    Transfer,
)
from guerdon.core.state import MemberState

NEVER_BELOW_ZERO = {"available", "pending", "held", "redeemed", "expired", "reversed", "converted"}
NEVER_ABOVE_ZERO = {"issued", "debt"}
EITHER_WAY = {"in_transit", "partner:sky"}
"""One member may receive more than it sends, and a partner may grant or be spent with."""


class Auditor:
    """Keeps the books of one member, and of what each purchase earned."""

    def __init__(self) -> None:
        self.books: Counter[tuple[str, str]] = Counter()
        self.earned: dict[str, Counter[str]] = {}
        self.carried: dict[str, Counter[str]] = {}
        self.taken_back: dict[str, Counter[str]] = {}
        self.spent: dict[str, Counter[str]] = {}

    def enter(self, transfers: Iterable[Transfer]) -> None:
        """Move each amount, and see that no account passes through where it may not be."""
        for unit, source, target, amount, reason in transfers:
            assert amount > 0, (unit, source, target, amount, reason)
            assert reason
            self.books[unit, source] -= amount
            self.books[unit, target] += amount
            for account in (source, target):
                balance = self.books[unit, account]
                assert account not in NEVER_BELOW_ZERO or balance >= 0, (unit, account, balance)
                assert account not in NEVER_ABOVE_ZERO or balance <= 0, (unit, account, balance)
                known = account in NEVER_BELOW_ZERO | NEVER_ABOVE_ZERO | EITHER_WAY
                assert known or account.startswith("cause:"), account
                assert not account.startswith("cause:") or balance >= 0, (unit, account, balance)

    def sold(self, receipt: str, effects: Iterable[Effect]) -> None:
        """Note what a purchase earned by itself. What was given for a reward's cost was not earned, and stays."""
        effects = tuple(effects)
        bought = {effect.reward for effect in effects if isinstance(effect, Spent) and effect.at is None}
        self.earned[receipt] = Counter()
        self.carried[receipt] = Counter()
        self.taken_back[receipt] = Counter()
        for effect in effects:
            if isinstance(effect, Progressed) and effect.counter == "carried over":
                self.carried[receipt][effect.mechanic] += effect.after - effect.before
            if isinstance(effect, Granted) and effect.at is None and effect.mechanic not in bought:
                self.earned[receipt][effect.mechanic] += effect.amount

    def came_back(self, receipt: str, effects: Iterable[Effect], *, everything: bool) -> None:
        """See that no more is taken back than was earned, and all of it when everything has come back.

        What was carried over is taken back as far as it was given by then.
        """
        for effect in effects:
            if isinstance(effect, Refunded):
                self.spent[receipt][effect.unit] -= effect.amount
                assert self.spent[receipt][effect.unit] >= 0
            if isinstance(effect, Reversed):
                assert effect.amount == effect.available + effect.pending + effect.owed + effect.forgiven
                assert (effect.forgiven > 0) == bool(effect.why_forgiven)
                self.taken_back[receipt][effect.mechanic] += effect.amount
        assert self.taken_back[receipt] <= self.earned[receipt] + self.carried[receipt]
        if everything:
            assert not +self.spent[receipt], "what it was paid with has come back"
            assert self.taken_back[receipt] >= _without_bonuses(self.earned[receipt])

    def paid(self, receipt: str, total: int, effects: Iterable[Effect]) -> None:
        """See that no more comes off a basket than it costs, and note what it was paid with."""
        off, self.spent[receipt] = 0, Counter()
        for effect in effects:
            if isinstance(effect, Discounted | Reduced):
                off += effect.amount
            elif isinstance(effect, PaidWith):
                off += effect.money
                self.spent[receipt][effect.unit] += effect.amount
            if isinstance(effect, Reduced):
                assert effect.amount > 0
                assert not effect.lines or sum(effect.shares) == effect.amount
        assert off <= total

    def agrees_with(self, state: MemberState) -> None:
        """Compare the books with the member's wallets."""
        for unit in {unit for unit, _ in self.books}:
            assert sum(amount for (of, _), amount in self.books.items() if of == unit) == 0
        for unit in {unit for unit, _ in self.books} | state.wallets.keys():
            found = state.wallets.get(unit)
            lots = () if found is None else found.lots
            pending = () if found is None else found.pending
            held = {} if found is None else found.held
            assert self.books[unit, "available"] == sum(lot.amount for lot in lots)
            assert self.books[unit, "pending"] == sum(lot.amount for lot in pending)
            assert self.books[unit, "held"] == sum(lot.amount for part in held.values() for lot in part)
            assert self.books[unit, "debt"] == (0 if found is None else -found.debt)


def _without_bonuses(amounts: Counter[str]) -> Counter[str]:
    """What hangs on the purchase alone: the bonus of a streak stays where other purchases make its period up."""
    return Counter({mechanic: amount for mechanic, amount in amounts.items() if not mechanic.startswith("weekly/")})
