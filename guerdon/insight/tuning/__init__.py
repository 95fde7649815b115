"""Tuning: which settings of a program keep its goals, found by trying them on history.

A **search file** says which settings may take which values, and what is wanted of the program: its **goals**. Each set
of values becomes a program again, through the program's own text and the language's own reader, and is simulated. On a
sample of the members many are tried, chosen by an optimiser; the few that look best are confirmed on all of them.

**Worked.** `rate` may be 5, 10 or 20 points, a coffee 100 or 200 of them: six settings. The cost is to be under 5 % of
sales, and half of the members are to reach a coffee in a quarter. All six are tried, two meet both goals, and the
cheaper of the two is told, beside the **frontier**: the settings of which none costs less and reaches as many.

``settings`` finds and exchanges values in a program's text, ``goals`` says what is wanted and how far off something is,
``file`` how both are written, ``searching`` which settings are tried, ``frontier`` compares them, ``tuning.tune`` does
all of it, and ``result`` is what comes out. Functions go from texts and histories to values.

Choosing a program for anybody, publishing and printing do not belong here. Behaviour does not change in a replay, so
the best settings of a search are those that would have been best for what members did anyway.
"""
