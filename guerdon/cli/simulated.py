"""How a simulation looks in the terminal: what a manager asks first, first."""

from collections.abc import Iterator

from rich.table import Table

from guerdon.cli.showing import Shower, counted, decimal, money, safe
from guerdon.cli.tables import plain_table
from guerdon.core.amounts import currency_scale
from guerdon.core.program import Program
from guerdon.insight.simulation.result import Comparison, Margin, Side, Simulation

_Figure = int | float | None
"""Money in minor units, a share, or what is not known."""

_MECHANICS = 25
_NAMED = 5


class SimulationTables:
    """The tables of one simulation."""

    def __init__(self, result: Simulation, draft: Program, shower: Shower) -> None:
        """Show in the draft's units and the currency of both."""
        self._result, self._draft, self._shower = result, draft, shower
        self._scale = currency_scale(result.currency)

    def headline(self) -> str:
        """What was replayed."""
        history = self._result.history
        return (
            f"[bold]{safe(self._result.draft.title)}[/] ({safe(self._result.draft.name)}) on {safe(history.source)}: "
            f"{counted(history.baskets, 'basket')} of {counted(history.members, 'member')}, {history.first_day} to "
            f"{history.last_day}, sales of {money(history.sales, self._result.currency)}."
        )

    def all(self) -> Iterator[Table]:
        """Every table that has anything to tell."""
        yield self.costs()
        yield self.mechanics()
        yield self.months()
        yield from self.units()
        yield from self.ladders()
        yield self.limits()
        if self._result.comparison is not None:
            yield self.winners(self._result.comparison)
            yield self.groups(self._result.comparison)
        yield self.scenarios()
        yield self.costly()
        yield self.suspicions()

    def costs(self) -> Table:
        """What the program costs, beside what it costs now."""
        draft, current = self._result.draft, self._result.current
        columns = [("", "left"), ("now", "right"), ("draft", "right"), ("change", "right")]
        table = plain_table("What it costs", *(columns if current else [columns[0], columns[2]]))
        rows = zip(self._figures(draft), self._figures(current) if current else self._figures(draft), strict=True)
        for (name, figure, shown), (_, before, shown_before) in rows:
            change = self._change(figure, before)
            table.add_row(name, *([shown_before, shown, change] if current else [shown]))
        return table

    def _figures(self, side: Side) -> Iterator[tuple[str, _Figure, str]]:
        """What is told of a side: its name, the figure, and how it looks."""
        for name, amount in (
            ("[bold]cost[/]", side.cost),
            ("  given", side.given),
            ("  of that off prices", side.reduced),
            ("  taken back with goods", -side.taken_back),
            ("  given in exchange", -side.exchanged),
            ("  expired", -side.expired),
        ):
            yield name, amount, decimal(amount, self._scale)
        yield "[bold]cost, share of sales[/]", side.share_of_sales, percent(side.share_of_sales)
        yield "liability at the end", side.liability, decimal(side.liability, self._scale)
        yield "reach a reward a quarter", side.reached_a_quarter, percent(side.reached_a_quarter)
        if side.margin is not None:
            yield from self._margin(side.margin)

    def _margin(self, margin: Margin) -> Iterator[tuple[str, _Figure, str]]:
        yield "margin on goods", margin.gross, decimal(margin.gross, self._scale)
        yield "margin after the program", margin.net, decimal(margin.net, self._scale)
        yield "cost, share of margin", margin.cost_share, percent(margin.cost_share)

    def _change(self, figure: _Figure, before: _Figure) -> str:
        """Money by how much, a share by how many points of a per cent."""
        if figure is None or before is None:
            return "—"
        if isinstance(figure, int) and isinstance(before, int):
            return f"{'+' if figure > before else ''}{decimal(figure - before, self._scale)}"
        return f"{(figure - before) * 100:+.2f} points"

    def mechanics(self) -> Table:
        """What each mechanic gave, by cost."""
        draft, current = self._result.draft, self._result.current
        now = {(row.mechanic, row.unit): row.cost for row in current.mechanics} if current else {}
        headings = [("mechanic", "left"), ("gave", "right"), ("unit", "left"), ("members", "right"), ("cost", "right")]
        table = plain_table("Cost by mechanic", *headings, *([("now", "right")] if current else []))
        for row in draft.mechanics[:_MECHANICS]:
            gave = f"{row.pieces:,}" if row.pieces and not row.granted else self._gave(row.granted, row.unit)
            unit = row.unit or ("pieces" if row.pieces else "off prices")
            cells = [safe(row.mechanic), gave, safe(unit), f"{row.members:,}" if row.members else "—"]
            table.add_row(
                *cells, self._cost(row.cost), *([self._cost(now.get((row.mechanic, row.unit)))] if current else [])
            )
        gone = [
            row for row in (current.mechanics if current else ()) if row.cost and not self._has(draft, row.mechanic)
        ]
        for row in gone:
            table.add_row(safe(row.mechanic), "[dim]not in the draft[/]", "", "", "—", self._cost(row.cost))
        return table

    def _gave(self, amount: int, unit: str | None) -> str:
        return decimal(amount, self._scale) if unit is None else self._shower.amount(amount, unit)

    def _cost(self, cost: int | None) -> str:
        return "—" if cost is None else decimal(cost, self._scale)

    def _has(self, side: Side, mechanic: str) -> bool:
        return any(row.mechanic == mechanic for row in side.mechanics)

    def months(self) -> Table:
        """Month by month."""
        headings = ("sales", "cost", "share", "liability", *(["cost now"] if self._result.current else []))
        table = plain_table("Month by month", ("month", "left"), *[(heading, "right") for heading in headings])
        now = [row.cost for row in self._result.current.months] if self._result.current else []
        for place, row in enumerate(self._result.draft.months):
            amounts = [decimal(amount, self._scale) for amount in (row.sales, row.cost)]
            cells = [*amounts, percent(row.share_of_sales), decimal(row.liability, self._scale)]
            table.add_row(row.month, *cells, *([decimal(now[place], self._scale)] if now else []))
        return table

    def units(self) -> Iterator[Table]:
        """What was issued, redeemed and expired of each unit."""
        table = plain_table(
            "Units under the draft",
            ("unit", "left"),
            *[(heading, "right") for heading in ("issued", "redeemed", "expired", "taken back", "outstanding")],
        )
        for unit in self._result.draft.units:
            amounts = (unit.issued, unit.redeemed, unit.expired, unit.taken_back, unit.outstanding)
            table.add_row(safe(unit.unit), *[self._shower.amount(amount, unit.unit) for amount in amounts])
        yield table

    def ladders(self) -> Iterator[Table]:
        """How many members stand on each level at the end."""
        current = (
            {} if self._result.current is None else {ladder.ladder: ladder for ladder in self._result.current.ladders}
        )
        for ladder in self._result.draft.ladders:
            now = current.get(ladder.ladder)
            headings = [("tier", "left"), ("members", "right"), *([("now", "right")] if now else [])]
            table = plain_table(f"Tiers: {safe(ladder.ladder)}", *headings)
            for level, count in ladder.members.items():
                table.add_row(safe(level), f"{count:,}", *([f"{now.members.get(level, 0):,}"] if now else []))
            yield table

    def limits(self) -> Table:
        """How far budgets and stock are used, and when they run out."""
        headings = [("limit", "left"), ("used", "right"), ("of", "right"), ("runs out", "left")]
        table = plain_table("Budgets and stock", *headings)
        for limit in self._result.draft.limits:
            out = "—" if limit.runs_out_on is None else f"[yellow]{limit.runs_out_on}[/]"
            table.add_row(safe(limit.limit), f"{limit.used:,}", f"{limit.allowed:,}", out)
        return table

    def winners(self, found: Comparison) -> Table:
        """Who gets more and who gets less."""
        table = plain_table(
            "Winners and losers", ("difference to now", "left"), ("members", "right"), ("altogether", "right")
        )
        table.add_row("get more", f"{found.winners:,}", f"+{decimal(found.won, self._scale)}")
        table.add_row("get less", f"{found.losers:,}", decimal(-found.lost, self._scale))
        table.add_row("get the same", f"{found.unchanged:,}", "")
        for decile, told in ((1, "a tenth: each at most"), (5, "half: each at most"), (9, "nine tenths: each at most")):
            for at in [one.up_to for one in found.deciles if one.decile == decile]:
                table.add_row(told, "", f"{'+' if at > 0 else ''}{decimal(at, self._scale)}")
        table.add_row("newly able to take a reward", f"{found.newly_within:,}", "")
        table.add_row("newly near one", f"{found.newly_near:,}", "")
        return table

    def groups(self, found: Comparison) -> Table:
        """The same by tier, segment and spend."""
        headings = ("members", "get more", "get less", "altogether", "each")
        table = plain_table("By group", ("group", "left"), *[(heading, "right") for heading in headings])
        for group in found.groups:
            counts = [f"{count:,}" for count in (group.members, group.winners, group.losers)]
            each = "—" if group.average is None else decimal(group.average, self._scale)
            table.add_row(f"{group.by} {safe(group.name)}", *counts, decimal(group.difference, self._scale), each)
        return table

    def scenarios(self) -> Table:
        """What would be if members bought more."""
        headings = ("more sales", "cost", "share", "margin after", "gain")
        table = plain_table(
            "If members bought more (an assumption, no result)",
            ("", "left"),
            ("assumed", "left"),
            *[(heading, "right") for heading in headings],
        )
        for row in self._result.scenarios:
            cells = [decimal(row.more_sales, self._scale), decimal(row.cost, self._scale), percent(row.share_of_sales)]
            table.add_row(row.name, safe(row.assumption), *cells, self._cost(row.margin), self._cost(row.gain))
        return table

    def costly(self) -> Table:
        """Who costs most."""
        headings = ("gets", "sales", "baskets")
        table = plain_table("Most expensive members", ("member", "left"), *[(heading, "right") for heading in headings])
        for member in self._result.draft.costly_members[:_NAMED]:
            amounts = [decimal(amount, self._scale) for amount in (member.cost, member.sales)]
            table.add_row(safe(member.member), *amounts, f"{member.baskets:,}")
        return table

    def suspicions(self) -> Table:
        """Whom to look at."""
        table = plain_table("Worth a look (it proves nothing)", ("member", "left"), ("why", "left"))
        kinds: dict[str, int] = {}
        for found in self._result.draft.suspicions:
            kinds[found.kind] = kinds.get(found.kind, 0) + 1
            if kinds[found.kind] <= _NAMED - 2:
                table.add_row(safe(found.member), safe(found.sentence))
        return table


def percent(share: float | None) -> str:
    """A share as a percentage; a dash for what is not known."""
    return "—" if share is None else f"{share * 100:.2f} %"
