"""Codes in batches: making them, taking in codes that were made elsewhere, and looking up what a purchase shows.

A code that is made here is a prefix, so many signs of chance, and a check digit. There are 30 signs: no 0 and O, no 1,
I and L, and no U, so that nobody takes one for another. The check digit is that of ISO 7064 in its hybrid system, with
30 signs in place of 36: it notices every sign that is wrong, and every two neighbours that changed places.

**Worked.** 15 signs of chance out of 30 make 73 bits: a billion guesses against a batch of a million codes hit one with
a chance of about 1 in 14 million. ``WX7K-4MPT-9QRD-2HN8`` is the same code as ``wx7k4mpt 9qrd2hn8``.

A batch is stored in one transaction, in pieces: it is all there or not at all, and one that was broken off is made
again from the beginning. The key of the table lets no two codes be the same; one that is there already is made anew.
Nothing here commits.
"""

import csv
import hashlib
import re
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from psycopg import errors
from stdnum.iso7064 import mod_37_36

from guerdon.core.calendar import instant_of
from guerdon.core.codes import ShownCode
from guerdon.core.events import MAX_ID
from guerdon.store import codes as stored
from guerdon.store.codes import Digest, StoredCode, Terms
from guerdon.store.database import Connection

SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
SIGNS_OF_CHANCE = 15
"""How many signs of a code are chance unless something else is asked for: 73 bits."""

_CODES_AT_A_TIME = 50_000
_TRIES = 10
_GUESSES = 1_000_000
"""So many guesses must hit nothing on average before one hits a code of a batch."""
_MOST_SIGNS = 64
_FAULTS_TOLD = 20
_LONGEST_GROUP = 4

_EVEN = 256 - 256 % len(SIGNS)
_SIGN_OF_BYTE = bytes([ord(SIGNS[number % len(SIGNS)]) for number in range(256)])
_UNEVEN = bytes(range(_EVEN, 256))
"""Bytes that would make some signs more frequent than others. They are left out."""

Progress = Callable[[int, int], None]


class CodesTrouble(Exception):
    """Codes cannot be made, taken in or found like this, for the reason given."""


class Made(NamedTuple):
    """A code as it is handed out."""

    code: str
    member: str = ""
    """The only member for whom it is good; empty: whoever shows it."""


class _Fault(NamedTuple):
    """What is wrong with a line of a file of codes."""

    line: int
    told: str


class _Line(NamedTuple):
    """A line of a file of codes."""

    number: int
    code: str
    member: str


def key_of(text: str) -> str:
    """A code as it is counted, however it was typed: in capitals, without spaces and hyphens."""
    return re.sub(r"[\s\u2010-\u2015-]", "", text).upper()


def digest_of(key: str) -> Digest:
    """By what a code is stored."""
    return hashlib.sha256(key.encode()).digest()


# Making codes.


def make_batch(
    connection: Connection,
    program: int,
    name: str,
    count: int,
    terms: Terms,
    *,
    prefix: str = "",
    signs: int = SIGNS_OF_CHANCE,
    members: Sequence[str] = (),
    keep: Callable[[Sequence[Made]], None],
    progress: Progress = lambda done, of: None,
) -> None:
    """Make a batch of codes. ``members`` gives each of them one, and then there are as many codes as members.

    ``keep`` gets the codes piece by piece, and nobody can ask for them again: only their digests are stored. They are
    good once the transaction is committed. Raises CodesTrouble and BatchExists.
    """
    _check_name(name)
    wanted = [*members] if members else [""] * count
    _check_shape(len(wanted), prefix, signs)
    batch = stored.add_batch(connection, program, name, terms, prefix=key_of(prefix), length=signs + 1)
    for first in range(0, len(wanted), _CODES_AT_A_TIME):
        part = wanted[first : first + _CODES_AT_A_TIME]
        codes = _store_new(connection, program, batch, key_of(prefix), signs, part)
        keep([Made(shown(code, key_of(prefix)), member) for code, member in zip(codes, part, strict=True)])
        progress(first + len(part), len(wanted))
    stored.complete_batch(connection, batch, len(wanted))


