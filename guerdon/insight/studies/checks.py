"""What is wrong with a question, before it is put: the files in it are read, so that nobody waits for a misprint."""

from guerdon.language import read_program
from guerdon.messages.studies import ComparisonQuestion, Question, SimulationQuestion, TuningQuestion


def check(question: Question) -> None:
    """Raise ``ProgramErrors`` with everything that is wrong with the files in a question."""
    if isinstance(question, SimulationQuestion | TuningQuestion):
        program = read_program(question.source)
    if isinstance(question, TuningQuestion):
        from guerdon.insight.tuning.file import read_search
        from guerdon.insight.tuning.settings import ProgramText

        read_search(question.space, ProgramText(question.source), program.currency)
    if isinstance(question, ComparisonQuestion):
        from guerdon.insight.shopping.file import read_habits

        read_habits(question.habits)
