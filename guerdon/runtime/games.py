"""Games from outside the decision: seeds are made and stored, a raffle is drawn and proved, a wheel is checked.

**A draw** reads the tickets from the ledger, works out the winners (``core.games.draw``), writes a proof, and submits a
`win` event for each of them. The events' ids are made of game and ticket, so a draw that was interrupted is simply done
again: nobody wins twice.

**A proof** is one JSON file with the seed, the commitment, the tickets and the winners. ``check_proof`` needs nothing
else, and neither does anybody who wants to write it in another language: SHA-256, HMAC-SHA256 and sorting will do.
"""

import secrets
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from guerdon.core.calendar import Instant, moment_of
from guerdon.core.effects import Won
from guerdon.core.events import Play, Win, decode_event
from guerdon.core.games import Ticket, Winner, commitment_to, draw, place_on_wheel, ticket_numbers
from guerdon.core.version import Version
from guerdon.mechanics.raffle import RaffleRule
from guerdon.mechanics.wheel import BLANK, WheelRule
from guerdon.runtime.programs import PublishedProgram
from guerdon.runtime.till import Till
from guerdon.store import games
from guerdon.store.database import Connection


class GameTrouble(Exception):
    """A game cannot be played, drawn or checked like this, for the reason given."""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that shows that a raffle was drawn as it was promised."""

    program: str
    game: str
    commitment: str
    """The SHA-256 of the seed, as the program file had it before the raffle began."""
    seed: str
    prizes: tuple[tuple[str, int], ...]
    """The prizes with their number, the first prize first."""
    again: bool
    """Whether a member may win more than once."""
    tickets: tuple[Ticket, ...]
    winners: tuple[Winner, ...]


class WheelCheck(NamedTuple):
    """What a wheel has given."""

    spins: int
    prizes: dict[str, int]
    """How often each prize was given, blanks too."""
    faults: list[str]
    """What does not follow from the seed, in words."""


def new_seed() -> str:
    """A seed that nobody can guess: 256 bits of chance, in hexadecimal digits."""
    return secrets.token_hex(32)


def add_seed(connection: Connection, program: int, game: str, seed: str) -> None:
    """Store the seed of a wheel. Raises GameTrouble where no version has committed to it."""
    versions = PublishedProgram(connection, program).versions
    committed = {version.seeds[game] for version in versions if game in version.seeds}
    if not committed:
        raise GameTrouble(f"The program has no wheel {game}.")
    if commitment_to(seed) not in committed:
        told = f"its SHA-256 is {commitment_to(seed)}, and {game} committed to {' or '.join(sorted(committed))}"
        raise GameTrouble(f"The seed does not fit: {told}.")
    games.add_seed(connection, program, game, seed)
    connection.commit()


# Raffles.


def prove_draw(connection: Connection, program: int, game: str, seed: str, now: Instant) -> Proof:
    """Draw a raffle on paper. Raises GameTrouble before it closes, and for a seed that does not fit."""
    version, rule = _raffle(connection, program, game)
    settings = rule.settings
    if commitment_to(seed) != settings.commitment:
        raise GameTrouble(f"The seed does not fit the commitment {settings.commitment}.")
    if now < rule.closes_at:
        raise GameTrouble(f"{game} closes at {moment_of(rule.closes_at):%Y-%m-%d %H:%M} UTC; nothing is drawn before.")
    tickets = games.tickets(connection, program, game)
    prizes = tuple([(prize.name, prize.count) for prize in settings.prizes])
    return Proof(
        program=version.program.program, game=game, commitment=settings.commitment, seed=seed, prizes=prizes,
        again=settings.again, tickets=tuple(tickets),
        winners=tuple(draw(seed, tickets, prizes, again=settings.again)),
    )  # fmt: skip


def publish_winners(till: Till, connection: Connection, proof: Proof, now: Instant) -> int:
    """Submit a `win` event for each winner who does not have one yet; gives how many that were.

    Raises GameTrouble where others have won already, or where a win is refused.
    """
    known = check_not_drawn_otherwise(connection, till.program.id, proof)
    answers = till.commit([_win(proof, winner, now) for winner in proof.winners if winner not in known])
    for answer in answers:
        if answer.refusal is not None:
            raise GameTrouble(f"The win of {answer.member} was refused: {answer.refusal.sentence}")
    return len(answers)


def check_proof(proof: Proof) -> list[str]:
    """What is wrong with a proof; nothing where it is right."""
    faults = []
    if commitment_to(proof.seed) != proof.commitment:
        faults.append("the seed is not the one that was committed to")
    numbers = Counter([ticket.number for ticket in proof.tickets])
    faults += [f"the ticket {number} is in the list twice" for number, times in numbers.items() if times > 1]
    expected = tuple(draw(proof.seed, proof.tickets, proof.prizes, again=proof.again))
    if expected != proof.winners:
        faults += _differences(expected, proof.winners)
    return faults


def _differences(expected: Sequence[Winner], found: Sequence[Winner]) -> list[str]:
    places = range(max(len(expected), len(found)))
    pairs = [(expected[place : place + 1], found[place : place + 1]) for place in places]
    return [f"drawn was {_told(one)}, and the proof says {_told(other)}" for one, other in pairs if one != other]


def _told(winner: Sequence[Winner]) -> str:
    return f"{winner[0].prize} for the ticket {winner[0].ticket} of {winner[0].member}" if winner else "nothing"


def _win(proof: Proof, winner: Winner, now: Instant) -> Win:
    event_id = f"win/{proof.game}/{winner.ticket}"
    return Win(
        id=event_id, member=winner.member, at=moment_of(now), game=proof.game, prize=winner.prize, ticket=winner.ticket
    )


def check_not_drawn_otherwise(connection: Connection, program: int, proof: Proof) -> set[Winner]:
    """The wins that are recorded. Raises GameTrouble where one went to somebody whom this proof does not name."""
    won = {Winner(event.prize, event.ticket, event.member) for event in _wins(connection, program, proof.game)}
    others = won - set(proof.winners)
    if others:
        prize, ticket, member = min(others)
        told = f"{prize} for the ticket {ticket} of {member}"
        raise GameTrouble(f"{proof.game} was drawn already, from other tickets: {told}. The proof of that draw stands.")
    return won


def _wins(connection: Connection, program: int, game: str) -> list[Win]:
    told = [event for event in games.events(connection, program, game, "win") if event.outcome.refusal is None]
    read = [decode_event(event.content) for event in told]
    return [event for event in read if isinstance(event, Win)]


def _raffle(connection: Connection, program: int, game: str) -> tuple[Version, RaffleRule]:
    """The raffle of the newest version that has it."""
    for version in reversed(PublishedProgram(connection, program).versions):
        for rule in version.rules:
            if isinstance(rule, RaffleRule) and rule.name == game:
                return version, rule
    raise GameTrouble(f"The program has no raffle {game}.")


# Wheels.


def check_wheel(connection: Connection, program: int, game: str) -> WheelCheck:
    """Work out every spin of a wheel again, out of the seed, and compare with what was given."""
    published = PublishedProgram(connection, program)
    stored = games.seeds(connection, program, {v.seeds[game] for v in published.versions if game in v.seeds})
    given: Counter[str] = Counter()
    spins, faults = 0, []
    for event in games.events(connection, program, game, "play"):
        play = decode_event(event.content)
        version = published.timeline.at(int(play.at.timestamp()))
        rule = None if version is None else version.answering.get(("play", game))
        if event.outcome.refusal is not None or not isinstance(play, Play) or not isinstance(rule, WheelRule):
            continue
        seed = stored.get(rule.settings.commitment)
        if seed is None:
            raise GameTrouble(f"The seed of {game} is not stored here.")
        spins += play.tickets
        won = {effect.ticket: effect for effect in event.outcome.effects if isinstance(effect, Won)}
        for ticket in ticket_numbers(game, play.id, play.tickets):
            given[won[ticket].prize if ticket in won else BLANK] += 1
            faults += _check_spin(rule, seed, play.id, ticket, won.get(ticket))
    if not spins and not stored:
        raise GameTrouble(f"Nobody has played {game}, and no seed of it is stored here.")
    return WheelCheck(spins, dict(sorted(given.items())), faults)


def _check_spin(rule: WheelRule, seed: str, event_id: str, ticket: str, won: Won | None) -> list[str]:
    """Whether a spin stopped where the seed says. A prize in place of another needs one that can run out."""
    prizes = rule.settings.prizes
    stopped = prizes[place_on_wheel(seed, ticket, [prize.weight for prize in prizes])]
    told = BLANK if won is None else won.instead_of or won.prize
    if told == stopped.name or (won is None and stopped.count is not None):
        return []
    return [f"{event_id} should have stopped at {stopped.name}, and it stopped at {told}"]
