"""Guerdon: a self-hosted loyalty platform.

A merchant writes the whole program in one readable file, tries it on last year's receipts before launch, and runs it
with every point accounted for.
"""

__version__ = "0.1.0"
