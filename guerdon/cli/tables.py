"""The tables that commands print."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table

from guerdon.cli.showing import Shower, decimal, money, safe
from guerdon.core import wallet
from guerdon.core.amounts import currency_scale
from guerdon.core.effects import Effect, Note
from guerdon.core.events import Event
from guerdon.core.refusals import REFUSALS
from guerdon.core.version import CAUSE_LIMIT, Version
from guerdon.presets import Preset
from guerdon.runtime.ingest import Progress
from guerdon.runtime.partners import PartnerUnit
from guerdon.runtime.story import Explanation, Statement
from guerdon.runtime.summary import Summary
from guerdon.runtime.verify import Report
from guerdon.specs.looks import Difference
from guerdon.store.reading import CauseGifts

if TYPE_CHECKING:
    from guerdon.insight.accounting.roll_forward import UnitRoll
    from guerdon.insight.signals.all_kinds import Suspect
    from guerdon.insight.signals.reviews import Review
    from guerdon.insight.signals.signal import Signal

_NO_EVENT = ("event_malformed", "event_for_the_engine_only")
"""Why a line is refused before it is anybody's event."""
_UNBOUND = 10_000
"""Wider than any terminal."""


class PlainTable(Table):
    """A table that breaks no figure: where the terminal is narrow, columns of words give way."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Hold the columns of figures to what their figures and the words of their headings need."""
        natural = Measurement.get(console, options.update(max_width=_UNBOUND), self).maximum
        if natural > options.max_width:
            for column in self.columns:
                if column.justify == "right":
                    figures = [Measurement.get(console, options, cell).maximum for cell in column.cells]
                    column.width = max([Measurement.get(console, options, column.header).minimum, *figures])
        yield from super().__rich_console__(console, options)


