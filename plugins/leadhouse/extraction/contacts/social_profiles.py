"""Addresses of social networks: which is a profile, in its canonical form, and which a share link, a post or nothing.

After the networks' own pages about profile addresses (Facebook pages, LinkedIn company pages, YouTube channel URLs).
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

from leadhouse.extraction.patterns.vocabulary import words

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
    "mastodon.social": "mastodon", "discord.gg": "discord", "discord.com": "discord", "reddit.com": "reddit",
    "tumblr.com": "tumblr", "youtu.be": "youtube", "kununu.com": "kununu", "ok.ru": "ok",
}  # fmt: skip
_HOSTS = {
    "facebook": "www.facebook.com", "instagram": "www.instagram.com", "linkedin": "www.linkedin.com", "x": "x.com",
    "youtube": "www.youtube.com", "tiktok": "www.tiktok.com", "pinterest": "www.pinterest.com", "xing": "www.xing.com",
    "vimeo": "vimeo.com", "telegram": "t.me", "github": "github.com", "bluesky": "bsky.app", "yelp": "www.yelp.com",
    "vk": "vk.com",
}  # fmt: skip
_RESERVED = {
    "facebook": (
        "sharer sharer.php l.php search share share.php dialog plugins tr login photo photo.php photos watch events "
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
    "xing": "spi app social share start",
    "reddit": "submit",
    "tumblr": "share widgets",
    "dribbble": "shots",
    "kununu": "bewerten",
    "ok": "dk",
    "yelp": "search writeareview",
    "discord": "api channels oauth2",
    "flickr": "explore search",
    "tripadvisor": "WidgetEmbed",
}
_RESERVED_SETS = {network: frozenset(words.lower().split()) for network, words in _RESERVED.items()}
_PREFIXES = {
    "linkedin": {"company", "school", "showcase", "organization", "in", "pub"},
    "youtube": {"c", "channel", "user"},
    "facebook": {"pages", "people", "pg", "profile.php", "p"},
    "xing": {"pages", "companies", "company", "profile", "net"},
    "yelp": {"biz"}, "bluesky": {"profile"}, "flickr": {"photos", "people"}, "snapchat": {"add"},
    "crunchbase": {"organization", "company", "person"}, "reddit": {"r", "user", "u"}, "discord": {"invite"},
    "kununu": {"de", "at", "ch"},
}  # fmt: skip
_BEHIND_HOST = re.compile(r"[/?#]")
_PINTEREST = re.compile(r"(?:^|\.)pinterest\.[a-z.]{2,6}$")
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
    "oceanwp generatepress divi cloudflare google googleanalytics apple microsoft themefisher "
    "themewagon w3layouts untree_co uicookies creativetim creative-tim mdbootstrap mdbootstrapofficial tailwindcss "
    "mobirise bootstrapthemes gatsbyjs nextjs jekyllrb mmistakes mademistakes sass_lang freehtml5co devcrud "
    "htmlcodex graygrids themezy cssninja webpixels froala tilda.cc tildapublishing strikingly duda hostinger ionos "
    "onepagelove aspirethemes forestryio stackbit cloudcannon creativebloq designmodo"
)


def network_of(url: str) -> str | None:
    """The network a URL belongs to; None for others and for what is no URL."""
    return _network_at(_BEHIND_HOST.split(url.partition("//")[2] if "//" in url[:8] else url, 1)[0])


@lru_cache(maxsize=20_000)
def _network_at(authority: str) -> str | None:
    try:
        host = (urlsplit(f"https://{authority}").hostname or "").lower()
    except ValueError:
        return None
    name = ".".join(host.split(".")[-2:])
    if name in _NETWORKS:
        return _NETWORKS[name]
    return "pinterest" if _PINTEREST.search(host) else None


def profile(url: str) -> tuple[str, str] | str | None:
    """(canonical profile URL, handle); or a reason word why the URL is no profile; None for other hosts."""
    network = network_of(url)
    if network is None:
        return None
    parts = urlsplit(url if "//" in url[:8] else f"https://{url}")
    segments = [segment for segment in parts.path.split("/") if segment and segment not in {"#!", "en", "de", "fr"}]
    if parts.netloc.lower().endswith("youtu.be"):
        return "post"
    if not segments:
        return "empty_profile"
    first = segments[0].lower()
    if first == "profile.php":
        number = parse_qs(parts.query).get("id", [""])[0]
        return (f"https://www.facebook.com/profile.php?id={number}", number) if number.isdigit() else "empty_profile"
    if first in _RESERVED_SETS.get(network, frozenset()) or "share" in first.split("."):
        return "share_link"
    return _handle(network, parts.netloc, segments)


def _handle(network: str, netloc: str, segments: list[str]) -> tuple[str, str] | str:
    prefixes = _PREFIXES.get(network, set())
    first = segments[0].lower()
    if first in prefixes:
        if len(segments) < 2:
            return "empty_profile"
        is_category = first == "pages" and len(segments) > 2 and segments[1] == "category"
        handle = segments[-1 if is_category else 1]
        keep = segments[: 3 if first in {"pages", "people", "p"} and network == "facebook" else 2]
        if first == "pg":
            keep = segments[1:2]
    elif network == "linkedin":
        return "share_link"
    elif _is_post(network, segments):
        return "post"
    else:
        handle, keep = segments[0], segments[:1]
    if _PLACEHOLDER.match(handle):
        return "placeholder"
    host = _HOSTS.get(network, netloc.lower())
    return f"https://{host}/" + "/".join(keep), handle


def _is_post(network: str, segments: list[str]) -> bool:
    first, second = segments[0].lower(), segments[1].lower() if len(segments) > 1 else ""
    if network == "youtube":
        return not first.startswith("@") and bool(second)
    if network in {"github", "gitlab", "medium"} and second:
        return True
    if network == "vimeo" and first.isdigit():
        return True
    return second in _POST_WORDS


def is_theme_handle(handle: str) -> bool:
    """Whether a handle is a theme maker's or a platform's, left behind in a template."""
    return handle.lower().lstrip("@") in _THEME_HANDLES


def is_person(url: str) -> bool:
    """Whether a profile's address is of the kind that persons have."""
    return bool(re.search(r"linkedin\.com/(?:in|pub)/|xing\.com/profile/|crunchbase\.com/person/", url))


_POST_WORDS = words(
    "status posts photos videos p reel reels permalink events statuses about reviews photo video albums media tagged"
)
