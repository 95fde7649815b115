"""Cards, streaks, quests, badges, raffles and wheels as they stand in the file."""

from datetime import date

import msgspec
import pytest

from guerdon.core.amounts import Rate
from guerdon.core.calendar import Term
from guerdon.core.counting import Measure
from guerdon.core.gifts import Gift
from guerdon.core.program import Allowance, Quantity, When
from guerdon.core.version import Version
from guerdon.language import ProgramErrors, read_program
from guerdon.mechanics import MECHANICS, Badge, Quest, Raffle, Stamps, Streak, Wheel
from guerdon.mechanics.quest import Step
from guerdon.mechanics.raffle import Entry, Prize
from guerdon.mechanics.stamps import Stamping
from guerdon.mechanics.streak import Milestone
from guerdon.mechanics.wheel import Slice

HEAD = """\
program: arcade
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {}
  vouchers: {in: USD}
rewards:
  - {reward: coffee, cost: 10 points}
mechanics:
"""
COMMITMENT = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
GAMES = f"""\
  - stamps: coffee-card
    stamp: 1 per item
    when: {{category: coffee}}
    except: {{category: syrup}}
    limit: [3 stamps a day, 50 in all]
    full: 10 stamps
    gives: the item free
    expires: 6 months without a stamp
    title: Coffee card
  - stamps: checkins
    on: action checkin
    stamp: 2 per visit
    full: 5
    gives: [5 USD off for 30 days, badge explorer]
  - {{stamps: spender, stamp: 1 per 5 USD, full: 20, gives: coupon free-cake for 2 weeks}}
  - streak: weekly
    every: week
    at_least: spend 20 USD
    when: {{channel: web}}
    except: {{category: fuel}}
    gives: {{4: 50 points, every 8: [150 points, reward coffee]}}
    may_miss: 1 a year
    ends_at: 12 periods
    title: Every week
  - {{streak: runner, every: day, at_least: action run 2 times}}
  - quest: start
    steps:
      skincare: {{do: spend 30 USD, when: {{category: skincare}}, title: Skin}}
      visits: {{do: 2 visits, gives: 10 points}}
      taste: {{each_of: [{{brand: a}}, {{category: tea}}]}}
      mark: {{reach: badge explorer}}
      weeks: {{reach: streak weekly of 4}}
    in_order: yes
    start: opt in
    between: [2026-04-01, 2026-04-30]
    within: 10 days
    repeat: 3 times
    gives: [100 points, badge finisher]
    when: {{weekday: weekend}}
  - {{quest: monthly, steps: {{items: {{do: 3 items}}}}, each: month}}
  - badge: explorer
    on: purchase
    when: {{category: coffee}}
    except: {{category: fuel}}
    times: 2 times
    gives: 25 points
  - badge: finisher
  - raffle: draw
    entries:
      - 1 ticket per 20 USD
      - 2 tickets for action review
      - 1 ticket for 100 points
      - {{way: free ticket, limit: 1 a day}}
    prizes: {{bicycle: 1, voucher: {{count: 10 pieces, gives: 20 USD, title: Voucher}}}}
    between: [2026-06-01, 2026-08-31]
    commitment: {COMMITMENT}
    when: {{channel: web}}
    limit: 10 a day
    total: 10_000 tickets
    again: yes
  - wheel: lucky
    prizes:
      bicycle: {{weight: 1, count: 1}}
      mug: {{weight: 9, gives: 5 points}}
      nothing: {{weight: 90}}
    commitment: {COMMITMENT}
    cost: 50 points
    between: [2026-06-01, 2026-08-31]
    when: {{weekday: sat}}
    limit: 1 a day
  - {{coupon: free-cake, off: 3 USD off, issued: on action cake-day}}
"""


def points(amount: int) -> Gift:
    return Gift(quantity=Quantity(amount, "points"))


