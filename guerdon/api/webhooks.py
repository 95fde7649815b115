"""Webhooks: where changes are sent, what came of it, and sending again."""

import hashlib
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from anyio.to_thread import run_sync
from litestar import Response, Router, delete, get, patch, post
from litestar.params import FromPath, JSONBody

from guerdon.api.access import AUDITOR, MANAGER, open_to
from guerdon.api.pages import USUAL_LIMIT, Cursor, Limit, Position, cursor_of, position_in
from guerdon.api.problems import Problem
from guerdon.api.requests import AnyRequest, program_of, service_of
from guerdon.connect import webhooks
from guerdon.connect.stream import position_before
from guerdon.connect.testing import send_test
from guerdon.core.calendar import instant_of
from guerdon.core.events import instant_in_range
from guerdon.messages.problems import Fault
from guerdon.messages.webhooks import (
    Deliveries,
    DeliveryTried,
    Letters,
    LettersRevived,
    NewWebhook,
    Replay,
    SecretRotation,
    TestDelivery,
    WaitingLetter,
    WebhookAnswer,
    WebhookChange,
    Webhooks,
    WebhookWithSecret,
)
from guerdon.people.audit import record
from guerdon.store.database import Connection
from guerdon.store.webhooks import Letter, NumberedDelivery, Webhook

_CHANGING: Any = {"if_match": True, "problems": ("changed_meanwhile",)}
_MOST_NUMBER = 2**31 - 1
_Place = tuple[Position, Annotated[int, msgspec.Meta(ge=0, le=_MOST_NUMBER)]]
"""A change that was not delivered, as a cursor holds it."""


@post(
    "/",
    sync_to_thread=True,
    **open_to(*MANAGER, etag=True, problems=("webhook_unfit", "secret_key_missing")),
    status_code=201,
)
def add_webhook(request: AnyRequest, data: JSONBody[NewWebhook]) -> Response[WebhookWithSecret]:
    """Send changes to an address from now on. The answer is the only one that holds the secret they are signed with."""
    service, program = service_of(request), program_of(request)
    with service.pool.program(program) as connection:
        added = webhooks.add_webhook(
            connection, service.vault, program, data.url, data.types, data.description,
            private_allowed=service.settings.private_webhooks,
        )  # fmt: skip
        _note(request, connection, "webhook.added", None, added.webhook)
    answer = WebhookWithSecret(webhook=_told(added.webhook), secret=added.secret)
    headers = {"ETag": _tag(added.webhook), "Location": f"/v1/webhooks/{added.webhook.id}"}
    return Response(answer, status_code=201, headers=headers)


@get("/", sync_to_thread=True, **open_to(*AUDITOR))
def list_webhooks(request: AnyRequest) -> Webhooks:
    """The webhooks of a program, the oldest first."""
    program = program_of(request)
    with service_of(request).pool.program(program) as connection:
        return Webhooks(items=[_told(webhook) for webhook in webhooks.list_webhooks(connection, program)])


@get("/{number:int}", sync_to_thread=True, **open_to(*AUDITOR, etag=True))
def read_webhook(request: AnyRequest, number: FromPath[int]) -> Response[WebhookAnswer]:
    """A webhook: where it goes, how far it has come, whether it rests."""
    program = program_of(request)
    with service_of(request).pool.program(program) as connection:
        return _answer(webhooks.find_webhook(connection, program, _known(number)))


@patch(
    "/{number:int}",
    sync_to_thread=True,
    **open_to(*MANAGER, etag=True, if_match=True, problems=("changed_meanwhile", "webhook_unfit")),
)
def change_webhook(
    request: AnyRequest, number: FromPath[int], data: JSONBody[WebhookChange]
) -> Response[WebhookAnswer]:
    """Change where a webhook goes or what it wants, or let it rest. With `If-Match`, its ETag, only as you know it."""
    service, program = service_of(request), program_of(request)
    with service.pool.program(program) as connection:
        before = _to_change(request, connection, program, number)
        after = webhooks.change_webhook(
            connection, program, before.id, url=data.url, types=data.types, description=data.description,
            private_allowed=service.settings.private_webhooks,
        )  # fmt: skip
        if data.enabled is not None and data.enabled is not before.enabled:
            switch = webhooks.enable_webhook if data.enabled else webhooks.disable_webhook
            after = switch(connection, program, before.id)
        _note(request, connection, "webhook.changed", before, after)
    return _answer(after)


