"""What is known of a person without knowing who it is: traits arrive, and go when the person asks to be forgotten."""

from guerdon.core.case import Case
from guerdon.core.effects import Described, Erased
from guerdon.core.events import Describe, Erase, Traits


def describe(case: Case, event: Describe | Erase) -> None:
    """Put the new traits in place of the old, or none. Balances stay as they are."""
    if isinstance(event, Erase):
        case.traits = Traits()
        case.effects.append(Erased())
    else:
        case.traits = event.traits
        case.effects.append(Described())
