"""Counts, scores, suggestions and offers, against tables worked by hand."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from guerdon.core.calendar import day_of
from guerdon.core.program import MonthChoice, When
from guerdon.insight.affinity import advice, evaluation
from guerdon.insight.affinity.baskets import Counts, counts, is_excluded, is_under
from guerdon.insight.affinity.methods import factors, neighbours, popular, similarity, usual
from guerdon.insight.affinity.offers import Bought, offers_for
from guerdon.insight.affinity.suggestions import Suggester
from guerdon.insight.engines.duckdb import tables_from
from guerdon.language import read_program

PROGRAM = read_program(
    """
program: shop
currency: EUR
timezone: Europe/Sofia
effective_from: 2026-01-01
never_earn:
  category: [tobacco, fuel]
units:
  points: {}
mechanics:
  - {earn: points, name: base, rate: 1 per 1 EUR}
  - earn: points
    name: month
    multiply: base
    times: 2
    when: {category: {2026-01: coffee, 2026-02: tea}}
  - {earn: points, name: golden, multiply: base, times: 2, when: {category: coffee, tier: gold}}
  - {earn: points, name: over, multiply: base, times: 2, when: {category: coffee, between: [2026-01-01, 2026-01-05]}}
  - {earn: points, name: saturdays, multiply: base, times: 2, when: {weekday: sat}}
  - {earn: points, name: smokes, multiply: base, times: 2, when: {category: tobacco}}
  - name: status
    tiers:
      meter: spend
      levels: {basic: {from: 0}, gold: {from: 100 EUR}}
      kept: 12 months
meters:
  spend: {sum: spend, window: rolling 12 months}
rewards:
  - {reward: cup, cost: 100 points}
  - {reward: mug, cost: 300 points}
