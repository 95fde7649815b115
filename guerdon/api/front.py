"""The front door: what the service is, for people and for software. No key is needed.

A browser is answered with pages; whatever else asks gets JSON.
"""

from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.params import FromPath

from guerdon import __version__
from guerdon.api import handbook, openapi
from guerdon.api.problems import Problem, codes
from guerdon.api.remedies import words_for
from guerdon.messages.problems import FrontDoor, ProblemMeaning

AnyVisitor = Request[Any, Any, Any]
_DESCRIPTION, _HANDBOOK = "openapi_description", "openapi_handbook"


@get("/", sync_to_thread=False)
def knock(request: AnyVisitor) -> Response[FrontDoor]:
    """Where everything is. A browser is sent to the pages."""
    found = FrontDoor(name="Guerdon", version=__version__)
    if _is_browser(request):
        return Response(found, status_code=303, headers={"Location": found.documentation, "Vary": "Accept"})
    return Response(found, headers={"Vary": "Accept"})


@get("/openapi.json", sync_to_thread=True, include_in_schema=False)
def read_description(request: AnyVisitor) -> Response[bytes]:
    """The description of the service, as OpenAPI 3.1."""
    return Response(msgspec.json.encode(_description(request)), media_type="application/json")


@get("/docs", sync_to_thread=True, include_in_schema=False)
def read_handbook(request: AnyVisitor) -> Response[str]:
    """The same for people."""
    state = request.app.state
    if _HANDBOOK not in state:
        state[_HANDBOOK] = handbook.handbook(_description(request))
    return Response(state[_HANDBOOK], media_type="text/html", headers=handbook.SAFE)


@get("/problems", sync_to_thread=True, include_in_schema=False)
def list_problems() -> Response[str]:
    """Every code that a problem may have, as a page."""
    return Response(handbook.problems_page(), media_type="text/html", headers=handbook.SAFE)


@get("/problems/{code:str}", sync_to_thread=False)
def read_problem(request: AnyVisitor, code: FromPath[str]) -> Response[ProblemMeaning]:
    """What the code of a problem means, and what to do. A browser is answered with a page."""
    if code not in codes():
        raise Problem("not_found")
    if _is_browser(request):
        page: Response[ProblemMeaning] = Response(
            handbook.problem_page(code).encode(),  # type: ignore[arg-type]
            media_type="text/html",
            headers=handbook.SAFE,
        )
        return page
    status, sentence = codes()[code]
    words = words_for(code)
    meaning = ProblemMeaning(
        code=code,
        status=status,
        detail=sentence,
        meaning="" if words is None else words.meaning,
        remedy="" if words is None else words.remedy,
    )
    return Response(meaning, headers={"Vary": "Accept"})


def _description(request: AnyVisitor) -> dict[str, object]:
    """Worked out once a process, when it is first asked for."""
    state = request.app.state
    if _DESCRIPTION not in state:
        state[_DESCRIPTION] = openapi.description(request.app)
    found: dict[str, object] = state[_DESCRIPTION]
    return found


def _is_browser(request: AnyVisitor) -> bool:
    return "text/html" in request.headers.get("accept", "")


router = Router(
    path="/",
    route_handlers=[knock, read_description, read_handbook, list_problems, read_problem],
    tags=["Operations"],
)
