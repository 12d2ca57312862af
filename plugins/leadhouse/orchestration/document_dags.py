"""The page of the DAGs, from the DAG files themselves: `python -m leadhouse.orchestration.document_dags`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from leadhouse.settings import settings

# In the order of the flow; a DAG that is not listed comes after these, by name.
ORDER = (
    "crawl_sites", "import_records", "resolve_entities", "build_marts", "enrich_leads", "send_campaigns",
    "maintain_database", "replay_archive",
)  # fmt: skip

HEADER = """# The DAGs

Written by `make docs` from the files of `dags/`; edit those. How one stage wakes the next:

```mermaid
flowchart LR
{edges}
```

An asset only wakes its readers; what there is to do stands in the ledger (`app.batch_counters` against
`app.consumer_positions`), so that an event that is lost or comes twice changes nothing.
"""


def load_dags(folder: Path) -> dict[str, Any]:
    """The DAG of each file, by dag_id, in the order of the flow.

    Raises:
        ValueError: a file cannot be imported, or does not hold exactly one DAG of its own name.
    """
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=folder)
    if bag.import_errors:
        raise ValueError("\n".join(f"{path}: {error}" for path, error in bag.import_errors.items()))
    found = dict(bag.dags)
    files = {path.stem for path in folder.glob("[!_]*.py")}
    if found.keys() != files:
        raise ValueError(f"DAGs and files differ: {sorted(found.keys() ^ files)}. A file holds one DAG of its name.")
    rank = {name: number for number, name in enumerate(ORDER)}
    return dict(sorted(found.items(), key=lambda item: (rank.get(item[0], len(rank)), item[0])))


def consumed_assets(dag: Any) -> list[str]:
    """Names of the assets that wake the DAG."""
    return sorted(set(_names(getattr(dag.timetable, "asset_condition", None))))


def produced_assets(dag: Any) -> dict[str, list[str]]:
    """Names of the assets by the task that announces them."""
    return {task.task_id: [asset.name for asset in task.outlets] for task in dag.tasks if task.outlets}


def render(folder: Path) -> str:
    """The whole page."""
    dags = load_dags(folder)
    return "\n".join([HEADER.format(edges=_edges(dags)), *(_section(dag) for dag in dags.values())])


def _names(condition: Any) -> list[str]:
    """Of an asset, or of all that stand in a condition (any of, all of)."""
    if condition is None:
        return []
    if hasattr(condition, "objects"):
        return [name for each in condition.objects for name in _names(each)]
    return [condition.name]


def _edges(dags: dict[str, Any]) -> str:
    readers: dict[str, list[str]] = {}
    for dag_id, dag in dags.items():
        for name in consumed_assets(dag):
            readers.setdefault(name, []).append(dag_id)
    lines = [
        f"  {dag_id} -- {name} --> {reader}"
        for dag_id, dag in dags.items()
        for names in produced_assets(dag).values()
        for name in names
        for reader in readers.get(name, [])
    ]
    return "\n".join(lines)


def _section(dag: Any) -> str:
    body = str(dag.doc_md).strip().partition("\n")[2].strip()
    rows = [
        ("Runs", _schedule(dag)),
        ("Tags", ", ".join(sorted(dag.tags))),
        (
            "Tasks",
            ", ".join(f"`{task.task_id}`{' (mapped)' if task.is_mapped else ''}" for task in dag.topological_sort()),
        ),
        (
            "Announces",
            ", ".join(f"`{name}` ({task})" for task, names in produced_assets(dag).items() for name in names),
        ),
        ("Parameters", ", ".join(f"`{name}`" for name in dag.params)),
        ("Retries", str(dag.default_args["retries"])),
        ("Runs at once", str(dag.max_active_runs)),
    ]
    table = "\n".join(f"| {name} | {value} |" for name, value in rows if value)
    return f"## {dag.dag_id}\n\n| | |\n|---|---|\n{table}\n\n{body}\n"


def _schedule(dag: Any) -> str:
    parts = []
    time = getattr(dag.timetable, "timetable", dag.timetable)
    if expression := getattr(time, "expression", None):
        parts.append(f"`{expression}` (UTC)")
    if assets := consumed_assets(dag):
        parts.append("on " + ", ".join(f"`{name}`" for name in assets))
    return "; ".join(parts) or "by hand"


if __name__ == "__main__":
    sys.stdout.write(render(settings().project / "dags"))
