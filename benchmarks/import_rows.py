"""Importing a file of people with their companies: rows a second, against reading it and copying finished rows.

First into a source that knows nothing yet, then the same file again, then as many other people beside those. Then
ordinary lists of one kind, whose rows make one record each: companies, and people without a company.

The floor is ``csv.reader`` over the file and COPY of the very rows that the import has landed (extractions, companies,
persons, applications), as the tables' administrator, into the same indexed tables: nothing is recognised, normalised,
hashed or checked. CPU seconds are this process's and the server's together.
"""

from __future__ import annotations

import csv
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measure import Result, cpu_seconds
from benchmarks.own_database import OwnDatabase, own_database
from leadhouse.database import admin
from leadhouse.database.copying import copy_rows
from leadhouse.imports.columns import Kind
from leadhouse.imports.csv_import import import_file
from leadhouse.imports.import_modes import Mode
from leadhouse.landing import rows

RUN_ON = date(2026, 11, 20)
ROWS = 20_000
WARM_UP = 2_000
_FIRST = [
    "Anna",
    "Ben",
    "Clara",
    "David",
    "Eva",
    "Felix",
    "Greta",
    "Hans",
    "Ida",
    "Jan",
    "Käthe",
    "Lars",
    "Mia",
    "Nils",
]
_LAST = ["Alder", "Birch", "Cedar", "Elm", "Fir", "Oak", "Ash", "Hazel", "Müller", "Schmidt"]
_TITLES = ("CEO", "CTO", "Head of Sales", "Geschäftsführer", "Einkauf")
_COMPANY_HEADER = "Company,Website,Phone,Email,Street,Postal Code,City,Country,Employees"
_CONTACT_HEADER = "Name,Email,Phone,Title"
_HEADER = (
    "First Name,Last Name,Title,Company,Email,Phone,Website,Employees,Street,Postal Code,City,Country,Industry,"
    "Contact ID"
)
_TABLES = {
    "raw.extractions": rows.EXTRACTIONS,
    "raw.applications": {name: kind for name, kind in rows.APPLICATIONS.items() if name != "position"},
    "raw.company_records": rows.COMPANY_RECORDS,
    "raw.person_records": rows.PERSON_RECORDS,
}


def run() -> list[Result]:
    """Of the first import, of the same file again, and of as many new rows beside those: CPU time and the clock."""
    with own_database() as database, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        organization_id = _add_organization()
        _import(write_people(folder / "warm.csv", WARM_UP), organization_id)
        path = write_people(folder / "people.csv", ROWS)
        first, first_floor = _against_floor(database, path, lambda: _import(path, organization_id))
        again = _measured(database, lambda: _import(path, organization_id, expected=0))
        write_people(path, ROWS, start=ROWS)
        beside, beside_floor = _against_floor(database, path, lambda: _import(path, organization_id, mode="merge"))
        one_kind = [
            (name, _against_floor(database, listed, partial(_import, listed, organization_id, kind=None)))
            for name, listed in (
                ("importing companies", write_companies(folder / "companies.csv", ROWS)),
                ("importing people alone", write_contacts(folder / "contacts.csv", ROWS)),
            )
        ]
    floor, note = "csv.reader and COPY", f"{ROWS} rows of two records; floor: the same rows, finished"
    return [
        *_results("importing rows", first, floor, first_floor, ">= 10,000 rows/s", note),
        *_results("importing new rows beside others", beside, floor, beside_floor, "", note),
        *_results("importing known rows", again, "the first time", first, "", f"{ROWS} rows that stand already"),
        *(
            line
            for name, (ours, theirs) in one_kind
            for line in _results(name, ours, floor, theirs, ">= 10,000 rows/s", f"{ROWS} rows of one record")
        ),
    ]


def _results(
    name: str, ours: tuple[float, float], peer: str, theirs: tuple[float, float], aim: str, note: str
) -> list[Result]:
    """One line of CPU time, one of the clock."""
    measures = (("", "rows/CPU s", aim), (", by the clock", "rows/s", ""))
    return [
        Result(f"{name}{suffix}", ROWS / own, ROWS / other, peer, unit, other / own, aimed, note)
        for (suffix, unit, aimed), own, other in zip(measures, ours, theirs, strict=True)
    ]


