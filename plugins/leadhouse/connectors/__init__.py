"""Sources that people and partners give: files and accounts whose records belong to one organization."""

from leadhouse.connectors.base import Connector, ImportFileError

__all__ = ["Connector", "ImportFileError"]
