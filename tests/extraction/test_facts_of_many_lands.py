"""One rule a page: numbers, addresses, people and third parties of many countries, with counter-examples."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadhouse.extraction.company_site import extract_page
from leadhouse.extraction.context import SiteContext

NOW = datetime(2026, 4, 6, tzinfo=UTC)
Facts = dict[str, set[str]]
WORDPRESS = '<article class="post-14 page type-page hentry"><div class="post-content">'

# url, language, body, and what the page states of the attributes named; "people" are names with titles
CASES: dict[str, tuple[str, str, str, Facts]] = {
    "Egyptian address": (
        "https://a.com.eg/contact", "ar",
        "<p>العنوان: 12 شارع التحرير، الدقي، الجيزة 12611، مصر</p><p>هاتف ٠٢ ٣٣٣٧ ٤٥٦٧</p>",
        {"address": {"12 شارع التحرير، الدقي, 12611 الجيزة, EG"}, "phone_e164": {"+20233374567"}},
    ),
    "Israeli address": (
        "https://a.co.il/contact", "he",
        "<table><tr><th>כתובת</th><td>רחוב הרצל 45, קומה 3, רמת גן 5246613</td></tr></table>",
        {"address": {"רחוב הרצל 45, קומה 3, 5246613 רמת גן, IL"}},
    ),
    "Thai address and fax": (
        "https://a.co.th/contact", "th",
        "<p>123/45 ถนนสุขุมวิท แขวงคลองตันเหนือ เขตวัฒนา กรุงเทพมหานคร 10110</p>"
        "<p>โทร. 02-712-3456<br>โทรสาร 02-712-3457</p>",
        {
            "address": {"123/45 ถนนสุขุมวิท แขวงคลองตันเหนือ เขตวัฒนา, 10110 กรุงเทพมหานคร, TH"},
            "phone_e164": {"+6627123456"}, "fax_e164": {"+6627123457"},
        },
    ),
    "Vietnamese works": (
        "https://a.com.vn/lien-he", "vi", "<p>A<br>Xưởng: Lô B7, KCN Phố Nối A, Văn Lâm, Hưng Yên</p>",
        {"address": {"Lô B7, KCN Phố Nối A, Văn Lâm, Hưng Yên, VN"}},
    ),
    "Bulgarian address": (
        "https://a.com/kontakti", "bg", "<p>гр. Пловдив 4000, бул. „Христо Ботев“ № 92, ет. 3</p>",
        {"address": {"бул. „Христо Ботев“ № 92, ет. 3, 4000 Пловдив, BG"}},
    ),
    "box in the Gulf": (
        "https://a.ae/contact", "en", "<p>Office 1204, Sheikh Zayed Road, P.O. Box 34567, Dubai, UAE</p>",
        {"address": {"Office 1204, Sheikh Zayed Road, P.O. Box 34567, Dubai, AE"}},
    ),
    "Mexican code with its label": (
        "https://a.com.mx/contacto", "es",
        "<p>Av. Insurgentes Sur 1457, Piso 3, Col. Mixcoac, C.P. 03920, Ciudad de México</p>",
        {"address": {"Av. Insurgentes Sur 1457, Piso 3, Col. Mixcoac, 03920 Ciudad de México, MX"}},
    ),
    "an IBAN is no code": (
        "https://a.lt/kontaktai", "lt",
        "<p>A. s. LT12 1000 0111 0100 1000, Swedbank</p><p>Savanorių pr. 123-4, LT-44146 Kaunas</p>",
        {"address": {"Savanorių pr. 123-4, 44146 Kaunas, LT"}},
    ),
    "WordPress pages are no articles": (
        "https://a.gr/epikoinonia/", "el", f"{WORDPRESS}<p>Λεωφ. Κηφισίας 124, 115 26 Αθήνα</p></div></article>",
        {"address": {"Λεωφ. Κηφισίας 124, 115 26 Αθήνα, GR"}},
    ),
    "concert halls are not the band's": (
        "https://a.ie/gigs", "en", "<p>12 June – Whelan's, 25 Wexford Street, Dublin, D02 H527 – doors 8pm</p>",
        {"address": set()},
    ),
    "two numbers and a slash": (
        "https://a.gr/contact", "el", "<p>Τηλ.: 210 77 12 345 / 6974 123 456</p>",
        {"phone_e164": {"+302107712345", "+306974123456"}},
    ),
    "fax by its last figures": (
        "https://a.de/kontakt", "de", "<p>Tel. 030 / 40 12 34-0, Fax -12</p>",
        {"phone_e164": {"+49304012340"}, "fax_e164": {"+493040123412"}},
    ),
    "telefax that rings": (
        "https://a.edu.ph/contact", "en", "<p>Telefax: (043) 778-2345</p>", {"phone_e164": {"+63437782345"}},
    ),
    "a price is no vanity number": (
        "https://a.com/rent", "en",
        "<header><p>$1,400 - $1,800 MONTHLY RENT in Boise, ID 83709</p></header>", {"phone_e164": set()},
    ),
    "countries by their states": (
        "https://a.com/contact", "en",
        "<p>Phones: 0422 – 262 7788</p><p>Avinashi Road, Coimbatore – 641 014. Tamilnadu</p>",
        {"country_code": {"IN"}, "phone_e164": {"+914222627788"}},
    ),
    "a federation in the footer": (
        "https://www.tsv-hainfeld.de/", "de",
        "<p>TSV Hainfeld, Tel. 09523/501234</p><footer><p>Der TSV Hainfeld ist Mitglied im Landes-Sportverband e.V., "
        "Georg-Brauchle-Ring 93, 80992 München, Telefon 089 157020</p></footer>",
        {"phone_e164": {"+499523501234"}, "address": set()},
    ),
    "a member of the own team": (
        "https://www.thornfield.co.uk/contact", "en", "<p>A member of our team will help, call 01539 722 456</p>",
        {"phone_e164": {"+441539722456"}},
    ),
    "membership some lines above": (
        "https://www.pasadenapiano.com/contact", "en",
        "<p>Member of the Piano Technicians Guild.</p><p>Call (626) 792-4418, Pasadena, CA 91117</p>",
        {"phone_e164": {"+16267924418"}},
    ),
    "crisis lines": (
        "https://www.bellbird.com.au/", "en", "<p>ph 0407 551 823</p><p>In crisis call Lifeline 13 11 14.</p>",
        {"phone_e164": {"+61407551823"}},
    ),
    "spoken signs without brackets": (
        "https://www.drkiss.hu/kapcsolat", "hu",
        "<p>rendelo kukac drkiss pont hu</p>", {"email": {"rendelo@drkiss.hu"}},
    ),
    "how mailboxes are made": (
        "https://www.karttunen.fi/yhteystiedot", "fi", "<p>etunimi.sukunimi@karttunen.fi</p>", {"email": set()},
    ),
    "a couple with one surname": (
        "https://www.lakeshore.com/about", "en",
        "<h2>Meet the Owners</h2><p><strong>Bill &amp; Nancy Kowalski</strong></p>",
        {"people": {"Bill Kowalski", "Nancy Kowalski"}},
    ),
    "a couple of customers": (
        "https://www.hollandfoto.com/weddings", "en",
        "<h2>Anna &amp; Karl Huber</h2><p>A summer wedding in Big Sur.</p>",
        {"people": set()},
    ),
    "schools behind names": (
        "https://www.grove.ca/our-team", "en",
        "<h1>Meet the Team</h1><h3>Priya Raghunathan, MScPT</h3><p>Clinic Owner</p>"
        "<h3>Sam Whitcombe RMT</h3><p>Massage Therapist</p>",
        {"people": {"Priya Raghunathan: Clinic Owner", "Sam Whitcombe: Massage Therapist"}},
    ),
    "the cast of a theme": (
        "https://www.kestrel.in/", "en",
        "<section class='team'><h2>Team</h2><h4>Walter White</h4><span>Chief Executive "
        "Officer</span><h4>Sarah Jhonson</h4>"
        "<span>Product Manager</span><h4>Asha Kulkarni</h4><span>Director</span></section>",
        {"people": {"Asha Kulkarni: Director"}},
    ),
    "offices beside each other": (
        "https://www.ecole.fr/equipe", "fr", "<p>Directeur de la publication : Monsieur Yann Le Breton, gérant.</p>",
        {"people": {"Yann Le Breton: gérant"}},
    ),
}  # fmt: skip


def facts(case: str) -> Facts:
    url, language, body, _ = CASES[case]
    html = f"<html lang={language}><body><main>{body}</main></body></html>".encode()
    read = extract_page(html, url, "text/html; charset=utf-8", SiteContext(host=url.split("/")[2]), NOW)
    found = {key.value: {value.value for value in values} for key, values in read.companies[0].values.items()}
    people = [{key.value: values[0].value for key, values in person.values.items()} for person in read.persons]
    found["people"] = {": ".join(filter(None, [each["full_name"], each.get("title")])) for each in people}
    return found


@pytest.mark.parametrize("case", CASES)
def test_page_states(case: str) -> None:
    expected = CASES[case][3]
    found = facts(case)
    assert {attribute: found.get(attribute, set()) for attribute in expected} == expected
