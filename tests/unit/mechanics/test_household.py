"""Households: who is taken in, who waits, what is shared, and races for the last place."""

import pytest

from guerdon.core.amounts import Rate
from guerdon.core.decide import Decision
from guerdon.core.effects import HouseholdChanged, MembershipChanged, transfers_of
from guerdon.core.events import Describe, Enrol, Enter, Exit, Join, Leave, Purchase, Return, Tick, Traits
from guerdon.core.program import Program, Unit, When
from guerdon.core.state import encode_state
from guerdon.mechanics import Earn, Household, Membership, Tiers
from guerdon.mechanics.tiers import Level
from tests.builders import (
    Story,
    Town,
    flat,
    from_day,
    kinds,
    line,
    moment,
    points_per_dollar,
    program,
    rows,
    shown_instant,
    term,
)

NOW = "2026-03-10 14:30"
ROLES = {"owner": 1, "adult": 1, "child": 4, "teen": 4}
PEOPLE = "home home-2 ana ben eva tim c1 c2 c3 c4 c5"


def prime(**settings: object) -> Membership:
    known = {"name": "prime", "fee": 1499, "term": term("1 month"), "trial": term("30 days"), "grace": term("7 days")}
    return Membership(**(known | settings))


def family(**settings: object) -> Household:
    """Amazon Family, as of 2025-10-01."""
    known = {
        "name": "family",
        "roles": ROLES,
        "same_address": True,
        "again_after": term("12 months"),
        "not_for": ("student",),
        "trials_may_enter": False,
        "shares": ("prime",),
    }
    return Household(**(known | settings))


def shop(*others: object, **settings: object) -> Program:
    return program(prime(), prime(name="student", trial=None), *others, family(**settings))


def town(*others: object, **settings: object) -> Town:
    """Ana owns the household ``home``."""
    there = Town(shop(*others, **settings), members=PEOPLE)
    enters(there, "ana", "owner")
    there.delivers()
    return there


def enters(there: Town, person: str, role: str = "adult", *, when: str = NOW, home: str = "home", address: str = "a1"):
    return there.meets(Enter(**there.of(person, when), household=home, role=role, address=address))


def exits(there: Town, person: str, when: str = NOW) -> Decision:
    return there.meets(Exit(**there.of(person, when)))


def changes(decisions: list[Decision]) -> list[str]:
    """What was said of households, by everybody."""
    effects = [effect for decision in decisions for effect in decision.outcome.effects]
    return [f"{one.other} {one.role} {one.why}" for one in effects if isinstance(one, HouseholdChanged)]


def place(there: Town, person: str) -> str:
    held = there.members[person].state.household
    return "-" if held is None else f"{held.id or '-'} {held.role} {held.standing}"


def roster(there: Town, home: str = "home") -> list[str]:
    return [f"{name} {person.role}" for name, person in there.members[home].state.roster.items()]


def plan(there: Town, person: str, name: str = "prime") -> str:
    held = there.members[person].state.memberships.get(name)
    return "-" if held is None else held.status


# Coming in.


def test_a_person_asks_the_household_decides_and_the_person_hears_of_it():
    there = town()
    asked = enters(there, "ben")
    assert kinds(asked.outcome.effects) == ["household_changed", "sent"]
    assert place(there, "ben") == "home adult asked"
    assert roster(there) == ["ana owner"]
    assert changes(there.delivers()) == ["ben adult admitted", "home adult admitted"]
    assert place(there, "ben") == "home adult in"
    assert roster(there) == ["ana owner", "ben adult"]


CAPS = """
    # those who ask in turn                  | who is in
      ben:adult eva:adult                    | ben            # 1 other adult
      c1:child c2:child c3:child c4:child    | c1 c2 c3 c4
      c1:child c2:child c3:child c4:child c5:child | c1 c2 c3 c4
      c1:teen c2:teen c3:teen c4:teen c5:child | c1 c2 c3 c4 c5
      ben:owner                              | -              # 1 owner
"""


@pytest.mark.parametrize(("asking", "taken_in"), rows(CAPS))
def test_each_role_has_so_many_places(asking, taken_in):
    there = town()
    for word in asking.split():
        enters(there, *word.split(":"))
        there.delivers()
    persons = [line.split()[0] for line in roster(there)[1:]]
    assert " ".join(persons) == taken_in.replace("-", "")
    for word in asking.split():
        person = word.split(":")[0]
        assert place(there, person).endswith("in") == (person in persons)


