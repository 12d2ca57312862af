"""People of the company: cards of name and title, lines that say who represents it, JSON-LD. Bylines, reviewers and
outsiders are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from leadhouse.extraction import structured, vocabulary
from leadhouse.extraction.context import Findings, Surroundings, third_party
from leadhouse.extraction.emails import EMAIL, clean, from_mailto, placeholder_reason
from leadhouse.extraction.page import Block, Mark, Page
from leadhouse.extraction.phones import NUMBER, to_e164

_HONORIFIC = r"(?:(?:Herrn?|Frau|Mr|Mrs|Ms|Miss|Mme|M|Dr|Prof|Professor|Ing|Dipl\.?-?\s?(?:Ing|Kfm|Kffr|Psych|Inform|Betriebsw|Jur|Oec|Wirt)|Mag|Rechtsanw(?:ä|a)lt(?:in)?|RA|RAin|Adv|Advocate|CA|Shri|Smt|Sri|Sig(?:\.ra)?|Sra?|Dott(?:\.ssa|ssa)?|Avv|Arch|Geom|Rag|Lic|Maître|Me|Eng|Er|Hon|Rev|Sir|Dame|Capt|med|dent|jur|rer|nat|phil|h\.c|habil|vet)\.?\s*)"
_TOKEN = r"(?:[A-ZÀ-ÖØ-ÞŁŚŻŹĆŃĄĘČŠŽĐŘŇŤĎĽĹÝ][\w'’\-]*[a-zß-öø-ÿłśżźćńąęčšžđřňťďľĺý](?:[-'’][A-ZÀ-ÖØ-Þ][\w'’]+)*|[A-Z]\.?(?:[A-Z]\.?)?|O['’][A-Z][a-z]+|Mc[A-Z][a-z]+|de|del|della|di|da|dos|van|von|der|den|zu|la|le|bin|ibn|al|el|y)"
_NAME = re.compile(
    rf"^{_HONORIFIC}{{0,4}}(?P<name>{_TOKEN}(?:\s+{_TOKEN}){{1,4}})(?:,?\s*(?:(?:Ph\.?\s?D|M\.?\s?D|MBA|M\.?A|B\.?A|B\.?Sc|M\.?Sc|LL\.?\s?[BM]|CPA|Esq|Jr|Sr|II|III|RN|DDS|DMD|J\.?D|CFA|FCA|ACA|RIBA|PE|AIA|LMT|LCSW)\.?,?\s*)+)?$"
)
_UPPER_NAME = re.compile(r"^[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’\-.]+(?: [A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’\-.]*){1,3}$")
_HONORIFIC_START = re.compile(rf"^{_HONORIFIC}+")
_PARTICLES = frozenset("de del della di da dos van von der den zu la le bin ibn al el y".split())
TITLE = re.compile(
    r"(?<![\w])(?:c[eftmiop]o|cmo|chro|chief \w+(?: \w+)? officer|(?:co-?\s?)?founder|(?:co-?)?owner|president|vice[- ]president|vp|chair(?:man|woman|person)?|(?:managing |executive |creative |art |technical |medical |sales |marketing |whole-?time |artistic )?director|directrice|directeur|direttor[ei]|direttrice|directora?|diretora?"
    r"|manager(?:in)?|leiter(?:in)?|leitung|geschäftsführer(?:in)?|geschaeftsfuehrer(?:in)?|geschäftsleit\w+|inhaber(?:in)?|gründer(?:in)?|prokurist(?:in)?|vorstand\w*|vorsitzende[rn]?|partner(?:in)?|associate|principal|counsel|attorney|lawyer|paralegal|solicitor|barrister|advocate|notary|rechtsanw(?:ä|a)lt(?:in)?|fachanw(?:ä|a)lt(?:in)?|notar(?:in)?|steuerberater(?:in)?|avocat[e]?|avvocat[oa]|abogad[oa]|advokat"
    r"|engineer|developer|designer|architect|consultant|analyst|scientist|researcher|professor|teacher|instructor|trainer(?:in)?|coach|therapist|psychologist|psycholog[ei]n?|physiotherap\w+|doctor|dentist|zahn(?:ä|a)rzt(?:in)?|(?:fach)?(?:ä|a)rzt(?:in)?|physician|surgeon|nurse|veterinarian|tier(?:ä|a)rzt(?:in)?|médecin|docteur|dentista|odontólog[oa]|médic[oa]|titular|titolare|amministrat(?:ore|rice)|gérante?|fondat(?:eur|rice|ore)|fundadora?|socio|socia|presidente|présidente?|président|segretari[oa]|secretary|secretary|treasurer|schatzmeister(?:in)?|kassenwart(?:in)?|tesorier[ei]|trésori(?:er|ère)|secrétaire|sekretär(?:in)?"
    r"|head (?:of|chef|waiter|waitress|coach|teacher)|team ?lead(?:er)?|lead|leader|supervisor|coordinator|koordinator(?:in)?|administrator|assistant|assistent(?:in)?|receptionist|specialist|spezialist(?:in)?|representative|agent|broker|accountant|buchhalter(?:in)?|bookkeeper|auditor|officer|executive|chef(?:in)?|cook|waiter|waitress|barista|baker|photographer|technician|techniker(?:in)?|meister(?:in)?|mechanic|installer|builder|building practitioner|foreman|electrician|plumber|driver|instruktør|daglig leder|styreleder|verkställande|vd|redaktør|editor|redakteur(?:in)?|writer|producer|dramaturg(?:in)?|regie|intern|trainee|auszubildende[r]?|azubi|ansprechpartner(?:in)?|sachbearbeiter(?:in)?|berater(?:in)?|verkäufer(?:in)?|mitarbeiter(?:in)?|responsable|responsabile|chargée? de|jefe|jefa|gerente|encargad[oa]|asesor[a]?|comercial|zaakvoerder|bestuurder|eigenaar|medewerker|hygienist|optician|pharmacist|stylist|esthetician|pastor|curator|founder|program director|project lead|board member|member of the board|trustee|advisor|ambassador)(?![\w])",
    re.I,
)
# Capitalised words that head sections, places, firms and things; a "name" that holds one is none.
_NOT_NAME = re.compile(
    r"\b(?:the|our|your|we|us|my|and|for|with|from|in|of|on|at|to|is|are|all|more|read|learn|view|see|get|how|what|why|who|where|when|new|best|top|free|about|contact|home|services?|team|news|blog|privacy|policy|terms|rights|reserved|copyright|company|group|gmbh|ltd|limited|inc|llc|pvt|corp|ag|kg|sarl|university|universität|college|school|schule|institute|academy|hospital|clinic|klinik|praxis|kanzlei|foundation|stiftung|association|verein|society|bank|church|court|street|road|avenue|lane|straße|strasse|platz|weg|city|town|state|county|north|south|east|west|northern|southern|eastern|western|floor|building|office|center|centre|park|hotel|restaurant|cafe|café|bar|shop|store|market|menu|gallery|portfolio|project|projects|product|products|solutions?|technolog(?:y|ies)|software|systems?|design|development|marketing|management|consulting|services|support|sales|business|finance|financial|legal|law|laws|tax|audit|accounting|insurance|estate|property|construction|energy|health|medical|dental|care|beauty|wedding|event|events|media|digital|web|website|online|mobile|app|data|cloud|security|network|social|facebook|twitter|instagram|linkedin|youtube|whatsapp|google|maps?|email|e-mail|phone|telephone|fax|address|adresse|anschrift|opening|hours|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|june|july|august|september|october|november|december|januar|februar|märz|juni|juli|oktober|dezember|welcome|willkommen|bienvenue|benvenuti|thank|thanks|click|here|download|subscribe|newsletter|login|register|sign|search|next|previous|back|vision|mission|values?|history|story|stories|quality|experience|excellence|award|awards|certified|certificate|impressum|datenschutz|kontakt|startseite|leistungen|über|uns|angebot|angaben|gemäß|haftung|urheberrecht|inhalte|links|streit|verantwortlich|umsatzsteuer|quick|useful|latest|recent|popular|featured|follow|chi|siamo|servizi|contatti|dove|mentions|légales|nous|votre|notre|les|des|aviso|nosotros|inicio|servicios|contacto|los|las|united|kingdom|states|america|germany|deutschland|france|italia|italy|india|australia|canada|zealand|london|york|berlin|paris|rome|milan|managing|director|chairman|president|manager|officer|founder|owner|ceo|head|chief|senior|junior|assistant|engineer|developer|designer|attorney|lawyer|partner|doctor|teacher|frequently|asked|questions?|customer|client|clients|customers|testimonials?|reviews?|lorem|ipsum|dolor|act|code|article|section|committee|board|council|department|ministry|government|federal|national|international|global|world|public|private|general|special|annual|report|conference|summit|festival|club|league|championship|series|season|live|tour|show|theater|theatre|museum|library|music|film|movie|book|books|art|arts|science|engineering|education|training|course|courses|workshop|class|classes|program|programs|programme|job|jobs|career|careers|position|full|part|time|remote|apply|salary|meet|meeting|open|close|closed|welcher|unsere|unser|ihre|ihr|sie|wir|der|die|das|und|oder|für|mit|von der|einen|eine|ein|bei|auf|aus|nach|zum|zur|azienda|agricola|cookie|cookies|session|analytics|pixel|days?|weeks?|months?|years?|hours?|minutes?|yes|no|not|other|others|smart|green|blue|red|white|black|gold|silver|classic|modern|premium|basic|pro|plus|standard|advanced|custom)\b",
    re.I,
)
_BYLINE = re.compile(
    r"\b(?:posted|written|published|photo(?:graph)?|by|von|par|por|author|autor|geschrieben|min(?:ute)?s? read|comments?|reply|says|schreibt|sagt)\b",
    re.I,
)
_POST_URL = re.compile(
    r"/(?:blog|news|posts?|articles?|tag|category|author|archive|\d{4}/\d{2}|jobs?|offers?|events?|portfolio|projects?|case-stud\w+|testimonials?|reviews?)(?:/|\.|$|-)",
    re.I,
)
_TEAM_URL = re.compile(
    r"team|people|staff|about|ueber|über|attorney|lawyer|board|director|leader|management|founder|doctor|who-we|chi-siamo|equipe|equipo|nosotros|qui-sommes|personal|persoenl|kanzlei|mitarbeiter|om-oss|over-ons|impress|imprint|legal|mentions|contact|kontakt|contat|vorstand|crew",
    re.I,
)
_QUOTE = re.compile(r"^[\"“”„«'‘].{20,}|[\"“”»]\s*$")
_REPRESENTED_LINE = re.compile(
    rf"(?:{vocabulary.REPRESENTED.pattern})[^:\n]{{0,40}}?(?::|\n|\s(?=[A-Z]|Dr))\s*(?P<rest>[^\n]{{3,160}})", re.I
)
_ENUMERATION = re.compile(r"\s*(?:,|;|\bund\b|\band\b|\bet\b|\be\b|\by\b|&|/)\s*(?=(?:[A-ZÀ-ÖØ-Þ]|Dr))")


@dataclass(slots=True)
class Person:
    """One person as a page shows them; `confidence` by how the page says it."""

    name: str
    title: str = ""
    email: str | None = None
    phone: str | None = None
    social: str | None = None
    confidence: float = 0.5
    locator: str = "card"
    marks: list[str] = field(default_factory=list)


def person_name(text: str, *, needs_honorific: bool = False) -> str | None:
    """The bare name when a text is a person's name and nothing else."""
    text = re.sub(r"\s+", " ", text).strip(' ,;:–-|•*"“”')
    if not 5 <= len(text) <= 60:
        return None
    if _UPPER_NAME.match(text) and not vocabulary.LEGAL_FORM.search(text):
        text = text.title()
    text = re.sub(r"^((?:Mr|Mrs|Ms|Dr|Prof|Mme|Sig|Adv|CA|Er)\.)(?=\w)", r"\1 ", text)
    match = _NAME.match(text)
    if match is None or (needs_honorific and not _HONORIFIC_START.match(text)):
        return None
    name = _HONORIFIC_START.sub("", match["name"]).strip()
    words = name.split()
    long_words = [word for word in words if len(word.strip(".")) >= 2 and word.lower() not in _PARTICLES]
    if len(words) < 2 or not long_words or _NOT_NAME.search(name) or vocabulary.LEGAL_FORM.search(name):
        return None
    if words[0].lower() in _PARTICLES - {"de", "la", "le", "el", "al"} or words[-1].lower() in _PARTICLES:
        return None
    if re.search(r"\d", name) or vocabulary.PLACEHOLDER_TEXT.search(name):
        return None
    return name


