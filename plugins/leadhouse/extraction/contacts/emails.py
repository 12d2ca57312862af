"""E-mail addresses of a page, each with whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote

from leadhouse.extraction.attribution import hosts
from leadhouse.extraction.attribution.context import (
    MAX_CANDIDATES,
    Findings,
    SiteContext,
    Surroundings,
    affinity,
    around,
    around_link,
)
from leadhouse.extraction.attribution.makers import Makers
from leadhouse.extraction.attribution.parties import Owner, whose
from leadhouse.extraction.markup import structured
from leadhouse.extraction.markup.page import Link, Mark, Page
from leadhouse.records import Value

_LOCAL = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
# Letters of a domain: ASCII and Latin ones with marks (IDNA); scripts without blanks between words may touch it.
_LABEL = r"[a-z0-9\u00df-\u024f](?:[a-z0-9\u00df-\u024f-]{0,61}[a-z0-9\u00df-\u024f])?"
EMAIL = re.compile(
    rf"(?<![a-z0-9_\u00c0-\u024f.@/])({_LOCAL})@((?:{_LABEL}\.)+(?:xn--[a-z0-9-]{{2,59}}|[a-z]{{2,24}}))"
    r"(?![a-z0-9_\u00c0-\u024f@-])",
    re.I,
)
_ASSET = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|avif|css|js|ico|woff2?|mp4|pdf)$", re.I)
_PLACEHOLDER_DOMAIN = re.compile(
    r"^(?:(?:[\w-]+\.)?(?:example|exemple|ejemplo|esempio|beispiel|exempel|eksempel|voorbeeld|przyklad"
    r"|test|sample|demo|dummy)\.[a-z.]{2,6}"
    r"|(?:your|my|ihre?|deine?|votre|tu|su|uw|jouw|company|the)-?(?:theme|template|domain|company|site|website|email"
    r"|mail|business|firma|name|domena|dominio)s?\.[a-z.]{2,6}"
    r"|your-?(?:theme|template|site|website|domain|company|business|store|shop|brand)s?-?(?:demo|name|here"
    r"|test)?\.[a-z.]{2,7}"
    r"|(?:domain|domaine|dominio|website|site|sitename|company|companyname|untitled"
    r"|placeholder|address|adresse)\.(?:com|org|net|de|fr|it|es|tld|ext|xyz|co|no|se)"
    r"|e?-?mail\.(?:tld|ext|xyz|co)"
    r"|mustermann\.de|musterfirma\.de|musterdomain\.de|mysite\.com|yoursite\.com|sentry\.io"
    r"|.*\.sentry\.io|sentry-next\.wixpress\.com|wixpress\.com|schema\.org|w3\.org"
    r"|(?:.*\.)?example\.\w+)$",
    re.I,
)
_PLACEHOLDER_LOCAL = re.compile(
    r"^(?:(?:your|ihre?|deine?|votre|vos|tu|su|uw|jouw|din|deres|la-?(?:vostra|tua)|twoj|voce"
    r"|seu)(?:[._-]?(?:e-?mail|name|nom|nombre|nome|mail|id|adresse|address|epost|here|company))?"
    r"|(?:john|jane|max|erika|mario|marie|jean|juan|joe)[._-]?(?:doe|smith|mustermann|musterfrau|rossi"
    r"|dupont|perez|bloggs)|(?:e-?mail|name|user|username|someone|somebody|you|me|my|xxx+|abc|test"
    r"|example|placeholder|first(?:name)?[._-]?last(?:name)?|vorname[._-]?nachname|nombre|nome"
    r"|prenom[._-]nom|etunimi(?:[._-]sukunimi)?|(?:fornavn|förnamn|fornamn)(?:[._-]\w+)?|imie[._-]nazwisko"
    r"|jmeno[._-]prijmeni|foo|bar|alice|bob|johndoe|firstname)"
    r"(?:[._-]?(?:e-?mail|name|address|here|id|\d{1,3}))?)$",
    re.I,
)
# A stranger's placeholder is told by its local part only where the domain is no more than a generic mail word.
_GENERIC_DOMAIN = re.compile(
    r"^(?:mail|e-?mail|epost|gmail|company|domain|domaine|exemple|example|site|website|web|provider"
    r"|adresse|address|firma|foo|bar|abc|xyz|acme|email-?provider)\.[a-z.]{2,6}$",
    re.I,
)
_NAME_FORM = re.compile(  # ``etunimi.sukunimi@``: how the company's mailboxes are made, no mailbox
    r"^(?:etunimi|fornavn|förnamn|fornamn|vorname|imie|jmeno|prenom|first-?name|nome|nombre|voornaam)[._-]"
    r"(?:sukunimi|etternavn|efternavn|efternamn|nachname|nazwisko|prijmeni|nom|last-?name|cognome|apellidos?|achternaam)$",
    re.I,
)
_ROLE_LOCAL = re.compile(
    r"^(?:info|contact|kontakt|contacto|contatti|contato|office|hello|hallo|hola|hi|mail|post|sales"
    r"|ventas|vertrieb|verkauf|admin|support|service|team|welcome|enquir\w*|inquir\w*|booking\w*"
    r"|reserv\w*|praxis|kanzlei|buero|secretariat|segreteria|hr|jobs?|career\w*|rh|recrut\w*|bewerbung"
    r"|presse?|press|marketing|amministrazione|administra\w+)$",
    re.I,
)
_THEME_DOMAIN = re.compile(r"^(?:[\w-]*[-.])?(?:your)?(?:themes?|templates?|demo|demosite)(?:-[\w-]+)?\.", re.I)
_TECHNICAL = re.compile(
    r"^(?:git|noreply|no-reply|donotreply|mailer-daemon|postmaster|hostmaster|abuse|webmaster|root|nobody)$", re.I
)
_DOCUMENT = re.compile(
    r"privacy|datenschutz|confidential|terms|conditions|cookie|agb|cgu|cgv|policy|privacidad"
    r"|riservatezza|legal-?terms|rechtsbehelf",
    re.I,
)
_POST = re.compile(
    r"/(?:blog|news|post|posts|artikel|article|articles|aktuelles|actualit\w+|notizie|noticias|press"
    r"|presse|events?|jobs?|offers?|\d{4}/\d{2})(?:/|\.|$)",
    re.I,
)


@dataclass(slots=True)
class _Candidate:
    address: str
    raw: str
    spot: Surroundings
    way: str


def clean(text: str) -> str | None:
    """Normalise one address (lower case, percent decoding, trailing punctuation); None when it is no address."""
    text = unquote(text).strip().strip(" .,;:<>()[]\"'\u201c\u201d\u00ab\u00bb").lower()
    text = re.sub(r"\s+", "", text) if " " in text and text.count("@") == 1 else text
    match = EMAIL.search(text)
    if match is None or len(match[0]) > 254 or len(match[1]) > 64:
        return None
    address = match[0].lower().lstrip("'/=`*|").removeprefix("mailto:").removeprefix("u003e").removeprefix("u003c")
    local, _, domain = address.rpartition("@")
    if not local or _ASSET.search(domain) or ".." in address:
        return None
    return address if domain.isascii() else _with_a_labels(local, domain)


def _with_a_labels(local: str, domain: str) -> str | None:
    """An address as mail servers know it: its domain in A-labels (RFC 5890)."""
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None


def from_mailto(href: str) -> list[str]:
    """Addresses of a mailto link, also malformed: ``mailto://``, doubled scheme, blanks, nothing before ``?``."""
    text = unquote(href.partition(":")[2])
    text = re.sub(r"^(?:\s|/|mailto:|%20)+", "", text, flags=re.I)
    recipients = text.partition("?")[0]
    found = [clean(part) for part in re.split(r"[,;]", recipients)]
    return [address for address in found if address]


