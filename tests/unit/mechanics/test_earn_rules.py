"""Earning rules of real programs, one line each, with what they must give."""

import re
from typing import Any

import pytest

from guerdon.core.events import Action, Describe, Line, Purchase, Traits
from guerdon.language import read_program
from tests.builders import Story, granted, moment, money

HEAD = """\
program: shop
currency: EUR
timezone: Europe/Sofia
effective_from: 2020-01-01
units: {points: {}, stars: {decimals: 2}, cashback: {in: EUR, spent: in any part}}
partners: {esso: {}}
meters:
  spend: {sum: spend, window: calendar year}
  purchases: {count: visits, window: ever}
mechanics:
  - {tiers: {meter: spend, levels: {green: 0, gold: 500 EUR, reserve: 2_500 EUR}, kept: 12 months}}
"""

PORTUGAL = (
    "earn: points, bands: {up to 30 EUR: 2, up to 60 EUR: 6, up to 120 EUR: 16, up to 250 EUR: 33, up to 500 EUR: 67, "
    "up to 1_000 EUR: 135, up to 2_000 EUR: 270, up to 4_000 EUR: 540, above: 1_080}"
)
KILO = "{amount: 10.00, category: fish, quantity: 1500, measure: g}"

# The rule as it stands in the file, then what happens, each with the sum that the rule has given by then.
# A purchase is its amount with words behind it: `29.49 web`, `12.50 soup x3`; the rest says what it is.
RULES: list[tuple[str, str, list[tuple[str, int]]]] = [
    ("Starbucks 2023: 2 stars a dollar by card", "earn: stars, rate: 2 per 1 EUR, when: {tender: card}",
     [("5.25 tender=card", 1050), ("5.25 tender=app", 1050)]),
    ("Starbucks 2026: by tier", "earn: stars, rate: {green: 1 per 1 EUR, gold: 1.2 per 1 EUR, reserve: 1.7 per 1 EUR}",
     [("499.99", 49_999), ("0.01", 50_000), ("10.00", 51_200), ("1_990.00", 389_500)]),
    ("Starbucks 2016: split tender, the part paid by card", "earn: stars, rate: 2 per 1 EUR, when: {tender: card}",
     [("10.00 split=7.50", 1500)]),
    ("Starbucks: 25 for the own cup, up to 3 times a day",
     "earn: points, flat: 25, when: {attribute: {cup: own}}, limit: 3 times a day",
     [("4.00 cup=own", 25), ("4.00", 25), ("4.00 cup=own", 50), ("4.00 cup=own", 75), ("4.00 cup=own", 75)]),
    ("Sephora: a point a dollar, gift cards earn nothing",
     "earn: points, rate: 1 per 1 EUR, except: {category: gift-card}", [("29.99", 29), ("50.00 gift-card", 29)]),
    ("Sephora: 250 points on the birthday", "earn: points, flat: 250, on: birthday",
     [("day 2026-06-14", 0), ("day 2026-06-15", 250), ("day 2027-06-14", 250), ("day 2027-06-15", 500)]),
    ("A week before the birthday", "earn: points, flat: 9, on: 7 days before birthday",
     [("day 2026-06-07", 0), ("day 2026-06-08", 9), ("day 2026-06-15", 9)]),
    ("XPLR: 10 points for the app, once", "earn: points, flat: 10, on: action app, limit: once",
     [("action app", 10), ("action app", 10)]),
    ("XPLR: at most 100 bonus points a year", "earn: points, flat: 60, on: action visit, limit: 100 points a year",
     [("action visit", 60), ("action visit", 100), ("action visit", 100), ("day 2027-01-01", 100),
      ("action visit", 160)]),
    ("IKEA UK: 1 point per 5 pounds", "earn: points, rate: 1 per 5 EUR", [("4.99", 0), ("5.00", 1), ("9.99", 2)]),
    ("In proportion is not by whole steps", "earn: points, rate: 3 per 10 EUR", [("9.99", 2), ("15.00", 6)]),
    ("By whole steps", "earn: points, rate: 3 per full 10 EUR", [("9.99", 0), ("10.00", 3), ("19.99", 6)]),
    ("IKEA Portugal: bands", PORTUGAL,
     [("30.00", 2), ("30.01", 8), ("60.00", 14), ("60.01", 30), ("120.01", 63), ("4_000.00", 603), ("4_000.01", 1683),
      ("0.00", 1683)]),
    ("IKEA US: 25 a week for the wish list", "earn: points, flat: 25, on: action wish-list, limit: once a week",
     [("action wish-list", 25), ("action wish-list", 25), ("day 2026-03-16", 25), ("action wish-list", 50)]),
    ("T-Bank: 1 for each full 100, from 100 on", "earn: cashback, rate: 1 EUR per full 100 EUR",
     [("99.99", 0), ("100.00", 100), ("199.99", 200)]),
    ("T-Bank: 5 % in chosen kinds of shops, at most 30 a statement period",
     "earn: cashback, rate: 5 %, when: {merchant_category: [5411, 5812]}, limit: 30 EUR a statement period",
     [("400.00 mcc=5411", 2000), ("400.00 mcc=5411", 3000), ("400.00 mcc=9999", 3000), ("day 2026-04-01", 3000),
      ("400.00 mcc=5812", 5000)]),
    ("T-Bank clubs: every purchase raises the rate",
     "earn: cashback, ladder: {meter: purchases, 1: 1 %, 2: 2 %, 5: 5 %}",
     [("100.00", 100), ("100.00", 300), ("100.00", 500), ("100.00", 700), ("100.00", 1200), ("100.00", 1700)]),
    ("Sber: a partner pays its own rate", "earn: cashback, rate: 10 %, when: {partner: esso}, funded_by: esso",
     [("50.00 partner=esso", 500), ("50.00", 500)]),
    ("Sber: no bonus for a way of paying", "earn: cashback, rate: 0.5 %, except: {tender: smile}",
     [("100.00", 50), ("100.00 tender=smile", 50)]),
    ("Sber: at least 10 paid", "earn: points, rate: 1 per 1 EUR, at_least: 10 EUR", [("9.99", 0), ("10.00", 10)]),
    ("Per kilogram", "earn: points, rate: 4 per 1 kg", [(f"lines {KILO}", 6)]),
    ("Per full kilogram", "earn: points, rate: 4 per full 1 kg", [(f"lines {KILO}", 4)]),
    ("Per item", "earn: points, rate: 5 per 1 item, when: {category: soup}",
     [("6.00 soup x3", 15), ("6.00 tea x9", 15)]),
    ("Per litre", "earn: cashback, rate: 0.03 EUR per 1 l",
     [("lines {amount: 60.00, category: fuel, quantity: 40500, measure: ml}", 121)]),
    ("Bottles brought back", "earn: points, rate: 2 per 1 item, on: action bottles", [("action bottles 12", 24)]),
    ("Points bought", "earn: points, rate: 1 per 1 item, on: action buy-points, limit: 5_000 points a year",
     [("action buy-points 4000", 4000), ("action buy-points 2000", 5000)]),
    ("The first purchase", "earn: points, flat: 50, when: {first_purchase: yes}", [("1.00", 50), ("1.00", 50)]),
    ("Each anniversary", "earn: points, flat: 20, on: anniversary",
     [("day 2026-12-31", 0), ("day 2027-01-01", 20), ("day 2028-01-01", 40)]),
    ("A bonus on a date for everybody", "earn: points, flat: 7, on: 2026-03-29",
     [("day 2026-03-28", 0), ("day 2026-03-29", 7), ("day 2027-03-29", 7)]),
    ("Every month for having bought enough", "earn: points, of: purchases, rate: 1 per 1 visit, on: every month, "
     "at_least: 2 visits", [("1.00", 0), ("day 2026-04-01", 0), ("1.00", 0), ("day 2026-05-01", 2)]),
    ("By channel", "earn: points, rate: 2 per 1 EUR, when: {channel: web}", [("3.00 channel=web", 6), ("3.00", 6)]),
    ("The fraction is kept", "earn: points, rate: 1 per 1 EUR, rounding: keep the fraction",
     [("1.50", 1), ("1.50", 3), ("0.99", 3), ("0.01", 4)]),
    ("What is above the limit carries over",
     "earn: points, rate: 1 per 1 EUR, limit: 50 points a month, above_limit: carries over",
     [("80.00", 50), ("50.00", 50), ("day 2026-04-01", 100), ("day 2026-05-01", 130), ("day 2026-07-01", 130)]),
]  # fmt: skip


