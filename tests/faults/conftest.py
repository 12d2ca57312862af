"""A durable server that the tests may kill, with a template that has its staging views."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from leadhouse.local.postgres_server import PostgresServer
from leadhouse.transform import deploy_staging
from tests.conftest import Postgres, _ensure_template
from tests.faults.fault_nights import pointed_at
from tests.faults.proofs_page import ProofsPage


@dataclass(frozen=True)
class OwnServer:
    """The server, and the template that nights are cloned from."""

    server: PostgresServer
    postgres: Postgres


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    """A server of this module's own: killing it must take nobody else's tests down, and lose no commit."""
    server = PostgresServer(tmp_path_factory.mktemp("killed") / "postgres").ensure()
    try:
        plain = Postgres(server.admin_url, _ensure_template(server.admin_url))
        with plain.clone() as database:
            with pointed_at(database, tmp_path_factory.mktemp("deploy")):
                deploy_staging()
            yield OwnServer(server, Postgres(server.admin_url, database.name))
    finally:
        server.remove()


def pytest_configure(config: pytest.Config) -> None:
    """The page of the long proofs."""
    config.pluginmanager.register(ProofsPage())
