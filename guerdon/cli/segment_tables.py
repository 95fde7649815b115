"""How segments, their members and one member look in the terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.table import Table

from guerdon.cli.showing import counted, decimal, money, safe
from guerdon.cli.tables import plain_table
from guerdon.core.amounts import currency_scale

if TYPE_CHECKING:
    from guerdon.insight.segments.listing import MemberPortrait, SegmentLeanings, SegmentList
    from guerdon.insight.segments.overview import Overview, SegmentFigures

UNKNOWN = "—"
"""What stands where a number cannot be known."""


def overview_table(found: "Overview") -> Table:
    """The segments of a grouping: size, what they bring, and whether that grows."""
    currency = found.currency
    numbers = ("members", "share", "sales", "of sales", "average order", "trend")
    title = f"Members by {found.by}" + (f" · a year up to {found.day}" if found.day else "")
    table = plain_table(title, ("segment", "left"), *[(name, "right") for name in numbers], ("who", "left"))
    table.columns[0].no_wrap = True
    for one in found.segments:
        if not one.members:
            continue
        table.add_row(f"[bold]{safe(one.name)}[/]", *_figures(one, currency), safe(one.about))
    table.add_section()
    table.add_row("all", f"{found.members:,}", "", decimal(found.sales, currency_scale(currency)), "", "", "", currency)
    empty = [one.name for one in found.segments if not one.members]
    if empty:
        table.caption = f"nobody: {safe(', '.join(empty))}"
        table.caption_justify = "left"
    return table


def _figures(one: "SegmentFigures", currency: str) -> tuple[str, ...]:
    scale = currency_scale(currency)
    average = UNKNOWN if one.average_order is None else decimal(one.average_order, scale)
    shares = (_share(one.share_of_members), _share(one.share_of_sales))
    trend = UNKNOWN if one.trend is None else f"{one.trend:+.0%}"
    return f"{one.members:,}", shares[0], decimal(one.sales, scale), shares[1], average, trend


def _share(share: float | None) -> str:
    return UNKNOWN if share is None else f"{share:.1%}"


def members_table(found: "SegmentList", most: int) -> Table:
    """Who is in a segment."""
    title = f"{safe(found.segment)} · {counted(len(found.members), 'member')}"
    headings = (("purchases", "right"), (f"sales {found.currency}", "right"), ("last purchase", "right"))
    table = plain_table(title, ("member", "left"), *headings, ("tier", "left"))
    for one in found.members[:most]:
        since = one.days_since_last_purchase
        ago = UNKNOWN if since is None else f"{counted(since, 'day')} ago"
        sales = decimal(one.sales, currency_scale(found.currency))
        table.add_row(safe(one.member), f"{one.purchases:,}", sales, ago, safe(one.tier or UNKNOWN))
    if len(found.members) > most:
        table.caption = f"and {len(found.members) - most:,} more; --most shows them"
        table.caption_justify = "left"
    return table


def leanings_table(found: "SegmentLeanings", most: int = 15) -> Table:
    """What a segment buys more of than members in general."""
    headings = ((f"sales {found.currency}", "right"), ("share", "right"), ("of all", "right"), ("lift", "right"))
    title = f"What {safe(found.segment)} buy, against all members"
    table = plain_table(title, (found.of, "left"), *headings)
    for one in found.leanings[:most]:
        lift = UNKNOWN if one.lift is None else f"{one.lift:.2f}"
        sales = decimal(one.sales, currency_scale(found.currency))
        table.add_row(safe(one.name), sales, f"{one.share:.1%}", f"{one.share_of_all:.1%}", lift)
    return table


def portrait_lines(found: "MemberPortrait") -> Iterator[str]:
    """One member, line by line."""
    since = found.days_since_last_purchase
    ago = "never bought" if since is None else f"last bought {counted(since, 'day')} ago"
    sales = money(found.sales, found.currency)
    yield f"[bold]{safe(found.member)}[/] as of {found.day}"
    yield f"{counted(found.purchases, 'purchase')} in the year for {sales}, {ago}"
    scores = (
        "" if found.recency is None else f" (recency {found.recency}, frequency {found.frequency}, money {found.money})"
    )
    yield f"rfm: {found.rfm}{scores}"
    yield f"stage: {found.stage}, by a rhythm of {found.rhythm:.0f} days"
    yield f"kind of customer: {found.kinds.kind}"
    for name, score in (found.kinds.customer | found.kinds.loyalties).items():
        yield f"  {name:15}{_score(score, found.kinds.reasons.get(name, ''))}"
    yield f"segments at the till: {safe(', '.join(found.segments) or 'none')}"


def _score(score: int | None, reason: str) -> str:
    return f"{UNKNOWN:>3}  {reason}" if score is None else f"{score:>3}"
