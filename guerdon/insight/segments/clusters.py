"""Clusters: members who are alike in what, how often and how they buy, found without being told what to look for.

Each member of whom there are purchases in the year is a point: visits, the average basket, how much came off, the share
at weekends, the number of stores, and the share of spending in each of the largest categories.
Large numbers are taken by their logarithm, and every measure is brought to mean 0 and deviation 1, and to 3 deviations
at most, so that none outweighs the others by its unit or by one odd customer. k-means puts the points together; how
many clusters there are (2 to 8) is decided by the silhouette (Rousseeuw 1987): how much nearer a point is to its own
cluster than to the next one, from -1 to 1. Where several numbers do as well as the best, to a hundredth, the largest is
taken: more is learnt from six clusters than from two. The seed is fixed: the same members give the same clusters.

A cluster is named after what sets it apart: the measures in which its mean lies at least half a deviation off, the
furthest first; at most two ways of buying, then categories, three words in all. **Worked.** Visits +1.2, basket -0.9,
produce +2.0, weekends +0.1: "often, small baskets, much produce". Names are of the day: tomorrow's clusters may be
others, so they are for looking and not for rules.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import log1p
from typing import NamedTuple

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from guerdon.insight.segments.grouping import Grouping, Segment, one_each
from guerdon.insight.segments.habits import Habits
from guerdon.insight.segments.leanings import summed

SEED = 20_260_101
FEWEST = 20
"""With fewer buyers than this nobody is put together."""
MOST_CLUSTERS = 8
CATEGORIES = 6
"""How many categories take part: those with the most sales."""
SILHOUETTE_OF = 2_000
"""Of how many points the silhouette is taken: it compares each with each."""
TRIES = 5
"""How often k-means starts anew; the best result counts."""
FURTHEST = 3.0
"""Deviations beyond which a measure counts as this far: one odd customer is no cluster."""
AS_GOOD = 0.01
"""By how much a silhouette may be below the best and count as good."""
STANDS_OUT = 0.5
"""From how many deviations off the mean a measure names a cluster."""

Points = np.ndarray[tuple[int, int], np.dtype[np.float64]]
Labels = np.ndarray[tuple[int], np.dtype[np.int32]]


class Measure(NamedTuple):
    """One thing that members are compared by, with the words for much and for little of it."""

    name: str
    much: str
    little: str


_MEASURES = (
    Measure("visits", "often", "rarely"),
    Measure("basket", "large baskets", "small baskets"),
    Measure("off", "on offer", "full price"),
    Measure("weekend", "weekends", "weekdays"),
    Measure("stores", "many stores", "one store"),
)
_WITHOUT = Segment("without-purchases", "bought nothing in the year")


def clusters(habits: Sequence[Habits], spending: Mapping[int, Mapping[str, int]]) -> Grouping:
    """Every member by cluster. ``spending`` is what each spent on each category."""
    bought = [one for one in habits if one.has_bought]
    rest = [(one.member, _WITHOUT.name) for one in habits if not one.has_bought]
    more = (_WITHOUT,) if rest else ()
    measures, points = _points(bought, spending)
    if len(bought) < FEWEST or len(np.unique(points, axis=0)) < 2:
        told = f"{len(bought)} members bought in the year; they are not parted: too few, or all alike."
        everybody = Segment("everybody", "bought in the year")
        named = [(one.member, everybody.name) for one in bought]
        return Grouping("clusters", ((everybody, *more) if bought else more), one_each([*named, *rest]), (told,))
    scaled = np.clip(StandardScaler().fit_transform(points), -FURTHEST, FURTHEST)
    labels, quality = _parted(scaled)
    names = _names(measures, scaled, labels)
    segments = tuple(Segment(name.replace(", ", "-").replace(" ", "-"), name) for name in names.values())
    slugs = dict(zip(names, [segment.name for segment in segments], strict=True))
    named = [(one.member, slugs[int(label)]) for one, label in zip(bought, labels, strict=True)]
    note = f"{len(segments)} clusters by the silhouette of {quality:.2f} (1: far apart, 0: they touch)."
    return Grouping("clusters", (*segments, *more), one_each([*named, *rest]), (note,))


def _points(bought: Sequence[Habits], spending: Mapping[int, Mapping[str, int]]) -> tuple[tuple[Measure, ...], Points]:
    sales = summed(spending.get(one.member, {}) for one in bought)
    largest = [name for name, _ in sorted(sales.items(), key=lambda one: (-one[1], one[0]))[:CATEGORIES]]
    measures = (*_MEASURES, *[Measure(name, f"much {name}", f"little {name}") for name in largest])
    rows = [[*_ways(one), *_shares(spending.get(one.member, {}), largest)] for one in bought]
    return measures, np.array(rows, dtype=float).reshape(len(rows), len(measures))


def _ways(one: Habits) -> Iterator[float]:
    yield log1p(one.visits)
    yield log1p(one.basket)
    yield one.share_off
    yield one.weekend / one.purchases
    yield log1p(one.stores)


def _shares(spent: Mapping[str, int], categories: Sequence[str]) -> Iterator[float]:
    whole = sum(max(net, 0) for net in spent.values())
    for category in categories:
        yield max(spent.get(category, 0), 0) / whole if whole else 0.0


def _parted(points: Points) -> tuple[list[int], float]:
    """The cluster of each point, by the number of clusters with the best silhouette, and that silhouette."""
    distinct = len(np.unique(points, axis=0))
    tried = [_with(points, count) for count in range(2, min(MOST_CLUSTERS, distinct, len(points) - 1) + 1)]
    best = max(quality for quality, _ in tried)
    quality, labels = [one for one in tried if one[0] >= best - AS_GOOD][-1]
    return labels, quality


def _with(points: Points, count: int) -> tuple[float, list[int]]:
    with threadpool_limits(1):  # So few points go faster without threads that wait for each other.
        labels = KMeans(count, n_init=TRIES, random_state=SEED).fit_predict(points)
        return _silhouette(points, labels), [int(one) for one in labels]


def _silhouette(points: Points, labels: Labels) -> float:
    """Of a sample where there are many points; the worst there is where all of the sample are in one cluster."""
    if len(points) > SILHOUETTE_OF:
        sample = np.random.default_rng(SEED).choice(len(points), SILHOUETTE_OF, replace=False)
        points, labels = points[sample], labels[sample]
    return float(silhouette_score(points, labels)) if len(np.unique(labels)) > 1 else -1.0


def _names(measures: Sequence[Measure], points: Points, labels: Sequence[int]) -> dict[int, str]:
    """The name of each cluster, the largest cluster first. Equal names are told apart by a number."""
    of = np.array(labels)
    ordered = sorted(set(labels), key=lambda label: (-labels.count(label), label))
    names: dict[int, str] = {}
    for label in ordered:
        name = _name(measures, points[of == label].mean(axis=0))
        again = sum(1 for other in names.values() if other == name or other.startswith(f"{name}, "))
        names[label] = f"{name}, {again + 1}" if again else name
    return names


def _name(measures: Sequence[Measure], means: Sequence[float]) -> str:
    told = sorted(zip(means, measures, strict=True), key=lambda one: -abs(one[0]))
    out = [(measure, measure.much if mean > 0 else measure.little) for mean, measure in told if abs(mean) >= STANDS_OUT]
    ways = [word for measure, word in out if measure in _MEASURES][:2]
    goods = [word for measure, word in out if measure not in _MEASURES]
    return ", ".join([*ways, *goods][:3]) or "like most"
