"""People that sentences name: who founded the company, who speaks, whom to call, whose mailbox a link opens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from leadhouse.extraction.attribution.context import around, third_party
from leadhouse.extraction.attribution.hosts import fold
from leadhouse.extraction.markup.page import Mark, Page
from leadhouse.extraction.patterns.guarded import guarded
from leadhouse.extraction.people.cards import in_team
from leadhouse.extraction.people.evidence import TEAM_URL
from leadhouse.extraction.people.job_titles import is_title
from leadhouse.extraction.people.names import Name, read_name
from leadhouse.extraction.people.outsiders import is_post
from leadhouse.extraction.person import Person

_WORD = (
    r"(?:(?:Mr|Mrs|Ms|Dr|Prof|Smt|Sig|Sra?|Dott)\."
    r"|[A-ZÀ-ÞĀ-Ž](?:[\w'’\-]+|\.)|de|del|della|di|da|dos|van|von|der|den|la|le|ter|ten)"
)
_NAMED = rf"(?P<name>{_WORD}(?:[ ]{_WORD}){{1,5}})"
_AND = r"(?:\s*,\s*|\s+(?:and|und|et|e|y|en|og|och)\s+|\s*&\s*)"
_NAMES = rf"(?P<names>{_WORD}(?:[ ]{_WORD}){{1,5}}(?:{_AND}{_WORD}(?:[ ]{_WORD}){{1,5}}){{0,3}})"
_YEAR = r"(?:\s+(?:in|im jahr(?:e)?|im|en|nel|año|anno)?\s*(?P<year>1[5-9]\d\d|20\d\d))?"
_SPLIT = re.compile(_AND)

_INTRODUCTION = re.compile(
    rf"\b(?i:my name is|i['’]m|i am|mein name ist|ich heiße|ich bin|je m['’]appelle|je suis|mi chiamo|sono|me llamo|soy"
    rf"|mijn naam is|ik ben|meu nome é|chamo-me|mitt navn er|jeg heter|jag heter|jmenuji se|nazywam się)\s+{_NAMED}"
)
_BY_NAME = re.compile(
    r"(?:my name|mein name|ich heiße|je m|mi chiamo|me llamo|mijn naam|meu nome|chamo|mitt|j[ae]g h|jm|naz)", re.I
)
_INTRODUCTION_STEMS = (
    *("my name is", "i'm ", "i’m ", "i am ", "mein name ist", "ich heiße", "ich bin ", "je m'appelle", "je m’appelle"),
    *("je suis ", "mi chiamo", "sono ", "me llamo", "soy ", "mijn naam is", "ik ben ", "meu nome", "chamo-me"),
    *("mitt navn", "jeg heter", "jag heter", "jmenuji se", "nazywam si"),
)
_TITLED = re.compile(  # ``Owners Matt Driscoll and Hannah Vu opened in 2016``, ``Head chef Paolo Ferrante joined``
    rf"(?<![\w,] )(?P<title>(?i:(?:co-?)?owners?|(?:co-?)?founders?|head chef|chef-owner|inhaber(?:in)?|propriétaires?"
    rf"|les gérants|titolari))\s+{_NAMES}(?=\s+[a-zà-ÿ]{{3,}})"
)
_TITLED_STEMS = (
    "owner", "co-owner", "founder", "co-founder", "cofounder", "head chef", "chef-owner", "inhaber", "propriétaire",
    "les gérants", "titolari",
)  # fmt: skip
_WE_ARE = re.compile(rf"\b(?i:we are|we['’]re|wir sind|nous sommes|siamo|somos|wij zijn|vi är|vi er)\s+{_NAMES}")
_WE_ARE_STEMS = (
    "we are ",
    "we're ",
    "we’re ",
    "wir sind ",
    "nous sommes ",
    "siamo ",
    "somos ",
    "wij zijn ",
    "vi är ",
    "vi er ",
)
_FOUNDED = re.compile(
    rf"\b(?P<title>(?i:co-?founded|founded|established|owned(?: and operated)?|gegründet|fondée?|créée?"
    rf"|fundad[ao]|fondat[ao]"
    rf"|opgericht|grundlagt|grundad)){_YEAR}\s+(?i:by|von|par|por|da|door|af|av){_YEAR.replace('year', 'later')}\s+"
    rf"(?:(?i:dem|der|the|brothers|sisters|owners?)\s+)?{_NAMES}"
)
_FOUNDED_GERMAN = re.compile(rf"\bvon\s+(?:(?i:dem|der|frau|herrn)\s+)?{_NAMES}[^.\n]{{0,40}}?\s(?P<title>gegründet)\b")
_FOUNDED_STEMS = (
    "founded", "established", "owned", "gegründet", "fondé", "créé", "fundad", "fondat", "opgericht", "grundlagt",
    "grundad",
)  # fmt: skip
_RUN = re.compile(
    rf"\b(?i:run|led|headed|operated|managed|owned|geführt|geleitet|dirigée?|gérée?|dirigid[ao]|gestit[ao]"
    rf"|diretta|diretto"
    rf"|geleid|gedreven|drives|ledes)\s+(?i:by|von|par|por|da|door|af|av)\s+{_NAMES}"
)
_RUN_STEMS = (
    *("run by", "led by", "headed by", "operated by", "managed by", "owned by", "geführt", "geleitet", "dirig"),
    *("gérée", "gestit", "dirett", "geleid", "gedreven", "drives av", "ledes av"),
)
_BIOGRAPHY = re.compile(
    rf"^{_NAMED},?\s(?:(?P<is>is|ist|est|è|es|er|är|on)|has|was|joined|grew|began|started|holds|earned|brings"
    rf"|founded|leads"
    rf"|hat|leitet|studierte|arbeitet|a|dirige|ha|lavora|tiene|trabaja|heeft|werkt|har|jobber"
    rf"|arbetar)\s(?P<rest>[^\n]{{3,90}})"
)
_APPOSITION = re.compile(
    rf"\b(?i:our|unsere?n?m?|notre|nuestr[oa]|il nostro|la nostra|ons|onze|vår|vores)\s+(?P<title>[\w\- "
    rf"]{{3,40}}?),?\s+{_NAMED}"
)
_PARTNERED = re.compile(  # ``my business partner Jane Roe and I``
    rf"\b(?i:(?:my|mein(?:em|en|er|e)?|mijn|mon|ma|mio|mia|mi|meu|minha|min)\s+(?P<title>(?:business )?partner(?:in)?"
    rf"|co-?(?:founder|owner)|compagnon|geschäftspartner(?:in)?|kompagnon|associée?|soci[oa]|sóci[oa]|kompanjon)),?\s+{_NAMED}"
)
_PARTNERED_STEMS = ("my ", "mein", "mijn ", "mon ", "ma ", "mio ", "mia ", "mi ", "meu ", "minha ", "min ")
_OWN_STEMS = (
    *(
        "our ",
        "unser ",
        "unsere ",
        "unserem ",
        "unseren ",
        "notre ",
        "nuestro ",
        "nuestra ",
        "il nostro ",
        "la nostra ",
    ),
    *("ons ", "onze ", "vår ", "vores "),
)
_CALL = re.compile(
    rf"\b(?i:contact|call|bel|ring(?: til)?|appelez|llame a|ligue para"
    rf"|e-?mail|ask for|speak (?:to|with)|reach(?: out to)?|kontaktieren sie|wenden sie sich an"
    rf"|contactez|contattare|contattate|contacte con|neem contact op met|kontakt)\s+{_NAMED}\s*(?:,|\(|:|–|-"
    rf"|\b(?i:at|on|by"
    rf"|via|under|unter|per|au|al|en|op|pr|på)\b)"
)
_CALL_STEMS = (
    *(
        "contact ",
        "call ",
        "email ",
        "e-mail ",
        "ask for",
        "speak ",
        "reach ",
        "kontaktieren sie",
        "wenden sie sich an",
    ),
    *("bel ", "ring ", "appelez", "llame a", "ligue para"),
    *("contactez", "contattare", "contattate", "contacte con", "neem contact", "kontakt "),
)
_NOT_OURS = guarded(r"\b(?:author|autor|history|geschichte|histoire|historia|storia|speakers?|artists?|cast)\b", re.I)
_ARTICLE = re.compile(r"^(?:the|an?|our|der|die|das|unsere?|le|la|notre|un|una|une|il|nuestr[oa]|de|onze)\s", re.I)
_CLAUSE = re.compile(r"[.,;]|\s(?:who|and|at|with|und|bei|qui|et|che|y|que|en|op|bij)\s")
_REACHED = re.compile(r"@|\+?\d[\d\s().\-/]{6,}")
_OTHERS = Mark.TESTIMONIAL | Mark.ARTICLE | Mark.PARTNER | Mark.CREDIT | Mark.PORTFOLIO | Mark.NAV | Mark.HIDDEN
_OLDEST_FOUNDER = 1955  # the year from which a founder may still be at work


def spoken_of(page: Page) -> list[Person]:
    """People that running text names with a reason to take them for the company's own."""
    found = _mail_links(page)
    if _is_about_page(page):
        found += _introductions(page) + _leaders(page)
    return found + _founders(page) + _biographies(page) + _appositions(page) + _to_call(page)


