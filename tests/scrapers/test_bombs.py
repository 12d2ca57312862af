"""No answer fills the memory or uses up the processor: the real crawl, in one process, over servers that try."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.scrapers import bombs
from tests.scrapers.hostile_world import HostileWorld, hostile_world, page

GROWTH = 64 * 1024 * 1024  # bytes of the crawl process above a crawl of an ordinary site
CPU_SECONDS = 2.0 * 5  # a page, of this process; the factor is for slower machines


@pytest.fixture
def world(tmp_path: Path) -> Iterator[HostileWorld]:
    with hostile_world(tmp_path) as made:
        made.sites["calm.example"] = bombs.only_start(lambda connection, _: page(connection, CALM))
        yield made


CALM = "<title>Calm</title><p>Write to <a href='mailto:info@calm.example'>info@calm.example</a>.</p>"


def crawl_each(world: HostileWorld, answers: dict[str, bombs.Behaviour]) -> dict[str, dict[str, Any]]:
    """One crawl for each, one after the other, behind an ordinary one; name → outcome, CPU seconds, peak."""
    for name, behaviour in answers.items():
        world.sites[f"{name}.example"] = behaviour
    groups = [[world.url(f"{name}.example")] for name in answers]
    told = world.crawl([world.url("calm.example")], *groups, pages=1)
    assert told["crawls"][0]["sites"][world.url("calm.example")]["fetched"] == 1
    found = {}
    for name, crawl in zip(answers, told["crawls"][1:], strict=True):
        site = crawl["sites"][world.url(f"{name}.example")]
        found[name] = {**site, "cpu_seconds": crawl["cpu_seconds"], "peak_bytes": crawl["peak_bytes"]}
        print(f"{name:22} {site['outcome']:8} {site['reason'] or '':42} "
              f"{crawl['cpu_seconds']:6.2f} s {crawl['peak_bytes'] / 2**20:7.1f} MB")  # fmt: skip
    return found


def assert_bounded(found: dict[str, dict[str, Any]]) -> None:
    assert {name: each["cpu_seconds"] for name, each in found.items() if each["cpu_seconds"] > CPU_SECONDS} == {}
    assert {name: each["peak_bytes"] for name, each in found.items() if each["peak_bytes"] > GROWTH} == {}


def crawl_together(world: HostileWorld, answers: dict[str, bombs.Behaviour]) -> dict[str, Any]:
    """One crawl of them all side by side, behind an ordinary one."""
    for name, behaviour in answers.items():
        world.sites[f"{name}.example"] = behaviour
    told = world.crawl([world.url("calm.example")], [world.url(f"{name}.example") for name in answers], pages=1)
    return dict(told["crawls"][1])


@pytest.mark.slow
def test_all_at_once_stay_within_the_bounds_of_one(world: HostileWorld) -> None:
    answers = bombs.unpacking() | bombs.endless() | bombs.slow()
    crawl = crawl_together(world, answers)
    assert crawl["peak_bytes"] < GROWTH
    assert crawl["cpu_seconds"] < CPU_SECONDS
    found = {name: crawl["sites"][world.url(f"{name}.example")] for name in answers}
    assert {found[name]["reason"] for name in ("gzip", "deflate", "raw-deflate", "brotli", "zstd", "twice")} == {
        "too_large"
    }
    assert found["a-hundred-times"]["reason"] == "too_many_encodings"
    assert found["unknown-encoding"]["reason"] == "unknown_encoding"
    assert {found[name]["outcome"] for name in bombs.endless() | bombs.slow()} == {"broken"}
    assert {found[name]["reason"] for name in ("slow-head", "slow-body", "slow-chunks", "silence")} == {"timeout"}


@pytest.mark.slow
def test_robots_and_sitemaps_are_bounded_as_pages_are(world: HostileWorld) -> None:
    answers = bombs.unpacking() | bombs.endless() | bombs.slow() | bombs.packed_files()
    places = {"robots": "/robots.txt", "map": "/sitemap.xml"}
    sites = {f"{place}-{name}": bombs.instead_of(path, each)
             for place, path in places.items() for name, each in answers.items()}  # fmt: skip
    crawl = crawl_together(world, sites)
    assert crawl["peak_bytes"] < GROWTH
    assert crawl["cpu_seconds"] < CPU_SECONDS
    outcomes = {name: crawl["sites"][world.url(f"{name}.example")]["outcome"] for name in sites}
    assert {outcomes[name] for name in sites if name.startswith("map-")} == {"fetched"}  # the page needs no sitemap
    endless = bombs.endless() | bombs.slow()
    assert {outcomes[f"robots-{name}"] for name in endless} == {"broken"}  # not asked without knowing the rules


@pytest.mark.slow
def test_pages_that_once_took_minutes(world: HostileWorld) -> None:
    chosen = {name: bombs.heavy_pages()[name] for name in ("many-attributes", "deep-div", "deep-formatting")}
    crawl = crawl_together(world, chosen)
    assert crawl["cpu_seconds"] < CPU_SECONDS
    assert crawl["peak_bytes"] < GROWTH


@pytest.mark.prove
def test_what_is_packed_is_unpacked_up_to_the_limit(world: HostileWorld) -> None:
    assert_bounded(crawl_each(world, bombs.unpacking()))


@pytest.mark.prove
def test_answers_without_an_end(world: HostileWorld) -> None:
    assert_bounded(crawl_each(world, bombs.endless()))


@pytest.mark.prove
def test_pages_that_cost_much_to_read(world: HostileWorld) -> None:
    assert_bounded(crawl_each(world, bombs.heavy_pages()))
