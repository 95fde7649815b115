"""Signals as machines read them: the answer of `guerdon signals --json`."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from guerdon.insight.signals.all_kinds import Look, Suspect
from guerdon.insight.signals.reviews import Review


class EventTold(msgspec.Struct, frozen=True):
    """An event behind a signal."""

    id: str
    """The id that its source gave it."""
    kind: str
    """What happened, such as ``purchase``."""
    at: datetime
    """When it happened."""
    store: str | None
    """Where; null: not told."""
    paid: int | None
    """What was paid, in minor units; null: it is no purchase or return."""


class SignalTold(msgspec.Struct, frozen=True):
    """One thing that was seen."""

    kind: str
    """Which kind of signal."""
    score: int
    """From 0 to 100; from 50 on somebody should look."""
    sentence: str
    """What was seen, and what is usual."""
    events: list[EventTold]
    """The newest events behind it, at most ten."""


class SuspectTold(msgspec.Struct, frozen=True):
    """A member whom somebody should look at."""

    member: str
    """The member's id."""
    score: int
    """Of all signals together, from 0 to 100."""
    barred: str | None
    """``blocked``, ``closed`` or ``merged``; null: the member may act."""
    signals: list[SignalTold]
    """The strongest first."""
    review: Review | None
    """What was said last about the member; null: nothing yet."""


class SignalsTold(msgspec.Struct, frozen=True):
    """What was seen in a program."""

    program: str
    """The program's name."""
    since: date | None
    """The first day that was looked at; null: from the beginning."""
    suspects: list[SuspectTold]
    """The strongest first."""
    not_looked_for: Mapping[str, str]
    """By kind of signal: why it could not be looked for."""


def told(
    look: Look, suspects: list[Suspect], reviews: Mapping[str, Review], program: str, since: date | None
) -> SignalsTold:
    """The answer for some of the suspects."""
    return SignalsTold(
        program, since, [suspect_told(suspect, reviews.get(suspect.key)) for suspect in suspects], look.not_looked_for
    )


def suspect_told(suspect: Suspect, review: Review | None) -> SuspectTold:
    """One member as machines read it."""
    signals = [
        SignalTold(signal.kind, signal.score, signal.sentence, [EventTold(*event) for event in signal.events])
        for signal in suspect.signals
    ]
    return SuspectTold(suspect.key, suspect.score, suspect.barred, signals, review)
