"""Lines that say who represents or owns a company, as imprints carry them by law, and whom to contact."""

from __future__ import annotations

import re
from functools import lru_cache

from leadhouse.extraction.attribution.context import Surroundings, third_party
from leadhouse.extraction.markup.page import Block, Mark, Page
from leadhouse.extraction.patterns import vocabulary
from leadhouse.extraction.patterns.guarded import guarded
from leadhouse.extraction.patterns.vocabulary import words
from leadhouse.extraction.people.job_titles import is_title, is_title_word
from leadhouse.extraction.people.names import Name, has_given_name, read_name
from leadhouse.extraction.people.outsiders import heads_others, is_imprint
from leadhouse.extraction.people.said import several_names
from leadhouse.extraction.person import ACCEPT, Person

__all__ = ["Person", "represented"]

# Beyond `vocabulary.REPRESENTED`: owners, directors, boards and named contacts of more languages.
_MORE_LABELS = (
    r"inh\.|vorsitzende[rn]?|kassier(?:er|erin|in)?|kassenwart(?:in)?|schatzmeister(?:in)?|schriftführer(?:in)?"
    r"|v\.?\s?i\.?\s?s\.?\s?d\.?\s?p\.?|"
    r"indehaver|ejer|direktør|adm\.? dir\w*|styreleder|styrets leder|ansvarlig redaktør|ansvarig utgivare"
    r"|ägare|innehavare"
    r"|verkställande direktör|ordförande|toimitusjohtaja|yrittäjä|puheenjohtaja|właściciel(?:ka)?|prezes(?: zarządu)?"
    r"|jednatel(?:ka)?|majitel(?:ka)?|konateľ(?:ka)?|ügyvezető(?: igazgató)?|tulajdonos|proprietári[oa]"
    r"|sóci[oa]-gerente"
    r"|gerente|director general|directora?|diretora?|propietari[oa]|direktor(?:ica)?|vlasni[kc]a?|eigena(?:ar|res)"
    r"|oprichter|gérante?|présidente?|propriétaire|dirigeante?|exploitante?|titolare|presidente|gründer(?:in)?|founder"
    r"|ceo|chairman|president|(?:general |office |practice |store |branch )?manager|principal|partners?"
    r"|contact (?:person|name)|contact|kontaktperson|contactpersoon"
    r"|persona de contacto|personne à contacter|referente|ansprechpartner(?:in)?|ihr ansprechpartner|betreiber(?:in)?"
    r"|steuerberater(?:in)?|rechtsanw(?:a|ä)lt(?:in)?|zahnarzt|zahnärztin|директор|генеральный директор|руководитель"
    r"|владелец|индивидуальный предприниматель|ип|διευθυντής|ιδιοκτήτης|υπεύθυνος|νόμιμος εκπρόσωπος|sahibi|yetkili"
    r"|genel müdür|kurucu|pemilik|direktur|administrator|reprezentant legal|éditeur|editeur|herausgeber(?:in)?"
    r"|(?:[\w-]+ )?(?:enquiries|inquiries)|bookings|osoba kontaktowa|osoba do kontaktu|kontaktní osoba"
    r"|kapcsolattartó|persoană de contact|irtibat(?: kişisi)?|yhteyshenkilö|kontaktinis asmuo|kontaktisik"
    r"|ger[êe]ncia|administração|direç[ãc]?o|sócios|управител|собственик|giám đốc|người đại diện|chủ cửa hàng"
    r"|képvisel(?:ő(?:je)?|i|etében)|statutární (?:orgán|zástupce)|štatutár\w*|zastoupen[aáoý]?|zastúpen[áýé]|zastupuje"
    r"|reprezentowan\w+ przez|zakoniti zastupnik|odgovorna osoba|direktorius|vadov(?:as|ė)|valdes loceklis|juhataja"
    r"|juhatuse liige|responsável(?: técnic[oa])?|diretor[a]? (?:técnic|clínic)[oa]|şirket yetkilisi|penanggung jawab"
    r"|pessoa de contato|pessoa de contacto|liên hệ|kontakt osoba|kontaktna oseba"
)
# Of these, the ones that running text sets before a name without a colon.
_SPOKEN_LABELS = (
    r"inh\.|vl\.|édité par|indehaver|ejer|direktør|styreleder|gérante|présidente|propriétaire|dirigeante"
    r"|exploitante|jednatel(?:ka)?"
    r"|majitel(?:ka)?|ügyvezető|właściciel(?:ka)?|prezes zarządu|eigena(?:ar|res)|gründer(?:in)?|steuerberater(?:in)?"
    r"|rechtsanw(?:a|ä)lt(?:in)?|propietari[oa]|sóci[oa]-gerente|head ?teacher|schulleiter(?:in)?"
)
_LABEL = rf"(?:{vocabulary.REPRESENTED.pattern.pattern}|{_MORE_LABELS})"
_LABELLED = re.compile(
    rf"^\W*(?P<label>[^:\n]{{0,60}}?\b{_LABEL}(?!\w)[^:\n]{{0,40}}?)\s*:[ \t]*(?P<rest>[^\n]{{3,160}}|(?=\n))",
    re.I | re.M,
)
_SAID = guarded(
    rf"\b(?P<label>{vocabulary.REPRESENTED.pattern.pattern}|{_SPOKEN_LABELS})(?:\s+(?:ist|is|est|è|es|er|är|on))?[ "
    rf"\t]*(?:,|:)?[ \t]+"
    rf"(?P<rest>(?-i:(?:Herrn?|Frau|Mme|Mr\.?|Mrs\.?|Ms\.?|M\.|Mlle|Monsieur|Madame|Dr\.?|Sig\.?(?:ra)?|D\."
    rf"|Dña\.|[A-ZÀ-ÞĀ-ŽА-Я])"
    rf"[^\n]{{3,160}}))",
    re.I,
)
_ABOVE = re.compile(rf"^(?P<label>[^:\n]{{0,50}}?\b{_LABEL}(?!\w))[ \t]*$", re.I | re.M)
_START = re.compile(rf"^(?:(?:{_LABEL}|die|den|der|le|la|il|el|the|son|sa|durch|par|by|da)\s*:?\s+)+", re.I)
_HEAD = re.compile(
    rf"{_START.pattern}|^\W*(?:\w+\s){{1,2}}(?:verantwortlich\w*|vertretungsberechtigt\w*"
    r"|responsable|responsabile)(?!\w)",
    re.I,
)
_ENUMERATION = re.compile(
    r"\s*(?:,|;|\bund\b|\band\b|\bet\b|\be\b|\by\b|\bog\b|\boch\b|\ben\b|&|/)\s*(?=(?:[A-ZÀ-ÖØ-Þ]|Dr))"
)
_REST_END = re.compile(
    r"\(|\s[-–|]\s|(?<=\w{4})\.\s|(?<=\w{4})\.$|\bAdresse|\bc/o|\s(?:Tel|E-?Mail|Fon|Phone|Mobile?)\b"
    r"|,?\s(?:en sa|in qualità|als|who|qui|que|che)\s"
    r"|\s\+?\d"
)
_ASIDE = re.compile(r"^[^(\n]{4,60}\((?P<title>[^()\n]{2,50})\)")  # ``Contact: Jane Roe (Partner)``
_ANSWERABLE = re.compile(r"(?i)\W*(?:direct\w+ de (?:la )?publication|(?:inhaltlich )?verantwortlich|responsable de)")
_NEXT_LABEL = re.compile(r"\s[–—|·•]\s(?=[^:\n]{3,30}\s?:\s)")
_SCHOOL = re.compile(r"\s?\((?:FH|TU|Univ\.?|ETH|BA)\)")
_SOLE_TRADER = re.compile(r",?\s+e\.\s?K(?:fm|fr)?\b\.?\s*$")  # the firm of one person, who is named (HGB, 19)
_NO_TITLE = guarded(
    r"(?i)^\W*(?:ihre?n? |your |unsere? )?(?:vertret|verantwort|represent|repré|rapp?res|contact\b|kontakt\b|éditeur"
    r"|editeur|herausg|betreib|ansprechp|képvisel|zastoup|zastúp|zastup|reprezent)"
)
_STEMS = words(
    "vertret geschäftsf geschaeftsf inhaber vorstand verantwort directeur directrice responsab gérant président "
    "représent rappresentante amministrat titolare administrador representante titular direttore zaakvoerder "
    "bestuurder daglig vd omistaja proprietor owner director trader represented indehaver ejer direktør styre ansvarig "
    "ansvarlig ägare innehavare ordförande toimitusjohtaja yrittäjä puheenjohtaja właściciel prezes jednatel majitel "
    "konate ügyvezet tulajdonos gerente diretor propietari direktor vlasni eigena oprichter propriétaire dirigeant "
    "exploitant presidente gründer founder ceo chairman president manager principal partner contact "
    "kontaktperson persona "
    "referente ansprechpartner betreiber директор руковод владелец предприниматель διευθυντ ιδιοκτ υπεύθυν "
    "εκπρόσωπ sahibi "
    "yetkili müdür kurucu pemilik direktur administrator reprezentant édité éditeur editeur herausgeber "
    "steuerberater rechtsanw "
    "zahnarzt zahnärzt vorsitz kassier kassenwart schatzm schriftf s.d.p visdp inh. enquiries inquiries bookings "
    "giám người chủ osoba kapcsolattart persoană irtibat yhteyshenkil asmuo kontaktisik pessoa oseba "
    "headteacher schulleit "
    "képvisel statutár štatutár zastoup zastúp zastup reprezentowan odgovorna vadov loceklis juhata responsáv "
    "penanggung "
    "gerência gerencia administração direção direcção sócios vl. управител собственик"
)
_OWNER = guarded(
    r"angaben gemäß|angaben nach|diensteanbieter|anbieter\b|betreiber|impressum|imprint|seiteninhaber|herausgeber"
    r"|éditeur|editeur|verantwortlich|propriétaire|titolare|titular|postanschrift|^anschrift|inhaltlich",
    re.I,
)
_PLACE = re.compile(r"\b\d{4,5}\s+[A-ZÀ-Þ]|\s\d{1,4}\s?[a-z]?$|^\d{1,4},?\s+\w")
_SOLE_PROPRIETOR = re.compile(
    r"^(?:(?!\b[Vv]ia\b)[^\n:@\d]){3,60}?\sdi\s(?P<name>[A-ZÀ-Þ][\w'’]+(?:\s[A-ZÀ-Þ][\w'’]+){1,3})"
    r"(?=\s*(?:$|[-–,|(]|&\s*[Cc]\b|[Ss]\.?[Nn]\.?[Cc]|[Ss]\.?[Aa]\.?[Ss]))",
    re.M,
)
_MAX_BLOCK = 900
_MAX_LABELLED = 400  # blocks looked at; a page with more is a directory of others
_MAX_SPOKEN = 200  # longer paragraphs tell stories, outside imprints


