"""Experiments: what a rule did, told from what would have been anyway.

The program deals members out to groups (``experiments:`` in its file, ``core/experiments`` in the engine). Here the
groups are compared: everybody counts in the group that chance gave, whether the rule ever touched them or not
(intention to treat), and only members who had joined before the first day, so that the groups stay the same people.

``metrics`` fetches one row a member out of the lake. ``means``, ``adjusting``, ``dealing``, ``looking``, ``many`` and
``slices`` are the statistics: pure functions from numbers to numbers, None where something cannot be known.
``planning`` says beforehand what an experiment could find. ``reading`` puts them together, ``conclusions`` says in
sentences what may be concluded and what may not. ``bandit`` deals the next members out to the better offers, and
``regret`` shows by simulation what that saves.

What was not dealt out by chance does not belong here: see ``campaigns``.
"""
