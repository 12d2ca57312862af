"""`leadhouse dedupe`: who is who in any file of companies or people, without database."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from leadhouse.commands.failures import clear_failures


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("dedupe")(dedupe)


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

    The weights are estimated on the file itself; the night uses the versioned ones instead.
    """
    from leadhouse.connectors.columns import field_of
    from leadhouse.resolution.file_columns import infer_columns
    from leadhouse.resolution.file_matching import match_rows
    from leadhouse.resolution.match_model import save_model

    with clear_failures():
        header, rows = _read(file)
        mapped = infer_columns(header, rows, kind, _stated(columns), field_of)
        split = None
        if against is not None:
            split, (other_header, others) = len(rows), _read(against)
            rows = rows + _arranged(others, header, other_header)
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


def _read(path: Path) -> tuple[list[str], list[list[str]]]:
    """Header and rows. The header is the first line; rows whose cells are all empty are left out."""
    from leadhouse.connectors.base import ImportFileError
    from leadhouse.connectors.text_file import inspect_text

    with inspect_text(path).open() as text:
        first = text.readline()
        delimiter = max(",;\t|", key=first.count)
        text.seek(0)
        rows = [row for row in csv.reader(text, delimiter=delimiter) if any(map(str.strip, row))]
    if len(rows) < 2 or len(rows[0]) < 2:
        raise ImportFileError(
            f"{path.name} is no table with an id and something to compare: its first line names the columns, the first "
            "of them is the id, and rows follow."
        )
    header = rows[0]
    header[0] = header[0].lstrip("\ufeff")
    return header, [row + [""] * (len(header) - len(row)) for row in rows[1:]]


def _arranged(rows: list[list[str]], header: list[str], other: list[str]) -> list[list[str]]:
    """The second file's rows in the order of the first one's columns; a column that it lacks is empty."""
    places = [0, *(other.index(name) if name in other[1:] else None for name in header[1:])]
    return [[row[place] if place is not None else "" for place in places] for row in rows]


def _stated(text: str | None) -> dict[str, str] | None:
    if not text:
        return None
    pairs = [each.partition("=") for each in text.split(",")]
    wrong = [column for column, sign, attribute in pairs if not sign or not attribute.strip()]
    if wrong:
        raise typer.BadParameter(f"--map takes column=attribute, separated by commas; {wrong[0]!r} is none")
    return {column.strip(): attribute.strip() for column, _, attribute in pairs}


def _write_pairs(path: Path, pairs: list[tuple[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("id_a", "id_b"))
        writer.writerows(pairs)
