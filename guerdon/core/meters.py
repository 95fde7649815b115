"""A meter counts what a member did over a window: spend this calendar year, visits in 30 days, points earned in 12
months.

A meter's state is a mapping from bucket to amount. A calendar window has one bucket a period, keyed by the period's
first day; a rolling window has one bucket a day. An amount lies in the bucket of its own date, however late it
arrives. Buckets that can no longer count, not even for the latest event that the program would still accept, are
dropped.
"""

from guerdon.core.calendar import Day, Window

Buckets = dict[int, int]


def add(buckets: Buckets, window: Window, day: Day, amount: int, *, keep_from: Day) -> Buckets:
    """The buckets with an amount more on that day, without those that end before ``keep_from``."""
    changed = buckets.copy()
    key = window.bucket(day)
    changed[key] = changed.get(key, 0) + amount
    # The first key is the oldest, but for late events; those wait for their pruning until the first has grown old.
    if next(iter(changed)) < keep_from:
        return {key: value for key, value in changed.items() if key >= keep_from}
    return changed


def value(buckets: Buckets, window: Window, day: Day) -> int:
    """What the meter shows when looked at on a day: what lies in the window up to and with that day.

    A rolling window of 7 days, 20 on the 3rd and 30 on the 9th: 50 on the 9th, 30 on the 10th.
    """
    if window.kind == "calendar":
        return buckets.get(window.bucket(day), 0)
    first = window.first_day(day)
    return sum([amount for key, amount in buckets.items() if first <= key <= day])


def upper_bound(buckets: Buckets, *, negative: bool) -> int:
    """At least what the meter can show on any day. Quick, and enough to know that a threshold is out of reach.

    ``negative`` says whether any amount may be below zero: after a return.
    """
    amounts = buckets.values()
    return sum([amount for amount in amounts if amount > 0]) if negative else sum(amounts)
