"""Experiments: who comes into which group, what a change of shares moves, and what rules and traces make of it."""

import subprocess
import sys
from collections import Counter
from datetime import date

import pytest
from scipy.stats import chi2_contingency, chisquare

from guerdon.core.events import Purchase
from guerdon.core.experiments import STEPS, assigned, group_at, moved, runs_on, step
from guerdon.core.program import Experiment, Program, When
from tests.builders import Story, day, flat, granted, points_per_dollar, program, rows
from tests.cards import Cards

SPRING = Experiment(
    groups={"control": 2_000, "ten": 4_000, "twenty": 4_000}, between=(date(2026, 4, 1), date(2026, 6, 30))
)
MEMBERS = [f"m{number}" for number in range(10_000)]
SURE = 0.001
"""With an error in so many of 1,000 runs a test would say nothing; the ids are fixed, so it is the same every time."""


def counted(name: str, experiment: Experiment) -> Counter[str]:
    return Counter(assigned(name, experiment, member) for member in MEMBERS)


# Who comes into which group.


def test_steps_that_are_written_down_once_and_for_all():
    assert [step("spring", member) for member in ("ana", "bo", "cy")] == [3_476, 6_209, 325]
    assert [assigned("spring", SPRING, member) for member in ("ana", "bo", "cy")] == ["ten", "twenty", "control"]
    assert step("autumn", "ana") != step("spring", "ana")
    assert step("", "") == step("", "")
    assert step("a", "bc") != step("ab", "c"), "the two texts are kept apart"
    assert 0 <= step("spring", "Ана, 第一") < STEPS


def test_another_process_comes_to_the_same():
    program = "from guerdon.core.experiments import step; print([step('spring', f'm{n}') for n in range(50)])"
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"},
    )  # fmt: skip
    assert told.stdout.strip() == str([step("spring", f"m{n}") for n in range(50)])


