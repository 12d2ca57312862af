"""Numbers, mailboxes, profiles and names in forms that small sites' own makers write, each with what it must not do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company_site import extract_page
from leadhouse.extraction.site.summary import summarise
from leadhouse.records import Extraction

NOW = datetime(2026, 11, 22, tzinfo=UTC)
Facts = dict[str, set[str]]

# url, language, body, and what the page states of the attributes named
CASES: dict[str, tuple[str, str, str, Facts]] = {
    "a lawyer's bar does not own the lawyer's number": (
        "https://a.fr/mentions-legales.html", "fr",
        "<h2>Éditeur du site</h2><p>Nom : Cabinet Muster<br>Qualité : Avocat inscrit au Barreau de Lyon<br>"
        "Téléphone : 04 72 00 11 22<br>Email : <a href='mailto:contact@a.fr'>contact@a.fr</a></p>",
        {"phone_e164": {"+33472001122"}, "email": {"contact@a.fr"}},
    ),
    "a chamber's own number stays the chamber's": (
        "https://a.de/impressum", "de",
        "<p>Zuständige Kammer: Zahnärztekammer Musterland<br>Telefon 030 4000112<br>"
        "E-Mail: info@kammer-musterland.org</p><p>E-Mail: praxis@a.de</p>",
        {"phone_e164": set(), "email": {"praxis@a.de"}},
    ),
    "what a link shows counts, not the number its copy still dials": (
        "https://a.it/contatti", "it",
        "<p>Tel.: <a href='tel:+3905142211'>+39 041 5207000</a></p>", {"phone_e164": {"+390415207000"}},
    ),
    "a label inside the link": (
        "https://a.uy/contacto", "es",
        "<a href='tel:+59897524500'><span>Teléfono: 099 155 400</span></a>", {"phone_e164": {"+59899155400"}},
    ),
    "an extension shown beside the number dialled is no other number": (
        "https://a.at/kontakt", "de",
        "<p>Telefon <a href='tel:+4314064512;ext=73'>01/4064512-73</a></p>",
        {"phone_e164": {"+4314064512", "+431406451273"}},
    ),
    "the same number in national form": (
        "https://a.de/kontakt", "de",
        "<p>Telefon <a href='tel:+493040001120'>030 / 400011-20</a></p>", {"phone_e164": {"+493040001120"}},
    ),
    "numbers that close lines of addresses": (
        "https://a.fr/mentions-legales", "fr",
        "<h2>Nos établissements</h2><p>Rive gauche — 7 Rue du Port, 76100 Rouen — 09 53 45 00 93<br>"
        "Centre — 66 Rue du Moulin, 76000 Rouen — 09 55 93 00 78</p>",
        {"phone_e164": {"+33953450093", "+33955930078"}},
    ),
    "a number amid a sentence with a town": (
        "https://a.fr/histoire", "fr",
        "<p>Né à 76000 Rouen, 09 53 45 00 93 fut le premier modèle construit.</p>", {"phone_e164": set()},
    ),
    "icons before a credit line": (
        "https://a.cl/contact-us.html", "es",
        "<div class='contact-us'><a href='https://wa.me/56937511923'><img alt='whatsapp logo' src='w.png'></a>"
        "<a href='https://www.instagram.com/lanas.sur/'><img alt='instagram' src='i.png'></a></div>"
        "<div class='footer-credits'><h5>DESIGNED BY</h5><h2>Juana Roe</h2></div>",
        {"phone_e164": {"+56937511923"}},
    ),
    "profiles of whom the site was made with": (
        "https://a.cl/", "es",
        "<footer><h4>In cooperation with <a href='https://www.studio-roe.example'>Studio Roe</a></h4><div>"
        "<a href='https://www.linkedin.com/company/studio-roe/'><img alt='linkedin' src='l.png'></a></div></footer>",
        {"social_url": set()},
    ),
    "profiles that bear the credited maker's name": (
        "https://a.com/", "en",
        "<footer><p>info@studio-roe.com</p><a href='https://www.instagram.com/studio-roe'>Instagram</a>"
        "<a href='https://www.instagram.com/labor_city'>Instagram</a></footer>"
        "<p>powered by <a href='https://studio-roe.com/'>Studio-Roe.com</a></p>",
        {"social_url": {"https://www.instagram.com/labor_city"}, "email": set()},
    ),
    "a site linked for another reason makes nothing a maker's": (
        "https://a.com/contact", "en",
        "<footer><p>E-mail: info@bakerygroup.com</p></footer><p>Our shop: <a href='https://bakerygroup.com/'>shop</a></p>",
        {"email": {"info@bakerygroup.com"}},
    ),
    "searches and redirects are no profiles": (
        "https://a.ch/", "de",
        "<footer><a href='https://www.facebook.com/search/top?q=verein'>f</a>"
        "<a href='https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.instagram.com%2Fother'>i</a></footer>",
        {"social_url": set()},
    ),
    "a network's name as label": (
        "https://a.com.br/contato", "pt",
        "<main><div>Instagram</div><div><a href='https://www.instagram.com/escola_sc/'>@escola_sc</a></div></main>",
        {"social_url": {"https://www.instagram.com/escola_sc"}},
    ),
    "profiles below the names of others": (
        "https://a.no/om-oss", "no",
        "<main><h2>Fellesskap</h2><article><h3>Bacchus</h3><p>Vår søsterforening.</p>"
        "<a href='https://www.instagram.com/bacchus_ntnu/'>Instagram</a></article></main>"
        "<footer><h3>Kontakt</h3><a href='https://www.instagram.com/linjen_ntnu/'>Instagram</a></footer>",
        {"social_url": {"https://www.instagram.com/linjen_ntnu"}},
    ),
    "registers of France overseas": (
        "https://a.re/mentions-legales", "fr-RE", "<p>SIREN : 941 223 968</p>", {"register_id": {"SIREN 941 223 968"}},
    ),
    "a handle behind its network is no mailbox": (
        "https://a.com/", "en",
        "<footer><p>Instagram @caffe.roma</p><p>Mail: info @ caffe-roma.com</p></footer>",
        {"email": {"info@caffe-roma.com"}},
    ),
    "Italian tax number by its initials": (
        "https://a.it/contatti", "it", "<p>PI: 00743110157<br>CF: 00743110157</p>",
        {"vat_id": {"IT00743110157"}},
    ),
}  # fmt: skip


def read(url: str, language: str, body: str, head: str = "") -> Extraction:
    html = f"<html lang={language}><head><meta charset=utf-8>{head}</head><body>{body}</body></html>"
    return extract_page(html.encode(), url, "text/html", SiteContext(host=url.split("/")[2]), NOW)


@pytest.mark.parametrize("name", CASES)
def test_contacts_of_a_page(name: str) -> None:
    url, language, body, facts = CASES[name]
    values = {
        key.value: {v.value for v in found} for key, found in read(url, language, body).companies[0].values.items()
    }
    assert {attribute: values.get(attribute, set()) for attribute in facts} == facts


# url, head, body, the name shown first
NAMES: dict[str, tuple[str, str, str, str]] = {
    "rights before the name": (
        "https://roehospital.example/contact-us.html", "<title>Best Hospital in Town</title>",
        "<div><img alt='img' src='logo.png'></div><p>© Copyright 2025 | All Rights Reserved by Roe Hospital</p>",
        "Roe Hospital",
    ),
    "a size behind the word logo": (
        "https://elternvereinmu.example/", "<title>gemeinsam erleben</title>",
        "<header><a href='index.html'><img alt='Elternverein Logo klein' src='logo.jpg'></a></header>"
        "<footer>Copyright © 2021 Jane Roe</footer>",
        "Elternverein",
    ),
    "the way home in a label": (
        "https://pouletroe.example/mentions-legales.html", "<title>Mentions légales | Poulet Roé Kwaye</title>",
        "<header><a href='/' aria-label='Retour à l’accueil de Poulet Roé Kwaye'><img src='x.png'></a></header>",
        "Poulet Roé Kwaye",
    ),
    "a home that belongs to the name": (
        "https://homecareroe.example/", "<title>Contact</title>",
        "<header><nav><a href='index.html' title='Back Home Care Roe'>Home Care Roe</a></nav></header>"
        "<footer>© 2024 Home Care Roe</footer>",
        "Home Care Roe",
    ),
    "a firm on its owner's own domain": (
        "https://saskiaroelofs.example/colofon.html", "<title>Colofon · SR Data Advies</title>",
        "<header><a href='index.html'><img src='logo.svg' alt='SR Data Advies logo'> SR Data Advies</a></header>"
        "<p>Ik ben Saskia Roelofs, eigenaar van SR Data Advies.</p><footer>© 2026 SR Data Advies</footer>",
        "SR Data Advies",
    ),
    "Klein is a name, too": (
        "https://klein-immobilien.example/", "<title>Willkommen</title>",
        "<header><a href='index.html'><img alt='Klein Immobilien Logo' src='logo.jpg'></a></header>",
        "Klein Immobilien",
    ),
    "a domain whose first word has two letters": (
        "https://libygdelag.example/om-oss.html", "",
        "<article><td>Li Bygdelag<br>Berget 2<br>1482 NITTEDAL</td></article>",
        "Li Bygdelag",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_name_of_a_site(name: str) -> None:
    url, head, body, shown = NAMES[name]
    assert summarise([read(url, "", body, head)]).best("name") == shown


def test_the_host_of_a_site_is_not_its_operator() -> None:
    body = (
        "<h2>Hébergement</h2><p>Le site est hébergé par :</p><p>Nuage Roe, Inc.<br>512 2nd Street</p>"
        "<h2>Éditeur</h2><p>Dupré Muster SARL</p>"
    )
    page = read("https://dupre.example/mentions-legales.html", "fr", body)
    assert summarise([page]).values("legal_name") == ["Dupré Muster SARL"]


# url, language, body, numbers, numbers of fax machines
NUMBERS: dict[str, tuple[str, str, str, str, str]] = {
    "lists below a label": (
        "https://a.in/contact", "en", "<p>Ph: 0471-2305111, <br>0471-2305222, <br>0471-2301733</p>",
        "+914712305111 +914712305222 +914712301733", "",
    ),
    "area code shared over a slash": (
        "https://a.com.br/contato", "pt", "<p>Fone: (54) 3333-4418 / 98888-7712</p>",
        "+555433334418 +5554988887712", "",
    ),
    "the next line's last figures": (
        "https://a.de/kontakt", "de", "<p>Tel: 040 713456 / 57</p>", "+4940713456", "",
    ),
    "an extension is no next line": (
        "https://a.de/kontakt", "de", "<p>Tel: 040 7134-0, Durchwahl 040 7134-12</p>", "+494071340 +4940713412", "",
    ),
    "calling code without its plus": (
        "https://a.co.jp/contact", "ja",
        "<table><tr><td>TEL</td><td>86-510-85606111</td></tr><tr><td>FAX</td><td>86-510-85626111</td></tr></table>",
        "+8651085606111", "+8651085626111",
    ),
    "figures in groups without a label are no number abroad": (
        "https://a.co.jp/contact", "ja", "<p>86-510-85606111</p>", "", "",
    ),
    "prefix that Mexico gave up": (
        "https://a.com.mx/contacto", "es", "<p>Tel: 01 473 732 5111</p>", "+524737325111", "",
    ),
    "what follows tells a telephone": (
        "https://a.se/om", "sv", "<p>08-660 12 34 vx</p><p>Ring 08-660 12 35</p>", "+4686601234 +4686601235", "",
    ),
    "a line of nothing but numbers": (
        "https://a.ru/contact", "ru", "<p>8 (812) 337-22-11, 8-921-337-22-11</p>", "+78123372211 +79213372211", "",
    ),
    "a number before a house number": (
        "https://a.org/contact", "en",
        "<footer>Phone 808-587-3411 &bull; Fax 808-587-3412 &bull; 2343 Rose Street, Honolulu, HI 96819</footer>",
        "+18085873411", "+18085873412",
    ),
    "eleven figures are no house number with a code": (
        "https://a.ca/contact", "en", "<p>Toll-free 1-866-244-2211 &nbsp; Cell (403) 244-2213</p>",
        "+18662442211 +14032442213", "",
    ),
    "country at the end of a line": (
        "https://a.com/contact", "en", "<p>Plot 7, Kampala, Uganda</p><p>Tel: 0414 251834</p>", "+256414251834", "",
    ),
    "a country amid a sentence": (
        "https://a.com/contact", "en", "<p>We ship to Uganda, Kenya and beyond each week.</p><p>Tel: 0414 251834</p>",
        "", "",
    ),
    "domains that residents alone may have": (
        "https://a.com.co/contacto", "es", "<p>Cel: 310 234 5178</p>", "+573102345178", "",
    ),
    "a German number without its area code": (
        "https://a.de/kontakt", "de", "<p>Fax: 0123/4567890</p><p>Telefon 713456</p>", "", "",
    ),
    "rows of figures": (
        "https://a.es/contacto", "es", "<p>Tel: +34 600 123 456</p><p>Tel: 900 123 456</p>", "", "",
    ),
    "taxis have rows of figures at the end, too": (
        "https://a.es/contacto", "es", "<p>Tel: +34 613 123 456</p>", "+34613123456", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_of_a_page(name: str) -> None:
    url, language, body, phones, faxes = NUMBERS[name]
    found = summarise([read(url, language, body)])
    assert (set(found.values("phone_e164")), set(found.values("fax_e164"))) == (set(phones.split()), set(faxes.split()))
