"""Undo the ways sites hide addresses from harvesters, each as its maker documents it."""

from __future__ import annotations

import base64
import binascii
import html
import re
import string
from collections.abc import Mapping
from functools import lru_cache
from unicodedata import is_normalized, normalize
from urllib.parse import unquote

_HEX = re.compile(r"^[0-9a-fA-F]{6,400}$")
_TYPO3 = re.compile(r"""UnCryptMailto\(\s*(?:%27|&#39;|['"])(.{6,300}?)(?:%27|&#39;|['"])""", re.I)
_TYPO3_RANGES = ((0x2B, 0x3A), (0x40, 0x5A), (0x61, 0x7A))
_JS_STRING = re.compile(r"""(['"])((?:(?!\1)[^\\\n]|\\.){0,200})\1""")
_JS_CLOAK = re.compile(r"""addy\w*\s*=\s*([^;]{3,400});""")
_ROT13 = str.maketrans(
    string.ascii_letters,
    string.ascii_lowercase[13:]
    + string.ascii_lowercase[:13]
    + string.ascii_uppercase[13:]
    + string.ascii_uppercase[:13],
)
# Words for "@" in brackets, by language: English, German, Spanish/Portuguese, French, Italian, Hungarian, Polish,
# Czech/Slovak, Russian, Ukrainian, Dutch, Swedish/Danish, Norwegian, Finnish, Turkish, Serbian, Greek, Hebrew,
# Japanese, Chinese, Korean.
_AT_WORDS = (
    r"at|ät|[aä]t-merkki|æt|aet|arroba|arobase|arobas|chez|chiocciola|presso|kukac|małpa|malpa|zavináč|zavinac|собака"
    r"|сабака|равлик"
    r"|apenstaartje|snabel-?a|snabela|krøllalfa|kissanhäntä|miukumauku|ett|affe|klammeraffe|kuyruklu ?a|majmunče|παπάκι"
    r"|שטרודל|アット|アットマーク|圈a|골뱅이|a"
)
_DOT_WORDS = (
    r"dot|punkt|point|punto|ponto|pont|kropka|tečka|tecka|точка|крапка|punt|prikk|piste|nokta|tačka|τελεία|נקודה"
    r"|ドット|点|닷"
)
_BRACKET_AT = re.compile(
    (
        rf"(?<=[\w.+-])[ \u00a0]*(?:[(\[{{<][ \u00a0]*(?:{_AT_WORDS}|@|\*|ã)[ \u00a0]*[)\]}}>]"
        rf"|[-_]{{1,2}}at[-_]{{1,2}})[ \u00a0]*"
        rf"(?=[a-z0-9-]{{2,60}}[ \u00a0]*(?:\.|[(\[{{<][ \u00a0]*(?:{_DOT_WORDS}|\.)"
        rf"|[ \u00a0](?:{_DOT_WORDS})[ \u00a0]))"
    ),
    re.I,
)
_BRACKET_DOT = re.compile(rf"\s*[(\[{{<]\s*(?:{_DOT_WORDS}|\.)\s*[)\]}}>]\s*", re.I)
_BARE = re.compile(
    rf"(?<![\w.@])([a-z0-9][\w.+-]{{0,60}})[ \u00a0]+(?:at|ät|arroba|chiocciola|@)[ \u00a0]+"
    rf"([a-z0-9-]{{2,60}}(?:[ \u00a0]+(?:{_DOT_WORDS})[ \u00a0]+[a-z0-9-]{{2,60}}){{1,3}})(?!\w)",
    re.I,
)
_SPACED = re.compile(  # no profile's name behind its network: ``Instagram @cafe.rome``
    r"(?<![\w.@])(?!(?:instagram|insta|ig|facebook|fb|twitter|x|tiktok|youtube|threads|telegram|us)[ \u00a0]{1,3}@\w)"
    r"([a-z0-9][\w.+-]{0,60})[ \u00a0]{0,3}@[ \u00a0]{0,3}([a-z0-9-]+(?:\.[a-z0-9-]+)+)",
    re.I,
)
# Words for the sign that mean nothing else between two words of an address, so no bracket is needed.
_BARE_SURE = re.compile(
    r"(?<![\w.@])([a-z0-9][\w.+-]{0,60})[ \u00a0]+(?:kukac|zavináč|zavinac|małpa|arobase"
    r"|apenstaartje|snabel-?a|krøllalfa"
    r"|παπάκι|собака|klammeraffe|chiocciola)[ \u00a0]+"
    rf"([a-z0-9-]{{2,60}}(?:(?:[ \u00a0]+(?:{_DOT_WORDS})[ \u00a0]+|\.)[a-z0-9-]{{2,60}}){{1,3}})(?!\w)",
    re.I,
)
_BARE_DOT = re.compile(rf"[ \u00a0]+(?:{_DOT_WORDS})[ \u00a0]+", re.I)
_LABELLED = re.compile(
    r"(?<!\w)((?:e-?mail|mail|correo|courriel|kontakt|contact)[ \u00a0]*:[ \u00a0]*)([a-z0-9][\w.+-]{0,60})[ \u00a0]+"
    r"(?:at|ät|arroba|chiocciola)[ \u00a0]+([a-z0-9-]+(?:\.[a-z0-9-]+)+)",
    re.I,
)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\u00ad\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e"))
INVISIBLE = {**_INVISIBLE, ord("\uff20"): "@", ord("\ufe6b"): "@", ord("\uff0e"): "."}
INVISIBLE |= dict.fromkeys(map(ord, "\u2010\u2011"), "-")  # hyphens that tell one from a minus, or hold a line together
_INVISIBLE_CHAR = re.compile("[" + "".join(map(chr, INVISIBLE)) + "]")
# What must stand in a text before a pattern above is tried; written to start with a set of characters, which is fast.
_MAYBE_AT = re.compile(r"[(\[{<@]|[-_][aA][tT][-_]|[ \u00a0](?:[aAäÄ][tT]|[aA][rR][rR][oO]|[cC][hH][iI][oO][cC])")
_MAYBE_BRACKET_AT = re.compile(rf"[(\[{{<][ \u00a0]*(?:{_AT_WORDS}|@|\*|ã)[ \u00a0]*[)\]}}>]|[-_]at[-_]", re.I)
_SHORT_BRACKET = re.compile(r"[(\[{<][^()\[\]{}<>]{1,24}[)\]}>]|[-_][aA][tT][-_]")
_MAYBE_BARE = re.compile(  # before `_BARE` and `_LABELLED`: the sign's word, and one that goes on like a domain
    rf"[ \u00a0](?:at|ät|arroba|chiocciola|@)[ \u00a0]+[a-z0-9-]+(?:\.|[ \u00a0]+(?:{_DOT_WORDS}))", re.I
)
_SURE_STEMS = ("kuka", "zavi", "małp", "apen", "snab", "krøl", "παπά", "соба", "klam")
_MAYBE_SURE = re.compile(rf"[ \u00a0](?:arob|chio|{'|'.join(_SURE_STEMS)})", re.I)
_SPOKEN_AT = tuple(
    [blank + word for blank in " \u00a0" for word in ("at", "ät", "arro", "arob", "chioc", *_SURE_STEMS)]
    + [one + "at" + two for one in "-_" for two in "-_"]
)
_BLANK_AT = re.compile(r"[ \u00a0]@|@[ \u00a0]")


