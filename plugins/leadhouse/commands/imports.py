"""`leadhouse import`: a file that somebody exported, row by row landed, known, or quarantined with its reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

import typer
from rich.console import Console

from leadhouse.commands.failures import clear_failures

console = Console(highlight=False)


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("import")(import_file)


def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, JSON lines, xlsx, xls or ods.")],
    organization: Annotated[
        str | None,
        typer.Option(help="Slug of the organization that owns the data; may be left out where there is one only."),
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
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the result to this file.")] = None,
) -> None:
    """Import a file: every row lands, is already known, or is quarantined with its reason."""
    from leadhouse.connectors import ImportFileError, csv_import

    with clear_failures(), _told_as_a_wrong_call(ImportFileError):
        mapping = _stated(columns)
        if rows:
            result = csv_import.preview_file(file, kind, mapping, rows)
        else:
            run_on, run_id = datetime.now(UTC).date(), f"cli__{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
            owner = find_organization(organization)
            summary = csv_import.import_file(
                file, owner, kind, run_on, run_id, dry_run, mapping=mapping, errors_to=errors, mode=mode
            )
            result = summary.as_json()
    text = json.dumps(result, indent=1, ensure_ascii=False, default=str)
    if json_file is not None:
        json_file.write_text(text + "\n", encoding="utf-8")
    console.print_json(text)


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


def find_organization(slug: str | None) -> UUID:
    """The organization of a slug; of none, the only one there is. Raises typer.BadParameter that names them all."""
    from leadhouse.database import connect

    with connect("imports") as connection:
        found = connection.execute("select slug, organization_id from identity.organizations order by slug").fetchall()
    known: dict[str, UUID] = {row["slug"]: row["organization_id"] for row in found}
    if slug is None and len(known) == 1:
        return next(iter(known.values()))
    names = ", ".join(known) or "none"
    if slug is None:
        raise typer.BadParameter(f"name the organization that owns the data with --organization; there are: {names}")
    if slug not in known:
        raise typer.BadParameter(f"there is no organization {slug!r}; there are: {names}")
    return known[slug]
