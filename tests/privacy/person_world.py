"""A person everywhere: on a page with somebody else, in two organizations' files, in work, mail, checks, logs."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from leadhouse.archive import ArchiveWriter, Exchange, Position
from leadhouse.database import queries
from leadhouse.imports import csv_import
from leadhouse.landing import Landing, LandingCounts, Quarantined
from leadhouse.leads import project_facts
from leadhouse.privacy.erasures import PersonRequest
from leadhouse.records import CompanyRecord, Extraction, Fetch, Outcome, PersonRecord
from leadhouse.resolution import resolve_unread
from leadhouse.settings import PROJECT, settings
from leadhouse.transform import build_marts
from tests.transform.mart_world import values

RUN_ON = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOST = "acme.example"
PAGE = f"https://{HOST}/team"
OWN_PAGE = f"https://{HOST}/team/joerg-mueller"
NIGHT = queries.load_file(PROJECT / "tests" / "dbt_project" / "populated_world.sql")

# What is looked for afterwards, in lower case. The name alone also stands on the namesake.
TRACES = (
    "joerg.mueller@acme.example", "joerg.mueller@private.example", "4930123456789", "30 1234567-89", "30123456789",
    "linkedin.com/in/joerg-mueller-acme", "team/joerg-mueller",
)  # fmt: skip
NAMES = ("jörg müller", "joerg mueller", "müller, jörg", "jorg muller")
REQUEST = PersonRequest(emails=("Joerg.Mueller@acme.example",), requested_by="the person, ticket 4711")

PAGE_HTML = f"""<html><title>Acme</title><h1>Team</h1>
<p>Dr. Jörg Müller, Head of Sales, <a href="mailto:joerg.mueller%40{HOST}">joerg.mueller&#64;{HOST}</a>,
+49 (0)30 1234567-89
<a href="https://de.linkedin.com/in/joerg-mueller-acme">LinkedIn</a></p>
<p>Anna Schmidt, CTO, anna.schmidt@{HOST}</p></html>"""
CSV = (
    "Full name;E-mail;Phone;Company;Website;LinkedIn;Remark\n"
    f"Müller, Jörg;joerg.mueller@{HOST};+49 30 123456789;Acme GmbH;{HOST};;met in Cologne\n"
    f"Anna Schmidt;anna.schmidt@{HOST};;Acme GmbH;{HOST};;\n"
    "Jörg Müller;jm@beta.example;;Beta AG;beta.example;;the other one\n"
    f"Jörg Müller;joerg.mueller@{HOST};1;2;3;4;5;6;too;many;cells;in;this;row\n"
)
PERSON = {
    "full_name": "Dr. Jörg Müller", "title": "Head of Sales", "email": f"joerg.mueller@{HOST}",
    "phone_e164": "+4930123456789", "social_url": "https://de.linkedin.com/in/joerg-mueller-acme",
}  # fmt: skip
ANNA = {"full_name": "Anna Schmidt", "title": "CTO", "email": f"anna.schmidt@{HOST}"}


@dataclass
class PersonWorld:
    """The world and what was planted in it."""

    database: Any
    organizations: dict[str, UUID] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    leads: dict[str, UUID] = field(default_factory=dict)
    crawls: int = 0

    @property
    def home(self) -> Path:
        """The test's own home."""
        return settings().home

    def rows(self, statement: str, *parameters: Any) -> list[dict[str, Any]]:
        """Rows as nobody's policy limits them."""
        with self.database.owner() as connection:
            return connection.execute(statement, parameters or None).fetchall()

    def write(self, statement: str, *parameters: Any) -> None:
        """A statement of the administrator."""
        with self.database.owner() as connection:
            connection.execute(statement, parameters or None)

    def crawl(self) -> LandingCounts:
        """The company's pages as a crawl archives and lands them, the former try's answer included."""
        self.crawls += 1
        landing = Landing("landing", run_on=RUN_ON, run_id=f"cli__crawl{self.crawls}", source_key=f"web/{HOST}")
        acme = {"name": "Acme GmbH", "domain": HOST, "email": ["info@acme.example", (f"joerg.mueller@{HOST}", 0.4)]}
        with ArchiveWriter(settings().archive_root, f"{RUN_ON}/crawl/{self.crawls:04d}-000001") as archive:
            for url, people, body in [
                (PAGE, {"p1": PERSON, "p2": ANNA}, PAGE_HTML),
                (OWN_PAGE, {"p1": PERSON}, PAGE_HTML),
                (f"https://{HOST}/imprint", {}, "<p>Acme GmbH, info@acme.example</p>"),
            ]:
                said = acme if people else {**acme, "email": "info@acme.example"}
                self._land_page(landing, archive, url, said, people, body)
            archive.sync()
        counts = landing.commit()
        self.erased_pages = landing.erased_pages
        return counts

    def _land_page(self, landing: Any, archive: Any, url: str, company: Any, people: Any, body: str) -> None:
        exchange = Exchange(uuid4(), url, NOON, 200, (("Content-Type", "text/html"),), body.encode(), source_key="x")
        position = archive.write(exchange)
        self.positions[url] = position
        landing.add_fetch(
            Fetch(
                fetch_id=exchange.fetch_id,
                source_key=f"web/{HOST}",
                url=url,
                requested_at=NOON,
                outcome=Outcome.FETCHED,
                warc_uri=position.uri,
                warc_offset=position.offset,
                warc_length=position.length,
            )
        )
        landing.add_extraction(
            Extraction(
                source_key=f"web/{HOST}",
                unit_key=url,
                extractor="company_site",
                extractor_version="1",
                content_hash=hashlib.sha256(f"{body}{self.crawls}".encode()).hexdigest(),
                observed_at=NOON + timedelta(hours=self.crawls),
                fetch_id=exchange.fetch_id,
                companies=(CompanyRecord(record_key="company", values=values(company)),),
                persons=tuple(
                    PersonRecord(record_key=key, values=values(each), company_key="company")
                    for key, each in people.items()
                ),
            )
        )
        if not people:
            return
        landing.quarantine(Quarantined(url, None, "bad_phone", "joerg.mueller@acme.example has none", {"cell": "?"}))

    def import_file(self, slug: str) -> csv_import.ImportSummary:
        """An organization's file, with its error file, below the home."""
        folder = self.home / "imports" / slug
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "contacts.csv"
        if not path.exists():
            path.write_text(CSV)
        # the file as its owner has it: an erasure has blotted out the copy below the home
        fresh = folder / "again" / "contacts.csv"
        fresh.parent.mkdir(exist_ok=True)
        fresh.write_text(CSV)
        try:
            return csv_import.import_file(
                fresh, self.organizations[slug], "person", RUN_ON, f"cli__{slug}", errors_to=folder / "errors.csv"
            )
        finally:
            fresh.unlink()

    def build(self) -> None:
        """Who is who, marts, facts."""
        resolve_unread("cli__world")
        build_marts("cli__world")
        project_facts("cli__world")

    def entity(self, email: str, organization: UUID | None = None) -> UUID:
        """The entity that has an address, of everybody's records or of an organization's."""
        [row] = self.rows(
            "select distinct entity_id from resolution.subject_keys as keys"
            " join resolution.assignments using (subject_id) where key_value = %s"
            " and assignments.entity_kind = 'person' and keys.organization_id is not distinct from %s",
            email,
            organization,
        )
        return row["entity_id"]


