"""The ``guerdon`` command: reads words, calls the runtime, prints.

One file a group of commands, and ``main`` puts them together. What a command finds out is worked out below; nothing is
decided or calculated here.
"""
