"""Where pages lead: frames, refreshes, comments, languages; and what is guessed where nothing leads to a contact."""

from __future__ import annotations

import pytest
from scrapy import Request
from scrapy.http import Response

from leadhouse.extraction.markup.parsing import parse
from leadhouse.jobs.sources import KnownPage, Source
from scrapers.base import links, urls
from scrapers.base.claims import Claims
from scrapers.base.frontier import START, Frontier, Target
from scrapers.base.redirects import judge
from scrapers.base.rows import fetch_row
from scrapers.base.site import Site
from scrapers.spiders.company_site import CompanySiteSpider

HOME = "http://a.example/"


def site(known: tuple[str, ...] = (), budget: int = 20, key: str = "web/a.example") -> Site:
    pages = {url: KnownPage(None, None, None) for url in known}
    return Site(Source(key, HOME, "a.example", known_pages=pages), budget)


def read(body: str, of: Site, url: str = HOME, headers: dict[str, str] | None = None, **fields: object) -> list[str]:
    """What waits after the page was read, best first."""
    target = Target((-START, 0), url, is_start=url == HOME, **fields)  # type: ignore[arg-type]
    request = Request(url, meta={"purpose": "page"}, cb_kwargs={"site": of, "target": target})
    html = {"Content-Type": "text/html", **(headers or {})}
    response = Response(url, headers=html, body=body.encode(), request=request)
    spider = CompanySiteSpider([], 20)
    page = spider.read_answer(response, of, target, fetch_row(of, request, "fetched", response))
    of.count(page.fetch)
    return [each.url.removeprefix("http://a.example") for each in iter(of.frontier.pop, None)]


TEXT = "<p>We build things of wood and have done so for a long time.</p>"


def test_frames_and_image_maps_are_links() -> None:
    body = '<frameset><frame src="/menu"><FRAME SRC=main.html></frameset><map><area href="/kontakt"></map>'
    assert set(read(body + TEXT, site())) == {"/kontakt", "/menu", "/main.html"}
    assert read('<iframe src="https://maps.example/x"></iframe>' + TEXT, site()) == []


def test_a_site_that_is_being_mended_still_leads_to_its_contacts() -> None:
    mended = "<h2>This website is under maintenance, please click on <a href='contact.html'>Contact us</a></h2>"
    assert read(mended, site()) == ["/contact.html"]
    parked = "<h2>This domain is for sale.</h2><a href='contact.html'>Contact us</a>"
    assert read(parked, site()) == []
    missing = "<h1>404 Page not found</h1><a href='contact.html'>Contact us</a>"
    assert read(missing, site()) == []


def test_a_page_that_sends_on_at_once_leads_there() -> None:
    of = site()
    assert read('<meta http-equiv="refresh" content="0; url=/de/">' + TEXT, of) == ["/de/"]
    moved = site()
    sends = '<meta http-equiv="Refresh" content="3;URL=\'https://www.b.example/start\'">'
    assert read(sends + TEXT, moved) == ["https://www.b.example/start"]
    assert moved.frontier.host == "b.example"
    assert links.refresh_of(parse(b'<meta http-equiv="refresh" content="600; url=/later">', HOME)) is None
    profile = site()
    assert read('<meta http-equiv="refresh" content="0; url=https://www.facebook.com/a">' + TEXT, profile) == []
    assert profile.frontier.host == "a.example"


@pytest.mark.parametrize(
    ("head", "headers"),
    [
        ('<meta name="robots" content="noindex, NoFollow">', {}),
        ('<meta name="robots" content="none">', {}),
        ('<meta name="leadhouse" content="nofollow">', {}),
        ("", {"X-Robots-Tag": "noarchive, nofollow"}),
        ("", {"X-Robots-Tag": "leadhouse: nofollow"}),
    ],
)
def test_links_of_a_page_that_asks_so_are_not_followed(head: str, headers: dict[str, str]) -> None:
    assert read(f'{head}{TEXT}<a href="/x">x</a>', site(), headers=headers) == []