EXPECTED = (
    Stamps(
        name="coffee-card", full=10, stamp=Stamping(1, "item"), free=True, when=When(category=("coffee",)),
        unless=When(category=("syrup",)), limit=(Allowance(3, "day"), Allowance(50)), expires=Term(6, "month"),
        title={"en": "Coffee card"},
    ),
    Stamps(
        name="checkins", full=5, stamp=Stamping(2), on="action:checkin",
        gives=(Gift(quantity=Quantity(500, "vouchers"), valid=Term(30, "day")), Gift(badge="explorer")),
    ),
    Stamps(
        name="spender", full=20, stamp=Stamping(1, "money", 500),
        gives=(Gift(coupon="free-cake", valid=Term(2, "week")),),
    ),
    Streak(
        name="weekly",
        measure=Measure(counts="spend", when=When(channel=("web",)), unless=When(category=("fuel",))), at_least=2000,
        gives=(
            Milestone(length=4, gives=(points(50),)),
            Milestone(length=8, repeats=True, gives=(points(150), Gift(thing="coffee"))),
        ),
        may_miss=Allowance(1, "year"), ends_at=12, title={"en": "Every week"},
    ),
    Streak(name="runner", every="day", measure=Measure(counts="actions", action="run"), at_least=2),
    Quest(
        name="start",
        steps=(
            Step(
                name="skincare", measure=Measure(counts="spend", when=When(category=("skincare",))), needs=3000,
                title={"en": "Skin"},
            ),
            Step(name="visits", measure=Measure(), needs=2, gives=(points(10),)),
            Step(name="taste", each_of=(When(brand=("a",)), When(category=("tea",)))),
            Step(name="mark", badge="explorer"),
            Step(name="weeks", streak="weekly", needs=4),
        ),
        in_order=True, opt_in=True, between=(date(2026, 4, 1), date(2026, 4, 30)), within=Term(10, "day"), times=3,
        gives=(points(100), Gift(badge="finisher")), when=When(weekday=(5, 6)),
    ),
    Quest(name="monthly", steps=(Step(name="items", measure=Measure(counts="items"), needs=3),), each="month",
          times=None),
    Badge(
        name="explorer", on="purchase", when=When(category=("coffee",)), unless=When(category=("fuel",)), times=2,
        gives=(points(25),),
    ),
    Badge(name="finisher"),
    Raffle(
        name="draw",
        entries=(
            Entry(rate=Rate(1, 2000)), Entry(tickets=2, action="review"), Entry(cost=Quantity(100, "points")),
            Entry(free=True, limit=(Allowance(1, "day"),)),
        ),
        prizes=(
            Prize(name="bicycle"),
            Prize(name="voucher", count=10, gives=(Gift(quantity=Quantity(2000, "vouchers")),),
                  title={"en": "Voucher"}),
        ),
        between=(date(2026, 6, 1), date(2026, 8, 31)), commitment=COMMITMENT, when=When(channel=("web",)),
        limit=(Allowance(10, "day"),), total=10_000, again=True,
    ),
    Wheel(
        name="lucky",
        prizes=(
            Slice(name="bicycle", weight=1, count=1), Slice(name="mug", weight=9, gives=(points(5),)),
            Slice(name="nothing", weight=90),
        ),
        commitment=COMMITMENT, cost=Quantity(50, "points"), between=(date(2026, 6, 1), date(2026, 8, 31)),
        when=When(weekday=(5,)), limit=(Allowance(1, "day"),),
    ),
)  # fmt: skip


@pytest.mark.parametrize("place", range(len(EXPECTED)), ids=lambda place: EXPECTED[place].name)
def test_every_key_says_what_it_means(place):
    assert read_program(HEAD + GAMES).mechanics[place] == EXPECTED[place]


def test_what_is_read_can_be_compiled():
    version = Version(read_program(HEAD + GAMES))
    assert len(version.rules) == len(EXPECTED) + 1, "and the coupon"
    assert version.limits == {
        "tickets:draw": 10_000,
        "prize:draw/bicycle": 1,
        "prize:draw/voucher": 10,
        "prize:lucky/bicycle": 1,
    }