def _against_floor(
    database: OwnDatabase, path: Path, work: Callable[[], object]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """What the import takes, and what reading the file and copying the rows that it has landed takes."""
    ours = _measured(database, work)
    finished = _take_out()
    return ours, _measured(database, lambda: _copy(path, finished))


def write_people(path: Path, count: int, start: int = 0) -> Path:
    """A file of `count` people at two thirds as many companies, in UTF-8; always the same from a `start` on."""
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(_HEADER + "\n")
        write = csv.writer(file).writerow
        for i in range(start, start + count):
            firm, first, last = i * 2 // 3, _FIRST[i % 14], _LAST[i % 10]
            write(
                [first, last, _TITLES[i % 5], f"Firma {firm} GmbH", f"{first}.{last}{i}@firma{firm}.de",
                 f"+49 30 {1000000 + i * 7}", f"https://www.firma{firm}.de", ("25", "51-200", "1,200")[i % 3],
                 f"Hauptstr. {i % 200}", f"{10000 + i % 90}", ("Berlin", "München", "Köln")[i % 3], "Germany",
                 ("retail", "food")[i % 2], f"C{i:07d}"]
            )  # fmt: skip
    return path


def write_companies(path: Path, count: int) -> Path:
    """A list of companies as directories and accounts are exported: nine columns, a record a row."""
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(_COMPANY_HEADER + "\n")
        csv.writer(file).writerows(
            [f"Firma {i} GmbH", f"https://www.firma{i}.de", f"+49 30 {1000000 + i * 7}", f"info@firma{i}.de",
             f"Hauptstr. {i % 200}", f"{10000 + i % 90}", ("Berlin", "München", "Köln")[i % 3], "Germany",
             ("25", "51-200", "1,200")[i % 3]]
            for i in range(count)
        )  # fmt: skip
    return path


def write_contacts(path: Path, count: int) -> Path:
    """A list of people by name, address of mail, telephone and title: a record a row."""
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(_CONTACT_HEADER + "\n")
        for i in range(count):
            first, last = _FIRST[i % 14], _LAST[i % 10]
            row = [f"{first} {last}", f"{first}.{last}{i}@firma{i}.de", f"+49 30 {1000000 + i * 7}", _TITLES[i % 5]]
            csv.writer(file).writerow(row)
    return path


def _measured(database: OwnDatabase, work: Callable[[], object]) -> tuple[float, float]:
    before, began = database.seconds(), time.perf_counter()
    own = cpu_seconds(work)
    return own + database.seconds() - before, time.perf_counter() - began


def _import(
    path: Path,
    organization_id: Any,
    *,
    kind: Kind | None = "person",
    mode: Mode = "upsert",
    expected: int | None = None,
) -> None:
    summary = import_file(path, organization_id, kind, RUN_ON, "benchmark", mode=mode)
    if summary.landed != (summary.rows if expected is None else expected) or summary.quarantined:
        raise RuntimeError(f"{summary.landed} of {summary.rows} rows landed, {summary.quarantined} were refused")


def _add_organization() -> Any:
    with admin() as connection:
        row = connection.execute(
            "insert into identity.organizations (slug, name) values ('bench', 'bench') returning organization_id"
        ).fetchone()
    return row and row["organization_id"]


def _take_out() -> dict[str, list[list[Any]]]:
    """The rows of the last import, taken out of the tables that the copy puts them into again."""
    from psycopg.types.json import Jsonb

    with admin() as connection:
        connection.execute("set session_replication_role = replica")  # rows of raw are never deleted otherwise
        newest = connection.execute("select landing_id from raw.batches order by batch_no desc limit 1").fetchone()
        found = {}
        for table, columns in _TABLES.items():
            listed = ", ".join(columns)
            where = f"from {table} where landing_id = %(landing_id)s"
            taken = connection.execute(f"select {listed} {where}", newest).fetchall()
            found[table] = [
                [
                    Jsonb(value) if kind == "jsonb" else value
                    for value, kind in zip(row.values(), columns.values(), strict=True)
                ]
                for row in taken
            ]
            connection.execute(f"delete {where}", newest)
    return found


def _copy(path: Path, finished: dict[str, list[list[Any]]]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        read = sum(1 for _ in csv.reader(file))
    with admin() as connection:
        for table, columns in _TABLES.items():
            copy_rows(connection, table, columns, finished[table])
    if read != len(finished["raw.person_records"] or finished["raw.company_records"]) + 1:
        raise RuntimeError("the file and the rows differ")
