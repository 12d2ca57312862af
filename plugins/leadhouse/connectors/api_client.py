"""The one way to ask an API: a `requests` session that keeps to its source's addresses, pace, limits and patience.

What is repeated by itself: a call that never left, a call that the provider says it has not processed (429, 503), and
any other failure of a call that changes nothing and costs nothing. A charged call whose answer was lost is never sent
again: it may have been charged (`SourceError.is_charge_unknown`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from leadhouse.connectors.answer_limits import pause_before_next, retry_after
from leadhouse.connectors.source_errors import Reason, SourceError
from leadhouse.network import AddressRefusedError, CheckedAdapter, NamedBy, assert_allowed, checked_session, is_global

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 30.0
LONGEST_ANSWER = 10 * 1024 * 1024
ATTEMPTS = 4
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 90.0  # a provider that asks for more is asked in the next run
# without what a name resolves to: a tenant reads this, and the answer is no map of the operator's network
NOT_PUBLIC = "it is no address of the open web; LEADHOUSE_TENANT_ADDRESSES makes exceptions"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})  # RFC 9110, 9.2.1
_NOT_PROCESSED = frozenset({429, 503})
Judge = Callable[[int, str], Reason | None]  # what a provider's own words mean, by status and body
_FAILED = frozenset({500, 502, 504})
_REASONS: dict[int, Reason] = {
    400: "not_valid", 401: "unauthorized", 402: "no_credit", 403: "not_allowed", 404: "wrong_url", 405: "wrong_url",
    410: "wrong_url", 422: "not_valid", 429: "rate_limited", 451: "not_allowed",
}  # fmt: skip


@dataclass(frozen=True)
class Patience:
    """How long a source is waited for; seconds."""

    connect: float = CONNECT_SECONDS
    answer: float = ANSWER_SECONDS
    attempts: int = ATTEMPTS
    first_pause: float = FIRST_PAUSE
    longest_pause: float = LONGEST_PAUSE


class PatientAdapter(CheckedAdapter):
    """Sends what a session asks: to the source's own origins, at its pace, again where that is safe; bodies limited.

    Every request of the session goes through `send`, those of a library that was given the session as well.
    """

    def __init__(
        self,
        origins: Iterable[str],
        requests_per_second: float,
        patience: Patience,
        judge: Judge | None = None,
        named_by: NamedBy = "tenant",
    ) -> None:
        super().__init__(named_by, pool_maxsize=1)
        self._judge = judge
        self._origins = frozenset(map(origin_of, origins))
        self._interval = 1 / requests_per_second
        self._patience = patience
        self._not_before = 0.0
        self.is_charged = False
        self.is_repeatable: bool | None = None  # None: as the method says
        self.requests = 0

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """The answer, its body read. Raises SourceError where none came, or after the last attempt."""
        if origin_of(str(request.url)) not in self._origins:
            raise SourceError(
                "wrong_url",
                f"{_named(request)} lies outside {', '.join(sorted(self._origins))}: credentials go nowhere else",
            )
        pause: float | None
        for attempt in range(1, self._patience.attempts + 1):
            is_last = attempt == self._patience.attempts
            self._wait()
            try:
                response = self._send_once(request)
            except SourceError as error:
                if is_last or not self._may_repeat(request, error):
                    raise
                pause = 0.0
            else:
                pause = self._pause_after(request, response, is_last)
                if pause is None:
                    return response
            time.sleep(max(pause, self._patience.first_pause * 2 ** (attempt - 1)))
        raise AssertionError("the last attempt returns or raises")

    def _may_repeat(self, request: requests.PreparedRequest, error: SourceError) -> bool:
        if error.reason != "unreachable":
            return False
        return self._changes_nothing(request) or not error.is_charge_unknown

    def _changes_nothing(self, request: requests.PreparedRequest) -> bool:
        if self.is_charged:
            return False
        return request.method in _SAFE if self.is_repeatable is None else self.is_repeatable

    def _pause_after(
        self, request: requests.PreparedRequest, response: requests.Response, is_last: bool
    ) -> float | None:
        """Seconds until the same is asked again; None: this is the answer."""
        now, status = datetime.now(UTC), response.status_code
        self._not_before = max(self._not_before, time.monotonic() + pause_before_next(response.headers, now))
        judged = self._judge(status, response.text[:2000]) if self._judge and status >= 400 else None
        if judged and judged != "rate_limited":
            raise SourceError(judged, answered(response), status_code=status)
        if status in _NOT_PROCESSED or judged == "rate_limited":
            asked = retry_after(response.headers, now)
            pause = asked if asked is not None else pause_before_next(response.headers, now)
            if is_last or pause > self._patience.longest_pause:
                reason: Reason = "provider_failed" if status == 503 else "rate_limited"
                raise SourceError(reason, answered(response), retry_after=pause or None, status_code=status)
            return pause
        return 0.0 if status in _FAILED and not is_last and self._changes_nothing(request) else None

    def _wait(self) -> None:
        pause = self._not_before - time.monotonic()
        if pause > self._patience.longest_pause:
            raise SourceError("rate_limited", f"The source allows no request for {pause:.0f} s", retry_after=pause)
        if pause > 0:
            time.sleep(pause)
        self._not_before = max(self._not_before, time.monotonic() + self._interval)

    def _send_once(self, request: requests.PreparedRequest) -> requests.Response:
        self.requests += 1
        deadline = time.monotonic() + self._patience.connect + 2 * self._patience.answer
        response = None
        try:
            timeout = (self._patience.connect, self._patience.answer)
            response = HTTPAdapter.send(self, request, stream=True, timeout=timeout)
            # requests has no way to limit a body but to read it here; what reads `content` finds it read
            response._content = _read(response, request, deadline)
            response._content_consumed = True  # type: ignore[attr-defined]
        except Exception as error:  # requests' own, urllib3's while the body is read, the checked connection's
            if response is not None:
                response.close()  # nobody reads the rest
            if isinstance(error, SourceError):
                raise
            raise self._fault(request, error) from error
        return response

    def _fault(self, request: requests.PreparedRequest, error: Exception) -> SourceError:
        chain = list(_chain(error))
        refused = next((each for each in chain if isinstance(each, AddressRefusedError)), None)
        if refused is not None:
            return SourceError("refused_address", f"{_named(request)} was not sent: {NOT_PUBLIC}")
        was_sent = not any(isinstance(each, ConnectionRefusedError | requests.ConnectTimeout) for each in chain)
        was_sent = was_sent and not any(
            "cannot be resolved" in str(each) for each in chain if isinstance(each, OSError)
        )
        told = type(chain[-1]).__name__
        if not was_sent:
            return SourceError("unreachable", f"{_named(request)} was not sent: {told}")
        what_came = f"{_named(request)} was sent and not answered ({told})"
        return SourceError("unreachable", what_came, is_charge_unknown=self.is_charged)


@dataclass(frozen=True)
class ApiClient:
    """A session for one source, and the adapter that all its requests go through."""

    session: requests.Session
    adapter: PatientAdapter

    def ask(
        self, method: str, url: str, *, is_charged: bool = False, is_repeatable: bool | None = None, **options: Any
    ) -> requests.Response:
        """The answer to one request, whatever its status.

        Raises SourceError where none came. `is_repeatable` says of a POST that it changes nothing.
        """
        self.adapter.is_charged, self.adapter.is_repeatable = is_charged, is_repeatable
        try:
            return self.session.request(method, url, allow_redirects=False, **options)
        except requests.RequestException as error:  # a URL that requests itself cannot read
            raise SourceError("wrong_url", f"{method} {url} cannot be sent: {type(error).__name__}") from error

    def close(self) -> None:
        """Close its connections."""
        self.session.close()


def open_client(
    base_url: str,
    headers: dict[str, str],
    *,
    requests_per_second: float,
    patience: Patience | None = None,
    further_origins: Iterable[str] = (),
    has_credentials: bool = True,
    judge: Judge | None = None,
    named_by: NamedBy = "tenant",
) -> ApiClient:
    """A client for one source; the address is checked before anything is sent (`named_by`: `leadhouse.network`).

    Raises SourceError: the address is none, is refused, is unknown, or is open to all ears while credentials go there.
    """
    require_address(base_url, has_credentials=has_credentials, named_by=named_by)
    session = checked_session(named_by)
    origins = [base_url, *further_origins]
    adapter = PatientAdapter(origins, requests_per_second, patience or Patience(), judge, named_by)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    session.headers.update({"User-Agent": "Leadhouse", "Accept": "application/json", **headers})
    return ApiClient(session, adapter)


def require_address(url: str, *, has_credentials: bool, named_by: NamedBy = "tenant") -> None:
    """Returns when requests may go there. Raises SourceError."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SourceError("wrong_url", f"{url!r} is no address of the form https://host/path")
    try:
        addresses = assert_allowed(url, None, named_by)
    except AddressRefusedError as error:
        raise SourceError("refused_address", f"{parts.hostname}: {NOT_PUBLIC}") from error
    except OSError as error:
        raise SourceError("unreachable", str(error)) from error
    if has_credentials and parts.scheme == "http" and any(map(is_global, addresses)):
        raise SourceError("wrong_url", f"{parts.hostname} would get the credentials in the clear: use https")


