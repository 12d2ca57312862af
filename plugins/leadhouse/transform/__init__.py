"""dbt in this process: staging views at deploy, marts by the ledger of changes, the data dictionary."""

from leadhouse.transform.build import BuildSummary, build_marts
from leadhouse.transform.dbt_project import DbtError, NodeResult
from leadhouse.transform.staging import deploy_staging

__all__ = ["BuildSummary", "DbtError", "NodeResult", "build_marts", "deploy_staging"]
