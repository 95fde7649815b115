"""Figures: what only the database knows, told to the metrics every few seconds.

How much of each shared limit is used, and how far the relay is behind. One process of a deployment runs the works, so
each figure is told once.
"""

from guerdon.observe.metrics import LimitUse, Metrics
from guerdon.store.database import Connection, connect
from guerdon.store.queries import statement
from guerdon.works.running import Part, Work, repeating


def figures_part(metrics: Metrics, seconds: float = 10.0) -> Part:
    """The part of the works that looks."""
    return repeating("figures", seconds, lambda url: _looking(connect(url), metrics))


def _looking(connection: Connection, metrics: Metrics) -> Work:
    return Work(lambda: tell(connection, metrics), connection.close)


def tell(connection: Connection, metrics: Metrics) -> None:
    """Look once, and tell."""
    with connection.transaction():
        uses = [LimitUse(*row) for row in connection.execute(statement("limit_uses_of_all"))]
        waiting = connection.execute(statement("relay_behind")).fetchone()
    assert waiting is not None, "a count is one row"
    metrics.limits(uses)
    metrics.behind("relay", entries=waiting[0], oldest=float(waiting[1]))
    metrics.look_at_process()
