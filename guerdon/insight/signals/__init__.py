"""Signals: members whose habits look like fraud, scored and explained, for a person to look at.

Nothing follows from a signal by itself: it is a question. A person reviews it, and marks it as fine or blocks the
member, by the same event as any other block. What was marked as fine stays away until something new is behind it.

A kind of signal is a file with one function ``found(tables, since)``, which gives a ``Signal`` for each member whom it
would have somebody look at: a score from 0 to 100, a sentence with the numbers, and the events behind it. ``signal``
has the shapes, ``scoring`` turns what is unlikely into scores, ``all_kinds`` is the list, ``reviews`` remembers what
people said. What no event tells (a card that no till sends) is named as not looked for, and is not taken for innocence.

A new kind is one file, its planted cases in the tests, and one line in the list. Models that nobody can explain to the
member do not belong here.
"""
