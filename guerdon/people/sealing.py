"""Sealing: encryption under a key of the person's own.

Each person has a random key of 256 bits. What is known of the person is encrypted under it with AES-256-GCM, bound to
what it is, to the program and to the member: a row that is copied to another member, or to another column, does not
open. The key itself is stored wrapped, which is: encrypted under a key that comes from the secret key of the
deployment.

**Worked.** ``Ana`` takes 3 bytes and is sealed into 1 (form) + 12 (nonce) + 3 + 16 (tag) = 32. A wrapped key takes
1 + 4 (mark of the secret) + 12 + 32 + 16 = 65.
"""

import secrets
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from guerdon.runtime.secret_key import KEY_BYTES, MARK_BYTES, Secret, SecretKey

_FORM = b"\x01"
_NONCE_BYTES = 12
_WRAPPING = "wrapping of persons' keys"


class SealBroken(Exception):
    """Something sealed does not open: it was changed, or belongs elsewhere. The message never shows what it held."""


class Place(NamedTuple):
    """Where something sealed belongs. It opens nowhere else."""

    program: int
    member: int
    what: str
    """Such as ``profile``."""

    @property
    def bound(self) -> bytes:
        """The additional data that encryption is bound to."""
        return f"guerdon/{self.program}/{self.member}/{self.what}".encode()


class PersonKey:
    """The key of one person."""

    def __init__(self, content: bytes, program: int, member: int) -> None:
        """Take the key of a member."""
        self._content = content
        self._cipher = AESGCM(content)
        self.program = program
        self.member = member

    def __repr__(self) -> str:
        """Whose it is, and not what it is."""
        return f"PersonKey(member {self.member})"

    def seal(self, what: str, content: bytes) -> bytes:
        """Encrypt something of this person."""
        return _FORM + _encrypted(self._cipher, content, Place(self.program, self.member, what))

    def open(self, what: str, sealed: bytes) -> bytes:
        """Read it again; raises SealBroken."""
        place = Place(self.program, self.member, what)
        if sealed[:1] != _FORM:
            raise SealBroken(f"The {what} of member {self.member} is sealed in a form that is not known here.")
        return _decrypted(self._cipher, sealed[1:], place)

    def wrapped(self, secret: Secret) -> bytes:
        """The key as it is stored."""
        cipher = AESGCM(secret.derive(_WRAPPING))
        return _FORM + secret.mark + _encrypted(cipher, self._content, Place(self.program, self.member, "key"))


def new_person_key(program: int, member: int) -> PersonKey:
    """A random key for a person."""
    return PersonKey(secrets.token_bytes(KEY_BYTES), program, member)


def unwrap(key: SecretKey, wrapped: bytes, program: int, member: int) -> PersonKey:
    """Read a stored key; raises SecretKeyTrouble where another secret wrapped it, and SealBroken."""
    place = Place(program, member, "key")
    if wrapped[:1] != _FORM:
        raise SealBroken(f"The key of member {member} is wrapped in a form that is not known here.")
    secret = key.marked(mark_of(wrapped))
    cipher = AESGCM(secret.derive(_WRAPPING))
    return PersonKey(_decrypted(cipher, wrapped[1 + MARK_BYTES :], place), program, member)


def mark_of(wrapped: bytes) -> bytes:
    """The mark of the secret that wrapped a key."""
    return wrapped[1 : 1 + MARK_BYTES]


def _encrypted(cipher: AESGCM, content: bytes, place: Place) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, content, place.bound)


def _decrypted(cipher: AESGCM, sealed: bytes, place: Place) -> bytes:
    try:
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.bound)
    except (InvalidTag, ValueError):
        told = f"The {place.what} of member {place.member} does not open: it was changed, or it belongs elsewhere."
        raise SealBroken(told) from None
