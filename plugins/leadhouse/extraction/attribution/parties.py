"""Whose contact block a candidate stands in: the lines above it, the company they name, the mailbox beside it.

`context.third_party` looks at a candidate's own line and headings. Here the block speaks: an imprint lists its owner,
its designer and its chamber in the same form, and what tells them apart is the name or role some lines above.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from leadhouse.extraction.attribution import hosts
from leadhouse.extraction.attribution.context import (
    Findings,
    SiteContext,
    Surroundings,
    affinity,
    is_about_staff,
    role_of,
    third_party,
)
from leadhouse.extraction.contact_links import contact_score
from leadhouse.extraction.markup.page import Mark, Page
from leadhouse.extraction.patterns import vocabulary
from leadhouse.extraction.patterns.guarded import guarded

_LINES_UP = 7
_LINES_DOWN = 5
_MAIL_DOWN = 3
_MAIL = re.compile(r"(?<=[\w+-])@((?:[\w-]{1,63}\.){1,8}[a-z]{2,24})", re.I)
_BEFORE, _AFTER = 80, 240  # characters of a long line that count as a candidate's neighbourhood
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_LEAD_OF_NAME = re.compile(r".*(?:[:|•·©–]|\b(?:by|von|par|da|por|door|bei|c/o)\b)\s*", re.S | re.I)
_SENTENCE_END = re.compile(r"(?<=[a-zß-ÿ]{3})[.!?]\s+(?=[A-ZÀ-Þ])")
_ITEM_END = re.compile(r"\s[|·•–—]\s|\s{2,}")
_MEMBERSHIP = guarded(
    r"\bmitglied (?:im|bei|der|des|von)\b|\bmembers? of (?!our|my|your|us\b|the (?:team|public|staff|family))"
    r"|\bmembre (?:de la|du|des)\b|\bmiembro de (?:la|el)\b|\blid van (?!ons|het team)|\bmedlem (?:av|af|i) (?!v[åo]r)"
    r"|\bčlenem\b|\btagja\b|\bregistered with the\b"
    r"|\b(?:aderente|associat[oa]|iscritt[oa]|affiliat[oa]) (?:a|al|alla|all['’]|ad)\b|\baffiliated (?:to|with)\b"
    r"|\bregulated by\b|\baccredited by\b|\baangesloten bij\b|\bczłonek\b|\bmembro d",
    re.I,
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_CARE_OF = re.compile(r"^\s*(?:c/o|z\. ?hd|p/a|chez)\b", re.I)


@dataclass(slots=True)
class Owner:
    """Who the site belongs to, as far as its page tells: the host and names, best first."""

    host: str
    names: tuple[str, ...] = ()
    keys: tuple[str, ...] = field(default=(), init=False)
    _asked: tuple[str, bool] = field(default=("", False), init=False)

    def __post_init__(self) -> None:
        brand = hosts.fold(hosts.brand_label(self.host))
        bare = [hosts.fold(vocabulary.LEGAL_FORM.sub("", name)) for name in self.names]
        self.keys = tuple({key for key in (brand, *bare) if len(key) >= 4})

    def is_named_in(self, text: str) -> bool:
        """Whether a line names the owner, or a mailbox or host of its own."""
        folded = _folded(text)
        return any(key in folded for key in self.keys)

    def is_headed(self, text: str) -> bool:
        """Whether a short text is hardly more than the owner's name."""
        folded = _folded(text)
        return any(key in folded and len(folded) <= len(key) + 12 for key in self.keys)

    def is_kin(self, text: str) -> bool:
        """Whether a company's name opens with the word that the owner's opens with: a subsidiary, a branch abroad."""
        named = _LEAD_OF_NAME.sub("", text)
        first = _folded(re.split(r"[\s,]+", named.strip())[0])
        return len(first) >= 5 and any(key.startswith(first) for key in self.keys)

    def without_names(self, text: str) -> str:
        """A text without the owner's names, whose words say nothing of a role: insurers, chambers, hosts have sites."""
        if not text or (len(text) <= 80 and text.isprintable() and self.is_headed(text)):
            return ""
        return _without(text, self.names)

    def is_own_mail(self, domain: str) -> bool:
        """Whether mail to a domain reaches the owner: its own, one like it, or free mail."""
        return affinity(domain, self.host, self.names) >= 0.5

    def has_mail_on(self, page: Page) -> bool:
        """Whether the page shows a mailbox on the owner's own domain."""
        if page.url != self._asked[0]:
            own = hosts.registrable(self.host)
            self._asked = page.url, any(hosts.registrable(match[1]) == own for match in _MAIL.finditer(page.text))
        return self._asked[1]