def is_title(text: str) -> bool:
    """Whether a short text is a job title."""
    return (
        2 <= len(text) <= 110
        and len(text.split()) <= 14
        and bool(TITLE.search(text))
        and not text.endswith(("?", "!"))
        and not EMAIL.search(text)
    )


def extract_people(page: Page, country: str | None, findings: Findings) -> list[Person]:
    """People of the company on this page; others go to `findings` as rejections with the reason."""
    found: dict[str, Person] = {}
    for person in (*_structured(page), *_represented(page, findings), *_cards(page, findings)):
        key = person.name.casefold()
        known = found.get(key)
        if known is None or (person.confidence, bool(person.title)) > (known.confidence, bool(known.title)):
            if known is not None:
                person.title = person.title or known.title
            found[key] = person
        elif not known.title:
            known.title = person.title
    for person in found.values():
        _contacts(page, person, country)
    return list(found.values())


def _structured(page: Page) -> list[Person]:
    found: list[Person] = []
    for item, key, parent in structured.nested(page.json_ld + page.microdata):
        if "person" not in structured.types_of(item):
            continue
        if key in {
            "author",
            "creator",
            "reviewedBy",
            "editor",
            "contributor",
            "customer",
            "performer",
            "actor",
            "byArtist",
        } or structured.types_of(parent or {}) & {
            "review",
            "blogposting",
            "article",
            "newsarticle",
            "comment",
            "event",
        }:
            continue
        name = person_name(structured.text_of(item.get("name")))
        title = structured.text_of(item.get("jobTitle")) or {"founder": "Founder", "founders": "Founder"}.get(key, "")
        if name and (title or key in {"employee", "employees", "member", "members", "founder", "founders"}):
            found.append(Person(name, title, confidence=0.9, locator="json-ld"))
    return found


