"""A difference: one thing that is otherwise in the second of two program files, and the sentence that says it.

**Worked.** Under ``mechanics`` one file has ``{earn: stars, name: base, rate: 2 per 1 USD}`` and the other the same
with ``rate: 1 per 1 USD``. The difference is of the thing *mechanic base* and its key *rate*:

    Mechanic `base`: `rate` was `2 per 1 USD`, becomes `1 per 1 USD`.
"""

from collections.abc import Callable
from typing import Literal

import msgspec


class Thing(msgspec.Struct, frozen=True):
    """Something of a program that has a name: the mechanic ``base``, the level ``gold``."""

    noun: str
    name: str


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One difference. What it quotes is in the words of the files."""

    what: Literal["new", "dropped", "changed", "moved", "renamed", "reassigned"]
    """``reassigned``: members come into other groups of an experiment."""
    things: tuple[Thing, ...] = ()
    """What changes, the outermost first: the mechanic ``status``, and in it the level ``gold``. None: the program."""
    key: str = ""
    """The key of the last thing, with those around it: ``when.category``. Empty: the thing itself."""
    before: str = ""
    """What stood there; for what moved, the thing that it stood behind; for what is renamed, its old name.

    Empty: nothing did.
    """
    after: str = ""
    """What stands there now; for what moved, the thing that it stands behind; for an experiment that deals out members
    anew, how many of them come into another group: ``10 %``."""
    gains: tuple[str, ...] = ()
    """For a longer list: what it has now and had not."""
    loses: tuple[str, ...] = ()
    verb: str = ""
    """What joins the thing to its value in a sentence; empty: nothing special."""

    @property
    def sentence(self) -> str:
        """The difference as a sentence."""
        told = _SAID[self.what](self)
        return f"{told[0].upper()}{told[1:]}."


def _subject(difference: Difference) -> str:
    """``level `gold` of `status` ``; empty for the program."""
    if not difference.things:
        return ""
    *around, thing = difference.things
    within = "".join([f" of `{outer.name}`" for outer in reversed(around)])
    return f"{thing.noun} `{thing.name}`{within}"


def _place(difference: Difference) -> str:
    """``mechanic `base`: `rate` ``, or what changes as a whole."""
    return ": ".join([part for part in (_subject(difference), difference.key and f"`{difference.key}`") if part])


def _new(difference: Difference) -> str:
    told = difference.after if difference.things and not difference.key else f"`{difference.after}`"
    return f"{_place(difference)} is new: {told}" if difference.after else f"{_place(difference)} is new"


def _dropped(difference: Difference) -> str:
    return f"{_place(difference)} is dropped" + (f" (was `{difference.before}`)" if difference.key else "")


def _changed(difference: Difference) -> str:
    if difference.gains or difference.loses:
        told = [(word, names) for word, names in (("gains", difference.gains), ("loses", difference.loses)) if names]
        return f"{_place(difference)} " + " and ".join([f"{word} {_listed(names)}" for word, names in told])
    if difference.verb:
        return f"{_subject(difference)} {difference.verb} `{difference.after}` (was `{difference.before}`)"
    return f"{_place(difference)} was `{difference.before}`, becomes `{difference.after}`"


def _moved(difference: Difference) -> str:
    now, then = (f"behind `{name}`" if name else "first" for name in (difference.after, difference.before))
    return f"{_place(difference)} moves: it stands {now} (was {then})"


def _renamed(difference: Difference) -> str:
    return f"{_subject(difference)} was called `{difference.before}`"


def _reassigned(difference: Difference) -> str:
    return f"{_place(difference)}: {difference.after} of all members come into another group"


_SAID: dict[str, Callable[[Difference], str]] = {
    "new": _new, "dropped": _dropped, "changed": _changed, "moved": _moved, "renamed": _renamed,
    "reassigned": _reassigned,
}  # fmt: skip


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join([f"`{name}`" for name in names])
