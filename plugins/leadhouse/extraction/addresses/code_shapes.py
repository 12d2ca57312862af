"""Shapes of postal codes, by country."""

from __future__ import annotations

import re
from functools import lru_cache

from leadhouse.extraction.patterns.vocabulary import words

_FIVE = words("DE FR IT ES FI HR TR MX UA MY TH KR LT MA DZ EG SA PE CR ME RS BA EE MC SM VA ID KE PK LK VN")
SPACED_FIVE = words("SE CZ SK GR")  # 123 45
_FOUR = words("AT CH LI BE DK NO HU SI BG LU AU NZ ZA PH TN CY LV GE AM NL MK AL IS BD")
_SIX = words("RU RO BY KZ IN SG CN CO EC")
_NEVER_NOUGHT = words("RU BY IN")
GB = re.compile(
    r"(?<!\w)(?P<code>(?:GIR ?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d(?:\d|[ABEHMNPRV-Y])?"
    r"|\d[A-HJKPS-UW]) ?\d[ABD-HJLNP-UW-Z]{2}))(?!\w)"
)
CA = re.compile(r"(?<!\w)(?P<code>[ABCEGHJ-NPRSTVXY]\d[A-Z][ -]?\d[A-Z]\d)(?!\w)")
IE = re.compile(r"(?<!\w)(?P<code>(?:[AC-FHKNPRTV-Y]\d{2}|D6W) ?[AC-FHKNPRTV-Y0-9]{4})(?!\w)")


def country_by_shape(code: str) -> str | None:
    """The one country whose codes have this shape, if there is one."""
    if re.fullmatch(r"\d{4}[ \u00a0]?[A-Z]{2}", code):
        return "NL"
    if re.fullmatch(r"\d{2}-\d{3}", code):
        return "PL"
    return "PT" if re.fullmatch(r"\d{4}-\d{3}", code) else None


def fits(code: str, country: str | None) -> bool:
    """Whether a code has the shape of a country's that is known."""
    if country in {"US", "PR"}:
        return bool(re.fullmatch(r"\d{5}(?:-\d{4})?", code))
    if country in {"GB", "CA", "IE"}:
        return bool({"GB": GB, "CA": CA, "IE": IE}[country].fullmatch(code))
    return country is not None and fits_shape(code, country)


@lru_cache(maxsize=20_000)
def fits_shape(code: str, country: str | None, *, is_named: bool = False) -> bool:
    """Whether a code has the shape of a country's; one that is written beside it forgives what people leave out."""
    digits = re.sub(r"\D", "", code)
    if is_named and country == "NL":
        return len(digits) == 4
    if country in {"EE", "UA"} and len(code) != 5:
        return False
    if country == "NL":
        return bool(re.search(r"\d{4}\s?[A-Z]{2}$", code))
    if country == "PL":
        return bool(re.fullmatch(r"\d{2}-\d{3}", code))
    if country in {"PT", "BR"}:
        return "-" in code
    if country in SPACED_FIVE:
        return len(digits) == 5 and "-" not in code
    if country in _FIVE:
        return len(digits) == 5 and len(code) == 5
    if country in _SIX:  # codes of Singapore, Bucharest, Almaty and Medellín open with a nought
        return len(digits) == 6 and (digits[0] != "0" or country not in _NEVER_NOUGHT)
    if country == "IL":
        return len(code) == 7
    if country in _FOUR:
        return len(digits) == 4 and len(code) == 4
    return country is None and len(code) in {4, 5}
