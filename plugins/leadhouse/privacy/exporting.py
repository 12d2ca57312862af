"""Everything that is held about a person, to be handed to them (GDPR, article 15 and 20): JSON, and a folder or zip.

Found as an erasure would find them, and nothing is changed. What it writes is as personal as what it read: the folder
is its owner's alone, and the command that made it says where it is.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psycopg import Connection, sql

from leadhouse.database import connect, queries
from leadhouse.privacy.erasures import PersonRequest, Targets
from leadhouse.privacy.finding import find_person
from leadhouse.privacy.sweeping import OWNED_BY

README = """Everything that is held about you.

person.json     what you are known by, and where it was found
records/        a file a table: each row that is about you or names you, with the source, page and time it came from
"""


def export_person(request: PersonRequest) -> dict[str, Any]:
    """Everything held about whom the request names: ``{"person", "exported_at", "records": {table: [row, …]}}``.

    Values are JSON texts, numbers and lists; times are UTC (ISO 8601). Facts carry their provenance: source, URL, time.

    Raises:
        ErasureError: the request names nobody.
    """
    targets = Targets(request.identifiers(), set(request.entity_ids))
    with connect("privacy") as connection:
        find_person(connection, targets)
        records = dict(_tagged(connection, targets))
        records |= _provenance(connection, targets)
    with connect("transform") as transform:
        records |= dict(_marts(transform, targets))
    known = targets.identifiers
    person = {
        "addresses": sorted(known.emails), "numbers": sorted(known.phones), "profiles": sorted(known.social_urls),
        "names": sorted(known.names), "companies": sorted(known.companies),
        "pages": sorted(f"{uri} at {offset}" for uri, offset, _ in targets.pages),
    }  # fmt: skip
    return {
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "requested_by": request.requested_by,
        "person": person,
        "records": {name: rows for name, rows in sorted(records.items()) if rows},
    }


def write_export(content: dict[str, Any], target: Path) -> Path:
    """Write an export as a folder, or as one zip when `target` ends so; returns it. Readable by its owner alone.

    Raises FileExistsError when the target is there.
    """
    files = {"README.txt": README, "person.json": _json({**content, "records": sorted(content["records"])})}
    files |= {f"records/{name}.json": _json(rows) for name, rows in content["records"].items()}
    if target.suffix == ".zip":
        with target.open("xb") as file:
            target.chmod(0o600)
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, text in files.items():
                    archive.writestr(name, text)
        return target
    target.mkdir(mode=0o700, parents=True)
    (target / "records").mkdir()
    for name, text in files.items():
        (target / name).write_text(text)
    return target


def _tagged(connection: Connection[Any], targets: Targets) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Rows of every table with personal columns that are the person's by their ids, or say them."""
    for table in connection.execute(queries.load("privacy").list_tagged_tables).fetchall():
        ids = [
            row["column_name"]
            for row in connection.execute(
                "select column_name from information_schema.columns where table_schema = %s and table_name = %s"
                " and udt_name = 'uuid'",
                [table["table_schema"], table["table_name"]],
            )
        ]
        yield from _rows(connection, table["table_schema"], table["table_name"], table["columns"], ids, targets)


def _marts(connection: Connection[Any], targets: Targets) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for table in connection.execute(queries.load("privacy").list_mart_tables).fetchall():
        if table["table_schema"] != "intermediate":
            ids = [name for name in table["ids"] or [] if name in OWNED_BY or name in ("lead_id", "entity_id")]
            yield from _rows(connection, table["table_schema"], table["table_name"], table["texts"] or [], ids, targets)


def _rows(
    connection: Connection[Any], schema: str, name: str, texts: list[str], ids: list[str], targets: Targets
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    cells = sql.SQL(", ").join([sql.SQL("''"), *(sql.SQL("{}::text").format(sql.Identifier(each)) for each in texts)])
    own = [sql.SQL("{} = any (%(ids)s)").format(sql.Identifier(each)) for each in ids]
    said = sql.SQL("lower(concat_ws(' ', {})) ~ %(contacts)s").format(cells)
    statement = sql.SQL("select to_jsonb(t) as row from {} as t where {}").format(
        sql.Identifier(schema, name), sql.SQL(" or ").join([*own, said])
    )
    values = {"ids": sorted(targets.ids), "contacts": targets.contacts}
    rows = [row["row"] for row in connection.execute(statement, values)]
    if rows:
        yield f"{schema}.{name}", rows


def _provenance(connection: Connection[Any], targets: Targets) -> dict[str, list[dict[str, Any]]]:
    """Where the statements come from: source, page or file, time, extractor."""
    rows = connection.execute(queries.load("privacy").select_provenance, {"ids": sorted(targets.ids)})
    return {"provenance": [row["row"] for row in rows]}


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, default=str) + "\n"
