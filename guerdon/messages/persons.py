"""The person behind a member: identities, consents, and what became of them."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from guerdon.core.events import Id, Name

Kind = Annotated[str, msgspec.Meta(max_length=40)]
Value = Annotated[str, msgspec.Meta(max_length=1_000)]


class ShownIdentity(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that a person shows to be recognised."""

    kind: Kind
    """``card``, ``email``, ``phone``, ``external``, or a word of one's own in small letters."""
    value: Value
    """The value, however it is written."""
    country: Annotated[str, msgspec.Meta(max_length=2)] = ""
    """Where a phone number without + belongs, such as ``BG``."""

    def __repr__(self) -> str:
        """Its kind alone: a log may print this."""
        return f"ShownIdentity({self.kind})"


class MemberFound(msgspec.Struct, frozen=True, kw_only=True):
    """Whom an identity belongs to."""

    member: str
    """The member who acts: of a card that was merged, the one it was merged into."""


class KeptIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a person is recognised by, told so that whoever knows it recognises it."""

    kind: str
    masked: str
    """The value with most of it hidden: ``•••0077``, ``a•••@example.com``."""
    added_at: datetime
    """When it was added."""


class IdentityAdded(msgspec.Struct, frozen=True, kw_only=True):
    """What came of adding or removing an identity."""

    member: str
    kind: str
    changed: bool
    """Whether anything is different now; otherwise it was so before."""


class Identities(msgspec.Struct, frozen=True, kw_only=True):
    """What a member is recognised by."""

    items: list[KeptIdentity]


class NewConsent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that a person said about a purpose."""

    purpose: Name
    """For what, as `consent` of the program file matches it."""
    granted: bool
    """Whether it is given; false: it is taken back."""
    at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    """When it was said; null: now. With a moment, sending it again adds nothing."""
    text_version: Name = ""
    """Which version of the text was shown."""
    source: Name = ""
    """Where it was said: a page, a shop, a call."""
    by: Name = ""
    """Who took it down; empty: the person did."""


class SaidConsent(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A line of the history of consents."""

    purpose: str
    """For what, as `consent` of the program file matches it."""
    granted: bool
    """Whether it was given; false: it was taken back."""
    at: datetime
    """When it was said."""
    recorded_at: datetime
    text_version: str = ""
    """Which version of the text was shown; left out: nobody said."""
    source: str | None = None
    """Where it was said; left out: it was dropped."""
    by: str = ""


class ConsentsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a person agrees to, and all that was ever said."""

    now: list[str]
    """The purposes that the person agrees to now."""
    history: list[SaidConsent]
    """In the order of time."""


class PersonErased(msgspec.Struct, frozen=True, kw_only=True):
    """That a person was forgotten. The books stay as they were."""

    member: str
    erased_at: datetime
    """When it was done."""
    reason: Literal["asked", "inactive", "staff"]


class MergeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """That two members are one person, or two again."""

    member: str
    into: str
    """The member who acts for both, or did until now; empty: it was undone before."""
    id: Id
    seq: int
    repeated: bool
    identities: int
    """How many identities went along."""