def require_success(response: requests.Response, accepts: Container[int] = ()) -> None:
    """Returns for a 2xx, or another status that is an answer. Raises SourceError: what any other means to a person."""
    status = response.status_code
    if 200 <= status < 300 or status in accepts:
        return
    if 300 <= status < 400:
        raise SourceError("wrong_url", f"{answered(response)}: it moved to {response.headers.get('Location')}")
    reason = _REASONS.get(status, "provider_failed" if status >= 500 else "not_valid")
    raise SourceError(reason, answered(response), status_code=status, is_charge_unknown=status >= 500)


def answered(response: requests.Response) -> str:
    """``GET api.example.com/v1/people answered 401: {"error": …}``, without query and headers."""
    said = " ".join(response.text[:300].split()) if response._content else ""
    return f"{_named(response.request)} answered {response.status_code}{': ' + said if said else ''}"


def origin_of(url: str) -> str:
    """``https://host:port`` (RFC 6454), the port always named. Raises SourceError for a URL that has none."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (ValueError, KeyError) as error:
        raise SourceError("wrong_url", f"{url!r} is no address of the form https://host/path") from error
    return f"{parts.scheme}://{parts.hostname}:{port}"


def _named(request: requests.PreparedRequest | requests.Request) -> str:
    parts = urlsplit(str(request.url))
    return f"{request.method} {parts.netloc.rpartition('@')[2]}{parts.path}"


def _read(response: requests.Response, request: requests.PreparedRequest, deadline: float) -> bytes:
    body = bytearray()
    read: Callable[..., bytes] = response.raw.read1
    while part := read(65536, decode_content=True):
        body += part
        if len(body) > LONGEST_ANSWER:
            raise SourceError("malformed", f"{_named(request)} answered more than {LONGEST_ANSWER // 2**20} MB")
        if time.monotonic() > deadline:
            raise requests.ReadTimeout("the answer trickles: its end did not come in time")
    return bytes(body)


def _chain(error: BaseException) -> Iterable[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop(0)
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [each.__cause__, each.__context__, getattr(each, "reason", None)]
        waiting += [part for part in each.args if isinstance(part, BaseException)]
