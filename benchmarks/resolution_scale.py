"""Who is who through Postgres at size: made-up staff landed and resolved, and beside it plain Splink on the same file.

    python -m benchmarks.resolution_scale 100000 [--splink PYTHON]

What is measured is the stage `resolve_entities`: CPU of its process and of the server together, start-up apart; memory
is the process's highest resident set and, beside it, the highest that the server's processes held of their own. Then
1,000 new people land and are resolved; last, all of them are resolved at once in an empty database, or by
`full_refresh` with `--refresh`: the groups must be the same. With `--splink`, an interpreter that has splink and
duckdb, plain Splink's CPU, memory and F1 follow.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import psutil

from benchmarks.entity_resolution import measured_run, score
from benchmarks.measure import Result, cpu_seconds
from benchmarks.own_database import OwnDatabase, own_database
from leadhouse.database import admin
from leadhouse.landing import Landing
from leadhouse.landing.prepared import (
    Candidates,
    Origin,
    PreparedStatement,
    PreparedValues,
    prepare_record,
    statement_hash,
)
from leadhouse.records import Extraction, subject_id, unit_id
from leadhouse.resolution import full_refresh, resolve_unread

NEW = 1000
RECORDS = 100_000
RUN_ON = date(2026, 11, 20)
SOURCE = "web/staff.example"
PART = 5000
_ATTRIBUTES = {"email": "email", "phone": "phone_e164", "company": "company_name", "domain": "company_domain"}


def land(source: Path, first: int, last: int) -> None:
    """Land these rows of the file, each as a unit of its own with one person."""
    with (
        source.open(newline="", encoding="utf-8") as file,
        Landing("landing", run_on=RUN_ON, run_id="benchmark", source_key=SOURCE) as landing,
    ):
        landing.knows_nothing_yet()
        for number, row in enumerate(islice(csv.DictReader(file), first, last)):
            landing.add_prepared(_statement(row))
            if number % PART == PART - 1:
                landing.flush()
        landing.commit()


def _land_beside(source: Path, first: int, last: int) -> None:
    """In a process of its own: its memory is not the stage's."""
    code = "import sys; from pathlib import Path; from benchmarks.resolution_scale import land; "
    code += "land(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))"
    subprocess.run([sys.executable, "-c", code, str(source), str(first), str(last)], check=True)


def _statement(row: dict[str, str]) -> PreparedStatement:
    key = f"https://staff.example/{row['id']}"
    values: PreparedValues = {"full_name": _stated(f"{row['given_name']} {row['family_name']}")}
    values |= {attribute: _stated(row[name]) for name, attribute in _ATTRIBUTES.items() if row[name]}
    person = prepare_record("person", None, values, {})
    return PreparedStatement(
        origin=Origin(None, SOURCE, "made_up", "1"),
        unit_key=key,
        unit=str(unit_id(None, SOURCE, key)),
        content_hash=hashlib.sha256(key.encode()).hexdigest(),
        observed_at=datetime(2026, 11, 20, tzinfo=UTC),
        statement_hash=statement_hash("made_up", "1", 0, [person.content_hash]),
        companies=[],
        persons=[person],
        make_extraction=_nobody_asks,
    )


def _stated(text: str) -> Candidates:
    return Candidates({text: (None, "cell", None, 1.0)})


def _nobody_asks() -> Extraction:
    raise RuntimeError("nobody was ever erased here")


def clusters(ids: list[str], path: Path) -> dict[str, str]:
    """Each id's entity, also written as a file that `entity_resolution.score` reads."""
    with admin() as connection:
        rows = connection.execute("select subject_id, entity_id from resolution.assignments").fetchall()
    of_subject = {row["subject_id"]: str(row["entity_id"]) for row in rows}
    found = {
        each: of_subject[subject_id(unit_id(None, SOURCE, f"https://staff.example/{each}"), "person", "person")]
        for each in ids
    }
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("id", "cluster"), *found.items()])
    return found


@contextmanager
def peak_memory(server: psutil.Process) -> Iterator[list[float]]:
    """While the block runs, the highest memory (MB) of the server's processes together, shared buffers left out."""
    found, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(0.2):
            found[0] = max(found[0], sum(map(_own_memory, server.children(recursive=True))))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


