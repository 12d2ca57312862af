"""Looks for texts in every column of every table, every archive member and every file: where was it found."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from psycopg import sql

from leadhouse.archive import list_files
from leadhouse.archive.records import decompressed
from leadhouse.settings import settings

TABLES = """
select relation.relnamespace::regnamespace::text as schema, relation.relname::text as name
  from pg_class as relation
 where relation.relkind in ('r', 'm')
   and relation.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
 order by 1, 2
"""


def tables_saying(database: Any, texts: Iterable[str]) -> list[str]:
    """``schema.table: text in row`` for every row, looked at whole, as text."""
    found = []
    with database.owner() as connection:
        for table in connection.execute(TABLES).fetchall():
            target = sql.Identifier(table["schema"], table["name"])
            statement = sql.SQL(
                "select asked, t::text as said from {} as t, unnest(%s::text[]) as asked"
                " where position(asked in lower(t::text)) > 0"
            ).format(target)
            name = f"{table['schema']}.{table['name']}"
            rows = connection.execute(statement, [list(texts)])
            found += [f"{name}: {row['asked']} in {row['said']}" for row in rows]
    return found


def members_saying(texts: Iterable[str]) -> list[str]:
    """``file@offset: text`` of every member of the archive, decompressed, as it stands and without its entities."""
    found = []
    for uri in list_files(settings().archive_root):
        for offset, record in members(Path(uri.removeprefix("file://")).read_bytes()):
            said = record.decode("utf-8", "replace").lower()
            said += said.replace("&#64;", "@").replace("%40", "@")
            found += [f"{uri.rpartition('/')[2]}@{offset}: {text}" for text in texts if text in said]
    return found


def members(data: bytes) -> Iterator[tuple[int, bytes]]:
    """All gzip members of a file; it must be readable to its end."""
    offset = 0
    while offset < len(data):
        unpacked = decompressed(data, offset)
        assert unpacked is not None, f"the archive cannot be read on at {offset}"
        yield offset, unpacked[0]
        offset += unpacked[1]


def files_saying(root: Path, texts: Iterable[str]) -> list[str]:
    """``path: text`` of every file below a folder, compressed ones decompressed, in the encodings that matter."""
    found = []
    for path in sorted(each for each in root.rglob("*") if each.is_file() and not each.name.endswith(".dump")):
        data = path.read_bytes()
        data = (
            gzip.decompress(data)
            if data[:2] == b"\x1f\x8b" and path.suffix == ".gz" and ".warc" not in path.name
            else data
        )
        for encoding in ("utf-8", "cp1252", "utf-16"):
            said = data.decode(encoding, "replace").lower()
            found += [f"{path.relative_to(root)}: {text}" for text in texts if text in said]
    return found
