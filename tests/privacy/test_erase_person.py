"""A person is erased everywhere, and does not come back; a namesake and whoever shares the page stay."""

from __future__ import annotations

import pytest

from leadhouse.archive import erase_exchange, read_exchange
from leadhouse.database import connect
from leadhouse.operations.backups import backup_folder, make_backup, restore_into
from leadhouse.privacy.certificates import is_genuine
from leadhouse.privacy.erasing import erase_person
from leadhouse.privacy.key_file import key_file
from leadhouse.privacy.pages import erase_pages_due
from leadhouse.privacy.reapplying import reapply
from leadhouse.settings import settings
from tests.privacy.person_world import HOST, NAMES, OWN_PAGE, PAGE, REQUEST, TRACES
from tests.privacy.searching import files_saying, members_saying, tables_saying

pytestmark = pytest.mark.slow
NAMESAKE = "jm@beta.example"
OF_NAMESAKE = """
select distinct entity_id from resolution.subject_keys join resolution.assignments using (subject_id)
 where key_value = 'jm@beta.example'
"""


def traces(world):
    return [*tables_saying(world.database, TRACES), *members_saying(TRACES), *files_saying(world.home, TRACES)]


def names_of_others(world):
    """Rows that say the name and are not the namesake's: by his id, his lead, or his company."""
    his = [str(row["entity_id"]) for row in world.rows(OF_NAMESAKE)] + [str(world.leads["namesake"]), "beta"]
    return [each for each in tables_saying(world.database, NAMES) if not any(mark in each for mark in his)]


def people(world):
    return {row["full_name"] for row in world.rows("select full_name from mart_leads.dim_people")}


@pytest.fixture(scope="module")
def erased(world):
    """A backup before, the erasure, its certificate and everything that it printed."""
    before = {
        "saying": {each.partition(":")[0] for each in tables_saying(world.database, (*TRACES, *NAMES))},
        "members": members_saying(TRACES),
        "files": files_saying(world.home, TRACES),
        "batches": world.rows("select * from raw.batches order by batch_no"),
    }
    backup = make_backup(settings().database_admin_url.get_secret_value(), backup_folder())
    capture = pytest.MonkeyPatch()
    certificate = erase_person(REQUEST, "cli__erase")
    capture.undo()
    return {**before, "certificate": certificate, "backup": backup}


def test_the_person_was_everywhere(erased):
    assert len(erased["saying"]) > 20
    assert {each.partition(".")[0] for each in erased["saying"]} >= {
        "app", "raw", "resolution", "quality", "intermediate", "mart_companies", "mart_leads"
    }  # fmt: skip
    assert len(erased["members"]) >= 4
    assert len({each.partition(":")[0] for each in erased["files"]}) >= 6


def test_nothing_says_the_person_any_more(world, erased):
    assert traces(world) == []
    assert names_of_others(world) == []


def test_nothing_was_printed_of_the_person(world, erased, capfd):
    text = erased["certificate"].text.lower()
    assert [each for each in (*TRACES, *NAMES, "müller", "mueller") if each in text] == []


def test_the_other_on_the_page_stays(world, erased):
    assert "Anna Schmidt" in people(world)
    [lead] = world.rows("select * from app.leads where lead_id = %s", world.leads["anna"])
    assert (lead["deleted_at"], lead["notes"]) == (None, "stays")
    [facts] = world.rows("select * from app.lead_facts where lead_id = %s", world.leads["anna"])
    assert facts["email_normalized"] == f"anna.schmidt@{HOST}"
    said = world.rows(
        "select url from mart_leads.fct_person_values where value = 'Anna Schmidt' and source_key like 'web/%%'"
    )
    assert {row["url"] for row in said} == {PAGE}


def test_the_namesake_stays(world, erased):
    assert "Jörg Müller" in people(world)
    [facts] = world.rows("select * from app.lead_facts where lead_id = %s", world.leads["namesake"])
    assert (facts["full_name"], facts["email_normalized"]) == ("Jörg Müller", NAMESAKE)
    assert "Jörg Müller of beta.example" in (world.home / "logs" / "crawl.log").read_text()


def test_the_company_lives_on_without_the_address(world, erased):
    [company] = world.rows(
        "select * from mart_companies.dim_companies where domain = %s and organization_id is null", HOST
    )
    assert company["name"] == "Acme GmbH"
    [row] = world.rows("select count(*) as n from raw.company_records where payload::text ~ 'info@acme.example'")
    assert row["n"] >= 3


def test_the_page_is_an_answer_that_was_erased(world, erased):
    position = world.positions[PAGE]
    assert read_exchange(position.uri, position.offset, position.length).is_erased
    imprint = world.positions[f"https://{HOST}/imprint"]
    assert b"info@acme.example" in read_exchange(imprint.uri, imprint.offset, imprint.length).body


