"""What is wrong with a question, before it is put: the files in it are read, so that nobody waits for a misprint."""

from io import StringIO

from guerdon.language import read_program
from guerdon.messages.studies import (
    CampaignsQuestion,
    ComparisonQuestion,
    ExperimentPlanQuestion,
    Question,
    SimulationQuestion,
    TuningQuestion,
)

MOST_PURCHASES = 10_000
"""How often a year the habits of a comparison may say that something happens: each is decided under every preset."""
MOST_CAMPAIGNS = 100
"""How many campaigns may be read at once: each is compared with members who are alike."""


class QuestionWrong(Exception):
    """Something in a question cannot be used; the message says where and what would be right."""


def check(question: Question) -> None:
    """Raise ``ProgramErrors`` with all that is wrong with the files in a question, ``QuestionWrong`` for the rest."""
    match question:
        case SimulationQuestion():
            _check_simulation(question)
        case TuningQuestion():
            _check_tuning(question)
        case ComparisonQuestion():
            _check_habits(question)
        case CampaignsQuestion():
            _check_campaigns(question)
        case ExperimentPlanQuestion():
            if abs(sum(question.groups.values()) - 100) > 1e-6:
                raise QuestionWrong("groups: the shares of all groups are 100 % together.")
        case _:
            pass


def _check_tuning(question: TuningQuestion) -> None:
    from guerdon.insight.tuning.file import read_search
    from guerdon.insight.tuning.settings import ProgramText

    program = read_program(question.source)
    read_search(question.space, ProgramText(question.source), program.currency)


def _check_habits(question: ComparisonQuestion) -> None:
    from guerdon.insight.shopping.file import read_habits

    purchases = sum([habit.times for habit in read_habits(question.habits).habits])
    if purchases > MOST_PURCHASES:
        raise QuestionWrong(f"habits: {purchases:,} times a year are more than {MOST_PURCHASES:,}.")


def _check_campaigns(question: CampaignsQuestion) -> None:
    from guerdon.insight.campaigns.campaign import InvitationsWrong, invitations

    try:
        campaigns = invitations(StringIO(question.invited, newline=""), "invited")
    except InvitationsWrong as wrong:
        raise QuestionWrong(str(wrong)) from wrong
    if len(campaigns) > MOST_CAMPAIGNS:
        raise QuestionWrong(f"invited: {len(campaigns):,} campaigns are more than {MOST_CAMPAIGNS}.")


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
