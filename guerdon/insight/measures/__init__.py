"""Measures: what is counted, said once, and counted on whichever engine there is.

A measure is a formula over parts (``measure``), a part is counted of the rows of a grain (``grains``), and a cut says
by what the rows are told apart (``cuts``). ``sales``, ``members``, ``points`` and ``loyalty`` are the measures, one
file a topic; ``registry`` has them all. ``reckoning`` makes figures of them. Everything that an engine does is one Ibis
expression; nothing here knows whether DuckDB or Spark counts.

What a figure means for a decision (a test of a difference, an estimate of what is to come, an entry in the books) does
not belong here.
"""
