"""Leadhouse: the library behind the DAGs. Components import lower floors only (see docs/architecture.md)."""

__version__ = "0.1.0"
