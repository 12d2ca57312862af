"""What the pages of one site say together: agreement over pages, best name first, nothing for a template."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import Any

from leadhouse.extraction.attribution import hosts
from leadhouse.extraction.attribution.context import affinity
from leadhouse.extraction.contact_links import contact_score
from leadhouse.extraction.contacts.dialled_numbers import to_e164
from leadhouse.extraction.contacts.social_profiles import network_of
from leadhouse.extraction.markup.page import safe_host
from leadhouse.extraction.site.facts import Fact, Sightings, SiteFacts
from leadhouse.extraction.site.names import rank_names
from leadhouse.extraction.site.people import rank_people
from leadhouse.records import AddressParts, CompanyAttribute, Extraction, Value

_ACCEPT = 0.5


def _gather(extractions: list[Extraction]) -> dict[str, dict[str, Sightings]]:
    found: dict[str, dict[str, Sightings]] = defaultdict(lambda: defaultdict(Sightings))
    for extraction in extractions:
        for company in extraction.companies:
            for attribute, values in company.values.items():
                for value in values:
                    key = _key(attribute, value)
                    found[attribute.value][key].items.append((value, extraction.unit_key))
    return found


def _key(attribute: CompanyAttribute, stated: Value) -> str:
    value = stated.value
    if attribute in {CompanyAttribute.NAME, CompanyAttribute.LEGAL_NAME}:
        return hosts.fold(value)
    if attribute == CompanyAttribute.SOCIAL_URL:
        bare = re.sub(r"^https?://(?:www\.|m\.|[a-z]{2}\.|web\.|mobile\.)?", "", value.lower())
        return bare.replace("twitter.com", "x.com").rstrip("/")
    if attribute == CompanyAttribute.ADDRESS:
        if stated.parts and stated.parts.postal_code and stated.parts.street:
            return _place(stated.parts)
        return hosts.fold(re.sub(r"stra(?:ß|ss)e\b|str\.", "str", value.lower()))[:18]
    return value


def _place(parts: AddressParts) -> str:
    """What two spellings of one address share: the code, the number, how the street's longest word begins."""
    street = re.sub(r"stra(?:ß|ss)e\b|str\.", "str", (parts.street or "").lower())
    longest = max(re.split(r"[\s,./-]+", street), key=len)
    return f"{hosts.fold(parts.postal_code or '')} {hosts.fold(parts.house_number or '')} {hosts.fold(longest)[:6]}"


def summarise(extractions: list[Extraction]) -> SiteFacts:
    """Join the extractions of one site (one host's pages, any order)."""
    if not extractions:
        return SiteFacts(reason="no pages")
    host = Counter(safe_host(extraction.unit_key) for extraction in extractions).most_common(1)[0][0]
    facts = SiteFacts(host=host)
    found = _gather(extractions)
    _late_phones(extractions, found)
    _weigh_rejections(extractions, found)
    page_count = max(1, sum(1 for extraction in extractions if extraction.companies))
    for attribute in (
        "email",
        "phone_e164",
        "fax_e164",
        "social_url",
        "address",
        "vat_id",
        "register_id",
        "country_code",
        "language",
        "industry_code",
        "employee_band",
        "technology",
    ):
        facts.facts[attribute] = _rank(attribute, found.get(attribute, {}), page_count)
    facts.facts["employee_band"].sort(key=lambda fact: (-fact.confidence, -_lowest(fact.value)))
    facts.facts["email"] = _own_domain(facts.facts["email"], host)
    for attribute in ("email", "phone_e164"):
        facts.facts[attribute] = _shown(facts.facts[attribute])
    facts.facts["phone_e164"] = _without_extensions(facts.facts["phone_e164"])
    facts.facts["address"] = _whole(facts.facts["address"])
    facts.facts["social_url"] = _one_voice(facts.facts["social_url"], page_count)
    facts.facts["name"] = rank_names(found, facts)
    facts.facts["legal_name"] = _rank("legal_name", found.get("legal_name", {}), page_count)
    facts.people = rank_people(extractions)
    facts.reason = _nobody(extractions, facts)
    facts.evidence = _evidence(facts, extractions)
    return facts


