"""A small simulation to draw: three members, two months, a budget that runs out, names that nobody should use."""

from pathlib import Path

from builders import line, moment
from ledger_fixtures import write_ndjson

from guerdon.core.events import Enrol, Event, Purchase
from guerdon.insight.simulation.files import uplifts_of
from guerdon.insight.simulation.ndjson import NdjsonHistory
from guerdon.insight.simulation.result import Simulation
from guerdon.insight.simulation.simulating import Candidate, simulate
from guerdon.language import read_program

HOSTILE = "</script><script>document.title='hacked'</script>"
LONG = "a-mechanic-whose-name-is-as-long-as-it-may-be"

PROGRAM = """
program: cafe
title: {en: "TITLE"}
currency: EUR
timezone: Europe/Sofia
effective_from: 2026-01-01
units:
  beans: {worth: 1 EUR per 100 beans}
meters:
  spend: {sum: spend, window: rolling 12 months}
mechanics:
  - {earn: beans, name: base, rate: 10 per 1 EUR}
  - {earn: beans, name: NAME, flat: 50, limit: {total: 120 beans}}
  - name: status
    tiers: {meter: spend, levels: {guest: 0, regular: 50 EUR}, kept: 12 months}
rewards:
  - {reward: coffee, cost: 300 beans}
""".replace("NAME", LONG)


def small_simulation(folder: Path, title: str = "Café", events: list[Event] | None = None) -> Simulation:
    """The draft gives twice the beans: ann has 1,400 for 60.00 + 10.00 where she had 700, before the opening gift."""
    current = read_program(PROGRAM.replace("TITLE", "Café"))
    draft = read_program(PROGRAM.replace("TITLE", title).replace("rate: 10 per", "rate: 20 per"))
    told = purchases() if events is None else events
    return simulate(
        Candidate("draft.yaml", (draft,)),
        NdjsonHistory(write_ndjson(folder / "events.ndjson", told)),
        current=Candidate("cafe.yaml", (current,)),
        uplifts=uplifts_of("1,2,4", None),
    )


def purchases() -> list[Event]:
    members = ["ann", "bob", HOSTILE]
    events: list[Event] = [Enrol(id=f"e{n}", member=m, at=moment("2026-01-05 12:00")) for n, m in enumerate(members)]
    prices = [("ann", "60.00"), ("bob", "3.00"), (HOSTILE, "31.00"), ("ann", "10.00")]
    for number, (member, price) in enumerate(prices):
        at = moment(f"2026-0{1 + number // 2}-1{number} 12:00")
        events.append(Purchase(id=f"p{number}", member=member, at=at, lines=(line(price),)))
    return events
