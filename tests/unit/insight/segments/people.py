"""Members for tests of segments: by name, with what matters told."""

from typing import Any

from guerdon.insight.segments.habits import Habits


def somebody(number: int = 1, **told: Any) -> Habits:
    """A member who did nothing but what is told."""
    usual: dict[str, Any] = dict.fromkeys(Habits._fields[: Habits._fields.index("first_days")])
    return Habits(**usual | {"member": number, "key": f"m{number}", "segments": (), "plans": ()} | told)


def shopper(number: int = 1, **told: Any) -> Habits:
    """A member who comes every 10 days, was here yesterday and spends as ever."""
    usual = {
        "first_days": 300, "last_days": 1, "rhythm": 10.0, "unevenness": 0.2, "longest_gap": 20, "after_longest": 100,
        "purchases": 30, "visits": 30, "spent": 60_000, "amount": 60_000,
        "spent_quarter": 15_000, "spent_quarter_before": 15_000, "stores": 1, "categories": 5,
    }  # fmt: skip
    return somebody(number, **usual | told)
