"""Addresses hidden from harvesters, and decoys laid out for them: what a person would read counts."""

from __future__ import annotations

import base64
import codecs
import html
from datetime import UTC, datetime

import pytest

from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company_site import extract_page
from leadhouse.extraction.markup.parsing import parse
from leadhouse.extraction.markup.script_addresses import address_in
from leadhouse.records import CompanyAttribute, Extraction

HOST = "www.ahornhof.de"
ADDRESS = "info@ahornhof.de"


def read(markup: str) -> Extraction:
    body = f"<html><body><h1>Ahornhof</h1><p>Kontakt</p>{markup}</body></html>".encode()
    return extract_page(
        body, f"https://{HOST}/kontakt", "text/html", SiteContext(host=HOST), datetime(2026, 1, 5, tzinfo=UTC)
    )


def emails(markup: str) -> set[str]:
    (company,) = read(markup).companies
    return {value.value for value in company.values.get(CompanyAttribute.EMAIL, ())}


def cloudflare(address: str, key: int = 0x5A) -> str:
    return bytes([key, *(byte ^ key for byte in address.encode())]).hex()


def entities(text: str) -> str:
    return "".join(f"&#{ord(char)};" if place % 2 else f"&#x{ord(char):X};" for place, char in enumerate(text))


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def backwards(text: str) -> str:
    return text[::-1]


TOKEN = cloudflare(ADDRESS)
ENCODED = codecs.encode("mailto:" + ADDRESS, "rot13")
CODES = ",".join(str(ord(char)) for char in ADDRESS)
HIDDEN = {
    "cloudflare, in text": f"<p><span class=__cf_email__ data-cfemail={TOKEN}>[email&#160;protected]</span>",
    "cloudflare, in a link": f"<a href='/cdn-cgi/l/email-protection#{TOKEN}'>Mail</a>",
    "cloudflare, both": f"<a href='/cdn-cgi/l/email-protection' data-cfemail={TOKEN}>[email protected]</a>",
    "entities": f"<p>{entities(ADDRESS)}</p>",
    "entities in mailto": f"<a href='{entities('mailto:' + ADDRESS)}'>Mail</a>",
    "percent escapes": "<a href='mailto:%69nfo%40ahornhof.de'>Mail</a>",
    "named entity": "<p>info&commat;ahornhof&period;de</p>",
    "split by elements": "<p>info<b>@</b><span>ahornhof</span>.<i>de</i></p>",
    "split by comments": "<p>info<!-- > no <b> -->@ahornhof<!---->.de</p>",
    "soft hyphens": "<p>info&shy;@ahorn&#8203;hof.de</p>",
    "decoy inside, inline style": "<p>info<span style='display: none'>.nospam</span>@ahornhof.de</p>",
    "decoy inside, style element": "<style>.x{color:red} .hp , #hq { display : none }</style>"
    "<p>info<i class='a hp'>no</i>@ahornhof.de",
    "decoy inside, hidden": "<p>info@<b hidden>null.</b>ahornhof.de</p>",
    "reversed, style": f"<p><span style='unicode-bidi:bidi-override; direction: rtl'>{backwards(ADDRESS)}</span></p>",
    "reversed, class": "<style>.r{direction:rtl;unicode-bidi:bidi-override}</style>"
    f"<span class=r>{backwards(ADDRESS)}</span>",
    "reversed, bdo": f"<bdo dir=rtl>{backwards(ADDRESS)}</bdo>",
    "picture of an at-sign": "<p>info<img src=at.png alt='@'>ahornhof.de</p>",
    "icon of an at-sign": "<p>info<i class='fa fa-at'></i>ahornhof.de</p>",
    "mailto icon": f"<a href='mailto:{ADDRESS}'><i class='fa fa-envelope'></i></a>",
    "mailto with a web scheme": f"<a href='http://mailto:{ADDRESS}'>Mail</a>",
    "data attributes in parts": "<a data-user=info data-domain=ahornhof data-tld=de>Mail</a>",
    "data attribute, whole": f"<a href='#' data-email='{ADDRESS}'>Mail</a>",
    "data attribute, spoken": "<span data-mail='info [at] ahornhof [dot] de'></span>",
    "data attribute, ROT13": f"<a data-enc-email='{codecs.encode('info[at]ahornhof.de', 'rot13')}'>Mail</a>",
    "data attribute, base64": f"<a data-email='{in_base64(ADDRESS)}'>Mail</a>",
    "script, joined": "<script>document.write('<a href=\"mai' + 'lto:info' + '@' + \"ahornhof.de\" + '\">');</script>",
    "script, variables": "<script>var user = 'info'; var at='@', host = \"ahornhof.de\";"
    "document.write(user + at + host);</script>",
    "script, character codes": f"<script>location.href='mailto:'+String.fromCharCode({CODES});</script>",
    "script, escapes": "<script>document.write(unescape('%6d%61%69%6c%74%6f%3ainfo%40ahornhof.de'));</script>",
    "script, base64": f"<script>el.href = 'mailto:' + atob('{in_base64(ADDRESS)}')</script>",
    "script, reversed": f"<script>m = '{backwards(ADDRESS)}'.split('').reverse().join('');show('mailto:' + m)</script>",
    "script, list": "<script>a.href='mailto:' + ['info', 'ahornhof.de'].join('@');</script>",
    "script, replaced": "<script>x.href = 'mailto:info#ahornhof.de'.replace('#', '@')</script>",
    "script, ROT13": f"<a href='javascript:open(rot13(\"{ENCODED}\"))'>Mail</a>",
    "event handler": "<a href='#' onclick=\"location.href='mailto:'+'info'+'@'+'ahornhof.de'\">Mail</a>",
    "javascript link": "<a href=\"javascript:location='mai'+'lto:info'+'@'+'ahornhof.de'\">Mail</a>",
}


