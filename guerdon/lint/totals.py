"""Budgets that say nothing, because another limit always comes first."""

from collections.abc import Iterator

from guerdon.core.program import Cap, Program
from guerdon.lint.finding import Finding


def totals_that_are_never_used_up(program: Program) -> Iterator[Finding]:
    """Totals below what a single member or a single event may get: one of the two is a slip."""
    for mechanic in program.mechanics:
        cap = getattr(mechanic, "limit", None)
        if isinstance(cap, Cap) and cap.total is not None:
            larger = [allowance.amount for allowance in cap.per_member if allowance.amount > cap.total]
            if larger or (cap.per_event is not None and cap.per_event > cap.total):
                told = (
                    f"the total of `{mechanic.name}` is below what it may give one member, so that limit is never "
                    "reached; correct one of the two"
                )
                yield Finding(code="budget_never_used_up", where=mechanic.name, sentence=told)
