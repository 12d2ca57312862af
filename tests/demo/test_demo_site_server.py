"""The proxy and its sites over real sockets."""

from __future__ import annotations

import json
import re
import socket
import time
from urllib.parse import urlsplit

import pytest
import requests

from demo.truth import ordinary_sites
from demo.world import World
from demo.world.pages import plan
from demo.world.visible import is_reachable

LINDNER = "http://www.zahnarzt-lindner.example/"


def start_of(index: int) -> str:
    company = World().company(index)
    return f"http://{company.host(company.domain)}/"


def test_every_page_answers_and_is_logged(running) -> None:
    with requests.Session() as session:
        session.proxies = {"http": running.addresses["proxy_url"]}
        for site in ordinary_sites(World()):
            for page in plan(site) if site.company.quirk.value != "rate_limited" else []:
                assert session.get(f"http://{site.host}{page.path}", timeout=5).status_code == 200
    entries = running.stack.log.of("www.zahnarzt-lindner.example")
    assert {entry["path"] for entry in entries} >= {"/", "/team/", "/impressum/"}
    assert {"time", "host", "path", "status"} <= set(entries[0])


def test_unchanged_pages_answer_304_to_either_validator(running) -> None:
    first = running.get(LINDNER)
    for name, value in (
        ("If-None-Match", first.headers["ETag"]),
        ("If-Modified-Since", first.headers["Last-Modified"]),
    ):
        again = running.get(LINDNER, headers={name: value})
        assert again.status_code == 304
        assert again.content == b""
    stale = {"If-None-Match": '"other"', "If-Modified-Since": first.headers["Last-Modified"]}
    assert running.get(LINDNER, headers=stale).status_code == 200  # the tag takes precedence


def test_compressed_and_plain_bodies_are_equal(running) -> None:
    packed, plain = running.get(LINDNER), running.get(LINDNER, headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.content == plain.content


def test_the_canonical_host_is_reached_by_redirect(running) -> None:
    answer = running.get("http://zahnarzt-lindner.example/team/?a=b")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{LINDNER}team/?a=b")
    second = running.get("http://buecherstube-jaeger.example/")
    assert second.headers["Location"].endswith("xn--bcherstube-jger-clb01b.example/")
    assert "bücherstube-jäger".encode("idna").decode() == "xn--bcherstube-jger-clb01b"


def test_origin_form_is_answered_by_host(running) -> None:
    answer = requests.get(running.addresses["proxy_url"], headers={"Host": "cycles-moreau.example"}, timeout=5)
    assert "Cycles Moreau" in answer.text


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://unknown-host.example/", 504),
        ("http://tote-leitung.example/", 502),
        ("http://gibtsnichtmehr.example/", 504),
        ("http://geduldsprobe.example/", 429),
        (start_of(0) + "no-such-page", 404),
        (start_of(16) + "no-such-page", 200),
    ],
)
def test_hosts_that_answer_badly(running, url: str, status: int) -> None:
    assert running.get(url).status_code == status


def test_closed_robots_and_what_lies_behind(running) -> None:
    assert "Disallow: /\n" in running.get("http://sperrzone-archiv.example/robots.txt").text
    assert "verboten@" in running.get("http://sperrzone-archiv.example/").text


def test_redirects_that_must_not_be_followed(running) -> None:
    loop = [running.get(f"http://kreisverkehr.example{path}").headers["Location"] for path in ("/", "/a", "/b")]
    assert loop == ["/a", "/b", "/a"]
    inward = running.get("http://hintertuer.example/").headers["Location"]
    assert inward == running.addresses["control_url"] + "/admin"
    assert "169.254.169.254" in running.get("http://wolkenblick.example/").headers["Location"]
    assert "internal-only" in requests.get(inward, timeout=5).text
    assert running.stack.log.of("internal")[-1]["path"] == "/admin"


def test_the_rate_limited_site_asks_for_a_pause_and_then_answers(running) -> None:
    url, statuses = start_of(15), []
    for _ in range(5):
        answer = running.get(url)
        statuses.append(answer.status_code)
        if answer.status_code == 429:
            time.sleep(int(answer.headers["Retry-After"]))
    assert statuses == [200, 200, 200, 429, 200]


def test_the_bomb_stops_when_the_client_leaves(running) -> None:
    place = urlsplit(running.addresses["proxy_url"])
    with socket.create_connection((place.hostname, place.port), timeout=5) as client:
        client.sendall(b"GET http://endlosband.example/ HTTP/1.1\r\nHost: endlosband.example\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 200")
    started = time.monotonic()
    for _ in range(20):  # the server is free for others at once
        assert running.get(LINDNER).status_code == 200
    assert time.monotonic() - started < 5


def test_the_bomb_is_small_on_the_wire_and_huge_behind(running) -> None:
    answer = running.get("http://reissverschluss.example/", stream=True)
    packed = answer.raw.read(decode_content=False)
    assert len(packed) < 3_000_000
    import zlib

    unpacked = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(packed, 50_000_000)
    assert len(unpacked) == 50_000_000


def test_the_calendar_never_ends(running) -> None:
    url, seen = f"{start_of(7)}eventi/", set()
    for _ in range(15):
        text = running.get(url).text
        path = re.findall(r'href="([^"]+\?m=[^"]+)"', text)[-1]
        assert path not in seen
        seen.add(path)
        url = f"{start_of(7)[:-1]}{path}"


def test_the_day_is_switched_over_the_control_url(running) -> None:
    control = running.addresses["control_url"]
    team = f"{start_of(14)}our-people"
    assert "team-card__name" in running.get(team).text
    lying = [running.get(start_of(17)).headers["ETag"]]
    try:
        assert requests.post(f"{control}/day", json={"day": 1}, timeout=5).json() == {"day": 1}
        assert requests.get(f"{control}/health", timeout=5).json()["day"] == 1
        assert "team-card__name" not in running.get(team).text
        lying.append(running.get(start_of(17)).headers["ETag"])
        assert lying[0] == lying[1]
    finally:
        requests.post(f"{control}/day", json={"day": 0}, timeout=5)
    assert requests.post(f"{control}/day", data=json.dumps({"day": -1}), timeout=5).status_code == 422
    assert requests.post(f"{control}/day", data="[]", timeout=5).status_code == 422


def test_large_worlds_are_made_on_demand(running) -> None:
    world = World(companies=2000)
    company = next(world.company(index) for index in range(1990, 2000) if is_reachable(world.company(index)))
    place = world.locate(f"www.{company.domain}")
    assert place is not None
    assert world.owner(company.domain) == company
    assert World(companies=20).owner(company.domain) is None
