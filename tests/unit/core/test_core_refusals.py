"""Every refusal that the core can give: its code, its sentence, and that nothing moved."""

from collections.abc import Callable
from datetime import date

import msgspec
import pytest

from guerdon.core.amounts import MAX_AMOUNT, MAX_BALANCE, Rate
from guerdon.core.codes import ShownCode
from guerdon.core.counting import Measure
from guerdon.core.events import (
    Absorb,
    Action,
    Adjust,
    Admit,
    Block,
    Capture,
    Choose,
    Close,
    Convert,
    Deliver,
    Describe,
    Donate,
    Enrol,
    Enter,
    Event,
    Exit,
    Hold,
    Join,
    Leave,
    Line,
    Merge,
    Play,
    Purchase,
    Receive,
    Redeem,
    Release,
    Renew,
    Return,
    ReturnedLine,
    Segment,
    Send,
    Separate,
    Settle,
    Tick,
    Traits,
    Unblock,
    Unmerge,
    Use,
    Win,
)
from guerdon.core.games import commitment_to
from guerdon.core.holding import MOST_HOLDS
from guerdon.core.program import Allowance, Cap, Meter, Quantity, Unit, When
from guerdon.core.reducing import PriceLimit
from guerdon.core.refusals import REFUSALS, Refusal, refuse
from guerdon.core.wallet import Lot, Wallet
from guerdon.mechanics import Benefit, Discount, Earn, Household, Membership, Menu, Payment, Quest, Raffle, Tiers, Wheel
from guerdon.mechanics.cause import Cause
from guerdon.mechanics.conversion import Conversion
from guerdon.mechanics.menu import Option
from guerdon.mechanics.quest import Step
from guerdon.mechanics.raffle import Entry, Prize
from guerdon.mechanics.sending import Sending
from guerdon.mechanics.tiers import Level
from guerdon.mechanics.wheel import Slice
from tests.builders import Story, instant, moment, off, points_per_dollar, program, purchase, reward, term, window

GIVEN_BY_THE_TILL = {
    "event_id_used_with_other_content",
    "event_for_the_engine_only",
    "event_in_the_future",
    "event_malformed",
}
"""Refusals that need what the core never sees: the journal, the clock, the bytes that arrived."""

GIVEN_BY_PEOPLE = {"consent_malformed", "identity_malformed", "identity_taken", "identity_unknown", "person_erased"}
"""Refusals of what is kept of persons, apart from the ledger."""

YEAR = Meter(counts="spend", window=window("calendar year"))
NOW = "2026-03-10 14:30"
LADDER = Tiers(
    meter="spend", levels=(Level(name="basic", threshold=0), Level(name="gold", threshold=50_000)), kept=term("1 year")
)


def shop(**settings: object) -> Story:
    """A member with 100 points from a basket p of three items and one item, and a little catalogue."""
    rewards = (
        reward("coffee", 100),
        reward("tea", 101),
        reward("mug", 10, stock=0),
        reward("lounge", 10, when=When(tier=("gold",))),
        reward("ten-off", 10, gives=Quantity(1000, "vouchers")),
    )
    story = Story(program(points_per_dollar(), LADDER, rewards=rewards, **settings))
    story.buys("2026-03-01", "90 x3", "10", id="p")
    return story


def offering(name: str, cost: int = 100, **settings: object) -> Story:
    """A member with 100 points and one reward."""
    story = Story(program(points_per_dollar(), LADDER, rewards=(reward(name, cost, **settings),)))
    story.buys("2026-03-01", "100")
    return story


def checkout(mechanic: object) -> Story:
    """A member with 100 points and one more mechanic."""
    story = Story(program(points_per_dollar(), LADDER, mechanic))
    story.buys("2026-03-01", "90 x3", "10", id="p")
    return story


def payment(**settings: object) -> Payment:
    return Payment(unit="points", earns=False, **settings)


def at(when: str = NOW) -> dict[str, object]:
    return {"id": "new", "member": "m", "at": moment(when)}


def adjustment(amount: int, unit: str = "points") -> Adjust:
    return Adjust(**at(), unit=unit, amount=amount, reason="a typo", by="ana")


def basket(*lines: Line, **fields: object) -> Purchase:
    return Purchase(**at(), lines=lines, **fields)


def given_back(*parts: tuple[int, int | None], receipt: str = "p") -> Return:
    return Return(**at(), purchase=receipt, lines=tuple(ReturnedLine(*part) for part in parts))


