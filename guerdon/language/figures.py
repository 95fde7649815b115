"""Numbers as they are written: whole or with decimals, in digits that underscores may group."""

import re
from collections.abc import Callable
from math import gcd
from typing import NamedTuple

from guerdon.core.amounts import MAX_AMOUNT, Rate
from guerdon.language.errors import Wrong, shown
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Scope

WHOLE = r"((?:0|[1-9][0-9]*(?:_[0-9]+)*))"
DECIMAL = r"((?:0|[1-9][0-9]*(?:_[0-9]+)*)(?:\.[0-9]+)?)"
MAX_COUNT = 10**9
MAX_FACTOR = 1_000


class Figure(NamedTuple):
    """A decimal number: ``1.25`` is 125 with 2 decimals. Trailing zeros are dropped: ``1.50`` is 15 with 1."""

    digits: int
    decimals: int
    written: str

    def in_scale(self, scale: int, what: str) -> int:
        """The number in the smallest part of something of that scale; raises ``Wrong`` where it has more decimals.

        >>> figure("0.50").in_scale(2, "USD")
        50
        """
        if self.decimals > scale:
            raise Wrong("scale_exceeded", f"{shown(self.written)} has too many decimals: {what} has {_digits(scale)}")
        amount: int = self.digits * 10 ** (scale - self.decimals)
        if amount > MAX_AMOUNT:
            raise too_large(self.written, f"{MAX_AMOUNT // 10**scale:_}")
        return amount


def figure(text: str) -> Figure:
    """Read digits that fit ``DECIMAL``."""
    whole, _, part = text.replace("_", "").partition(".")
    part = part.rstrip("0")
    if len(whole) + len(part) > 30:
        raise (
            too_large(text, f"{MAX_AMOUNT:_}")
            if len(whole) > 15
            else Wrong("scale_exceeded", f"{shown(text)} has too many decimals")
        )
    return Figure(int(whole + part), len(part), text)


def count(text: str, most: int, least: int = 1) -> int:
    """Read digits that fit ``WHOLE``, from ``least`` to ``most``."""
    digits = text.replace("_", "")
    if len(digits) > 18 or int(digits) > most:
        raise too_large(text, f"{most:_}")
    if int(digits) < least:
        raise Wrong("number_out_of_range", f"{shown(text)} is too small; at least {least:_} belongs here")
    return int(digits)


def positive(amount: int, written: str) -> int:
    """An amount that must be more than nothing."""
    if amount <= 0:
        raise Wrong("number_out_of_range", f"{shown(written)} is nothing; an amount above 0 belongs here")
    return amount


def too_large(written: str, most: str) -> Wrong:
    """The error about a number above a limit."""
    return Wrong("number_out_of_range", f"{shown(written)} is too large; at most `{most}` belongs here", most)


def _digits(scale: int) -> str:
    return {0: "none", 1: "one"}.get(scale, str(scale))


def counted(name: str, noun: str, example: str, *, least: int = 1, most: int = MAX_COUNT) -> Phrase[int]:
    """A whole number of things, bare or with what they are: ``4`` and ``4 vouchers``."""
    suffix = f"(?: {noun}s?)?" if noun else ""
    return Phrase(
        name,
        Wording(WHOLE + suffix, _counting(least, most)),
        examples=(example,) + ((f"{example} {noun}s",) if noun else ()),
    )


def _counting(least: int, most: int) -> Callable[[re.Match[str], Scope], int]:
    return lambda found, _: count(found[1], most, least)


def _factor(found: re.Match[str], _: Scope) -> Rate:
    factor = figure(found[1])
    if factor.decimals > 6:
        raise Wrong("scale_exceeded", f"{shown(found[1])} has too many decimals: a factor has at most 6")
    per: int = 10**factor.decimals
    if not per < factor.digits <= MAX_FACTOR * per:
        raise Wrong("number_out_of_range", f"{shown(found[1])} is not a factor above 1 and up to {MAX_FACTOR:_}")
    shared = gcd(factor.digits, per)
    return Rate(factor.digits // shared, per // shared)


FACTOR = Phrase(
    "a factor",
    Wording(DECIMAL, _factor),
    examples=("2", "1.5"),
    about="How many times as much in all: `2` gives once more what was earned, `1.5` half of it.",
)