def new_keys(count: int, prefix: str, signs: int) -> Iterator[str]:
    """So many codes out of chance, some of which may be the same."""
    chance = ""
    while len(chance) < count * signs:
        missing = count * signs - len(chance)
        chance += secrets.token_bytes(missing + missing // 10 + 1).translate(_SIGN_OF_BYTE, _UNEVEN).decode()
    for place in range(0, count * signs, signs):
        body = chance[place : place + signs]
        yield f"{prefix}{body}{mod_37_36.calc_check_digit(body, SIGNS)}"


def shown(key: str, prefix: str) -> str:
    """A code in groups of at most four signs, as even as can be."""
    body = key.removeprefix(prefix)
    parts = [body[group] for group in _groups(len(body))]
    return "-".join([prefix, *parts] if prefix else parts)


@cache
def _groups(length: int) -> tuple[slice, ...]:
    """Where so many signs are parted. What does not go up evenly makes the first groups longer."""
    groups = -(-length // _LONGEST_GROUP)
    size, longer = divmod(length, groups)
    starts = [group * size + min(group, longer) for group in range(groups + 1)]
    return tuple([slice(first, behind) for first, behind in pairwise(starts)])


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name):
        raise CodesTrouble("The name of a batch is made of letters, digits, hyphens, dots and underscores.")


def _check_shape(count: int, prefix: str, signs: int) -> None:
    if not count:
        raise CodesTrouble("A batch has at least one code.")
    if not re.fullmatch(r"[A-Z0-9]{0,20}", key_of(prefix)):
        raise CodesTrouble("A prefix is made of at most 20 letters of the Latin alphabet and digits.")
    least = next(number for number in range(1, _MOST_SIGNS) if len(SIGNS) ** number >= count * _GUESSES)
    if not least <= signs <= _MOST_SIGNS:
        told = f"{least} to {_MOST_SIGNS} signs of chance, so that a million guesses hit none of them"
        raise CodesTrouble(f"So many codes ({count:,}) take {told}.")


def _store_new(
    connection: Connection, program: int, batch: int, prefix: str, signs: int, members: Sequence[str]
) -> list[str]:
    """Make and store a code for each of some members, or for nobody in particular; gives the codes."""
    codes: dict[str, Digest] = {}
    for _ in range(_TRIES):
        codes |= {key: digest_of(key) for key in new_keys(len(members) - len(codes), prefix, signs)}
        if len(codes) == len(members) and _store(connection, program, batch, zip(codes.values(), members, strict=True)):
            return list(codes)
        known = stored.known_codes(connection, program, codes.values())
        codes = {key: digest for key, digest in codes.items() if digest not in known}
    raise CodesTrouble(f"In {_TRIES} tries there were always codes that are there already; take more signs.")


def _store(connection: Connection, program: int, batch: int, codes: Iterable[tuple[Digest, str]]) -> bool:
    """Store codes, or none of them where one is there already."""
    try:
        with connection.transaction():
            stored.copy_codes(connection, program, batch, ((digest, member or None) for digest, member in codes))
    except errors.UniqueViolation:
        return False
    return True


# Codes that were made elsewhere.


def import_batch(
    connection: Connection,
    program: int,
    name: str,
    lines: Iterable[str],
    terms: Terms,
    *,
    progress: Progress = lambda done, of: None,
) -> int:
    """Store codes that were made elsewhere as a batch; gives how many there are.

    One a line, with the member whom it is for behind a comma where there is one. A first line ``code`` or
    ``code,member`` is passed over, and so are empty lines. Raises CodesTrouble with every line that is wrong, where
    there is any, and BatchExists.
    """
    _check_name(name)
    faults: list[_Fault] = []
    found = _unlike(_read(lines, faults), faults)
    batch = stored.add_batch(connection, program, name, terms)
    every = list(found.items())
    for first in range(0, len(every), _CODES_AT_A_TIME):
        part = dict(every[first : first + _CODES_AT_A_TIME])
        known = stored.known_codes(connection, program, part)
        faults += [_Fault(line.number, f"{line.code} is a code already") for key, line in part.items() if key in known]
        if not faults:
            rows = [(digest, line.member or None) for digest, line in part.items()]
            stored.copy_codes(connection, program, batch, rows)
        progress(first + len(part), len(found))
    if faults or not found:
        raise CodesTrouble(_told(faults) if faults else "There is no code in it.")
    stored.complete_batch(connection, batch, len(found))
    return len(found)


def _read(lines: Iterable[str], faults: list[_Fault]) -> Iterator[_Line]:
    """The codes of a file; what is odd goes to the faults."""
    reader = csv.reader(lines)
    for row in reader:
        number, cells = reader.line_num, [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and cells in (["code"], ["code", "member"])):
            continue
        odd = _oddity(cells)
        if odd:
            faults.append(_Fault(number, odd))
        else:
            yield _Line(number, cells[0], cells[1] if len(cells) > 1 else "")


def _oddity(cells: Sequence[str]) -> str:
    """What is wrong with a line; empty: nothing."""
    if len(cells) > 2:
        return "a code belongs here, and at most a member behind it"
    if not 0 < len(key_of(cells[0])) <= _MOST_SIGNS:
        return f"a code has 1 to {_MOST_SIGNS} signs besides spaces and hyphens"
    if not all(cell.isprintable() and len(cell) <= MAX_ID for cell in cells):
        return "there are signs in it that cannot be printed, or too many"
    return ""


def _unlike(lines: Iterable[_Line], faults: list[_Fault]) -> dict[Digest, _Line]:
    """The codes by digest; one that comes twice, however it is typed, goes to the faults."""
    found: dict[Digest, _Line] = {}
    for line in lines:
        first = found.setdefault(digest_of(key_of(line.code)), line)
        if first is not line:
            faults.append(_Fault(line.number, f"{line.code} stands in line {first.number} already"))
    return found


def _told(faults: Sequence[_Fault]) -> str:
    told = [f"line {fault.line}: {fault.told}" for fault in sorted(faults)[:_FAULTS_TOLD]]
    more = [f"and {len(faults) - _FAULTS_TOLD:,} more"] if len(faults) > _FAULTS_TOLD else []
    return "\n".join([*told, *more, "Nothing was stored."])


# What there is to a code.


def shown_codes(connection: Connection, program: int, texts: Collection[str]) -> dict[str, ShownCode]:
    """What is to be found about texts that purchases show as codes; nothing about most that are unknown."""
    if not texts:
        return {}
    keys = {text: key_of(text) for text in texts}
    digests = {text: digest_of(key) for text, key in keys.items()}
    known = stored.find_codes(connection, program, set(digests.values()))
    found = {text: _issued(keys[text], known[digest]) for text, digest in digests.items() if digest in known}
    rest = [text for text in texts if text not in found]
    if rest:
        names = stored.batch_names(connection, program, rest)
        shapes = stored.shapes(connection, program)
        found |= {text: ShownCode("mistyped") for text in rest if is_mistyped(keys[text], shapes)}
        found |= {text: ShownCode("name") for text in names}
    return found


def is_mistyped(key: str, shapes: Sequence[tuple[str, int]]) -> bool:
    """Whether something that is no code looks like one that was mistyped: about as long, and its signs do not fit."""
    near = [shape for shape in shapes if abs(len(key) - len(shape[0]) - shape[1]) <= 1]
    return bool(near) and not any(_fits(key, prefix, length) for prefix, length in near)


def _fits(key: str, prefix: str, length: int) -> bool:
    body = key.removeprefix(prefix)
    return key.startswith(prefix) and len(body) == length and mod_37_36.is_valid(body, SIGNS)


def _issued(key: str, code: StoredCode) -> ShownCode:
    terms = code.terms
    return ShownCode(
        "revoked" if code.is_revoked else "issued",
        code.batch,
        key,
        terms.uses,
        terms.uses_per_member,
        None if terms.valid_from is None else instant_of(terms.valid_from),
        None if terms.valid_until is None else instant_of(terms.valid_until),
        code.member,
    )
