"""Texts of mails as people would read them: decoded, whatever their encoding claims, and cut above what they return."""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
import tomllib
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from pathlib import Path

_WORDS = tomllib.loads(Path(__file__).with_name("bounce_words.toml").read_text("utf-8"))["texts"]


def _one_of(name: str, form: str, flags: int = re.I) -> re.Pattern[str]:
    return re.compile(form.format("|".join(_WORDS[name].splitlines())), flags)


RETURNED = _one_of("returned", r"^[ \t>*-]*(?:{})[^\n]*$", re.I | re.M)  # the report's own words end here
EXPIRED = _one_of("expired", "{}")
_AUTOMATIC = _one_of("automatic", r"^\W*(?:{})")


def text_of(part: Message) -> str:
    """A part's text; what cannot be decoded as it claims is read as far as it can be. Raises nothing."""
    payload = part.get_payload()
    if isinstance(payload, list):
        payload = "\n\n".join(each.as_string() for each in payload if isinstance(each, Message))
    data = str(payload).encode("utf-8", "surrogateescape")
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if encoding == "base64":
        try:
            data = base64.b64decode(b"".join(data.split()) + b"===")
        except (binascii.Error, ValueError):
            return ""
    elif encoding == "quoted-printable":
        data = quopri.decodestring(data)
    for charset in (part.get_content_charset(), "utf-8"):
        try:
            return data.decode(charset or "utf-8")
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("latin-1")


def header_text(message: Message | None, name: str) -> str:
    """A header's decoded value (RFC 2047), also one of raw octets; empty where there is none. Raises nothing."""
    raw = message.raw_items() if message is not None else ()
    value = next((str(each) for key, each in raw if key.lower() == name.lower()), None)
    if value is None:
        return ""
    octets = value.encode("utf-8", "surrogateescape")
    try:
        told = octets.decode("utf-8")
    except UnicodeDecodeError:
        told = octets.decode("latin-1")
    try:
        return "".join(_decoded(part, charset) for part, charset in decode_header(told))
    except (HeaderParseError, ValueError, binascii.Error):
        return told


def _decoded(part: bytes | str, charset: str | None) -> str:
    if isinstance(part, str):
        return part
    try:
        return part.decode(charset or "utf-8", "replace")
    except LookupError:
        return part.decode("latin-1")


def shown_text(markup: str) -> str:
    """What a page of HTML shows, a line a block; good enough to read a report by."""
    shown = re.sub(r"(?is)<(script|style|head)\b.*?</\1\s*>|<!--.*?-->", " ", markup)
    shown = re.sub(r"(?i)<(?:br|/p|/div|/tr|/li|/h\d)\b[^>]*>", "\n", shown)
    shown = html.unescape(re.sub(r"<[a-zA-Z/!][^<>]*>", " ", shown))
    return "\n".join(" ".join(line.split()) for line in shown.splitlines())


def is_automatic_subject(subject: str) -> bool:
    """Whether a subject says that a machine answers for who is away, in some twenty languages."""
    return bool(_AUTOMATIC.match(subject))