def represented(page: Page) -> list[Person]:
    """People named by lines such as ``Vertreten durch: ...`` or above the address of an imprint.

    A third party's are left out.
    """
    found: list[Person] = []
    for index in page.blocks_with(_STEMS)[:_MAX_LABELLED]:
        block = page.blocks[index]
        if len(block.text) <= _MAX_BLOCK and not block.marks & (Mark.NAV | Mark.HIDDEN | Mark.TESTIMONIAL):
            found += _of_block(page, index, block)
    if is_imprint(page):
        found += _above_address(page)
    if page.mentions("p.iva", "p. iva", "partita iva"):
        found += _sole_proprietors(page)
    return found


def _sole_proprietors(page: Page) -> list[Person]:
    """``Agriturismo Le Querce di Rossi Maria Grazia``: an Italian sole trader's firm holds the owner's name.

    Codice civile, art. 2563. Registers write the family name first; it is stated last.
    """
    found: list[Person] = []
    for index in page.blocks_with((" di ",))[:_MAX_LABELLED]:
        block = page.blocks[index]
        if not (is_imprint(page) or block.marks & Mark.FOOTER) or len(block.text) > _MAX_BLOCK or _is_of_others(block):
            continue
        for match in _SOLE_PROPRIETOR.finditer(block.text):
            first, *others = match["name"].split()
            is_turned = not has_given_name(f"{first} -") and has_given_name(f"{others[0]} -")
            name = read_name(" ".join([*others, first] if is_turned else [first, *others]))
            if name is not None and name.given == 1:
                found.append(Person(name.text, "titolare", confidence=0.7, locator="imprint"))
    return found[:2]


