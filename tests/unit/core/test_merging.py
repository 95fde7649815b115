"""Two cards are one person's: what goes over, what still reaches the old card, and what comes back if it was wrong."""

import msgspec
import pytest

from guerdon.core.belongings import Coupon as Held
from guerdon.core.effects import DebtMoved, Expired, Received, Reversed, Separated, TierChanged, Unmerged
from guerdon.core.events import Enter, Merge, Purchase, Redeem, Return, Tick, Unmerge
from guerdon.core.program import Meter, Unit
from guerdon.mechanics import Coupon, Household, Membership, Tiers
from guerdon.mechanics.sending import Sending
from guerdon.mechanics.tiers import Level
from tests.builders import delay, flat, instant, off, points_per_dollar, program, reward, term, window
from tests.cards import Cards

LADDER = Tiers(
    meter="spend", levels=(Level(name="basic", threshold=0), Level(name="gold", threshold=50_000)), kept=term("1 year")
)
POINTS = {"points": Unit(expires=term("6 months")), "vouchers": Unit(money=True)}


def cards(*mechanics: object, **settings: object) -> Cards:
    """Ana and bo, with an old card b of ana's."""
    own = (points_per_dollar(), LADDER, Sending(name="sending", unit="points"), *mechanics)
    return Cards(program(*own, rewards=(reward(cost=1),), **({"units": POINTS} | settings)), of="a b bo")


def buys(shop: Cards, member: str, when: str, *lines: str) -> str:
    fields = shop.basket(member, when, *lines)
    shop.meets(Purchase(**fields))
    return str(fields["id"])


def spends(shop: Cards, member: str, amount: int, when: str) -> None:
    for _ in range(amount):
        shop.meets(Redeem(**shop.fields(member, when), reward="coffee"))


# What goes over.


def test_lots_travel_one_by_one_with_their_expiry():
    shop = cards()
    shop.gives("b", 30, "2026-01-10")
    shop.gives("b", 50, "2026-02-10")
    shop.gives("a", 5, "2026-02-10")
    shop.merges("b", "a")
    assert shop.has("a", "b") == [85, 0]
    assert [(lot.amount, lot.expires_at) for lot in shop.lots("a")] == [
        (30, instant("2026-07-11")),
        (55, instant("2026-08-11")),
    ]


@pytest.mark.parametrize(
    ("merged", "pending"),
    [("2026-02-14 23:59:59", 9), ("2026-02-15 00:00", 0), ("2026-02-15 00:00:01", 0)],
)
def test_what_is_pending_stays_so_until_it_matures(merged, pending):
    shop = cards(flat(9, name="later", available_after=delay("13 days")))
    buys(shop, "b", "2026-02-01 12:00", "10")
    shop.merges("b", "a", merged)
    assert sum(lot.amount for lot in shop.wallet("a").pending) == pending
    shop.waits("a", "2026-02-15 00:00:01")
    assert (shop.has("a", "b"), shop.wallet("a").pending) == ([19, 0], ())


def test_what_matures_while_it_travels_arrives_available():
    shop = cards(flat(9, name="later", available_after=delay("13 days")))
    buys(shop, "b", "2026-02-01 12:00", "10")
    shop.waits("a", "2026-03-20")
    shop.merges("b", "a", "2026-02-10")
    assert (shop.has("a"), shop.wallet("a").pending) == ([19], ())


def test_meters_and_purchases_add_up_and_lift_the_tier():
    shop = cards()
    buys(shop, "a", "2026-02-01", "200")
    buys(shop, "b", "2026-02-02", "299.99")
    buys(shop, "b", "2026-02-03", "0.01")
    effects = shop.merges("b", "a")
    assert [(effect.after, effect.why) for effect in effects if isinstance(effect, TierChanged)] == [
        ("gold", "reached")
    ]
    assert (shop.meter("a", "spend", "2026-03-01"), shop.state("a").purchases) == (50_000, 3)
    assert (shop.state("b").meters, shop.state("b").purchases) == ({}, 0)


