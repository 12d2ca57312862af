"""What cannot be read is said with its reason, and states nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from selectolax.lexbor import LexborHTMLParser

from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company_site import extract_page
from leadhouse.extraction.markup import parsing
from leadhouse.extraction.markup.page import MAX_BYTES
from leadhouse.extraction.markup.parsing import parse
from leadhouse.records import Extraction

HOST = "www.ahornhof.de"
CYRILLIC = "<p>" + "Мы работаем для вас каждый день, приходите к нам. " * 4
GERMAN = "<p>Wir freuen uns auf Ihren Besuch in unserem schönen Ladengeschäft. info@ahornhof.de</p>"


def read(body: bytes, content_type: str | None = "text/html") -> Extraction:
    return extract_page(
        body, f"https://{HOST}/", content_type, SiteContext(host=HOST), datetime(2026, 1, 5, tzinfo=UTC)
    )


SCRIPT = "<script src=/static/main.js></script>"
FORM = "<form><input name=user><input type=Password><button>OK</button></form>"
NOT_READ: dict[str, tuple[bytes | str, str | None, str]] = {
    "pdf": (b"%PDF-1.7 info@ahornhof.de", "application/pdf", "pdf"),
    "pdf called html": (b"\n%PDF-1.4", "text/html", "pdf"),
    "image": (b"\x89PNG\r\n\x1a\n", "image/png", "image"),
    "image called html": (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "text/html", "image"),
    "archive": (b"PK\x03\x04", "application/zip", "not-html"),
    "json": (b'{"mail": "info@ahornhof.de"}', "application/json", "not-html"),
    "nothing": (b"", "text/html", "empty"),
    "blanks": (b"<html><body> \n </body></html>", "text/html", "empty"),
    "application shell": ("<title>App</title><div id=root></div>" + SCRIPT, None, "script-only"),
    "shell with its script inside": (b"<div id=app>Loading...</div><script>boot({})</script>", None, "script-only"),
    "shell that says so": (
        "<noscript>Please enable JavaScript to run this app.</noscript><div id=root></div>" + SCRIPT,
        None,
        "script-only",
    ),
    "shell that says so in Italian": (
        "<noscript>Per favore attiva JavaScript nel tuo browser per vedere il sito.</noscript>" + SCRIPT,
        None,
        "script-only",
    ),
    "frameset": (b"<frameset cols='20%,*'><frame src=menu.html><frame src=/main.html></frameset>", None, "frameset"),
    "login": ("<title>Sign in to continue</title>" + FORM, None, "login-wall"),
    "password field alone": ("<h1>Intranet</h1>" + FORM, None, "login-wall"),
    "challenge": (b"<title>Just a moment...</title><p>Checking your browser before accessing.</p>", None, "login-wall"),
    "cookies": ("<h1>Cookies</h1><p>Accept our cookies to continue.</p><button>OK</button>", None, "cookie-wall"),
    "cookies in German": (
        "<h2>Datenschutz</h2><p>Um fortzufahren, stimmen Sie bitte den Cookies zu.</p><button>OK</button>",
        None,
        "cookie-wall",
    ),
    "unnamed Cyrillic": (CYRILLIC.encode("cp1251"), "text/html", "unknown-charset"),
    "unnamed Japanese": (("<p>" + "お問い合わせはこちらから。" * 4).encode("shift_jis"), None, "unknown-charset"),
    "charset of that name is unknown": (CYRILLIC.encode("cp1251"), "text/html; charset=x-klingon", "unknown-charset"),
    "not found": (b"<title>404 Not Found</title><h1>Page not found</h1>", None, "soft-404"),
    "maintenance": ("<h1>We'll be back soon!</h1><p>Scheduled maintenance.</p>", None, "maintenance"),
    "being built": ("<title>Ahornhof</title><p>Unsere neue Seite ist noch im Aufbau.</p>", None, "maintenance"),
    "being built in Portuguese": ("<title>Site</title><h2>Site em construção</h2>", None, "maintenance"),
    "parked": (b"<title>ahornhof.de</title><h1>This domain is for sale</h1>", None, "parked"),
}  # fmt: skip


@pytest.mark.parametrize("case", NOT_READ)
def test_reason_is_said(case: str) -> None:
    body, content_type, reason = NOT_READ[case]
    extraction = read(body if isinstance(body, bytes) else body.encode(), content_type)
    assert extraction.not_read == (reason,)
    assert not extraction.companies
    assert not extraction.persons


READ = {
    "named Cyrillic": (CYRILLIC.encode("cp1251"), "text/html; charset=windows-1251"),
    "Cyrillic named in the page": (b"<meta charset=windows-1251>" + CYRILLIC.encode("cp1251"), None),
    "German in an old encoding": (GERMAN.encode("latin-1"), None),
    "German, charset of that name is unknown": (GERMAN.encode("latin-1"), "text/html; charset=x-klingon"),
    "a page with a sign-in form": (
        (GERMAN * 3 + "<form>Anmelden <input type=password></form><a href='mailto:info@ahornhof.de'>Mail</a>").encode(),
        None,
    ),
    "a page with a cookie notice": ((GERMAN * 12 + "<p>Accept cookies to continue</p>").encode(), None),
    "a page with scripts": ((GERMAN + "<script src=a.js></script>").encode(), None),
    "a closed site that shows its mailbox": (b"<h1>Coming soon</h1><a href='mailto:info@ahornhof.de'>Mail</a>", None),
    "frames beside text": ((GERMAN * 10 + "<iframe src=map.html></iframe>").encode(), None),
}


@pytest.mark.parametrize("case", READ)
def test_what_can_be_read_is(case: str) -> None:
    body, content_type = READ[case]
    extraction = read(body, content_type)
    assert extraction.not_read == ()
    assert extraction.companies


def test_pages_of_a_frameset_are_links() -> None:
    page = parse(b"<frameset><frame src=menu.html><frame src='/main.html'></frameset>", f"https://{HOST}/a/")
    assert [link.url for link in page.links] == [f"https://{HOST}/a/menu.html", f"https://{HOST}/main.html"]


def test_page_that_sends_on_is_a_link() -> None:
    page = parse(b"<meta http-equiv=refresh content=\"0; URL='start.html'\"><body>", f"https://{HOST}/")
    assert [link.url for link in page.links] == [f"https://{HOST}/start.html"]


def test_cut_page_says_so_and_states_what_it_has() -> None:
    extraction = read(GERMAN.encode() + b" " * MAX_BYTES)
    assert extraction.companies
    assert ("page", "truncated") in {(rejection.attribute, rejection.reason) for rejection in extraction.rejections}


def test_one_parse_feeds_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts, links, robots, canonical and languages come from one parse, which the spider hands on."""
    parses = []
    original = LexborHTMLParser

    def counted(text: str) -> object:
        parses.append(len(text))
        return original(text)

    monkeypatch.setattr(parsing, "LexborHTMLParser", counted)
    body = (
        "<head><meta name=robots content='noindex, nofollow'><link rel=canonical href='/home'>"
        "<link rel=alternate hreflang=en href='/en/'>"
        '<script type=\'application/ld+json\'>{"@type": "Store"}</script></head>'
        f"<body><div itemscope itemtype='https://schema.org/Store'><b itemprop=name>A</b></div>"
        f"{GERMAN}<a href='/team'>Team</a>"
    ).encode()
    page = parse(body, f"https://{HOST}/")
    extraction = extract_page(
        body, f"https://{HOST}/", "text/html", SiteContext(host=HOST), datetime(2026, 1, 5, tzinfo=UTC), page=page
    )
    assert len(parses) == 1
    assert extraction.companies
    assert page.meta["robots"] == "noindex, nofollow"
    assert page.alternates == {"canonical": f"https://{HOST}/home", "en": f"https://{HOST}/en/"}
    assert [link.url for link in page.links] == [f"https://{HOST}/team"]
    assert page.json_ld
    assert page.microdata


IMPRINT = "<title>Impressum</title><h1>Impressum</h1>"
IN_PART = {
    "an imprint in a PDF": ("<a href='/files/Impressum_2024.pdf'>Impressum (PDF)</a>", {"imprint-in-pdf"}),
    "a price list in a PDF": ("<a href='/files/preise.pdf'>Preisliste</a>", set()),
    "contacts in a picture": (f"{IMPRINT}<p><img src=img/kontakt.png alt=''></p>", {"contacts-in-image"}),
    "a picture beside contacts": (f"{IMPRINT}<img src=img/kontakt.png><p>Mail: info@ahornhof.de</p>", set()),
    "a picture of something else": (f"{IMPRINT}<img src=haus.png><p>Folgt.</p>", set()),
}


@pytest.mark.parametrize("case", IN_PART)
def test_what_a_page_leaves_unread_is_said(case: str) -> None:
    body, expected = IN_PART[case]
    extraction = read(f"<main>{body}<p>Wir freuen uns auf Ihren Besuch.</p></main>".encode())
    said = {item.reason for item in extraction.rejections if item.attribute == "page"}
    assert said == expected
    assert extraction.companies
