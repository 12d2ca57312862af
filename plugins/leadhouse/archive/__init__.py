"""The bytes as they came: WARC files (ISO 28500) at any fsspec address, written once, read back record by record."""

from leadhouse.archive.reader import read_exchange, read_exchanges
from leadhouse.archive.records import Exchange, Position
from leadhouse.archive.tombstones import erase_exchange, list_files, read_members
from leadhouse.archive.writer import ArchiveWriter

__all__ = [
    "ArchiveWriter", "Exchange", "Position", "erase_exchange", "list_files", "read_exchange",
    "read_exchanges", "read_members",
]  # fmt: skip