def _late_phones(extractions: list[Extraction], found: dict[str, dict[str, Sightings]]) -> None:
    """Numbers in national form get the site's country, where their page knew none or guessed another."""
    country = _country(found.get("country_code", {}))
    if country is None:
        return
    for extraction in extractions:
        for rejection in extraction.rejections:
            if rejection.reason == "no_country" and (number := to_e164(rejection.value, country)):
                value = Value(value=number, confidence=0.7, raw=rejection.value, locator=rejection.locator)
                found["phone_e164"][number].items.append((value, extraction.unit_key))
    for group in list(found["phone_e164"].values()):
        for item in list(group.items):
            value, url = item
            if not value.raw or value.raw.lstrip("( ").startswith(("+", "00")):
                continue
            number = to_e164(value.raw, country)
            if number and number != value.value:
                group.items.remove(item)
                found["phone_e164"][number].items.append((value.model_copy(update={"value": number}), url))


_SAYS_NO = frozenset(
    ["fax", "designer", "hosting", "authority", "data_protection_officer", "processor", "other_company", "placeholder"]
)


def _weigh_rejections(extractions: list[Extraction], found: dict[str, dict[str, Sightings]]) -> None:
    """What as many pages call a third party's, or a fax, as state it plainly, is that."""
    against: dict[tuple[str, str], set[str]] = defaultdict(set)
    for extraction in extractions:
        for rejection in extraction.rejections:
            if rejection.reason in _SAYS_NO:
                against[rejection.attribute, rejection.value].add(extraction.unit_key)
    for (attribute, value), pages in against.items():
        group = found.get(attribute, {}).get(value)
        if group is None:
            continue
        stating = {url for _, url in group.items}
        if len(pages - stating) >= len(stating):  # a page that says both leaves it open
            group.items.clear()


def _country(sightings: dict[str, Sightings]) -> str | None:
    ranked = _rank("country_code", {code: group for code, group in sightings.items() if group.items}, 1)
    return ranked[0].value if ranked else None


def _rank(attribute: str, sightings: dict[str, Sightings], page_count: int) -> list[Fact]:
    facts = []
    for group in sightings.values():
        if not group.items:
            continue
        value, url = group.usual() if attribute == "address" else group.best()
        pages = group.pages
        confidence = (
            value.confidence + (0.05 if pages > 1 else 0) + (0.1 * min(1.0, pages / page_count) if pages > 1 else 0)
        )
        if contact_score(url) >= 0.9:
            confidence += 0.03
        locators = tuple(sorted({item.locator or "" for item, _ in group.items}))
        facts.append(Fact(attribute, value.value, round(min(0.99, confidence), 3), pages, url, locators))
    facts.sort(key=lambda fact: (-fact.confidence, fact.value))
    return [fact for fact in facts if fact.confidence >= _ACCEPT]


def _lowest(band: str) -> int:
    return int(re.sub(r"\D.*", "", band) or 0)


def _own_domain(emails: list[Fact], host: str) -> list[Fact]:
    """Where the site has mailboxes of its own, an address on a stranger's domain is a stranger's."""
    close = {fact.value: affinity(fact.value.rpartition("@")[2], host) for fact in emails}
    has_own = any(score >= 0.9 for score in close.values())
    return [fact for fact in emails if not has_own or close[fact.value] >= 0.5 or fact.confidence >= 0.8]


def _shown(contacts: list[Fact]) -> list[Fact]:
    """Contacts that stand in structured data alone give way where people are shown others: data outlives redesigns."""
    visible = [fact for fact in contacts if any(not locator.startswith("json-ld") for locator in fact.locators)]
    own = {fact.value.rpartition("@")[2] for fact in visible}
    return [fact for fact in contacts if not visible or fact in visible or fact.value.rpartition("@")[2] in own - {""}]


