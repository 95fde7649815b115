"""Key figures: what a measure comes to, with what it means."""

from datetime import date

import msgspec


class KpiFigure(msgspec.Struct, frozen=True, kw_only=True):
    """What a measure comes to for one key."""

    keys: dict[str, str | int | None]
    """By what it is told: the first day of a period, a name, a number of months; null where there is no key."""
    unit: str | None = None
    """The unit of the program; null: it is not told by unit."""
    value: int | float | None
    """Null: it cannot be told, and ``why`` says why."""
    why: str | None = None
    """Why there is no value; null: there is one."""


class KpiDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """What a measure means."""

    name: str
    title: str
    formula: str
    """In words and signs."""
    kind: str
    """``money`` (minor units of the currency), ``amount`` (the smallest part of the unit), ``count``, ``share`` (of 1),
    ``number`` (a quotient) or ``days``."""
    per: str | None = None
    """What it is told per; null: it is a total or a share."""
    source: str
    """The tables and columns that it is counted from, and where the definition comes from."""
    by: list[str]
    """By what it can be told."""


class KpiSeries(msgspec.Struct, frozen=True, kw_only=True):
    """A measure with its figures."""

    definition: KpiDefinition
    """What it means."""
    figures: list[KpiFigure]
    """In the order of their keys. Periods in which nothing happened are there too."""


class KpiList(msgspec.Struct, frozen=True, kw_only=True):
    """Every measure there is."""

    items: list[KpiDefinition]
    """In the order of the reference."""


class KpiAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Measures of a program."""

    program: str
    currency: str
    since: date | None = None
    """The first day that counts; null: from the beginning."""
    until: date
    """The last day that counts."""
    by: list[str]
    """By what the figures are told; none: they are of the whole time."""
    measures: list[KpiSeries]
