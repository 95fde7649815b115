"""The steps of a case: each is an event, written with its kind as a key and its fields beside it.

``{at: 2017-03-01 12:30, purchase: 12.50 USD, store: 367}`` is a purchase of one line in store 367. What stands behind
the kind is the event's first required field. The kinds and their fields come from the Structs of ``core.events``.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, NoReturn, get_args

import msgspec

from guerdon.core.calendar import LAST_INSTANT, moment_of
from guerdon.core.events import Event, event_from
from guerdon.language.errors import advice, closest, listed, shown
from guerdon.language.forms import Define, Form, Schema
from guerdon.language.nodes import Scalar
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Place
from guerdon.language.section import Fields, Key, Section
from guerdon.specs.expectations import EXPECTED, OF_A_PURCHASE, Look
from guerdon.specs.fields import Field, completed, fields_of
from guerdon.specs.wordings import MOMENT, TEXT

KINDS: dict[str, type[msgspec.Struct]] = {str(kind.__struct_config__.tag): kind for kind in get_args(Event)}
"""Every kind of event with its Struct."""

_COMMON = ("id", "member", "at")
_NAMES_ITS_MEMBER = ("enrol", "hold")
"""The kinds behind which the member stands, whatever other fields they have."""


class Told(NamedTuple):
    """A step as the file tells it; what it leaves unsaid is filled in by the case around it."""

    line: int
    kind: str
    fields: Mapping[str, Any]
    """Those of the event's own kind, as they are in JSON."""
    at: datetime | None
    """None: when the step before it happened."""
    member: str
    """Empty: who enrolled last."""
    name: str
    """The id that the case gives the event; empty: one is made up."""
    looks: tuple[Look, ...]

    def event(self, event_id: str, member: str, at: datetime) -> Event:
        """The event; raises ``msgspec.ValidationError`` where a field is out of its bounds."""
        return event_from({"kind": self.kind, "id": event_id, "member": member, "at": at, **self.fields})


WHO = Phrase(
    "`yes`, or a member",
    Wording("yes|true", lambda found, _: ""),
    Wording(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,200}", lambda found, _: found.group()),
    examples=("yes", "ann"),
)


def _section(kind: str, struct: type[msgspec.Struct]) -> Section[dict[str, Any]]:
    """The keys of a step of one kind. Its own fields stand beside the kind."""
    fields = fields_of(struct, without=_COMMON)
    main = None if kind in _NAMES_ITS_MEMBER else _main(kind, fields)
    what = " ".join((struct.__doc__ or "").replace("``", "`").split())
    own = Key(kind, WHO, what, "yes", required=True) if main is None else main.key(what, kind, required=True)
    others = [field.key(f"The `{field.name}` of the event.") for field in fields if field is not main]
    keys = [own, *others, AT, MEMBER, AS, EXPECT]
    if len({key.name for key in keys}) < len(keys):
        raise TypeError(f"a field of {kind} has the name of another key of a step")
    return Section(
        f"a step of `{kind}`",
        f"`{kind}` as a step",
        what,
        keys,
        lambda **values: values,
        checks=[] if kind == "purchase" else [_check_looks],
    )


def _main(kind: str, fields: list[Field]) -> Field | None:
    """What stands behind the kind: the field of its name, or else the first that is required; None where none is."""
    named = [field for field in fields if field.name == kind]
    return next(iter(named + [field for field in fields if field.required]), None)


AT = Key(
    "at", MOMENT, "When it happens. Left out: when the step before it happened; the first step has to say.",
    "2017-03-01 12:30",
)  # fmt: skip
MEMBER = Key("member", TEXT, "Whose event it is. Left out: that of the member who enrolled last.", "ann")
AS = Key(
    "as",
    TEXT,
    "The id of the event, for returns and repeats. Left out: the kind and its number in the case, as in `purchase-2`.",
    "receipt-1",
)
EXPECT = Key("expect", EXPECTED, "What is expected after it. Left out: that it is not refused.", "{points: 12 points}")


