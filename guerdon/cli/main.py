"""The ``guerdon`` command, put together from its groups."""

import typer

from guerdon.cli import (
    backups,
    databases,
    demo,
    events,
    games,
    keys,
    kpis,
    leaflets,
    ledger,
    liability,
    people,
    presets,
    programs,
    recommend,
    relations,
    shopping,
    signals,
    simulations,
    tunings,
    up,
    value,
    versions,
)
from guerdon.cli.codes import codes
from guerdon.cli.experiments import experiment
from guerdon.cli.lakes import export
from guerdon.cli.rates import rates
from guerdon.cli.segments import segments
from guerdon.cli.stock import stock

app = typer.Typer(
    name="guerdon",
    help="A loyalty platform: the program in one file, every point accounted for.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="markdown",
)

app.command("up")(up.up)
app.command("demo")(demo.demo)
app.command("presets")(presets.presets)
app.command("new")(presets.new)
app.command("check")(programs.check)
app.command("diff")(versions.diff)
app.command("simulate")(simulations.simulate)
app.command("tune")(tunings.tune)
app.command("leaflet")(leaflets.leaflet)
app.command("schema")(programs.schema)
app.command("publish")(programs.publish)
app.add_typer(keys.key, name="key")
app.add_typer(rates, name="rates")
app.add_typer(codes, name="codes")
app.command("stock")(stock)
app.command("compare")(shopping.compare)
app.command("worth")(shopping.worth)
app.command("ingest")(events.ingest)
app.command("tick")(events.tick)
app.command("relay")(events.relay)
app.command("summary")(ledger.summary)
app.command("statement")(ledger.statement)
app.command("explain")(ledger.explain)
app.command("verify")(ledger.verify)
app.command("liability")(liability.liability)
app.add_typer(signals.signals, name="signals")
app.add_typer(segments, name="segments")
app.command("value")(value.value)
app.command("recommend")(recommend.recommend)
app.command("causes")(relations.causes)
app.add_typer(relations.partner, name="partner")
app.command("kpi")(kpis.kpi)
app.command("sql")(ledger.sql)
app.add_typer(export, name="export")
app.command("backup")(backups.backup)
app.command("restore")(backups.restore)
app.add_typer(databases.db, name="db")
app.add_typer(games.seed, name="seed")
app.add_typer(games.raffle, name="raffle")
app.add_typer(games.wheel, name="wheel")
app.add_typer(experiment, name="experiment")
app.add_typer(people.person, name="person")
app.add_typer(people.secret, name="secret")

if __name__ == "__main__":
    app()