def test_a_debt_goes_along_and_is_paid_out_of_what_the_other_has():
    shop = cards()
    bought = buys(shop, "b", "2026-02-01", "10")
    spends(shop, "b", 8, "2026-02-02")
    shop.meets(Return(**shop.fields("b", "2026-02-03"), purchase=bought))
    assert shop.has("b") == [-8]
    shop.gives("a", 20)
    effects = shop.merges("b", "a")
    assert [effect for effect in effects if isinstance(effect, DebtMoved)] == [
        DebtMoved("points", 8, "a"),
        DebtMoved("points", 8, "b", arrives=True),
    ]
    assert shop.has("a", "b") == [12, 0]


def test_vouchers_stay_whole_and_known_by_their_references():
    shop = cards()
    shop.gives("b", 500, unit="vouchers")
    shop.gives("b", 700, "2026-02-02", unit="vouchers")
    before = {lot.reference: lot.amount for lot in shop.lots("b", "vouchers")}
    shop.merges("b", "a")
    assert {lot.reference: lot.amount for lot in shop.lots("a", "vouchers")} == before
    shop.parts("b")
    assert {lot.reference: lot.amount for lot in shop.lots("b", "vouchers")} == before


def test_vouchers_of_the_same_name_stay_two():
    """What a calendar brings has the same reference with everybody."""
    shop = cards()
    for member in "ab":
        shop.gives(member, 500, unit="vouchers")
        held = shop.wallet(member, "vouchers")
        (lot,) = held.lots
        same = msgspec.structs.replace(held, lots=(msgspec.structs.replace(lot, reference="vouchers/2026-02-01/1"),))
        state = shop.state(member)
        shop.rehearsal.states[member] = msgspec.structs.replace(state, wallets=state.wallets | {"vouchers": same})
    shop.merges("b", "a")
    assert [lot.amount for lot in shop.lots("a", "vouchers")] == [500, 500]
    shop.parts("b")
    assert [[lot.amount for lot in shop.lots(member, "vouchers")] for member in "ab"] == [[500], [500]]


def test_coupons_go_along_and_come_back_if_they_are_there():
    next_time = Coupon(name="next", off=off("5.00"), valid=term("90 days"), on="purchase")
    shop = cards(next_time)
    bought = buys(shop, "b", "2026-02-01", "10")
    held = shop.state("b").coupons
    assert [type(one) for one in held] == [Held]
    shop.merges("b", "a")
    assert (shop.state("a").coupons, shop.state("b").coupons) == (held, ())
    shop.parts("b")
    assert (shop.state("a").coupons, shop.state("b").coupons) == ((), held)
    assert bought in held[0].reference


# Afterwards.


def test_the_old_card_acts_no_more_and_says_who_does():
    shop = cards()
    shop.merges("b", "a")
    fields = shop.basket("b", "2026-03-02", "10")
    assert shop.refuses(Purchase(**fields)) == "member_merged"
    (answer,) = shop.rehearsal.take(Purchase(**shop.basket("b", "2026-03-03", "10")))
    assert answer.decision.outcome.refusal is not None
    assert answer.decision.outcome.refusal.details == {"into": "a"}
    assert shop.refuses(Merge(**shop.fields("b", "2026-03-04"), into="bo")) == "member_merged"


def test_goods_that_come_back_late_are_paid_for_by_the_other():
    shop = cards()
    bought = buys(shop, "b", "2026-02-01", "20", "10")
    shop.merges("b", "a")
    assert shop.has("a", "b") == [30, 0]
    shop.meets(Return(**shop.fields("b", "2026-03-05"), purchase=bought))
    assert shop.has("a", "b") == [0, 0]
    assert shop.meter("a", "spend", "2026-03-05") == 0
    shop.gives("a", 7, "2026-03-06")
    shop.parts("b")
    assert shop.has("a", "b") == [7, 0]


def test_where_debts_are_forgiven_a_late_return_finds_nothing():
    shop = cards(units={"points": Unit(debt="forgiven")})
    bought = buys(shop, "b", "2026-02-01", "30")
    shop.merges("b", "a")
    effects = shop.meets(Return(**shop.fields("b", "2026-03-05"), purchase=bought))
    assert [effect.forgiven for effect in effects if isinstance(effect, Reversed)] == [30]
    assert shop.has("a", "b") == [30, 0]


def test_a_tier_that_the_goods_had_lifted_falls_when_they_come_back():
    shop = cards()
    bought = buys(shop, "b", "2026-02-01", "300")
    buys(shop, "a", "2026-02-01", "200")
    shop.merges("b", "a")
    assert shop.state("a").standings["tiers"].level == "gold"
    shop.meets(Return(**shop.fields("b", "2026-03-05"), purchase=bought))
    assert shop.state("a").standings["tiers"].level == "basic"


