"""What a checkout sends: a basket to be quoted. Its fields are those of the event ``purchase``."""

from datetime import UTC, datetime

from guerdon.core.events import Id, Purchase

_NOW = datetime(1970, 1, 1, tzinfo=UTC)


class QuoteRequest(Purchase, frozen=True, tag="purchase", kw_only=True, omit_defaults=True):
    """A basket, as it stands."""

    id: Id = "quote"
    """Not needed: nothing is recorded."""
    at: datetime = _NOW
    """Not needed; see ``as_of``."""
    as_of: datetime | None = None
    """The moment at which it would be bought, also in the future; None: now."""
