"""The parse, the kinds of pages, link priority, decoders: one rule each."""

from __future__ import annotations

import pytest

from leadhouse.extraction.attribution import hosts
from leadhouse.extraction.contact_links import contact_guesses, contact_score
from leadhouse.extraction.contacts.emails import from_mailto, placeholder_reason
from leadhouse.extraction.contacts.phones import to_e164
from leadhouse.extraction.contacts.social_profiles import profile
from leadhouse.extraction.markup import deobfuscate
from leadhouse.extraction.markup.charset import decode
from leadhouse.extraction.markup.page import Mark
from leadhouse.extraction.markup.parsing import parse
from leadhouse.extraction.markup.structured import read_json_ld, types_of
from leadhouse.extraction.page_kind import PageKind, kind_of_bytes
from leadhouse.extraction.people.job_titles import is_title
from leadhouse.extraction.people.names import person_name


@pytest.mark.parametrize(
    ("body", "content_type", "text", "codec"),
    [
        ("Müller".encode(), "text/html; charset=iso-8859-1", "Müller", "utf-8"),
        ("Müller".encode("latin-1"), None, "Müller", "cp1252"),
        ("€ 5".encode("cp1252"), "text/html; charset=latin1", "€ 5", "cp1252"),
        (
            b"<meta charset=windows-1251>" + "Привет".encode("cp1251"),
            None,
            "<meta charset=windows-1251>Привет",
            "windows-1251",
        ),
        (b"\xff\xfe" + "ä".encode("utf-16-le"), "text/html; charset=utf-8", "ä", "utf-16-le"),
        (b"\xe9 rot", "text/html; charset=rot13", "é rot", "cp1252"),
    ],
)
def test_charset(body: bytes, content_type: str | None, text: str, codec: str) -> None:
    assert decode(body, content_type) == (text, codec)


def test_links_are_absolute_and_once() -> None:
    page = parse(
        b"<base href='https://h.de/a/'><nav><a href='b#x'>B</a><a href='b'>B2</a><a href='#top'>up</a></nav>"
        b"<footer><a href='//cdn.de/x' title='T'></a><a href='/c'><img alt='C picture'></a></footer>",
        "https://h.de/",
    )
    assert [(link.url, link.text, link.label) for link in page.links] == [
        ("https://h.de/a/b", "B", ""),
        ("https://cdn.de/x", "", "T"),
        ("https://h.de/c", "", "C picture"),
    ]
    assert page.links[0].marks & Mark.NAV
    assert page.links[1].marks & Mark.FOOTER


def test_blocks_know_their_place_and_heading() -> None:
    page = parse(
        b"<main class='navbar'><h2>Hosting</h2><p>x</p></main><footer><p>y</p></footer><p>z<i> z</i><br>w</p>",
        "https://h.de/",
    )
    assert [(block.text, block.heading) for block in page.blocks] == [
        ("Hosting", ""),
        ("x", "Hosting"),
        ("y", ""),
        ("z z\nw", ""),
    ]
    assert not page.blocks[1].marks & Mark.NAV
    assert page.blocks[2].marks & Mark.FOOTER


def test_post_header_is_not_the_sites() -> None:
    page = parse(b"<article><header><p>By X</p></header></article><header><p>Site</p></header>", "https://h.de/")
    assert [bool(block.marks & Mark.HEADER) for block in page.blocks] == [False, True]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("info (at) firma (dot) de", "info@firma.de"),
        ("info[at]firma.co.uk", "info@firma.co.uk"),
        ("info at firma dot de", "info@firma.de"),
        ("info {ät} firma [punkt] de", "info@firma.de"),
        ("ventas (arroba) firma.es", "ventas@firma.es"),
        ("info @ firma.de", "info@firma.de"),
        ("E-Mail: info at firma.de", "E-Mail: info@firma.de"),
        ("we met at hotel.com yesterday", "we met at hotel.com yesterday"),
        ("(a) erstens (b) zweitens", "(a) erstens (b) zweitens"),
    ],
)
def test_spoken_addresses(text: str, expected: str) -> None:
    assert deobfuscate.plain(text) == expected


def test_script_cloaks() -> None:
    joomla = "var addy1 = '&#105;nf&#111;' + '&#64;'; addy1 = addy1 + 'firma' + '&#46;' + 'de';"
    assert deobfuscate.joomla_cloak(joomla) == "info@firma.de"
    assert deobfuscate.cloudflare("zz") is None
    assert (
        deobfuscate.split_attributes({"data-user": "info", "data-domain": "firma", "data-tld": "de"}) == "info@firma.de"
    )


