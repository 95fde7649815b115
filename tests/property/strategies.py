"""What members may do, for hypothesis: amounts, days, zones, baskets, and one rich program in two versions."""

from datetime import date
from zoneinfo import available_timezones

import msgspec
from hypothesis import strategies as st

from guerdon.core.amounts import Rate, Rounding
from guerdon.core.calendar import Term, day_of
from guerdon.core.counting import Measure
from guerdon.core.events import Line
from guerdon.core.gifts import Gift
from guerdon.core.program import Allowance, Cap, Lifetime, Meter, Partner, Program, Quantity, Refill, Unit, When
from guerdon.core.reducing import Off, PriceLimit
from guerdon.core.timeline import Timeline
from guerdon.mechanics import (
    Badge,
    Bundle,
    Coupon,
    Discount,
    Earn,
    Membership,
    Menu,
    Payment,
    Quest,
    Stamps,
    Streak,
    Tiers,
    Vouchers,
)
from guerdon.mechanics.cause import Cause
from guerdon.mechanics.conversion import Conversion
from guerdon.mechanics.earn_ladder import Band
from guerdon.mechanics.menu import Option
from guerdon.mechanics.quest import Step
from guerdon.mechanics.referral import Deed, Referral
from guerdon.mechanics.sending import Sending
from guerdon.mechanics.stamps import Stamping
from guerdon.mechanics.streak import Milestone
from guerdon.mechanics.tiers import Level, Need, Needs
from guerdon.mechanics.vouchers import IssueDate
from tests.builders import cap, delay, program, reward, term, timeline, window

DIFFICULT_ZONES = (
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Havana",
    "Europe/Sofia",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Tehran",
    "Asia/Gaza",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "UTC",
)

zone_names = st.sampled_from(DIFFICULT_ZONES) | st.sampled_from(
    sorted(name for name in available_timezones() if name.split("/")[0] in {"America", "Asia", "Europe", "Pacific"})
)
days = st.integers(day_of(date(2000, 1, 1)), day_of(date(2099, 12, 31)))
instants = st.integers(946_684_800, 4_102_444_799)
amounts = st.integers(0, 10**15)
weights = st.lists(st.integers(0, 10**15), min_size=1, max_size=12)
roundings = st.sampled_from(Rounding)
term_units = st.sampled_from(("day", "week", "month", "year"))
period_units = st.sampled_from(("day", "week", "month", "quarter", "year"))
terms = st.builds(Term, st.integers(0, 40), term_units, st.none() | period_units)

lines = st.builds(
    Line,
    sku=st.sampled_from(("1", "2")),
    amount=st.integers(0, 20_000),
    quantity=st.integers(0, 5),
    category=st.sampled_from(("soup", "soup/tin", "tea", "gift-card")),
    brand=st.sampled_from(("own", "other")),
)
baskets = st.lists(lines, min_size=1, max_size=4).map(tuple)

STEPS = (1, 60, 3_600, 20_000, 86_400, 3 * 86_400, 10 * 86_400, 33 * 86_400, 100 * 86_400)
pauses = st.sampled_from((0, 0, *STEPS))
"""Seconds between two events: often none, seldom months."""


delays = st.sampled_from((0, 0, 0, 3_600, 5 * 86_400, 15 * 86_400))
"""Seconds by which an event arrives late: often none."""

ANOTHER_TWENTY_DOLLARS = Need(meter="spend", least=2_000, anew=True)
OFTEN_HERE = Need(meter="visits", least=3)
MOSTLY_SOUP = Need(meter="soup", share=Rate(1, 2), share_of="month")


