"""A program with every mechanic in it, and lives of members to whom everything happens that can.

What stands behind an ``@`` in the program is the name of a mechanic, so that a version may rename them all. The lives
are made up by chance, the same for the same seed: they come late, in odd orders, and often make no sense.
"""

import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from guerdon.core.events import (
    Action,
    Adjust,
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
    Erase,
    Event,
    Exit,
    Hold,
    Join,
    Leave,
    Line,
    Merge,
    Play,
    Purchase,
    Redeem,
    Release,
    Renew,
    Return,
    ReturnedLine,
    Segment,
    Send,
    TakenReward,
    Tick,
    Traits,
    Unblock,
    Unmerge,
    Use,
)

SEED = "s3cret"
"""Of the raffle and the wheel."""

BEGINS = datetime(2026, 2, 1, 14, tzinfo=UTC)

EVERYTHING = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
late_events: up to 20 days
never_earn: {category: gift-card}
units:
  points: {expires: 5 months, warn: [30 days, 1 week, 1 day], worth: 1 USD per 100 points}
  stars: {decimals: 1, expires: 2 months without activity, kept_alive_by: [purchase, redeem], warn: 10 days}
  xp: {after_return: forgiven}
  vouchers: {in: USD, expires: 60 days, warn: [40 days, 3 days]}
  cash: {in: USD, spent: in any part, expires: {gold: never, silver: 3 months}}
meters:
  spend_3_months: {sum: spend, window: rolling 3 months}
  points_this_year: {sum: points earned, window: calendar year}
  visits: {count: visits, window: calendar month}
  soup: {sum: spend, window: ever, of: {category: soup}}
partners:
  sky: {}
lanes:
  campaigns: best
  prices: best per line
caps:
  bonus: {of: points, per_member: 200 points a month}
segments:
  at-risk: {if: days_since_last_purchase > 60 and meters.spend_3_months >= 3_000}
experiments:
  spring: {groups: {control: 50 %, ten: 30 %, twenty: 20 %}, between: [2026-02-10, 2026-04-30]}
  never: {groups: {holdout: 20 %, rest: 80 %}}
