"""Which method is best: all learn from the history without its last weeks, and are asked what these weeks brought.

Two questions that must not be mixed up. *Again or new*: what will the member buy? In a shop for daily needs mostly what
it always buys, and no method has to be clever to know that. *New*: which of the things that the member never bought
will it try? That is what a suggestion is for.

**Precision** at 10 is the share of ten suggestions that were bought; **recall** the share of what was bought that was
among them; **coverage** the share of all things that anybody was suggested. All are means over the members who bought
something that counts for the question.

**Worked.** Ten suggestions; the member bought five things, two of them suggested: precision 0.2, recall 0.4.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal

import msgspec

from guerdon.core.program import Program
from guerdon.insight.affinity.baskets import Counts, Level, counts
from guerdon.insight.affinity.methods import METHODS, Scorer
from guerdon.insight.engines import Tables
from guerdon.insight.value.purchases import observed_until

Question = Literal["again or new", "new"]
QUESTIONS: tuple[Question, ...] = ("again or new", "new")
SUGGESTED = 10
_WEEKS = 4
_LEAST_MEMBERS: Mapping[Level, int] = {"category": 5, "sku": 20}
"""A thing that fewer members bought is never suggested: too little is known of it."""
_WORTH_MENTIONING = 1.05
"""By so much a method must beat popularity: less is chance, or not worth the trouble."""
_ROWS_AT_ONCE = 250


class TooShortToEvaluate(Exception):
    """There is nothing to learn from before the weeks that are held out, or nothing was bought in them."""


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """How good a method was at a question."""

    question: Question
    method: str
    precision: float
    recall: float
    coverage: float
    members: int
    """Who bought something that counts for the question."""


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """The methods side by side."""

    level: Level
    learned_until: date
    tested_until: date
    suggested: int
    """So many to each member."""
    things: int
    """That could be suggested."""
    scores: tuple[Score, ...]
    best: Mapping[str, str]
    """By question: the method with the highest precision."""
    in_words: str


def evaluate(tables: Tables, program: Program, level: Level = "category", *, weeks: int = _WEEKS) -> Evaluation:
    """Hold the last weeks out, and compare. Raises TooShortToEvaluate."""
    until = observed_until(tables)
    if until is None:
        raise TooShortToEvaluate("Nobody has bought anything yet. Take in purchases first.")
    cut = until - timedelta(weeks=weeks)
    learned = counts(tables, program, level, until=cut, least_members=_LEAST_MEMBERS[level])
    after = counts(tables, program, level, after=cut)
    scores = tuple(compare(learned, after)) if learned.members and after.members else ()
    if not scores:
        raise TooShortToEvaluate(
            f"Nobody who bought anything until {cut} bought anything in the {weeks} weeks after it that "
            f"{_LEAST_MEMBERS[level]} members had bought before: take in a longer history."
        )
    best: dict[str, str] = {
        question: _best(scores, question) for question in QUESTIONS if any(s.question == question for s in scores)
    }
    return Evaluation(
        level=level,
        learned_until=cut,
        tested_until=until,
        suggested=SUGGESTED,
        things=len(learned.things),
        scores=scores,
        best=best,
        in_words=_in_words(scores, best),
    )


def compare(learned: Counts, after: Counts) -> Iterator[Score]:
    """Every method at every question; none where nobody can be asked."""
    bought = _bought(learned, after)
    for method, learn in METHODS.items():
        scorer = learn(learned.days)
        for question in QUESTIONS:
            score = _score(learned, bought, scorer, question, method)
            if score is not None:
                yield score


def _bought(learned: Counts, after: Counts) -> list[set[int]]:
    """By row of what was learned: the columns that the member bought afterwards."""
    column = {thing: place for place, thing in enumerate(learned.things)}
    return [{column[thing] for thing in after.of(member) if thing in column} for member in learned.members]


def _score(
    learned: Counts, bought: Sequence[set[int]], scorer: Scorer, question: Question, method: str
) -> Score | None:
    hits: list[tuple[float, float]] = []
    suggested: set[int] = set()
    for start in range(0, len(learned.members), _ROWS_AT_ONCE):
        rows = learned.days[start : start + _ROWS_AT_ONCE]
        for place, best in enumerate(_best_of(rows, scorer(rows), question)):
            wanted = bought[start + place] - (set(rows[place].indices) if question == "new" else set())
            if wanted:
                suggested.update(best)
                found = len(wanted.intersection(best))
                hits.append((found / SUGGESTED, found / len(wanted)))
    if not hits:
        return None
    precision, recall = (sum(column) / len(hits) for column in zip(*hits, strict=True))
    return Score(
        question=question,
        method=method,
        precision=round(precision, 4),
        recall=round(recall, 4),
        coverage=round(len(suggested) / len(learned.things), 4),
        members=len(hits),
    )


def _best_of(rows: Any, scores: Any, question: Question) -> list[list[int]]:
    """For each row the columns with the highest scores; those that score nothing are no suggestion."""
    import numpy as np

    scores = np.array(scores, dtype="float64")
    if question == "new":
        scores[rows.nonzero()] = -np.inf
    most = min(SUGGESTED, scores.shape[1])
    found = np.sort(np.argpartition(-scores, most - 1, axis=1)[:, :most], axis=1)
    return [[int(c) for c in line if scores[place, c] > 0] for place, line in enumerate(found)]


def _best(scores: Sequence[Score], question: str) -> str:
    return max([score for score in scores if score.question == question], key=lambda score: score.precision).method


_WON = {
    "popular": "what is popular with all",
    "usual": "what the member always buys",
    "neighbours": "what is alike (item to item)",
    "factors": "the factors (ALS)",
}


def _in_words(scores: Sequence[Score], best: Mapping[str, str]) -> str:
    told = f"{'; '.join([f'{question}: {_WON[method]} is best' for question, method in best.items()])}."
    found = {score.method: score.precision for score in scores if score.question == "new"}
    if found and max(found.values()) < _WORTH_MENTIONING * found["popular"]:
        return f"{told} For what is new, nothing is better than popularity to speak of: choose by what it is to do."
    return told