def _represented(page: Page, findings: Findings) -> list[Person]:
    found: list[Person] = []
    for index, block in enumerate(page.blocks):
        if len(block.text) > 700 or not vocabulary.REPRESENTED.search(block.text if not block.is_label else block.text):
            continue
        text = block.text
        follower = page.blocks[index + 1].text if index + 1 < len(page.blocks) else ""
        if (block.is_label or text.rstrip().endswith(":")) and len(follower) <= 160:
            text = f"{text.rstrip(' :')}: {follower}"
        for match in _REPRESENTED_LINE.finditer(text):
            found.extend(_listed(match, block, page))
    return found


def _listed(match: re.Match[str], block: Block, page: Page) -> list[Person]:
    spot = Surroundings("", "", "", block.heading, block.outline, block.marks)
    if (reason := third_party(spot)) and reason != "authority":
        return []
    label = match[0][: match.start("rest") - match.start()].strip(" :\n")
    label = label.split("\n")[-1][:80]
    people: list[Person] = []
    for part in _ENUMERATION.split(re.split(r"\(|\s[-–|]\s|\.\s|\bAdresse|\bc/o", match["rest"])[0])[:8]:
        part = re.sub(
            rf"^(?:{vocabulary.REPRESENTED.pattern}|die|den|der|le|la|il|el)\s*:?\s*", "", part.strip(), flags=re.I
        )
        name = person_name(part)
        if name is None:
            break
        people.append(
            Person(
                name,
                label
                if not label.lower().startswith(("vertreten", "verantwort", "represented"))
                else _represented_title(match[0]),
                confidence=0.85,
                locator="imprint",
            )
        )
    return people


