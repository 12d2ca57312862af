"""Addresses that a page's script writes: static expressions are worked out, nothing is run.

Only what needs no state is understood: joined and reversed literals, character codes, percent and base64 escapes,
replaced signs, and variables that are given a literal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import unquote

from leadhouse.extraction.markup import deobfuscate

_STEMS = (
    *("addy", "mailto", "znvygb", "uncryptmailto", "fromcharcode(", "atob(", "unescape(", "decodeuricomponent('"),
    *("@'", '@"', "'@", '"@', "[at]", "(at)", ".reverse("),
)
_MAX_CHARS = 6_000
_MAX_LITERALS = 200
_ROUNDS = 4
_LITERAL = r"""(?:'(?:[^'\\\n]|\\.){0,300}'|"(?:[^"\\\n]|\\.){0,300}")"""
_ASSIGNED = re.compile(rf"(?<![\w$.])([A-Za-z_$][\w$]{{0,40}})\s*=\s*({_LITERAL})\s*(?=[;,\n\r}}]|$)")
_CODES = re.compile(r"String\.fromCharCode\(\s*((?:\d{1,3}\s*,\s*){0,200}\d{1,3})\s*\)")
_UNESCAPED = re.compile(rf"(?:unescape|decodeURIComponent|decodeURI)\(\s*({_LITERAL})\s*\)")
_BASE64 = re.compile(rf"(?:window\.)?atob\(\s*({_LITERAL})\s*\)")
_REVERSED = re.compile(rf"({_LITERAL})\s*\.split\(\s*(?:''|\"\")\s*\)\s*\.reverse\(\s*\)\s*\.join\(\s*(?:''|\"\")\s*\)")
_REPLACED = re.compile(rf"({_LITERAL})\s*\.replace\(\s*({_LITERAL})\s*,\s*({_LITERAL})\s*\)")
_LISTED = re.compile(rf"\[\s*((?:{_LITERAL}\s*,\s*){{0,20}}{_LITERAL})\s*\]\s*\.join\(\s*({_LITERAL})\s*\)")
_ADDED = re.compile(rf"({_LITERAL})\s*\+\s*({_LITERAL})")
_ESCAPED = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))")
_EACH = re.compile(_LITERAL)
_MAILTO = re.compile(r"mailto:\s*([\w.+%-]{1,64}@[\w.-]{1,200}\.\w{2,24})", re.I)
_ADDRESS = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[a-z]{2,24}", re.I)
_ROT13_MAILTO = re.compile(r"znvygb:([\w.+%-]{1,64}@[\w.-]{1,200})", re.I)


def may_write(script: str) -> bool:
    """Whether a script holds a piece that scripts which write addresses are made of."""
    lowered = script.lower()
    return any(stem in lowered for stem in _STEMS)


@lru_cache(maxsize=256)  # a site's pages repeat their scripts
def address_in(script: str) -> str | None:
    """The first address that a script or an event handler puts together; None without one."""
    if not may_write(script):
        return None
    found = deobfuscate.joomla_cloak(script) or deobfuscate.typo3(script)
    if found:
        return found
    if match := _ROT13_MAILTO.search(script):
        return deobfuscate.rot13(match[1])
    text = _worked_out(deobfuscate.unescaped(script[:_MAX_CHARS]))
    if match := _MAILTO.search(text):
        return match[1]
    for literal in _EACH.findall(text)[:_MAX_LITERALS]:
        inside = _value(literal)
        if match := _MAILTO.search(inside):
            return match[1]
        if len(inside) < 120 and (match := _ADDRESS.fullmatch(deobfuscate.plain(inside).strip())):
            return match[0]
    return None


def _worked_out(text: str) -> str:
    for _ in range(_ROUNDS):
        before = text
        for pattern, compute in _STEPS:
            text = pattern.sub(compute, text)
        text = _with_variables(text)
        for _ in range(20):  # joins by pairs: a chain of n literals needs log n of these
            text, count = _ADDED.subn(lambda match: _quoted(_value(match[1]) + _value(match[2])), text)
            if not count:
                break
        if text == before or len(text) > 2 * _MAX_CHARS:
            break
    return text


def _with_variables(text: str) -> str:
    """Names that are given a literal replaced by it where they are joined to something."""
    values = dict(_ASSIGNED.findall(text)[:50])
    if not values:
        return text
    names = "|".join(re.escape(name) for name in values)
    used = re.compile(rf"(?<=\+)(\s*)({names})(?![\w$.(\[])|(?<![\w$.])({names})(?=\s*\+[^+=])|(?<=\()({names})(?=\))")
    return used.sub(lambda match: values[match[2] or match[3] or match[4]], text)


def _value(literal: str) -> str:
    inside = literal[1:-1]
    if "\\" not in inside:
        return inside
    inside = re.sub(
        r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))", lambda match: chr(int(match[1] or match[2], 16)), inside
    )
    return re.sub(r"\\(.)", r"\1", inside)


def _quoted(text: str) -> str:
    text = text.replace("\\", "").replace("\n", " ")
    return f"'{text}'" if "'" not in text else '"' + text.replace('"', "") + '"'


def _from_codes(match: re.Match[str]) -> str:
    return _quoted("".join(chr(int(code) % 256) for code in match[1].split(",")))


def _from_base64(match: re.Match[str]) -> str:
    return _quoted(deobfuscate.from_base64(_value(match[1])))


def _replaced(match: re.Match[str]) -> str:
    return _quoted(_value(match[1]).replace(_value(match[2]), _value(match[3]), 1))


def _listed(match: re.Match[str]) -> str:
    return _quoted(_value(match[2]).join(_value(literal) for literal in _EACH.findall(match[1])))


_STEPS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_CODES, _from_codes),
    (_UNESCAPED, lambda match: _quoted(unquote(_value(match[1])))),
    (_BASE64, _from_base64),
    (_REVERSED, lambda match: _quoted(_value(match[1])[::-1])),
    (_REPLACED, _replaced),
    (_LISTED, _listed),
)
