"""A source behind an interface: what it is asked call by call, and what each answer states.

A connector plans calls and reads answers; whether a call is made at all, is paid for, kept and landed is its asker's
affair (`leadhouse.connectors.source_runs`). Reading an answer is pure: the archived bytes of a call state the same.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from leadhouse.connectors.api_client import ApiClient, Patience, open_client, require_success
from leadhouse.connectors.source_errors import Reason, SourceError
from leadhouse.landing import Quarantined
from leadhouse.landing.watching import Limits
from leadhouse.records import Extraction, canonical_json

Json = dict[str, Any]
Statements = list[Extraction | Quarantined]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^/?#@\s]+(?:/[^?#\s]*)?$", max_length=500)]


class Shape(BaseModel):
    """Parameters and credentials: what is not known is an error, and no value stands in the message of one."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Parameters(Shape):
    """What every source may state of itself.

    `max_calls` and `max_records` bound one run, `max_eur` what one day's runs may cost; `credit_price_eur` is the
    most that one credit of the provider costs by the user's own contract.
    """

    interval_days: Annotated[int, Field(ge=1, le=365)] = 1
    max_calls: Annotated[int, Field(ge=1, le=100_000)] = 100
    max_records: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
    max_eur: Annotated[Decimal, Field(ge=0)] = Decimal(10)
    credit_price_eur: Annotated[Decimal, Field(ge=0)] = Decimal("0.10")
    requests_per_second: Annotated[float, Field(gt=0, le=1000)] = 2.0
    watch: dict[str, Any] = Field(default_factory=dict)  # see leadhouse.landing.watching

    @field_validator("watch")
    @classmethod
    def _are_limits(cls, stated: dict[str, Any]) -> dict[str, Any]:
        Limits.of(stated)
        return stated


@dataclass(frozen=True)
class Call:
    """One call in the provider's terms; `path` follows the base address. `credits` is the most it may take.

    `is_repeatable`: a POST that changes nothing. Two calls of one key ask the same.
    """

    operation: str
    path: str
    method: str = "GET"
    params: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None
    credits: Decimal = Decimal(0)
    is_repeatable: bool | None = None
    accepts: frozenset[int] = frozenset()  # statuses beside 2xx that are an answer: nobody of that name

    @property
    def is_charged(self) -> bool:
        """Whether it may cost anything."""
        return self.credits > 0

    @property
    def key(self) -> str:
        """SHA-256 (hex) of what is asked; tells nothing of whom."""
        asked = canonical_json(
            [self.operation, self.method, self.path, dict(self.params), self.json, dict(self.form or {})]
        )
        return hashlib.sha256(asked.encode()).hexdigest()


@dataclass(frozen=True)
class Answer:
    """What came. `url` is the call's address without what was asked, and its key: it may be kept and shown."""

    operation: str
    url: str
    body: bytes
    status_code: int
    headers: tuple[tuple[str, str], ...]
    requested_at: datetime
    elapsed_ms: int = 0
    fetch_id: UUID = field(default_factory=uuid4)
    is_from_archive: bool = False

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) of the body."""
        return hashlib.sha256(self.body).hexdigest()

    def json(self) -> Any:
        """The body as JSON. Raises SourceError."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise SourceError("malformed", f"{self.url.partition('#')[0]} answered what is no JSON: {error}") from error

    def object(self) -> Json:
        """The body as a JSON object. Raises SourceError."""
        found = self.json()
        if not isinstance(found, dict):
            raise SourceError("malformed", f"{self.url.partition('#')[0]} answered a JSON {type(found).__name__}")
        return found


Ask = Callable[[Call], Answer]


@dataclass(frozen=True)
class Page:
    """One answer and what it states."""

    answer: Answer
    statements: Statements
    credits: Decimal = Decimal(0)  # taken, as far as the answer tells
    cursor: Json | None = None  # where the next run goes on, once this page has landed


