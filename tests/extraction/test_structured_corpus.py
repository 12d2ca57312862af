"""Structured data of real pages as extruct reads it: ``LEADHOUSE_CORPUS=FOLDER`` names a folder of saved sites.

Differences on purpose are taken out on both sides: `@graph` is opened, a page on whose JSON-LD extruct gives up as a
whole is left out, a value of microdata is compared up to the 2,000 characters that are read, and the tree is lexbor's
for both, since how tags close is the parsers' affair.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import extruct
import pytest
from selectolax.lexbor import LexborHTMLParser

from leadhouse.extraction.markup.charset import decode
from leadhouse.extraction.markup.page import Page
from leadhouse.extraction.markup.parsing import parse
from tests.extraction.test_structured_data import as_item, without_empty

FOLDER = os.environ.get("LEADHOUSE_CORPUS")
LONGEST = 2_000
URL = "https://www.ahornhof.example/kontakt/"


def opened(items: list[Any]) -> list[Any]:
    """JSON-LD with its graphs opened, as the page states it."""
    found: list[Any] = []
    for item in items:
        if isinstance(item, dict):
            graph = item.get("@graph")
            found += [each for each in graph if isinstance(each, dict)] if isinstance(graph, list) else [item]
    return found


def cut(item: Any) -> Any:
    """An item with no value longer than ours may be."""
    if isinstance(item, dict):
        return {key: [cut(each) for each in values] if isinstance(values, list) else values
                for key, values in item.items()}  # fmt: skip
    return item[:LONGEST].rstrip() if isinstance(item, str) else item


def pairs(entries: list[Any]) -> list[tuple[str, str]]:
    return [(name, content) for entry in entries for name, content in entry["properties"]]


COMPARED: dict[str, tuple[Callable[[Page], Any], Callable[[list[Any]], Any]]] = {
    "json-ld": (lambda page: page.json_ld, opened),
    "microdata": (
        lambda page: [cut(without_empty(item)) for item in page.microdata],
        lambda found: [cut(without_empty(as_item(item))) for item in found],
    ),
    "opengraph": (lambda page: page.open_graph, pairs),
}
STARTS = {"json-ld": "ld+json", "microdata": "itemscope", "opengraph": "og:"}


@pytest.mark.skipif(FOLDER is None, reason="LEADHOUSE_CORPUS names no folder of saved sites")
def test_real_pages_state_what_extruct_reads() -> None:
    same: Counter[str] = Counter()
    wrong: list[str] = []
    for path in sorted(Path(FOLDER or "").glob("sites*/**/*.htm*")):
        text, _ = decode(path.read_bytes())
        markup = LexborHTMLParser(text).html or ""
        page = parse(markup.encode(), URL, "text/html; charset=utf-8")
        for syntax, (ours, theirs) in COMPARED.items():
            if STARTS[syntax] not in markup:
                continue
            try:
                found = theirs(extruct.extract(markup, base_url=URL, syntaxes=[syntax])[syntax])
            except ValueError:  # JSON that is none: extruct gives the page up, ours the script
                same[f"{syntax} left out"] += 1
                continue
            if ours(page) == found:
                same[syntax] += 1
            else:
                wrong.append(f"{syntax}: {path.relative_to(Path(FOLDER or ''))}")
    print(dict(same))
    assert wrong == []
