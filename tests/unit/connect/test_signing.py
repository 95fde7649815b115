"""Secrets and signatures, held against the vector of the Standard Webhooks specification."""

from base64 import b64decode
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook

from guerdon.connect.signing import SecretUnreadable, Vault, new_secret, signature_headers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = b'{"test": 2432232314}'
AT = datetime.fromtimestamp(1_614_265_330, UTC)


def test_the_signature_is_that_of_the_specification() -> None:
    assert signature_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", BODY, AT, [SECRET]) == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_either_of_two_secrets_tells() -> None:
    headers = signature_headers("17-3", BODY, datetime.now(UTC), [SECRET, OTHER])
    assert headers["webhook-signature"].count("v1,") == 2
    for secret in (SECRET, OTHER):
        assert Webhook(secret).verify(BODY, headers) == {"test": 2432232314}


def test_a_secret_has_32_bytes_and_is_drawn_anew() -> None:
    first, second = new_secret(), new_secret()
    assert first != second
    assert first.startswith("whsec_")
    assert len(b64decode(first.removeprefix("whsec_"))) == 32


def test_what_is_sealed_opens_with_the_same_key_for_the_same_program_only() -> None:
    vault = Vault(bytes(32))
    sealed = vault.seal(1, SECRET)
    assert vault.open(1, sealed) == SECRET
    assert SECRET.encode() not in sealed
    assert vault.seal(1, SECRET) != sealed, "nobody sees that two webhooks share a secret"
    for other, program, content in (
        (Vault(bytes(31) + b"\x01"), 1, sealed),
        (vault, 2, sealed),
        (vault, 1, sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (vault, 1, b""),
    ):
        with pytest.raises(SecretUnreadable):
            other.open(program, content)


def test_a_short_key_is_refused() -> None:
    Vault(bytes(32))
    with pytest.raises(ValueError, match="fewer than 32 bytes"):
        Vault(bytes(31))
