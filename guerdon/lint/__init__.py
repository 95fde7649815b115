"""Lint: what is right by the letter of the program file and most likely not what the merchant meant.

One file an idea. A check is a function of a program that yields **findings**; it never refuses anything, and it says
nothing where it cannot be sure. A new check is one new file, its tests, and one line in ``CHECKS``. What makes a file
wrong belongs in the language; what a program would cost belongs in a simulation.
"""

from guerdon.core.program import Program
from guerdon.lint import doubled, levels, never, rewards, segments, shadowed, totals
from guerdon.lint.finding import FINDINGS, Finding

CHECKS = (
    never.rules_that_never_fire,
    shadowed.rules_that_are_shadowed,
    doubled.rates_that_are_doubled,
    totals.totals_that_are_never_used_up,
    rewards.rewards_that_nobody_can_afford,
    levels.levels_that_nobody_can_reach,
    segments.segments_that_are_misspelt,
)
"""Every check, in the order in which a report lists what they find."""

__all__ = ["CHECKS", "FINDINGS", "Finding", "lint"]


def lint(program: Program) -> list[Finding]:
    """Everything that looks wrong with a program that can be used."""
    return [finding for check in CHECKS for finding in check(program)]