def plant(database: Any) -> PersonWorld:
    """Everything, built."""
    world = PersonWorld(database)
    for slug in ("north", "south"):
        [row] = world.rows(
            "insert into identity.organizations (slug, name) values (%s, %s) returning organization_id", slug, slug
        )
        world.organizations[slug] = row["organization_id"]
    world.crawl()
    for slug in world.organizations:
        world.import_file(slug)
    world.build()
    person = world.entity(f"joerg.mueller@{HOST}")
    for slug in world.organizations:
        _plant_work(world, slug, person)
    _plant_files(world)
    world.build()
    return world


def _plant_work(world: PersonWorld, slug: str, person: UUID) -> None:
    organization = world.organizations[slug]
    with world.database.connect("leads") as connection:
        others = (
            [world.entity(f"anna.schmidt@{HOST}"), world.entity("jm@beta.example", organization)]
            if slug == "north"
            else []
        )
        rows = connection.execute(
            "select lead_id, entity_id from app.adopt_leads(%s, %s, 'api')", [organization, [person, *others]]
        ).fetchall()
    lead = next(row["lead_id"] for row in rows if row["entity_id"] == person)
    world.leads[slug] = lead
    if others:
        world.leads["anna"] = next(row["lead_id"] for row in rows if row["entity_id"] == others[0])
        world.leads["namesake"] = next(row["lead_id"] for row in rows if row["entity_id"] == others[1])
        for name in ("anna", "namesake"):
            world.write("update app.leads set notes = 'stays' where lead_id = %s", world.leads[name])
    with world.database.connect("leads") as connection:
        connection.execute(
            "select app.correct_value(%s, %s, 'email', 'joerg.mueller@private.example', 'Jörg told us')",
            [organization, person],
        )
    world.write(
        "update app.leads set notes = 'Jörg Müller likes tea', tags = '{mueller}', custom_fields = %s"
        " where lead_id = %s",
        Jsonb({"private": "+49 30 1234567-89"}), lead,
    )  # fmt: skip
    world.write(
        "insert into app.suppressions (organization_id, scope, value_normalized, reason, source)"
        " values (%s, 'email', %s, 'manual', 'of Jörg Müller, acme.example')",
        organization, f"joerg.mueller@{HOST}",
    )  # fmt: skip
    _plant_mail(world, organization, lead, person)


