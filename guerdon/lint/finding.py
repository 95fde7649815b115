"""A finding: something that is most likely not what the merchant meant."""

from typing import Literal

import msgspec

FINDINGS = {
    "budget_never_used_up": "A total that the mechanic's other limits keep from ever being used up or felt.",
    "level_out_of_reach": "A level whose meter nothing in the program can move so far.",
    "rate_doubled": "Two campaigns that add up: they give the same unit for the same thing on the same days.",
    "reward_unaffordable": "A reward that costs more than the limits and the expiry let anybody hold.",
    "rule_never_fires": "A mechanic whose conditions cannot all hold.",
    "rule_shadowed": "A mechanic in a lane that takes the first, behind one that applies whenever it does.",
    "segment_misspelt": "A segment that is not declared, and spelt nearly as one that is.",
}
"""Every code that a finding may carry."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that looks wrong."""

    code: str
    """One of ``FINDINGS``."""
    what: Literal["mechanic", "reward", "level"] = "mechanic"
    """What it is about."""
    where: str
    """The name of the mechanic, reward or level."""
    sentence: str
    """What looks wrong, and what would mend it."""
