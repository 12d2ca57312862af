"""Domains: the registrable part by the public suffix list shipped with tldextract (no network), and free mail hosts."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import tldextract

from leadhouse.extraction.patterns.vocabulary import words

_EXTRACT = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
_RESERVED = words("example test invalid localhost local tld domain internal lan")  # RFC 2606 and customs
FREE_MAIL = words(
    "gmail.com googlemail.com hotmail.com outlook.com live.com msn.com yahoo.com ymail.com aol.com "
    "icloud.com me.com mac.com proton.me protonmail.com "
    "pm.me gmx.de gmx.net gmx.at gmx.ch gmx.com web.de t-online.de freenet.de arcor.de online.de "
    "posteo.de mailbox.org mail.de 1und1.de vodafone.de kabelmail.de "
    "orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr hotmail.fr yahoo.fr outlook.fr "
    "live.fr libero.it virgilio.it tiscali.it alice.it tin.it "
    "hotmail.it yahoo.it pec.it legalmail.it arubapec.it outlook.it telefonica.net hotmail.es "
    "yahoo.es outlook.es terra.com.br uol.com.br bol.com.br hotmail.co.uk yahoo.co.uk "
    "btinternet.com btconnect.com sky.com talktalk.net virginmedia.com ntlworld.com bigpond.com "
    "optusnet.com.au xtra.co.nz telenet.be skynet.be ziggo.nl "
    "planet.nl kpnmail.nl hetnet.nl xs4all.nl home.nl online.no telia.com hotmail.se hotmail.no "
    "bluewin.ch hispeed.ch aon.at chello.at wp.pl o2.pl onet.pl interia.pl "
    "seznam.cz email.cz centrum.cz azet.sk freemail.hu citromail.hu mail.ru yandex.ru yandex.com "
    "bk.ru list.ru inbox.ru rediffmail.com yahoo.in yahoo.co.in "
    "sltnet.lk qq.com 163.com 126.com foxmail.com naver.com hanmail.net mweb.co.za telkomsa.net "
    "absamail.co.za vodamail.co.za comcast.net verizon.net att.net sbcglobal.net "
    "bellsouth.net cox.net charter.net earthlink.net rogers.com shaw.ca telus.net sympatico.ca "
    "videotron.ca zoho.com mail.com fastmail.com hey.com tutanota.com tuta.io"
)
# Hosts that publish for others: the company's own name stands left of them, and their own domain proves nothing.
PLATFORMS = words(
    "github.io gitlab.io netlify.app vercel.app pages.dev web.app firebaseapp.com herokuapp.com "
    "wordpress.com blogspot.com wixsite.com weebly.com squarespace.com "
    "webflow.io myshopify.com jimdofree.com jimdosite.com jimdo.com surge.sh glitch.me onrender.com "
    "carrd.co business.site strikingly.com godaddysites.com"
)
_COUNTRY_TLDS_SOLD_TO_ALL = words(
    "io co ai me tv cc ly to gg fm am ws nu sh la vc is so im ac st su gl ms eu cd dj fo as bz pw"
)
_SECOND_LEVEL = re.compile(r"\.(?:com|net|org|gov|gob|edu|ac|co)\.[a-z]{2}$", re.I)  # sold to residents: ``.com.co``
_TLD_COUNTRY = {"uk": "GB", "su": "RU"}
_PLATFORM_ENDS = tuple(f".{platform}" for platform in sorted(PLATFORMS))


@lru_cache(maxsize=1)
def _suffixes() -> frozenset[str]:
    """The whole public suffix list, wildcards (``*.ck``) as they stand."""
    return frozenset(_EXTRACT.tlds)


@lru_cache(maxsize=20_000)
def registrable(host: str) -> str:
    """Registrable domain of a host, lower case; a platform's customer keeps their label; else the host itself."""
    host = host.lower().strip(".")
    plain = host.removeprefix("www.")
    label, dot, suffix = plain.partition(".")
    if dot and "." not in suffix and suffix.isalpha() and plain.isascii() and label.replace("-", "").isalnum():
        known = _suffixes()  # the usual host, which the trie takes ten times as long for
        if plain not in known and f"*.{suffix}" not in known:
            return plain
    try:
        found = _EXTRACT.extract_str(host)
    except (ValueError, UnicodeError):
        return host
    if found.top_domain_under_public_suffix or "." not in host or host.replace(".", "").isdigit():
        return found.top_domain_under_public_suffix or host
    return ".".join(host.split(".")[-2:])  # a suffix the list does not know, such as a private one


@lru_cache(maxsize=20_000)
def has_public_suffix(host: str) -> bool:
    """Whether the host ends in a suffix of the public suffix list and is more than that suffix."""
    try:
        found = _EXTRACT.extract_str(host.lower())
    except (ValueError, UnicodeError):
        return False
    return bool(found.suffix and found.domain and host.rsplit(".", 1)[-1] not in _RESERVED)


@lru_cache(maxsize=20_000)
def brand_label(host: str) -> str:
    """The label that carries the brand: ``kanzlei-spreewald`` of ``www.kanzlei-spreewald.de``."""
    return registrable(host).split(".")[0]


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Letters and digits alone, lower case, accents and umlauts written out or dropped; for comparing."""
    if text.isascii():
        text = text.lower()
        if text.isalnum():
            return text
        return text.replace("&", "and").encode("ascii").translate(None, _NO_ALNUM).decode("ascii")
    text = text.casefold().translate(_SPELLED)
    return _NO_LETTER.sub("", unicodedata.normalize("NFKD", text))  # marks that combine are no letters, either


_NO_LETTER = re.compile(r"[\W_]+")
_NO_ALNUM = bytes(code for code in range(128) if not chr(code).isalnum())
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "æ": "ae", "å": "a", "&": " and "})


_COLOMBIAN = (".com.co", ".org.co", ".edu.co", ".net.co", ".gov.co")  # .co itself is sold to all


@lru_cache(maxsize=20_000)
def country_of_host(host: str) -> str | None:
    """ISO country of a country-code top-level domain; none for generic ones and those sold to everybody."""
    suffix = host.rsplit(".", 1)[-1].lower()
    if host.lower().endswith(_COLOMBIAN):
        return "CO"
    if (
        len(suffix) != 2
        or not suffix.isalpha()
        or (suffix in _COUNTRY_TLDS_SOLD_TO_ALL and not _SECOND_LEVEL.search(host))
        or registrable(host) in PLATFORMS
    ):
        return None
    if host.endswith(_PLATFORM_ENDS):
        return None
    return _TLD_COUNTRY.get(suffix, suffix.upper())
