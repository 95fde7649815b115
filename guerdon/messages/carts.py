"""What a checkout sends: a basket to be quoted, and the purchase. Their fields are those of the event ``purchase``."""

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta

from guerdon.core.events import Id, Purchase

IN_A_QUOTE = "quote"
"""What stands for the purchase's id in a quote.

What is handed out is named after the purchase. Quoted under the purchase's own id, a code would be told before it is
paid for."""
_NOW = datetime(1970, 1, 1, tzinfo=UTC)


class QuoteRequest(Purchase, frozen=True, tag="purchase", kw_only=True, omit_defaults=True):
    """A basket, as it stands."""

    id: Id = IN_A_QUOTE
    """Not looked at: what a quote hands out has references and codes that are good for nothing."""
    at: datetime = _NOW
    """Not needed; see ``as_of``."""
    as_of: datetime | None = None
    """The moment at which it would be bought, also in the future; None: now."""


class PurchaseRequest(Purchase, frozen=True, tag="purchase", kw_only=True, omit_defaults=True):
    """A purchase, which may be held to what its quote said."""

    quote: Annotated[str, Meta(max_length=100)] = ""
    """The id of a quote of the same basket: if the price has changed since, the purchase is refused. Empty: none.

    ``holds``, ``tender`` and ``tenders`` may be other than they were in the quote, and nothing else."""
