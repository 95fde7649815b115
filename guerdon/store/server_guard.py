"""The guard: a small process that starts the embedded server and stops it when its last user has gone.

A user of the server can die without a word (`kill -9`, a power cut for one container), so nothing that a user does on
its way out may be needed. Each user holds a shared lock on one file, and the operating system lets go of it when the
process ends, however it ends. The guard waits for the exclusive lock on that file: it gets it when nobody is left.

It runs as a script, outside the process that starts it, on the standard library alone: it must start within
milliseconds and outlive the process that called it.
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading


def stop_when_nobody_is_left(server: "subprocess.Popen[bytes]", users_lock: str) -> None:
    """Wait until no user holds the lock, then ask the server to stop. Keeps the lock, so that newcomers wait."""
    users = os.open(users_lock, os.O_RDWR)
    fcntl.flock(users, fcntl.LOCK_EX)
    server.send_signal(signal.SIGINT)


def run(users_lock: str, server_lock: int, uid: int | None, gid: int | None, command: list[str]) -> None:
    """Start the server and stay until it has ended."""
    # The server and all its children inherit the open `server_lock`: while one of them lives the lock is held, and no
    # second server can touch the data. Process numbers can be given to another process; this cannot.
    server = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        pass_fds=[server_lock],
        user=uid,
        group=gid,
        extra_groups=None if uid is None else [],
    )
    os.close(server_lock)
    threading.Thread(target=stop_when_nobody_is_left, args=(server, users_lock), daemon=True).start()
    server.wait()


if __name__ == "__main__":
    # The caller waits for this first process, which leaves at once; the second belongs to nobody and to no terminal, so
    # that Ctrl-C in the caller's window does not reach the server.
    if os.fork():
        os._exit(0)
    os.setsid()
    users_lock, server_lock, uid, gid, *command = sys.argv[1:]
    run(users_lock, int(server_lock), int(uid) if uid else None, int(gid) if gid else None, command)
