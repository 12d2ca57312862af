"""Which attribute each column of any file holds: as the caller says, by the header's words, else by the content."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from leadhouse.resolution.comparable import comparable
from leadhouse.resolution.keys import Kind

SAMPLE = 500
# attribute: how its values are compared, whether a rare value says more, and names of columns that hold it (folded).
_COMMON: dict[str, tuple[str, bool, str]] = {
    "email": ("email", True, r"e ?mail.*|mail"),
    "phone": ("phone", True, r"(?:tele)?phone.*|tel(?: ?n[or])?|telefon.*|mobile|handy|fax"),
    "house_number": ("code", False, r"(?:street|house|haus|building) ?(?:number|no|nr|num|nummer)|hausnr|hno|huisnr"),
    "street": (
        "street", False,
        r"street(?: ?name| ?addr(?:ess)?)?|stra(?:ss|s)e|(?:full |postal |mailing )?addr?(?:ess)?(?: line)? ?1?|"
        r"ad+ress?e?|adresa?|anschrift|direccion|direcao|endereco|indirizzo|domicilio",
    ),
    "street_extra": (
        "street", False,
        r"(?:addr?(?:ess)?|adress?e?|direccion|indirizzo|adres)(?: line)? ?[23]|adresszusatz|complement.*|toevoeging",
    ),
    "postal_code": (
        "code", False, r"post(?:al)? ?code|zip(?: ?code)?|plz|postleitzahl|postcode fake|c ?p|cap|codigo postal|pcode"
    ),
    "city": (
        "place", True,
        r"city(?: ?name)?|town|suburb|ort|stadt|locality|loc|village|ville|place|municipality|birth ?place|gemeente",
    ),
    "region": ("category", True, r"state|province|region|county|bundesland|land kreis|st|prov|wojewodztwo"),
    "country": ("category", True, r"country(?: code)?|land|pays|nation(?:ality)?"),
    "national_id": (
        "code", True,
        r"soc(?:ial)? ?sec(?:urity)?(?: ?(?:id|no|num|number|nr))?|ssn?|national ?id.*|tax ?(?:id|no|number)|nhs.*|nss|"
        r"sozialversicherungs ?(?:nr|nummer)|numero de securite sociale|codice fiscale|bsn|pesel|dni|nif|curp",
    ),
    "year": ("code", True, r"(?:publication |release )?year|jahr|by|birth ?year|yob"),
    "month": ("code", True, r"month|monat|bm|birth ?month|mob"),
    "day": ("code", True, r"day|tag|bd|birth ?day"),
    "price": ("number", False, r"price|preis|cost|amount|betrag"),
    "gender": ("category", False, r"gender|sex|geschlecht"),
    "source": ("category", False, r"source|quelle|list|origin|dataset|provider"),
}  # fmt: skip
_PERSON: dict[str, tuple[str, bool, str]] = {
    "given_name": (
        "name",
        True,
        r"(?:first|given|fore|christian) ?names?|[fg] ?name(?: c1)?|vorname|prenom|given|first",
    ),
    "middle_name": ("name", True, r"middle ?names?|fname c2|second name"),
    "family_name": (
        "name",
        True,
        r"(?:sur|last|family) ?names?|[ls] ?name(?: c1)?|nachname|familienname|nom|family|last",
    ),
    "second_family_name": ("name", True, r"lname c2|maiden ?name|geburtsname"),
    "full_name": (
        "text",
        True,
        r"(?:full|complete|person|contact|customer|employee|patient|client|member|kunden)? ?name|person|contact",
    ),
    "birth_date": (
        "date",
        True,
        r"dob|(?:date ?of ?)?birth(?: ?(?:date|day|dt))?|geb(?:urts)?(?:datum|dat|tag)?|geboortedatum|"
        r"date de naissance|(?:fecha|data) d[ei] (?:nacimiento|nascita|nascimento)|data urodzenia|nacimiento",
    ),
    "company": ("company", True, r"compan(?:y|y name)|firma|organi[sz]ation|employer"),
    "title": ("text", True, r"(?:job ?)?title|position|occupation|beruf|role|profession"),
}
_COMPANY: dict[str, tuple[str, bool, str]] = {
    "name": (
        "company",
        True,
        r"(?:compan(?:y|ies)|org(?:ani[sz]ation)?|business|firm|legal|trade|vendor|supplier|customer|account|"
        r"restaurant|hotel|shop|store|school|hospital|facility|institution|dba)?(?: ?name)?|firma",
    ),
    "heading": (
        "text",
        True,
        r"(?:(?:product|item|song|track|beer|book|movie|film|paper|game) ?)?(?:title|name)|product|heading",
    ),
    "domain": ("domain", True, r"(?:company )?(?:domain|website|url|web|homepage|site)"),
    "vat_id": ("code", True, r"vat(?: ?(?:id|no|number))?|ust ?id(?: ?nr)?|uid"),
    "category": (
        "category",
        True,
        r"categor(?:y|ies|ie|ia)|industr(?:y|ies|ie)|cuisine(?: type)?|type|tipo|typ|sector|branche|class|genre|style",
    ),
    "people": (
        "text",
        True,
        r"(?:authors?|artists?|creators?|brewer|brewery|brew factory|manufacturer|brand|maker)(?: ?names?)?",
    ),
    "description": ("text", False, r"description|beschreibung|summary|about|notes?"),
    "venue": ("text", True, r"venue|journal|conference|album(?: name)?"),
    "date": ("date", True, r"date|datum|founded|released?"),
}
_IGNORED = re.compile(r"(?:.* )?(?:id|uuid|guid|index|row|nr|no|number|key)|unnamed.*|cluster|true match.*|label")
_OF_FIELDS = {  # fields of the imports' vocabulary, whose names come in five languages
    "company_name": ("company", "name"), "legal_name": ("company", "name"), "domain": ("", "domain"),
    "website": ("", "domain"), "company_phone": ("", "phone"), "company_email": ("", "email"),
    "company_address": ("", "street"), "company_street": ("", "street"), "company_postal_code": ("", "postal_code"),
    "company_city": ("", "city"), "company_region": ("", "region"), "company_country": ("", "country"),
    "vat_id": ("", "vat_id"), "name": ("full_name", "name"), "full_name": ("full_name", "name"),
    "contact_name": ("full_name", ""), "first_name": ("given_name", ""), "last_name": ("family_name", ""),
    "given_or_name": ("given_name", "name"), "family_or_name": ("family_name", "name"),
    "middle_name": ("middle_name", ""), "title": ("title", ""), "email": ("email", "email"),
    "phone": ("phone", "phone"), "person_phone": ("phone", "phone"), "street": ("street", "street"),
    "address": ("street", "street"),
    "house_number": ("house_number", "house_number"), "postal_code": ("postal_code", "postal_code"),
    "city": ("city", "city"), "region": ("region", "region"), "country": ("country", "country"),
}  # fmt: skip


class FileColumnsError(ValueError):
    """The columns cannot be mapped as they are named; the message says which, and what there is."""


@dataclass(frozen=True, slots=True)
class FileColumn:
    """One column that is compared: its place, its attribute, and how. `why` says what told it."""

    place: int
    header: str
    attribute: str
    kind: str
    weighs_terms: bool
    why: str


def attributes_of(kind: Kind) -> dict[str, tuple[str, bool, str]]:
    """The attributes that a column of a file of the kind may hold."""
    return {**(_PERSON if kind == "person" else _COMPANY), **_COMMON}


def infer_columns(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    kind: Kind,
    stated: Mapping[str, str] | None = None,
    field_of: Callable[[str], str | None] = lambda _: None,
) -> list[FileColumn]:
    """The compared columns; the first is the id and never compared.

    Args:
        rows: all rows or a sample; content decides where the header does not.
        stated: column to attribute, as the caller says; the others are left out then. ``text``, ``code`` and the other
            kinds of values are allowed, too.
        field_of: a wider vocabulary of headers, that of imports.

    Raises:
        FileColumnsError: a stated column or attribute does not exist, or nothing is left to compare.
    """
    if stated:
        return _stated(header, kind, stated)
    found: list[FileColumn] = []
    for place, title in enumerate(header[1:], start=1):
        sample = [row[place].strip() for row in rows[:SAMPLE] if place < len(row) and row[place].strip()]
        told = _told(title, kind, field_of, {each.attribute for each in found})
        if told is None:
            told = _by_content(title, sample, {each.attribute for each in found})
        if told and sample:
            found.append(FileColumn(place, title, *told))
    if not found:
        raise FileColumnsError(
            f"None of the columns {', '.join(header[1:])} can be compared. Name them: --map column=attribute, with "
            f"{', '.join(attributes_of(kind))}."
        )
    return _settled(found, rows[:SAMPLE], kind)


def _settled(found: Sequence[FileColumn], rows: Sequence[Sequence[str]], kind: Kind) -> list[FileColumn]:
    """What one column is called by the others: *Name* beside *Vorname* is a family's, beside a price a thing's."""
    told = {each.attribute: each for each in found}
    others: dict[int, tuple[str, str, bool]] = {}
    if kind == "person":
        if "given_name" in told and "full_name" in told and "family_name" not in told:
            others[told["full_name"].place] = ("family_name", "name", True)
        elif _plain(told["given_name"].header if "given_name" in told else "") in _ALONE and "family_name" not in told:
            others[told["given_name"].place] = ("full_name", "text", True)
        elif not _PERSONS_NAMES & told.keys():
            others = _persons_names(found, rows)
    else:
        is_thing = bool(told.keys() & _OF_THINGS) and not told.keys() & _OF_COMPANIES
        column = told.get("name") or next((each for each in found if each.kind in _WORDS and _is_own(each, rows)), None)
        if column is not None and "heading" not in told and ("name" not in told or is_thing):
            others[column.place] = ("heading", "text", True) if is_thing else ("name", "company", True)
    return [_renamed(each, *others[each.place]) if each.place in others else each for each in found]


_ALONE = frozenset({"nombre", "nome"})  # a given name beside a family name, a whole one without
_PERSONS_NAMES = frozenset({"given_name", "family_name", "full_name"})
_WORDS = frozenset({"text", "name"})
_OF_THINGS = frozenset({"price", "description", "people", "venue"})
_OF_COMPANIES = frozenset({"street", "city", "postal_code", "phone", "email", "domain", "vat_id"})


def _persons_names(found: Sequence[FileColumn], rows: Sequence[Sequence[str]]) -> dict[int, tuple[str, str, bool]]:
    """Of columns without a telling header: two of one word each beside each other, else the first of several words."""
    for one, other in pairwise(found):
        if {one.kind, other.kind} == {"name"} and _is_own(one, rows) and _is_own(other, rows):
            return {one.place: ("given_name", "name", True), other.place: ("family_name", "name", True)}
    whole = next((each for each in found if each.kind == "text" and _is_own(each, rows)), None)
    return {whole.place: ("full_name", "text", True)} if whole else {}


def _is_own(column: FileColumn, rows: Sequence[Sequence[str]]) -> bool:
    """Whether many rows have a value of their own here, mostly without figures: a name."""
    texts = [row[column.place] for row in rows if column.place < len(row) and row[column.place].strip()]
    plain = sum(not re.search(r"\d", text) for text in texts)
    return column.why == "by its content" and len(set(texts)) > len(texts) * 0.1 and plain > 0.8 * len(texts)


def _renamed(column: FileColumn, attribute: str, kind: str, weighs_terms: bool) -> FileColumn:
    return FileColumn(column.place, column.header, attribute, kind, weighs_terms, column.why)


def _stated(header: Sequence[str], kind: Kind, stated: Mapping[str, str]) -> list[FileColumn]:
    known = attributes_of(kind)
    found: list[FileColumn] = []
    for title, attribute in stated.items():
        if title not in header:
            raise FileColumnsError(f"There is no column {title}; there are: {', '.join(header)}.")
        if attribute in known:
            value_kind, weighs_terms, _ = known[attribute]
        elif attribute in {"text", "code", "date", "number", "category"}:
            value_kind, weighs_terms, attribute = attribute, True, _plain(title) or attribute
        else:
            raise FileColumnsError(f"There is no attribute {attribute}; there are: {', '.join(known)}.")
        found.append(FileColumn(header.index(title), title, attribute, value_kind, weighs_terms, "as stated"))
    return found


def _plain(title: str) -> str:
    """A header's words in lower case without accents; `fold` would take the ``ue`` of *venue* for an umlaut."""
    title = re.sub(r"(?<=[a-z\d])(?=[A-Z][a-z])", " ", title)  # firstName
    text = unicodedata.normalize("NFKD", title.casefold().replace("ß", "ss").replace("ł", "l"))
    return " ".join(re.findall(r"[^\W_]+", "".join(char for char in text if not unicodedata.combining(char))))


