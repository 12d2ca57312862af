"""One line of a page read alone: a name, the title that shares its line, or a title without a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from leadhouse.extraction.people.degrees import is_credentials
from leadhouse.extraction.people.job_titles import BEYOND_LATIN, is_department, is_title, is_title_word, title_words
from leadhouse.extraction.people.names import Name, other_script_name, read_name

_MAX_LINE = 130
_MAX_WORDS = 40  # of a line from which contacts are taken out
_SEPARATOR = re.compile(r"\s*(?:,|–|—|\||\s-|-\s|\(|:|·|•|/|/|(?<=[a-zà-ÿ]{3})\.(?=\s[A-ZÀ-Þ]))\s*")
_FIGURES = re.compile(r"\d[\d\s().\-/]{5,}\d")
# Addresses and numbers with their labels: what is left of the line names the person.
_CONTACT = re.compile(
    r"(?:[,;|·•–—-]\s*)?(?:\b(?:e-?mail|mail|tel(?:efon)?|phone|fon|mobil[e]?|handy|cell|ext|fax|tālr|tlf|tfno|puh|gsm|tél|telef\w*|моб|тел"
    r"|[tmefp])\b\s*[.:]*\s*)?"
    r"(?:[^\s@,;|()<>]+@[^\s@,;|()<>]+|\(?\+?\d[\d\s().\-/]{5,}\d)",
    re.I,
)
_EXTENSION = re.compile(
    r"\s*[,;(]?\s*\b(?:ext(?:ension|n)?|durchwahl|dw|poste|toestel|interno|int|anexo|ramal|wew|klapka|anknytning)\b"
    r"\.?:?\s*\d{1,6}\s*\)?$",
    re.I,
)
_NAME_BEFORE_TITLE = re.compile(r"^[가-힣]{2,4}$|^[一-鿿]{2,4}$")
_MARKS = re.compile(r"[-,–—|(:·•//.]")  # one of these every separator holds
_DASH = re.compile(r"\s*(?:–|—|\||\s-\s|:|,(?=\s))\s*")
_DASH_ALONE = re.compile(r"\s+(?:–|—|\||-)\s+")
_AND = re.compile(r"\s+(?:and|und|et|e|y|i|og|och|en|ja|és|și|&|\+)\s+|\s*&\s*|\s+/\s+|,\s+(?:and\s+)?")
_GLUED = re.compile(r"^(?P<name>.{4,40}?[a-zß-öø-ÿ])(?P<title>[A-ZÀ-Þ][a-zß-öø-ÿ]{2,}.*)$")
_SURE_START = re.compile(
    r"(?:chief|head|senior|vice|managing|general|executive|assistant|deputy|regional|founder|co-?founder|owner"
    r"|president"
    r"|director|ceo|cto|cfo|coo|manager|partner|geschäftsführer|leiter|directeur|directrice|gérante?|direttore)\b",
    re.I,
)
_CAPITALS = re.compile(r"[A-Z]\S*[\s,]+(?:['\w]{1,5}\s){0,3}[A-Z]")
TITLE_EDGES = " ,.;:–—|()·•*/-"


@dataclass(frozen=True, slots=True)
class Said:
    """A line read alone: a name, the title that shares its line, or a title without a name."""

    name: Name | None = None
    title: str = ""
    is_title: bool = False
    is_other_script: bool = False
    others: tuple[Name, ...] = ()  # named on the same line (``Anna and Karl Huber``)
    is_guess: bool = False  # what follows the name is a role only where a list of staff says so


NOTHING = Said()


@lru_cache(maxsize=65_536)
def said(text: str) -> Said:
    """Read one line; remembered, as menus, footers and lists repeat over a site's pages."""
    if len(text) > _MAX_LINE and text.count(" ") > _MAX_WORDS:
        return NOTHING  # prose, whatever contacts are taken out of it
    if "@" in text or _FIGURES.search(text):
        text = _CONTACT.sub(" ", text).strip(TITLE_EDGES)
    if text[-1:].isdigit() or text[-1:] == ")":
        text = _EXTENSION.sub("", text)
    count = text.count(" ") + 1
    if not 2 <= len(text) <= _MAX_LINE or count > 14 or (count > 7 and text[-1] == "." and not _lists_names(text)):
        return NOTHING
    if text.isascii() and (count == 1 or not _has_capitals(text)):
        return Said(is_title=is_title(text))
    name = read_name(text)
    if name is not None:
        return _unglued(text) or Said(name)
    if ":" in text and (several := _several_behind_title(text)):
        return several
    name, title = _together(text)
    if name is not None:
        return Said(name, title)
    if several := _several_with_title(text):
        return several
    if not text.isascii() and BEYOND_LATIN.search(text) and (other := _other_script(text)):
        return other
    return _guessed(text) or Said(is_title=is_title(text))


