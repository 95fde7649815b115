"""Problems: every code with its one HTTP status, and the RFC 9457 document made of it.

A **refusal** of the engine is a value with a code from ``core.refusals``; most of them are a conflict with where
things stand (409), and ``STATUS_OF_REFUSAL`` names the others. What only HTTP knows stands in ``PROBLEMS``. No other
place in the service chooses a status for something that went wrong.
"""

import http
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
import psycopg
from litestar import Request, Response
from litestar.exceptions import HTTPException, NotAuthorizedException, ValidationException
from psycopg_pool import PoolTimeout

from guerdon.connect.addresses import AddressRefused
from guerdon.connect.signing import SecretUnreadable
from guerdon.connect.stream import PositionTrimmed
from guerdon.connect.webhooks import WebhookNotFound, WebhookUnfit
from guerdon.core.refusals import REFUSALS, Refusal, Refused
from guerdon.messages.problems import Fault, ProblemDetails
from guerdon.observe.fields import place_of
from guerdon.observe.logs import logger
from guerdon.runtime.live import NotCommitted, TillIsClosed, TillIsFull
from guerdon.runtime.secret_key import SecretKeyTrouble
from guerdon.store.database import DatabaseUnreachable

MEDIA_TYPE = "application/problem+json"

STATUS_OF_REFUSAL: Mapping[str, int] = {
    "member_unknown": 404,
    "purchase_unknown": 404,
    "reward_unknown": 404,
    "code_unknown": 404,
    "consent_malformed": 422,
    "identity_malformed": 422,
    "identity_unknown": 404,
    "person_erased": 410,
    "event_malformed": 422,
    "event_for_the_engine_only": 403,
    "event_in_the_future": 422,
    "event_time_out_of_range": 422,
    "amount_out_of_range": 422,
}
"""The refusals that are no conflict with where things stand (409)."""