def test_two_persons_who_ask_for_the_last_place_do_not_both_get_it():
    there = town()
    enters(there, "ben")
    enters(there, "eva")
    assert place(there, "ben") == place(there, "eva") == "home adult asked"
    assert changes(there.delivers()) == [
        "ben adult admitted", "eva adult full", "home adult admitted", "home adult full",
    ]  # fmt: skip
    assert (place(there, "ben"), place(there, "eva")) == ("home adult in", "-")
    enters(there, "eva", home="home-2", role="owner")
    assert changes(there.delivers())[-1] == "home-2 owner admitted", "who was declined may ask elsewhere at once"


def test_everybody_lives_where_the_owner_does():
    there = town()
    enters(there, "ben", address="a2")
    assert changes(there.delivers()) == ["ben adult other_address", "home adult other_address"]
    unsaid = Enter(**there.of("ben", NOW), household="home", role="adult")
    assert there.is_refused(unsaid).code == "address_missing"
    anywhere = town(same_address=False)
    anywhere.meets(Enter(**anywhere.of("ben", NOW), household="home", role="adult"))
    anywhere.delivers()
    assert place(anywhere, "ben") == "home adult in"


def test_a_household_without_an_owner_takes_nobody_else_in():
    there = Town(shop(), members=PEOPLE)
    enters(there, "ben")
    assert changes(there.delivers()) == ["ben adult no_owner", "home adult no_owner"]


def test_a_household_that_does_not_exist_leaves_the_person_free_to_ask_another():
    there = town()
    enters(there, "eva", "owner", home="nowhere")
    assert there.waiting.pop().member == "nowhere"
    enters(there, "eva", "owner", home="home-2")
    there.delivers()
    assert place(there, "eva") == "home-2 owner in"


@pytest.mark.parametrize(
    ("person", "fields", "code"),
    [
        ("ana", {"household": "home-2", "role": "owner"}, "household_held"),
        ("ben", {"household": "ben", "role": "adult"}, "household_in_household"),
        ("home", {"household": "home-2", "role": "adult"}, "household_in_household"),
        ("ben", {"household": "home", "role": "uncle"}, "role_unknown"),
    ],
)
def test_a_wrong_wish_is_refused_at_once(person, fields, code):
    there = town()
    assert there.is_refused(Enter(**there.of(person, NOW), address="a1", **fields)).code == code


def test_members_on_trial_and_of_certain_plans_stay_outside():
    there = Town(shop(when=When(age_from=13)), members=PEOPLE)
    wish = {"household": "home", "role": "adult", "address": "a1"}
    too_young = there.is_refused(Enter(**there.of("ben", NOW), **wish))
    assert too_young.sentence == "Households are not for this member: only from 13 years on."
    there.meets(Describe(**there.of("ben", NOW), traits=Traits(age=18)))
    there.meets(Join(**there.of("ben", NOW), plan="student"))
    assert there.is_refused(Enter(**there.of("ben", NOW), **wish)).details == {"reason": "not for members of student"}
    there.meets(Leave(**there.of("ben", NOW), plan="student", at_once=True))
    there.meets(Join(**there.of("ben", NOW), plan="prime", trial=True))
    there.meets(Leave(**there.of("ben", NOW), plan="prime"))
    assert there.is_refused(Enter(**there.of("ben", NOW), **wish)).details == {"reason": "not while prime is on trial"}
    there.meets(Leave(**there.of("ben", NOW), plan="prime", at_once=True))
    there.meets(Enter(**there.of("ben", NOW), **wish))


# Going.

COOL_DOWN = """
    # asks again          | may
      2026-03-10 14:31:00 | no
      2027-03-10 23:59:59 | no
      2027-03-11 00:00:00 | yes
      2027-03-11 00:00:01 | yes
"""


@pytest.mark.parametrize(("again", "may"), rows(COOL_DOWN))
def test_who_left_waits_for_twelve_months(again, may):
    there = town()
    enters(there, "ben")
    there.delivers()
    exits(there, "ben", "2026-03-10 14:30:30")
    there.delivers()
    assert place(there, "ben") == "- adult left"
    assert roster(there) == ["ana owner"]
    wish = Enter(**there.of("ben", again), household="home", role="adult", address="a1")
    if may == "no":
        assert there.is_refused(wish).details == {"on": "2027-03-11"}
    else:
        there.meets(wish)
        there.delivers()
        assert place(there, "ben") == "home adult in"


def test_a_place_that_becomes_free_is_another_persons():
    there = town()
    enters(there, "ben")
    there.delivers()
    exits(there, "ben")
    enters(there, "eva")
    there.delivers()
    assert roster(there) == ["ana owner", "eva adult"]