_folded = lru_cache(maxsize=20_000)(hosts.fold)


@lru_cache(maxsize=20_000)
def _without(text: str, names: tuple[str, ...]) -> str:
    for name in names:
        for form in (name, vocabulary.LEGAL_FORM.sub("", name).strip(" ,")):
            if len(form) >= 4 and form.casefold() in text.casefold():
                text = re.sub(re.escape(form), " ", text, flags=re.I)
    return text


def owner_names(page: Page, site: SiteContext, findings: Findings) -> tuple[str, ...]:
    """Names of the owner that this page's findings give, best first; what an imprint alone introduces is left out.

    A legal name in running text, of a privacy policy for one, is as often a processor's.
    """
    names = [value.value for value in findings.of("name")[:3] if value.confidence >= 0.5 and value.locator != "imprint"]
    names = [site.name_hint, *names] if site.name_hint else names
    is_contact_page = contact_score(page.url) >= 0.6
    known = Owner(site.host, tuple(names))
    legal = [value.value for value in findings.of("legal_name")[:1] if value.confidence >= 0.5]
    return tuple([name for name in legal if is_contact_page or known.is_named_in(name)] + names)


def whose(page: Page, spot: Surroundings, owner: Owner | None) -> str | None:
    """Why a candidate is somebody else's (a role, ``other_company``, ``third_party``), or None: it is the owner's."""
    reason = _whose(page, spot, owner)
    if reason == "authority" and owner is not None and _is_beside_own_mail(page, spot, owner):
        return None  # ``Lawyer, admitted to the bar of ...``, and how to reach that lawyer
    return reason


def _is_beside_own_mail(page: Page, spot: Surroundings, owner: Owner) -> bool:
    """Whether a mailbox on the owner's own domain stands behind a candidate, on its line or the next few."""
    if spot.start < 0 or "@" not in spot.block_text:
        return False
    own = hosts.registrable(owner.host)
    for count, text in enumerate(page.text[spot.start : spot.start + _AFTER].split("\n")[: _MAIL_DOWN + 1]):
        if text not in spot.block_text or (count and (len(text) > _BEFORE or role_of(_MAIL.sub("", text)))):
            return False
        if match := _MAIL.search(text):
            return hosts.registrable(match[1]) == own
    return False


def _whose(page: Page, spot: Surroundings, owner: Owner | None) -> str | None:
    if (reason := third_party(spot)) and (owner is None or third_party(_without_names(spot, owner))):
        return reason
    if owner is None or spot.start < 0 or not page.blocks:
        return None
    lines = _lines_above(page, spot.start)
    if lines and is_membership(owner.without_names(lines[0])):
        return "authority"
    for index, text in enumerate(lines):
        if owner.is_named_in(text):
            return _role_behind(text, owner)
        if any(owner.is_own_mail(match[1]) for match in _MAIL.finditer(text)):
            return None
        if reason := _role_in(text):
            return reason
        if _names_company(text):
            if owner.is_kin(text):
                return None
            label = lines[index + 1] if index + 1 < len(lines) else ""
            return _role_in(label) or (None if _may_be_owner(page, spot, text, label, owner) else "other_company")
    if spot.marks & (Mark.FOOTER | Mark.HEADER):
        return None
    return _by_mail(page, spot, lines, owner)


def _without_names(spot: Surroundings, owner: Owner) -> Surroundings:
    return replace(
        spot,
        before=owner.without_names(spot.before),
        above=owner.without_names(spot.above),
        outline=tuple(owner.without_names(heading) for heading in spot.outline),
    )


