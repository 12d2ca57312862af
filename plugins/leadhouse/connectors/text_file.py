"""A file as text: its encoding, found in one pass over all bytes, and its hash. Nothing is held as a whole."""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from leadhouse.connectors.base import ImportFileError

CHUNK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHERS = (
    (b"PK\x03\x04", "a workbook or an archive (ZIP)", "Open it and save the sheet as CSV (UTF-8)."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Open it and save the sheet as CSV (UTF-8)."),
    (b"%PDF", "a PDF", "Export the table as CSV from the system that printed it."),
    (b"\x1f\x8b", "compressed (gzip)", "Unpack it first."),
    (b"\x89PNG", "a picture", "Export the table as CSV."),
)
# Code pages of exports that are not UTF-8: Windows, old Macs, DOS.
_CODE_PAGES = ("cp1252", "mac_roman", "cp850")


@dataclass(frozen=True, slots=True)
class TextFile:
    """How a file's bytes are to be read. `content_hash` is SHA-256 (hex) of the bytes."""

    path: Path
    encoding: str
    content_hash: str

    def open(self) -> TextIO:
        """The text with its line ends as they are; `is_broken` tells lines that hold bytes which are no text."""
        errors = "replace" if self.encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
        return self.path.open(encoding=self.encoding, newline="", errors=errors)

    def is_broken(self, text: str) -> bool:
        """Whether some bytes of the text were no text in the file's encoding, or it holds NUL."""
        if "\x00" in text:
            return True
        if self.encoding.startswith(("utf-16", "utf-32")) and "\ufffd" in text:
            return True
        try:
            text.encode()  # stray bytes stand as lone surrogates (PEP 383), which have no UTF-8 form
        except UnicodeEncodeError:
            return True
        return False


@dataclass(slots=True)
class _Census:
    """What the bytes of a file are like."""

    head: bytes = b""
    high: bytes = b""  # a sample of stretches around bytes above 127
    multibyte: int = 0
    invalid: int = 0


def inspect_text(path: Path) -> TextFile:
    """Find out how a file is encoded.

    Raises:
        ImportFileError: it cannot be opened, is empty, or is a workbook, an archive or anything else that is no text.
    """
    try:
        census, content_hash = _take_census(path)
    except OSError as error:
        raise ImportFileError(f"{path} cannot be read: {error.strerror}. Name a file that exists.") from error
    if not census.head.lstrip(codecs.BOM_UTF8).strip():
        raise ImportFileError(f"{path.name} is empty: there is nothing to import.")
    for start, what, advice in _OTHERS:
        if census.head.startswith(start):
            raise ImportFileError(f"{path.name} is {what}, not a text file. {advice}")
    return TextFile(path, _encoding(path, census), content_hash)


def _take_census(path: Path) -> tuple[_Census, str]:
    census, digest = _Census(), hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            census.head = census.head or chunk[:65536]
            if not chunk.isascii():
                _count(census, decoder.decode(chunk))
                if len(census.high) < CHUNK:
                    census.high += chunk
            elif decoder.getstate()[0]:
                _count(census, decoder.decode(chunk))
    return census, digest.hexdigest()


def _count(census: _Census, text: str) -> None:
    plain = text.encode("ascii", "ignore")
    broken = len(text) - len(text.encode("utf-8", "ignore").decode("utf-8"))
    census.invalid += broken
    census.multibyte += len(text) - len(plain) - broken


def _encoding(path: Path, census: _Census) -> str:
    marked = next((name for mark, name in _MARKS if census.head.startswith(mark)), None)
    if marked:
        return marked
    if census.head.count(0) > len(census.head) // 20:
        return _unmarked_utf16(path, census.head)
    if not census.invalid or census.multibyte > census.invalid:
        return "utf-8"
    return max(_CODE_PAGES, key=lambda name: _likeness(census.high, name))


def _unmarked_utf16(path: Path, head: bytes) -> str:
    """Latin text in UTF-16 has a NUL in every second byte."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) // 4 or min(even, odd) > len(head) // 20:
        raise ImportFileError(f"{path.name} is no text: it is full of NUL bytes. Export the table as CSV (UTF-8).")
    return "utf-16-be" if even > odd else "utf-16-le"


def _likeness(sample: bytes, code_page: str) -> int:
    """How many bytes above 127 read as letters within words, less those that do not; ties go to the first code page."""
    text = sample.decode(code_page, "replace")
    score = 0
    for before, char, after in zip(f" {text}", text, f"{text[1:]} ", strict=False):
        if char < "\x80":
            continue
        if char.isalpha() and char in _COMMON_LETTERS:
            score += 2 if before.isalpha() or after.isalpha() else 1
        elif char not in _COMMON_SIGNS:
            score -= 1 + (before.isalpha() and after.isalpha())
    return score


_COMMON_LETTERS = frozenset("äöüßÄÖÜàâæçéèêëîïôœùûÿÀÂÇÉÈÊËÎÏÔŒÙÛáíóúñÁÍÓÚÑãõÃÕìòåøÅØÆ")
_COMMON_SIGNS = frozenset("€„“”‚‘’–—…«»°§©®™·•ºª´\xa0£²³½")
