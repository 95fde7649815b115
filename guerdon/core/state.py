"""A member's state: everything that a decision needs to know about the member.

It is the result of folding the member's journal, and its JSON is the same, byte for byte, on every machine. It holds no
clock, no name, no e-mail.
"""

import msgspec

from guerdon.core.calendar import Instant
from guerdon.core.meters import Buckets
from guerdon.core.wallet import Wallet


class Standing(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Where the member stands on one ladder of tiers."""

    level: str
    since: Instant
    until: Instant | None = None
    """When the level is reviewed. None: the lowest level, which is never reviewed."""
    shown: int = 0
    """For a level that was reached: what the meter showed then, less what has come back of it."""
    before: "Standing | None" = None
    """For a level that was reached: where the member stood before, to fall back to if a return undoes it."""


class MemberState(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What is known of a member after the last event."""

    enrolled_at: Instant | None = None
    """None: not enrolled yet."""
    as_of: Instant = 0
    """Everything that fell due up to this instant is settled. An event dated before it is late."""
    version: int = 0
    """The number of the program version under which ``next_due_at`` was worked out."""
    next_due_at: Instant | None = None
    """When time alone next changes something. None: never, as things stand."""
    last_activity_at: Instant | None = None
    purchases: int = 0
    """How many purchases were recorded, returned or not."""
    wallets: dict[str, Wallet] = {}
    meters: dict[str, Buckets] = {}
    standings: dict[str, Standing] = {}
    used: dict[str, Buckets] = {}
    """How much of each mechanic's cap per member is used, by the first day of the cap's period."""
    returned: dict[str, dict[int, int]] = {}
    """By purchase and line: the quantity that has come back. A line of quantity 0 counts as 1."""


NEW_MEMBER = MemberState()

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(MemberState)


def encode_state(state: MemberState) -> bytes:
    """The one canonical JSON of a state."""
    return _encoder.encode(state)


def decode_state(content: bytes | str) -> MemberState:
    """Read a stored state."""
    return _decoder.decode(content)
