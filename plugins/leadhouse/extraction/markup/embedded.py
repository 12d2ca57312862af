"""RDFa and microformats by extruct, for the few pages that state who they are in no other way.

extruct reads a page in 75 ms where ours takes one or two, and loads rdflib and Beautiful Soup; so the bytes must show
first that there is something in it about a company, a person or an address. Both come back in JSON-LD's shape.
"""

from __future__ import annotations

import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser

# Larger pages, and those with more cards, are left out: the readers take seconds for them, or minutes where cards nest.
_MAX_CHARS = 300_000
_MAX_TAGS = 4_000
_MAX_CARDS = 60
_MAX_NESTED = 6
_MAX_ITEMS = 200
_MAX_DEPTH = 6
_RDFA = re.compile(
    r"""\stypeof\s*=\s*["'][^"'>]*(?:organi[sz]ation|business|corporation|person|postaladdress|contactpoint|agent"""
    r"""|store|restaurant|hotel|dentist|physician|attorney|vcard|v:adr)""",
    re.I,
)
_CARD = re.compile(r"""\sclass\s*=\s*["'][^"'>]*(?<![\w-])(?:h-card|vcard)(?![\w-])""", re.I)
_CARD_PARTS = re.compile(
    r"""\sclass\s*=\s*["'][^"'>]*(?<![\w-])(?:[pu]-(?:org|tel|email|adr|street-address|job-title|role)|h-adr|org|tel|adr"""
    r"""|street-address)(?![\w-])""",
    re.I,
)
_FORMATS = re.compile(r"(?<![\w-])(?:h-[a-z]|vcard|adr|geo|hentry|hfeed|vevent|hproduct|hreview|hrecipe|hresume)")
_CARD_NAMES = {
    "name": "name", "org": "legalName", "tel": "telephone", "email": "email", "url": "url", "job-title": "jobTitle",
    "role": "jobTitle", "adr": "address", "street-address": "streetAddress", "locality": "addressLocality",
    "postal-code": "postalCode", "region": "addressRegion", "country-name": "addressCountry",
}  # fmt: skip
Item = dict[str, Any]


def syntaxes_in(text: str) -> list[str]:
    """Which of extruct's syntaxes a page's source may state facts in; none for nearly every page."""
    may_be_rdfa, may_be_cards = "typeof=" in text, "card" in text and ("vcard" in text or "h-card" in text)
    if not (may_be_rdfa or may_be_cards) or len(text) > _MAX_CHARS or text.count("<") > _MAX_TAGS:
        return []
    found = []
    if may_be_rdfa and text.count("typeof=") <= _MAX_CARDS and _RDFA.search(text):
        found.append("rdfa")
    if may_be_cards and text.count("card") <= _MAX_CARDS and _CARD.search(text) and _CARD_PARTS.search(text):
        found.append("microformat")
    return found


def read_embedded(text: str, url: str, tree: LexborHTMLParser) -> list[Item]:
    """Items of RDFa and microformats, with JSON-LD's keys. Never raises: what extruct cannot read states nothing."""
    found: list[Item] = []
    for syntax in syntaxes_in(text):
        sources = [text] if syntax == "rdfa" else _card_sources(tree)
        found.extend(item for source in sources for item in _items(syntax, source, url))
    return found[:_MAX_ITEMS]


def _card_sources(tree: LexborHTMLParser) -> list[str]:
    """The outermost cards alone: the reader's time doubles with each format that stands in another one."""
    cards = tree.css(".vcard, .h-card")[:_MAX_CARDS]
    known = {card.mem_id for card in cards}
    sources = []
    for card in cards:
        parent = card.parent
        while parent is not None and parent.mem_id not in known:
            parent = parent.parent
        source = (card.html or "") if parent is None else ""
        if source and len(_FORMATS.findall(source)) <= _MAX_NESTED:
            sources.append(source)
    return sources


def _items(syntax: str, text: str, url: str) -> list[Item]:
    import extruct

    try:
        read = extruct.extract(text, base_url=url, syntaxes=[syntax], errors="ignore").get(syntax, [])
        return _rdfa(read) if syntax == "rdfa" else _cards(read)
    except Exception:  # extruct and the parsers under it raise whatever a page provokes; other syntaxes still count
        return []


def _rdfa(nodes: list[Item]) -> list[Item]:
    """Expanded JSON-LD with references to items with bare names, nested where one item alone refers to another."""
    by_id = {node["@id"]: node for node in nodes if "@id" in node}
    referred = {
        value["@id"]
        for node in nodes
        for key, values in node.items()
        if key[:1] != "@"
        for value in values
        if isinstance(value, dict) and "@id" in value
    }
    top = [node for node in nodes if "@type" in node and node.get("@id") not in referred]
    return [_bare(node, by_id, 0) for node in top[:_MAX_ITEMS]]


def _bare(node: Item, by_id: dict[str, Item], depth: int) -> Item:
    item: Item = {"@type": list(node.get("@type", []))}
    for key, values in node.items():
        if key[:1] == "@":
            continue
        name = re.split(r"[/#]", key)[-1]
        for value in values:
            reference = by_id.get(value.get("@id", "")) if isinstance(value, dict) else None
            if reference is not None and depth < _MAX_DEPTH:
                found: Any = _bare(reference, by_id, depth + 1)
            else:
                found = value.get("@value", value.get("@id")) if isinstance(value, dict) else value
            item.setdefault(name, []).append(found)
    return item


def _cards(found: list[Item]) -> list[Item]:
    waiting = [(entry, 0) for entry in found]
    cards: list[Item] = []
    for entry, depth in waiting:
        if not isinstance(entry, dict) or depth > _MAX_DEPTH or len(cards) >= _MAX_ITEMS:
            continue
        if "h-card" in entry.get("type", ()):
            cards.append(_card(entry))
        else:
            waiting.extend((child, depth + 1) for child in entry.get("children", ()))
    return cards


def _card(entry: Item) -> Item:
    """A card is a company's where it names an organization as the card's own name, or no name but that."""
    stated = entry.get("properties", {})
    names, companies = _texts(stated.get("name")), _texts(stated.get("org"))
    is_company = bool(companies) and (not names or names[0] in companies)
    item: Item = {"@type": ["Organization" if is_company else "Person"]}
    if is_company:
        item["name"] = companies
    parts = _renamed({key: stated[key] for key in stated if key not in ({"org"} if is_company else {"org", "adr"})})
    item = {**parts, **item} if is_company else {**item, **parts}
    address = {key: item.pop(key) for key in ("streetAddress", "addressLocality", "postalCode") if key in item}
    if address:
        address |= {key: item.pop(key) for key in ("addressRegion", "addressCountry") if key in item}
        item.setdefault("address", []).append({"@type": ["PostalAddress"], **address})
    return item


def _renamed(stated: Item) -> Item:
    item: Item = {}
    for key, values in stated.items():
        if (name := _CARD_NAMES.get(key)) is None:
            continue
        for value in values:
            if isinstance(value, dict) and "properties" in value:
                nested = _renamed({part: value["properties"][part] for part in value["properties"] if part != "name"})
                if nested:  # the name of an address is its parts without a blank between them
                    kind = ["PostalAddress"] if key == "adr" else []
                    item.setdefault(name, []).append({"@type": kind, **nested})
            else:
                text = value.get("value", "") if isinstance(value, dict) else str(value)
                item.setdefault(name, []).append(text.removeprefix("mailto:").removeprefix("tel:"))
    return item


def _texts(values: Any) -> list[str]:
    return [str(value.get("value", "")) if isinstance(value, dict) else str(value) for value in values or ()]
