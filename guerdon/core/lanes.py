"""Rules run in lanes: in the order of the file, and where some compete, by the lane's chooser.

A rule may make something **happen** that other rules react to: a level is reached, a badge awarded, a plan joined.
Those run afterwards, each trigger once an event, so that rules cannot chase each other in a circle.
"""

from guerdon.core.case import Case
from guerdon.core.codes import use_code
from guerdon.core.effects import Capped
from guerdon.core.rule import Proposal, Trigger

_MOST_HAPPENINGS = 1_000


def run_lanes(case: Case, trigger: Trigger) -> None:
    """Run the rules that react to a trigger: lanes in the order of the file, and inside a lane by its chooser."""
    case.trigger = trigger
    for lane in case.version.lanes(trigger, case.day, everything=case.notes is not None):
        chooser, rules = lane.chooser, lane.rules if lane.lookup is None else lane.lookup.candidates(case)
        if chooser == "add":
            for rule in rules:
                proposal = rule.propose(case)
                if proposal is None:
                    continue
                if case.issued:
                    _carry_out(case, proposal)
                else:
                    rule.carry_out(case, proposal)
            continue
        proposals = [proposal for proposal in [rule.propose(case) for rule in rules] if proposal is not None]
        if not proposals:
            continue
        # What is earned is told by weights, and bounded as a whole: only prices are parted line by line.
        if chooser == "line" and trigger == "checkout" and all(one.lines and one.shares for one in proposals):
            _carry_out_by_line(case, proposals)
            continue
        chosen = _choose(chooser, proposals)
        for other in proposals:
            if other is not chosen:
                _outdone(case, other, chooser, chosen)
        _carry_out(case, chosen)


def _carry_out(case: Case, proposal: Proposal) -> None:
    """Let a rule do what it proposed. Where that is anything, the code that it asks for is used."""
    rule = proposal.rule
    if not case.issued:
        rule.carry_out(case, proposal)
        return
    done = len(case.effects)
    rule.carry_out(case, proposal)
    if any(not isinstance(effect, Capped) for effect in case.effects[done:]):
        use_code(case, case.version.codes_of.get(rule.name, ()))


def _outdone(case: Case, other: Proposal, chooser: str, chosen: Proposal) -> None:
    sentence = f"{chosen.rule.name} goes first in lane {chosen.rule.lane}"
    case.note(other.rule.name, "outdone", f"lane_{chooser}", sentence)


def _carry_out_by_line(case: Case, proposals: list[Proposal]) -> None:
    """Let each proposal have the lines for which no other has more, the earlier one where they have the same."""
    best: dict[int, tuple[int, Proposal]] = {}
    for proposal in proposals:
        for line, share in zip(proposal.lines or (), proposal.shares or (), strict=True):
            if share > best.get(line, (0, proposal))[0]:
                best[line] = (share, proposal)
    for proposal in proposals:
        own = {line: share for line, (share, winner) in sorted(best.items()) if winner is proposal}
        if own:
            kept = proposal._replace(amount=sum(own.values()), lines=tuple(own), shares=tuple(own.values()))
            _carry_out(case, kept)
        else:
            _outdone(case, proposal, "line", max(best.values(), key=lambda found: found[0])[1])


def _choose(chooser: str, proposals: list[Proposal]) -> Proposal:
    """The first, or the best for the member. max() keeps the first of equals, which is the earlier in the file."""
    return proposals[0] if chooser == "first" else max(proposals, key=lambda proposal: proposal.amount)


def run_happened(case: Case) -> None:
    """Run the rules that react to what has happened so far, and to what happens through them."""
    seen: set[Trigger] = set()
    while case.happened and len(seen) < _MOST_HAPPENINGS:
        trigger = case.happened.pop(0)
        if trigger not in seen:
            seen.add(trigger)
            run_lanes(case, trigger)
            run_lanes(case, "afterwards")
    case.happened.clear()
