"""Messages to real receivers: signed, at least once, by the schedule of the specification, to whom they may go."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from uuid import uuid4

import psycopg
import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from leadhouse import webhooks
from leadhouse.database import DatabaseError
from leadhouse.settings import PROJECT, settings
from leadhouse.webhooks import endpoints, posting, sending


def subscribe(tenant, url, *types, **options):
    with tenant.acting("organization_admin") as admin:
        return webhooks.create_webhook(admin, "Hook", url, types or ("*",), **options)


def campaign(tenant, name=None):
    return tenant.rows(
        "insert into app.campaigns (organization_id, name) values (%s, %s) returning campaign_id",
        tenant.organization_id, name or uuid4().hex,
    )[0]["campaign_id"]  # fmt: skip


def log_of(tenant, hook, **options):
    with tenant.acting("organization_admin") as admin:
        return webhooks.list_deliveries(admin, hook.webhook.webhook_id, **options)[0]


def make_due(tenant):
    tenant.rows(
        "update app.webhook_deliveries set next_attempt_at = now() - interval '1 second', leased_until = null"
        " where status = 'pending' and organization_id = %s returning 1",
        tenant.organization_id,
    )


def test_a_change_arrives_signed_with_ids_and_nothing_else(north, south, receiver, send):
    hook = subscribe(north, receiver.url, "campaign.created", "campaign.updated")
    changed = campaign(north, "a secret name")
    campaign(south)
    north.rows("update app.campaigns set description = 'also secret' where campaign_id = %s returning 1", changed)
    assert send() == 2
    assert len(receiver.got) == 2
    messages = {}
    for _, headers, body in receiver.got:
        said = Verifier(hook.secret).verify(body, headers)
        messages[said["type"]] = said
        assert b"secret" not in body
        assert headers["content-type"] == "application/json"
    updated = messages["campaign.updated"]["data"]
    assert (updated["id"], updated["resource"], updated["changedColumns"]) == (
        str(changed), "campaigns", ["description"],
    )  # fmt: skip
    deliveries = log_of(north, hook)
    assert {(each["status"], each["response_status"], len(each["attempts"])) for each in deliveries} == {
        ("delivered", 200, 1)
    }
    assert deliveries[0]["attempts"][0]["response_body"] == "ok"
    with pytest.raises(WebhookVerificationError):
        Verifier(webhooks.messages.new_secret()).verify(receiver.got[0][2], receiver.got[0][1])


def test_what_was_not_subscribed_and_what_is_personal_is_not_sent(north, receiver, send):
    subscribe(north, receiver.url, "lead.*", "job.created")
    campaign(north)
    north.rows(
        "insert into app.notifications (organization_id, user_id, kind, title) values (%s, %s, 'x', 'x') returning 1",
        north.organization_id, north.users["sales_rep"],
    )  # fmt: skip
    assert send() == 0
    everything = subscribe(north, receiver.url, "*")
    north.rows(
        "insert into app.notifications (organization_id, user_id, kind, title) values (%s, %s, 'x', 'x') returning 1",
        north.organization_id, north.users["sales_rep"],
    )  # fmt: skip
    campaign(north)
    send()
    assert [each["event_type"] for each in log_of(north, everything)] == ["campaign.created"]


def test_a_rotated_secret_signs_beside_the_former_for_a_day(north, receiver, send):
    hook = subscribe(north, receiver.url, "campaign.*")
    with north.acting("organization_admin") as admin:
        secret = webhooks.rotate_secret(admin, hook.webhook.webhook_id)
    campaign(north)
    send()
    _, headers, body = receiver.got[0]
    assert len(headers["webhook-signature"].split()) == 2
    for key in (secret, hook.secret):
        assert Verifier(key).verify(body, headers)["type"] == "campaign.created"
    ids = (north.organization_id, hook.webhook.webhook_id)
    later = sending.datetime.now(sending.UTC) + webhooks.endpoints.BOTH_SIGN
    assert webhooks.endpoints.target_of(*ids, now=later).signing_secrets == [secret]
    stored = north.rows("select to_jsonb(w)::text as row from app.webhooks as w union all"
                        " select to_jsonb(s)::text from credentials.secrets as s")  # fmt: skip
    assert not any(key.removeprefix("whsec_") in row["row"] for row in stored for key in (secret, hook.secret))


def test_a_failing_receiver_is_tried_by_the_schedule_with_one_id_and_then_given_up(north, receiver, send):
    hook = subscribe(north, receiver.url, "campaign.created")
    receiver.answers["/hook"] = (500, b"x" * 5000, {})
    campaign(north)
    waits = []
    for _ in range(len(sending.RETRY_SECONDS) + 1):
        assert send() == 1
        row = north.rows("select extract(epoch from next_attempt_at - clock_timestamp())::float8 as wait, status"
                         " from app.webhook_deliveries where webhook_id = %s", hook.webhook.webhook_id)[0]  # fmt: skip
        waits.append(row["wait"])
        make_due(north)
    for planned, wait in zip(sending.RETRY_SECONDS, waits, strict=False):
        assert planned - 3 < wait < planned * 1.1 + 1
    assert row["status"] == "failed"
    assert send() == 0
    assert {headers["webhook-id"] for _, headers, _ in receiver.got} == {str(log_of(north, hook)[0]["delivery_id"])}
    attempts = log_of(north, hook)[0]["attempts"]
    assert [each["attempt_no"] for each in attempts] == list(range(1, 11))
    assert {len(each["response_body"]) for each in attempts} == {posting.KEPT_BODY}

    receiver.answers.clear()
    with north.acting("organization_admin") as admin:
        webhooks.redeliver(admin, hook.webhook.webhook_id, log_of(north, hook)[0]["delivery_id"])
    assert send() == 1
    assert [(each["status"], each["attempt_count"]) for each in log_of(north, hook)] == [("delivered", 11)]
    with north.acting("organization_admin") as admin:
        assert webhooks.find_webhook(admin, hook.webhook.webhook_id).failing_since is None


def test_a_receiver_may_ask_for_more_time(north, receiver, send):
    subscribe(north, receiver.url, "campaign.created")
    receiver.answers["/hook"] = (429, b"", {"Retry-After": "90"})
    campaign(north)
    send()
    row = north.rows("select extract(epoch from next_attempt_at - clock_timestamp())::float8 as wait"
                     " from app.webhook_deliveries where organization_id = %s", north.organization_id)[0]  # fmt: skip
    assert 85 < row["wait"] < 100


@pytest.mark.parametrize("how", ["five days", "gone"])
def test_who_does_not_answer_is_disabled_and_people_are_told(north, receiver, send, how):
    hook = subscribe(north, receiver.url, "campaign.created")
    receiver.answers["/hook"] = (500 if how == "five days" else 410, b"", {})
    campaign(north)
    assert send() == 1
    if how == "five days":
        north.rows("update app.webhooks set failing_since = now() - interval '5 days 1 minute' where webhook_id = %s"
                   " returning 1", hook.webhook.webhook_id)  # fmt: skip
        campaign(north)
        make_due(north)
        send()
    with north.acting("organization_admin") as admin:
        found = webhooks.find_webhook(admin, hook.webhook.webhook_id)
        told = admin.execute("select kind, title, message, link ->> 'id' as id from app.notifications").fetchall()
    assert found.status == "disabled"
    assert [(row["kind"], row["id"], row["message"]) for row in told] == [
        ("webhook_disabled", str(hook.webhook.webhook_id), found.disabled_reason)
    ]
    with north.acting("sales_rep") as rep:
        assert rep.execute("select 1 from app.notifications").fetchall() == []
    receiver.answers.clear()
    campaign(north)
    assert send() == 0
    with north.acting("organization_admin") as admin:
        webhooks.update_webhook(admin, hook.webhook.webhook_id, {"status": "enabled"})
    assert send() == 0  # what happened meanwhile is not told
    campaign(north)
    assert send() == 1


def test_test_message_and_samples(north, receiver, send):
    hook = subscribe(north, receiver.url, "lead.*")
    with north.acting("organization_admin") as admin:
        sent = webhooks.send_test(admin, hook.webhook.webhook_id)
    send()
    said = Verifier(hook.secret).verify(receiver.got[0][2], receiver.got[0][1])
    assert (said["type"], receiver.got[0][1]["webhook-id"]) == ("webhook.test", str(sent))
    for name in webhooks.EVENT_TYPES:
        if "*" not in name:
            assert webhooks.messages.sample(name)["type"] == name


def test_slack_and_zapier_get_their_own_forms_and_their_addresses_are_not_shown(north, receiver, send):
    hooks = [
        subscribe(north, f"http://127.0.0.1:{receiver.port}/services/T0/B0/very-secret", "campaign.*",
                  message_format="slack"),
        subscribe(north, f"http://127.0.0.1:{receiver.port}/hooks/very-secret", "campaign.*", message_format="zapier"),
    ]  # fmt: skip
    made = campaign(north)
    assert send() == 2
    bodies = {path: json.loads(body) for path, _, body in receiver.got}
    assert bodies["/services/T0/B0/very-secret"] == {"text": f"Campaign created ({made})"}
    flat = bodies["/hooks/very-secret"]
    assert (flat["type"], flat["resourceId"], flat["resource"]) == ("campaign.created", str(made), "campaigns")
    assert all(not isinstance(value, dict | list) for value in flat.values())
    assert flat["id"] == str(log_of(north, hooks[1])[0]["delivery_id"])
    for hook in hooks:
        assert hook.webhook.url == f"http://127.0.0.1:{receiver.port}/…"
    stored = north.rows("select to_jsonb(w)::text as row from app.webhooks as w")
    assert not any("very-secret" in row["row"] for row in stored)


def test_no_private_address_at_once_and_after_the_name_moved(north, receiver, send, monkeypatch):
    for url in ("https://169.254.169.254/", "https://[::1]/x", "http://example.com/", "ftp://127.0.0.1/", "https://"):
        with pytest.raises(webhooks.WebhookError):
            subscribe(north, url)
    hook = subscribe(north, f"http://localhost:{receiver.port}/hook", "campaign.*")
    monkeypatch.setenv("LEADHOUSE_TENANT_ADDRESSES", "")  # as if the name led to a private address only now
    settings.cache_clear()
    campaign(north)
    assert send() == 1
    assert receiver.got == []
    assert log_of(north, hook)[0]["attempts"][0]["error"] == "the address is not a public one"


def test_an_organization_has_so_many_webhooks_and_no_more(north, south, receiver, monkeypatch):
    monkeypatch.setattr(endpoints, "MOST_WEBHOOKS", 2)
    first, _ = subscribe(north, receiver.url), subscribe(north, receiver.url)
    with pytest.raises(webhooks.WebhookError, match="2 webhooks already"):
        subscribe(north, receiver.url)
    subscribe(south, receiver.url)
    with north.acting("organization_admin") as admin:
        webhooks.delete_webhook(admin, first.webhook.webhook_id)
    subscribe(north, receiver.url)


def test_redirects_are_not_followed_and_slow_answers_end(receiver):
    receiver.answers["/hook"] = (302, b"", {"Location": receiver.url + "/elsewhere"})
    assert (posting.post(receiver.url, b"{}", {}).status, receiver.paths()) == (302, ["/hook"])
    receiver.drips = True
    before = time.monotonic()
    answer = posting.post(receiver.url, b"{}", {}, seconds=0.5)
    assert (answer.status, answer.error) == (None, "no answer within 0.5 seconds")
    assert time.monotonic() - before < 5
    assert posting.post("http://127.0.0.1:notaport/", b"{}", {}).error is not None


def test_another_organization_and_other_roles_reach_nothing(north, south, receiver):
    hook = subscribe(north, receiver.url, "campaign.*").webhook
    outsiders = [(south, "organization_admin"), (north, "sales_rep"), (north, "read_only"), (north, "client")]
    for tenant, role in outsiders:
        with tenant.acting(role) as member:
            assert webhooks.list_webhooks(member) == ([], 0)
            for change in (
                lambda: webhooks.find_webhook(member, hook.webhook_id),
                lambda: webhooks.update_webhook(member, hook.webhook_id, {"name": "x"}),
                lambda: webhooks.rotate_secret(member, hook.webhook_id),
                lambda: webhooks.send_test(member, hook.webhook_id),
                lambda: webhooks.redeliver(member, hook.webhook_id, uuid4()),
                lambda: webhooks.delete_webhook(member, hook.webhook_id),
            ):
                with pytest.raises(webhooks.WebhookNotFoundError):
                    change()
    for role in ("sales_manager", "sales_rep", "client"):
        with north.acting(role) as member, pytest.raises(psycopg.errors.InsufficientPrivilege):
            webhooks.create_webhook(member, "Hook", receiver.url, ["*"])
    with north.acting("organization_admin") as admin:
        webhooks.delete_webhook(admin, hook.webhook_id)
    kept = north.rows("select ciphertext from credentials.secrets where name = %s", f"webhook/{hook.webhook_id}")
    assert [row["ciphertext"] for row in kept] in ([], [None])


def test_many_waiting_messages_hold_back_only_their_own_webhook(north, south, receiver, send):
    busy, quiet = subscribe(north, receiver.url, "campaign.created"), subscribe(south, receiver.url, "campaign.created")
    north.rows("insert into app.campaigns (organization_id, name) select %s, gen_random_uuid()::text"
               " from generate_series(1, 1600) returning 1", north.organization_id)  # fmt: skip
    with north.database.connect("events", autocommit=True) as events:
        while next(iter(events.execute("select app.number_events()").fetchone().values())):
            pass
        written = [next(iter(events.execute("select app.fan_out_webhooks()").fetchone().values())) for _ in range(4)]
        campaign(south)
        events.execute("select app.number_events()")
        assert next(iter(events.execute("select app.fan_out_webhooks()").fetchone().values())) == 1
        claimed = events.execute("select webhook_id from app.claim_webhook_deliveries(16, 60)").fetchall()
    assert written == [500, 500, 0, 0]
    by_hook = [row["webhook_id"] for row in claimed]
    assert (by_hook.count(busy.webhook.webhook_id), by_hook.count(quiet.webhook.webhook_id)) == (4, 1)
    north.rows("delete from app.webhooks where webhook_id = %s returning 1", busy.webhook.webhook_id)


def test_killed_sender_leaves_its_message_to_the_next_under_the_same_id(north, receiver, send):
    subscribe(north, f"http://127.0.0.1:{receiver.port}/hold", "campaign.created")
    code = (
        "import threading; from leadhouse.webhooks.sending import run_until;"
        "print('up', flush=True); run_until(threading.Event())"
    )
    environment = {**os.environ, **north.database.environment, "PYTHONPATH": str(PROJECT / "plugins")}
    process = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b"up\n"
        campaign(north)
        before = time.monotonic()
        while not receiver.got and time.monotonic() - before < 60:
            time.sleep(0.05)
        assert receiver.got  # after two seconds here; imports of the process included
        process.send_signal(signal.SIGKILL)
        process.wait()
    finally:
        process.kill()
    receiver.held.set()
    assert send() == 0  # its lease holds
    make_due(north)
    assert send() == 1
    assert len(receiver.got) == 2
    assert len({headers["webhook-id"] for _, headers, _ in receiver.got}) == 1


def test_sender_in_a_thread_delivers_within_seconds_and_stops(north, receiver):
    subscribe(north, receiver.url, "campaign.created")
    stopped = threading.Event()
    thread = threading.Thread(target=sending.run_until, args=(stopped,), daemon=True)
    thread.start()
    try:
        time.sleep(0.5)
        campaign(north)
        before = time.monotonic()
        while not receiver.got and time.monotonic() - before < 30:
            time.sleep(0.02)
        assert receiver.got  # after less than one here
    finally:
        stopped.set()
        thread.join(20)
    assert not thread.is_alive()


def test_a_webhook_that_is_deleted_while_its_message_is_out_stops_no_other(north, south, receiver, send, monkeypatch):
    gone = subscribe(north, f"http://127.0.0.1:{receiver.port}/gone", "campaign.created")
    stays = subscribe(south, receiver.url, "campaign.created")

    def post(url, *rest):
        if url.endswith("/gone"):
            north.rows("delete from app.webhooks where webhook_id = %s returning 1", gone.webhook.webhook_id)
        return posting.post(url, *rest)

    monkeypatch.setattr(sending, "post", post)
    campaign(north)
    campaign(south)
    assert send() == 2
    assert [each["status"] for each in log_of(south, stays)] == ["delivered"]
    assert len(receiver.got) == 2


def test_a_sender_that_worked_for_long_begins_its_pauses_anew(monkeypatch):
    moment, pauses = [0.0], []

    def work(*_):
        moment[0] += 3600.0 if len(pauses) == 4 else 0.0
        raise DatabaseError("the database is away")

    class Stopped:
        def wait(self, pause):
            pauses.append(pause)
            return len(pauses) > 6

    monkeypatch.setattr(sending, "_work", work)
    monkeypatch.setattr(sending.time, "monotonic", lambda: moment[0])
    sending.run_until(Stopped())
    assert pauses == [0.0, 1.0, 2.0, 4.0, 1.0, 2.0, 4.0]


def test_a_message_that_cannot_be_made_ends_no_sender(north, south, receiver, send, monkeypatch):
    broken = subscribe(north, f"http://127.0.0.1:{receiver.port}/broken", "campaign.created")
    stays = subscribe(south, receiver.url, "campaign.created")

    def post(url, *rest):
        if url.endswith("/broken"):
            raise RuntimeError("nobody thought of this")
        return posting.post(url, *rest)

    monkeypatch.setattr(sending, "post", post)
    campaign(north)
    campaign(south)
    assert send() == 2
    assert [each["status"] for each in log_of(south, stays)] == ["delivered"]
    [attempt] = log_of(north, broken)[0]["attempts"]
    assert (attempt["error"], attempt["response_status"]) == ("it could not be sent", None)