def _lists_names(text: str) -> bool:
    """Whether a line that ends like a sentence holds capitalised words alone, between commas and joining words."""
    return _AND.search(text) is not None and all(word[0].isupper() or len(word) <= 3 for word in text.split())


def several_names(text: str) -> list[Name]:
    """The names of a line that joins two to four, each with a known given name; a surname at its end may be shared."""
    parts = [part for part in _AND.split(text) if part.strip() and not is_credentials(part)]
    if not 2 <= len(parts) <= 4 or len(text) > 110:
        return []
    last = read_name(parts[-1])
    if last is None or not (_is_sure(last) or _is_long(last)):
        return []
    if len(parts) == 2 and " " not in parts[0].strip():
        first = read_name(f"{parts[0]} {last.text.rpartition(' ')[2]}")
        return [first, last] if first is not None and first.given == 1 and parts[0].strip().isalpha() else []
    names = [name for part in parts if (name := read_name(part)) is not None and (_is_sure(name) or _is_long(name))]
    if len(names) < len(parts) or not any(map(_is_sure, names)):
        return []
    return [name if _is_sure(name) else Name(name.text, 1.0) for name in names]  # the one vouches for the other


def _is_sure(name: Name) -> bool:
    return name.given == 1 or name.is_addressed


def _is_long(name: Name) -> bool:
    """Whether a name has given and family names of both parents, as in Spain, Portugal and Latin America."""
    return name.text.count(" ") >= 2


def _several_with_title(text: str) -> Said | None:
    if _AND.search(text) is None:
        return None
    if names := several_names(text.rstrip(";.")):
        return Said(names[0], others=tuple(names[1:]))
    for mark in list(_DASH.finditer(text))[-1:]:
        left, right = text[: mark.start()], text[mark.end() :].strip(TITLE_EDGES)
        if is_title(right) and (names := several_names(left)):
            return Said(names[0], right, others=tuple(names[1:]))
    return None


def _several_behind_title(text: str) -> Said | None:
    """``Ledamöter: Anna Blom, Karl Palm``."""
    title, _, rest = text.partition(":")
    if not is_title(title) or len(names := several_names(rest.strip())) < 2:
        return None
    return Said(names[0], title.strip(TITLE_EDGES), others=tuple(names[1:]))


def _other_script(text: str) -> Said | None:
    first, _, rest = text.partition(" ")
    if is_title(first) and (name := other_script_name(rest)):
        return Said(Name(name), first.strip(TITLE_EDGES), is_other_script=True)
    head, _, last = text.rpartition(" ")
    if head and is_title(last) and (_NAME_BEFORE_TITLE.match(head) or other_script_name(head)):
        return Said(Name(head), last.strip(TITLE_EDGES), is_other_script=True)  # ``박지훈 원장``
    name = other_script_name(text)
    return Said(Name(name), is_title=is_title(text), is_other_script=True) if name else None


def _unglued(text: str) -> Said | None:
    """``Jane RoePartner``: two inline elements that the page sets apart by style alone."""
    match = _GLUED.match(text)
    if match is None or not is_title(match["title"]):
        return None
    name = read_name(match["name"])
    return Said(name, match["title"]) if name is not None else None


