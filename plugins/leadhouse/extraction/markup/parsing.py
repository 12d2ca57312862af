"""One parse of one page: bytes to a `Page`. It accepts any bytes and never raises."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from leadhouse.extraction.markup.charset import decode
from leadhouse.extraction.markup.embedded import read_embedded
from leadhouse.extraction.markup.limits import bounded
from leadhouse.extraction.markup.microdata import MicrodataReader
from leadhouse.extraction.markup.page import MAX_BLOCKS, MAX_BYTES, MAX_TEXT, Page, safe_host
from leadhouse.extraction.markup.walk import Walker


def parse(body: bytes, url: str, content_type: str | None = None) -> Page:
    """Parse one HTML answer. `url` is absolute; text is Unicode; a body over `MAX_BYTES` is cut and says so."""
    text, charset = decode(body[:MAX_BYTES], content_type)
    page = Page(url=url, host=safe_host(url), charset=charset, body_bytes=len(body))
    page.is_truncated = len(body) > MAX_BYTES
    if not text or text.isspace():
        return page
    text, is_cut = bounded(text)
    page.is_truncated |= is_cut
    try:
        tree = LexborHTMLParser(text)
    except (ValueError, RuntimeError, MemoryError):  # lexbor refuses the input; the page then simply holds nothing
        return page
    walker = Walker(page)
    walker.read(tree.html or "")
    if "itemscope" in text:
        page.microdata = MicrodataReader(tree, walker.resolver).read()
    page.microdata.extend(read_embedded(text, url, tree))
    _index(page)
    return page


def _index(page: Page) -> None:
    offset = 0
    if len(page.blocks) > MAX_BLOCKS:
        del page.blocks[MAX_BLOCKS:]
        page.is_truncated = True
    for index, block in enumerate(page.blocks):
        if offset > MAX_TEXT:
            del page.blocks[index:]
            page.is_truncated = True
            break
        block.start = offset
        page.starts.append(offset)
        offset += len(block.text) + 1
    page.text = "\n".join(block.text for block in page.blocks)
    page.lowered = page.text.lower()