def _plant_mail(world: PersonWorld, organization: UUID, lead: UUID, person: UUID) -> None:
    scope = {"organization": organization, "lead": lead, "email": f"joerg.mueller@{HOST}", "run_on": RUN_ON}
    with world.database.owner() as connection:
        is_first = connection.execute("select from quality.suites").fetchone() is None
        night = (
            connection.execute(NIGHT.insert_campaign_night, scope).fetchone()
            if is_first
            else _second_night(connection, scope)
        )
        scope |= {"campaign": night["campaign_id"], "account": night["email_account_id"]}
        scope["snapshot"] = connection.execute(NIGHT.insert_snapshot, scope).fetchone()["snapshot_id"]
        scope["member"] = connection.execute(NIGHT.insert_member, scope).fetchone()["member_id"]
        gate = {**scope, "verdict": "passed", "overrides": None}
        scope["gate"] = connection.execute(NIGHT.insert_gate_result, gate).fetchone()["gate_run_id"]
        message = connection.execute(
            "insert into app.messages (organization_id, campaign_id, step_no, lead_id, snapshot_id, member_id,"
            " email_normalized, gate_run_id, gate_verdict, email_account_id, subject, smtp_reply) values"
            " (%(organization)s, %(campaign)s, 1, %(lead)s, %(snapshot)s, %(member)s, %(email)s, %(gate)s, 'passed',"
            " %(account)s, 'Hello Jörg Müller', '250 <joerg.mueller@acme.example> ok') returning message_id",
            scope,
        ).fetchone()["message_id"]
        connection.execute(NIGHT.insert_decision, scope)
        connection.execute(
            "insert into raw.email_events (run_on, event_id, landing_id, organization_id, message_id, event_kind,"
            " occurred_at, payload) values (%s, gen_random_uuid(), gen_random_uuid(), %s, %s, 'replied', now(), %s)",
            [RUN_ON, organization, message, Jsonb({"from": f"Jörg Müller <joerg.mueller@{HOST}>", "text": "no"})],
        )
        connection.execute(
            "insert into raw.email_checks (run_on, email_normalized, landing_id, domain, status, is_syntax_valid,"
            " has_mx, is_role, is_free, is_disposable, checked_at) values (%s, %s, gen_random_uuid(), %s, 'valid',"
            " true, true, false, false, false, now()) on conflict do nothing",
            [RUN_ON, f"joerg.mueller@{HOST}", HOST],
        )
        request = connection.execute(
            "insert into app.enrichment_requests (organization_id, entity_id, entity_kind, attribute, provider,"
            " window_on, wanted_by, state, max_price_eur) values (%s, %s, 'person', 'email', 'p', %s, 'search:x',"
            " 'hit', 1) returning request_id",
            [organization, person, RUN_ON],
        ).fetchone()["request_id"]
        connection.execute(
            "insert into raw.provider_responses (run_on, response_id, landing_id, organization_id, request_id,"
            " provider, outcome, payload, received_at) values (%s, gen_random_uuid(), gen_random_uuid(), %s, %s, 'p',"
            " 'hit', %s, now())",
            [RUN_ON, organization, request, Jsonb({"person": {"name": "Jörg Müller", "job": "Head of Sales"}})],
        )


def _second_night(connection: Any, scope: dict[str, Any]) -> Any:
    return connection.execute(
        "with account as (insert into app.email_accounts (organization_id, from_email, from_name, smtp_host, smtp_port,"
        " security) values (%(organization)s, 'sales@south.example', 'South', '127.0.0.1', 25, 'none')"
        " returning email_account_id)"
        " insert into app.campaigns (organization_id, name, email_account_id) select %(organization)s, 'autumn',"
        " email_account_id from account returning campaign_id, email_account_id",
        scope,
    ).fetchone()


def _plant_files(world: PersonWorld) -> None:
    logs = world.home / "logs"
    logs.mkdir(exist_ok=True)
    (logs / "crawl.log").write_text(
        f"12:00 fetched {OWN_PAGE}\n12:01 refused joerg.mueller@{HOST}: Jörg Müller\n"
        "12:02 Jörg Müller of beta.example\n"
    )
    exports = world.home / "exports"
    exports.mkdir(exist_ok=True)
    (exports / "leads.csv").write_text(
        f"name,email\nJörg Müller,joerg.mueller@{HOST}\nAnna Schmidt,anna.schmidt@{HOST}\n", encoding="cp1252"
    )
    (exports / "wide.csv").write_text(f"Jörg Müller\tjoerg.mueller@{HOST}\n", encoding="utf-16")
    with gzip.open(exports / "leads.jsonl.gz", "wt") as file:
        file.write(f'{{"email": "joerg.mueller@{HOST}"}}\n')
    with gzip.open(exports / "others.jsonl.gz", "wt") as file:
        file.write(f'{{"email": "anna.schmidt@{HOST}"}}\n')
