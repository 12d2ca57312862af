"""Landing: counts add up, a retry lands nothing twice, absence retracts, a stale holder is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from leadhouse.landing import Landing, Quarantined, ShardLease, StaleLeaseError
from leadhouse.records import CompanyAttribute, CompanyRecord, Outcome, Value, subject_id
from tests.landing.conftest import NOON, RUN_ON, company, extraction, fetch, person

Make = Callable[..., Landing]


def statement(database: Any, unit_id: UUID) -> list[str]:
    """Names of the companies in the unit's newest applied extraction."""
    with database.connect("resolution") as connection:
        found = connection.execute(
            """
            with newest as (
              select extraction_id, run_on from raw.applications where unit_id = %s
               order by observed_at desc, applied_at desc limit 1)
            select payload -> 'name' -> 0 ->> 'value' as name
              from newest join raw.company_records using (run_on, extraction_id) order by 1
            """,
            [unit_id],
        )
        return [row["name"] for row in found]


def count(database: Any, table: str) -> int:
    with database.owner() as connection:
        return int(connection.execute(f"select count(*) as n from {table}").fetchone()["n"])  # noqa: S608


def test_a_landing_writes_fetches_records_and_a_batch_that_counts_them(database: Any, landing: Make) -> None:
    page = extraction(company("Alpha"), person("Ada Byron"))
    one = landing()
    one.add_fetch(fetch(etag='"1"', body_bytes=10))
    one.add_extraction(page)
    counts = one.commit()
    assert (counts.received, counts.landed, counts.known, counts.quarantined) == (2, 2, 0, 0)
    with database.connect("resolution") as connection:
        row = connection.execute("select * from raw.person_records").fetchone()
        batch = connection.execute("select * from raw.batches").fetchone()
        records = connection.execute("select * from raw.company_records").fetchone()
    assert row["company_record_id"] == records["record_id"]
    assert row["subject_id"] == subject_id(page.unit_id, "person", "person")
    assert row["landing_id"] == records["landing_id"] == batch["landing_id"]
    assert batch["batch_no"] == counts.batch_no == 1
    assert records["payload"]["email"] == [
        {"value": "info@company.example", "confidence": 1.0, "raw": "INFO@company.example"}
    ]


def test_a_retry_of_the_same_transaction_lands_nothing_twice(database: Any, landing: Make) -> None:
    read = fetch()
    for attempt in range(2):
        one = landing()
        one.add_fetch(read)
        one.add_extraction(extraction(company("Alpha"), company("Beta", "beta"), person("Ada Byron")))
        one.quarantine(Quarantined("https://a.example/x", None, "not_html", "It is a picture."))
        counts = one.commit()
        assert counts.received == 4
        assert counts.landed == (3 if attempt == 0 else 0)
        assert counts.known == (0 if attempt == 0 else 4)
    tables = ("raw.fetches", "raw.extractions", "raw.applications", "quality.quarantine", "raw.company_records")
    assert [count(database, table) for table in tables] == [1, 1, 1, 1, 2]


def test_the_sums_over_all_batches_are_the_rows_that_stand(database: Any, landing: Make) -> None:
    for minutes in range(6):
        one = landing()
        one.add_extraction(extraction(company(f"Alpha {minutes % 3}"), person("Ada"), minutes=minutes))
        one.quarantine(Quarantined("https://a.example/x", minutes % 2, "bad", "Bad."))
        one.commit()
    with database.owner() as connection:
        sums = connection.execute(
            "select sum(received) as received, sum(landed) as landed, sum(known) as known,"
            " sum(quarantined) as quarantined from raw.batches"
        ).fetchone()
    assert sums["landed"] == count(database, "raw.company_records") + count(database, "raw.person_records") == 6
    assert sums["quarantined"] == count(database, "quality.quarantine") == 2
    assert sums["received"] == sums["landed"] + sums["known"] + sums["quarantined"] == 18


def test_absence_retracts(database: Any, landing: Make) -> None:
    full, gone = extraction(company("Alpha"), company("Beta", "beta")), extraction(minutes=5)
    for page in (full, gone):
        one = landing()
        one.add_extraction(page)
        one.commit()
        assert statement(database, page.unit_id) == (["Alpha", "Beta"] if page is full else [])