def test_the_groups_are_as_large_as_their_shares():
    found = counted("spring", SPRING)
    assert chisquare([found[group] for group in SPRING.groups], [2_000, 4_000, 4_000]).pvalue > SURE
    steps = Counter(step("spring", member) // 100 for member in MEMBERS)
    assert chisquare([steps[hundred] for hundred in range(100)]).pvalue > SURE, "and nothing is preferred inside them"


def test_two_experiments_know_nothing_of_each_other():
    halves = Experiment(groups={"a": 5_000, "b": 5_000})
    for one, other in (("spring", "autumn"), ("x", "y"), ("test-1", "test-2")):
        pairs = Counter((assigned(one, SPRING, member), assigned(other, halves, member)) for member in MEMBERS)
        table = [[pairs[group, half] for half in halves.groups] for group in SPRING.groups]
        assert chi2_contingency(table).pvalue > SURE


def test_the_test_of_that_would_see_it_if_they_did():
    halves = Experiment(groups={"a": 5_000, "b": 5_000})
    pairs = Counter((assigned("spring", SPRING, member), assigned("spring", halves, member)) for member in MEMBERS)
    table = [[pairs[group, half] for half in halves.groups] for group in SPRING.groups]
    assert chi2_contingency(table).pvalue < SURE, "one name deals out alike"


EDGES = """
    # step | group
      0    | control
      1999 | control
      2000 | ten
      5999 | ten
      6000 | twenty
      9999 | twenty
"""


@pytest.mark.parametrize(("place", "group"), rows(EDGES))
def test_the_edges_of_the_groups(place, group):
    assert group_at(SPRING, int(place)) == group


CHANGES = """
    # shares afterwards                       | moved
      control 2000, ten 4000, twenty 4000     | 0
      control 2000, ten 5000, twenty 3000     | 1000
      control 2000, ten 4000, twenty 2000, thirty 2000 | 2000      # taken from the last one alone
      control 1000, ten 5000, twenty 4000     | 1000
      control 1000, ten 4000, twenty 5000     | 2000               # every boundary below moves
      ten 4000, control 2000, twenty 4000     | 4000               # another order: 0 to 1,999, and 4,000 to 5,999
      control 2000, zehn 4000, twenty 4000    | 4000               # another name is another group
"""


@pytest.mark.parametrize(("shares", "steps"), rows(CHANGES))
def test_what_a_change_of_shares_moves(shares, steps):
    groups = {name: int(share) for name, share in [text.split() for text in shares.split(",")]}
    after = Experiment(groups=groups)
    assert moved(SPRING, after) == int(steps)
    found = sum([assigned("spring", SPRING, one) != assigned("spring", after, one) for one in MEMBERS])
    assert abs(found - int(steps)) < 200, "as many of 10,000 members, by and large"


@pytest.mark.parametrize(
    ("when", "runs"), [("2026-03-31", False), ("2026-04-01", True), ("2026-06-30", True), ("2026-07-01", False)]
)
def test_when_it_runs(when, runs):
    assert runs_on(SPRING, day(when)) is runs
    assert runs_on(Experiment(groups=SPRING.groups), day(when))


# What rules make of it. In `mine` the member m has step 8,248.


EVERYBODY = When()


def shop(when: When, unless: When, *more: object, **groups: int) -> Story:
    mine = Experiment(groups=groups or {"control": 5_000, "ten": 5_000}, between=SPRING.between)
    return Story(declared(mine, points_per_dollar(when=when, unless=unless), *more))


def declared(mine: Experiment, *mechanics: object) -> Program:
    return program(*mechanics, experiments={"mine": mine, "always": Experiment(groups={"a": 1, "b": 9_999})})


def test_the_member_of_these_tests():
    assert step("mine", "m") == 8_248
    assert step("always", "m") > 0


RUNNING = """
    # when                | points
      2026-03-31 23:59:59 |
      2026-04-01 00:00    | 10
      2026-06-30 23:59:59 | 10
      2026-07-01 00:00    |
"""


@pytest.mark.parametrize(("when", "points"), rows(RUNNING))
def test_a_rule_for_a_group_holds_while_it_runs(when, points):
    given = granted(shop(When(experiment={"mine": ("ten",)}), EVERYBODY).buys(when, "10"))
    assert given == ({"base": int(points)} if points else {})


@pytest.mark.parametrize(("when", "points"), rows(RUNNING))
def test_an_exception_for_a_group_stands_against_it_while_it_runs(when, points):
    given = granted(shop(EVERYBODY, When(experiment={"mine": ("ten",)})).buys(when, "10"))
    assert given == ({} if points else {"base": 10})


def test_one_of_several_groups_and_of_several_experiments():
    assert granted(shop(When(experiment={"mine": ("control", "ten")}), EVERYBODY).buys("2026-04-01", "10"))
    assert granted(shop(When(experiment={"mine": ("ten",), "always": ("b",)}), EVERYBODY).buys("2026-04-01", "10"))
    assert not granted(shop(When(experiment={"mine": ("ten",), "always": ("a",)}), EVERYBODY).buys("2026-04-01", "10"))


def test_the_trace_says_in_which_group_the_member_is():
    story = shop(
        When(experiment={"mine": ("ten",)}),
        EVERYBODY,
        flat(1, name="other", when=When(experiment={"mine": ("control",)})),
    )
    decision = story.buys("2026-04-01", "10")
    assert [(note.mechanic, note.outcome, note.code, note.sentence) for note in decision.notes] == [
        ("mine", "assigned", "in_group", "in group ten of mine"),
        ("other", "skipped", "other_group", "only for group control of mine, from 2026-04-01 to 2026-06-30"),
    ]
    outside = story.buys("2026-07-01", "10")
    assert {(note.mechanic, note.code) for note in outside.notes} == {("base", "other_group"), ("other", "other_group")}


def test_a_late_purchase_is_in_the_group_of_its_own_date():
    story = shop(When(experiment={"mine": ("ten",)}), EVERYBODY)
    story.buys("2026-07-05", "3")
    assert granted(story.buys("2026-06-30 12:00", "10")) == {"base": 10}


def test_a_return_takes_back_what_the_group_earned_though_it_is_over():
    story = shop(When(experiment={"mine": ("ten",)}), EVERYBODY)
    story.buys("2026-06-30", "10", id="r")
    story.brings_back("2026-07-05", "r")
    assert story.has() == 0


def test_who_takes_over_a_card_stays_in_the_own_group():
    halves = Experiment(groups={"control": 5_000, "ten": 5_000})
    groups = {member: assigned("mine", halves, member) for member in ("a", "b", "c", "d", "e")}
    one = next(member for member, group in groups.items() if group == "ten")
    other = next(member for member, group in groups.items() if group == "control")
    for into, merged, points in ((one, other, 10), (other, one, 0)):
        cards = Cards(declared(halves, points_per_dollar(when=When(experiment={"mine": ("ten",)}))), of="a b c d e")
        cards.merges(merged, into)
        cards.meets(Purchase(**cards.basket(into, "2026-04-01", "10")))
        assert cards.has(into) == [points]
