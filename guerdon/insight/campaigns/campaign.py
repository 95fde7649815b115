"""A campaign, and the file that tells of several: one line a member who was invited."""

import csv
from collections.abc import Iterable
from datetime import date

import msgspec


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was sent to some members and not to others."""

    name: str
    kind: str = ""
    """What sort of campaign it is; empty: not told."""
    first: date
    last: date
    invited: frozenset[str]
    """The ids of the members whom it was sent to."""


class InvitationsWrong(Exception):
    """A file of invitations that cannot be used; the message names the line."""


COLUMNS = ["campaign", "kind", "first", "last", "member"]


def invitations(lines: Iterable[str], place: str) -> list[Campaign]:
    """The campaigns of a CSV file with the columns campaign, kind, first, last and member; ``place`` is its name.

    Raises ``InvitationsWrong`` with the first line that is wrong.
    """
    try:
        return _read(csv.DictReader(lines), place)
    except csv.Error as error:
        raise InvitationsWrong(f"{place} is no CSV: {error}.") from None


def _read(reader: "csv.DictReader[str]", place: str) -> list[Campaign]:
    if reader.fieldnames != COLUMNS:
        raise InvitationsWrong(f"{place} begins with {reader.fieldnames}; it should begin with {','.join(COLUMNS)}")
    invited: dict[str, set[str]] = {}
    said: dict[str, tuple[str, date, date]] = {}
    for row in reader:
        where = f"{place}, line {reader.line_num}"
        name, member = row["campaign"] or "", row["member"] or ""
        told = row["kind"] or "", _day(row["first"], where), _day(row["last"], where)
        _check(name, member, told, said, where)
        said[name] = told
        invited.setdefault(name, set()).add(member)
    return [
        Campaign(name=name, kind=kind, first=first, last=last, invited=frozenset(invited[name]))
        for name, (kind, first, last) in said.items()
    ]


def _check(
    name: str, member: str, told: tuple[str, date, date], said: dict[str, tuple[str, date, date]], where: str
) -> None:
    if not name or not member:
        raise InvitationsWrong(f"{where}: a campaign and a member belong here.")
    if told[1] > told[2]:
        raise InvitationsWrong(f"{where}: the campaign ends before it begins.")
    if said.get(name, told) != told:
        raise InvitationsWrong(f"{where}: `{name}` has another kind or other days than in a line above.")


def _day(text: str | None, where: str) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        raise InvitationsWrong(f"{where}: a day as in 2026-03-10 belongs here, not {text!r}.") from None
