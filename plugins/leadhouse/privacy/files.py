"""Files below the home that say the person: logs, error files of imports, exports, uploaded files.

What matches is overwritten with asterisks of the same length, in place: a log that a process is writing goes on, and a
table keeps its form. Compressed files that say the person are deleted. Not touched: the archive (see `pages`), the
server's own files, and backups, which the certificate names with the day on which they expire.
"""

from __future__ import annotations

import gzip
import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from leadhouse.privacy.erasures import Targets
from leadhouse.settings import settings

SKIPPED = frozenset({"postgres", "archive", "backups", "binaries", "settings.env"})
ROW_SUFFIXES = frozenset({".csv", ".tsv", ".jsonl", ".ndjson", ".log"})
NEAR = 10  # lines above and below in which a contact or company makes a name count, where lines are no rows
LONGEST_UNPACKED = 512 * 1024 * 1024


@dataclass(frozen=True)
class Patterns:
    """The three patterns, compiled for texts of any case."""

    contacts: re.Pattern[str]
    names: re.Pattern[str]
    companies: re.Pattern[str]

    @classmethod
    def of(cls, targets: Targets) -> Patterns:
        """Those of an erasure."""
        found = (targets.contacts, targets.names, targets.companies)
        return cls(*(re.compile(pattern, re.IGNORECASE) for pattern in found))

    def says(self, text: str) -> bool:
        """A contact, or a name with a company."""
        if self.contacts.search(text):
            return True
        return bool(self.names.search(text)) and bool(self.companies.search(text))


def erase_files(targets: Targets) -> dict[str, int]:
    """Erase in every file below the home, and of the file store; hits by file (1 where a file was deleted)."""
    patterns, counts = Patterns.of(targets), dict[str, int]()
    for root, path in _files():
        hits = _erase_compressed(path, patterns) if _is_compressed(path) else _overwrite(path, patterns)
        if hits:
            counts[str(path.relative_to(root))] = hits
    return counts


def _files() -> Iterator[tuple[Path, Path]]:
    roots = [settings().home]
    store = Path(settings().files_root.removeprefix("file://"))
    if store.is_dir() and not store.is_relative_to(settings().home):
        roots.append(store)
    for root in roots:
        for folder, folders, names in os.walk(root):
            if Path(folder) == root:
                folders[:] = [each for each in folders if each not in SKIPPED]
                names = [each for each in names if each not in SKIPPED]
            yield from ((root, Path(folder) / name) for name in sorted(names) if (Path(folder) / name).is_file())


def _is_compressed(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(4)
    return start[:2] == b"\x1f\x8b" or start == b"PK\x03\x04"


def _erase_compressed(path: Path, patterns: Patterns) -> int:
    if not any(patterns.says(text) for text in _unpacked(path)):
        return 0
    path.unlink()
    return 1


def _unpacked(path: Path) -> Iterator[str]:
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for member in archive.infolist():
                    with archive.open(member) as file:
                        yield _decoded(file.read(LONGEST_UNPACKED))
        else:
            with gzip.open(path) as file:
                yield _decoded(file.read(LONGEST_UNPACKED))
    except (OSError, EOFError, zipfile.BadZipFile, RuntimeError):
        return


def _overwrite(path: Path, patterns: Patterns) -> int:
    spans = _spans(path.read_bytes(), path, patterns)
    if spans:
        modified = path.stat().st_mtime_ns
        with path.open("r+b") as file:
            for start, end in spans:
                os.pwrite(file.fileno(), b"*" * (end - start), start)
            os.fsync(file.fileno())
        os.utime(path, ns=(modified, modified))  # an erasure makes no file newer: retention goes by age
    return len(spans)


def _spans(data: bytes, path: Path, patterns: Patterns) -> list[tuple[int, int]]:
    """Where the file says the person, as (start, end) in bytes."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _wide_spans(data, patterns)
    if not patterns.contacts.search(text := _decoded(data)) and not patterns.names.search(text):
        return []
    lines = data.splitlines(keepends=True)
    near = 0 if path.suffix in ROW_SUFFIXES else NEAR
    texts = [_decoded(line) for line in lines]
    spans, offset = [], 0
    for number, (line, text) in enumerate(zip(lines, texts, strict=True)):
        encoding = "utf-8" if _is_utf8(line) else "cp1252"
        around = "".join(texts[max(0, number - near) : number + near + 1])
        found = [patterns.contacts] + ([patterns.names] if patterns.says(around) else [])
        for match in (match for pattern in found for match in pattern.finditer(text)):
            start = offset + len(text[: match.start()].encode(encoding, "replace"))
            spans.append((start, start + len(match[0].encode(encoding, "replace"))))
        offset += len(line)
    return spans


def _wide_spans(data: bytes, patterns: Patterns) -> list[tuple[int, int]]:
    """UTF-16, two bytes a sign: the whole text is one row."""
    text = data.decode("utf-16", "replace")
    found = [patterns.contacts] + ([patterns.names] if patterns.says(text) else [])
    return [(2 + 2 * m.start(), 2 + 2 * m.end()) for pattern in found for m in pattern.finditer(text)]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode() if _is_utf8(data) else data.decode("cp1252", "replace")
