"""What operators see: metrics, logs, traces. Numbers, codes and names of the program; never a person, never an event.

Each module gives one small thing to call, takes plain values, and knows nothing of the till or of HTTP: whoever owns
the moment (a batch, a request, a delivery) tells it. What does not belong: reading the ledger, deciding, SQL.
"""
