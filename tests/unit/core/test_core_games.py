"""Chance out of a seed: the same for everyone who has it, fair by its weights, and not to be changed unnoticed."""

import hashlib
import random

import pytest

from guerdon.core.games import Ticket, Winner, commitment_to, draw, place_on_wheel, ticket_numbers

TICKETS = [Ticket(number, member) for member in "abcde" for number in ticket_numbers("draw", f"receipt-{member}", 3)]


def test_a_commitment_is_the_plain_hash_of_the_seed():
    assert commitment_to("тайна") == hashlib.sha256("тайна".encode()).hexdigest()


def test_numbers_are_told_apart_by_game_event_and_place():
    numbers = [*ticket_numbers("a", "e1", 3), *ticket_numbers("b", "e1", 3), *ticket_numbers("a", "e2", 3)]
    assert len(set(numbers)) == 9
    assert ticket_numbers("a", "e1", 2) == ticket_numbers("a", "e1", 3)[:2]
    assert all(len(number) == 20 for number in numbers)


def test_a_draw_does_not_depend_on_the_order_of_the_list():
    drawn = draw("seed", TICKETS, [("bicycle", 1), ("mug", 2)], again=False)
    assert [winner.prize for winner in drawn] == ["bicycle", "mug", "mug"]
    shuffled = random.Random(7).sample(TICKETS, len(TICKETS))
    assert draw("seed", shuffled + shuffled[:3], [("bicycle", 1), ("mug", 2)], again=False) == drawn
    assert draw("another", TICKETS, [("bicycle", 1), ("mug", 2)], again=False) != drawn


def test_a_member_wins_once_unless_the_raffle_says_otherwise():
    once = draw("seed", TICKETS, [("mug", 20)], again=False)
    assert sorted(winner.member for winner in once) == list("abcde")
    often = draw("seed", TICKETS, [("mug", 20)], again=True)
    assert sorted(winner.ticket for winner in often) == sorted(ticket.number for ticket in TICKETS)
    assert draw("seed", [], [("mug", 1)], again=True) == []


def test_every_ticket_has_the_same_chance():
    tickets = [Ticket(number, number) for number in ticket_numbers("draw", "receipt", 10)]
    wins = dict.fromkeys([ticket.number for ticket in tickets], 0)
    for seed in range(5_000):
        (winner,) = draw(f"seed-{seed}", tickets, [("mug", 1)], again=False)
        wins[winner.ticket] += 1
    assert chi_square(list(wins.values()), [1] * 10) < 27.9, "nine degrees of freedom, one in a thousand"


@pytest.mark.parametrize("weights", [(1, 9, 90), (5, 5), (1,), (70, 20, 7, 3)])
def test_a_wheel_honours_its_weights(weights):
    stops = [0] * len(weights)
    for ticket in ticket_numbers("wheel", "a deterministic run", 20_000):
        stops[place_on_wheel("the seed of this test", ticket, weights)] += 1
    assert chi_square(stops, weights) < 16.3, "three degrees of freedom, one in a thousand"


def chi_square(found: list[int], weights: "tuple[int, ...] | list[int]") -> float:
    expected = [sum(found) * weight / sum(weights) for weight in weights]
    return sum((one - other) ** 2 / other for one, other in zip(found, expected, strict=True))


def test_the_worked_wheel():
    places = [place_on_wheel("seed", ticket, (0, 1)) for ticket in ticket_numbers("w", "e", 50)]
    assert set(places) == {1}, "what has no weight is never stopped at"


def test_a_winner_names_prize_ticket_and_member():
    assert draw("seed", [Ticket("t", "m")], [("mug", 1)], again=False) == [Winner("mug", "t", "m")]
