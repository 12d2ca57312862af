"""What reads as a person's name, and what as a job title. No dictionary of family names; given names are one sign."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from leadhouse.extraction import vocabulary
from leadhouse.extraction.hosts import fold

_HONORIFIC = r"(?:(?:Herrn?|Frau|Mr|Mrs|Ms|Miss|Mme|M|Dr|Prof|Professor|Ing|Dipl\.?-?\s?(?:Ing|Kfm|Kffr|Psych|Inform|Betriebsw|Jur|Oec|Wirt)|Mag|Rechtsanw(?:ä|a)lt(?:in)?|RA|RAin|Adv|Advocate|CA|Shri|Smt|Sri|Sig(?:\.ra)?|Sra?|Dott(?:\.ssa|ssa)?|Avv|Arch|Geom|Rag|Lic|Maître|Me|Eng|Er|Hon|Rev|Sir|Dame|Capt|med|dent|jur|rer|nat|phil|h\.c|habil|vet)(?:\.\s*|\s+))"
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
    r"\b\w+(?:kanzlei|praxis|büro|verein|verband|gesellschaft|schule|zentrum|werkstatt|management|beratung)\b|\b(?:urgent|requirements?|vacanc\w+|hiring|preschool|the|our|your|we|us|my|and|for|with|from|in|of|on|at|to|is|are|all|more|read|learn|view|see|get|how|what|why|who|where|when|new|best|top|free|about|contact|home|services?|team|news|blog|privacy|policy|terms|rights|reserved|copyright|company|group|gmbh|ltd|limited|inc|llc|pvt|corp|ag|kg|sarl|university|universität|college|school|schule|institute|academy|hospital|clinic|klinik|praxis|kanzlei|foundation|stiftung|association|verein|society|bank|church|court|street|road|avenue|lane|straße|strasse|platz|weg|city|town|state|county|north|south|east|west|northern|southern|eastern|western|floor|building|office|center|centre|park|hotel|restaurant|cafe|café|bar|shop|store|market|menu|gallery|portfolio|project|projects|product|products|solutions?|technolog(?:y|ies)|software|systems?|design|development|marketing|management|consulting|services|support|sales|business|finance|financial|legal|law|laws|tax|audit|accounting|insurance|estate|property|construction|energy|health|medical|dental|care|beauty|wedding|event|events|media|digital|web|website|online|mobile|app|data|cloud|security|network|social|facebook|twitter|instagram|linkedin|youtube|whatsapp|google|maps?|email|e-mail|phone|telephone|fax|address|adresse|anschrift|opening|hours|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|june|july|august|september|october|november|december|januar|februar|märz|juni|juli|oktober|dezember|welcome|willkommen|bienvenue|benvenuti|thank|thanks|click|here|download|subscribe|newsletter|login|register|sign|search|next|previous|back|vision|mission|values?|history|story|stories|quality|experience|excellence|award|awards|certified|certificate|impressum|datenschutz|kontakt|startseite|leistungen|über|uns|angebot|angaben|gemäß|haftung|urheberrecht|inhalte|links|streit|verantwortlich|umsatzsteuer|quick|useful|latest|recent|popular|featured|follow|chi|siamo|servizi|contatti|dove|mentions|légales|nous|votre|notre|les|des|aviso|nosotros|inicio|servicios|contacto|los|las|united|kingdom|states|america|germany|deutschland|france|italia|italy|india|australia|canada|zealand|london|york|berlin|paris|rome|milan|managing|director|chairman|president|manager|officer|founder|owner|ceo|head|chief|senior|junior|assistant|engineer|developer|designer|attorney|lawyer|partner|doctor|teacher|frequently|asked|questions?|customer|client|clients|customers|testimonials?|reviews?|lorem|ipsum|dolor|act|code|article|section|committee|board|council|department|ministry|government|federal|national|international|global|world|public|private|general|special|annual|report|conference|summit|festival|club|league|championship|series|season|live|tour|show|theater|theatre|museum|library|music|film|movie|book|books|art|arts|science|engineering|education|training|course|courses|workshop|class|classes|program|programs|programme|job|jobs|career|careers|position|full|part|time|remote|apply|salary|meet|meeting|open|close|closed|welcher|unsere|unser|ihre|ihr|sie|wir|der|die|das|und|oder|für|mit|von der|einen|eine|ein|bei|auf|aus|nach|zum|zur|azienda|agricola|cookie|cookies|session|analytics|pixel|days?|weeks?|months?|years?|hours?|minutes?|yes|no|not|other|others|smart|green|blue|red|white|black|gold|silver|classic|modern|premium|basic|pro|plus|standard|advanced|custom)\b",
    re.I,
)


@cache
def given_names() -> frozenset[str]:
    """The given names of `given_names.txt`, folded."""
    lines = (Path(__file__).parent / "given_names.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def has_given_name(name: str) -> bool:
    """Whether one of the words before the family name is a known given name."""
    words = re.split(r"[\s\-]+", name)
    return any(fold(word) in given_names() for word in words[:-1])


def has_honorific(text: str) -> bool:
    """Whether a text starts with a form of address or an academic title."""
    return bool(_HONORIFIC_START.match(text.strip()))


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
        and "@" not in text
    )
