"""The engines that measures run on: DuckDB on one machine, Spark on a cluster, through Ibis with one definition each.

An engine gives the tables of a lake. No measure knows which one it runs on.
"""

from guerdon.insight.engines.tables import Tables

__all__ = ["Tables"]
