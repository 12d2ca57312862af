"""Whose contact a contact is, where the owner's stands beside a third party's in the same form."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company_site import extract_page
from leadhouse.extraction.site.summary import summarise

NOW = datetime(2026, 2, 3, tzinfo=UTC)
OWN = (
    "<p>Gartenbau Eibe GmbH<br>Am Eibenhain 14<br>53177 Bonn</p><p>Telefon: 0228 6203344<br>"
    'E-Mail: <a href="mailto:buero@gartenbau-eibe.de">buero@gartenbau-eibe.de</a></p>'
)
THIRD = "Studio Kranich GmbH{0}Rheinallee 3{0}56068 Koblenz{0}Tel. 0261 8844220{0}hallo@studio-kranich.net"
BLOCK, LINE = THIRD.format("<br>"), THIRD.format(", ")


@pytest.mark.parametrize(
    "third",
    [
        f"<h2>Webdesign</h2><p>{BLOCK}</p>",
        f"<p>Technische Umsetzung:<br>{BLOCK}</p>",
        f"<p>Diese Website wurde erstellt von {LINE}</p>",
        f"<p>Externer Datenschutzbeauftragter:</p><p>{BLOCK}</p>",
        f"<p>Zuständige Aufsichtsbehörde: {LINE}</p>",
        f"<h3>Hosting</h3><p>Wir hosten unsere Inhalte bei: {LINE}</p>",
        f"<h3>Hausverwaltung</h3><p>{BLOCK}</p>",
        f"<p>Hébergeur : {LINE}</p>",
        f"<h3>Our EU representative</h3><p>{BLOCK}</p>",
        f"<p>Payments are processed by {LINE}</p>",
        f"<h2>Unsere Partner</h2><h3>Studio Kranich</h3><p>{BLOCK}</p>",
        f"<p>Sito realizzato da {LINE}</p>",
        f"<p>U kunt een klacht indienen bij de Autoriteit Persoonsgegevens<br>{BLOCK}</p>",
    ],
)
@pytest.mark.parametrize("is_beside_own", [True, False])
def test_third_party_in_the_owners_form(third: str, is_beside_own: bool) -> None:
    frame = '<html lang="de"><title>{0} | Gartenbau Eibe GmbH</title><body><main><h1>{0}</h1>{1}</main></body></html>'
    pages = {
        "/impressum": frame.format("Impressum", OWN + third if is_beside_own else OWN),
        "/datenschutz": frame.format("Datenschutz", "<p>Wir speichern nichts.</p>" if is_beside_own else third),
    }
    site = SiteContext(host="www.gartenbau-eibe.de")
    facts = summarise(
        [
            extract_page(html.encode(), f"https://{site.host}{path}", "text/html", site, NOW)
            for path, html in pages.items()
        ]
    )
    assert facts.values("email") == ["buero@gartenbau-eibe.de"]
    assert facts.values("phone_e164") == ["+492286203344"]
    assert facts.values("address") == ["Am Eibenhain 14, 53177 Bonn, DE"]


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("Bergische Haftpflicht Versicherung AG", "bergische-haftpflicht.de"),
        ("Webdesign Falke GmbH", "webdesign-falke.de"),
        ("Handwerkskammer Talheim", "handwerkskammer-talheim.de"),
        ("Nordhost Hosting GmbH", "nordhost.de"),
    ],
)
def test_a_name_that_sounds_like_a_role_is_the_owners(name: str, host: str) -> None:
    html = (
        f'<html lang="de"><title>Kontakt | {name}</title><main><h1>Kontakt</h1><h2>{name}</h2>'
        "<p>Am Eibenhain 14<br>53177 Bonn<br>Telefon 0228 6203344</p></main></html>"
    )
    site = SiteContext(host=f"www.{host}")
    facts = summarise([extract_page(html.encode(), f"https://{site.host}/kontakt", "text/html", site, NOW)])
    assert facts.values("phone_e164") == ["+492286203344"]
    assert facts.values("address") == ["Am Eibenhain 14, 53177 Bonn, DE"]


def test_a_subsidiary_abroad_is_kin() -> None:
    html = (
        "<title>Locations | Norrlund Instruments</title><main><h1>Locations</h1><p>info@norrlund.com</p>"
        "<h2>Poland</h2>"
        "<p>Norrlund Sp. z o.o.<br>ul. Prosta 51/3<br>00-838 Warszawa<br>Tel. +48 22 620 33 44</p></main>"
    )
    site = SiteContext(host="www.norrlund.com")
    facts = summarise([extract_page(html.encode(), f"https://{site.host}/locations", "text/html", site, NOW)])
    assert facts.values("phone_e164") == ["+48226203344"]


def test_a_fax_on_one_page_is_no_phone_on_another() -> None:
    site = SiteContext(host="www.gartenbau-eibe.de")
    pages = {
        "/impressum": "<p>Telefon 0228 6203344<br>Telefax 0228 6203345</p>",
        "/kontakt": "<footer><ul><li>0228 6203344</li><li>0228 6203345</li></ul></footer>",
    }
    facts = summarise(
        [
            extract_page(
                f'<html lang="de"><title>Gartenbau Eibe</title>{body}'.encode(),
                f"https://{site.host}{path}",
                "text/html",
                site,
                NOW,
            )
            for path, body in pages.items()
        ]
    )
    assert facts.values("phone_e164") == ["+492286203344"]
    assert facts.values("fax_e164") == ["+492286203345"]


def test_a_page_that_says_both_leaves_it_open() -> None:
    site = SiteContext(host="www.gartenbau-eibe.de")
    both = (
        '<html lang="de"><title>Gartenbau Eibe</title><header><p>Telefon 0228 6203344</p></header>'
        "<main><p>Fotos: Telefon 0228 6203344</p></main>"
    )
    facts = summarise([extract_page(both.encode(), f"https://{site.host}/", "text/html", site, NOW)])
    assert facts.values("phone_e164") == ["+492286203344"]
