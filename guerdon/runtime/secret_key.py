"""The secret key of a deployment: 32 random bytes, out of which every other key is worked out.

It comes from ``GUERDON_SECRET_KEY`` (URL-safe base64), or from the file ``secret.key`` in the data folder, which is
made at first use and which nobody but its owner may read. It is never in the database, so a copy of the database alone
opens nothing.

**Derived.** No key serves two purposes: ``derive("blind index")`` and ``derive("webhooks")`` are as good as two secrets
(HKDF-SHA-256), and whoever learns the one knows nothing of the other.

**Rotation.** ``GUERDON_SECRET_KEY=new,old`` encrypts with the first and still opens what the others closed. After
``guerdon secret rewrap`` no person needs the old one. Each key has a **mark** of 4 bytes, which stands before what it
closed: that tells which key is missing, and nothing else.
"""

import base64
import binascii
import os
import secrets
import stat
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VARIABLE = "GUERDON_SECRET_KEY"
FILE = "secret.key"
KEY_BYTES = 32
MARK_BYTES = 4


class SecretKeyTrouble(Exception):
    """There is no usable secret key, or not the one that is needed. The message never shows a key."""


class Secret:
    """One secret of 32 bytes."""

    def __init__(self, content: bytes) -> None:
        """Take the bytes; raises SecretKeyTrouble for any other number of them."""
        if len(content) != KEY_BYTES:
            raise SecretKeyTrouble(f"A secret key has {KEY_BYTES} bytes; this one has {len(content)}.")
        self._content = content
        self._derived: dict[str, bytes] = {}

    def __repr__(self) -> str:
        """The mark alone: a key that is printed is lost."""
        return f"Secret({self.mark.hex()})"

    @cached_property
    def mark(self) -> bytes:
        """What tells this secret from others, and nothing about it."""
        return self.derive("mark")[:MARK_BYTES]

    def derive(self, purpose: str) -> bytes:
        """The key of 32 bytes for one purpose."""
        if purpose not in self._derived:
            hkdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"guerdon/{purpose}".encode())
            self._derived[purpose] = hkdf.derive(self._content)
        return self._derived[purpose]


class SecretKey:
    """The secrets of a deployment: the first closes, all open."""

    def __init__(self, *secrets: Secret) -> None:
        """Take the secrets, the one that is used from now on first."""
        if not secrets:
            raise SecretKeyTrouble("No secret key is given.")
        self.secrets = secrets

    def __repr__(self) -> str:
        """The marks alone."""
        return f"SecretKey({', '.join([one.mark.hex() for one in self.secrets])})"

    @property
    def first(self) -> Secret:
        """The one that closes."""
        return self.secrets[0]

    def derive(self, purpose: str) -> bytes:
        """The key for a purpose that signs or closes from now on."""
        return self.first.derive(purpose)

    def derived(self, purpose: str) -> list[bytes]:
        """The keys for a purpose that may have signed or closed: the one in use first."""
        return [one.derive(purpose) for one in self.secrets]

    def marked(self, mark: bytes) -> Secret:
        """The secret with a mark; raises SecretKeyTrouble where it is not among these."""
        for one in self.secrets:
            if one.mark == mark:
                return one
        known = ", ".join([one.mark.hex() for one in self.secrets])
        raise SecretKeyTrouble(
            f"This was closed with the secret key of the mark {mark.hex()}, and the keys here have the marks {known}. "
            f"Add the missing key to {VARIABLE}, after a comma."
        )


def new_secret() -> str:
    """A fresh secret key as text, for ``GUERDON_SECRET_KEY`` or a file."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def read_secret_key(text: str, place: str = VARIABLE) -> SecretKey:
    """Read one key or several with commas between; raises SecretKeyTrouble, which names the place."""
    parts = [part.strip() for part in text.split(",")]
    return SecretKey(*[_secret(part, place) for part in parts])


def secret_key(folder: Path | None, environment: Mapping[str, str] = os.environ) -> SecretKey:
    """The secret key of this deployment: from the environment, else from the data folder, where one is made.

    Without a folder (the database is elsewhere) it has to be in the environment. Raises SecretKeyTrouble.
    """
    text = environment.get(VARIABLE, "")
    if text.strip():
        return read_secret_key(text)
    if folder is None:
        raise SecretKeyTrouble(
            f"{VARIABLE} is not set. It holds {KEY_BYTES} random bytes in URL-safe base64; `guerdon secret new` makes "
            "some. Keep it apart from the database and its backups."
        )
    return _from_file(folder / FILE)


def _secret(text: str, place: str) -> Secret:
    try:
        content = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise SecretKeyTrouble(f"{place} holds no URL-safe base64.") from None
    try:
        return Secret(content)
    except SecretKeyTrouble as trouble:
        raise SecretKeyTrouble(f"{place}: {trouble}") from None


def _from_file(file: Path) -> SecretKey:
    try:
        _make(file)
        with file.open(encoding="ascii") as opened:
            mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
            if mode & 0o077:
                raise SecretKeyTrouble(f"{file} can be read by others (mode {mode:o}). Say: chmod 600 {file}")
            text = opened.read()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretKeyTrouble(f"{file} cannot be read as a secret key: {type(error).__name__}.") from None
    return read_secret_key(text, str(file))


def _make(file: Path) -> None:
    """Make the file, whole or not at all: whoever comes second takes what the first made."""
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="ascii") as opened:
            opened.write(new_secret() + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
