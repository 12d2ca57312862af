"""Structured data of a page: JSON-LD with its repairs, Open Graph, and what all syntaxes share.

Items have JSON-LD's shape, keys without vocabulary prefix, types as written.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from leadhouse.extraction.patterns.vocabulary import words

_MAX_ITEMS = 400
_MAX_DEPTH = 12
_WRAPPER = re.compile(
    r"^\s*(?:<!--[^{\[]{0,200}?-->\s*)*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)?"
)
_WRAPPER_END = re.compile(r"(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>|;)\s*$")
# Strings first, so that what looks like a comment or a comma inside one is left alone.
_STRING_OR_NOISE = re.compile(
    r"""("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.{0,1000}?\*/|<!--.{0,1000}?-->|,(?=(?:\s|//[^\n]*|/\*.{0,1000}?\*/)*[}\]])""",
    re.S,
)
_HALF = re.compile(r"[\ud800-\udfff]")  # of a pair: JSON can name one (RFC 8259 8.2), no text can hold it
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})')
MAX_JSON = 500_000  # characters of a script that are read at all: five megabytes of brackets take 160 of objects
MAX_REPAIRED = 100_000  # characters of a page's scripts that are repaired
Item = dict[str, Any]


def read_json_ld(text: str, *, is_repaired: bool = True) -> list[Any]:
    """The items of one JSON-LD script, nested `@graph` opened. Broken JSON is repaired, or counts as nothing."""
    data = _load(text, is_repaired=is_repaired)
    items = data if isinstance(data, list) else [data]
    opened: list[Any] = []
    for item in items[:_MAX_ITEMS]:
        if isinstance(item, dict):
            graph = item.get("@graph")
            opened.extend(graph if isinstance(graph, list) else [item])
    return [item for item in opened if isinstance(item, dict)][:_MAX_ITEMS]


def _load(text: str, *, is_repaired: bool) -> Any:
    """JSON as written; else without what page builders put around and between it, as extruct forgives it, too."""
    if len(text) > MAX_JSON:
        return None
    with suppress(ValueError, RecursionError):
        return json.loads(text, strict=False)
    if not is_repaired:
        return None
    cleaned = _WRAPPER_END.sub("", _WRAPPER.sub("", text)).strip()[:MAX_REPAIRED]
    for repair in (_without_noise, _unescaped):
        with suppress(ValueError, RecursionError):  # html.unescape raises for a number of 5,000 digits, too
            cleaned = repair(cleaned)
            return json.loads(cleaned, strict=False)
    return None


def _without_noise(text: str) -> str:
    """JSON without comments and trailing commas."""
    return _STRING_OR_NOISE.sub(lambda match: match[1] or "", text)


def _unescaped(text: str) -> str:
    """JSON that a template escaped as HTML, or with backslashes that JSON does not know."""
    if '"' not in text and "&quot;" in text:
        text = html.unescape(text)
    return _without_noise(_BAD_ESCAPE.sub(r"\\\\", text))


def types_of(item: Item) -> set[str]:
    """The `@type` names of an item, without vocabulary prefix, in lower case."""
    value = item.get("@type")
    names = value if isinstance(value, list) else [value]
    return {name.rsplit("/", 1)[-1].rsplit("#", 1)[-1].lower() for name in names if isinstance(name, str)}


def text_of(value: Any) -> str:
    """The first plain text of a property value (`@value`, `name` and lists are opened)."""
    for _ in range(4):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("@value") or value.get("name") or value.get("@id")
        else:
            break
    if not isinstance(value, (str, int, float)):
        return ""
    text = " ".join(str(value).split())
    return text if text.isascii() else _HALF.sub("\ufffd", text)


def texts_of(value: Any) -> list[str]:
    """Every plain text of a property value."""
    values = value if isinstance(value, list) else [value]
    return [text for entry in values[:50] if (text := text_of(entry))]


def nested(items: list[Any]) -> Iterator[tuple[Item, str, Item | None]]:
    """Every item with the property that leads to it and its parent, breadth first, within depth and count bounds."""
    queue: list[tuple[Item, str, Item | None, int]] = [(item, "", None, 0) for item in items if isinstance(item, dict)]
    for count, (item, key, parent, depth) in enumerate(queue):
        if count >= _MAX_ITEMS:
            return
        yield item, key, parent
        if depth >= _MAX_DEPTH:
            continue
        for name, value in item.items():
            for entry in value if isinstance(value, list) else (value,):
                if isinstance(entry, dict) and len(queue) < _MAX_ITEMS:
                    queue.append((entry, name, item, depth + 1))


_OTHERS = words("person review blogposting article newsarticle comment event jobposting rating offer aggregaterating")
_OTHERS_KEYS = words(
    "author creator review reviews hiringOrganization sponsor performer itemReviewed customer employee "
    "employees member "
    "founder founders parentOrganization memberOf worksFor alumniOf manufacturer seller"
)


def contact_texts(items: list[Any], keys: tuple[str, ...]) -> Iterator[str]:
    """Values of contact properties of the page's own organization, wherever in it they are nested."""
    others: set[int] = set()
    for item, key, parent in nested(items):
        if types_of(item) & _OTHERS or key in _OTHERS_KEYS or id(parent) in others:
            others.add(id(item))
            continue
        for name in keys:
            yield from texts_of(item.get(name))


_OG_NAMESPACES = words("og music video article book profile product")
_PREFIX = re.compile(r"\s*(\w+):\s*([^\s]+)")


def open_graph_pairs(properties: list[tuple[str, str]], prefixes: str) -> list[tuple[str, str]]:
    """Open Graph properties of a head in document order, repeated ones too (ogp.me, "Arrays").

    `prefixes` is the `prefix` attribute of html and head: a page may name vocabularies of its own.
    """
    known = _OG_NAMESPACES | {name for name, _ in _PREFIX.findall(prefixes)}
    return [(name, content) for name, content in properties if name.partition(":")[0] in known]
