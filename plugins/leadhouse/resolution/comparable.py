"""Values in the form in which the model compares them, one function a kind of column; an empty text is missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import lru_cache

from leadhouse.extraction.attribution.hosts import FREE_MAIL, registrable
from leadhouse.resolution.folding import REMEMBERED, fold, fold_company

_HOST = re.compile(r"(?:https?://)?(?:www\.)?((?:[\w-]+\.)+[a-z]{2,})(?:/\S*)?", re.IGNORECASE)
_ISO_DATE = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})(?:\D.*)?")
_OTHER_DATE = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
_NOTHING = frozenset({"", "nan", "none", "null", "n/a", "na", "-", "--", "unknown", "n a"})


def name(text: str) -> str:
    """A part of a person's name: folded, without blanks (``De La Cruz`` and ``DelaCruz`` are equal)."""
    return fold(text).replace(" ", "")


def words(text: str) -> str:
    """Folded words."""
    return fold(text)


def street(text: str) -> str:
    """Folded words of an address line, ordinals in figures, without what only says where on the street it is."""
    return " ".join(_ORDINALS.get(word, word) for word in fold(_WHEREABOUTS.split(text, maxsplit=1)[0]).split())


_WHEREABOUTS = re.compile(r"(?i)(?<=\w)\W+(?:between|near|opposite|corner of|ecke|c/o)\b")
_ORDINALS = {
    "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th", "sixth": "6th",
    "seventh": "7th", "eighth": "8th", "ninth": "9th", "tenth": "10th", "eleventh": "11th", "twelfth": "12th",
}  # fmt: skip


@lru_cache(maxsize=REMEMBERED)
def company_name(text: str) -> str:
    """The name without its legal form; of a name that is a host (``mail.example.co.uk``) its registrable label."""
    text = re.sub(r"(?<=\w)'(?=s\b)", "", text)
    host = _HOST.fullmatch(text.strip())
    if host and (label := label_of(host[1])):
        return label
    return fold_company(re.sub(r"(?i)(?<=\w)\.(?:com|net|org|io)\b", "", text)) or fold(text)


def without_place(text: str, cities: Collection[str]) -> str:
    """The name without a city in brackets (``Star Grill (Springfield)``): where it is, the address says."""
    return _BRACKETS.sub(lambda found: "" if fold(found[1]) in cities else found[0], text)


_BRACKETS = re.compile(r"\s*[(\[]([^)\]]*)[)\]]")


def date(text: str) -> str:
    """Eight digits, year first, of ISO 8601 and of day.month.year; of month/day/year, too, where the day is above 12.

    Other digits stay as they are: a broken date still resembles what it was.
    """
    if found := _ISO_DATE.fullmatch(text.strip()):
        return f"{found[1]}{int(found[2]):02}{int(found[3]):02}"
    if found := _OTHER_DATE.fullmatch(text.strip()):
        day, month = int(found[1]), int(found[3])
        if found[2] == "/" or month > 12:
            day, month = (month, day) if month > 12 else (day, month)
        return f"{found[4]}{month:02}{day:02}"
    return re.sub(r"\D", "", text.removesuffix(".0"))


def code(text: str) -> str:
    """Letters and digits of an id, a postal code or a number; ``1999.0`` is the whole number ``1999``."""
    return re.sub(r"[\W_]", "", text.strip().removesuffix(".0")).lower()


def email(text: str) -> str:
    """The address in lower case; what has no @ is missing."""
    text = text.strip().lower().removeprefix("mailto:")
    return text if "@" in text else ""


def phone(text: str) -> str:
    """The last nine digits: country codes and trunk prefixes are written or left out at will (ITU-T E.123)."""
    digits = re.sub(r"\D", "", text)
    return digits[-9:] if len(digits) >= 6 else ""


def number(text: str) -> str:
    """A decimal number with a point."""
    found = re.search(r"\d[\d.,]*", text)
    if not found:
        return ""
    plain = found[0].rstrip(".,")
    decimal = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", plain).replace(",", ".")
    return f"{float(decimal):g}" if decimal.count(".") < 2 else ""


def category(text: str) -> str:
    """Folded values of a list, sorted, between bars."""
    return "|".join(sorted({folded for each in re.split(r"[;|,/()]", text) if (folded := fold(each))}))


def domain(text: str) -> str:
    """The registrable domain of an address or URL; none of a free mail host."""
    host = text.strip().lower().rpartition("@")[2]
    found = _HOST.fullmatch(host)
    registered = registrable(found[1]) if found else ""
    return registered if "." in registered and registered not in FREE_MAIL else ""


@lru_cache(maxsize=65536)
def label_of(host: str) -> str:
    """The name that was registered: ``example`` of ``www.example.co.uk``; empty where there is none."""
    registered = registrable(host.lower())
    return re.sub(r"\W", "", registered.partition(".")[0]) if "." in registered else ""


FORMS: dict[str, Callable[[str], str]] = {
    "name": name,
    "text": words,
    "street": street,
    "company": company_name,
    "place": words,
    "date": date,
    "code": code,
    "email": email,
    "phone": phone,
    "number": number,
    "category": category,
}


def comparable(kind: str, text: str) -> str:
    """The text as a value of the kind; empty for what means "nothing" (``n/a``, ``-``)."""
    return "" if text.strip().lower() in _NOTHING else FORMS[kind](text)
