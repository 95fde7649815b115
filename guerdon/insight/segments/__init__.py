"""Segments: which members are alike, by what they buy, how often, how lately, and what they do besides.

A **grouping** puts every member into one segment of it, with the words for each segment: ``rfm`` by how lately, how
often and for how much, ``stage`` by where in the life of a customer, ``clusters`` by likeness, ``kinds`` by kind of
loyalty, ``rules`` as the program declares. Each is a function from ``habits`` (one row a member, worked out of the lake
by the engine) to a ``Grouping``, small and without a database, so that a table on paper proves it.

``overview`` tells how large the segments are and what they bring, ``leanings`` what they buy more than others,
``changes`` which events let the till know who entered and left. What does not belong: submitting those events.
"""
