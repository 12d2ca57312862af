"""Profiles of the company on social networks; share links, posts and persons' profiles are told apart."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from leadhouse.extraction import hosts, structured, vocabulary
from leadhouse.extraction.context import Findings, SiteContext, around_block, third_party
from leadhouse.extraction.page import Link, Mark, Page
from leadhouse.extraction.vocabulary import words
from leadhouse.records import Value

_NETWORKS = {
    "facebook.com": "facebook", "fb.com": "facebook",
    "fb.me": "facebook", "instagram.com": "instagram", "linkedin.com": "linkedin",
    "twitter.com": "x", "x.com": "x", "youtube.com": "youtube",
    "tiktok.com": "tiktok", "pinterest.com": "pinterest", "xing.com": "xing",
    "github.com": "github", "gitlab.com": "gitlab", "vimeo.com": "vimeo",
    "threads.net": "threads", "threads.com": "threads", "bsky.app": "bluesky",
    "t.me": "telegram", "telegram.me": "telegram", "vk.com": "vk",
    "flickr.com": "flickr", "behance.net": "behance", "dribbble.com": "dribbble",
    "medium.com": "medium", "soundcloud.com": "soundcloud",
    "twitch.tv": "twitch", "snapchat.com": "snapchat", "yelp.com": "yelp",
    "tripadvisor.com": "tripadvisor", "crunchbase.com": "crunchbase",
    "mastodon.social": "mastodon", "discord.gg": "discord", "discord.com": "discord",
}  # fmt: skip
_RESERVED = {
    "facebook": (
        "sharer sharer.php share share.php dialog plugins tr login photo photo.php photos watch events "
        "groups hashtag story.php policy.php privacy help legal business ads permalink.php policies "
        "settings gaming marketplace about reel video.php 2008 wordpress facebook"
    ),
    "instagram": "p reel reels explore tv stories accounts about legal developer press web direct instagram",
    "x": "share intent home hashtag search i privacy tos login signup settings explore wordpress twitter x about",
    "youtube": (
        "watch embed playlist results feed shorts redirect t howyoutubeworks about v live premium ads "
        "iframe_api post youtube attribution_link"
    ),
    "linkedin": (
        "sharearticle share sharing cws legal feed learning jobs pulse posts uas login signup authwall "
        "help psettings comm embed linkedin groups"
    ),
    "github": (
        "features about pricing login join sponsors orgs topics marketplace explore contact security "
        "site customer-stories enterprise settings apps collections trending new issues pulls search "
        "wordpress github twbs"
    ),
    "pinterest": "pin search ideas login about",
    "tiktok": "embed tag music login share discover legal foryou",
    "vimeo": "video channels categories ondemand groups api help features upgrade blog",
    "telegram": "share joinchat s iv",
    "medium": "m tag about p policy",
    "vk": "share.php widget_comments.php",
    "xing": "spi app social share start companies",
    "yelp": "search writeareview",
    "discord": "api channels oauth2",
    "flickr": "explore search photos/tags",
    "tripadvisor": "WidgetEmbed",
}
_RESERVED_SETS = {network: frozenset(words.lower().split()) for network, words in _RESERVED.items()}
_PREFIXES = {
    "linkedin": {"company", "school", "showcase", "organization", "in", "pub"},
    "youtube": {"c", "channel", "user"},
    "facebook": {"pages", "people", "pg", "profile.php", "p"},
    "behance": set(),
}
_PLACEHOLDER = re.compile(
    (
        r"^@?(?:your[-_.]?\w*|username|user|example|company|companyname|profile|mypage|page|yourpage"
        r"|handle|name|account|placeholder|#|home|index\.html?|undefined|null|link|url|\{.*|%.*|\[.*|xxx+"
        r"|test|demo|template)$"
    ),
    re.I,
)
_THEME_HANDLES = words(
    "html5up startbootstrap sbootstrap bootstrapmade colorlib templatemo tooplate wix wixcom squarespace "
    "weebly godaddy jimdo wordpress wordpressdotcom shopify webflow elegantthemes themeforest envato "
    "elementor "
    "ajlkn getbootstrap fontawesome bootstrap jekyll gohugoio hexojs ghost netlify vercel wpastra "
    "oceanwp generatepress divi cloudflare google googleanalytics apple microsoft"
)


def network_of(url: str) -> str | None:
    """The network a URL belongs to."""
    host = urlsplit(url).hostname or ""
    return _NETWORKS.get(".".join(host.lower().split(".")[-2:]))


def profile(url: str) -> tuple[str, str] | str | None:
    """(canonical profile URL, handle); or a reason word why the URL is no profile; None for other hosts."""
    try:
        parts = urlsplit(url if "//" in url[:8] else f"https://{url}")
        network = network_of(parts.geturl())
    except ValueError:
        return None
    if network is None:
        return None
    segments = [segment for segment in parts.path.split("/") if segment and segment not in {"#!", "en", "de", "fr"}]
    if not segments:
        return "empty_profile"
    first = segments[0].lower()
    if first == "profile.php":
        number = parse_qs(parts.query).get("id", [""])[0]
        return (f"https://www.facebook.com/profile.php?id={number}", number) if number.isdigit() else "empty_profile"
    if first in _RESERVED_SETS.get(network, frozenset()) or "share" in first.split("."):
        return "share_link"
    return _handle(network, parts.netloc, segments, url)


def _handle(network: str, netloc: str, segments: list[str], url: str) -> tuple[str, str] | str:
    prefixes = _PREFIXES.get(network)
    first = segments[0].lower()
    if prefixes and first in prefixes:
        if len(segments) < 2:
            return "empty_profile"
        handle = (
            segments[2]
            if first in {"pages", "people"} and len(segments) > 2 and segments[1] == "category"
            else segments[1]
        )
        keep = segments[: 3 if first in {"pages", "people", "p"} else 2]
    elif network == "linkedin":
        return "share_link"
    elif (
        (network == "youtube" and not first.startswith("@") and len(segments) > 1 and first not in {"c", "user"})
        or (len(segments) > 1 and segments[1].lower() in _POST_WORDS)
        or (network in {"github", "gitlab", "medium"} and len(segments) > 1)
    ):
        return "post"
    else:
        handle, keep = segments[0], segments[:1]
    if _PLACEHOLDER.match(handle):
        return "placeholder"
    scheme = "https://"
    return scheme + netloc.lower() + "/" + "/".join(keep), handle


_POST_WORDS = words(
    "status posts photos videos p reel reels permalink events statuses about reviews photo video albums "
    "media tagged shop feed"
)


def extract_socials(page: Page, site: SiteContext, names: tuple[str, ...], findings: Findings) -> None:
    """Put profiles into `findings`; links of persons go to the people's extractor, not here."""
    for url in _declared(page):
        found = profile(url)
        if isinstance(found, tuple):
            findings.accept("social_url", Value(value=found[0], confidence=0.9, raw=url[:300], locator="json-ld"))
        elif found:
            findings.reject("social_url", url, found, "json-ld")
    for link in page.links:
        if network_of_safe(link.url):
            _judge(page, link, site, names, findings)


