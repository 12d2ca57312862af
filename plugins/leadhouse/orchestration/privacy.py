"""Tasks of `erase_person`. Airflow is told ids and counts, never whom they are about."""

from __future__ import annotations

from typing import Any

from leadhouse.orchestration.conventions import current_run, stage_task


@stage_task()
def erase_noted_pages() -> int:
    """Overwrite archived pages that landed after the erasure of somebody they name; how many."""
    from leadhouse.ledger.steps import recorded_step
    from leadhouse.privacy.pages import erase_pages_due

    with recorded_step("privacy", current_run().run_id, "privacy", "pages") as step:
        step.counts["pages"] = erase_pages_due()
        return int(step.counts["pages"])


@stage_task()
def find_requests(erasure_id: str | None) -> list[str]:
    """The requested erasure, or every one that is to be begun or gone on with."""
    from leadhouse.privacy.erasing import open_erasures

    return [erasure_id] if erasure_id else [str(each) for each in open_erasures()]


@stage_task(map_index_template="{{ task.op_kwargs['erasure_id'] }}")
def erase_requested(erasure_id: str) -> dict[str, Any]:
    """Erase one person everywhere; the certificate's hash. A run that was killed goes on where it was."""
    from uuid import UUID

    from leadhouse.ledger.steps import recorded_step
    from leadhouse.privacy.erasing import resume

    with recorded_step("privacy", current_run().run_id, "erase_person", erasure_id) as step:
        certificate = resume(UUID(erasure_id), current_run().run_id)
        step.counts |= {name: len(counts) for name, counts in certificate.content["erased"].items()}
    return {"erasure_id": erasure_id, "sha256": certificate.sha256}


@stage_task()
def close_organizations() -> list[str]:
    """Delete the organizations whose time of grace is over; the certificates' hashes."""
    from leadhouse.ledger.steps import recorded_step
    from leadhouse.privacy.closing import close_due

    with recorded_step("privacy", current_run().run_id, "privacy", "organizations") as step:
        certificates = close_due()
        step.counts["closed"] = len(certificates)
    return [each.sha256 for each in certificates]
