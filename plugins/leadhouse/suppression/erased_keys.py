"""Who must not come back: keyed hashes of what an erased person was known by.

An identifier is brought into one form (`Token`), hashed with HMAC-SHA-256 (RFC 2104) under `settings().erasure_key`,
and kept as the hash alone. Whoever lacks the key can neither read nor guess the identifiers; without it nobody is kept
out, so a landing refuses to go on when there are hashes and no key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from psycopg import Connection

from leadhouse.database.queries import load
from leadhouse.settings import settings

TokenKind = Literal["email", "phone", "social_url", "name_company"]
WHO: frozenset[TokenKind] = frozenset({"email", "social_url", "name_company"})  # say who; a phone may be shared

_PURPOSE = b"leadhouse erased person 1\x00"
_LETTERS = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "ø": "o", "æ": "a", "ł": "l", "đ": "d"})
_SPELLED = re.compile(r"([aou])e")
_WORDS = re.compile(r"[^\W_]+")
_SILENT_TEXT = """
    dr prof med dent jur dipl ing mr mrs ms herr frau gmbh mbh ag kg kgaa ohg ug eg ev gbr sarl sas sa srl spa ltd
    limited llc llp plc inc corp co bv nv oy ab as aps and the
"""
_SILENT = frozenset(_SILENT_TEXT.split())  # titles and legal forms
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_PHONE = re.compile(r"(?<![\w@.])\+?\d[\d\s()./-]{6,22}\d(?!\w)")
_URL = re.compile(
    r"\b(?:https?://|www\.|(?:[\w-]+\.)?(?:linkedin|xing|facebook|twitter|x|instagram)\.com/)[^\s\"'<>]+", re.IGNORECASE
)
_DOMAIN = re.compile(r"\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """An identifier in the one form in which it is hashed and compared."""

    kind: TokenKind
    value: str


def email_token(text: str) -> Token:
    """Lower case, without the part behind a plus sign (RFC 5233), which reaches the same mailbox."""
    local, _, host = text.strip().lower().rpartition("@")
    return Token("email", f"{local.partition('+')[0]}@{host.rstrip('.')}")


def phone_token(text: str) -> Token:
    """The digits with the country's prefix, as of E.164; a trunk zero in brackets does not count."""
    digits = re.sub(r"\D", "", text.replace("(0)", ""))
    return Token("phone", digits.removeprefix("00"))


def social_token(url: str) -> Token:
    """Host and path of a profile, without scheme, ``www``, LinkedIn's country, query and closing slash."""
    parts = urlsplit(url.strip() if "://" in url else f"https://{url.strip()}")
    host = (parts.hostname or "").removeprefix("www.")
    host = "linkedin.com" if host.endswith(".linkedin.com") else host
    return Token("social_url", f"{host}{unquote(parts.path).rstrip('/').lower()}")


def name_tokens(name: str, companies: Iterable[str]) -> Iterator[Token]:
    """A full name with each company's domain or name. Order, accents, titles and legal forms do not count."""
    words = fold_words(name)
    if len(words) > 1:
        for company in {company_form(each) for each in companies} - {""}:
            yield Token("name_company", f"{' '.join(sorted(words))}|{company}")


def company_form(text: str) -> str:
    """A domain without ``www``, or the folded words of a name."""
    text = text.strip().lower()
    if "." in text and " " not in text:
        return (urlsplit(text if "://" in text else f"//{text}").hostname or "").removeprefix("www.").rstrip(".")
    return " ".join(fold_words(text))


def fold_words(text: str) -> list[str]:
    """Words of base letters without titles and legal forms: ``Dr. Jörg Müller`` gives ``jorg muller``."""
    text = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    words = [_SPELLED.sub(r"\1", word) for word in _WORDS.findall(text)]
    return [word for word in words if word not in _SILENT]


def tokens_of_url(url: str) -> Iterator[Token]:
    """A page's own address may name a person: ``https://acme.example/team/max-muster``. Also the profile it may be."""
    parts = urlsplit(url)
    if parts.hostname:
        yield social_token(url)
        for segment in unquote(parts.path).split("/"):
            name = re.sub(r"\.\w{2,5}$", "", segment)
            if 1 < len(fold_words(name)) < 6:
                yield from name_tokens(name, [parts.hostname])


def tokens_of_text(text: str) -> Iterator[Token]:
    """Addresses, phone numbers and profiles that stand anywhere in a text."""
    yield from (email_token(each) for each in _EMAIL.findall(text))
    yield from (phone_token(each) for each in _PHONE.findall(text))
    yield from (social_token(each) for each in _URL.findall(text))


def tokens_of_texts(texts: Collection[str]) -> Iterator[Token]:
    """The same of all cells of a row, and each short cell as a name with every domain or company that stands beside."""
    for text in texts:
        yield from tokens_of_text(text)
    short = [text for text in texts if len(text) <= 80 and "@" not in text]
    beside = {domain for text in texts for domain in _DOMAIN.findall(text)} | {text for text in short if text}
    names = [text for text in short if 1 < len(fold_words(text)) < 6]
    if len(names) * len(beside) <= 2500:
        for name in names:
            yield from name_tokens(name, beside - {name})


def key_hash(token: Token) -> bytes:
    """32 bytes under the installation's key.

    Raises RuntimeError when no key is set.
    """
    key = settings().erasure_key
    if key is None or len(key.get_secret_value()) < 16:
        raise RuntimeError(
            "LEADHOUSE_ERASURE_KEY is not set, or shorter than 16 characters: erased people could not be kept out. "
            "`leadhouse up` makes one; it must be the key under which they were erased."
        )
    text = f"{token.kind}\x00{token.value}".encode("utf-8", "replace")
    return hmac.digest(key.get_secret_value().encode(), _PURPOSE + text, hashlib.sha256)


def find_erased(connection: Connection[Any], tokens: Iterable[Token]) -> frozenset[Token]:
    """Those of the tokens that belong to erased people: one indexed look-up, whatever their number."""
    hashes = {key_hash(token): token for token in set(tokens)}
    if not hashes:
        return frozenset()
    found = connection.execute(load("suppression").find_erased_keys, {"hashes": list(hashes)})
    return frozenset(hashes[bytes(row["key_hash"])] for row in found)
