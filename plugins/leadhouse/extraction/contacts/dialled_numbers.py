"""Numbers as written to E.164, by the numbering plans that phonenumbers holds (imported on first use)."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=50_000)
def to_e164(text: str, country: str | None) -> str | None:
    """E.164 of a number as written, or None when it is not valid in its country (ITU plans by phonenumbers)."""
    import phonenumbers

    text = _tidy(text, country)
    try:
        number = phonenumbers.parse(text, None if text.startswith("+") else country)
    except phonenumbers.NumberParseException:
        return None
    country = phonenumbers.region_code_for_number(number)  # as `is_valid_number` asks first
    if country is None or not phonenumbers.is_valid_number_for_region(number, country):
        return None
    found = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    if len(_countries) >= _MAX_KNOWN:
        _countries.clear()
    _countries[found] = country
    return found


_MAX_KNOWN = 50_000
_countries: dict[str, str] = {}  # of numbers that `to_e164` answered


def country_of_number(e164: str) -> str | None:
    """ISO country of an E.164 number."""
    import phonenumbers

    if known := _countries.get(e164):
        return known
    return phonenumbers.region_code_for_number(phonenumbers.parse(e164, None)) or None


def _tidy(text: str, country: str | None) -> str:
    text = re.sub(r"[\u2010-\u2015\u2212_|'\u00b7\u2022]", "-", text).strip()
    text = re.sub(r"^\(?\s*(?:\+\s*)+", "+", text)
    if country == "MX":  # what was dialled before a number until 2019
        text = re.sub(r"^\(?0(?:1|44|45)\)?[ .-]?(?=\(?\d)", "", text)
    if re.match(r"^00[1-9]", text) and country not in {"US", "CA"}:
        text = "+" + text[2:]
    if text.startswith("+"):
        # (0) is the national prefix, not dialled from abroad; Italy alone keeps its zero (ITU E.164 national plans)
        if not re.match(r"^\+\s*(?:39|378|379)", text):
            text = re.sub(r"\(\s*0\s*\)", "", text)
        text = text.replace("(", " ").replace(")", " ")
    return text