def _hits(page: Page, pattern: re.Pattern[str], stems: tuple[str, ...]) -> Iterator[re.Match[str]]:
    """Matches of a pattern that begins with one of some lower-case stems: tried only where a stem stands."""
    if len(page.lowered) != len(page.text):  # a letter whose lower case is two: offsets differ
        yield from pattern.finditer(page.text)
        return
    for stem in page.present(stems):
        start = page.lowered.find(stem)
        while start >= 0:
            if match := pattern.match(page.text, start):
                yield match
            start = page.lowered.find(stem, start + len(stem))


def _known(text: str) -> Name | None:
    """The longest start of a text that is a name with a known given name."""
    parts = text.rstrip(".").split()
    for count in range(min(5, len(parts)), 1, -1):
        name = read_name(" ".join(parts[:count]))
        if name is not None and name.given == 1:
            return name
    return None


def _is_of_others(page: Page, start: int, end: int) -> bool:
    spot = around(page, start, end)
    return bool(spot.marks & _OTHERS) or third_party(spot) is not None


def _is_about_page(page: Page) -> bool:
    return page.url.count("/") <= 3 or bool(TEAM_URL.search(page.url.split("/", 3)[-1]))


def _introductions(page: Page) -> list[Person]:
    people: list[Person] = []
    for match in _hits(page, _INTRODUCTION, _INTRODUCTION_STEMS):
        name = _known(match["name"])
        if name is None and _BY_NAME.match(match[0]):
            name = read_name(" ".join(match["name"].split()[:2]))
        if name is not None and not _is_of_others(page, match.start(), match.end()):
            people.append(Person(name.text, confidence=0.6, locator="introduction"))
    for match in _hits(page, _TITLED, _TITLED_STEMS):
        if not _is_old(page.text, match) and not _is_of_others(page, match.start(), match.end()):
            title = match["title"]
            people += [Person(name.text, title, confidence=0.6, locator="sentence") for name in _joined(match["names"])]
    for match in _hits(page, _PARTNERED, _PARTNERED_STEMS):
        if (name := _known(match["name"])) and not _is_of_others(page, match.start(), match.end()):
            people.append(Person(name.text, match["title"], confidence=0.55, locator="sentence"))
    for match in _hits(page, _WE_ARE, _WE_ARE_STEMS):
        if not _is_of_others(page, match.start(), match.end()):
            people += [Person(name.text, confidence=0.6, locator="introduction") for name in _joined(match["names"])]
    return people[:4]


