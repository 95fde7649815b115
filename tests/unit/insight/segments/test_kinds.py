"""Kinds of loyalty: the scores, what cannot be told, and that the four add up."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from guerdon.insight.segments import kinds as module
from guerdon.insight.segments.habits import Habits
from guerdon.insight.segments.kinds import CUSTOMERS, LOYALTIES, SEGMENTS, Balances, Kinds, kinds, kinds_of
from tests.unit.insight.segments.people import shopper, somebody

NO_BALANCES = Balances({})


def one_of(*habits: Habits, balances: Balances = NO_BALANCES) -> Kinds:
    return kinds_of(habits, balances)[1]


def test_the_worked_mixture() -> None:
    four = module._four(Fraction(6, 10), Fraction(1, 4), Fraction(1, 2))
    assert four == {"devoted": 15, "satisfied": 45, "captive": 20, "convenience": 20}


def test_transactional_is_the_mean_of_two_places() -> None:
    two = [shopper(1, off=600), shopper(2, off=0)]
    # Something came off against nothing: place 3/4; nobody used anything: 0.
    assert one_of(*two).loyalties["transactional"] == 38
    assert kinds_of(two, NO_BALANCES)[2].loyalties["transactional"] == 0


def test_what_nobody_has_done_is_not_measurable_and_says_why() -> None:
    found = one_of(shopper(1), shopper(2))
    dark = {name for name, score in found.loyalties.items() if score is None}
    assert dark == {"transactional", "emotional", "advocacy", "social", "engaged"}
    assert found.reasons["advocacy"] == "no member has brought another along"
    assert found.customer["captive"] is None
    assert found.reasons["captive"] == "nobody holds a balance or a plan"


def test_where_somebody_has_done_it_the_others_have_0() -> None:
    found = kinds_of([shopper(1), shopper(2, brought=3, together=1, involved=4, ways=2)], NO_BALANCES)
    assert [found[1].loyalties[name] for name in ("advocacy", "social", "engaged")] == [0, 0, 0]
    assert [found[2].loyalties[name] for name in ("advocacy", "social", "engaged")] == [75, 75, 75]


def test_who_bought_nothing_has_no_scores_and_is_not_loyal() -> None:
    found = one_of(somebody(1), shopper(2, brought=1))
    assert set(found.loyalties.values()) == {None}
    assert set(found.customer.values()) == {None}
    assert found.kind == "not-loyal"
    assert found.reasons["behavioural"] == "bought nothing in the year"


def test_four_visits_make_a_customer_who_may_be_loyal() -> None:
    assert one_of(shopper(1, visits=3)).kind == "not-loyal"
    assert one_of(shopper(1, visits=4)).kind != "not-loyal"
    assert one_of(shopper(1, last_days=61)).kind == "not-loyal"


def test_a_plan_ties_more_than_a_balance_and_a_balance_more_than_none() -> None:
    three = [shopper(1), shopper(2), shopper(3, plans=("plus",))]
    found = kinds_of(three, Balances({"points": {2: 500}}))
    assert [found[number].customer["captive"] for number in (1, 2, 3)] == [0, 42, 50]


def test_every_kind_is_reached() -> None:
    keen, dull = {"involved": 9}, {"off": 9_000, "categories": 1}
    people = [
        shopper(1, **keen, categories=9, spent_quarter=50_000, brought=2),
        shopper(2, **keen, categories=1, spent_quarter=10_000),
        shopper(3, **dull, plans=("plus",)),
        shopper(4, **dull),
        somebody(5),
    ]
    kind = {number: found.kind for number, found in kinds_of(people, NO_BALANCES).items()}
    assert kind == {1: "devoted", 2: "satisfied", 3: "captive", 4: "convenience", 5: "not-loyal"}
    people[2] = shopper(3, **dull)
    assert kinds_of(people, NO_BALANCES)[4].kind == "untied"
    assert {*kind.values(), "untied"} == {segment.name for segment in SEGMENTS}


@given(st.lists(st.tuples(*[st.integers(0, 30)] * 6), min_size=1, max_size=20), st.booleans())
def test_scores_are_between_0_and_100_and_the_four_are_100(rows: list[tuple[int, ...]], tied: bool) -> None:
    people = [
        shopper(n, off=a, rewards=b, involved=c, ways=min(c, 3), brought=d, together=e, categories=f)
        for n, (a, b, c, d, e, f) in enumerate(rows)
    ]
    balances = Balances({"points": {n: row[0] for n, row in enumerate(rows) if row[0]} if tied else {}})
    for found in kinds_of(people, balances).values():
        told = [*found.loyalties.values(), *found.customer.values()]
        assert all(score is None or 0 <= score <= 100 for score in told)
        assert {name for name, score in (found.loyalties | found.customer).items() if score is None} == set(
            found.reasons
        )
        if None not in found.customer.values():
            assert sum(score or 0 for score in found.customer.values()) == 100


def test_nobody_and_one() -> None:
    assert kinds_of([], NO_BALANCES) == {}
    assert kinds({}).notes == ()
    alone = one_of(shopper(1))
    assert alone.loyalties["behavioural"] == 50
    assert tuple(alone.loyalties) == LOYALTIES
    assert tuple(alone.customer) == CUSTOMERS
