"""A past in which much happened: three organizations in three time zones, two changes of the clock, borders of months.

Companies and people of open pages and of organizations' files, addresses that providers sold, campaigns with every
end that a message can have, replies that were read wrongly and put right, meetings taken back, costs and refunds, leads
that were deleted, entities joined for all and for one organization, a campaign that is gone, a person who was erased.
Half of it lies before a first build of the marts and half comes late. What is drawn comes from one seed.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from leadhouse.landing import Landing
from leadhouse.privacy.erasing import erase_person
from leadhouse.privacy.erasures import PersonRequest
from leadhouse.records import Extraction, PersonRecord, Value, subject_id
from leadhouse.transform import build_marts
from tests.transform.mart_world import RUN_ON, MartWorld

ZONES = {"hamburg": "Europe/Berlin", "boston": "America/New_York", "auckland": "Pacific/Auckland"}
FIRST, LAST = datetime(2024, 9, 20, tzinfo=UTC), datetime(2025, 4, 20, tzinfo=UTC)
# Local clocks at which a day of one zone is another day elsewhere: borders of months, and both changes of the clock.
CLOCKS = (
    (2024, 9, 30, 23, 40), (2024, 10, 1, 0, 20), (2024, 10, 27, 2, 30), (2024, 11, 3, 1, 30), (2024, 12, 31, 23, 59),
    (2025, 1, 1, 0, 0), (2025, 2, 28, 22, 15), (2025, 3, 1, 0, 5), (2025, 3, 9, 3, 10), (2025, 3, 30, 3, 5),
    (2025, 3, 31, 23, 30), (2025, 4, 1, 0, 30), (2025, 4, 6, 2, 45),
)  # fmt: skip
ENDS = ("accepted",) * 6 + ("bounced", "bounced", "rejected", "unknown", "queued", "cancelled")
REASONS = ("mailbox_unknown", "mailbox_disabled", "domain_unknown", "policy", "reputation", "mailbox_full")
KINDS = ("positive", "later", "referral", "declined", "other", None)
AGES = (4, 120, 400)  # days since a page was read: within every limit, within some, within none
ERASED = "p1@company4.example"
FILE_ROW = "insert into {} ({}) values ({})"


@dataclass
class Lead:
    """A lead as it was made."""

    lead_id: UUID
    organization: UUID
    entity: UUID
    email: str | None


@dataclass
class VariedPast(MartWorld):
    """The world; `build()` makes all of it, with a build of the marts before and after what comes late."""

    database: Any
    clock: datetime = field(default_factory=lambda: datetime.now(UTC))
    draw: random.Random = field(default_factory=lambda: random.Random(20241027))
    organizations: dict[str, UUID] = field(default_factory=dict)
    companies: list[UUID] = field(default_factory=list)
    people: dict[str, UUID] = field(default_factory=dict)  # address → entity
    leads: list[Lead] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)

    def build(self) -> None:
        """Everything."""
        for slug, zone in ZONES.items():
            self.organizations[slug] = self.organization(slug)
            self.write("update identity.organizations set time_zone = %s where slug = %s", zone, slug)
        self._publish()
        self._import()
        for slug in self.organizations:
            self._work(slug)
        self._answer(0)
        build_marts("cli__early")
        self._come_late()
        build_marts("cli__late")

    def write(self, statement: str, *parameters: Any) -> None:
        """A statement of the administrator."""
        with self.database.kept_transaction() as connection:
            connection.execute(statement, parameters or None)

    def insert(self, table: str, rows: list[dict[str, Any]]) -> None:
        """Rows, all with the columns of the first."""
        names = list(rows[0])
        statement = FILE_ROW.format(table, ", ".join(names), ", ".join(f"%({name})s" for name in names))
        with self.database.kept_transaction() as connection, connection.cursor() as cursor:
            cursor.executemany(statement, rows)

    def instant(self, slug: str) -> datetime:
        """An instant of the past: half of them minutes around a border of the organization's, or of UTC's, days."""
        if self.draw.random() < 0.5:
            zone = ZoneInfo(self.draw.choice((ZONES[slug], "UTC")))
            return datetime(*self.draw.choice(CLOCKS), tzinfo=zone).astimezone(UTC)
        return FIRST + (LAST - FIRST) * self.draw.random()

    def _publish(self) -> None:
        """Pages of nine companies with two or three people each, read long ago, some time ago and lately."""
        for number in range(9):
            self.clock = datetime.now(UTC) - timedelta(days=AGES[number % 3])
            company: dict[str, Any] = {"name": f"Company {number}", "domain": f"company{number}.example"}
            company |= {"phone_e164": [f"+49301000{number}", f"+49302000{number}"]} if number % 2 else {}
            company |= {"country_code": "DE" if number < 5 else "US"} if number < 7 else {}
            staff = {f"p{each}": self._person(number, each) for each in range(2 + number % 2)}
            subjects = self.state(
                f"https://company{number}.example/", {"c": company}, {key: (each, "c") for key, each in staff.items()},
                source=f"web/company{number}.example",
            )  # fmt: skip
            self.companies.append(self.entity("company", subjects["c"]))
            for key, each in staff.items():
                self.people[each["email"]] = self.entity("person", subjects[key])

    def _person(self, company: int, number: int) -> dict[str, Any]:
        person = {"full_name": f"Person {company} {number}", "email": f"p{number}@company{company}.example"}
        return person | ({"title": "CTO", "phone_e164": f"+4940{company}{number}"} if number else {})

    def _import(self) -> None:
        """Each organization's own file: one company and person better known, and one of each that nobody else has."""
        for slug, organization in self.organizations.items():
            self.clock = datetime.now(UTC) - timedelta(days=200)
            address = f"own@{slug}.example"
            subjects = self.state(
                f"file:{slug}.csv",
                {"1": {"name": (f"Company 0 of {slug}", 0.95), "employee_band": "11-50"}, "2": {"name": f"Own {slug}"}},
                {"1p": ({"full_name": ("Person 0 1", 0.95), "phone_e164": ("+1555", 0.95)}, "1"),
                 "2p": ({"full_name": "Own person", "email": address}, "2")},
                source=f"csv/{slug}", organization=organization,
            )  # fmt: skip
            self.assign(subjects["1"], self.companies[0], organization=organization)
            self.assign(subjects["1p"], self.people["p1@company0.example"], organization=organization)
            self.companies.append(self.entity("company", subjects["2"], organization=organization))
            self.people[address] = self.entity("person", subjects["2p"], organization=organization)

    def _work(self, slug: str) -> None:
        """Leads of everybody's people and its own, with their statuses; three campaigns of two steps; costs."""
        organization = self.organizations[slug]
        account = uuid4()
        self.insert("app.email_accounts", [{
            "email_account_id": account, "organization_id": organization, "from_email": f"sales@{slug}.example",
            "from_name": slug, "smtp_host": "127.0.0.1", "smtp_port": 25, "security": "none",
        }])  # fmt: skip
        campaigns = [uuid4() for _ in range(3)]
        self.insert("app.campaigns", [
            {"campaign_id": each, "organization_id": organization, "name": f"{slug} {number}",
             "email_account_id": account} for number, each in enumerate(campaigns)
        ])  # fmt: skip
        leads = self._lead_rows(slug, [None, *campaigns])
        for campaign in campaigns:
            self._campaign(slug, campaign, account, [each for each in leads if each.email])
        self._costs(slug, [None, *campaigns], leads)

    def _lead_rows(self, slug: str, campaigns: list[UUID | None]) -> list[Lead]:
        organization = self.organizations[slug]
        foreign = {f"own@{other}.example" for other in ZONES if other != slug}
        wanted = [(entity, "person", email) for email, entity in self.people.items() if email not in foreign]
        wanted += [(entity, "company", None) for entity in self.companies[:4]]
        made = [Lead(uuid4(), organization, entity, email) for entity, _, email in wanted]
        created = {each.lead_id: self.instant(slug) for each in made}
        self.insert("app.leads", [
            {"lead_id": lead.lead_id, "organization_id": organization, "entity_id": lead.entity, "entity_kind": kind,
             "first_source": self.draw.choice(("search:1", "search:2", "api", "import")), "status": "new",
             "campaign_id": self.draw.choice(campaigns), "created_at": created[lead.lead_id],
             "rating_1_to_5": self.draw.choice((None, 1, 3, 5))}
            for lead, (_, kind, _) in zip(made, wanted, strict=True)
        ])  # fmt: skip
        changes = []
        for lead in made:
            at, before = created[lead.lead_id], "new"
            for status in self.draw.sample(("qualified", "contacted", "qualified", "converted", "lost"), 3):
                at += timedelta(days=self.draw.choice((0.4, 31, 89.9, 90.1)))
                changes.append({
                    "organization_id": organization, "lead_id": lead.lead_id, "from_status": before,
                    "to_status": status, "changed_at": at,
                })  # fmt: skip
                before = status
        self.insert("app.lead_status_changes", changes)
        self.leads += made
        return made

    def _campaign(self, slug: str, campaign: UUID, account: UUID, leads: list[Lead]) -> None:
        """Two waves; a second message comes days after the first, so that a person's day is the first one's."""
        organization, first_at = self.organizations[slug], {each.lead_id: self.instant(slug) for each in leads}
        self.insert("app.campaign_members", [
            {"campaign_id": campaign, "organization_id": organization, "lead_id": each.lead_id} for each in leads
        ])  # fmt: skip
        with self.database.kept_transaction() as connection:
            connection.execute(
                "insert into quality.suites values ('campaign_audience', 'v1', '[]') on conflict do nothing"
            )
        for step in (1, 2):
            wave = {"organization_id": organization, "snapshot_id": uuid4(), "gate_run_id": uuid4()}
            self.insert("quality.snapshots", [{
                "organization_id": organization, "snapshot_id": wave["snapshot_id"], "campaign_id": campaign,
                "step_no": step, "wave_at": datetime(2025, 5, step, tzinfo=UTC),
            }])  # fmt: skip
            self.insert("quality.gate_results", [wave | {
                "suite_name": "campaign_audience", "suite_version": "v1", "verdict": "passed", "rows_checked": 9,
                "expires_at": datetime.now(UTC) + timedelta(days=1),
            }])  # fmt: skip
            members = [wave | {"member_id": uuid4(), "lead_id": each.lead_id, "email_normalized": each.email,
                               "is_suppressed": False, "is_sendable": True} for each in leads]  # fmt: skip
            self.insert("quality.snapshot_members", [
                {name: each[name] for name in each if name != "gate_run_id"} for each in members
            ])  # fmt: skip
            self._decide(slug, campaign, step, members)
            sent = [
                self._message(campaign, account, step, each, first_at) for each in members if self.draw.random() < 0.8
            ]
            self.insert("app.messages", sent)
            self.messages += sent

    def _decide(self, slug: str, campaign: UUID, step: int, members: list[dict[str, Any]]) -> None:
        outcomes = ("sent", "sent", "held", "duplicate", "gate_failed", "over_cap")
        self.insert("app.campaign_decisions", [
            {**{name: each[name] for name in ("snapshot_id", "organization_id", "lead_id", "member_id")},
             "campaign_id": campaign, "step_no": step, "decision": self.draw.choice(outcomes), "rule_id": "a_rule",
             "decided_at": self.instant(slug)} for each in members
        ])  # fmt: skip

    def _message(
        self, campaign: UUID, account: UUID, step: int, member: dict[str, Any], first_at: Any
    ) -> dict[str, Any]:
        state = self.draw.choice(ENDS)
        at = first_at[member["lead_id"]] + timedelta(days=9.5 * (step - 1))
        return {
            "message_id": uuid4(), "organization_id": member["organization_id"], "campaign_id": campaign,
            "step_no": step, "lead_id": member["lead_id"], "snapshot_id": member["snapshot_id"],
            "member_id": member["member_id"], "email_normalized": member["email_normalized"],
            "gate_run_id": member["gate_run_id"], "gate_verdict": "passed", "email_account_id": account, "state": state,
            "reason_class": self.draw.choice(REASONS) if state in ("bounced", "rejected", "cancelled") else None,
            "attempted_at": None if state in ("queued", "cancelled") else at,
        }  # fmt: skip

    def _costs(self, slug: str, campaigns: list[UUID | None], leads: list[Lead]) -> None:
        rows = []
        for number in range(40):
            amount = round(self.draw.uniform(0.001, 2.5), 6)
            rows.append({
                "organization_id": None if number == 7 else self.organizations[slug], "occurred_at": self.instant(slug),
                "kind": "compute" if number % 5 else "send", "amount_eur": -amount if number % 9 == 8 else amount,
                "is_refund": number % 9 == 8, "campaign_id": self.draw.choice(campaigns),
                "lead_id": self.draw.choice((None, self.draw.choice(leads).lead_id)),
            })  # fmt: skip
        self.insert("billing.costs", rows)

    def _answer(self, late: int) -> None:
        """Events of every second message: bounces near the seventh day, answers and opt-outs near the fourteenth."""
        self.write("select raw.ensure_partitions(%s)", RUN_ON)
        for message in self.messages[late::2]:
            at = message["attempted_at"]
            if at is None:
                continue
            if message["state"] == "bounced":
                self._event(
                    message, "bounced", self.draw.choice((0.1, 6.99, 7.01)), reason_class=message["reason_class"]
                )
            for kind, chance in (("replied", 0.6), ("unsubscribed", 0.2), ("complained", 0.1)):
                if self.draw.random() < chance:
                    reply = self.draw.choice(KINDS) if kind == "replied" else None
                    self._event(message, kind, self.draw.choice((0.2, 13.99, 14.01)), reply_kind=reply)
            if self.draw.random() < 0.2:
                self._event(message, "replied", 0.01, is_machine=True, reply_kind="out_of_office")
            if self.draw.random() < 0.5:
                self._meeting(message, self.draw.choice((-1, 0.5, 29.99, 30.01)))

    def _event(self, message: dict[str, Any], kind: str, days: float, **said: Any) -> None:
        self.insert("raw.email_events", [{
            "run_on": RUN_ON, "event_id": uuid4(), "landing_id": uuid4(), "event_kind": kind,
            "organization_id": message["organization_id"], "message_id": message["message_id"], "is_machine": False,
            "occurred_at": message["attempted_at"] + timedelta(days=days), **said,
        }])  # fmt: skip

    def _meeting(self, message: dict[str, Any], days: float) -> None:
        at = message["attempted_at"] + timedelta(days=days)
        self.write("select app.ensure_interaction_partitions(%s::date)", at)
        self.insert("app.interactions", [{
            "organization_id": message["organization_id"], "lead_id": message["lead_id"], "type": "meeting",
            "entity_id": next(each.entity for each in self.leads if each.lead_id == message["lead_id"]),
            "direction": "outbound", "occurred_at": at,
            "campaign_id": self.draw.choice((None, message["campaign_id"])),
        }])  # fmt: skip

    def _come_late(self) -> None:
        """Late events, what people put right or take back, sold addresses, joined entities, an erased person."""
        self._answer(1)
        self._put_right()
        self._sell()
        self._restate()
        self.merge(self.companies[8], self.companies[7])
        self.merge(self.companies[6], self.companies[5], self.organizations["boston"])
        self.merge(self.people["p0@company3.example"], self.people["p1@company3.example"])
        self.write("update app.leads set deleted_at = now() where entity_id = %s", self.companies[2])
        self.write("update app.campaigns set deleted_at = now() where name in ('hamburg 2', 'boston 2', 'auckland 2')")
        self._suppress()
        erase_person(PersonRequest(emails=(ERASED,), requested_by="the person"), "cli__erase")

    def _put_right(self) -> None:
        """Replies read wrongly: a yes that was an absence note, a note that was a yes; meetings taken back."""
        for kind, other, share in (
            ("positive", "out_of_office", 3),
            ("out_of_office", "positive", 2),
            (None, "later", 2),
        ):
            self.write(
                "update app.interactions set reply_kind = %s where type = 'reply'"
                " and reply_kind is not distinct from %s and hashtext(message_id::text) %% %s = 0", other, kind, share,
            )  # fmt: skip
        self.write("update app.interactions set deleted_at = now() where type = 'meeting' and occurred_at > %s",
                   datetime(2025, 3, 15, tzinfo=UTC))  # fmt: skip

    def _suppress(self) -> None:
        hamburg = self.organizations["hamburg"]
        self.insert("app.suppressions", [
            {"organization_id": organization, "scope": scope, "value_normalized": value, "reason": reason,
             "source": "test"} for organization, scope, value, reason in (
                (hamburg, "email", "p0@company1.example", "unsubscribed"),
                (None, "domain", "company5.example", "manual"),
            )
        ])  # fmt: skip
        self.check_email("p1@company1.example", "invalid")

    def _restate(self) -> None:
        """A page that says less than before: what it said and says no more is gone."""
        self.clock = datetime.now(UTC) - timedelta(days=2)
        company = {"c": {"name": "Company 5 renamed", "domain": "company5.example"}}
        staff = {"p0": ({"full_name": "Person 5 0", "email": "p0@company5.example"}, "c")}
        self.state("https://company5.example/", company, staff, source="web/company5.example")
        for entity in (self.companies[5], *(self.people[f"p{number}@company5.example"] for number in range(3))):
            self.touch(entity)

    def _sell(self) -> None:
        """What two providers answer about ten people in each organization, and what proves it right or wrong."""
        for slug, organization in self.organizations.items():
            for number, (address, entity) in enumerate(list(self.people.items())[:12]):
                for provider in ("cheap", "dear"):
                    outcome = self.draw.choice(("hit", "hit", "hit", "miss", "error"))
                    value = address if provider == "dear" else f"guess{number}@{slug}-guess.example"
                    self._sold(slug, entity, provider, outcome, value, is_cached=self.draw.random() < 0.2)
                if number % 4 == 1:
                    self.correct(organization, entity, "email", address)

    def _sold(self, slug: str, entity: UUID, provider: str, outcome: str, value: str, *, is_cached: bool) -> None:
        organization, at, request, response = self.organizations[slug], self.instant(slug), uuid4(), uuid4()
        landing_id = self._land_answer(organization, entity, provider, value) if outcome == "hit" else uuid4()
        self.insert("app.enrichment_requests", [{
            "request_id": request, "organization_id": organization, "entity_id": entity, "entity_kind": "person",
            "attribute": "email", "provider": provider, "window_on": at.date(), "wanted_by": "campaign:x",
            "state": "hit" if outcome == "hit" else outcome, "max_price_eur": 1, "from_cache": is_cached,
            "is_good": False if is_cached else None, "created_at": at,
        }])  # fmt: skip
        self.insert("raw.provider_responses", [{
            "run_on": RUN_ON, "response_id": response, "landing_id": landing_id, "organization_id": organization,
            "request_id": request, "provider": provider, "outcome": outcome, "from_cache": is_cached,
            "price_eur": 0 if is_cached else 0.05, "received_at": at,
        }])  # fmt: skip

    def _land_answer(self, organization: UUID, entity: UUID, provider: str, value: str) -> UUID:
        source, unit = f"provider/{provider}", f"answer:{uuid4()}"
        extraction = Extraction(
            source_key=source, unit_key=unit, extractor=provider, extractor_version="1", observed_at=self.clock,
            content_hash=hashlib.sha256(unit.encode()).hexdigest(), organization_id=organization,
            persons=(PersonRecord(record_key="answer", values={
                "email": (Value(value=value, confidence=0.1, locator="answer"),)}),),
        )  # fmt: skip
        landing = Landing(
            "enrichment", run_on=RUN_ON, run_id="cli__sold", source_key=source, organization_id=organization
        )
        landing.add_extraction(extraction)
        landing.commit()
        subject = subject_id(extraction.unit_id, "person", "answer")
        self.note_subjects(extraction.unit_id, organization, {}, {subject: None})
        self.assign(subject, entity, organization=organization)
        [row] = self.rows("select landing_id from raw.person_records where subject_id = %s", subject)
        return UUID(str(row["landing_id"]))
