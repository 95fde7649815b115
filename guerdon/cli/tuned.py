"""How a search for settings looks in the terminal."""

from rich.table import Table

from guerdon.cli.showing import counted, decimal, safe
from guerdon.cli.simulated import percent
from guerdon.cli.tables import plain_table
from guerdon.core.amounts import currency_scale
from guerdon.insight.tuning.result import Measured, Tried, Tuning

_REFUSED = 3


class TuningTables:
    """The tables of one search."""

    def __init__(self, found: Tuning) -> None:
        """Show in the program's currency."""
        self._found = found
        self._scale = currency_scale(found.currency)

    def headline(self) -> str:
        """What was tried on what."""
        found = self._found
        tried = f"{found.tried:,} of {counted(found.combinations, 'setting')} tried"
        confirmed = f", {found.confirmed:,} confirmed on all {found.members:,}" if self._is_sample else ""
        return (
            f"[bold]{safe(found.name)}[/] on {safe(found.source)}: {tried} on "
            f"{counted(found.on_members, 'member')}{confirmed}."
        )

    @property
    def _is_sample(self) -> bool:
        return self._found.on_members < self._found.members

    def goals(self) -> Table:
        """What is wanted, what is, and what the answer comes to."""
        found = self._found
        answer = found.best or found.nearest
        columns = [("now", "right"), *([("best" if found.best else "nearest", "right")] if answer else [])]
        table = plain_table("Goals", ("goal", "left"), ("wanted", "left"), *columns)
        for goal in found.goals:
            sides = [found.present, *([answer] if answer else [])]
            figures = [self._figure(goal.figure, goal.words, side.on_all) for side in sides]
            table.add_row(goal.figure, safe(goal.words), *figures)
        return table

    def _figure(self, figure: str, words: str, measured: Measured) -> str:
        if figure == "reached":
            return percent(measured.reached)
        if figure == "liability":
            return decimal(measured.liability, self._scale)
        return percent(measured.share_of_sales) if "%" in words else decimal(measured.cost, self._scale)

    def frontier(self) -> Table:
        """Cost against reach: the program as it is, then the frontier."""
        found = self._found
        figures = [("cost", "right"), ("share", "right"), ("reached", "right"), ("liability", "right")]
        settings = [(label, "left") for label in self._labels()]
        table = plain_table("Cost against reach", ("", "left"), *settings, *figures, ("goals", "left"))
        answer = found.best or found.nearest
        self._row(table, "now", found.present)
        table.add_section()
        rows = list(found.frontier)
        if answer is not None and answer not in rows:
            rows = sorted([*rows, answer], key=lambda one: one.on_all.cost)
        for one in rows:
            self._row(table, ("best" if found.best else "nearest") if one == answer else "", one)
        return table

    def _labels(self) -> list[str]:
        """The paths, without what they begin with where they can be told apart without it."""
        paths = list(self._found.present.values)
        short = [path.partition(".")[2] or path for path in paths]
        return short if len(set(short)) == len(short) else paths

    def _row(self, table: Table, what: str, one: Tried) -> None:
        measured = one.on_all
        figures = [decimal(measured.cost, self._scale), percent(measured.share_of_sales), percent(measured.reached)]
        values = [safe(value) for value in one.values.values()]
        met = "met" if one.meets else "missed"
        table.add_row(f"[bold]{what}[/]" if what else "", *values, *figures,
                      decimal(measured.liability, self._scale), met)  # fmt: skip

    def refused(self) -> Table:
        """The first settings that are no program."""
        found = self._found
        paths = [(label, "left") for label in self._labels()]
        table = plain_table("Not allowed", *paths, ("why", "left"))
        for one in found.refused[:_REFUSED]:
            table.add_row(*[safe(value) for value in one.values.values()], safe(one.sentence))
        if found.refused_times > _REFUSED:
            table.caption = f"and {found.refused_times - _REFUSED:,} more"
            table.caption_justify = "left"
        return table

    def answer(self) -> str:
        """The result in a sentence."""
        found = self._found
        if found.best is not None:
            which = "cost least" if found.wanted == "cheapest" else "are reached by most members"
            return f"Of the settings that meet all goals, these {which}: {_said(found.best)}."
        if found.nearest is None:
            return "The language allows none of the settings that were tried."
        missing = f"{found.nearest.missing:.1%}".replace("%", " %")
        looked = "confirmed" if self._is_sample else "tried"
        return (
            f"No setting that was {looked} meets all goals. Nearest is {_said(found.nearest)}; altogether {missing} of "
            "a limit is missing."
        )


def _said(one: Tried) -> str:
    return ", ".join([f"`{path}: {value}`" for path, value in one.values.items()])
