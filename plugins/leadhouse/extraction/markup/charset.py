"""Bytes to text, in the order a browser decides: byte-order mark, Content-Type header, meta element, guess.

Labels follow the WHATWG Encoding Standard where it differs from Python's codecs (``latin-1`` means windows-1252).
"""

from __future__ import annotations

import codecs
import re

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.+-]{2,40})""", re.I)
_HEADER = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9_:.+-]{2,40})""", re.I)
_WHATWG = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "unicode": "utf-8",
    "utf8": "utf-8",
    # a meta element that could be read as ASCII cannot stand in UTF-16
    "utf-16": "utf-8",
    "utf-16le": "utf-8",
    "utf-16be": "utf-8",
}
# Codecs of Python that are no charset of the standard; punycode takes quadratic time.
_NO_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"})


def _codec(label: str) -> str | None:
    name = label.strip().lower()
    name = _WHATWG.get(name, name)
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    return name if getattr(info, "_is_text_encoding", True) and info.name not in _NO_CHARSETS else None


def _declared(body: bytes, content_type: str | None) -> str | None:
    header = _HEADER.search(content_type or "")
    if header and (codec := _codec(header[1])):
        return codec
    meta = _META.search(body, 0, 4096)
    return _codec(meta[1].decode("ascii", "replace")) if meta else None


UNKNOWN = "unknown"  # the codec's name where the bytes are text in none that anything names
_MARKUP = re.compile(rb"<(script|style)\b.{0,100000}?</\1\s*>|<[^>]{0,5000}>", re.I | re.S)
_LETTERS = bytes(range(0x41, 0x5B)) + bytes(range(0x61, 0x7B))
_HIGH = bytes(range(0x80, 0x100))


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str]:
    """Return (text, codec name). Never raises: undecodable bytes become U+FFFD.

    Bytes that are not UTF-8 and whose encoding nothing names are read as browsers do (windows-1252); where most of
    their letters are beyond ASCII that is no text, and the codec's name is `UNKNOWN`.
    """
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace"), codec
    try:
        # Valid UTF-8 with any multi-byte sequence is practically never anything else, whatever the page declares.
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        declared = _declared(body, content_type)
    try:
        text = body.decode(declared or "cp1252", "replace")
    except (UnicodeError, ValueError):
        declared, text = None, body.decode("cp1252", "replace")
    if declared is None:
        return text, UNKNOWN if _is_foreign(body) else "cp1252"
    return text, declared


def _is_foreign(body: bytes) -> bool:
    """Whether most letters of the page's text are beyond ASCII, as in no language that windows-1252 is made for."""
    text = _MARKUP.sub(b" ", body[:200_000])
    high = len(text) - len(text.translate(None, _HIGH))
    return high >= 20 and high > len(text) - len(text.translate(None, _LETTERS))
