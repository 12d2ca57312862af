"""`python -m demo COMMAND`: what `leadhouse demo …` calls. Kept beside the product, which imports nothing of it."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from demo.state import read_state
from demo.world_process import world_process
from leadhouse.commands.output import Output, write_json
from leadhouse.local import stack
from leadhouse.settings import settings

console = Output()


def main() -> int:
    """Run one command; 0 when it did its work."""
    options = _parse()
    commands = {"night": _night, "advance": _advance, "score": _score, "stop": _stop, "remove": _remove}
    return commands[options.command](options)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="leadhouse demo", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    night = commands.add_parser("night")
    night.add_argument("--companies", type=int, default=20)
    night.add_argument("--seed", type=int, default=7)
    commands.add_parser("advance").add_argument("--days", type=int, default=1)
    commands.add_parser("score").add_argument("--json", type=Path)
    commands.add_parser("stop")
    commands.add_parser("remove")
    return parser.parse_args()


def _night(options: argparse.Namespace) -> int:
    from demo.night import NightNotFinishedError, run_night
    from demo.view import print_addresses, summary_tables
    from leadhouse.database.connection import DatabaseError
    from leadhouse.local.addresses import addresses
    from leadhouse.local.airflow_database import AirflowSetupError
    from leadhouse.local.locks import LockTimeoutError, exclusive
    from leadhouse.local.postgres_binaries import PostgresSetupError
    from leadhouse.local.processes import ProcessError

    expected = (NightNotFinishedError, DatabaseError, AirflowSetupError, PostgresSetupError, ProcessError)
    try:
        with exclusive(settings().home / "demo.lock", "a night of the demo", seconds=0):
            summary = run_night(options.seed, options.companies)
    except LockTimeoutError:
        return _refuse("another night of the demo runs in this folder. Wait for its end, or end it, and try again.")
    except expected as error:
        return _refuse(str(error))
    console.print(summary_tables(summary))
    print_addresses(console, addresses())
    console.print(f"\n{settings().home / 'night.json'} has it all. All is left running: `make down` stops it.")
    return 0


def _refuse(why: str) -> int:
    """Tells why there is no night; the exit code."""
    Console(stderr=True, highlight=False).print(f"leadhouse: {why}", markup=False, style="red", soft_wrap=True)
    return 1


def _advance(options: argparse.Namespace) -> int:
    state = read_state()
    if state is None:
        console.print("There is no world yet: `leadhouse demo night` makes it.", style="red")
        return 1
    night = argparse.Namespace(seed=state.seed, companies=state.companies)
    return next((code for _ in range(options.days) if (code := _night(night))), 0)


def _score(options: argparse.Namespace) -> int:
    from demo.measure import score_marts
    from demo.view import truth_table
    from demo.world import World

    state = read_state()
    if state is None:
        console.print("There is no world yet: `leadhouse demo night` makes it.", style="red")
        return 1
    result: dict[str, Any] = score_marts(World(state.seed, state.companies, state.day))
    if write_json(options.json, result):
        return 0
    console.print(truth_table(result))
    console.print_json(data={name: result[name] for name in ("traps", "merges")})
    return 0


def _stop(_: argparse.Namespace) -> int:
    world_process().stop()
    return 0


def _remove(_: argparse.Namespace) -> int:
    _stop(_)
    stack.down(lambda step: None)
    stack.postgres().remove()
    shutil.rmtree(settings().home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
