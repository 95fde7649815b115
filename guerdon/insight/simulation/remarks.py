"""Remarks: what whoever reads the figures of a simulation has to know beside them, in sentences."""

from collections.abc import Iterator, Mapping

from guerdon.core.program import Program
from guerdon.insight.simulation.result import Remark, Replayed, Side

_NAMED = 8


def remarks_on(
    draft: Side, current: Side | None, replayed: Replayed, program: Program, *, assumed: bool
) -> Iterator[Remark]:
    """What is to be said. That behaviour does not change comes first, whatever else there is."""
    told = "Behaviour does not change in a replay: members buy what they bought, whatever the program offers"
    more = "; what is assumed about that is shown apart." if assumed else "."
    yield Remark(code="behaviour_does_not_change", sentence=told + more)
    if draft.effective_from != draft.in_force_from and draft.effective_from > draft.in_force_from:
        told = f"The draft is tried as if it had been in force from {draft.in_force_from}; its file says"
        yield Remark(code="in_force_earlier", sentence=f"{told} {draft.effective_from}.")
    yield from _silent(draft)
    yield from _not_repeated(draft, current)
    yield from _without_worth(draft, program)
    for side in [draft] if current is None else [draft, current]:
        if not side.is_settled:
            told = f"what members of {side.name} share (budgets, stock, what they send each other) did not come to rest"
            yield Remark(
                code="not_settled",
                sentence=f"After {side.passes} passes {told}: its figures are near, and not exact.",
            )
    if replayed.unreadable:
        told = f"{replayed.unreadable:,} entries of the history are no events and were left out."
        yield Remark(code="entries_left_out", sentence=told)


def _silent(draft: Side) -> Iterator[Remark]:
    """Mechanics and rewards that did nothing, apart from those that could not."""
    if draft.out_of_time:
        told = f"Could never apply in this history, by their own dates: {_list(draft.out_of_time)}."
        yield Remark(code="out_of_time", sentence=told)
    others = [name for name in draft.never_applied if name not in draft.out_of_time]
    if others:
        yield Remark(code="never_applied", sentence=f"Did nothing in this history: {_list(others)}.")


_NO_SUCH_REWARD = "could not be repeated: the draft has no such reward"


def _not_repeated(draft: Side, current: Side | None) -> Iterator[Remark]:
    """What members did that the draft does not let them do, and whether the current program lets them."""
    before = {} if current is None else {reward.reward: reward.refused for reward in current.rewards}
    for reward in draft.rewards:
        if reward.refused:
            what, was = ("redemption", "was") if reward.refused == 1 else ("redemptions", "were")
            refused = f"{was} refused by the draft{_beside(before, reward.reward)}"
            told = f"{reward.refused:,} {what} of `{reward.reward}` {refused if reward.offered else _NO_SUCH_REWARD}."
            yield Remark(code="redemptions_not_repeated", sentence=told)
    others = _others(draft)
    if others:
        beside = {} if current is None else {"": _others(current)}
        told = f"{others:,} other events were refused by the draft{_beside(beside, '')}; `refused` names them."
        yield Remark(code="events_refused", sentence=told)


def _beside(before: Mapping[str, int], name: str) -> str:
    """How many the current program refuses; nothing where there is none to compare with."""
    return f", {before[name] or 'none'} by the current program" if name in before else ""


def _others(side: Side) -> int:
    return sum([refused.times for refused in side.refused if refused.kind not in ("redeem", "hold")])


def _without_worth(draft: Side, program: Program) -> Iterator[Remark]:
    """What is given and has no price in the file."""
    worthless = [unit.unit for unit in draft.units if unit.worth is None and unit.issued]
    if worthless:
        told = f"Not in the cost, because the file says no worth: {_list(worthless)}."
        yield Remark(code="unit_without_worth", sentence=told)
    things = [
        row.mechanic for row in draft.mechanics if row.pieces and row.cost == 0 and not _costs(row.mechanic, program)
    ]
    if things:
        told = f"Things that are given for nothing are counted and not in the cost: {_list(sorted(set(things)))}."
        yield Remark(code="things_without_cost", sentence=told)


def _costs(name: str, program: Program) -> bool:
    """Whether members pay for it: then its cost is that of the points they give."""
    return any(reward.name == name and reward.cost.amount for reward in program.rewards)


def _list(names: list[str] | tuple[str, ...]) -> str:
    shown = ", ".join([f"`{name}`" for name in names[:_NAMED]])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"
