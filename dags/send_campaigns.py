"""
# send_campaigns

Sends what is due, and only what its gate lets pass.

**What.** For each campaign with a step that is due: freeze the audience, judge it (Great Expectations), queue a
message for each member that may get one, send the queue. Every candidate gets a decision, every message a final
state. A campaign whose gate refuses turns red and sends nothing; no other is touched.

**When.** When nothing that is wanted is missing any more (asset `marts_enriched`), and five past every hour for steps
that have a time. While a crawl, an import or the marts are under way it waits (three hours at most): whoever ends
last wakes it. A run that has not ended four hours after it was queued is told of and goes on.

**Inputs.** `app.campaigns`, `app.campaign_steps`, `mart_leads.dim_leads`, `quality.suites`, `app.suppressions`.

**Outputs.** `quality.snapshots`, `quality.gate_results`, `app.messages`, `app.campaign_decisions`,
`raw.email_events`; the asset `messages` when one was attempted.

**Triage.**

- *One campaign is red: "The gate refuses".* As intended. The Gate page names the rules and the rows. Correct the
  data and wait for the next wave, or override the result with a reason; never clear the task to try again.
- *"too long ago to be judged today", "was revoked".* The wave is over: what it had queued is cancelled untried, and
  the next wave freezes these people anew. Nothing is to be done.
- *"The gate has no verdict".* A rule could not be evaluated. The task tries again, and so does the next hour; a rule
  that never can be is a defect of the suite.
- *Red for another reason.* Clear the task: the audience is frozen, a message goes out at most once.
- *Messages in state `unknown`.* The server's answer was lost. Look into the mailbox or the server's log and decide;
  nothing is sent again by itself.
- *Everything is skipped with "Campaigns wait for the marts".* See which job or batch it names and look at that DAG.
"""

from __future__ import annotations

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, dag

from leadhouse.orchestration.assets import ENRICHED
from leadhouse.orchestration.conventions import DEFAULT_ARGS, DagTag, told_after
from leadhouse.orchestration.sending import announce_messages, find_due, send_campaign


@dag(
    schedule=AssetOrTimeSchedule(timetable=CronTriggerTimetable("5 * * * *", timezone="UTC"), assets=[ENRICHED]),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    deadline=told_after(hours=4),
    doc_md=__doc__,
    tags=[DagTag.SEND, DagTag.BY_ASSET],
)
def send_campaigns() -> None:
    """Find what is due, send each campaign by itself, tell."""
    sent = send_campaign.expand(due=find_due())
    announce_messages(sent)
    sent >> EmptyOperator(task_id="confirm_campaigns", trigger_rule="none_failed")


send_campaigns()
