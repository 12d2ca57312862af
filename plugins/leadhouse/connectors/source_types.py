"""The types of sources: what each takes, what it needs to sign in, and how it is tested."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import BaseModel, SecretBytes, SecretStr, ValidationError
from selectolax.lexbor import LexborHTMLParser

from leadhouse.connectors.api_client import Patience, open_client, require_success
from leadhouse.connectors.api_connector import ApiConnector, Ask, Shape, SourceOf
from leadhouse.connectors.apollo import ApolloConnector, ApolloCredentials, ApolloParameters
from leadhouse.connectors.hunter import HunterConnector, HunterCredentials, HunterParameters
from leadhouse.connectors.linkedin import LinkedInConnector, LinkedInCredentials, LinkedInParameters
from leadhouse.connectors.overpass import OverpassConnector, OverpassParameters
from leadhouse.connectors.rest_api import RestConnector
from leadhouse.connectors.rest_parameters import RestCredentials, RestParameters
from leadhouse.connectors.searxng import SearxngConnector, SearxngParameters
from leadhouse.connectors.source_errors import Reason, SourceError
from leadhouse.connectors.source_parameters import FileParameters, SiteParameters
from leadhouse.connectors.zoominfo import ZoomInfoConnector, ZoomInfoCredentials, ZoomInfoParameters
from leadhouse.extraction.listing import Listing, following_pages, read_entries
from leadhouse.extraction.markup.charset import decode
from leadhouse.imports.errors import ImportFileError

# of a test, which a person waits for
TEST_PATIENCE = Patience(connect=5.0, answer=10.0, attempts=2, first_pause=0.2, longest_pause=2.0)


@dataclass(frozen=True)
class SourceType:
    """One type. `connector` is None for what is not read call by call (files, sites)."""

    name: str
    gives: str
    parameters: type[BaseModel]
    credentials: type[Shape] | None = None
    connector: type[ApiConnector] | None = None


@dataclass(frozen=True)
class SourceCheck:
    """What a test of a source found; `detail` is a sentence for a person, without credentials."""

    ok: bool
    reason: Reason
    detail: str


TYPES: dict[str, SourceType] = {
    each.name: each
    for each in (
        SourceType("web_site", "the facts of a site, crawled", SiteParameters),
        SourceType("csv", "the rows of a file", FileParameters),
        SourceType(
            "api", "the items of any interface, declared in data", RestParameters, RestCredentials, RestConnector
        ),
        SourceType("apollo", "people and organizations", ApolloParameters, ApolloCredentials, ApolloConnector),
        SourceType("hunter", "addresses, and whether they work", HunterParameters, HunterCredentials, HunterConnector),
        SourceType(
            "linkedin",
            "what a LinkedIn account sees, through Unipile",
            LinkedInParameters,
            LinkedInCredentials,
            LinkedInConnector,
        ),
        SourceType("zoominfo", "contacts and companies", ZoomInfoParameters, ZoomInfoCredentials, ZoomInfoConnector),
        SourceType(
            "overpass", "businesses on OpenStreetMap, by kind and place", OverpassParameters, None, OverpassConnector
        ),
        SourceType("searxng", "sites that answer a query", SearxngParameters, None, SearxngConnector),
    )
}


def find_type(name: str) -> SourceType:
    """The type of that name. Raises LookupError."""
    if name not in TYPES:
        raise LookupError(f"There is no type of source {name!r}; there are: {', '.join(TYPES)}.")
    return TYPES[name]


def read_parameters(kind: SourceType, parameters: Mapping[str, Any]) -> Any:
    """The parameters in the type's shape. Raises SourceError, which names each field that is wrong."""
    try:
        return kind.parameters.model_validate(dict(parameters))
    except ValidationError as error:
        raise SourceError("not_valid", f"Parameters of {kind.name}: {_told(error)}") from None


def read_credentials(kind: SourceType, credentials: Mapping[str, Any] | SecretBytes | None) -> Any:
    """The credentials in the type's shape, from its fields or from the stored secret: JSON, or the one value it needs.

    Raises SourceError, which names the fields that are wrong, never their values.
    """
    if kind.credentials is None:
        return None
    stated = _fields(kind.credentials, credentials) if isinstance(credentials, SecretBytes) else credentials
    try:
        return kind.credentials.model_validate(dict(stated or {}))
    except ValidationError as error:
        raise SourceError("not_valid", f"Credentials of {kind.name}: {_told(error)}") from None


