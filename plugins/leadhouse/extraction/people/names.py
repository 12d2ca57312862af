"""What reads as a person's name: the shape of the words, what stands before and after, given names as one sign."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from leadhouse.extraction.attribution.hosts import fold
from leadhouse.extraction.patterns import vocabulary
from leadhouse.extraction.patterns.vocabulary import words
from leadhouse.extraction.people.degrees import is_degree, without_degrees
from leadhouse.extraction.people.job_titles import is_department, is_title_word, spellings
from leadhouse.extraction.people.words import (
    FIRST_PARTICLES,
    HARD,
    HARD_ENDINGS,
    HARD_UNLESS,
    HONORIFICS,
    PARTICLES,
    SOFT,
    SOMETIMES_HARD,
    WEAK_HONORIFICS,
)

_EDGES = ' \t ,;:–—-|•·*"“”„»«‹›>_/'
_ASIDE = re.compile(
    r"\s*[(\[](?:she|he|they|sie|er|elle|il|lui|ella|él|emerit(?:us|a)|rtd\.?|retd\.?|hons|h\.?c\.?|geb|née|nee|m/w|w|m"
    r"|mrs?|ms|miss|fh|tu|univ|wu|eth)\b[^)\]]{0,25}[)\]]",
    re.I,
)
_NICKNAME = re.compile(r"^[\"“”„‘’'(«].{2,14}[\"“”’'‘)»]$")
_INITIALS = re.compile(r"^(?:[^\W\d_]|[^\W\d_a-zß-öø-ÿ]{2,3}|(?:[^\W\d_]{1,2}\.-?){1,4}[^\W\d_]?)$")
_NO_NAME = re.compile(r"\([A-Z]{3,}\)|[@:;/=+&?!%#{}<>|…©\d\n]")
_LETTERS_ONLY = re.compile(r"^[^\W\d_]+(?:['’‘`´.\-‐‑][^\W\d_]+)*\.?['’]?$")
_GLUED = re.compile(r"^((?:Mr|Mrs|Ms|Dr|Prof|Mme|Sig|Adv|CA|Er|Av|Ing)\.)(?=[^\W\d_a-zß-öø-ÿªº])")
_PIECES = re.compile(r"[-‐‑.]")
_HYPHENS = re.compile(r"[-‐‑]")
_JOINED_CAPITALS = re.compile(r"^(?P<first>\S+) [IEYAOWZU] \S+(?: \S+)+$")  # ``MISJA I LUKA SYSTEMOWA``
_INNER_CAPITAL = re.compile(r"[a-zß-öø-ÿ][A-ZÀ-Þ].*[a-zß-öø-ÿ][A-ZÀ-Þ]")
_INNER_PREFIX = re.compile(r"(?:Mc|Mac|De|Di|Da|Du|La|Le|Lo|Van|Von|Fitz|El|Al|Ben)[A-Z]")
_MAX_WORDS = 6
_SMALL_DEGREES = frozenset(("mgr", "inz", "dr", "prof", "lic", "drs"))  # that open a line in small letters
_GENDER = re.compile(r"\.?[ªº]\.?$|(?<=[A-Za-z])\.(?:in|a|as|ssa)\.?$")  # ``Eng.ª``, ``Mag.a``, ``Ing.in``, ``Dr.ssa``
_SHORTENED = re.compile(
    r"^(?=[^.]*[a-zß-öø-ÿ])(?:[^\W\d_]{2,8}|[a-z])\.(?:-?[^\W\d_]{2,7}\.){0,2}$"
)  # ``Atty.``, ``Bmstr.``, ``Dipl.-Bw.``
# Given names that are written short, and what stands before places.
_SHORT_GIVEN = words(
    "ma md mohd moh muh mohammad abd chr th thos joh jos wm geo chas alex ed ant fred edw hch hnr st ste mt ft sri "
    "no nr"
)
_JUNIOR = re.compile(r",(?= (?:[JS]r|II|III)\b)")  # ``Roe, Jr.``
_SYLLABLES = words(  # of Korean and Chinese given names in Latin letters: ``Ji-woo``, ``Wei-ling``
    "ji min seung hyun soo su young yeong jae jin kyung kyeong hye eun sung seong dong joon jun woo hee mi yoon yun "
    "ha seo ye "
    "tae sang chul cheol byung ki gi ho won da na bo sun seon wei mei hui ling yi hsin chia chih chun chien jia ming "
    "hao chen "
    "tzu shu wen kuo pei ting yu ju hsiu fang jen kai lun hua ching"
)
_SAINTS = frozenset(("st", "saint", "sankt", "ste", "sainte"))


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name as read; `given` is 1.0 when its first word is a known given name, .5 when its last is."""

    text: str
    given: float = 0.0
    is_addressed: bool = False


