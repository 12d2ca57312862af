"""What reads as a person's name, and what as a job title. No dictionary of family names; given names are one sign."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from leadhouse.extraction import vocabulary
from leadhouse.extraction.hosts import fold
from leadhouse.extraction.vocabulary import words

_HONORIFIC = (
    r"(?:(?:Herrn?|Frau|Mr|Mrs|Ms|Miss|Mme|M|Dr|Prof|Professor|Ing|Dipl\.?-?\s?(?:Ing|Kfm|Kffr|Psych"
    r"|Inform|Betriebsw|Jur|Oec|Wirt)|Mag|Rechtsanw(?:ä|a)lt(?:in)?|RA|RAin|Adv|Advocate|CA|Shri|Smt|Sri"
    r"|Sig(?:\.ra)?|Sra?|Dott(?:\.ssa|ssa)?|Avv|Arch|Geom|Rag|Lic|Maître|Me|Eng|Er|Hon|Rev|Sir|Dame|Capt"
    r"|med|dent|jur|rer|nat|phil|h\.c|habil|vet)(?:\.\s*|\s+))"
)
_WORD = (
    r"(?:[A-ZÀ-ÖØ-ÞŁŚŻŹĆŃĄĘČŠŽĐŘŇŤĎĽĹÝ][\w'’\-]*[a-zß-öø-ÿłśżźćńąęčšžđřňťďľĺý](?:[-'’][A-ZÀ-ÖØ-Þ][\w'’]+)*"
    r"|[A-Z]\.?(?:[A-Z]\.?)?|O['’][A-Z][a-z]+|Mc[A-Z][a-z]+|de|del|della|di|da|dos|van|von|der|den|zu|la"
    r"|le|bin|ibn|al|el|y)"
)
_NAME = re.compile(
    rf"^{_HONORIFIC}{{0,4}}(?P<name>{_WORD}(?:\s+{_WORD}){{1,4}})(?:,?\s*(?:(?:Ph\.?\s?D|M\.?\s?D|MBA"
    rf"|M\.?A|B\.?A|B\.?Sc|M\.?Sc|LL\.?\s?[BM]|CPA|Esq|Jr|Sr|II|III|RN|DDS|DMD|J\.?D|CFA|FCA|ACA|RIBA"
    rf"|PE|AIA|LMT|LCSW)\.?,?\s*)+)?$"
)
_UPPER_NAME = re.compile(r"^[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’\-.]+(?: [A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’\-.]*){1,3}$")
_HONORIFIC_START = re.compile(rf"^{_HONORIFIC}+")
_PARTICLES = words("de del della di da dos van von der den zu la le bin ibn al el y")
TITLE = re.compile(
    (
        r"(?<![\w])(?:c[eftmiop]o|cmo|chro|chief \w+(?: \w+)? officer|(?:co-?\s?)?founder|(?:co-?)?owner"
        r"|president|vice[- ]president|vp|chair(?:man|woman|person)?|(?:managing |executive |creative "
        r"|art |technical |medical |sales |marketing |whole-?time |artistic )?director|directrice"
        r"|directeur|direttor[ei]|direttrice|directora?|diretora?"
        r"|manager(?:in)?|leiter(?:in)?|leitung|geschäftsführer(?:in)?|geschaeftsfuehrer(?:in)?"
        r"|geschäftsleit\w+|inhaber(?:in)?|gründer(?:in)?|prokurist(?:in)?|vorstand\w*|vorsitzende[rn]?"
        r"|partner(?:in)?|associate|principal|counsel|attorney|lawyer|paralegal|solicitor|barrister"
        r"|advocate|notary|rechtsanw(?:ä|a)lt(?:in)?|fachanw(?:ä|a)lt(?:in)?|notar(?:in)?"
        r"|steuerberater(?:in)?|avocat[e]?|avvocat[oa]|abogad[oa]|advokat"
        r"|engineer|developer|designer|architect|consultant|analyst|scientist|researcher|professor|teacher"
        r"|instructor|trainer(?:in)?|coach|therapist|psychologist|psycholog[ei]n?|physiotherap\w+|doctor"
        r"|dentist|zahn(?:ä|a)rzt(?:in)?|(?:fach)?(?:ä|a)rzt(?:in)?|physician|surgeon|nurse|veterinarian"
        r"|tier(?:ä|a)rzt(?:in)?|médecin|docteur|dentista|odontólog[oa]|médic[oa]|titular|titolare"
        r"|amministrat(?:ore|rice)|gérante?|fondat(?:eur|rice|ore)|fundadora?|socio|socia|presidente"
        r"|présidente?|président|segretari[oa]|secretary|secretary|treasurer|schatzmeister(?:in)?"
        r"|kassenwart(?:in)?|tesorier[ei]|trésori(?:er|ère)|secrétaire|sekretär(?:in)?"
        r"|head (?:of|chef|waiter|waitress|coach|teacher)|team ?lead(?:er)?|lead|leader|supervisor"
        r"|coordinator|koordinator(?:in)?|administrator|assistant|assistent(?:in)?|receptionist|specialist"
        r"|spezialist(?:in)?|representative|agent|broker|accountant|buchhalter(?:in)?|bookkeeper|auditor"
        r"|officer|executive|chef(?:in)?|cook|waiter|waitress|barista|baker|photographer|technician"
        r"|techniker(?:in)?|meister(?:in)?|mechanic|installer|builder|building practitioner|foreman"
        r"|electrician|plumber|driver|instruktør|daglig leder|styreleder|verkställande|vd|redaktør|editor"
        r"|redakteur(?:in)?|writer|producer|dramaturg(?:in)?|regie|intern|trainee|auszubildende[r]?|azubi"
        r"|ansprechpartner(?:in)?|sachbearbeiter(?:in)?|berater(?:in)?|verkäufer(?:in)?|mitarbeiter(?:in)?"
        r"|responsable|responsabile|chargée? de|jefe|jefa|gerente|encargad[oa]|asesor[a]?|comercial"
        r"|zaakvoerder|bestuurder|eigenaar|medewerker|hygienist|optician|pharmacist|stylist|esthetician"
        r"|pastor|curator|founder|program director|project lead|board member|member of the board|trustee"
        r"|advisor|ambassador)(?![\w])"
    ),
    re.I,
)
# Capitalised words that head sections, places, firms and things; a "name" that holds one is none.
_NOT_NAME = re.compile(
    (
        r"\b\w+(?:kanzlei|praxis|büro|verein|verband|gesellschaft|schule|zentrum|werkstatt|management"
        r"|beratung)\b|\b(?:urgent|requirements?|vacanc\w+|hiring|preschool|the|our|your|we|us|my|and|for"
        r"|with|from|in|of|on|at|to|is|are|all|more|read|learn|view|see|get|how|what|why|who|where|when"
        r"|new|best|top|free|about|contact|home|services?|team|news|blog|privacy|policy|terms|rights"
        r"|reserved|copyright|company|group|gmbh|ltd|limited|inc|llc|pvt|corp|ag|kg|sarl|university"
        r"|universität|college|school|schule|institute|academy|hospital|clinic|klinik|praxis|kanzlei"
        r"|foundation|stiftung|association|verein|society|bank|church|court|street|road|avenue|lane|straße"
        r"|strasse|platz|weg|city|town|state|county|north|south|east|west|northern|southern|eastern"
        r"|western|floor|building|office|center|centre|park|hotel|restaurant|cafe|café|bar|shop|store"
        r"|market|menu|gallery|portfolio|project|projects|product|products|solutions?|technolog(?:y|ies)"
        r"|software|systems?|design|development|marketing|management|consulting|services|support|sales"
        r"|business|finance|financial|legal|law|laws|tax|audit|accounting|insurance|estate|property"
        r"|construction|energy|health|medical|dental|care|beauty|wedding|event|events|media|digital|web"
        r"|website|online|mobile|app|data|cloud|security|network|social|facebook|twitter|instagram"
        r"|linkedin|youtube|whatsapp|google|maps?|email|e-mail|phone|telephone|fax|address|adresse"
        r"|anschrift|opening|hours|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january"
        r"|february|march|april|june|july|august|september|october|november|december|januar|februar|märz"
        r"|juni|juli|oktober|dezember|welcome|willkommen|bienvenue|benvenuti|thank|thanks|click|here"
        r"|download|subscribe|newsletter|login|register|sign|search|next|previous|back|vision|mission"
        r"|values?|history|story|stories|quality|experience|excellence|award|awards|certified|certificate"
        r"|impressum|datenschutz|kontakt|startseite|leistungen|über|uns|angebot|angaben|gemäß|haftung"
        r"|urheberrecht|inhalte|links|streit|verantwortlich|umsatzsteuer|quick|useful|latest|recent"
        r"|popular|featured|follow|chi|siamo|servizi|contatti|dove|mentions|légales|nous|votre|notre|les"
        r"|des|aviso|nosotros|inicio|servicios|contacto|los|las|united|kingdom|states|america|germany"
        r"|deutschland|france|italia|italy|india|australia|canada|zealand|london|york|berlin|paris|rome"
        r"|milan|managing|director|chairman|president|manager|officer|founder|owner|ceo|head|chief|senior"
        r"|junior|assistant|engineer|developer|designer|attorney|lawyer|partner|doctor|teacher|frequently"
        r"|asked|questions?|customer|client|clients|customers|testimonials?|reviews?|lorem|ipsum|dolor|act"
        r"|code|article|section|committee|board|council|department|ministry|government|federal|national"
        r"|international|global|world|public|private|general|special|annual|report|conference|summit"
        r"|festival|club|league|championship|series|season|live|tour|show|theater|theatre|museum|library"
        r"|music|film|movie|book|books|art|arts|science|engineering|education|training|course|courses"
        r"|workshop|class|classes|program|programs|programme|job|jobs|career|careers|position|full|part"
        r"|time|remote|apply|salary|meet|meeting|open|close|closed|welcher|unsere|unser|ihre|ihr|sie|wir"
        r"|der|die|das|und|oder|für|mit|von der|einen|eine|ein|bei|auf|aus|nach|zum|zur|azienda|agricola"
        r"|cookie|cookies|session|analytics|pixel|days?|weeks?|months?|years?|hours?|minutes?|yes|no|not"
        r"|other|others|smart|green|blue|red|white|black|gold|silver|classic|modern|premium|basic|pro|plus"
        r"|standard|advanced|custom)\b"
    ),
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


_OTHER_SCRIPT = re.compile(r"^[^\W\d_a-zA-ZÀ-ɏ]{2,}(?:[ -][^\W\d_a-zA-ZÀ-ɏ]{2,}){1,3}$")


def other_script_name(text: str) -> str | None:
    """Two to four words in Hebrew, Greek, Cyrillic and the like: a name only where a list of staff says so."""
    text = " ".join(text.split())
    return text if len(text) <= 40 and _OTHER_SCRIPT.match(text) else None


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
