"""What line of business a company's own words name, as a division of NACE Rev. 2 (Eurostat): ``56`` serves food.

The words are those of signs and titles, not of texts: title, description, headings, and schema.org's type of company.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from leadhouse.extraction.attribution.context import Findings
from leadhouse.extraction.contact_links import contact_score
from leadhouse.extraction.markup import structured
from leadhouse.extraction.markup.page import Mark, Page
from leadhouse.extraction.patterns.guarded import guarded
from leadhouse.records import Value

_DIVISIONS = (  # division, schema.org types, words
    ("01", "",
     r"farm(?!ac)|agricult|landwirt|bauernhof|weingut|winery|vineyard|agriturismo|azienda agricola|agricol"
     r"|viticult|gård"),
    ("10", "bakery",
     r"b[äa]ckerei|bakery|boulangerie|panetteria|panader[ií]a|bakkerij|konditorei|pâtisserie|pasticceria"
     r"|metzgerei"),
    ("16", "",
     r"tischlerei|schreinerei|zimmerei|carpent|joinery|menuiserie|charpent|falegnam|carpinter[ií]a|timmer"
     r"|snickeri"),
    ("21", "",
     r"pharmaceutical|pharma(?!c)|biotech|vaccines|arzneimittel"),
    ("25", "",
     r"metallbau|schlosserei|metalwork|steel construction|stahlbau|métallerie|officina|carpenteria metallica"
     r"|welding"),
    ("28", "",
     r"maschinenbau|machinery|machine manufactur|anlagenbau|construction mécanique|maquinaria|maskin(?:er"
     r"|fabrik)"),
    ("35", "",
     r"stadtwerke|solaranlagen|photovoltai\w+|solar (?:energy|panels)|energieversorg|wind power|energia solar"),
    ("41", "generalcontractor homeandconstructionbusiness",
     r"bauunternehm|construction compan|builders?\b|general contractor|renovations?|hochbau|maçonnerie"
     r"|imprese? edil|constructora|aannemer|entreprenør|byggmest|civil works|construction\b"),
    ("43", "electrician plumber roofingcontractor housepainter hvacbusiness",
     r"elektro(?:technik|installation)|electrician|plumb(?:er|ing)|heizung|sanitär|dachdecker|roofing"
     r"|malerbetrieb|painters? and decorat|électricien|plombier|idraulico|elettricista|fontaner|loodgieter"
     r"|rørlegger|hvac"),
    ("45", "autorepair autodealer autobodyshop",
     r"autohaus|kfz|car (?:dealer|repair)|auto repair|garage automobile|autofficina|concession(?:aria|naire)"
     r"|taller mec[áa]nico|bilverksted|reifen(?:handel|service)"),
    ("47", "store clothingstore florist furniturestore bookstore jewelrystore pharmacy",
     r"online ?shop|boutique|buchhandlung|bookshop|blumen(?:laden|haus)|florist|apotheke|pharmac(?:y|ie)\b"
     r"|farmacia|optiker|juwelier|jewell?er|ferreter[ií]a"),
    ("49", "movingcompany",
     r"spedition|logisti(?:k|cs)|freight|transport(?:e|unternehmen| company)|umzüge|removals|déménagement"
     r"|traslochi|mudanzas|taxi"),
    ("55", "hotel lodgingbusiness bedandbreakfast hostel campground resort",
     r"hotel|hostel|ferienwohnung|guest ?house|b&b|bed (?:and|&) breakfast|pension|campingplatz|camping|gîte"
     r"|chambres d.hôtes|affittacamere|casa vacanze|apartments for rent"),
    ("56", "restaurant cafeorcoffeeshop barorpub icecreamshop fastfoodrestaurant foodestablishment",
     r"restaurant|ristorante|restaurante|pizzeria|trattoria|caf[eé]\b|bistro|eiscafé|gelateria|crêperie"
     r"|grill(?: ?house)?\b|catering|ijssalon|gasthaus|steakhouse|brewpub|glaces|heladería"),
    ("62", "softwareapplication",
     r"software|app development|web development|it[- ](?:services|consult\w+|dienstleist\w+|systemhaus)|saas"
     r"|développement (?:web|logiciel)|sviluppo software|desarrollo de software|cyber ?security|data engineering"
     r"|cloud services"),
    ("64", "bankorcreditunion",
     r"\bbank\b|sparkasse|credit union|microfinance|cooperative society"),
    ("66", "insuranceagency financialservice",
     r"versicherung(?:sagentur|smakler|en\b)|insurance (?:agen|brok)|courtier en assurance|financial advis"
     r"|vermögensberat|assicurazioni|wealth management"),
    ("68", "realestateagent apartmentcomplex",
     r"immobilien|real estate|property management|lofts?\b|letting agent|agence immobilière|agenzia immobiliare"
     r"|inmobiliaria|makelaar|hausverwaltung|eiendomsmegler"),
    ("69", "attorney legalservice accountingservice notary",
     r"rechtsanw[äa]lt|kanzlei|law (?:firm|office)|attorneys?\b|lawyers?\b|solicitors|cabinet d.avocats?|avocat"
     r"|studio legale|avvocat|abogad|advoca(?:at|ten|do)|steuerberat|accountan|chartered acc|expert[- ]comptable"
     r"|commercialista|notar(?:iat|iaat)?\b|wirtschaftsprüf"),
    ("70", "",
     r"unternehmensberatung|management consult|business consult|conseil en (?:gestion|stratégie)"
     r"|consulenza aziendale|consultor[ií]a|coaching|brand strateg"),
    ("71", "",
     r"architekt|architect|ingenieurbüro|engineering (?:office|consult)|bureau d.études|studio tecnico|arquitect"
     r"|surveyor|vermessung|project management consult"),
    ("73", "",
     r"werbeagentur|marketing (?:agency|agentur)|advertising|agence de communication"
     r"|agenzia (?:di )?(?:pubblicit|comunic)|agencia de (?:marketing|publicidad)|branding|public relations"),
    ("74", "",
     r"photograph|fotograf|fotostudio|grafikdesign|graphic design|translation services|übersetzungsbüro"
     r"|interior design"),
    ("75", "veterinarycare",
     r"tierarzt|tierärzt|veterinar|vétérinaire|dierenarts"),
    ("78", "employmentagency",
     r"personalvermittlung|zeitarbeit|recruitment|staffing|job ?board|offres d.emploi|intérim"),
    ("79", "travelagency",
     r"reisebüro|travel agency|tour operator|agence de voyages|agenzia viaggi|agencia de viajes|dive (?:shop"
     r"|center)|diving|boat trips|safaris?\b|excursions"),
    ("81", "",
     r"gebäudereinigung|cleaning (?:services|company)|landscap|gartenbau|gärtner|garden design|nettoyage"
     r"|impresa di pulizie|paysagiste|jardiner"),
    ("85", "school educationalorganization preschool drivingschool",
     r"fahrschule|sprachschule|language school|academy|training cent|driving school|école de|scuola|academia"
     r"|tutoring|nachhilfe|kindergarten"),
    ("86", "dentist physician medicalclinic hospital medicalbusiness physiotherapy psychologist",
     r"zahn(?:arzt|ärzt|medizin)|dentist|dental|cl[ií]nica|clinic\b|arztpraxis|physiotherap|psychotherap"
     r"|therap(?:y|ist)|counsell?ing|hebamme|orthop|cabinet médical|studio medico|fisioterapia|tandarts|tannlege"
     r"|heilpraktik|kiné"),
    ("90", "theatergroup musicgroup performinggroup",
     r"theater|theatre|théâtre|orchest|band\b|musiker|kunstatelier|compagnie de danse"),
    ("93", "sportsactivitylocation healthclub exercisegym golfcourse",
     r"fitness|gym\b|yoga|sportverein|pilates|kletterhalle|tennis|golf ?club|dance studio|reitschule"),
    ("94", "ngo nonprofit",
     r"e\.\s?v\.|non-?profit|charity|verein\b|stiftung|associazione|association\b|asociaci[óo]n|ngo\b|foundation"),
    ("96", "hairsalon beautysalon nailsalon dayspa healthandbeautybusiness",
     r"friseur|hair(?:dresser| salon)|barber|coiffeur|parrucchier|peluquer|kapper|frisør|kosmetik|beauty"
     r"|nails?\b|lashes|spa\b|massage|tattoo|bestattung|funeral"),
)  # fmt: skip
_TYPES = {kind: division for division, kinds, _ in _DIVISIONS for kind in kinds.split()}
_WORDS = guarded("|".join(rf"(?P<d{division}>(?<!\w)(?:{words}))" for division, _, words in _DIVISIONS if words), re.I)


@lru_cache(maxsize=10_000)
def divisions_in(text: str) -> frozenset[str]:
    """The divisions that the words of a short text name."""
    return frozenset((match.lastgroup or "")[1:] for match in _WORDS.finditer(text[:400]))


def extract_industries(page: Page, findings: Findings) -> None:
    """Put the best named line of business into `findings`, where one stands out."""
    votes: Counter[str] = Counter()
    for item, _, _ in structured.nested(page.json_ld + page.microdata):
        for kind in structured.types_of(item):
            if division := _TYPES.get(kind):
                votes[division] += 6
    is_about = contact_score(page.url) >= 0.6
    for division in divisions_in(page.title):
        votes[division] += 3
    for division in divisions_in(page.meta.get("description", "")) if is_about else ():
        votes[division] += 2
    for block in page.blocks[:80] if is_about else ():
        if block.tag in {"h1", "h2"} and not block.marks & (Mark.ARTICLE | Mark.TESTIMONIAL | Mark.PARTNER):
            for division in divisions_in(block.text):
                votes[division] += 1
    ranked = votes.most_common(2)
    if not ranked or ranked[0][1] < 3 or (len(ranked) > 1 and ranked[1][1] == ranked[0][1]):
        return
    division, count = ranked[0]
    confidence = 0.5 + 0.05 * min(6, count)
    findings.accept("industry_code", Value(value=division, confidence=confidence, locator=f"words:{count}"))
