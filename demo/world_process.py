"""The world as a background program: started with the stack, found again by the next command, switched to its day."""

from __future__ import annotations

import json
import sys
from typing import Any
from urllib.parse import urlsplit

import requests

from demo.state import DemoState, demo_folder
from leadhouse.local.processes import BackgroundProcess
from leadhouse.settings import inherited_environment, settings

START_SECONDS = 60.0
CRAWL_DELAY_SECONDS = "0.05"  # between two requests to one host of the world; hosts of others get the default
_OPERATORS = frozenset({"overpass", "searxng", "language_model"})  # interfaces that the settings name


def world_process() -> BackgroundProcess:
    """The program of the present home."""
    return BackgroundProcess("demo-world", settings().home / "run")


def start_world(state: DemoState) -> dict[str, str]:
    """Start the world if it does not run, switch it to the night's day, and return the settings that lead to it."""
    command = [
        "-m", "demo.run", "--state-dir", str(demo_folder()), "--seed", str(state.seed), "--companies",
        str(state.companies), "--day", str(state.day),
    ]  # fmt: skip
    process = world_process()
    process.start([sys.executable, *command], inherited_environment(), cwd=settings().project)
    process.wait_healthy(_answers, START_SECONDS)
    found = _addresses()
    requests.post(f"{found['control_url']}/day", json={"day": state.day}, timeout=30).raise_for_status()
    return {**settings_of(found), "LEADHOUSE_CLOCK_OFFSET_DAYS": str(state.day)}


def _addresses() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((demo_folder() / "ports.json").read_text())
    return found


def _answers() -> bool:
    """Whether the process that runs now has written its addresses and answers there."""
    found = _addresses()
    if found["pid"] != world_process().status().pid:
        return False
    try:
        return requests.get(f"{found['control_url']}/health", timeout=5).ok
    except requests.RequestException as error:
        raise ConnectionError(str(error)) from error


def settings_of(found: dict[str, Any]) -> dict[str, str]:
    """The settings that lead to a world (its addresses as `demo.servers.stack.Stack` gives them).

    It is on loopback, which nothing may connect to but by an explicit exception: each server by its port, and of these
    the vendors alone where a tenant's source names the address.
    """
    allowed = [f"127.0.0.1:{port}" for name, port in found["ports"].items() if name not in ("control", "dns")]
    of_tenants = [urlsplit(each["url"]).netloc for name, each in found["interfaces"].items() if name not in _OPERATORS]
    return {
        "LEADHOUSE_CRAWL_PROXY": found["proxy_url"],
        "LEADHOUSE_CRAWL_DELAY_SECONDS": CRAWL_DELAY_SECONDS,
        "LEADHOUSE_DNS_SERVER": found["dns"],
        "LEADHOUSE_ALLOWED_ADDRESSES": ",".join(allowed),
        "LEADHOUSE_TENANT_ADDRESSES": ",".join(of_tenants),
        "LEADHOUSE_PROVIDER_URL": found["provider_url"],
        "LEADHOUSE_PROVIDER_KEY": found["provider_key"],
        "LEADHOUSE_PROVIDER_NAME": found["providers"][0]["name"],
        "LEADHOUSE_PROVIDER_PRICE_EUR": str(found["providers"][0]["price_eur"]),
        "LEADHOUSE_OVERPASS_URL": found["interfaces"]["overpass"]["url"],
        "LEADHOUSE_SEARXNG_URL": found["interfaces"]["searxng"]["url"],
        "LEADHOUSE_LANGUAGE_MODEL_URL": found["interfaces"]["language_model"]["url"],
        "LEADHOUSE_LANGUAGE_MODEL_KEY": found["interfaces"]["language_model"]["key"],
        "LEADHOUSE_LANGUAGE_MODEL_NAME": "demo",
        "LEADHOUSE_EMAIL_URL": found["email_url"],
        # greylisting ends at the second try, a full mailbox never: every message has its final state the same night
        "LEADHOUSE_SMTP_RETRY_SECONDS": "1,2",
        "LEADHOUSE_SMTP_WAIT_SECONDS": "20",
    }
