"""The demo: one real year of a grocery's loyalty cards, read from its package and told as Guerdon's events.

What does not belong: anything that a merchant's own installation needs.
"""
