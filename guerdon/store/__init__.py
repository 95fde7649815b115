"""The store: PostgreSQL, with named SQL, migrations, journal, members, limits, outbox, and the embedded server.

It keeps and returns what others decided. What does not belong: a rule about points.
"""
