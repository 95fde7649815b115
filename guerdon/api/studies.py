"""Studies: questions about the whole program, answered by the works while nobody waits.

Ask, look again, read: the answer is there within seconds or minutes, and for a month.
"""

from typing import Annotated

import msgspec
from litestar import Response, Router, delete, get, post
from litestar.params import FromPath, JSONBody

from guerdon.api.access import AUDITOR, MANAGER, open_to
from guerdon.api.pages import USUAL_LIMIT, Cursor, Limit, cursor_of, position_in
from guerdon.api.problems import Problem
from guerdon.api.requests import AnyRequest, program_of, service_of
from guerdon.api.sources import told_as_problems
from guerdon.insight.studies.checks import QuestionWrong, check
from guerdon.messages.problems import Fault
from guerdon.messages.studies import Question, Studies, StudyAnswer, StudyProgress, StudyStatus
from guerdon.store import studies
from guerdon.store.studies import StoredStudy

MOST_OPEN = 20
"""How many questions of a program may wait at once."""
_LAST = 2**63 - 1
_Place = Annotated[int, msgspec.Meta(ge=1, le=_LAST)]
_progress = msgspec.json.Decoder(StudyProgress)


@post(
    "/", sync_to_thread=True, **open_to(*AUDITOR, problems=("program_not_right", "too_many_studies")), status_code=202
)
def ask(request: AnyRequest, data: JSONBody[Question]) -> Response[StudyAnswer]:
    """Ask a question about the whole program. The answer comes later, under the address in `Location`."""
    try:
        with told_as_problems():
            check(data)
    except QuestionWrong as wrong:
        raise Problem("not_as_wanted", first=str(wrong), faults=[Fault("$", str(wrong))]) from wrong
    program = program_of(request)
    with service_of(request).pool.program(program) as connection:
        if studies.open_questions(connection, program) >= MOST_OPEN:
            raise Problem("too_many_studies", most=MOST_OPEN)
        number = studies.ask(connection, program, msgspec.json.encode(data))
        found = studies.find(connection, program, number)
    assert found is not None, "it was asked just now"
    return Response(_told(found), status_code=202, headers={"Location": f"/v1/studies/{number}"})


@get("/", sync_to_thread=True, **open_to(*AUDITOR))
def list_studies(request: AnyRequest, limit: Limit = USUAL_LIMIT, cursor: Cursor = None) -> Studies:
    """The studies of a program, the newest first, without their questions and answers."""
    program = program_of(request)
    before = position_in(cursor, _Place) or _LAST
    with service_of(request).pool.program(program) as connection:
        found = studies.newest(connection, program, before=before, most=limit + 1)
    more = cursor_of(found[limit - 1].id) if len(found) > limit else None
    return Studies(items=[_told(study) for study in found[:limit]], next=more)


@get("/{number:int}", sync_to_thread=True, **open_to(*AUDITOR))
def read_study(request: AnyRequest, number: FromPath[int]) -> StudyAnswer:
    """A study with its answer, if it has ended."""
    program = program_of(request)
    with service_of(request).pool.program(program) as connection:
        found = studies.find(connection, program, number) if number <= _LAST else None
    if found is None:
        raise Problem("study_not_found")
    return _told(found)


@delete("/{number:int}", sync_to_thread=True, **open_to(*MANAGER), status_code=204)
def drop_study(request: AnyRequest, number: FromPath[int]) -> None:
    """Forget a study. One that runs is ended."""
    program = program_of(request)
    with service_of(request).pool.program(program) as connection:
        if number > _LAST or not studies.drop(connection, program, number):
            raise Problem("study_not_found")


def _told(study: StoredStudy) -> StudyAnswer:
    return StudyAnswer(
        id=study.id,
        kind=study.kind,
        question=None if study.question is None else msgspec.json.decode(study.question),
        status=_status(study),
        asked_at=study.asked_at,
        begun_at=study.begun_at,
        ended_at=study.ended_at,
        progress=None if study.progress is None else _progress.decode(study.progress),
        answer=None if study.answer is None else msgspec.json.decode(study.answer),
        problem=study.problem,
    )


def _status(study: StoredStudy) -> StudyStatus:
    if study.ended_at is not None:
        return "failed" if study.problem is not None else "answered"
    return "waiting" if study.begun_at is None else "running"


router = Router(path="/studies", route_handlers=[ask, list_studies, read_study, drop_study], tags=["Reports"])
