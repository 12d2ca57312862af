"""The guide to the API as a new user tries it: every command of docs/api.md, in its order, in one shell."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from demo.seed import seed_plan
from demo.world import World
from leadhouse.api import callers, connections, rate_limits
from leadhouse.api.application import create_app
from leadhouse.credentials import new_master_key
from leadhouse.identity import access_tokens
from leadhouse.jobs import shards
from leadhouse.settings import PROJECT, Settings, settings
from tests.api.real_server import serving

PAGE = PROJECT / "docs" / "api.md"


def commands():
    """The commands of all console blocks; a command goes on until the next line that begins with `$`."""
    blocks = re.findall(r"^```console\n(.*?)^```$", PAGE.read_text(), re.M | re.S)
    return [command for block in blocks for command in re.split(r"^\$ ", block, flags=re.M) if command]


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq")), reason="the guide is tried with curl and jq")
def test_every_command_of_the_guide_works(database, monkeypatch):
    monkeypatch.setenv("LEADHOUSE_MASTER_KEYS", new_master_key())
    settings.cache_clear()
    access_tokens._opened_keys().clear()
    callers.forget_callers()
    rate_limits.forget_counts()
    script = "set -euo pipefail\n" + "\n".join(commands())
    try:
        with serving(create_app()) as url:
            tried = subprocess.run(
                ["bash", "-c", script], env={**os.environ, "BASE": url}, capture_output=True, text=True, timeout=120
            )
    finally:
        connections.close_pool()
        callers.forget_callers()
        settings.cache_clear()
    assert tried.returncode == 0, f"{tried.stdout[-3000:]}\n{tried.stderr[-3000:]}"
    assert '"status":"up"' in tried.stdout
    assert "event: progress" in tried.stdout
    assert "event: change" in tried.stdout
    with database.owner() as owner:
        asked, cancelled = owner.execute(
            "select status::text as status, parameters from app.jobs order by requested_at"
        ).fetchall()
        [search] = owner.execute("select state::text as state, criteria from app.lead_searches").fetchall()
    assert (asked["status"], cancelled["status"]) == ("pending", "cancelled")
    assert asked["parameters"]["urls"] == ["http://pixelwerk-studio.example/"]
    assert (search["state"], search["criteria"]["source_keys"]) == ("confirmed", ["web/pixelwerk-studio.example"])
    assert len(commands()) > 12


def test_the_site_of_the_guide_is_one_of_the_demo_s():
    sites = {source["start_url"] for source in seed_plan(World())["sources"]}
    urls = set(re.findall(r'"urls": \["([^"]+)"\]', PAGE.read_text()))
    assert urls
    assert urls <= sites
    assert {shards.source_key_of(url)[0] for url in urls} == set(re.findall(r'"(web/[^"]+)"', PAGE.read_text()))


def test_the_address_of_the_guide_is_that_of_the_demo():
    base = Settings.model_fields["unsubscribe_base_url"].default
    assert f"${{BASE:-{base}}}" in PAGE.read_text()