def barred(event: Event) -> Story:
    """A member with 100 points to whom that has happened."""
    story = shop()
    story.meets(msgspec.structs.replace(event, id="bar"))
    return story


def rich(balance: int) -> Story:
    """A member with nearly more points than fit."""
    story = shop()
    held = Wallet((Lot(balance, instant("2026-02-01")),))
    wallets = {"points": held}
    fields = {name: getattr(story.state, name) for name in story.state.__struct_fields__} | {"wallets": wallets}
    story.state = type(story.state)(**fields)
    return story


def generous() -> Story:
    """A member with 100 points who gave the forest 40 this month, of 100 that a member may give it."""
    month = Cap(per_member=(Allowance(100, "month"),))
    story = Story(
        program(
            Cause(name="forest", takes="points", limit=month),
            Cause(name="sea", takes="points", target=20),
            Cause(name="air", takes="points", between=(date(2026, 5, 1), date(2026, 5, 31))),
            Cause(name="moon", takes="points", when=When(age_from=18)),
            Sending(name="sending", unit="points", at_least=10, fee=Rate(1, 10)),
            Conversion(name="to-vouchers", every=Quantity(10, "points"), gives=Quantity(100, "vouchers")),
        )
    )
    story.is_adjusted("2026-03-01", 140)
    story.meets(Donate(id="gift", member="m", at=moment("2026-03-02"), cause="forest", amount=40))
    return story


def after_returning(*parts: tuple[int, int | None]) -> Story:
    story = shop()
    story.meets(Return(id="before", member="m", at=moment("2026-03-05"), purchase="p", lines=given_back(*parts).lines))
    return story


def arcade(*, seeds: bool = True, **settings: object) -> Story:
    """A member with 100 points among games: a wheel, a raffle without prizes, a quest of another year."""
    commitment, april = commitment_to("seed"), (date(2025, 4, 1), date(2025, 4, 30))
    wheel = Wheel(name="wheel", prizes=(Slice(name="mug", weight=1),), commitment=commitment, **settings)
    raffle = Raffle(
        name="draw", entries=(Entry(free=True),), prizes=(Prize(name="yacht", count=0),), between=april,
        commitment=commitment,
    )  # fmt: skip
    quest = Quest(name="start", steps=(Step(name="visit", measure=Measure()),), opt_in=True, between=april)
    story = Story(program(points_per_dollar(), wheel, raffle, quest))
    story.buys("2026-03-01", "100", id="p")
    story.seeds = {commitment: "seed"} if seeds else {}
    return story


PLAN = Membership(name="plus", of="all", fee=999, term=term("1 month"), trial=term("30 days"), grace=term("7 days"))
CLUB = Membership(name="club", of="all", when=When(age_from=18))
FAMILY = Household(name="family", roles={"owner": 1, "adult": 1}, same_address=True, again_after=term("12 months"))
CATEGORIES = Menu(
    name="categories",
    earn="points",
    options=(Option(name="tea", rate=Rate(1, 100)), Option(name="soup", rate=Rate(2, 100))),
    choose=1,
    offered=1,
    choose_next_until=25,
)


def in_plans(*events: Event, **settings: object) -> Story:
    """A member of a shop with plans, households and a menu, to whom something has happened."""
    family = msgspec.structs.replace(FAMILY, **settings)
    story = Story(program(PLAN, CLUB, family, CATEGORIES))
    for event in events:
        story.meets(msgspec.structs.replace(event, id=f"before-{event.id}", at=moment("2026-03-05")))
    return story


def twice_on_the_menu() -> Story:
    return Story(program(msgspec.structs.replace(CATEGORIES, choose=2)))


def choice(*options: str, when: str = NOW, next_period: bool = False) -> Choose:
    return Choose(**at(when), menu="categories", options=options, next_period=next_period)


JOINS = Join(**at(), plan="plus")
ENTERS = Enter(**at(), household="home", role="owner", address="a1")
SETTLES = Settle(**at(), household="family", pool="home", role="owner")
SHARES = Settle(**at(), household="family", pool="home", role="adult", plans=("plus",))
LEFT = Exit(**at())


def coded(**fields):
    """A shop that takes codes of a batch, and what there is to one of them."""
    story = Story(program(points_per_dollar(when=When(code=("leaflet",)))))
    story.codes = {"LEAF": ShownCode(**({"batch": "leaflet", "key": "LEAF"} | fields))}
    return story


ONE_THING = "A hold is of an amount of a unit, of a reward or of a code: one of them and no other."


