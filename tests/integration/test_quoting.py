"""A quote says what the purchase will say, whatever has happened to the member, and it writes nothing."""

import msgspec
import pytest
from builders import money, rows
from everything import SEED, Lives, everything, everything_otherwise
from ledger_fixtures import Shop, buy, enrol

from guerdon.core.events import Purchase, TakenReward
from guerdon.core.purchasing import to_pay
from guerdon.core.state import encode_state
from guerdon.runtime import games
from guerdon.runtime.programs import PublishedProgram
from guerdon.runtime.quoting import Quote, quote
from guerdon.runtime.story import MemberNotFound


class Counterpart:
    """Quotes what is about to be bought, and looks whether it comes out like that."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.tried = shop, 0
        self.published = PublishedProgram(shop.look, shop.program)

    def quote(self, purchase: Purchase) -> Quote | None:
        """The quote of a purchase, worked out without writing anything; None: there is no such member."""
        with self.shop.look.transaction():
            try:
                return quote(self.shop.look, self.published, purchase)
            except MemberNotFound:
                return None
            finally:
                written = self.shop.look.execute("select pg_current_xact_id_if_assigned()").fetchone()
                assert written == (None,)

    def buys(self, purchase: Purchase) -> None:
        """A purchase is quoted, then made; both lead to the same."""
        quoted, answer = self.quote(purchase), self.shop.till.commit_one(purchase)
        if quoted is None:
            assert answer.refusal is not None
            assert answer.refusal.code == "member_unknown"
        elif answer.state is not None:
            assert quoted.decision.outcome == answer.outcome
            assert encode_state(quoted.decision.state) == encode_state(answer.state)

    def tries(self, purchase: Purchase) -> None:
        """What a quote says would do as well does, and more of it than it says does not."""
        quoted, plain = self.quote(purchase), msgspec.structs.replace(purchase, expects=None)
        if quoted is None:
            return
        for payable in quoted.payable:
            paid = msgspec.structs.replace(plain, spend=plain.spend | {payable.unit: payable.most})
            self._costs(paid, payable.to_pay)
            more = msgspec.structs.replace(plain, spend=plain.spend | {payable.unit: payable.most + 50})
            beyond = self.quote(more)
            assert beyond is not None
            assert beyond.decision.outcome.refusal is not None
        for reward in [reward for reward in quoted.rewards if reward.to_pay_with_it is not None]:
            taking = msgspec.structs.replace(plain, rewards=(*plain.rewards, TakenReward(reward.reward)))
            self._costs(taking, reward.to_pay_with_it)
        for coupon in quoted.coupons:
            self._costs(msgspec.structs.replace(plain, codes=(*plain.codes, coupon.reference)), None)

    def _costs(self, purchase: Purchase, price: int | None) -> None:
        found = self.quote(purchase)
        assert found is not None
        assert found.decision.outcome.refusal is None
        assert price in (None, to_pay(purchase, found.decision.outcome.effects))
        self.tried += 1


@pytest.mark.parametrize("seed", range(3))
def test_a_quote_says_what_the_purchase_says(database_url: str, seed: int) -> None:
    lives = Lives(seed)
    with Shop(database_url, everything(), everything_otherwise("2026-03-01")) as shop:
        games.add_seed(shop.look, shop.program, "lucky", SEED)
        shop.till.commit(lives.beginning())
        counterpart = Counterpart(shop)
        for _ in range(220):
            event = lives.tell()
            if not isinstance(event, Purchase):
                shop.till.commit_one(event)
                continue
            counterpart.tries(event)
            counterpart.buys(event)
        assert counterpart.tried > 20


BESIDE = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  cash: {in: USD, spent: in any part}
  points: {}
mechanics:
  - {payment: cash, name: pay-cash, earns: no, multiples_of: 0.50 USD}
  - {payment: points, name: pay-points, worth: 1 USD per 50 points, earns: no, up_to: 50 % of the bill}
  - {earn: points, name: base, on: enrol, flat: 1000}
  - {earn: cash, name: welcome, on: enrol, flat: 100 USD}
"""
"""Cash comes before points in the alphabet: points take their share of what cash leaves."""

BESIDES = """
    # bill  | points | most cash | left to pay
      20.00 |        | 20.00     | 0.00
      20.00 | 100    | 16.00     | 2.00       # points pay 2.00, which is half of the 4.00 left
      20.00 | 499    | 0.00      | 10.02
      20.00 | 475    | 1.00      | 9.50
      20.40 | 100    | 16.00     | 2.40       # in halves of a dollar
"""


def test_what_else_may_be_paid_leaves_enough_for_what_is_paid(database_url: str) -> None:
    with Shop(database_url, BESIDE) as shop:
        shop.till.commit_one(enrol("ann"))
        counterpart = Counterpart(shop)
        for bill, points, cash, left in rows(BESIDES):
            spend = {"points": int(points)} if points else {}
            quoted = counterpart.quote(buy("p", "ann", "2026-01-05 12:00", bill, spend=spend))
            assert quoted is not None
            found = [(money(cash), money(left))] if money(cash) else []
            assert [(one.most, one.to_pay) for one in quoted.payable if one.unit == "cash"] == found, bill