def test_a_page_that_goes_back_applies_its_former_extraction(database: Any, landing: Make) -> None:
    pages = [extraction(company(name), minutes=i) for i, name in enumerate(["Alpha", "Beta", "Alpha"])]
    landed = []
    for i, page in enumerate(pages):
        one = landing(run_on=date(2026, 11, 20 + i))
        one.add_extraction(page)
        counts = one.commit()
        landed.append((counts.landed, counts.known))
        assert statement(database, page.unit_id) == [["Alpha"], ["Beta"], ["Alpha"]][i]
    assert landed == [(1, 0), (1, 0), (0, 1)]
    assert count(database, "raw.extractions") == 2
    assert count(database, "raw.applications") == 3


def test_two_statements_of_one_unit_in_one_landing_follow_each_other(database: Any, landing: Make) -> None:
    one = landing()
    for minutes, name in enumerate(["Alpha", "Beta", "Alpha", "Alpha"]):
        one.add_extraction(extraction(company(name), minutes=minutes))
    counts = one.commit()
    assert (counts.landed, counts.known) == (2, 2)
    assert statement(database, extraction().unit_id) == ["Alpha"]


def test_an_older_observation_that_lands_late_does_not_supersede(database: Any, landing: Make) -> None:
    for minutes, name in ((10, "New"), (0, "Old")):
        one = landing()
        one.add_extraction(extraction(company(name), minutes=minutes))
        one.commit()
    assert statement(database, extraction().unit_id) == ["New"]


def test_a_late_commit_is_seen_by_a_reader_of_batch_numbers(database: Any, landing: Make) -> None:
    """The first writer holds its records back; a reader that moves on after the second one still meets them."""
    early, late = landing(source_key="web/early"), landing(source_key="web/late")
    late.add_extraction(extraction(company("Late"), url="https://a.example/late"))
    early.add_extraction(extraction(company("Early"), url="https://a.example/early"))
    reached, go_on = threading.Event(), threading.Event()
    number = late._number

    def hold(*args: Any) -> Any:
        reached.set()
        assert go_on.wait(20)
        return number(*args)

    late._number = hold  # type: ignore[method-assign]
    thread = threading.Thread(target=late.commit)
    thread.start()
    try:
        assert reached.wait(20)
        early.commit()
        with database.connect("resolution") as reader:
            seen = reader.execute("select max(batch_no) as n from raw.batches").fetchone()["n"]
    finally:
        go_on.set()
        thread.join(20)
    with database.connect("resolution") as reader:
        unread = reader.execute(
            "select payload -> 'name' -> 0 ->> 'value' as name from raw.batches"
            " join raw.company_records using (landing_id) where batch_no > %s",
            [seen],
        ).fetchall()
    assert [row["name"] for row in unread] == ["Late"]


def test_two_writers_of_one_extraction_land_it_once(database: Any, landing: Make) -> None:
    counts = []

    def land() -> None:
        one = landing()
        one.add_extraction(extraction(company("Alpha"), person("Ada Byron")))
        counts.append(one.commit())

    threads = [threading.Thread(target=land) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(each.landed for each in counts) == [0, 0, 0, 2]
    assert count(database, "raw.company_records") == 1


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (company("Al\x00pha", "bad"), "unstorable_text"),
        (company("Alpha", "bad", note="half \ud83d"), "unstorable_text"),
        (person("Ada", "bad", company_key="nobody"), "unknown_company_key"),
        (company("Twin", "good"), "duplicate_record_key"),
    ],
)
def test_a_record_that_cannot_land_is_quarantined_and_its_neighbours_land(
    database: Any, landing: Make, record: Any, reason: str
) -> None:
    one = landing()
    one.add_extraction(extraction(company("Good", "good"), record))
    counts = one.commit()
    assert (counts.received, counts.landed, counts.quarantined) == (2, 1, 1)
    assert statement(database, extraction().unit_id) == ["Good"]
    with database.owner() as connection:
        row = connection.execute("select reason, payload from quality.quarantine").fetchone()
    assert row["reason"] == reason
    assert row["payload"]["record_key"] == record.record_key


def test_hostile_header_texts_land_cleaned(database: Any, landing: Make) -> None:
    one = landing()
    one.add_fetch(fetch("https://a.example/\x00", etag="\ud800", reason="x\x00y"))
    one.commit()
    with database.owner() as connection:
        row = connection.execute("select url, reason from raw.fetches").fetchone()
    assert row == {"url": "https://a.example/\ufffd", "reason": "x\ufffdy"}


