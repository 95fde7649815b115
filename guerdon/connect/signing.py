"""Secrets of webhooks, and the signatures made with them, by the Standard Webhooks specification.

A secret is ``whsec_`` and 32 random bytes in base64. It is shown once, when it is made, and kept encrypted
(AES-256-GCM) under a key that is not in the database: whoever reads the database alone can sign nothing. After a
rotation deliveries carry two signatures for a while, one by each secret, so that the receiver can change over at any
moment of it.
"""

import secrets
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from standardwebhooks.webhooks import Webhook

_PREFIX = "whsec_"
_NONCE = 12


class SecretUnreadable(Exception):
    """The secret of a webhook was encrypted with another key than the one that is configured."""


def new_secret() -> str:
    """A secret that nobody can guess."""
    return _PREFIX + b64encode(secrets.token_bytes(32)).decode()


class Vault:
    """Encrypts secrets for the database, each bound to its program."""

    def __init__(self, key: bytes) -> None:
        """``key`` is the deployment's own, at least 32 bytes; what is used here is derived from it."""
        if len(key) < 32:
            raise ValueError("the key has fewer than 32 bytes")
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"guerdon webhook secrets").derive(key)
        self._cipher = AESGCM(derived)

    def seal(self, program: int, secret: str) -> bytes:
        """Encrypt a secret."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), _bound_to(program))

    def open(self, program: int, sealed: bytes) -> str:
        """Decrypt a secret. Raises SecretUnreadable."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound_to(program)).decode()
        except (InvalidTag, ValueError) as error:
            raise SecretUnreadable("a webhook's secret was encrypted with another key") from error


def _bound_to(program: int) -> bytes:
    return f"webhook of program {program}".encode()


def signature_headers(change_id: str, body: bytes, at: datetime, with_secrets: Sequence[str]) -> dict[str, str]:
    """The headers that prove where a delivery comes from; ``at`` is now, in UTC."""
    text = body.decode()
    signatures = [Webhook(secret).sign(change_id, at, text) for secret in with_secrets]
    return {
        "webhook-id": change_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
