"""Chance that anyone can check: tickets that nobody can choose, a draw and a wheel that follow from a committed seed.

The program file carries the **commitment**, the SHA-256 of a secret seed, before the game begins. Afterwards the seed
is shown, and everything here can be worked out again by whoever has it.

- A ticket's number is a hash of game, event and place: 20 hexadecimal digits.
- A **draw** sorts the tickets by HMAC-SHA256(seed, ticket) and gives the prizes to the first of them.
- A **wheel** takes HMAC-SHA256(seed, ticket) as a whole number and reduces it by the sum of the weights.

**Worked.** Weights 1 for the bicycle, 9 for the mug, 90 for nothing make 100 places: 0 is the bicycle, 1 to 9 the mug,
10 to 99 nothing. A hash that ends up on 7 stops at the mug. (2^256 is no multiple of 100; the places that come up more
often do so by less than 1 in 10^75.)
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Ticket(NamedTuple):
    """A chance in a raffle."""

    number: str
    member: str
    """The id of the member who holds it."""


class Winner(NamedTuple):
    """A prize that was drawn."""

    prize: str
    ticket: str
    member: str


def commitment_to(seed: str) -> str:
    """The commitment to a seed: the SHA-256 of its UTF-8, in hexadecimal digits.

    >>> commitment_to("a secret")[:16]
    '984ca5162200734c'
    """
    return hashlib.sha256(seed.encode()).hexdigest()


def ticket_numbers(game: str, event_id: str, count: int) -> tuple[str, ...]:
    """The numbers of the tickets that an event gives."""
    return tuple([_number(f"{game}\n{event_id}\n{place}") for place in range(1, count + 1)])


def _number(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def draw(seed: str, tickets: Iterable[Ticket], prizes: Sequence[tuple[str, int]], *, again: bool) -> list[Winner]:
    """Draw the winners of so many pieces of each prize, the first prize first; fewer where the tickets run out.

    In which order the tickets come does not matter. ``again`` lets a member win more than once.
    """
    ordered = sorted(set(tickets), key=lambda ticket: (_rank(seed, ticket.number), ticket))
    pieces = [prize for prize, count in prizes for _ in range(count)]
    winners: list[Winner] = []
    lucky: set[str] = set()
    for ticket in ordered:
        if len(winners) == len(pieces):
            break
        if again or ticket.member not in lucky:
            lucky.add(ticket.member)
            winners.append(Winner(pieces[len(winners)], ticket.number, ticket.member))
    return winners


def place_on_wheel(seed: str, ticket: str, weights: Sequence[int]) -> int:
    """Where the wheel stops: the place in the list of weights."""
    stop = int(_rank(seed, ticket), 16) % sum(weights)
    for place, weight in enumerate(weights):
        if stop < weight:
            return place
        stop -= weight
    raise AssertionError("the remainder is below the sum of the weights")


def _rank(seed: str, ticket: str) -> str:
    return hmac.new(seed.encode(), ticket.encode(), hashlib.sha256).hexdigest()
