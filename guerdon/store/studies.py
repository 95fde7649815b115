"""Studies as stored: questions that wait, and answers that are kept for a while. Nothing here commits."""

from datetime import datetime
from typing import NamedTuple

from guerdon.store.database import Connection
from guerdon.store.queries import statement


class StoredStudy(NamedTuple):
    """A question, as one looks at it."""

    id: int
    kind: str
    question: bytes | None
    """None in lists."""
    asked_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    answer: bytes | None
    """None in lists too."""
    problem: str | None
    progress: bytes | None


class BegunStudy(NamedTuple):
    """A question that is being answered."""

    id: int
    program: int
    tries: int
    """How often it was begun, this time included, and not put back."""


def ask(connection: Connection, program: int, question: bytes) -> int:
    """Put a question; gives its number."""
    asked = {"program": program, "question": question.decode()}
    row = connection.execute(statement("ask_study"), asked).fetchone()
    assert row is not None, "an insert gives its row"
    number: int = row[0]
    return number


def open_questions(connection: Connection, program: int) -> int:
    """How many questions about a program wait or run."""
    row = connection.execute(statement("studies_open"), {"program": program}).fetchone()
    return 0 if row is None else row[0]


def find(connection: Connection, program: int, number: int) -> StoredStudy | None:
    """A question with its answer; None: there is none of that number."""
    row = connection.execute(statement("study"), {"program": program, "id": number}).fetchone()
    return None if row is None else StoredStudy(*row)


def newest(connection: Connection, program: int, *, before: int, most: int) -> list[StoredStudy]:
    """The newest questions below a number: when each was asked and what became of it."""
    asked = {"program": program, "before": before, "most": most}
    return [StoredStudy(*row) for row in connection.execute(statement("studies"), asked)]


def drop(connection: Connection, program: int, number: int) -> bool:
    """Forget a question and its answer; gives whether there was one."""
    return connection.execute(statement("drop_study"), {"program": program, "id": number}).rowcount == 1


def begin(connection: Connection) -> BegunStudy | None:
    """Begin with the question that has waited longest; None: none waits."""
    row = connection.execute(statement("begin_study")).fetchone()
    return None if row is None else BegunStudy(*row)


def put_back(connection: Connection, number: int) -> None:
    """Let a question wait again that was left in the middle through no fault of its own."""
    connection.execute(statement("put_study_back"), {"id": number})


def is_open(connection: Connection, number: int) -> bool:
    """Whether a question is there and has not ended."""
    row = connection.execute(statement("study_is_there"), {"id": number}).fetchone()
    return bool(row and row[0])


def note_progress(connection: Connection, number: int, progress: bytes) -> None:
    """Note how far a study is."""
    connection.execute(statement("note_study_progress"), {"id": number, "progress": progress.decode()})


def end(connection: Connection, number: int, *, answer: bytes | None = None, problem: str | None = None) -> None:
    """Note the answer, or why there is none. A question that was dropped meanwhile stays dropped."""
    told = None if answer is None else answer.decode()
    connection.execute(statement("end_study"), {"id": number, "answer": told, "problem": problem})


def drop_old(connection: Connection, days: int) -> None:
    """Forget answers that are older."""
    connection.execute(statement("drop_old_studies"), {"days": days})
