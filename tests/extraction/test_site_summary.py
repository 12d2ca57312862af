"""What the pages of one site say together."""

from __future__ import annotations

from datetime import UTC, datetime

from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company_site import extract_page
from leadhouse.extraction.site.summary import SiteFacts, summarise
from leadhouse.records import CompanyAttribute

NOW = datetime(2026, 2, 3, tzinfo=UTC)
FOOTER = "<footer><p>© 2026 Ulmenhof Gartenbau GmbH</p><p>Tel. 0731 / 60 70 80</p></footer>"


def summary(host: str, pages: dict[str, str]) -> SiteFacts:
    site = SiteContext(host=host)
    return summarise(
        [extract_page(html.encode(), f"https://{host}{path}", "text/html", site, NOW) for path, html in pages.items()]
    )


def test_agreement_of_pages_picks_the_name() -> None:
    facts = summary(
        "ulmenhof.de",
        {
            "/": f"<title>Start | Ulmenhof Gartenbau</title><h1>Schöne Gärten</h1>{FOOTER}",
            "/leistungen": f"<title>Leistungen | Ulmenhof Gartenbau</title><h1>Pflaster und Wege</h1>{FOOTER}",
            "/alt": "<title>Gärtnerei Alt-Ulm</title><h1>Alte Seite</h1>",
        },
    )
    assert facts.as_json()["names"][0] in {"Ulmenhof Gartenbau", "Ulmenhof Gartenbau GmbH"}
    assert "Schöne Gärten" not in facts.as_json()["names"][:1]


def test_national_number_gets_the_sites_country() -> None:
    facts = summary(
        "gruber-moebel.com",
        {
            "/": '<html lang="de"><title>Gruber Möbel</title><p>Telefon: 0662 2690152</p>',
            "/kontakt": '<html lang="de"><title>Kontakt</title>'
            '<p>Telefon: <a href="tel:+436622690152">0662 2690152</a></p>'
            "<p>Neubaugasse 22, 5020 Salzburg, Österreich</p>",
        },
    )
    assert facts.as_json()["phones"] == ["+436622690152"]


def test_structured_data_alone_gives_way_to_what_is_shown() -> None:
    data = '{"@type":"Organization","telephone":"+49 731 999 888","email":"x@altedomain-gaerten.de"}'
    old = f'<script type="application/ld+json">{data}</script>'
    facts = summary(
        "ulmenhof.de", {"/": f"<title>Ulmenhof</title>{old}{FOOTER}", "/b": f"<title>Ulmenhof</title>{old}{FOOTER}"}
    )
    assert facts.as_json()["phones"] == ["+49731607080"]


def test_a_profile_on_few_pages_is_content() -> None:
    own = '<footer><a href="https://www.instagram.com/ulmenhof">Instagram</a></footer>'
    pages = {f"/seite-{number}": f"<title>Seite | Ulmenhof</title><p>Text</p>{own}" for number in range(6)}
    pages["/seite-3"] += '<p>Foto von <a href="https://www.instagram.com/rosenfreundin">@rosenfreundin</a></p>'
    assert summary("ulmenhof.de", pages).as_json()["socials"] == ["https://www.instagram.com/ulmenhof"]


def test_an_extension_is_no_second_number() -> None:
    facts = summary(
        "amt-wien.at",
        {"/": '<p>Tel: <a href="tel:+4314064514">01/406 45 14</a></p>', "/team": "<p>Telefon: 01/406 45 14-7361</p>"},
    )
    assert facts.as_json()["phones"] == ["+4314064514"]


def test_theme_states_nothing() -> None:
    facts = summary(
        "birchwood-preview.com",
        {
            "/": "<title>Prologue</title><h1>I'm Prologue</h1><p>hello@untitled.tld</p><p>© Untitled</p>",
            "/elements": "<title>Elements</title><p>Lorem ipsum dolor sit amet nullam dolore.</p>",
        },
    )
    assert facts.reason == "template"
    assert not any(facts.as_json().values())


def test_demo_host_of_a_vendor_states_nothing() -> None:
    facts = summary(
        "demo.themevendor.com", {"/": "<title>Bridge Law</title><p>Call +1 402 598 8172, info@bridge-law.com</p>"}
    )
    assert facts.reason == "template"


