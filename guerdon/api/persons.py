"""Persons: what is known of whoever is behind a member, how they are recognised, what they agreed to.

No personal data stands in a path, a query, a problem or the audit log: identities are sent in bodies and told masked.
Rules hear of what has changed by a `describe` event, which is committed before the answer goes out.
"""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple

import msgspec
from litestar import Response, Router, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody, QueryParameter, RawBody

from guerdon.api import addressing
from guerdon.api.access import APP, CUSTOMER, MANAGER, open_to
from guerdon.api.committing import commit_in_thread
from guerdon.api.problems import Problem
from guerdon.api.requests import AnyRequest, decoded, identified, program_of, service_of
from guerdon.core.calendar import instant_of
from guerdon.core.events import Event, instant_in_range
from guerdon.core.refusals import stop
from guerdon.messages.persons import (
    ConsentsAnswer,
    Identities,
    IdentityAdded,
    KeptIdentity,
    MemberFound,
    NewConsent,
    PersonErased,
    SaidConsent,
    ShownIdentity,
)
from guerdon.messages.problems import Fault
from guerdon.people import audit
from guerdon.people.consents import Consent, Details, consents_of, current_consents, record_consent
from guerdon.people.describing import describe_event
from guerdon.people.erasing import Reason, erase
from guerdon.people.exporting import export_json
from guerdon.people.identities import acting_member, add_identity, identities_of, remove_identity
from guerdon.people.persons import erasure_of, keep_profile, lock, profile_of
from guerdon.people.persons import member_of as person_of
from guerdon.people.profile import Profile, decode_profile, encode_profile
from guerdon.runtime.secret_key import SecretKey
from guerdon.store.database import Connection

_HIDDEN = "•••"
_SEALED = ("secret_key_differs", "secret_key_missing")
"""What may be answered wherever a person's data is opened."""
_TOLD = ("overloaded", "person_erased", *_SEALED)
"""The same where rules hear of what was changed."""


class _Desk(NamedTuple):
    """A member, with a transaction in which the person is looked after."""

    connection: Connection
    secret: SecretKey
    program: int
    member: str
    request: AnyRequest

    @property
    def asked(self) -> tuple[Connection, SecretKey, int, str]:
        """What the functions of ``guerdon.people`` want first."""
        return self.connection, self.secret, self.program, self.member

    def note(self, action: str) -> None:
        """Record in the audit log that something was done or looked at."""
        audit.record(self.connection, self.request.auth.author, self.program, action, audit.member_target(self.member))

    def note_looking(self, action: str) -> None:
        """The same for looking, unless it is the app, by which persons look at themselves."""
        if "app" not in self.request.auth.scopes:
            self.note(action)

    def check_not_erased(self) -> None:
        """Raises Refused where nothing is kept of the person any more."""
        erased = erasure_of(self.connection, person_of(self.connection, self.program, self.member))
        if erased is not None:
            raise stop("person_erased", member=self.member, on=f"{erased.erased_at:%Y-%m-%d}")


@contextmanager
def _desk(request: AnyRequest, shown: str) -> Iterator[_Desk]:
    service, program = service_of(request), program_of(request)
    with service.pool.program(program) as connection:
        member = addressing.member_of(connection, program, shown)
        yield _Desk(connection, service.secret, program, member.key, request)


@post(
    "/members/find",
    sync_to_thread=True,
    **open_to(*CUSTOMER, problems=("identity_malformed", "identity_unknown", *_SEALED)),
    status_code=200,
)
def find_by_identity(request: AnyRequest, data: JSONBody[ShownIdentity]) -> MemberFound:
    """The member whom a card, an e-mail or a phone belongs to."""
    return MemberFound(member=identified(request, data))


@get(
    "/members/{member:str}/person",
    sync_to_thread=True,
    **open_to(*APP, problems=("person_erased", *_SEALED), etag=True),
)
def read_person(request: AnyRequest, member: FromPath[str]) -> Response[Profile]:
    """What is known of the person behind a member. The ETag is to be sent when it is changed."""
    with _desk(request, member) as desk:
        desk.check_not_erased()
        profile = profile_of(*desk.asked)
        desk.note_looking("person.shown")
    return _answer(desk, profile)


@put(
    "/members/{member:str}/person",
    sync_to_thread=True,
    **open_to(*APP, problems=("changed_meanwhile", *_TOLD), etag=True, if_match=True),
)
def replace_person(request: AnyRequest, member: FromPath[str], data: JSONBody[Profile]) -> Response[Profile]:
    """Put a profile in place of the one before. Rules hear of birthday, age band, region and language alone."""
    with _desk(request, member) as desk:
        _profile_to_change(desk)
        _keep(desk, data)
    _describe(request, desk.member)
    return _answer(desk, data)


