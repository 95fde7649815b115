"""How many of the planted cases are found, and how many of those that are found were planted."""

from collections import defaultdict

import pytest
from crowd import PLANTS, Crowd, crowd

from guerdon.insight.signals.all_kinds import Look, look
from guerdon.insight.signals.scoring import LOOK


@pytest.fixture(scope="module")
def planted() -> Crowd:
    return crowd()


@pytest.fixture(scope="module")
def seen(planted: Crowd) -> Look:
    return look(planted.tables())


@pytest.fixture(scope="module")
def by_kind(seen: Look) -> dict[str, set[int]]:
    found = defaultdict(set)
    for suspect in seen.suspects:
        for signal in suspect.signals:
            if signal.score >= LOOK:
                found[signal.kind].add(signal.member)
    return found


@pytest.mark.parametrize("kind", PLANTS)
def test_every_planted_case_is_found_by_its_kind(kind: str, planted: Crowd, by_kind: dict[str, set[int]]) -> None:
    assert planted.planted[kind] - by_kind[kind] == set()


def test_hardly_anybody_is_suspected_for_nothing(planted: Crowd, seen: Look) -> None:
    guilty = set().union(*planted.planted.values())
    told = {suspect.member for suspect in seen.suspects if suspect.score >= LOOK}
    precision, recall = len(told & guilty) / len(told), len(told & guilty) / len(guilty)
    print(f"precision {precision:.2f}, recall {recall:.2f}, {len(told)} told of {len(guilty)} planted")
    assert precision >= 0.95
    assert recall == 1.0


def test_every_signal_is_explained_by_events_of_its_member(seen: Look) -> None:
    for suspect in seen.suspects:
        for signal in suspect.signals:
            assert 0 < signal.score <= 100
            assert signal.sentence.endswith(".")
            assert signal.events
            assert signal.last >= max(event.at.date() for event in signal.events[:1])
            assert [event.at for event in signal.events] == sorted([event.at for event in signal.events], reverse=True)
