"""
# enrich_leads

Finds out what is wanted and missing: checks every email address, and asks paid providers for what a campaign or a
search wants and the marts lack.

**What.** Email checks (syntax, mail exchanger, role, free, disposable) for everyone; a request for each entity,
attribute and provider, once a window, provider after provider until an answer is good; the calls within budget, each
at most once: one whose answer was lost is `unknown` and shown to a person, never repeated.

**When.** When the marts were built (asset `marts`), and once per request (`app.jobs`, kind `enrich`). A run that has
not ended four hours after it was queued is told of and goes on.

**Inputs.** `mart_leads.dim_people`, campaigns' and searches' wanted attributes, `app.providers`, `app.waterfalls`,
`billing.budgets`.

**Outputs.** `raw.email_checks`, `raw.provider_responses`, `app.enrichment_requests`, `billing.costs`. When
something has landed: the asset `raw_provider`, so that the marts are built once more. When not: the asset
`marts_enriched`, which wakes the campaigns.

**Triage.**

- *`call_provider` is red.* A provider is down or refuses its key; the message names it. The others were asked, the
  campaigns go on with what is known, its requests stay pending; set it inactive to have the next one asked.
- *A provider "is busy" until a moment.* It answered with Retry-After; its questions wait in `app.enrichment_requests`
  (`not_before`). Nothing to do: the next run asks them, no earlier than that.
- *"budget" in the log.* The ceiling is reached, as intended. Raise it in `billing.budgets` or wait for the next
  period.
- *Requests in state `unknown`.* The provider may have charged. Ask it with the request's id; never set it back to
  pending.
- *It wakes itself again and again.* Something lands on every pass: compare the counts of `check_emails` and
  `call_provider` of two runs; the same address twice is a defect.
"""

from __future__ import annotations

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import dag

from leadhouse.orchestration.assets import MARTS
from leadhouse.orchestration.conventions import DEFAULT_ARGS, DagTag, told_after
from leadhouse.orchestration.enriching import (
    announce_enriched,
    announce_facts,
    call_provider,
    check_emails,
    finish_enrichment,
    request_wanted,
)


@dag(
    schedule=[MARTS],
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    deadline=told_after(hours=4),
    doc_md=__doc__,
    tags=[DagTag.ENRICH, DagTag.BY_ASSET, DagTag.BY_JOB],
)
def enrich_leads() -> None:
    """Check, ask, call; then close the request, and wake either the marts or the campaigns."""
    checked, requested, called = check_emails(), request_wanted(), call_provider()
    checked >> requested >> called
    finish_enrichment(checked, requested, called)
    called >> [announce_facts(), announce_enriched(), EmptyOperator(task_id="confirm_calls")]


enrich_leads()