def _joined(text: str) -> list[Name]:
    """Names that a sentence joins, each cut where it stops being one."""
    return [name for part in _SPLIT.split(text) if (name := _known(part))]


def _founders(page: Page) -> list[Person]:
    people: list[Person] = []
    german = _FOUNDED_GERMAN.finditer(page.text) if "gegründet" in page.lowered else ()
    for match in (*_hits(page, _FOUNDED, _FOUNDED_STEMS), *german):
        if _is_old(page.text, match) or _is_of_others(page, match.start(), match.end()):
            continue
        title = "founder" if match["title"].lower() in {"founded", "co-founded", "cofounded"} else match["title"]
        named = [name for part in _SPLIT.split(match["names"]) if (name := _known(part))]
        people.extend(Person(name.text, title, confidence=0.6, locator="sentence") for name in named)
    return people[:4]


def _leaders(page: Page) -> list[Person]:
    people: list[Person] = []
    for match in _hits(page, _RUN, _RUN_STEMS):
        if _is_old(page.text, match) or _is_of_others(page, match.start(), match.end()):
            continue
        named = [name for part in _SPLIT.split(match["names"]) if (name := _known(part))]
        people.extend(Person(name.text, confidence=0.55, locator="sentence") for name in named)
    return people[:4]


def _biographies(page: Page) -> list[Person]:
    """Paragraphs of a page about staff that open with a name and a verb (``Jane Roe joined us in 2015``)."""
    people: list[Person] = []
    if is_post(page):
        return people
    is_team_page = bool(TEAM_URL.search(page.url.split("/", 3)[-1]))
    for block in page.blocks:
        if len(block.text) < 30 or block.marks & _OTHERS or not (is_team_page or in_team(block)):
            continue
        match = _BIOGRAPHY.match(block.text)
        name = _known(match["name"]) if match else None
        if match is None or name is None or name.text not in block.text[: match.end("name") + 6]:
            continue
        if any(_NOT_OURS.search(heading) for heading in block.outline[-2:]):
            continue
        if _is_old(block.text, match) or third_party(around(page, block.start, block.start + 1)):
            continue
        title = _ARTICLE.sub("", _CLAUSE.split(match["rest"])[0]) if match["is"] else ""
        people.append(Person(name.text, title if is_title(title) else "", confidence=0.55, locator="biography"))
    return people[:30]


