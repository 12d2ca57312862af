"""An interface declared in data: how to sign in, how pages follow each other, where the records stand, what is new.

No name here holds a credential or looks like one (app.sources refuses such): values are a secret of their own.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, StringConstraints, field_validator, model_validator

from leadhouse.connectors.api_connector import Address, Parameters, Shape
from leadhouse.connectors.json_records import ItemMap, compiled

JsonPath = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.\[\]-]{1,100}$")]
SCALARS = str | int | float | bool


class Authentication(Shape):
    """How a call signs in. `name`: of the header or query field; `grant_url`: where client credentials are given in."""

    kind: Literal["none", "bearer", "header", "query", "basic", "client_credentials"] = "none"
    name: Name | None = None
    grant_url: Address | None = None
    scope: str | None = None

    @model_validator(mode="after")
    def _says_what_it_needs(self) -> Self:
        if self.kind in ("header", "query") and self.name is None:
            raise ValueError(f"{self.kind} needs a name: that of the field which carries the key")
        if self.kind == "client_credentials" and self.grant_url is None:
            raise ValueError("client_credentials needs grant_url: where they are exchanged (RFC 6749, 4.4)")
        return self


class Paging(Shape):
    """How pages follow each other.

    ``page``: a number in `field`, from `first`; ``offset``: `field` and `size_field`, `size` a page; ``cursor``: what
    stands at `path` goes into `field`; ``link``: the next address stands at `path`; ``header_link``: in Link with rel
    `relation` (RFC 8288); ``header_cursor``: the header `header` goes into `field`. `total` is where the number of
    pages (``page``) or items (``offset``) stands; without it an empty page is the last.
    """

    kind: Literal["single", "page", "offset", "cursor", "link", "header_link", "header_cursor"] = "single"
    field: Name | None = None
    first: Annotated[int, Field(ge=0)] = 1
    size: Annotated[int, Field(ge=1, le=10_000)] = 100
    size_field: Name | None = None
    path: JsonPath | None = None
    header: Name | None = None
    relation: Name = "next"
    total: JsonPath | None = None

    @model_validator(mode="after")
    def _says_what_it_needs(self) -> Self:
        needed = {
            "page": ("field",), "offset": ("field", "size_field"), "cursor": ("field", "path"), "link": ("path",),
            "header_cursor": ("field", "header"),
        }  # fmt: skip
        missing = [name for name in needed.get(self.kind, ()) if getattr(self, name) is None]
        if missing:
            raise ValueError(f"paging by {self.kind} needs {', '.join(missing)}")
        for path in filter(None, (self.path, self.total)):
            compiled(path)
        return self


class Incremental(Shape):
    """What is new since the run before: the greatest value at `path` of the items goes into the query field `field`.

    `is_ordered`: items come oldest first, so a run that ends early goes on where it was; else it begins again.
    """

    path: JsonPath
    field: Name
    initial: str | int | None = None
    is_ordered: bool = False

    @field_validator("path")
    @classmethod
    def _can_be_read(cls, stated: str) -> str:
        compiled(stated)
        return stated


class RestParameters(Parameters):
    """One list of an interface. `items` is where the list stands; `is_whole`: who is not listed any more is gone.

    A POST must say that it changes nothing. `credits_per_call`: what a call takes, where calls cost.
    """

    base_url: Address
    path: Annotated[str, StringConstraints(pattern=r"^(?:/[^?#\s]*)?$", max_length=500)] = ""
    method: Literal["GET", "POST"] = "GET"
    changes_nothing: bool = False
    params: dict[str, SCALARS | list[SCALARS]] = Field(default_factory=dict)
    body: dict[str, Any] | None = None
    items: JsonPath = "$"
    map: ItemMap
    confidence: Annotated[float, Field(ge=0, le=1)] = 0.9
    authentication: Authentication = Authentication()
    paging: Paging = Paging()
    incremental: Incremental | None = None
    is_whole: bool = False
    credits_per_call: Annotated[Decimal, Field(ge=0)] = Decimal(0)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        compiled(self.items)
        if self.method == "POST" and not self.changes_nothing:
            raise ValueError("a POST is sent only where changes_nothing is true: it may be sent twice")
        if self.is_whole and self.incremental:
            raise ValueError("a list of what is new is not whole: leave out is_whole or incremental")
        return self


class RestCredentials(Shape):
    """What the authentication's kind needs: `key`; `username` and `password`; or `client_id` and `client_secret`."""

    key: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None


NEEDED: dict[str, tuple[str, ...]] = {
    "none": (), "bearer": ("key",), "header": ("key",), "query": ("key",), "basic": ("username", "password"),
    "client_credentials": ("client_id", "client_secret"),
}  # fmt: skip
