"""``python -m scrapers.run_shard``: crawl one leased shard; `leadhouse.jobs.crawl` starts it and watches.

The last line of standard output is the counts as JSON. Exit codes: 0 done, 1 failed (run it again, it resumes),
3 the lease was taken over.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from scrapers.startup import begin

STALE_LEASE = 3
log = logging.getLogger("scrapers.run_shard")


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    options = _parser().parse_args(arguments)
    begin(options.parent)
    from leadhouse.landing import ShardLease, StaleLeaseError
    from scrapers.pipelines.landing import RunContext
    from scrapers.shard import crawl_shard

    run = RunContext(options.run_id, options.run_on, ShardLease(options.job, options.shard, options.token))
    crawl_shard(run, options.pages)
    if isinstance(run.fatal, StaleLeaseError):
        log.error("%s", run.fatal)
        return STALE_LEASE
    if run.fatal is not None:
        log.error("nothing more could be landed: %s: %s", type(run.fatal).__name__, run.fatal)
        return 1
    print(json.dumps(dict(run.counts)), flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", type=UUID, required=True)
    parser.add_argument("--shard", type=int, required=True)
    parser.add_argument("--token", type=int, required=True)
    parser.add_argument("--run-id", required=True)
    parser.add_argument("--run-on", type=date.fromisoformat, required=True)
    parser.add_argument("--pages", type=int, required=True)
    parser.add_argument("--parent", type=int, default=0)
    return parser


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    sys.stdout.flush()
    os._exit(code)  # all is written; to take every module apart would be a twentieth of a short crawl
