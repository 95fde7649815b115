"""Passes: the whole history is folded, and folded again, until what members share stands still.

Members are folded one by one and in several processes; what they have in common is not known while they are. So a pass
notes what each program's decisions used of shared limits and sent to other members, and the next pass is told that: the
course of each limit that ran out (``courses``), and what arrives at whom. When a pass comes to what it was told, its
figures are right. A program without shared limits, or whose limits last, and in which nobody sends anything, needs one
pass; a budget that runs out needs two.

**Worked.** Ann brings Bob along. In the first pass Bob buys, and his purchase sends Ann word of it. In the second Ann
hears of it at that time and gets 100 points. Nothing else is sent: the third would be told the same as the second.

Each pass makes right what the one before had right, and the next thing that is shared after it in time; so it always
comes to rest. It may take long where many events hang on each other: after ``MOST_PASSES`` it is left as it is, and
said.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from guerdon.core.calendar import Instant
from guerdon.core.events import Event, instant_of_event
from guerdon.core.program import Program
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.insight.simulation.comparing import compare
from guerdon.insight.simulation.courses import Course
from guerdon.insight.simulation.figures import Bought, Compared, Figures
from guerdon.insight.simulation.fold import NOTHING_SHARED, Shared, fold
from guerdon.insight.simulation.history import MemberHistory, MemoryShard, Shard
from guerdon.insight.simulation.recording import MemberTally, Tally
from guerdon.insight.simulation.uplift import Uplift, lifting
from guerdon.runtime.rehearsal import allowed_by

MOST_PASSES = 8
_TOLD_EVERY = 20
"""Members between two words about how far it is."""


class Trial(NamedTuple):
    """One program to be folded. It travels to the workers: programs are settings there and compiled anew."""

    name: str
    programs: tuple[Program, ...]
    """Its versions, in the order in which they were published."""
    uplift: Uplift | None = None
    """What is assumed about behaviour; None: nothing."""

    def timeline(self) -> Timeline:
        """Its versions, compiled."""
        return Timeline([Version(program, number) for number, program in enumerate(self.programs, 1)])


class Plan(NamedTuple):
    """What is to be folded, and what for."""

    trials: tuple[Trial, ...]
    """The draft first; then the program it is compared with, if there is one; then the draft under assumptions."""
    is_compared: bool
    """Whether the second is the program that the first is compared with."""
    ends_at: Instant
    """Time is settled up to here."""
    counts_from: Instant | None = None
    """What happened before is no figure; None: everything is."""
    by_category: bool = False
    """Whether sales are wanted by category."""


class Part:
    """What a pass, or a part of it, comes to."""

    def __init__(self, trials: int) -> None:
        """Nothing yet."""
        self.bought = Bought()
        self.figures = [Figures() for _ in range(trials)]
        self.sent: list[list[Event]] = [[] for _ in range(trials)]
        self.met: set[str] = set()
        """Members who were told of something, and whose history is in this part."""
        self.compared = Compared()

    def merge(self, other: "Part") -> None:
        """Take in another part of the same pass."""
        self.bought.merge(other.bought)
        for own, more in zip(self.figures, other.figures, strict=True):
            own.merge(more)
        for sent, others in zip(self.sent, other.sent, strict=True):
            sent.extend(others)
        self.met |= other.met
        self.compared.merge(other.compared)


class Folder:
    """Folds shards under every program of a plan. One member is in memory at a time."""

    def __init__(self, plan: Plan) -> None:
        """Compile the programs."""
        self.plan = plan
        self.timelines = [trial.timeline() for trial in plan.trials]

    def fold(
        self, shards: Iterable[Shard], shared: Sequence[Shared], told: Callable[[int], None] = lambda _: None
    ) -> Part:
        """Fold the members of some shards; ``told`` hears every so often how many more are done."""
        plan, part = self.plan, Part(len(self.plan.trials))
        tallies = [Tally(timeline, plan.counts_from, by_category=plan.by_category) for timeline in self.timelines]
        part.figures, part.sent = [tally.figures for tally in tallies], [tally.sent for tally in tallies]
        lifts = [None if trial.uplift is None else lifting(trial.uplift) for trial in plan.trials]
        since = 0
        for shard in shards:
            for history in shard.members():
                part.bought.count(history)
                part.met.update([history.member] if any(history.member in each.inbound for each in shared) else [])
                members: list[MemberTally] = []
                for place, timeline in enumerate(self.timelines):
                    member = tallies[place].open(history.member)
                    for step in fold(timeline, history, shared[place], plan.ends_at, lifts[place]):
                        member.hear(step)
                    member.close()
                    members.append(member)
                if plan.is_compared and history.events:
                    compare(part.compared, members[0], members[1])
                since += 1
                if since == _TOLD_EVERY:
                    told(since)
                    since = 0
        told(since)
        return part


class Settled(NamedTuple):
    """The last pass, and whether another would have come to the same."""

    part: Part
    passes: int
    is_settled: tuple[bool, ...]
    """By program."""


def settle(plan: Plan, run: Callable[[Sequence[Shared]], Part], most: int = MOST_PASSES) -> Settled:
    """Let passes run until what is shared stands still. ``run`` folds the whole history once."""
    folder = Folder(plan)
    allowed = [allowed_by(timeline) for timeline in folder.timelines]
    shared: list[Shared] = [NOTHING_SHARED] * len(plan.trials)
    for number in range(1, most + 1):
        part = run(shared)
        strangers = {member for each in shared for member in each.inbound} - part.met
        if strangers:
            part.merge(folder.fold([MemoryShard([MemberHistory(member, []) for member in sorted(strangers)])], shared))
        seen = [
            Shared(_courses(figures, of, told.courses), _inbound(sent))
            for figures, of, told, sent in zip(part.figures, allowed, shared, part.sent, strict=True)
        ]
        stands = tuple([one == other for one, other in zip(seen, shared, strict=True)])
        if all(stands) or number == most:
            return Settled(part, number, stands)
        shared = seen
    raise ValueError("there has to be at least one pass")


def _courses(figures: Figures, allowed: Mapping[str, int], told: Mapping[str, Course]) -> dict[str, Course]:
    """What to tell of each limit that runs out, or ever did in an earlier pass."""
    courses = {}
    for name, uses in sorted(figures.limits.items()):
        most = allowed.get(name, allowed.get(name.rpartition("@")[0]))
        course = None if most is None else uses.course(most, always=name in told)
        if course is not None:
            courses[name] = course
    # Nothing was used of what was told to be used up from the start: then it is all there again.
    return {name: Course(1, [], []) for name in told} | courses


def _inbound(sent: Iterable[Event]) -> dict[str, list[Event]]:
    """What was sent, by whom it reaches, in the order in which it arrives."""
    inbound: dict[str, list[Event]] = {}
    for event in sorted(sent, key=lambda event: (instant_of_event(event), event.id)):
        inbound.setdefault(event.member, []).append(event)
    return inbound
