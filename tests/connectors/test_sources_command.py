"""`leadhouse sources`, against a simulator and a real database."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from pydantic import SecretBytes
from typer.testing import CliRunner

from demo.providers.hunter import HunterSimulator
from leadhouse.commands.sources import app
from leadhouse.connectors.source_types import TYPES
from leadhouse.credentials import new_master_key, put_secret
from leadhouse.settings import settings
from tests.connectors.conftest import QUICK


@pytest.fixture
def organization(module_database, monkeypatch):
    monkeypatch.setenv("LEADHOUSE_MASTER_KEYS", new_master_key())
    settings.cache_clear()
    slug = f"org-{uuid4().hex[:8]}"
    with module_database.owner() as owner:
        row = owner.execute(
            "insert into identity.organizations (slug, name) values (%s, %s) returning organization_id", [slug, slug]
        ).fetchone()
    return slug, row["organization_id"]


def call(*arguments):
    return CliRunner().invoke(app, list(arguments))


def test_a_source_is_made_tested_and_read(organization, module_database, world, served, tmp_path):
    slug, organization_id = organization
    simulator = HunterSimulator(world, prefix="/v2")
    url = served(simulator)
    company = next(each for each in world if each.people)
    with module_database.connect("credentials") as connection:
        put_secret(connection, organization_id, "hunter key", SecretBytes(simulator.key.encode()), kind="provider")
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"base_url": url, "domains": [company.domain], **QUICK}))
    arguments = ("Ours at Hunter", "--organization", slug, "--config", str(config))
    assert "without credentials" in call("add", "hunter", *arguments).stderr
    made = call("add", "hunter", *arguments, "--secret", "hunter key")
    assert made.stdout.strip() == f"hunter/{slug}/ours-at-hunter"
    key = made.stdout.strip()
    found = call("test", key)
    assert (found.exit_code, found.stdout.partition(":")[0]) == (0, "works")
    summary = tmp_path / "summary.json"
    assert call("run", key, "--json", str(summary)).exit_code == 0
    assert json.loads(summary.read_text())["landed"] > 1
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    replayed = tmp_path / "replayed.json"
    assert "nothing is applied" in call("replay", key, "2026-01-01", today, "--json", str(replayed)).stdout
    assert json.loads(replayed.read_text())["changed"] == 0
    listed = call("list", "--organization", slug).stdout
    assert "active" in listed
    simulator.credits = 0
    spent = call("test", key)
    assert (spent.exit_code, spent.stdout.partition(":")[0]) == (1, "no_credit")
    with module_database.owner() as owner:
        row = owner.execute(
            "select status, last_test_result, last_test_message from app.sources where source_key = %s", [key]
        ).fetchone()
    assert (row["status"], row["last_test_result"]) == ("error", "failed")
    assert "used up" in row["last_test_message"]
    assert simulator.key not in row["last_test_message"]


def test_what_a_type_takes_is_shown():
    listed = call("types").stdout
    assert all(name in listed for name in TYPES)
    for name in TYPES:
        shown = json.loads(call("types", name).stdout)
        assert shown["parameters"]["type"] == "object"
    assert call("types", "teapot").exit_code == 1


def test_wrong_parameters_are_refused_before_anything_is_written(organization, tmp_path):
    slug, _ = organization
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"domains": "example.com"}))
    refused = call("add", "hunter", "x", "--organization", slug, "--config", str(config))
    assert refused.exit_code == 1
    assert "domains" in refused.stderr
    assert call("test", "hunter/none/none").exit_code == 1