def _represented_title(text: str) -> str:
    titles = [found[0] for found in TITLE.finditer(text)]
    return titles[-1] if titles else ""


def _cards(page: Page, findings: Findings) -> list[Person]:
    found: list[Person] = []
    blocks = page.blocks
    is_post = bool(_POST_URL.search(page.url)) and not _TEAM_URL.search(page.url.rsplit("/", 1)[-1])
    for index, block in enumerate(blocks):
        if block.marks & Mark.NAV or len(block.text) > 1200:
            continue
        person = _card(blocks, index, block)
        if person is None:
            continue
        reason = "byline" if is_post else _outsider(page, block, blocks, index)
        if reason:
            findings.reject("person", person.name, reason, "card")
            continue
        person.confidence = _card_confidence(page, block, person)
        if person.confidence >= 0.5:
            found.append(person)
        else:
            findings.reject("person", person.name, "unsure", "card")
    return found


def _card(blocks: list[Block], index: int, block: Block) -> Person | None:
    lines = block.text.split("\n")
    first = lines[0]
    name = person_name(first)
    if name is None:
        return _inline(first)
    near = [*lines[1:3], *(entry.text.split("\n")[0] for entry in blocks[index + 1 : index + 3])]
    for text in near[:3]:
        if person_name(text) and not is_title(text):
            break
        if is_title(text):
            return Person(name, text)
    before = blocks[index - 1].text if index else ""
    if is_title(before) and not person_name(before) and not _follows_a_name(blocks, index):
        return Person(name, before)
    honorific = bool(_HONORIFIC_START.match(first)) and first.split(" ")[0].rstrip(".") in {
        "Mr",
        "Mrs",
        "Ms",
        "Dr",
        "Prof",
        "Herr",
        "Frau",
        "Mme",
    }
    said = blocks[index + 1].text[:300] if index + 1 < len(blocks) else ""
    is_heading = block.tag in {"h1", "h2", "h3", "h4", "h5", "h6"} or block.is_label
    if is_heading and name.split()[0] in said and (match := _SENTENCE_TITLE.search(said)):
        return Person(name, match["title"].strip(" ,.")[:110])
    if is_heading or honorific:
        return Person(name, "", marks=["honorific"] if honorific else [])
    return None


