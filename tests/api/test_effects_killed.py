"""A server that dies by signal 9 amid a write under an Idempotency-Key: whoever repeats it finds one effect.

Where it dies is chosen by locks: a trigger of this module waits where a row of `identity.request_answers` is written:
`effect` in the component's transaction, `answer` in the caller's, after the component's has been committed. Beside
these two moments, rounds die at any.
"""

from __future__ import annotations

import json
import os
import random
import threading
import time
from contextlib import contextmanager, suppress
from uuid import uuid4

import pytest
import requests

from leadhouse.credentials import get_secret
from tests.api.test_job_control_kills import Api
from tests.scrapers.test_resume import wait_for

pytestmark = pytest.mark.prove
LOCK, MOMENTS = 7701, {"effect": 1, "answer": 2}
ROUNDS = int(os.environ.get("LEADHOUSE_KILLED_ROUNDS", "12"))
SEED = os.environ.get("LEADHOUSE_KILLED_SEED")  # of the first round; unset: drawn, and printed


@pytest.fixture(scope="module")
def module_database(migrated_database):
    return migrated_database


@pytest.fixture(scope="module")
def person(world):
    return world.member("organization_admin")


@pytest.fixture(scope="module")
def api(world, person):
    """Two servers in processes of their own, and a trigger at which they can be held."""
    world.rows(
        "create function public.wait_here() returns trigger language plpgsql as $$ begin"
        f" perform pg_catalog.pg_advisory_xact_lock_shared({LOCK}, case when new.status is null then 1 else 2 end);"
        " return new; end $$"
    )
    world.rows(
        "create trigger waits_here before insert or update on identity.request_answers"
        " for each row execute function public.wait_here()"
    )
    made = Api(lambda: world.headers(person))
    yield made
    made.close()


@contextmanager
def held(world, moment):
    """Whoever comes to the moment waits; yields a function that waits until somebody does."""
    with world.database.owner() as owner:
        owner.autocommit = True
        owner.execute("select pg_advisory_lock(%s, %s)", (LOCK, MOMENTS[moment]))

        def somebody_waits():
            return owner.execute(
                "select 1 from pg_locks where locktype = 'advisory' and classid = %s and not granted and database ="
                " (select oid from pg_database where datname = current_database())", (LOCK,),
            ).fetchone()  # fmt: skip

        yield lambda: wait_for(somebody_waits)


class Write:
    """One request that is sent, cut off and sent again under its key."""

    def __init__(self, api, method, path, body, status):
        self.api, self.key = api, uuid4().hex
        api.sign_in()  # before the key is used: another session of the person repeats as well
        self.request, self.status = (method, path, body), status

    def send_and_die(self, until):
        """The server dies once `until` returns."""

        def send():
            with suppress(requests.RequestException):
                self.api.ask(*self.request, key=self.key)

        self.api.prepare()
        sending = threading.Thread(target=send)
        sending.start()
        until()
        self.api.now.kill()
        sending.join()
        self.api.now, self.api.next, self.api.kills = self.api.next, None, self.api.kills + 1

    def repeat(self):
        """Twice, to the other server: the same answer, which says that it is a repetition."""
        first, second = (self.api.ask(*self.request, key=self.key) for _ in range(2))
        assert (first.status_code, second.status_code) == (self.status, self.status), first.text + second.text
        assert first.content == second.content
        assert second.headers["idempotency-replayed"] == "true"
        return first.json() if first.content else None


def count(world, table, **wanted):
    where = " and ".join(f"{name} = %s" for name in wanted)
    return world.value(f"select count(*) from {table} where {where}", *wanted.values())  # noqa: S608


class SecretStored:
    """A component's transaction, then the caller's."""

    moments = ("effect", "answer")

    def __init__(self, api, world, person):
        self.world, self.organization, self.name = world, person.organization, f"s{uuid4().hex}"
        self.write = Write(api, "PUT", f"/secrets/{self.name}", {"value": "s3cr3t", "kind": "provider"}, 200)

    def check(self, answer):
        [row] = self.world.rows("select * from credentials.secrets where name = %s", self.name)
        assert (str(row["secret_id"]), row["updated_at"]) == (answer["secretId"], row["created_at"])


