"""Studies, as a part of the works: one question after the other, each answered in a process of its own.

A study may take a minute and much memory, so it is not done where the clock and the relay run. Its process is killed
with the works, and whoever holds the lease next begins with the question again; one that has ended the process three
times is given up, so that it does not stop all others.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from guerdon.insight.extras import ExtraNotInstalled, needs
from guerdon.insight.lake.commits import LakeBusy, LakeDamaged, LakeDoesNotFit
from guerdon.insight.studies import CannotBeAnswered, answer
from guerdon.messages.studies import Question
from guerdon.store import programs as stored
from guerdon.store import studies
from guerdon.store.database import connect
from guerdon.store.studies import BegunStudy
from guerdon.works.running import Failed, Part

_MOST_TRIES = 3
_DAYS_KEPT = 30
_SECONDS_BETWEEN_LOOKS = 0.5
_SECONDS_FOR_A_LAKE = 120
_URL = "GUERDON_STUDY_DATABASE"
_INTERRUPTED = "The process that worked on it has ended {tries} times in the middle. It may want more memory."


def studies_part(lakes: Path | None) -> Part:
    """Answer what is asked. ``lakes`` is the folder that lakes lie in; None: one is made for each, and thrown away."""
    return Part("studies", lambda url, over, failed: _serve(url, lakes, over, failed))


def _serve(url: str, lakes: Path | None, over: threading.Event, failed: Failed) -> None:
    while not over.wait(_SECONDS_BETWEEN_LOOKS):
        try:
            while not over.is_set() and take_next(url, lakes, over):
                pass
        except Exception as error:
            failed("studies", error)
            over.wait(5)


def take_next(url: str, lakes: Path | None, over: threading.Event) -> bool:
    """Take the question that has waited longest; gives whether there was one."""
    with connect(url) as connection:
        studies.drop_old(connection, _DAYS_KEPT)
        begun = studies.begin(connection)
        if begun is None:
            return False
        if begun.tries > _MOST_TRIES:
            studies.end(connection, begun.id, problem=_INTERRUPTED.format(tries=_MOST_TRIES))
            return True
    _in_a_process(url, lakes, begun, over)
    return True


def _in_a_process(url: str, lakes: Path | None, begun: BegunStudy, over: threading.Event) -> None:
    """Work on a question until it ends, or the works do; then it is left for whoever takes over."""
    words = [sys.executable, "-m", "guerdon.works.studies", str(begun.id), str(begun.program), str(lakes or "")]
    # The address may hold a password: it does not belong among the words that every user of the machine can list.
    process = subprocess.Popen(words, env=os.environ | {_URL: url}, stdin=subprocess.DEVNULL)
    try:
        while process.poll() is None and not over.wait(0.1):
            pass
    finally:
        process.kill()
        process.wait()


def work_on(url: str, number: int, program: int, lakes: Path | None) -> None:
    """Answer one question and store the answer, or why there is none."""
    with connect(url) as connection:
        found = studies.find(connection, program, number)
        name = stored.program_name(connection, program)
    if found is None:  # dropped meanwhile
        return
    try:
        answer, problem = msgspec.json.encode(_answer(url, program, name, lakes, found.question)), None
    except (CannotBeAnswered, ExtraNotInstalled, LakeBusy, LakeDamaged, LakeDoesNotFit) as why:
        answer, problem = None, str(why)
    except Exception as error:
        answer, problem = None, f"It failed by a mistake in Guerdon ({type(error).__name__}): the log tells more."
        with connect(url) as connection:
            studies.end(connection, number, problem=problem)
        raise
    with connect(url) as connection:
        studies.end(connection, number, answer=answer, problem=problem)


def _answer(url: str, program: int, name: str, lakes: Path | None, question: bytes) -> msgspec.Struct:
    needs("insight")
    from guerdon.insight.lake.opening import open_lake

    with _folder(lakes, name) as folder:
        _export(url, program, folder)
        return answer(open_lake(folder), msgspec.json.decode(question, type=Question), os.cpu_count() or 1)


def _export(url: str, program: int, folder: Path) -> None:
    """Bring the lake up to date; somebody else who does that now is waited for."""
    from guerdon.insight.lake.exporting import export

    ends = time.monotonic() + _SECONDS_FOR_A_LAKE
    while True:
        try:
            export(url, program, folder)
            return
        except LakeBusy:
            if time.monotonic() > ends:
                raise
            time.sleep(0.5)


@contextmanager
def _folder(lakes: Path | None, program: str) -> Iterator[Path]:
    if lakes is not None:
        yield lakes / program
        return
    with tempfile.TemporaryDirectory(prefix="guerdon-lake-") as folder:
        yield Path(folder)


if __name__ == "__main__":
    work_on(os.environ[_URL], int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]) if sys.argv[3] else None)