def cloudflare(code: str) -> str | None:
    """Decode `data-cfemail` (Cloudflare e-mail protection): the first byte is XORed onto every other."""
    if not _HEX.match(code) or len(code) % 2:
        return None
    data = bytes.fromhex(code)
    text = bytes(byte ^ data[0] for byte in data[1:]).decode("utf-8", "replace")
    return text if "@" in text else None


def _shifted(char: str, shift: int) -> str:
    point = ord(char)
    for low, high in _TYPO3_RANGES:
        if low <= point <= high:
            return chr((point - low + shift) % (high - low + 1) + low)
    return char


def typo3(script: str) -> str | None:
    """Decode TYPO3's `linkTo_UnCryptMailto('...')`: a Caesar shift per range; the shift is site configuration."""
    match = _TYPO3.search(script)
    return caesar_mailto(unquote(match[1])) if match else None


def caesar_mailto(text: str) -> str | None:
    """Find the shift under which `text` reads ``mailto:...`` (also TYPO3's `data-mailto-token`)."""
    for shift in range(-25, 26):
        if "".join(_shifted(char, shift) for char in text[:7]) == "mailto:":
            return "".join(_shifted(char, shift) for char in text[7:])
    return None


_USER_KEYS = ("data-user", "data-name", "data-local", "data-mailbox", "data-account", "data-u", "data-first")
_DOMAIN_KEYS = ("data-domain", "data-host", "data-d", "data-second")


def split_attributes(attributes: Mapping[str, str]) -> str | None:
    """The address whose parts stand in data attributes, for a script or CSS to join; also one written backwards."""
    user = next((value for key in _USER_KEYS if (value := attributes.get(key))), None)
    domain = next((value for key in _DOMAIN_KEYS if (value := attributes.get(key))), None)
    if user and domain:
        ending = (attributes.get("data-tld") or "").strip(".")
        return f"{user}@{domain.strip('@')}{'.' if ending else ''}{ending}"
    whole = plain(next((value for key in _WHOLE_KEYS if (value := attributes.get(key))), "")[:300])
    if "@" not in whole or len(whole) > 254:
        return None
    return whole[::-1] if re.match(r"^[a-z]{2,6}\.", whole) and "." not in whole.rpartition("@")[2] else whole


