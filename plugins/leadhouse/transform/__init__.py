"""dbt in this process: staging views at deploy, marts by the ledger of changes, the data dictionary."""

from leadhouse.transform.dbt_project import DbtError, NodeResult
from leadhouse.transform.staging import deploy_staging

__all__ = ["DbtError", "NodeResult", "deploy_staging"]
