"""Names, places and sentences of the world, read once from the files beside this module."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
Table = dict[str, Any]

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})


@cache
def language(code: str) -> Table:
    """Labels, sentences, titles and trades of one language."""
    return tomllib.loads((DATA / f"text_{code}.toml").read_text("utf-8"))


@cache
def places() -> Table:
    """Cities, streets and personal names by country code."""
    return tomllib.loads((DATA / "places.toml").read_text("utf-8"))


@cache
def third_parties() -> Table:
    """Agencies, officers, chambers and customers by language."""
    return tomllib.loads((DATA / "third_parties.toml").read_text("utf-8"))


def spelled(name: str) -> str:
    """A name as printed, without its Latin spelling."""
    return name.partition("|")[0]


def latin(name: str, country: str = "") -> str:
    """ASCII letters, digits and hyphens, lower case; German umlauts become two letters in German-speaking countries."""
    text = name.rpartition("|")[2]
    if country in {"DE", "AT"}:
        text = text.translate(_GERMAN)
    plain = unicodedata.normalize("NFKD", text.replace("'", "")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
