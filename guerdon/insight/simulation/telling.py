"""Telling: from figures to a result that people and machines are given. Nothing is decided or counted here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from guerdon.core.amounts import Rounding, currency_scale, divide
from guerdon.core.calendar import Day, Instant, Zone, date_of, day_of, month_of, period_end
from guerdon.core.program import Program
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.insight.simulation.comparing import ANY_TIER
from guerdon.insight.simulation.courses import Uses
from guerdon.insight.simulation.dating import out_of_time
from guerdon.insight.simulation.figures import Compared, Figures
from guerdon.insight.simulation.history import shown
from guerdon.insight.simulation.margins import Margins, margin_on
from guerdon.insight.simulation.recording import BEFORE
from guerdon.insight.simulation.result import (
    Bin,
    Burned,
    Comparison,
    CostlyBasket,
    CostlyMember,
    Decile,
    Group,
    Ladder,
    LimitUse,
    MechanicCost,
    MonthOfCost,
    MonthOfSales,
    Quarter,
    RefusedHere,
    RewardUse,
    Side,
    Standing,
    Suspicion,
    TierMonth,
    TierMove,
    UnitFlow,
    UnitMonth,
)
from guerdon.insight.simulation.spread import Largest, Named
from guerdon.insight.simulation.worth import Worths, cheapest_rewards
from guerdon.runtime.rehearsal import allowed_by

_KINDS = ("issued", "redeemed", "expired", "taken_back", "elsewhere")
_MOST_REFUSED = 50
_MOST_DAYS = 400
_SUSPICIONS_OF_A_KIND = 10
_LEAST_BAND = 10
"""Whoever bought for less than this, in whole units of the currency, is in one band."""


class Days(NamedTuple):
    """The days that figures count, on the program's calendar."""

    first: Day
    last: Day
    zone: Zone

    @property
    def months(self) -> range:
        """The months that they touch."""
        return range(month_of(self.first), month_of(self.last) + 1)


class Told(NamedTuple):
    """What there is to tell about a program."""

    name: str
    declared: Sequence[Program]
    """As its files say."""
    timeline: Timeline
    figures: Figures
    passes: int
    is_settled: bool


def month_name(month: int) -> str:
    """``2017-03``."""
    return f"{month // 12}-{month % 12 + 1:02}"


def share(part: int, whole: int) -> float | None:
    """A part as a share; None where there is no whole."""
    return part / whole if whole > 0 else None


def side(told: Told, days: Days, margins: Margins | None) -> Side:
    """Everything about one program."""
    figures, version = told.figures, told.timeline.versions[-1]
    worths = Worths(told.timeline)
    costs = _Costs(figures, worths)
    sales = _counted(figures.sales)
    quarters = tuple(_quarters(figures, days))
    titles = version.program.title
    return Side(
        name=told.name,
        title=titles.get("en") or next(iter(titles.values()), version.program.program),
        effective_from=str(min(program.effective_from for program in told.declared)),
        in_force_from=str(max(date_of(days.first), told.timeline.versions[0].program.effective_from)),
        cost=costs.total,
        share_of_sales=share(costs.total, sales),
        given=costs.given,
        reduced=costs.reduced,
        taken_back=costs.taken_back,
        exchanged=costs.exchanged,
        expired=costs.expired,
        liability=_liability(figures, worths, [BEFORE, *days.months]),
        paid=figures.paid,
        mechanics=tuple(_mechanics(figures, worths)),
        units=tuple([_unit(figures, worths, name, days) for name in worths.units]),
        months=tuple(_months_of_cost(figures, worths, days)),
        ladders=tuple([_ladder(figures, version, name, days) for name in version.ladder_levels]),
        limits=tuple(_limits(told, days)),
        rewards=tuple(_rewards(figures, version)),
        refused=tuple(_refused(figures)),
        quarters=quarters,
        reached_a_quarter=_reached(quarters),
        standing=Standing(cheapest=cheapest_rewards(version.program), within=figures.within, near=figures.near),
        costly_members=tuple([_costly(named) for named in figures.costly_members.in_order()]),
        costly_baskets=tuple([_basket(named) for named in figures.costly_baskets.in_order()]),
        suspicions=tuple(_suspicions(figures, version)),
        margin=None if margins is None else margin_on(figures.categories, margins, costs.total),
        never_applied=tuple(_never_applied(figures, version.program)),
        out_of_time=tuple(out_of_time(version.program, days.first, days.last)),
        passes=told.passes,
        is_settled=told.is_settled,
    )


