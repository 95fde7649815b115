"""Studies: questions about the whole program, answered while nobody waits."""

from guerdon.client.calls import Call, get, post
from guerdon.client.operations import Group, Way, operation, series
from guerdon.client.pages import Pages
from guerdon.messages.studies import Question, StudyAnswer
from guerdon.messages.studies import Studies as StudiesAnswer


class Studies(Group[Way]):
    """Figures, segments, the roll-forward of the liability, signals, simulations."""

    @operation
    def ask(self, question: Question) -> Call[StudyAnswer]:
        """Ask a question. Its answer comes later: read it again by its number."""
        return post("/v1/studies", StudyAnswer, question, is_repeatable=False)

    @operation
    def read(self, study: int) -> Call[StudyAnswer]:
        """A study with its answer, if it has ended."""
        return get("/v1/studies/{number}", StudyAnswer, number=str(study))

    @series
    def list(self, *, limit: int = 100) -> Pages[StudyAnswer]:
        """The studies of a program, the newest first, without their questions and answers."""
        return Pages(get("/v1/studies", StudiesAnswer, query={"limit": limit}), StudyAnswer)

    @operation
    def drop(self, study: int) -> Call[None]:
        """Forget a study."""
        return post("/v1/studies/{number}", type(None), method="DELETE", is_repeatable=False, number=str(study))
