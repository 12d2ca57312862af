"""Amounts of money as people write them."""

from __future__ import annotations

import re


def revenue(text: str, column: str) -> str | None:
    """A year's sales as a plain number in one currency's unit: ``12.300,75`` in *Umsatz (Mio. €)* is 12300750000.

    Decimal comma or point by what stands last; thousands and millions by the cell's own suffix, else by the column's
    name. None where it is no single number.
    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        return None
    figure = _figure(match["figure"])
    said = _SCALE.search(match["scale"] or "") or _SCALE.search(column)
    factor = next((_FACTORS[name] for name, hit in (said.groupdict() if said else {}).items() if hit), 1)
    amount = round(figure * factor, 2)
    return f"{amount:.2f}".rstrip("0").rstrip(".")


def _figure(text: str) -> float:
    plain = re.sub(r"[\s'\u2019]", "", text)
    last = max(plain.rfind(","), plain.rfind("."))
    tail = plain[last + 1 :]
    is_grouped = last >= 0 and len(tail) == 3 and plain[:last].lstrip("-") != "0"
    both = "," in plain and "." in plain
    if last < 0 or (is_grouped and not both) or plain.count(plain[last]) > 1:
        return float(re.sub(r"[.,]", "", plain))
    return float(re.sub(r"[.,]", "", plain[:last]) + "." + tail)


_AMOUNT = re.compile(
    r"(?:[€$£]|[A-Z]{3}|CHF)?\s*(?P<figure>-?\d[\d.,'\u2019 \u00a0]{0,20}?)\s*"
    r"(?P<scale>(?:k|t|m|mm|b|bn|mio\.?|mrd\.?|tsd\.?|million(?:s|en|i|es)?|billion(?:s|en|i)?|milliarden?)?)\s*"
    r"(?:[€$£]|[A-Za-zł]{2,4})?",
    re.I,
)
_SCALE = re.compile(
    r"(?<![a-z])(?:(?P<billions>b|bn|mrd|milliard|billion)|(?P<millions>m|mm|mio|mill|mln|million)"
    r"|(?P<thousands>k|t|tsd|teur|thousand|tausend|tys|miles|mil|migliaia|000s?))(?=[€$£\W]|$|en|s\b|i\b|eur|es\b)",
    re.I,
)
_FACTORS = {"billions": 1e9, "millions": 1e6, "thousands": 1e3}
