"""Presets: program files modelled on well-known kinds of programs and on real ones, each with its specs beside it.

A preset is data: a folder ``NAME`` with the program file ``NAME.yaml``, its worked cases ``NAME.specs.yaml``, and
earlier versions of the rules, where they are known, as ``NAME-YEAR.yaml`` or ``NAME-YEAR-MONTH.yaml``. The head comment
of a program file says what it is modelled on, of which day its rules are, what of them is published, and what is not. A
number that is not published is a parameter, and is marked so at its line.

**Worked.** ``guerdon new corner --from cafe-stamps`` writes ``corner.yaml`` and ``corner.specs.yaml``: the program is
called ``corner`` in both, and nothing else differs.

A new preset is a new folder; it is found by its name. What does not belong: Python that a program needs (that is a
mechanic), and facts without a source.
"""

from guerdon.presets.copying import FilesInTheWay, copies, write
from guerdon.presets.shelf import Preset, PresetNotFound, preset, presets

__all__ = ["FilesInTheWay", "Preset", "PresetNotFound", "copies", "preset", "presets", "write"]
