"""What changes between two files is said in sentences, and what only looks different is not."""

import pytest

from guerdon.language import differences, read_with_words
from guerdon.language.comparing import _staying
from tests.unit.language.test_language_program import GLOW, GROCERY

CAFE = """\
program: cafe
title: {en: Café, ru: Кафе}
currency: USD
timezone: Europe/Sofia
effective_from: 2026-01-01
never_earn: {category: [fuel, coupon, tobacco]}
units:
  stars: {decimals: 2, expires: 6 months}
  vouchers: {in: USD}
meters:
  spend: {sum: spend, window: rolling 12 months}
  visits: {count: visits, window: calendar year}
lanes: {doublings: best}
mechanics:
  - {earn: stars, name: base, rate: 2 per 1 USD}
  - {earn: stars, name: weekend, multiply: base, times: 1.5, when: {weekday: weekend}, limit: 500 stars a week}
  - {earn: stars, name: joined, on: enrol, flat: 1_000}
  - name: status
    tiers: {meter: spend, levels: {basic: 0, gold: {from: 300 USD, title: Gold}, ruby: 900 USD}, kept: 12 months}
rewards:
  - {reward: coffee, cost: 50 stars, when: {tier: gold}}
  - {reward: tea, cost: 40 stars, gives: nothing}
returns: {points: exact}
"""