class Teller:
    """Plays what happens, written in a few words."""

    def __init__(self, rule: str) -> None:
        self.story = Story(read_program(f"{HEAD}  - {{name: rule, {rule}}}\n"), zone="Europe/Sofia")
        self.day = "2026-03-10"
        self.given = 0
        self.count = 0
        self._happens(Describe, "2026-01-02", traits=Traits(birthday="06-15"))

    def _happens(self, kind: type, when: str, **fields: Any) -> None:
        self.count += 1
        event = kind(id=f"n{self.count}", member="m", at=moment(when, "Europe/Sofia"), **fields)
        self.given += granted(self.story.meets(event)).get("rule", 0)

    def plays(self, step: str) -> int:
        """Let one thing happen; gives what the rule has given in all."""
        word, _, rest = step.partition(" ")
        if word == "day":
            self.day = rest
            self.given += granted(self.story.waits_until(rest)).get("rule", 0)
        elif word == "action":
            name, _, quantity = rest.partition(" ")
            self._happens(Action, f"{self.day} 12:00", action=name, quantity=int(quantity or 1))
        elif word == "lines":
            fields = dict(pair.split(": ") for pair in rest.strip("{}").split(", "))
            amount, quantity = money(fields["amount"]), int(fields["quantity"])
            line = Line("x", amount, quantity, 0, fields["category"], "", fields["measure"])
            self._happens(Purchase, f"{self.day} 12:00", lines=(line,))
        else:
            self._buys(money(word.replace("_", "")), rest.split())
        return self.given

    def _buys(self, amount: int, words: list[str]) -> None:
        fields: dict[str, Any] = {"sku": "x", "amount": amount}
        told: dict[str, Any] = {}
        for word in words:
            name, equals, value = word.partition("=")
            if name == "split":
                told["tenders"] = {"card": money(value), "cash": amount - money(value)}
            elif name in ("cup",):
                told["attributes"] = {name: value}
            elif equals:
                told["merchant_category" if name == "mcc" else name] = value
            elif re.fullmatch(r"x\d+", word):
                fields["quantity"] = int(word[1:])
            else:
                fields["category"] = word
        self._happens(Purchase, f"{self.day} 12:00", lines=(Line(**fields),), **told)


