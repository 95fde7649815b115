"""Figures as messages: for machines, the same on the command line and over HTTP."""

from collections.abc import Mapping, Sequence
from datetime import date

from guerdon.insight.measures.history import History
from guerdon.insight.measures.measure import Measure
from guerdon.insight.measures.reckoning import Figure, Key
from guerdon.insight.measures.registry import MEASURES
from guerdon.messages.kpis import KpiAnswer, KpiDefinition, KpiFigure, KpiList, KpiSeries


def listed() -> KpiList:
    """Every measure."""
    return KpiList(items=[defined(measure) for measure in MEASURES.values()])


def defined(measure: Measure) -> KpiDefinition:
    """What a measure means."""
    return KpiDefinition(
        name=measure.name,
        title=measure.title,
        formula=measure.formula,
        kind=measure.kind,
        per=measure.per or None,
        source=measure.source,
        by=list(measure.cuts),
    )


def answer(
    program: str, currency: str, history: History, by: Sequence[str], told: Mapping[str, Sequence[Figure]]
) -> KpiAnswer:
    """The figures of measures."""
    series = [
        KpiSeries(definition=defined(MEASURES[name]), figures=[_figure(MEASURES[name], by, one) for one in figures])
        for name, figures in told.items()
    ]
    return KpiAnswer(
        program=program, currency=currency, since=history.since, until=history.until, by=list(by), measures=series
    )


def _figure(measure: Measure, by: Sequence[str], figure: Figure) -> KpiFigure:
    return KpiFigure(
        keys={name: _key(key) for name, key in zip(by, figure.keys, strict=True)},
        unit=figure.unit or None,
        value=figure.value,
        why=measure.unknown if figure.value is None else None,
    )


def _key(key: Key) -> str | int | None:
    return str(key) if isinstance(key, date) else key
