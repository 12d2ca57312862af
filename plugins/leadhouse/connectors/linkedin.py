"""LinkedIn through Unipile (developer.unipile.com, API v1): connections, profiles and companies that an account sees.

The account is connected at Unipile and named by its id; LinkedIn bounds what an account may look at in a day, so
`max_calls` starts low and calls are slow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import Field, SecretStr

from leadhouse.connectors.api_connector import Address, Answer, ApiConnector, Call, Page, Parameters, Shape, Statements
from leadhouse.connectors.api_statements import state_items
from leadhouse.connectors.json_records import ItemMap, RecordMap, as_list
from leadhouse.connectors.source_errors import Reason, SourceError

PER_PAGE = 100
_NOBODY = frozenset({404, 422})  # a profile that is gone, or an identifier that never was one

CONNECTION = ItemMap(
    key=("member_id", "public_identifier"),
    person=RecordMap(
        values={"social_url": ("public_profile_url",)},
        custom={"headline": "headline"},
        first_name="first_name",
        last_name="last_name",
    ),
)
PROFILE = ItemMap(
    key=("provider_id", "public_identifier"),
    person=RecordMap(
        values={
            "title": ("now.position",),
            "company_name": ("now.company",),
            "email": ("contact_info.emails[*]",),
            "phone_e164": ("contact_info.phones[*]",),
            "social_url": ("profile_url",),
        },
        custom={"headline": "headline", "location": "location"},
        first_name="first_name",
        last_name="last_name",
    ),
)
COMPANY = ItemMap(
    key=("id", "public_identifier"),
    company=RecordMap(
        values={
            "name": ("name",),
            "domain": ("website",),
            "phone_e164": ("phone",),
            "social_url": ("profile_url",),
            "country_code": ("seat.country",),
            "employee_band": ("size",),
        },
        address={
            "street": "seat.street[0]",
            "postal_code": "seat.postalCode",
            "city": "seat.city",
            "region": "seat.area",
            "country_code": "seat.country",
        },
        custom={"industry": "industry[*]", "tagline": "tagline"},
    ),
)


class LinkedInCredentials(Shape):
    """Unipile's access token (header ``X-API-KEY``)."""

    access_token: Annotated[SecretStr, Field(min_length=8, max_length=500)]


class LinkedInParameters(Parameters):
    """What to read as the account `account_id`: its `connections`, the named `profiles`, the named `companies`.

    `base_url` is the address that Unipile shows as DSN, such as ``https://api1.unipile.com:13111``.
    """

    base_url: Address
    account_id: Annotated[str, Field(min_length=1, max_length=100)]
    connections: bool = False
    profiles: Annotated[list[str], Field(max_length=1_000)] = Field(default_factory=list)
    companies: Annotated[list[str], Field(max_length=1_000)] = Field(default_factory=list)
    max_calls: Annotated[int, Field(ge=1, le=1_000)] = 80
    requests_per_second: Annotated[float, Field(gt=0, le=1000)] = 0.5


class LinkedInConnector(ApiConnector):
    """Reads what one account sees."""

    extractor = "linkedin"
    parameters: LinkedInParameters

    @property
    def base_url(self) -> str:
        """The DSN with the interface's version."""
        return f"{self.parameters.base_url.rstrip('/')}/api/v1"

    def headers(self) -> dict[str, str]:
        """The access token."""
        return {"X-API-KEY": self.credentials.access_token.get_secret_value()}

    def reason_of(self, status: int, said: str) -> Reason | None:
        """An account that LinkedIn has signed out says 401 as a wrong token does: both need a person."""
        if status == 403 and "account_restricted" in said:
            return "not_allowed"
        return super().reason_of(status, said)

    def check(self) -> str:
        """Whose account it is; costs nothing and shows on nobody's profile."""
        answer = self.send(self._call("/users/me", {}, accepts=_NOBODY))
        if answer.status_code != 200:
            raise SourceError("not_valid", f"Unipile knows no account {self.parameters.account_id!r}")
        found = answer.object()
        if found.get("provider") != "LINKEDIN":
            raise SourceError("not_valid", f"The account is one of {found.get('provider')}, not of LinkedIn")
        return f"The account is {found.get('public_identifier') or found.get('provider_id')}'s."

    def pages(self) -> Iterator[Page]:
        """Connections, then profiles, then companies."""
        if self.parameters.connections:
            yield from self._connections()
        for profile in self.parameters.profiles:
            path = f"/users/{quote(profile, safe='')}"
            yield self._page(self._call(path, {"linkedin_sections": "experience"}, "/users/", _NOBODY))
        for company in self.parameters.companies:
            yield self._page(
                self._call(f"/linkedin/company/{quote(company, safe='')}", {}, "/linkedin/company/", _NOBODY)
            )

    def read(self, answer: Answer) -> Statements:
        """The connections of a page, or the one person or company; of who is not there, nothing."""
        if answer.status_code != 200:
            return []
        operation, payload = self.operation_of(answer.url), answer.object()
        if operation == "/users/relations":
            items = payload.get("items")
            if not isinstance(items, list):
                raise SourceError("malformed", f"{self.base_url}/users/relations answered no `items`")
            return state_items(self, answer, items, CONNECTION, "linkedin:person/")
        if operation.startswith("/linkedin/company/"):
            return state_items(self, answer, [_with_seat(payload)], COMPANY, "linkedin:company/")
        return state_items(self, answer, [_with_position(payload)], PROFILE, "linkedin:profile/")

    def _connections(self) -> Iterator[Page]:
        cursor: str | None = None
        while True:
            params: dict[str, Any] = {"limit": PER_PAGE} | ({"cursor": cursor} if cursor else {})
            page = self._page(self._call("/users/relations", params))
            yield page
            following = page.answer.object().get("cursor")
            if not following or following == cursor:
                return
            cursor = str(following)

    def _page(self, call: Call) -> Page:
        answer = self.ask(call)
        return Page(answer, self.read(answer))

    def _call(
        self, path: str, params: dict[str, Any], operation: str = "", accepts: frozenset[int] = frozenset()
    ) -> Call:
        asked = {"account_id": self.parameters.account_id, **params}
        return Call(operation or path, path, params=asked, accepts=accepts)


def _with_position(profile: dict[str, Any]) -> dict[str, Any]:
    """With the position that the person holds now, as far as exactly one is stated to be."""
    experience = [each for each in as_list(profile.get("work_experience")) if isinstance(each, dict)]
    current = [each for each in experience if each.get("current") or not each.get("end")]
    handle = profile.get("public_identifier")
    return {
        **profile,
        "now": current[0] if len(current) == 1 else None,
        "profile_url": f"https://www.linkedin.com/in/{handle}" if handle else None,
    }


def _with_seat(company: dict[str, Any]) -> dict[str, Any]:
    places = [each for each in as_list(company.get("locations")) if isinstance(each, dict)]
    span = company.get("employee_count_range")
    size = f"{span['from']}-{span['to']}" if isinstance(span, dict) and {"from", "to"} <= span.keys() else None
    return {
        **company,
        "seat": next((each for each in places if each.get("is_headquarter")), None),
        "size": size or company.get("employee_count"),
    }
