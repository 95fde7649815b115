"""A program lives and changes on a real database: versions take over, other currencies are valued, the books hold."""

from datetime import date
from pathlib import Path

import pytest
from ledger_fixtures import Shop, bring_back, buy, enrol

from guerdon.cli.rates import RatesWrong, read_rates
from guerdon.runtime.programs import VersionDoesNotFit, publish
from guerdon.store.rates import DatedRate, add_rates

FIRST = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  stars: {decimals: 2, expires: 6 months}
  points: {}
meters:
  visits: {count: visits, window: calendar year}
mechanics:
  - {earn: stars, name: base, rate: 1 per 1 USD}
  - {earn: points, name: welcome, on: enrol, flat: 1, limit: {total: 3 points}}
  - tiers: {meter: visits, levels: {basic: 0, regular: 2 visits}, kept: 12 months}
"""

SECOND = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-07-01
units:
  points: {}
meters:
  spend: {sum: spend, window: rolling 12 months}
mechanics:
  - {earn: points, name: ground, rate: 2 per 1 USD}
  - {earn: points, name: hello, on: enrol, flat: 1, limit: {total: 4 points}}
  - name: status
    tiers: {meter: spend, levels: {insider: 0, gold: 500 USD}, kept: 12 months}
changes:
  units: {stars: 2 points per 1 star}
  mechanics: {welcome: hello, tiers: status}
  tiers: {basic: insider, regular: insider}
"""


@pytest.fixture
def shop(database_url: str) -> Shop:
    with Shop(database_url, FIRST) as opened:
        opened.meets(enrol("ann"), enrol("bob"), enrol("eve"))
        opened.meets(
            buy("a1", "ann", "2026-02-01", "400"), buy("a2", "ann", "2026-03-01", "150 tea", "50.25 soup"),
            buy("b1", "bob", "2026-06-01", "30"), bring_back("a3", "ann", "2026-03-02", "a2", (0, None)),
        )  # fmt: skip
        yield opened


def test_a_version_takes_over_for_everybody_and_the_books_stay_proven(shop: Shop) -> None:
    publish(shop.look, SECOND)
    shop.meets(buy("a4", "ann", "2026-07-02", "50"))
    assert shop.waits_until("2026-07-03") >= 1
    assert (shop.has("ann", "stars"), shop.has("ann")) == (0, 1 + 901 + 100)
    assert (shop.has("bob", "stars"), shop.has("bob")) == (0, 1 + 60)
    assert shop.state("ann").standings["status"].level == "gold"
    assert shop.state("bob").standings["status"].level == "insider"
    # Three had joined under the mechanic's first name, and a fourth point is all that is left.
    shop.meets(enrol("zoe", "2026-07-04"), enrol("max", "2026-07-04"))
    assert (shop.has("zoe"), shop.has("max"), shop.limit("welcome")) == (1, 0, (4, 4))
    assert shop.is_proven()


def test_a_version_may_take_over_in_the_middle_of_a_batch(shop: Shop) -> None:
    """The history that fills a meter is told from the journal and from what the same batch has just decided."""
    publish(shop.look, SECOND)
    shop.meets(buy("e1", "eve", "2026-06-30", "499"), buy("e2", "eve", "2026-07-01", "1"))
    assert shop.state("eve").standings["status"].level == "gold"
    assert shop.is_proven()


def test_a_version_may_take_over_in_the_very_batch_in_which_a_member_joins(shop: Shop) -> None:
    publish(shop.look, SECOND)
    shop.meets(enrol("kim"), buy("k1", "kim", "2026-06-30", "499"), buy("k2", "kim", "2026-07-01", "1"))
    assert shop.state("kim").standings["status"].level == "gold"
    assert shop.is_proven()


def test_a_late_purchase_of_the_old_version_is_brought_over(shop: Shop) -> None:
    publish(shop.look, SECOND)
    shop.waits_until("2026-07-03")
    shop.meets(buy("b2", "bob", "2026-06-29", "10"))
    assert (shop.has("bob", "stars"), shop.has("bob")) == (0, 1 + 80)
    assert shop.is_proven()


