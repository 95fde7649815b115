"""Studies, as a part of the works: one question after the other, each answered in a process of its own.

A study may take a minute and much memory, so it is not done where the clock and the relay run. Its process is killed
with the works, and whoever holds the lease next begins with the question again; one whose process has died three times
is given up, so that it does not stop all others. So is one that takes longer than an hour, and one that was dropped.
Where the machine runs out of memory, the kernel is told to take the study and not the till.
"""

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import msgspec
import psycopg

from guerdon.insight.extras import ExtraNotInstalled
from guerdon.insight.lake.commits import LakeTrouble
from guerdon.insight.studies.answering import answer
from guerdon.insight.studies.inquiry import CannotBeAnswered, Inquiry
from guerdon.messages.studies import Question, StudyProgress
from guerdon.store import studies
from guerdon.store.database import Connection, DatabaseUnreachable, connect
from guerdon.store.studies import BegunStudy
from guerdon.works.lakes import fresh_lake, lake_folder
from guerdon.works.running import Failed, Part

_MOST_TRIES = 3
_DAYS_KEPT = 30
_SECONDS_BETWEEN_LOOKS = 0.5
_SECONDS_AFTER_A_FAILURE = 5
_SECONDS_BETWEEN_NOTES = 1.0
_COMPILED = ".compiled"
"""The folder beside the lakes for what models are compiled to; no program has a name with a dot in front."""
_URL = "GUERDON_STUDY_DATABASE"
MINUTES = "GUERDON_STUDY_MINUTES"
_SECONDS_BETWEEN_WAITS = 0.1
_TOO_LONG = "It took longer than {minutes} minutes. Ask about fewer members or a shorter time, or allow more time."
_INTERRUPTED = "The process that worked on it has ended {tries} times in the middle. It may want more memory."
_MISTAKE = "It failed by a mistake in Guerdon ({error}): the log tells more."


def studies_part(lakes: Path | None) -> Part:
    """Answer what is asked. ``lakes`` is the folder that lakes lie in; None: one is made for each, and thrown away."""
    return Part("studies", lambda url, over, failed: _serve(url, lakes, over, failed))


def _serve(url: str, lakes: Path | None, over: threading.Event, failed: Failed) -> None:
    while not over.is_set():
        try:
            with connect(url, autocommit=True) as connection:
                studies.drop_old(connection, _DAYS_KEPT)
                while not over.wait(_SECONDS_BETWEEN_LOOKS):
                    while not over.is_set() and take_next(connection, url, lakes, over):
                        studies.drop_old(connection, _DAYS_KEPT)
        except Exception as error:
            failed("studies", error)
            over.wait(_SECONDS_AFTER_A_FAILURE)


def take_next(connection: Connection, url: str, lakes: Path | None, over: threading.Event) -> bool:
    """Take the question that has waited longest; gives whether there was one."""
    begun = studies.begin(connection)
    if begun is None:
        return False
    if begun.tries > _MOST_TRIES:
        studies.end(connection, begun.id, problem=_INTERRUPTED.format(tries=_MOST_TRIES))
    elif not _in_a_process(connection, url, lakes, begun, over):
        studies.put_back(connection, begun.id)
    return True


def _in_a_process(
    connection: Connection, url: str, lakes: Path | None, begun: BegunStudy, over: threading.Event
) -> bool:
    """Work on a question until its process ends, or must end; False: the works end before."""
    # The address may hold a password: it does not belong among the words that every user of the machine can list.
    process = subprocess.Popen(_words(begun, lakes), env=os.environ | {_URL: url}, stdin=subprocess.DEVNULL)
    began = time.monotonic()
    looked = began
    try:
        while process.poll() is None and not over.wait(_SECONDS_BETWEEN_WAITS):
            now = time.monotonic()
            if now - began > longest_seconds():
                studies.end(connection, begun.id, problem=_TOO_LONG.format(minutes=longest_seconds() // 60))
                return True
            if now - looked > _SECONDS_BETWEEN_LOOKS:
                looked = now
                if not studies.is_open(connection, begun.id):
                    return True
        return process.poll() is not None
    finally:
        process.kill()
        process.wait()


def _words(begun: BegunStudy, lakes: Path | None) -> list[str]:
    return [sys.executable, "-m", "guerdon.works.studies", str(begun.id), str(begun.program), str(lakes or "")]


def longest_seconds() -> int:
    """How long a study may take, in seconds."""
    return int(os.environ.get(MINUTES, "60")) * 60


def work_on(url: str, number: int, program: int, lakes: Path | None) -> None:
    """Answer one question and store the answer, or why there is none."""
    with connect(url) as connection:
        found = studies.find(connection, program, number)
    if found is None or found.question is None:  # dropped meanwhile
        return
    try:
        told: dict[str, Any] = {"answer": msgspec.json.encode(_answer(url, program, lakes, number, found.question))}
    except (CannotBeAnswered, ExtraNotInstalled, LakeTrouble) as why:
        told = {"problem": str(why)}
    except Exception as error:
        _end(url, number, problem=_MISTAKE.format(error=type(error).__name__))
        raise
    _end(url, number, **told)


def _end(url: str, number: int, **told: Any) -> None:
    with connect(url) as connection:
        studies.end(connection, number, **told)


def _answer(url: str, program: int, lakes: Path | None, number: int, question: bytes) -> msgspec.Struct:
    asked = msgspec.json.decode(question, type=Question)
    with lake_folder(lakes, url, program) as folder, _Progress(url, number) as progress:
        inquiry = Inquiry(
            lambda: fresh_lake(url, program, folder),
            workers=os.cpu_count() or 1,
            compiled=None if lakes is None else lakes / _COMPILED,
            progress=progress,
        )
        return answer(inquiry, asked)


class _Progress:
    """Notes how far a study is, about once a second; a context manager. A note that cannot be made is left out."""

    def __init__(self, url: str, number: int) -> None:
        self._url, self._number = url, number
        self._connection: Connection | None = None
        self._noted, self._doing = 0.0, ""

    def __call__(self, doing: str, done: int, of: int | None) -> None:
        now = time.monotonic()
        if doing == self._doing and now - self._noted < _SECONDS_BETWEEN_NOTES:
            return
        self._noted, self._doing = now, doing
        told = msgspec.json.encode(StudyProgress(doing=doing, done=done, of=of))
        try:
            self._connection = self._connection or connect(self._url, autocommit=True)
            studies.note_progress(self._connection, self._number, told)
        except (psycopg.Error, DatabaseUnreachable):
            self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._let_go()

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _be_the_first_to_go() -> None:
    """Let the kernel end this process rather than the till where memory runs out. Linux alone can be told so."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


if __name__ == "__main__":
    _be_the_first_to_go()
    work_on(os.environ[_URL], int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]) if sys.argv[3] else None)
