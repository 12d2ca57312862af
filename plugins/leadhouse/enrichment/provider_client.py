"""The provider's HTTP interface: one question, and an answer whose meaning is settled here.

What matters is what is known about the charge: a call that never reached the provider cost nothing, one that was
answered says what it cost, and one whose answer was lost may have cost anything up to the reserved price.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

import requests
from pydantic import SecretStr

from leadhouse.network import AddressRefusedError, assert_allowed, checked_session

State = Literal["hit", "miss", "error", "refused", "unknown"]
CONNECT_SECONDS = 5.0
LONGEST_ANSWER = 64 * 1024
FEW_SECONDS = 5.0  # that a question waits for its provider here; for longer it goes back to the queue
LONGEST_PAUSE = 86_400.0  # seconds that an answer may ask for; beyond a day it is a refusal
_NOT_PROCESSED = frozenset({400, 401, 402, 403, 404, 405, 409, 422, 429, 503})
_STOPS_ALL = frozenset({401, 402, 403, 404, 405, 429, 503})
_LATER = frozenset({429, 503})  # not processed, and Retry-After may say when it will be (RFC 9110, 10.2.3)
# What a value must look like to be one; whether it is true is for checks and bounces to say.
FORMS = {
    "email": re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}"),
    "phone_e164": re.compile(r"\+[1-9][0-9]{5,14}"),  # ITU-T E.164, 6.2: 15 digits at most
    "domain": re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}", re.IGNORECASE),
}


class ProviderUnavailableError(RuntimeError):
    """The provider cannot be asked at all now; the message says why. Pending requests stay pending."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one call. `price_eur` is null when it is not known; `fault` says what is wrong with the answer.

    `stops` is set when asking on would be pointless: no connection, no credit, key refused, asked too often.
    `pause`: the provider has not processed the question, and takes it again after so many seconds.
    """

    state: State
    price_eur: Decimal | None
    status_code: int | None = None
    value: str | None = None
    confidence: float = 0.5
    payload: dict[str, Any] = field(default_factory=dict)
    fault: str | None = None
    stops: str | None = None
    latency_ms: int = 0
    pause: float | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One request in a provider's own terms; `path` follows the address of the settings."""

    path: str
    method: Literal["GET", "POST"] = "POST"
    json: dict[str, Any] | None = None
    params: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a provider is asked, and with which key."""

    name: str
    base_url: str
    key: SecretStr | None = None
    timeout_seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of whom: `wanted` is the kind of entity and the attribute, ``person.email``.

    About a person the name and the company's domain are known, about a company its name or its domain.
    """

    wanted: str
    full_name: str | None = None
    company_name: str | None = None
    company_domain: str | None = None


