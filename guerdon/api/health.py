"""Health: whether the process lives, and whether it can do its work. No key is needed."""

import msgspec
from litestar import Response, Router, get

from guerdon.api.problems import Problem
from guerdon.api.requests import AnyRequest, service_of
from guerdon.store.queries import statement


class Health(msgspec.Struct, frozen=True):
    """How the process is."""

    status: str


@get("/live", sync_to_thread=False)
def is_alive() -> Health:
    """Whether the process answers at all. An orchestrator that gets no answer starts it again."""
    return Health("live")


@get("/ready", sync_to_thread=True)
def is_ready(request: AnyRequest) -> Response[Health]:
    """Whether it can record purchases now: the database answers and is as this version needs it."""
    service = service_of(request)
    if service.is_stopping:
        raise Problem("stopping")
    with service.pool.owner() as connection:
        connection.execute(statement("is_there"))
    return Response(Health("ready"))


router = Router(path="/health", route_handlers=[is_alive, is_ready], tags=["Operations"])
