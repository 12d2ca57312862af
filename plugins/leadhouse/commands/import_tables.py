"""How `leadhouse import` tells people what it read, column by column, and what became of the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leadhouse.commands.output import Output, print_table

KEPT = {
    "stated": "you said so",
    "remembered": "said for such a file before",
}
NOT_RECOGNIZED = "neither its name nor its content is that of a field"


def show_preview(found: Mapping[str, Any]) -> None:
    """The columns, then the first rows: each field of each record that a row states, or why it is refused."""
    _show_columns(found)
    cells = [cell for row in found["rows"] for cell in _cells(row)]
    if cells:
        print_table(("line", "record", "field", "value"), cells)
    _show_notes(found)


def show_import(found: Mapping[str, Any]) -> None:
    """The columns, and the rows in one sum; what was refused, and where to correct it."""
    _show_columns(found)
    console = Output()
    if found["reasons"]:
        print_table(("line", "refused because", "what to do"), _refusals(found["errors"]))
    _show_notes(found)
    told = (
        f"{found['rows']:,} rows = {found['landed']:,} landed + {found['known']:,} known"
        f" + {found['quarantined']:,} quarantined; source {found['source_key']}"
    )
    rest = {"retracted": "rows of the former file are gone", "suppressed": "addresses are suppressed from now on"}
    more = "".join(f"; {found[name]:,} {words}" for name, words in rest.items() if found[name])
    console.print(told + more, markup=False, soft_wrap=True)
    if found["is_dry_run"]:
        console.print("Nothing has landed: this was a dry run.")
    elif found["landed"]:
        console.print("The next run of resolve_entities and build_marts makes companies and people of them.")
    if found["errors_file"]:
        console.print(f"The refused rows are in {found['errors_file']}.", markup=False, soft_wrap=True)


def _show_columns(found: Mapping[str, Any]) -> None:
    how = f"{found['file']}: a {found['kind']} a row, {found['encoding']}, {found['delimiter']}"
    Output().print(f"{how}, header in line {found['header_line']}", markup=False, soft_wrap=True)
    print_table(("column", "read as", "because", "confidence"), _columns(found["columns"]), whole=("column", "read as"))


def _columns(columns: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
    for each in columns:
        if each["field"]:
            yield each["column"], each["field"], str(each["why"]), f"{each['confidence']:.2f}"
        else:
            why = KEPT.get(str(each["why"]), NOT_RECOGNIZED)
            yield each["column"], "custom field", f'{why}; read it with --map "{each["column"]}=FIELD"', "-"


def _cells(row: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    line = str(row["line"])
    if "refused" in row:
        yield line, "refused", row["refused"], row["detail"]
        return
    for number, record in enumerate(row["records"]):
        kind = "person" if "full_name" in record["values"] or "company_key" in record else "company"
        for name, values in record["values"].items():
            yield line if not number else "", kind, name, ", ".join(str(each["value"]) for each in values)
        for name, value in record.get("custom_fields", {}).items():
            yield line if not number else "", kind, f"custom: {name}", str(value)


def _refusals(errors: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for each in errors:
        yield str(each["line"]), each["reason"], each["detail"]


def _show_notes(found: Mapping[str, Any]) -> None:
    for note in found["notes"]:
        Output().print(f"Note: {note}", markup=False, soft_wrap=True)
