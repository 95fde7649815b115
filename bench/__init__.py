"""Benchmarks: ``make bench`` runs them all, prints a table and writes ``.bench/latest.json``.

Each figure that depends on the machine is given as a ratio to something else measured in the same run, so that it means
something on another machine. Nothing here is part of the package, and no test fails on a figure.
"""
