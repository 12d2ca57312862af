"""What was deleted and can be brought back, of every kind; each kind has a restore of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from leadhouse.api.listing import Listing, OrganizationId, read_page, sort_names
from leadhouse.api.shapes import Page, Paging, Shape, paging_by
from leadhouse.api.transactions import Work

router = APIRouter(prefix="/deleted", tags=["deleted"])

DeletedKind = Literal["campaign", "list", "segment", "data_source", "lead"]
DeletedSort = sort_names("DeletedSort", "deleted_at", "name")
DeletedPaging = Annotated[Paging, Depends(paging_by(DeletedSort, DeletedSort("deletedAt")))]
DELETED = Listing("list_deleted", "id", {"deleted_at": "timestamptz", "name": "text"})


class DeletedShape(Shape):
    """A row that can still be restored: within 30 days of its deletion."""

    kind: DeletedKind
    id: UUID
    name: str | None
    deleted_at: datetime


@router.get("", operation_id="list_deleted", summary="What can be restored, in pages")
def list_deleted(
    work: Work,
    organization_id: OrganizationId,
    paging: DeletedPaging,
    kind: Annotated[list[DeletedKind] | None, Query()] = None,
) -> Page[DeletedShape]:
    """Of what the caller sees; `POST …/restore` of its resource brings it back."""
    return read_page(work, DELETED, paging, DeletedShape, organization_id=organization_id, kind=kind or ())