def test_a_stale_holder_is_refused_and_leaves_nothing(database: Any, landing: Make) -> None:
    with database.connect("jobs") as connection:
        job_id = connection.execute("insert into app.jobs (kind) values ('crawl') returning job_id").fetchone()[
            "job_id"
        ]
        connection.execute("insert into app.shards (job_id, shard_no, hosts) values (%s, 0, '{a.example}')", [job_id])
        lease = "select app.lease_shard(%s, 0, 'worker', 60) as token"
        tokens = [connection.execute(lease, [job_id]).fetchone()["token"] for _ in range(2)]
    stale = landing(lease=ShardLease(job_id, 0, tokens[0]))
    stale.add_fetch(fetch())
    with pytest.raises(StaleLeaseError, match="not held"):
        stale.commit()
    assert count(database, "raw.fetches") == count(database, "raw.batches") == 0
    living = landing(lease=ShardLease(job_id, 0, tokens[1]))
    living.add_fetch(fetch())
    living.commit()
    with database.owner() as connection:
        assert connection.execute("select job_id, shard_no from raw.fetches").fetchone() == {
            "job_id": job_id,
            "shard_no": 0,
        }


def test_an_empty_landing_takes_no_batch_number(database: Any, landing: Make) -> None:
    assert landing().commit().batch_no is None
    assert count(database, "raw.batches") == 0


def test_private_and_shared_records_land_apart(landing: Make) -> None:
    with pytest.raises(ValueError, match="land them apart"):
        landing(organization_id=uuid4()).add_extraction(extraction(company("Alpha")))


def test_partitions_are_made_for_any_month_and_not_granted(database: Any, landing: Make) -> None:
    one = landing(run_on=date(2031, 2, 3))
    one.add_extraction(extraction(company("Alpha")))
    one.commit()
    with database.owner() as connection:
        row = connection.execute(
            "select relrowsecurity, relacl from pg_class where oid = 'raw.company_records_2031_02'::regclass"
        ).fetchone()
    assert row["relrowsecurity"]
    assert "leadhouse_landing" not in str(row["relacl"] or "")


def test_a_value_with_a_literal_backslash_u0000_lands(database: Any, landing: Make) -> None:
    record = CompanyRecord(record_key="k", values={CompanyAttribute.NAME: (Value(value=r"A \u0000 B"),)})
    one = landing(run_on=RUN_ON)
    one.add_extraction(extraction(record))
    assert one.commit().landed == 1
    assert statement(database, extraction().unit_id) == [r"A \u0000 B"]


def standing(database: Any) -> list[dict[str, Any]]:
    statement = "select unit_id, extraction_id, observed_at, landing_id from raw.applications order by observed_at"
    with database.owner() as connection:
        return list(connection.execute(statement).fetchall())


@pytest.mark.parametrize("is_read_whole", [True, False])
def test_a_page_that_is_as_it_was_is_verified_now_and_then(database: Any, landing: Make, is_read_whole: bool) -> None:
    def see(days: int) -> None:
        seen = NOON + timedelta(days=days)
        after = landing(run_on=seen.date())
        if is_read_whole:
            stated = extraction(company("Acme")).model_copy(update={"observed_at": seen, "fetch_id": uuid4()})
            after.add_extraction(stated)
        else:
            unchanged = {"requested_at": seen, "outcome": Outcome.NOT_MODIFIED, "status_code": 304}
            after.add_fetch(fetch().model_copy(update=unchanged))
        assert after.commit().landed == 0

    first = landing()
    first.add_extraction(extraction(company("Acme")))
    first.commit()
    for days in range(1, 10):  # not every night: each is work for resolution and marts
        see(days)
    assert len(standing(database)) == 1
    see(25)
    see(26)
    applied = standing(database)
    assert [row["observed_at"] for row in applied] == [NOON, NOON + timedelta(days=25)]
    assert len({row["extraction_id"] for row in applied}) == 1


def test_what_says_nothing_or_was_never_read_is_not_verified(database: Any, landing: Make) -> None:
    first = landing()
    first.add_extraction(extraction())
    first.commit()
    later = landing()
    for url in ("https://a.example/", "https://a.example/never-read"):
        unchanged = {"requested_at": NOON + timedelta(days=90), "outcome": Outcome.NOT_MODIFIED}
        later.add_fetch(fetch(url).model_copy(update=unchanged))
    later.commit()
    assert len(standing(database)) == 1
