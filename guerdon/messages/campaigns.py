"""Campaigns and shared limits: what has dates or a budget, and how much of it is left."""

from datetime import date
from typing import Literal

import msgspec

from guerdon.messages.amounts import WireAmount


class SharedLimit(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A limit over all members: a budget, a number of uses, a stock."""

    name: str
    """``spring`` for a budget, ``spring/uses`` for a number of uses, ``stock:mug`` for a stock."""
    allowed: WireAmount
    """By the version in force, in the smallest part of what it limits."""
    added: WireAmount = 0
    """By hand, on top of it; below zero what was taken away."""
    used: WireAmount
    left: WireAmount


class SharedLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Every shared limit of the version in force, by name."""

    items: list[SharedLimit]


class GrantedSoFar(msgspec.Struct, frozen=True, kw_only=True):
    """What a campaign has granted of one unit."""

    unit: str
    amount: WireAmount
    times: int
    """How many times something was granted."""


class CampaignFigures(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A mechanic of the version in force that has dates or a shared limit."""

    name: str
    kind: str
    """``earn``, ``discount``, ``raffle`` and so on."""
    title: dict[str, str] = {}
    """By language."""
    first_day: date | None = None
    """Left out: it always was."""
    last_day: date | None = None
    """Left out: it stays."""
    status: Literal["scheduled", "running", "over"]
    """By its dates, today in the program's time zone."""
    limits: list[SharedLimit] = []
    """Its budget and its other shared limits."""
    granted: list[GrantedSoFar] = []
    """What it has granted so far, also under former names."""


class Campaigns(msgspec.Struct, frozen=True, kw_only=True):
    """Campaigns, in the order of the program file."""

    items: list[CampaignFigures]
