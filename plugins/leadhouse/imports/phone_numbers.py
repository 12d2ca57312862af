"""Telephone numbers of many rows: E.164 by the national plans of phonenumbers, its patterns compiled once.

Parsing with the library takes 60 µs and more a number. Numbers written plainly, in international form or with their
country's trunk prefix, are judged by the library's own metadata in a tenth of that; every other one is left to it.
`tests/imports/test_phone_numbers.py` holds the two against each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from leadhouse.extraction.contacts import phones

_INTERNATIONAL = re.compile(r"'?\s*(?:\+|00(?=[1-9]))\s*([1-9][\d ().\-/\u00a0]{5,24}\d)\s*")
_NATIONAL = re.compile(r"\s*(\(?\d[\d ().\-/\u00a0]{4,22}\d)\s*")
_BARE = re.compile(r"[1-9]\d{10,14}")  # no plan's national numbers are that long, but for a few of 11 digits
_SEPARATORS = str.maketrans("", "", " ().-/\u00a0")
_AMBIGUOUS = re.compile(r"\(\s*0|--|\)\s*\(|//|/.*/|\s{3,}")  # (0), and what may be two numbers
_TYPES = (
    "fixed_line", "mobile", "toll_free", "uan", "shared_cost", "voip", "premium_rate", "personal_number", "pager",
    "voicemail",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One kind of number: its lengths (none: any) and its digits."""

    lengths: frozenset[int]
    digits: re.Pattern[str]

    def has(self, length: int) -> bool:
        return not self.lengths or length in self.lengths

    def fits(self, number: str) -> bool:
        return self.has(len(number)) and self.digits.fullmatch(number) is not None


@dataclass(frozen=True, slots=True)
class _Plan:
    """The numbering plan of one country: numbers are valid that are of the general form and of some kind."""

    general: _Pattern
    kinds: tuple[_Pattern, ...]
    leading: re.Pattern[str] | None
    trunk: str | None  # the plain trunk prefix; None where there is none
    is_plain: bool  # no carrier codes, no rewriting
    calling_code: str
    _by_length: dict[int, tuple[re.Pattern[str], ...]] = field(default_factory=dict)

    def knows(self, number: str) -> bool:
        length = len(number)
        if (patterns := self._by_length.get(length)) is None:
            fitting = [each.digits for each in self.kinds if each.has(length)] if self.general.has(length) else []
            patterns = self._by_length[length] = (self.general.digits, *fitting) if fitting else ()
        if not patterns or patterns[0].fullmatch(number) is None:
            return False
        for each in patterns[1:]:  # noqa: SIM110 - a generator takes longer than the patterns
            if each.fullmatch(number) is not None:
                return True
        return False


def to_e164(text: str, country: str | None) -> str | None:
    """E.164 of a number as written, or None when it is not valid in its country; as `extraction.phones.to_e164`."""
    if country is not None and _BARE.fullmatch(text) and (found := _without_plus(text, country)):
        return found
    match = _INTERNATIONAL.fullmatch(text)
    if match is not None and not _AMBIGUOUS.search(text) and not (text.startswith("00") and country in {"US", "CA"}):
        found = _international(match[1].translate(_SEPARATORS))
    elif country is not None and match is None and (local := _NATIONAL.fullmatch(text)) and not _AMBIGUOUS.search(text):
        found = _national(local[1].translate(_SEPARATORS), country)
    else:
        found = None
    return found if found is not None else phones.to_e164(text, country)


def _without_plus(digits: str, country: str) -> str | None:
    """A spreadsheet drops the sign of ``+493412345678``: a figure this long that starts with the country's own code."""
    plan = _plan(country)
    if plan is None or not digits.startswith(plan.calling_code):
        return None
    return _valid(plan.calling_code, digits[len(plan.calling_code) :])


def _international(digits: str) -> str | None:
    """The number, or None where only the library knows."""
    code = _calling_code(digits[:3])
    if code is None or len(digits) > 15:
        return None
    return _valid(code, digits[len(code) :])


def _national(digits: str, country: str) -> str | None:
    plan = _plan(country)
    if plan is None or not plan.is_plain:
        return None
    if plan.trunk is not None:
        number = digits[len(plan.trunk) :]
        if plan.trunk != "0" or not digits.startswith("0") or digits.startswith("00") or number.startswith("0"):
            return None
    elif digits.startswith(("0", plan.calling_code)):
        return None
    else:
        number = digits
    return _valid(plan.calling_code, number) if plan.general.fits(number) else None


def _valid(code: str, number: str) -> str | None:
    plans = _plans(code)
    main = plans[0]
    if not main.is_plain or (main.trunk is not None and number.startswith(main.trunk)):
        return None
    for plan in plans:
        if plan.leading is not None:
            if plan.leading.match(number):
                return f"+{code}{number}" if plan.knows(number) else None
        elif plan.knows(number):
            return f"+{code}{number}"
    return None


@lru_cache(maxsize=2_000)
def _calling_code(beginning: str) -> str | None:
    return next((beginning[:size] for size in (1, 2, 3) if _is_calling_code(beginning[:size])), None)


@lru_cache(maxsize=2_000)
def _is_calling_code(digits: str) -> bool:
    import phonenumbers

    return len(digits) > 0 and int(digits) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE and _plans(digits) != ()


@lru_cache(maxsize=300)
def _plans(code: str) -> tuple[_Plan, ...]:
    """The plans of the countries that share a calling code, the main one first; none for codes of no country."""
    import phonenumbers

    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[int(code)]
    found = tuple(_plan(region) for region in regions if region != "001")
    return tuple(plan for plan in found if plan is not None)


@lru_cache(maxsize=300)
def _plan(region: str) -> _Plan | None:
    import phonenumbers

    meta = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    if meta is None:
        return None
    kinds = [desc for name in _TYPES if (desc := getattr(meta, name)) is not None and desc.national_number_pattern]
    parsing, trunk = meta.national_prefix_for_parsing, meta.national_prefix
    return _Plan(
        general=_pattern(meta.general_desc),
        kinds=tuple(map(_pattern, kinds)),
        leading=re.compile(meta.leading_digits) if meta.leading_digits else None,
        trunk=trunk if parsing else None,
        is_plain=parsing is None or (parsing == trunk and meta.national_prefix_transform_rule is None),
        calling_code=str(meta.country_code),
    )


def _pattern(desc: Any) -> _Pattern:
    lengths = tuple(each for each in desc.possible_length or () if each > 0)
    return _Pattern(frozenset(lengths), re.compile(desc.national_number_pattern))