def _whole(addresses: list[Fact]) -> list[Fact]:
    """Without those that repeat a part of another one: the street alone, the town alone."""
    kept: list[Fact] = []
    for fact in sorted(addresses, key=lambda each: (not re.search(r"\d{4}", each.value), -each.confidence)):
        words = {hosts.fold(word) for word in re.split(r"[\s,]+", fact.value) if len(word) > 3}
        known = [{hosts.fold(word) for word in re.split(r"[\s,]+", other.value)} for other in kept]
        if not any(
            len(words & other) >= 0.6 * len(words) for other in known if words and not re.search(r"\d{4}", fact.value)
        ):
            kept.append(fact)
    return sorted(kept, key=lambda fact: (-fact.confidence, fact.value))


def _without_extensions(phones: list[Fact]) -> list[Fact]:
    """A number that continues another one is that one with an extension dialled after it."""
    numbers = {fact.value for fact in phones}
    return [
        fact for fact in phones if not any(fact.value != other and fact.value.startswith(other) for other in numbers)
    ]


def _one_voice(profiles: list[Fact], page_count: int) -> list[Fact]:
    """Per network the profile most pages show; a stranger's profile on few pages of many is content."""
    most = Counter[str]()
    for fact in profiles:
        network = network_of(fact.value) or ""
        most[network] = max(most[network], fact.pages)
    kept = []
    for fact in profiles:
        if page_count >= 4 and all(locator == "json-ld" for locator in fact.locators):
            continue  # a plug-in's form filled once: of many pages none links to what a company uses
        is_rare = page_count >= 4 and fact.pages / page_count <= 0.25
        is_beaten = fact.pages * 4 <= most[network_of(fact.value) or ""]
        if not (is_beaten or (is_rare and fact.confidence < 0.85)):
            kept.append(fact)
    return kept


def _nobody(extractions: list[Extraction], facts: SiteFacts) -> str | None:
    """Why the site states nothing: no page could be read, or only a theme speaks."""
    kinds = Counter(kind for extraction in extractions for kind in extraction.not_read)
    readable = sum(1 for extraction in extractions if extraction.companies)
    if not readable:
        return kinds.most_common(1)[0][0] if kinds else "nothing read"
    placeholders = sum(
        1
        for extraction in extractions
        for rejection in extraction.rejections
        if rejection.reason in {"placeholder", "theme_leftover", "template"} and not _is_post(extraction.unit_key)
    )
    confirmed = any(facts.facts.get(name) for name in ("email", "phone_e164", "address", "vat_id", "register_id"))
    if (placeholders or kinds["template"]) and not confirmed:
        return "template"
    labels = (
        re.split(r"[.\-]", host_part) if (host_part := facts.host.removesuffix(hosts.registrable(facts.host))) else []
    )
    if set(labels) & {"template", "templates", "demo", "demos", "theme", "themes"}:
        return "template"  # a vendor shows a theme below its own domain
    return None


def _is_post(url: str) -> bool:
    """Whether a page is a post, by its address: examples in what a company writes say nothing of its site."""
    return bool(re.search(r"/(?:blog|news|posts?|articles?|\d{4}/\d{1,2})(?:/|$)", url))


def _evidence(facts: SiteFacts, extractions: list[Extraction]) -> list[dict[str, Any]]:
    if facts.reason:
        return [{"attribute": "site", "reason": facts.reason, "pages": len(extractions)}]
    return [
        {
            "attribute": fact.attribute,
            "value": fact.value,
            "confidence": fact.confidence,
            "pages": fact.pages,
            "url": fact.url,
            "from": list(fact.locators),
        }
        for group in facts.facts.values()
        for fact in group
    ]
