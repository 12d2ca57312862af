"""On how many sites each reader and each reason decided: extraction_rules.py FOLDER [--of person,address].

FOLDER is one of `extraction_corpus.py`. A reader or reason that decided on one site alone is no proof that it carries
over, and is named below the table; one that decided nowhere is held by the pages of the tests alone.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from benchmarks.extraction_corpus import read_all
from leadhouse.extraction.site.summary import summarise
from leadhouse.records import Extraction, PersonAttribute

Decision = tuple[str, str]  # of what, by which reader or for which reason


def decisions(extractions: list[Extraction]) -> Iterator[Decision]:
    """What decided over a site's pages: readers of accepted values and people, reasons of rejections."""
    facts = summarise(extractions)
    for group in facts.facts.values():
        for fact in group:
            for locator in fact.locators:
                yield fact.attribute, locator.partition(":")[0]
    people = {person["name"] for person in facts.people}
    for extraction in extractions:
        for rejection in extraction.rejections:
            yield rejection.attribute, f"not: {rejection.reason}"
        for person in extraction.persons:
            name = person.values[PersonAttribute.FULL_NAME][0]
            if name.value in people:
                yield "person", name.locator or ""


def table(found: dict[Decision, dict[str, int]]) -> str:
    """Markdown: sites and values of each reader or reason, fewest sites first within an attribute."""
    rows = sorted(found.items(), key=lambda entry: (entry[0][0], len(entry[1]), entry[0][1]))
    lines = ["| what | decided by | sites | values |", "|---|---|---|---|"]
    lines += [f"| {what} | {by} | {len(sites)} | {sum(sites.values())} |" for (what, by), sites in rows]
    return "\n".join(lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--of", default="", help="attributes, with commas between; all without it")
    options = parser.parse_args()
    found: dict[Decision, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for gold in sorted(options.folder.glob("sites/*/gold.json")):
        extractions = read_all(gold.parent / "www", json.loads(gold.read_text())["host"])
        for decision in decisions(extractions):
            found[decision][gold.parent.name] += 1
    wanted = set(filter(None, options.of.split(",")))
    print(table({key: sites for key, sites in found.items() if not wanted or key[0] in wanted}))
    print()
    for (what, by), sites in sorted(found.items()):
        if len(sites) == 1 and (not wanted or what in wanted):
            print(f"{what} by {by}: only {next(iter(sites))}")


if __name__ == "__main__":
    main()
