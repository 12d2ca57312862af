"""Whether the process lives, and whether it can serve: what load balancers and supervisors ask."""

from __future__ import annotations

from typing import Literal

import structlog
from fastapi import APIRouter, Depends, Response
from psycopg import Error
from psycopg_pool import PoolTimeout

from leadhouse.api.connections import pool
from leadhouse.api.rate_limits import OpenLimit
from leadhouse.api.shapes import Shape
from leadhouse.database import DatabaseError
from leadhouse.database.queries import load

router = APIRouter(prefix="/health", tags=["health"], dependencies=[Depends(OpenLimit(600))])
log = structlog.get_logger("leadhouse.api")


class Health(Shape):
    """`down` when the database does not answer within two seconds."""

    status: Literal["up", "down"]


@router.get("/live", operation_id="check_live", summary="Whether the process answers")
async def check_live() -> Health:
    """Always `up`: a process that does not answer is dead."""
    return Health(status="up")


@router.get(
    "/ready", operation_id="check_ready", summary="Whether requests can be served",
    responses={503: {"model": Health, "description": "The database does not answer."}},
)  # fmt: skip
def check_ready(response: Response) -> Health:
    """Asks the database once."""
    try:
        with pool().connection(timeout=2) as connection:
            connection.execute(load("api").check_server)
    except (Error, PoolTimeout, DatabaseError) as error:
        log.warning("not ready", reason=str(error)[:300])
        response.status_code = 503
        return Health(status="down")
    return Health(status="up")
