"""URLs as strings: one spelling, the best first, no trap without end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request

from scrapers.base import urls
from scrapers.base.frontier import START, Frontier

HOSTS = ("a.example", "www.a-b.example:8080", "xn--bcher-kva.example", "192.0.2.7")
PLAIN = ("", "team/", "a%20b/c~d.html", "%zz", "a/../b", "-_.+", "x?id=7&sort=a-z", "x?q=a+b%20c")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://A.Example:80", "http://a.example/"),
        ("https://a.example:443/x#top", "https://a.example/x"),
        ("https://user:secret@a.example/x", "https://a.example/x"),
        ("http://a.example/x?utm_source=n&id=7&PHPSESSID=ab", "http://a.example/x?id=7"),
        ("http://a.example/x;jsessionid=AB12?a=1", "http://a.example/x?a=1"),
        ("http://a.example./x", "http://a.example/x"),
        ("mailto:a@b.example", None),
        ("http:///nohost", None),
        ("http://a.example:0/", None),
        ("http://[::1", None),
        (f"http://a.example/{'x' * 600}", None),
    ],
)
def test_one_spelling_a_page(url: str, expected: str | None) -> None:
    assert urls.canonical(url) == expected


@given(st.text(max_size=80))
def test_any_text_is_a_url_or_none_and_spelled_once(text: str) -> None:
    found = urls.canonical(f"http://a.example/{text}")
    assert found is None or urls.canonical(found) == found


@given(st.text(alphabet="aZ09._~%+-/;()?#=&@: ", max_size=40))
def test_a_link_of_the_site_is_spelled_as_any_other_is(text: str) -> None:
    url = f"http://a.example/{text}"
    assert Frontier("http://a.example/", 20).own(url) == urls.canonical(url)


@given(st.text(max_size=60))
def test_no_text_raises(text: str) -> None:
    urls.canonical(text)


@pytest.mark.parametrize("path", ["/a/b/a/b/a/b", "/1/2/3/4/5/6/7/8/9"])
def test_paths_without_end_are_traps(path: str) -> None:
    assert urls.is_trap(f"http://a.example{path}")


def test_shapes_blank_what_counts() -> None:
    assert urls.shape("http://a.example/p/12?page=3") == urls.shape("http://a.example/p/7?page=99")
    assert urls.shape("http://a.example/d/deadbeef99") == urls.shape("http://a.example/d/0badcafe11")
    assert urls.shape("http://a.example/about/team") is None


def links(frontier: Frontier, *paths: str, hops: int = 0) -> None:
    frontier.add_links([(f"http://a.example{path}", "") for path in paths], hops)


def drain(frontier: Frontier) -> list[str]:
    return [target.url.partition("a.example")[2] for target in iter(frontier.pop, None)]


def test_contacts_come_first_and_the_budget_is_kept() -> None:
    frontier = Frontier("http://a.example/", 3)
    links(frontier, "/products", "/blog/post", "/impressum", "/kontakt")
    assert drain(frontier) == ["/impressum", "/kontakt", "/products"]
    assert len(frontier) == 1


def test_every_url_is_handed_out_once_whatever_its_spelling() -> None:
    frontier = Frontier("http://a.example/", 20)
    frontier.add("http://a.example/", START)
    links(frontier, "/", "/x", "/x#part", "/x?utm_source=z")
    frontier.add_links([("https://www.a.example/x", ""), ("http://other.example/y", ""), ("javascript:void(0)", "")], 0)
    assert drain(frontier) == ["/", "/x"]


def test_links_move_with_the_site() -> None:
    frontier = Frontier("http://a.example/", 20)
    frontier.move_to("https://www.b.example/start")
    frontier.add_links([("http://b.example/x", ""), ("http://a.example/y", "")], 0)
    assert [target.url for target in iter(frontier.pop, None)] == ["https://www.b.example/x"]


def test_files_numbers_and_calendars_are_limited() -> None:
    frontier = Frontier("http://a.example/", 100)
    links(frontier, "/flyer.pdf", "/logo.png", "/feed.xml")
    assert len(frontier) == 0
    links(frontier, *(f"/item/{number}" for number in range(200)))
    assert len(frontier) == 25
    links(frontier, *(f"/events/2026/{month:02}/" for month in range(1, 13)))
    assert len(frontier) == 27


def test_posts_are_no_calendar_and_yet_a_share_of_the_pages() -> None:
    frontier = Frontier("http://a.example/", 40)
    links(
        frontier,
        *(f"/2026/{month:02}/12/what-was-new-{month}.html" for month in range(1, 13)),
        "/blog/2026/03/so-it-is/",
    )
    assert len(frontier) == 10
    links(frontier, *(f"/2026/{month:02}/12/" for month in range(1, 13)), *(f"/2026/{month:02}/" for month in range(9)))
    assert len(frontier) == 12
    assert frontier.left_over() == {"left_out_alike": 3, "left_out_calendar": 19, "left_waiting": 12}


def test_far_links_are_not_followed() -> None:
    frontier = Frontier("http://a.example/", 10)
    links(frontier, "/near", hops=5)
    links(frontier, "/far", hops=6)
    assert drain(frontier) == ["/near"]


def test_a_page_that_was_put_back_costs_nothing() -> None:
    frontier = Frontier("http://a.example/", 1)
    frontier.add("http://a.example/", START)
    target = frontier.pop()
    assert target is not None
    assert frontier.pop() is None
    frontier.put_back(target)
    assert frontier.pop() == target


def test_a_plain_url_is_asked_for_as_it_stands_and_any_other_is_escaped() -> None:
    plain = (f"{scheme}://{host}/{rest}" for scheme in ("http", "https") for host in HOSTS for rest in PLAIN)
    assert all(urls.is_plain(url) and Request(url).url == url for url in plain)
    odd = (
        "http://a.example/ü",
        "http://a.example/a b",
        "http://ü.example/",
        "http://a.example/?q=<x>",
        "http://a.example/x?",
        "http://a.example",
    )
    assert not any(map(urls.is_plain, odd))


def test_a_link_to_another_host_is_told_from_the_site_s_own_however_it_is_written() -> None:
    frontier = Frontier("https://www.a.example/", 5)
    own = ("http://a.example/x", "https://A.example:443/x", "http://www.a.example./x", "http://user@a.example/x")
    assert {frontier.own(url) for url in own} == {"https://www.a.example/x"}
    others = (
        "https://b.example/x",
        "https://a.example.org/x",
        "http://a.example@b.example/x",
        "https://aa.example",
        "mailto:a",
    )
    assert {frontier.own(url) for url in others} == {None}