def test_what_landed_is_still_counted(world, erased):
    assert world.rows("select * from raw.batches order by batch_no")[: len(erased["batches"])] == erased["batches"]


def test_the_leads_of_both_organizations_are_closed_and_empty(world, erased):
    for slug in world.organizations:
        [lead] = world.rows("select * from app.leads where lead_id = %s", world.leads[slug])
        assert lead["deleted_at"] is not None
        assert (lead["notes"], lead["tags"], lead["custom_fields"]) == (None, [], {})
        [message] = world.rows("select * from app.messages where lead_id = %s", world.leads[slug])
        assert (message["state"], message["subject"], message["smtp_reply"]) == ("cancelled", None, None)
        assert message["email_normalized"].endswith("@erased.invalid")


def test_triggers_guard_raw_again(world, erased):
    off = world.rows(
        "select tgrelid::regclass::text as name from pg_trigger where tgenabled = 'D' and not tgisinternal"
    )
    assert off == []


def test_the_certificate_is_kept_and_genuine(world, erased):
    certificate = erased["certificate"]
    assert is_genuine(certificate.content)
    assert not is_genuine({**certificate.content, "requested_by": "nobody"})
    [row] = world.rows("select * from privacy.erasures")
    assert (row["state"], row["certificate"], row["certificate_hash"]) == (
        "done",
        certificate.content,
        certificate.sha256,
    )
    assert world.rows("select * from privacy.erasure_targets") == []
    assert [each["name"] for each in certificate.content["backups"]] == [erased["backup"].path.name]
    assert certificate.content["backups"][0]["expires_at"] == erased["backup"].expires_at.isoformat()
    for step in ("archive", "raw", "tables", "history", "files"):
        assert certificate.content["erased"][step], step


def test_a_crawl_of_the_same_page_brings_nobody_back(world, erased):
    former = len(members_saying(TRACES))
    counts = world.crawl()
    assert counts.received == counts.landed + counts.known + counts.quarantined
    assert counts.quarantined >= 2
    assert len(members_saying(TRACES)) > former  # the bytes come before the facts
    with world.database.connect("privacy") as connection:
        assert connection.execute("select count(*) as n from privacy.pages_due").fetchone()["n"] == 2
    assert erase_pages_due() == 2
    world.build()
    assert traces(world) == []
    assert names_of_others(world) == []
    assert "Anna Schmidt" in people(world)
    [row] = world.rows(
        "select count(*) as n, bool_and(payload::text !~* 'joerg|jörg') as is_clean"
        " from quality.quarantine where reason = 'erased_person'"
    )
    assert (row["n"] >= 2, row["is_clean"]) == (True, True)


def test_a_crawl_process_erases_its_own_pages(world, erased):
    world.crawl()
    assert {each.url for each in world.erased_pages}.isdisjoint({f"https://{HOST}/imprint"})
    assert OWN_PAGE not in {row["url"] for row in world.rows("select url from raw.fetches")}
    assert erase_pages_due() == 2
    assert erase_exchange(world.positions[PAGE]) == 0


def test_an_import_brings_nobody_back(world, erased):
    for slug in world.organizations:
        summary = world.import_file(slug)
        assert summary.rows == summary.landed + summary.known + summary.quarantined == 4
        assert summary.reasons == {"erased_person": 1}  # the other row stated the company as well, which landed
    world.build()
    assert traces(world) == []
    assert names_of_others(world) == []
    assert "Anna Schmidt" in people(world)


def test_a_restore_of_an_older_backup_erases_again(world, erased):
    admin = settings().database_admin_url.get_secret_value()
    with world.database.owner(autocommit=True) as owner:
        for row in owner.execute(
            "select nspname from pg_namespace where nspname !~ '^(pg_|information_schema|public)'"
        ).fetchall():
            owner.execute(f'drop schema "{row["nspname"]}" cascade')
        owner.execute("drop schema public cascade")
        owner.execute("create schema public authorization pg_database_owner")
        owner.execute("grant usage on schema public to public")
    restore_into(admin, erased["backup"].path)
    assert tables_saying(world.database, TRACES) != []
    assert len(key_file().read_text().splitlines()) >= 5
    [certificate] = reapply("cli__restored")
    assert certificate.content["requested_by"] == "a restore"
    assert traces(world) == []
    assert names_of_others(world) == []
    assert "Anna Schmidt" in people(world)
    assert "Jörg Müller" in people(world)
    assert reapply("cli__restored_again") == []


def test_landing_refuses_to_go_on_without_the_key(world, erased, monkeypatch):
    monkeypatch.delenv("LEADHOUSE_ERASURE_KEY")
    settings.cache_clear()
    with pytest.raises(RuntimeError, match="LEADHOUSE_ERASURE_KEY is not set"):
        world.crawl()
    with connect("privacy") as connection:
        connection.execute("select 1")
    settings.cache_clear()
