"""Rows of one company that name no website: what a file states of them, and that they become one company."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from leadhouse.imports.csv_file import CsvFile
from leadhouse.landing import Quarantined
from leadhouse.resolution import resolve_unread
from tests.imports.conftest import Import


@pytest.mark.parametrize(
    ("company", "email", "domain"),
    [
        ("Alder Tools Ltd", "ann@alder.example", "alder.example"),
        ("Alder Tools Ltd", "ann@mail.alder-tools.example", "alder-tools.example"),
        ("Müller Söhne GmbH", "x@mueller-soehne.de", "mueller-soehne.de"),
        ("Müller GmbH", "x@muller.de", "muller.de"),
        ("Alder Tools Ltd", "ann@gmail.com", None),
        ("Alder Tools Ltd", "ann@parent-group.example", None),
        ("AB Tools Ltd", "ann@ab.example", None),
        ("Alder Tools Ltd", "", None),
    ],
)
def test_a_domain_is_concluded_where_the_name_says_so(
    company: str, email: str, domain: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f"First Name,Last Name,Email,Company,LinkedIn\nAnn,Ash,{email},{company},linkedin.com/in/ann\n")
    [(_, statement)] = CsvFile(path, UUID(int=1), "csv/acme/x").read()
    assert not isinstance(statement, Quarantined)
    [of_company], [of_person] = statement.extraction.companies, statement.extraction.persons
    found = {
        str(name): [(each.value, each.confidence, each.raw) for each in some]
        for name, some in of_company.values.items()
    }
    assert found.get("domain") == ([(domain, 0.8, email)] if domain else None)
    assert ("company_domain" in {str(name) for name in of_person.values}) == (domain is not None)
    assert statement.companies[0].payload.encode() == of_company.payload_json


def test_two_rows_of_one_company_become_one(run_import: Import, database: Any, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(
        "First Name,Last Name,Email,Company,City\nAnn,Ash,ann@alder.example,Alder Tools Ltd,Leeds\n"
        "Bo,Oak,bo@alder.example,Alder Tools Limited,\nCy,Elm,cy@birch.example,Birch Ltd,Leeds\n"
    )
    assert run_import(path).landed == 3
    resolve_unread("test")
    with database.owner() as connection:
        rows = connection.execute(
            "select entity_id, array_agg(payload #>> '{name,0,value}' order by payload #>> '{name,0,value}') as names"
            "  from resolution.assignments join raw.company_records using (subject_id) group by 1 order by 2"
        ).fetchall()
    assert [row["names"] for row in rows] == [["Alder Tools Limited", "Alder Tools Ltd"], ["Birch Ltd"]]
