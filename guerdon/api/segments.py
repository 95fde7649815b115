"""Segments: which groups analysis has found a member in, and when."""

from litestar import Router, get
from litestar.params import FromPath

from guerdon.api.access import READER, open_to
from guerdon.api.addressing import member_of
from guerdon.api.requests import AnyRequest, program_of, service_of
from guerdon.core.calendar import moment_of
from guerdon.messages.segments import MemberSegments, SegmentStay
from guerdon.runtime.segments import Stay, member_segments


@get("/", sync_to_thread=True, **open_to(*READER))
def read_segments(request: AnyRequest, member: FromPath[str]) -> MemberSegments:
    """The segments that a member is in, and every stay in one so far."""
    program = program_of(request)
    with service_of(request).pool.program(program) as connection:
        found = member_of(connection, program, member)
        stays = member_segments(connection, found.id)
    now = sorted([stay.segment for stay in stays if stay.left_at is None])
    return MemberSegments(member=found.key, segments=now, history=[_told(stay) for stay in stays])


def _told(stay: Stay) -> SegmentStay:
    return SegmentStay(
        segment=stay.segment,
        entered_at=moment_of(stay.entered_at),
        left_at=None if stay.left_at is None else moment_of(stay.left_at),
        by=stay.by,
    )


router = Router(path="/members/{member:str}/segments", route_handlers=[read_segments], tags=["Members"])