@delete("/{number:int}", sync_to_thread=True, **open_to(*MANAGER, **_CHANGING), status_code=204)
def remove_webhook(request: AnyRequest, number: FromPath[int]) -> None:
    """Send nothing more, and drop what waits."""
    program = program_of(request)
    with service_of(request).pool.program(program) as connection:
        before = _to_change(request, connection, program, number)
        webhooks.remove_webhook(connection, program, before.id)
        _note(request, connection, "webhook.removed", before, None)


@post(
    "/{number:int}/rotate",
    sync_to_thread=True,
    **open_to(*MANAGER, if_match=True, problems=("changed_meanwhile", "secret_key_differs", "secret_key_missing")),
    status_code=201,
)
def rotate_secret(request: AnyRequest, number: FromPath[int], data: JSONBody[SecretRotation]) -> WebhookWithSecret:
    """Make another secret. For the overlap deliveries are signed with both, so that the receiver can change over."""
    service, program = service_of(request), program_of(request)
    with service.pool.program(program) as connection:
        before = _to_change(request, connection, program, number)
        overlap = timedelta(seconds=data.overlap_seconds)
        rotated = webhooks.rotate_secret(connection, service.vault, program, before.id, overlap)
        _note(request, connection, "webhook.secret_rotated", before, rotated.webhook)
    return WebhookWithSecret(webhook=_told(rotated.webhook), secret=rotated.secret)


@post(
    "/{number:int}/replay",
    sync_to_thread=True,
    **open_to(*MANAGER, etag=True, if_match=True, problems=("changed_meanwhile", "position_trimmed", "webhook_unfit")),
    status_code=200,
)
def replay(request: AnyRequest, number: FromPath[int], data: JSONBody[Replay]) -> Response[WebhookAnswer]:
    """Send everything again that follows a position, or that was recorded from a moment on."""
    program = program_of(request)
    with service_of(request).pool.program(program) as connection:
        before = _to_change(request, connection, program, number)
        after = webhooks.replay(connection, program, before.id, _begin(connection, program, data))
        _note(request, connection, "webhook.replayed", before, after)
    return _answer(after)


@get("/{number:int}/deliveries", sync_to_thread=True, **open_to(*AUDITOR))
def list_deliveries(
    request: AnyRequest, number: FromPath[int], cursor: Cursor = None, limit: Limit = USUAL_LIMIT
) -> Deliveries:
    """Every try of the last days, the last first: what was sent, and what the receiver answered."""
    program, before = program_of(request), position_in(cursor, Position)
    with service_of(request).pool.program(program) as connection:
        found = webhooks.deliveries(connection, program, _known(number), before, limit + 1)
    items = [_tried(one) for one in found[:limit]]
    return Deliveries(items=items, next=cursor_of(items[-1].id) if len(found) > limit else None)


@get("/{number:int}/waiting", sync_to_thread=True, **open_to(*AUDITOR))
def list_waiting(
    request: AnyRequest, number: FromPath[int], cursor: Cursor = None, limit: Limit = USUAL_LIMIT
) -> Letters:
    """What failed and is tried again, with what it holds back of the same member."""
    return _letters(request, number, cursor, limit, dead=False)


@get("/{number:int}/dead-letters", sync_to_thread=True, **open_to(*AUDITOR))
def list_dead(request: AnyRequest, number: FromPath[int], cursor: Cursor = None, limit: Limit = USUAL_LIMIT) -> Letters:
    """What was given up after many tries, the oldest first."""
    return _letters(request, number, cursor, limit, dead=True)


@post("/{number:int}/dead-letters/replay", sync_to_thread=True, **open_to(*MANAGER, **_CHANGING), status_code=200)
def revive(request: AnyRequest, number: FromPath[int]) -> LettersRevived:
    """Try again what was given up, in order."""
    program = program_of(request)
    with service_of(request).pool.program(program) as connection:
        before = _to_change(request, connection, program, number)
        changes = webhooks.replay_dead_letters(connection, program, before.id)
        _note(request, connection, "webhook.dead_letters_replayed", before, before)
    return LettersRevived(changes=changes)


@post("/{number:int}/test", **open_to(*MANAGER, problems=("secret_key_differs", "secret_key_missing")), status_code=200)
async def try_webhook(request: AnyRequest, number: FromPath[int]) -> TestDelivery:
    """Send a change of the type `guerdon.test` now, signed like any other, and answer what came of it."""
    service = service_of(request)
    webhook = await run_sync(_to_test, request, number)
    tried = await send_test(webhook, service.vault, private_allowed=service.settings.private_webhooks)
    return TestDelivery(
        delivered=tried.is_delivered, took_ms=tried.took_ms, status=tried.status, error=tried.error, answer=tried.answer
    )


