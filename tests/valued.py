"""A made-up result of lifetime values, with names that try to break out of their place."""

from datetime import date, timedelta

import msgspec
from simulated import HOSTILE

from guerdon.insight.value.holdout import Calibrated, Holdout, Judged, Tracked
from guerdon.insight.value.worth import Card, Checks, Group, Value, Worth


def group(name: str, value: int) -> Group:
    return Group(name=name, members=5, spent=90_000, purchases=12.4, value=value, share=value / 150_000, quiet=0.25)


def held_out() -> Holdout:
    cut = date(2026, 6, 1)
    return Holdout(
        learned_until=cut,
        tested_until=cut + timedelta(weeks=2),
        members=9,
        predicted=21.4,
        actual=20,
        error=0.5,
        error_of_pace=0.75,
        by_repeats=(Calibrated(0, 0, 3, 0.4, 0.5), Calibrated(3, 4, 4, 1.5, 2.0), Calibrated(80, None, 2, 20.0, 19.0)),
        by_week=(Tracked(cut + timedelta(weeks=1), 11.2, 8), Tracked(cut + timedelta(weeks=2), 10.2, 12)),
        quiet=1,
        churn=Judged(0.05, 0.9),
        churn_by_share=Judged(0.1, None),
        churn_by_recency=Judged(None, 0.8),
    )


def valued(**changed: object) -> Value:
    checks = Checks(
        parameters={}, divergences=0, r_hat=1.0, effective_draws=900, is_sound=True, in_words="The chains agree."
    )
    card = Card(
        member=HOSTILE, tier="gold", first=date(2026, 1, 1), last=date(2026, 6, 1), purchases=9, spent=45_000,
        mean=5_000, alive=0.99, quiet=0.01, value=Worth(40_000, 30_000, 55_000),
    )  # fmt: skip
    value = Value(
        months=12, model="bg-nbd", until=date(2026, 6, 15), margin=None, members=10, never_bought=3, value=150_000,
        purchases=24.8, deciles=(group("1", 100_000), group("2", 50_000)), tiers=(group("gold", 150_000),),
        risks=(6, 1, 0, 0, 0, 1, 0, 0, 0, 2), top=(card,), frequency_and_spend=None, buying=checks, spending=checks,
        holdout=held_out(), holdout_missing=None,
    )  # fmt: skip
    return msgspec.structs.replace(value, **changed)
