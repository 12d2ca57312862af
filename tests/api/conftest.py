"""Fixtures of the API's tests: people with tokens and keys, a client of the real application over a real Postgres."""

from __future__ import annotations

import functools

import pytest
from fastapi.testclient import TestClient

from leadhouse.api import callers, connections, rate_limits
from leadhouse.api.application import create_app
from leadhouse.credentials import new_master_key
from leadhouse.identity import access_tokens
from leadhouse.identity.api_keys import create_api_key
from leadhouse.identity.audit import Origin
from leadhouse.identity.component_work import component, transaction
from leadhouse.identity.sessions import SignedIn, open_session
from leadhouse.settings import settings
from tests.identity.conftest import IdentityWorld, Person, hash_quickly


class ApiWorld(IdentityWorld):
    """People of a database, and how they ask."""

    def sign_in(self, person: Person) -> SignedIn:
        """A session, without the slow password."""
        with component() as connection, transaction(connection, Origin()):
            return open_session(connection, person.user, person.organization, "password", Origin())

    def headers(self, person: Person) -> dict[str, str]:
        """What the person's requests carry."""
        return {"Authorization": f"Bearer {self.sign_in(person).access_token}"}

    def key(self, person: Person, *permissions: str) -> dict[str, str]:
        """What requests with a new API key of the person carry."""
        with self.acting(person) as connection:
            return {"X-API-Key": create_api_key(connection, "test", permissions).key}


@pytest.fixture(scope="module")
def world(module_database):
    """The people of the module's database."""
    with pytest.MonkeyPatch.context() as patch:
        hash_quickly(patch)
        patch.setenv("LEADHOUSE_MASTER_KEYS", new_master_key())
        settings.cache_clear()
        access_tokens._opened_keys().clear()
        callers.forget_callers()
        rate_limits.forget_counts()
        yield ApiWorld(module_database)
        connections.close_pool()
    callers.forget_callers()
    settings.cache_clear()


@functools.cache
def made_app():
    """The application, as it stands alone: one a process. It keeps nothing of a caller or a database."""
    return create_app()


@pytest.fixture(scope="module")
def app(world):
    """The application before the module's database."""
    return made_app()


@pytest.fixture(scope="module")
def api(app):
    """A client of it; faults of the server come back as answers."""
    return TestClient(app, raise_server_exceptions=False)
