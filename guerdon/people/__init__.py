"""People: who may use the service (API keys, the audit log), and the persons behind members.

Functions take a connection and work in the caller's transaction. The ledger knows nothing of what is kept here: names,
e-mails and phones are never in events, state or transfers.

What does not belong here: HTTP, and any decision of a program.
"""