mechanics:
  - tiers:
      meter: spend_3_months
      levels: {basic: 0, silver: 150 USD, gold: 400 USD}
      kept: 2 months
      grace: 1 week
    name: @tiers
  - {earn: points, name: @base, rate: 1 per 1 USD}
  - {earn: points, name: @gold-extra, multiply: @base, times: 2, when: {tier: gold}, lane: campaigns}
  - {earn: points, name: @weekend, flat: 15, when: {weekday: weekend}, lane: campaigns, available_after: 7 days}
  - {earn: stars, name: @coffee-stars, flat: 3, when: {category: coffee}, limit: 4 a month}
  - {earn: points, name: @welcome, on: enrol, flat: 50, limit: {total: 300 points}}
  - earn: points
    name: @review
    on: action review
    flat: 10
    available_after: 14 days
    limit: 10 points a month
    cap: bonus
  - {earn: cash, name: @cashback, rate: 2 %, available_after: 3 days after delivery, when: {partner: own}}
  - {earn: points, name: @sky-bonus, flat: 50, when: {partner: sky}, funded_by: sky, cap: bonus}
  - {earn: points, name: @plus-extra, rate: 1 per 2 USD, when: {membership: [@plus, @yearly]}}
  - {earn: points, name: @come-back, on: entered at-risk, flat: 9, available_after: 2 days, limit: 20 points a month}
  - {earn: points, name: @came-back, on: left at-risk, flat: 2, when: {experiment: {never: rest}}}
  - {earn: points, name: @spring, rate: 1 per 5 USD, when: {experiment: {spring: [ten, twenty]}}, lane: campaigns}
  - {earn: stars, name: @held-out, flat: 1, except: {segment: regular, experiment: {spring: control}}}
  - {earn: points, name: @hello, on: joined @plus, flat: 7}
  - {earn: points, name: @carried, rate: 1 per 1 USD, limit: 50 points a month, above_limit: carries over}
  - {earn: points, name: @fraction, rate: 1 per 3 USD, rounding: keep the fraction}
  - name: @vouchers
    vouchers: {every: 120 points, gives: 5 USD in vouchers, issued: every month, valid: 40 days, most: 3}
  - membership: @plus
    of: plans
    fee: 10 USD a month
    trial: 10 days
    payment_due: 3 days before
    unpaid: ends after 5 days
    refund: if nothing was used
  - {membership: @yearly, of: plans, fee: 100 USD a year, payment_due: 20 days before}
  - {membership: @club}
  - menu: @menu
    gives: points
    every: month
    options:
      soup: {rate: 2 per 1 USD, category: soup}
      coffee: {rate: 3 per 1 USD, category: coffee}
      all: {rate: 1 per 2 USD}
    choose: 1
    choose_more: {@plus: 2}
    limit: 90 points a month
  - stamps: @card
    full: 3 stamps
    stamp: 1 per item
    when: {category: soup}
    gives: [30 points, badge @soupy]
    expires: 40 days without a stamp
  - {stamps: @free-coffee, full: 4 stamps, stamp: 1 per item, when: {category: coffee}, gives: the item free}
  - {streak: @weekly, every: week, gives: {2: 20 points, every 3: 1 xp}, may_miss: 1 a quarter}
  - quest: @start
    steps:
      spend: {do: spend 60 USD, gives: 5 points}
      review: {do: action review}
    within: 30 days
    repeat: 3 times
    gives: [100 points, 50 xp, badge @starter, coupon @next]
  - quest: @opted
    steps: {visits: {do: 3 visits}, badge: {reach: badge @soupy}}
    start: opt in
    each: month
    gives: 5 USD in vouchers
  - {badge: @starter, gives: 3 xp}
  - {badge: @soupy, times: 100 times, gives: 1 xp}
  - {badge: @big, on: purchase, when: {basket_at_least: 150 USD}, gives: 11 points}
  - raffle: @draw
    entries: [1 ticket per 20 USD, {way: free ticket, limit: 1 a day}, {way: 1 ticket for 10 points}]
    prizes: {bicycle: 1, points: {count: 2, gives: 500 points}}
    between: [2026-01-01, 2026-06-30]
    limit: 10 a day
    total: 60 tickets
    commitment: 1ec1c26b50d5d3c58d9583181af8076655fe00756bf7285940ba3670f99fcba0
  - wheel: @lucky
    prizes: {bicycle: {weight: 1, count: 1}, bonus: {weight: 9, gives: 20 points}, nothing: {weight: 10}}
    cost: 10 points
    limit: 3 a day
    commitment: 1ec1c26b50d5d3c58d9583181af8076655fe00756bf7285940ba3670f99fcba0
  - {discount: {gold: 7 % off, silver: 3 % off}, name: @tier-off, lane: prices}
  - discount: 0.30 USD off each item
    name: @own-off
    lane: prices
    when: {brand: own}
    limit: {uses: 12 times, per_basket: 5 USD}
  - {discount: 5 % off, name: @coded, when: {code: SPRING}, limit: {each_code: 3 times, times: once a week}}
  - {bundle: 3 for 2, name: @soups, when: {category: soup}, limit: {total: 90 USD}}
  - coupon: @next
    off: 5 USD off
    issued: {on: purchase, when: {basket_at_least: 90 USD}, most: 2 coupons}
    valid: 12 days
    when: {basket_at_least: 10 USD}
  - {coupon: @birthday, off: 10 % off, issued: 3 days before the birthday, valid: 20 days}
  - payment: points
    name: @pay-points
    worth: 1 USD per 50 points
    earns: no
    up_to: 50 % of the bill
    except: {category: gift-card}
  - {payment: cash, name: @pay-cash, earns: yes}
  - {benefit: @cup, allows: 2 a week, when: {membership: [@plus, @yearly]}}
  - {benefit: @protect, within: 30 days of a purchase}
  - {earn: points, name: @used-cup, on: action cup, flat: 1}
  - referral: @bring
    counts_when: purchase of at least 20 USD
    friend: 10 points
    referrer: 30 points
    paid_after: 5 days
    limit: 3 friends a year
  - {cause: @forest, takes: points, target: 200 points, then: @sea}
  - {cause: @sea, takes: points}
  - {sending: points, name: @sending, fee: 5 %, limit: 300 points a month}
  - {sending: cash, name: @send-cash}
  - {conversion: @to-miles, every: 10 points, gives: 25 miles, partner: sky}
  - {conversion: @to-stars, every: 10 points, gives: 2 stars}
  - {conversion: @to-v, every: 10 stars, gives: 1 USD in vouchers}
  - household: @family
    roles: {owner: 1, adult: 1, child: 2}
    again_after: 10 days
    shares: @plus
    pools: {points: 50 %}
