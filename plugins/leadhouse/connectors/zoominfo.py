"""ZoomInfo (api.zoominfo.com): contacts and companies by search, then in full by enrichment, 25 a call.

A sign-in gives a token that holds for an hour; it is renewed before. Searches cost nothing, each record that
enrichment matches costs one. A number that is flagged "do not call" is not stated.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, field_validator

from leadhouse.connectors.api_client import ApiClient, require_success
from leadhouse.connectors.api_connector import Address, Answer, ApiConnector, Call, Page, Parameters, Shape, Statements
from leadhouse.connectors.api_statements import state_items
from leadhouse.connectors.json_records import ItemMap, RecordMap, as_list, as_object
from leadhouse.connectors.source_errors import SourceError

BULK = 25
PER_PAGE = 100
TOKEN_SECONDS = 55 * 60  # of the hour that it holds
LAST_PAGE = 100

CONTACT_FIELDS = (
    "id", "firstName", "middleName", "lastName", "email", "phone", "directPhoneDoNotCall", "jobTitle",
    "managementLevel", "externalUrls", "contactAccuracyScore", "country", "companyId", "companyName", "companyWebsite",
    "companyPhone", "companyStreet", "companyCity", "companyState", "companyZipCode", "companyCountry",
    "companyEmployeeCount", "companySocialMediaUrls", "companyPrimaryIndustry",
)  # fmt: skip
COMPANY_FIELDS = (
    "id", "name", "website", "domainList", "phone", "fax", "street", "city", "state", "zipCode", "country",
    "employeeCount", "socialMediaUrls", "primaryIndustry", "techAttributes", "revenueRange",
)  # fmt: skip
_ADDRESS = {"street": "street", "postal_code": "zipCode", "city": "city", "region": "state", "country_code": "country"}
_COMPANY = {
    "name": ("name",),
    "domain": ("website", "domainList[*]"),
    "phone_e164": ("phone",),
    "fax_e164": ("fax",),
    "social_url": ("socialMediaUrls[*].url",),
    "country_code": ("country",),
    "employee_band": ("employeeCount",),
    "technology": ("techAttributes[*].product",),
}
COMPANY = ItemMap(
    key=("id",),
    company=RecordMap(
        values=_COMPANY, address=_ADDRESS, custom={"industry": "primaryIndustry[*]", "revenue": "revenueRange"}
    ),
)
CONTACT = ItemMap(
    key=("id",),
    company=RecordMap(
        values={name: tuple(f"company.{path}" for path in paths) for name, paths in _COMPANY.items()},
        address={part: f"company.{path}" for part, path in _ADDRESS.items()},
        custom={"industry": "company.primaryIndustry[*]"},
    ),
    person=RecordMap(
        values={
            "title": ("jobTitle",),
            "email": ("email",),
            "phone_e164": ("phone",),
            "social_url": ("externalUrls[*].url",),
            "country_code": ("country",),
        },
        custom={"management_level": "managementLevel[*]", "accuracy": "contactAccuracyScore"},
        first_name="firstName",
        last_name="lastName",
    ),
)


class ZoomInfoCredentials(Shape):
    """The user name and password of the account's user for the interface."""

    username: Annotated[str, Field(min_length=1, max_length=200)]
    password: Annotated[SecretStr, Field(min_length=1, max_length=500)]


class ZoomInfoParameters(Parameters):
    """What to read: a search by `criteria` (ZoomInfo's own names), or the named `domains` and `emails`."""

    base_url: Address = "https://api.zoominfo.com"
    requests_per_second: Annotated[float, Field(gt=0, le=1000)] = 10.0
    search: Literal["contacts", "companies"] | None = None
    criteria: dict[str, str | int | bool | list[str]] = Field(default_factory=dict)
    domains: Annotated[list[str], Field(max_length=10_000)] = Field(default_factory=list)
    emails: Annotated[list[str], Field(max_length=10_000)] = Field(default_factory=list)

    @field_validator("criteria")
    @classmethod
    def _are_names(cls, stated: dict[str, Any], info: Any) -> dict[str, Any]:
        if stated and info.data.get("search") is None:
            raise ValueError("criteria need `search`: contacts or companies")
        wrong = [name for name in stated if not name.isalpha() or name in ("rpp", "page")]
        if wrong:
            raise ValueError(f"no criteria of ZoomInfo: {', '.join(wrong)}")
        return stated


