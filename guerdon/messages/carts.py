"""What a checkout sends: a basket to be quoted, and the purchase. Their fields are those of the event ``purchase``."""

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta

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


class PurchaseRequest(Purchase, frozen=True, tag="purchase", kw_only=True, omit_defaults=True):
    """A purchase, which may be held to what its quote said."""

    quote: Annotated[str, Meta(max_length=100)] = ""
    """The id of a quote of the same basket: if the price has changed since, the purchase is refused. Empty: none.

    ``holds``, ``tender`` and ``tenders`` may be other than they were in the quote, and nothing else."""
