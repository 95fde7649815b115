"""Experiments: members are dealt out to groups by chance, so that what a rule does can be told from what would be so
anyway.

Which group a member comes into hangs on two texts alone, the experiment's name and the member's id: no list is kept, no
dice are thrown, and a replay, a quote and any machine come to the same. The two are hashed (BLAKE2b) to one of 10,000
**steps**; the groups lie on the steps one after another, in the order of the file, as wide as their shares. Since the
name is hashed too, who is in which group of one experiment says nothing about another.

**When shares change**, members stay whose step lies in a group of the same name as before. So whoever changes the last
two groups, or takes from the last one for a new one behind it, moves nobody else; a change further up shifts every
boundary below it. ``moved`` tells how many members would change groups.

**Who counts** is the member whose event it is. A member who takes over another's card stays in the own group; what
still reaches the merged card is decided by that card's own id. Of a household, the household's id counts for the events
of its pool.

**Worked.** ``{control: 20%, ten: 40%, twenty: 40%}``: control has the steps 0 to 1,999, ten 2,000 to 5,999, twenty the
rest. In the experiment ``spring`` the member ``ana`` has step 3,476 and is in ten. With ``{control: 10%, ten: 50%,
twenty: 40%}`` the steps 1,000 to 1,999 go from control to ten: 10 % of all members.
"""

import hashlib
from itertools import accumulate

from guerdon.core.calendar import Day, day_of
from guerdon.core.program import Experiment

STEPS = 10_000
"""How finely members are dealt out: a share is a whole number of these."""


def step(name: str, member: str) -> int:
    """Where a member stands in the experiment of a name, from 0 to 9,999.

    64 bits are taken by 10,000: no step is more likely than another by more than 1 in 10**15.
    """
    told = f"{name}\x00{member}".encode()
    return int.from_bytes(hashlib.blake2b(told, digest_size=8, person=b"experiment").digest()) % STEPS


def assigned(name: str, experiment: Experiment, member: str) -> str:
    """The group that a member is in whenever the experiment runs."""
    return group_at(experiment, step(name, member))


def group_at(experiment: Experiment, place: int) -> str:
    """The group that has a step."""
    ends = accumulate(experiment.groups.values())
    return next(group for group, end in zip(experiment.groups, ends, strict=True) if place < end)


def runs_on(experiment: Experiment, day: Day) -> bool:
    """Whether anybody is in a group of it on a local day."""
    if experiment.between is None:
        return True
    first, last = experiment.between
    return day_of(first) <= day <= day_of(last)


def moved(before: Experiment, after: Experiment) -> int:
    """How many of 10,000 members come into a group of another name by a change of groups and shares."""
    return sum([group_at(before, place) != group_at(after, place) for place in range(STEPS)])
