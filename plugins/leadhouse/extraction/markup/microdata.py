"""Microdata of a parsed page in JSON-LD's shape (HTML Living Standard, "Microdata"; values as extruct reads them)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from leadhouse.extraction.patterns.vocabulary import words

_MAX_ITEMS = 400
_MAX_PROPERTIES = 2_000
_MAX_TEXT = 2_000  # characters of one value
_MAX_TEXT_READ = 1_000_000  # characters of all texts: nested properties read theirs again
_DEPTH = 512
_WITH_SOURCE = words("audio embed iframe img source track video")
_WITH_HREF = words("a area link")
_UNSPOKEN = re.compile(r"<(script|style)[ >].*?</\1>|<!--.*?-->", re.S)
_TAG = re.compile(r"<[^>]*>")
Item = dict[str, Any]


class MicrodataReader:
    """Reads the items of one page. `resolve` makes an address absolute."""

    def __init__(self, tree: LexborHTMLParser, resolve: Callable[[str], str]) -> None:
        self._tree, self._resolve = tree, resolve
        self._items: dict[int, Item] = {}
        self._nodes: dict[int, LexborNode] = {}
        self._properties: list[tuple[LexborNode, int]] = []  # with the node id of the item they stand in, or 0
        self._owned: set[int] = set()
        self._unread = _MAX_TEXT_READ

    def read(self) -> list[Item]:
        """The items that are no property of another one, in document order; broken references are left out."""
        for node in self._tree.css("[itemscope]")[:_MAX_ITEMS]:
            types = (node.attributes.get("itemtype") or "").split()
            item: Item = {"@type": types}
            if types and (identifier := (node.attributes.get("itemid") or "").strip()):
                item["@id"] = identifier
            self._items[node.mem_id], self._nodes[node.mem_id] = item, node
        for node in self._tree.css("[itemprop]")[:_MAX_PROPERTIES]:
            self._properties.append((node, self._scope_of(node)))
        for node, scope in self._properties:
            if scope:
                self._state(scope, node)
        self._follow_references()
        for key in self._owned:  # an address may be one text; that of an item on its own is the page's
            item = self._items[key]
            if not item.keys() - {"@type", "@id"} and (text := self._text(self._nodes[key])):
                item["@value"] = text
        return [item for key, item in self._items.items() if key not in self._owned]

    def _scope_of(self, node: LexborNode) -> int:
        """Node id of the nearest item around a property; 0 outside any."""
        parent = node.parent
        for _ in range(_DEPTH):
            if parent is None or parent.mem_id in self._items:
                break
            parent = parent.parent
        return 0 if parent is None or parent.mem_id not in self._items else int(parent.mem_id)

    def _state(self, owner: int, node: LexborNode) -> None:
        names = (node.attributes.get("itemprop") or "").split()
        own = self._items.get(node.mem_id)
        if own is not None and (node.mem_id in self._owned or not names or self._holds(own, self._items[owner])):
            return
        if own is not None:
            self._owned.add(node.mem_id)
        value = own if own is not None else self._value(node)
        for name in names:
            self._items[owner].setdefault(name.rsplit("/", 1)[-1], []).append(value)

    def _holds(self, item: Item, wanted: Item) -> bool:
        """Whether `wanted` is an item or nested in it: a reference to it would be a circle."""
        waiting = [item]
        for _ in range(_MAX_ITEMS):
            if not waiting:
                return False
            current = waiting.pop()
            if current is wanted:
                return True
            for values in current.values():
                waiting.extend(value for value in values if isinstance(value, dict))
        return True

    def _follow_references(self) -> None:
        references = [
            (key, (node.attributes.get("itemref") or "").split()[:20])
            for key, node in self._nodes.items()
            if node.attributes.get("itemref")
        ]
        if not references:
            return
        by_id: dict[str, LexborNode] = {}
        for node in self._tree.css("[id]")[:5_000]:
            by_id.setdefault(node.attributes.get("id") or "", node)
        for owner, identifiers in references:
            for identifier in identifiers:
                if (referenced := by_id.get(identifier)) is not None:
                    self._state_referenced(owner, referenced)

    def _state_referenced(self, owner: int, root: LexborNode) -> None:
        """The properties in a referenced element that stand in the same item as the element itself."""
        if root.mem_id in self._items and "itemprop" in root.attributes:
            self._state(owner, root)
            return
        scope = int(root.mem_id) if root.mem_id in self._items else self._scope_of(root)
        inside = {node.mem_id for node in root.css("[itemprop]")} | {root.mem_id}
        for node, found in self._properties:
            if found == scope and node.mem_id in inside:
                self._state(owner, node)

    def _value(self, node: LexborNode) -> str:
        attributes, tag = node.attributes, node.tag or ""
        if tag == "meta":
            found = attributes.get("content") or ""
        elif tag in _WITH_SOURCE or tag in _WITH_HREF or tag == "object":
            name = "src" if tag in _WITH_SOURCE else "href" if tag in _WITH_HREF else "data"
            found = self._resolve((attributes.get(name) or "").strip())
        elif tag in {"data", "meter"}:
            found = attributes.get("value") or ""
        elif tag == "time":
            found = attributes.get("datetime") or self._text(node)
        else:
            found = attributes.get("content") or self._text(node)
        return found[:_MAX_TEXT]

    def _text(self, node: LexborNode) -> str:
        if self._unread <= 0:
            return ""
        if node.css_first("script, style") is not None:
            text = _plain(_UNSPOKEN.sub("", node.inner_html or ""))
        else:
            text = node.text(deep=True, separator=" ") or ""
        self._unread -= len(text) + 100
        return " ".join(text.split())[:_MAX_TEXT]


def _plain(markup: str) -> str:
    from html import unescape

    return unescape(_TAG.sub(" ", markup))
