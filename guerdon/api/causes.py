"""Causes: what members have given to something good."""

from litestar import Router, get

from guerdon.api.access import READER, open_to
from guerdon.api.requests import AnyRequest, program_of, service_of
from guerdon.core.version import CAUSE_LIMIT, Version
from guerdon.mechanics.cause import Cause
from guerdon.messages.amounts import wired
from guerdon.messages.causes import CauseAnswer, CausesAnswer
from guerdon.store import reading
from guerdon.store.reading import CauseGifts


@get("/", sync_to_thread=True, **open_to(*READER))
def list_causes(request: AnyRequest) -> CausesAnswer:
    """What each cause was given, by how many members, and how far its target is."""
    service, program = service_of(request), program_of(request)
    with service.pool.program(program) as connection:
        version = service.published(connection, program).in_force()
        given = reading.gifts_to_causes(connection, program)
    known = {gifts.cause for gifts in given}
    fresh = [
        CauseGifts(mechanic.takes, mechanic.name, 0, 0, 0)
        for mechanic in version.program.mechanics
        if isinstance(mechanic, Cause) and mechanic.name not in known
    ]
    return CausesAnswer(items=[_cause(gifts, version) for gifts in sorted(given + fresh, key=_order)])


def _order(gifts: CauseGifts) -> tuple[str, str]:
    return gifts.cause, gifts.unit


def _cause(gifts: CauseGifts, version: Version) -> CauseAnswer:
    target = version.limits.get(f"{CAUSE_LIMIT}{gifts.cause}")
    return CauseAnswer(
        cause=gifts.cause,
        unit=gifts.unit,
        amount=wired(gifts.amount),
        gifts=gifts.times,
        members=gifts.members,
        target=None if target is None else wired(target),
    )


router = Router(path="/causes", route_handlers=[list_causes], tags=["Reports"])