def _own_memory(process: psutil.Process) -> float:
    try:
        held = process.memory_info()
    except psutil.Error:
        return 0.0
    return float(held.rss - held.shared) / 2**20


def measured(database: OwnDatabase, work: Callable[[], object]) -> dict[str, float]:
    """CPU seconds of this process and of the server while the work is done, and by the clock."""
    before, began = database.seconds(), time.monotonic()
    own = cpu_seconds(work)
    server = database.seconds() - before
    return {"cpu": own + server, "of_python": own, "clock": time.monotonic() - began}


def groups(found: dict[str, str]) -> set[frozenset[str]]:
    """Who stands together."""
    members: dict[str, set[str]] = {}
    for each, entity in found.items():
        members.setdefault(entity, set()).add(each)
    return {frozenset(each) for each in members.values()}


def run_ours(source: Path, target: Path, *, refresh: bool = False) -> dict[str, Any]:
    """The figures of ours; `target` gets the clusters of all. `again` is what all of them cost at once."""
    with source.open(encoding="utf-8") as file:
        records = sum(1 for _ in file) - 1
    with own_database() as database:
        resolve_unread("start-up")
        _land_beside(source, 0, records - NEW)
        with peak_memory(database.postmaster) as server_peak:
            full = measured(database, lambda: resolve_unread("all"))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        _land_beside(source, records - NEW, records)
        new = measured(database, lambda: resolve_unread("new"))
        found = groups(clusters(_ids(source), target))
        if refresh:
            again = measured(database, lambda: full_refresh("again"))
            equal = found == groups(clusters(_ids(source), target))
    if not refresh:
        with own_database() as database:
            _land_beside(source, 0, records)
            again = measured(database, lambda: resolve_unread("at once"))
            equal = found == groups(clusters(_ids(source), target))
    return {"full": full, "peak_mb": peak, "server_mb": server_peak[0], "new": new, "again": again, "equal": equal}


def _ids(source: Path) -> list[str]:
    with source.open(newline="", encoding="utf-8") as file:
        return [row["id"] for row in csv.DictReader(file)]


def run() -> list[Result]:
    """What 1,000 new people cost beside all of `RECORDS`; some ten minutes, so by name only."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = run_ours(_staff_file(folder, RECORDS), folder / "clusters.csv")
    new, full = figures["new"]["cpu"], figures["full"]["cpu"]
    note = f"groups {'equal' if figures['equal'] else 'DIFFER from'} those of all at once; {figures['peak_mb']:,.0f} MB"
    return [Result("resolving 1,000 new people", new, full, f"all {RECORDS:,}", "s CPU", new / full, "<= 1/30", note)]


def _staff_file(folder: Path, records: int) -> Path:
    """Made in a process of its own: its memory is not the stage's."""
    code = "import sys; from pathlib import Path; from benchmarks.made_up_staff import write_staff; "
    code += "write_staff(Path(sys.argv[1]), int(sys.argv[2]))"
    subprocess.run([sys.executable, "-c", code, str(folder / "staff.csv"), str(records + NEW)], check=True)
    return folder / "staff.csv"


def main() -> None:
    """Make the people, run both, print what they took and found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=int)
    parser.add_argument("--refresh", action="store_true", help="compare with a full refresh: it takes much longer")
    parser.add_argument("--splink", help="an interpreter that has splink and duckdb")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source, target = _staff_file(Path(folder), arguments.records), Path(folder) / "clusters.csv"
        figures = run_ours(source, target, refresh=arguments.refresh)
        sys.stdout.write("ours: P {:.4f} R {:.4f} F1 {:.4f}\n".format(*score(target)) + json.dumps(figures) + "\n")
        sys.stdout.write(f"1,000 new: 1/{figures['full']['cpu'] / figures['new']['cpu']:.0f} of all\n")
        sys.stdout.flush()
        if arguments.splink:
            call = [arguments.splink, "-m", "benchmarks.plain_splink", str(source), str(target), "staff"]
            taken = measured_run("splink", call)
            sys.stdout.write("splink: P {:.4f} R {:.4f} F1 {:.4f}\n".format(*score(target)) + json.dumps(taken) + "\n")


if __name__ == "__main__":
    main()
