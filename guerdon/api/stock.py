"""Stock and budgets: what is left of what members share, and what is added to it without a new version.

To add twice by sending a request twice, send the ETag of what was there before as ``If-Match``: the second is refused.
"""

import time

from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody

from guerdon.api.access import MANAGER, READER, open_to
from guerdon.api.problems import Problem
from guerdon.api.requests import AnyRequest, program_of, service_of
from guerdon.api.slashes import with_slashes
from guerdon.core.amounts import MAX_AMOUNT
from guerdon.messages.amounts import wired
from guerdon.messages.stock import Addition, LimitAnswer
from guerdon.people.audit import record
from guerdon.runtime.limits import LimitNow, LimitTrouble, add_to_limit, limit_now
from guerdon.store.database import Connection


@get("/rewards/{name:str}/stock", sync_to_thread=True, **open_to(*READER, etag=True))
def read_stock(request: AnyRequest, name: FromPath[str]) -> Response[LimitAnswer]:
    """How many pieces of a reward are left, of how many."""
    return _read(request, name, of_reward=True)


@post(
    "/rewards/{name:str}/stock",
    sync_to_thread=True,
    **open_to(*MANAGER, etag=True, if_match=True, problems=("changed_meanwhile", "limit_not_changed")),
    status_code=200,
)
def add_stock(request: AnyRequest, name: FromPath[str], data: JSONBody[Addition]) -> Response[LimitAnswer]:
    """Add pieces of a reward, or take some away. With `If-Match`, the ETag of what there was, it is done once."""
    return _add(request, name, data, of_reward=True)


@get("/budgets/{name:str}", sync_to_thread=True, **open_to(*READER, etag=True))
def read_budget(request: AnyRequest, name: FromPath[str]) -> Response[LimitAnswer]:
    """How much is left of what a mechanic gives to all members together."""
    return _read(request, name, of_reward=False)


@post(
    "/budgets/{name:str}",
    sync_to_thread=True,
    **open_to(*MANAGER, etag=True, if_match=True, problems=("changed_meanwhile", "limit_not_changed")),
    status_code=200,
)
def add_budget(request: AnyRequest, name: FromPath[str], data: JSONBody[Addition]) -> Response[LimitAnswer]:
    """Add to a budget, or take from it. With `If-Match`, the ETag of what there was, it is done once."""
    return _add(request, name, data, of_reward=False)


def _read(request: AnyRequest, name: str, *, of_reward: bool) -> Response[LimitAnswer]:
    program = program_of(request)
    with service_of(request).pool.program(program) as connection:
        return _answer(_found(request, connection, program, with_slashes(name), of_reward=of_reward))


def _add(request: AnyRequest, name: str, addition: Addition, *, of_reward: bool) -> Response[LimitAnswer]:
    program, name, now = program_of(request), with_slashes(name), int(time.time())
    # As the owner: what members share is the till's to write, and nobody's who acts for one program.
    with service_of(request).pool.owner() as connection:
        before = _found(request, connection, program, name, of_reward=of_reward)
        if abs(before.added + addition.add) > MAX_AMOUNT:
            raise Problem("limit_not_changed", reason="That is more than can be counted.")
        try:
            after = add_to_limit(connection, program, name, addition.add, now, reason=addition.reason)
        except LimitTrouble as trouble:
            raise Problem("limit_not_changed", reason=str(trouble)) from trouble
        # Looked at when the row is held: of two who saw the same, one is told.
        before = after._replace(added=after.added - addition.add)
        if request.headers.get("if-match", "*").strip() not in ("*", _tag(before)):
            raise Problem("changed_meanwhile", reason="somebody has added to it; look at it again.")
        target = f"reward/{name}" if of_reward else f"budget/{name}"
        told = {"added": after.added, "allowed": after.allowed, "reason": addition.reason}
        record(connection, request.auth.author, program, "stock.added" if of_reward else "budget.added", target,
               before={"added": before.added}, after=told)  # fmt: skip
    return _answer(after)


def _found(request: AnyRequest, connection: Connection, program: int, name: str, *, of_reward: bool) -> LimitNow:
    version = service_of(request).published(connection, program).in_force()
    if of_reward is not (name in version.rewards):
        raise Problem("limit_not_found")
    try:
        return limit_now(connection, program, name, int(time.time()))
    except LimitTrouble as trouble:
        raise Problem("limit_not_found") from trouble


def _answer(limit: LimitNow) -> Response[LimitAnswer]:
    answer = LimitAnswer(
        name=limit.name,
        allowed=wired(limit.allowed),
        added=wired(limit.added),
        used=wired(limit.used),
        left=wired(limit.left),
    )
    return Response(answer, headers={"ETag": _tag(limit)})


def _tag(limit: LimitNow) -> str:
    return f'"{limit.added}"'


router = Router(path="/", route_handlers=[read_stock, add_stock, read_budget, add_budget], tags=["Rewards"])
