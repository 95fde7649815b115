"""Worked cases of a program as data: given these events, expect these wallets, tiers, effects, refusals and reasons.

A specs file stands beside its program: ``grocery.specs.yaml`` beside ``grocery.yaml``. It is read with the forms of the
program language, so every mistake in it is told at once with its line, and its JSON Schema and its reference come from
the tables that read it. ``run`` takes the cases through a ``Rehearsal`` and gives what differs.

**Worked.** Under one point a dollar, this case is right, and with 13 it is told that 12 came:

    - case: A dollar is a point
      steps:
        - {at: 2017-03-01 12:30, purchase: 12.50 USD, expect: {points: 12}}

Event kinds, effects and their fields are taken from their Structs (``fields``, ``effects``), so those that are added
can be written at once. A new expectation is a key in ``expectations`` and a function in ``looks``.

What does not belong: deciding (that is the core), and printing (that is the command line).
"""

from guerdon.specs.cases import Specs
from guerdon.specs.files import FilesWrong, Sheaf, gather, text_of, timelines
from guerdon.specs.reader import Draft, read_specs
from guerdon.specs.reference import specs_reference, specs_schema
from guerdon.specs.runner import CaseResult, StepResult, run

__all__ = [
    "CaseResult",
    "Draft",
    "FilesWrong",
    "Sheaf",
    "Specs",
    "StepResult",
    "gather",
    "read_specs",
    "run",
    "specs_reference",
    "specs_schema",
    "text_of",
    "timelines",
]
