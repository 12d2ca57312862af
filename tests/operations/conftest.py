"""What a test of this folder made on a server that other workers' tests use at the same time."""

from __future__ import annotations

import itertools
import secrets
from types import SimpleNamespace

import pytest

from leadhouse.database import admin_to
from leadhouse.operations import scratch


@pytest.fixture
def scratch_databases(postgres, monkeypatch):
    """Call it for the names of the scratch databases that this test made and that stand now."""
    mark, numbers = secrets.token_hex(2), itertools.count()
    monkeypatch.setattr(scratch, "secrets", SimpleNamespace(token_hex=lambda size: f"{mark}{next(numbers):02x}"))

    def standing():
        with admin_to(postgres.admin_url) as connection:
            found = connection.execute(
                "select datname from pg_database where datname ~ %s",
                [f"^leadhouse_scratch_[a-z]+_[0-9]+_{mark}..(_replaced)?$"],
            )
            return {row["datname"] for row in found}

    return standing