class ZoomInfoConnector(ApiConnector):
    """Reads one search, or the named domains and addresses."""

    extractor = "zoominfo"
    parameters: ZoomInfoParameters
    _signed_in_at = float("-inf")

    @property
    def base_url(self) -> str:
        """``https://api.zoominfo.com``, where the parameters say nothing else."""
        return self.parameters.base_url

    def client(self) -> ApiClient:
        """The session, signed in; the token is renewed before it has run out, and kept nowhere."""
        client = super().client()
        if time.monotonic() - self._signed_in_at > TOKEN_SECONDS:
            given = {"username": self.credentials.username, "password": self.credentials.password.get_secret_value()}
            client.session.headers.pop("Authorization", None)
            url = f"{self.base_url.rstrip('/')}/authenticate"
            response = client.ask("POST", url, json=given, is_repeatable=True)
            require_success(response)
            client.session.headers["Authorization"] = f"Bearer {_token(response.content, url)}"
            self._signed_in_at = time.monotonic()
        return client

    def check(self) -> str:
        """Signs in and asks what is left of the period's records."""
        found = self.send(Call("/lookup/usage", "/lookup/usage")).object().get("usage")
        if not isinstance(found, list):
            raise SourceError("malformed", f"{self.base_url}/lookup/usage answered no `usage`")
        left = {each.get("limitType"): each.get("usageRemaining") for each in found if isinstance(each, dict)}
        spent = [name for name in ("uniqueIdLimit", "recordLimit", "requestLimit") if left.get(name) == 0]
        if spent:
            raise SourceError("no_credit", f"Used up: {', '.join(spent)}")
        return f"Signed in; records left: {left.get('uniqueIdLimit', 'not told')}."

    def pages(self) -> Iterator[Page]:
        """The search and what it found in full, then the named ones."""
        if self.parameters.search:
            yield from self._search(self.parameters.search)
        yield from self._enrich("company", [{"companyWebsite": f"http://{each}"} for each in self.parameters.domains])
        yield from self._enrich("contact", [{"emailAddress": each} for each in self.parameters.emails])

    def read(self, answer: Answer) -> Statements:
        """What an enrichment states; a search hides how to reach who it found and states nothing."""
        operation = self.operation_of(answer.url)
        if not operation.startswith("/enrich/"):
            return []
        if operation == "/enrich/company":
            return state_items(self, answer, _matched(answer), COMPANY, "zoominfo:company/")
        people = [_callable(each) for each in _matched(answer)]
        return state_items(self, answer, people, CONTACT, "zoominfo:contact/", confidences=_confidences)

    def _search(self, wanted: Literal["contacts", "companies"]) -> Iterator[Page]:
        kind, seen = ("contact", "personId") if wanted == "contacts" else ("company", "companyId"), 0
        for page in range(1, LAST_PAGE + 1):
            asked = {**self.parameters.criteria, "rpp": PER_PAGE, "page": page}
            path = f"/search/{kind[0]}"
            answer = self.ask(Call(path, path, "POST", json=asked, is_repeatable=True))
            payload = answer.object()
            data = payload.get("data")
            if not isinstance(data, list):
                raise SourceError("malformed", f"{self.base_url}{path} answered no `data`")
            yield Page(answer, [])
            ids = [each["id"] for each in data if isinstance(each, dict) and isinstance(each.get("id"), int)]
            yield from self._enrich(kind[0], [{kind[1]: each} for each in ids])
            seen += len(data)
            if not data or seen >= int(payload.get("maxResults") or 0):
                return

    def _enrich(self, kind: str, inputs: list[dict[str, Any]]) -> Iterator[Page]:
        path, rest = f"/enrich/{kind}", iter(inputs)
        name, fields = (
            ("matchPersonInput", CONTACT_FIELDS) if kind == "contact" else ("matchCompanyInput", COMPANY_FIELDS)
        )
        while part := list(islice(rest, BULK)):
            asked = {name: part, "outputFields": list(fields)}
            answer = self.ask(Call(path, path, "POST", json=asked, credits=Decimal(len(part))))
            yield Page(answer, self.read(answer), Decimal(min(len(part), len(_matched(answer)))))


def _token(body: bytes, url: str) -> str:
    import json

    try:
        token = json.loads(body)["jwt"]
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError("malformed", f"{url} answered no `jwt`") from error
    return str(token)


def _matched(answer: Answer) -> list[Any]:
    """The records of an enrichment, those of all inputs in order. Raises SourceError."""
    result = as_object(answer.object().get("data")).get("result")
    if not isinstance(result, list):
        raise SourceError("malformed", f"{answer.url.partition('#')[0]} answered no `result`", is_charge_unknown=True)
    return [each for found in result for each in as_list(as_object(found).get("data")) if each]


def _callable(contact: Any) -> Any:
    if isinstance(contact, dict) and contact.get("directPhoneDoNotCall"):
        return {**contact, "phone": None}
    return contact


def _confidences(contact: Any) -> dict[str, float]:
    """The accuracy score, 75 to 99, says how probably the contact is reached there."""
    score = contact.get("contactAccuracyScore")
    return {"email": score / 100} if isinstance(score, int) and 0 <= score <= 100 else {}
