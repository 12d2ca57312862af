"""The figures of ``sql/metrics.yml`` once more, from rows of ``raw``, ``app``, ``resolution`` and ``billing`` alone.

Written from the definitions, in plain loops over plain rows: no mart, no counter, no SQL beyond ``select *``. Slow and
simple on purpose; where it differs from the product, one of the two is wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

Row = dict[str, Any]
Figures = dict[str, int]

ATTEMPTED = {"accepted", "bounced", "rejected", "unknown"}
HARD = {"mailbox_unknown", "mailbox_disabled", "domain_unknown"}
POLICY = {"policy", "reputation"}
COMPANY_FIELDS = (
    "name", "legal_name", "domain", "country_code", "language", "industry_code", "employee_band", "phone_e164", "email",
    "address", "vat_id", "register_id",
)  # fmt: skip
FRESH_DAYS = {"email": 90, "title": 90, "phone_e164": 180, "employee_band": 180, "technology": 180, "social_url": 180}
OTHER_FRESH_DAYS = 365
TABLES = (
    "identity.organizations", "app.campaigns", "app.leads", "app.lead_status_changes", "app.messages",
    "app.interactions", "app.campaign_decisions", "app.suppressions", "app.corrections", "app.enrichment_requests",
    "raw.email_events", "raw.email_checks", "raw.provider_responses", "raw.applications", "raw.extractions",
    "raw.company_records", "raw.person_records", "resolution.entities", "resolution.assignments",
    "resolution.redirects", "billing.costs",
)  # fmt: skip


@dataclass(frozen=True)
class Winner:
    """The value that counts of an attribute, and when its best statement was made (UTC)."""

    value: str
    observed_at: datetime


class Naive:
    """All rows of a database as they are when this is made, and the figures of one organization over them."""

    def __init__(self, world: Any, slug: str) -> None:
        self.tables: dict[str, list[Row]] = {name: world.rows(f"select * from {name}") for name in TABLES}  # noqa: S608
        [self.organization] = [each for each in self.tables["identity.organizations"] if each["slug"] == slug]
        self.id: UUID = self.organization["organization_id"]
        self.zone = ZoneInfo(self.organization["time_zone"])

    def figures(self, relation: str, first: date, last: date) -> Figures:
        """The figures over a relation, of the organization's days from `first` to `last`."""
        counted: Figures = getattr(self, f"_{relation}")(first, last)
        return counted

    def mine(self, table: str) -> Iterable[Row]:
        """The organization's rows."""
        return (each for each in self.tables[table] if each["organization_id"] == self.id)

    def day(self, instant: datetime) -> date:
        """The organization's day of an instant."""
        return instant.astimezone(self.zone).date()

    @cached_property
    def _kept_campaigns(self) -> set[UUID]:
        return {each["campaign_id"] for each in self.mine("app.campaigns") if each["deleted_at"] is None}

    @cached_property
    def _live_leads(self) -> list[Row]:
        return [each for each in self.mine("app.leads") if each["deleted_at"] is None]

    # what was sent

    def _message_days(self, first: date, last: date) -> Figures:
        count = dict.fromkeys((
            "people", "attempted", "delivered", "bounced", "rejected", "unknown", "hard_bounced", "policy_bounced",
            "complained", "people_delivered", "people_replied", "people_replied_positive", "people_met",
            "people_unsubscribed",
        ), 0)  # fmt: skip
        people: dict[tuple[UUID, UUID], list[Row]] = defaultdict(list)
        for message in self.mine("app.messages"):
            if message["state"] in ATTEMPTED and message["campaign_id"] in self._kept_campaigns:
                people[message["campaign_id"], message["lead_id"]].append(message)
        for messages in people.values():
            if not first <= self.day(min(each["attempted_at"] for each in messages)) <= last:
                continue
            count["people"] += 1
            for message in messages:
                self._count_message(count, message)
            delivered = [each for each in messages if self._is_delivered(each)]
            count["people_delivered"] += bool(delivered)
            count["people_replied"] += any(self._within(each, self._replies(each), 14) for each in delivered)
            yes = any(self._within(each, self._replies(each, "positive"), 14) for each in delivered)
            count["people_replied_positive"] += yes
            count["people_met"] += any(self._within(each, self._meetings(each), 30) for each in delivered)
            left = any(self._within(each, self._heard(each, "unsubscribed"), 14) for each in delivered)
            count["people_unsubscribed"] += left
        return count

    def _count_message(self, count: Figures, message: Row) -> None:
        is_delivered = self._is_delivered(message)
        reason = message["reason_class"] if message["state"] in ("bounced", "rejected") and not is_delivered else None
        count["attempted"] += 1
        count["delivered"] += is_delivered
        count["bounced"] += message["state"] == "bounced" and not is_delivered
        count["rejected"] += message["state"] == "rejected"
        count["unknown"] += message["state"] == "unknown"
        count["hard_bounced"] += reason in HARD
        count["policy_bounced"] += reason in POLICY
        count["complained"] += bool(self._heard(message, "complained"))

    def _is_delivered(self, message: Row) -> bool:
        """Accepted, and no bounce within seven days."""
        bounces = self._heard(message, "bounced")
        is_late = bool(bounces) and min(bounces) > message["attempted_at"] + timedelta(days=7)
        return message["state"] == "accepted" or (message["state"] == "bounced" and is_late)

    @cached_property
    def _events(self) -> dict[UUID, list[Row]]:
        found: dict[UUID, list[Row]] = defaultdict(list)
        for event in self.mine("raw.email_events"):
            found[event["message_id"]].append(event)
        return found

    def _heard(self, message: Row, kind: str) -> list[datetime]:
        return [each["occurred_at"] for each in self._events[message["message_id"]] if each["event_kind"] == kind]

    def _replies(self, message: Row, wanted: str | None = None) -> list[datetime]:
        """Replies of people: what a person says of one counts before what was read of it."""
        found = []
        for event in self._events[message["message_id"]]:
            if event["event_kind"] != "replied":
                continue
            told = self._told.get(event["event_id"])
            kind = (told or event)["reply_kind"]
            is_put_right = told is not None and told["reply_kind"] not in (None, event["reply_kind"])
            is_machine = kind == "out_of_office" if is_put_right else event["is_machine"]
            if not is_machine and wanted in (None, kind or event["reply_kind"]):
                found.append(event["occurred_at"])
        return found

    @cached_property
    def _told(self) -> dict[UUID, Row]:
        return {each["event_id"]: each for each in self.mine("app.interactions") if each["deleted_at"] is None}

    def _meetings(self, message: Row) -> list[datetime]:
        """Since the message, with its lead, of its campaign or of none."""
        return [
            each["occurred_at"]
            for each in self.mine("app.interactions")
            if each["type"] == "meeting" and each["deleted_at"] is None and each["lead_id"] == message["lead_id"]
            and each["campaign_id"] in (None, message["campaign_id"]) and each["occurred_at"] >= message["attempted_at"]
        ]  # fmt: skip

    @staticmethod
    def _within(message: Row, instants: list[datetime], days: int) -> bool:
        return any(each <= message["attempted_at"] + timedelta(days=days) for each in instants)

    def _decisions(self, first: date, last: date) -> Figures:
        made = [
            each["decision"]
            for each in self.mine("app.campaign_decisions")
            if each["campaign_id"] in self._kept_campaigns and first <= self.day(each["decided_at"]) <= last
        ]
        return {
            "candidates": len(made), "held": sum(each != "sent" for each in made),
            "gate_failed": made.count("gate_failed"), "duplicates": made.count("duplicate"),
        }  # fmt: skip

    # whom it was sent to

    def _leads(self, first: date, last: date) -> Figures:
        leads = [each for each in self._live_leads if first <= self.day(each["created_at"]) <= last]
        ratings = [each["rating_1_to_5"] for each in leads if each["rating_1_to_5"] is not None]
        reached = [self._reached(each["lead_id"]) for each in leads]
        return {
            "leads": len(leads), "leads_qualified": sum("qualified" in each for each in reached),
            "leads_contacted": sum("contacted" in each for each in reached),
            "leads_converted": sum(
                "converted" in at and at["converted"] <= lead["created_at"] + timedelta(days=90)
                for lead, at in zip(leads, reached, strict=True)
            ),
            "leads_rated": len(ratings), "rating_total": sum(ratings),
        }  # fmt: skip

    def _reached(self, lead_id: UUID) -> dict[str, datetime]:
        """The first time of each status."""
        changes = [each for each in self.mine("app.lead_status_changes") if each["lead_id"] == lead_id]
        return {
            each["to_status"]: each["changed_at"]
            for each in sorted(changes, key=lambda c: c["changed_at"], reverse=True)
        }

    def _funnel(self, first: date, last: date) -> Figures:
        cohort = []
        for lead in self._live_leads:
            day = self.day(lead["created_at"])
            if first <= day - timedelta(days=day.weekday()) <= last:
                cohort.append(lead)
        ids = {each["lead_id"] for each in cohort}
        reached = [self._reached(each) for each in ids]
        replied, positive = set(), set()
        for message in self.mine("app.messages"):
            replied |= {message["lead_id"]} if self._replies(message) else set()
            positive |= {message["lead_id"]} if self._replies(message, "positive") else set()
        met = {
            each["lead_id"] for each in self.mine("app.interactions")
            if each["type"] == "meeting" and each["deleted_at"] is None and each["occurred_at"] <= datetime.now(UTC)
        }  # fmt: skip
        cost = sum((each["amount_eur"] for each in self.mine("billing.costs") if each["lead_id"] in ids), Decimal(0))
        return {
            "cohort_leads": len(cohort), "cohort_contactable": sum(self._is_contactable(each) for each in cohort),
            "cohort_qualified": sum("qualified" in each for each in reached),
            "cohort_converted": sum("converted" in each for each in reached),
            "cohort_replied": len(ids & replied), "cohort_positive": len(ids & positive),
            "cohort_meetings": len(ids & met), "cohort_cost_cents": round(cost * 100),
        }  # fmt: skip

    def _is_contactable(self, lead: Row) -> bool:
        known = self.known("person" if lead["entity_kind"] == "person" else "company")
        email = known.get(self.effective(lead["entity_id"]), {}).get("email")
        if email is None or lead["status"] == "rejected" or self._newest_check(email.value) == "invalid":
            return False
        written_to = {
            each["email_normalized"] for each in self.mine("app.messages") if each["lead_id"] == lead["lead_id"]
        }
        for stop in self.tables["app.suppressions"]:
            if stop["organization_id"] not in (None, self.id):
                continue
            host, value = email.value.rpartition("@")[2], stop["value_normalized"]
            if stop["scope"] == "domain" and (host == value or host.endswith(f".{value}")):
                return False
            is_objection = stop["reason"] in ("unsubscribed", "complained")
            if stop["scope"] == "email" and (value == email.value or (is_objection and value in written_to)):
                return False
        return True

    def _newest_check(self, email: str) -> str | None:
        checks = [each for each in self.tables["raw.email_checks"] if each["email_normalized"] == email]
        return max(checks, key=lambda each: each["checked_at"])["status"] if checks else None

    # what is known

    def effective(self, entity: UUID) -> UUID:
        """What an entity has become one with, for this organization."""
        steps = {
            each["from_entity_id"]: each["to_entity_id"]
            for owner in (None, self.id)
            for each in self.tables["resolution.redirects"]
            if each["reverted_batch_no"] is None and each["organization_id"] == owner
        }
        while entity in steps:
            entity = steps[entity]
        return entity

    def known(self, kind: str) -> dict[UUID, dict[str, Winner]]:
        """Each company or person that the organization sees, with the value that counts of each attribute."""
        if kind not in self._known:
            self._known[kind] = self._winners(kind)
        return self._known[kind]

    @cached_property
    def _known(self) -> dict[str, dict[UUID, dict[str, Winner]]]:
        return {}

    def _winners(self, kind: str) -> dict[UUID, dict[str, Winner]]:
        seen = {
            each["entity_id"] for each in self.tables["resolution.entities"]
            if each["entity_kind"] == kind and each["status"] == "active" and each["organization_id"] in (None, self.id)
        }  # fmt: skip
        of_subject = {
            each["subject_id"]: self.effective(each["entity_id"]) for each in self.tables["resolution.assignments"]
            if each["entity_kind"] == kind and each["organization_id"] in (None, self.id)
        }  # fmt: skip
        statements: dict[UUID, dict[str, list[tuple[Any, ...]]]] = defaultdict(lambda: defaultdict(list))
        for record, observed_at in self._current(kind):
            entity = of_subject.get(record["subject_id"])
            if entity in seen:
                for attribute, candidates in record["payload"].items():
                    for each in candidates:
                        said = (each["value"], each.get("confidence") or 1.0, observed_at, record["source_key"], False)
                        statements[entity][attribute].append(said)
        for each in sorted(self.mine("app.corrections"), key=lambda c: c["created_at"]):
            entity = self.effective(each["entity_id"])
            if entity in seen and each["entity_kind"] == kind and each["reverted_at"] is None:
                statements[entity][each["attribute"]].append(
                    (each["value"], 1.0, each["created_at"], "correction", True)
                )
        return {
            entity: {attribute: _winner(said) for attribute, said in attributes.items()}
            for entity, attributes in statements.items()
        }

    def _current(self, kind: str) -> Iterable[tuple[Row, datetime]]:
        """Records of each unit's newest applied extraction, with when it was observed."""
        newest: dict[UUID, Row] = {}
        for each in self.tables["raw.applications"]:
            former = newest.get(each["unit_id"])
            if former is None or each["observed_at"] > former["observed_at"]:
                newest[each["unit_id"]] = each
        observed = {each["extraction_id"]: each["observed_at"] for each in newest.values()}
        for record in self.tables[f"raw.{kind}_records"]:
            if record["extraction_id"] in observed:
                yield record, observed[record["extraction_id"]]

    def _company_fields(self, _first: date, _last: date) -> Figures:
        companies = self.known("company").values()
        filled = sum(field in each for each in companies for field in COMPANY_FIELDS)
        return {"fields_fillable": len(companies) * len(COMPANY_FIELDS), "fields_filled": filled}

    def _field_freshness(self, _first: date, _last: date) -> Figures:
        now, fresh, total = datetime.now(UTC), 0, 0
        for kind in ("company", "person"):
            for attributes in self.known(kind).values():
                for attribute, winner in attributes.items():
                    total += 1
                    limit = FRESH_DAYS.get(attribute, OTHER_FRESH_DAYS)
                    fresh += now - winner.observed_at <= timedelta(days=limit)
        return {"winners": total, "winners_fresh": fresh}

    # what was bought

    def _provider_answers(self, first: date, last: date) -> Figures:
        count = dict.fromkeys(("provider_calls", "provider_hits", "provider_judged", "provider_correct"), 0)
        requests = {each["request_id"]: each for each in self.mine("app.enrichment_requests")}
        for answer in self.mine("raw.provider_responses"):
            month = answer["received_at"].astimezone(UTC).date().replace(day=1)
            if answer["from_cache"] or not first <= month <= last:
                continue
            count["provider_calls"] += 1
            if answer["outcome"] != "hit":
                continue
            count["provider_hits"] += 1
            request = requests[answer["request_id"]]
            for record in self.tables["raw.person_records"]:
                if record["landing_id"] == answer["landing_id"]:
                    for each in record["payload"][request["attribute"]]:
                        verdict = self._verdict(request, each["value"])
                        count["provider_judged"] += verdict is not None
                        count["provider_correct"] += verdict is True
        return count

    def _verdict(self, request: Row, value: str) -> bool | None:
        """A person's word, else a mailbox that is not there, else a human reply; None: silence."""
        entity = self.effective(request["entity_id"])
        standing = [
            each for each in self.mine("app.corrections")
            if self.effective(each["entity_id"]) == entity and each["attribute"] == request["attribute"]
            and each["reverted_at"] is None
        ]  # fmt: skip
        if standing:
            return bool(max(standing, key=lambda each: each["created_at"])["value"] == value)
        events = [
            event for message in self.mine("app.messages") if message["email_normalized"] == value
            for event in self._events[message["message_id"]]
        ]  # fmt: skip
        if any(each["event_kind"] in ("bounced", "rejected") and each["reason_class"] in HARD for each in events):
            return False
        return True if any(each["event_kind"] == "replied" and not each["is_machine"] for each in events) else None

    def _costs(self, first: date, last: date) -> Figures:
        entries = [each for each in self.mine("billing.costs") if first <= self.day(each["occurred_at"]) <= last]
        total = sum((each["amount_eur"] for each in entries), Decimal(0))
        loose = sum((each["amount_eur"] for each in entries if each["lead_id"] is None), Decimal(0))
        return {"cost_cents": round(total * 100), "unattributed_cost_cents": round(loose * 100)}


def _winner(said: list[tuple[Any, ...]]) -> Winner:
    """A person's word, then the value of more sources, of the greater confidence, of more records, the newer one."""
    corrected = [each for each in said if each[4]]
    if corrected:
        return Winner(corrected[-1][0], corrected[-1][2])
    by_value: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for each in said:
        by_value[each[0]].append(each)

    def worth(value: str) -> tuple[Any, ...]:
        best = max(by_value[value], key=lambda each: (each[1], each[2]))
        return len({each[3] for each in by_value[value]}), best[1], len(by_value[value]), best[2]

    value = max(sorted(by_value), key=worth)
    return Winner(value, max(by_value[value], key=lambda each: (each[1], each[2]))[2])
