"""Persons: what is known of whoever is behind a member, how they are recognised, what they agreed to.

What a person shows goes in bodies alone, never in an address.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from guerdon.client.calls import JSON, Call, Tagged, get, if_match, post, tagged
from guerdon.client.operations import Group, Way, operation
from guerdon.messages.persons import (
    ConsentsAnswer,
    Identities,
    IdentityAdded,
    MemberFound,
    NewConsent,
    PersonErased,
    ShownIdentity,
)
from guerdon.messages.profiles import Profile

_PERSON = "/v1/members/{member}/person"


class Persons(Group[Way]):
    """Whoever is behind members."""

    @operation
    def find(self, identity: ShownIdentity) -> Call[MemberFound]:
        """The member whom a card, an e-mail or a phone belongs to."""
        return post("/v1/members/find", MemberFound, identity)

    @operation
    def read(self, member: str) -> Call[Tagged[Profile]]:
        """What is known of the person behind a member, with the tag to be given back when it is changed."""
        return tagged(get(_PERSON, Profile, member=member))

    @operation
    def replace(self, member: str, profile: Profile, *, tag: str | None = None) -> Call[Tagged[Profile]]:
        """Put a profile in place of the one before, if that is still the one of the ``tag``."""
        call = post(
            _PERSON, Profile, profile, method="PUT", headers=if_match(tag), is_repeatable=tag is None, member=member
        )
        return tagged(call)

    @operation
    def change(self, member: str, fields: Mapping[str, Any], *, tag: str | None = None) -> Call[Tagged[Profile]]:
        """Change some fields of a profile by their names; None takes a field away."""
        call = post(_PERSON, Profile, method="PATCH", headers=JSON | if_match(tag), member=member)
        return tagged(call._replace(body=msgspec.json.encode(fields), is_repeatable=tag is None))

    @operation
    def erase(self, member: str, *, reason: Literal["asked", "inactive", "staff"] = "asked") -> Call[PersonErased]:
        """Forget a person. The books stay; there is no way back."""
        return post(_PERSON, PersonErased, method="DELETE", query={"reason": reason}, member=member)

    @operation
    def identities(self, member: str) -> Call[Identities]:
        """What a member is recognised by, with most of each value hidden."""
        return get("/v1/members/{member}/identities", Identities, member=member)

    @operation
    def identify(self, member: str, identity: ShownIdentity) -> Call[IdentityAdded]:
        """Let a member be found by a card, an e-mail, a phone."""
        return post("/v1/members/{member}/identities", IdentityAdded, identity, member=member)

    @operation
    def forget_identity(self, member: str, identity: ShownIdentity) -> Call[IdentityAdded]:
        """Let a member be found by something no more."""
        return post("/v1/members/{member}/identities/remove", IdentityAdded, identity, member=member)

    @operation
    def consents(self, member: str) -> Call[ConsentsAnswer]:
        """What a person agrees to now, and all that was ever said."""
        return get("/v1/members/{member}/consents", ConsentsAnswer, member=member)

    @operation
    def say_consent(
        self,
        member: str,
        purpose: str,
        *,
        granted: bool,
        at: datetime | None = None,
        text_version: str = "",
        source: str = "",
        by: str = "",
    ) -> Call[ConsentsAnswer]:
        """Record what a person agrees to, or takes back. Without ``at`` it was said now, and every try adds a line; so
        it is tried again only where it surely was not done.
        """
        said = NewConsent(purpose=purpose, granted=granted, at=at, text_version=text_version, source=source, by=by)
        repeatable = at is not None
        return post("/v1/members/{member}/consents", ConsentsAnswer, said, is_repeatable=repeatable, member=member)

    @operation
    def export(self, member: str) -> Call[bytes]:
        """Everything that is held about a person, as JSON."""
        return get("/v1/members/{member}/export", bytes, member=member)
