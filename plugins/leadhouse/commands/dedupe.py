"""`leadhouse dedupe`: who is who in any file of companies or people, without database."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer

from leadhouse.commands.failures import clear_failures
from leadhouse.commands.output import examples


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "dedupe",
        epilog=examples(
            "dedupe customers.csv --kind company --out pairs.csv --explain pairs.jsonl",
            "dedupe staff.csv --kind person --map Wer=full_name,Mail=email --against news.csv --out pairs.csv",
        ),
    )(dedupe)


def dedupe(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV file; its first column is the id.")],
    kind: Annotated[Literal["company", "person"], typer.Option(help="What a row is about.")],
    out: Annotated[Path, typer.Option(help="Where the pairs go: CSV with the columns id_a and id_b.")],
    columns: Annotated[
        str | None, typer.Option("--map", help="column=attribute,…; inferred from headers and content when left out.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A second file: only pairs of the two are given.")
    ] = None,
    explain: Annotated[
        Path | None, typer.Option(help="Write each pair's weight and evidence here, a JSON line a pair.")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="Write the estimated weights and frequencies here (JSON).")] = None,
) -> None:
    """Find the rows that are one and the same, by the resolution's own model.

    The weights are estimated on the file itself; the night uses the versioned ones instead. A file or map that cannot
    be used ends with exit code 2 and says where.
    """
    from leadhouse.imports.columns import field_of
    from leadhouse.imports.match_file import read_match_file
    from leadhouse.resolution.file_columns import infer_columns
    from leadhouse.resolution.file_matching import match_rows
    from leadhouse.resolution.match_model import save_model

    with clear_failures(), _told_as_a_wrong_call():
        _require_folders(out, explain, model)
        first = read_match_file(file)
        header, rows = list(first.header), first.rows
        mapped = infer_columns(header, rows, kind, _stated(columns), field_of)
        split = None
        if against is not None:
            other = read_match_file(against)
            compared = [header[0], *(each.header for each in mapped)]
            other.arranged(compared)  # without one of these nothing could be found
            split, rows = len(rows), rows + other.arranged(header)
            _say_what_lacks(compared, other.header, against)
        matches = match_rows(rows, mapped, split=split)
    ids = [row[0] for row in rows]
    _write_pairs(out, [(ids[low], ids[high]) for low, high in zip(*matches.pairs, strict=True)])
    if explain is not None:
        with explain.open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(each, ensure_ascii=False) + "\n" for each in matches.explained(ids))
    if model is not None:
        save_model(matches.model, model)
    for each in mapped:
        typer.echo(f"{each.header}: {each.attribute} ({each.kind}, {each.why})", err=True)
    typer.echo(
        f"{len(rows)} rows, {matches.candidates} pairs compared, {len(matches.pairs[0])} found, in {out}", err=True
    )


@contextmanager
def _told_as_a_wrong_call() -> Iterator[None]:
    """A file or a map that cannot be used is a wrong call (exit code 2), not a failure of the work."""
    from leadhouse.imports.errors import ImportFileError
    from leadhouse.resolution.file_columns import FileColumnsError

    try:
        yield
    except (ImportFileError, FileColumnsError, WrongCallError) as error:
        typer.echo(f"leadhouse: {error}", err=True)
        raise typer.Exit(2) from error


class WrongCallError(ValueError):
    """An option that cannot be followed."""


def _require_folders(*paths: Path | None) -> None:
    """Said before the work, not after it."""
    for path in paths:
        if path is not None and (path.is_dir() or not path.parent.is_dir()):
            raise WrongCallError(f"{path} cannot be written: name a file in a folder that exists.")


def _say_what_lacks(compared: list[str], header: tuple[str, ...], against: Path) -> None:
    lacking = [name for name in compared[1:] if name not in header[1:]]
    if lacking:
        typer.echo(f"{against.name} has no column {', '.join(lacking)}: compared without.", err=True)


def _stated(text: str | None) -> dict[str, str] | None:
    if not text:
        return None
    pairs = [each.partition("=") for each in text.split(",")]
    wrong = [column for column, sign, attribute in pairs if not sign or not attribute.strip()]
    if wrong:
        raise WrongCallError(f"--map takes column=attribute, separated by commas; {wrong[0]!r} is none")
    return {column.strip(): attribute.strip() for column, _, attribute in pairs}


def _write_pairs(path: Path, pairs: list[tuple[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("id_a", "id_b"))
        writer.writerows(pairs)