@lru_cache(maxsize=20_000)
def _says(text: str) -> bool:
    return bool(_SAID.search(text))


def _of_block(page: Page, index: int, block: Block) -> list[Person]:
    text = block.text
    if block.tag[:1] == "h" and vocabulary.PARTNER.search(text):
        return []  # heads a list of others, or of owners, whom cards read
    if text.endswith(":") or (block.is_label and _HEAD.match(text + " ") and read_name(text) is None):
        followers = page.blocks[index + 1 : index + 2]
        if followers and len(followers[0].text) <= 300:
            text = f"{text.rstrip(' :')}: {followers[0].text}"
    text = _NEXT_LABEL.sub("\n", text)
    if ":" not in text and "\n" not in text and not _says(text):
        return []
    if _is_of_others(block):
        return []
    found: list[Person] = []
    for match in _LABELLED.finditer(text):
        named = _listed(match["label"], match["rest"], is_labelled=True) if match["rest"] else []
        found += named + (_lines_below(match, text) if named or not match["rest"] else [])
    for match in _ABOVE.finditer(text):
        above = read_name(text[: match.start()].rstrip("\n").rpartition("\n")[2])
        if above is None or above.given < 1:  # else it is the title of the name above
            found += _lines_below(match, text)
    if not found and (len(block.text) <= _MAX_SPOKEN or is_imprint(page)):
        for match in _SAID.finditer(text):
            found += _listed(match["label"], match["rest"], is_labelled=False)
    return found