def test_who_takes_the_wish_back_before_the_answer_was_never_in_and_need_not_wait():
    there = town()
    enters(there, "ben")
    exits(there, "ben")
    there.delivers(refused=("person_not_in_household",))
    assert (place(there, "ben"), roster(there)) == ("-", ["ana owner"])
    enters(there, "ben", home="home-2", role="owner")
    there.delivers()
    assert place(there, "ben") == "home-2 owner in"


def test_who_asks_two_households_is_in_the_last_one_only():
    there = town()
    enters(there, "tim", "owner", home="home-2")
    there.delivers()
    enters(there, "ben")
    enters(there, "ben", home="home-2")
    there.delivers(refused=("person_not_in_household",))
    assert place(there, "ben") == "home-2 adult in"
    assert roster(there) == ["ana owner"]
    assert roster(there, "home-2") == ["tim owner", "ben adult"]


def test_outside_of_a_household_there_is_none_to_leave():
    there = town()
    assert there.is_refused(Exit(**there.of("ben", NOW))).code == "household_not_held"
    enters(there, "ben")
    there.delivers()
    exits(there, "ben")
    assert there.is_refused(Exit(**there.of("ben", NOW))).code == "household_not_held"


def test_delivering_an_answer_again_changes_nothing():
    there = town()
    enters(there, "ben")
    admit = there.waiting[0]
    (_, settled) = there.delivers()
    before = encode_state(there.members["ben"].state), roster(there)
    there.meets(admit)
    there.delivers()
    assert settled.state.household is not None
    assert (encode_state(there.members["ben"].state), roster(there)) == before


# Sharing.


def shared(decisions: list[Decision]) -> list[str]:
    effects = [effect for decision in decisions for effect in decision.outcome.effects]
    return [
        f"{one.before or '-'} {one.after or '-'} {one.why}" for one in effects if isinstance(one, MembershipChanged)
    ]


def test_a_person_shares_the_owners_plan_from_being_taken_in_to_leaving():
    extra = Earn(name="extra", earn="points", flat=10, when=When(membership=("prime",)))
    there = Town(shop(extra), members=PEOPLE)
    there.meets(Join(**there.of("ana", NOW), plan="prime"))
    enters(there, "ana", "owner")
    enters(there, "ben")
    assert shared(there.delivers()) == ["- shared household"]
    assert plan(there, "ben") == "shared"
    there.meets(Purchase(**there.of("ben", NOW), lines=(line("1"),)))
    assert there.members["ben"].has() == 10
    left = exits(there, "ben")
    assert shared([left]) == ["shared - household"]


def test_a_plan_that_the_owner_takes_up_or_loses_is_everybodys():
    there = town(flat(5, name="hello", on="joined:prime"))
    enters(there, "ben")
    enters(there, "c1", "child")
    there.delivers()
    there.meets(Join(**there.of("ana", NOW), plan="prime"))
    there.delivers()
    assert (plan(there, "ben"), plan(there, "c1")) == ("shared", "shared")
    assert there.members["ben"].has() == 5
    there.meets(Tick(**there.of("ana", "2026-04-16 23:59:59")))
    there.delivers()
    assert (plan(there, "ana"), plan(there, "ben")) == ("unpaid", "shared")
    there.meets(Tick(**there.of("ana", "2026-04-17")))
    assert shared(there.delivers()) == ["shared - household", "shared - household"]
    assert (plan(there, "ben"), plan(there, "c1")) == ("-", "-")


def test_when_the_owner_leaves_the_household_its_plans_go_too():
    there = town()
    there.meets(Join(**there.of("ana", NOW), plan="prime"))
    enters(there, "ben")
    there.delivers()
    exits(there, "ana")
    there.delivers()
    assert (plan(there, "ana"), plan(there, "ben")) == ("active", "-")
    assert roster(there) == ["ben adult"]


def test_a_plan_of_ones_own_stays_ones_own_and_the_shared_one_takes_its_place():
    there = town()
    for person in ("ana", "ben"):
        there.meets(Join(**there.of(person, NOW), plan="prime"))
    enters(there, "ben")
    there.delivers()
    assert plan(there, "ben") == "active"
    there.meets(Leave(**there.of("ben", NOW), plan="prime", at_once=True))
    there.delivers()
    assert plan(there, "ben") == "shared"


