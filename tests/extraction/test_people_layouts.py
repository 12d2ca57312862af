"""People on made-up pages of further layouts, written after the rules: small firms, practices, boards, clubs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company_site import extract_page
from leadhouse.records import PersonAttribute

NOW = datetime(2026, 3, 2, tzinfo=UTC)
HOST = "muehlbach-werke.example.com"

PAGES: dict[str, tuple[str, str, str, set[str]]] = {
    "bootstrap cards w/ social links": (
        "/",
        "en",
        "<section id='team'><h2>Our Amazing Team</h2><div class='team-member'><img src='assets/1.jpg' alt=''>"
        "<h4>Parveen Anandla</h4><p class='text-muted'>Lead Designer</p><a href='#'>t</a></div><div "
        "class='team-member'><h4>Diana Petersenn</h4><p>Lead Marketer</p></div></section>",
        {"Diana Petersenn", "Parveen Anandla"},
    ),
    "team w/o class, h2 'Our Team', names in h5 w/ small": (
        "/about.html",
        "en",
        "<h2>Our Team</h2><div class='row'><div class='col'><h5>Walt Whitefield <small>Chief Executive "
        "Officer</small></h5><p>Long bio text here that says something about him and the firm.</p></div><div "
        "class='col'><h5>Sarah Jonsson <small>Product Manager</small></h5></div></div>",
        {"Sarah Jonsson", "Walt Whitefield"},
    ),
    "attorney profile page": (
        "/attorneys/",
        "en",
        "<h1>Attorneys</h1><h2>Jonathan R. Peltier</h2><p>Jonathan R. Peltier was born in Ohio. He is a "
        "graduate of State University College of Law.</p><h2>Mary Beth Cardwell</h2><p>Ms. Cardwell "
        "practices family law.</p>",
        {"Jonathan R. Peltier", "Mary Beth Cardwell"},
    ),
    "pastor church": (
        "/staff.html",
        "en",
        "<h1>Church Staff</h1><p><b>Pastor Dave Hartigan</b><br>Senior Pastor<br>dave@gracechurch.example</p>"
        "<p><b>Lynn Foster</b><br>Church Secretary</p>",
        {"Dave Hartigan", "Lynn Foster"},
    ),
    "board list commas": (
        "/about-us",
        "en",
        "<h3>Board of Directors</h3><ul><li>Keola Nakamura, Chair</li><li>Leilani Kahale, Vice Chair</li><li>"
        "Tom Brandtley</li><li>Grace Yoshimura-Lee</li></ul>",
        {"Grace Yoshimura-Lee", "Keola Nakamura", "Leilani Kahale", "Tom Brandtley"},
    ),
    "contact table phone": (
        "/contact",
        "en",
        "<h1>Contact</h1><table><tr><td>President</td><td>Alan Whitby</td><td>01234 567890</td></tr><tr><td>"
        "Secretary</td><td>Joan Ellery</td><td>01234 567891</td></tr></table>",
        {"Alan Whitby", "Joan Ellery"},
    ),
    "dash list": (
        "/committee",
        "en",
        "<h1>Committee</h1><p>Chairman - Alan Whitby<br/>Treasurer - Joan Ellery<br/>Welfare Officer - Dot Mansell</p>",
        {"Alan Whitby", "Dot Mansell", "Joan Ellery"},
    ),
    "owner header home": (
        "/",
        "en",
        "<h1>Tidewater Massage</h1><p>Kelsey Brannigan, LMT</p><p>Owner / Licensed Massage Therapist</p><p>"
        "Call 555-123-4567</p>",
        {"Kelsey Brannigan"},
    ),
    "doctor site": (
        "/",
        "en",
        "<header><h1>Dr. Anika Rosenthal</h1><p>General Dentistry</p></header><p>Dr. Rosenthal welcomes you.</p>",
        {"Anika Rosenthal"},
    ),
    "DE Praxis": (
        "/team.html",
        "de",
        "<h1>Praxisteam</h1><h3>Dr. med. dent. Ulrich Kammerer</h3><p>Zahnarzt, Implantologie</p><h3>Nadine "
        "Fuchs</h3><p>ZFA, Prophylaxe</p><h3>Azra Yildirim</h3><p>Auszubildende</p>",
        {"Azra Yildirim", "Nadine Fuchs", "Ulrich Kammerer"},
    ),
    "DE Verein Impressum": (
        "/impressum.html",
        "de",
        "<h2>Impressum</h2><p>TSV Oberau e.V.<br>Sportplatzweg 1<br>82496 Oberau</p><p>"
        "Vertretungsberechtigter Vorstand:<br>1. Vorsitzender: Georg Maurer<br>2. Vorsitzende: Anneliese "
        "Bichler<br>Kassier: Josef Ostler</p>",
        {"Anneliese Bichler", "Georg Maurer", "Josef Ostler"},
    ),
    "DE Impressum V.i.S.d.P.": ("/impressum", "de", "<p>V.i.S.d.P.: Rudi Ziegler</p>", {"Rudi Ziegler"}),
    "DE Datenschutz verantwortlicher": (
        "/datenschutz",
        "de",
        "<h2>Verantwortliche Stelle</h2><p>Die verantwortliche Stelle für die Datenverarbeitung auf dieser "
        "Website ist:</p><p>Christoph Wendelin<br>Waldstraße 5<br>79822 Titisee</p>",
        {"Christoph Wendelin"},
    ),
    "DE Kanzlei": (
        "/kanzlei",
        "de",
        "<h1>Ihre Rechtsanwälte</h1><h2>Rechtsanwalt Dr. Volker Stahmer</h2><p>Fachanwalt für "
        "Arbeitsrecht</p><h2>Rechtsanwältin Imke Brodersen</h2>",
        {"Imke Brodersen", "Volker Stahmer"},
    ),
    "FR équipe": (
        "/equipe.html",
        "fr",
        "<h1>L’équipe</h1><p><strong>Sandrine LEFORT</strong><br>Gérante et conseillère en voyages</p><p>"
        "<strong>Hugo Marchetti</strong><br>Agent de comptoir</p>",
        {"Hugo Marchetti", "Sandrine Lefort"},
    ),
    "FR mentions": (
        "/mentions-legales.html",
        "fr",
        "<h2>Éditeur du site</h2><p>Raison sociale : Atelier Vannier<br>Responsable de publication : Elodie "
        "Vannier<br>Tel : 04 00 00 00 00</p><p>Webmaster : Kevin Duclos</p>",
        {"Elodie Vannier"},
    ),
    "IT chi siamo": (
        "/chi-siamo",
        "it",
        "<h1>Chi siamo</h1><p>L'agriturismo è gestito da Lorenzo e Marta Bonfanti.</p><h3>Avv. Lucia "
        "Sorrentino</h3><p>Diritto civile</p>",
        {"Lucia Sorrentino"},
    ),
    "ES equipo": (
        "/equipo.html",
        "es",
        "<h2>Equipo médico</h2><h4>Dra. Carmen Ybarra Olmo</h4><p>Odontopediatría. Nº colegiado 1234</p><h4>"
        "Dr. Fermín Azcona</h4><p>Implantes</p>",
        {"Carmen Ybarra Olmo", "Fermín Azcona"},
    ),
    "NO ansatte": (
        "/ansatte",
        "nb",
        "<h1>Ansatte</h1><div><p>Kåre Nordhagen</p><p>Butikksjef</p><p>kare@x.example</p></div><div><p>Siv "
        "Helene Aas</p><p>Kundemottaker</p></div>",
        {"Kåre Nordhagen", "Siv Helene Aas"},
    ),
    "IN management": (
        "/management.html",
        "en",
        "<h2>Board of Directors</h2><h4>Mr. R. K. Agarwalla</h4><p>Chairman</p><h4>Shri S. Venkataraman</h4>"
        "<p>Independent Director</p><h4>CA Pooja Bhandari</h4><p>Partner</p>",
        {"Pooja Bhandari", "R. K. Agarwalla", "S. Venkataraman"},
    ),
    "hebrew": (
        "/team",
        "he",
        "<h1>הצוות שלנו</h1><h3>דנה כהן</h3><p>מנכ״לית</p><h3>יוסי לוי</h3><p>מנהל פיתוח</p>",
        {"דנה כהן", "יוסי לוי"},
    ),
    "arabic": (
        "/team",
        "ar",
        "<h1>فريق العمل</h1><h3>محمد العلي</h3><p>المدير العام</p><h3>سارة حسن</h3><p>محاسبة</p>",
        {"سارة حسن", "محمد العلي"},
    ),
    "japanese": (
        "/company",
        "ja",
        "<h1>会社概要</h1><table><tr><th>代表者</th><td>代表取締役 山田 太郎</td></tr></table>",
        {"山田 太郎"},
    ),
    "meet headings": (
        "/about",
        "en",
        "<h1>Meet the Instructors</h1><h2>Brianna</h2><p>Brianna Calloway is our head coach.</p>",
        {"Brianna Calloway"},
    ),
    "name link to linkedin": (
        "/about",
        "en",
        "<h2>The founders</h2><p><a href='https://www.linkedin.com/in/oskar-lindgren'>Oskar Lindgren</a></p>"
        "<p><a href='https://www.linkedin.com/in/mei-tanaka'>Mei Tanaka</a></p>",
        {"Mei Tanaka", "Oskar Lindgren"},
    ),
    "github-like devs": ("/", "en", "<h2>Contributors</h2><ul><li>Ana Lopez</li><li>Bob Stone</li></ul>", set()),
    "speakers": ("/event", "en", "<h2>Speakers</h2><h3>Ana Lopez</h3><p>CEO, Acme Labs</p>", set()),
    "customers story": (
        "/customers",
        "en",
        "<h2>Success stories</h2><p>“It changed our work” – Ana Lopez, CEO of Oaktree</p>",
        set(),
    ),
    "menu names": (
        "/services",
        "en",
        "<h3>Deep Tissue</h3><p>Our therapist</p><h3>Hot Stone</h3><p>specialist treatment</p><h3>Swedish "
        "Massage</h3><p>60 min</p>",
        set(),
    ),
    "rooms named after people": (
        "/rooms",
        "en",
        "<h3>Victoria Suite</h3><h3>Queen Anne</h3><p>Best for families</p><h3>Prince Albert</h3><p>Double bed</p>",
        set(),
    ),
    "classes": (
        "/programs",
        "en",
        "<h3>Robin Hood Archery</h3><p>Instructor led</p><h3>Peter Pan</h3><p>Director: Elaine Marsh-Todd</p>",
        {"Elaine Marsh-Todd"},
    ),
    "product models": (
        "/products",
        "en",
        "<h4>Husqvarna Automower</h4><p>Technician approved</p><h4>Massey Ferguson</h4><p>Dealer</p><h4>John "
        "Deere</h4><p>Agent</p>",
        set(),
    ),
    "two-col rep list": (
        "/contact-us",
        "en",
        "<h2>Sales Team</h2><p>Chris Dalton<br>Regional Sales Manager – North<br>07700 900123<br>"
        "chris.dalton@muehlbach-werke.example.com</p><p>Niamh O’Rourke<br>Internal Sales<br>07700 900124</p>",
        {"Chris Dalton", "Niamh O’Rourke"},
    ),
    "founder letter": (
        "/about",
        "en",
        "<p>We hope to see you soon!</p><p>Sincerely,</p><p>Hannah Weatherby<br>Founder</p>",
        {"Hannah Weatherby"},
    ),
    "signature name em dash": (
        "/",
        "en",
        "<h2>About us</h2><p>Welcome to our home.</p><p>— Ruth &amp; Martin Halvorsen, owners</p>",
        set(),
    ),
    "estd by": (
        "/",
        "en",
        "<p>Since 1988 the firm has been run by Peter Hallworth and his son Adam.</p>",
        {"Peter Hallworth"},
    ),
    "li strong colon": (
        "/team",
        "en",
        "<h1>Team</h1><ul><li><strong>Ivy Lockhart:</strong> Creative Director</li><li><strong>Dean "
        "Mercer:</strong> Web Developer</li></ul>",
        {"Dean Mercer", "Ivy Lockhart"},
    ),
    "nested bio block": (
        "/team",
        "en",
        "<div class='team'><div class='bio'><span class='name'>Amelia Rowntree</span><span class='role'>"
        "Partner</span></div></div>",
        {"Amelia Rowntree"},
    ),
    "dl role": (
        "/about",
        "en",
        "<h2>People</h2><dl><dt>Amelia Rowntree</dt><dd>Partner</dd><dt>Piers Holloway</dt><dd>Associate</dd></dl>",
        {"Amelia Rowntree", "Piers Holloway"},
    ),
    "h3 title then name": (
        "/contact",
        "de",
        "<h3>Geschäftsführung</h3><p>Ludger Pohlmann</p><h3>Buchhaltung</h3><p>Marlies Kötter</p>",
        {"Ludger Pohlmann", "Marlies Kötter"},
    ),
    "hCard in footer": (
        "/",
        "en",
        "<footer><p>Rowan Ashby, Principal Architect<br>12 High St</p></footer>",
        {"Rowan Ashby"},
    ),
    "Sri lankan": (
        "/board",
        "en",
        "<h2>Board of Directors</h2><h5>Mr. Nuwan Abeykoon</h5><span>Chairman</span><h5>Mrs. Dilrukshi "
        "Perera</h5><span>Director</span>",
        {"Dilrukshi Perera", "Nuwan Abeykoon"},
    ),
    "inline bold intro": (
        "/about",
        "en",
        "<h2>About the owner</h2><p><strong>Calvin Strothers</strong> has been a licensed electrician since 1994.</p>",
        {"Calvin Strothers"},
    ),
    "teacher list": (
        "/teachers",
        "en",
        "<h1>Teachers</h1><p>Ms. Ortega – Grade 1</p><p>Ms. Hailey Brandt – Grade 2</p><p>Mr. Owen Pryce – Music</p>",
        {"Hailey Brandt", "Owen Pryce"},
    ),
    "leadership w/ bio in same p": (
        "/leadership",
        "en",
        "<h1>Leadership</h1><p><b>Kate Ferrand, Executive Director</b> – Kate joined in 2012 and has led "
        "many programs.</p><p><b>Omar Haddad, Policy Analyst</b> – Omar works on housing.</p>",
        {"Kate Ferrand", "Omar Haddad"},
    ),
    "staff with email lines": (
        "/contact",
        "en",
        "<h2>Staff directory</h2><div><strong>Kate Ferrand</strong><br>Executive Director<br>"
        "kate@x.example<br>(808) 555-0100</div><div><strong>Omar Haddad</strong><br>Policy Analyst</div>",
        {"Kate Ferrand", "Omar Haddad"},
    ),
    "title above in small caps heading": (
        "/board",
        "en",
        "<h2>Officers</h2><h4>PRESIDENT</h4><p>Luther Gaines</p><h4>VICE PRESIDENT</h4><p>Dorothy Simms</p>"
        "<h2>Directors</h2><ul><li>Cleo Battle</li><li>Vernon Okeke</li></ul>",
        {"Cleo Battle", "Dorothy Simms", "Luther Gaines", "Vernon Okeke"},
    ),
    "name + credentials + paragraph": (
        "/about-me",
        "en",
        "<h1>About Me</h1><h2>Jill Ostrander, LMFT</h2><p>I am a licensed therapist with over ten years of "
        "practice.</p>",
        {"Jill Ostrander"},
    ),
    "coach page": (
        "/coaches",
        "en",
        "<h1>Coaches</h1><h3>Coach Terry Blount</h3><p>Head coach</p><h3>Coach Mia Sandoval</h3><p>Assistant coach</p>",
        {"Mia Sandoval", "Terry Blount"},
    ),
    "de Ansprechpartner contact": (
        "/kontakt",
        "de",
        "<h2>Ansprechpartner</h2><p>Herr Bernd Lohmann<br>Telefon: 05251 123456<br>E-Mail: "
        "lohmann@x.example</p><p>Frau Silke Ahrens<br>Telefon: 05251 123457</p>",
        {"Bernd Lohmann", "Silke Ahrens"},
    ),
    "de GF mehrere": (
        "/impressum",
        "de",
        "<p>Geschäftsführer: Bernd Lohmann und Silke Ahrens</p><p>Prokurist: Udo Kranz</p>",
        {"Bernd Lohmann", "Silke Ahrens", "Udo Kranz"},
    ),
    "de GF uppercase": ("/impressum", "de", "<p>GESCHÄFTSFÜHRER<br>BERND LOHMANN</p>", {"Bernd Lohmann"}),
    "de Inh.": (
        "/",
        "de",
        "<footer><p>Malerbetrieb Lohmann, Inh. Bernd Lohmann, Hauptstr. 5</p></footer>",
        {"Bernd Lohmann"},
    ),
    "fr représentant": (
        "/mentions-legales",
        "fr",
        "<p>Directrice de la publication : Mme Aurélie Chastaing, présidente</p>",
        {"Aurélie Chastaing"},
    ),
    "fr propriétaire": (
        "/mentions-legales",
        "fr",
        "<p><strong>Propriétaire</strong> : Aurélie Chastaing – 12 rue des Lilas</p><p><strong>"
        "Créateur</strong> : WebStudio Lyon</p>",
        {"Aurélie Chastaing"},
    ),
    "it titolare": (
        "/privacy",
        "it",
        "<p>Il Titolare del trattamento è Giulio Montanari, con sede in Via Roma 3</p>",
        {"Giulio Montanari"},
    ),
    "es responsable": (
        "/politica-privacidad",
        "es",
        "<p>Identidad: Beatriz Olmedo Ruiz<br>NIF: 000<br>Responsable: Beatriz Olmedo Ruiz</p>",
        {"Beatriz Olmedo Ruiz"},
    ),
    "pt": (
        "/equipa",
        "pt",
        "<h2>Equipa</h2><div><h4>Dra. Marta Figueiredo</h4><p>Médica Dentista</p></div><div><h4>Rui "
        "Bettencourt</h4><p>Assistente dentário</p></div>",
        {"Marta Figueiredo", "Rui Bettencourt"},
    ),
    "nl over": (
        "/over-ons",
        "nl",
        "<h1>Over ons</h1><p>Mijn naam is Femke Oosterhuis en ik ben de eigenaar van deze winkel.</p>",
        {"Femke Oosterhuis"},
    ),
    "ro": (
        "/echipa",
        "ro",
        "<h1>Echipa noastră</h1><h3>Andreea Munteanu</h3><p>Director general</p><h3>Ionuț Dobre</h3><p>Inginer</p>",
        {"Andreea Munteanu", "Ionuț Dobre"},
    ),
    "in doctors": (
        "/doctors",
        "en",
        "<h2>Our Doctors</h2><h3>Dr. Sneha Kulkarni (MBBS, MD)</h3><p>Consultant Pediatrician</p><h3>Dr. V. "
        "Ramanathan</h3><p>Cardiologist</p>",
        {"Sneha Kulkarni", "V. Ramanathan"},
    ),
    "za directors": (
        "/about",
        "en",
        "<h2>Directors</h2><p>Sipho Dlamini (Managing Director)<br>Anneke Botha (Financial Director)</p>",
        {"Anneke Botha", "Sipho Dlamini"},
    ),
    "ph": (
        "/about",
        "en",
        "<h2>Meet Our Team</h2><div class='item'><h5>Ma. Cristina Reyes</h5><span>Store Manager</span></div>"
        "<div class='item'><h5>Jun-Jun Dela Paz</h5><span>Barista</span></div>",
        {"Jun-Jun Dela Paz", "Ma. Cristina Reyes"},
    ),
    "json-ld employee": (
        "/",
        "en",
        '<script type="application/ld+json">{"@context":"https://schema.org","@type":"Dentist","name":"X '
        'Dental","employee":[{"@type":"Person","name":"Dr. Alan Pryor","jobTitle":"Dentist"}]}</script><p>'
        "t</p>",
        {"Alan Pryor"},
    ),
    "json-ld founder string": (
        "/",
        "en",
        '<script type="application/ld+json">'
        '{"@context":"https://schema.org","@type":"Organization","name":"X","founder":"Alan Pryor"}</script>'
        "<p>t</p>",
        {"Alan Pryor"},
    ),
    "json-ld mainEntity Person": (
        "/about",
        "en",
        '<script type="application/ld+json">'
        '{"@context":"https://schema.org","@type":"ProfilePage","mainEntity":{"@type":"Person","name":"Alan '
        'Pryor","jobTitle":"Architect"}}</script><p>t</p>',
        {"Alan Pryor"},
    ),
    "freelancer home": (
        "/",
        "en",
        "<h1>Nora Feldspar</h1><h2>Freelance Illustrator</h2><p>Hello, I'm Nora. I draw books.</p>",
        {"Nora Feldspar"},
    ),
    "footer contact": (
        "/",
        "en",
        "<footer><h4>Contact</h4><p>Nora Feldspar<br>nora@feldspar.example<br>+1 555 123 4567</p></footer>",
        {"Nora Feldspar"},
    ),
    "agent list": (
        "/agents",
        "en",
        "<h2>Our Agents</h2><div class='agent'><h3>Tyrell Banks</h3><p>REALTOR®</p><p>555-222-1111</p></div>"
        "<div class='agent'><h3>Gina Russo</h3><p>Broker Associate</p></div>",
        {"Gina Russo", "Tyrell Banks"},
    ),
    "blog teaser on home": (
        "/",
        "en",
        "<h2>Latest posts</h2><article class='post'><h3>How to paint</h3><p>By Gina Russo, Editor | 3 "
        "comments</p></article>",
        set(),
    ),
    "comments": (
        "/blog/x",
        "en",
        "<div class='comments'><h4>Gina Russo</h4><p>says: great post by the manager</p></div>",
        set(),
    ),
    "client logos alt": (
        "/",
        "en",
        "<section class='clients'><img src='a.png' alt='Peter Hahn'><img src='b.png' alt='Hugo Bauer'></section>",
        set(),
    ),
    "wedding couple portfolio": (
        "/portfolio/weddings",
        "en",
        "<h3>Emma &amp; Jack</h3><h3>Laura Stone and Tom Field</h3><p>Photographer of the day</p>",
        set(),
    ),
    "artists in gallery": ("/gallery", "en", "<h2>Featured artists</h2><h3>Frida Halvorsen</h3><p>Painter</p>", set()),
    "quote author": (
        "/",
        "en",
        "<p>“A good roof is the one that nobody ever has to talk about again.” – Robert Frostman</p>",
        set(),
    ),
    "testimonial plain": (
        "/",
        "en",
        "<h3>Testimonials</h3><p>Great service!</p><p><b>Gina Russo</b>, Marketing Manager at Acme</p>",
        set(),
    ),
    "testimonial carousel no heading": (
        "/",
        "en",
        "<div class='carousel-item'><p>\"We were blown away by the quality of their work and attention.\"</p>"
        "<h5>Gina Russo</h5><span>CEO, Oaktree</span></div>",
        set(),
    ),
    "author bio": (
        "/news/abc",
        "en",
        "<h4>About the author</h4><p>Gina Russo is the editor of our newsletter.</p>",
        set(),
    ),
    "case: reference customers in German": (
        "/referenzen",
        "de",
        "<h2>Referenzen</h2><p>Herr Bernd Lohmann, Geschäftsführer der Lohmann KG</p>",
        set(),
    ),
    "saints/churches": (
        "/",
        "en",
        "<h3>Saint Michael</h3><p>Pastor led</p><h3>St. John Paul</h3><p>Minister on call</p>",
        set(),
    ),
    "street list": (
        "/locations",
        "en",
        "<h3>Martin Arthur Prince Blvd</h3><p>Store manager on site</p><h3>George Penrose Avenue</h3>",
        set(),
    ),
    "tour dates": ("/events", "en", "<h3>Gina Russo Quartet</h3><p>Jazz</p>", set()),
    "courses with teacher third": (
        "/",
        "en",
        "<h3>Microsoft Excel</h3><p>Trainer on site</p><h3>Adobe Premiere</h3><p>Instructor-led</p>",
        set(),
    ),
    "privacy authority": (
        "/privacy",
        "en",
        "<h2>Information Commissioner</h2><p>Commissioner: John Edwardson</p>",
        set(),
    ),
    "history": ("/history", "en", "<h2>1923</h2><p>Albert Grayson, President, opened the first store.</p>", set()),
    "award persons": ("/awards", "en", "<h2>Award winners</h2><p>Gina Russo, Teacher of the year</p>", set()),
    "jobs": (
        "/jobs",
        "en",
        "<h2>Vacancies</h2><h3>Senior Project Manager</h3><p>London</p><h3>Site Engineer</h3><p>Apply to "
        "Gina Russo</p>",
        set(),
    ),
    "nav labels": ("/", "en", "<ul><li>Private Label</li><li>Bridal Couture</li><li>Office Manager</li></ul>", set()),
    "dish names": (
        "/menu",
        "en",
        "<h4>Caesar Salad</h4><p>Chef's choice</p><h4>Tom Yum</h4><p>Chef recommended</p><h4>Eggs "
        "Benedict</h4><p>lead</p>",
        set(),
    ),
    "cities served": (
        "/",
        "en",
        "<h3>Santa Rosa</h3><p>Local agent</p><h3>San Jose</h3><p>Local agent</p><h3>Grand Rapids</h3><p>"
        "Local agent</p>",
        set(),
    ),
    "brands": ("/", "en", "<h3>Tommy Brantford</h3><p>Partner</p><h3>Calvin Rusk</h3><p>Partner</p>", set()),
    "gallery of staff w/ overlay": (
        "/our-staff.html",
        "en",
        "<div class='container'><h2 class='title'>STAFF MEMBERS</h2><div class='box'><img src='x.jpg'><div "
        "class='overlay'><h5>Delroy Whitmore</h5><p>- Facilities Manager -</p></div></div><div class='box'>"
        "<div class='overlay'><h5>Anneke Visser</h5><p>- Program Coordinator -</p></div></div></div>",
        {"Anneke Visser", "Delroy Whitmore"},
    ),
    "program staff with colon phone": (
        "/contact.html",
        "en",
        "<h3>Program Staff</h3><p>Youth Programs: Delroy Whitmore, 555-123-4567</p><p>Scholarships: Anneke "
        "Visser, 555-123-4568</p>",
        {"Anneke Visser", "Delroy Whitmore"},
    ),
    "event organiser contact": (
        "/",
        "en",
        "<p>For more information, contact Pilar Quintero (pilar@muehlbach-werke.de, 555-123-4567).</p>",
        {"Pilar Quintero"},
    ),
    "message from the CEO": (
        "/",
        "en",
        "<h2>A message from our CEO</h2><p>We are proud...</p><p>Pilar Quintero</p><p>Chief Executive Officer</p>",
        {"Pilar Quintero"},
    ),
    "about with ul": (
        "/about.html",
        "en",
        "<h2>Principals</h2><ul><li>Pilar Quintero, AIA</li><li>Delroy Whitmore, AIA, LEED AP</li></ul>",
        {"Delroy Whitmore", "Pilar Quintero"},
    ),
    "tabs": (
        "/team",
        "en",
        "<h2>Team</h2><ul class='nav nav-tabs'><li>Pilar Quintero</li></ul><div class='tab'><h3>Pilar "
        "Quintero</h3><h4>Chief of Staff</h4></div>",
        {"Pilar Quintero"},
    ),
    "title in h4 above name h3": (
        "/team",
        "en",
        "<h2>Team</h2><div><h4>Executive Chef</h4><h3>Pilar Quintero</h3></div><div><h4>Pastry Chef</h4><h3>"
        "Delroy Whitmore</h3></div>",
        {"Delroy Whitmore", "Pilar Quintero"},
    ),
    "owner pair": (
        "/about",
        "en",
        "<h1>About us</h1><p>Owners Pilar and Delroy Whitmore opened the inn in 1999.</p>",
        set(),
    ),
    "husband-wife": (
        "/about",
        "en",
        "<p>The inn is owned and operated by Pilar Quintero and Delroy Whitmore.</p>",
        {"Delroy Whitmore", "Pilar Quintero"},
    ),
    "de Familie": (
        "/impressum",
        "de",
        "<h1>Impressum</h1><p>Ferienhof Sonnleitn<br>Familie Huber<br>Sonnleitn 3<br>83700 Rottach</p><p>"
        "Inhaber: Sepp Huber</p>",
        {"Sepp Huber"},
    ),
    "de tmg only": (
        "/impressum.html",
        "de",
        "<h1>Impressum</h1><h2>Angaben gem. § 5 TMG:</h2><p>Dipl.-Psych. Renate Ostwald<br/>"
        "Psychotherapeutische Praxis<br/>Lange Straße 12<br/>27568 Bremerhaven</p><h2>Kontakt:</h2><p>"
        "Telefon: 0471 123456</p>",
        {"Renate Ostwald"},
    ),
    "de Verantwortlich inline": (
        "/impressum",
        "de",
        "<p>Verantwortlich i.S.d. § 18 Abs. 2 MStV: Renate Ostwald, Lange Straße 12, 27568 Bremerhaven</p>",
        {"Renate Ostwald"},
    ),
    "de Registergericht": (
        "/impressum",
        "de",
        "<p>Wald & Wiese UG (haftungsbeschränkt)<br>vertreten durch den Geschäftsführer Jonas Reuter<br>"
        "Registergericht: Amtsgericht Fulda, HRB 1</p>",
        {"Jonas Reuter"},
    ),
    "de vertr d d": (
        "/impressum",
        "de",
        "<p>vertreten durch die Geschäftsführer<br>Jonas Reuter<br>Renate Ostwald</p>",
        {"Jonas Reuter", "Renate Ostwald"},
    ),
    "at": (
        "/impressum",
        "de",
        "<p>Medieninhaber: Tischlerei Gruber e.U.<br>Inhaber: Alois Gruber<br>Gewerbebehörde: BH Zell am See</p>",
        {"Alois Gruber"},
    ),
    "ch": (
        "/impressum",
        "de",
        "<p>Vertretungsberechtigte Personen<br>Urs Ammann, Geschäftsleiter<br>Regula Bosshard, Präsidentin</p>",
        {"Regula Bosshard", "Urs Ammann"},
    ),
    "fr bureau": (
        "/association",
        "fr",
        "<h2>Le bureau</h2><ul><li>Présidente : Odette Marchal</li><li>Trésorier : Yvon Kerbrat</li><li>"
        "Secrétaire : Lise-Anne Prigent</li></ul>",
        {"Lise-Anne Prigent", "Odette Marchal", "Yvon Kerbrat"},
    ),
    "fr édité par": (
        "/mentions-legales",
        "fr",
        "<p>Ce site est édité par Odette Marchal, micro-entrepreneur, SIRET 000 000 000 00000.</p>",
        {"Odette Marchal"},
    ),
    "it in persona": (
        "/privacy",
        "it",
        "<p>Rossi Impianti S.r.l., in persona del legale rappresentante Sig. Dario Colombini</p>",
        {"Dario Colombini"},
    ),
    "it staff": (
        "/staff",
        "it",
        "<h1>Lo staff</h1><h3>Dott. Dario Colombini</h3><p>Fisioterapista</p><h3>Noemi Sartor</h3><p>Segreteria</p>",
        {"Dario Colombini", "Noemi Sartor"},
    ),
    "be zaakvoerder": (
        "/algemene-voorwaarden",
        "nl",
        "<p>Vertegenwoordigd door zaakvoerder Joke Vermeersch</p>",
        {"Joke Vermeersch"},
    ),
    "se": (
        "/kontakt",
        "sv",
        "<h2>Kontakta oss</h2><p>Gunilla Wrede<br>Ekonomiansvarig<br>070-123 45 67</p><p>Sixten Ålund<br>Platschef</p>",
        {"Gunilla Wrede", "Sixten Ålund"},
    ),
    "no kontakt": ("/kontakt", "nb", "<p>Kontaktperson: Ragnhild Moe</p>", {"Ragnhild Moe"}),
    "cm DG": (
        "/a-propos",
        "fr",
        "<h2>Notre direction</h2><h4>M. Serge Tchoua</h4><p>Directeur Général</p><h4>Mme Solange Mbarga</h4><p>DAF</p>",
        {"Serge Tchoua", "Solange Mbarga"},
    ),
    "ng": (
        "/team",
        "en",
        "<h2>Management Team</h2><h4>Engr. Babatunde Okonjo</h4><p>MD/CEO</p><h4>Mrs Folake Adewunmi</h4><p>"
        "Head, HR</p>",
        {"Babatunde Okonjo", "Folake Adewunmi"},
    ),
    "jp latin caps": ("/about", "en", "<h2>Team</h2><h4>TANAKA Hiroshi</h4><p>President</p>", {"Hiroshi Tanaka"}),
    "vn": (
        "/team",
        "vi",
        "<h1>Đội ngũ</h1><h3>Nguyễn Thị Lan</h3><p>Giám đốc</p><h3>Trần Văn Minh</h3><p>Kế toán</p>",
        {"Nguyễn Thị Lan", "Trần Văn Minh"},
    ),
    "company w/ people names": ("/", "en", "<h2>Whitmore &amp; Quintero LLP</h2><p>Attorneys at Law</p>", set()),
    "services h3 with 'agent'": (
        "/",
        "en",
        "<h3>Real Estate</h3><p>Agent support</p><h3>Home Staging</h3><p>Designer on call</p><h3>Virtual "
        "Tours</h3><p>Photographer included</p>",
        set(),
    ),
    "features": (
        "/",
        "en",
        "<section class='team'><h2>Why our team</h2><h3>Fast Turnaround</h3><p>Quick work</p><h3>Quality "
        "Materials</h3><p>Best only</p></section>",
        set(),
    ),
    "dept list": (
        "/about",
        "de",
        "<h2>Unser Team</h2><h3>Technische Leitung</h3><p>Planung</p><h3>Kaufmännische Leitung</h3><p>"
        "Verwaltung</p><h3>Junge Talente</h3><p>Ausbildung</p>",
        set(),
    ),
    "it offers": (
        "/",
        "it",
        "<h3>Grande Esperienza</h3><p>Consulente dedicato</p><h3>Prezzo Giusto</h3><p>Responsabile</p>",
        set(),
    ),
    "fr offers": (
        "/",
        "fr",
        "<h3>Petit Déjeuner</h3><p>Chef à domicile</p><h3>Grand Salon</h3><p>Conseiller</p>",
        set(),
    ),
    "es offers": (
        "/",
        "es",
        "<h3>Atención Personal</h3><p>Asesor propio</p><h3>Gran Calidad</h3><p>Técnico</p>",
        set(),
    ),
}


@pytest.mark.parametrize("case", PAGES)
def test_people_of_the_layout(case: str) -> None:
    path, lang, body, expected = PAGES[case]
    html = (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Page</title></head><body>'
        f'<nav><a href="/">Home</a> <a href="/team">Team</a></nav>{body}</body></html>'
    )
    found = extract_page(html.encode(), f"https://{HOST}{path}", "text/html", SiteContext(host=HOST), NOW)
    assert {person.values[PersonAttribute.FULL_NAME][0].value for person in found.persons} == expected


def test_marked_up_names_and_titles_of_a_script_without_capitals() -> None:
    """What the page's data calls a name is one, and what it calls a title is nobody; no title ends in a colon."""
    staff = [("דנה לוי", "ניהול מכירות"), ("יוסי כהן", "התמחות")]
    people = "".join(
        "<div itemprop='employee' itemscope itemtype='https://schema.org/Person'>"
        f"<h2><span itemprop='name'>{name}</span></h2><p itemprop='jobTitle'>{title}</p></div>"
        for name, title in staff
    )
    body = (
        f"<h1>הצוות</h1><div itemscope itemtype='https://schema.org/Organization'>{people}</div><p>מנהלים: דנה לוי</p>"
    )
    page = f"<html lang=he><meta charset=utf-8><body>{body}".encode()
    found = extract_page(page, f"https://{HOST}/team", "text/html", SiteContext(host=HOST), NOW)
    name, title = PersonAttribute.FULL_NAME, PersonAttribute.TITLE
    assert {each.values[name][0].value: each.values[title][0].value for each in found.persons} == dict(staff)
