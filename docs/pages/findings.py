"""``findings.md``: what `guerdon check` finds odd in a program that can be used, from ``FINDINGS``."""

from docs.pages.markdown import NOTE, page, table
from guerdon.lint import FINDINGS


def findings_page() -> str:
    """The page."""
    return page(
        "# Findings",
        NOTE.format(source="`guerdon/lint/finding.py`"),
        "A finding is something that is right by the letter and most likely not what was meant. `guerdon check` tells "
        "each with the line of the mechanic, the reward or the level. It stops nothing: the program can be published "
        "as it is. Where the check cannot be sure it says nothing.",
        table(("code", "what looks wrong"), [(f"`{code}`", words) for code, words in FINDINGS.items()]),
        "[Check a program](../how-to/check-a-program.md) shows some of them, and how to mend them.",
    )
