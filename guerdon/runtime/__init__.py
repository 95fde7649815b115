"""The runtime: the till, the clock, replay and verify. The only place where core meets store.

What does not belong: rules (they are mechanics), SQL (it is the store's), and anything a person looks at.
"""
