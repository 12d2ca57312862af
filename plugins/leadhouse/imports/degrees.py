"""Degrees and other letters behind a person's name, as profiles write them: ``Ann Ash, MBA``."""

from __future__ import annotations

import re


def without_degrees(name: str) -> str:
    """The name before them; *Jr.* and *III* stay, without the comma. One word alone before a comma is a family name."""
    while (behind := _BEHIND.search(name)) and " " in (head := name[: behind.start()].strip()):
        name = f"{head} {behind['kin']}" if behind["kin"] else head
    return name


_BEHIND = re.compile(
    r",\s*(?:(?P<kin>[js]r\b\.?|I{2,3}|IV)|(?:e?m\.?b\.?a|ph\.?\s?d|m\.?d|c\.?f\.?a|c\.?p\.?a|acca|ll\.?\s?[mbd]|b\.?sc|m\.?sc"
    r"|m\.?eng|b\.?eng|m\.?phil|d\.?b\.?a|j\.?d|d\.?d\.?s|esq|pmp|cissp|cisa|cscp|csm|rn|mph|mpa|shrm-s?cp|s?phr|ccim|cpg|p\.?e"
    r"|m\.?a|b\.?a|dipl\.-?\s?[a-zäöü]+(?:\s?\(fh\))?|mag|mib|obe|mbe|cbe|frsa)\b\.?)\s*$",
    re.I,
)
