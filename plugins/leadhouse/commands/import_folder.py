"""`leadhouse import FOLDER`: every file of a folder in turn, and what became of each as one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from leadhouse.commands.output import Output, print_table

COUNTED = ("rows", "landed", "known", "quarantined")
COLUMNS = ("file", "kind", "header", "columns", "read", "kept", *COUNTED)


def import_each(folder: Path, import_one: Callable[[Path], dict[str, Any]]) -> list[dict[str, Any]]:
    """What `import_one` says of each file of the folder, in the order of their names; or why it cannot be read.

    Files whose name begins with a dot are left out, and so are folders within it.
    """
    from leadhouse.imports import ImportFileError

    told = []
    for path in sorted(each for each in folder.iterdir() if each.is_file() and not each.name.startswith(".")):
        try:
            told.append(import_one(path))
        except ImportFileError as error:
            told.append({"file": path.name, "refused": str(error)})
    return told


def show_folder(found: Sequence[dict[str, Any]], *, is_dry_run: bool) -> None:
    """A line a file and one of sums: columns that were read as a field, those kept as custom fields, and the rows."""
    read = [each for each in found if "refused" not in each]
    sums = {name: sum(each[name] for each in read) for name in COUNTED}
    rows = [_line(each) for each in read]
    print_table(COLUMNS, [*rows, ("sum", *[""] * 5, *(f"{sums[name]:,}" for name in COUNTED))], whole=("file",))
    console = Output()
    for each in found:
        if "refused" in each:
            console.print(f"{each['file']} is not read: {each['refused']}", style="red", markup=False, soft_wrap=True)
    if is_dry_run:
        console.print("Nothing has landed: this was a dry run.")


def _line(found: dict[str, Any]) -> tuple[str, ...]:
    read = sum(1 for each in found["columns"] if each["field"])
    kept = len(found["columns"]) - read
    told = (Path(found["file"]).name, found["kind"], f"line {found['header_line']}", str(len(found["columns"])))
    return (*told, str(read), str(kept), *(f"{found[name]:,}" for name in COUNTED))
