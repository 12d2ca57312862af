"""A few rows go as one parameter, many by COPY: what is stored is the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from leadhouse.landing import Landing, Quarantined, staging
from leadhouse.records import CompanyAttribute, CompanyRecord, Value
from tests.landing.conftest import RUN_ON, extraction, fetch, person

TEXT = 'Müller & "Söhne" \\ 大阪 \U0001f3ed \t100 % {} %s'
TABLES = {
    "raw.fetches": "fetch_id, landing_id, warc_uri",
    "raw.extractions": "landing_id",
    "raw.company_records": "landing_id, record_id, extraction_id",
    "raw.person_records": "landing_id, record_id, extraction_id, company_record_id",
    "raw.applications": "landing_id, extraction_id, applied_at",
    "quality.quarantine": "quarantine_id, landing_id, created_at",
}


def stored(database: Any) -> dict[str, list[Any]]:
    """All rows, without what every landing gives anew."""
    found = {}
    with database.owner() as connection:
        for table, own in TABLES.items():
            rows = connection.execute(f"select * from {table}").fetchall()  # noqa: S608
            kept = [{name: value for name, value in row.items() if name not in own.split(", ")} for row in rows]
            found[table] = sorted(kept, key=repr)
    return found


def land(landing: Landing) -> Any:
    """Two pages with all there is, and a refusal."""
    values = {CompanyAttribute.NAME: (Value(value=TEXT.strip(), confidence=0.1, raw=TEXT),)}
    record = CompanyRecord(record_key="company", values=values, custom_fields={TEXT: TEXT})
    for number in range(2):
        url = f"https://a.example/{number}"
        landing.add_fetch(fetch(url, reason=TEXT, body_bytes=2**40, status_code=200))
        landing.add_extraction(extraction(record, person(TEXT), url=url).model_copy(update={"not_read": ("a,b", '"')}))
    landing.quarantine(Quarantined("https://a.example/x", 7, "why", TEXT, {"given": [TEXT, None, 1.5, True]}))
    return landing.commit()


@pytest.mark.parametrize("few", [300, 0])
def test_what_is_stored_is_the_same(
    database: Any, landing: Callable[..., Landing], monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(staging, "FEW", few)
    counts = land(landing(run_on=RUN_ON))
    assert (counts.received, counts.landed, counts.known, counts.quarantined) == (5, 4, 0, 1)
    rows = stored(database)
    assert [row["reason"] for row in rows["raw.fetches"]] == [TEXT, TEXT]
    assert rows["raw.fetches"][0]["body_bytes"] == 2**40
    assert rows["raw.extractions"][0]["not_read"] == ["a,b", '"']
    assert rows["raw.company_records"][0]["custom_fields"] == {TEXT: TEXT}
    assert rows["raw.company_records"][0]["payload"]["name"] == [
        {"value": TEXT, "confidence": 0.1, "raw": TEXT},
    ]
    assert rows["quality.quarantine"][0]["payload"] == {"given": [TEXT, None, 1.5, True]}
    assert rows["quality.quarantine"][0]["line"] == 7
    assert len(rows["raw.applications"]) == len(rows["raw.person_records"]) == 2


def test_many_rows_in_one_landing_leave_no_table_behind(
    database: Any, landing: Callable[..., Landing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "FEW", 3)
    many = landing(run_on=RUN_ON)
    connection = many.begin()
    for part in range(3):
        for number in range(4):
            many.add_fetch(fetch(f"https://a.example/{part}/{number}"))
        many.flush()
    left = connection.execute("select count(*) as n from pg_class where relpersistence = 't'").fetchone()
    assert left is not None
    assert left["n"] == 0
    many.commit()
    assert len(stored(database)["raw.fetches"]) == 12