def test_what_is_asked_of_others_or_about_showing_hinders_nothing() -> None:
    head = '<meta name="robots" content="noindex"><meta name="otherbot" content="nofollow">'
    headers = {"X-Robots-Tag": "otherbot: noindex, nofollow"}
    assert read(f'{head}{TEXT}<a href="/x">x</a>', site(), headers=headers) == ["/x"]


def test_rel_nofollow_counts_except_for_contacts() -> None:
    body = '<a rel="nofollow" href="/login">in</a><a rel="nofollow" href="/impressum">Impressum</a>'
    assert read(body + TEXT, site()) == ["/impressum"]


def test_menus_in_comments_and_scripts_are_tried_where_few_links_are() -> None:
    body = '<!-- <a href="team.html">Team</a> <link href="a.css"> --><script>load("/menu/contact.html", mail)</script>'
    assert {"/team.html", "/menu/contact.html"} >= set(read(body + TEXT, site())) >= {"/team.html"}
    assert "/team.html" not in read(body + TEXT, site(known=(HOME,)))
    many = "".join(f'<a href="/p{chr(97 + i)}">p</a>' for i in range(links.FEW_LINKS))
    assert "/team.html" not in read(body + many + TEXT, site())


def test_the_same_page_in_other_languages_comes_last() -> None:
    head = '<link rel="alternate" hreflang="en" href="/en/"><link rel="alternate" hreflang="fr" href="/fr/">'
    body = f'{head}{TEXT}<a href="/en/">English</a><a href="/fr/">Français</a><a href="/x">x</a><a href="/agb">AGB</a>'
    assert read(body, site())[-2:] == ["/en/", "/fr/"]


def test_contacts_are_guessed_once_where_nothing_leads_to_them() -> None:
    of, spider = site(), CompanySiteSpider([], 20)
    of.is_open = True
    of.frontier.add("http://a.example/leistungen.html", 0.1)
    spider.guess(of)
    assert len(of.frontier) == 1  # some pages are read first
    assert of.frontier.pop() is not None
    of.language = "de"
    spider.guess(of)
    guessed = [target.url for target in iter(of.frontier.pop, None)]
    assert guessed[:2] == ["http://a.example/impressum.html", "http://a.example/kontakt.html"]
    assert "http://a.example/team.html" in guessed
    assert len(guessed) <= 8
    spider.guess(of)
    assert len(of.frontier) == 0


def test_nothing_is_guessed_where_contacts_are_known() -> None:
    spider = CompanySiteSpider([], 20)
    for of in (site(), site(known=(HOME,))):
        of.is_open = True
        of.frontier.add_links([("http://a.example/contact", ""), ("http://a.example/about", "")], 0)
        while of.frontier.pop():
            pass
        spider.guess(of)
        assert len(of.frontier) == 0


@pytest.mark.parametrize(("listed", "is_guessed"), [(("", "a", "b"), False), (("",), True), ((), True)])
def test_nothing_is_guessed_where_a_sitemap_lists_the_site(listed: tuple[str, ...], is_guessed: bool) -> None:
    of, spider = site(), CompanySiteSpider([], 20)
    of.is_open = True
    entries = "".join(f"<url><loc>http://www.a.example/{path}</loc></url>" for path in listed)
    foreign = "<url><loc>http://b.example/1</loc></url>" * 3
    spider.read_sitemap(Response(f"{HOME}sitemap.xml", body=f"<urlset>{entries}{foreign}</urlset>".encode()), of)
    while of.frontier.pop():
        pass
    spider.guess(of)
    assert (len(of.frontier) > 0) == is_guessed


def test_a_contact_page_that_moved_to_a_file_is_found() -> None:
    of, spider = site(), CompanySiteSpider([], 20)
    spider.on_missing(of, Target((-0.95, 1), "http://a.example/kontakt", 1))
    spider.on_missing(of, Target((-0.45, 4), "http://a.example/agb", 1))
    spider.on_missing(of, Target((-0.1, 2), "http://a.example/produkt", 1))
    spider.on_missing(of, Target((-0.95, 3), "http://a.example/contact.php", 1))
    found = list(iter(of.frontier.pop, None))
    assert [each.url for each in found] == ["http://a.example/kontakt.html", "http://a.example/agb.html"]
    assert all(each.is_guess for each in found)