@pytest.mark.parametrize(
    ("of", "into", "told"),
    [
        ("currency: USD", "currency: EUR", "the currency is USD and stays so"),
        ("tiers: {basic: insider, regular: insider}", "tiers: {basic: insider}", "the level regular is dropped"),
        ("welcome: hello", "wellcome: hello", "no mechanic wellcome"),
        ("{stars: 2 points per 1 star}", "{moons: 2 points per 1 moon}", "no unit moons"),
        ("points: {}", "points: {}\n  stars: {}", "the unit stars keeps its decimals"),
        ("{welcome: hello, tiers", "{base: ground, tiers", "gives points, and base gave stars"),
        ("name: ground, rate", "name: welcome, rate", "welcome is what hello was called once"),
    ],
)
def test_a_version_that_does_not_fit_is_refused_and_the_one_in_force_stays(
    shop: Shop, of: str, into: str, told: str
) -> None:
    wrong = SECOND.replace(of, into)
    if "EUR" in into:
        wrong = wrong.replace(" USD", " EUR")
    with pytest.raises(VersionDoesNotFit, match=told):
        publish(shop.look, wrong)
    assert shop.value("select count(*) from program_versions") == 1


# Other currencies.


def test_a_purchase_in_another_currency_is_valued_by_the_rate_of_its_day(shop: Shop) -> None:
    add_rates(
        shop.look,
        [DatedRate(date(2026, 3, 10), "EUR", "USD", 11, 10), DatedRate(date(2026, 3, 12), "EUR", "USD", 12, 10)],
    )
    shop.meets(buy("e1", "eve", "2026-03-11 23:59", "10", "5", currency="EUR", discount=100))
    assert shop.has("eve", "stars") == 1_540
    shop.meets(buy("e2", "eve", "2026-03-12", "10", currency="EUR"))
    assert shop.has("eve", "stars") == 2_740
    add_rates(shop.look, [DatedRate(date(2026, 3, 12), "EUR", "USD", 99, 10)])
    shop.meets(bring_back("e3", "eve", "2026-03-13", "e2"), bring_back("e4", "eve", "2026-03-13", "e1", (0, None)))
    assert shop.has("eve", "stars") == 513
    assert shop.is_proven()


@pytest.mark.parametrize("day", ["2026-03-09 23:59", "2026-03-17"])
def test_a_missing_rate_is_a_refusal(shop: Shop, day: str) -> None:
    """A rate holds from its day on, for a week."""
    add_rates(shop.look, [DatedRate(date(2026, 3, 10), "EUR", "USD", 11, 10)])
    assert shop.refuses(buy("e1", "eve", day, "10", currency="EUR"), journaled=True) == "currency_rate_missing"
    shop.meets(buy("e2", "eve", "2026-03-16 23:59", "10", currency="EUR"))
    assert shop.is_proven()


def test_rates_are_read_from_a_table(tmp_path: Path) -> None:
    table = tmp_path / "rates.csv"
    table.write_text("day,currency,into,rate\n2026-03-10,EUR,USD,1.0850\n2026-03-10,JPY,USD,0.0067\n", "utf-8")
    assert list(read_rates(table)) == [
        DatedRate(date(2026, 3, 10), "EUR", "USD", 217, 200),
        DatedRate(date(2026, 3, 10), "JPY", "USD", 67, 100),
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("2026-02-30,EUR,USD,1", "line 2: a day"),
        ("2026-03-10,EUR,USD,0", "line 2: the rate lies above 0"),
        ("2026-03-10,EUR,USD,NaN", "line 2: the rate lies above 0"),
        ("2026-03-10,EUR,USD,-1", "line 2: the rate lies above 0"),
        ("2026-03-10,EUR,EUR,1", "line 2: two currencies"),
        ("2026-03-10,eur,USD,1", "line 2: two currencies"),
        ("2026-03-10,EUR", "line 2: a day"),
    ],
)
def test_a_wrong_rate_is_told_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    table = tmp_path / "rates.csv"
    table.write_text(f"day,currency,into,rate\n{line}\n", "utf-8")
    with pytest.raises(RatesWrong, match=told):
        list(read_rates(table))


WHEEL = "  - {{wheel: {name}, commitment: {seed}, prizes: {{mug: {{weight: 1}}, nothing: {{weight: 1}}}}}}\n"


def test_a_game_may_not_be_played_with_the_seed_of_another(shop: Shop) -> None:
    """The first one's seed may be known to everybody since it was drawn."""
    seed = "a" * 64
    with_wheel = SECOND.replace("changes:", WHEEL.format(name="spring", seed=seed) + "changes:")
    publish(shop.look, with_wheel)
    third = SECOND[: SECOND.index("changes:")].replace("2026-07-01", "2026-08-01")
    with pytest.raises(VersionDoesNotFit, match="the game autumn has the seed of spring"):
        publish(shop.look, third + WHEEL.format(name="autumn", seed=seed))
    publish(shop.look, third + WHEEL.format(name="spring", seed=seed))