class ProviderClient:
    """One session with one provider. The address is checked before anything is claimed or sent.

    `credentials`, `question`, `request_for` and `translate` are the JSON interface of the demo's provider; a subclass
    that overrides them speaks another one (`leadhouse.enrichment.provider_apis`). What an answer means for money stays
    here. `price_eur` is what the present question costs at most, by the provider's price list.

    `not_found` are statuses by which a provider says a miss, `not_finished` those by which it asks to come again; it
    charges for neither.

    Raises ProviderUnavailableError: its name is unknown, or its address is not allowed.
    """

    not_found: ClassVar[frozenset[int]] = frozenset()
    not_finished: ClassVar[frozenset[int]] = frozenset()

    def __init__(self, endpoint: Endpoint) -> None:
        self.price_eur = Decimal(0)
        self._url = endpoint.base_url.rstrip("/")
        self._timeout = (CONNECT_SECONDS, endpoint.timeout_seconds)
        try:
            assert_allowed(self._url, None, "operator")
        except AddressRefusedError as error:
            raise ProviderUnavailableError(str(error)) from error
        except OSError as error:
            raise ProviderUnavailableError(f"The provider {self._url} cannot be reached: {error}") from error
        self._session = checked_session("operator")
        if endpoint.key is not None:
            self._session.headers.update(self.credentials(endpoint.key.get_secret_value()))

    # what a subclass for another interface overrides

    def credentials(self, key: str) -> dict[str, str]:
        """The headers that carry the key."""
        return {"Authorization": f"Bearer {key}"}

    def question(self, full_name: str, company_domain: str) -> Question:
        """The request that asks for a person's address."""
        return Question("/v1/person-email", json={"full_name": full_name, "company_domain": company_domain})

    def request_for(self, asked: Asked) -> Question:
        """The request for any attribute: ``POST /v1/person-phone-e164`` and the like, with what is known."""
        if asked.wanted == "person.email":
            return self.question(asked.full_name or "", asked.company_domain or "")
        known = {name: getattr(asked, name) for name in ("full_name", "company_name", "company_domain")}
        path = asked.wanted.replace(".", "-").replace("_", "-")
        return Question(f"/v1/{path}", json={name: value for name, value in known.items() if value})

    def translate(self, payload: dict[str, Any]) -> dict[str, Any]:
        """The JSON object of a 200 as ``{status: hit or miss, email, confidence: 0..1, charged_eur}``.

        The value stands under the attribute's name: ``email``, ``phone_e164``, ``domain``.
        An exception makes the answer a malformed one: quarantined, its price reserved for good, never asked again.
        """
        return payload

    # the call

    def close(self) -> None:
        """Close the session's connections."""
        self._session.close()

    def ask(self, request_id: UUID, asked: Asked, price_eur: Decimal) -> Answer:
        """Put one question, which costs `price_eur` at most. Raises nothing for what network or provider do.

        A provider that says when it will have time again has not processed anything: for a few seconds it is waited
        for, for more the answer's `pause` says so, and the question is the caller's again.
        """
        self.price_eur = price_eur
        question, patience = self.request_for(asked), FEW_SECONDS
        while True:
            answer, pause = self._put(request_id, question, asked.wanted)
            if pause is None or answer.price_eur or pause > LONGEST_PAUSE:
                return answer
            counted = max(pause, 1.0)  # a pause of nothing is no endless loop
            if counted > patience:
                return replace(answer, pause=counted)
            patience -= counted
            time.sleep(pause)

    def _put(self, request_id: UUID, question: Question, wanted: str) -> tuple[Answer, float | None]:
        """The answer to one try, and the seconds after which the provider takes the question again."""
        started = time.monotonic()
        try:
            response = self._session.request(
                question.method,
                f"{self._url}{question.path}",
                params=question.params,
                json=question.json,
                headers={"Idempotency-Key": str(request_id)},
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            )
            body = self._read(response, started)
        except (requests.RequestException, OSError) as error:
            return _unanswered(error, _milliseconds(started)), None
        except Exception as error:  # urllib3 raises its own while the body is read
            return Answer("unknown", None, fault=_told(error), latency_ms=_milliseconds(started)), None
        finally:
            # a worker asks seldom: no connection is kept that may be dead at the next question
            self._session.close()
        answer = self._meaning(response.status_code, body, wanted)
        return replace(answer, latency_ms=_milliseconds(started)), _pause_of(response)

    def _meaning(self, status: int, body: bytes, wanted: str) -> Answer:
        if status in self.not_found:
            return Answer("miss", Decimal(0), status, payload=_json(body) or {})
        if status in self.not_finished:
            fault = f"HTTP {status}: the answer was not ready; it is asked for again on a later day"
            return Answer("error", Decimal(0), status, fault=fault)
        return read_answer(status, body, self.translate, wanted)

    def _read(self, response: requests.Response, started: float) -> bytes:
        """The body up to one byte more than the longest answer; an answer that trickles is given up as a whole."""
        body = bytearray()
        while len(body) <= LONGEST_ANSWER and (part := response.raw.read1(8192, decode_content=True)):
            body += part
            if time.monotonic() - started > CONNECT_SECONDS + 2 * self._timeout[1]:
                raise requests.ReadTimeout("the answer trickles: its end did not come in time")
        return bytes(body)


