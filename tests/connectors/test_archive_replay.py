"""One replay for all that is archived: pages of sites and answers of interfaces, without a socket or a cent."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb
from pydantic import SecretBytes
from typer.testing import CliRunner

from demo.providers.apollo import ApolloSimulator
from demo.servers.sites import SiteServer
from leadhouse.cli import app
from leadhouse.connectors.archive_replay import replay_archive
from leadhouse.connectors.source_runs import run_source
from leadhouse.credentials import new_master_key, put_secret
from leadhouse.jobs import requests, shards
from leadhouse.jobs.crawl import run_shard
from leadhouse.settings import PROJECT, settings
from tests.connectors.conftest import HASTY, QUICK
from tests.scrapers.forked_shards import fork_shards

DAY, LATER = date(2026, 11, 5), date(2026, 11, 6)
HOST = "cycles-moreau.example"
SITE, ACCOUNT = f"web/{HOST}", "apollo/north/people"
FORBIDDEN = """
import json, sys
def forbid(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.bind"):
        raise RuntimeError(f"{event} {arguments}")
sys.addaudithook(forbid)  # libpq's own connection is none of Python's
from datetime import date
from leadhouse.connectors.archive_replay import replay_archive
found = replay_archive(date(2026, 11, 5), date(2026, 11, 5), None, "mute", applies=True)
print(json.dumps(found.as_counts()))
"""


class NoLog:
    """What the sites were asked is not looked at here."""

    def add(self, *_: Any) -> None:
        """Forget it."""


@pytest.fixture
def archived(module_database, monkeypatch, world, served):
    """A site that was crawled and an account that was read, both once; who answered is gone."""
    monkeypatch.setenv("LEADHOUSE_MASTER_KEYS", MASTER_KEY)
    rows = Rows(module_database)
    if not rows("select 1 from app.sources where source_key = %s", ACCOUNT):
        simulator = ApolloSimulator(world, prefix="/api/v1")
        url, sites = served(simulator), served(Proxy(world))
        fork_shards(monkeypatch)
        monkeypatch.setenv("LEADHOUSE_CRAWL_PROXY", sites)
        monkeypatch.setenv("LEADHOUSE_CRAWL_DELAY_SECONDS", "0")
        settings.cache_clear()
        make_source(module_database, rows, url, simulator.key)
        assert run_source(ACCOUNT, DAY, "read", patience=HASTY).landed > 10
        job_id = requests.request_job("crawl", {"urls": [f"http://{HOST}/"], "pages": 6}, DAY)
        requests.start(job_id)
        shards.plan_shards(job_id, 1)
        assert run_shard(job_id, 0, "crawled")["fetched"] > 2
    return rows


MASTER_KEY = new_master_key()


class Rows:
    """Rows as no policy limits them."""

    def __init__(self, database):
        self.database = database

    def __call__(self, statement, *values):
        with self.database.kept_owner() as owner:
            cursor = owner.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def hashes(self):
        return sorted(row["statement_hash"] for row in self("select statement_hash from raw.extractions"))

    def paid(self):
        return self("select count(*) as calls, sum(price_eur) as eur from app.source_calls") + self(
            "select count(*) as rows, sum(amount_eur) as eur from billing.costs"
        )

    def applied(self):
        return self("select count(*) as rows from raw.applications")[0]["rows"]


class Proxy(SiteServer):
    """The world's sites behind a proxy, served as a simulator is."""

    prefix, stall_seconds = "", 0.0

    def __init__(self, world):
        super().__init__(world, NoLog())


def make_source(database, rows, url, key):
    (row,) = rows("insert into identity.organizations (slug, name) values ('north', 'North') returning organization_id")
    with database.connect("credentials") as connection:
        secret = put_secret(connection, row["organization_id"], uuid4().hex, SecretBytes(key.encode()), kind="provider")
    rows(
        "insert into app.sources (source_key, organization_id, kind, name, config, secret_id)"
        " values (%s, %s, 'apollo', 'people', %s, %s)",
        ACCOUNT, row["organization_id"], Jsonb({"base_url": url, **QUICK, "search": "people"}), secret,
    )  # fmt: skip


def test_the_same_bytes_and_versions_give_equal_hashes_and_cost_nothing(archived):
    before = archived.hashes(), archived.paid(), archived.applied()
    found = replay_archive(DAY, DAY, None, "same", applies=True)
    assert found.pages > 2
    assert found.answers > 2
    assert (found.changed, found.gone, found.failed, found.erased, found.unread) == (0, 0, 0, 0, {})
    assert found.unchanged > found.pages, "each page, and each person that an answer named"
    assert (archived.hashes(), archived.paid(), archived.applied()) == before
    assert replay_archive(LATER, LATER, None, "none", applies=False).as_counts() == dict.fromkeys(found.as_counts(), 0)


def test_no_socket_is_opened(archived):
    """In a process of its own, where every connection of Python's is an error."""
    path = os.pathsep.join((str(PROJECT), str(PROJECT / "plugins")))
    done = subprocess.run(
        [sys.executable, "-c", FORBIDDEN], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["pages"] > 2
    assert told["answers"] > 2
    assert (told["changed"], told["failed"]) == (0, 0)


def test_what_changes_is_shown_for_both_before_it_is_applied(archived, monkeypatch, tmp_path):
    """Another version of each: the site's names nobody's phone, the interface's calls everybody something else."""
    from leadhouse.connectors import apollo
    from scrapers.spiders import company_site

    whole, people = company_site.extract_page, apollo.PERSON

    def without_phones(*args, **options):
        said = whole(*args, **options)
        kept = tuple(
            each.model_copy(update={"values": {k: v for k, v in each.values.items() if k != "phone_e164"}})
            for each in said.companies
        )
        return said.model_copy(update={"companies": kept, "extractor_version": "next"})

    other = people.person.model_copy(update={"values": {**people.person.values, "title": ("seniority",)}})
    with monkeypatch.context() as patch:
        patch.setattr(company_site, "extract_page", without_phones)
        patch.setattr(apollo, "PERSON", people.model_copy(update={"person": other}))
        before, paid = archived.applied(), archived.paid()
        target = tmp_path / "changes.json"
        asked = ["replay", "--from", str(DAY), "--to", str(DAY), "--json", str(target)]
        done = CliRunner().invoke(app, asked)
        assert done.exit_code == 0, done.output
        assert "nothing is applied" in done.output
        assert re.search(rf"{SITE} company.phone_e164 at http\S+: \S.* → nothing", done.output)
        shown = json.loads(target.read_text())
        assert shown["sources"][SITE]["company.phone_e164"]["lost"] > 0
        assert shown["sources"][ACCOUNT]["person.title"]["altered"] > 10
        assert archived.applied() == before
        applied = replay_archive(DAY, DAY, None, "applied", applies=True)
        assert applied.as_counts() == {name: shown[name] for name in applied.as_counts()}
        assert archived.applied() > before
        assert replay_archive(DAY, DAY, None, "again", applies=True).changed == 0
    back = replay_archive(DAY, DAY, [ACCOUNT], "back", applies=True)
    assert (back.pages, back.altered["person.title"]) == (0, applied.altered["person.title"])
    assert archived.paid() == paid


def test_the_command_refuses_every_socket(archived, monkeypatch):
    asked = ["replay", "--from", str(DAY), "--to", str(DAY)]
    told = CliRunner().invoke(app, asked)
    assert told.exit_code == 0, told.output
    assert "nobody was asked, nothing was paid" in told.output

    def connecting(*args, **options):
        with socket.socket() as other:
            other.connect(("127.0.0.1", 9))

    with monkeypatch.context() as patch:
        patch.setattr("leadhouse.connectors.archive_replay.replay_archive", connecting)
        refused = CliRunner().invoke(app, asked)
    assert refused.exit_code != 0
    assert "no socket may be opened" in refused.output + repr(refused.exception)
    with pytest.raises(ConnectionRefusedError), socket.socket() as other:  # and no longer than that
        other.connect(("127.0.0.1", 9))


def test_a_source_that_is_wrong_today_ends_no_other(archived):
    archived('update app.sources set config = config || \'{"search": "nobody"}\' where source_key = %s', ACCOUNT)
    try:
        found = replay_archive(DAY, DAY, None, "wrong", applies=False)
    finally:
        archived('update app.sources set config = config || \'{"search": "people"}\' where source_key = %s', ACCOUNT)
    assert found.pages > 2
    assert found.unread.keys() == {ACCOUNT}
    assert "search" in found.unread[ACCOUNT]
