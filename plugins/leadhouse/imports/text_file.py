"""A file as text: its encoding, found in one pass over all bytes, and its hash. Nothing is held as a whole."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO, cast

from leadhouse.imports.east_asian_text import east_asian_page
from leadhouse.imports.errors import ImportFileError
from leadhouse.imports.packed_file import MOST_UNPACKED, TORN, ZIP, open_bytes, open_text

CHUNK = 1 << 20
WORKBOOK_STARTS = (ZIP, b"\xd0\xcf\x11\xe0")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHERS = (
    (WORKBOOK_STARTS[0], "a workbook or an archive (ZIP)", "Open it and save the sheet as CSV (UTF-8)."),
    (WORKBOOK_STARTS[1], "an old Excel workbook", "Open it and save the sheet as CSV (UTF-8)."),
    (b"%PDF", "a PDF", "Export the table as CSV from the system that printed it."),
    (b"\x1f\x8b", "compressed twice (gzip)", "Unpack it first."),
    (b"\x89PNG", "a picture", "Export the table as CSV."),
    (b"{\\rtf", "a document (RTF)", "Export the table as CSV."),
    (b"SQLite format 3", "a database (SQLite)", "Export the table as CSV."),
    (b"ID;P", "a SYLK file", "Open it with a spreadsheet and save it as CSV (UTF-8)."),
    (b"PAR1", "a Parquet file", "Export the table as CSV."),
    (b"<?xml", "an XML file that is packed", "Unpack it first."),
)


@dataclass(frozen=True, slots=True)
class TextFile:
    """How a file's bytes are to be read. `content_hash` is SHA-256 (hex) of the unpacked bytes.

    `is_doubled`: UTF-8 that somebody took for Windows-1252 and saved as UTF-8 again (``BÃ¤cker``); see `mended`.
    """

    path: Path
    encoding: str
    content_hash: str
    is_doubled: bool = False
    ends_open: bool = False  # the last line has no end

    def open(self) -> TextIO:
        """The text with its line ends as they are; `is_broken` tells lines that hold bytes which are no text."""
        errors = "replace" if self.encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
        text = open_text(self.path, self.encoding, errors)
        return cast("TextIO", text)

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
    tail: bytes = b""


def inspect_text(path: Path) -> TextFile:
    """Find out how a file is encoded.

    Raises:
        ImportFileError: it cannot be opened, is empty, or is a workbook, an archive or anything else that is no text.
    """
    try:
        census, content_hash = _take_census(path)
    except TORN as error:
        raise ImportFileError(
            f"{path.name} is a damaged archive ({error}). Pack it anew, or send it unpacked."
        ) from error
    except OSError as error:
        raise ImportFileError(f"{path} cannot be read: {error.strerror}. Name a file that exists.") from error
    if not census.head.lstrip(codecs.BOM_UTF8).strip():
        raise ImportFileError(f"{path.name} is empty: there is nothing to import.")
    for start, what, advice in _OTHERS:
        if census.head.startswith(start):
            raise ImportFileError(f"{path.name} is {what}, not a text file. {advice}")
    encoding = _encoding(path, census)
    is_doubled = encoding.startswith("utf-8") and _is_doubled(census.high)
    ends_open = not census.tail.rstrip(b"\x00\x1a").endswith((b"\n", b"\r"))
    return TextFile(path, encoding, content_hash, is_doubled, ends_open)


def _take_census(path: Path) -> tuple[_Census, str]:
    census, digest = _Census(), hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    unpacked = 0
    with open_bytes(path) as file:
        while chunk := file.read(CHUNK):
            unpacked += len(chunk)
            if unpacked > MOST_UNPACKED and path.stat().st_size < unpacked // 2:
                raise ImportFileError(f"{path.name} unpacks to more than {MOST_UNPACKED >> 20} MB. Import it in parts.")
            digest.update(chunk)
            census.tail = chunk[-4:]
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
    return east_asian_page(census.high) or max(_ALPHABETS, key=lambda name: _likeness(census.high, name))


def mended(text: str) -> str:
    """What was meant by a text of a file that `is_doubled`; as it stands where it was not taken wrongly."""
    if text.isascii():
        return text
    try:
        return b"".join(map(_windows_byte, text)).decode()
    except (UnicodeError, ValueError):
        return text


def _windows_byte(char: str) -> bytes:
    """Windows-1252 as browsers read it: the five bytes without a sign stand for themselves (WHATWG, Encoding)."""
    return char.encode("latin-1") if char in "\x81\x8d\x8f\x90\x9d" else char.encode("cp1252")


def _is_doubled(sample: bytes) -> bool:
    """Whether nearly every line with letters above ASCII makes sense as bytes of UTF-8 once more."""
    lines = [line for line in sample.decode("utf-8", "replace").splitlines() if not line.isascii()][:200]
    return bool(lines) and sum(mended(line) != line for line in lines) >= 0.9 * len(lines)


def _unmarked_utf16(path: Path, head: bytes) -> str:
    """Latin text in UTF-16 has a NUL in every second byte."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) // 4 or min(even, odd) > len(head) // 20:
        raise ImportFileError(f"{path.name} is no text: it is full of NUL bytes. Export the table as CSV (UTF-8).")
    return "utf-16-be" if even > odd else "utf-16-le"


