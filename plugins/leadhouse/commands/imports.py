"""`leadhouse import`: a file that somebody exported, row by row landed, known, or quarantined with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import typer

from leadhouse.commands.failures import clear_failures
from leadhouse.commands.import_folder import import_each, show_folder
from leadhouse.commands.import_tables import show_import, show_preview
from leadhouse.commands.organizations import only_organization
from leadhouse.commands.output import JsonFile, examples, write_json

COUNTED = ("rows", "landed", "known", "quarantined")


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "import",
        epilog=examples(
            "import contacts.xlsx --preview 5",
            "import contacts.csv --dry-run --json result.json",
            "import exports --dry-run",
            'import contacts.csv --map "Wer=full_name,Notiz=custom" --mode merge --errors refused.csv',
        ),
    )(import_file)


def import_file(
    file: Annotated[
        Path, typer.Argument(exists=True, help="CSV, JSON lines, xlsx, xls or ods; of a folder each file in turn.")
    ],
    organization: Annotated[
        str | None,
        typer.Option(help="Slug or id of the organization that owns the data; may be left out where there is one."),
    ] = None,
    kind: Annotated[
        Literal["company", "person"] | None,
        typer.Option(help="What a row lists; found from the columns when left out."),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option("--map", help="column=attribute,… where a column is read wrongly (custom: keep it); remembered."),
    ] = None,
    mode: Annotated[
        Literal["upsert", "skip", "merge"],
        typer.Option(
            help="upsert: the file is the whole list; skip: only new rows; merge: the file adds to what stands."
        ),
    ] = "upsert",
    dry_run: Annotated[bool, typer.Option(help="Read, map and check, but land nothing.")] = False,
    rows: Annotated[
        int, typer.Option("--preview", min=0, help="Show this many rows as they are read; land nothing.")
    ] = 0,
    errors: Annotated[Path | None, typer.Option(help="Write refused rows here as CSV: line, reason, the row.")] = None,
    json_file: JsonFile = None,
) -> None:
    """Import a file, or each of a folder: every row lands, is already known, or is quarantined with its reason."""
    from leadhouse.imports import ImportFileError, csv_import
    from leadhouse.jobs.source_care import count_run_by_hand

    with clear_failures(), _told_as_a_wrong_call(ImportFileError):
        mapping = _stated(columns)
        if file.is_dir():
            if columns or rows or errors:
                raise typer.BadParameter("--map, --preview and --errors are for one file, not for a folder")
            _import_folder(file, only_organization(organization), kind, mode, json_file, is_dry_run=dry_run)
            return
        if rows:
            result = csv_import.preview_file(file, kind, mapping, rows)
        else:
            owner = only_organization(organization)
            with _recorded(file, owner, is_dry_run=dry_run) as (run_id, counts):
                summary = csv_import.import_file(
                    file, owner, kind, datetime.now(UTC).date(), run_id, dry_run, mapping=mapping, errors_to=errors,
                    mode=mode,
                )  # fmt: skip
                counts |= {name: getattr(summary, name) for name in COUNTED}
            if not dry_run:
                count_run_by_hand(summary.source_key, summary.landed, summary.quarantined)
            result = summary.as_json()
    if not write_json(json_file, result):
        (show_preview if rows else show_import)(result)


def _import_folder(
    folder: Path, owner: UUID, kind: Any, mode: Any, json_file: Path | None, *, is_dry_run: bool
) -> None:
    from leadhouse.imports import csv_import
    from leadhouse.jobs.source_care import count_run_by_hand

    def import_one(path: Path) -> dict[str, Any]:
        with _recorded(path, owner, is_dry_run=is_dry_run) as (run_id, counts):
            summary = csv_import.import_file(path, owner, kind, datetime.now(UTC).date(), run_id, is_dry_run, mode=mode)
            counts |= {name: getattr(summary, name) for name in COUNTED}
        if not is_dry_run:
            count_run_by_hand(summary.source_key, summary.landed, summary.quarantined)
        return summary.as_json()

    found = import_each(folder, import_one)
    if not write_json(json_file, found):
        show_folder(found, is_dry_run=is_dry_run)
    if any("refused" in each for each in found):
        raise typer.Exit(1)


@contextmanager
def _recorded(file: Path, owner: UUID, *, is_dry_run: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """The run's id and its counts; an import that lands leaves a step, which the Run page shows as a run."""
    from leadhouse.ledger.steps import recorded_step

    run_id = f"cli__{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
    if is_dry_run:
        yield run_id, {}
        return
    with recorded_step("imports", run_id, "import_records", file.name, owner) as step:
        yield run_id, step.counts


@contextmanager
def _told_as_a_wrong_call(but: type[ValueError]) -> Iterator[None]:
    """A mapping that does not fit the file is a wrong call, not a failure."""
    try:
        yield
    except but:
        raise
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _stated(text: str | None) -> dict[str, str | None]:
    """``column=attribute,…``; a comma within a column's name is written ``\\,``."""
    if not text:
        return {}
    pairs = [each.replace("\0", ",").rpartition("=") for each in text.replace("\\,", "\0").split(",")]
    wrong = [column or attribute for column, sign, attribute in pairs if not sign or not column.strip()]
    if wrong:
        raise typer.BadParameter(f"--map takes column=attribute, separated by commas; {wrong[0]!r} is none")
    return {column.strip(): attribute.strip() for column, _, attribute in pairs}
