"""What the description still lacks. The lists may only become shorter: tests fail where something on them is there."""

OPERATIONS = frozenset({"follow_stream", "try_webhook"})
"""Without an example in the story: an answer without an end, and one that comes from elsewhere."""

CODES: frozenset[str] = frozenset()
"""Without words in ``guerdon/api/remedies.py``."""

FIELDS: frozenset[str] = frozenset()
"""Without words."""