# An element with one of these may carry an address that scripts or CSS put together.
ADDRESS_ATTRIBUTES = frozenset(
    {
        "data-cfemail", "data-mailto-token", "data-domain", "data-host", "data-email", "data-mail", "data-mailto",
        "data-enc-email", "data-email-encoded", "data-rot13", "data-b64", "data-base64",
    }
)  # fmt: skip
_WHOLE_KEYS = ("data-email", "data-mail", "data-mailto")
_ROT13_KEYS = ("data-enc-email", "data-rot13", "data-email-encoded")
_BASE64_KEYS = (*_WHOLE_KEYS, "data-b64", "data-base64", "data-email-encoded")


def from_attributes(attributes: Mapping[str, str]) -> str | None:
    """The address that an element's data attributes hold, plain, in parts, backwards, ROT13 or base64; None without."""
    if code := attributes.get("data-cfemail"):
        return cloudflare(code)
    found = split_attributes(attributes)
    for key in _ROT13_KEYS if found is None else ():
        found = found or _address_only(rot13(attributes.get(key, "")).replace("[at]", "@"))
    for key in _BASE64_KEYS if found is None else ():
        found = found or _address_only(from_base64(attributes.get(key, "")))
    return found if found and "@" in found else None


def _address_only(text: str) -> str | None:
    text = text.removeprefix("mailto:")
    return text if re.fullmatch(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[a-zA-Z]{2,24}", text) else None


def from_base64(text: str) -> str:
    """What base64 text says when that is plain text (RFC 4648, padding may be missing); else nothing."""
    if not 8 <= len(text) <= 400:
        return ""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""


def visible(text: str) -> str:
    """Text without characters that nobody sees; full-width signs of an address and special hyphens as plain ones.

    Letters and their marks are one character (Unicode Standard Annex 15, NFC): some systems write them apart.
    """
    text = text.translate(INVISIBLE) if _INVISIBLE_CHAR.search(text) else text
    return text if is_normalized("NFC", text) else normalize("NFC", text)


def rot13(text: str) -> str:
    """Decode ROT13, as e-mail encoder plug-ins write into data attributes."""
    return text.translate(_ROT13)


def unescaped(script: str) -> str:
    """HTML's references undone; the script as it is where one is a number that Python refuses to read."""
    try:
        return html.unescape(script)
    except ValueError:
        return script


def joomla_cloak(script: str) -> str | None:
    """Join the string pieces of Joomla's e-mail cloaking script into the address they build."""
    pieces = [
        piece
        for expression in _JS_CLOAK.findall(unescaped(script))
        for _, piece in _JS_STRING.findall(expression)
        if "<" not in piece
    ]
    address = "".join(pieces).replace("mailto:", "")
    return address if "@" in address else None


def plain(text: str) -> str:
    """Rewrite spoken addresses in visible text (``info [at] example [dot] de``) as addresses; other text is kept."""
    if not _may_spell_at(text):
        return text
    return "\n".join(
        [_line(line) if _MAYBE_AT.search(line) or _MAYBE_SURE.search(line) else line for line in text.split("\n")]
    )


def _may_spell_at(text: str) -> bool:
    """Whether a text holds a sign or word that could stand for an at-sign."""
    if "@" in text or "(" in text or "[" in text or "{" in text or "<" in text:
        return True
    text = text.lower()
    for word in _SPOKEN_AT:  # noqa: SIM110 - a generator takes twice as long
        if word in text:
            return True
    return False


@lru_cache(maxsize=20_000)  # menus and footers repeat over a site's pages
def _line(line: str) -> str:
    if _SHORT_BRACKET.search(line) and _MAYBE_BRACKET_AT.search(line) and _BRACKET_AT.search(line):
        line = _BRACKET_AT.sub("@", line)
        line = _BRACKET_DOT.sub(".", line)
        line = re.sub(r"(@[a-z0-9.-]{2,60})" + _BARE_DOT.pattern + r"([a-z]{2,24})\b", r"\1.\2", line, flags=re.I)
    if _MAYBE_SURE.search(line):
        line = _BARE_SURE.sub(lambda match: f"{match[1]}@{_BARE_DOT.sub('.', match[2])}", line)
    if _MAYBE_BARE.search(line):
        line = _BARE.sub(lambda match: f"{match[1]}@{_BARE_DOT.sub('.', match[2])}", line)
        line = _LABELLED.sub(r"\1\2@\3", line)
    return _SPACED.sub(r"\1@\2", line) if "@" in line and _BLANK_AT.search(line) else line