class WebhookRotated:
    """A second rotation would forget the secret that signs beside the new one."""

    moments = ("effect", "answer")

    def __init__(self, api, world, person):
        self.world, self.organization = world, person.organization
        body = {"name": "x", "url": "https://93.184.216.34/hook", "eventTypes": ["lead.created"]}
        self.made = api.ask("POST", "/webhooks", body).json()
        self.path = f"/webhooks/{self.made['webhookId']}"
        self.write = Write(api, "POST", f"{self.path}/rotate-secret", None, 200)

    def check(self, answer):
        with self.world.database.connect("credentials") as keeper:
            stored = json.loads(
                get_secret(keeper, self.organization, f"webhook/{self.made['webhookId']}").get_secret_value()
            )
        assert (stored["secret"], stored["former"]) == (answer["secret"], self.made["secret"])
        self.write.api.ask("DELETE", self.path)


class SourceMade:
    """A source and its credentials, in two transactions."""

    moments = ("effect", "answer")

    def __init__(self, api, world, person):
        self.world, self.name = world, f"Apollo {uuid4().hex}"
        self.organization = person.organization
        self.before = count(world, "credentials.secrets", organization_id=person.organization)
        body = {"kind": "apollo", "name": self.name, "credentials": {"api_key": "s3cr3t-key"}}
        self.write = Write(api, "POST", "/data-sources/create", body, 201)

    def check(self, answer):
        assert count(self.world, "app.sources", name=self.name) == 1
        assert count(self.world, "credentials.secrets", organization_id=self.organization) == self.before + 1
        assert answer["name"] == self.name


class FactorEnrolled:
    """What is shown once is shown again to who repeats, and is what counts."""

    moments = ("effect", "answer")

    def __init__(self, api, world, person):
        self.world, self.user = world, person.user
        self.before = self._enrolled()
        self.write = Write(api, "POST", "/me/second-factor", None, 201)

    def _enrolled(self):
        return len(self.world.acts(actor_user_id=self.user, verb="enrol"))

    def check(self, answer):
        assert self._enrolled() == self.before + 1
        assert answer["secret"]


class JobAsked:
    """Effect and answer are one transaction."""

    moments = ("answer",)

    def __init__(self, api, world, person):
        self.world, self.url = world, f"https://s{uuid4().hex[:10]}.example/"
        body = {"kind": "crawl", "urls": [self.url], "pages": 3}
        self.write = Write(api, "POST", "/jobs/create", body, 201)

    def check(self, answer):
        found = self.world.rows("select job_id from app.jobs where parameters -> 'urls' ->> 0 = %s", self.url)
        assert [str(row["job_id"]) for row in found] == [answer["jobId"]]


class MemberInvited:
    """A second invitation would make the mailed one worthless."""

    moments = ("answer",)

    def __init__(self, api, world, person):
        self.world, self.email = world, f"{uuid4().hex}@new.example"
        self.write = Write(api, "POST", "/invitations", {"email": self.email, "role": "read_only"}, 201)

    def check(self, answer):
        [row] = self.world.rows("select * from identity.invitations where email_normalized = %s", self.email)
        assert (str(row["invitation_id"]), row["revoked_at"]) == (answer["invitationId"], None)


KINDS = (SecretStored, WebhookRotated, SourceMade, FactorEnrolled, JobAsked, MemberInvited)


@pytest.mark.parametrize(("kind", "moment"), [(kind, moment) for kind in KINDS for moment in kind.moments])
def test_a_write_whose_server_is_killed_at_a_moment_has_one_effect(api, world, person, kind, moment):
    asked = kind(api, world, person)
    with held(world, moment) as until_somebody_waits:
        asked.write.send_and_die(until_somebody_waits)
    asked.check(asked.write.repeat())


def test_writes_whose_servers_are_killed_at_any_moment_have_one_effect(api, world, person, record_property):
    record_property("checked", "one effect, and the same answer to whoever repeats")
    record_property("killed the API's server during a write", ROUNDS)
    first = int(SEED) if SEED is not None else random.SystemRandom().randrange(10**9)
    for seed in range(first, first + ROUNDS):
        chance = random.Random(seed)
        kind, pause = chance.choice(KINDS), chance.uniform(0, 0.3)
        print(f"\nLEADHOUSE_KILLED_SEED={seed}: {kind.__name__} killed after {pause:.3f} s", end="", flush=True)
        asked = kind(api, world, person)
        asked.write.send_and_die(lambda pause=pause: time.sleep(pause))
        asked.check(asked.write.repeat())
    print(f"\n{api.kills} kills")
