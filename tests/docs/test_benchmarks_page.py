"""The page of benchmarks is written anew where it was measured anew, and nowhere else."""

from __future__ import annotations

from pathlib import Path

from benchmarks.__main__ import page_with, row
from benchmarks.measure import Result

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def rows_and_rest(page):
    lines = page.splitlines()
    begins = next(number for number, line in enumerate(lines) if line.startswith("|---")) + 1
    ends = next((number for number in range(begins, len(lines)) if not lines[number].startswith("| ")), len(lines))
    return lines[begins:ends], lines[ends:]


def test_what_was_not_measured_stays_with_all_text_and_other_tables():
    before = PAGE.read_text()
    written, rest = rows_and_rest(page_with(before, []))
    assert (written, rest) == rows_and_rest(before)
    assert [line for line in rest if line.startswith("|---")], "the page has further tables"


def test_a_line_is_replaced_in_its_place_and_a_new_one_follows():
    old, new = Result("a", 1.0, 2.0, "peer", "ms", 0.5), Result("b", 1.0, 2.0, "peer", "ms", 0.5)
    page = page_with(
        page_with("", [old, new]) + "\nText.\n\n| x |\n|---|\n| y |\n", [Result("a", 3.0, 2.0, "peer", "ms", 1.5)]
    )
    written, rest = rows_and_rest(page)
    assert written == [row(Result("a", 3.0, 2.0, "peer", "ms", 1.5)), row(new)]
    assert rest == ["", "Text.", "", "| x |", "|---|", "| y |"]
