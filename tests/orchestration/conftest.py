"""Airflow is configured before any test module imports it."""

from tests.orchestration.airflow_in_process import metadata, metadata_template

__all__ = ["metadata", "metadata_template"]
