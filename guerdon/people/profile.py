"""The profile as it is kept: JSON, which is sealed under the person's key before it is stored."""

import msgspec

from guerdon.messages.profiles import Profile

__all__ = ["EMPTY", "Profile", "decode_profile", "encode_profile"]

EMPTY = Profile()

_decoder = msgspec.json.Decoder(Profile)


def encode_profile(profile: Profile) -> bytes:
    """The JSON of a profile."""
    return msgspec.json.encode(profile)


def decode_profile(content: bytes) -> Profile:
    """Read a profile; raises msgspec.ValidationError, which names the field and not what it holds."""
    return _decoder.decode(content)