def _to_test(request: AnyRequest, number: int) -> Webhook:
    program = program_of(request)
    with service_of(request).pool.program(program) as connection:
        webhook = webhooks.find_webhook(connection, program, _known(number))
        _note(request, connection, "webhook.tested", webhook, webhook)
    return webhook


def _to_change(request: AnyRequest, connection: Connection, program: int, number: int) -> Webhook:
    """A webhook, held until the transaction ends. Raises Problem where it is not as the client knows it."""
    found = webhooks.webhook_to_change(connection, program, _known(number))
    if request.headers.get("if-match", "*").strip() not in ("*", _tag(found)):
        raise Problem("changed_meanwhile", reason="the webhook is another one now; look at it again.")
    return found


def _known(number: int) -> int:
    """A number that a webhook may have; raises Problem."""
    if not 0 < number <= _MOST_NUMBER:
        raise Problem("webhook_not_found")
    return number


def _begin(connection: Connection, program: int, data: Replay) -> int:
    """The position that a replay begins behind. Raises Problem."""
    if data.after is not None and data.since is None:
        return data.after
    if data.since is None or data.after is not None or not instant_in_range(instant_of(data.since)):
        told = "name one of the two, after or since"
        raise Problem("not_as_wanted", first=told, faults=[Fault("$", told)])
    return position_before(connection, program, data.since)


def _letters(request: AnyRequest, number: int, cursor: str | None, limit: int, *, dead: bool) -> Letters:
    kind: Any = _Place
    program, after = program_of(request), position_in(cursor, kind)
    look = webhooks.dead_letters if dead else webhooks.waiting_letters
    with service_of(request).pool.program(program) as connection:
        found = look(connection, program, _known(number), limit + 1, after or (0, 0))
    items = [_letter(one) for one in found[:limit]]
    following = cursor_of((items[-1].position, items[-1].number)) if len(found) > limit else None
    return Letters(items=items, next=following)


def _letter(letter: Letter) -> WaitingLetter:
    return WaitingLetter(**letter._asdict())


def _tried(one: NumberedDelivery) -> DeliveryTried:
    id, tried = one
    return DeliveryTried(
        id=id,
        change=tried.change_id,
        type=tried.type,
        position=tried.position,
        tried_at=tried.tried_at,
        took_ms=tried.took_ms,
        status=tried.status,
        error=tried.error,
        answer=tried.answer,
    )


def _note(
    request: AnyRequest, connection: Connection, action: str, before: Webhook | None, after: Webhook | None
) -> None:
    """Record an act without what may be a secret: neither the signing secret nor what follows the ? of the URL."""
    webhook = after or before
    assert webhook is not None, "one of them is there"
    author, target = request.auth.author, f"webhook/{webhook.id}"
    record(connection, author, webhook.program, action, target, before=_plain(before), after=_plain(after))


def _plain(webhook: Webhook | None) -> dict[str, object] | None:
    if webhook is None:
        return None
    url = urlsplit(webhook.url)._replace(query="").geturl()
    told = {"url": url, "types": webhook.types, "description": webhook.description}
    return told | {"enabled": webhook.enabled, "position": webhook.position}


def _answer(webhook: Webhook) -> Response[WebhookAnswer]:
    return Response(_told(webhook), headers={"ETag": _tag(webhook)})


def _tag(webhook: Webhook) -> str:
    """What tells whether what a manager may change has changed."""
    content = msgspec.json.encode((webhook.url, webhook.types, webhook.description, webhook.enabled))
    return f'"{hashlib.blake2b(content, digest_size=8).hexdigest()}"'


def _told(webhook: Webhook) -> WebhookAnswer:
    return WebhookAnswer(
        id=webhook.id,
        url=webhook.url,
        types=webhook.types,
        description=webhook.description,
        enabled=webhook.enabled,
        disabled_because=webhook.disabled_because,
        position=webhook.position,
        failures=webhook.failures,
        paused_until=webhook.paused_until,
        former_secret_until=webhook.former_until,
        created_at=webhook.created_at,
    )


router = Router(
    path="/webhooks",
    route_handlers=[
        add_webhook,
        list_webhooks,
        read_webhook,
        change_webhook,
        remove_webhook,
        rotate_secret,
        replay,
        list_deliveries,
        list_waiting,
        list_dead,
        revive,
        try_webhook,
    ],
    tags=["Webhooks"],
)
