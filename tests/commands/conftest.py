"""The program as a user calls it, on a database of the module's own with one organization."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from leadhouse.cli import app

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """The answer of a command; its standard output is no terminal."""
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def north(module_database: Any) -> UUID:
    """An organization with the slug north."""
    with module_database.owner() as owner:
        row = owner.execute(
            "insert into identity.organizations (slug, name) values ('north', 'North') returning organization_id"
        ).fetchone()
    return row["organization_id"]  # type: ignore[no-any-return]
