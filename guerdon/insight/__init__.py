"""Insight: what the program does, and what a change of it would do, told from the ledger and from history.

It reads, and never writes the ledger: what comes of an analysis goes to members as events, through the till, as from
any other source. A folder is a question (what happened, who are they, what is it worth, what if); a file in it is one
idea: small functions from tables or events to plain values, which the command line, the service and the pages show
alike. What draws, prints or speaks HTTP does not belong here, except the report that a manager shows to others.

Amounts of points and money that are booked are whole numbers here too. Statistics are fractions, and what cannot be
known is None with a reason, never a NaN.
"""
