"""The demo's world in a process of its own, and what it saw: requests, mail, charges."""

from __future__ import annotations

import json
import secrets
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from demo.load import Loaded, load_plan
from demo.state import DemoState, demo_folder, save_state
from demo.truth import truth
from demo.world import World
from demo.world_process import start_world, world_process
from leadhouse.credentials import new_master_key
from leadhouse.local.home_settings import save_settings
from leadhouse.settings import inherited_environment, settings
from leadhouse.transform import deploy_staging

FIRST_RUN_ON = "2026-11-20"
STALL_SECONDS = "1"  # how long the provider hangs that never answers one question
RETRY_SECONDS = "0.3,0.3"  # after an answer that puts a message off; after the last one it is rejected
SEED = 7
COMPANIES = 20


@dataclass
class NightWorld:
    """A database with a world before it; the settings of this process point at both."""

    database: Any
    state: DemoState

    @property
    def world(self) -> World:
        """The world on its present day."""
        return World(self.state.seed, self.state.companies, self.state.day)

    @property
    def truth(self) -> dict[str, Any]:
        """What is true on its present day."""
        return truth(self.world)

    def begin(self, day: int) -> Loaded:
        """Switch the world to a day (starting it when it does not run) and load what that night needs."""
        self.state = DemoState(self.state.seed, self.state.companies, day, self.state.first_run_on)
        save_state(self.state)
        _start_process(self.state)
        save_settings(start_world(self.state))
        return load_plan(self.world)

    def stop(self) -> None:
        """End the world's process."""
        world_process().stop(grace_seconds=5)

    def rows(self, statement: str, *parameters: Any) -> list[dict[str, Any]]:
        """Rows as no policy limits them."""
        with self.database.owner() as connection:
            return connection.execute(statement, parameters or None).fetchall()

    def value(self, statement: str, *parameters: Any) -> Any:
        """The first column of the first row."""
        return next(iter(self.rows(statement, *parameters)[0].values()))

    def requests_to(self, host: str) -> list[dict[str, Any]]:
        """What the world's servers were asked; the host ``internal`` is what nobody may ever ask."""
        lines = (demo_folder() / "access.jsonl").read_text("utf-8").splitlines()
        return [entry for entry in map(json.loads, lines) if entry["host"] == host]

    def mails(self) -> list[dict[str, Any]]:
        """Every message that the mailboxes took: message_id, recipients, answered, raw."""
        return _sqlite("mail.sqlite", "select message_id, recipients, answered, raw from mails order by id")

    def attempts(self) -> list[dict[str, Any]]:
        """Every answer that the mail server gave to a recipient."""
        return _sqlite("mail.sqlite", "select recipient, answer from attempts order by id")

    def charges(self) -> list[dict[str, Any]]:
        """The providers' own ledgers, each entry with its `provider`."""
        found = json.loads((demo_folder() / "ports.json").read_text())
        entries: list[dict[str, Any]] = []
        for place in found["providers"]:
            answer = requests.get(f"{place['url']}/v1/ledger", headers={"X-API-Key": place["key"]}, timeout=10)
            answer.raise_for_status()
            entries += [{"provider": place["name"], **entry} for entry in answer.json()["entries"]]
        return entries


def make_world(database: Any, *, has_staging: bool = False) -> NightWorld:
    """The first night's world before its first stage: settings, signing key, staging views."""
    demo_folder().mkdir(parents=True, exist_ok=True)
    save_settings(
        {
            "LEADHOUSE_SIGNING_KEY": secrets.token_urlsafe(32),
            "LEADHOUSE_SMTP_RETRY_SECONDS": RETRY_SECONDS,
            "LEADHOUSE_MASTER_KEYS": new_master_key(),
        }
    )
    if not has_staging:
        deploy_staging()
    return NightWorld(database, DemoState(SEED, COMPANIES, 0, FIRST_RUN_ON))


def _start_process(state: DemoState) -> None:
    """As the demo starts it, but for a provider that hangs shorter; the demo's own start finds it running."""
    command = [
        sys.executable, "-m", "demo.run", "--state-dir", str(demo_folder()), "--seed", str(state.seed),
        "--companies", str(state.companies), "--day", str(state.day), "--stall-seconds", STALL_SECONDS,
    ]  # fmt: skip
    world_process().start(command, inherited_environment(), cwd=settings().project)


def _sqlite(name: str, statement: str) -> list[dict[str, Any]]:
    """Read a server's file beside its writer."""
    path: Path = demo_folder() / name
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute(statement)]
    finally:
        connection.close()
