"""Any interface that answers JSON, declared in data, on dlt's REST client: authentication, paging, mapping, cursor.

dlt builds the requests and follows the pages; every request goes through the session of `api_client`, so to the
source's own checked address alone, and every answer through `ask`, so that it is counted and kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from leadhouse.connectors.api_client import ApiClient, open_client, require_address, require_success
from leadhouse.connectors.api_connector import Answer, ApiConnector, Call, Page, Statements
from leadhouse.connectors.api_statements import state_items
from leadhouse.connectors.json_records import compiled, find
from leadhouse.connectors.rest_parameters import NEEDED, Authentication, Paging, RestParameters
from leadhouse.connectors.source_errors import SourceError
from leadhouse.records import Extraction

CURSOR = "after"


class RestConnector(ApiConnector):
    """Reads one list of one interface."""

    extractor = "rest_api"
    parameters: RestParameters

    @property
    def base_url(self) -> str:
        """Of the parameters."""
        return self.parameters.base_url

    @property
    def states_everything(self) -> bool:
        """As the parameters say."""
        return self.parameters.is_whole

    def check(self) -> str:
        """The first page: whether it comes, and whether its items can be read."""
        page = next(self.pages(), None)
        if page is None:
            raise SourceError("malformed", f"{self.base_url}{self.parameters.path} answered no page")
        read = [each for each in page.statements if isinstance(each, Extraction)]
        if page.statements and not read:
            refused = page.statements[0]
            raise SourceError(
                "malformed",
                f"{self.base_url}{self.parameters.path} answered {len(page.statements)} items and none can be read: "
                f"{getattr(refused, 'detail', '')}",
            )
        return f"It answers; {len(read)} of {len(page.statements)} items of the first page are records."

    def pages(self) -> Iterator[Page]:
        """The list, page by page; the cursor is kept with the last one, or with each where items are ordered."""
        from dlt.sources.helpers.rest_client.paginators import BasePaginator

        given, rule = self.parameters, self.parameters.incremental
        params: dict[str, Any] = dict(given.params)
        reached = self.source.cursor.get(CURSOR, rule.initial if rule else None)
        if rule and reached is not None:
            params[rule.field] = reached
        self._asked: set[str] = set()
        paginator: BasePaginator = _paginator(given.paging)
        found = self._rest.paginate(
            given.path, given.method, params=params, json=given.body, paginator=paginator, data_selector=given.items,
            hooks={"response": [_no_hook]},
        )  # fmt: skip
        for each in found:
            statements = self.read(self._answer)
            reached = self._reached(each, reached)
            is_last = not paginator.has_next_page
            keeps = rule is not None and reached is not None and (is_last or rule.is_ordered)
            cursor = {CURSOR: reached} if keeps else None
            yield Page(self._answer, statements, given.credits_per_call, cursor)

    def read(self, answer: Answer) -> Statements:
        """The items of an answer."""
        payload, given = answer.json(), self.parameters
        found = compiled(given.items).find(payload)
        if not found:
            raise SourceError("malformed", f"{answer.url.partition('#')[0]} answered nothing at {given.items!r}")
        items: list[Any] = []
        for each in found:
            items += each.value if isinstance(each.value, list) else [each.value]
        return state_items(self, answer, items, given.map, f"api:{given.path}#", confidence=given.confidence)

    def client(self) -> ApiClient:
        """The session; client credentials have one of their own, since they go to another address."""
        if self._client is None:
            self._require_credentials(self.parameters.authentication)
            self._client = self._open(self.base_url)
        return self._client

    def send(self, call: Call) -> Answer:
        """Sends the request that dlt has built for the call."""
        adapter = self.client().adapter
        adapter.is_charged, adapter.is_repeatable = call.is_charged, call.is_repeatable
        requested_at = datetime.now(UTC)
        response = self._rest.send_built(self._built)
        require_success(response)
        return Answer(
            call.operation, f"{self.url_of(call)}#{call.key[:32]}", response.content, response.status_code,
            tuple(response.headers.items()), requested_at,
            int((datetime.now(UTC) - requested_at).total_seconds() * 1000),
        )  # fmt: skip

    # between dlt and the asker

    @cached_property
    def _rest(self) -> Any:
        """dlt's client, whose requests are calls."""
        from dlt.common.configuration.specs import RuntimeConfiguration
        from dlt.sources.helpers.rest_client.client import RESTClient

        connector = self

        class AskingClient(RESTClient):
            """Hands each request to the connector's asker, and gives dlt the answer to read its paging from."""

            def _send_request(self, request: requests.Request, **_: Any) -> requests.Response:
                return connector._ask_for(request)

            def send_built(self, request: requests.Request) -> requests.Response:
                """Really sends it."""
                return super()._send_request(request, allow_redirects=False)

        return AskingClient(
            self.base_url, auth=self._auth(), session=self.client().session, config=RuntimeConfiguration()
        )

    def _ask_for(self, request: requests.Request) -> requests.Response:
        path = urlsplit(str(request.url)).path.removeprefix(urlsplit(self.base_url).path.rstrip("/"))
        given = self.parameters
        asked = {**dict(request.params or {}), "address": str(request.url)}
        call = Call(
            given.path or "/", path, str(request.method).upper(), asked, request.json or None,
            credits=given.credits_per_call, is_repeatable=given.changes_nothing or None,
        )  # fmt: skip
        if call.key in self._asked:
            raise SourceError("malformed", f"The paging of {self.base_url}{path} goes round in circles: see paging")
        self._asked.add(call.key)
        self._built = request
        self._answer = self.ask(call)
        self._answer.json()
        return _response(self._answer, str(request.url))

    def _reached(self, items: list[Any], reached: Any) -> Any:
        """The greatest value of the cursor's path so far; what cannot be compared with it is left out."""
        rule = self.parameters.incremental
        if rule is None:
            return None
        for value in (value for item in items for value in find(item, rule.path)):
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                if reached is None or (isinstance(reached, str) != isinstance(value, str)):
                    reached = value
                else:
                    reached = max(reached, value)
        return reached

    def _open(self, url: str) -> ApiClient:
        return open_client(
            url, {}, requests_per_second=self.parameters.requests_per_second, patience=self._patience,
            has_credentials=self.parameters.authentication.kind != "none", judge=self.reason_of,
        )  # fmt: skip

    def _require_credentials(self, way: Authentication) -> None:
        given = self.credentials
        missing = [name for name in NEEDED[way.kind] if not (given and getattr(given, name))]
        if missing:
            raise SourceError("not_valid", f"Credentials for {way.kind}: {', '.join(missing)} is missing")

    def _auth(self) -> Any:
        from dlt.sources.helpers.rest_client import auth

        way, given = self.parameters.authentication, self.credentials
        self._require_credentials(way)
        if way.kind == "bearer":
            return auth.BearerTokenAuth(token=given.key.get_secret_value())
        if way.kind in ("header", "query"):
            location: Any = way.kind
            return auth.APIKeyAuth(name=str(way.name), api_key=given.key.get_secret_value(), location=location)
        if way.kind == "basic":
            return auth.HttpBasicAuth(username=given.username, password=given.password.get_secret_value())
        if way.kind == "client_credentials":
            return self._grant(way)
        return None

    def _grant(self, way: Authentication) -> Any:
        """Client credentials (RFC 6749, 4.4): asked for at the first call, anew when the grant has run out."""
        from dlt.sources.helpers.rest_client.auth import OAuth2ClientCredentials

        given, grant_url = self.credentials, str(way.grant_url)
        require_address(grant_url, has_credentials=True)
        granting = self._open(grant_url)
        granting.session.hooks["response"].append(lambda response, *_, **__: require_success(response))
        return OAuth2ClientCredentials(
            access_token_url=grant_url,
            client_id=given.client_id,
            client_secret=given.client_secret.get_secret_value(),
            access_token_request_data={"scope": way.scope} if way.scope else {},
            session=granting.session,
        )


def _paginator(way: Paging) -> Any:
    from dlt.sources.helpers.rest_client import paginators

    match way.kind:
        case "page":
            return paginators.PageNumberPaginator(base_page=way.first, page_param=way.field, total_path=way.total)
        case "offset":
            return paginators.OffsetPaginator(
                way.size, offset_param=way.field, limit_param=way.size_field, total_path=way.total
            )
        case "cursor":
            return paginators.JSONResponseCursorPaginator(cursor_path=str(way.path), cursor_param=way.field)
        case "link":
            return paginators.JSONLinkPaginator(str(way.path))
        case "header_link":
            return paginators.HeaderLinkPaginator(way.relation)
        case "header_cursor":
            return paginators.HeaderCursorPaginator(str(way.header), str(way.field))
    return paginators.SinglePagePaginator()


def _response(answer: Answer, url: str) -> requests.Response:
    """The answer as requests has it: paging stands in its body, its headers, or its links."""
    response = requests.Response()
    response.status_code, response.url = answer.status_code, url
    response.headers = CaseInsensitiveDict(dict(answer.headers))
    response._content = answer.body
    return response


def _no_hook(*_: Any, **__: Any) -> None:
    """In place of dlt's own judgement of statuses: ours has been passed already."""
