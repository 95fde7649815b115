"""Normalising: the one form of a card number, an e-mail or a phone, however it is written.

**Worked.** ``Ana@Пример.БГ`` becomes ``ana@xn--e1afmkfd.xn--90ae``; ``(212) 555-0123`` in the US ``+12125550123``; the
card ``2610 0042-77 x`` ``26100042 77X`` without its space. Normalising what is normal changes nothing.

Other kinds are taken as they are, without the white space around them: nobody here knows what their letters mean.
"""

import re
import unicodedata

import idna
import phonenumbers

from guerdon.core.refusals import Refused, stop

CARD, EMAIL, PHONE, EXTERNAL = "card", "email", "phone", "external"

MAX_LENGTH = 254
"""Of a value, in characters: as long as an e-mail may be."""

_KIND = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_CARD = re.compile(r"[0-9A-Z]{4,64}")


def normalised(kind: str, value: str, country: str = "") -> str:
    """The one form of a value. ``country`` (ISO 3166, such as ``BG``) is where a phone number without ``+`` belongs.

    Raises Refused (``identity_malformed``), which never repeats the value.
    """
    if not _KIND.fullmatch(kind):
        raise stop("identity_malformed", identity="identity", reason="its kind is a word of small letters")
    plain = value.strip()
    if not plain or len(plain) > MAX_LENGTH or any(unicodedata.category(letter).startswith("C") for letter in plain):
        raise _malformed(kind, f"it has 1 to {MAX_LENGTH} printable characters")
    if kind == EMAIL:
        return _email(plain)
    if kind == PHONE:
        return _phone(plain, country)
    return _card(plain) if kind == CARD else plain


def _email(value: str) -> str:
    local, at, domain = unicodedata.normalize("NFKC", value).rpartition("@")
    name = _folded(local)
    if not at or not name or re.search(r"\s", name):
        raise _malformed(EMAIL, "it has a name, an @ and a domain, and no spaces")
    try:
        host = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii").lower().rstrip(".")
    except (idna.IDNAError, UnicodeError):
        raise _malformed(EMAIL, "what stands behind the @ is no domain") from None
    if len(name) + 1 + len(host) > MAX_LENGTH:
        raise _malformed(EMAIL, f"it has at most {MAX_LENGTH} characters")
    return f"{name}@{host}"


def _folded(text: str) -> str:
    """Without differences of case and of how letters are put together."""
    before = ""
    while text != before:
        before, text = text, unicodedata.normalize("NFKC", text.casefold())
    return text


def _phone(value: str, country: str) -> str:
    try:
        number = phonenumbers.parse(value, country.upper() or None)
    except phonenumbers.NumberParseException:
        raise _malformed(PHONE, "it is no number with its country, and no national one of the country given") from None
    if number.extension:
        raise _malformed(PHONE, "it has an extension")
    if not phonenumbers.is_possible_number(number):
        raise _malformed(PHONE, "its country has no numbers of that length")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _card(value: str) -> str:
    letters = unicodedata.normalize("NFKC", value).upper()
    kept = "".join([one for one in letters if unicodedata.category(one) not in ("Pd", "Zs")])
    if not _CARD.fullmatch(kept):
        raise _malformed(CARD, "it has 4 to 64 digits and letters, besides spaces and dashes")
    return kept


def _malformed(kind: str, reason: str) -> Refused:
    return stop("identity_malformed", identity=kind, reason=reason)
