"""The key under which people are erased, and a world with a person everywhere."""

from __future__ import annotations

import pytest

from leadhouse.settings import settings
from tests.privacy.person_world import plant


@pytest.fixture(scope="module")
def module_database(marts_database):
    return marts_database


@pytest.fixture(scope="module")
def erasure_key(module_database):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEADHOUSE_ERASURE_KEY", "a key of the tests, long enough")
        settings.cache_clear()
        yield
    settings.cache_clear()


@pytest.fixture(scope="module")
def world(module_database, erasure_key):
    return plant(module_database)
