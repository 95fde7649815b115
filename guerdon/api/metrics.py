"""Metrics: the numbers of all workers, as Prometheus reads them."""

from litestar import Response, Router, get

from guerdon.api.access import AUDITOR, KeyAuthentication, open_to
from guerdon.api.problems import Problem
from guerdon.api.requests import AnyRequest, service_of
from guerdon.observe.metrics import CONTENT_TYPE


@get("/", sync_to_thread=True, **open_to(*AUDITOR, answer_kinds=("text/plain",), problems=("not_for_one_program",)))
def read_metrics(request: AnyRequest) -> Response[bytes]:
    """The numbers of every worker, added up. They are about all programs, so it takes a key of the whole deployment."""
    if request.auth.program is not None:
        raise Problem("not_for_one_program")
    return Response(service_of(request).metrics.render(), media_type=CONTENT_TYPE)


router = Router(path="/metrics", route_handlers=[read_metrics], tags=["Operations"], middleware=[KeyAuthentication])