def told(*edits: tuple[str, str], text: str = CAFE) -> list[str]:
    after = text
    for old, new in edits:
        assert old in after
        after = after.replace(old, new)
    return [change.sentence for change in differences(read_with_words(text), read_with_words(after))]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("rate: 2 per", "rate: 1 per", "Mechanic `base`: `rate` was `2 per 1 USD`, becomes `1 per 1 USD`."),
        ("rate: 2 per 1 USD", "flat: 5", "Mechanic `base`: `rate` is dropped (was `2 per 1 USD`)."),
        ("times: 1.5", "by: 2", "Mechanic `weekend`: `by` was `1.5`, becomes `2`."),
        (", limit: 500 stars a week", "", "Mechanic `weekend`: `limit` is dropped (was `500 stars a week`)."),
        ("flat: 1_000", "flat: 1_001", "Mechanic `joined`: `flat` was `1_000`, becomes `1_001`."),
        ("USD}\n  - {earn: stars, name: w", "USD, expires: 1 year}\n  - {earn: stars, name: w",
         "Mechanic `base`: `expires` is new: `1 year`."),
        ("weekday: weekend", "weekday: sat", "Mechanic `weekend`: `when.weekday` was `weekend`, becomes `sat`."),
        ("when: {weekday: weekend}, ", "", "Mechanic `weekend`: `when` is dropped (was `{weekday: weekend}`)."),
        ("cost: 50 stars", "cost: 60 stars", "Reward `coffee` costs `60 stars` (was `50 stars`)."),
        ("from: 300 USD", "from: 500 USD", "Level `gold` of `status` now begins at `500 USD` (was `300 USD`)."),
        ("ruby: 900 USD", "ruby: 950 USD", "Level `ruby` of `status` now begins at `950 USD` (was `900 USD`)."),
        (", ruby: 900 USD", "", "Level `ruby` of `status` is dropped."),
        ("basic: 0,", "basic: 0, silver: 200 USD,", "Level `silver` of `status` is new: `200 USD`."),
        ("kept: 12 months", "kept: 6 months", "Mechanic `status`: `tiers.kept` was `12 months`, becomes `6 months`."),
        ("  visits: {count: visits, window: calendar year}\n", "", "Meter `visits` is dropped."),
        ("window: calendar year", "window: ever", "Meter `visits`: `window` was `calendar year`, becomes `ever`."),
        ("lanes: {doublings: best}", "lanes: {doublings: first}", "Lane `doublings` was `best`, becomes `first`."),
        ("lanes: {doublings: best}\n", "", "Lane `doublings` is dropped."),
        (", expires: 6 months", "", "Unit `stars`: `expires` is dropped (was `6 months`)."),
        ("ru: Кафе", "ru: Кафетерий", "`title.ru` was `Кафе`, becomes `Кафетерий`."),
        ("[fuel, coupon, tobacco]", "[fuel, gift-card, coupon]",
         "`never_earn.category` gains `gift-card` and loses `tobacco`."),
        ("[fuel, coupon, tobacco]", "[fuel, coupon]", "`never_earn.category` loses `tobacco`."),
        ("[fuel, coupon, tobacco]", "[x, y, z]",
         "`never_earn.category` was `[fuel, coupon, tobacco]`, becomes `[x, y, z]`."),
        ("[fuel, coupon, tobacco]", "[coupon, fuel, tobacco]",
         "`never_earn.category` was `[fuel, coupon, tobacco]`, becomes `[coupon, fuel, tobacco]`."),
        ("returns: {points: exact}", "returns: {points: kept}", "`returns.points` was `exact`, becomes `kept`."),
        ("program: cafe", "program: bar", "`program` was `cafe`, becomes `bar`."),
        ("gives: nothing", "gives: 5 USD", "Reward `tea`: `gives` was `nothing`, becomes `5 USD`."),
        ("rewards:\n", "rewards:\n  - {reward: cake, cost: 90 stars}\n", "Reward `cake` is new: `cost: 90 stars`."),
    ],
)  # fmt: skip
def test_one_edit_is_told(old, new, sentence):
    assert sentence in told((old, new))
    assert len(told((old, new))) == (2 if new in ("flat: 5",) else 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rate: 2 per", "rate: 2.0  per"),
        ("rate: 2 per", "rate: 2 stars per"),
        ("1_000", "1000"),
        ("1_000", "1000 stars"),
        ("weekday: weekend", "weekday: [sat, sun]"),
        ("weekday: weekend", "weekday: [sun, sat]"),
        ("times: 1.5", "by: 1.50"),
        ("limit: 500 stars a week", "limit: {per_member: 500 stars per week}"),
        ("{earn: stars, name: base, rate: 2 per 1 USD}", "{rate: 2 per 1 USD, name: base, earn: stars}"),
        ("  stars: {decimals: 2, expires: 6 months}\n  vouchers: {in: USD}",
         "  vouchers: {in: USD}\n  # held\n  stars: {expires: 6 month, decimals: 2}"),
        (", gives: nothing", ""),
        ("returns: {points: exact}\n", ""),
        ("{points: exact}", "{points: exact, vouchers: given back}"),
        ("tier: gold", "tier: [gold]"),
        ("currency: USD", "currency: USD\nlate_events: up to 30 days"),
        ("effective_from: 2026-01-01", "effective_from: 2027-01-01"),
    ],
)  # fmt: skip
def test_another_wording_of_the_same_is_no_change(old, new):
    assert told((old, new)) == []


def test_a_default_that_is_written_out_is_no_change_beside_one_that_is():
    assert told(("name: base, rate: 2", "name: base, rounding: floor, rate: 3")) == [
        "Mechanic `base`: `rate` was `2 per 1 USD`, becomes `3 per 1 USD`."
    ]


def test_a_new_mechanic_is_said_from_its_keys():
    new = "  - {name: april, earn: stars, flat: 5, when: {between: [2026-04-01, 2026-04-08]}}\nrewards:"
    assert told(("rewards:", new)) == [
        "Mechanic `april` is new: `earn: stars`, `flat: 5`, `when: {between: [2026-04-01, 2026-04-08]}`."
    ]


def test_a_mechanic_of_another_name_is_dropped_and_new():
    assert told(("name: joined", "name: hello")) == [
        "Mechanic `joined` is dropped.",
        "Mechanic `hello` is new: `earn: stars`, `on: enrol`, `flat: 1_000`.",
    ]


