"""What may be concluded from an experiment, and what may not, in sentences.

A manager reads these and nothing else; so they never say less than the figures, nor more.
"""

from collections.abc import Iterator
from typing import NamedTuple

from guerdon.insight.experiments.dealing import TOO_UNLIKELY
from guerdon.insight.experiments.result import Comparison, Result, Sentence

FEW = 100
"""Below so many members in a group an interval is rough: one member who buys much shifts it."""


class Concluding(NamedTuple):
    """What the figures alone do not say."""

    runs_against: bool = False
    """Whether members who did much early did less late."""
    has_history: bool = True
    """Whether the days before were used."""


def concluded(told: Result, concluding: Concluding) -> Iterator[Sentence]:
    """The sentences, the most important first."""
    if told.status == "not_begun":
        yield _say("not_begun", f"It begins on {told.first}; until then nobody is in a group.")
        return
    if not sum(group.members for group in told.groups):
        yield _say("nobody", "Nobody who had joined before its first day can be compared.")
        return
    if told.mismatch is not None and told.mismatch < TOO_UNLIKELY:
        yield _say(
            "groups_uneven",
            "The groups are not as large as chance would make them (p below 0.001): members were lost or added by "
            "something other than chance. Nothing may be concluded until that is found.",
        )
        return
    for comparison in told.comparisons:
        yield _of(comparison, told)
    yield from _warnings(told, concluding)


def _of(comparison: Comparison, told: Result) -> Sentence:
    group, control = f"`{comparison.group}`", f"`{comparison.control}`"
    if comparison.unknown is not None:
        return _say(comparison.unknown, _UNKNOWN[comparison.unknown].format(group=group, control=control))
    what = f"the {told.metric} per member"
    if comparison.is_shown:
        more = "raised" if (comparison.difference or 0) > 0 else "lowered"
        text = f"{group} {more} {what} against {control}: chance alone would rarely come so far."
        if told.status == "running":
            text += " This holds on whatever day one looks: it may be stopped now."
        return _say("shown", text)
    if told.status == "running":
        return _say(
            "not_shown_yet",
            f"Nothing is shown yet between {group} and {control}. Let it run to its end: to stop now because of what "
            "the figures look like would be to read chance.",
        )
    return _say(
        "not_shown",
        f"Nothing is shown between {group} and {control}. That is no proof of no effect: anything within the interval "
        "fits what was seen.",
    )


_UNKNOWN = {
    "too_few_members": "{group} and {control} cannot be compared: each takes at least two members.",
    "nobody_differs": "{group} and {control} cannot be compared: within each all members did exactly the same.",
    "no_history": "{group} and {control} are compared at the end: without a week of history before the first day there "
    "is no interval that stays right on any day.",
}


def _warnings(told: Result, concluding: Concluding) -> Iterator[Sentence]:
    smallest = min(group.members for group in told.groups)
    if smallest < FEW:
        yield _say("few_members", f"The smallest group has {smallest} members: below {FEW} intervals are rough.")
    if told.status != "ended" and concluding.runs_against:
        yield _say(
            "runs_against",
            "Members who did much in the first half did less in the second. The interval for looks takes the opposite "
            "for granted and may be too narrow: wait for the end.",
        )
    if told.cut_at is not None:
        yield _say("cut", "Large figures were cut: it is means of cut figures that are compared, totals included.")
    if told.status == "ended" and not concluding.has_history:
        yield _say("not_adjusted", "What members did before foretells nothing, or is not known: nothing was adjusted.")
    yield from _of_slices(told)


def _of_slices(told: Result) -> Iterator[Sentence]:
    if told.by is None:
        return
    if told.status != "ended":
        yield _say("slices_at_the_end", "Parts of the members are compared at the end only.")
    elif told.slices_differ is not None and told.slices_differ <= told.error_rate:
        yield _say("slices_differ", f"The effect is not the same by {told.by}: chance alone would rarely spread it so.")
    else:
        yield _say(
            "slices_alike",
            f"That the effect differs by {told.by} is not shown. With {len(told.slices)} looks one that stands out is "
            "to be expected: take the drawn figures, and ask the best one again in an experiment of its own.",
        )


def _say(code: str, text: str) -> Sentence:
    return Sentence(code=code, text=text)
