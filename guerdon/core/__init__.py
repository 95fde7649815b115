"""The core: what a program means, without a clock, a database or chance.

Values (amounts, days, events, wallets, states) and pure functions over them; ``decide`` is where they meet. Imports the
standard library, msgspec and the expression library of ``if:``. Whatever reads a file, asks a server what time it is or
talks to a database belongs elsewhere.
"""
