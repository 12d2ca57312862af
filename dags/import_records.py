"""
# import_records

Imports files that users and partners give, and reads their accounts at providers: every row lands, is already known,
or is quarantined with its reason.

**What.** Reads each file (encoding, delimiter and columns are found out), maps the columns, and lands private
records of the organization that owns the file. Reads each source of another kind call by call (docs/connectors.md):
charged calls are written before they are sent, and sent once a day.

**When.** Every night at 01:00 UTC for the sources that are due, and once per request (`app.jobs`, kind `import`),
whose run is named `job__<id>`. A run that has not ended four hours after it was queued is told of and goes on.

**Inputs.** `app.sources` of kind `csv` and of the kinds that are read call by call, or the request's `path`.

**Outputs.** `raw.company_records`, `raw.person_records`, `quality.quarantine`; the asset `raw_imports`.

**Triage.**

- *One file is red.* The log says which file, which line, and what to do. The other files have landed.
- *One source is red.* Its log says which call, what came, and what to do: credentials, credit, address. Test it with
  `leadhouse sources test`. A charged call whose answer was lost stands in `app.source_calls` as `unknown`: ask the
  provider; the next day asks again by itself.
- *Many rows in quarantine.* The Run page lists them by reason; correct the file and import it again: rows that have
  landed are recognized and counted as known.
- *"names no organization".* Imports are private: request the import for an organization.
"""

from __future__ import annotations

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import CronTriggerTimetable, dag

from leadhouse.orchestration.conventions import DEFAULT_ARGS, NOT_AT_FIRST_START, DagTag, told_after
from leadhouse.orchestration.importing import find_files, finish_import, import_file
from leadhouse.orchestration.source_reading import find_sources, read_source


@dag(
    schedule=CronTriggerTimetable("0 1 * * *", timezone="UTC", run_immediately=NOT_AT_FIRST_START),
    catchup=False,
    max_active_runs=4,
    default_args=DEFAULT_ARGS,
    deadline=told_after(hours=4),
    doc_md=__doc__,
    tags=[DagTag.INGEST, DagTag.NIGHTLY, DagTag.BY_JOB],
)
def import_records() -> None:
    """Find the files and sources, land them side by side, add up."""
    files = find_files()
    sources = find_sources(files)
    imported, read = import_file.expand(file=files), read_source.expand(source=sources)
    finish_import(files, imported, sources, read)
    [imported, read] >> EmptyOperator(task_id="confirm_files", trigger_rule="none_failed")


import_records()
