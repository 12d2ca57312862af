"""The archive: pages that state the person become tombstones, whoever else stands on them.

The page's facts about others stay in raw, with the place of bytes that are gone; the next crawl fetches it again. After
the pages that the rows name, every archive file is read through for what no row names.
"""

from __future__ import annotations

import contextlib
import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

from leadhouse.archive import Position, erase_exchange, list_files, read_members
from leadhouse.database import connect, queries
from leadhouse.privacy.erasures import Targets
from leadhouse.settings import settings

_TAGS = re.compile(r"<[^>]{0,2000}>")


def find_pages(targets: Targets) -> set[tuple[str, int, int]]:
    """Members of the archive that say the person: (address, offset, length)."""
    contacts, names = re.compile(targets.contacts), re.compile(targets.names)
    companies = re.compile(targets.companies)
    found = set()
    for uri in list_files(settings().archive_root):
        for position, record in read_members(uri):
            if any(_says(text, contacts, names, companies) for text in _readings(record)):
                found.add((position.uri, position.offset, position.length))
    return found


def erase_pages(targets: Targets) -> dict[str, int]:
    """Overwrite the pages of the targets; how many are tombstones now, by archive file (none of one that is gone)."""
    counts: dict[str, int] = {}
    for uri, offset, length in sorted(targets.pages):
        try:
            erase_exchange(Position(uri, offset, length))
        except FileNotFoundError:
            continue
        name = uri.rpartition("/archive/")[2] or uri
        counts[name] = counts.get(name, 0) + 1
    return counts


def erase_pages_due() -> int:
    """Overwrite the pages that landed after their person's erasure, as landings have noted them; how many."""
    with connect("privacy") as connection:
        due = connection.execute(_sql().list_pages_due).fetchall()
    for row in due:
        with contextlib.suppress(FileNotFoundError):
            erase_exchange(Position(row["warc_uri"], row["warc_offset"], row["warc_length"]))
        with connect("privacy") as connection:
            connection.execute(_sql().delete_page_due, row)
    return len(due)


def _says(text: str, contacts: re.Pattern[str], names: re.Pattern[str], companies: re.Pattern[str]) -> bool:
    if contacts.search(text):
        return True
    return bool(names.search(text)) and bool(companies.search(text))


def _readings(record: bytes) -> Iterator[str]:
    """The record as it stands, and as a reader sees it: without tags, with entities and percent signs resolved."""
    try:
        text = record.decode()
    except UnicodeDecodeError:
        text = record.decode("cp1252", "replace")
    text = text.lower()
    yield text
    if any(sign in text for sign in "&%<\\"):
        seen = html.unescape(unquote(text)).replace("\\u0040", "@")
        yield seen
        yield _TAGS.sub("", seen)
        yield _TAGS.sub(" ", seen)


def _sql() -> queries.Queries:
    return queries.load("privacy")
