"""Files as exports are sent: plain, or packed (gzip, or a ZIP archive of one file). Unpacked while they are read."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from pathlib import Path
from typing import IO, cast

from leadhouse.imports.errors import ImportFileError

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
MOST_UNPACKED = 1 << 30  # bytes; a small archive may hold a large bomb
_WORKBOOKS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml", "[Content_Types].xml")
# what unpacking raises of a file that is damaged, encrypted, or packed in a way that is not known
TORN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, gzip.BadGzipFile)


def open_bytes(path: Path) -> IO[bytes]:
    """The bytes of the file, or of the one within it.

    Raises:
        OSError: it cannot be read; ImportFileError: an archive that is damaged, or holds more than one file.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(GZIP):
        return cast("IO[bytes]", gzip.open(path))
    if start == ZIP and (member := _single_member(path)) is not None:
        with zipfile.ZipFile(path) as archive:  # what is opened of it stays open
            return archive.open(member)
    return path.open("rb")


def open_text(path: Path, encoding: str, errors: str) -> IO[str]:
    """The text with its line ends as they are."""
    return io.TextIOWrapper(open_bytes(path), encoding=encoding, errors=errors, newline="")


def is_archive_of_text(path: Path) -> bool:
    """Whether a ZIP archive is no workbook but holds one file. Raises ImportFileError as `open_bytes`."""
    return _single_member(path) is not None


def _single_member(path: Path) -> str | None:
    """The name of the only file of an archive; None for a workbook, whose parts are no files of a person's."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
    except (*TORN, ValueError) as error:
        raise ImportFileError(
            f"{path.name} is a damaged workbook or archive ({error}). Open it and save the sheet as CSV (UTF-8)."
        ) from error
    if any(each.filename in _WORKBOOKS for each in members):
        return None
    wanted = [each for each in members if not _is_a_systems_own(each.filename)]
    if len(wanted) != 1:
        names = ", ".join(each.filename for each in wanted[:10]) or "nothing"
        raise ImportFileError(
            f"{path.name} is an archive (ZIP) of {len(wanted)} files, no workbook: {names}. Unpack it and import each."
        )
    if wanted[0].file_size > MOST_UNPACKED:
        raise ImportFileError(f"{path.name} unpacks to more than {MOST_UNPACKED >> 20} MB. Import it in parts.")
    return wanted[0].filename


def _is_a_systems_own(name: str) -> bool:
    """What macOS and Windows put beside the files of a person."""
    last = name.rpartition("/")[2]
    return name.startswith("__MACOSX/") or last.startswith("._") or last in {".DS_Store", "Thumbs.db", "desktop.ini"}