@pytest.mark.parametrize("case", HIDDEN)
def test_hidden_address_is_read(case: str) -> None:
    assert emails(HIDDEN[case]) == {ADDRESS}


SPOKEN = [
    "info (at) ahornhof (dot) de", "info[at]ahornhof.de", "info {at} ahornhof {dot} de", "info&lt;at&gt;ahornhof.de",
    "info at ahornhof dot de", "info (ät) ahornhof.de", "info [Klammeraffe] ahornhof [Punkt] de",
    "info (arobase) ahornhof (point) de", "info (arroba) ahornhof (punto) de", "info [chiocciola] ahornhof [punto] de",
    "info (małpa) ahornhof (kropka) de", "info (zavináč) ahornhof (tečka) de", "info (собака) ahornhof (точка) de",
    "info (равлик) ahornhof (крапка) de", "info (kukac) ahornhof (pont) de", "info [apenstaartje] ahornhof [punt] de",
    "info (snabel-a) ahornhof (punkt) de", "info (krøllalfa) ahornhof (prikk) de",
    "info (ät-merkki) ahornhof (piste) de",
    "info (παπάκι) ahornhof (τελεία) de", "info (kuyruklu a) ahornhof (nokta) de", "info(アット)ahornhof.de",
    "info (골뱅이) ahornhof (닷) de", "info @ ahornhof.de", "info_at_ahornhof.de", "E-Mail: info at ahornhof.de",
    "info(a)ahornhof.de", "info[@]ahornhof.de", "info＠ahornhof．de",
]  # fmt: skip


@pytest.mark.parametrize("text", SPOKEN)
def test_spoken_address_is_read(text: str) -> None:
    assert emails(f"<p>{text}</p>") == {ADDRESS}


DECOYS = {
    "inline": "<p style='display:none'>trap@ahornhof.de</p>",
    "invisible": "<p style='visibility: hidden'>trap@ahornhof.de</p>",
    "off the page": "<div style='position:absolute;left:-9999px'>trap@ahornhof.de</div>",
    "no size": "<p style='font-size:0'>trap@ahornhof.de</p>",
    "class": "<style>@media print{.q{display:none}} .hp{visibility:hidden}</style><p class=hp>trap@ahornhof.de</p>",
    "id": "<style>#hp,.other{display:none !important}</style><p id=hp>trap@ahornhof.de</p>",
    "link": "<a href='mailto:trap@ahornhof.de' style='display:none'>x</a>",
    "attribute": "<p hidden><a href='mailto:trap@ahornhof.de'>trap@ahornhof.de</a></p>",
    "comment": "<!-- trap@ahornhof.de -->",
    "template": "<template><p>trap@ahornhof.de</p></template>",
}


@pytest.mark.parametrize("case", DECOYS)
def test_decoy_is_no_address(case: str) -> None:
    assert emails(f"<p>{ADDRESS}</p>{DECOYS[case]}<p>after</p>") == {ADDRESS}


def test_media_rules_hide_nothing_on_a_screen() -> None:
    assert emails(f"<style>@media print {{ .np {{ display: none }} }}</style><p class=np>{ADDRESS}</p>") == {ADDRESS}


@pytest.mark.parametrize(
    "href",
    ["tel:+49341987654", "TEL: +49 (0)341 98 76 54", "tel://0341-987654", "tel:0049%20341%20987654",
     "callto:+49341987654",
     " tel:+49.341.987654 ", "http://tel:+49341987654", "tel:tel:+49341987654"],
)  # fmt: skip
def test_malformed_telephone_links(href: str) -> None:
    (company,) = read(f"<a href='{href}'><i class=icon></i></a>").companies
    assert [value.value for value in company.values[CompanyAttribute.PHONE_E164]] == ["+49341987654"]


@pytest.mark.parametrize(
    "script",
    ["var a = 'info'; var b = 'ahornhof'", "track('@ahornhof')", "x = y + '@' + z", "var css = '@media'",
     "'a'+" * 3000 + "'@'",
     "if (a['@type']) { b = \"@\" }", "fetch('mailto:')", "'" * 5000 + "@'", "x='" + "a" * 7000 + "@b.de'"],
)  # fmt: skip
def test_script_without_an_address(script: str) -> None:
    assert address_in(script) is None


def test_escaped_script_is_read_as_it_runs() -> None:
    assert address_in(html.escape("document.write('mailto:' + 'info' + '@' + 'ahornhof.de')")) == ADDRESS
    assert address_in(r"a.href = 'mailto:info\x40ahornhof\u002ede'") == ADDRESS


def test_ornament_before_an_address_is_no_part_of_it() -> None:
    page = parse(f"<p><i class='fa fa-at'></i> {ADDRESS}</p>".encode(), f"https://{HOST}/")
    assert page.text == ADDRESS
