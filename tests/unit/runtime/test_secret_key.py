"""The secret key: where it comes from, what is wrong with it, and that no message shows it."""

from pathlib import Path

import pytest

from guerdon.runtime.secret_key import FILE, Secret, SecretKeyTrouble, new_secret, read_secret_key, secret_key

ONE = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
TWO = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
DERIVED = "92e837ac6646309f965b05566af9f14b9237b9c34e134b5f01a52d078e81b559"
MARK = "b3cb8a7d"


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    key = secret_key(tmp_path, {"GUERDON_SECRET_KEY": f"{ONE}, {TWO}"})
    assert [secret.mark for secret in key.secrets] == [Secret(b"\x01" * 32).mark, Secret(b"\x02" * 32).mark]
    assert key.derive("x") == Secret(b"\x01" * 32).derive("x")
    assert key.derived("x") == [Secret(b"\x01" * 32).derive("x"), Secret(b"\x02" * 32).derive("x")]
    assert list(tmp_path.iterdir()) == []


def test_what_is_derived_is_pinned() -> None:
    """Another derivation would lock everybody out of what is sealed already."""
    assert Secret(b"\x01" * 32).derive("blind index").hex() == DERIVED
    assert Secret(b"\x01" * 32).mark.hex() == MARK


def test_no_two_purposes_have_one_key() -> None:
    secret = Secret(b"\x01" * 32)
    assert len({secret.derive(purpose) for purpose in ("a", "b", "webhooks", "")}) == 4


def test_a_file_is_made_at_first_use_and_read_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    made = secret_key(folder, {})
    assert (folder / FILE).stat().st_mode & 0o777 == 0o600
    assert secret_key(folder, {}).first.mark == made.first.mark
    assert [path.name for path in folder.iterdir()] == [FILE]


@pytest.mark.parametrize(
    ("mode", "may"), [(0o600, True), (0o400, True), (0o640, False), (0o604, False), (0o777, False)]
)
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int, may: bool) -> None:
    secret_key(tmp_path, {})
    (tmp_path / FILE).chmod(mode)
    if may:
        assert secret_key(tmp_path, {})
        return
    with pytest.raises(SecretKeyTrouble, match=r"can be read by others.*chmod 600"):
        secret_key(tmp_path, {})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("short", "no URL-safe base64"),
        ("AQEB", "32 bytes; this one has 3"),
        (ONE + ",", "32 bytes; this one has 0"),
        (ONE[:-4] + "AQ==", "this one has 31"),
        ("пароль", "no URL-safe base64"),
        (ONE.replace("AQEB", "!!!!"), "no URL-safe base64"),
    ],
)
def test_what_is_no_key_is_told_without_showing_it(text: str, told: str) -> None:
    with pytest.raises(SecretKeyTrouble, match=told) as trouble:
        read_secret_key(text)
    assert text.strip(",") not in str(trouble.value)
    assert trouble.value.__cause__ is None


def test_without_a_folder_the_environment_has_to_have_it() -> None:
    with pytest.raises(SecretKeyTrouble, match="GUERDON_SECRET_KEY is not set"):
        secret_key(None, {"GUERDON_SECRET_KEY": " "})


def test_a_file_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SecretKeyTrouble, match="cannot be read as a secret key"):
        secret_key(tmp_path / "file", {})


def test_a_missing_secret_is_named_by_its_mark() -> None:
    with pytest.raises(SecretKeyTrouble, match=f"{Secret(b'2' * 32).mark.hex()}.*{Secret(bytes(32)).mark.hex()}"):
        read_secret_key("A" * 43 + "=").marked(Secret(b"2" * 32).mark)


def test_a_key_is_never_shown() -> None:
    text = new_secret()
    key = read_secret_key(text)
    assert text[:8] not in f"{key!r} {key} {key.first!r} {key.first}"
