"""`python -m demo.run --state-dir DIR`: the whole demo world in one process, until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
from pathlib import Path

from demo.servers.stack import Stack, read_ports, write_addresses
from demo.world.generator import World


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m demo.run", description=__doc__)
    parser.add_argument("--state-dir", type=Path, required=True, help="folder for mail, ledgers and the access log")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--companies", type=int, default=20)
    parser.add_argument("--day", type=int, default=0, help="0 is the first night")
    parser.add_argument("--ports-file", type=Path, help="default: STATE_DIR/ports.json")
    parser.add_argument("--stall-seconds", type=float, default=30.0, help="how long a stalling provider call hangs")
    return parser.parse_args(arguments)


async def run(options: argparse.Namespace) -> None:
    """Serve until a signal asks to stop. The ports file appears once every server listens."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers on loops
            loop.add_signal_handler(number, stopped.set)
    world = World(options.seed, options.companies, options.day)
    ports_file = options.ports_file or options.state_dir / "ports.json"
    stack = Stack(world, options.state_dir, stall_seconds=options.stall_seconds)
    try:
        addresses = await stack.start(read_ports(ports_file))
        write_addresses(ports_file, addresses)
        print(f"demo world: {options.companies} companies, day {options.day}, {addresses['control_url']}", flush=True)
        await stopped.wait()
    finally:
        await stack.close()


def main() -> None:
    """Entry point."""
    asyncio.run(run(parse()))


if __name__ == "__main__":
    main()