@cache
def given_names() -> frozenset[str]:
    """The given names of `given_names.txt`, folded."""
    lines = (Path(__file__).parent / "given_names.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def has_given_name(name: str) -> bool:
    """Whether one of the words before the family name is a known given name."""
    parts = re.split(r"[\s\-]+", name)
    return any(_is_given(part) for part in parts[:-1])


_OTHER_SCRIPT = re.compile(r"^[^\W\d_a-zA-ZÀ-ɏ]{2,}(?:[ ·・-][^\W\d_a-zA-ZÀ-ɏ]{2,}){1,3}$")
_EAST_ASIAN = re.compile(r"^[一-鿿가-힯]{2,4}$|^[一-鿿]{1,3}[  ][一-鿿ぁ-ヿ]{1,4}$")


def other_script_name(text: str) -> str | None:
    """Two to four words of a script without capitals, or a short Chinese, Japanese or Korean name.

    A name only where a list of staff says so.
    """
    text = " ".join(text.split())
    if text.isascii() or len(text) > 40:
        return None
    return text if _OTHER_SCRIPT.match(text) or _EAST_ASIAN.match(text) else None


def person_name(text: str) -> str | None:
    """The bare name when a text is a person's name and nothing else."""
    found = read_name(text)
    return found.text if found else None


@lru_cache(maxsize=65_536)
def read_name(text: str) -> Name | None:
    """The name that a text is, without forms of address, degrees and pronouns; ``ROE, Jane`` becomes ``Jane Roe``."""
    if not 4 <= len(text) <= 90:
        return None
    text = " ".join(text.split()).strip(_EDGES)
    if not text or not text[0].isalpha() or _NO_NAME.search(text := _without_aside(text)):
        return None
    if not _may_be_name(text):
        return None
    if text.isupper() and (joined := _JOINED_CAPITALS.match(text)) and not _is_given(joined["first"]):
        return None  # a heading in capitals whose ``I``, ``E``, ``Y`` means ``and``
    if "." in text:
        text = _GLUED.sub(r"\1 ", text)
    if "," in text:
        text = _JUNIOR.sub("", text)
    parts, is_addressed = _without_honorifics(without_degrees(text).split())
    whole = len(parts)
    parts = _without_shortened(parts)
    if not 2 <= len(parts) <= _MAX_WORDS or (text[0].islower() and not is_addressed and len(parts) == whole):
        return None
    ordered = _in_order(parts)
    if ordered is None or not all(_is_name_word(part, index) for index, part in enumerate(ordered)):
        return None
    return _judged([part for part in ordered if not is_degree(part)], is_addressed)


def _without_aside(text: str) -> str:
    return _ASIDE.sub("", text) if "(" in text or "[" in text else text


def _may_be_name(text: str) -> bool:
    """Whether a text holds no common word: told for a tenth of what it takes to judge its words as a name's."""
    return not any(_is_common(part) for part in text.split())


@lru_cache(maxsize=65_536)
def _is_common(part: str) -> bool:
    """Whether a word in small letters neither joins the parts of a name nor stands before or behind one."""
    if not part[0].islower() or not part.isalpha():
        return False
    folded = fold(part)
    return folded not in PARTICLES and folded not in HONORIFICS and not is_degree(part)


def _without_honorifics(parts: list[str]) -> tuple[list[str], bool]:
    """Leading titles and degrees dropped; a single letter counts only before a known given name."""
    start = 0
    while start < len(parts) - 1:
        key = fold(_GENDER.sub("", parts[start]) if not parts[start].isalnum() else parts[start])
        if parts[start] in {"(FH)", "-"}:
            start += 1
            continue
        if key == "tan" and fold(parts[start + 1]) not in {"sri", "seri"}:  # the surname, no title of Malaysia's
            break
        is_written_so = parts[start][0].isupper() or start or parts[start][-1] == "." or key in _SMALL_DEGREES
        if key not in HONORIFICS or not is_written_so:
            break
        following = fold(parts[start + 1])
        is_title = key in {"ca", "ra"} or (key == "di" and _is_given(parts[start + 1]))
        is_initials = parts[start].isupper() and len(key) == 2 and not (is_title or following in HONORIFICS)
        is_short = len(key) == 1 or (len(key) == 2 and parts[start][-1] != ".")
        is_initial = is_initials or (is_short and not (_is_given(parts[start + 1]) or following in HONORIFICS))
        if key in WEAK_HONORIFICS and (is_initial or (key in given_names() and parts[start][-1] != ".")):
            break
        start += 1
    return parts[start:], start > 0


def _without_shortened(parts: list[str]) -> list[str]:
    """Words that a point shortens, dropped before a known given name: no list holds all forms of address."""
    for start, part in enumerate(parts[:-2]):
        if start >= 4 or not _SHORTENED.match(part) or fold(part) in _SHORT_GIVEN:
            break
        following = parts[start + 1]
        if not _SHORTENED.match(following) and _is_given(following):
            return parts[start + 1 :]
    return parts


def _in_order(parts: list[str]) -> list[str] | None:
    """Given name first: capitals or a comma mark the surname; a line in capitals is written as names are."""
    joined = " ".join(parts)
    if "," in joined:
        last, _, first = joined.partition(",")
        if "," in first or not first.strip() or len(last.split()) > 3 or len(first.split()) > 3:
            return None
        if len(last.split()) > 1 and len(first.split()) > 1 and _is_given(last.split()[0]):
            return None  # two people
        if not _is_given(first.split()[0]):
            return None
        parts = [*first.split(), *last.split()]
    long = [part for part in parts if _is_long(part)]
    capitals = [part for part in long if part.isupper()]
    if not capitals:
        return parts
    if len(capitals) == len(long):
        return [_cased(part) for part in parts]
    if long[0].isupper() and _is_given(long[-1]):
        lead = next(index for index, part in enumerate(parts) if _is_long(part) and not part.isupper())
        parts = [*parts[lead:], *parts[:lead]]
    return [_cased(part) if part.isupper() and _is_long(part) else part for part in parts]


def _is_long(part: str) -> bool:
    """Whether a word is more than initials (``AV Aruna``, ``J.R. Roe``)."""
    if len(part) <= 2 or "." in part[:-1]:
        return False
    return len(part.strip(".")) > 3 or not part.isupper() or bool(re.search(r"[AEIOUYÄÖÜ]", part))


def _cased(part: str) -> str:
    if fold(part) in PARTICLES and len(part) <= 3:
        return part.lower()
    return re.sub(r"[^\W\d_]+", lambda match: match[0][0] + match[0][1:].lower(), part)


@lru_cache(maxsize=65_536)
def _is_name_word(part: str, index: int) -> bool:
    if _INNER_CAPITAL.search(part) and not _INNER_PREFIX.match(part):
        return False  # ``StuRaMed``: a brand
    if _INITIALS.match(part) and part[0].isupper():
        return True
    if _NICKNAME.match(part):
        inner = part[1:-1]  # in brackets stands a role as often: ``(administratie)``
        return index > 0 and inner[:1].isupper() and not (is_title_word(inner) or is_department(inner))
    if part[0].islower() or part[0] in "'’‘":
        return (fold(part) in PARTICLES and (index > 0 or fold(part) in FIRST_PARTICLES)) or (
            part[:2] in {"d'", "d’", "l'", "l’"} and part[2:3].isupper()
        )
    is_elided = len(part) > 2 and part[1] in "'’" and part[2].islower() and part[0] not in "NOD"
    return bool(_LETTERS_ONLY.match(part)) and part[0].isupper() and not is_elided


def _judged(parts: list[str], is_addressed: bool) -> Name | None:
    """The verdict on the words: enough of them, none that names a thing, a place or a role."""
    keys = [fold(part) for part in parts]
    solid = [key for part, key in zip(parts, keys, strict=True) if part[0].isupper() and len(key) >= 2]
    if len(parts) < 2 or keys[0] in _SAINTS or not solid or len(keys[-1]) == 0 or parts[-1][0].islower():
        return None
    is_southern = is_addressed and parts[-1].count(".") >= 2 and len(keys[0]) >= 4  # ``Smt. Latha M.N.``
    if not is_southern and sum(1 for part in parts if _INITIALS.match(part)) >= len(parts) - (
        1 if len(solid[-1]) < 3 else 0
    ):
        return None
    known = [_is_given(part) for part in parts]
    name = " ".join(parts)
    form = vocabulary.LEGAL_FORM.search(name)
    if form and (form.end() == len(name) or form.start() == 0) and not (form.start() == 0 and "." in form[0]):
        return None
    for index, (part, key) in enumerate(zip(parts, keys, strict=True)):
        if part[0].islower() or _INITIALS.match(part):
            continue
        if not _fits(key, part):
            return None
        if key in SOFT and not (known[index] or any(known[:index]) or any(known[index + 1 :]) or is_addressed):
            return None
    if vocabulary.PLACEHOLDER_TEXT.search(name):
        return None
    given = 1.0 if any(known[:-1]) else 0.5 if known[-1] else 0.0
    return Name(name, given, is_addressed)


@lru_cache(maxsize=65_536)
def _is_given(part: str) -> bool:
    pieces = [piece for piece in _PIECES.split(part) if piece]
    if len(pieces) == 2 and pieces[1][0].islower() and {pieces[0].lower(), pieces[1]} <= _SYLLABLES:
        return True
    return any(spelling in given_names() for piece in pieces for spelling in spellings(piece))


def _ends_hard(key: str) -> bool:
    return key.endswith(HARD_ENDINGS) or (key.endswith(SOMETIMES_HARD) and bool(HARD_UNLESS.search(key)))


@lru_cache(maxsize=65_536)
def _fits(key: str, part: str) -> bool:
    """Whether a word may be part of a name at all."""
    if key in SOFT:
        return True
    pieces = [fold(piece) for piece in _HYPHENS.split(part)]
    if any(piece in HARD for piece in pieces) or (_ends_hard(key) and not _is_given(part)):
        return False
    is_role = is_title_word(part) or (part[-1] == "s" and is_title_word(part[:-1]))
    return not is_role or _is_given(part)