def test_a_mechanic_without_a_name_is_known_by_its_default():
    file = CAFE.replace("name: base, ", "").replace("multiply: base", "multiply: stars")
    assert told(("rate: 2 per", "rate: 3 per"), text=file) == [
        "Mechanic `stars`: `rate` was `2 per 1 USD`, becomes `3 per 1 USD`."
    ]


JOINED = "  - {earn: stars, name: joined, on: enrol, flat: 1_000}\n"


def test_a_moved_mechanic_is_told_once():
    assert told((JOINED, ""), ("mechanics:\n", f"mechanics:\n{JOINED}")) == [
        "Mechanic `joined` moves: it stands first (was behind `weekend`)."
    ]


def test_a_mechanic_that_others_appear_around_has_not_moved():
    assert told(("mechanics:\n", "mechanics:\n  - {earn: stars, name: new, flat: 1}\n"), (JOINED, "")) == [
        "Mechanic `joined` is dropped.",
        "Mechanic `new` is new: `earn: stars`, `flat: 1`.",
    ]


@pytest.mark.parametrize(
    ("places", "staying"), [([], set()), ([0, 1, 2], {0, 1, 2}), ([1, 2, 0], {1, 2}), ([2, 0, 1], {0, 1})]
)
def test_as_few_as_possible_have_moved(places, staying):
    assert _staying(places) == staying


def test_two_mechanics_of_the_same_name_and_another_kind():
    assert told(("{earn: stars, name: joined, on: enrol, flat: 1_000}",
                 "{name: joined, vouchers: {every: 500 stars, gives: 5 USD, issued: every month}}")) == [
        "Mechanic `joined`: `earn` is dropped (was `stars`).",
        "Mechanic `joined`: `on` is dropped (was `enrol`).",
        "Mechanic `joined`: `flat` is dropped (was `1_000`).",
        "Mechanic `joined`: `vouchers` is new: `{every: 500 stars, gives: 5 USD, issued: every month}`.",
    ]  # fmt: skip


@pytest.mark.parametrize("text", [GLOW, GROCERY.read_text("utf-8"), CAFE])
def test_a_program_does_not_differ_from_itself(text):
    assert told(text=text) == []


RENAMED = """
program: cafe
currency: EUR
timezone: Europe/Sofia
effective_from: 2026-01-01
units: {points: {}}
meters: {spend: {sum: spend, window: calendar year}}
mechanics:
  - {earn: points, name: base, rate: 1 per 1 EUR}
  - {earn: points, name: more, multiply: base}
  - {earn: points, name: other, rate: 1 per 5 EUR}
"""


def test_what_changes_names_is_told_as_a_new_name_and_not_as_another_thing():
    renamed = RENAMED.replace("name: base, rate: 1 per 1", "name: ground, rate: 2 per 1")
    renamed = renamed.replace("multiply: base", "multiply: ground").replace("{spend: {", "{turnover: {")
    renamed += "changes: {mechanics: {base: ground}, meters: {spend: turnover}}\n"
    told = [one.sentence for one in differences(read_with_words(RENAMED), read_with_words(renamed))]
    assert told[:3] == [
        "Meter `turnover` was called `spend`.",
        "Mechanic `ground` was called `base`.",
        "Mechanic `ground`: `rate` was `1 per 1 EUR`, becomes `2 per 1 EUR`.",
    ]
    assert len(told) == 4, "what refers to the mechanic by its new name has not changed"


def test_another_name_than_the_new_one_is_a_change():
    renamed = RENAMED.replace("name: base", "name: ground").replace("multiply: base", "multiply: ground")
    other = renamed.replace("name: other", "name: first").replace("rate: 1 per 5 EUR", "multiply: ground")
    other += "changes: {mechanics: {base: ground}}\n"
    told = " ".join([one.sentence for one in differences(read_with_words(RENAMED), read_with_words(other))])
    assert "Mechanic `first` is new" in told
    assert "Mechanic `other` is dropped" in told