def test_a_shared_plan_is_not_ones_own_to_pay_or_end():
    there = town()
    there.meets(Join(**there.of("ana", NOW), plan="prime"))
    enters(there, "ben")
    there.delivers()
    assert there.is_refused(Leave(**there.of("ben", NOW), plan="prime")).code == "membership_shared"
    assert there.is_refused(Join(**there.of("ben", NOW), plan="prime")).code == "membership_held"
    there.meets(Tick(**there.of("ben", "2030-01-01")))
    assert plan(there, "ben") == "shared"


# The pool.


def pooling(share: Rate, **units: Unit) -> Town:
    base = points_per_dollar()
    there = Town(
        program(base, family(pools={"points": share}), units={"points": units.get("points", Unit())}), members=PEOPLE
    )
    enters(there, "ana", "owner")
    enters(there, "ben")
    there.delivers()
    return there


POOLS = """
    # paid   | share % | person | pool
      100.00 | 50      | 50     | 50
      101.00 | 50      | 51     | 50      # rounded down
      1.00   | 50      | 1      | 0
      100.00 | 100     | 0      | 100
"""


@pytest.mark.parametrize(("paid", "share", "person", "pool"), rows(POOLS))
def test_a_share_of_what_a_person_earns_goes_to_the_household(paid, share, person, pool):
    there = pooling(Rate(int(share), 100))
    bought = there.meets(Purchase(**there.of("ben", NOW), lines=(line(paid),)))
    arrived = there.delivers()
    assert (there.members["ben"].has(), there.members["home"].has()) == (int(person), int(pool))
    moved = transfers_of([effect for one in (bought, *arrived) for effect in one.outcome.effects])
    in_transit = sum(t.amount for t in moved if t.target == "in_transit") - sum(
        t.amount for t in moved if t.source == "in_transit"
    )
    assert in_transit == 0


def test_who_is_in_no_household_keeps_everything():
    there = pooling(Rate(1, 1))
    there.meets(Purchase(**there.of("eva", NOW), lines=(line("100"),)))
    enters(there, "tim", "teen")
    there.meets(Purchase(**there.of("tim", NOW), lines=(line("100"),)))
    assert (there.members["eva"].has(), there.members["tim"].has()) == (100, 100), "nor who has only asked"


def test_the_pool_keeps_the_expiry_that_the_points_have_and_old_points_stay():
    there = pooling(Rate(50, 100), points=Unit(expires=term("30 days")))
    there.meets(Purchase(**there.of("eva", "2026-03-01"), lines=(line("10"),)))
    enters(there, "eva", "teen")
    there.delivers()
    there.meets(Purchase(**there.of("eva", "2026-03-11"), lines=(line("100"),)))
    there.delivers()
    (lot,) = there.members["home"].wallet().lots
    assert (lot.amount, shown_instant(lot.expires_at)) == (50, "2026-04-11 00:00")
    assert [lot.amount for lot in there.members["eva"].wallet().lots] == [10, 50]


def test_a_debt_is_paid_before_anything_goes_on():
    there = pooling(Rate(1, 1))
    first = there.meets(Purchase(**there.of("ben", NOW), lines=(line("100"),)))
    there.delivers()
    bought = next(iter(there.members["ben"].receipts))
    assert first.outcome.refusal is None
    there.meets(Return(**there.of("ben", NOW), purchase=bought))
    assert there.members["ben"].has() == -100, "the pool has it, and the person owes it"
    there.meets(Purchase(**there.of("ben", NOW), lines=(line("130"),)))
    there.delivers()
    assert (there.members["ben"].has(), there.members["home"].has()) == (0, 130)


def test_shared_plans_end_where_the_program_has_households_no_more():
    there = Town(shop(), from_day(program(prime()), "2026-03-20"), members=PEOPLE)
    there.meets(Join(**there.of("ana", NOW), plan="prime"))
    enters(there, "ana", "owner")
    enters(there, "ben")
    there.delivers()
    assert (plan(there, "ana"), plan(there, "ben")) == ("active", "shared")
    for person in ("ana", "ben"):
        there.meets(Tick(**there.of(person, "2026-03-20")))
    assert (plan(there, "ana"), plan(there, "ben")) == ("active", "-")
    there.meets(Join(**there.of("ben", "2026-03-21"), plan="prime"))


def test_a_household_is_given_nothing_for_joining_and_has_no_tier():
    levels = (Level(name="basic"), Level(name="gold", threshold=100))
    ladder = Tiers(meter="spend", levels=levels, kept=term("12 months"))
    story = Story(program(flat(20, name="welcome", on="enrol"), ladder), joined=None)
    story.meets(Enrol(id="e", member="m", at=moment("2026-01-01"), household=True))
    assert (story.has(), story.state.standings) == (0, {})
