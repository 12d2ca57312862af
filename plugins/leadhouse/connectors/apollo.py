"""Apollo (docs.apollo.io): people and organizations by search, then in full by bulk enrichment, ten a call.

A search of people costs nothing and hides names and addresses; each person that enrichment finds costs a credit. A
page of a search of organizations costs one credit, an enriched organization another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, SecretStr, field_validator

from leadhouse.connectors.api_connector import Address, Answer, ApiConnector, Call, Page, Parameters, Shape, Statements
from leadhouse.connectors.api_statements import state_items
from leadhouse.connectors.json_records import ItemMap, RecordMap
from leadhouse.connectors.source_errors import SourceError

T = TypeVar("T")
BULK = 10  # of one call of bulk enrichment
PER_PAGE = 100
LAST_PAGE = 500  # 50,000 records, whatever the total says
_HIDDEN_EMAIL = "email_not_unlocked@"
_EMAIL_CONFIDENCE = {"verified": 0.95, "user managed": 0.9, "unverified": 0.5, "extrapolated": 0.5}
_OF_BOTH = (
    "organization_locations[]", "q_organization_domains_list[]", "organization_ids[]", "q_organization_job_titles[]",
    "organization_num_employees_ranges[]", "currently_using_any_of_technology_uids[]", "organization_job_locations[]",
    "revenue_range[min]", "revenue_range[max]", "organization_num_jobs_range[min]", "organization_num_jobs_range[max]",
    "organization_job_posted_at_range[min]", "organization_job_posted_at_range[max]",
)  # fmt: skip
_OF_PEOPLE = (
    "person_titles[]", "include_similar_titles", "q_keywords", "person_locations[]", "person_seniorities[]",
    "contact_email_status[]", "currently_using_all_of_technology_uids[]",
    "currently_not_using_any_of_technology_uids[]",
)  # fmt: skip
_OF_COMPANIES = (
    "organization_not_locations[]", "q_organization_keyword_tags[]", "q_organization_name",
    "latest_funding_amount_range[min]", "latest_funding_amount_range[max]", "total_funding_range[min]",
    "total_funding_range[max]", "latest_funding_date_range[min]", "latest_funding_date_range[max]",
)  # fmt: skip
CRITERIA = {"people": frozenset(_OF_BOTH + _OF_PEOPLE), "companies": frozenset(_OF_BOTH + _OF_COMPANIES)}

_PROMISED = {
    "/mixed_companies/search": ("organizations", "accounts"), "/mixed_people/api_search": ("people",),
    "/organizations/bulk_enrich": ("organizations",), "/people/bulk_match": ("matches",),
}  # fmt: skip

_COMPANY = {
    "name": ("name",),
    "domain": ("primary_domain", "website_url"),
    "phone_e164": ("primary_phone.sanitized_number", "sanitized_phone", "phone"),
    "social_url": ("linkedin_url", "twitter_url", "facebook_url"),
    "country_code": ("country",),
    "employee_band": ("estimated_num_employees",),
    "technology": ("technology_names[*]",),
}
_CUSTOM = {
    "industry": "industry", "founded_year": "founded_year", "annual_revenue": "annual_revenue",
    "total_funding": "total_funding", "description": "short_description",
}  # fmt: skip
_ADDRESS = {
    "street": "street_address",
    "postal_code": "postal_code",
    "city": "city",
    "region": "state",
    "country_code": "country",
}


def _below(prefix: str, paths: dict[str, Any]) -> dict[str, Any]:
    def under(path: str) -> str:
        return f"{prefix}.{path}"

    return {name: under(each) if isinstance(each, str) else tuple(map(under, each)) for name, each in paths.items()}


ORGANIZATION = ItemMap(key=("id",), company=RecordMap(values=_COMPANY, address=_ADDRESS, custom=_CUSTOM))
PERSON = ItemMap(
    key=("id",),
    company=RecordMap(
        values=_below("organization", _COMPANY),
        address=_below("organization", _ADDRESS),
        custom=_below("organization", _CUSTOM),
    ),
    person=RecordMap(
        values={
            "full_name": ("name",),
            "title": ("title",),
            "email": ("email",),
            "phone_e164": ("contact.sanitized_phone", "phone_numbers[*].sanitized_number"),
            "social_url": ("linkedin_url", "twitter_url"),
            "country_code": ("country",),
        },
        custom={"seniority": "seniority", "departments": "departments[*]", "email_status": "email_status"},
        first_name="first_name",
        last_name="last_name",
    ),
)


class ApolloCredentials(Shape):
    """A key of the account (header ``x-api-key``) whose scope includes the calls that are wanted."""

    api_key: Annotated[SecretStr, Field(min_length=8, max_length=500)]


class PersonToMatch(Shape):
    """Whom to enrich; as many of these as are known."""

    id: str | None = None
    name: str | None = None
    email: str | None = None
    domain: str | None = None
    organization_name: str | None = None
    linkedin_url: str | None = None


class ApolloParameters(Parameters):
    """What to read: a search by `criteria` (Apollo's own names), or the named `domains` and `people`."""

    base_url: Address = "https://api.apollo.io/api/v1"
    search: Literal["people", "companies"] | None = None
    criteria: dict[str, str | int | bool | list[str]] = Field(default_factory=dict)
    enrich: bool = True
    domains: Annotated[list[str], Field(max_length=10_000)] = Field(default_factory=list)
    people: Annotated[list[PersonToMatch], Field(max_length=10_000)] = Field(default_factory=list)

    @field_validator("criteria")
    @classmethod
    def _known_names(cls, stated: dict[str, Any], info: Any) -> dict[str, Any]:
        """Lists may be named without their brackets."""
        search = info.data.get("search")
        named = {
            f"{name}[]" if isinstance(value, list) and not name.endswith("]") else name: value
            for name, value in stated.items()
        }
        if named and search is None:
            raise ValueError("criteria need `search`: people or companies")
        if search and (wrong := named.keys() - CRITERIA[search]):
            raise ValueError(f"a search of {search} does not know {', '.join(sorted(wrong))}")
        return named


class ApolloConnector(ApiConnector):
    """Reads one search, or the named domains and people."""

    extractor = "apollo"
    parameters: ApolloParameters

    @property
    def base_url(self) -> str:
        """``https://api.apollo.io/api/v1``, where the parameters say nothing else."""
        return self.parameters.base_url

    def headers(self) -> dict[str, str]:
        """The key."""
        return {"X-Api-Key": self.credentials.api_key.get_secret_value()}

    def check(self) -> str:
        """Whose key it is, and the credits that are left."""
        answer = self.send(Call("/users/api_profile", "/users/api_profile", params={"include_credit_usage": "true"}))
        profile = answer.object()
        if not profile.get("id"):
            raise SourceError("malformed", f"{self.base_url}/users/api_profile answered no profile")
        left = profile.get("num_credits_remaining")
        if left == 0:
            raise SourceError("no_credit", f"The team {profile.get('team_id')} has 0 credits left")
        return f"The key is of team {profile.get('team_id')}; credits left: {'not told' if left is None else left}."

    def pages(self) -> Iterator[Page]:
        """The search and what it found in full, then the named ones."""
        if self.parameters.search == "companies":
            yield from self._search_companies()
        elif self.parameters.search == "people":
            yield from self._search_people()
        yield from self._enrich_companies(self.parameters.domains)
        yield from self._match([each.model_dump(exclude_none=True) for each in self.parameters.people])

    def read(self, answer: Answer) -> Statements:
        """What an answer of any of the calls states; a search of people hides who they are and states nothing."""
        payload, operation = answer.object(), self.operation_of(answer.url)
        promised = _PROMISED.get(operation, ())
        if promised and not payload.keys() & promised:  # not "nobody": that is an empty list
            raise SourceError(
                "malformed", f"Apollo's {operation} answered no {' or '.join(promised)}", is_charge_unknown=True
            )
        if operation == "/mixed_companies/search":
            items = [*_list(payload, "organizations"), *_list(payload, "accounts")]
            return state_items(self, answer, items, ORGANIZATION, "apollo:organization/")
        if operation == "/organizations/bulk_enrich":
            return state_items(self, answer, _list(payload, "organizations"), ORGANIZATION, "apollo:organization/")
        if operation == "/people/bulk_match":
            people = [_shown(each) for each in _list(payload, "matches")]
            return state_items(self, answer, people, PERSON, "apollo:person/", confidences=_confidences)
        return []

    def _search_companies(self) -> Iterator[Page]:
        for page in range(1, LAST_PAGE + 1):
            answer = self.ask(self._search("/mixed_companies/search", page, Decimal(1)))
            payload, statements = answer.object(), self.read(answer)
            yield Page(answer, statements, Decimal(1))
            if self.parameters.enrich:
                domains = [str(each["primary_domain"]) for each in _list(payload, "organizations")
                           if isinstance(each, dict) and each.get("primary_domain")]  # fmt: skip
                yield from self._enrich_companies(domains)
            if not statements or page >= int((payload.get("pagination") or {}).get("total_pages") or 0):
                return

    def _search_people(self) -> Iterator[Page]:
        seen = 0
        for page in range(1, LAST_PAGE + 1):
            answer = self.ask(self._search("/mixed_people/api_search", page, Decimal(0)))
            payload, statements = answer.object(), self.read(answer)
            found = [each for each in _list(payload, "people") if isinstance(each, dict) and each.get("id")]
            yield Page(answer, statements)
            if self.parameters.enrich:
                yield from self._match([{"id": str(each["id"])} for each in found])
            seen += len(found)
            if not found or seen >= int(payload.get("total_entries") or 0):
                return

    def _search(self, path: str, page: int, most: Decimal) -> Call:
        params = {**self.parameters.criteria, "page": page, "per_page": PER_PAGE}
        shown = {name: str(value).lower() if isinstance(value, bool) else value for name, value in params.items()}
        return Call(path, path, "POST", params=shown, credits=most, is_repeatable=True)

    def _enrich_companies(self, domains: Sequence[str]) -> Iterator[Page]:
        for part in _parts(list(dict.fromkeys(domains)), BULK):
            path = "/organizations/bulk_enrich"
            answer = self.ask(
                Call(
                    path,
                    path,
                    "POST",
                    json={"details": [{"domain": each} for each in part]},
                    credits=Decimal(len(part)),
                )
            )
            taken = answer.object().get("unique_enriched_records")
            yield Page(answer, self.read(answer), _credits(taken, len(part)))

    def _match(self, details: Sequence[dict[str, str]]) -> Iterator[Page]:
        for part in _parts(details, BULK):
            path = "/people/bulk_match"
            answer = self.ask(Call(path, path, "POST", json={"details": part}, credits=Decimal(len(part))))
            yield Page(answer, self.read(answer), _credits(answer.object().get("credits_consumed"), len(part)))


def _list(payload: dict[str, Any], name: str) -> list[Any]:
    found = payload.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise SourceError("malformed", f"Apollo answered {name!r} that is no list", is_charge_unknown=True)
    return found


def _credits(told: Any, most: int) -> Decimal:
    """What the answer says it took; all that was reserved where it says nothing that can be."""
    is_number = isinstance(told, int | float) and not isinstance(told, bool)
    return Decimal(str(told)) if is_number and 0 <= told <= most else Decimal(most)


def _shown(person: Any) -> Any:
    """Without the address that stands where one is hidden."""
    if isinstance(person, dict) and str(person.get("email") or "").startswith(_HIDDEN_EMAIL):
        return {**person, "email": None}
    return person


def _confidences(person: Any) -> dict[str, float]:
    status = str(person.get("email_status") or "").lower()
    stated = person.get("extrapolated_email_confidence")
    if status == "extrapolated" and isinstance(stated, int | float) and 0 <= stated <= 1:
        return {"email": float(stated)}
    return {"email": _EMAIL_CONFIDENCE.get(status, 0.5)}


def _parts(items: Sequence[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
