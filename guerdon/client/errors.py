"""What a call may end with besides its answer.

A call is **refused** when the service says no: nothing has moved, and sending it again as it is leads to the same no.
It has **failed** when there was no clear answer in time: it may have been carried out or not, and sending it again with
the same id is always right. Nothing else is raised, but ``ValueError`` for an argument that cannot be sent.

::

    GuerdonError
      Refused          code, detail, details, faults: the problem document
        NotAllowed     401 and 403: the key is not good, or may not do this
        NotFound       404
        ChangedMeanwhile   412: somebody else was faster
      Failed           reason, tries, id: what to send again
"""

from typing import Any

from guerdon.messages.problems import Fault, ProblemDetails


class GuerdonError(Exception):
    """Whatever ends a call without an answer."""


class Refused(GuerdonError):
    """The service said no, and nothing has moved."""

    def __init__(self, problem: ProblemDetails) -> None:
        """Carry the problem document."""
        super().__init__(problem.detail or problem.title)
        self.problem = problem

    @property
    def code(self) -> str:
        """The stable code, such as ``redemption_exceeds_available``."""
        return self.problem.code

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status

    @property
    def detail(self) -> str:
        """What happened, and what to do, for a person."""
        return self.problem.detail

    @property
    def details(self) -> dict[str, Any]:
        """The values that ``detail`` names."""
        return self.problem.details

    @property
    def faults(self) -> list[Fault]:
        """What is wrong with the request, where it is several things."""
        return self.problem.faults


class NotAllowed(Refused):
    """The key is not good, or its scopes do not allow this."""


class NotFound(Refused):
    """There is nothing of that name."""


class ChangedMeanwhile(Refused):
    """Somebody else has changed it since it was read."""


class Failed(GuerdonError):
    """There was no clear answer. Whether it was carried out is not known; the same id once more is always right."""

    def __init__(self, reason: str, *, tries: int, id: str = "", problem: ProblemDetails | None = None) -> None:
        """Say why, and after how many tries."""
        again = f" Send it again with the id {id}." if id else ""
        super().__init__(f"No answer after {tries} {'try' if tries == 1 else 'tries'}: {reason}.{again}")
        self.reason, self.tries, self.id = reason, tries, id
        self.problem = problem
        """What the service last said; None: nothing."""


_OF_STATUS: dict[int, type[Refused]] = {401: NotAllowed, 403: NotAllowed, 404: NotFound, 412: ChangedMeanwhile}


def refused(problem: ProblemDetails) -> Refused:
    """The error for a problem document."""
    return _OF_STATUS.get(problem.status, Refused)(problem)