@patch(
    "/members/{member:str}/person",
    sync_to_thread=True,
    **open_to(*APP, body=Profile, problems=("changed_meanwhile", *_TOLD), etag=True, if_match=True),
)
def change_person(request: AnyRequest, member: FromPath[str], body: RawBody) -> Response[Profile]:
    """Change some fields of a profile, by a JSON merge patch (RFC 7396): null takes a field away."""
    change = decoded(body, dict[str, Any])
    with _desk(request, member) as desk:
        before = _profile_to_change(desk)
        after = decoded(msgspec.json.encode(_merged(msgspec.to_builtins(before), change)), Profile)
        _keep(desk, after)
    _describe(request, desk.member)
    return _answer(desk, after)


@delete("/members/{member:str}/person", sync_to_thread=True, **open_to(*MANAGER, problems=_TOLD), status_code=200)
def erase_person(
    request: AnyRequest,
    member: FromPath[str],
    reason: Annotated[Reason, QueryParameter(description="`asked`: the person wished it.")] = "asked",
) -> PersonErased:
    """Forget a person, with all members that were merged into this one. The books stay; there is no way back."""
    with _desk(request, member) as desk:
        events: list[Event] = list(
            erase(desk.connection, desk.program, desk.member, at=datetime.now(UTC), reason=reason)
        )
        desk.note("person.erased")
        erased = erasure_of(desk.connection, person_of(desk.connection, desk.program, desk.member))
    for event in events:
        commit_in_thread(request, event)
    assert erased is not None, "it was erased just now, or before"
    told: Any = erased.reason
    return PersonErased(member=desk.member, erased_at=erased.erased_at, reason=told)


@get("/members/{member:str}/identities", sync_to_thread=True, **open_to(*APP, problems=("person_erased", *_SEALED)))
def list_identities(request: AnyRequest, member: FromPath[str]) -> Identities:
    """What a member is recognised by, with most of each value hidden."""
    with _desk(request, member) as desk:
        found = identities_of(*desk.asked)
    items = [KeptIdentity(kind=one.kind, masked=masked(one.value), added_at=one.added_at) for one in found]
    return Identities(items=items)


@post(
    "/members/{member:str}/identities",
    sync_to_thread=True,
    **open_to(*CUSTOMER, problems=("identity_malformed", "identity_taken", "person_erased", *_SEALED)),
    status_code=200,
)
def identify(request: AnyRequest, member: FromPath[str], data: JSONBody[ShownIdentity]) -> IdentityAdded:
    """Let a member be found by a card, an e-mail, a phone. One that belongs to another member is refused."""
    with _desk(request, member) as desk:
        changed = add_identity(*desk.asked, data.kind, data.value, at=datetime.now(UTC), country=data.country)
        if changed:
            desk.note("person.identity_added")
    return IdentityAdded(member=desk.member, kind=data.kind, changed=changed)


@post(
    "/members/{member:str}/identities/remove",
    sync_to_thread=True,
    **open_to(*APP, problems=("identity_malformed", "identity_unknown", "person_erased", *_SEALED)),
    status_code=200,
)
def forget_identity(request: AnyRequest, member: FromPath[str], data: JSONBody[ShownIdentity]) -> IdentityAdded:
    """Let a member be found by something no more. It is a POST, because no address may hold a person's data."""
    with _desk(request, member) as desk:
        changed = remove_identity(*desk.asked, data.kind, data.value, country=data.country)
        if changed:
            desk.note("person.identity_removed")
    return IdentityAdded(member=desk.member, kind=data.kind, changed=changed)


@get("/members/{member:str}/consents", sync_to_thread=True, **open_to(*APP, problems=("person_erased", *_SEALED)))
def list_consents(request: AnyRequest, member: FromPath[str]) -> ConsentsAnswer:
    """What a person agrees to now, and all that was ever said."""
    with _desk(request, member) as desk:
        return _consents(desk)


@post(
    "/members/{member:str}/consents",
    sync_to_thread=True,
    **open_to(*CUSTOMER, problems=("consent_malformed", *_TOLD)),
    status_code=200,
)
def say_consent(request: AnyRequest, member: FromPath[str], data: JSONBody[NewConsent]) -> ConsentsAnswer:
    """Record what a person agrees to, or takes back. Of each purpose, what was said last holds."""
    at = _moment(data.at)
    with _desk(request, member) as desk:
        if data.at is None or not _was_said(desk, data, at):
            record_consent(
                *desk.asked, data.purpose, granted=data.granted, at=at, text_version=data.text_version,
                details=Details(data.source, data.by),
            )  # fmt: skip
            desk.note("person.consent_recorded")
        answer = _consents(desk)
    _describe(request, desk.member)
    return answer


