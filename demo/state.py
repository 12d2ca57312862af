"""What the demo must remember between two commands: which night it is, and whether that night ended."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from leadhouse.local.private_files import write_private
from leadhouse.settings import settings


@dataclass(frozen=True)
class DemoState:
    """The world's parameters and its present night (0 is the first).

    `began_at` and `asked_at` are when the night's first try began, and when it asked for the night's work: a night that
    is taken up after a failure counts its time from there.
    """

    seed: int
    companies: int
    day: int
    first_run_on: str  # ISO date of night 0
    is_complete: bool = False
    began_at: str | None = None
    asked_at: str | None = None

    @property
    def number(self) -> int:
        """The night as people count: 1 is the first."""
        return self.day + 1

    @property
    def run_on(self) -> date:
        """The logical date of this night: a day after the one before, whatever the clock says."""
        return date.fromisoformat(self.first_run_on) + timedelta(days=self.day)

    @property
    def began(self) -> datetime | None:
        """`began_at` as an instant."""
        return datetime.fromisoformat(self.began_at) if self.began_at else None

    @property
    def asked(self) -> datetime | None:
        """`asked_at` as an instant."""
        return datetime.fromisoformat(self.asked_at) if self.asked_at else None

    def begun(self, now: datetime) -> DemoState:
        """The same, begun now unless an earlier try has."""
        return self if self.began_at else replace(self, began_at=now.isoformat())

    def asked_now(self, now: datetime) -> DemoState:
        """The same, its work asked for now unless an earlier try has."""
        return self if self.asked_at else replace(self, asked_at=now.isoformat())

    def completed(self) -> DemoState:
        """The same, ended."""
        return replace(self, is_complete=True)


def demo_folder() -> Path:
    """Where the world keeps its mail, ledgers, exports and state."""
    return settings().home / "demo"


def read_state() -> DemoState | None:
    """The saved state; None before the first night."""
    try:
        return DemoState(**json.loads((demo_folder() / "state.json").read_text()))
    except FileNotFoundError:
        return None


def save_state(state: DemoState) -> None:
    """Replace the saved state in one step."""
    demo_folder().mkdir(parents=True, exist_ok=True)
    write_private(demo_folder() / "state.json", json.dumps(asdict(state), indent=1))


def next_night(seed: int, companies: int) -> DemoState:
    """The night to run now: the first, the one that was cut off, or the one after the last."""
    state = read_state()
    if state is None:
        return DemoState(seed, companies, 0, datetime.now(UTC).date().isoformat())
    if not state.is_complete:
        return state
    return DemoState(state.seed, state.companies, state.day + 1, state.first_run_on)
