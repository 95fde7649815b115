"""A voice says a program in one language: texts by the catalogue, numbers, money and dates by the language's customs,
titles out of the program.

A title that is missing in the language is taken in English, and where it is missing there too the name stands for it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from gettext import NullTranslations, c2py
from importlib import resources
from io import BytesIO

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent
from babel.support import Translations

from guerdon.core.amounts import currency_scale
from guerdon.core.program import Counted, Program, Texts

SOURCE = "en"
"""The language of the texts in the code."""

LANGUAGES = (SOURCE, "ru", "bg")
"""The languages that a leaflet may be in."""


@lru_cache(maxsize=len(LANGUAGES))
def _translations(language: str) -> NullTranslations:
    if language == SOURCE:
        return NullTranslations()
    with resources.files(__package__).joinpath("locale", f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


class Voice:
    """Says one program in one language."""

    def __init__(self, program: Program, language: str) -> None:
        """Take one of ``LANGUAGES``."""
        self.program = program
        self.language = language
        self._locale = Locale.parse(language)
        self._texts = _translations(language)

    # Texts.

    def say(self, text: str, **values: str) -> str:
        """A text in the language, with values put in."""
        return _with_values(self._texts.gettext(text), values)

    def say_in(self, context: str, text: str, **values: str) -> str:
        """A text that other languages say differently in different contexts."""
        return _with_values(self._texts.pgettext(context, text), values)

    def say_count(self, one: str, many: str, count: int, **values: str) -> str:
        """A text in the form that a number asks for; ``%(count)s`` is the number."""
        told = self._texts.ngettext(one, many, count)
        return _with_values(told, {"count": self.number(Decimal(count)), **values})

    def listed(self, texts: Sequence[str]) -> str:
        """Texts as a list in a sentence: ``a, b and c``."""
        return format_list(list(texts), locale=self._locale)

    def either(self, texts: Sequence[str]) -> str:
        """Texts of which one is enough: ``a, b or c``."""
        return format_list(list(texts), "or", locale=self._locale)

    # Titles out of the program.

    def title(self, texts: Texts, name: str = "") -> str:
        """A title in the language, or in English, or else the name."""
        return texts.get(self.language) or texts.get(SOURCE) or name

    def quoted(self, title: str) -> str:
        """A title in quotation marks."""
        return self.say("“%(title)s”", title=title)

    def code(self, titles: Mapping[str, Texts], code: str) -> str:
        """The title of a code of the till; for a path without one its last part in words."""
        return self.title(titles.get(code, {})) or code.rpartition("/")[2].replace("-", " ")

    def counted(self, number: Decimal, forms: Counted, name: str) -> str:
        """A number with its noun: ``1 балл``, ``2 балла``, ``1.25 stars``."""
        language = self.language if self.language in forms else SOURCE
        known = forms.get(language) or _forms_of(name)
        return f"{self.number(number)} {known[min(_form(language, number), len(known) - 1)]}"

    def uncounted(self, forms: Counted, name: str) -> str:
        """A noun without a number: the last of its forms."""
        return (forms.get(self.language) or forms.get(SOURCE) or (name,))[-1]

    def language_name(self, tag: str) -> str:
        """What a language is called in this one."""
        try:
            return Locale.parse(tag, sep="-").get_display_name(self._locale) or tag
        except (UnknownLocaleError, ValueError):
            return tag

    # Numbers, money and time.

    def number(self, number: Decimal) -> str:
        """A number with as many decimals as it has."""
        return format_decimal(number, "#,##0.######", locale=self._locale)

    def money(self, minor: int) -> str:
        """Minor units of the program's currency; whole amounts without decimals."""
        currency = self.program.currency
        amount = Decimal(minor).scaleb(-currency_scale(currency))
        if amount != amount.to_integral_value():
            return format_currency(amount, currency, locale=self._locale)
        whole = re.sub(r"\.0+", "", self._locale.currency_formats["standard"].pattern)
        return format_currency(amount, currency, whole, locale=self._locale, currency_digits=False)

    def percent(self, share: Decimal) -> str:
        """A share of one: ``1.5%``."""
        pattern = self._locale.percent_formats[None].pattern.replace("0%", "0.####%").replace("0\xa0%", "0.####\xa0%")
        return format_percent(share, pattern, locale=self._locale)

    def date(self, day: date) -> str:
        """A date with the month in words."""
        return format_date(day, "long", locale=self._locale)

    def day_of_year(self, month: int, day: int) -> str:
        """A day of every year: ``15 June``."""
        return format_date(date(2024, month, day), "d MMMM", locale=self._locale)

    def month(self, month: int) -> str:
        """A month and its year, out of months since year 0."""
        return format_date(date(month // 12, month % 12 + 1, 1), "LLLL y", locale=self._locale)

    def clock(self, minute: int) -> str:
        """A time of day, out of minutes since midnight."""
        return format_time(time(minute // 60 % 24, minute % 60), "short", locale=self._locale)


def _with_values(text: str, values: Mapping[str, str]) -> str:
    """A text with values put in. An abbreviation at its end (``5 щ.д.``, ``2017 г.``) brings the full stop."""
    return sentence_end(text % values)


def sentence_end(text: str) -> str:
    """A text in which no full stop follows another one; three of them are meant."""
    return re.sub(r"(?<!\.)\.\.(?!\.)", ".", text)


def capital(text: str) -> str:
    """A text with a capital in front, for the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def _forms_of(name: str) -> tuple[str, ...]:
    """The forms of a name that has no title: with and without the s of the plural."""
    return (name.removesuffix("s"), name)


def _form(language: str, number: Decimal) -> int:
    """Which form a number asks for. Fractions take the second: 1.25 stars, 1,25 балла."""
    if number != number.to_integral_value():
        return 1
    return _plural_rule(language)(abs(int(number)))


@lru_cache
def _plural_rule(language: str) -> Callable[[int], int]:
    return c2py(get_plural(language).plural_expr)