def read_answer(
    status_code: int,
    body: bytes,
    translate: Callable[[dict[str, Any]], dict[str, Any]],
    wanted: str = "person.email",
) -> Answer:
    """The meaning of an answer. Raises nothing; a malformed one is an `error` with a fault."""
    payload = _json(body)
    if status_code == 200 and payload is not None:
        try:
            return replace(_read_result(translate(payload), wanted.partition(".")[2]), payload=payload)
        except Exception as error:  # it may have been charged, whatever its form
            return Answer("error", None, 200, payload=payload, fault=f"malformed: {_told(error)}")
    price = _price(payload)
    told = f"HTTP {status_code}: {body[:300].decode('utf-8', 'replace')}"
    if status_code in _NOT_PROCESSED:
        stops = told if status_code in _STOPS_ALL else None
        state: State = "refused" if status_code in {401, 402, 403} else "error"
        return Answer(state, price or Decimal(0), status_code, payload=payload or {}, fault=told, stops=stops)
    if status_code == 200:
        return Answer("error", None, 200, payload={"body": _text(body)}, fault="malformed: no JSON object")
    # after a fault of the provider's own nobody knows what it did with the question
    return Answer("unknown", price, status_code, payload=payload or {"body": _text(body)}, fault=told)


def _read_result(result: dict[str, Any], attribute: str) -> Answer:
    status, value, confidence = result.get("status"), result.get(attribute), result.get("confidence", 0.5)
    price, fault = _price(result), None
    if price is None:
        fault = "malformed: charged_eur is missing or no amount"
    elif status not in {"hit", "miss"}:
        fault = f"malformed: status {status!r} is neither hit nor miss"
    elif status == "hit" and not (isinstance(value, str) and FORMS[attribute].fullmatch(value.strip())):
        fault = f"malformed: {value!r} is no {attribute}"
    if fault:
        return Answer("error", price, 200, fault=fault)
    if status == "miss":
        return Answer("miss", price, 200)
    known = isinstance(confidence, int | float) and 0 <= confidence <= 1
    return Answer("hit", price, 200, str(value).strip().lower(), float(confidence) if known else 0.5)


def _unanswered(error: Exception, latency_ms: int) -> Answer:
    told = _told(error)
    if _never_sent(error):
        return Answer("error", Decimal(0), fault=told, stops=told, latency_ms=latency_ms)
    return Answer("unknown", None, fault=told, latency_ms=latency_ms)


def _pause_of(response: requests.Response) -> float | None:
    """Seconds that the provider asks for, by number or date (RFC 9110, 10.2.3); None: it does not say."""
    stated = (response.headers.get("Retry-After") or "").strip()
    if response.status_code not in _LATER or not stated:
        return None
    if stated.isascii() and stated.isdigit():
        return float(stated[:9])
    try:
        then = parsedate_to_datetime(stated)
    except ValueError:
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)  # as "-0000" is read
    return max(0.0, (then - datetime.now(UTC)).total_seconds())


def _never_sent(error: BaseException | None) -> bool:
    """Whether some error of the chain proves that there was no connection to send the question over."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, ConnectionRefusedError | AddressRefusedError | requests.ConnectTimeout):
            return True
        waiting += [each.__cause__, each.__context__, getattr(each, "reason", None)]
        waiting += [part for part in each.args if isinstance(part, BaseException)]
    return False


def _json(body: bytes) -> dict[str, Any] | None:
    if len(body) > LONGEST_ANSWER:
        return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _price(payload: dict[str, Any] | None) -> Decimal | None:
    charged = (payload or {}).get("charged_eur")
    if isinstance(charged, bool) or not isinstance(charged, int | float | str):
        return None
    try:
        price = Decimal(str(charged))
    except InvalidOperation:
        return None
    return price if price.is_finite() and 0 <= price < 100_000 else None


def _text(body: bytes) -> str:
    return body[:2000].decode("utf-8", "replace").replace("\x00", "\ufffd")


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def _milliseconds(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
