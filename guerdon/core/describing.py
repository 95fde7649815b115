"""What is known of a person without knowing who it is: traits arrive, and go when the person asks to be forgotten.

The segments among them change one by one too, by whoever analyses and knows nothing of the other traits. Whatever
changes them, rules hear which ones were entered and left. Somebody who is forgotten has left none: nothing is known of
that person any more, and nothing is given for it.

**Worked.** The member is in ``regular`` and ``students``. A ``segment`` says entered ``at-risk``, left ``regular``: the
member is in ``at-risk`` and ``students``, and what is earned `on: entered at-risk` is given. The same once more changes
nothing, and gives nothing.
"""

from collections.abc import Sequence

import msgspec

from guerdon.core.case import Case
from guerdon.core.effects import Described, Erased, SegmentEntered, SegmentLeft
from guerdon.core.events import Describe, Erase, Event, Segment, Traits
from guerdon.core.refusals import stop


def describe(case: Case, event: Describe | Erase) -> None:
    """Put the new traits in place of the old, or none. Balances stay as they are."""
    if isinstance(event, Erase):
        case.traits = Traits()
        case.effects.append(Erased())
    else:
        before, after = case.traits.segments, segments_after(case.traits.segments, event)
        case.traits = msgspec.structs.replace(event.traits, segments=after)
        case.effects.append(Described())
        _tell(case, before, after)


def regroup(case: Case, event: Segment) -> None:
    """Let the member enter and leave segments. Refused where one is entered and left at once."""
    for segment in event.entered:
        if segment in event.left:
            raise stop("segment_entered_and_left", segment=segment)
    before, after = case.traits.segments, segments_after(case.traits.segments, event)
    if set(before) != set(after):
        case.traits = msgspec.structs.replace(case.traits, segments=after)
        _tell(case, before, after, event.by)


def segments_after(segments: Sequence[str], event: Event) -> tuple[str, ...]:
    """The segments that a member is in after an event that was not refused."""
    if isinstance(event, Describe) and not event.keeps_segments:
        return event.traits.segments
    if isinstance(event, Erase):
        return ()
    if isinstance(event, Segment):
        return tuple(sorted({*segments, *event.entered}.difference(event.left)))
    return tuple(segments)


def _tell(case: Case, before: Sequence[str], after: Sequence[str], by: str = "") -> None:
    """Let it be known which segments were left and which entered, to the rules that react to that too."""
    left, entered = sorted({*before}.difference(after)), sorted({*after}.difference(before))
    case.effects += [SegmentLeft(segment, by) for segment in left]
    case.effects += [SegmentEntered(segment, by) for segment in entered]
    case.happened += [f"left_segment:{segment}" for segment in left]
    case.happened += [f"entered_segment:{segment}" for segment in entered]
