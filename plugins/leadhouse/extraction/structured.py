"""Structured data of a page: JSON-LD (flattened), microdata. Keys without vocabulary prefix; types as written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from leadhouse.extraction.vocabulary import words

_MAX_ITEMS = 400
_MAX_DEPTH = 12
_COMMENT = re.compile(r"^\s*(?:<!--|//<!\[CDATA\[|/\*<!\[CDATA\[\*/)|(?:-->|//\]\]>|/\*\]\]>\*/)\s*$")
_CONTROL = re.compile(r"[\x00-\x1f]")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
Item = dict[str, Any]


def read_json_ld(text: str) -> list[Any]:
    """The items of one JSON-LD script, nested `@graph` opened. Broken JSON gets one repair, then counts as nothing."""
    data = _load(text)
    items = data if isinstance(data, list) else [data]
    opened: list[Any] = []
    for item in items[:_MAX_ITEMS]:
        if isinstance(item, dict):
            graph = item.get("@graph")
            opened.extend(graph if isinstance(graph, list) else [item])
    return [item for item in opened if isinstance(item, dict)][:_MAX_ITEMS]


def _load(text: str) -> Any:
    cleaned = _COMMENT.sub("", text.strip())
    for candidate in (cleaned, _TRAILING_COMMA.sub(r"\1", _CONTROL.sub(" ", cleaned))):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


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
    return " ".join(str(value).split()) if isinstance(value, (str, int, float)) else ""


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


def read_microdata(tree: LexborHTMLParser) -> list[Item]:
    """Top-level microdata items in JSON-LD's shape (HTML Living Standard, microdata)."""
    found: dict[int, Item] = {}
    top: list[Item] = []
    for node in tree.css("[itemscope]")[:_MAX_ITEMS]:
        item: Item = {"@type": list((node.attributes.get("itemtype") or "").split())}
        found[node.mem_id] = item
    for node in tree.css("[itemscope], [itemprop]")[: _MAX_ITEMS * 5]:
        owner = _owner(node, found)
        names = (node.attributes.get("itemprop") or "").split()
        own = found.get(node.mem_id)
        if owner is None or not names:
            if own is not None:
                top.append(own)
            continue
        value: Any = own if own is not None else _property(node)
        for name in names:
            key = name.rsplit("/", 1)[-1]
            owner[key] = [*owner[key], value] if isinstance(owner.get(key), list) else [value]
    return top


def _owner(node: LexborNode, found: dict[int, Item]) -> Item | None:
    parent = node.parent
    for _ in range(200):
        if parent is None:
            return None
        if parent.mem_id in found:
            return found[parent.mem_id]
        parent = parent.parent
    return None


def _property(node: LexborNode) -> str:
    attributes = node.attributes
    for name in ("content", "href", "src", "datetime"):
        if value := attributes.get(name):
            return value.strip()[:2000]
    return " ".join((node.text(deep=True, separator=" ") or "").split())[:2000]