rewards:
  - {reward: coffee, cost: 9 stars, stock: 5}
  - {reward: ten-off, cost: 80 points, gives: 10 USD in vouchers, valid: 30 days}
  - {reward: change, cost: any points from 10 on, gives: 1 USD in cash per 100 points}
  - {reward: flight, cost: 20 points, partner: sky}
  - {reward: ticket, cost: 20 points, gives: a code, valid: 5 days, limit: 2 a week}
"""

DROPPED = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
late_events: up to 20 days
units:
  points: {expires: 5 months}
  vouchers: {in: USD, expires: 60 days}
  gems: {decimals: 2}
meters:
  spend_year: {sum: spend, window: calendar year}
  reviews: {count: action review, window: calendar year}
mechanics:
  - {earn: points, name: ground, rate: 1 per 1 USD}
  - {earn: gems, name: gems, rate: 1.25 per 1 USD, available_after: 2 days after delivery}
  - name: status
    tiers: {meter: spend_year, levels: {member: 0, vip: 300 USD}, kept: 3 months}
  - {quest: other, steps: {review: {do: action review}}, gives: badge done}
  - {badge: done, gives: 5 points}
  - {stamps: card, full: 5 stamps, stamp: 1 per item, when: {category: soup}, gives: 30 points}
  - {sending: points}
rewards:
  - {reward: coffee, cost: 9 points, stock: 5}
changes:
  units: {stars: 2 points per 1 star, cash: 1 gem per 1 cash}
  tiers: {basic: member, silver: vip, gold: vip}
  mechanics: {base: ground, tiers: status}
"""
"""A version that drops nearly all of it, while members hold it."""

EVERYTHING_AGAIN = """
changes:
  tiers: {member: basic, vip: silver}
  mechanics: {ground: base, status: tiers}
"""
"""What a version says that brings it all back after that."""

OTHERWISE = {
    "every: week, gives: {2: 20 points, every 3: 1 xp}": "every: month, at_least: 2 visits, gives: {1: 20 points}",
    "expires: 40 days without a stamp": "expires: 1 day without a stamp",
    "full: 3 stamps": "full: 2 stamps",
    "within: 30 days\n    repeat: 3 times": "each: week",
    "steps: {visits: {do: 3 visits}, badge: {reach: badge soupy}}": "steps: {visits: {do: 1 visit}}",
    "start: opt in\n    each: month": "between: [2026-03-01, 2026-04-20]",
    "      kept: 2 months\n      grace: 1 week": "      kept: until the end of the calendar month",
    "levels: {basic: 0, silver: 150 USD, gold: 400 USD}": "levels: {basic: 0, silver: 400 USD, gold: 1500 USD}",
    "issued: every month, valid: 40 days, most: 3": "issued: every week, valid: 3 days",
    "fee: 10 USD a month\n    trial: 10 days\n": "fee: 1 USD a week\n",
    "payment_due: 3 days before\n    unpaid: ends after 5 days": "payment_due: 1 days before",
    "of: plans, fee: 100 USD a year, payment_due: 20 days before": "of: plans",
    "{membership: club}": "{membership: club, fee: 5 USD a month, payment_due: 2 days before}",
    "every: month\n    options": "every: week\n    options",
    "issued: 3 days before the birthday, valid: 20 days": "issued: 20 days before the birthday, valid: 1 day",
    "roles: {owner: 1, adult: 1, child: 2}": "roles: {adult: 1, child: 1}",
    "points: {expires: 5 months, warn: [30 days, 1 week, 1 day]": "points: {expires: 5 days without activity",
    "expires: {gold: never, silver: 3 months}": "expires: 5 days",
    "available_after: 3 days after delivery": "available_after: 10 days",
    "limit: 50 points a month, above_limit: carries over": "limit: 5 points a week, above_limit: carries over",
    "window: rolling 3 months": "window: calendar quarter",
    "{control: 50 %, ten: 30 %, twenty: 20 %}": "{control: 10 %, ten: 30 %, twenty: 60 %}",
    "late_events: up to 20 days": "late_events: up to 3 days",
}
"""Other settings for nearly everything that has something to do with time: by what stands there, what will."""