def _rich(*, base: int, base_lasts: str, kept: str) -> Program:
    return program(
        Earn(name="welcome", earn="points", on="enrol", flat=50),
        Earn(name="base", earn="points", rate=Rate(base, 100)),
        Earn(name="soup", earn="points", rate=Rate(3, 100), when=When(category=("soup",)), round_per="line"),
        Earn(name="double", earn="points", multiply="soup", when=When(brand=("own",)), limit=Cap(per_event=40)),
        Earn(name="later", earn="points", flat=20, available_after=delay("5 days"), expires=term("2 months")),
        Earn(name="best-a", earn="stars", flat=2, lane="best"),
        Earn(name="best-b", earn="stars", rate=Rate(1, 2000), lane="best", limit=cap(per_member=9, period="week")),
        Earn(name="budget", earn="points", rate=Rate(1, 50), limit=Cap(total=900, per_event=300)),
        Earn(name="kept", earn="points", rate=Rate(1, 300), keeps_fraction=True, when=When(category=("soup",))),
        Earn(name="items", earn="points", rate=Rate(2, 3), counts="items", rounding=Rounding.NEAREST),
        Earn(
            name="carried",
            earn="points",
            rate=Rate(1, 200),
            limit=cap(per_member=base * 40, period="month"),
            above_limit="carries over",
        ),
        Earn(name="monthly", earn="points", rate=Rate(1, 1000), of="spend", at_least=5000, on="every:month"),
        Earn(name="by-tier", earn="stars", rates={"silver": Rate(1, 900), "gold": Rate(1, 700)}),
        Earn(name="bands", earn="stars", bands=(Band(5000, 1), Band(20_000, 3)), cap="stars"),
        Earn(name="review", earn="points", on="action:review", flat=15, limit=cap(per_member=45, period="month")),
        Tiers(
            meter="spend",
            levels=(
                Level(name="basic", threshold=0),
                Level(name="silver", threshold=20_000),
                Level(name="gold", threshold=50_000, keep=Needs(all_of=(ANOTHER_TWENTY_DOLLARS,))),
            ),
            kept=term(kept),
            grace=term("1 week"),
            lowered="by one level",
        ),
        Tiers(
            name="months",
            levels=(
                Level(name="calm"),
                Level(name="keen", needs=Needs(any_of=(OFTEN_HERE, MOSTLY_SOUP))),
                Level(name="eager", needs=Needs(all_of=(OFTEN_HERE, MOSTLY_SOUP))),
            ),
            reviewed="month",
            raised="at review",
        ),
        Earn(name="keen-bonus", earn="points", on="reached:keen", flat=9),
        Tiers(
            name="stars-ladder",
            meter="stars",
            levels=(Level(name="low", threshold=0), Level(name="high", threshold=12)),
            kept=term("1 month after month"),
        ),
        Stamps(
            name="card",
            full=3,
            stamp=Stamping(1, "item"),
            when=When(category=("soup",)),
            gives=(Gift(quantity=Quantity(30, "points")), Gift(quantity=Quantity(200, "vouchers"))),
            expires=term("40 days"),
        ),
        Stamps(name="free-tea", full=3, stamp=Stamping(1, "item"), when=When(category=("tea",)), free=True),
        Streak(
            name="weekly",
            gives=(Milestone(length=2, gives=(Gift(quantity=Quantity(12, "points")),)),),
            may_miss=Allowance(1, "quarter"),
        ),
        Quest(
            name="tasks",
            steps=(
                Step(name="spend", measure=Measure(counts="spend"), needs=9_000),
                Step(name="review", measure=Measure(counts="actions", action="review")),
            ),
            gives=(Gift(quantity=Quantity(70, "points")), Gift(badge="done")),
            within=term("30 days"),
            times=None,
        ),
        Badge(name="done", gives=(Gift(quantity=Quantity(3, "stars")),)),
        Discount(name="gold-off", off=Off(share=Rate(7, 100)), when=When(tier=("gold",)), lane="prices"),
        Discount(
            name="own-off",
            off=Off(amount=33, each=True),
            when=When(brand=("own",)),
            lane="prices",
            limit=PriceLimit(uses=12, per_basket=500),
        ),
        Bundle(name="soups", buy=2, get=1, when=When(category=("soup",)), limit=PriceLimit(total=9_000)),
        Coupon(
            name="next",
            off=Off(amount=150),
            on="purchase",
            issued_when=When(basket_at_least=9_000),
            most_held=2,
            valid=term("12 days"),
            when=When(basket_at_least=300),
        ),
        Payment(
            unit="points", worth=Rate(3, 2), earns=False, share=Rate(1, 2), leaves=10, when=When(category=("soup",))
        ),
        Payment(name="by-stars", unit="stars", worth=Rate(1, 1), earns=True),
        Earn(name="gold-extra", earn="points", rate=Rate(1, 100), when=When(tier=("gold", "high"))),
        Membership(
            name="plus",
            of="plans",
            fee=999,
            term=term("1 month"),
            trial=term("10 days"),
            due_days_before=3,
            grace=term("5 days"),
            refund="if nothing was used",
        ),
        Membership(name="yearly", of="plans", fee=9_999, term=term("1 year"), due_days_before=20),
        Earn(name="plus-extra", earn="points", rate=Rate(1, 200), when=When(membership=("plus", "yearly"))),
        Earn(name="hello", earn="points", flat=7, on="joined:plus"),
        Earn(name="good-bye", earn="stars", flat=3, on="left:plus"),
        Menu(
            name="menu",
            earn="points",
            choose=1,
            choose_more={"plus": 2},
            offered=2,
            every="statement",
            options=(
                Option(name="soup", rate=Rate(1, 70), when=When(category=("soup",))),
                Option(name="own", rate=Rate(1, 50), when=When(brand=("own",))),
                Option(name="all", rate=Rate(1, 110)),
            ),
            changes="at any time",
            without="the last choice",
            several="add",
            limit=cap(per_member=250, period="month"),
        ),
        Vouchers(every=Quantity(100, "points"), gives=Quantity(300, "vouchers"), issued="month", most=3, per_basket=2),
        Vouchers(
            name="cash", every=Quantity(10, "stars"), gives=Quantity(250, "cash"), issued="week", valid=term("20 days")
        ),
        Vouchers(
            name="seasons",
            every=Quantity(70, "points"),
            gives=Quantity(200, "cash"),
            issued=(
                IssueDate(month=2, day=15, earned_month=1, earned_day=31),
                IssueDate(month=4, day=10, earned_month=3, earned_day=31),
                IssueDate(month=6, day=1),
            ),
            most=2,
            most_in=(Allowance(3, "year"),),
        ),
        Referral(
            name="bring",
            deed=Deed(at_least=5_000, counts="all"),
            friend=Quantity(25, "points"),
            referrer=Quantity(35, "points"),
            paid_after=delay("5 days"),
            limit=Cap(times=(Allowance(3, "month"),)),
        ),
        Cause(name="forest", takes="points", at_least=5, target=60, then="sea"),
        Cause(name="sea", takes="points", limit=cap(per_member=50, period="month")),
        Sending(name="sending", unit="points", fee=Rate(1, 10), limit=cap(per_member=80, period="week")),
        Conversion(name="to-cash", every=Quantity(15, "points"), gives=Quantity(50, "cash")),
        Conversion(name="to-miles", every=Quantity(10, "points"), gives=Quantity(3, "miles"), partner="sky"),
        partners={"sky": Partner()},
        units={
            "points": Unit(expires=term(base_lasts), inactive_after=term("4 months")),
            "stars": Unit(
                scale=1,
                debt="forgiven",
                lifetimes={"low": Lifetime(inactive_after=term("50 days")), "high": Lifetime(expires=term("5 months"))},
                kept_alive_by=("purchase", "action:review"),
            ),
            "vouchers": Unit(money=True, expires=term("45 days"), kept_alive_by=("redeem",)),
            "cash": Unit(money=True),
        },
        meters={
            "spend": Meter(counts="spend", window=window("3 months")),
            "stars": Meter(counts="earned", unit="stars", window=window("calendar quarter")),
            "soup": Meter(counts="spend", window=window("calendar month"), only=When(category=("soup",))),
            "month": Meter(counts="spend", window=window("calendar month")),
            "visits": Meter(counts="visits", window=window("20 days")),
        },
        lanes={"best": "best", "prices": "line"},
        caps={"stars": cap(per_member=8, period="statement", times=(Allowance(2, "day"),))},
        never_earn=When(category=("gift-card",)),
        rewards=(
            reward("mug", 40, stock=3),
            reward("lounge", 10, when=When(tier=("silver", "gold"))),
            reward("ten-off", 60, gives=Quantity(1000, "vouchers"), valid=term("10 days")),
            reward("pin", 5, taken="several times", stock=9, refilled=Refill(weekdays=(1, 5), minute=540), at_once=4),
            reward("change", 3, taken="in any amount", gives=Quantity(0, "cash"), value=Rate(5, 7)),
            reward("code", 7, code=True, valid=term("3 days"), per_member=(Allowance(2, "week"),)),
        ),
        late_events=20,
    )


VERSIONS = (
    _rich(base=1, base_lasts="6 months after month", kept="2 months"),
    _rich(base=2, base_lasts="30 days", kept="0 months after quarter"),
)
SECOND_FROM = date(2026, 4, 1)


def rich_timeline() -> Timeline:
    """Two versions of the rich program; the second takes over on the first day of a quarter."""
    return timeline(VERSIONS[0], msgspec.structs.replace(VERSIONS[1], effective_from=SECOND_FROM))
