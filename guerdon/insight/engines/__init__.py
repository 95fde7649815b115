"""The engines that measures run on: DuckDB on one machine, Spark on a cluster, through Ibis with one definition each.

An engine gives a connection with the tables of a lake in it. No measure knows which one it runs on.
"""
