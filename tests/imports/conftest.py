"""Organizations to import for, and files of a test's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from leadhouse.imports.csv_import import ImportSummary, import_file

RUN_ON = date(2026, 11, 20)
FILES = Path(__file__).parent / "files"

Import = Callable[..., ImportSummary]


@pytest.fixture
def organization_id(database: Any) -> UUID:
    """The organization ``acme``."""
    return add_organization(database, "acme")


@pytest.fixture
def run_import(database: Any, organization_id: UUID) -> Import:
    """Imports a file for ``acme``, unless told otherwise."""

    def run(path: Path, kind: Any = None, **options: Any) -> ImportSummary:
        return import_file(path, options.pop("owner", organization_id), kind, RUN_ON, "test", **options)

    return run


def add_organization(database: Any, slug: str) -> UUID:
    """A further organization."""
    with database.kept_transaction() as connection:
        row = connection.execute(
            "insert into identity.organizations (slug, name) values (%s, %s) returning organization_id", [slug, slug]
        ).fetchone()
    return UUID(str(row["organization_id"]))
