"""What is wrong with a question, before it is put: the files in it are read, so that nobody waits for a misprint."""

from guerdon.language import read_program
from guerdon.messages.studies import ComparisonQuestion, Question, SimulationQuestion, TuningQuestion


class QuestionWrong(Exception):
    """Something in a question cannot be used; the message says where and what would be right."""


def check(question: Question) -> None:
    """Raise ``ProgramErrors`` with all that is wrong with the files in a question, ``QuestionWrong`` for the rest."""
    if isinstance(question, SimulationQuestion):
        _check_simulation(question)
    elif isinstance(question, TuningQuestion):
        from guerdon.insight.tuning.file import read_search
        from guerdon.insight.tuning.settings import ProgramText

        program = read_program(question.source)
        read_search(question.space, ProgramText(question.source), program.currency)
    elif isinstance(question, ComparisonQuestion):
        from guerdon.insight.shopping.file import read_habits

        read_habits(question.habits)


def _check_simulation(question: SimulationQuestion) -> None:
    from guerdon.insight.simulation import files

    read_program(question.source)
    if question.against is not None:
        read_program(question.against)
    try:
        if question.margins:
            files.margins_in(question.margins, "margins")
        if question.uplift:
            files.uplifts_in(question.uplift, "uplift")
    except files.SettingsWrong as wrong:
        raise QuestionWrong(str(wrong)) from wrong
