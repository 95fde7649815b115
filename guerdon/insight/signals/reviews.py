"""Reviews: what people said about members who were looked at.

A review says that what was seen is fine, or that the member was blocked, by whom and why. It covers what happened up to
the newest event that was seen: a signal with something newer behind it is told again, and says that it was reviewed
before. Nothing is ever reviewed by itself.

Reviews are lines of JSON in one file a program, which grows by addition. They are notes of the staff about members and
no part of the ledger: an id of the member, no name.
"""

import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from guerdon.insight.signals.all_kinds import Suspect


class Review(msgspec.Struct, frozen=True):
    """What somebody said about a member."""

    member: str
    """The member's id."""
    verdict: Literal["fine", "blocked"]
    """``fine``: it has its reasons. ``blocked``: the member was blocked, by an event of its own."""
    reason: str
    """Why, in a sentence without personal data."""
    by: str
    """Who said so: an id of the person on the staff."""
    at: datetime
    """When it was said."""
    through: date
    """The day of the newest event that was seen."""


class ReviewsDamaged(ValueError):
    """A line of the file of reviews is none."""

    def __init__(self, path: Path, line: int) -> None:
        super().__init__(f"{path}: line {line} is no review. Take it out, or bring the file back from a copy.")


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Review).decode


def remember(path: Path, review: Review) -> None:
    """Add a review to the file, for good: a whole line, on disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        os.fchmod(file.fileno(), 0o600)
        _drop_what_was_cut_short(file)
        file.write(_encode(review) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _drop_what_was_cut_short(file: BinaryIO) -> None:
    """Take away a last line without an end: a crash left it, and nobody was told that it was kept."""
    file.seek(0)
    content = file.read()
    file.truncate(content.rfind(b"\n") + 1)


def read_reviews(path: Path) -> dict[str, Review]:
    """The newest review of each member; none where nothing was reviewed yet. Raises ``ReviewsDamaged``.

    A last line that was cut short by a crash was never answered for, and does not count.
    """
    if not path.exists():
        return {}
    *whole, _ = path.read_bytes().split(b"\n")
    return {review.member: review for review in (_review(path, line, content) for line, content in enumerate(whole, 1))}


def _review(path: Path, line: int, content: bytes) -> Review:
    try:
        return _decode(content)
    except msgspec.MsgspecError:
        raise ReviewsDamaged(path, line) from None


def unreviewed(suspects: Iterable[Suspect], reviews: Mapping[str, Review]) -> list[Suspect]:
    """The suspects about whom nothing was said yet, or something newer has happened since."""
    return [suspect for suspect in suspects if not _covers(reviews.get(suspect.key), suspect)]


def _covers(review: Review | None, suspect: Suspect) -> bool:
    return review is not None and newest(suspect) <= review.through


def newest(suspect: Suspect) -> date:
    """The day of the newest event behind any signal about a member."""
    return max([signal.last for signal in suspect.signals])