_SENTENCE_TITLE = re.compile(
    rf"(?:\bis\b|\bist\b|\best\b|,)\s+(?:(?:the|an?|our|der|die|unser[e]?|le|la|notre)\s+)?(?P<title>[^.,;]{{0,40}}?(?:{TITLE.pattern})[^.,;]{{0,30}})",
    re.I,
)
_INLINE = re.compile(r"^(?P<name>[^,–—|(:\n]{5,50}?)\s*(?:,|–|—|\||\s-\s|\(|:)\s*(?P<title>[^\n]{2,90}?)\)?$")


def _inline(text: str) -> Person | None:
    match = _INLINE.match(text)
    if match is None:
        return None
    name = person_name(match["name"])
    if name and is_title(match["title"]):
        return Person(name, match["title"].strip(" ,.)"))
    swapped = person_name(match["title"])
    if swapped and is_title(match["name"]) and not person_name(match["name"]):
        return Person(swapped, match["name"].strip())
    return None


def _follows_a_name(blocks: list[Block], index: int) -> bool:
    """Whether the title above a name already belongs to the name above it."""
    return index >= 2 and person_name(blocks[index - 2].text.split("\n")[0]) is not None


def _outsider(page: Page, block: Block, blocks: list[Block], index: int) -> str | None:
    if block.marks & Mark.HIDDEN:
        return "hidden"
    spot = Surroundings("", "", "", block.heading, block.outline, block.marks)
    if block.marks & Mark.TEAM and not block.marks & Mark.TESTIMONIAL:
        return None
    if reason := third_party(spot):
        return reason
    before = blocks[index - 1].text if index else ""
    after = blocks[index + 1].text if index + 1 < len(blocks) else ""
    if (_QUOTE.search(before) and len(before) > 40) or (_QUOTE.match(after) and len(after) > 60):
        return "testimonial"
    if block.marks & Mark.ARTICLE and _BYLINE.search(f"{before[-40:]} {after[:40]}"):
        return "byline"
    if block.marks & (Mark.PARTNER | Mark.PORTFOLIO):
        return "third_party"
    return None