def plain_table(title: str, *columns: tuple[str, str]) -> Table:
    """A table without lines. Columns by their headings, each with where it stands: ``left`` or ``right``."""
    table = PlainTable(
        title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for name, justify in columns:
        table.add_column(name, justify=justify, header_style="dim", overflow="fold")  # type: ignore[arg-type]
    return table


def units_table(summary: Summary, shower: Shower) -> Table:
    """What was issued, redeemed and expired of each unit, and what is outstanding."""
    headings = ["issued", "taken back", "redeemed", "expired", "elsewhere", "outstanding", f"worth {summary.currency}"]
    figures = {name: [shower.figure(amount, name) for amount in unit[:6]] for name, unit in summary.units.items()}
    if not any(unit.elsewhere for unit in summary.units.values()):
        headings.remove("elsewhere")
        figures = {name: [*row[:4], row[5]] for name, row in figures.items()}
    table = plain_table("Ledger", ("unit", "left"), *[(heading, "right") for heading in headings])
    scale = currency_scale(summary.currency)
    for name, unit in summary.units.items():
        table.add_row(name, *figures[name], "–" if unit.worth is None else decimal(unit.worth, scale))
    table.add_section()
    empty = [""] * (len(headings) - 1)
    table.add_row("[bold]liability[/]", *empty, f"[bold]{decimal(summary.liability, scale)}[/]")
    return table


def tiers_table(summary: Summary) -> Table:
    """How many members stand on each level."""
    table = plain_table("Members", ("tier", "left"), ("members", "right"), ("share", "right"))
    for level, count in summary.tiers.items():
        table.add_row(level, f"{count:,}", f"{count / max(summary.members, 1):.0%}")
    table.add_row("[bold]all[/]", f"[bold]{summary.members:,}[/]", "")
    return table


def mechanics_table(summary: Summary, shower: Shower) -> Table:
    """What each mechanic has granted."""
    table = plain_table("Granted by mechanic", ("mechanic", "left"), ("amount", "right"), ("unit", "left"))
    for (unit, mechanic), amount in sorted(summary.mechanics.items(), key=lambda item: (item[0][0], -item[1])):
        table.add_row(mechanic, shower.amount(amount, unit), unit)
    return table


def limits_table(summary: Summary) -> Table:
    """How far the shared limits are used."""
    table = plain_table("Shared limits", ("limit", "left"), ("used", "right"), ("of", "right"), ("", "left"))
    for name, allowed, used, added in summary.limits:
        there = allowed + added
        share = used / there if there else 1
        state = "[yellow]run out[/]" if used >= there else f"{share:.0%}"
        table.add_row(name, f"{used:,}", f"{there:,}", state)
    return table


def named_table(title: str, kind: str, balances: dict[tuple[str, str], int], shower: Shower) -> Table:
    """What each cause or partner has, unit by unit."""
    table = plain_table(title, (kind, "left"), ("amount", "right"), ("unit", "left"))
    for (unit, name), amount in sorted(balances.items(), key=lambda item: (item[0][1], item[0][0])):
        table.add_row(safe(name), shower.amount(amount, unit), unit)
    return table


def transit_table(summary: Summary, shower: Shower) -> Table:
    """What is on its way from one member to another."""
    table = plain_table("In transit", ("amount", "right"), ("unit", "left"))
    for unit, amount in summary.in_transit.items():
        table.add_row(shower.amount(amount, unit), unit)
    return table


def causes_table(given: Sequence[CauseGifts], limits: Mapping[str, int], shower: Shower) -> Table:
    """What each cause was given, and what its target is. ``limits`` are the targets by the names of their limits."""
    headings = (("given", "right"), ("target", "right"), ("gifts", "right"), ("members", "right"))
    table = plain_table("Causes", ("cause", "left"), *headings, ("unit", "left"))
    for unit, cause, amount, times, members in given:
        target = limits.get(f"{CAUSE_LIMIT}{cause}")
        shown = "–" if target is None else shower.amount(target, unit)
        table.add_row(safe(cause), shower.amount(amount, unit), shown, f"{times:,}", f"{members:,}", unit)
    return table


def partner_table(unit: str, found: PartnerUnit, shower: Shower) -> Table:
    """One unit of a partner's statement: opening, what moved, closing."""
    currency = shower.program.currency

    def worth(amount: int | None) -> str:
        return "–" if amount is None else money(amount, currency)

    headings = (("what", "left"), ("by", "left"), ("times", "right"), ("amount", "right"), ("worth", "right"))
    table = plain_table(unit, *headings)
    table.add_row("opening", "", "", shower.amount(found.opening, unit), "")
    for line in found.lines:
        table.add_row(
            line.kind,
            safe(line.reason),
            f"{line.times:,}",
            shower.amount(line.amount, unit, signed=True),
            worth(line.worth),
        )
    table.add_row("[bold]closing[/]", "", "", f"[bold]{shower.amount(found.closing, unit)}[/]", worth(found.worth))
    return table


def statement_table(statement: Statement, version: Version, *, last: int | None, ids: bool = False) -> Table:
    """A member's story with running balances; only the last lines where ``last`` is given, and with the events' ids."""
    shower = Shower(version.program, version.zone)
    tiers = ", ".join(standing.level for standing in statement.state.standings.values())
    title = f"Member {statement.member}" + (f" · {tiers}" if tiers else "")
    event_id = [("event", "left")] if ids else []
    table = plain_table(safe(title), ("when", "left"), ("what", "left"), *event_id, ("effects", "left"))
    units = list(version.program.units)
    for unit in units:
        table.add_column(unit, justify="right", header_style="dim", overflow="fold")
    lines = statement.lines if last is None else statement.lines[-last:]
    for line in lines:
        what = safe(shower.event(line.event)) if line.is_event else "fell due"
        effects = safe(shower.effects(line.effects)) or "[dim]nothing[/]"
        if line.refusal is not None:
            effects = f"[yellow]refused: {safe(line.refusal.sentence)}[/]"
        balances = [shower.amount(line.balances.get(unit, 0), unit) for unit in units]
        ids_shown = [safe(line.event.id) if line.is_event else ""] if ids else []
        table.add_row(shower.moment(line.at), what, *ids_shown, effects, *balances)
    hidden = len(statement.lines) - len(lines)
    if hidden:
        table.caption = f"{hidden} earlier lines; --all shows them"
        table.caption_justify = "left"
    return table


def wallet_lines(statement: Statement, shower: Shower) -> list[str]:
    """What the wallets hold now and when it expires."""
    lines = []
    for unit, held in statement.state.wallets.items():
        parts = [f"{shower.amount(wallet.available(held), unit)} available"]
        if held.pending:
            parts.append(f"{shower.amount(wallet.pending(held), unit)} pending")
        if held.held:
            parts.append(f"{shower.amount(wallet.held(held), unit)} reserved")
        if held.debt:
            parts.append(f"{shower.amount(held.debt, unit)} owed")
        first = held.lots[0].expires_at if held.lots else None
        if first is not None:
            expiring = sum([lot.amount for lot in held.lots if lot.expires_at == first])
            some = "" if expiring == wallet.available(held) else f"{shower.amount(expiring, unit)} of it "
            parts.append(f"{some}until {shower.moment(first)}")
        lines.append(f"{unit}: {', '.join(parts)}")
    return lines


def segment_lines(statement: Statement, shower: Shower) -> list[str]:
    """When the member was in which segment."""
    lines = []
    for stay in statement.segments:
        until = "" if stay.left_at is None else f" until {shower.moment(stay.left_at)}"
        by = f" (by {stay.by})" if stay.by else ""
        lines.append(f"segment {safe(stay.segment)}: from {shower.moment(stay.entered_at)}{until}{safe(by)}")
    return lines


def explanation_table(explanation: Explanation, shower: Shower) -> Table:
    """What each mechanic did with an event."""
    return reasons_table(explanation.event, explanation.effects, explanation.notes, shower)


def reasons_table(event: Event, effects: Iterable[Effect], notes: Iterable[Note], shower: Shower) -> Table:
    """What each mechanic did with an event, by its effects and the trace."""
    table = plain_table("", ("mechanic", "left"), ("outcome", "left"), ("why", "left"))
    for effect in effects:
        name, outcome = shower.subject(effect), shower.outcome(effect)
        table.add_row(safe(name), f"[green]{outcome}[/]", safe(shower.reason(effect, event)))
    for note in notes:
        why = f"{safe(note.sentence)} [dim]({note.code})[/]"
        table.add_row(safe(note.mechanic), f"[dim]{note.outcome}[/]", why)
    return table


def differences_table(report: Report, most: int = 20) -> Table:
    """What is stored otherwise than the journal says."""
    columns = [(name, "left") for name in ("member", "entry", "what", "stored", "expected")]
    table = plain_table("Differences", *columns)
    for member, seq, what, stored, expected in report.examples[:most]:
        table.add_row(*map(safe, (member or "all", str(seq or "–"), what, stored, expected)))
    if report.differences > most:
        table.caption = f"and {report.differences - most:,} more"
    return table


def outcomes_table(done: Progress) -> Table:
    """What became of the events of an ingestion."""
    table = plain_table("", ("outcome", "left"), ("events", "right"))
    for outcome, count in sorted(done.outcomes.items()):
        table.add_row(outcome, f"{count:,}")
    table.title = None
    return table


def refused_table(done: Progress, most: int) -> Table:
    """The first events that were refused, each with its reason."""
    table = plain_table("Refused", ("event", "left"), ("member", "left"), ("why", "left"))
    for event_id, member, _, sentence in done.refused[:most]:
        table.add_row(safe(event_id), safe(member), safe(sentence))
    count = sum([done.outcomes[code] for code in REFUSALS if code not in _NO_EVENT])
    if count > most:
        table.caption = f"and {count - most:,} more"
        table.caption_justify = "left"
    return table


def presets_table(found: Iterable[Preset]) -> Table:
    """The presets: what each is modelled on, of which day, and the kinds of mechanics that it shows."""
    table = plain_table("", *[(name, "left") for name in ("preset", "modelled on", "rules of", "shows")])
    table.title = None
    table.columns[0].no_wrap = True
    for preset in found:
        kinds = ", ".join(preset.kinds)
        table.add_row(f"[bold]{preset.name}[/]", safe(preset.modelled_on), str(preset.rules), safe(kinds))
    return table


def found_table(differences: Iterable[Difference]) -> Table:
    """What a step of a case expected, and what came."""
    columns = [(name, "left") for name in ("line", "what", "expected", "came")]
    table = plain_table("", *columns)
    for line, what, expected, came in differences:
        table.add_row(str(line), safe(what), f"[green]{safe(expected)}[/]", f"[red]{safe(came)}[/]")
    return table


def roll_forward_table(roll: "UnitRoll", shower: Shower, currency: str) -> Table:
    """A unit from its opening to its closing balance, in units and, where it is worth money, in money."""
    table = plain_table(
        roll.unit, ("line", "left"), (roll.unit, "right"), *([(currency, "right")] if roll.money else [])
    )
    scale = currency_scale(currency)
    opening, closing = roll.units.opening, roll.units.closing
    money_of = roll.money.moves if roll.money else {}
    _roll_row(table, "opening", shower.figure(opening, roll.unit), roll.money and decimal(roll.money.opening, scale))
    for line in dict.fromkeys([*roll.units.moves, *money_of]):
        units = shower.figure(roll.units.moves[line], roll.unit) if line in roll.units.moves else ""
        _roll_row(table, line, units, roll.money and (decimal(money_of[line], scale) if line in money_of else ""))
    _roll_row(
        table, "[bold]closing[/]", shower.figure(closing, roll.unit), roll.money and decimal(roll.money.closing, scale)
    )
    return table


def _roll_row(table: Table, line: str, units: str, money_shown: str | None) -> None:
    table.add_row(line, units, *([] if money_shown is None else [money_shown]))


def suspects_table(suspects: "Sequence[Suspect]", reviews: "Mapping[str, Review]") -> Table:
    """Members whom somebody should look at, the strongest signal of each."""
    headings = (
        ("score", "right"),
        ("member", "left"),
        ("signals", "left"),
        ("the strongest", "left"),
        ("reviewed", "left"),
    )
    table = plain_table("Signals", *headings)
    for suspect in suspects:
        kinds = ", ".join([signal.kind.replace("_", " ") for signal in suspect.signals])
        said = reviews.get(suspect.key)
        before = "" if said is None else f"{said.verdict} {said.at:%Y-%m-%d}"
        shown = (suspect.barred or "") and f" ({suspect.barred})"
        table.add_row(
            f"{suspect.score}", f"{safe(suspect.key)}{shown}", kinds, safe(suspect.signals[0].sentence), before
        )
    return table


def behind_table(signal: "Signal", shower: Shower) -> Table:
    """The events behind a signal."""
    table = plain_table("", ("when", "left"), ("what", "left"), ("store", "left"), ("paid", "right"), ("event", "left"))
    for event in signal.events:
        paid = "" if event.paid is None else money(event.paid, shower.program.currency)
        at = shower.moment(int(event.at.timestamp()))
        table.add_row(at, event.kind, safe(event.store or ""), paid, safe(event.event_id))
    return table
