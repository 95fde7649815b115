"""Studies: the questions that may be asked about a whole program, and what answers each.

An answer is the Struct that the command of the same name prints with ``--json``. ``inquiry`` is what every answer is
given; ``checks`` says what is wrong with a question before it is put; ``answering`` knows who answers which; the other
files answer, one for what has happened, what may happen, what was tried out on members, and what a shopper gets.

How something is reckoned does not belong here, and neither does waiting, storing or speaking HTTP.
"""
