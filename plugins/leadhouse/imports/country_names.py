"""Countries by their names in any of the languages that exports are written in (CLDR), and by their longer codes."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONGEST_COUNTRY = 40  # characters
_LANGUAGES = (
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sk", "da", "sv", "nb", "fi", "hu", "tr", "ru", "uk", "el",
    "ro", "bg", "hr", "sl", "lt", "lv", "et", "ja", "zh", "zh_Hant", "ko", "ar", "he",
)  # fmt: skip
# the distinguishing signs of vehicles (Vienna Convention, 1968) that lists of addresses use
_OF_VEHICLES = {
    "D": "DE", "A": "AT", "F": "FR", "I": "IT", "E": "ES", "B": "BE", "L": "LU", "P": "PT", "S": "SE", "N": "NO",
    "H": "HU", "FIN": "FI", "IRL": "IE", "SLO": "SI", "EST": "EE", "FL": "LI",
}  # fmt: skip
_CODE = re.compile(r"[A-Z]{3}|\d{1,3}")
_BEHIND = re.compile(r"(.*?)\s*[(\[,/-]\s*([A-Z]{2,3})\s*[)\]]?")


def by_any_name(text: str) -> str | None:
    """ISO 3166-1 alpha-2 of a name, of an alpha-3 or numeric code, or of both (``Deutschland (DE)``).

    None where CLDR knows no such country, or the same name for two.
    """
    if _CODE.fullmatch(text) and (code := _longer_codes().get(text.zfill(3))):
        return code
    found = _OF_VEHICLES.get(text) or _names().get(_folded(text))
    if found is None and (match := _BEHIND.fullmatch(text)):
        found = _names().get(_folded(match[1]))
    return found


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if char.isalnum())


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    from babel import Locale

    found: dict[str, str | None] = {}
    for language in _LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in {"EU", "UN", "EZ", "QO", "ZZ", "XA", "XB"}:
                key = _folded(name)
                found[key] = code if found.get(key, code) == code else None
    return {key: code for key, code in found.items() if key and code}


@lru_cache(maxsize=1)
def _longer_codes() -> dict[str, str]:
    """CLDR's aliases of territories hold the other two codes of ISO 3166-1."""
    from babel.core import get_global

    aliases = get_global("territory_aliases")
    return {code: only[0] for code, only in aliases.items() if len(only) == 1 and len(code) == 3}
