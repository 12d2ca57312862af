"""
# erase_person

Erases people on their request, everywhere, and keeps them out; closes organizations whose time of grace is over.

**What.** Finds every record, lead, message, page and file of the person, turns the archived pages into tombstones,
erases the tagged columns of every table, rebuilds the marts, overwrites what files say, and writes a certificate.
Overwrites pages that a later crawl has archived again, and deletes organizations that were closed and are due.

**When.** By hand. `leadhouse erase-person --later` writes a request down and prints its id; give it as `erasure_id`, or
leave it empty to carry out every open one. Whom a request is about stands in the database until it is done, never here.

**Inputs.** `privacy.erasures`, `privacy.erasure_targets`, `privacy.pages_due`; `LEADHOUSE_ERASURE_KEY`.

**Outputs.** The certificate in `privacy.erasures`, hashes in `privacy.erased_keys` and beside the backups.

**Triage.**

- *"LEADHOUSE_ERASURE_KEY is not set".* Set the key under which people were erased before; with another they come back.
- *"Another process works on the erasure".* It is being carried out; wait for it.
- *A build of the marts fails.* Correct it as `build_marts` says and clear the task: what is done is not done again.
- *A certificate names a backup.* It holds the person until the day beside it; a restore erases again by itself.
"""

from __future__ import annotations

from airflow.sdk import Param, dag

from leadhouse.orchestration.conventions import DEFAULT_ARGS, DagTag
from leadhouse.orchestration.privacy import close_organizations, erase_noted_pages, erase_requested, find_requests


@dag(
    schedule=None,
    catchup=False,
    max_active_runs=1,
    params={"erasure_id": Param(None, type=["null", "string"], format="uuid", description="Empty: every open one")},
    default_args=DEFAULT_ARGS,
    doc_md=__doc__,
    tags=[DagTag.MAINTAIN],
)
def erase_person() -> None:
    """Pages first, then people one by one, then organizations."""
    requests = find_requests("{{ params.erasure_id or '' }}")
    erase_noted_pages() >> requests
    erase_requested.expand(erasure_id=requests) >> close_organizations.override(trigger_rule="none_failed")()


erase_person()