def _counted(by_month: Mapping[int, int]) -> int:
    return sum([amount for month, amount in by_month.items() if month != BEFORE])


class _Costs:
    """What a program cost, and what it is made of, in minor units."""

    def __init__(self, figures: Figures, worths: Worths) -> None:
        self.reduced = _of_unit(figures.granted, "")
        self.given = self.reduced + _worth_by_unit(figures.granted, worths)
        self.taken_back = _of_unit(figures.taken_back, "") + _worth_by_unit(figures.taken_back, worths)
        self.exchanged = sum([worths.of(key[-1], amount) or 0 for key, amount in figures.exchanged.items()])
        self.expired = worths.of_all(figures.expired)
        self.total = self.given - self.taken_back - self.exchanged - self.expired


def _of_unit(by_mechanic: Mapping[tuple[str, str], int], unit: str) -> int:
    return sum([amount for (_, own), amount in by_mechanic.items() if own == unit])


def _worth_by_unit(by_mechanic: Mapping[tuple[str, str], int], worths: Worths) -> int:
    return sum([worths.of(unit, _of_unit(by_mechanic, unit)) or 0 for unit in {unit for _, unit in by_mechanic}])


# --- costs and flows --------------------------------------------------------------------------------------------------


def _mechanics(figures: Figures, worths: Worths) -> list[MechanicCost]:
    keys = {*figures.granted, *figures.taken_back, *figures.cut}
    keys |= {(mechanic, "") for mechanic in figures.pieces}
    rows = [_mechanic(figures, worths, mechanic, unit) for mechanic, unit in keys]
    return sorted(rows, key=lambda row: (row.cost is None, -(row.cost or 0), row.mechanic, row.unit or ""))


def _mechanic(figures: Figures, worths: Worths, mechanic: str, unit: str) -> MechanicCost:
    key = (mechanic, unit)
    granted, taken_back = figures.granted.get(key, 0), figures.taken_back.get(key, 0)
    given_for = {own: amount for (*of, own), amount in figures.exchanged.items() if tuple(of) == key}
    exchanged = worths.of_all(given_for)
    worth = worths.of(unit, granted - taken_back) if unit else granted - taken_back
    return MechanicCost(
        mechanic=mechanic,
        unit=unit or None,
        granted=granted,
        taken_back=taken_back,
        exchanged=exchanged,
        cut=figures.cut.get(key, 0),
        times=figures.times.get(key, 0),
        members=figures.members_of.get(key, 0),
        pieces=figures.pieces.get(mechanic, 0) if not unit else 0,
        cost=None if worth is None else worth - exchanged,
    )


def _flow(figures: Figures, month: int, unit: str) -> dict[str, int]:
    return {kind: figures.flows.get((month, unit, kind), 0) for kind in _KINDS}


def _outstanding(flow: Mapping[str, int]) -> int:
    """What is left of what was issued."""
    return 2 * flow["issued"] - sum(flow.values())


def _unit(figures: Figures, worths: Worths, name: str, days: Days) -> UnitFlow:
    held, months = _outstanding(_flow(figures, BEFORE, name)), []
    totals = dict.fromkeys(_KINDS, 0)
    for month in days.months:
        flow = _flow(figures, month, name)
        held += _outstanding(flow)
        totals = {kind: totals[kind] + flow[kind] for kind in _KINDS}
        months.append(UnitMonth(month=month_name(month), **flow, outstanding=held, liability=worths.of(name, held)))
    unit = worths.units[name]
    return UnitFlow(
        unit=name, scale=unit.scale, money=unit.money, **totals, outstanding=held, worth=worths.of(name, held),
        months=tuple(months),
    )  # fmt: skip


