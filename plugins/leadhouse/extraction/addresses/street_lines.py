"""What stands before the town in an address: street and number, found in pieces of lines and told from other text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from leadhouse.extraction.addresses.line_pieces import LEAD, NOT_ADDRESS
from leadhouse.extraction.patterns import vocabulary
from leadhouse.extraction.people.job_titles import is_title

STREET_WORD = re.compile(
    r"(?:stra(?:ß|ss)e|str\b\.?|straat|laan|dreef|plein|kade|gracht|steenweg|singel|baan|weg|gasse|platz|allee|ufer"
    r"|ring"
    r"|damm|chaussee|graben|steig|markt|hof|wall|berg|stieg|twiete|pfad|zeile|gata|gatan|vegen|veien|vei|vej|gade|vägen"
    r"|plads|torget|torv|katu|tie|kuja|utca|dwarsstraat)(?=[\s\d,.]|$)"
    r"|\b(?:am|an der|auf der|auf dem|im|in der|in den|zum|zur|unter den) [A-ZÄÖÜ]\w+"
    r"|\b(?:street|st\.?|road|rd\.?|avenue|ave?\.?|boulevard|blvd\.?|drive|dr\.?|lane|ln\.?|court|ct\.?|way|square|sq\."
    r"|mews|crescent|cres|terrace|parade|highway|hwy|parkway|pkwy|circle|quay|wharf|row|walk|hill|close|gardens|grove"
    r"|boul\.?|bureau \d+|suite|ste\.?|floor|level|unit|building|bldg|tower|house|plot|complex|nagar|marg|chowk|near"
    r"|opp|opposite|sector"
    r"|phase|estate|park|plaza|mall|brgy|barangay|purok|industrial|broadway|midc|m\.i\.d\.c|ward|colony|layout|cross"
    r"|mawatha)\b"
    r"|\b(?:rue|place|chemin|impasse|allée|quai|bp|b\.p\.|cours|route|zac?|zone|résidence|passage|square|faubourg|av"
    r"|via|viale|piazza|piazzale|corso|largo|vicolo|strada|loc\.|localit[àa]|contrada|borgo|frazione"
    r"|jr\.|jirón|pasaje|psje\.?|carrera|cra\.?|kra\.?|cll\.?|diagonal|transversal|calzada|prolongación|prol\.|malecón"
    r"|calle|c/|c\.|avda|avenida|plaza|plaça|paseo|passeig|carrer|camino|carretera|ctra|pol[íi]gono|ronda|gran v[íi]a"
    r"|rua|praça|travessa|estrada|alameda|rodovia|ul\.?|ulica|ulice|aleja|al\.|plac|pl\.|os\.|nám|náměstí|t[řr][íi]da"
    r"|gatve|g\.|iela|pr\.|tn|mnt|pst|út|tér|krt|u\.|bd|bld|str|strada|calea|bul|ulitsa|odos|leoforos|sokak|sokağı"
    r"|sok\.|sk\."
    r"|cad|cd\.|mh\.|cadde|caddesi|bulvarı|bulevar|bulvar|blv|mah"
    r"|mahallesi|mahalle|osb|sanayi sitesi|organize sanayi(?: bölgesi)?|gidc|jalan|jl|jln|lorong)(?=[\s\d.,])"
    r"|\b(?:phường|quận|đường|phố|ngõ|huyện)\b|ул\.|улица|пр\.|проспект|вул\.|οδός|λεωφόρος|λεωφ\.|ακτή|πλατεία"
    r"|πλ\.|бул\.|шосе|шоссе|пер\.|شارع|طريق"
    r"|p\.?\s?o\.? box|post office box|postfach|boîte postale|apartado|postboks"
    r"|h\.?\s?no|\b(?-i:E\.?N|RN|RD|SS|SP)\.? ?\d{1,4}\b"
    r"|\bpostbus|\bbox \d|\bcs \d|\btsa \d",
    re.I,
)
_NUMBER_LAST = re.compile(
    r"(?:^"
    r"|[\s,.])(?:[nN][o°ºr.:]{0,3}\s?|#)?(?P<number>\d{1,5}(?:\s?[a-zA-Z](?![a-zA-Z]))?(?:\s?[-–/+]\s?(?:\d{1,4}(?:\s?[a-zA-Z](?![a-zA-Z]))?|[a-zA-Z](?![a-zA-Z])))*)"
    r"(?=$|[\s,;.)(/])"
)
_NUMBER_FIRST = re.compile(
    r"^(?:no\.?\s?|nº\s?|#)?(?P<number>\d{1,5}[a-zA-Z]?(?:\s?[-–/]\s?\d{1,5}[a-zA-Z]?)?)\b,?\s+(?=[A-ZÀ-Þa-z])", re.I
)
_UNIT = re.compile(
    r"^(?:the old|c/o|z\. ?hd|suite|ste|floor|level|unit|flat|apt|office|room|block|building|bldg|house|tower|plot|shop"
    r"|door|wing|no\."
    r"|h\.? ?no|\d{1,3}(?:st|nd|rd|th)|bâtiment|bât|immeuble|étage|escalier|piso|planta|local|edificio|scala|interno"
    r"|gebäude"
    r"|haus|etage|aufgang|hinterhaus|quartier|lot|villa|za\b|zac\b|zi\b|parc|centro|oficina|sala|andar|lok|wejście"
    r"|purok|brgy"
    r"|zona (?:industrial|industriale|artigianale)|parque (?:industrial|empresarial)|pol[íi]gono|gewerbe(?:gebiet|park)"
    r"|industriegebiet|zone (?:industrielle|artisanale|d['’]activités?)|(?:industrial|trading|business) (?:estate|park)"
    r"|sitio|near|opp|opposite|behind|beside|above|next to|post box|p\.?o\.? box|postfach|bp\b|cs\b)\b"
    r"|(?:rectory|vicarage|lodge|barn|cottage|farm|chambers|stables|manor|grange|priory|granary|maltings|forge|gatehouse"
    r"|schoolhouse|workshop|studios?|yard|mill|buildings|exchange|hall|floor|suite|building|house|tower|estate|park"
    r"|complex|nagar|centre|center|plaza|obergeschoss|\bog\b"
    r"|\beg\b)\.?\s?\d{0,3}$",
    re.I,
)
_UNIT_ALONE = re.compile(
    r"^(?:(?:suite|ste|studio|kiosk|stall|bay|shop|store|blk|bureau|despacho|floor|level|unit|apt|apartment|room|office|no|flat|door|objekt|top|bld|bldg|lit|pmb|cs|tsa|dpt"
    r"|dept|fl|piso|planta|local"
    r"|int\.?|of|ofic|dpto|depto|casilla|interno|scala|etage|sala|loja|conj|cj|bloco|bl|lote|nave|pavilhão|sc|ap|apto|entlo|esc|kat|daire|dveře"
    r"|#)\.?\s?[#\w-]{1,9}(?:[ &-]+\w{1,4})?|\d{1,3}\s?(?:st|nd|rd|th|ª|º|\.)?\s?(?:floor"
    r"|fl|og|etage|stock|planta|piso"
    r"|étage|piano|obergeschoss|tr|krs|em|sal|emelet|patro|piętro|kat|andar|kerros|korrus|stāvs|th|tv|mf)\.?"
    r"|\d{1,3} \d{1,2}(?:st|nd|rd|th))$",
    re.I,
)
_LABEL_WORD = re.compile(
    r"^(?:home|start|contact\w*|kontakt\w*|(?:our |main |head |branch |registered )*offices?|address\w*|adress\w*"
    r"|anschrift|location|about\w*"
    r"|alamat\w*|telepon|(?:find|visit|reach|call) us|(?:our )?locations?|where (?:we are|to find us)"
    r"|(?:get )?directions"
    r"|(?:opening )?hours|impressum|imprint|menu|services?|news|blog|contact us|read more|learn more|get in touch"
    r"|floor ?plans?"
    r"|[\w ]+ office)$",
    re.I,
)
_NO_ROAD = re.compile(
    r"(?:bureau|suite|ste|floor|level|unit|building|bldg|tower|house|plot|complex|near|opp|sector|phase|estate|park"
    r"|plaza|mall|industrial|ward|cross|zone|layout|am |an der|auf|im |in de|zum|zur|unter|r[ds]\.? ?\d|ss|sp|e\.?n"
    r"|quận|huyện)",
    re.I,
)
_HARD_END = re.compile(r"[|•●:©]|(?<=[a-zà-ÿ]{4})[.]\s")
_ROMANCE = re.compile(
    r"(?<![\w'’])(?:\d{1,4}(?:\s?[-–/]\s?\d{1,4})?\s?(?:bis|ter|[A-Za-z](?![\w]))?,?\s)?(?:via|viale|piazza|piazzale"
    r"|corso|largo|vicolo|rue|avenue|place|chemin|impasse|quai|boulevard|route|calle|c/"
    r"|avda\.?|avenida|plaza|paseo|carrer|camino|carretera|rua|praça|travessa|ul\.|ulica|al\.)\s?[A-ZÀ-Þ0-9d]",
    re.I,
)
_GERMANIC = re.compile(
    r"(?:(?:An de[rn]|Auf de[rm]|Am|Im|In de[rn]|Zum|Zur|Unter den)\s)?(?:[A-ZÄÖÜÅØÆ][\wäöüßåøæ.'’-]*\s(?:(?:van|de"
    r"|der|den|von|ter|ten|'t)\s)*){0,3}"
    r"(?<![\w-])(?:[A-ZÄÖÜÅØÆ][\wäöüßåøæ.-]*)?"
    r"(?:(?<=[\w-])(?:stra(?:ß|ss)e|str\.|straat|weg|gasse|platz|allee|ring|damm|laan|plein|vegen|veien|vej|gade"
    r"|gatan|vägen|katu)"
    r"|Stra(?:ß|ss)e|Str\.|Weg|Platz|Allee|Ring|Damm)"
    r"(?:\s?\d+(?:\s?[a-zA-Z](?![\w]))?(?:\s?[-–/]\s?\d+(?:\s?[a-z](?!\w))?)?|$)"
)
_NUMBER_LABEL = re.compile(r"\b(?:No|Nr|Kat|Daire|D|K|Blok|Apt)\s?:\s?\d")
_LEADS_TO = re.compile(r"^(?:[A-Za-z’']+ ){1,5}(?:at|is|on) (?=\d)")  # Visit us at 12 High Street
_LEADING_LABEL = re.compile(r"[^\W\d_][^:\d]{2,24}:\s+(?=[^\W\d_])")
_NUMBERED = re.compile(
    r"(?<![\w-])(?<!\d,)\d{1,5}[A-Za-z]?(?:[-/]\d{1,4})?,?\s(?=[A-ZÀ-Þ]|rue|avenue|place|boulevard|chemin)"
)
_UNNUMBERED = re.compile(
    r"(?:[A-Z][\w'’-]+ ){1,3}(?:Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Drive|Way|Close|Row|Hill|Green|Square|Place"
    r"|Gardens|Terrace|Crescent|Court|Parade|Grove|Mews|Quay|Walk)\.?"
    r"|(?:Route|Chemin|Place|Impasse|Hameau|Lieu[- ][Dd]it|ZA|ZI|Z\.A\.|Z\.I\.) [\w'’ -]{3,40}"
)
_FLOOR = re.compile(r"\s*[-–]?\s*\d{1,2}\.?\s?[ºª°]\.?\s?(?:[A-Za-z]{1,5}\.?)?$")  # 215 - 1.º Esq.
_WORD_AND_NUMBER = re.compile(r"[A-Z][a-z]+ #?\w?\d{1,4}\w?")
_TURKISH = re.compile(r"\b(?:mah|mh|cad|cd|sok|sk|mahallesi|caddesi|soka[kğ]ı?|bulvarı)\b", re.I)
_NO_HOUSE = re.compile(r"(?i)(?:suite|ste|floor|level|unit|p\.?\s?o|postfach|bp|postbus|office|\d+(?:st|nd|rd|th))\b")
_NUMBER_ALONE = re.compile(r"^(?:n[°ºr.]{0,2}\s?)?\d{1,4}\s?[a-zA-Z]?(?:[-/]\d+\w?)?(?:\s\w{1,9})?$")


_HAS_NUMBER = re.compile(r"\d|\bs/[nº]\b", re.I)  # ``sin número``


@lru_cache(maxsize=20_000)
def is_street(text: str) -> bool:
    """Whether a piece of a line names a street, a building or a box, with a number."""
    if not 4 <= len(text) <= 120 or NOT_ADDRESS.search(text) or not _HAS_NUMBER.search(text):
        return False
    if STREET_WORD.search(text):
        return True
    has_number = _NUMBER_LAST.search(text) or _NUMBER_FIRST.search(text)
    return bool(has_number and re.match(r"^[A-ZÀ-Þ0-9]", text) and len(text.split()) <= 7) and bool(
        re.search(r"[A-ZÀ-Þ]?[a-zà-ÿ]{2,}", text)
    )


def names_road(text: str) -> bool:
    """Whether a text names a road, and not only a floor, a building or what lies near."""
    return any(not _NO_ROAD.match(match[0]) for match in STREET_WORD.finditer(text))


def street_of(
    pieces: Sequence[str], *, reach: int = 3, is_wordy: bool = False, is_unnumbered: bool = False
) -> tuple[str, int] | None:
    """The street out of the pieces before a town, and the index of its first piece; None when there is none.

    `reach` is how many pieces may stand between street and town; `is_wordy` keeps more of what leads to the street,
    and takes one without a number (addresses of South Asia name landmarks, not numbers); `is_unnumbered` takes one
    whose last word is a street's (``Wharf Lane``, as British villages write).
    """
    return _street_of(tuple(pieces), reach, is_wordy=is_wordy, is_unnumbered=is_unnumbered)


@lru_cache(maxsize=5_000)  # the same footer stands on every page of a site
def _street_of(pieces: tuple[str, ...], reach: int, *, is_wordy: bool, is_unnumbered: bool) -> tuple[str, int] | None:
    unit: tuple[str, int] | None = None
    for index in range(len(pieces) - 1, max(-1, len(pieces) - 2 - reach), -1):
        joined = _joined(pieces, index)
        piece = joined or _bare(pieces[index])
        if joined:
            index -= 1
        elif not is_street(piece) and not (
            _names_street(piece) and (is_wordy or (is_unnumbered and _UNNUMBERED.fullmatch(piece)))
        ):
            if _ends_search(pieces[index]):
                break
            continue
        elif _UNIT_ALONE.match(piece) or _is_unit_behind(pieces, index):
            first = _first(pieces, index, piece, is_wordy=is_wordy)
            unit = unit or (", ".join(pieces[first:])[:200], first)
            continue
        is_cut = joined is not None and not joined.startswith(pieces[index])
        first = index if is_cut else _first(pieces, index, pieces[index] if joined else piece, is_wordy=is_wordy)
        parts = [*pieces[first:index], piece, *pieces[index + (2 if joined else 1) :]]
        return ", ".join(part for part in parts if part)[:200], first
    return unit


def _is_unit_behind(pieces: Sequence[str], index: int) -> bool:
    """``222 Island Ave., Loft 204``: a word and a number behind a road that opens with its own."""
    if not index or not _WORD_AND_NUMBER.fullmatch(pieces[index]) or STREET_WORD.search(pieces[index]):
        return False
    return bool(_NUMBER_FIRST.match(pieces[index - 1])) and names_road(pieces[index - 1])


def _joined(pieces: Sequence[str], index: int) -> str | None:
    """Street and number that a comma parts: ``Via Roma, 5``, ``54, quai de la Rapée``."""
    if not index:
        return None
    before, piece = pieces[index - 1], pieces[index]
    if len(before) > 30 and (found := [*_ROMANCE.finditer(before)]):
        before = before[found[-1].start() :]  # out of a sentence: ``con domicilio en C/ Doctor Fleming, 23``
    if _is_number(piece) and not re.search(r"\d", before) and _is_short(before) and not _LABEL_WORD.match(before):
        return f"{_bare(before)}, {piece}"
    is_number_before = re.fullmatch(r"(?:[Nn]o\.?\s?|#)?\d{1,4}(?:\s?[-–/]\s?\d{1,4})?\s?(?:bis|ter|[A-Za-z])?", before)
    return f"{before}, {piece}" if is_number_before and _names_street(piece) and not is_street(piece) else None


def _is_number(piece: str) -> bool:
    """``5``, ``24 bajo``, ``n. 12``: the number of the street that the piece before names."""
    return len(bare := _FLOOR.sub("", piece)) <= 14 and bool(_NUMBER_ALONE.match(bare))


def _is_short(piece: str) -> bool:
    return len(piece.split()) <= 6 and not vocabulary.LEGAL_FORM.search(piece) and not NOT_ADDRESS.search(piece)


def _names_street(piece: str) -> bool:
    return len(piece) <= 60 and bool(STREET_WORD.search(piece)) and not NOT_ADDRESS.search(piece)


def _ends_search(piece: str) -> bool:
    is_end = len(piece) > 50 or bool(vocabulary.LEGAL_FORM.search(piece) or _HARD_END.search(piece))
    return is_end and not _UNIT_ALONE.match(piece)


def _first(pieces: Sequence[str], index: int, piece: str, *, is_wordy: bool) -> int:
    """Where the address opens: units and buildings before the street belong to it, a company's name does not."""
    if piece != pieces[index]:
        return index
    while index and not vocabulary.LEGAL_FORM.search(pieces[index - 1]) and len(pieces[index - 1]) <= 60:
        before = pieces[index - 1]
        is_part = _UNIT.search(before) or _UNIT_ALONE.match(before) or (is_wordy and _is_landmark(before))
        if not is_part and _is_building(pieces, index - 1):
            index -= 1
            continue
        if not is_part or _HARD_END.search(before) or _LABEL_WORD.match(before):
            break
        index -= 1
        if before[:3].lower() == "c/o":
            break
    return index


