"""Walk through a page: write its files, run its commands, and compare what they print with what the page shows.

A fenced block with a file name behind its language is a file: ```` ```yaml cafe.yaml ````. A block of ``console`` is
run: a line that begins with ``$`` is a command, and the lines under it are what it prints. A line of ``…`` stands for
any lines. Empty lines and the width of columns do not count. Everything of a page runs in one fresh folder, in order.
A page that starts the service lets it listen on ``$PORT``, which is free. What it leaves running is stopped at its end.

``python -m docs.walkthrough docs/tutorial.md`` writes what the commands print now into the page.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from guerdon.store.server import EmbeddedServer

BLOCK = re.compile(r"^```(\w+)(?: ([\w.-]+))?\n(.*?)^```$", re.M | re.S)
COMMANDS = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.M)
PLAIN = re.compile(r"guerdon [\w./: -]+")
ANYTHING = "…"
CHECKOUT = Path(__file__).parents[1]
WIDTH = "100"
_SECONDS_TO_STOP = 40


def _free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


PORT = _free_port()
NOT_FOR_THE_PAGE = ("GUERDON_DATABASE_URL", "GUERDON_HOME", "FORCE_COLOR")


class Step(NamedTuple):
    """A command of a page, with what the page says it prints and what it prints."""

    command: str
    shown: str
    printed: str

    @property
    def is_true(self) -> bool:
        """Whether the page shows what is printed."""
        return _matches(_lines(self.shown), _lines(self.printed))


def walk(page: str, folder: Path) -> Iterator[Step]:
    """Do what a page does, in an empty folder. The embedded server runs throughout, which saves a start a command."""
    with EmbeddedServer(folder / ".guerdon"), _teller(folder) as teller, _Shells(folder) as shells:
        for language, name, body in BLOCK.findall(page):
            if name:
                (folder / name).write_text(body, "utf-8")
            elif language == "console":
                for command, shown in COMMANDS.findall(body):
                    yield Step(command, shown, _run(command, shells, teller))


def _run(command: str, shells: "_Shells", teller: "subprocess.Popen[str]") -> str:
    """What a command prints: through the teller where it is Guerdon's alone, and through a shell where it is not."""
    if PLAIN.fullmatch(command):
        assert teller.stdin is not None, "it is a pipe"
        assert teller.stdout is not None, "it is a pipe"
        print(json.dumps(command.split()[1:]), file=teller.stdin, flush=True)
        return str(json.loads(teller.stdout.readline()))
    return shells.run(command)


class _Shells:
    """Runs commands, each in a shell and a process group of its own, and stops what they leave behind."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._groups = folder, list[int]()

    def __enter__(self) -> "_Shells":
        return self

    def __exit__(self, *_: object) -> None:
        left = [group for group in self._groups if _signalled(group, signal.SIGTERM)]
        until = time.monotonic() + _SECONDS_TO_STOP
        while any(_signalled(group, 0) for group in left) and time.monotonic() < until:
            time.sleep(0.05)
        for group in left:
            _signalled(group, signal.SIGKILL)

    def run(self, command: str) -> str:
        """What a command prints."""
        with subprocess.Popen(
            command,
            shell=True,
            cwd=self._folder,
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as shell:
            self._groups.append(shell.pid)
            printed, _ = shell.communicate()
        return printed


def _signalled(group: int, number: int) -> bool:
    """Whether a process group is still there to be sent a signal."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def _teller(folder: Path) -> "subprocess.Popen[str]":
    words = [sys.executable, "-m", "docs.teller"]
    pipe = subprocess.PIPE
    return subprocess.Popen(words, cwd=folder, env=_environment(), stdin=pipe, stdout=pipe, text=True)


def _environment() -> dict[str, str]:
    """A terminal of fixed width and without colours, with this environment's programs first."""
    kept = {name: value for name, value in os.environ.items() if name not in NOT_FOR_THE_PAGE}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    told = {"PATH": path, "PYTHONPATH": str(CHECKOUT), "COLUMNS": WIDTH, "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    return kept | told | {"TERM": "dumb", "PORT": PORT}


def _lines(text: str) -> list[str]:
    """The lines that count, with single spaces between their words."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _matches(shown: list[str], printed: list[str]) -> bool:
    """Whether the lines are the same, where ``…`` stands for any number of them."""
    if not shown:
        return not printed
    if shown[0] == ANYTHING:
        return any(_matches(shown[1:], printed[skipped:]) for skipped in range(len(printed) + 1))
    return bool(printed) and shown[0] == printed[0] and _matches(shown[1:], printed[1:])


def rewritten(page: str, folder: Path) -> str:
    """The page with what its commands print now, where that is not what it shows."""
    done = ""
    for step in walk(page, folder):
        before, _, page = page.partition(f"$ {step.command}\n{step.shown}")
        tidy = "\n".join(line.rstrip() for line in step.printed.splitlines()).strip("\n")
        printed = f"{tidy}\n" if tidy else ""
        done += f"{before}$ {step.command}\n{step.shown if step.is_true else printed}"
    return done + page


def main(paths: list[str]) -> None:
    """Bring pages up to date."""
    for path in map(Path, paths):
        with tempfile.TemporaryDirectory(prefix="guerdon-docs-") as folder:
            path.write_text(rewritten(path.read_text("utf-8"), Path(folder)), "utf-8")
        print(path)


if __name__ == "__main__":
    main(sys.argv[1:])