def network_of_safe(url: str) -> str | None:
    """`network_of` for any text."""
    try:
        return network_of(url)
    except ValueError:
        return None


def _declared(page: Page) -> list[str]:
    urls: list[str] = []
    for item, key, _ in structured.nested(page.json_ld + page.microdata):
        kinds = structured.types_of(item)
        if "person" in kinds or key in {"author", "review", "founder", "employee", "member"}:
            continue
        urls.extend(url for url in structured.texts_of(item.get("sameAs")) if url.startswith("http"))
    return urls


def _judge(page: Page, link: Link, site: SiteContext, names: tuple[str, ...], findings: Findings) -> None:
    found = profile(link.url)
    spot = around_block(page, link.block, link.text)
    in_header = link.marks & (Mark.HEADER | Mark.NAV)
    locator = "link:footer" if link.marks & Mark.FOOTER else "link:header" if in_header else "link:main"
    if not isinstance(found, tuple):
        if found:
            findings.reject("social_url", link.url, found, locator)
        return
    url, handle = found
    reason = _reason(link, handle, third_party(spot), url)
    relation = _relation(handle, site, names)
    if reason and not (relation >= 0.8 and reason in {"partner", "testimonial"}):
        findings.reject("social_url", url, reason, locator)
        return
    score = 0.45 + 0.35 * relation
    if link.marks & (Mark.FOOTER | Mark.HEADER | Mark.NAV | Mark.CONTACT | Mark.ADDRESS):
        score += 0.2
    if link.marks & (Mark.ARTICLE | Mark.PARTNER | Mark.PORTFOLIO | Mark.TEAM):
        score -= 0.2
    if len(link.text.split()) > 4 or _inside_sentence(link, spot.block_text):
        score -= 0.25
    if relation == 1.0 and hosts.fold(handle) in {hosts.fold(name) for name in (hosts.brand_label(site.host), *names)}:
        score = max(score, 0.86)  # the very name: wherever on the page it stands
    score = min(0.97, max(0.05, score))
    if score < 0.4:
        findings.reject("social_url", url, "third_party", locator)
        return
    findings.accept("social_url", Value(value=url, confidence=round(score, 3), raw=link.url[:300], locator=locator))


_SITE_WIDE = Mark.FOOTER | Mark.HEADER


def _inside_sentence(link: Link, text: str) -> bool:
    return bool(link.text) and len(text) > len(link.text) + 60


def _reason(link: Link, handle: str, outsider: str | None, url: str) -> str | None:
    if link.marks & Mark.HIDDEN:
        return "hidden"
    if handle.lower().lstrip("@") in _THEME_HANDLES:
        return "theme_leftover"
    is_personal = "linkedin.com/in/" in url or "linkedin.com/pub/" in url
    if is_personal and not link.marks & _SITE_WIDE:
        return "person"  # in header or footer it is the owner's, who then is the company
    if outsider:
        return outsider
    if vocabulary.DESIGNER.search(f"{link.text} {link.label}"):
        return "designer"
    if link.marks & Mark.TEAM and not link.marks & (Mark.FOOTER | Mark.HEADER):
        return "person"
    return None


def _relation(handle: str, site: SiteContext, names: tuple[str, ...]) -> float:
    """How much a handle looks like the site's name, 0..1."""
    folded = hosts.fold(handle)
    best = 0.0
    for name in (hosts.brand_label(site.host), *names):
        other = hosts.fold(name)
        if len(other) < 3 or len(folded) < 3:
            continue
        if other in folded or folded in other:
            best = max(best, 1.0)
        else:
            shared = _longest_common(other, folded)
            best = max(best, min(0.9, shared / max(5, min(len(other), len(folded)))))
    return best


def _longest_common(left: str, right: str) -> int:
    left, right = left[:40], right[:40]
    for size in range(min(len(left), len(right)), 3, -1):
        if any(left[start : start + size] in right for start in range(len(left) - size + 1)):
            return size
    return 0
