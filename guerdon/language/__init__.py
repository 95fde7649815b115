"""The program language: YAML in, a checked program out, with every error named by its line.

``read_program`` reads a file's text. ``program_schema`` gives editors its JSON Schema and ``reference_markdown`` people
its reference; both come from the same tables of keys that the reader follows (``section.Key``), so the three cannot
differ.

``differences`` goes through two files side by side, led by the same tables, and tells what changes in the words of the
files: a new key or kind of mechanic needs nothing there.

A wording (``18 months``, ``1 per 1 USD``) is a ``Phrase``: regular expressions, each with a function of what it found.
A mapping with fixed keys is a ``Section``: a table of keys, each with the form of its value. A new key is one line
there.

What does not belong: deciding about members (that is the core) and storing programs (that is the store).
"""

from guerdon.language.comparing import differences
from guerdon.language.declared import Declared, declared
from guerdon.language.difference import Difference, Thing
from guerdon.language.errors import ProgramError, ProgramErrors
from guerdon.language.reader import Reading, read_program, read_with_words
from guerdon.language.redating import DateNotFound, dated_from
from guerdon.language.reference import reference_markdown
from guerdon.language.schema import program_schema

__all__ = [
    "DateNotFound",
    "Declared",
    "Difference",
    "ProgramError",
    "ProgramErrors",
    "Reading",
    "Thing",
    "dated_from",
    "declared",
    "differences",
    "program_schema",
    "read_program",
    "read_with_words",
    "reference_markdown",
]