def a_hold(until: str = "2026-03-11", **fields: object) -> Hold:
    return Hold(**at(), until=moment(until), **fields)


def holding(**fields: object) -> Story:
    """The shop, where something is held as ``before``."""
    story = shop()
    story.meets(Hold(id="before", member="m", at=moment("2026-03-05"), until=moment("2026-03-20"), **fields))
    return story


def holding_much() -> Story:
    """A member with 20 open holds."""
    story = shop()
    for number in range(MOST_HOLDS):
        fields = {"id": f"hold-{number}", "member": "m", "at": moment("2026-03-05"), "until": moment("2026-03-20")}
        story.meets(Hold(**fields, unit="points", amount=1))
    return story


def with_a_code() -> Story:
    """A member who holds the one use of a code."""
    story = Story(
        program(Discount(name="spring", off=off("5 %"), when=When(code=("SPRING",)), limit=PriceLimit(uses_per_code=1)))
    )
    story.meets(Hold(id="before", member="m", at=moment("2026-03-05"), until=moment("2026-03-20"), code="SPRING"))
    return story


CASES: list[tuple[str, str, Callable[[], Story], Event]] = [
    (
        "adjustment_exceeds_available",
        "The adjustment would take 101 points, but only 100 are available.",
        shop,
        adjustment(-101),
    ),
    (
        "adjustment_exceeds_available",
        "The adjustment would take 1 vouchers, but only 0 are available.",
        shop,
        adjustment(-1, "vouchers"),
    ),
    (
        "address_missing",
        "Who enters a household tells the address, and none was told.",
        in_plans,
        Enter(**at(), household="home"),
    ),
    (
        "allowance_used_up",
        "That would be 61 points; 60 are left in this month.",
        lambda: generous(),
        Donate(**at(), cause="forest", amount=61),
    ),
    (
        "amount_below_minimum",
        "The amount of 9 points is less than 10.",
        lambda: generous(),
        Send(**at(), unit="points", amount=9, to="bo"),
    ),
    (
        "amount_not_in_steps",
        "The amount of 19 points is not a multiple of 10.",
        lambda: generous(),
        Convert(**at(), conversion="to-vouchers", amount=19),
    ),
    (
        "amount_out_of_range",
        f"The amount {MAX_AMOUNT + 100} is outside what an event may carry (at most {MAX_AMOUNT}).",
        lambda: Story(program(Earn(name="base", earn="points", rate=Rate(1, 1)), points_per_dollar(100, name="more"))),
        basket(Line("a", MAX_AMOUNT), Line("b", 100)),
    ),
    (
        "amount_out_of_range",
        f"The amount {MAX_AMOUNT + 1} is outside what an event may carry (at most {MAX_AMOUNT}).",
        lambda: shop(meters={"spend": YEAR, "items": Meter(counts="items", window=window("calendar year"))}),
        basket(Line("a", 1, MAX_AMOUNT), Line("b", 1, 1)),
    ),
    (
        "amount_out_of_range",
        f"The amount {MAX_AMOUNT * 2} is outside what an event may carry (at most {MAX_AMOUNT}).",
        lambda: Story(program(Earn(name="base", earn="points", rate=Rate(2, 1)))),
        basket(Line("a", MAX_AMOUNT)),
    ),
    (
        "balance_out_of_range",
        "The balance of points would not fit into 64 bits.",
        lambda: rich(MAX_BALANCE - MAX_AMOUNT + 1),
        adjustment(MAX_AMOUNT),
    ),
    (
        "balance_out_of_range",
        "The balance of points would not fit into 64 bits.",
        lambda: rich(MAX_BALANCE - 10**13 + 1),
        basket(Line("a", MAX_AMOUNT)),
    ),
    (
        "benefit_not_for_this_member",
        "The benefit lounge-pass is not for this member: only for gold.",
        lambda: checkout(Benefit(name="lounge-pass", when=When(tier=("gold",)))),
        Use(**at(), benefit="lounge-pass"),
    ),
    (
        "benefit_too_late",
        "The benefit claim is not good for the purchase p on this day.",
        lambda: checkout(Benefit(name="claim", after_purchase=term("8 days"))),
        Use(**at(), benefit="claim", purchase="p"),
    ),
    (
        "benefit_used_up",
        "Of the benefit test 2 are left, not 3.",
        lambda: checkout(Benefit(name="test", allows=(Allowance(2, "year"),))),
        Use(**at(), benefit="test", quantity=3),
    ),
    (
        "capture_exceeds_hold",
        "Of the hold before 40 can be captured, not 41.",
        lambda: holding(unit="points", amount=40),
        Capture(**at(), hold="before", amount=41),
    ),
    (
        "choice_made_already",
        "What was chosen from the menu categories for this period (soup) cannot be changed now.",
        lambda: in_plans(choice("soup")),
        choice(),
    ),
    (
        "choice_too_late",
        "It is day 26 of the period; from the menu categories one chooses through day 25.",
        in_plans,
        choice("tea", when="2026-03-26", next_period=True),
    ),
    *[
        (code, f"The code LEAF {told}", lambda fields=fields: coded(**fields), basket(Line("a", 500), codes=("LEAF",)))
        for code, told, fields in [
            ("code_mistyped", "is mistyped: its signs do not fit together.", {"standing": "mistyped"}),
            ("code_not_valid_now", "is not good at this time.", {"valid_until": 1}),
            ("code_of_another_member", "was given to another member.", {"member": "bo"}),
            ("code_revoked", "was revoked.", {"standing": "revoked"}),
            ("code_used_up", "is used up.", {"uses": 0}),
        ]
    ],
    (
        "code_limit_reached",
        "The member has used as many codes of leaflet as one may (0): LEAF is one more.",
        lambda: coded(uses_per_member=0),
        basket(Line("a", 500), codes=("LEAF",)),
    ),
    (
        "code_unknown",
        "Nothing in the program takes the code FALL.",
        lambda: Story(program(points_per_dollar(when=When(code=("SPRING",))))),
        basket(Line("a", 500), codes=("SPRING", "FALL")),
    ),
    ("code_used_up", "The code SPRING is used up.", with_a_code, a_hold(code="SPRING")),
    (
        "currency_rate_missing",
        "The purchase is in EUR, and no rate in USD is known for 2026-03-10.",
        shop,
        basket(Line("a", 500), currency="EUR"),
    ),
    (
        "cause_is_full",
        "The cause sea takes 20 points more, not 21.",
        lambda: generous(),
        Donate(**at(), cause="sea", amount=21),
    ),
    (
        "cause_not_open",
        "The cause air takes donations from 2026-05-01 to 2026-05-31.",
        lambda: generous(),
        Donate(**at(), cause="air", amount=1),
    ),
    (
        "discount_exceeds_amount",
        "The discount of 501 is more than the 500 it is taken from (line 1).",
        shop,
        basket(Line("a", 900), Line("b", 500, discount=501)),
    ),
    (
        "discount_exceeds_amount",
        "The discount of 1301 is more than the 1300 it is taken from (the basket).",
        shop,
        basket(Line("a", 900), Line("b", 500, discount=100), discount=1301),
    ),
    (
        "event_time_out_of_range",
        "The event is dated 1900-01-01T00:00:00Z; events are dated from the year 2000 to the year 2099.",
        shop,
        Tick(**at("1900-01-01Z")),
    ),
    (
        "event_time_out_of_range",
        "The event is dated 1999-12-31T23:59:59Z; events are dated from the year 2000 to the year 2099.",
        shop,
        Tick(**at("1999-12-31 23:59:59Z")),
    ),
    (
        "event_time_out_of_range",
        "The event is dated 2100-01-01T00:00:00Z; events are dated from the year 2000 to the year 2099.",
        shop,
        Tick(**at("2100-01-01Z")),
    ),
    (
        "event_time_out_of_range",
        "The event is dated 253402300799; events are dated from the year 2000 to the year 2099.",
        shop,
        Tick(**at("9999-12-31 23:59:59Z")),
    ),
    (
        "event_time_out_of_range",
        "The event is dated -62135596800; events are dated from the year 2000 to the year 2099.",
        shop,
        Tick(**at("0001-01-01Z")),
    ),
    (
        "event_too_late",
        "The event is dated 2026-01-30T04:59:59Z; this program accepts events up to 30 days late, "
        "and the member's record stands at 2026-03-01T05:00:00Z.",
        shop,
        Tick(**at("2026-01-29 23:59:59")),
    ),
    (
        "game_exceeds_available",
        "To play costs 200 points; the member has 100.",
        lambda: arcade(cost=Quantity(200, "points")),
        Play(**at(), game="wheel"),
    ),
    (
        "game_limit_reached",
        "The member, or everybody together, may not play wheel so often.",
        lambda: arcade(limit=(Allowance(1, "day"),)),
        Play(**at(), game="wheel", tickets=2),
    ),
    (
        "game_not_open",
        "The game wheel is not open to the member now: only on sat, sun.",
        lambda: arcade(when=When(weekday=(5, 6))),
        Play(**at(), game="wheel"),
    ),
    (
        "hold_unclear",
        ONE_THING,
        shop,
        a_hold(),
    ),
    (
        "hold_unclear",
        ONE_THING,
        shop,
        a_hold(unit="points"),
    ),
    (
        "hold_unclear",
        ONE_THING,
        shop,
        a_hold(reward="coffee", code="SPRING"),
    ),
    (
        "hold_unclear",
        ONE_THING,
        shop,
        a_hold(reward="coffee", unit="vouchers"),
    ),
    ("hold_unknown", "The member has no open hold h.", shop, Release(**at(), hold="h")),
    ("hold_unknown", "The member has no open hold h.", shop, Capture(**at(), hold="h")),
    ("hold_unknown", "The member has no open hold h.", shop, basket(Line("a", 5), holds=("h",))),
    (
        "hold_unknown",
        "The member has no open hold before.",
        lambda: holding(unit="points", amount=40),
        basket(Line("a", 5), holds=("before", "before")),
    ),
    (
        "hold_until_out_of_range",
        "The hold would last until 2026-03-10T18:30:00+0000; it must end after it begins, and at most 30 days later.",
        shop,
        a_hold(NOW, unit="points", amount=1),
    ),
    (
        "hold_until_out_of_range",
        "The hold would last until 2026-04-09T18:30:01+0000; it must end after it begins, and at most 30 days later.",
        shop,
        a_hold("2026-04-09 14:30:01", unit="points", amount=1),
    ),
    (
        "holds_too_many",
        "The member has 20 open holds, and no more are taken.",
        holding_much,
        a_hold(unit="points", amount=1),
    ),
    (
        "price_not_as_expected",
        "The member was told to pay 999; by the program it is 1000.",
        shop,
        basket(Line("a", 1000), expects=999),
    ),
    ("prize_run_out", "There is no yacht left to be won.", arcade, Win(**at(), game="draw", prize="yacht")),
    ("prize_unknown", "The game draw has no prize mug.", arcade, Win(**at(), game="draw", prize="mug")),
    (
        "quest_not_open",
        "The member cannot join start: it is not open on this day.",
        arcade,
        Join(**at(), plan="start"),
    ),
    (
        "seed_missing",
        "The seed of the game wheel is not stored here; nobody can play before it is.",
        lambda: arcade(seeds=False),
        Play(**at(), game="wheel"),
    ),
    (
        "household_held",
        "The member belongs to the household home already.",
        lambda: in_plans(ENTERS, SETTLES),
        Enter(**at(), household="other", role="owner", address="a1"),
    ),
    (
        "household_in_household",
        "A household cannot enter a household.",
        in_plans,
        Enter(**at(), household="m", address="a1"),
    ),
    (
        "household_left_lately",
        "The member has left a household and may enter another from 2027-03-06 on.",
        lambda: in_plans(ENTERS, SETTLES, LEFT),
        ENTERS,
    ),
    (
        "household_not_for_this_member",
        "Households are not for this member: not for members of plus.",
        lambda: in_plans(JOINS, not_for=("plus",)),
        ENTERS,
    ),
    ("household_not_held", "The member is in no household.", in_plans, LEFT),
    ("member_already_enrolled", "The member m is already enrolled.", shop, Enrol(**at())),
    (
        "member_unknown",
        "There is no member m. Enrol the member first.",
        lambda: Story(program(), joined=None),
        purchase("new", NOW, "10"),
    ),
    (
        "membership_ends_already",
        "The membership plus was given up already and ends on 2026-04-05.",
        lambda: in_plans(JOINS, Leave(**at(), plan="plus")),
        Leave(**at(), plan="plus"),
    ),
    ("membership_held", "The member is in the plan plus already.", lambda: in_plans(JOINS), JOINS),
    (
        "membership_held",
        "The member is in the plan plus already.",
        lambda: in_plans(ENTERS, SETTLES, SHARES),
        Join(**at(), plan="club"),
    ),
    (
        "membership_not_for_this_member",
        "The plan club is not for this member: only from 18 years on.",
        in_plans,
        Join(**at(), plan="club"),
    ),
    ("membership_not_held", "The member is not in the plan plus.", in_plans, Renew(**at(), plan="plus")),
    (
        "membership_shared",
        "The plan plus is shared by the household; who holds it pays for it and ends it.",
        lambda: in_plans(ENTERS, SETTLES, SHARES),
        Leave(**at(), plan="plus"),
    ),
    (
        "membership_without_term",
        "The plan club has no term that could be paid for.",
        lambda: in_plans(Describe(**at(), traits=Traits(age=18)), Join(**at(), plan="club")),
        Renew(**at(), plan="club"),
    ),
    (
        "no_program_in_force",
        "No version of the program was in force on 2020-01-01T04:59:59Z.",
        shop,
        Tick(**at("2019-12-31 23:59:59")),
    ),
    (
        "nothing_of_that_name",
        "The program has nothing called gold for an event of the kind join.",
        shop,
        Join(**at(), plan="gold"),
    ),
    (
        "nothing_waits_for_delivery",
        "Nothing waits for the delivery of the purchase p.",
        shop,
        Deliver(**at(), purchase="p"),
    ),
    (
        "option_not_offered",
        "The option tea is not on this member's menu categories; there is soup.",
        in_plans,
        choice("tea"),
    ),
    ("option_twice", "An option of the menu categories is chosen twice.", twice_on_the_menu, choice("soup", "soup")),
    ("option_unknown", "The menu categories has no option cake.", in_plans, choice("cake")),
    (
        "options_too_many",
        "The member may choose 1 from the menu categories, not 2.",
        in_plans,
        choice("soup", "soup"),
    ),
    (
        "person_not_in_household",
        "The person ben is not in this household.",
        in_plans,
        Admit(**at(), household="family", person="ben", leaves=True),
    ),
    (
        "not_for_this_member",
        "The member may not: moon is only from 18 years on.",
        lambda: generous(),
        Donate(**at(), cause="moon", amount=1),
    ),
    (
        "payment_exceeds_available",
        "The bill was to be paid with 101 points; the member has 100.",
        lambda: checkout(payment()),
        basket(Line("a", 1000), spend={"points": 101}),
    ),
    (
        "payment_exceeds_share",
        "At most 50 points may go into this bill, not 51.",
        lambda: checkout(payment(share=Rate(1, 2))),
        basket(Line("a", 100), spend={"points": 51}),
    ),
    (
        "payment_not_a_multiple",
        "A bill takes points in multiples of 10, not 15.",
        lambda: checkout(payment(multiple=10)),
        basket(Line("a", 1000), spend={"points": 15}),
    ),
    (
        "payment_not_for_this_member",
        "The bill cannot be paid with points: only for gold.",
        lambda: checkout(payment(when=When(tier=("gold",)))),
        basket(Line("a", 1000), spend={"points": 15}),
    ),
    (
        "payment_too_small",
        "A bill takes at least 20 points, not 19.",
        lambda: checkout(payment(least=20)),
        basket(Line("a", 1000), spend={"points": 19}),
    ),
    ("purchase_unknown", "The member has no purchase q.", shop, given_back(receipt="q")),
    (
        "redemption_exceeds_available_points",
        "The reward costs 101 points; the member has 100.",
        shop,
        Redeem(**at(), reward="tea"),
    ),
    ("return_exceeds_purchase", "Line 0 has 3 left to return, not 4.", shop, given_back((0, 4))),
    (
        "return_exceeds_purchase",
        "Line 0 has 1 left to return, not 2.",
        lambda: after_returning((0, 2)),
        given_back((0, 2)),
    ),
    (
        "return_exceeds_purchase",
        "Line 1 has 0 left to return, not 1.",
        lambda: after_returning((1, None)),
        given_back((1, None)),
    ),
    ("return_exceeds_purchase", "Line 0 has 1 left to return, not 2.", shop, given_back((0, 2), (0, 2))),
    ("return_line_unknown", "The purchase has no line 2.", shop, given_back((0, 1), (2, 1))),
    (
        "return_of_nothing",
        "Everything of this purchase has come back already.",
        after_returning,
        given_back(),
    ),
    (
        "reward_amount_wrong",
        "The reward coffee is not taken for 99: 100 points, no more and no less.",
        shop,
        Redeem(**at(), reward="coffee", amount=99),
    ),
    (
        "reward_limit_reached",
        "A member takes at most 2 of the reward pin a day; taken already: 0.",
        lambda: offering("pin", 10, taken="several times", per_member=(Allowance(2, "day"),)),
        Redeem(**at(), reward="pin", amount=30),
    ),
    (
        "reward_not_for_this_member",
        "The reward is not for this member: only for gold.",
        shop,
        Redeem(**at(), reward="lounge"),
    ),
    (
        "reward_not_here",
        "The reward is not to be had here: only where the channel is app.",
        lambda: offering("pin", when=When(channel=("app",))),
        Redeem(**at(), reward="pin", channel="web"),
    ),
    (
        "reward_not_now",
        "The reward is not to be had now: only from 2026-03-11 on.",
        lambda: offering("pin", first_day=date(2026, 3, 11)),
        Redeem(**at(), reward="pin"),
    ),
    ("reward_out_of_stock", "The reward mug is out of stock.", shop, Redeem(**at(), reward="mug")),
    ("reward_unknown", "The program has no reward cake.", shop, Redeem(**at(), reward="cake")),
    (
        "unit_does_not_pay",
        "The program takes no points in payment.",
        shop,
        basket(Line("a", 500), spend={"points": 5}),
    ),
    (
        "role_unknown",
        "Households have no role uncle.",
        in_plans,
        Enter(**at(), household="home", role="uncle", address="a1"),
    ),
    (
        "trial_not_offered",
        "The plan club has no trial.",
        lambda: in_plans(Describe(**at(), traits=Traits(age=18))),
        Join(**at(), plan="club", trial=True),
    ),
    (
        "trial_used",
        "The member has had the trial of the plan plus already.",
        lambda: in_plans(Join(**at(), plan="plus", trial=True), Leave(**at(), plan="plus", at_once=True)),
        Join(**at(), plan="plus", trial=True),
    ),
    (
        "segment_entered_and_left",
        "The segment lapsing cannot be entered and left at once.",
        shop,
        Segment(**at(), entered=("new", "lapsing"), left=("lapsing",)),
    ),
    (
        "sending_to_oneself",
        "Nobody sends points to themselves.",
        lambda: generous(),
        Send(**at(), unit="points", amount=10, to="m"),
    ),
    (
        "unit_not_held",
        "The unit vouchers is kept as vouchers, which cannot be held by the amount.",
        shop,
        a_hold(unit="vouchers", amount=1),
    ),
    ("unit_unknown", "The program has no unit stars.", shop, adjustment(5, "stars")),
    (
        "member_blocked",
        "The member is blocked since 2026-03-10T18:30:00Z.",
        lambda: barred(Block(**at(), reason="looked odd", by="staff")),
        Redeem(**at(), reward="coffee"),
    ),
    (
        "member_closed",
        "The member has left the program on 2026-03-10.",
        lambda: barred(Close(**at(), reason="leaves", by="staff")),
        Redeem(**at(), reward="coffee"),
    ),
    (
        "member_merged",
        "The member was merged into bo, who acts for both.",
        lambda: barred(Merge(**at(), into="bo")),
        Redeem(**at(), reward="coffee"),
    ),
    ("member_not_blocked", "The member is not blocked.", shop, Unblock(**at(), reason="none", by="staff")),
    ("member_not_merged", "The member is merged into nobody.", shop, Unmerge(**at())),
    (
        "merge_unknown",
        "The member has taken over nothing from bo by the merge m1.",
        shop,
        Separate(**at(), sender="bo", merge="m1"),
    ),
    (
        "merge_unknown",
        "The member has taken over nothing from bo by the merge m1.",
        shop,
        Receive(**at(), unit="points", amount=5, sender="bo", merge="m1"),
    ),
    (
        "merge_unknown",
        "The member has taken over nothing from bo by the merge m1.",
        shop,
        Absorb(**at(), sender="bo", merge="m1", more=True),
    ),
    ("merging_into_oneself", "Nobody is merged into themselves.", shop, Merge(**at(), into="m")),
    (
        "merging_person_in_household",
        "The member belongs to the household home, and leaves it before a merge.",
        lambda: in_plans(Enter(**at(), household="home", role="owner", address="a1")),
        Merge(**at(), into="bo"),
    ),
    (
        "merging_plan_held",
        "The member is in the plan plus, which ends before a merge.",
        lambda: in_plans(Join(**at(), plan="plus", trial=True)),
        Merge(**at(), into="bo"),
    ),
    (
        "household_has_people",
        "The household has 1 people in it; they leave first.",
        lambda: in_plans(Admit(**at(), household="family", person="bo", role="owner", address="a1")),
        Merge(**at(), into="bo"),
    ),
    (
        "unit_unknown",
        "The program has no unit stars.",
        shop,
        Receive(**at(), unit="stars", amount=5, sender="bo"),
    ),
    (
        "wanted_exceeds_available",
        "That takes 110 points; the member has 100.",
        lambda: generous(),
        Send(**at(), unit="points", amount=100, to="bo"),
    ),
]