def _candidates(page: Page) -> list[_Candidate]:
    found: list[_Candidate] = []
    for link in page.actions:
        if link.url[:7].lower() == "mailto:":
            spot = _link_spot(page, link)
            found.extend(_Candidate(address, link.url, spot, "mailto") for address in from_mailto(link.url))
    found.extend(
        _Candidate(address, text, Surroundings("", "", "", "", (), 0), "json-ld")
        for text in structured.contact_texts(page.json_ld + page.microdata, ("email",))
        if (address := clean(text))
    )
    if "@" in page.text:
        linked = {item.address for item in found}
        for match in islice(addresses_in(page.text), MAX_CANDIDATES):
            if address := clean(match[0]):
                address = _unglued(address, linked)
                found.append(_Candidate(address, match[0], around(page, match.start(), match.end()), "text"))
    return found


def addresses_in(text: str) -> Iterator[re.Match[str]]:
    """Where addresses stand in a text; the pattern runs around at-signs alone."""
    at, end = text.find("@"), 0
    while at >= 0:
        if match := EMAIL.search(text, max(end, at - 64), at + 256):
            yield match
            end = match.end()
        at = text.find("@", max(at + 1, end))


def _unglued(address: str, linked: set[str]) -> str:
    """An address without the label that the markup set against it (``Emailinfo@...``)."""
    for known in linked:
        if address != known and address.endswith(known):
            return known
    return re.sub(r"^(?:e-?mail|mail)(?=[a-z0-9]{3,}@)", "", address)