def _likeness(sample: bytes, code_page: str) -> int:
    """How much the bytes above 127 look like words of one language; ties go to the first code page.

    Every letter of a language that the page is used for counts, those of the best single language count twice: Czech
    read as Western European is all letters, but of no one language. What cannot stand within a word speaks against it.
    """
    text = sample.decode(code_page, "replace")
    found, score = Counter[str](), 0
    for match in islice(_HIGH.finditer(text), HIGH_CHARACTERS):
        char = text[match.start()].lower()
        before, after = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
        in_word = before.isalpha() or after.isalpha()
        if char in "ºª" and not after.isalpha():  # letters to Unicode
            score += 2 * before.isalnum()  # nº 2, 1ª: as good as the letter of another page in its place
        elif char in _OTHER_SCRIPTS and any(each.isascii() and each.isalpha() for each in (before, after)):
            score -= 4  # no word is half Cyrillic
        elif char.isalpha() and in_word:
            found[char] += 1
            score -= 3 * (text[match.start()].isupper() and before.islower())  # no capital stands within a word
        elif char == "€" and not after.isalpha() and not before.islower():
            score += 3  # a price, or *T€*: no letter of another page in its place stands so
        elif char not in _COMMON_SIGNS:
            score -= 2 + 2 * (before.isalpha() and after.isalpha())
        elif before.isalpha() and after.isalpha():
            score -= 2
    alphabets = _ALPHABETS[code_page]
    everything = frozenset().union(*alphabets)
    score += sum(count if char in everything else -3 * count for char, count in found.items())
    return score + max(sum(found[char] for char in alphabet) for alphabet in alphabets)


_HIGH = re.compile(r"[^\x00-\x7f]")
HIGH_CHARACTERS = 4_000
_WESTERN = tuple(
    map(frozenset, ("äöüß", "àâæçéèêëîïôœùûü", "áéíñóúü", "áàâãçéêíóôõú", "àèéìíîòóù", "éëïóöü", "åäöéšž", "æøåé"))
)
_CENTRAL = tuple(
    map(frozenset, ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "äöüß"))
)
_CYRILLIC = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґў")
_GREEK = frozenset("αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐ")
_OTHER_SCRIPTS = _CYRILLIC | _GREEK
# of exports that are not UTF-8: Windows, old Macs, DOS
_ALPHABETS: dict[str, tuple[frozenset[str], ...]] = {
    "cp1252": _WESTERN,
    "cp1250": _CENTRAL,
    "iso8859_2": _CENTRAL,
    "cp1251": (_CYRILLIC,),
    "cp1253": (_GREEK,),
    "cp1254": (frozenset("çğıöşüâîû"),),
    "cp1257": (frozenset("ąčęėįšųūž"), frozenset("āčēģīķļņšūž"), frozenset("äöõüšž")),
    "mac_roman": _WESTERN,
    "cp850": _WESTERN,
    "cp852": _CENTRAL,
}
_COMMON_SIGNS = frozenset("€„“”‚‘’–—…«»°§©®™·•ºª´\xa0£²³½¿¡")