def test_what_others_still_send_goes_on_to_the_other():
    shop = cards()
    shop.gives("bo", 40)
    shop.merges("b", "a")
    shop.sends("bo", "b", 25, "2026-03-02")
    assert shop.has("a", "b", "bo") == [25, 0, 15]
    shop.parts("b")
    assert shop.has("a", "b") == [0, 25]


def test_time_brings_nothing_to_the_old_card():
    shop = cards()
    shop.gives("b", 40)
    shop.merges("b", "a")
    assert shop.state("b").next_due_at is None
    assert shop.meets(Tick(**shop.fields("b", "2027-03-02"))) == []


def test_merged_cards_make_a_chain():
    shop = cards()
    shop.gives("b", 10)
    shop.gives("a", 20)
    shop.merges("b", "a", "2026-03-01")
    shop.merges("a", "bo", "2026-03-02")
    assert shop.has("b", "a", "bo") == [0, 0, 30]
    shop.parts("a", "2026-03-03")
    shop.parts("b", "2026-03-04")
    assert shop.has("b", "a", "bo") == [10, 20, 0]


# Undone.


@pytest.mark.parametrize(("spent", "home", "left"), [(49, 100, 1), (50, 100, 0), (51, 99, 0), (150, 0, 0)])
def test_what_the_other_still_has_comes_home(spent, home, left):
    """B had 100 and A 50."""
    shop = cards(units={"points": Unit()})
    shop.gives("b", 100)
    shop.gives("a", 50)
    shop.merges("b", "a")
    spends(shop, "a", spent, "2026-03-10")
    effects = shop.parts("b")
    assert shop.has("a", "b") == [left, home]
    assert [type(effect) for effect in effects if isinstance(effect, Unmerged | Separated)] == [Unmerged, Separated]
    assert shop.state("a").merged_cards == {}
    buys(shop, "b", "2026-04-02", "5")
    assert shop.has("b") == [home + 5]


def test_lots_like_those_that_came_go_home_first():
    shop = cards()
    shop.gives("b", 100, "2026-02-10")
    shop.gives("a", 50, "2026-01-10")
    shop.merges("b", "a")
    shop.parts("b")
    assert [(lot.amount, lot.expires_at) for lot in shop.lots("b")] == [(100, instant("2026-08-11"))]
    assert [(lot.amount, lot.expires_at) for lot in shop.lots("a")] == [(50, instant("2026-07-11"))]


@pytest.mark.parametrize(
    ("when", "left", "home"),
    [("2026-07-10 23:59:59", 50, 130), ("2026-07-11 00:00", 50, 100), ("2026-07-11 00:00:01", 50, 100)],
)
def test_what_has_expired_since_is_not_claimed(when, left, home):
    shop = cards()
    shop.gives("b", 30, "2026-01-10")
    shop.gives("b", 100, "2026-02-10")
    shop.gives("a", 50, "2026-02-20")
    shop.merges("b", "a")
    shop.parts("b", when)
    assert shop.has("a", "b") == [left, home]


def test_meters_show_what_they_would_without_the_other_and_tiers_follow():
    shop = cards()
    buys(shop, "a", "2026-02-01", "200")
    buys(shop, "b", "2026-02-02", "300")
    shop.merges("b", "a")
    buys(shop, "a", "2026-03-02", "20")
    effects = shop.parts("b")
    assert [(effect.after, effect.why) for effect in effects if isinstance(effect, TierChanged)] == [
        ("basic", "return")
    ]
    assert [shop.meter(card, "spend", "2026-04-01") for card in "ab"] == [22_000, 30_000]
    assert [shop.state(card).purchases for card in "ab"] == [2, 1]


def test_a_tier_that_the_other_has_reached_alone_stays():
    shop = cards()
    buys(shop, "a", "2026-02-01", "500")
    buys(shop, "b", "2026-02-02", "300")
    shop.merges("b", "a")
    shop.parts("b")
    assert [shop.state(card).standings["tiers"].level for card in "ab"] == ["gold", "basic"]