@pytest.mark.parametrize(
    ("code", "sentence", "story", "event"), CASES, ids=[f"{place}-{case[0]}" for place, case in enumerate(CASES)]
)
def test_a_refusal_has_its_code_and_sentence_and_moves_nothing(code, sentence, story, event):
    refusal = story().is_refused(event)
    assert (refusal.code, refusal.sentence) == (code, sentence)
    assert REFUSALS[code].format(**refusal.details) == sentence


def test_every_refusal_is_given_by_the_core_or_by_the_till():
    by_the_core = {code for code, *_ in CASES}
    assert by_the_core | GIVEN_BY_THE_TILL | GIVEN_BY_PEOPLE == REFUSALS.keys()
    assert not by_the_core & (GIVEN_BY_THE_TILL | GIVEN_BY_PEOPLE)


def test_refusals_stand_in_alphabetical_order():
    assert list(REFUSALS) == sorted(REFUSALS)


def test_a_balance_may_be_all_that_fits():
    story = rich(MAX_BALANCE - MAX_AMOUNT)
    story.meets(adjustment(MAX_AMOUNT))
    assert story.has() == MAX_BALANCE


def test_a_grant_may_be_all_that_an_event_carries():
    story = shop()
    story.meets(basket(Line("a", MAX_AMOUNT, MAX_AMOUNT)))
    assert story.has() == MAX_AMOUNT // 100 + 100


