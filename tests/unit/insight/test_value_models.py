"""The models on members whose true habits are known: they are found again, and the futures agree with the formulas."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("pymc_marketing")

from guerdon.insight.engines.duckdb import tables_from
from guerdon.insight.value import fitting, forecast, futures, worth

TRUE = {"r": 1.5, "alpha": 3.0, "a": 0.6, "b": 6.0}
START = date(2025, 1, 1)
DAYS = 364


def told(count=600, seed=7):
    """Events of members who behave as the model says: rates gamma(1.5, 3) a week, leaving by beta(0.6, 6)."""
    chance = np.random.default_rng(seed)
    for member in range(1, count + 1):
        rate = chance.gamma(TRUE["r"], 1 / TRUE["alpha"])
        leaving, nu = chance.beta(TRUE["a"], TRUE["b"]), chance.gamma(4, 1 / 3000)
        day, number = float(chance.uniform(0, 60)), 0
        while day < DAYS:
            paid = round(chance.gamma(6, 1 / nu)) + 1
            yield {
                "member": member,
                "kind": "purchase",
                "event_id": f"{member}-{number}",
                "day": START + timedelta(days=int(day)),
                "paid": paid,
            }
            if number and chance.random() < leaving:  # nobody leaves before a second purchase
                break
            day, number = day + 7 * chance.exponential(1 / rate), number + 1


@pytest.fixture(scope="module")
def tables():
    events = [*told(), {"member": 1, "kind": "enrol", "event_id": "e", "day": START + timedelta(days=DAYS - 1)}]
    people = [{"member": number, "key": f"m{number}", "seq": 1, "tier": None} for number in range(1, 602)]
    return tables_from({"events": events, "members": people})


@pytest.fixture(scope="module", autouse=True)
def interpreted(tmp_path_factory):
    """So little data is learned from sooner than the models are compiled."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYTENSOR_FLAGS", "cxx=,mode=FAST_COMPILE")
        with fitting.compiling(tmp_path_factory.mktemp("compiled")):
            yield


@pytest.fixture(scope="module")
def learned(tables):
    return worth.learn(tables, months=6, draws=0)


def test_the_true_parameters_are_found_again(learned):
    found = learned.fit.means()
    assert found["r"] == pytest.approx(TRUE["r"], rel=0.3)
    assert found["r"] / found["alpha"] == pytest.approx(0.5, rel=0.2)
    assert found["a"] / (found["a"] + found["b"]) == pytest.approx(0.6 / 6.6, rel=0.3)
    spend = learned.spend.means()
    assert spend["p"] * spend["v"] / (spend["q"] - 1) == pytest.approx(6 * 3000 / 3, rel=0.15)


def test_the_futures_agree_with_the_formulas(learned):
    rows, weeks = learned.rows, 26
    by_formula = forecast.expected_purchases(rows, learned.fit, weeks)
    drawn = futures.draw(rows, rows["alive"], learned.fit, learned.spend, weeks=weeks)
    assert drawn.purchases.mean() == pytest.approx(by_formula.mean(), rel=0.02)
    assert np.corrcoef(drawn.purchases.mean(axis=1), by_formula)[0, 1] > 0.99
    assert drawn.spent.mean() == pytest.approx(
        (by_formula * forecast.expected_spend(rows, learned.spend)).mean(), rel=0.05
    )


def test_what_is_told_is_bounded_and_known(learned):
    rows = learned.rows
    assert rows[["alive", "quiet", "purchases", "value", "value_low", "value_high"]].notna().all().all()
    assert rows["alive"].between(0, 1).all()
    assert rows["quiet"].between(0, 1).all()
    assert (rows["purchases_low"] <= rows["purchases_high"]).all()
    assert rows.loc[rows["repeats"] == 0, "alive"].eq(1).all()  # the model lets nobody leave before a second purchase