_NAME = re.compile(r"@([a-z-]+)")
_RENAMED = re.compile(r"(?<=[a-z])-2(?![0-9])")


def everything(date: str = "2026-01-01") -> str:
    """The program as a version in force from a date."""
    return _from(EVERYTHING, date).replace("@", "")


def everything_renamed(date: str) -> str:
    """The same with another name for each mechanic: ``base`` is ``base-2``."""
    names = dict.fromkeys(_NAME.findall(EVERYTHING))
    changes = ", ".join([f"{name}: {name}-2" for name in names])
    return f"{_NAME.sub(_second_name, _from(EVERYTHING, date))}changes:\n  mechanics: {{{changes}}}\n"


def everything_again(date: str) -> str:
    """The program once more, after the version that dropped nearly all of it."""
    return everything(date) + EVERYTHING_AGAIN


def everything_otherwise(date: str) -> str:
    """The same mechanics with other settings."""
    source = everything(date)
    for setting, other in OTHERWISE.items():
        assert setting in source, setting
        source = source.replace(setting, other)
    return source


def nearly_nothing(date: str) -> str:
    """The version that drops nearly all of it."""
    return _from(DROPPED, date)


def _from(source: str, date: str) -> str:
    return source.replace("effective_from: 2026-01-01", f"effective_from: {date}")


def _second_name(found: re.Match[str]) -> str:
    return f"{found[1]}-2"


def by_new_names(event: Event, since: datetime) -> Event:
    """An event as it is sent once the mechanics are renamed."""
    for field in ("plan", "menu", "cause", "conversion", "game", "benefit"):
        if event.at >= since and hasattr(event, field):
            return msgspec.structs.replace(event, **{field: f"{getattr(event, field)}-2"})
    return event


def by_old_names(text: str) -> str:
    """What is stored, with the first names again. Tickets are hashes of names; they only count."""
    return re.sub('"[0-9a-f]{20}"', '"ticket"', _RENAMED.sub("", text))