"""
)


def line(member, day, category, net=100, sku="", seq=0, month=1):
    when = date(2026, month, day)
    return {"member": member, "seq": seq or day, "line": 0, "day": when, "category": category, "sku": sku, "net": net}


def cells(found):
    return {(member, thing): days for member in found.members for thing, days in found.of(member).items()}


def test_days_are_counted_and_what_came_back_is_not():
    lines = [
        line(1, 2, "coffee"),
        line(1, 2, "coffee"),
        line(1, 3, "coffee"),
        line(1, 4, "tea", 300),
        line(1, 4, "tea", -300),
        line(2, 4, "tea"),
    ]
    assert cells(counts(tables_from({"lines": lines}), PROGRAM)) == {(1, "coffee"): 2, (2, "tea"): 1}


def test_what_never_earns_and_what_has_no_name_is_not_counted():
    lines = [line(1, 2, "tobacco/cigars", sku="t"), line(1, 2, None, sku="x"), line(1, 2, "coffee", sku="c")]
    tables = tables_from({"lines": lines})
    assert cells(counts(tables, PROGRAM)) == {(1, "coffee"): 1}
    assert cells(counts(tables, PROGRAM, "sku")) == {(1, "c"): 1, (1, "x"): 1}


@pytest.mark.parametrize(("after", "until", "days"), [(1, 3, 2), (2, 3, 1), (3, 3, None), (1, 2, 1)])
def test_days_after_one_and_up_to_another(after, until, days):
    tables = tables_from({"lines": [line(1, 2, "coffee"), line(1, 3, "coffee")]})
    found = counts(tables, PROGRAM, after=date(2026, 1, after), until=date(2026, 1, until))
    assert found.of(1).get("coffee") == days


def test_paths_and_exclusions():
    assert is_under("grocery/soup", ["grocery"])
    assert is_under("grocery", ["grocery"])
    assert not is_under("grocery-2/soup", ["grocery"])
    assert not is_excluded(When(), "fuel", "", "")
    assert is_excluded(When(brand=("x",), category=("fuel",)), "fuel/diesel", "x", "")
    assert not is_excluded(When(brand=("x",), category=("fuel",)), "fuel/diesel", "y", "")
    assert is_excluded(When(category=MonthChoice({1: ("a",), 2: ("b",)})), "b", "", "")


def a_table():
    """Six like coffee and biscuits, six tea and honey; member 1 has no biscuits yet, 12 no honey."""
    given = [(member, "coffee", 5) for member in range(1, 7)] + [(member, "biscuits", 2) for member in range(2, 7)]
    given += [(member, "tea", 5) for member in range(7, 13)] + [(member, "honey", 2) for member in range(7, 12)]
    return Counts(given)


def test_each_method_scores_as_it_says():
    found = a_table()
    column = {thing: place for place, thing in enumerate(found.things)}
    row = found.days[0]
    assert popular(found.days)(row)[0].tolist() == [5, 6, 5, 6]  # biscuits, coffee, honey, tea
    assert usual(found.days)(row)[0].tolist() == [0, 5, 0, 0]
    for method in (neighbours, factors):
        scores = method(found.days)(row)[0]
        assert scores[column["biscuits"]] > scores[column["honey"]]


def test_nothing_is_alike_itself():
    assert similarity(a_table().days).diagonal().tolist() == [0, 0, 0, 0]


def test_the_factors_place_a_known_member_where_they_learned_it():
    found = a_table()
    scores = factors(found.days)(found.days)
    assert np.isfinite(scores).all()
    assert scores.shape == (12, 4)


def test_suggestions_say_because_of_what():
    suggester = Suggester(a_table())
    (first, *_) = suggester.new(1)
    assert (first.thing, first.because, first.is_new) == ("biscuits", ("coffee",), True)
    assert [(one.thing, one.days) for one in suggester.again(2)] == [("coffee", 5), ("biscuits", 2)]
    assert not {one.thing for one in suggester.new(2)} & {"coffee", "biscuits"}


def test_a_member_who_bought_nothing_gets_what_is_popular():
    suggester = Suggester(a_table())
    assert suggester.is_cold(99)
    assert suggester.again(99) == []
    assert [(one.thing, one.score, one.because) for one in suggester.new(99, 2)] == [("coffee", 6, ()), ("tea", 6, ())]


def test_one_member_with_one_thing_gets_nothing_new():
    suggester = Suggester(Counts([(1, "coffee", 1)]))
    assert suggester.new(1) == []


def compared(learned, after):
    found = evaluation.compare(Counts(learned), Counts(after))
    return {(score.question, score.method): score for score in found}


def test_the_worked_evaluation():
    things = [f"t{number:02}" for number in range(12)]
    learned = [(1, thing, 12 - place) for place, thing in enumerate(things)] + [(2, "t00", 1)]
    after = [(1, "t00", 1), (1, "t01", 1), (1, "t10", 1), (1, "t11", 1), (1, "unheard of", 1)]
    usual_again = compared(learned, after)["again or new", "usual"]
    # Ten were suggested to member 1, who bought four known things, two of them suggested; member 2 bought nothing.
    assert (usual_again.precision, usual_again.recall, usual_again.members) == (0.2, 0.5, 1)
    assert usual_again.coverage == round(10 / 12, 4)


def test_who_bought_nothing_new_is_not_asked_about_it():
    assert {question for question, _ in compared([(1, "a", 1), (2, "b", 1)], [(1, "a", 1)])} == {"again or new"}


def test_neighbours_find_what_popularity_cannot():
    learned = [(member, "coffee" if member % 2 else "tea", 5) for member in range(40)]
    learned += [(member, "biscuits" if member % 2 else "honey", 2) for member in range(30)]
    learned += [(member, f"other-{number}", 1) for number in range(11) for member in range(40)]
    after = [(member, "biscuits" if member % 2 else "honey", 1) for member in range(30, 40)]
    found = compared(learned, after)
    assert found["new", "neighbours"].recall == found["new", "popular"].recall == 1
    assert found["new", "usual"].precision == 0


def test_nothing_to_evaluate():
    with pytest.raises(evaluation.TooShortToEvaluate, match="Nobody has bought anything yet"):
        evaluation.evaluate(tables_from({}), PROGRAM)
    events = [{"member": 1, "kind": "purchase", "event_id": "b", "day": date(2026, 1, 2), "paid": 100}]
    tables = tables_from({"events": events, "lines": [line(1, 2, "coffee")]})
    with pytest.raises(evaluation.TooShortToEvaluate, match="take in a longer history"):
        evaluation.evaluate(tables, PROGRAM)


def a_line(day, category):
    return Bought(day_of(date(2026, 1, day)), category, "", "")


def fits(levels, on, *bought):
    return {idea.mechanic: (idea.days, idea.of_days) for idea in offers_for(PROGRAM, bought, frozenset(levels), on)}


def test_offers_fit_what_is_bought_anyway():
    bought = (a_line(1, "coffee"), a_line(1, "tea"), a_line(2, "tea"), a_line(3, "bread"), a_line(3, "tobacco"))
    assert fits(["basic"], date(2026, 1, 6), *bought) == {"month": (1, 3), "saturdays": (1, 3)}
    assert fits(["gold"], date(2026, 2, 6), *bought) == {"month": (2, 3), "golden": (1, 3), "saturdays": (1, 3)}
    assert fits(["basic"], date(2026, 1, 5), *bought)["over"] == (1, 3)
    assert fits(["basic"], date(2026, 1, 6)) == {}


def test_offers_say_why():
    (first, *_) = offers_for(PROGRAM, [a_line(1, "tea"), a_line(2, "x")], frozenset(), date(2026, 2, 1))
    assert first.because == "because you bought tea on 1 of 2 days"
    assert first.things == ("tea",)


def test_advice_needs_a_purchase(tmp_path: Path):
    from guerdon.core.timeline import single

    with pytest.raises(advice.NothingBought):
        advice.advise_all(tables_from({"members": [{"member": 1, "key": "ann", "seq": 1}]}), single(PROGRAM))