def _liability(figures: Figures, worths: Worths, months: Iterable[int]) -> int:
    """What is outstanding after some months, the first of which is what lies before."""
    held = dict.fromkeys(worths.units, 0)
    for month in months:
        for name in held:
            held[name] += _outstanding(_flow(figures, month, name))
    return worths.of_all(held)


def _months_of_cost(figures: Figures, worths: Worths, days: Days) -> Iterator[MonthOfCost]:
    """Month by month. A month's cost is by how much the cost so far has grown, so that months add up to the whole."""
    given, before, reduced = dict.fromkeys(worths.units, 0), 0, 0
    held = {name: _outstanding(_flow(figures, BEFORE, name)) for name in worths.units}
    for month in days.months:
        for name in worths.units:
            flow = _flow(figures, month, name)
            held[name] += _outstanding(flow)
            given[name] += flow["issued"] - flow["taken_back"] - flow["expired"]
            given[name] -= figures.exchanged_by_month.get((month, name), 0)
        reduced += figures.reduced_by_month.get(month, 0)
        so_far = worths.of_all(given) + reduced
        sales, cost = figures.sales.get(month, 0), so_far - before
        before = so_far
        yield MonthOfCost(
            month=month_name(month), sales=sales, cost=cost, share_of_sales=share(cost, sales),
            liability=worths.of_all(held),
        )  # fmt: skip


def months_of_sales(figures: Figures, days: Days) -> Iterator[MonthOfSales]:
    """What was bought, month by month."""
    for month in days.months:
        yield MonthOfSales(
            month=month_name(month),
            baskets=figures.baskets.get(month, 0),
            sales=figures.sales.get(month, 0),
            active_members=figures.buyers.get(month, 0),
        )


# --- tiers ------------------------------------------------------------------------------------------------------------


def _ladder(figures: Figures, version: Version, name: str, days: Days) -> Ladder:
    levels = version.ladder_levels[name]
    members, months = dict.fromkeys(levels, 0), []
    moved: dict[tuple[str, str], int] = {}
    for month in [BEFORE, *days.months]:
        members[levels[0]] += figures.enrolled.get(month, 0)
        moves = {key[2:]: times for key, times in figures.moves.items() if key[:2] == (month, name)}
        for (before, after), times in moves.items():
            members[before] = members.get(before, 0) - times
            members[after] = members.get(after, 0) + times
            if month != BEFORE:
                moved[before, after] = moved.get((before, after), 0) + times
        if month != BEFORE:
            raised = sum([times for move, times in moves.items() if _is_up(move, levels)])
            lowered = sum(moves.values()) - raised
            months.append(TierMonth(month=month_name(month), members=members.copy(), raised=raised, lowered=lowered))
    return Ladder(ladder=name, levels=tuple(levels), members=members, moves=tuple(_moves(moved)), months=tuple(months))


def _is_up(move: tuple[str, str], levels: Sequence[str]) -> bool:
    places = [levels.index(level) if level in levels else -1 for level in move]
    return places[0] < places[1]


def _moves(moved: Mapping[tuple[str, str], int]) -> list[TierMove]:
    ordered = sorted(moved.items(), key=lambda item: (-item[1], item[0]))
    return [TierMove(before=before, after=after, times=times) for (before, after), times in ordered]


# --- limits, rewards, refusals ----------------------------------------------------------------------------------------


def _limits(told: Told, days: Days) -> Iterator[LimitUse]:
    allowed = allowed_by(told.timeline)
    used = [name for name in told.figures.limits if name.rpartition("@")[0] in allowed]
    for name in sorted({*allowed, *used}):
        most = allowed.get(name, allowed.get(name.rpartition("@")[0], 0))
        uses = told.figures.limits.get(name, Uses())
        out = uses.runs_out(most)
        yield LimitUse(
            limit=name,
            allowed=most,
            used=uses.total,
            runs_out_at=None if out is None else shown(out),
            runs_out_on=None if out is None else _shown_day(out, days.zone),
            burned=tuple(_burned(uses, days.zone)),
        )


