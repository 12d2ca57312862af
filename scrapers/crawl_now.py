"""Crawl given sites now, without database and Airflow: `leadhouse crawl`.

`crawl_now` starts this module as a process of its own, since Twisted's reactor starts once a process.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from leadhouse.settings import settings
from scrapers.startup import begin

LAST_LINES = 20


class CrawlNowError(RuntimeError):
    """The crawl process failed; the message ends with its last lines."""


def read_hosts(path: Path) -> list[str]:
    """Hosts or URLs of a file: one a line (``#`` begins a comment), or a JSON list, or the keys of a JSON object.

    Raises:
        ValueError: the file holds none, or is malformed JSON.
    """
    text = path.read_text(encoding="utf-8-sig").strip()
    if text[:1] in ("{", "["):
        try:
            found = [str(each) for each in json.loads(text)]
        except json.JSONDecodeError as error:
            raise ValueError(
                f"{path}:{error.lineno}: {error.msg}. Give a JSON list, a JSON object, or lines."
            ) from error
    else:
        found = [line.partition("#")[0].strip() for line in text.splitlines()]
    hosts = [each for each in dict.fromkeys(found) if each]
    if not hosts:
        raise ValueError(f"{path} names no host.")
    return hosts


def start_url(target: str) -> str:
    """The start page of a host or URL; a bare host is asked over http, where every site answers or redirects.

    Raises:
        ValueError: neither a host nor an http(s) URL.
    """
    url = target if "://" in target else f"http://{target}/"
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in url:
        raise ValueError(
            f"{target!r} is neither a host nor an http(s) URL, such as example.com or https://example.com/."
        )
    return url


def crawl_now(
    targets: Iterable[str],
    *,
    proxy: str | None = None,
    pages: int | None = None,
    delay: float | None = None,
    on_progress: Callable[[int], None] = lambda done: None,
) -> dict[str, dict[str, Any]]:
    """``{host: facts}`` of each target, in their order; blocks until all are done.

    Facts are ``names`` (best first), ``emails``, ``phones``, ``socials``, ``people``, ``addresses``, ``evidence`` and
    ``crawl`` (outcome and pages). `delay` is seconds between two requests to a host; `on_progress` gets the number of
    sites that are done.

    Raises:
        ValueError: a target is no host and no URL.
        CrawlNowError: the process failed.
    """
    starts = {start_url(target): target for target in targets}
    with tempfile.TemporaryDirectory(prefix="leadhouse-crawl-") as folder:
        wanted, result = Path(folder) / "targets.json", Path(folder) / "found.json"
        wanted.write_text(json.dumps(list(starts)))
        options = [f"--targets={wanted}", f"--result={result}", f"--parent={os.getpid()}"]
        options.append(f"--pages={pages or settings().crawl_page_budget}")
        _run([sys.executable, "-m", "scrapers.crawl_now", *options], _environment(proxy, delay), on_progress)
        found = json.loads(result.read_text())
    return {_name(target): found[url] for url, target in starts.items()}


def _name(target: str) -> str:
    """The host of a target, as it was written."""
    return (urlsplit(target).netloc if "://" in target else target.partition("/")[0]).lower()


def _environment(proxy: str | None, delay: float | None) -> dict[str, str]:
    project = settings().project
    path = (str(project), str(project / "plugins"), os.environ.get("PYTHONPATH"))
    changed = {"PYTHONPATH": os.pathsep.join(filter(None, path))}
    if proxy is not None:
        changed["LEADHOUSE_CRAWL_PROXY"] = proxy
    if delay is not None:
        changed["LEADHOUSE_CRAWL_DELAY_SECONDS"] = str(delay)
    return {**os.environ, **changed}


def _run(command: Sequence[str], environment: dict[str, str], on_progress: Callable[[int], None]) -> None:
    with tempfile.TemporaryFile("w+") as said:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True, env=environment) as process:
            try:
                for line in process.stdout or ():
                    if line.startswith("done "):
                        on_progress(int(line.split()[1]))
            finally:
                if process.poll() is None and sys.exc_info()[0] is not None:
                    process.kill()
        if process.returncode != 0:
            said.seek(0)
            lines = "\n".join(said.read().splitlines()[-LAST_LINES:])
            raise CrawlNowError(f"The crawl ended with exit code {process.returncode}. Its last lines:\n{lines}")


def main(arguments: Sequence[str] | None = None) -> None:
    """The crawl process."""
    options = _parser().parse_args(arguments)
    begin(options.parent)
    from leadhouse.jobs.shards import source_key_of
    from leadhouse.jobs.sources import Source
    from scrapers.process import run_spider
    from scrapers.spiders.company_site import CompanySiteSpider

    urls = json.loads(options.targets.read_text())
    # the URL is part of the key: two start pages of one host are two results
    keys = {f"{source_key_of(url)[0]}#{number}": url for number, url in enumerate(urls)}
    found: dict[str, dict[str, Any]] = {}

    def finished(source_key: str, facts: dict[str, Any]) -> None:
        found[keys[source_key]] = facts
        print(f"done {len(found)}", flush=True)

    run_spider(
        CompanySiteSpider,
        "scrapers.pipelines.collecting.CollectingPipeline",
        sources=[Source(key, url, urlsplit(url).netloc) for key, url in keys.items()],
        page_budget=options.pages,
        on_finished=finished,
    )
    missing = [url for url in urls if url not in found]
    if missing:
        raise SystemExit(f"{len(missing)} of {len(urls)} sites were not finished, the first: {missing[0]}")
    options.result.write_text(json.dumps(found))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Crawl now; started by `leadhouse crawl`.")
    parser.add_argument("--targets", type=Path, required=True)
    parser.add_argument("--result", type=Path, required=True)
    parser.add_argument("--pages", type=int, required=True)
    parser.add_argument("--parent", type=int, default=0)
    return parser


if __name__ == "__main__":
    main()
