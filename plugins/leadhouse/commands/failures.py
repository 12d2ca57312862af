"""Expected failures of the commands: their message and exit code 1; anything else keeps its traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.markup import escape


@contextmanager
def clear_failures() -> Iterator[None]:
    """End the command with the message of a failure that says what to do."""
    from leadhouse.database.connection import DatabaseError
    from leadhouse.database.migrations import MigrationError
    from leadhouse.local.postgres_binaries import PostgresSetupError
    from leadhouse.operations.backups import BackupError
    from leadhouse.operations.postgres_programs import ProgramError
    from leadhouse.operations.reports import ReportError
    from leadhouse.operations.restoring import RestoreError

    expected = (
        DatabaseError, MigrationError, PostgresSetupError, BackupError, ProgramError, ReportError, RestoreError,
    )  # fmt: skip
    try:
        yield
    except expected as error:
        Console(stderr=True, highlight=False).print(f"[red]leadhouse:[/red] {escape(str(error))}", soft_wrap=True)
        raise typer.Exit(1) from error