def _is_old(text: str, match: re.Match[str]) -> bool:
    """Whether the sentence tells of a time before anybody who still works."""
    return any(int(year) < _OLDEST_FOUNDER for year in re.findall(r"\b1[5-9]\d\d\b", _sentence(text, match)))


def _sentence(text: str, match: re.Match[str]) -> str:
    start = max(text.rfind(". ", 0, match.start()), text.rfind("\n", 0, match.start())) + 1
    return text[start : match.end() + 30]


def _appositions(page: Page) -> list[Person]:
    people: list[Person] = []
    for match in _hits(page, _APPOSITION, _OWN_STEMS):
        title = match["title"].strip()
        name = _known(match["name"])
        if name is None or not is_title(title) or len(title.split()) > 4:
            continue
        if not _is_of_others(page, match.start(), match.end()):
            people.append(Person(name.text, title, confidence=0.6, locator="sentence"))
    return people[:8]


def _to_call(page: Page) -> list[Person]:
    people: list[Person] = []
    for match in _hits(page, _CALL, _CALL_STEMS):
        name = _known(match["name"])
        if name is None or not _REACHED.search(page.text[match.end("name") : match.end() + 60]):
            continue
        if not _is_of_others(page, match.start(), match.end()):
            people.append(Person(name.text, confidence=0.55, locator="sentence"))
    return people[:4]


def _mail_links(page: Page) -> list[Person]:
    """Links whose text is a name and whose mailbox bears it."""
    people: list[Person] = []
    for link in page.actions:
        if link.url[:7].lower() != "mailto:" or not link.text or link.marks & _OTHERS:
            continue
        name = read_name(link.text.split("\n")[0])
        if name is None:
            continue
        address = unquote(link.url[7:]).partition("?")[0].strip()
        local = fold(address.partition("@")[0])
        parts = [fold(part) for part in name.text.split()]
        borne = [len(part) >= 3 and part[:6] in local for part in (parts[0], parts[-1])]
        if all(borne) or (any(borne) and (name.given == 1 or name.is_addressed)):  # no ``Mail Jane``
            people.append(Person(name.text, email=address.lower(), confidence=0.6, locator="mail link"))
    return people
