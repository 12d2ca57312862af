"""The night's time outside its stages: what scheduling, hops between DAGs and waiting cost.

Reads the figures of the nights that `make demo` kept, so it measures the real thing; run `make demo` first.
"""

from __future__ import annotations

import json

from benchmarks.measure import Result
from leadhouse.settings import settings


def run() -> list[Result]:
    """A line for each kept night: seconds of the night that no stage was working."""
    folder = settings().home / "nights"
    results = []
    for path in sorted(folder.glob("night-*.json")):
        night = json.loads(path.read_text())
        total, outside = night["night_seconds"], night["seconds_outside_stages"]
        name = f"night {night['night']}: seconds outside its stages"
        results.append(Result(name, outside, total, "whole night", "s", outside / total))
    return results
