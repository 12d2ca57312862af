"""The staging views, made at deploy and not by the night, so that resolution may read them before the first build."""

from __future__ import annotations

from typing import Any

from leadhouse.transform import dbt_project


def deploy_staging(target: dbt_project.Target = "prod", manifest: Any = None) -> list[str]:
    """Create or replace the staging views and return their names (`schema.name`).

    Run by `leadhouse migrate` after the migrations; a repeat changes nothing. A view is replaced in place.

    Raises:
        DbtError: a view could not be made; the message names it and the reason.
    """
    results = dbt_project.invoke("run", select="path:models/staging", target=target, manifest=manifest)
    dbt_project.raise_failures(results, "leadhouse migrate")
    return sorted(result.relation for result in results if result.relation)