def test_what_fell_due_meanwhile_is_caught_up_with():
    shop = cards()
    buys(shop, "b", "2026-02-01", "500")
    shop.merges("b", "a")
    shop.parts("b", "2027-06-01")
    standing = shop.state("b").standings["tiers"]
    assert standing.level == "basic", "the year of gold was over, and nothing was bought in 2027"


def test_only_who_is_merged_is_parted():
    shop = cards()
    assert shop.refuses(Unmerge(**shop.fields("b", "2026-03-01"))) == "member_not_merged"
    shop.blocks("b")
    assert shop.refuses(Unmerge(**shop.fields("b", "2026-03-02"))) == "member_not_merged"


# Refused.


def test_who_cannot_be_merged():
    own = Membership(name="plus", fee=1, term=term("1 month"))
    home = Household(name="family", roles={"owner": 1})
    shop = cards(own, home)
    assert shop.refuses(Merge(**shop.fields("b", "2026-03-01"), into="b")) == "merging_into_oneself"
    shop.meets(Enter(**shop.fields("b", "2026-03-01"), household="bo", role="owner"))
    assert shop.refuses(Merge(**shop.fields("b", "2026-03-02"), into="a")) == "merging_person_in_household"
    assert shop.refuses(Merge(**shop.fields("bo", "2026-03-02"), into="a")) == "household_has_people"


def test_everything_comes_back_from_who_cannot_take_it():
    home = Household(name="family", roles={"owner": 1})
    for into, code in (
        ("nobody", "member_unknown"),
        ("closed", "member_closed"),
        ("merged", "member_merged"),
        ("home", "household_has_people"),
    ):
        shop = Cards(
            program(points_per_dollar(), LADDER, home, flat(9, name="later", available_after=delay("90 days"))),
            of="a b closed merged home",
        )
        buys(shop, "b", "2026-02-01", "500")
        shop.closes("closed", "2026-02-02")
        shop.merges("merged", "a", "2026-02-02")
        shop.meets(Enter(**shop.fields("a", "2026-02-03"), household="home", role="owner"))
        before = shop.state("b")
        effects = shop.merges("b", into)
        refused = [effect.refused for effect in effects if isinstance(effect, Unmerged)]
        assert (into, refused) == (into, [code])
        after = shop.state("b")
        assert after.bar is None
        assert [(lot.amount, lot.expires_at, lot.matures_at) for lot in shop.lots("b")] == [
            (lot.amount, lot.expires_at, lot.matures_at)
            for held in (before.wallets["points"],)
            for lot in held.lots + held.pending
        ]
        assert (after.meters, after.purchases, after.standings) == (before.meters, before.purchases, before.standings)


def test_what_is_owed_stays_where_it_was_if_the_other_cannot_take_it():
    shop = cards()
    bought = buys(shop, "b", "2026-02-01", "10")
    spends(shop, "b", 8, "2026-02-02")
    shop.meets(Return(**shop.fields("b", "2026-02-03"), purchase=bought))
    shop.merges("b", "nobody")
    assert shop.has("b") == [-8]


def test_what_the_other_cannot_take_any_more_stays_until_it_expires():
    """The other card is closed after the merge, and goods come back whose price was paid with points."""
    shop = cards()
    shop.gives("bo", 10, "2026-03-01")
    shop.merges("b", "a")
    shop.closes("a", "2026-03-02")
    effects = shop.sends("bo", "b", 10, "2026-03-03")
    assert shop.has("a", "b", "bo") == [0, 10, 0]
    assert [effect.returned for effect in effects if isinstance(effect, Received)] == ["", "member_closed"]
    assert [effect.amount for effect in shop.waits("b", "2026-12-01") if isinstance(effect, Expired)] == [10]


def test_a_merge_is_never_late():
    shop = cards()
    shop.gives("b", 10, "2026-03-10")
    shop.gives("a", 10, "2026-03-20")
    shop.merges("b", "a", "2020-02-01")
    assert shop.has("a", "b") == [20, 0]
    assert shop.state("b").as_of == instant("2026-03-10")


def test_meters_travel_under_the_names_of_the_version_that_receives_them():
    meter = Meter(counts="spend", window=window("calendar year"))
    shop = cards(meters={"spend": meter, "other": meter})
    buys(shop, "b", "2026-02-02", "300")
    shop.merges("b", "a")
    assert {name: shop.meter("a", name, "2026-03-01") for name in ("spend", "other")} == {
        "spend": 30_000,
        "other": 30_000,
    }
