"""The audit log: what administrators did, by whom, from where, before and after."""

import msgspec
from litestar import Router, get

from guerdon.api.access import AUDITOR, open_to
from guerdon.api.pages import USUAL_LIMIT, Cursor, Limit, Position, cursor_of, position_in
from guerdon.api.requests import AnyRequest, program_if_named, seeing
from guerdon.messages.audit import AdministrativeAct, AuditLog
from guerdon.people import audit
from guerdon.people.audit import Act


@get("/", sync_to_thread=True, **open_to(*AUDITOR))
def read_audit(request: AnyRequest, limit: Limit = USUAL_LIMIT, cursor: Cursor = None) -> AuditLog:
    """Administrative acts, the newest first; for a key that opens the whole deployment, of all programs."""
    program, before = program_if_named(request), position_in(cursor, Position)
    with seeing(request, program) as connection:
        acts = audit.page(connection, program, before=before, most=limit + 1)
    shown = acts[:limit]
    following = cursor_of(shown[-1].id) if len(acts) > limit else None
    return AuditLog(items=[_told(act) for act in shown], next=following)


def _told(act: Act) -> AdministrativeAct:
    return AdministrativeAct(
        id=act.id,
        program=act.program,
        at=act.at,
        key=act.key,
        address=act.address,
        action=act.action,
        target=act.target,
        before=None if act.before is None else msgspec.Raw(act.before),
        after=None if act.after is None else msgspec.Raw(act.after),
    )


router = Router(path="/audit", route_handlers=[read_audit], tags=["Keys"])
