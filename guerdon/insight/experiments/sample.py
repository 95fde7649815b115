"""The members who are compared, with their figures: cut, and adjusted for what they did before."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from guerdon.insight.experiments.adjusting import Adjusted, cuped, winsorised
from guerdon.insight.experiments.looking import runs_against
from guerdon.insight.experiments.means import Floats, Moments, moments
from guerdon.insight.experiments.metrics import Observed, total
from guerdon.insight.experiments.question import ENOUGH_HISTORY, Setting


class Sample(NamedTuple):
    """The members who are compared."""

    groups: NDArray[np.int64]
    """The number of each member's group."""
    values: Floats
    raw: Floats
    """The same before anything was adjusted."""
    before: Floats
    seen: Observed
    kept: NDArray[np.bool_]
    """Which of those seen are compared."""
    adjusted: Adjusted | None
    cut_at: float | None

    @property
    def runs_against(self) -> bool:
        """Whether members who did much early did less late."""
        return runs_against(self.seen.early[self.kept], self.seen.late[self.kept])

    def of(self, number: int) -> Moments:
        """What a group's mean is compared by."""
        return moments(self.values[self.groups == number])


def sampled(setting: Setting, seen: Observed) -> tuple[Sample, dict[str, int]]:
    """Whoever is compared, and how many are not."""
    groups = setting.assignment.of(seen.keys)
    later = np.asarray([day is None or day >= setting.assignment.first for day in seen.since], dtype=np.bool_)
    merged, moved = seen.merged & ~later, (groups < 0) & ~later & ~seen.merged
    kept = ~later & ~merged & ~moved
    raw, cut_at = winsorised(total(setting.metric, seen)[kept], setting.question.quantile)
    before, _ = winsorised(seen.before[kept], setting.question.quantile)
    enough = setting.history >= ENOUGH_HISTORY
    adjusted = cuped(raw, before, groups[kept]) if enough and kept.any() else None
    values = raw if adjusted is None else adjusted.values
    sample = Sample(groups[kept], values, raw, before, seen, kept, adjusted, cut_at)
    left_out = {"joined_later": int(later.sum()), "merged": int(merged.sum()), "moved": int(moved.sum())}
    return sample, left_out
