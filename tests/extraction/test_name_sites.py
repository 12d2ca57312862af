"""The one name of a made-up site: where it stands, which of several is the company's, and the legal name beside it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company_site import extract_page
from leadhouse.extraction.site.summary import SiteFacts, summarise

NOW = datetime(2026, 3, 2, tzinfo=UTC)

SITES: dict[str, tuple[str, dict[str, str], set[str]]] = {
    "the domain spelled out in the text": (
        "gruenes-kammertheater-lahn.example.com",
        {
            "/": "<title>Der zerbrochene Krug</title><h1>Akt I</h1><img src='l1.png' alt='logo uni'>"
            "<img src='l2.png' alt='logo ab'><p>Das Grüne Kammertheater Lahn spielt im Mai.</p>",
            "/impressum": "<title>Der zerbrochene Krug</title><h1>Impressum</h1><p>Grünes Kammertheater Lahn</p>",
        },
        {"Grünes Kammertheater Lahn"},
    ),
    "slogan before the name in the title": (
        "hendersonplumbing.example.com",
        {
            "/": "<title>Best plumber in Austin TX | Henderson Plumbing &amp; Heating</title><h1>Fast, "
            "friendly help</h1>",
            "/contact": "<title>Contact us | Henderson Plumbing &amp; Heating</title><h1>Contact</h1>",
        },
        {"Henderson Plumbing & Heating"},
    ),
    "generic titles, a logo with an alternative text": (
        "bau-kessler.example.com",
        {
            "/": "<title>Startseite</title><header><a href='/'><img src='logo.png' alt='Kessler Bau Logo'></a></header>"
            "<h1>Wir bauen Ihr Haus</h1>",
            "/kontakt": "<title>Kontakt</title><header><a href='/'><img src='logo.png' alt='Kessler Bau Logo'></a>"
            "</header><h1>Kontakt</h1>",
        },
        {"Kessler Bau"},
    ),
    "copyright line alone": (
        "oldmillbakery.example.com",
        {
            "/": "<title>Home</title><h1>Welcome</h1><footer><p>© 2021–2025 Old Mill Bakery. All rights "
            "reserved.</p></footer>"
        },
        {"Old Mill Bakery"},
    ),
    "theme credit beside the copyright": (
        "oldmillbakery.example.com",
        {
            "/": "<title>Old Mill Bakery</title><footer><p>© 2025 Old Mill Bakery</p><p>Theme by Pixelforge Themes</p>"
            "<p>© Pixelforge Themes Ltd</p></footer>",
        },
        {"Old Mill Bakery"},
    ),
    "domain unlike the name": (
        "visit-us-today.example.com",
        {
            "/": "<title>Brennerei Falkenhorst – Edle Brände</title><h1>Edle Brände</h1><footer>© Brennerei Falkenhorst"
            "</footer>",
            "/impressum": "<title>Impressum – Brennerei Falkenhorst</title><h1>Impressum</h1><p>Falkenhorst "
            "Brennerei GmbH"
            "<br>Talweg 1<br>78532 Tuttlingen</p><footer>© Brennerei Falkenhorst</footer>",
        },
        {"Brennerei Falkenhorst", "Falkenhorst Brennerei GmbH"},
    ),
    "initials as the domain": (
        "nwgl.example.com",
        {
            "/": "<title>North Wessex Garden Landscapes | Garden design in Dorset</title><h1>Garden design in "
            "Dorset</h1>",
            "/about": "<title>About | North Wessex Garden Landscapes</title><h1>About</h1>",
        },
        {"North Wessex Garden Landscapes"},
    ),
    "a page's headline is no name": (
        "tandartsvelden.example.com",
        {
            "/": "<title>Tandartspraktijk Velden</title><h1>Uw glimlach is onze zorg</h1>",
            "/tarieven": "<title>Tarieven - Tandartspraktijk Velden</title><h1>Tarieven</h1>",
        },
        {"Tandartspraktijk Velden"},
    ),
    "structured data": (
        "lesjardins.example.com",
        {
            "/": '<title>Accueil</title><script type="application/ld+json">{"@context":"https://schema.org","@type":'
            '"LocalBusiness","name":"Les Jardins d’Ambre","legalName":"AMBRE PAYSAGES '
            'SARL"}</script><h1>Paysagiste</h1>',
        },
        {"Les Jardins d’Ambre"},
    ),
    "site name of a theme": (
        "fjordtak.example.com",
        {
            "/": "<title>Fjordtak AS – taktekking i Bergen</title><meta property='og:site_name' content='My "
            "WordPress Site'>"
            "<h1>Taktekking</h1><footer>© Fjordtak AS. Org.nr 123 456 789</footer>",
        },
        {"Fjordtak AS", "Fjordtak"},
    ),
    "welcome in front": (
        "casaolmeda.example.com",
        {"/": "<title>Bienvenidos a Casa Olmeda</title><h1>Bienvenidos a Casa Olmeda</h1><p>Hotel rural</p>"},
        {"Casa Olmeda"},
    ),
    "customers' names weigh nothing": (
        "werbewerk.example.com",
        {
            "/": "<title>Werbewerk Süd</title><h1>Agentur</h1><section class='clients'><h2>Kunden</h2>"
            "<img src='a-logo.png' alt='Stahlbau Rieger GmbH Logo'><img src='b-logo.png' alt='Hotel Post "
            "Logo'></section>"
            "<footer>© Werbewerk Süd</footer>",
            "/referenzen": "<title>Referenzen - Werbewerk Süd</title><h1>Stahlbau Rieger GmbH</h1>",
        },
        {"Werbewerk Süd"},
    ),
    "another script": (
        "teplodom.example.com",
        {
            "/": "<html lang='ru'><title>Тёплый дом — утепление фасадов</title><h1>Утепление</h1><footer>© "
            "2024 Тёплый дом</footer>"
        },
        {"Тёплый дом"},
    ),
    "name with a separator of its own": (
        "hart-soehne.example.com",
        {
            "/": "<title>Hart &amp; Söhne - Malerbetrieb in Kassel</title><h1>Malerbetrieb</h1>",
            "/leistungen": "<title>Leistungen - Hart &amp; Söhne</title><h1>Leistungen</h1>",
        },
        {"Hart & Söhne"},
    ),
    "place in the title": (
        "lumen-optik.example.com",
        {
            "/": "<title>Lumen Optik | Freiburg</title><h1>Brillen</h1>",
            "/kontakt": "<title>Kontakt | Lumen Optik | Freiburg</title><h1>Kontakt</h1>",
        },
        {"Lumen Optik"},
    ),
    "one page, name in the header link": (
        "saltmarsh.example.com",
        {
            "/": "<title>Sea kayaking tours and lessons</title><header><a href='/'>Saltmarsh Kayaks</a><nav><a "
            "href='/tours'>"
            "Tours</a></nav></header><h1>Sea kayaking tours</h1>",
        },
        {"Saltmarsh Kayaks"},
    ),
    "tagline repeated on every page": (
        "pinecrestdental.example.com",
        {
            "/": "<title>Pinecrest Dental | Gentle care for the whole family</title><h1>Gentle care</h1>",
            "/services": "<title>Services | Pinecrest Dental | Gentle care for the whole "
            "family</title><h1>Services</h1>",
            "/team": "<title>Team | Pinecrest Dental | Gentle care for the whole family</title><h1>Team</h1>",
        },
        {"Pinecrest Dental"},
    ),
    "designer in the title of a page": (
        "gartenbau-lenz.example.com",
        {
            "/": "<title>Gartenbau Lenz</title><footer>© Gartenbau Lenz | Webdesign: Agentur Klick GmbH</footer>",
            "/impressum": "<title>Impressum</title><h1>Impressum</h1><p>Gartenbau Lenz<br>Inhaber: Karl Lenz</p>"
            "<h2>Webdesign</h2><p>Agentur Klick GmbH</p><footer>© Gartenbau Lenz | Webdesign: Agentur Klick "
            "GmbH</footer>",
        },
        {"Gartenbau Lenz"},
    ),
}

LEGAL = {
    "German": (
        "/impressum",
        "Impressum",
        "<p>Angaben gemäß § 5 DDG</p><p>Nordkamm Textil GmbH &amp; Co. KG<br>Weg 1</p>",
        "Nordkamm Textil GmbH & Co. KG",
    ),
    "labelled": ("/impressum", "Impressum", "<p>Firma: Holzwurm Möbel e.K.</p>", "Holzwurm Möbel e.K."),
    "French": (
        "/mentions-legales",
        "Mentions légales",
        "<p>Le site est édité par la société Bois d’Ardenne SARL, au capital de 5 000 €</p>",
        "Bois d’Ardenne SARL",
    ),
    "French form first": (
        "/mentions-legales",
        "Mentions légales",
        "<p>Raison sociale : SAS Clairmont Peinture</p>",
        "SAS Clairmont Peinture",
    ),
    "Italian": (
        "/note-legali",
        "Note legali",
        "<p>Officine Bellandi S.r.l. – P.IVA 01234567890</p>",
        "Officine Bellandi S.r.l.",
    ),
    "Spanish": (
        "/aviso-legal",
        "Aviso legal",
        "<p>Denominación social: Reformas Valdeón, S.L.</p>",
        "Reformas Valdeón, S.L.",
    ),
    "Dutch": (
        "/contact",
        "Contact",
        "<footer><p>Kuiper Techniek B.V. – KvK 12345678</p></footer>",
        "Kuiper Techniek B.V.",
    ),
    "British": (
        "/terms",
        "Terms",
        "<p>Harrow Joinery is a trading name of Harrow &amp; Daughters Ltd, registered in England</p>",
        "Harrow & Daughters Ltd",
    ),
    "Polish": (
        "/kontakt",
        "Kontakt",
        "<p>Stolarnia Brzozowa Sp. z o.o.<br>ul. Leśna 2</p>",
        "Stolarnia Brzozowa Sp. z o.o.",
    ),
    "Polish form first": ("/kontakt", "Kontakt", "<p>UAB Baltic Langai<br>Vilnius</p>", "UAB Baltic Langai"),
    "Czech": ("/kontakt", "Kontakt", "<p>Truhlářství Dub s.r.o., IČO 12345678</p>", "Truhlářství Dub s.r.o."),
    "American": (
        "/contact",
        "Contact",
        "<footer><p>© 2025 Blue Heron Roofing, LLC. All rights reserved.</p></footer>",
        "Blue Heron Roofing, LLC",
    ),
    "Australian": (
        "/contact",
        "Contact",
        "<p>Wattle Grove Fencing Pty Ltd ABN 12 345 678 901</p>",
        "Wattle Grove Fencing Pty Ltd",
    ),
    "Swedish": ("/kontakt", "Kontakt", "<p>Granlunds Bygg AB<br>Org.nr 556000-0000</p>", "Granlunds Bygg AB"),
    "Turkish": (
        "/iletisim",
        "İletişim",
        "<p>Yıldızhan Mobilya San. ve Tic. Ltd. Şti.<br>Ankara</p>",
        "Yıldızhan Mobilya San. ve Tic. Ltd. Şti.",
    ),
    "Portuguese": (
        "/contactos",
        "Contactos",
        "<footer><p>Carpintaria do Vale, Lda.</p></footer>",
        "Carpintaria do Vale, Lda.",
    ),
    "Brazilian": (
        "/contato",
        "Contato",
        "<p>Padaria Estrela Ltda. CNPJ 00.000.000/0001-00</p>",
        "Padaria Estrela Ltda.",
    ),
    "Indian": (
        "/contact",
        "Contact",
        "<p>Registered office: Kaveri Pumps Private Limited, Pune</p>",
        "Kaveri Pumps Private Limited",
    ),
}


def facts_of(host: str, pages: dict[str, str]) -> SiteFacts:
    site = SiteContext(host=host)
    return summarise(
        [extract_page(html.encode(), f"https://{host}{path}", "text/html", site, NOW) for path, html in pages.items()]
    )


@pytest.mark.parametrize("case", SITES)
def test_one_name(case: str) -> None:
    host, pages, right = SITES[case]
    assert facts_of(host.replace(".example.com", ".com"), pages).as_json()["names"][0] in right


@pytest.mark.parametrize("case", LEGAL)
def test_legal_name(case: str) -> None:
    path, title, body, expected = LEGAL[case]
    facts = facts_of("werkstatt-seite.com", {path: f"<title>{title}</title><h1>{title}</h1>{body}"})
    assert facts.values("legal_name")[:1] == [expected]