@get(
    "/members/{member:str}/export",
    sync_to_thread=True,
    **open_to(*MANAGER, answers=(dict[str, Any],), problems=("person_erased", *_SEALED)),
)
def export_member(request: AnyRequest, member: FromPath[str]) -> Response[bytes]:
    """Everything that is held about a person, as JSON: for the person, who may ask for it."""
    with _desk(request, member) as desk:
        desk.note("person.exported")
        content = export_json(*desk.asked)
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="person.json"'}
    return Response(content, media_type="application/json", headers=headers)


def masked(value: str) -> str:
    """A value with most of it hidden."""
    name, at, domain = value.rpartition("@")
    if at and name:
        return f"{name[0]}{_HIDDEN}@{domain}"
    return f"{_HIDDEN}{value[len(value) - min(4, len(value) // 3) :]}"


def _profile_to_change(desk: _Desk) -> Profile:
    """What is known, with nobody else changing it until the transaction ends. Raises Problem where it has changed."""
    lock(desk.connection, person_of(desk.connection, desk.program, desk.member))
    before = profile_of(*desk.asked)
    wanted = desk.request.headers.get("if-match", "*").strip()
    if wanted not in ("*", _tag(desk, before)):
        raise Problem("changed_meanwhile", reason="the profile is another one now; look at it again.")
    return before


def _keep(desk: _Desk, profile: Profile) -> None:
    keep_profile(*desk.asked, profile, at=datetime.now(UTC))
    desk.note("person.profile_kept")


def _describe(request: AnyRequest, member: str) -> None:
    """Let the engine hear of traits that have changed, of whoever acts for the member. The person's data is stored."""
    service, program = service_of(request), program_of(request)
    with service.pool.program(program) as connection:
        acting = acting_member(connection, program, member)
        event = describe_event(connection, service.secret, program, acting, at=datetime.now(UTC))
    if event is not None:
        commit_in_thread(request, event)


def _merged(before: Any, change: Any) -> Any:
    """A JSON merge patch, applied."""
    if not isinstance(change, dict):
        return change
    after = dict(before) if isinstance(before, dict) else {}
    for name, value in change.items():
        if value is None:
            after.pop(name, None)
        else:
            after[name] = _merged(after.get(name), value)
    return after


def _answer(desk: _Desk, profile: Profile) -> Response[Profile]:
    return Response(profile, headers={"ETag": _tag(desk, profile), "Cache-Control": "no-store"})


def _tag(desk: _Desk, profile: Profile) -> str:
    """What tells two profiles apart, and nothing about them without the secret key."""
    same = encode_profile(decode_profile(encode_profile(profile)))
    return f'"{hmac.digest(desk.secret.derive("tags of profiles"), desk.member.encode() + same, "sha256").hex()[:32]}"'


def _consents(desk: _Desk) -> ConsentsAnswer:
    now = current_consents(desk.connection, desk.program, desk.member)
    return ConsentsAnswer(now=list(now), history=[_said(one) for one in consents_of(*desk.asked)])


def _said(one: Consent) -> SaidConsent:
    details = one.details or Details()
    return SaidConsent(
        purpose=one.purpose,
        granted=one.granted,
        at=one.at,
        recorded_at=one.recorded_at,
        text_version=one.text_version,
        source=None if one.details is None else details.source,
        by=details.by,
    )


def _was_said(desk: _Desk, said: NewConsent, at: datetime) -> bool:
    """Whether the same is on record already, for a request that is sent again."""
    wanted = (said.purpose, said.granted, at, said.text_version)
    return any((one.purpose, one.granted, one.at, one.text_version) == wanted for one in consents_of(*desk.asked))


def _moment(at: datetime | None) -> datetime:
    """When something was said. Raises Problem for what lies ahead or out of range."""
    now = datetime.now(UTC)
    if at is None:
        return now
    if not instant_in_range(instant_of(at)) or at > now:
        told = "it lies in the past, in the year 2000 or later"
        raise Problem("not_as_wanted", first=told, faults=[Fault("$.at", told)])
    return at.astimezone(UTC)


router = Router(
    path="/",
    route_handlers=[
        find_by_identity,
        read_person,
        replace_person,
        change_person,
        erase_person,
        list_identities,
        identify,
        forget_identity,
        list_consents,
        say_consent,
        export_member,
    ],
    tags=["Persons"],
)
