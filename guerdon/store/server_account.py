"""The system account that the embedded server runs under.

PostgreSQL refuses to run as root. For an ordinary user it runs under the user's own account, and nothing here applies;
for root it runs under an account made for it, which owns the data, and which must be let through to the data and to the
programs. It is given exactly that: leave to walk through the folders above (an access control entry for this account
alone), never to list or read them.
"""

import fcntl
import os
import pwd
import stat
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

SERVER_ACCOUNT_NAME = "guerdon-postgres"


@dataclass(frozen=True)
class ServerAccount:
    """A system account other than the caller's."""

    name: str
    uid: int
    gid: int


def account_for_server(data: Path) -> ServerAccount | None:
    """The account to run the server under, or None for the caller's own.

    Data that already belongs to somebody stays theirs: root may look after the server of an ordinary user.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and (uid := data.stat().st_uid) != 0:
        return ServerAccount(name=f"number {uid}", uid=uid, gid=data.stat().st_gid)
    return _own_account()


def _own_account() -> ServerAccount:
    entry = _find_account() or _create_account()
    return ServerAccount(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def _create_account() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    with Path("/etc/passwd").open() as accounts:
        # Two `useradd` in the same moment can overwrite each other's account: one at a time, and look again first.
        fcntl.flock(accounts, fcntl.LOCK_EX)
        if (entry := _find_account()) is not None:
            return entry
        answer = subprocess.run([*command, SERVER_ACCOUNT_NAME], capture_output=True, text=True, check=False)
    if (entry := _find_account()) is None:
        raise OSError(f"the system account {SERVER_ACCOUNT_NAME} cannot be made: {answer.stderr.strip()}")
    return entry


def _find_account() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SERVER_ACCOUNT_NAME)
    except KeyError:
        return None


def let_through(account: ServerAccount, folder: Path) -> None:
    """Make sure that the account can walk from the root of the file system to the inside of the folder."""
    for step in [*reversed(folder.parents), folder]:
        if not _may_walk_through(account, step.stat()):
            _grant_walk(account, step)


def _may_walk_through(account: ServerAccount, facts: os.stat_result) -> bool:
    # The system's order: the owner's bit decides for the owner, then the group's, then everyone's.
    if facts.st_uid == account.uid:
        return bool(facts.st_mode & stat.S_IXUSR)
    if facts.st_gid == account.gid:
        return bool(facts.st_mode & stat.S_IXGRP)
    return bool(facts.st_mode & stat.S_IXOTH)


# The kernel's form of an access control list: a version, then entries of kind, permission and account number, sorted.
_ACL_ATTRIBUTE = "system.posix_acl_access"
_ACL_VERSION = struct.pack("<I", 2)
_ACL_ENTRY = struct.Struct("<HHI")
_OWNER, _NAMED_USER, _GROUP, _NAMED_GROUP, _MASK, _OTHERS = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_NO_NUMBER = 0xFFFFFFFF
_WALK = 0x1


def _grant_walk(account: ServerAccount, folder: Path) -> None:
    entries = _read_acl(folder)
    granted = entries.get((_NAMED_USER, account.uid), 0)
    # The mask is the most that any named entry may have; it must allow the new one and keep what it allowed. A chmod
    # since then has set it to the group's bits and may have taken the permission away again.
    mask = entries.get((_MASK, _NO_NUMBER), entries[_GROUP, _NO_NUMBER])
    if granted & mask & _WALK:
        return
    entries[_NAMED_USER, account.uid] = granted | _WALK
    entries[_MASK, _NO_NUMBER] = mask | _WALK
    packed = (_ACL_ENTRY.pack(kind, permission, number) for (kind, number), permission in sorted(entries.items()))
    try:
        os.setxattr(folder, _ACL_ATTRIBUTE, _ACL_VERSION + b"".join(packed))
    except (OSError, AttributeError) as error:  # some file systems, and all of macOS, have no such lists
        raise OSError(f"the account {account.name} may not walk through {folder}") from error


def _read_acl(folder: Path) -> dict[tuple[int, int], int]:
    """The folder's list as {(kind, account number): permission}; without one, the list that says what the mode says."""
    try:
        packed = os.getxattr(folder, _ACL_ATTRIBUTE)[len(_ACL_VERSION) :]
    except (OSError, AttributeError):
        mode = folder.stat().st_mode
        kinds = {_OWNER: mode >> 6, _GROUP: mode >> 3, _OTHERS: mode}
        return {(kind, _NO_NUMBER): bits & 0o7 for kind, bits in kinds.items()}
    return {(kind, number): permission for kind, permission, number in _ACL_ENTRY.iter_unpack(packed)}


def open_programs_to_everyone(*folders: Path) -> None:
    """Let every account read and run the server's programs.

    They hold no secret, and a strict umask at installation may have closed them.
    """
    for folder in folders:
        for path in [folder, *folder.rglob("*")]:
            mode = path.stat().st_mode
            wanted = mode | 0o444 | (0o111 if mode & stat.S_IXUSR else 0)
            if wanted != mode:
                path.chmod(wanted)
