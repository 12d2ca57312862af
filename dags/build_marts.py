"""
# build_marts

Builds the marts of every entity that has changed, adopts the leads that saved searches find, and shows the new
values on the leads.

**What.** dbt in one task (its start is paid once); each node's state and seconds are rows of `quality.dbt_nodes`.
Each mart keeps its policies, grants and indexes: they are set in the transaction that changes it. Leads are adopted
from the fresh marts, built, and get their facts.

**When.** When entities have changed (asset `entities`) or messages were attempted (asset `messages`). A run that has
not ended four hours after it was queued is told of and goes on.

**Inputs.** `resolution.changes` after the position of `build_marts`, staging views, `app.corrections`, `app.leads`.

**Outputs.** `mart_companies`, `mart_leads`, `mart_analytics`, `app.leads`, `app.lead_facts`; the asset `marts` (not
when only messages have changed).

**Triage.**

- *A model or test failed.* The Run page names the node and its message. Readers still see the tables of the last
  good build. Correct the model, clear the task.
- *A mart looks wrong, all nodes are green.* Trigger the DAG with `full_refresh`; when that changes rows, a model's
  incremental form misses a change: keep both results and look for the entity in `resolution.changes`.
- *It is slow.* Sort the nodes by seconds on the Run page. A build after a change of models or macros makes every
  entity anew, once.
- *It runs, and nothing is built.* It waits for another build (an erasure makes one, and a run that was cleared), whose
  session `pg_stat_activity` shows as `leadhouse transform`. Do not end either; readers have the marts of before.
- *"has other columns than its contract", "holds history".* The message names the column and what to do; nothing was
  written.
"""

from __future__ import annotations

from airflow.sdk import Param, dag

from leadhouse.orchestration.assets import ENTITIES, MESSAGES
from leadhouse.orchestration.conventions import DEFAULT_ARGS, DagTag, told_after
from leadhouse.orchestration.stages import announce_marts, build_models, project_facts


@dag(
    schedule=ENTITIES | MESSAGES,
    catchup=False,
    max_active_runs=1,
    params={"full_refresh": Param(False, type="boolean", title="Full refresh", description="Build every entity anew.")},
    default_args=DEFAULT_ARGS,
    deadline=told_after(hours=4),
    doc_md=__doc__,
    tags=[DagTag.MODEL, DagTag.BY_ASSET],
)
def build_marts() -> None:
    """Build, show on the leads, tell."""
    built = build_models()
    built >> project_facts() >> announce_marts(built)


build_marts()
