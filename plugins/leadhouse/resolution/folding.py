"""Names in the form in which they are compared: case, accents, titles, legal forms and order do not count."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

REMEMBERED = 65_536  # different texts whose form is kept: given names, towns and companies come again
_LETTERS = str.maketrans(
    {"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "ø": "o", "æ": "a", "å": "a", "œ": "o", "ł": "l", "đ": "d", "ð": "d",
     "þ": "th", "ı": "i", "’": "", "'": "", "&": " and ", "+": " and "}
)  # fmt: skip
_SPELLED_UMLAUTS = re.compile(r"([aou])e")
_WORDS = re.compile(r"\w+")
_TITLES_TEXT = """
    dr prof med dent vet jur rer nat phil habil ing dipl inf kfm msc bsc mba llm phd mr mrs ms miss herr frau mag ra
    rain stb wp sir dame madame monsieur mme sig sra sr jr
"""
_TITLES = frozenset(_TITLES_TEXT.split())
_LEGAL_FORMS_TEXT = """
    gmbh ggmbh mbh ag kg kgaa ohg ug eg ev ek gbr partg se sarl sas sasu sa srl srls spa snc ltd limited llc llp plc
    inc incorporated corp corporation co company bv nv vof oy oyj ab as asa aps sp zoo doo kft sro sl slu lda pty pvt
    and the haftungsbeschrankt gesellschaft mit beschrankter haftung
"""
_LEGAL_FORMS = frozenset(_LEGAL_FORMS_TEXT.split())
_DOTTED = re.compile(r"\b(?:\w\.\s?){2,}")


@lru_cache(maxsize=REMEMBERED)
def fold(text: str) -> str:
    """Lower-case words of base letters, one blank between: ``Müller``, ``Mueller`` and ``MULLER`` are equal."""
    if text.isascii():
        text = text.lower().replace("'", "").replace("&", " and ").replace("+", " and ")
    else:
        text = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    if "." in text:
        text = _DOTTED.sub(lambda match: match[0].replace(".", "").replace(" ", "") + " ", text)
    return " ".join(_SPELLED_UMLAUTS.sub(r"\1", word) for word in _WORDS.findall(text.replace("_", " ")))


@lru_cache(maxsize=REMEMBERED)
def fold_person(full_name: str) -> str:
    """Given and family names without titles: ``Müller-Lüdenscheidt, Dr. Jörg`` gives ``jorg muller ludenscheidt``."""
    family, comma, given = full_name.partition(",")
    if comma and given.strip() and fold(given).split()[-1:] and not set(fold(given).split()) <= _TITLES:
        full_name = f"{given} {family}"
    return " ".join(word for word in fold(full_name).split() if word not in _TITLES)


@lru_cache(maxsize=REMEMBERED)
def fold_company(name: str) -> str:
    """The name without its legal form; the whole name when nothing else is left."""
    words = fold(name).split()
    return " ".join(word for word in words if word not in _LEGAL_FORMS) or " ".join(words)
