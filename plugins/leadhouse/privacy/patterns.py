"""What a person's identifiers look like in a text: patterns that Python and Postgres read alike, in lower case.

Three patterns. *Contact* (addresses, numbers, profiles) says who by itself. A *name* counts only in a row, cell or page
that is the person's by its keys, or that says a contact or the person's *company* as well: namesakes stay.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

NEVER = "erased[.]nobody[.]nothing"  # a pattern that is in no text
PLACEHOLDER = "[erased]"

_ACCENTS = {
    "a": "aàáâãäåā", "c": "cçćč", "d": "dđď", "e": "eèéêëēęě", "g": "gğ", "i": "iìíîïīı", "l": "lł", "n": "nñńň",
    "o": "oòóôõöøō", "r": "rř", "s": "sśšş", "t": "tťţ", "u": "uùúûüūů", "y": "yýÿ", "z": "zźżž",
}  # fmt: skip
_SPELLED = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
_GAP = r"(?:[\s._,+-]|%20|&nbsp;){1,3}"
_BETWEEN_DIGITS = r"(?:[\s().\/-]|%20|&nbsp;){0,3}"
_TITLES = re.compile(r"\b(?:dr|prof|dipl|ing|med|herr|frau|mr|mrs|ms)\b\.?", re.IGNORECASE)


@dataclass
class Identifiers:
    """What a person is known by, normalised: addresses lower case, numbers E.164, profiles as URLs."""

    emails: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    social_urls: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    companies: set[str] = field(default_factory=set)  # domains and names, with which a name counts

    def texts(self) -> set[str]:
        """All but the companies."""
        return self.emails | self.phones | self.social_urls | self.names


def contact_pattern(found: Identifiers) -> str:
    """Any address, number or profile."""
    parts = [_email(each) for each in sorted(found.emails)]
    parts += [_phone(each) for each in sorted(found.phones) if len(re.sub(r"\D", "", each)) >= 7]
    parts += [_social(each) for each in sorted(found.social_urls)]
    return _any(parts)


def name_pattern(found: Identifiers) -> str:
    """Any name, in both orders, with or without accents, with the separators of addresses as well."""
    return _any(part for name in sorted(found.names) for part in _name(name))


def company_pattern(found: Identifiers) -> str:
    """Any domain or name of the companies."""
    return _any(_letters(each.lower()) for each in sorted(found.companies) if len(each) > 2)


def _any(parts: Iterable[str]) -> str:
    return "|".join(dict.fromkeys(parts)) or NEVER


def _email(address: str) -> str:
    local, _, host = address.lower().partition("@")
    at = r"(?:@|%40|&#64;|&commat;|&#x40;)"
    return rf"(?<![a-z0-9.+_-]){re.escape(local)}(?:\+[a-z0-9._-]+)?{at}{re.escape(host)}(?![a-z0-9-])"


def _phone(number: str) -> str:
    """E.164 digits with anything between them; without the country's prefix behind a trunk zero."""
    digits = re.sub(r"\D", "", number)
    whole = _BETWEEN_DIGITS.join(digits)
    parts = [rf"(?<![0-9])(?:\+|00)?{whole}(?![0-9])"]
    for prefix in range(1, 4):  # a country's prefix has one to three digits (ITU-T E.164)
        national = digits[prefix:]
        if len(national) >= 7:
            spread = _BETWEEN_DIGITS.join(national)
            country = _BETWEEN_DIGITS.join(digits[:prefix])
            parts.append(
                rf"(?:(?:\+|00)?{country}{_BETWEEN_DIGITS}(?:\(0\)|0)?{_BETWEEN_DIGITS}|(?<![0-9])0){spread}(?![0-9])"
            )
    return "|".join(parts)


def _social(url: str) -> str:
    text = re.sub(r"^(?:https?://)?(?:www\.)?", "", url.lower()).rstrip("/").partition("?")[0]
    text = re.sub(r"^[a-z]{2}\.linkedin\.com", "linkedin.com", text)
    slash = r"(?:/|%2f|\\/)"
    return rf"{slash.join(re.escape(part) for part in text.split('/'))}(?![a-z0-9_-])"


def _name(name: str) -> Iterable[str]:
    words = [word for word in re.split(r"[\s,]+", _TITLES.sub(" ", name).strip().lower()) if word]
    if len(words) < 2:
        return
    for order in (words, [words[-1], *words[:-1]]):
        yield rf"(?<![a-z0-9]){_GAP.join(map(_letters, order))}(?![a-z0-9])"
    encoded = [quote(word) for word in words]
    if encoded != words:
        yield _GAP.join(re.escape(word.lower()) for word in encoded)


def _letters(word: str) -> str:
    """Each letter with its accents: ``müller`` finds Müller, Muller and Mueller."""
    return "".join(_letter(char) for char in unicodedata.normalize("NFC", word))


def _letter(char: str) -> str:
    if char in _SPELLED:
        base = unicodedata.normalize("NFKD", char)[0]
        return f"(?:[{_ACCENTS[base]}ß]|{_SPELLED[char]})"
    base = unicodedata.normalize("NFKD", char)[0]
    return f"[{_ACCENTS[base]}]" if base in _ACCENTS else r"[\s_-]{1,2}" if char == " " else re.escape(char)
