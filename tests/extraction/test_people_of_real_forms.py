"""People on pages of the forms that small sites really have: names and firms are made up, the markup is as found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company_site import extract_page
from leadhouse.records import PersonAttribute

NOW = datetime(2026, 3, 2, tzinfo=UTC)
HOST = "muehlbach-werke.example.com"

# path, language, markup, people with titles
PAGES: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "list of a club, unknown given names": (
        "/bestuur.html",
        "nl",
        "<h2>Het koorbestuur</h2><ul><li>Voorzitter: Wendeline Hoekzema</li><li>Penningmeester: Maarten Broekhof</li>"
        "<li>Algemeen bestuurslid: Nynke Terpsma</li><li>Lid: J. Overvliet</li></ul>",
        {
            "Wendeline Hoekzema": "Voorzitter",
            "Maarten Broekhof": "Penningmeester",
            "Nynke Terpsma": "Algemeen bestuurslid",
            "J. Overvliet": "Lid",
        },
    ),
    "table with a header of names and positions": (
        "/contact.html",
        "en",
        "<table><tr><th>Name</th><th>Position</th><th>Email</th></tr><tr><td>Sabrina Quill</td><td>Fundraising</td>"
        "<td>fundraising@muehlbach-werke.example.com</td></tr><tr><td>Thorvin Pell</td><td>Kiwi Family</td><td>x</td>"
        "</tr><tr><td>Erica Tamsin</td><td>Historian</td><td>y</td></tr></table>",
        {"Sabrina Quill": "Fundraising", "Erica Tamsin": "Historian"},
    ),
    "title above the name, the institute below": (
        "/equipe.html",
        "pt",
        "<h1>Conheça a equipe</h1><article class='member'><img alt='Foto de Magna Soelma Couto'><span class='r'>"
        "Coordenadora</span><h3>Magna Soelma Couto</h3><p>Instituto Vale Verde</p></article><article class='member'>"
        "<img alt='Foto de Diana Reis Prado'><span class='r'>Pesquisadora</span><h3>Diana Reis Prado</h3>"
        "<p>Instituto Vale Verde</p></article>",
        {"Magna Soelma Couto": "Coordenadora", "Diana Reis Prado": "Pesquisadora"},
    ),
    "a theme's class for events around the staff": (
        "/our-team.html",
        "en",
        "<h1>Our Team</h1><section class='events-section events-listing-section'><h2></h2><p>Yash Tolwani - <u>Founder"
        "</u> and <u>Chief Executive Officer</u></p><p>Yash is a student.</p><p>Taariq Haroun - <u>Head of Finance</u>"
        "</p></section>",
        {"Yash Tolwani": "Founder and Chief Executive Officer", "Taariq Haroun": "Head of Finance"},
    ),
    "lawyers between whom bar admissions stand": (
        "/attorneys.html",
        "en",
        "<h1>Meet Our Attorneys</h1><div class='n'>Timothy Joness S.C.</div><span>Attorney at Law</span><p>Bio.</p>"
        "<h5>Bar Admissions</h5><ul><li>Guyana, 1996</li></ul><div class='n'>Dennis Pauling</div><span>Attorney at Law"
        "</span><h5>Bar Admissions</h5><ul><li>Guyana, 2008</li></ul>",
        {"Timothy Joness": "Attorney at Law", "Dennis Pauling": "Attorney at Law"},
    ),
    "several names behind one title": (
        "/styrelsen.html",
        "sv",
        "<h1>Styrelsen</h1><p><strong>Ordförande:</strong> Tomas Jakobsberg</p><p><strong>Ledamöter:</strong> Sofie "
        "Blomgren, Robert Palmlund</p>",
        {"Tomas Jakobsberg": "Ordförande", "Sofie Blomgren": "Ledamöter", "Robert Palmlund": "Ledamöter"},
    ),
    "a group before the role": (
        "/equipe.html",
        "fr",
        "<h2>Équipes Jeunes</h2><ul><li>U15 – Coach : Yann Le Gallou</li><li>U13 – Coach : Claire Hénault</li></ul>",
        {"Yann Le Gallou": "Coach", "Claire Hénault": "Coach"},
    ),
    "names of both parents, joined, with a full stop": (
        "/diretoria.html",
        "pt",
        "<h1>Diretoria</h1><p>Fernando Jorge Carneiral – Presidente;<br>Renata Lomanto Mullher – Diretora;</p><h4>"
        "Suplentes:</h4><p>Luiz Moraes Amorinho, Ruyter Barbosa dos Anjos e Gilenor Costa Filhote.</p>",
        {
            "Fernando Jorge Carneiral": "Presidente",
            "Renata Lomanto Mullher": "Diretora",
            "Luiz Moraes Amorinho": "",
            "Ruyter Barbosa dos Anjos": "",
            "Gilenor Costa Filhote": "",
        },
    ),
    "a picture's caption of a board": (
        "/vorstand.html",
        "de",
        "<h1>Team</h1><p>Vorstand</p><span>Gruppenfoto Vereinsvorstand</span><div>Christiane Feistel (Vorsitzende) "
        "&nbsp;|&nbsp; Lilli Schmidtke (Jugendwartin)</div><p>Robert Zahlmann-Jung, Kassenwart</p>",
        {
            "Christiane Feistel": "Vorsitzende",
            "Lilli Schmidtke": "Jugendwartin",
            "Robert Zahlmann-Jung": "Kassenwart",
        },
    ),
    "titles below names, one label above them": (
        "/team.html",
        "de",
        "<h1>Team</h1><p class='l'>Betriebsleitung</p><div>Stefanie Gonthard</div><div>Betriebsleiterin</div><p>"
        "Beauftragte</p><div>Johanna von Stade</div><div>Breitensport Reiten</div><div>Rita Jackel</div><div>"
        "Prävention im Sport</div>",
        {"Stefanie Gonthard": "Betriebsleiterin", "Rita Jackel": "Prävention im Sport", "Johanna von Stade": "*"},
    ),
    "surnames that end like words": (
        "/especialistas.html",
        "es",
        "<h2>Nuestros Especialistas</h2><figure><figcaption>Dra. Paula Andrea Manrique</figcaption><p>Médico Cirujano"
        "</p></figure><figure><figcaption>Dr. Manuel Henriques</figcaption><p>Neurólogo Clínico</p></figure>",
        {"Paula Andrea Manrique": "Médico Cirujano", "Manuel Henriques": "Neurólogo Clínico"},
    ),
    "a name nobody knows heads a card of the team": (
        "/",
        "id",
        "<section class='team' id='team'><h2>Our Team</h2><h4>Kholiqe Budimane</h4><h6>Komisaris</h6></section>",
        {"Kholiqe Budimane": "Komisaris"},
    ),
    "a colleague beside a sure one": (
        "/nosotros.html",
        "es",
        "<p class='titles'>Fundadores</p><p>Yoeld Chlimpar</p><p>Gerente General</p><p>Giacomo Zolezzini</p><p>Gerente "
        "General</p>",
        {"Yoeld Chlimpar": "Gerente General", "Giacomo Zolezzini": "Gerente General"},
    ),
    "forms of address of Bengal": (
        "/board.html",
        "en",
        "<h6>Board of Trustees</h6><table><tr><th>Name</th><th>Designation</th></tr><tr><td>Janab Niaz Raheem</td><td>"
        "Chairman</td></tr><tr><td>Janab Md. Mujib Rahmani</td><td>Member</td></tr></table>",
        {"Niaz Raheem": "Chairman", "Md. Mujib Rahmani": "Member"},
    ),
    "a picture's caption names who left, too": (
        "/vorstand.html",
        "de",
        "<h1>Vorstandschaft</h1><table><tr><td>Erster Vorstand</td><td>Tobias Fuhrner</td></tr><tr><td>Kassenwart"
        "</td><td>Gerhard Kettler</td></tr></table><p>Lisa Amanns, Tobias Fuhrner, Gerhard Kettler</p>",
        {"Tobias Fuhrner": "Erster Vorstand", "Gerhard Kettler": "Kassenwart"},
    ),
    "degrees of Indonesia": (
        "/",
        "id",
        "<section id='doctors' class='doctors'><h2>Dokter</h2><h4>Prof. Dr. dr. Sidartawang Soegondi, Sp.PD-KEMD, "
        "FINASIM</h4><span>Dokter Penyakit Dalam</span></section>",
        {"Sidartawang Soegondi": "Dokter Penyakit Dalam"},
    ),
}

# what names people, or looks like names, and lists no staff
NONE: dict[str, tuple[str, str, str]] = {
    "customers who trust a firm": (
        "/",
        "fr",
        "<h2>Ils nous font confiance</h2><img class='rounded-circle'><h5>Marc Leroyer</h5><p>Chef d'entreprise</p><p>"
        "Un service fiable avec des agents très bien formés.</p>",
    ),
    "speakers": (
        "/relatori.html",
        "it",
        "<h2>Relatori</h2><p>Italo Vignolini</p><p>Presidente Onorario LibroItalia</p><p>Sonia Montenegri</p><p>"
        "Presidente Carta Aperta</p>",
    ),
    "a round table of a congress": (
        "/programa.html",
        "es",
        "<h2>Mesas redondas</h2><h3>Consenso de manejo</h3><p>Aula B:</p><p><b>Presidente:</b> Dra. Patricia Del Nilo"
        "</p><p><b>Secretario:</b> Dr. Javier Castellón</p>",
    ),
    "a theme's hairdressers": (
        "/",
        "en",
        "<h2>Our Expert Team</h2><a class='team'><h2>Danica Lewis</h2><span>Hair Stylist</span></a><a class='team'><h2>"
        "Nicole Simon</h2><span>Nail Master</span></a>",
    ),
    "a heading in capitals whose I means and": (
        "/o-nas.html",
        "pl",
        "<h1>O nas</h1><h2>MISJA I LUKA SYSTEMOWA</h2><p>Fundacja powstała w tej luce.</p><h2>PRACA I MAREK "
        "DOMOWY</h2>",
    ),
    "an architect of the house, by his years": (
        "/hans-westerman.html",
        "sv",
        "<h2>Arkitekt Hans Westerman</h2><p>Hans Westerman levde mellan 1905-1991. Han var en känd arkitekt.</p>",
    ),
    "a body written in one word, and who made the site": (
        "/impressum.html",
        "de",
        "<h4>Impressum</h4><dl><dt>Inhaber</dt><dd>FaRaMed Leipzig<br>Liebweg 27<br>04103 Leipzig</dd><dt>Entwicklung"
        "</dt><dd>Moritz Bergmann</dd></dl>",
    ),
    "regions with their coordinators by one name": (
        "/leadership.html",
        "en",
        "<h1>Our Leadership</h1><h3>Rev. Anna Simeons</h3><p>General Secretary</p><h2>Regional Heads</h2><h3>Andhra "
        "Pradesh</h3><p>Pr. Devapras</p><p>State Coordinator</p>",
    ),
}


def _people(path: str, lang: str, markup: str) -> dict[str, str]:
    body = f"<!DOCTYPE html><html lang='{lang}'><head><title>x</title></head><body>{markup}</body></html>"
    found = extract_page(body.encode(), f"https://{HOST}{path}", "text/html", SiteContext(host=HOST), NOW)
    people = {}
    for person in found.persons:
        titles = person.values.get(PersonAttribute.TITLE, ())
        people[person.values[PersonAttribute.FULL_NAME][0].value] = titles[0].value if titles else ""
    return people


@pytest.mark.parametrize("name", PAGES)
def test_people_and_titles(name: str) -> None:
    path, lang, markup, expected = PAGES[name]
    people = _people(path, lang, markup)
    for person, title in expected.items():
        assert person in people, people
        assert title in {"*", people[person]}
    assert set(people) - set(expected) <= {"Thorvin Pell"}


@pytest.mark.parametrize("name", NONE)
def test_no_staff(name: str) -> None:
    assert set(_people(*NONE[name])) <= {"Anna Simeons"}


def test_a_cell_with_the_title_first_ends_the_cell_before() -> None:
    cells = "".join(
        f"<tr><td><strong>{role}</strong><br>{who}<br>Bahnweg 1<br>Tel. {phone}<br>"
        f"<a href='mailto:{mail}'>E-Mail</a></td></tr>"
        for role, who, phone, mail in (
            ("Kassiererin", "Pia Rohrmann", "041 669 00 01", "pia@post.example.org"),
            ("Materialverwalter", "Marco Omlinger", "041 669 00 02", "mauta@post.example.org"),
        )
    )
    body = f"<html lang='de'><title>x</title><h1>Der Vorstand</h1><table>{cells}</table>".encode()
    site = SiteContext(host="sc-muehlbach.ch", country_hint="CH")
    found = extract_page(body, "https://sc-muehlbach.ch/vorstand.html", "text/html", site, NOW)
    contacts = {
        person.values[PersonAttribute.FULL_NAME][0].value: (
            person.values[PersonAttribute.EMAIL][0].value,
            person.values[PersonAttribute.PHONE_E164][0].value,
        )
        for person in found.persons
    }
    assert contacts == {
        "Pia Rohrmann": ("pia@post.example.org", "+41416690001"),
        "Marco Omlinger": ("mauta@post.example.org", "+41416690002"),
    }