_OF_EVERY_STEP = frozenset({AT.name, MEMBER.name, AS.name, EXPECT.name})
_COMPARED = 20
"""How many unknown keys of a step are looked at."""


def _currency_of(place: Place) -> str:
    """The currency that a step is told in; empty: the program's."""
    named = (node for key, node in place.entries(Steps.name) if key.path.endswith(".currency"))
    node = next(named, None)
    return node.text.strip() if isinstance(node, Scalar) else ""


def _check_looks(fields: Fields) -> None:
    """Report expectations that only a purchase can meet."""
    for look in fields.get("expect") or ():
        if look.key in OF_A_PURCHASE:
            told = f"`{look.key}` is of a purchase, and this step is none; leave it out"
            fields.report("expect", "settings_conflict", told)


class Steps(Form[Told]):
    """A step of any kind, which the key of its event tells."""

    name = "a step"

    def __init__(self) -> None:
        """Make the section of every kind."""
        self.sections = {kind: _section(kind, struct) for kind, struct in KINDS.items()}

    def read(self, place: Place) -> Told:
        words = [key.node.text for key, _ in place.entries(self.name) if isinstance(key.node, Scalar)]
        kind = self._kind(place, words)
        place = Place(place.node, place.path, place.desk, _currency_of(place))
        values = self.sections[kind].read(place)
        told = self._told(place, kind, values)
        latest = moment_of(LAST_INSTANT - 1)
        try:
            told.event(told.name or kind, told.member or kind, told.at or latest)
        except msgspec.ValidationError as wrong:
            place.refuse("number_out_of_range", f"this is not an event: {wrong}")
        return told

    def _told(self, place: Place, kind: str, values: dict[str, Any]) -> Told:
        values = dict(values)
        common = {key.name: values.pop(key.name, None) for key in (AT, MEMBER, AS, EXPECT)}
        who = values.pop(kind, "") if self.sections[kind].keys[kind].form is WHO else ""
        if who and common["member"]:
            place.refuse("settings_conflict", f"the member stands behind `{kind}` already; leave `member` out")
        return Told(
            place.node.line,
            kind,
            completed(KINDS[kind], values),
            common["at"],
            who or common["member"] or "",
            common["as"] or "",
            common["expect"] or (),
        )

    def _kind(self, place: Place, words: list[str]) -> str:
        """The kind of event that a step is: the one key that is a kind, and not a field of another that is there."""
        there = [word for word in words if word in self.sections]
        kinds = [kind for kind in there if all(other in self.sections[kind].keys for other in there)]
        if len(kinds) == 1:
            return kinds[0]
        if there:
            place.refuse("settings_conflict", f"a step is one event, and this has {listed(there)}; make it two steps")
        return self._refuse_unknown(place, words)

    def _refuse_unknown(self, place: Place, words: list[str]) -> NoReturn:
        """Report the one key that was most likely meant to be a kind; where there is none, that a kind is missing."""
        unknown = [word for word in words if word not in _OF_EVERY_STEP]
        meant = [word for word in unknown[:_COMPARED] if closest(word, self.sections)]
        if meant or len(unknown) == 1:
            word = (meant or unknown)[0]
            keys = {key.node.text: key for key, _ in place.entries(self.name) if isinstance(key.node, Scalar)}
            keys[word].refuse("key_unknown", f"{shown(word)} is not an event; {advice(word, self.sections)}")
        ways = listed(list(self.sections), "or")
        place.refuse("key_missing", f"a step says what happens; one of {ways} is missing here", ways)

    def schema(self, define: Define) -> Schema:
        return {"anyOf": [define(section) for section in self.sections.values()]}

    def parts(self) -> tuple[Form[Any], ...]:
        return tuple(self.sections.values())


STEP = Steps()
