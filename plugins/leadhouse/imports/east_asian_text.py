"""Japanese, Korean and Chinese text of exports that are not UTF-8, told by how common its signs are.

The national standards order their signs by use: JIS X 0208, GB 2312 and Big5 hold the common ideographs in a first
level, KS X 1001 the syllables before the ideographs. Western or Cyrillic bytes read so fall outside, or are torn.
"""

from __future__ import annotations

import re

LEAST_SHARE = 0.9  # of the signs above ASCII that must be common ones
LEAST_SIGNS = 4
_SAMPLE = 1 << 16  # bytes
_HIGH = re.compile(r"[^\x00-\x7f]")
_Ranges = tuple[tuple[int, int], ...]  # of two-byte codes, both ends included
# signs and full-width forms, kana, then the common ideographs or syllables; where two fit alike the first one is it
_COMMON: dict[str, _Ranges] = {
    "cp949": ((0xA1A1, 0xA3FE), (0xB0A1, 0xC8FE)),
    "cp932": ((0x8140, 0x8396), (0x889F, 0x9872)),
    "big5": ((0xA140, 0xA3BF), (0xA440, 0xC67E)),
    "gb18030": ((0xA1A1, 0xA3FE), (0xB0A1, 0xD7F9)),
}


def east_asian_page(sample: bytes) -> str | None:
    """The code page of a stretch of text, of whole lines as far as may be; None where it is none of these."""
    text = sample[:_SAMPLE]
    whole = text[: text.rfind(b"\n") + 1] or text
    shares = {page: _share(whole, page, ranges) for page, ranges in _COMMON.items()}
    best = max(shares, key=lambda page: shares[page])
    return best if shares[best] >= LEAST_SHARE else None


def _share(sample: bytes, page: str, ranges: _Ranges) -> float:
    signs = _HIGH.findall(sample.decode(page, "replace"))
    if len(signs) < LEAST_SIGNS:
        return 0.0
    common = sum(_is_common(sign, page, ranges) for sign in signs)
    return common / len(signs)


def _is_common(sign: str, page: str, ranges: _Ranges) -> bool:
    if sign == "\ufffd":
        return False
    code = int.from_bytes(sign.encode(page), "big")
    return any(low <= code <= high for low, high in ranges)
