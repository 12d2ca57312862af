"""What is wrong with a whole file. What is wrong with a row is `leadhouse.imports.row_faults`' matter."""

from __future__ import annotations


class ImportFileError(ValueError):
    """The file as a whole is no table; the message says what was found, where, and what to do."""