@pytest.mark.parametrize(("title", "rule", "steps"), RULES, ids=[rule[0] for rule in RULES])
def test_a_rule_of_a_real_program(title, rule, steps):
    teller = Teller(rule)
    assert [(step, teller.plays(step)) for step, _ in steps] == steps, title


def test_the_bonus_of_a_promotion_is_paid_on_a_date_for_what_its_days_brought():
    """IKEA Malaysia, February 2020: triple points for who spends 600 in all, the bonus at most 3,000."""
    promo = "  promo: {sum: spend, window: ever, of: {between: [2026-03-10, 2026-03-24]}}\n"
    text = HEAD.replace("  purchases:", f"{promo}  purchases:")
    rule = "of: promo, rate: 3 per 1 EUR, at_least: 600 EUR, limit: {per_event: 3_000}"
    text += f"  - {{earn: points, name: rule, on: 2026-04-07, {rule}}}\n"
    for spent, bonus in (("599.99", 0), ("600.00", 1800), ("1_000.00", 3000), ("2_000.00", 3000)):
        story = Story(read_program(text), zone="Europe/Sofia")
        half = money(spent.replace("_", "")) // 2
        rest = money(spent.replace("_", "")) - half
        for when, amount in (("2026-03-10 08:00", half), ("2026-03-24 23:59", rest), ("2026-03-25 08:00", 99_900)):
            at = moment(when, "Europe/Sofia")
            story.meets(Purchase(id=when, member="m", at=at, lines=(Line("x", amount),)))
        assert granted(story.waits_until("2026-04-06 23:59")) == {}
        assert granted(story.waits_until("2026-04-07")) == ({"rule": bonus} if bonus else {})
