"""Accounting: what points that members hold mean for the books, by IFRS 15 (ASC 606) or at their worth.

A point that comes with a sale is a material right: a part of the price is paid for it and is revenue only when the
point is used (IFRS 15.B39-B43, Example 52). What will never be used is breakage, and is revenue in proportion to what
is used (B44-B47). So each month has a **roll-forward** by unit, in units and in money, from the opening to the closing
balance, and **entries** that carry it into an ERP.

``flows`` asks the lake what moved, month by month. ``lots`` says of which month's grants it was, first in first out.
``curves`` estimates how much of what is left will be used. ``allocation`` shares the price of a sale between goods and
points, ``deferral`` carries each month's grants on, ``gross`` values everything at its worth. ``tying`` compares all of
it with the ledger, and nothing is told that does not tie. ``entries`` and ``accounts`` write the journal.

Functions take plain rows and give plain values; whole numbers throughout, in smallest parts and minor units. What
prints, and what asks the database, does not belong here.
"""
