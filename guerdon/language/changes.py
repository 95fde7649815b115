"""A change: one thing that is otherwise in the second of two program files, and the sentence that says it.

**Worked.** Under ``mechanics`` one file has ``{earn: stars, name: base, rate: 2 per 1 USD}`` and the other the same
with ``rate: 1 per 1 USD``. The change is of the thing *mechanic base* and its key *rate*:

    Mechanic `base`: `rate` was `2 per 1 USD`, becomes `1 per 1 USD`.
"""

from typing import Literal

import msgspec


class Thing(msgspec.Struct, frozen=True):
    """Something of a program that has a name: the mechanic ``base``, the level ``gold``."""

    noun: str
    name: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change. What it quotes is in the words of the files."""

    what: Literal["new", "dropped", "changed", "moved"]
    things: tuple[Thing, ...] = ()
    """What changes, the outermost first: the mechanic ``status``, and in it the level ``gold``. None: the program."""
    key: str = ""
    """The key of the last thing, with those around it: ``when.category``. Empty: the thing itself."""
    before: str = ""
    """What stood there; for what moved, the thing that it stood behind. Empty: nothing did."""
    after: str = ""
    """What stands there now; for what moved, the thing that it stands behind."""
    gains: tuple[str, ...] = ()
    """For a longer list: what it has now and had not."""
    loses: tuple[str, ...] = ()
    verb: str = ""
    """What joins the thing to its value in a sentence; empty: nothing special."""

    @property
    def sentence(self) -> str:
        """The change as a sentence."""
        told = {"new": _new, "dropped": _dropped, "changed": _changed, "moved": _moved}[self.what](self)
        return f"{told[0].upper()}{told[1:]}."


def _subject(change: Change) -> str:
    """``level `gold` of `status` ``; empty for the program."""
    if not change.things:
        return ""
    *around, thing = change.things
    within = "".join([f" of `{outer.name}`" for outer in reversed(around)])
    return f"{thing.noun} `{thing.name}`{within}"


def _place(change: Change) -> str:
    """``mechanic `base`: `rate` ``, or what changes as a whole."""
    return ": ".join([part for part in (_subject(change), change.key and f"`{change.key}`") if part])


def _new(change: Change) -> str:
    told = change.after if change.things and not change.key else f"`{change.after}`"
    return f"{_place(change)} is new: {told}" if change.after else f"{_place(change)} is new"


def _dropped(change: Change) -> str:
    return f"{_place(change)} is dropped" + (f" (was `{change.before}`)" if change.key else "")


def _changed(change: Change) -> str:
    if change.gains or change.loses:
        told = [(word, names) for word, names in (("gains", change.gains), ("loses", change.loses)) if names]
        return f"{_place(change)} " + " and ".join([f"{word} {_listed(names)}" for word, names in told])
    if change.verb:
        return f"{_subject(change)} {change.verb} `{change.after}` (was `{change.before}`)"
    return f"{_place(change)} was `{change.before}`, becomes `{change.after}`"


def _moved(change: Change) -> str:
    now, then = (f"behind `{name}`" if name else "first" for name in (change.after, change.before))
    return f"{_place(change)} moves: it stands {now} (was {then})"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join([f"`{name}`" for name in names])
