"""Sealing: what goes in comes out, nowhere else, and not after a change."""

import pytest

from guerdon.people.sealing import PersonKey, SealBroken, new_person_key, unwrap
from guerdon.runtime.secret_key import Secret, SecretKey, SecretKeyTrouble

OLD, NEW = Secret(b"o" * 32), Secret(b"n" * 32)


@pytest.fixture
def key() -> PersonKey:
    return new_person_key(1, 7)


@pytest.mark.parametrize("content", [b"", b"Ana", b"\x00" * 100_000])
def test_what_goes_in_comes_out(key: PersonKey, content: bytes) -> None:
    sealed = key.seal("profile", content)
    assert key.open("profile", sealed) == content
    assert len(sealed) == len(content) + 29
    assert key.seal("profile", content) != sealed, "equal contents are not to be seen as equal"


def test_every_changed_byte_is_noticed(key: PersonKey) -> None:
    sealed = key.seal("profile", b"Ana Petrova")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(SealBroken) as broken:
            key.open("profile", bytes(changed))
        assert "Ana" not in str(broken.value)
        assert broken.value.__cause__ is None
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            key.open("profile", sealed[:length])


def test_it_opens_in_no_other_place(key: PersonKey) -> None:
    sealed = key.seal("profile", b"Ana")
    with pytest.raises(SealBroken):
        key.open("identity email", sealed)
    for program, member in [(1, 8), (2, 7)]:
        wrapped = key.wrapped(NEW)
        with pytest.raises(SealBroken):
            unwrap(SecretKey(NEW), wrapped, program, member)
        same_key_elsewhere = PersonKey(key._content, program, member)
        with pytest.raises(SealBroken):
            same_key_elsewhere.open("profile", sealed)


def test_another_person_cannot_open_it(key: PersonKey) -> None:
    with pytest.raises(SealBroken):
        new_person_key(1, 7).open("profile", key.seal("profile", b"Ana"))


def test_a_wrapped_key_comes_back(key: PersonKey) -> None:
    wrapped = key.wrapped(OLD)
    assert len(wrapped) == 65
    sealed = key.seal("profile", b"Ana")
    assert unwrap(SecretKey(OLD), wrapped, 1, 7).open("profile", sealed) == b"Ana"
    assert unwrap(SecretKey(NEW, OLD), wrapped, 1, 7).open("profile", sealed) == b"Ana"


def test_a_wrong_secret_is_told_by_its_mark(key: PersonKey) -> None:
    with pytest.raises(SecretKeyTrouble, match=OLD.mark.hex()):
        unwrap(SecretKey(NEW), key.wrapped(OLD), 1, 7)


def test_a_wrapped_key_with_another_mark_does_not_open(key: PersonKey) -> None:
    wrapped = key.wrapped(OLD)
    with pytest.raises(SealBroken):
        unwrap(SecretKey(NEW), wrapped[:1] + NEW.mark + wrapped[5:], 1, 7)
    with pytest.raises(SealBroken):
        unwrap(SecretKey(NEW), b"\x02" + wrapped[1:], 1, 7)


def test_a_key_is_never_shown(key: PersonKey) -> None:
    assert repr(key) == "PersonKey(member 7)"
