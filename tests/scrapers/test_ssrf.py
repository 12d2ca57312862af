"""Whatever a site says, the crawler connects to allowed addresses only: seen at the sockets of its own process."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scrapers.crawl_now import start_url
from tests.scrapers import ssrf_vectors
from tests.scrapers.hostile_world import SITE, HostileWorld, hostile_world, not_found, page, redirect

Vector = tuple[str, str, str]
LINKS_A_PAGE = 40
CPU_SECONDS_A_REQUEST = 2.0 * 5  # the bound is 2; the factor is for slower machines


@pytest.fixture
def world(tmp_path: Path) -> Iterator[HostileWorld]:
    with hostile_world(tmp_path) as made:
        made.sites["good.example"] = lambda connection, _: page(connection, "<p>good</p>")
        made.sites["calm.example"] = lambda connection, _: page(connection, "<p>An ordinary page of us.</p>")
        yield made


def lead_by_start_page(vector: str) -> Any:
    def site(connection: socket.socket, path: str) -> None:
        redirect(connection, vector) if path == "/" else not_found(connection)

    return site


def lead_by_robots(vector: str) -> Any:
    def site(connection: socket.socket, path: str) -> None:
        redirect(connection, vector) if path == "/robots.txt" else page(connection, "<p>Never asked.</p>")

    return site


def lead_by_pages(urls: list[str], canonical: str) -> Any:
    """Links, frames, forms, meta refresh, canonical and base, sitemap lines, and a sitemap that lists and redirects."""
    links = "".join(f'<a href="{url}">x</a><iframe src="{url}"></iframe><form action="{url}">' for url in urls)
    refresh = f'<meta http-equiv=refresh content="0; url={canonical}"><link rel=canonical href="{canonical}">'
    listed = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    answers = {
        "/": f"<head>{refresh}</head><p>Many ways out of here.</p>{links}<a href='/based'>x</a>",
        "/based": f'<base href="{canonical}"><p>Everything is relative.</p><a href="contact">x</a>',
        "/robots.txt": f"User-agent: *\nAllow: /\nSitemap: {canonical}\nSitemap: /sitemap.xml\nSitemap: /moved.xml\n",
        "/sitemap.xml": f"<urlset>{listed}</urlset>",
    }

    def site(connection: socket.socket, path: str) -> None:
        if path == "/moved.xml":
            redirect(connection, canonical)
        elif path in answers:
            page(connection, answers[path])
        else:
            not_found(connection)

    return site


def lay_out(world: HostileWorld, vectors: list[Vector]) -> list[str]:
    """Start pages: each vector behind a start page, behind a robots.txt, in pages, and as a source itself."""
    hosts = []
    for number, (_, _, url) in enumerate(vectors):
        for host, site in (
            (f"s{number}.example", lead_by_start_page(url)),
            (f"r{number}.example", lead_by_robots(url)),
        ):
            world.sites[host] = site
            hosts.append(host)
    for number in range(0, len(vectors), LINKS_A_PAGE):
        urls = [url for _, _, url in vectors[number : number + LINKS_A_PAGE]]
        host = f"p{number}.example"
        world.sites[host] = lead_by_pages(urls, urls[number // LINKS_A_PAGE % len(urls)])
        hosts.append(host)
    return [*map(world.url, hosts), *(url for _, _, url in vectors if is_start_page(url))]


def is_start_page(url: str) -> bool:
    """Whether a person could make it a source."""
    try:
        return start_url(url) == url
    except ValueError:
        return False


def assert_contained(world: HostileWorld, vectors: list[Vector]) -> dict[str, Any]:
    for family, encoding, url in vectors:
        if family == "rebinding":
            world.names[f"{url.split('/')[2].partition(':')[0]} A"] = [[SITE], ["127.0.0.1"]]
            assert encoding
    world.answers = ssrf_vectors.addresses_of
    starts = lay_out(world, vectors)
    told = world.crawl([world.url("calm.example")], starts)
    allowed = {f"{SITE} {world.port}", f"127.0.0.1 {world.dns_port}"}
    assert set(told["connects"]) - allowed == set()
    assert world.caught == []
    crawl = told["crawls"][1]
    assert set(starts) - crawl["sites"].keys() == set()
    assert crawl["cpu_seconds"] / len(starts) < CPU_SECONDS_A_REQUEST
    assert crawl["peak_bytes"] < 64 * 1024 * 1024
    print(f"{len(vectors)} vectors, {len(starts)} sources, {len(world.asked)} requests answered, "
          f"{crawl['cpu_seconds']:.1f} s CPU, {crawl['peak_bytes'] / 2**20:.0f} MB more")  # fmt: skip
    return dict(crawl["sites"])


def a_sample(vectors: list[Vector]) -> list[Vector]:
    """Every family and every encoding at least once."""
    families, encodings, chosen = set(), set(), []
    for family, encoding, url in vectors:
        if family not in families or encoding not in encodings:
            chosen.append((family, encoding, url))
            families.add(family)
            encodings.add(encoding)
    return chosen


def all_vectors(world: HostileWorld) -> list[Vector]:
    return list(ssrf_vectors.vectors(world.canary_port, world.port))


def test_there_are_more_than_five_hundred_vectors_and_no_two_are_one(world: HostileWorld) -> None:
    vectors = all_vectors(world)
    assert len({url for _, _, url in vectors}) == len(vectors) > 500


def test_every_family_and_encoding_stays_outside(world: HostileWorld) -> None:
    sites = assert_contained(world, a_sample(all_vectors(world)))
    direct = {url: told for url, told in sites.items() if "//[::1]:" in url or "//127.0.0.1:" in url}
    assert {told["reason"] for told in direct.values()} == {"address_not_allowed"}


@pytest.mark.prove
def test_all_vectors_stay_outside(world: HostileWorld) -> None:
    assert_contained(world, all_vectors(world))


def test_the_audit_would_see_a_connect_and_the_canary_a_visitor(world: HostileWorld) -> None:
    """The proof's own proof: with an exception for it, the canary is reached."""
    canary = f"http://127.0.0.1:{world.canary_port}/"
    told = world.crawl([canary], allowed=f"127.0.0.1:{world.canary_port}")
    assert f"127.0.0.1 {world.canary_port}" in told["connects"]
    assert world.caught
