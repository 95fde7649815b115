"""The documentation, and what keeps it true.

Pages are Markdown. ``pages`` writes the reference out of the code (``python -m docs.generate``), and ``walkthrough``
runs the commands that a page shows, through ``teller``, and compares. Nothing here is part of the product.
"""
