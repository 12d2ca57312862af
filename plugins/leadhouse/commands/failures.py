"""Expected failures of the commands: their message and exit code 1; anything else keeps its traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import typer
from rich.console import Console
from rich.markup import escape

# By name: the packages behind them are imported only when something has failed.
EXPECTED = (
    ("leadhouse.billing", "BillingError"),
    ("leadhouse.campaigns", "CampaignNotReadyError"),
    ("leadhouse.imports", "ImportFileError"),
    ("leadhouse.connectors.source_errors", "SourceError"),
    ("leadhouse.connectors.source_runs", "SourceBusyError"),
    ("leadhouse.credentials", "CredentialError"),
    ("leadhouse.database.analysts", "AnalystError"),
    ("leadhouse.database.connection", "DatabaseError"),
    ("leadhouse.database.migrations", "MigrationError"),
    ("leadhouse.enrichment.bounce_fit", "OutcomesError"),
    ("leadhouse.enrichment.language_model", "LanguageModelError"),
    ("leadhouse.enrichment.waterfall_replay", "ReplayError"),
    ("leadhouse.identity.errors", "IdentityError"),
    ("leadhouse.leads.lead_searches", "SearchStateError"),
    ("leadhouse.leads.search_questions", "SearchQuestionError"),
    ("leadhouse.local.locks", "LockTimeoutError"),
    ("leadhouse.local.postgres_binaries", "PostgresSetupError"),
    ("leadhouse.local.processes", "ProcessError"),
    ("leadhouse.operations.backups", "BackupError"),
    ("leadhouse.operations.postgres_programs", "ProgramError"),
    ("leadhouse.operations.reports", "ReportError"),
    ("leadhouse.operations.restoring", "RestoreError"),
    ("leadhouse.resolution.decisions", "DecisionError"),
    ("leadhouse.resolution.file_columns", "FileColumnsError"),
)


@contextmanager
def clear_failures() -> Iterator[None]:
    """End the command with the message of a failure that says what to do."""
    try:
        yield
    except typer.Exit:
        raise
    except Exception as error:
        if not _is_expected(error):
            raise
        message = str(error.args[0]) if isinstance(error, LookupError) and error.args else str(error)
        Console(stderr=True, highlight=False).print(f"[red]leadhouse:[/red] {escape(message)}", soft_wrap=True)
        raise typer.Exit(1) from error


def _is_expected(error: Exception) -> bool:
    """A failure of the list, or a name that is not there (`LookupError`, but no missing key or index of the code)."""
    if type(error) is LookupError:
        return True
    return any(isinstance(error, getattr(import_module(module), name)) for module, name in EXPECTED)
