"""Shapes of requests and answers: camelCase in JSON, snake_case in Python, no member unknown; pages of lists."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Generic, Literal, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from leadhouse.api.planned_routes import of_query_alone
from leadhouse.api.problems import Problem, ProblemError

T = TypeVar("T")
SortOrder = Literal["asc", "desc"]
LARGEST_PAGE, PAGE_SIZE = 100, 20
LAST_ROW = 2**31  # farther than any list goes; what is beyond it, is asked for with a cursor


class Shape(BaseModel):
    """The base of every body: ``created_at`` is ``createdAt`` outside, an unknown member is refused."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", from_attributes=True, serialize_by_alias=True
    )


class Pagination(Shape):
    """Where a page stands in its list. `total` and `total_pages` are null where counting costs more than the page."""

    page: int
    page_size: int
    total: int | None
    total_pages: int | None
    has_more: bool
    next_cursor: str | None = None


class Page(Shape, Generic[T]):
    """One page of a list."""

    data: list[T]
    pagination: Pagination


@dataclass(frozen=True, slots=True)
class Paging:
    """What a caller asks of a list: a page by its number or what follows a cursor, in which order, with which words."""

    page: int = 1
    page_size: int = PAGE_SIZE
    sort_by: str | None = None
    sort_order: SortOrder = "desc"
    cursor: str | None = None
    search: str | None = None

    @property
    def offset(self) -> int:
        """Rows before the page."""
        return (self.page - 1) * self.page_size

    def answer(
        self, data: Sequence[Any], total: int | None = None, *, has_more: bool | None = None, cursor: str | None = None
    ) -> Page[Any]:
        """The page with these rows. Without `total`, `has_more` says whether others follow."""
        return Page(data=list(data), pagination=self.pagination(len(data), total, has_more=has_more, cursor=cursor))

    def slice(self, rows: Iterable[Any]) -> Page[Any]:
        """The page of a list that is small enough to be read whole."""
        known = list(rows)
        return self.answer(known[self.offset : self.offset + self.page_size], len(known))

    def pagination(
        self, rows: int, total: int | None = None, *, has_more: bool | None = None, cursor: str | None = None
    ) -> Pagination:
        """The same for a page of `rows` rows that is made elsewhere."""
        follows = has_more if has_more is not None else total is not None and self.offset + rows < total
        pages = math.ceil(total / self.page_size) if total is not None else None
        return Pagination(
            page=self.page, page_size=self.page_size, total=total, total_pages=pages, has_more=follows,
            next_cursor=cursor if follows else None,
        )  # fmt: skip


def paging_by(
    sort_keys: type[StrEnum], default: StrEnum, order: SortOrder = "desc"
) -> Callable[..., Awaitable[Paging]]:
    """A dependency that reads the paging of a list which can be sorted by `sort_keys` (their values are in the query).

    ``LeadPaging = Annotated[Paging, Depends(paging_by(LeadSort, LeadSort.CREATED_AT))]``
    """

    @of_query_alone
    async def read_paging(
        page: Annotated[int, Query(ge=1, le=LAST_ROW // LARGEST_PAGE, description="Number of the page.")] = 1,
        page_size: Annotated[
            int, Query(alias="pageSize", ge=1, le=LARGEST_PAGE, description="Rows a page.")
        ] = PAGE_SIZE,
        sort_by: Annotated[Any, Query(alias="sortBy", description="What the list is sorted by.")] = default,
        sort_order: Annotated[SortOrder, Query(alias="sortOrder")] = order,
        cursor: Annotated[
            str | None, Query(max_length=2000, description="`nextCursor` of the former page, in place of a number.")
        ] = None,
        search: Annotated[str | None, Query(max_length=200, description="Words that a row must have.")] = None,
    ) -> Paging:
        return Paging(page, page_size, str(sort_by), sort_order, cursor, _words(search))

    read_paging.__annotations__["sort_by"] = Annotated[
        sort_keys, Query(alias="sortBy", description="What the list is sorted by.")
    ]
    return read_paging


def paging_without_order() -> Callable[..., Awaitable[Paging]]:
    """The same for a list that has one order and no search."""

    @of_query_alone
    async def read_paging(
        page: Annotated[int, Query(ge=1, le=LAST_ROW // LARGEST_PAGE, description="Number of the page.")] = 1,
        page_size: Annotated[
            int, Query(alias="pageSize", ge=1, le=LARGEST_PAGE, description="Rows a page.")
        ] = PAGE_SIZE,
        cursor: Annotated[
            str | None, Query(max_length=2000, description="`nextCursor` of the former page, in place of a number.")
        ] = None,
    ) -> Paging:
        return Paging(page, page_size, None, "desc", cursor)

    return read_paging


def make_cursor(*values: Any) -> str:
    """The place in a list after a row with these sort values (JSON; times and ids as text), opaque to callers."""
    text = json.dumps(values, separators=(",", ":"), default=str)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, length: int) -> list[Any]:
    """The values of a cursor. Raises ProblemError (422) for one that was not made here."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except ValueError:
        values = None
    if not isinstance(values, list) or len(values) != length:
        raise not_a_cursor()
    return values


def not_a_cursor() -> ProblemError:
    """What answers a cursor that was not made here, or whose values are of another list."""
    detail = "The cursor was not made by this list. Begin with the first page."
    return ProblemError(Problem.INVALID, detail, errors=[{"pointer": "/query/cursor", "detail": detail}])


def _words(search: str | None) -> str | None:
    return (search.replace("\x00", "").strip() or None) if search else None
