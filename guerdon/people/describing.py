"""Describing: what rules may know of a person, worked out of profile, consents and segments.

The engine hears of it by a `describe` event. **Worked.** Born on 20 March 1990, in Sofia, agreed to marketing: on 1
June 2026 the traits are birthday ``03-20``, age 35 (the band of 35 to 44), region ``Sofia``, consents ``marketing``.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec

from guerdon.core.events import Describe, Traits
from guerdon.core.state import decode_state
from guerdon.people.consents import current_consents
from guerdon.people.persons import erasure_of, member_of, read_profile
from guerdon.runtime.secret_key import SecretKey
from guerdon.store import reading
from guerdon.store.database import Connection
from guerdon.store.queries import statement

AGE_BANDS = (0, 14, 16, 18, 25, 35, 45, 55, 65, 75)
"""The lower ends of the bands of age that rules see, in years."""


def age_on(day: date, birth_date: date) -> int:
    """Years that are completed on a day; who was born on 29 February completes them on 28 February."""
    first = (birth_date.month, min(birth_date.day, 28) if birth_date.month == 2 else birth_date.day)
    return max(day.year - birth_date.year - ((day.month, day.day) < first), 0)


def band_of(age: int, bands: Sequence[int] = AGE_BANDS) -> int | None:
    """The lower end of the band that an age lies in; None: it lies under all of them."""
    place = bisect_right(bands, age)
    return bands[place - 1] if place else None


def traits_of(
    connection: Connection,
    secret: SecretKey,
    program: int,
    member: str,
    *,
    on: date,
    segments: Collection[str] = (),
    bands: Sequence[int] = AGE_BANDS,
) -> Traits:
    """What rules may know of a person on a day; raises Refused (``member_unknown``)."""
    profile = read_profile(connection, secret, member_of(connection, program, member))
    born = profile.birth_date
    return Traits(
        birthday="" if born is None else f"{born:%m-%d}",
        age=None if born is None else band_of(min(age_on(on, born), 150), bands),
        region=profile.region,
        language=profile.language,
        segments=tuple(sorted(set(segments))),
        consents=current_consents(connection, program, member),
    )


def describe_event(
    connection: Connection,
    secret: SecretKey,
    program: int,
    member: str,
    *,
    at: datetime,
    segments: Collection[str] | None = None,
    bands: Sequence[int] = AGE_BANDS,
) -> Describe | None:
    """The event that tells the engine what has changed; None: nothing has, or the person was erased or has left.

    To be submitted after the transaction is committed. ``segments``: None keeps those that the member is in when the
    event is decided, whatever analysis has found meanwhile. The day that ages are counted on is that of ``at``, in its
    own offset. Raises Refused (``member_unknown``).
    """
    whose = member_of(connection, program, member)
    stored = reading.find_member(connection, program, member)
    if stored is None or erasure_of(connection, whose) is not None:
        return None
    state = decode_state(stored.state)
    if state.bar is not None and state.bar.is_end:
        return None
    keeps, known = segments is None, _sorted(state.traits)
    traits = traits_of(connection, secret, program, member, on=at.date(), segments=segments or (), bands=bands)
    if traits == (msgspec.structs.replace(known, segments=()) if keeps else known):
        return None
    moment = at.astimezone(UTC)
    mark = hashlib.blake2b(msgspec.json.encode(traits), digest_size=8).hexdigest()
    event_id = f"describe/{whose.id}/{moment:%Y%m%dT%H%M%S.%f}/{mark}"
    return Describe(id=event_id, member=member, at=moment, traits=traits, keeps_segments=keeps)


def birthday_events(
    connection: Connection,
    secret: SecretKey,
    program: int,
    *,
    at: datetime,
    days: int = 7,
    bands: Sequence[int] = AGE_BANDS,
) -> list[Describe]:
    """The events of members whom a birthday of the last days has brought into another band of age.

    To be asked for once a day; several days are looked at, so that a day on which nobody asked is made up for.
    """
    dates = [at.date() - timedelta(days=back) for back in range(days)]
    born = {f"{day:%m-%d}" for day in dates}
    leap = {"02-29"} if "02-28" in born else set()
    asked = {"program": program, "days": sorted(born | leap)}
    rows = connection.execute(statement("members_born_on"), asked).fetchall()
    found = [describe_event(connection, secret, program, member, at=at, bands=bands) for (member,) in rows]
    return [event for event in found if event is not None]


def _sorted(traits: Traits) -> Traits:
    """The same, in the order that this module writes."""
    return msgspec.structs.replace(
        traits, segments=tuple(sorted(set(traits.segments))), consents=tuple(sorted(set(traits.consents)))
    )
