"""The documentation, and what keeps it true.

Pages are Markdown. ``pages`` writes the reference out of the code (``python -m docs.generate``), and ``walkthrough``
runs the commands that a page shows and compares what they print. Nothing here is part of the product.
"""