def _lines_above(page: Page, start: int) -> list[str]:
    """The line of the candidate up to it, then lines above it, nearest first, as far as its block reaches."""
    begin, _ = page.line_at(start)
    lines = [page.text[max(begin, start - 200) : start]]
    block = page.block_at(start)
    end = begin - 1
    for _ in range(_LINES_UP):
        if end <= 0:
            break
        begin = page.text.rfind("\n", 0, end) + 1
        above = page.block_at(begin)
        if (above.marks ^ block.marks) & (Mark.FOOTER | Mark.HEADER | Mark.NAV) or above.outline[-2:] != block.outline[
            -2:
        ]:
            break
        lines.append(page.text[max(begin, end - 200) : end])
        if above.tag in _HEADINGS:
            break
        end = begin - 1
    return [line for line in lines if line.strip()]


@lru_cache(maxsize=20_000)
def _role_in(text: str) -> str | None:
    """The role that a line gives: a label, or the sentence that leads to the candidate."""
    if len(text) > 200:
        return None
    sentence = _SENTENCE_END.split(text)[-1]
    return role_of(_MAIL.sub("", _ADDRESS.sub("", sentence)))


@lru_cache(maxsize=20_000)
def is_membership(text: str) -> bool:
    """Whether the last item of a line speaks of a body that the owner belongs to, whose contacts then follow."""
    sentence = _ITEM_END.split(_SENTENCE_END.split(text)[-1])[-1]
    return _MEMBERSHIP.search(sentence) is not None


def _role_behind(text: str, owner: Owner) -> str | None:
    """The role that a sentence gives after it has named the owner (``... is a member of the Guild, 1 High St``)."""
    sentence = _ITEM_END.split(_SENTENCE_END.split(text)[-1])[-1]
    if (match := _MEMBERSHIP.search(sentence)) is None or not owner.is_named_in(sentence[: match.start()]):
        return None
    return None if owner.is_named_in(sentence[match.end() :]) else "authority"


@lru_cache(maxsize=20_000)
def _names_company(text: str) -> bool:
    """Whether a short line names a company with its legal form."""
    if len(text) > 160 or _CARE_OF.match(text):
        return False
    form = vocabulary.LEGAL_FORM.search(text)
    return bool(
        form
        and form[0] != "Co."
        and re.search(r"[A-ZÀ-Þ][\w&.'’-]+[ ,]+$", _LEAD_OF_NAME.sub("", text[: form.start()]))
    )


def _may_be_owner(page: Page, spot: Surroundings, text: str, label: str, owner: Owner) -> bool:
    """Operators often bear another name than their site: an imprint's first company, or one labelled as operator."""
    if not owner.names or spot.marks & (Mark.FOOTER | Mark.HEADER):
        return True
    if vocabulary.IMPRINT_OWNER.search(text) or (len(label) <= 90 and vocabulary.IMPRINT_OWNER.search(label)):
        return True
    if contact_score(page.url) < 0.65:
        return not owner.has_mail_on(page) and contact_score(page.url) >= 0.5
    first = next(
        (
            block.text
            for block in page.blocks
            if not block.marks & (Mark.NAV | Mark.HEADER) and _first_named(block.text)
        ),
        "",
    )
    return text.strip() in first or any(is_about_staff(heading) for heading in spot.outline)


def _first_named(text: str) -> bool:
    return any(_names_company(line) for line in text.split("\n")[:6])


def _by_mail(page: Page, spot: Surroundings, lines: list[str], owner: Owner) -> str | None:
    """A block whose only mailbox is a stranger's is the stranger's, where the owner shows one of its own elsewhere."""
    if "@" not in page.text:
        return None
    domains = [match[1] for line in lines for match in _MAIL.finditer(line)]
    end = page.line_at(spot.start)[0]
    for _ in range(_LINES_DOWN):
        begin, stop = page.line_at(min(end, len(page.text)))
        block = page.block_at(min(begin, len(page.text) - 1))
        if begin > spot.start and (block.tag in _HEADINGS or block.outline[-2:] != spot.outline[-2:]):
            break
        around = max(begin, spot.start - _BEFORE), min(stop, spot.start + _AFTER)
        domains.extend(match[1] for match in _MAIL.finditer(page.text, *around))
        end = stop + 1
        if end >= min(len(page.text), spot.start + _AFTER):
            break
    if not domains or any(owner.is_own_mail(domain) for domain in domains):
        return None
    return "third_party" if owner.has_mail_on(page) else None
