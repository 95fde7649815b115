"""What goes out: the stream of changes, CloudEvents, webhooks, a broker.

The till writes down, in the transaction of the decision, that an entry is to be told. Everything here comes after the
commit and may be late, may fail and may be killed: it goes on where it stopped, and tells a change again rather than
not at all. What does not belong: decisions, personal data (the ledger has none), and anything a checkout waits for.
"""