@pytest.fixture(scope="module")
def overview(tables):
    return worth.value_of(tables, months=6, draws=0, margin=0.5)


def test_the_same_data_give_the_same_answer_and_a_margin_is_that_share_of_it(learned, overview):
    assert overview.purchases == pytest.approx(learned.rows["purchases"].sum(), abs=0.1)
    assert overview.value == pytest.approx(learned.rows["value"].sum() / 2, abs=1)


def test_the_holdout_test_is_passed_on_members_who_follow_the_model(overview):
    found = overview.holdout
    assert found.learned_until == overview.until - timedelta(weeks=13)
    assert found.predicted == pytest.approx(found.actual, rel=0.12)
    assert found.error < found.error_of_pace
    assert found.churn.auc > 0.75
    assert found.churn.brier < found.churn_by_share.brier
    assert sum(line.members for line in found.by_repeats) == found.members
    assert [week.until for week in found.by_week][-1] == found.tested_until
    assert len(found.by_week) == 13
    assert sum(week.actual for week in found.by_week) == found.actual
    assert sum(week.predicted for week in found.by_week) == pytest.approx(found.predicted, abs=1)


def test_the_overview_adds_up_and_tells_who_never_bought(overview):
    found = overview
    assert found.never_bought + found.members == 601
    assert sum(group.members for group in found.deciles) == found.members == sum(group.members for group in found.tiers)
    assert sum(group.value for group in found.deciles) == pytest.approx(found.value, abs=10)
    assert [group.value for group in found.deciles] == sorted([group.value for group in found.deciles], reverse=True)
    assert [group.name for group in found.tiers] == ["none"]
    assert sum(found.risks) == found.members
    assert len(found.risks) == 10
    assert found.top[0].value.expected == max(card.value.expected for card in found.top)
    assert "taken as known" in found.buying.in_words


def test_cards_say_what_they_rest_on(tables, learned):
    once = learned.rows[learned.rows["repeats"] == 0].iloc[0]["key"]
    assert worth.find_card(tables, learned, once).mean is None
    assert "One purchase only" in worth.find_card(tables, learned, once).reason
    never = worth.find_card(tables, learned, "m601")
    assert (never.value, never.alive, never.purchases) == (None, None, 0)
    assert "bought nothing yet" in never.reason
    assert worth.find_card(tables, learned, "nobody") is None


def test_futures_under_pareto_nbd_agree_with_the_formula():
    """Schmittlein and others 1987, equation 22, as Fader and Hardie 2005 write it, for members who are still there."""
    r, alpha, s, beta, weeks = 1.5, 3.0, 2.0, 20.0, 26
    parameters = {name: np.array([value]) for name, value in {"r": r, "alpha": alpha, "s": s, "beta": beta}.items()}
    fit = fitting.Fit("pareto-nbd", parameters, None, fitting.Convergence(None, None, None))
    rows = pd.DataFrame({"repeats": [0, 3, 20], "age": [1.0, 30.0, 50.0]})
    drawn = futures.draw(rows, [1.0, 0.5, 0.0], fit, None, weeks=weeks, futures=40_000)
    x, age = rows["repeats"], rows["age"]
    of_those_there = (
        (r + x) * (beta + age) / ((alpha + age) * (s - 1)) * (1 - ((beta + age) / (beta + age + weeks)) ** (s - 1))
    )
    assert drawn.purchases.mean(axis=1) == pytest.approx(of_those_there * [1.0, 0.5, 0.0], rel=0.03)
    assert np.isinf(drawn.next_purchase[2]).all()
    assert (drawn.next_purchase[1] < np.inf).mean() < 0.5


def test_draws_come_in_chains_that_roughly_agree(learned):
    some = learned.rows.head(60)
    fit = fitting.fit_purchases(some, draws=60, cores=1)
    assert fit.convergence.divergences is not None
    assert fit.convergence.r_hat < 1.3
    assert len(fit.parameters["r"]) == 120