def _shown_day(at: Instant, zone: Zone) -> str:
    return str(date_of(zone.day(at)))


def _burned(uses: Uses, zone: Zone) -> list[Burned]:
    by_day = {zone.day(at): used for at, used in uses.running()}
    every = -(-len(by_day) // _MOST_DAYS) or 1
    kept = list(by_day.items())[::-1][::every][::-1]
    return [Burned(day=str(date_of(day)), used=used) for day, used in kept]


def _rewards(figures: Figures, version: Version) -> Iterator[RewardUse]:
    refused: dict[str, int] = {}
    for (kind, _, name), times in figures.refused.items():
        if kind in ("redeem", "hold") and name:
            refused[name] = refused.get(name, 0) + times
    for name in [*version.rewards, *sorted(refused.keys() - version.rewards.keys())]:
        spent = {unit: amount for (reward, unit), amount in sorted(figures.spent.items()) if reward == name and amount}
        yield RewardUse(
            reward=name,
            offered=name in version.rewards,
            taken=figures.taken.get(name, 0),
            spent=spent,
            refused=refused.get(name, 0),
        )


def _refused(figures: Figures) -> list[RefusedHere]:
    ordered = sorted(figures.refused.items(), key=lambda item: (-item[1], item[0]))[:_MOST_REFUSED]
    return [
        RefusedHere(kind=kind, code=code, name=name, times=times, sentence=figures.examples[kind, code, name])
        for (kind, code, name), times in ordered
    ]


def _never_applied(figures: Figures, program: Program) -> list[str]:
    acted = {mechanic.partition("/")[0] for mechanic, _ in figures.granted} | {name for name, _ in figures.cut}
    acted |= figures.fired | figures.taken.keys()
    names = [mechanic.name for mechanic in program.mechanics] + [reward.name for reward in program.rewards]
    return [name for name in names if name not in acted]


# --- members ----------------------------------------------------------------------------------------------------------


def _quarters(figures: Figures, days: Days) -> Iterator[Quarter]:
    for quarter in range(days.months[0] // 3, days.months[-1] // 3 + 1):
        joined = [count for month, count in figures.enrolled.items() if month // 3 <= quarter]
        begins = day_of(date_of(0).replace(year=quarter // 4, month=quarter % 4 * 3 + 1, day=1))
        is_whole = begins >= days.first and period_end(begins, "quarter") - 1 <= days.last
        yield Quarter(
            quarter=f"{quarter // 4}-Q{quarter % 4 + 1}",
            members=sum(joined),
            active=figures.active.get(quarter, 0),
            reached=figures.reached.get(quarter, 0),
            is_whole=is_whole,
        )


def _reached(quarters: Sequence[Quarter]) -> float | None:
    counted = [quarter for quarter in quarters if quarter.is_whole and quarter.members]
    counted = counted or [quarter for quarter in quarters if quarter.members]
    shares = [quarter.reached / quarter.members for quarter in counted]
    return sum(shares) / len(shares) if shares else None


def _costly(named: Named) -> CostlyMember:
    return CostlyMember(member=named.member, cost=named.figure, sales=named.sales, baskets=named.baskets)


def _basket(named: Named) -> CostlyBasket:
    return CostlyBasket(
        member=named.member, event=named.event, day=str(date_of(named.day)), cost=named.figure, sales=named.sales
    )


def _suspicions(figures: Figures, version: Version) -> Iterator[Suspicion]:
    low, high = figures.ratios.quantile(1, 4), figures.ratios.quantile(3, 4)
    if low is not None and high is not None:
        fence = high + 3 * (high - low)
        for named in _first(figures.by_ratio, fence):
            own, most = f"{named.figure / 10:g} %", f"{high / 10:g} %"
            told = f"got {own} of what was bought, where three of four members get {most} at most"
            yield Suspicion(kind="reward_per_spend", member=named.member, figure=named.figure, sentence=told)
    for named in _first(figures.by_baskets, 0):
        told = f"bought {named.figure} times on one day"
        yield Suspicion(kind="many_baskets_a_day", member=named.member, figure=named.figure, sentence=told)
    scale, currency = currency_scale(version.program.currency), version.program.currency
    for named in _first(figures.by_returns, 0):
        worth = f"{named.figure / 10**scale:.{scale}f} {currency}"
        told = f"spent {worth} of what goods had earned before they came back"
        yield Suspicion(kind="return_after_use", member=named.member, figure=named.figure, sentence=told)


def _first(largest: Largest, above: int) -> list[Named]:
    return [named for named in largest.in_order() if named.figure > above][:_SUSPICIONS_OF_A_KIND]


# --- two programs -----------------------------------------------------------------------------------------------------


def comparison(compared: Compared, draft: Side, current: Side, scale: int) -> Comparison:
    """What the draft changes."""
    members = compared.differences.members
    shares = (draft.share_of_sales, current.share_of_sales)
    return Comparison(
        cost=draft.cost - current.cost,
        share_of_sales=None if None in shares else (shares[0] or 0.0) - (shares[1] or 0.0),
        liability=draft.liability - current.liability,
        margin=None if draft.margin is None or current.margin is None else draft.margin.net - current.margin.net,
        members=members,
        winners=compared.winners,
        losers=compared.losers,
        unchanged=members - compared.winners - compared.losers,
        won=compared.won,
        lost=compared.lost,
        deciles=tuple(_deciles(compared)),
        distribution=tuple(
            [Bin(least=least, below=below, members=count) for least, below, count in compared.differences.bins()]
        ),
        groups=tuple(_groups(compared, scale, current.ladders[0].levels if current.ladders else ())),
        tier_changes=tuple(_moves({move: times for move, times in compared.tiers.items() if ANY_TIER not in move})),
        newly_within=compared.newly_within,
        newly_near=compared.newly_near,
        most_won=tuple([_costly(named) for named in compared.most_won.in_order()]),
        most_lost=tuple([_costly(named._replace(figure=-named.figure)) for named in compared.most_lost.in_order()]),
    )


def _deciles(compared: Compared) -> Iterator[Decile]:
    for decile in range(1, 11):
        up_to = compared.differences.quantile(decile, 10)
        if up_to is not None:
            yield Decile(decile=decile, up_to=up_to)


_BY = ("tier", "segment", "spend")
_COUNTED = ("members", "winners", "losers", "difference")


def _groups(compared: Compared, scale: int, levels: Sequence[str]) -> list[Group]:
    """By tier (the lowest first), segment and spend. Bands of little spend are one."""
    sums: dict[tuple[int, int, str], dict[str, int]] = {}
    for (by, name, kind), amount in compared.groups.items():
        band = max(int(name), _LEAST_BAND * 10**scale // 2) if by == "spend" else _place(name, levels)
        key = (_BY.index(by), band, _band_name(band, scale) if by == "spend" else name)
        counts = sums.setdefault(key, dict.fromkeys(_COUNTED, 0))
        counts[kind] += amount
    return [
        Group(
            by=_BY[by], name=name, **counts, average=divide(counts["difference"], counts["members"], Rounding.NEAREST)
        )
        for (by, _, name), counts in sorted(sums.items())
    ]


def _place(name: str, levels: Sequence[str]) -> int:
    return levels.index(name) if name in levels else len(levels)


def _band_name(band: int, scale: int) -> str:
    """From a band's lower end to the next one's, in whole units: ``500 to 1,000``."""
    least = band // 10**scale
    if least < _LEAST_BAND:
        return f"below {_LEAST_BAND}"
    above = least * 2 if not str(least).startswith("2") else least // 2 * 5
    return f"{least:,} to {above:,}"
