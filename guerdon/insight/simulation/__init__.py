"""Simulation: what a program would have done with a real history, decided by the engine that decides live.

A **history** tells, member by member, what happened from outside. It is folded with ``core.decide`` under a draft, and
under the program that is in force now beside it; what the decisions did is added up into **figures**, which can be
merged, so that members are folded in any number of processes, one in memory at a time. What members share (a budget, a
stock) and what they send each other is found in **passes**, until it stands still. ``result`` is what comes out.

Behaviour does not change in a replay: members buy what they bought. An **uplift** is an assumption about that, and
named as one wherever its figures are shown.

``simulating.simulate`` is what commands, pages and searches call; ``on_spark`` lets Spark do the folding. A history is
one file (``database``, ``lake``, ``ndjson``; the demo has its own); a new source is one more.

Reading files of programs, drawing and printing do not belong here.
"""