PROBLEMS: Mapping[str, tuple[int, str]] = {
    "batch_exists": (409, "There is a batch {batch} already; a batch never changes. Take another name."),
    "batch_not_found": (404, "There is no such batch of codes."),
    "body_not_readable": (400, "The body cannot be read as what is wanted here."),
    "body_too_large": (413, "The body is larger than what is taken here."),
    "changed_meanwhile": (412, "It was changed since you looked: {reason}"),
    "codes_not_right": (422, "The codes cannot be taken like this: {first}"),
    "cursor_not_readable": (400, "The cursor is none that this service gave."),
    "database_unavailable": (503, "The database does not answer. Nothing is lost; try again with the same id."),
    "event_not_found": (404, "No event with the id {id} is on record."),
    "hold_not_found": (404, "There is no hold {id}."),
    "id_differs": (400, "The id in the body and the header Idempotency-Key differ. Send one of them."),
    "id_missing": (400, "Name an id of your choice: in the body, or as the header Idempotency-Key."),
    "internal_error": (500, "Something went wrong here. It is on record under this request's id."),
    "key_is_over": (409, "{reason}"),
    "key_missing": (401, "Send an API key: Authorization: Bearer gk_…"),
    "key_not_found": (404, "There is no such API key."),
    "key_not_good": (401, "The API key opens nothing: it is unknown, has expired or was revoked."),
    "limit_not_changed": (409, "{reason}"),
    "limit_not_found": (404, "The program in force has no stock or budget of that name."),
    "member_differs": (400, "The member is named twice: name one member or one identity, and only once."),
    "method_not_allowed": (405, "This address takes other methods."),
    "not_allowed": (403, "The key's scopes ({scopes}) do not allow this; it takes one of: {wanted}."),
    "not_as_wanted": (422, "The request is not as wanted: {first}"),
    "not_for_one_program": (403, "The key opens one program. It takes a key that opens the whole deployment."),
    "not_found": (404, "There is nothing at this address."),
    "overloaded": (
        503,
        "So many events wait already that another one would wait too long. Try again with the same id.",
    ),
    "partner_not_found": (404, "There is no such partner."),
    "plan_not_found": (404, "The program has no paid plan {plan}."),
    "position_trimmed": (410, "The stream begins at position {first}; what was before is in the journal only."),
    "program_exists": (409, "There is a program of that name already. Publish another version of it."),
    "program_name_differs": (422, "The file is of the program {found}, and not of {wanted}."),
    "program_not_chosen": (400, "The key opens several programs. Name one in the header Guerdon-Program."),
    "program_not_found": (404, "There is no such program."),
    "program_not_right": (422, "The program file cannot be used: {first}"),
    "quote_not_readable": (400, "The quote is none that this service gave."),
    "quote_of_another_cart": (409, "The quote is of another basket or of another member. Quote this one."),
    "request_not_allowed": (400, "The request cannot be handled: {reason}"),
    "secret_key_differs": (503, "What is needed was closed with another secret key than those of this deployment."),
    "secret_key_missing": (503, "This deployment has no secret key yet: set GUERDON_SECRET_KEY and start it again."),
    "stopping": (503, "The service is stopping. Try again with the same id."),
    "study_not_found": (404, "There is no such study."),
    "too_many_lines": (413, "The body has more than {most} lines. Send it in several parts."),
    "too_many_listeners": (
        503,
        "This worker has as many listeners as it takes ({most}). Come back later, or ask for /v1/changes.",
    ),
    "too_many_requests": (429, "The key makes more than {most} requests a second."),
    "too_many_studies": (429, "There are {most} questions waiting already. Ask again when some are answered."),
    "unit_not_found": (404, "The program has no unit {unit}."),
    "unsupported_media_type": (415, "The body is of a kind that is not taken here."),
    "version_cannot_be_dated": (409, "{reason}"),
    "version_does_not_fit": (409, "{reason}"),
    "version_not_found": (404, "There is no such version."),
    "version_too_late": (409, "{reason}"),
    "webhook_not_found": (404, "There is no such webhook."),
    "webhook_unfit": (422, "A webhook cannot be like this: {reason}"),
}
"""What only HTTP knows, by code: the status and the sentence."""

_STATUSES = {405: "method_not_allowed", 413: "body_too_large", 415: "unsupported_media_type", 404: "not_found"}
_SECONDS_TO_RETRY = {
    "too_many_listeners": "10",
    "overloaded": "1",
    "stopping": "2",
    "database_unavailable": "2",
    "too_many_requests": "1",
    "too_many_studies": "10",
}


_TURNED_AWAY = {
    "overloaded": "queue_full",
    "stopping": "stopping",
    "too_many_listeners": "queue_full",
    "too_many_requests": "rate_limited",
    "too_many_studies": "queue_full",
}


class Problem(Exception):
    """Ends a request with a problem document."""

    def __init__(self, code: str, *, faults: list[Fault] | None = None, **details: Any) -> None:
        """Choose the code, one of ``PROBLEMS``, with the values that its sentence names."""
        self.status, sentence = PROBLEMS[code]
        self.code, self.faults, self.details = code, faults or [], details
        super().__init__(sentence.format(**details))


class Declined(Exception):
    """Ends a request with a refusal of the engine."""

    def __init__(self, refusal: Refusal) -> None:
        """Carry the refusal."""
        super().__init__(refusal.sentence)
        self.refusal = refusal


def codes() -> dict[str, tuple[int, str]]:
    """Every code with its status and its sentence, for the reference and the page of each code."""
    refusals = {code: (STATUS_OF_REFUSAL.get(code, 409), sentence) for code, sentence in REFUSALS.items()}
    return dict(sorted((refusals | dict(PROBLEMS)).items()))


