"""Cause: members give what they hold to something good, such as a charity or the planting of trees.

What is given leaves the wallet for the cause's own account, ``cause:NAME``. A cause may have a minimum, steps, days
between which it is open, and a target for all members together, which is kept exactly. When the target is reached the
cause takes nothing more: a donation that would go beyond it is refused, or what is above goes on to the next cause.

**Worked.** ``cause: forest``, ``at_least: 100 points``, ``target: 10_000 points``, ``then: sea``. The forest has 9,950
points. A member gives it 120: 50 go to the forest, which is full now, and 70 to the sea. Without ``then`` the 120 are
refused, and the answer says that 50 more would do.
"""

from datetime import date

import msgspec

from guerdon.core.calendar import day_of
from guerdon.core.case import Case
from guerdon.core.events import Donate, Event
from guerdon.core.handing_out import Wish
from guerdon.core.program import Cap, Texts, When
from guerdon.core.refusals import stop
from guerdon.core.rule import Rule
from guerdon.core.version import CAUSE_LIMIT
from guerdon.core.workshop import Workshop


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a cause."""

    name: str
    takes: str
    """The unit that is given."""
    title: Texts = {}
    at_least: int = 1
    """How much a donation comes to at least."""
    in_steps_of: int = 1
    """A donation is a multiple of this."""
    target: int | None = None
    """How much all members together may give; None: any amount."""
    then: str = ""
    """The cause that what is above the target goes to; empty: it is refused."""
    between: tuple[date, date] | None = None
    """The first and the last local day on which it is open; None: always."""
    limit: Cap = Cap()
    when: When = When()

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule, and declare the target."""
        return CauseRule(self, workshop)


class CauseRule(Rule):
    """A cause, compiled."""

    def __init__(self, settings: Cause, workshop: Workshop) -> None:
        """Keep the settings at hand, with the causes that follow this one."""
        self.settings = settings
        self.name = settings.name
        self.answers = (("donate", settings.name),)
        self._wish = Wish(
            settings.name, settings.takes, condition=workshop.condition(settings.when), least=settings.at_least,
            step=settings.in_steps_of, cap=settings.limit,
        )  # fmt: skip
        if settings.target is not None:
            workshop.limit(f"{CAUSE_LIMIT}{settings.name}", settings.target)
        causes = {cause.name: cause for cause in workshop.program.mechanics if isinstance(cause, Cause)}
        self._chain = _chain(settings, causes)

    def answer(self, case: Case, event: Event) -> None:
        """Take a donation, and let what is above the target go on to the causes that follow."""
        assert isinstance(event, Donate), "nothing else is addressed to a cause"
        _check_open(case, self.settings)
        self._wish.check(case, event.amount)
        self._wish.count(case, event.amount)
        left = event.amount
        for cause in self._chain:
            left -= _give(case, cause, left)
        if left:
            taken, unit = event.amount - left, self.settings.takes
            raise stop("cause_is_full", cause=self.name, left=taken, unit=unit, wanted=event.amount)


def _chain(first: Cause, causes: dict[str, Cause]) -> list[Cause]:
    """A cause and those that follow it, each once."""
    chain, following = [first], causes.get(first.then)
    while following is not None and following not in chain:
        chain.append(following)
        following = causes.get(following.then)
    return chain


def _is_open(case: Case, cause: Cause) -> bool:
    return cause.between is None or day_of(cause.between[0]) <= case.day <= day_of(cause.between[1])


def _check_open(case: Case, cause: Cause) -> None:
    if cause.between is not None and not _is_open(case, cause):
        raise stop("cause_not_open", cause=cause.name, first=str(cause.between[0]), last=str(cause.between[1]))


def _give(case: Case, cause: Cause, wanted: int) -> int:
    """Give one cause as much of an amount as it still takes; gives how much that was."""
    if not wanted or not _is_open(case, cause):
        return 0
    amount, limit = wanted, f"{CAUSE_LIMIT}{cause.name}"
    if cause.target is not None:
        amount = min(amount, max(case.left_of(limit), 0))
        if amount:
            case.use(limit, amount)
    if amount:
        case.give(cause.name, cause.takes, amount)
    return amount
