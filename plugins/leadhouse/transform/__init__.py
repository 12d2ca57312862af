"""dbt in this process: staging views at deploy, marts by the ledger of changes, the data dictionary."""

from leadhouse.transform.build import BuildSummary, build_marts
from leadhouse.transform.data_dictionary import data_dictionary, generate_docs
from leadhouse.transform.dbt_project import DbtError, NodeResult
from leadhouse.transform.staging import deploy_staging

__all__ = [
    "BuildSummary", "DbtError", "NodeResult", "build_marts", "data_dictionary", "deploy_staging", "generate_docs",
]  # fmt: skip
