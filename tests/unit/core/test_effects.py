"""Effects: their transfers, their JSON, and what the world outside hears of them."""

import pytest

from guerdon.core.amounts import Rate
from guerdon.core.effects import (
    MEMBER_ACCOUNTS,
    PROGRAM_ACCOUNTS,
    Adjusted,
    Capped,
    Discounted,
    Effect,
    Expired,
    Granted,
    Matured,
    Outcome,
    Repaid,
    Reversed,
    Rewarded,
    Spent,
    TierChanged,
    decode_outcome,
    encode_outcome,
    news_of,
    transfers_of,
)
from guerdon.core.refusals import refuse

EFFECTS: dict[str, tuple[Effect, list[tuple[str, str, int, str]]]] = {
    "granted": (Granted("base", "points", 5, rate=Rate(1, 100), lines=(0, 2)), [("issued", "available", 5, "base")]),
    "granted later": (Granted("base", "points", 5, matures_at=9), [("issued", "pending", 5, "base")]),
    "capped": (Capped("base", "points", 5, "total"), []),
    "matured": (Matured("points", 5, 9), [("pending", "available", 5, "maturity")]),
    "repaid": (Repaid("points", 5), [("available", "debt", 5, "debt")]),
    "spent": (Spent("points", 5, "coffee"), [("available", "redeemed", 5, "coffee")]),
    "rewarded": (Rewarded("coffee"), []),
    "discounted": (Discounted("vouchers", "cash", 5, "v/1", 9), [("available", "redeemed", 5, "vouchers")]),
    "expired": (Expired("points", 5, 9, "expiry"), [("available", "expired", 5, "expiry")]),
    "expired pending": (Expired("points", 5, 9, "expiry", pending=5), [("pending", "expired", 5, "expiry")]),
    "expired both": (
        Expired("points", 5, 9, "inactivity", pending=2),
        [("available", "expired", 3, "inactivity"), ("pending", "expired", 2, "inactivity")],
    ),
    "reversed": (
        Reversed("base", "points", 10, available=1, pending=2, owed=3, forgiven=4, why_forgiven="spent"),
        [("available", "reversed", 1, "base"), ("pending", "reversed", 2, "base"), ("debt", "reversed", 3, "base")],
    ),
    "reversed, and all of it forgiven": (Reversed("base", "points", 4, forgiven=4, why_forgiven="expired"), []),
    "adjusted up": (Adjusted("points", 5, "why", "ana"), [("issued", "available", 5, "adjustment")]),
    "adjusted down": (Adjusted("points", -5, "why", "ana"), [("available", "reversed", 5, "adjustment")]),
    "tier changed": (TierChanged("tiers", "basic", "gold", 9, "reached", 99), []),
}


@pytest.mark.parametrize("what", EFFECTS)
def test_an_effect_moves_its_amount_between_known_accounts(what):
    effect, moves = EFFECTS[what]
    transfers = transfers_of([effect])
    assert [tuple(transfer[1:]) for transfer in transfers] == moves
    for transfer in transfers:
        assert {transfer.source, transfer.target} <= {*MEMBER_ACCOUNTS, *PROGRAM_ACCOUNTS}


def test_an_outcome_survives_its_json():
    everything = Outcome(tuple(effect for effect, _ in EFFECTS.values()))
    assert decode_outcome(encode_outcome(everything)) == everything
    refused = Outcome(refusal=refuse("reward_unknown", reward="x"))
    assert decode_outcome(encode_outcome(refused)) == refused
    assert encode_outcome(Outcome()) == b"{}"


def test_transfers_stand_in_the_order_of_the_effects():
    effects = [EFFECTS["expired both"][0], EFFECTS["granted"][0]]
    assert [transfer.amount for transfer in transfers_of(effects)] == [3, 2, 5]


def test_the_world_hears_of_tiers_expiry_and_vouchers():
    effects = (
        TierChanged("tiers", "basic", "gold", 9, "reached", 99),
        TierChanged("tiers", "gold", "gold", 9, "review", 99),
        Expired("points", 5, 9, "expiry"),
        Granted("vouchers", "cash", 500, reference="v/1"),
        Granted("base", "points", 5),
        Spent("points", 5, "coffee"),
    )
    news = news_of(effects)
    assert [piece.type for piece in news] == ["member.tier_changed", "wallet.expired", "voucher.issued"]
    assert news[0].data == {
        "effect": "tier_changed", "ladder": "tiers", "before": "basic", "after": "gold", "at": 9, "why": "reached",
        "until": 99,
    }  # fmt: skip
    assert news[2].data["reference"] == "v/1"


SPREAD = [
    (Granted("base", "points", 10), {0: 6, 1: 4}),
    (Granted("base", "points", 10, lines=(1,)), {1: 10}),
    (Granted("base", "points", 10, lines=(0, 1), shares=(1, 9)), {0: 1, 1: 9}),
    (Granted("base", "points", 5, wanted=10, lines=(0, 1), shares=(1, 9)), {0: 1, 1: 4}),
    (Granted("base", "points", 10, shares=(0, 3)), {0: 0, 1: 10}),
]


@pytest.mark.parametrize(("grant", "by_line"), SPREAD)
def test_a_grant_is_spread_over_the_lines_that_earned_it(grant, by_line):
    assert grant.by_line([600, 400]) == by_line
