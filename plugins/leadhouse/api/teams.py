"""Teams, which give the scope "team" its meaning."""

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

router = APIRouter(prefix="/teams", tags=["teams"])
TeamPaging = Annotated[Paging, Depends(paging_without_order())]


class TeamName(Shape):
    """What a team is called; once in the organization."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S", examples=["North"])]


class TeamAnswer(Shape):
    """A team and its members."""

    team_id: UUID
    name: str
    created_at: datetime
    user_ids: list[UUID]


@router.get("", operation_id="list_teams", summary="Teams, by name")
def list_teams(work: Work, paging: TeamPaging) -> Page[TeamAnswer]:
    """The organization's."""
    return paging.slice(TeamAnswer.model_validate(each) for each in teams.list_teams(work.connection))


@router.post("", status_code=201, operation_id="create_team", summary="Make a team")
def create_team(body: TeamName, work: Work) -> TeamAnswer:
    """Without members."""
    return _team(work, teams.create_team(work.connection, body.name))


@router.get("/{team_id}", operation_id="get_team", summary="One team")
def get_team(team_id: UUID, work: Work, conditions: Conditions) -> TeamAnswer:
    """With its members."""
    found = _team(work, team_id)
    return conditions.answer(found, found.name, found.user_ids)


@router.patch("/{team_id}", operation_id="rename_team", summary="Rename a team")
def rename_team(team_id: UUID, body: TeamName, work: Work, conditions: Conditions) -> TeamAnswer:
    """`If-Match` keeps it from another's change."""
    hold(work.connection, "team", team_id)
    known = _team(work, team_id)
    conditions.require(known.name, known.user_ids)
    if not teams.rename_team(work.connection, team_id, body.name):
        raise not_found("team")
    return _team(work, team_id)


@router.delete("/{team_id}", status_code=204, operation_id="delete_team", summary="Delete a team")
def delete_team(team_id: UUID, work: Work) -> None:
    """Its members lose the scope at once; it can be restored for 30 days."""
    if not teams.delete_team(work.connection, team_id):
        raise not_found("team")


@router.post("/{team_id}/restore", operation_id="restore_team", summary="Take a team back")
def restore_team(team_id: UUID, work: Work) -> TeamAnswer:
    """Within 30 days."""
    if not teams.restore_team(work.connection, team_id):
        raise not_found("team that was deleted in the last 30 days")
    return _team(work, team_id)


@router.put("/{team_id}/members/{user_id}", operation_id="add_team_member", summary="Take a member into a team")
def add_team_member(team_id: UUID, user_id: UUID, work: Work) -> TeamAnswer:
    """One who is in it already stays."""
    is_added = teams.add_team_member(work.connection, team_id, user_id)
    team = _team(work, team_id)
    if not is_added and user_id not in team.user_ids:
        raise not_found("member")
    return team


@router.delete(
    "/{team_id}/members/{user_id}", status_code=204, operation_id="remove_team_member", summary="Out of a team"
)  # fmt: skip
def remove_team_member(team_id: UUID, user_id: UUID, work: Work) -> None:
    """The membership in the organization stays."""
    if not teams.remove_team_member(work.connection, team_id, user_id):
        raise not_found("member of this team")


def _team(work: CallerWork, team_id: UUID) -> TeamAnswer:
    for team in teams.list_teams(work.connection):
        if team.team_id == team_id:
            return TeamAnswer.model_validate(team)
    raise not_found("team")
