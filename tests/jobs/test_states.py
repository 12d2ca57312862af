"""Every pair of states of jobs, campaigns and messages: what the table names happens, everything else is refused."""

from __future__ import annotations

from itertools import permutations
from uuid import uuid4

import psycopg
import pytest

STATES = {
    "job": ["pending", "running", "paused", "completed", "failed", "cancelled"],
    "campaign": ["draft", "active", "paused", "completed"],
    "message": ["queued", "claimed", "accepted", "rejected", "bounced", "unknown", "suppressed", "cancelled"],
}
# Written out once more, by hand: the table must not be the only one to say it.
EXPECTED = {
    "job": {
        "pending": "running cancelled failed", "running": "paused completed failed cancelled",
        "paused": "running cancelled", "failed": "running",
    },
    "campaign": {"draft": "active", "active": "paused completed", "paused": "active completed"},
    "message": {
        "queued": "claimed suppressed cancelled",
        "claimed": "queued accepted rejected unknown bounced cancelled",
        "accepted": "bounced", "unknown": "accepted bounced cancelled",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def subjects(north):
    """A job, a campaign with a step and a message, as their tables and states."""
    organization, account, campaign = north.organization_id, uuid4(), uuid4()
    with north.database.owner() as owner:
        owner.execute(
            "insert into app.email_accounts (email_account_id, organization_id, from_email, from_name, smtp_host,"
            " smtp_port) values (%s, %s, 'a@b.example', 'A', 'h', 25)", [account, organization],
        )  # fmt: skip
        owner.execute(
            "insert into app.campaigns (campaign_id, organization_id, name, email_account_id) values (%s, %s, 'c', %s)",
            [campaign, organization, account],
        )
        owner.execute(
            "insert into app.campaign_steps (campaign_id, organization_id, step_no, subject_template, body_template)"
            " values (%s, %s, 1, 's', 'b')", [campaign, organization],
        )  # fmt: skip
        job = owner.execute("insert into app.jobs (kind) values ('crawl') returning job_id").fetchone()["job_id"]
        owner.execute("set local session_replication_role = replica")  # a message without the gate that it came through
        message = owner.execute(
            "insert into app.messages (organization_id, campaign_id, step_no, lead_id, snapshot_id, member_id,"
            " email_normalized, gate_run_id, gate_verdict, email_account_id)"
            " values (%s, %s, 1, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'a@b.example',"
            " gen_random_uuid(), 'passed', %s) returning message_id",
            [organization, campaign, account],
        ).fetchone()["message_id"]
    return {
        "message": ("app.messages", "message_id", "state", message),
        "job": ("app.jobs", "job_id", "status", job),
        "campaign": ("app.campaigns", "campaign_id", "status", campaign),
    }


def can_become(owner, table, key, column, subject, before, after):
    """Puts the row into the state by force, then tries the transition in a transaction that is rolled back."""
    ended = {"completed", "failed", "cancelled"}
    with owner.transaction():
        owner.execute("set local session_replication_role = replica")
        finished = ", finished_at = now()" if table == "app.jobs" and before in ended else ""
        owner.execute(f"update {table} set {column} = %s{finished} where {key} = %s", [before, subject])  # noqa: S608
    with owner.transaction(force_rollback=True):
        finished = f", finished_at = {'now()' if after in ended else 'null'}" if table == "app.jobs" else ""
        try:
            owner.execute(f"update {table} set {column} = %s{finished} where {key} = %s", [after, subject])  # noqa: S608
        except psycopg.errors.CheckViolation as error:
            if "cannot become" in str(error):
                return False
            raise
        return True


@pytest.mark.parametrize("machine", ["job", "campaign", "message"])
def test_every_pair_of_states(subjects, north, machine):
    table, key, column, subject = subjects[machine]
    wanted = {(one, other) for one, others in EXPECTED[machine].items() for other in others.split()}
    with north.database.owner() as owner:
        found = {
            pair for pair in permutations(STATES[machine], 2) if can_become(owner, table, key, column, subject, *pair)
        }
    assert found == wanted


def test_the_table_names_the_same_transitions(north):
    for machine, states in EXPECTED.items():
        rows = north.rows("select from_state, to_state from app.state_transitions where machine = %s", machine)
        assert {(row["from_state"], row["to_state"]) for row in rows} == {
            (one, other) for one, others in states.items() for other in others.split()
        }
        types = {"job": "job_status", "campaign": "campaign_status", "message": "message_state"}
        values = north.rows(f"select unnest(enum_range(null::app.{types[machine]}))::text as value")
        assert [row["value"] for row in values] == STATES[machine]


def test_a_campaign_without_steps_is_not_activated(north):
    organization = north.organization_id
    with north.database.owner() as owner:
        bare = owner.execute(
            "insert into app.campaigns (organization_id, name, type) values (%s, 'bare', 'content')"
            " returning campaign_id",
            [organization],
        ).fetchone()["campaign_id"]
    with pytest.raises(psycopg.errors.CheckViolation, match="has no steps"):
        north.rows("update app.campaigns set status = 'active' where campaign_id = %s returning 1", bare)
    with pytest.raises(psycopg.errors.CheckViolation, match="has no steps"):
        north.rows(
            "insert into app.campaigns (organization_id, name, type, status)"
            " values (%s, 'late', 'content', 'active') returning 1",
            organization,
        )
    with pytest.raises(psycopg.errors.CheckViolation, match="cannot begin as completed"):
        north.rows(
            "insert into app.campaigns (organization_id, name, type, status)"
            " values (%s, 'x', 'content', 'completed') returning 1",
            organization,
        )


def test_an_email_campaign_without_an_account_is_not_activated(north):
    organization = north.organization_id
    with north.database.owner() as owner:
        campaign = owner.execute(
            "insert into app.campaigns (organization_id, name) values (%s, 'no account') returning campaign_id",
            [organization],
        ).fetchone()["campaign_id"]
        owner.execute(
            "insert into app.campaign_steps (campaign_id, organization_id, step_no, subject_template, body_template)"
            " values (%s, %s, 1, 's', 'b')", [campaign, organization],
        )  # fmt: skip
    with pytest.raises(psycopg.errors.CheckViolation):
        north.rows("update app.campaigns set status = 'active' where campaign_id = %s returning 1", campaign)


def test_everybody_reads_the_states_and_changes_none(north):
    with north.acting("read_only") as member:
        assert member.execute("select count(*) as n from app.state_transitions").fetchone()["n"] == 28
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            member.execute("delete from app.state_transitions")
