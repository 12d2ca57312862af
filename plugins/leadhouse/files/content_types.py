"""Whether bytes look like the type that is declared for them, by their first few hundred.

No proof of a type (a text may be anything), but an executable, a page or an archive does not pass as a table or image.
Signatures: WHATWG MIME Sniffing, section 6, and the formats' own specifications.
"""

from __future__ import annotations

import codecs

SNIFF_BYTES = 512

_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),  # an empty one
    (b"\x1f\x8b", "application/gzip"),
    (b"\x7fELF", "application/x-executable"),
    (b"MZ", "application/x-executable"),
    (b"#!", "application/x-executable"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
_PAGE_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<iframe", b"<svg")
_ZIP_FAMILY = "application/vnd.openxmlformats-officedocument."
_TEXT_LIKE = frozenset({"application/json", "application/x-ndjson", "application/xml"})


def sniff(start: bytes) -> str | None:
    """The type that the first bytes show: of a known signature, ``text/html``, ``text/plain``; None for other bytes."""
    for signature, content_type in _SIGNATURES:
        if start.startswith(signature):
            return content_type
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "image/webp"
    head = start.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if head.startswith(_PAGE_STARTS):
        return "text/html"
    return "text/plain" if _is_text(start) else None


def is_plausible(declared: str, start: bytes) -> bool:
    """Whether bytes that begin so may be of the declared type; an empty file may be any text."""
    found = sniff(start)
    if declared == "text/html":
        return found in {"text/html", "text/plain"}
    if declared.startswith("text/") or declared in _TEXT_LIKE:
        # MZ and #! are letters, too: a table whose first heading begins so is one all the same
        return found == "text/plain" or (found == "application/x-executable" and _is_text(start) and start[:2] == b"MZ")
    if declared.startswith(_ZIP_FAMILY):
        return found == "application/zip"
    return found == declared


def _is_text(start: bytes) -> bool:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    # a byte below the space that is no line break, tab or form feed makes it binary (MIME Sniffing, 5.1)
    return not any(byte < 0x20 and byte not in b"\t\n\f\r\x1b" for byte in start)