class Lives:
    """Makes up one event after another."""

    members = ("ana", "bo", "cy", "dee", "eve")
    homes = ("home", "home2")
    strangers = ("kim", "lee", "max")
    """Who joins later, or never."""

    def __init__(self, seed: int, *, begins: datetime = BEGINS, spins: bool = True) -> None:
        """``spins`` lets wheels be turned: what they stop at hangs on their names."""
        self.chance = random.Random(seed)
        self.now = begins
        self._begins, self._spins = begins, spins
        self._count = 0
        self._bought: dict[str, list[Purchase]] = {}
        self._held: dict[str, list[str]] = {}

    def beginning(self) -> list[Event]:
        """Everybody joins, and there is a household with an owner."""
        brought = {"bo": "ana"}
        joining: list[Event] = [
            Enrol(id=f"join/{member}", member=member, at=self.now, referrer=brought.get(member, ""))
            for member in (*self.members, *self.homes)
        ]
        return [*joining, Enter(id="owner", member="ana", at=self.now, household="home", role="owner")]

    def tell(self) -> Event:
        """What happens next."""
        kinds: tuple[tuple[Callable[[], Event], int], ...] = (
            (self._purchase, 45), (self._return, 14), (self._deliver, 5), (self._action, 6), (self._redeem, 5),
            (self._adjust, 3), (self._tick, 4), (self._plan, 6), (self._choose, 4), (self._donate, 3), (self._send, 5),
            (self._convert, 4), (self._play, 6), (self._household, 8), (self._describe, 3), (self._use, 4),
            (self._enrol, 2), (self._hold, 6), (self._end_hold, 5), (self._bar, 3), (self._merge, 7),
            (self._segment, 4),
        )  # fmt: skip
        (kind,) = self.chance.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])
        return kind()

    def _of(self, member: str = "", *, not_before: datetime | None = None) -> dict[str, Any]:
        """What every event has. Some come late, a few too late."""
        chance = self.chance
        self._count += 1
        self.now += timedelta(seconds=chance.choice((0, 1, 60, 3_600, 20_000, 20_000, 40_000, 86_400, 259_200)))
        late = chance.choice((1, 3_600, 86_400, 5 * 86_400, 19 * 86_400, 25 * 86_400)) * (chance.random() < 0.15)
        at = max(self.now - timedelta(seconds=late), not_before or self._begins)
        return {"id": f"e{self._count}", "member": member or chance.choice(self.members), "at": at}

    def _earlier(self) -> Purchase | None:
        """Something that was bought before, mostly lately."""
        bought = self._bought.get(self.chance.choice(self.members), [])
        return self.chance.choice(bought[-3:] if self.chance.random() < 0.7 else bought) if bought else None

    def _line(self) -> Line:
        chance = self.chance
        return Line(
            sku=chance.choice("12"), amount=chance.choice((0, 1, 99, 500, 1_234, 4_000, 9_999, 20_000)),
            quantity=chance.randrange(5), brand=chance.choice(("own", "")),
            category=chance.choice(("soup", "soup/tin", "coffee", "gift-card", "")),
        )  # fmt: skip

    def _purchase(self) -> Event:
        chance = self.chance
        fields = self._of(chance.choice((*self.members, *self.members, *self.members, *self.homes, "kim")))
        lines = tuple([self._line() for _ in range(chance.randrange(1, 5))])
        total = sum([line.amount for line in lines])
        if chance.random() < 0.2:
            fields["discount"] = total * chance.randrange(101) // 400
        if chance.random() < 0.25:
            fields["spend"] = {chance.choice(("points", "cash")): chance.choice((1, 10, 33, 50, 100))}
        if chance.random() < 0.15:
            fields["codes"] = ("SPRING",)
        if chance.random() < 0.2:
            fields["partner"] = "sky"
        if chance.random() < 0.1:
            fields["tenders"] = {"cash": total // 2, "card": total - total // 2}
        if chance.random() < 0.1:
            fields["rewards"] = tuple([TakenReward(chance.choice(("coffee", "ten-off", "ticket"))) for _ in range(2)])
        if chance.random() < 0.2:
            fields["holds"] = self._held_lately(fields["member"])
        if chance.random() < 0.05:
            fields["expects"] = chance.choice((0, total))
        bought = Purchase(**fields, lines=lines)
        self._bought.setdefault(bought.member, []).append(bought)
        return bought

    def _return(self) -> Event:
        chance, bought = self.chance, self._earlier()
        if bought is None:
            return self._tick()
        parts = [ReturnedLine(place, chance.choice((None, 1, 2))) for place in range(len(bought.lines))]
        some = tuple([part for part in parts if chance.random() < 0.5]) if chance.random() < 0.5 else ()
        return Return(**self._of(bought.member, not_before=bought.at), purchase=bought.id, lines=some)

    def _deliver(self) -> Event:
        bought = self._earlier()
        if bought is None:
            return self._tick()
        return Deliver(**self._of(bought.member, not_before=bought.at), purchase=bought.id)

    def _action(self) -> Event:
        return Action(**self._of(), action=self.chance.choice(("review", "cup", "other")))

    def _bar(self) -> Event:
        """Somebody is blocked, mostly for a short time, and late in the story eve may leave for good."""
        chance = self.chance
        if self._count > 120 and chance.random() < 0.2:
            return Close(**self._of("eve"), reason="wants to leave", by="eve")
        kind = chance.choice((Block, Unblock, Unblock))
        return kind(**self._of(chance.choice(("bo", "eve"))), reason="looked odd", by="staff-7")

    def _merge(self) -> Event:
        """Two cards are one person's, or were not after all. They may cross, make chains, and lead nowhere."""
        chance = self.chance
        if chance.random() < 0.6:
            return Unmerge(**self._of(), by="staff-7")
        return Merge(**self._of(), into=chance.choice((*self.members, "home", "kim")), by="staff-7")

    def _redeem(self) -> Event:
        reward = self.chance.choice(("coffee", "ten-off", "change", "flight", "ticket"))
        return Redeem(**self._of(), reward=reward, amount=self.chance.choice((0, 0, 10, 55)))

    def _hold(self) -> Event:
        chance, fields = self.chance, self._of()
        ways: tuple[dict[str, Any], ...] = (
            {"unit": "points", "amount": 20}, {"unit": "stars", "amount": 3}, {"unit": "cash", "amount": 60},
            {"reward": "coffee"}, {"reward": "coffee"}, {"reward": "ten-off"}, {"reward": "flight"},
            {"reward": "change", "amount": 30}, {"reward": "ticket"}, {"code": "SPRING"}, {"code": "SPRING"}, {},
        )  # fmt: skip
        lasts = timedelta(seconds=chance.choice((1, 1_800, 86_400, 5 * 86_400, 30 * 86_400, 31 * 86_400)))
        held = Hold(**fields, until=fields["at"] + lasts, **chance.choice(ways))
        self._held.setdefault(held.member, []).append(held.id)
        return held

    def _end_hold(self) -> Event:
        chance, fields = self.chance, self._of()
        lately = self._held_lately(fields["member"])
        if not lately:
            return Tick(**fields)
        if chance.random() < 0.4:
            return Release(**fields, hold=lately[0])
        return Capture(**fields, hold=lately[0], amount=chance.choice((None, None, 1, 10)))

    def _held_lately(self, member: str) -> tuple[str, ...]:
        """One of the last things that were to be held for a member, if any."""
        held = self._held.get(member, [])
        return (self.chance.choice(held[-3:]),) if held else ()

    def _adjust(self) -> Event:
        unit = self.chance.choice(("points", "points", "stars", "xp", "vouchers", "cash", "gems"))
        return Adjust(**self._of(), unit=unit, amount=self.chance.choice((-30, 0, 7, 500, 1_000)), reason="x", by="b")

    def _tick(self) -> Event:
        return Tick(**self._of())

    def _enrol(self) -> Event:
        chance = self.chance
        return Enrol(**self._of(chance.choice((*self.members, *self.strangers))), referrer=chance.choice(self.members))

    def _plan(self) -> Event:
        chance = self.chance
        plan, kind = chance.choice(("plus", "plus", "yearly", "club", "opted")), chance.randrange(6)
        if kind < 3:
            return Join(**self._of(), plan=plan, trial=chance.random() < 0.3)
        if kind < 5:
            return Renew(**self._of(), plan=plan)
        return Leave(**self._of(), plan=plan, at_once=chance.random() < 0.4)

    def _choose(self) -> Event:
        options = tuple(self.chance.sample(("soup", "coffee", "all"), self.chance.randrange(3)))
        return Choose(**self._of(), menu="menu", options=options, next_period=self.chance.random() < 0.3)

    def _donate(self) -> Event:
        return Donate(**self._of(), cause=self.chance.choice(("forest", "sea")), amount=self.chance.choice((1, 20, 70)))

    def _send(self) -> Event:
        chance = self.chance
        to = chance.choice((*self.members, *self.homes, "kim", "nobody"))
        unit = chance.choice(("points", "points", "cash", "stars"))
        return Send(**self._of(), unit=unit, amount=chance.choice((1, 10, 40, 60)), to=to)

    def _convert(self) -> Event:
        conversion = self.chance.choice(("to-miles", "to-stars", "to-v"))
        return Convert(**self._of(), conversion=conversion, amount=self.chance.choice((7, 10, 20, 100)))

    def _play(self) -> Event:
        game = self.chance.choice(("draw", "lucky")) if self._spins else "draw"
        return Play(**self._of(), game=game, tickets=self.chance.randrange(1, 4))

    def _household(self) -> Event:
        chance = self.chance
        if chance.random() < 0.3:
            return Exit(**self._of())
        role = chance.choice(("owner", "adult", "child"))
        return Enter(**self._of(), household=chance.choice(self.homes), role=role)

    def _describe(self) -> Event:
        if self.chance.random() < 0.2:
            return Erase(**self._of())
        birthday = self.chance.choice(("02-29", "03-13", "04-01", ""))
        traits, keeps = Traits(birthday=birthday, age=self.chance.choice((None, 30))), self.chance.random() < 0.5
        return Describe(**self._of(), traits=traits, keeps_segments=keeps)

    def _segment(self) -> Event:
        """Analysis has found something, which may be known already, or make no sense."""
        chance, found = self.chance, ("at-risk", "regular", "students")
        entered, left = chance.sample(found, chance.randrange(3)), chance.sample(found, chance.randrange(2))
        return Segment(**self._of(), entered=tuple(entered), left=tuple(left), by=chance.choice(("", "rfm")))

    def _use(self) -> Event:
        bought = self._earlier()
        if bought is None or self.chance.random() < 0.5:
            return Use(**self._of(), benefit="cup")
        return Use(**self._of(bought.member), benefit="protect", purchase=bought.id)