def open_connector(
    kind: SourceType,
    source: SourceOf,
    parameters: Mapping[str, Any],
    credentials: Mapping[str, Any] | SecretBytes | None,
    *,
    ask: Ask | None = None,
    patience: Patience | None = None,
) -> ApiConnector:
    """A connector of the type. Raises SourceError for parameters or credentials of another shape."""
    if kind.connector is None:
        raise SourceError("not_valid", f"A source of type {kind.name} is not read call by call")
    return kind.connector(
        source, read_parameters(kind, parameters), read_credentials(kind, credentials), ask=ask, patience=patience
    )


def check_source(
    type: str,  # noqa: A002  the word of the interface
    parameters: Mapping[str, Any],
    credentials: Mapping[str, Any] | SecretBytes | None = None,
    *,
    patience: Patience | None = None,
) -> SourceCheck:
    """Whether a source would work: its parameters and credentials by shape, then a real call that costs nothing.

    Never raises for what the source, the network or the caller's words do; the detail holds no credentials.
    """
    signed_in = None
    if type not in TYPES:
        return SourceCheck(False, "not_valid", f"There is no type of source {type!r}; there are: {', '.join(TYPES)}.")
    try:
        kind = TYPES[type]
        shaped = read_parameters(kind, parameters)
        signed_in = read_credentials(kind, credentials)
        detail = _checked(kind, shaped, signed_in, patience or TEST_PATIENCE)
    except SourceError as error:
        return SourceCheck(False, error.reason, without_secrets(str(error), signed_in))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        detail = f"The answer could not be read: {error.__class__.__name__}: {error}"[:500]
        return SourceCheck(False, "malformed", without_secrets(detail, signed_in))
    return SourceCheck(True, "works", without_secrets(detail, signed_in))


def without_secrets(text: str, credentials: BaseModel | None) -> str:
    """The text with stars in place of credentials that a provider has repeated in its answer."""
    for name in type(credentials).model_fields if credentials else ():
        value = getattr(credentials, name)
        if isinstance(value, SecretStr) and value.get_secret_value():
            text = text.replace(value.get_secret_value(), "***")
    return text


def _checked(kind: SourceType, parameters: Any, credentials: Any, patience: Patience) -> str:
    if kind.connector is not None:
        connector = kind.connector(SourceOf("test/none", UUID(int=0)), parameters, credentials, patience=patience)
        try:
            return connector.check()
        finally:
            connector.close()
    if isinstance(parameters, SiteParameters):
        return _check_site(parameters, patience)
    return _check_file(parameters)


def _check_site(parameters: SiteParameters, patience: Patience) -> str:
    client = open_client(
        parameters.start_url, {"Accept": "*/*"}, requests_per_second=10, patience=patience, has_credentials=False
    )
    try:
        response = client.ask("GET", parameters.start_url)
        if response.status_code not in (301, 302, 303, 307, 308):  # where to, the crawl finds out
            require_success(response)
    finally:
        client.close()
    if parameters.listing is not None:
        return _check_listing(response.content, parameters.start_url, parameters.listing)
    return f"The site answers {response.status_code}."


def _check_listing(body: bytes, url: str, listing: Listing) -> str:
    page = LexborHTMLParser(decode(body, None)[0])
    entries = read_entries(page, url, listing)
    if not entries:
        raise SourceError("malformed", f"{url} has no entry {listing.entry!r} that names a company")
    return (
        f"The page lists {len(entries)} companies and leads to {len(following_pages(page, url, listing))} more pages."
    )


def _check_file(parameters: FileParameters) -> str:
    from leadhouse.imports.csv_file import preview_file

    if parameters.path is None:
        return f"The file {parameters.file_id or parameters.file} is named; it is read when it is imported."
    if not Path(parameters.path).is_file():
        raise SourceError("wrong_url", f"There is no file {parameters.path}")
    try:
        found = preview_file(parameters.path, parameters.kind, rows=1)
    except (ImportFileError, ValueError) as error:
        raise SourceError("malformed", str(error)) from error
    return (
        f"The file lists one {found['kind']} a row, in {found['encoding']}; {len(found['mapping'])} columns are known."
    )


def _fields(shape: type[Shape], secret: SecretBytes) -> Any:
    text = secret.get_secret_value().decode("utf-8", "replace").strip()
    try:
        stated = json.loads(text)
    except ValueError:
        stated = None
    if isinstance(stated, dict):
        return stated
    needed = [name for name, field in shape.model_fields.items() if field.is_required() or name == "key"]
    return {needed[0]: text} if len(needed) == 1 else {}


def _told(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, each['loc'])) or 'all'}: {each['msg']}" for each in faults[:10])
