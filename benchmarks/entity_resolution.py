"""Who is who among many made-up people: ours and, beside it, plain Splink; and some new against all the others.

    python -m benchmarks.entity_resolution 100000 --splink PYTHON

Each run is a process of its own; CPU is the process's user and system time, memory its highest resident set. `--splink`
names an interpreter with splink and duckdb (they are no dependency of the product); without it only ours is measured.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from benchmarks.made_up_people import HEADER, write_people

NEW = 1000
SAMPLE = 100_000  # records that the weights are estimated on
BLOCKS = (
    ("family_name:whole", "birth_date:whole"),
    ("given_name:whole", "birth_date:whole"),
    ("email:whole",),
    ("phone:whole",),
    ("family_name:whole", "given_name:whole", "postal_code:whole"),
)
KINDS = {"given_name": "name", "family_name": "name", "birth_date": "date", "city": "place", "postal_code": "code"}


def _rows(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))[1:]


def ours(source: Path, target: Path, results: Path) -> None:
    """Estimate the weights, match all; then the last 1,000 as new ones under the same weights."""
    from leadhouse.resolution.estimating import starting_attribute
    from leadhouse.resolution.file_matching import estimate_model
    from leadhouse.resolution.match_index import MatchIndex
    from leadhouse.resolution.match_model import MatchModel

    start = time.process_time()
    attributes = [starting_attribute(each, KINDS.get(each, each), weighs_terms=True) for each in HEADER[1:]]
    model = MatchModel("of this run", 0.0, tuple(attributes), BLOCKS)
    index = MatchIndex(model)
    ids: list[str] = []

    def texts(path: Path) -> Iterator[list[str]]:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.reader(file)
            next(reader)
            for row in reader:
                ids.append(row[0])
                yield row[1:]

    index.append(texts(source))
    index.model = estimate_model(model, *index.sample(SAMPLE))
    index.match_all()
    full = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with target.open("w", newline="") as file:
        csv.writer(file).writerows([("id", "cluster"), *zip(ids, index.clusters.tolist(), strict=True)])
    other = MatchIndex(index.model)
    rows = _rows(source)
    other.append(row[1:] for row in rows[:-NEW])
    other.match_all()
    start = time.process_time()
    other.append(row[1:] for row in rows[-NEW:])
    other.match_new(len(rows) - NEW)
    new = time.process_time() - start
    equal = bool((other.clusters == index.clusters).all())
    results.write_text(json.dumps({"cpu": full, "peak_mb": peak / 1024, "new_cpu": new, "equal": equal}))


def score(clusters: Path) -> tuple[float, float, float]:
    """Pairwise precision, recall and F1; the truth is in the ids."""
    people: dict[str, int] = defaultdict(int)
    groups: dict[str, int] = defaultdict(int)
    both: dict[tuple[str, str], int] = defaultdict(int)
    for identity, group in _rows(clusters):
        person = identity.partition("-")[0]
        people[person] += 1
        groups[group] += 1
        both[person, group] += 1
    true, found, right = (sum(n * (n - 1) // 2 for n in each.values()) for each in (people, groups, both))
    precision, recall = right / max(found, 1), right / max(true, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def measured_run(name: str, call: list[str]) -> dict[str, float]:
    """CPU seconds and highest memory (MB) of a process, also said aloud; raises CalledProcessError."""
    start = time.monotonic()
    process = subprocess.Popen(call, stdout=subprocess.DEVNULL)
    _, status, taken = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, call)
    cpu = taken.ru_utime + taken.ru_stime
    sys.stdout.write(f"{name}: {cpu:.1f} s CPU in all, {time.monotonic() - start:.1f} s by the clock\n")
    return {"cpu": cpu, "peak_mb": taken.ru_maxrss / 1024}


def main() -> None:
    """Make the people, run both, print what they took and found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=int)
    parser.add_argument("--splink", help="an interpreter that has splink and duckdb")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        people, target, results = (Path(folder) / name for name in ("people.csv", "clusters.csv", "results.json"))
        write_people(people, arguments.records)
        code = "import sys; from pathlib import Path; from benchmarks import entity_resolution as it; "
        code += "it.ours(*map(Path, sys.argv[1:]))"
        measured_run("ours", [sys.executable, "-c", code, str(people), str(target), str(results)])
        figures = json.loads(results.read_text())
        sys.stdout.write("ours: P {:.4f} R {:.4f} F1 {:.4f}\n".format(*score(target)) + json.dumps(figures) + "\n")
        sys.stdout.write(f"1,000 new: 1/{figures['cpu'] / figures['new_cpu']:.0f} of all\n")
        sys.stdout.flush()
        if arguments.splink:
            taken = measured_run(
                "splink", [arguments.splink, "-m", "benchmarks.plain_splink", str(people), str(target)]
            )
            sys.stdout.write("splink: P {:.4f} R {:.4f} F1 {:.4f}\n".format(*score(target)) + json.dumps(taken) + "\n")


if __name__ == "__main__":
    main()
