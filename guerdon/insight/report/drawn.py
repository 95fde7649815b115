"""What a chart is, and what all of them are made of."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from guerdon.insight.report.showing import Figures

Option = dict[str, Any]


class Chart(NamedTuple):
    """A chart with the words for whoever cannot see it."""

    title: str
    option: Option
    digits: int
    """How many decimal digits its figures have."""
    height: int = 340
    """In pixels."""


def over(places: Sequence[str], series: Sequence[Option]) -> Option:
    """Series of values over named places from left to right."""
    return {"xAxis": {"type": "category", "data": list(places)}, "yAxis": {"type": "value"}, "series": list(series)}


def money(amount: int, figures: Figures) -> float:
    """Minor units as a chart takes them."""
    return float(figures.units(amount))
