"""Clients of the organization, whose members read their own campaigns."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from leadhouse.api.caller_work import CallerWork
from leadhouse.api.problems import not_found
from leadhouse.api.shapes import Page, Paging, Shape, paging_without_order
from leadhouse.api.transactions import Work
from leadhouse.api.versions import Conditions, hold
from leadhouse.identity import teams

router = APIRouter(prefix="/clients", tags=["clients"])
ClientPaging = Annotated[Paging, Depends(paging_without_order())]


class ClientName(Shape):
    """What a client is called; once in the organization."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S", examples=["Kessler Optik"])]


class ClientAnswer(Shape):
    """A client."""

    client_id: UUID
    name: str
    created_at: datetime


@router.get("", operation_id="list_clients", summary="Clients, by name")
def list_clients(work: Work, paging: ClientPaging) -> Page[ClientAnswer]:
    """The organization's."""
    return paging.slice(ClientAnswer.model_validate(each) for each in teams.list_clients(work.connection))


@router.post("", status_code=201, operation_id="create_client", summary="Make a client")
def create_client(body: ClientName, work: Work) -> ClientAnswer:
    """To which campaigns and members are given."""
    return _client(work, teams.create_client(work.connection, body.name))


@router.get("/{client_id}", operation_id="get_client", summary="One client")
def get_client(client_id: UUID, work: Work, conditions: Conditions) -> ClientAnswer:
    """Of the organization."""
    found = _client(work, client_id)
    return conditions.answer(found, found.name)


@router.patch("/{client_id}", operation_id="rename_client", summary="Rename a client")
def rename_client(client_id: UUID, body: ClientName, work: Work, conditions: Conditions) -> ClientAnswer:
    """`If-Match` keeps it from another's change."""
    hold(work.connection, "client", client_id)
    conditions.require(_client(work, client_id).name)
    if not teams.rename_client(work.connection, client_id, body.name):
        raise not_found("client")
    return _client(work, client_id)


@router.delete("/{client_id}", status_code=204, operation_id="delete_client", summary="Delete a client")
def delete_client(client_id: UUID, work: Work) -> None:
    """Campaigns keep naming it; it can be restored for 30 days."""
    if not teams.delete_client(work.connection, client_id):
        raise not_found("client")


@router.post("/{client_id}/restore", operation_id="restore_client", summary="Take a client back")
def restore_client(client_id: UUID, work: Work) -> ClientAnswer:
    """Within 30 days."""
    if not teams.restore_client(work.connection, client_id):
        raise not_found("client that was deleted in the last 30 days")
    return _client(work, client_id)


def _client(work: CallerWork, client_id: UUID) -> ClientAnswer:
    for client in teams.list_clients(work.connection):
        if client.client_id == client_id:
            return ClientAnswer.model_validate(client)
    raise not_found("client")
