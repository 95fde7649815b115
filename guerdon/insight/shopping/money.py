"""What currencies are worth to a shopper, by one table of rates for the whole year.

**Worked.** At home in EUR, with a dollar at 0.92 EUR and a rouble at 0.0105 EUR, 25.00 USD are 23.00 EUR, and in
roubles 25.00 * 0.92 / 0.0105 = 2,190.48 RUB: rounded once, to the nearest kopeck.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from guerdon.core.amounts import Rate, Rounding, divide

_ITSELF = Rate(1, 1)


class Price(NamedTuple):
    """An amount of money with its currency."""

    amount: int
    """In minor units."""
    currency: str


class Exchange(NamedTuple):
    """The shopper's own currency, and what others are worth in it."""

    home: str
    rates: Mapping[str, Rate]
    """By currency: minor units of the shopper's per minor unit of its own."""

    def knows(self, currency: str) -> bool:
        """Whether amounts of a currency can be told in the shopper's."""
        return currency == self.home or currency in self.rates

    def into(self, currency: str, price: Price) -> int:
        """A price in minor units of a currency, rounded once to the nearest; of currencies that are known."""
        given, wanted = self._rate(price.currency), self._rate(currency)
        return divide(price.amount * given.amount * wanted.per, given.per * wanted.amount, Rounding.NEAREST)

    def at_home(self, amount: int, currency: str) -> int:
        """An amount of a currency in the shopper's own."""
        return self.into(self.home, Price(amount, currency))

    def missing(self, currencies: Iterable[str]) -> list[str]:
        """Which currencies are not known, in the order of the alphabet."""
        return sorted({currency for currency in currencies if not self.knows(currency)})

    def _rate(self, currency: str) -> Rate:
        return _ITSELF if currency == self.home else self.rates[currency]