def _told(
    title: str, kind: Kind, field_of: Callable[[str], str | None], taken: set[str]
) -> tuple[str, str, bool, str] | None:
    known, words = attributes_of(kind), _plain(title)
    for attribute, (value_kind, weighs_terms, pattern) in known.items():
        if attribute not in taken and words and re.fullmatch(pattern, words):
            return attribute, value_kind, weighs_terms, "by its name"
    attribute = _OF_FIELDS.get(str(field_of(title) or ""), ("", ""))[kind == "company"]
    if attribute and attribute in known and attribute not in taken:
        return attribute, *known[attribute][:2], "by its name"
    return None


def _by_content(title: str, sample: Sequence[str], taken: set[str]) -> tuple[str, str, bool, str] | None:
    """How to compare a column whose header tells nothing: by its values. The file's own ids are left out."""
    words = _plain(title)
    if not sample or _IGNORED.fullmatch(words):
        return None
    kind = _kind_of(sample)
    attribute = kind if kind in _TELLING and kind not in taken else words.replace(" ", "_")
    return attribute, kind, kind not in {"number", "street"}, "by its content"


_TELLING = frozenset({"email", "phone", "street"})  # kinds of values that say what attribute it is


def _kind_of(sample: Sequence[str]) -> str:
    def share(test: Callable[[str], object]) -> float:
        return sum(bool(test(text)) for text in sample) / len(sample)

    if share(lambda text: re.fullmatch(r"\S+@\S+\.\S+", text)) > 0.7:
        return "email"
    if share(lambda text: re.fullmatch(r"\d{4}-\d\d-\d\d.*|\d{1,2}[./-]\d{1,2}[./-]\d{4}|(?:19|20)\d{6}", text)) > 0.7:
        return "date"
    if share(lambda text: re.fullmatch(r"\+?[\d ()/.-]{7,}", text) and " " in text.strip()) > 0.7:
        return "phone"
    if share(lambda text: re.fullmatch(r"\D{0,2}\d+[.,]\d+\D{0,2}", text)) > 0.7:
        return "number"
    if share(lambda text: re.search(r"\d", text) and " " not in text) > 0.7:
        return "code"
    if share(_STREET.fullmatch) > 0.7:
        return "street"
    if len({comparable("text", text) for text in sample}) < max(10, 0.1 * len(sample)):
        return "category"
    return "text" if share(lambda text: " " in text.strip()) > 0.3 else "name"


# A number before or behind a few words: *435 s. la cienega blvd.*, *Lange Gasse 12a*.
_STREET = re.compile(r"\d+\w?[\s,]+(?=.*[^\W\d]{2})\S+(?:\s+\S+){0,7}|[^\W\d]\S*(?:\s+\S+){0,4}[\s,]+\d+ ?\w?\W*")