def _is_building(pieces: Sequence[str], index: int) -> bool:
    """Whether a piece without a sign of its own stands between a floor and the street: a building's name."""
    piece = pieces[index]
    if not index or not _UNIT_ALONE.match(pieces[index - 1]) or not re.search(r"\d|\b[A-Z]$", pieces[index - 1]):
        return False
    if _HARD_END.search(piece) or _LABEL_WORD.match(piece):
        return False
    return len(piece.split()) <= 4 and piece[:1].isupper() and not NOT_ADDRESS.search(piece)


def _is_landmark(piece: str) -> bool:
    if len(piece.split()) > 6 or re.search(r"\d{6}|\d{3} \d{3}", piece) or not re.match(r"[A-Z0-9(#]", piece):
        return False
    return not NOT_ADDRESS.search(piece) and not is_title(piece)


@lru_cache(maxsize=20_000)
def _bare(piece: str) -> str:
    """A piece without what leads into it: a label, the company's name, the words of a sentence."""
    piece = _LEADS_TO.sub("", LEAD.sub("", piece)).strip(" .")
    if ": " in piece and not _NUMBER_LABEL.search(piece):
        piece = piece.rpartition(": ")[2]
    elif (label := _LEADING_LABEL.match(piece)) and not _NUMBER_LABEL.match(piece) and not STREET_WORD.search(label[0]):
        piece = piece[label.end() :]
    while (
        (form := vocabulary.LEGAL_FORM.search(piece))
        and form[0] != "Sas"
        and is_street(piece[form.end() :].strip(" .,-–"))
    ):
        piece = piece[form.end() :].strip(" .,-–")
    is_plain = re.match(
        r"[A-ZÀ-Þ0-9#]|(?:rue|via|calle|c/|ul\.|al\.|c/o|av|place|allée|quai|chemin|van|de|von|'t)\b", piece
    )
    if (
        is_plain
        and len(piece.split()) <= 5
        and not re.search(r"\b(?:in|at|presso|à|au|en|est|is|unter|trova)\b", piece)
    ):
        return piece
    if _TURKISH.search(piece):
        return piece  # quarter, street and building make one run
    if found := [*_GERMANIC.finditer(piece)]:
        return found[-1][0].strip()
    if found := [*_ROMANCE.finditer(piece)]:
        return piece[found[-1].start() :]
    if (found := [*_NUMBERED.finditer(piece)]) and found[0].start() > 12 and not _NUMBER_LABEL.search(piece):
        return piece[found[0].start() :]
    return piece


@lru_cache(maxsize=20_000)
def house_number(street: str) -> str | None:
    """The number of the house in a street line, as written; None where there is none."""
    named = [part for part in street.split(", ") if STREET_WORD.search(part) and re.search(r"\d", part)]
    for part in (*named, *street.split(", ")):
        if _NO_HOUSE.match(part):
            continue
        if (first := _NUMBER_FIRST.match(part)) and not re.search(r"\s\d+\s?[a-zA-Z]?$", part):
            return first["number"]
        if last := [*_NUMBER_LAST.finditer(part)]:
            return re.sub(r"\s+", " ", last[-1]["number"]).strip()
    return None
