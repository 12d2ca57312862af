"""Rows of files that name no website: one company by its name and place, its people by theirs; chains stay apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from leadhouse.imports.csv_import import import_file
from leadhouse.resolution import full_refresh, resolve_unread
from tests.resolution.conftest import DAY

HEADER = "ID,Company,Street,Postal Code,City,Phone,First Name,Last Name\n"
GROUPED = """
select array_agg(distinct extraction.unit_key order by extraction.unit_key) as units
  from resolution.assignments as placed
  join raw.company_records as record using (subject_id)
  join raw.extractions as extraction using (run_on, extraction_id)
  left join resolution.redirects as led
    on led.from_entity_id = placed.entity_id and led.reverted_batch_no is null
 group by coalesce(led.to_entity_id, placed.entity_id)
"""
PEOPLE = GROUPED.replace("company_records", "person_records")


@pytest.fixture
def lists(tmp_path: Path, world: Any) -> Any:
    """Imports lists, each a file of its own, and resolves after each; how many entities come of their rows."""

    def run(*files: str, query: str = GROUPED) -> int:
        owner: UUID = world.organization("north")
        for number, rows in enumerate(files):
            path = tmp_path / f"list{number}.csv"
            path.write_text(HEADER + rows)
            assert import_file(path, owner, "person" if query is PEOPLE else "company", DAY, "test").quarantined == 0
            resolve_unread(f"night {number}")
        found = groups(world, query)
        full_refresh("again")
        assert groups(world, query) == found, "a full refresh says what the nights have said"
        return len(found)

    return run


def groups(world: Any, query: str) -> set[tuple[str, ...]]:
    return {tuple(row["units"]) for row in world.query(query)}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("1,Alder GmbH,Hauptstr. 5,10115,Berlin,,,\n", "9,ALDER,Hauptstraße 5,10115,Berlin,,,\n", 1),
        ("1,Alder GmbH,,10115,Berlin,,,\n", "9,Alder GmbH,,10115,Berlin-Mitte,,,\n", 1),
        ("1,Alder GmbH,,,Berlin,,,\n", "9,Alder,,,Berlin,+49 30 1234567,,\n", 1),
        ("1,Alder GmbH,,10115,Berlin,,,\n", "9,Alder GmbH,,50667,Köln,,,\n", 2),  # branches
        ("1,Alder GmbH,Hauptstr. 5,10115,Berlin,,,\n", "9,Alder GmbH,Torstr. 9,10115,Berlin,,,\n", 2),
        ("1,Alder GmbH,,10115,Berlin,,,\n", "9,Birch GmbH,,10115,Berlin,,,\n", 2),
    ],
)
def test_a_company_is_known_by_its_name_and_place(lists: Any, one: str, other: str, expected: int) -> None:
    assert lists(one, other) == expected


def test_a_chain_in_one_town_stays_apart(lists: Any) -> None:
    branches = "".join(f"{i},Alder Backwaren,,,Berlin,+49 30 123456{i},,\n" for i in range(4))
    assert lists(branches) == 4


def test_people_without_mail_are_known_by_name_and_employer(lists: Any) -> None:
    one = "1,Alder GmbH,,10115,Berlin,,Ann,Ash\n2,Alder GmbH,,10115,Berlin,,Ben,Birch\n"
    assert lists(one, "8,Alder,,10115,Berlin,,Ann,Ash\n9,Alder,,50667,Köln,,Ben,Birch\n", query=PEOPLE) == 3
