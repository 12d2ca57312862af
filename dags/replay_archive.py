"""
# replay_archive

Reads archived pages, and archived answers of interfaces, again with today's extractors. Nobody is asked for anything
and nothing is paid.

**What.** Takes the newest archived answer of each page, and of each unit of a source that is read call by call, within
a period, reads it as a crawl or a run would, and holds what it says against what stands: values gained, lost and
changed by source and attribute, with examples, in the task's log and as its result. The statements are kept
unapplied; a run with `apply` lets them stand, one row of `raw.applications` a unit, and resolution and marts follow.
The same bytes read by the same version change nothing.

**When.** By hand: after an extractor was corrected, after a source was held (`layout_changed`, `too_few`), or to accept
what a source has lost. First without `apply`, then with it.

**Inputs.** `raw.fetches`, the WARC files they point into, `app.sources`. As far back as the archive is kept.

**Outputs.** `raw.extractions` with their records, `raw.applications`; the asset `raw_web` when something was applied.

**Triage.**

- *`gone` is large.* The archive does not hold these pages any more; crawl the source to have them again.
- *A source stands under `unread`.* Its parameters are wrong today; correct them and run again. The others were read.
- *`failed` is not 0.* The extractor gives up on these pages. `scrapers.check` and a saved page show why.
- *Values are lost that you want.* Do not apply; correct the extractor and run again. Nothing was changed by looking.
- *It was applied and is wrong.* Correct the extractor and replay the same period: the newest applied statement stands.
"""

from __future__ import annotations

from airflow.sdk import Param, dag

from leadhouse.orchestration.conventions import DEFAULT_ARGS, DagTag
from leadhouse.orchestration.replaying import apply_changes, show_changes

PARAMS = {
    "first": Param(type="string", format="date", title="First day", description="Of the crawls' runs, UTC."),
    "last": Param(type="string", format="date", title="Last day", description="Included."),
    "source_keys": Param(
        [], type="array", items={"type": "string"}, title="Sources",
        description="Keys of `app.sources`, one a line. Empty: all.",
    ),
    "apply": Param(False, type="boolean", title="Apply", description="Off: only show what would change."),
}  # fmt: skip


@dag(
    schedule=None,
    catchup=False,
    max_active_runs=1,
    params=PARAMS,
    default_args=DEFAULT_ARGS,
    doc_md=__doc__,
    tags=[DagTag.INGEST],
)
def replay_archive() -> None:
    """Look, then leap."""
    show_changes() >> apply_changes()


replay_archive()