def _guessed(text: str) -> Said | None:
    """``Ms. Jane Roe – Grade 2``: a known name and a few words behind a mark."""
    if len(text) > 80 or not _MARKS.search(text):
        return None
    mark = _DASH.search(text)
    if mark is None or "." in text[mark.end() :]:
        return None
    name, rest = read_name(text[: mark.start()]), text[mark.end() :].strip(TITLE_EDGES)
    if is_credentials(rest):
        return Said(name) if name is not None else None
    if (name is None or name.given < 1) and ":" in mark[0]:
        name, rest = read_name(rest), text[: mark.start()].strip(TITLE_EDGES)
    if name is None or name.given < 1 or not rest or len(rest.split()) > (5 if rest[0].isupper() else 2):
        return None
    if any((other := read_name(part)) is not None and other.given == 1 for part in rest.split(",")):
        return None  # another person
    return Said(name, rest, is_guess=not name.is_addressed)


def _has_capitals(text: str) -> bool:
    """Whether two words in a row start with capitals: without them no name stands in the line."""
    return bool(_CAPITALS.search(text))


def _together(text: str) -> tuple[Name | None, str]:
    """Name and title that share a line, with a mark between (``Jane Roe, CEO``; ``CEO: Jane Roe``) or without."""
    marks = islice(_SEPARATOR.finditer(text), 3) if _MARKS.search(text) else ()
    for mark in marks:
        left, right = text[: mark.start()].strip(), text[mark.end() :].strip(TITLE_EDGES)
        name = read_name(left)
        if name is not None and (is_title(right) or (is_department(right) and (name.given or name.is_addressed))):
            return name, _without_credentials(right)
        name = read_name(right)
        if (
            name is not None
            and (is_title(left) or (is_department(left) and name.given))
            and read_name(left) is None
            and not _SEPARATOR.search(left)
        ):
            return name, _last_role(left)
        if name is None and ":" in mark[0] and "," in right and is_title(left):  # ``Chair: Jane Roe, Roe Hardware``
            name = read_name(right.partition(",")[0])
            if name is not None and _is_sure(name):
                return name, left
    return _run_together(text)


def _last_role(title: str) -> str:
    """``U15 – Coach`` is a group and its role: what stands behind the last dash, where that alone is a title."""
    mark = list(_DASH_ALONE.finditer(title))[-1:]
    if mark and is_title(last := title[mark[0].end() :]) and not is_title(title[: mark[0].start()]):
        return last
    return title


def _without_credentials(title: str) -> str:
    """``PTRP, MSPT — Sports Therapist`` without what belongs to the name."""
    mark = _DASH_ALONE.search(title)
    return title[mark.end() :] if mark and is_credentials(title[: mark.start()]) else title


def _run_together(text: str) -> tuple[Name | None, str]:
    """``Jane Roe Senior Engineer`` and ``Steuerberaterin Jana Roh``: only around a known given name."""
    parts = text.replace("\t", " ").split()
    if not 3 <= len(parts) <= 12 or title_words(text) == 0:
        return None, ""
    for cut in range(min(5, len(parts) - 1), 1, -1):
        name = read_name(" ".join(parts[:cut]))
        rest = " ".join(parts[cut:]).strip(TITLE_EDGES)
        if name is None or not is_title(rest) or not _starts_a_title(rest):
            continue
        if name.given == 1 or (cut <= 3 and _SURE_START.match(rest)):
            return name, rest
    for cut in range(1, len(parts) - 1):
        if len(parts) - cut > 5:
            continue
        name = read_name(" ".join(parts[cut:]))
        lead = " ".join(parts[:cut]).strip(TITLE_EDGES)
        if name is not None and (name.given == 1 or name.is_addressed) and is_title_word(parts[cut - 1]):
            return name, _last_role(lead)
    return None, ""


def _starts_a_title(rest: str) -> bool:
    """Whether the words behind a name start like a title and go on without a verb."""
    first = rest.split()[0]
    return (first[0].isupper() or is_title_word(first)) and not re.search(
        r"\b(?:is|was|are|were|has|have|will|ist|war|hat|wird|est|était|a été|è|fue|said|says|at the age)\b", rest
    )