@dataclass(frozen=True)
class SourceOf:
    """Whose source it is, and what it is called; `cursor` is where its former run ended."""

    source_key: str
    organization_id: UUID
    cursor: Json = field(default_factory=dict)


class ApiConnector(ABC):
    """One source of one organization behind an interface; a subclass a type.

    `ask` makes a call; the default asks at once and keeps nothing, which is what a test of the source wants.
    """

    extractor: ClassVar[str]
    extractor_version: ClassVar[str] = "1"

    def __init__(
        self,
        source: SourceOf,
        parameters: Any,
        credentials: Any,
        *,
        ask: Ask | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.source, self.parameters, self.credentials = source, parameters, credentials
        self.ask: Ask = ask or self.send
        self._patience = patience
        self._client: ApiClient | None = None

    @property
    def source_key(self) -> str:
        """As in app.sources."""
        return self.source.source_key

    @property
    def organization_id(self) -> UUID:
        """Whose source it is."""
        return self.source.organization_id

    @property
    def states_everything(self) -> bool:
        """Whether a whole run that names a unit no more says that it is gone."""
        return False

    @property
    def discovers(self) -> bool:
        """Whether the domains that it states are candidates: their sites are to be crawled."""
        return False

    def statements(self) -> Iterator[Extraction | Quarantined]:
        """What all answers state, in order. Raises SourceError when an answer does not come."""
        for page in self.pages():
            yield from page.statements

    @abstractmethod
    def pages(self) -> Iterator[Page]:
        """The calls of one run, each made when the one before has been dealt with. Raises SourceError."""

    @abstractmethod
    def check(self) -> str:
        """A real call that costs nothing; what it says of the account. Raises SourceError."""

    @abstractmethod
    def read(self, answer: Answer) -> Statements:
        """What an answer states; asks nobody. Raises SourceError for one that is not what its interface promises."""

    @property
    @abstractmethod
    def base_url(self) -> str:
        """The address that paths follow."""

    def headers(self) -> dict[str, str]:
        """The headers that carry the credentials."""
        return {}

    def client(self) -> ApiClient:
        """The session, opened at the first need. Raises SourceError for an address that must not be asked."""
        if self._client is None:
            self._client = open_client(
                self.base_url,
                self.headers(),
                requests_per_second=self.parameters.requests_per_second,
                patience=self._patience,
                has_credentials=self.credentials is not None,
                judge=self.reason_of,
                named_by="operator" if self.is_operators else "tenant",
            )
        return self._client

    @property
    def is_operators(self) -> bool:
        """Whether the address is a server that the settings offer to every tenant's searches."""
        return False

    def reason_of(self, status: int, said: str) -> Reason | None:
        """What a provider's own words mean where its status alone misleads; None: the status says it."""
        return "no_credit" if status != 429 and "insufficient" in said.lower() and "credit" in said.lower() else None

    def send(self, call: Call) -> Answer:
        """Makes the call and returns its answer. Raises SourceError."""
        url, requested_at = self.url_of(call), datetime.now(UTC)
        response = self.client().ask(
            call.method, url, params=call.params or None, json=call.json, data=call.form,
            is_charged=call.is_charged, is_repeatable=call.is_repeatable,
        )  # fmt: skip
        require_success(response, call.accepts)
        return Answer(
            call.operation, f"{url}#{call.key[:32]}", response.content, response.status_code,
            tuple(response.headers.items()), requested_at,
            int((datetime.now(UTC) - requested_at).total_seconds() * 1000),
        )  # fmt: skip

    def url_of(self, call: Call) -> str:
        """The call's address without what is asked."""
        return f"{self.base_url.rstrip('/')}{call.path}"

    def operation_of(self, url: str) -> str:
        """The operation that an archived answer's address belongs to: the path after the base address."""
        return urlsplit(url).path.removeprefix(urlsplit(self.base_url).path.rstrip("/"))

    def close(self) -> None:
        """Close the session."""
        if self._client is not None:
            self._client.close()
