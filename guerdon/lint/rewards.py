"""Rewards that cost more than anybody can ever hold."""

from collections.abc import Iterator

from guerdon.core.program import Program
from guerdon.lint.bounds import most_held
from guerdon.lint.finding import Finding


def rewards_that_nobody_can_afford(program: Program) -> Iterator[Finding]:
    """Rewards beyond what the limits per member and the expiry let anybody collect."""
    for reward in program.rewards:
        cost = getattr(reward, "cost", None)
        if cost is None or getattr(cost, "unit", "") not in program.units:
            continue
        most = most_held(program, cost.unit)
        if most is not None and most < cost.amount:
            shown = program.units[cost.unit].shown
            told = (
                f"`{reward.name}` costs {shown(cost.amount)} {cost.unit}, and by limits and expiry nobody can hold "
                f"more than {shown(most)}; lower the cost or raise a limit"
            )
            yield Finding(code="reward_unaffordable", what="reward", where=reward.name, sentence=told)
