"""One rule a page: numbers, addresses, people and third parties of many countries, with counter-examples."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company_site import extract_page

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
    "pages that a blog's theme sets as posts": (
        "https://www.lumivert.fr/mentions-legales/", "fr",
        "<article class='post'><p>Siège social situé 8 bis rue de la Tour d'Auvergne, 44200 Nantes.</p></article>",
        {"address": {"8 bis rue de la Tour d'Auvergne, 44200 Nantes, FR"}},
    ),
    "posts": (
        "https://www.lumivert.fr/blog/salon", "fr",
        "<article class='post'><p>Le salon : 8 bis rue de la Tour d'Auvergne, 44200 Nantes.</p></article>",
        {"address": set()},
    ),
    "staff below plain lines": (
        "https://www.bachmann.ch/buero", "de",
        "<p>Partner</p><p>Reto Keller, dipl. Arch. ETH SIA<br>Simone Bachmann</p>"
        "<p>Ehemalige</p><p>Anja Steiner, Marc Dubach</p>",
        {"people": {"Reto Keller: Partner", "Simone Bachmann"}},
    ),
    "a chair and where she works": (
        "https://www.riverbend.org/board", "en",
        "<h2>Board of Directors</h2><ul><li><b>Chair:</b> Marjorie Klein, Klein Foods</li>"
        "<li>Rev. Thomas Adeyemi, Grace Chapel</li></ul>",
        {"people": {"Marjorie Klein: Chair", "Thomas Adeyemi: Grace Chapel"}},
    ),
    "degrees below names and titles below these": (
        "https://www.deshmukh.in/team", "en",
        "<h1>Our Attorneys</h1><h3>Adv. Vaishali Deshmukh</h3><span>B.A., LL.M.</span><p>Partner</p>"
        "<h3>Adv. Irfan Shaikh</h3><span>LL.B.</span><p>Associate</p>",
        {"people": {"Vaishali Deshmukh: Partner", "Irfan Shaikh: Associate"}},
    ),
    "degrees in small letters": (
        "https://www.sp7.edu.pl/kadra", "pl",
        "<h3>Dyrekcja szkoły</h3><p>mgr Barbara Nowicka-Pytel<br>dyrektor szkoły</p>",
        {"people": {"Barbara Nowicka-Pytel: dyrektor szkoły"}},
    ),
    "surnames first in a table": (
        "https://www.sp7.edu.pl/kadra", "pl",
        "<h3>Nauczyciele</h3><table><tr><td>Adamczyk Ewa</td></tr><tr><td>Bielecki Marek</td></tr>"
        "<tr><td>Czarnecka Joanna</td></tr></table>",
        {"people": {"Adamczyk Ewa", "Bielecki Marek", "Czarnecka Joanna"}},
    ),
    "a partner in business": (
        "https://www.dekruijf.nl/", "nl", "<p>Samen met mijn compagnon Stefan Blom verbouw ik.</p>",
        {"people": {"Stefan Blom: compagnon"}},
    ),
    "a husband": ("https://www.dekruijf.nl/", "en", "<p>Thanks to my husband Stefan Blom.</p>", {"people": set()}),
    "one of a theme's cast with the theme's title": (
        "https://www.vida.com.br/", "pt",
        "<section class='team'><h2>Equipe</h2><h4>Amanda Jepson</h4><span>Accountant</span></section>",
        {"people": set()},
    ),
    "one who is called like a theme's": (
        "https://www.jepson.com/team", "en", "<h2>Team</h2><h4>Amanda Jepson</h4><p>Head of Production</p>",
        {"people": {"Amanda Jepson: Head of Production"}},
    ),
    "stars are no title": (
        "https://www.cedar.com/about", "en",
        "<h2>Our Team</h2><h4>Marcus Bell</h4><p>★★★★★ Best dentist</p>", {"people": set()},
    ),
    "the owner's name is no building": (
        "https://www.riverbendcenter.org/contact", "en",
        "<p>Riverbend Center<br>2417 North Florissant Ave.<br>St. Louis, MO 63106</p>",
        {"address": {"2417 North Florissant Ave, 63106 St. Louis, MO, US"}},
    ),
    "an old brewery is": (
        "https://www.appleyard.co.uk/contact", "en",
        "<address>The Old Brewery<br>2 Widcombe Parade<br>Bath<br>BA2 4JT</address>",
        {"address": {"The Old Brewery, 2 Widcombe Parade, BA2 4JT Bath, GB"}},
    ),
    "an estate before a street": (
        "https://www.montoro.es/aviso-legal", "es",
        "<p>Domicilio: Polígono Industrial Los Olivares, C/ Villatorres, 14 - 23009 Jaén</p>",
        {"address": {"Polígono Industrial Los Olivares, C/ Villatorres, 14, 23009 Jaén, ES"}},
    ),
    "a number's first figures are no code": (
        "https://www.isla.ph/contact", "en",
        "<p>Look for Joel at the front desk, 24 hours.</p><p>Smart: 0918 442 7715</p>",
        {"address": set(), "phone_e164": {"+639184427715"}},
    ),
    "a number alone on a page of contacts": (
        "https://www.glow.ca/contact", "en", "<h2>902. 407. 3318</h2>", {"phone_e164": {"+19024073318"}},
    ),
    "a number alone elsewhere": (
        "https://www.glow.ca/gallery", "en", "<h2>902. 407. 3318</h2>", {"phone_e164": set()},
    ),
    "dashes of an editor": (
        "https://www.zory.pl/kontakt", "pl", "<p>ul. Długa 5, 44–240 Żory</p>",
        {"address": {"ul. Długa 5, 44-240 Żory, PL"}},
    ),
    "a range of guests": (
        "https://www.saal.de/kontakt", "de", "<p>Saal 3, Hauptstraße 5, für 44–240 Personen</p>", {"address": set()},
    ),
    "a label, its colon and a number in cells of their own": (
        "https://www.surya.in/about", "en",
        "<div>Phones</div><div>:</div><div>0422 262 7788</div>", {"phone_e164": {"+914222627788"}},
    ),
    "text above a footer": (
        "https://www.stmarks.org.uk/history", "en",
        "<p>1921 Rev. Arthur Penrose</p></main><footer><p>St Mark's Church</p><p>Rochester Way, London SE9 6AB</p>"
        "</footer><main>",
        {"address": {"Rochester Way, SE9 6AB London, GB"}},
    ),
    "a town that the host names": (
        "https://www.halifaxnails.ca/contact", "en", "<h2>1551 Birmingham<br>Spring Garden<br>Halifax</h2>",
        {"address": {"1551 Birmingham, Spring Garden, Halifax"}},
    ),
    "a number of rooms": (
        "https://www.halifaxflats.ca/contact", "en", "<h2>3 Bedrooms<br>Parking<br>Garden</h2>", {"address": set()},
    ),
    "a VAT number behind whatever label": (
        "https://www.elbtal.de/impressum", "de", "<p>Telefon und USt gem. UStG: DE 811 907 980</p>",
        {"phone_e164": set()},
    ),
    "two owners of an imprint": (
        "https://www.elbtal.de/impressum", "de",
        "<h1>Impressum</h1><p>Angaben gemäß § 5 TMG:</p><p>Jens Petzold und Katrin Voigt<br>Alte Dorfstr. 4b<br>"
        "01665 Klipphausen</p>", {"people": {"Jens Petzold", "Katrin Voigt"}},
    ),
    "a link that asks to mail": (
        "https://www.rakt.se/om-oss", "sv", "<p>Vi svarar. <a href='mailto:erik@rakt.se'>Mejla Erik</a></p>",
        {"people": set()},
    ),
    "a title below a name is no label of the next line": (
        "https://www.rakt.se/om-oss", "sv", "<p>Linnéa Hedqvist<br>Grundare &amp; vd<br>Mejla Linnéa</p>",
        {"people": {"Linnéa Hedqvist: Grundare & vd"}},
    ),
    "a name over its number": (
        "https://www.vinha.pt/contactos", "pt",
        "<p>Enoturismo<br>Mafalda Sequeira<br>T. +351 254 882 310</p>", {"people": {"Mafalda Sequeira: Enoturismo"}},
    ),
    "a name over a number in a story": (
        "https://www.vinha.pt/historia-da-casa", "pt",
        "<p>Visitas<br>Mafalda Sequeira<br>T. +351 254 882 310</p>", {"people": set()},
    ),
    "a national road": (
        "https://www.vinha.pt/contactos", "pt", "<p>EN 222, Ervedosa do Douro<br>5130-135 Pesqueira</p>",
        {"address": {"EN 222, Ervedosa do Douro, 5130-135 Pesqueira, PT"}},
    ),
    "a lane without numbers": (
        "https://www.highfield.co.uk/contact", "en", "<p>Highfield School, Wharf Lane, Nantwich, Cheshire, CW5 8PB</p>",
        {"address": {"Wharf Lane, CW5 8PB Nantwich, Cheshire, GB"}},
    ),
    "an Austrian engineer": (
        "https://www.lab.at/team", "de", "<h2>Das Team</h2><p>DI Dr. Markus Hofstätter</p><p>Founder</p>",
        {"people": {"Markus Hofstätter: Founder"}},
    ),
    "who grants money": (
        "https://www.lab.at/team", "de", "<h2>Förderungen</h2><p>FFG, Sensengasse 1, 1090 Wien</p>", {"address": set()},
    ),
    "street, town and country": (
        "https://www.kantuta.cl/nosotros", "es", "<p>Calle Esmeralda 1074, Local 3, Valparaíso, Chile</p>",
        {"address": {"Calle Esmeralda 1074, Local 3, Valparaíso, CL"}},
    ),
    "towns and a country": (
        "https://www.kantuta.cl/nosotros", "es", "<p>Enviamos a Santiago, Valparaíso, Chile</p>", {"address": set()},
    ),
    "run by two": (
        "https://www.kavita.in/", "en", "<p>Today the business is run by Mr. Naveen Sharma and Mrs. Kavita Sharma.</p>",
        {"people": {"Naveen Sharma", "Kavita Sharma"}},
    ),
    "whom to ring": (
        "https://www.bakker.nl/contact", "nl", "<p>Bel Jaap Bakker: 06-53 21 44 90</p>", {"people": {"Jaap Bakker"}},
    ),
    "a gate behind its block": (
        "https://www.ubuntu.co.za/contact", "en",
        "<p>Unit 5, Block C, Bryanston Gate, 170 Curzon Road, Bryanston, 2191</p>",
        {"address": {"Unit 5, Block C, Bryanston Gate, 170 Curzon Road, 2191 Bryanston, ZA"}},
    ),
    "a Danish floor": (
        "https://www.kodehuset.dk/kontakt", "da", "<p>Vestergade 58, 2. th. · 8000 Aarhus C</p>",
        {"address": {"Vestergade 58, 2. th, 8000 Aarhus C, DK"}},
    ),
    "departments that are trades": (
        "https://www.lemaitre.fr/contact", "fr", "<p>Mécanique : Loïc<br>Carrosserie : Sébastien Morel</p>",
        {"people": {"Sébastien Morel: Carrosserie"}},
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