def document_of_refusal(refusal: Refusal) -> ProblemDetails:
    """The problem document of a refusal."""
    return ProblemDetails(
        type=f"/problems/{refusal.code}",
        title=_title(refusal.code),
        status=STATUS_OF_REFUSAL.get(refusal.code, 409),
        code=refusal.code,
        detail=refusal.sentence,
        details=refusal.details,
    )


def document_of(problem: Problem) -> ProblemDetails:
    """The problem document of what only HTTP knows."""
    return ProblemDetails(
        type=f"/problems/{problem.code}",
        title=_title(problem.code),
        status=problem.status,
        code=problem.code,
        detail=str(problem),
        details=problem.details,
        faults=problem.faults,
    )


class ProblemAnswer(NamedTuple):
    """A problem as it goes over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


def answer_to(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The response for anything that a handler raises."""
    status, headers, body = problem_answer(request, error)
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def problem_answer(request: Request[Any, Any, Any], error: Exception) -> ProblemAnswer:
    """The same, for whoever sends it without Litestar."""
    found = document_for(error)
    _tell(request, found, error)
    found = msgspec.structs.replace(found, instance=request.scope.get("state", {}).get("request_id", ""))
    headers = {"Retry-After": seconds} if (seconds := _SECONDS_TO_RETRY.get(found.code)) else {}
    if found.status == http.HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return ProblemAnswer(found.status, headers, msgspec.json.encode(found))


def _tell(request: Request[Any, Any, Any], found: ProblemDetails, error: Exception) -> None:
    """Count what is turned away for want of room, and put on record what is wrong here."""
    if found.code in _TURNED_AWAY:
        request.app.state.service.metrics.turned_away(_TURNED_AWAY[found.code])
    if found.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR and found.code not in _TURNED_AWAY:
        request_id = request.scope.get("state", {}).get("request_id", "")
        logger().error(
            found.code, request_id=request_id, error=type(error).__name__, at=place_of(error.__cause__ or error)
        )


def document_for(error: Exception) -> ProblemDetails:
    """The problem document of anything that may be raised."""
    if isinstance(error, Declined | Refused):
        return document_of_refusal(error.refusal)
    return document_of(error if isinstance(error, Problem) else _problem(error))


def _problem(error: Exception) -> Problem:
    """What to tell of an exception that is none of ours, without what it holds."""
    if isinstance(error, TillIsFull):
        return Problem("overloaded")
    if isinstance(error, TillIsClosed):
        return Problem("stopping")
    if isinstance(error, NotCommitted | psycopg.OperationalError | PoolTimeout | DatabaseUnreachable):
        return Problem("database_unavailable")
    if isinstance(error, PositionTrimmed):
        return Problem("position_trimmed", first=error.first)
    if isinstance(error, WebhookNotFound):
        return Problem("webhook_not_found")
    if isinstance(error, WebhookUnfit | AddressRefused):
        return Problem("webhook_unfit", reason=str(error))
    if isinstance(error, SecretKeyTrouble | SecretUnreadable):
        return Problem("secret_key_differs")
    if isinstance(error, ValidationException):
        return _not_as_wanted(error)
    if isinstance(error, NotAuthorizedException):
        return Problem("key_missing")
    if isinstance(error, HTTPException) and error.status_code < http.HTTPStatus.INTERNAL_SERVER_ERROR:
        return _of_status(error)
    return Problem("internal_error")


def _of_status(error: HTTPException) -> Problem:
    code = _STATUSES.get(error.status_code)
    return Problem("request_not_allowed", reason=error.detail) if code is None else Problem(code)


def _not_as_wanted(error: ValidationException) -> Problem:
    extra = error.extra if isinstance(error.extra, list) else []
    faults = [Fault(str(fault.get("key", "")), str(fault.get("message", ""))) for fault in extra]
    first = f"{faults[0].message} ({faults[0].place})" if faults else str(error.detail)
    return Problem("not_as_wanted", faults=faults, first=first)


def _title(code: str) -> str:
    return code.replace("_", " ").capitalize()
