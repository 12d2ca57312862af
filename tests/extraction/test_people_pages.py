"""People on made-up pages, one layout or wording each: who is named, as what, and who is left out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company_site import extract_page
from leadhouse.records import Extraction, PersonAttribute

NOW = datetime(2026, 3, 2, tzinfo=UTC)
HOST = "muehlbach-werke.example.com"


def read(path: str, lang: str, body: str) -> Extraction:
    """The extraction of one page; its title and menu are those of a plain company site."""
    html = (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Page</title></head><body>'
        f'<nav><a href="/">Home</a> <a href="/team">Team</a></nav>{body}</body></html>'
    )
    return extract_page(html.encode(), f"https://{HOST}{path}", "text/html", SiteContext(host=HOST), NOW)


def people(extraction: Extraction) -> dict[str, str]:
    """Names and titles, as found."""
    found = {}
    for person in extraction.persons:
        title = person.values.get(PersonAttribute.TITLE)
        found[person.values[PersonAttribute.FULL_NAME][0].value] = title[0].value if title else ""
    return found


TEAM_PAGES = {
    "card with heading and paragraph": (
        "/team",
        "en",
        "<main><h1>Meet the team</h1><div><h3>Tobias Farnwick</h3><p>Managing Director</p></div>"
        "<div><h3>Quenby Aldous</h3><p>Accounts Payable Clerk</p></div></main>",
        {"Tobias Farnwick": "Managing Director", "Quenby Aldous": "Accounts Payable Clerk"},
    ),
    "name and title in one line without a mark between": (
        "/about",
        "en",
        "<h2>Our people</h2><ul><li><strong>Harriet Penrose</strong> <em>Chief Executive Officer</em></li>"
        "<li><strong>Daniel Okafor</strong> <em>Senior Site Engineer</em></li></ul>",
        {"Harriet Penrose": "Chief Executive Officer", "Daniel Okafor": "Senior Site Engineer"},
    ),
    "table with the name first": (
        "/staff",
        "en",
        "<h1>Staff</h1><table><tr><th>Name</th><th>Position</th><th>E-mail</th></tr>"
        "<tr><td>Maria Svensson</td><td>Controller</td><td>maria@x.example.com</td></tr>"
        "<tr><td>Peter Lindqvist</td><td>Warehouse Manager</td><td>peter@x.example.com</td></tr></table>",
        {"Maria Svensson": "Controller", "Peter Lindqvist": "Warehouse Manager"},
    ),
    "table with the title first": (
        "/vorstand",
        "de",
        "<h1>Vorstand</h1><table><tr><td>1. Vorsitzender</td><td>Gerhard Achleitner</td></tr>"
        "<tr><td>Kassenwart</td><td>Ulrike Brandl</td></tr><tr><td>Schriftführerin</td><td>Petra Moosbauer</td></tr>"
        "</table>",
        {"Gerhard Achleitner": "1. Vorsitzender", "Ulrike Brandl": "Kassenwart", "Petra Moosbauer": "Schriftführerin"},
    ),
    "definition list": (
        "/equipe",
        "fr",
        "<h1>Notre équipe</h1><dl><dt>Directrice générale</dt><dd>Solène Kervadec</dd><dt>Chef d'atelier</dt>"
        "<dd>Baptiste Roumieu</dd></dl>",
        {"Solène Kervadec": "Directrice générale", "Baptiste Roumieu": "Chef d'atelier"},
    ),
    "title above the name": (
        "/chi-siamo",
        "it",
        "<h2>Il nostro team</h2><div><p>Responsabile commerciale</p><h4>Fabrizio Tomassini</h4></div>"
        "<div><p>Amministrazione</p><h4>Ilaria Benedetti</h4></div>",
        {"Fabrizio Tomassini": "Responsabile commerciale", "Ilaria Benedetti": "Amministrazione"},
    ),
    "names in capitals, title below": (
        "/our-team",
        "en",
        "<h1>OUR TEAM</h1><h4>RAJESH KULKARNI</h4><p>Founder &amp; CEO</p><h4>SUNITA RAO</h4><p>Operations</p>",
        {"Rajesh Kulkarni": "Founder & CEO", "Sunita Rao": "Operations"},
    ),
    "degrees behind the name": (
        "/team",
        "en",
        "<h1>Our doctors</h1><h3>Jane Whitcombe, DDS, FAGD</h3><p>General dentist</p>"
        "<h3>Dr. Ahmed Farouk, Ph.D.</h3><p>Orthodontist</p><h3>Lena Ortiz, M.Ed., LPC</h3><p>Therapist</p>",
        {"Jane Whitcombe": "General dentist", "Ahmed Farouk": "Orthodontist", "Lena Ortiz": "Therapist"},
    ),
    "nickname and pronouns": (
        "/team",
        "en",
        "<h1>Staff</h1><h3>William “Bill” Hargreave</h3><p>Foreman</p><h3>Robin Tessier (they/them)</h3>"
        "<p>Designer</p>",
        {"William “Bill” Hargreave": "Foreman", "Robin Tessier": "Designer"},
    ),
    "surname in capitals first": (
        "/equipe",
        "fr",
        "<h1>L'équipe</h1><h3>DUVALLON Jean-Marc</h3><p>Gérant</p><h3>Claire LEMAIGRE</h3><p>Comptable</p>",
        {"Jean-Marc Duvallon": "Gérant", "Claire Lemaigre": "Comptable"},
    ),
    "surname, given name": (
        "/mitarbeiter",
        "de",
        "<h1>Mitarbeiter</h1><ul><li>Brunnhuber, Andrea – Buchhaltung</li><li>Seidlitz, Jens – Werkstattleiter</li>"
        "</ul>",
        {"Andrea Brunnhuber": "Buchhaltung", "Jens Seidlitz": "Werkstattleiter"},
    ),
    "colour and town surnames": (
        "/team",
        "en",
        "<h1>Team</h1><h3>Jack White</h3><p>Estimator</p><h3>Emma North</h3><p>Office Manager</p><h3>April Green</h3>"
        "<p>Surveyor</p><h3>Thomas London</h3><p>Driver</p>",
        {
            "Jack White": "Estimator",
            "Emma North": "Office Manager",
            "April Green": "Surveyor",
            "Thomas London": "Driver",
        },
    ),
    "particles": (
        "/over-ons",
        "nl",
        "<h1>Ons team</h1><h3>Joris van den Akkerveken</h3><p>Zaakvoerder</p><h3>Sanne ter Horstink</h3>"
        "<p>Planner</p><h3>Pieter 't Hoenink</h3><p>Monteur</p>",
        {"Joris van den Akkerveken": "Zaakvoerder", "Sanne ter Horstink": "Planner", "Pieter 't Hoenink": "Monteur"},
    ),
    "Polish": (
        "/zespol",
        "pl",
        "<h1>Nasz zespół</h1><h3>Małgorzata Wiśniowska-Zięba</h3><p>Prezes Zarządu</p><h3>Łukasz Żurowski</h3>"
        "<p>Kierownik budowy</p>",
        {"Małgorzata Wiśniowska-Zięba": "Prezes Zarządu", "Łukasz Żurowski": "Kierownik budowy"},
    ),
    "Czech with degrees": (
        "/o-nas",
        "cs",
        "<h1>Náš tým</h1><h3>Ing. Zdeněk Hruška, Ph.D.</h3><p>jednatel</p><h3>MUDr. Ivana Nováčková</h3><p>lékařka</p>",
        {"Zdeněk Hruška": "jednatel", "Ivana Nováčková": "lékařka"},
    ),
    "Hungarian order": (
        "/rolunk",
        "hu",
        "<h1>Munkatársaink</h1><h3>Szabó-Kis Zsófia</h3><p>ügyvezető</p><h3>Dr. Horváth Gergely</h3><p>ügyvéd</p>",
        {"Szabó-Kis Zsófia": "ügyvezető", "Horváth Gergely": "ügyvéd"},
    ),
    "Portuguese": (
        "/sobre-nos",
        "pt",
        "<h1>A nossa equipa</h1><h3>João Pedro dos Santos Moreira</h3><p>Sócio-gerente</p><h3>Inês Falcão</h3>"
        "<p>Diretora financeira</p>",
        {"João Pedro dos Santos Moreira": "Sócio-gerente", "Inês Falcão": "Diretora financeira"},
    ),
    "Swedish": (
        "/om-oss",
        "sv",
        "<h1>Medarbetare</h1><h3>Åsa Björklund-Ek</h3><p>VD</p><h3>Örjan Sjöhagen</h3><p>Säljare</p>",
        {"Åsa Björklund-Ek": "VD", "Örjan Sjöhagen": "Säljare"},
    ),
    "Finnish": (
        "/yhteystiedot",
        "fi",
        "<h1>Henkilökunta</h1><h3>Päivi Räsälä</h3><p>Toimitusjohtaja</p><h3>Juha-Matti "
        "Koskelo</h3><p>Myyntipäällikkö</p>",
        {"Päivi Räsälä": "Toimitusjohtaja", "Juha-Matti Koskelo": "Myyntipäällikkö"},
    ),
    "Turkish": (
        "/ekibimiz",
        "tr",
        "<h1>Ekibimiz</h1><h3>Çağlar Özdemirci</h3><p>Genel Müdür</p><h3>Av. Gülşen Işıktaş</h3><p>Avukat</p>",
        {"Çağlar Özdemirci": "Genel Müdür", "Gülşen Işıktaş": "Avukat"},
    ),
    "Cyrillic": (
        "/team",
        "ru",
        "<h1>Наша команда</h1><h3>Иван Кузнечиков</h3><p>Генеральный директор</p><h3>Ольга Ветрова</h3>"
        "<p>Главный бухгалтер</p>",
        {"Иван Кузнечиков": "Генеральный директор", "Ольга Ветрова": "Главный бухгалтер"},
    ),
    "Greek": (
        "/team",
        "el",
        "<h1>Η ομάδα μας</h1><h3>Νίκος Παπακώστας</h3><p>Διευθυντής</p><h3>Ελένη Βαρδή</h3><p>Λογίστρια</p>",
        {"Νίκος Παπακώστας": "Διευθυντής", "Ελένη Βαρδή": "Λογίστρια"},
    ),
    "Chinese": (
        "/team",
        "zh",
        "<h1>我们的团队</h1><h3>王建国</h3><p>总经理</p><h3>李晓明</h3><p>财务主管</p>",
        {"王建国": "总经理", "李晓明": "财务主管"},
    ),
    "Chinese given names in Latin letters": (
        "/team",
        "en",
        "<h1>Leadership</h1><h3>Xiaoyu Zhang</h3><p>VP Engineering</p><h3>Ngozi Adichiemeka</h3><p>Treasurer</p>",
        {"Xiaoyu Zhang": "VP Engineering", "Ngozi Adichiemeka": "Treasurer"},
    ),
    "picture captions": (
        "/about",
        "en",
        "<h2>Who we are</h2><figure><img src='a.jpg' alt='Portrait'><figcaption>Louisa Marchbank, Head Gardener"
        "</figcaption></figure><figure><img src='b.jpg' alt='Portrait'><figcaption>Colm Rafferty – Arborist"
        "</figcaption></figure>",
        {"Louisa Marchbank": "Head Gardener", "Colm Rafferty": "Arborist"},
    ),
    "names only in alternative texts": (
        "/team",
        "en",
        "<h1>Meet our team</h1><div class='team'><img src='1.jpg' alt='Louisa Marchbank, Head Gardener'>"
        "<img src='2.jpg' alt='Colm Rafferty - Arborist'></div>",
        {"Louisa Marchbank": "Head Gardener", "Colm Rafferty": "Arborist"},
    ),
    "links to each person's page": (
        "/people",
        "en",
        "<h1>People</h1><ul><li><a href='/people/olivia-strand'>Olivia Strand</a></li>"
        "<li><a href='/people/kofi-mensah'>Kofi Mensah</a></li></ul>",
        {"Olivia Strand": "", "Kofi Mensah": ""},
    ),
    "a person's own page": (
        "/team/thandiwe-mokoena/",
        "en",
        "<main><h1>Thandiwe Mokoena</h1><p>Thandiwe looks after bookings and has been with us since 2011.</p></main>",
        {"Thandiwe Mokoena": ""},
    ),
    "title and name in two spans": (
        "/team",
        "de",
        "<h2>Unser Team</h2><div class='card'><span>Heike Morgenroth</span><br><span>Leiterin Einkauf</span></div>"
        "<div class='card'><span>Uwe Kasten</span><br><span>Disposition</span></div>",
        {"Heike Morgenroth": "Leiterin Einkauf", "Uwe Kasten": "Disposition"},
    ),
    "Spanish with two surnames": (
        "/equipo",
        "es",
        "<h1>Nuestro equipo</h1><h3>Dña. Begoña Iturralde Sáez</h3><p>Abogada</p><h3>D. Íñigo Lasarte Ruiz</h3>"
        "<p>Socio fundador</p>",
        {"Begoña Iturralde Sáez": "Abogada", "Íñigo Lasarte Ruiz": "Socio fundador"},
    ),
    "title before the name in one line": (
        "/kontakt",
        "de",
        "<h2>Ihre Ansprechpartner</h2><p>Vertriebsleiter Holger Tiemann</p><p>Steuerberaterin Anke Wolfram</p>",
        {"Holger Tiemann": "Vertriebsleiter", "Anke Wolfram": "Steuerberaterin"},
    ),
    "several in one paragraph by line breaks": (
        "/board",
        "en",
        "<h2>Board of Directors</h2><p>Martha Quill, President<br>Jerome Battles, Vice President<br>"
        "Lucille Ames, Treasurer</p>",
        {"Martha Quill": "President", "Jerome Battles": "Vice President", "Lucille Ames": "Treasurer"},
    ),
}

IMPRINTS = {
    "German representatives": (
        "/impressum",
        "de",
        "<h1>Impressum</h1><p>Mühlbach Werke GmbH<br>Am Anger 3<br>99084 Erfurt</p>"
        "<p>Geschäftsführer: Dipl.-Ing. Ralf Steinbrecher, Dr. Ines Wollny</p>",
        {"Ralf Steinbrecher": "Geschäftsführer", "Ines Wollny": "Geschäftsführer"},
    ),
    "German sole trader without a label": (
        "/impressum",
        "de",
        "<h1>Impressum</h1><h2>Angaben gemäß § 5 TMG</h2><p>Katharina Ebersbach<br>Gärtnerei am See<br>Seeweg 4<br>"
        "17033 Neubrandenburg</p>",
        {"Katharina Ebersbach": ""},
    ),
    "German responsible for content": (
        "/impressum",
        "de",
        "<h1>Impressum</h1><p>Verantwortlich für den Inhalt nach § 18 Abs. 2 MStV:</p><p>Matthias Roggenkamp<br>"
        "Hauptstr. 1<br>26122 Oldenburg</p>",
        {"Matthias Roggenkamp": ""},
    ),
    "represented by, several lines": (
        "/impressum",
        "de",
        "<h1>Impressum</h1><h3>Vertreten durch:</h3><p>Sabine Ostermaier<br>Dirk Wendlandt</p><h3>Kontakt</h3>"
        "<p>Telefon: 0361 1234567</p>",
        {"Sabine Ostermaier": "", "Dirk Wendlandt": ""},
    ),
    "Austrian owner": (
        "/impressum",
        "de",
        "<h1>Impressum</h1><p>Inhaberin: Mag. (FH) Verena Hochleitner<br>Unternehmensgegenstand: Handel</p>",
        {"Verena Hochleitner": "Inhaberin"},
    ),
    "French publication director": (
        "/mentions-legales",
        "fr",
        "<h1>Mentions légales</h1><p>Le directeur de la publication est Monsieur Gaëtan Brémond.</p>"
        "<h2>Hébergeur</h2><p>Nuage Ouest SAS, directeur : Alain Petit</p>",
        {"Gaëtan Brémond": "directeur de la publication"},
    ),
    "French company and its manager": (
        "/mentions-legales",
        "fr",
        "<h1>Mentions légales</h1><p>SARL Les Toits du Nord, représentée par sa gérante Mme Odile Carpentier, "
        "au capital "
        "de 8 000 €</p>",
        {"Odile Carpentier": "gérante"},
    ),
    "Italian legal representative": (
        "/note-legali",
        "it",
        "<h1>Note legali</h1><p>Legale rappresentante: Dott.ssa Giuliana Ferrantini</p><p>Titolare del trattamento: "
        "Mario Bandinelli</p>",
        {"Giuliana Ferrantini": "Legale rappresentante", "Mario Bandinelli": "Titolare del trattamento"},
    ),
    "Spanish holder": (
        "/aviso-legal",
        "es",
        "<h1>Aviso legal</h1><p>Titular: Rosa María Echevarría Lago<br>NIF: 00000000T<br>Domicilio: Calle Mayor 3</p>",
        {"Rosa María Echevarría Lago": "Titular"},
    ),
    "Dutch": (
        "/disclaimer",
        "nl",
        "<h1>Colofon</h1><p>Zaakvoerder: Wouter Claeskens</p><p>Eigenaar: Mw. Lotte Brinkhuis</p>",
        {"Wouter Claeskens": "Zaakvoerder", "Lotte Brinkhuis": "Eigenaar"},
    ),
    "Norwegian": (
        "/kontakt",
        "nb",
        "<h1>Kontakt oss</h1><p>Daglig leder: Torbjørn Haugerud</p><p>Styreleder: Ingunn Solvang</p>",
        {"Torbjørn Haugerud": "Daglig leder", "Ingunn Solvang": "Styreleder"},
    ),
    "Danish": (
        "/kontakt",
        "da",
        "<h1>Kontakt</h1><p>Indehaver: Søren Mikkelborg</p><p>Direktør: Birgitte Vestergård</p>",
        {"Søren Mikkelborg": "Indehaver", "Birgitte Vestergård": "Direktør"},
    ),
    "Polish owner": (
        "/kontakt",
        "pl",
        "<h1>Kontakt</h1><p>Właściciel: Zbigniew Maliszek</p>",
        {"Zbigniew Maliszek": "Właściciel"},
    ),
    "Hungarian": (
        "/impresszum",
        "hu",
        "<h1>Impresszum</h1><p>Ügyvezető: Kerekes Balázs</p>",
        {"Kerekes Balázs": "Ügyvezető"},
    ),
    "Russian director": (
        "/contacts",
        "ru",
        "<h1>Контакты</h1><p>Директор: Смирнягин Павел Андреевич</p>",
        {"Смирнягин Павел Андреевич": "Директор"},
    ),
    "Indian proprietor": (
        "/contact",
        "en",
        "<h1>Contact us</h1><p>Proprietor: Shri Venkatesh Iyengar</p><p>Contact Person: Mrs. Kavitha Menon</p>",
        {"Venkatesh Iyengar": "Proprietor", "Kavitha Menon": "Contact Person"},
    ),
}

SENTENCES = {
    "self-introduction": (
        "/about",
        "en",
        "<h1>About</h1><p>Hi, I'm Beatrice Hollander, and I have been baking since I was nine.</p>",
        {"Beatrice Hollander": ""},
    ),
    "German self-introduction": (
        "/ueber-mich",
        "de",
        "<h1>Über mich</h1><p>Mein Name ist Franziska Tannert und ich arbeite seit 2004 als Hebamme.</p>",
        {"Franziska Tannert": ""},
    ),
    "French self-introduction": (
        "/a-propos",
        "fr",
        "<h1>À propos</h1><p>Je m'appelle Mathilde Servanin, je suis ostéopathe à Lyon.</p>",
        {"Mathilde Servanin": ""},
    ),
    "founders in a sentence": (
        "/about",
        "en",
        "<h1>Our story</h1><p>The bakery was founded in 2009 by Oscar Winterton and Greta Lindholm, who met at "
        "work.</p>",
        {"Oscar Winterton": "founder", "Greta Lindholm": "founder"},
    ),
    "founder in German": (
        "/ueber-uns",
        "de",
        "<h1>Über uns</h1><p>Die Firma wurde 1998 von Jürgen Holzapfel gegründet.</p>",
        {"Jürgen Holzapfel": "gegründet"},
    ),
    "owner in apposition": (
        "/",
        "en",
        "<h1>Fresh bread</h1><p>Our owner, Marcus Feldman, has more than twenty years of experience.</p>",
        {"Marcus Feldman": "owner"},
    ),
    "contact with a name": (
        "/contact",
        "en",
        "<h1>Contact</h1><p>For bookings contact Gillian Thorpe at 0117 496 0123 or bookings@x.example.com.</p>",
        {"Gillian Thorpe": ""},
    ),
    "mail link with a name": (
        "/contact",
        "en",
        "<h1>Contact</h1><p>Write to <a href='mailto:gillian.thorpe@muehlbach-werke.example.com'>Gillian "
        "Thorpe</a></p>",
        {"Gillian Thorpe": ""},
    ),
    "headline with a name": (
        "/about",
        "en",
        "<h2>Meet Penelope Ashdown</h2><p>Penelope is the founder of our studio.</p>",
        {"Penelope Ashdown": "founder of our studio"},
    ),
}

OTHERS = {
    "byline": ("/blog/oak", "en", "<article class='post'><h1>Oak</h1><p>By Emma Fieldhouse, Editor</p></article>"),
    "testimonial": (
        "/",
        "en",
        "<h2>What our clients say</h2><blockquote>“Great work and on time, would hire again.”</blockquote>"
        "<h4>Robert Ellis</h4><p>Owner, Ellis Bakery</p>",
    ),
    "quoted without a heading": (
        "/",
        "en",
        "<p>“They finished on time and kept the dust down, what a pleasure to have them.”</p>"
        "<p>– Robert Ellis, CEO of Ellis Bakery</p>",
    ),
    "data protection officer of another firm": (
        "/datenschutz",
        "de",
        "<h2>Datenschutzbeauftragter</h2><p>Max Weberling, Sicherheitshaus GmbH, Musterweg 2</p>",
    ),
    "designer": (
        "/impressum",
        "de",
        "<h3>Konzept und Gestaltung</h3><p>Inhaber: Nils Reuterstein</p><p>Webdesign: Carla Reuterstein</p>",
    ),
    "photographer": ("/impressum", "de", "<h3>Bildnachweis</h3><p>Fotografin: Judith Sommerkorn</p>"),
    "historical founder": (
        "/about",
        "en",
        "<h1>History</h1><p>The mill was founded in 1887 by Ebenezer Whitlock and his brother.</p>",
    ),
    "deceased": (
        "/about",
        "en",
        "<h2>Our people</h2><h3>Ebenezer Whitlock (1921–1999)</h3><p>President</p><h3>In memory of Ada Whitlock</h3>",
    ),
    "former people": (
        "/board",
        "en",
        "<h2>Past presidents</h2><ul><li>Walter Hendry, President</li><li>Agnes Pollard, President</li></ul>",
    ),
    "streets named after people": (
        "/kontakt",
        "de",
        "<h1>Kontakt</h1><p>Konrad-Adenauer-Straße<br>Via Giuseppe Garibaldi<br>Rue Victor Hugo</p>",
    ),
    "services that read like names": (
        "/",
        "en",
        "<h3>Interior Design</h3><p>Consultant led</p><h3>Kitchen Fitting</h3><p>Our specialist builder</p>"
        "<h3>Santa Monica</h3><p>Sales agent</p><h3>San Marino</h3><p>Branch manager</p>",
    ),
    "donors": (
        "/donors",
        "en",
        "<h2>Our donors</h2><ul><li>Martha Quill</li><li>Jerome Battles</li><li>Lucille Ames</li></ul>",
    ),
    "chamber": (
        "/impressum",
        "de",
        "<h3>Zuständige Kammer</h3><p>Präsident: Dr. Heinrich Lauterbachner, Rechtsanwaltskammer Musterstadt</p>",
    ),
    "hosting company's director": (
        "/mentions-legales",
        "fr",
        "<h2>Hébergement</h2><p>Directeur : Alain Peticlerc, Nuage Ouest SAS</p>",
    ),
    "author in data": (
        "/",
        "en",
        '<script type="application/ld+json">{"@type":"BlogPosting","author":{"@type":"Person","name":"Guest Writer",'
        '"jobTitle":"Columnist"}}</script><p>Text</p>',
    ),
    "partners' staff": (
        "/partners",
        "en",
        "<section class='partners'><h2>Our partners</h2><h4>Laura Stone</h4><p>Director, Stone Timber "
        "Ltd</p></section>",
    ),
    "customers in a case": (
        "/case-studies/mill",
        "en",
        "<h1>The mill</h1><p>Laura Stone, Managing Director, was pleased.</p>",
    ),
    "placeholder": ("/team", "en", "<h1>Our team</h1><h3>John Doe</h3><p>CEO</p><h3>Max Mustermann</h3><p>CTO</p>"),
    "company named after a person": ("/", "de", "<footer><p>Autohaus Peter Schmitz GmbH</p></footer>"),
    "menu of a restaurant": (
        "/menu",
        "it",
        "<h3>Pizza Margherita</h3><p>Pomodoro, mozzarella</p><h3>Insalata Cesare</h3><p>Chef's special</p>",
    ),
}


@pytest.mark.parametrize("case", TEAM_PAGES)
def test_team_pages(case: str) -> None:
    path, lang, body, expected = TEAM_PAGES[case]
    assert people(read(path, lang, body)) == expected


@pytest.mark.parametrize("case", IMPRINTS)
def test_imprints(case: str) -> None:
    path, lang, body, expected = IMPRINTS[case]
    assert people(read(path, lang, body)) == expected


@pytest.mark.parametrize("case", SENTENCES)
def test_sentences(case: str) -> None:
    path, lang, body, expected = SENTENCES[case]
    assert people(read(path, lang, body)) == expected


@pytest.mark.parametrize("case", OTHERS)
def test_others_are_left_out(case: str) -> None:
    path, lang, body = OTHERS[case]
    assert people(read(path, lang, body)) == {}
