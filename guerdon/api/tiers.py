"""Tiers: the ladders of a program, what each level asks for, and how many members stand there."""

from fractions import Fraction

from litestar import Router, get

from guerdon.api.access import AUDITOR, READER, open_to
from guerdon.api.requests import AnyRequest, reading_program
from guerdon.mechanics.tiers import Level, Need, Needs, Tiers, needs_of
from guerdon.messages.amounts import wired
from guerdon.messages.tiers import Asked, AskedFor, Ladder, Ladders, LevelOfLadder
from guerdon.store import reading


@get("/", sync_to_thread=True, **open_to(*READER))
def list_tiers(request: AnyRequest) -> Ladders:
    """The ladders of the version in force.

    Keys of managers and auditors are told how many members stand on each level.
    """
    with reading_program(request) as (connection, published):
        counts = None
        if not request.auth.scopes.isdisjoint(AUDITOR):
            counts = reading.members_by_level(connection, published.id)
        program = published.in_force().program
    ladders = [mechanic for mechanic in program.mechanics if isinstance(mechanic, Tiers)]
    return Ladders(items=[_ladder(ladder, counts) for ladder in ladders])


def _ladder(ladder: Tiers, counts: dict[str, int] | None) -> Ladder:
    return Ladder(
        name=ladder.name,
        title=ladder.title,
        meter=ladder.meter,
        levels=[_level(ladder, level, counts) for level in ladder.levels],
    )


def _level(ladder: Tiers, level: Level, counts: dict[str, int] | None) -> LevelOfLadder:
    return LevelOfLadder(
        name=level.name,
        title=level.title,
        reach=_asked_for(needs_of(level, ladder.meter)),
        keep=None if level.keep is None else _asked_for(level.keep),
        members=None if counts is None else counts.get(level.name, 0),
    )


def _asked_for(needs: Needs) -> AskedFor:
    return AskedFor(all_of=[_asked(need) for need in needs.all_of], any_of=[_asked(need) for need in needs.any_of])


def _asked(need: Need) -> Asked:
    return Asked(
        meter=need.meter,
        least=wired(need.least) if need.meter and need.share is None else None,
        share="" if need.share is None else str(Fraction(need.share.amount, need.share.per)),
        share_of=need.share_of,
        anew=need.anew,
        badge=need.badge,
        plan=need.plan,
    )


router = Router(path="/tiers", route_handlers=[list_tiers], tags=["Tiers"])