def _is_of_others(block: Block) -> bool:
    spot = Surroundings(block.text[:80].split("\n")[0], "", "", block.heading, block.outline, block.marks)
    reason = third_party(spot)
    if reason is not None and reason != "authority":
        return True
    return heads_others(block.outline) or any(vocabulary.AUTHORITY.search(h) for h in block.outline[-1:])


def _lines_below(match: re.Match[str], text: str) -> list[Person]:
    """Further names under ``Vertreten durch:``, one a line."""
    people: list[Person] = []
    for line in text[match.end() :].strip("\n").split("\n")[:6]:
        name = read_name(line)
        if name is None or not (name.given or name.is_addressed or not people):
            break
        people.append(_person(name, _role(match["label"], line), is_labelled=True))
    return [person for person in people if person.confidence >= ACCEPT]


def _listed(label: str, rest: str, *, is_labelled: bool) -> list[Person]:
    rest = _SCHOOL.sub("", rest)
    aside = _ASIDE.match(rest)
    rest = _REST_END.split(rest)[0]
    rest = _SOLE_TRADER.sub("", rest)
    if vocabulary.LEGAL_FORM.search(rest) or vocabulary.PROTECTION_OFFICER.search(label):
        return []
    whole = read_name(rest.strip())
    if whole is None and (several := several_names(rest.strip())):
        return [_person(name, _role(label, ""), is_labelled=is_labelled) for name in several]
    parts = [rest] if whole is not None else _ENUMERATION.split(rest)[:8]
    people: list[Person] = []
    for part in parts:
        bare = _START.sub("", part.strip())
        name = read_name(bare)
        if name is None:
            name = _longest_start(bare) if not people else None
        if name is None:
            break
        role = (
            _trailing_role(label, rest)
            or _role_behind(label, bare, name)
            or _role(label, part)
            or (aside["title"] if aside and is_title(aside["title"]) else "")
        )
        person = _person(name, role, is_labelled=is_labelled)
        if person.confidence >= ACCEPT:
            people.append(person)
    return people