def test_a_site_that_answers_everything_with_one_page_states_nothing_for_a_guess() -> None:
    of = site()
    read(TEXT, of)
    target = Target((-0.9, 5), "http://a.example/contact", is_guess=True)
    request = Request(target.url, meta={"purpose": "page"}, cb_kwargs={"site": of, "target": target})
    response = Response(target.url, headers={"Content-Type": "text/html"}, body=TEXT.encode(), request=request)
    answer = CompanySiteSpider([], 20).read_answer(response, of, target, fetch_row(of, request, "fetched", response))
    assert (answer.fetch.outcome, answer.fetch.reason) == ("empty", f"soft-404: same as {HOME}")
    assert answer.extraction is None


@pytest.mark.parametrize(
    ("location", "is_start", "reason", "is_followed"),
    [
        ("/b", False, "redirect: /b", True),
        ("https://www.a.example/b", False, "redirect: https://www.a.example/b", True),
        ("https://b.example/", False, "redirect: https://b.example/", False),
        ("https://b.example/", True, "redirect: https://b.example/", True),
        ("https://www.instagram.com/a/", True, "redirect_to_profile: https://www.instagram.com/a/", False),
        ("", True, "redirect_without_target", False),
        ("http://[::1", True, "redirect_without_target", False),
        (HOME, True, "redirect_loop", False),
    ],
)
def test_where_a_redirect_may_lead(location: str, is_start: bool, reason: str, is_followed: bool) -> None:
    found = judge(location, site(), Target((-START, 0), HOME, is_start=is_start))
    assert (found.reason, found.is_followed) == (reason, is_followed)


def test_sites_of_one_host_take_turns_and_none_waits_for_another() -> None:
    claims, one, two, three = Claims(), site(key="1"), site(key="2"), site(key="3")
    assert claims.take(one, "a.example")
    assert not claims.take(two, "a.example")
    assert claims.take(three, "b.example")
    assert claims.drop(one) == ("a.example", two)
    assert claims.holds(two, "a.example")
    assert not claims.take(one, "b.example")
    assert claims.drop(two) == ("a.example", None)
    assert claims.drop(three) == ("b.example", one)
    assert claims.drop(one) == ("b.example", None)
    assert claims.drop(one) == (None, None)


TRAPS = [
    *(f"/termine?datum=2026-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 28)),
    *(f"/shop?farbe={a}&groesse={b}" for a in range(40) for b in range(40)),
    *(f"/shop?farbe={a}&sortierung={b}&seite=1" for a in range(40) for b in range(40)),
    *(f"/liste?{name}=1" for name in "abcdefghijklmnopqrstuvwxyz"),
    *("/tief" * depth for depth in range(1, 60)),
    *(f"/seite/{number}" for number in range(500)),
]


def test_traps_are_bounded_and_said_and_a_second_night_finds_no_more_of_them() -> None:
    budget = 40
    first = Frontier(HOME, budget)
    first.add_links([(f"http://a.example{path}", "") for path in TRAPS], hops=0)
    found = {target.url for target in iter(first.pop, None)}
    left = first.left_over()
    assert len(found) <= budget
    assert sum("datum" in url for url in found) <= 2
    assert sum("/shop" in url for url in found) <= budget // 4
    assert sum("/liste" in url for url in found) <= budget // 4
    assert {"left_out_calendar", "left_out_alike", "left_out_facets", "left_out_depth"} <= left.keys()
    second = Frontier(HOME, budget)
    for url in found:
        second.add_known(url, 0.55)
    second.add_links([(f"http://a.example{path}", "") for path in TRAPS], hops=0)
    again = {target.url for target in iter(second.pop, None)}
    assert {url for url in again - found if "datum" in url or "/shop" in url} == set()


def test_session_ids_in_paths_are_no_pages_of_their_own() -> None:
    assert urls.canonical("http://a.example/(S(lit3py55t21z5v55vlm25s55))/kontakt") == "http://a.example/kontakt"
    assert urls.canonical("http://a.example/x;JSESSIONID=1F2E?a=1") == "http://a.example/x?a=1"