def _link_spot(page: Page, link: Link) -> Surroundings:
    spot = around_link(page, link)
    spot.marks |= link.marks & Mark.HIDDEN
    return spot


def placeholder_reason(address: str, site_host: str = "") -> str | None:
    """``placeholder`` for addresses that stand in for a real one; ``technical`` for machines'; None otherwise.

    A name of RFC 2606 (``.example``) is a placeholder unless the site itself lives there, as test worlds do.
    """
    local, _, domain = address.rpartition("@")
    shares_suffix = domain.rsplit(".", 1)[-1] == site_host.rsplit(".", 1)[-1]
    if _NAME_FORM.match(local):
        return "placeholder"
    if _PLACEHOLDER_DOMAIN.match(domain) or not (shares_suffix or hosts.has_public_suffix(domain)):
        return "placeholder"
    if _PLACEHOLDER_LOCAL.match(local) and (domain in hosts.FREE_MAIL or _GENERIC_DOMAIN.match(domain)):
        return "placeholder"
    if _TECHNICAL.match(local) and local not in {"webmaster", "postmaster", "hostmaster"}:
        return "technical"
    return None


def extract_emails(
    page: Page, site: SiteContext, names: tuple[str, ...], findings: Findings, owner: Owner | None = None
) -> None:
    """Put every address of the page into `findings`: as a value with its confidence, or with the reason against it."""
    candidates = _candidates(page)
    makers = Makers(page)
    own = any(affinity(_domain(item.address), site.host, names) >= 0.9 for item in candidates)
    for item in candidates:
        locator = f"{item.way}:{item.spot.region}" if item.way != "json-ld" else "json-ld"
        reason = _reason(page, site, item, names, owner)
        if reason is None and affinity(_domain(item.address), site.host, names) < 0.9:
            reason = "designer" if makers.has_mail_at(_domain(item.address)) else None
        if own and reason is None and affinity(_domain(item.address), site.host, names) < 0.5:
            reason = "theme_leftover" if item.way == "json-ld" else "third_party"  # beside the company's own domain
        if reason:
            findings.reject("email", item.address, reason, locator)
            continue
        confidence = _confidence(page, site, item, names, has_own=own)
        findings.accept("email", Value(value=item.address, confidence=confidence, raw=item.raw[:200], locator=locator))
    for block in page.hidden:
        for match in addresses_in(block.text):
            if address := clean(match[0]):
                findings.reject("email", address, "hidden", "text:hidden")


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _reason(page: Page, site: SiteContext, item: _Candidate, names: tuple[str, ...], owner: Owner | None) -> str | None:
    if item.spot.marks & Mark.HIDDEN:
        return "hidden"
    if reason := placeholder_reason(item.address, site.host):
        return reason
    domain = item.address.rpartition("@")[2]
    close = affinity(domain, site.host, names)
    if close >= 0.9:
        return None
    if item.spot.marks & Mark.CODE:
        return "code"
    reason = whose(page, item.spot, owner)
    if reason and not (close >= 0.7 and reason in {"testimonial", "partner"}):
        return reason
    if close < 0.5:
        return _stranger_reason(page, item)
    return None


def _stranger_reason(page: Page, item: _Candidate) -> str | None:
    """An address on an unrelated domain stands for the company only where a company puts its contacts."""
    if _POST.search(page.url) or item.spot.marks & (Mark.ARTICLE | Mark.PORTFOLIO):
        return "third_party"
    if _DOCUMENT.search(page.url) and item.spot.region == "main":
        return "third_party"
    if item.spot.marks & Mark.PARTNER:
        return "partner"
    if _THEME_DOMAIN.match(_domain(item.address)):
        return "theme_leftover"
    return None


def _confidence(page: Page, site: SiteContext, item: _Candidate, names: tuple[str, ...], *, has_own: bool) -> float:
    local, _, domain = item.address.rpartition("@")
    close = affinity(domain, site.host, names)
    score = {1.0: 0.95, 0.9: 0.92, 0.75: 0.8, 0.5: 0.72}.get(close, 0.5)
    if item.way == "mailto":
        score += 0.02
    if item.spot.region in {"footer", "address", "header"}:
        score += 0.02
    if close < 0.9 and has_own:
        score -= 0.1
    if close == 0.5 and any(hosts.fold(name)[:5] and hosts.fold(name)[:5] in hosts.fold(local) for name in names):
        score += 0.1
    if item.spot.marks & Mark.COLLAPSED:
        score -= 0.1
    if _ROLE_LOCAL.match(local):
        score += 0.01
    if _POST.search(page.url) and close < 1:
        score -= 0.2
    return round(min(0.99, max(0.05, score)), 3)