def test_every_setting_is_written_in_the_text():
    """Each field of each mechanic differs from its default somewhere."""
    for kind in (Stamps, Streak, Quest, Badge, Raffle, Wheel):
        assert kind in MECHANICS.values()
        found = [mechanic for mechanic in EXPECTED if isinstance(mechanic, kind)]
        for field in msgspec.structs.fields(kind):
            if not field.required and field.name not in ("title",):
                values = [getattr(mechanic, field.name) for mechanic in found]
                assert any(value != field.default for value in values), (kind, field.name)


MISTAKES = [
    ("- {stamps: card, full: 10, gives: the item free}", 11, "one stamp for each article"),
    ("- {stamps: card, on: action go, stamp: 1 per item, full: 10, gives: 5 points}", 11, "has no articles"),
    ("- {stamps: card, full: ten, gives: 5 points}", 11, "is not a number of stamps"),
    ("- {stamps: card, full: 10, gives: 5 stars}", 11, "is not a unit of this program"),
    ("- {stamps: card, full: 10, gives: badge explorr}\n  - badge: explorer", 11, "did you mean `explorer`?"),
    ("- {stamps: card, full: 10, gives: reward tea}", 11, "is not a reward of this program"),
    ("- {stamps: card, full: 10, gives: 5 points, limit: 3 daily}", 11, "`1 a day` or `3 a week`"),
    ("- {stamps: card, full: 10, gives: 5 points}\n  - {streak: card}", 12, "is the name of two mechanics"),
    ("- {streak: weekly, gives: {4: 5 points, four: 5 points}}", 11, "is not a length"),
    ("- {streak: weekly, at_least: action run, when: {category: tea}}", 11, "looks at a purchase"),
    ("- {streak: weekly, may_miss: once}", 11, "is not how often"),
    ("- {quest: q, steps: {a: {do: 2 visits, each_of: [{brand: a}]}}}", 11, "exclude each other"),
    ("- {quest: q, steps: {a: {reach: streak daily of 3}}}", 11, "is not a streak of this program"),
    ("- {quest: q, steps: {a: {reach: tier gold}}}", 11, "is not a level of a tier ladder"),
    ("- {quest: q, steps: {a: {gives: 5 points}}}", 11, "one of `do`, `each_of` or `reach` is missing"),
    ("- {quest: q, steps: {a: {do: 2 dances}}}", 11, "is not something to do"),
    ("- {badge: b, when: {category: tea}}", 11, "means nothing without `on`"),
    (f"- {{wheel: w, prizes: {{a: {{weight: 0}}}}, commitment: {COMMITMENT}}}", 11, "too small"),
    ("- {wheel: w, prizes: {a: {weight: 1}}, commitment: secret}", 11, "is not a commitment"),
    ("- {wheel: w, prizes: {a: {weight: 1}}}", 11, "`commitment` is missing"),
    (
        f"- {{raffle: r, entries: [free ticket, free ticket], prizes: {{a: 1}}, commitment: {COMMITMENT}, "
        "between: [2026-01-01, 2026-01-31]}",
        11,
        "two entries are of the same kind (free)",
    ),
    (
        f"- {{raffle: r, entries: [a ticket], prizes: {{a: 1}}, commitment: {COMMITMENT}, "
        "between: [2026-01-01, 2026-01-31]}",
        11,
        "is not a way to tickets",
    ),
]


@pytest.mark.parametrize(("text", "line", "told"), MISTAKES, ids=[told for _, _, told in MISTAKES])
def test_what_is_wrong_is_told_with_its_place_and_remedy(text, line, told):
    with pytest.raises(ProgramErrors) as wrong:
        read_program(f"{HEAD}  {text}\n")
    assert [error.line for error in wrong.value.errors][:1] == [line]
    assert told in wrong.value.errors[0].sentence