def _card_confidence(page: Page, block: Block, person: Person) -> float:
    score = 0.62 if person.title else 0.3
    path = page.url.split("/", 3)[-1]
    if block.marks & Mark.TEAM:
        score += 0.15
    if any(vocabulary.LEADERSHIP.search(text) for text in block.outline[:-1] or block.outline):
        score += 0.15
    if _TEAM_URL.search(path):
        score += 0.1
    if "honorific" in person.marks:
        score += 0.15
    if block.tag in {"h2", "h3", "h4", "h5", "h6"}:
        score += 0.05
    if block.marks & (Mark.ARTICLE | Mark.FOOTER | Mark.COLLAPSED):
        score -= 0.15
    if len(person.title) > 70:
        score -= 0.15
    if any(person.name.split()[0] in image.alt for image in page.images):
        score += 0.1
    return round(min(0.95, max(0.0, score)), 3)


def _contacts(page: Page, person: Person, country: str | None) -> None:
    """E-mail, phone and profile that stand within the person's card."""
    for index, block in enumerate(page.blocks):
        if person.name not in block.text:
            continue
        card = [block]
        for entry in page.blocks[index + 1 : index + 8]:
            if (
                person_name(entry.text.split("\n")[0])
                or len(entry.text) > 900
                or (entry.marks ^ block.marks) & Mark.FOOTER
            ):
                break
            card.append(entry)
        last = index + len(card)
        _fill(page, person, card, index, last, country)
        if person.email or person.phone:
            return


def _fill(page: Page, person: Person, card: list[Block], first: int, last: int, country: str | None) -> None:
    text = "\n".join(block.text for block in card)
    family = person.name.split()[-1].casefold()
    addresses = [address for match in EMAIL.finditer(text) if (address := clean(match[0]))]
    for link in page.actions:
        if first <= link.block < last and link.url[:7].lower() == "mailto:":
            addresses.extend(from_mailto(link.url))
    named = [
        address
        for address in addresses
        if family[:5] in address.partition("@")[0] or person.name.split()[0].casefold() in address.partition("@")[0]
    ]
    if named and not placeholder_reason(named[0]):
        person.email = named[0]
    if (block := page.blocks[first]).marks & Mark.TEAM or person.email:
        numbers = [number for match in NUMBER.finditer(text) if (number := to_e164(match[0], country))]
        if len(set(numbers)) == 1 and not block.marks & Mark.FOOTER:
            person.phone = numbers[0]
    for link in page.links:
        if first <= link.block < last and "linkedin.com/in/" in link.url:
            person.social = link.url
            break