def test_practice_firm_has_no_people() -> None:
    facts = summary(
        "kuchenwerk-uebung.at",
        {
            "/": "<title>Kuchenwerk</title><p>Wir sind eine Übungsfirma der Handelsakademie.</p>"
            "<p>office@kuchenwerk-uebung.at</p>",
            "/team": "<title>Team</title><h1>Team</h1><h3>Anna Huber</h3><p>Geschäftsführerin</p>",
        },
    )
    assert facts.as_json()["people"] == []


def test_no_page_says_why() -> None:
    assert summarise([]).reason == "no pages"
    parked = summary("ahornhof.com", {"/": "<title>ahornhof.com</title><h1>This domain is for sale</h1>"})
    assert parked.reason == "parked"
    assert not any(parked.as_json().values())


def test_person_is_joined_over_pages() -> None:
    facts = summary(
        "kanzlei-birke.de",
        {
            "/impressum": "<title>Impressum</title><h1>Impressum</h1><p>Inhaberin: Dr. Paula Birke</p>",
            "/team": "<title>Team</title><h1>Team</h1><h3>Dr. Paula Birke</h3><p>Rechtsanwältin</p>"
            "<p>birke@kanzlei-birke.de</p>",
        },
    )
    assert [(person["name"], person["email"]) for person in facts.people] == [("Paula Birke", "birke@kanzlei-birke.de")]


def test_record_states_the_domain_and_its_people_belong_to_it() -> None:
    extraction = extract_page(
        b"<title>Team</title><h1>Team</h1><h3>Dr. Paula Birke</h3><p>Rechtsanw\xc3\xa4ltin</p>",
        "https://www.kanzlei-birke.de/team",
        "text/html",
        SiteContext(host="www.kanzlei-birke.de"),
        NOW,
    )
    (company,) = extraction.companies
    assert company.values[CompanyAttribute.DOMAIN][0].value == "kanzlei-birke.de"
    assert {person.company_key for person in extraction.persons} == {company.record_key}


def test_spellings_of_one_address_are_one() -> None:
    facts = summary(
        "ulmenhof.de",
        {
            "/": f"<title>Ulmenhof</title>{FOOTER}<footer><p>Lindenstr. 5, 89073 Ulm</p></footer>",
            "/kontakt": "<title>Ulmenhof</title><h1>Kontakt</h1><p>Lindenstraße 5<br>89073 Ulm</p>",
            "/anfahrt": "<title>Ulmenhof</title><h1>Anfahrt</h1><p>Wir sind in der Lindenstraße 5, 89073 Ulm.</p>",
        },
    )
    assert len(facts.values("address")) == 1
    assert facts.best("address") in {"Lindenstr. 5, 89073 Ulm, DE", "Lindenstraße 5, 89073 Ulm, DE"}


def test_size_and_line_of_business() -> None:
    facts = summary(
        "ulmenhof.de",
        {
            "/": f"<title>Ulmenhof Gartenbau | Gärtnerei in Ulm</title>{FOOTER}",
            "/ueber-uns": "<title>Über uns | Ulmenhof Gartenbau</title>"
            "<p>Wir sind ein Team von 12 Gärtnern. Wir planen für Unternehmen ab 500 Mitarbeitern.</p>",
        },
    )
    assert (facts.best("employee_band"), facts.best("industry_code")) == ("11-50", "81")


def test_a_profile_that_no_page_links_to_is_left_out() -> None:
    data = '{"@type":"Organization","sameAs":["https://x.com/ulmenhof","https://www.facebook.com/ulmenhof"]}'
    head = f'<title>Ulmenhof</title><script type="application/ld+json">{data}</script>'
    link = '<footer><a href="https://www.facebook.com/ulmenhof">Facebook</a></footer>'
    facts = summary("ulmenhof.de", {f"/seite-{number}": f"{head}<p>Text</p>{link}" for number in range(5)})
    assert facts.values("social_url") == ["https://www.facebook.com/ulmenhof"]
    alone = summary("ulmenhof.de", {"/": f"{head}<p>Text</p>"})
    assert len(alone.values("social_url")) == 2


def test_an_example_in_a_post_makes_no_theme_of_the_site() -> None:
    post = "<title>Tests | Ulmenhof</title><article><p>Log in as bob@example.com.</p></article>"
    pages = {"/": "<title>Ulmenhof</title><h1>Ulmenhof</h1><p>Wir bauen Gärten.</p>", "/2026/01/tests": post}
    assert summary("ulmenhof.de", pages).reason is None
    assert summary("ulmenhof.de", {**pages, "/kontakt": post}).reason == "template"
