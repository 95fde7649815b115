"""What lies ahead of a member: the next level with what is missing, and what expires next."""

import pytest
from builders import Story, instant, points_per_dollar, program, rows, shown_instant, term, window

from guerdon.core.amounts import Rate
from guerdon.core.program import Meter, Unit
from guerdon.mechanics import Tiers
from guerdon.mechanics.tiers import Level, Need, Needs
from guerdon.runtime.outlook import case_at, ladders, meters, next_expiry

METERS = {
    "spend": Meter(counts="spend", window=window("calendar year")),
    "visits": Meter(counts="visits", window=window("calendar year")),
    "card": Meter(counts="spend", window=window("calendar year")),
}


def climber(**levels: Needs | int) -> Story:
    """A member on a ladder of which the lowest level asks for nothing."""
    known = [
        Level(name=name, needs=asked) if isinstance(asked, Needs) else Level(name=name, threshold=asked)
        for name, asked in levels.items()
    ]
    ladder = Tiers(meter="spend", levels=(Level(name="basic"), *known), kept=term("1 year"))
    return Story(program(ladder, meters=METERS))


def ahead(story: Story, when: str) -> tuple[str, list[tuple[str, int, int]], list[tuple[str, int, int]]] | None:
    """The next level, with what there is and what it takes of each thing that is missing."""
    (standing,) = ladders(case_at(story.timeline, "m", story.state, instant(when)))
    if standing.ahead is None:
        return None
    level, all_of, any_of = standing.ahead
    return (
        level,
        [(part.need.source, part.shown, part.wanted) for part in all_of],
        [(part.need.source, part.shown, part.wanted) for part in any_of],
    )


MISSING = """
    # spent  | next   | shown
      0      | silver | 0
      499.99 | silver | 49999
      500    | gold   | 50000
      1499.99| gold   | 149999
"""


@pytest.mark.parametrize(("spent", "level", "shown"), rows(MISSING))
def test_the_next_level_is_the_one_above_and_what_there_is_is_told(spent, level, shown):
    story = climber(silver=50_000, gold=150_000)
    story.buys("2026-03-01 12:00", spent)

    wanted = {"silver": 50_000, "gold": 150_000}[level]
    assert ahead(story, "2026-03-02") == (level, [("spend", int(shown), wanted)], [])


def test_above_the_highest_level_there_is_none():
    story = climber(silver=50_000)
    story.buys("2026-03-01 12:00", "500")

    assert ahead(story, "2026-03-02") is None


def test_what_there_is_already_is_not_missing():
    both = Needs(all_of=(Need(meter="spend", least=1_000), Need(meter="visits", least=3)))
    story = climber(gold=both)
    story.buys("2026-03-01 12:00", "10")

    assert ahead(story, "2026-03-02") == ("gold", [("visits", 1, 3)], [])


def test_of_several_things_one_is_missing_until_one_is_there():
    one = Needs(
        all_of=(Need(badge="explorer"),), any_of=(Need(meter="spend", least=1_000), Need(meter="visits", least=2))
    )
    story = climber(gold=one)
    story.buys("2026-03-01 12:00", "1")
    before = ahead(story, "2026-03-02")
    story.buys("2026-03-02 12:00", "1")

    assert before == ("gold", [("badge:explorer", 0, 1)], [("spend", 100, 1_000), ("visits", 1, 2)])
    assert ahead(story, "2026-03-03") == ("gold", [("badge:explorer", 0, 1)], [])


def test_a_share_is_told_of_what_there_is_now_rounded_up():
    visits = Need(meter="visits", share=Rate(1, 3), share_of="spend")
    story = climber(gold=Needs(all_of=(visits,)))
    story.buys("2026-03-01 12:00", "0.10")

    assert ahead(story, "2026-03-02") == ("gold", [("visits", 1, 4)], [])


def test_meters_show_what_lies_in_their_windows_on_the_day():
    story = climber(silver=50_000)
    story.buys("2026-12-31 12:00", "10")

    assert meters(case_at(story.timeline, "m", story.state, instant("2026-12-31 23:59"))) == {
        "spend": 1_000,
        "visits": 1,
        "card": 1_000,
    }
    assert set(meters(case_at(story.timeline, "m", story.state, instant("2027-01-01"))).values()) == {0}


EXPIRING = """
    # expires  | inactive | amount | at               | why
      never    | never    |        |                  |
      6 months | never    | 10     | 2026-07-11 00:00 | expiry
      never    | 2 months | 30     | 2026-04-21 00:00 | inactivity
      6 months | 2 months | 30     | 2026-04-21 00:00 | inactivity
      6 months | 6 months | 10     | 2026-07-11 00:00 | expiry
"""


@pytest.mark.parametrize(("expires", "inactive", "amount", "at", "why"), rows(EXPIRING))
def test_what_expires_first_is_told_whatever_makes_it_expire(expires, inactive, amount, at, why):
    points = Unit(
        expires=None if expires == "never" else term(expires),
        inactive_after=None if inactive == "never" else term(inactive),
    )
    story = Story(program(points_per_dollar(2), units={"points": points}))
    story.buys("2026-01-10 12:00", "5")
    story.buys("2026-02-20 12:00", "10")

    found = next_expiry(case_at(story.timeline, "m", story.state, instant("2026-02-21")), "points")

    if not amount:
        assert found is None
    else:
        assert found is not None
        assert (found.amount, shown_instant(found.at), found.reason) == (int(amount), at, why)


def test_of_a_unit_that_nobody_knows_nothing_expires():
    story = climber(silver=50_000)

    assert next_expiry(case_at(story.timeline, "m", story.state, instant("2026-02-21")), "miles") is None
