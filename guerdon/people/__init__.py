"""People: who may use the service (API keys, the audit log), and the persons behind members.

The ledger knows a member by an id alone: names, e-mails and phones are never in events, state or transfers. What a
merchant knows besides is here: profile, identities, consents, sealed under a key of the person's own. Dropping that key
forgets the person and leaves the books as they are.

Functions take a connection, work in the caller's transaction, and never commit unless they say so. What the engine has
to know comes back as an event, which the caller submits **after** it has committed.

What does not belong here: HTTP, and any decision of a program.
"""
