"""Hunter (hunter.io, API v2): the addresses of a domain, the address of a person, whether an address works."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr

from leadhouse.connectors.api_connector import Address, Answer, ApiConnector, Call, Page, Parameters, Shape, Statements
from leadhouse.connectors.api_statements import state
from leadhouse.connectors.json_records import ItemMap, RecordMap, as_object, read_item
from leadhouse.connectors.source_errors import Reason, SourceError
from leadhouse.records import PersonRecord

PER_PAGE = 100
_NOBODY = frozenset({404, 451})  # no such person, or one who asked not to be found
MOST_OF_A_DOMAIN = 1_000
# a verification says more than the score of a pattern
_STATUS = {"valid": 0.97, "accept_all": 0.6, "webmail": 0.6, "unknown": 0.5, "disposable": 0.2, "invalid": 0.05}

COMPANY = ItemMap(
    key=("domain",),
    company=RecordMap(
        values={
            "name": ("organization",),
            "domain": ("domain",),
            "email": ("generic[*].value",),
            "country_code": ("country",),
            "employee_band": ("headcount",),
            "social_url": ("linkedin", "twitter", "facebook", "instagram", "youtube"),
            "technology": ("technologies[*]",),
        },
        address={
            "street": "street",
            "postal_code": "postal_code",
            "city": "city",
            "region": "state",
            "country_code": "country",
        },
        custom={"industry": "industry", "email_pattern": "pattern", "company_type": "company_type"},
    ),
)
OF_DOMAIN = ItemMap(
    key=("value",),
    person=RecordMap(
        values={
            "title": ("position",),
            "email": ("value",),
            "phone_e164": ("phone_number",),
            "social_url": ("linkedin", "twitter"),
            "company_name": ("organization",),
            "company_domain": ("domain",),
        },
        custom={"department": "department", "seniority": "seniority", "email_status": "verification.status"},
        first_name="first_name",
        last_name="last_name",
    ),
)
FOUND = ItemMap(
    key=("email",),
    person=RecordMap(
        values={
            "title": ("position",),
            "email": ("email",),
            "phone_e164": ("phone_number",),
            "social_url": ("linkedin_url", "twitter"),
            "company_name": ("company",),
            "company_domain": ("domain",),
        },
        custom={"email_status": "verification.status"},
        first_name="first_name",
        last_name="last_name",
    ),
)
VERIFIED = ItemMap(
    key=("email",),
    person=RecordMap(values={"email": ("email",)}, custom={"email_status": "status", "email_score": "score"}),
)


class HunterCredentials(Shape):
    """A key of the account (header ``X-API-KEY``: a key in the address would stand in logs)."""

    api_key: Annotated[SecretStr, Field(min_length=8, max_length=500)]


class PersonToFind(Shape):
    """Whose address is wanted: the name, and the company by domain or name."""

    full_name: Annotated[str, Field(min_length=2, max_length=200)]
    domain: str | None = None
    company: str | None = None


class HunterParameters(Parameters):
    """What to read: the addresses of `domains`, those of `people`, or whether `emails` work."""

    base_url: Address = "https://api.hunter.io/v2"
    domains: Annotated[list[str], Field(max_length=10_000)] = Field(default_factory=list)
    people: Annotated[list[PersonToFind], Field(max_length=10_000)] = Field(default_factory=list)
    emails: Annotated[list[str], Field(max_length=10_000)] = Field(default_factory=list)
    type: Literal["personal", "generic"] | None = None
    per_domain: Annotated[int, Field(ge=1, le=MOST_OF_A_DOMAIN)] = 100


class HunterConnector(ApiConnector):
    """Reads domains, people and addresses, a call each (a domain with many addresses: a call a hundred)."""

    extractor = "hunter"
    parameters: HunterParameters

    @property
    def base_url(self) -> str:
        """``https://api.hunter.io/v2``, where the parameters say nothing else."""
        return self.parameters.base_url

    def headers(self) -> dict[str, str]:
        """The key."""
        return {"X-API-KEY": self.credentials.api_key.get_secret_value()}

    def reason_of(self, status: int, said: str) -> Reason | None:
        """Hunter says 429 when the period is used up, and 403 when calls come too fast."""
        if status == 429 and "usage" in said:
            return "no_credit"
        return "rate_limited" if status == 403 and "rate" in said else super().reason_of(status, said)

    def check(self) -> str:
        """The plan, and the credits that are left; costs nothing."""
        data = _data(self.send(Call("/account", "/account")))
        requests = as_object(data.get("requests"))
        left = [_left(requests.get(kind)) for kind in ("credits", "searches")]
        known = [each for each in left if each is not None]
        if known and max(known) <= 0:
            raise SourceError(
                "no_credit", f"The plan {data.get('plan_name')!r} is used up until {data.get('reset_date')}"
            )
        return f"The key is of plan {data.get('plan_name')!r}; left: {max(known) if known else 'not told'}."

    def pages(self) -> Iterator[Page]:
        """Domains, then people, then addresses."""
        for domain in self.parameters.domains:
            yield from self._search(domain)
        for person in self.parameters.people:
            asked = person.model_dump(exclude_none=True)
            path = "/email-finder"
            yield self._page(Call(path, path, params=asked, credits=Decimal(1), accepts=_NOBODY))
        for email in self.parameters.emails:
            path = "/email-verifier"
            yield self._page(Call(path, path, params={"email": email}, credits=Decimal(1), accepts=_NOBODY))

    def read(self, answer: Answer) -> Statements:
        """The company and people of a domain, or the one person that was found or verified."""
        operation = self.operation_of(answer.url)
        if answer.status_code != 200:  # nobody is found, or Hunter is still at work: the next run asks again
            return []
        data = _data(answer)
        if operation == "/domain-search":
            return self._read_domain(answer, data)
        if operation in ("/email-finder", "/email-verifier"):
            fields = FOUND if operation == "/email-finder" else VERIFIED
            _, person = read_item(data, fields, confidences=_confidences(data))
            known = data.get("email")
            return [state(self, answer, f"hunter:email/{known}", data, None, person)] if person and known else []
        return []

    def _search(self, domain: str) -> Iterator[Page]:
        offset, wanted = 0, self.parameters.per_domain
        while offset < wanted:
            limit = min(PER_PAGE, wanted - offset)
            params = {"domain": domain, "limit": limit, "offset": offset, "type": self.parameters.type}
            asked = {name: value for name, value in params.items() if value is not None}
            page = self._page(Call("/domain-search", "/domain-search", params=asked, credits=_searched(limit)))
            yield page
            found = len(_data(page.answer).get("emails") or [])
            offset += found
            if found < limit:
                return

    def _page(self, call: Call) -> Page:
        answer = self.ask(call)
        return Page(answer, self.read(answer), self._taken(call, answer))

    def _taken(self, call: Call, answer: Answer) -> Any:
        """A credit for each ten addresses found; a person that was not found, and what is under way, cost nothing."""
        if answer.status_code != 200:
            return Decimal(0)
        data = _data(answer)
        if call.operation == "/domain-search":
            return min(call.credits, _searched(len(data.get("emails") or [])))
        return Decimal(0) if call.operation == "/email-finder" and not data.get("email") else call.credits

    def _read_domain(self, answer: Answer, data: dict[str, Any]) -> Statements:
        emails = data.get("emails")
        if not isinstance(emails, list) or not isinstance(data.get("domain"), str):
            raise SourceError(
                "malformed", "Hunter answered a domain without its list of addresses", is_charge_unknown=True
            )
        generic = [each for each in emails if isinstance(each, dict) and each.get("type") == "generic"]
        of_company = {**data, "emails": None, "generic": generic}
        company, _ = read_item(of_company, COMPANY)
        found: Statements = []
        if company:
            found.append(state(self, answer, f"hunter:domain/{data['domain']}", of_company, company, None))
        for each in emails:
            if isinstance(each, dict) and each.get("value") and each.get("type") != "generic":
                item = {**each, "domain": data["domain"], "organization": data.get("organization")}
                _, person = read_item(item, OF_DOMAIN, confidences=_confidences(each))
                if isinstance(person, PersonRecord):
                    found.append(state(self, answer, f"hunter:email/{each['value']}", item, None, person))
        return found


def _data(answer: Answer) -> dict[str, Any]:
    data = answer.object().get("data")
    if not isinstance(data, dict):
        raise SourceError("malformed", f"{answer.url.partition('#')[0]} answered no `data`", is_charge_unknown=True)
    return data


def _searched(addresses: int) -> Decimal:
    return Decimal(-(-addresses // 10))


def _left(meter: Any) -> int | None:
    if not isinstance(meter, dict) or not isinstance(meter.get("available"), int):
        return None
    return int(meter["available"]) - int(meter.get("used") or 0)


def _confidences(item: Any) -> dict[str, float]:
    status = as_object(item.get("verification")).get("status") or item.get("status")
    score = item.get("confidence", item.get("score"))
    stated = score / 100 if isinstance(score, int | float) and 0 <= score <= 100 else 0.5
    return {"email": _STATUS.get(str(status), stated) if status and status != "unknown" else stated}