def test_a_refusal_must_be_registered_and_complete():
    with pytest.raises(KeyError):
        refuse("because")
    with pytest.raises(KeyError):
        refuse("reward_unknown")
    assert refuse("reward_unknown", reward="x") == Refusal(
        "reward_unknown", "The program has no reward x.", {"reward": "x"}
    )


def test_a_refusal_also_throws_away_what_fell_due_before():
    story = shop(units={"points": units_that_expire(), "vouchers": units_that_expire(money=True)})
    refusal = story.is_refused(Redeem(**at("2027-03-01"), reward="cake"))
    assert refusal.code == "reward_unknown"
    assert story.has() == 100, "expired by then, and still here"


def units_that_expire(**settings: object) -> Unit:
    return Unit(expires=term("30 days"), **settings)


PRECEDENCE = [
    # The first that applies is given: the time, the member, the lateness, then the order of each kind's own checks.
    ("event_time_out_of_range", lambda: Story(program(), joined=None), purchase("new", "1900-01-01", "10")),
    ("no_program_in_force", lambda: Story(program(), joined=None), purchase("new", "2019-01-01", "10")),
    ("event_too_late", shop, Redeem(**at("2026-01-01"), reward="cake")),
    ("currency_rate_missing", shop, basket(Line("a", 5, discount=6), currency="EUR")),
    ("reward_not_for_this_member", lambda: lounge(cost=1000, stock=0), Redeem(**at(), reward="lounge")),
    (
        "redemption_exceeds_available_points",
        lambda: lounge(cost=1000, stock=0, when=When()),
        Redeem(**at(), reward="lounge"),
    ),
    ("purchase_unknown", shop, given_back((9, 9), receipt="q")),
]


def lounge(**settings: object) -> Story:
    return Story(program(LADDER, rewards=(reward("lounge", **({"when": When(tier=("gold",))} | settings)),)))


@pytest.mark.parametrize(("code", "story", "event"), PRECEDENCE)
def test_of_several_reasons_the_documented_first_is_given(code, story, event):
    assert story().is_refused(event).code == code


def test_a_refused_event_uses_no_limit_even_where_a_limit_was_looked_at():
    story = Story(program(points_per_dollar(limit=Cap(total=1000)), points_per_dollar(2 * MAX_AMOUNT, name="too-much")))
    decision = story.tries(purchase("new", NOW, "10"))
    assert decision.outcome.refusal is not None
    assert decision.outcome.refusal.code == "amount_out_of_range"
    assert decision.limit_uses == {}
    assert decision.limits_seen == {"base": 0}
    story.is_refused(purchase("new", NOW, "10"))


def test_an_action_that_no_mechanic_reacts_to_is_recorded_and_gives_nothing():
    story = shop()
    decision = story.meets(Action(**at(), action="wave"))
    assert decision.outcome.effects == ()
    assert story.state.last_activity_at == instant(NOW)