@pytest.mark.parametrize(
    ("href", "found"),
    [
        ("mailto:Info@Firma.de?subject=x", ["info@firma.de"]),
        ("mailto://info@firma.de", ["info@firma.de"]),
        ("mailto:mailto:info%40firma.de", ["info@firma.de"]),
        ("mailto:a@firma.de,b@firma.de", ["a@firma.de", "b@firma.de"]),
        ("mailto:", []),
        ("mailto:logo@2x.png", []),
    ],
)
def test_mailto(href: str, found: list[str]) -> None:
    assert from_mailto(href) == found


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("info@example.com", "placeholder"),
        ("ihre@email.de", "placeholder"),
        ("marie.dupont@exemple.fr", "placeholder"),
        ("you@yourdomain.com", "placeholder"),
        ("info@untitled.tld", "placeholder"),
        ("git@github.com", "technical"),
        ("info@firma.de", None),
        ("john.smith@hargreave.co.uk", None),
    ],
)
def test_placeholders(address: str, reason: str | None) -> None:
    assert placeholder_reason(address) == reason


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+49 (0)341 98 76 54", None, "+49341987654"),
        ("0049-341-987654", "DE", "+49341987654"),
        ("+39 041 520 1234", "DE", "+390415201234"),
        ("(+91) 98200 12345", None, "+919820012345"),
        ("0341/987654", "DE", "+49341987654"),
        ("12345", "DE", None),
        ("0341/987654", None, None),
    ],
)
def test_phone_numbers(text: str, country: str | None, number: str | None) -> None:
    assert to_e164(text, country) == number


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.facebook.com/ahornhof/?ref=ts", ("https://www.facebook.com/ahornhof", "ahornhof")),
        ("https://www.facebook.com/profile.php?id=1000", ("https://www.facebook.com/profile.php?id=1000", "1000")),
        ("https://www.youtube.com/@ahornhof/videos", ("https://www.youtube.com/@ahornhof", "@ahornhof")),
        ("https://m.facebook.com/pg/ahornhof/about", ("https://www.facebook.com/ahornhof", "ahornhof")),
        ("https://twitter.com/ahornhof", ("https://x.com/ahornhof", "ahornhof")),
        ("https://vimeo.com/123456", "post"),
        ("https://www.youtube.com/watch?v=x", "share_link"),
        ("https://twitter.com/intent/tweet?text=x", "share_link"),
        ("https://twitter.com/ahornhof/status/12", "post"),
        ("https://www.linkedin.com/company/ahornhof/about", ("https://www.linkedin.com/company/ahornhof", "ahornhof")),
        ("https://www.linkedin.com/shareArticle?url=x", "share_link"),
        ("https://www.instagram.com/", "empty_profile"),
        ("https://www.tiktok.com/@yourusername", "placeholder"),
        ("https://ahornhof.de/facebook.com/x", None),
    ],
)
def test_social_profiles(url: str, expected: object) -> None:
    assert profile(url) == expected


def test_contact_links_come_first() -> None:
    order = [
        ("https://h.de/impressum", ""),
        ("https://h.de/kontakt.html", ""),
        ("https://h.de/x7", "Our team"),
        ("https://h.de/ueber-uns", ""),
        ("https://h.de/", ""),
        ("https://h.de/datenschutz", ""),
        ("https://h.de/produkte", ""),
        ("https://h.de/blog/2024/05/kontakt-mit-wespen", ""),
    ]
    scores = [contact_score(url, text) for url, text in order]
    assert scores[:4] == sorted(scores[:4], reverse=True)
    assert min(scores[:4]) > scores[4] > max(scores[5:]) - 0.01
    assert contact_score("http://[broken", "x") == 0.0
    assert contact_score("https://a.example/contact/index.html") == contact_score("https://a.example/contact/")
    assert contact_score("https://a.example/blog/index.html") < 0.5 < contact_score("https://a.example/index.html")


def test_guesses_only_where_nothing_is_linked() -> None:
    assert contact_guesses("https://h.de/", ["https://h.de/kontakt.html"]) == []
    guesses = contact_guesses("https://h.de/", ["https://h.de/leistungen.html", "https://h.de/a.html"], "de")
    assert guesses[:2] == ["https://h.de/impressum.html", "https://h.de/kontakt.html"]


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (b"%PDF-1.7", "text/html", PageKind.PDF),
        (b"\x89PNG\r\n", None, PageKind.IMAGE),
        (b"{}", "application/json", PageKind.OTHER),
        (b"<html>", "application/octet-stream", None),
        (b"<html>", None, None),
    ],
)
def test_kind_by_bytes(body: bytes, content_type: str | None, kind: PageKind | None) -> None:
    assert kind_of_bytes(body, content_type) == kind


@pytest.mark.parametrize(
    "text", ["Dr. Max Huber", "Prof. Dr. Anna Berg-Lund", "JOHN O'BRIEN", "Mr.Siddharth B. Rao", "José de la Cruz"]
)
def test_person_names(text: str) -> None:
    assert person_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "Our Services",
        "Huber GmbH",
        "Read More",
        "Technologies Berlin",
        "Kontakt",
        "12 Huber",
        "Anwaltskanzlei Max Huber",
    ],
)
def test_not_person_names(text: str) -> None:
    assert person_name(text) is None


def test_titles() -> None:
    assert is_title("Geschäftsführer")
    assert is_title("Head of Sales, EMEA")
    assert not is_title("Who is the director?")


def test_json_ld_is_repaired_once() -> None:
    assert types_of(read_json_ld('{"@type":"https://schema.org/Organization","name":"X",}')[0]) == {"organization"}
    assert read_json_ld("{broken") == []
    assert [item["name"] for item in read_json_ld('{"@graph":[{"name":"A"},{"name":"B"}]}')] == ["A", "B"]


def test_domains() -> None:
    assert hosts.registrable("www.shop.firma.co.uk") == "firma.co.uk"
    assert hosts.registrable("firma.github.io") == "firma.github.io"
    assert hosts.country_of_host("firma.at") == "AT"
    assert hosts.country_of_host("firma.io") is None
    assert hosts.country_of_host("firma.co.uk") == "GB"


def test_microdata() -> None:
    page = parse(
        b"<div itemscope itemtype='https://schema.org/Organization'><span itemprop=name>Ahornhof</span>"
        b"<div itemprop=address itemscope itemtype='https://schema.org/PostalAddress'>"
        b"<span itemprop=streetAddress>Weg 1</span></div></div>",
        "https://h.de/",
    )
    assert page.microdata[0]["name"] == ["Ahornhof"]
    assert page.microdata[0]["address"][0]["streetAddress"] == ["Weg 1"]