def _trailing_role(label: str, rest: str) -> str:
    """What a person answerable for the site is by office: ``Directeur de la publication : Yann Breton, gérant``."""
    _, comma, last = rest.strip(" .").partition(", ")
    return last if comma and _ANSWERABLE.match(label) and is_title(last) and len(last.split()) <= 4 else ""


def _role_behind(label: str, text: str, name: Name) -> str:
    """The office that follows a name without a mark: ``Képviselő: Kiss Ágnes ügyvezető``."""
    last = name.text.rpartition(" ")[2]
    tail = text.partition(last)[2].strip(" ,.")
    return tail if tail and len(tail.split()) <= 3 and _NO_TITLE.match(label) and is_title(tail) else ""


def _longest_start(text: str) -> Name | None:
    """A name with a sure sign at the start of a longer phrase (``Mme Odile Roche, au capital de ...``)."""
    parts = text.replace(",", " ,").split()
    for count in range(min(7, len(parts) - 1), 1, -1):
        name = read_name(" ".join(parts[:count]))
        if name is not None and (
            name.given == 1 or name.is_addressed or (name.given and is_title(" ".join(parts[count:])))
        ):
            return name
    return None


def _person(name: Name, title: str, *, is_labelled: bool) -> Person:
    sureness = 0.85 if name.given == 1 or name.is_addressed else 0.6 if name.given else 0.55
    if sureness < 0.6 and not vocabulary.REPRESENTED.search(title):
        sureness = 0.3  # "Contact: Enquiry Desk"
    return Person(name.text, title, confidence=sureness if is_labelled or sureness > 0.6 else 0.3, locator="imprint")


def _role(label: str, part: str) -> str:
    """The title as the line states it: words of a role before the name, or the label itself when it is a role."""
    lead = _START.match(part.strip())
    if lead and is_title(lead[0].strip(" :")):
        return lead[0].strip(" :")
    label = label.strip(" \t:•-–").split("\n")[-1]
    if _NO_TITLE.match(label):
        roles = [word for word in re.split(r"\s+", label) if is_title_word(word)]
        return (
            roles[-1] if roles and not re.match(r"(?i)contact|kontakt|(?:ihre?n? |unsere? )?ansprechp", label) else ""
        )
    return re.sub(r"(?i)^(?:le|la|il|the|der|die|unser|notre)\s+", "", label)[:80]


def _above_address(page: Page) -> list[Person]:
    """A name that stands alone between an imprint's heading and an address: the owner without a label."""
    for index, block in enumerate(page.blocks[:120]):
        if block.marks & (Mark.NAV | Mark.HIDDEN) or len(block.text) > 300 or _is_of_others(block):
            continue
        above = [block.heading, page.blocks[index - 1].text if index else ""]
        if not any(_OWNER.search(text) for text in above if len(text) <= 120):
            continue
        lines = [*block.text.split("\n"), *(entry.text.split("\n")[0] for entry in page.blocks[index + 1 : index + 4])]
        for number, line in enumerate(block.text.split("\n")[:3]):
            if (several := several_names(line)) and _is_address(lines[number + 1 : number + 4]):
                return [Person(name.text, confidence=0.7, locator="imprint") for name in several]
            name = read_name(line)
            if (
                name is not None
                and (name.given == 1 or name.is_addressed)
                and _is_address(lines[number + 1 : number + 4])
            ):
                return [Person(name.text, confidence=0.7, locator="imprint")]
    return []


def _is_address(lines: list[str]) -> bool:
    return sum(1 for line in lines if len(line) <= 60 and _PLACE.search(line)) >= 1
