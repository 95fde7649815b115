"""How the report writes figures: in the way of a language, and a dash for what is not known."""

from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

from guerdon.insight.report.words import Language, say

UNKNOWN = "—"


class Figures:
    """Writes the figures of one result."""

    def __init__(self, language: Language, currency: str, scale: int) -> None:
        self.language, self._currency, self._scale = language, currency, scale

    def money(self, amount: int | None, *, signed: bool = False) -> str:
        """Minor units as money."""
        if amount is None:
            return UNKNOWN
        shown = format_currency(self.units(amount), self._currency, locale=self.language)
        return f"+{shown}" if signed and amount > 0 else shown

    def units(self, amount: int) -> Decimal:
        """Minor units in whole units of the currency."""
        return Decimal(amount).scaleb(-self._scale)

    def count(self, number: int | None) -> str:
        """A whole number."""
        return UNKNOWN if number is None else format_decimal(number, locale=self.language)

    def amount(self, amount: int, scale: int) -> str:
        """An amount of a unit in its smallest part."""
        return format_decimal(Decimal(amount).scaleb(-scale), format=None, locale=self.language)

    def share(self, share: float | None) -> str:
        """A fraction of one in percent."""
        return UNKNOWN if share is None else format_percent(share, format="#,##0.00 %", locale=self.language)

    def percent(self, share: float) -> str:
        """A fraction of one in whole percent."""
        return format_percent(share, format="#,##0 %", locale=self.language)

    def number(self, number: float) -> str:
        """A number with two decimal digits."""
        return format_decimal(number, format="#,##0.00", locale=self.language)

    def points(self, share: float | None) -> str:
        """A difference of two shares, in points of percent."""
        if share is None:
            return UNKNOWN
        shown = format_decimal(round(share * 100, 2), format="+0.00;-0.00", locale=self.language)
        return say("{change} pp", self.language, change=shown)

    def day(self, day: str | None) -> str:
        """A day as ``2017-03-31``."""
        return UNKNOWN if day is None else format_date(date.fromisoformat(day), "medium", locale=self.language)

    def month(self, month: str) -> str:
        """A month as ``2017-03``."""
        return format_date(date.fromisoformat(f"{month}-01"), "LLL yyyy", locale=self.language)
