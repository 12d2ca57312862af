"""JSON-LD, microdata and Open Graph as extruct reads them; RDFa and microformats only where the bytes show some."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import extruct
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadhouse.extraction.markup import structured
from leadhouse.extraction.markup.embedded import syntaxes_in
from leadhouse.extraction.markup.parsing import parse

URL = "https://www.ahornhof.example/kontakt/"
ORGANIZATION = "itemscope itemtype='https://schema.org/Organization'"
ADDRESS = "itemscope itemtype='https://schema.org/PostalAddress'"


def extracted(markup: str, syntax: str) -> list[Any]:
    found: list[Any] = extruct.extract(markup, base_url=URL, syntaxes=[syntax])[syntax]
    return found


def as_item(found: Any, *, is_top: bool = True) -> Any:
    """One microdata item of extruct in JSON-LD's shape, white space folded; a circle's end (None) is left out.

    The text of an item that states nothing counts where it is a property: on its own it is the page's text once more.
    """
    if not isinstance(found, dict):
        return " ".join(found.split())
    kinds = found.get("type", [])
    item: dict[str, Any] = {"@type": kinds if isinstance(kinds, list) else [kinds]}
    if "id" in found:
        item["@id"] = found["id"]
    for name, values in found.get("properties", {}).items():
        key = name.rsplit("/", 1)[-1]
        stated = values if isinstance(values, list) else [values]
        stated = [as_item(value, is_top=False) for value in stated if value is not None]
        item[key] = [*item.get(key, []), *stated]
    if found.get("value") and not is_top:
        item["@value"] = as_item(found["value"])
    return {key: values for key, values in item.items() if values or key == "@type"}


MICRODATA = {
    "plain": f"<div {ORGANIZATION}><b itemprop=name>Ahornhof</b><i itemprop=telephone>0341 9876</i></div>",
    "nested": f"<div {ORGANIZATION}><span itemprop=name>A</span><div itemprop=address {ADDRESS}>"
    "<span itemprop=streetAddress>Weg 1</span><span itemprop=postalCode>04109</span></div></div>",
    "twice": f"<div {ORGANIZATION}><i itemprop=email>a@b.example</i><i itemprop=email>c@b.example</i></div>",
    "two names": f"<div {ORGANIZATION}><span itemprop='name legalName'>Ahornhof GmbH</span></div>",
    "two types": "<div itemscope itemtype='https://schema.org/Store https://schema.org/Place' itemid=' urn:x '>"
    "<span itemprop=name>A</span></div>",
    "no type": "<div itemscope><span itemprop=name>A</span></div>",
    "item in an item, no property": f"<div {ORGANIZATION}><span itemprop=name>A</span><div {ADDRESS}>"
    "<span itemprop=addressLocality>Leipzig</span></div></div>",
    "list of items": f"<div {ORGANIZATION}>"
    + "".join(f"<div itemprop=employee itemscope><span itemprop=name>{name}</span></div>" for name in ("P", "Q"))
    + "</div>",
    "addresses": f"<div {ORGANIZATION}><a itemprop=url href='../x'>x</a><link itemprop=sameAs href='//x.example/y'>"
    "<img itemprop=logo src=' logo.png '><object itemprop=image data=o.svg></object></div>",
    "values": f"<div {ORGANIZATION}><meta itemprop=vatID content=' DE1 '>"
    "<time itemprop=foundingDate datetime=1999>99</time><data itemprop=n value=7>seven</data>"
    "<span itemprop=geo content='1;2'>map</span><meter itemprop=m value=3>x</meter></div>",
    "text": f"<div {ORGANIZATION}><p itemprop=description>One\n  <b>two</b>&nbsp;three<script>no()</script></p></div>",
    "text only": f"<div {ORGANIZATION}><div itemprop=address {ADDRESS}>Weg 1, Leipzig</div></div>",
    "reference": f"<div {ORGANIZATION} itemref='a b none'><span itemprop=name>A</span></div>"
    "<p id=a itemprop=email>m@x.example</p><div id=b><span itemprop=telephone>1</span></div>",
    "reference to an item": f"<div {ORGANIZATION} itemref=adr><span itemprop=name>A</span></div>"
    f"<div id=adr itemprop=address {ADDRESS}><span itemprop=addressLocality>Leipzig</span></div>",
    "reference past another item": f"<div {ORGANIZATION} itemref=box></div><div id=box><span itemprop=name>A</span>"
    f"<div {ADDRESS}><span itemprop=addressLocality>L</span></div></div>",
    "property outside": f"<span itemprop=name>outside</span><div {ORGANIZATION}><span itemprop=name>A</span></div>",
    "vocabulary name": f"<div {ORGANIZATION}><span itemprop='https://schema.org/slogan'>S</span></div>",
    "empty value": f"<div {ORGANIZATION}><span itemprop=name></span><span itemprop=email>x@y.example</span></div>",
    "empty item": f"<div {ORGANIZATION}></div>",
}


@pytest.mark.parametrize("case", MICRODATA)
def test_microdata_is_what_extruct_reads(case: str) -> None:
    markup = f"<html><body>{MICRODATA[case]}</body></html>"
    ours = [without_empty(item) for item in parse(markup.encode(), URL).microdata]
    assert ours == [without_empty(as_item(item)) for item in extracted(markup, "microdata")]


def without_empty(item: Any) -> Any:
    if not isinstance(item, dict):
        return " ".join(item.split())
    kept = {
        key: [without_empty(value) for value in values if value] if isinstance(values, list) else values
        for key, values in item.items()
    }
    return {key: values for key, values in kept.items() if values or key == "@type"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([
    "<div itemscope itemprop=a>", "<div itemscope itemtype=http://schema.org/Person>", "<p itemprop='a b'>",
    "text ", "</div>", "</p>", "<span itemprop=c>v</span>", "<meta itemprop=d content=e>", "<a itemprop=u href=x>y</a>",
]), max_size=14))  # fmt: skip
def test_microdata_of_any_nesting_is_what_extruct_reads(parts: list[str]) -> None:
    markup = "<html><body><div>x" + "".join(parts)
    from selectolax.lexbor import LexborHTMLParser

    tidy = LexborHTMLParser(markup).html or ""  # the same tree for both: how tags close is the parsers' affair
    ours = [without_empty(item) for item in parse(tidy.encode(), URL).microdata]
    assert ours == [without_empty(as_item(item)) for item in extracted(tidy, "microdata")]


JSON_LD = {
    "one": '{"@type": "Organization", "name": "A"}',
    "list": '[{"@type": "Organization", "name": "A"}, {"@type": "Person", "name": "P"}]',
    "several types": '{"@type": ["Organization", "LocalBusiness"], "name": "A"}',
    "nested": '{"@type": "Store", "address": {"@type": "PostalAddress", "addressLocality": "L"}, "x": [1, null, true]}',
    "line comment": '// made by a plug-in\n{"@type": "Store", "url": "https://x.example/a//b"}',
    "comments": '{"@type": "Store", /* the name */ "name": "A /* not a comment */", // end\n "x": 1}',
    "trailing commas": '{"@type": "Store", "name": "A,}", "sameAs": ["https://x.example/a",], }',
    "markup comment": '<!-- SEO -->\n{"@type": "Store", "name": "A"}',
    "control characters": '{"@type": "Store", "name": "A\tB\nC"}',
    "unicode": '{"@type": "Store", "name": "M\\u00fcller \\ud83c\\udf41 & S\u00f6hne"}',
    "empty": '{"@type": "Store"}',
    "number": "17",
}


@pytest.mark.parametrize("case", JSON_LD)
def test_json_ld_is_what_extruct_reads(case: str) -> None:
    markup = f"<html><head><script type='application/ld+json'>{JSON_LD[case]}</script></head><body>x</body></html>"
    assert parse(markup.encode(), URL).json_ld == extracted(markup, "json-ld")


def test_json_ld_graph_is_opened() -> None:
    script = '{"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, {"@type": "Store", "name": "A"}]}'
    markup = f"<html><head><script type='application/ld+json'>{script}</script></head><body>x</body></html>"
    assert parse(markup.encode(), URL).json_ld == extracted(markup, "json-ld")[0]["@graph"]


@pytest.mark.parametrize(
    "script",
    [
        "{&quot;@type&quot;: &quot;Store&quot;, &quot;name&quot;: &quot;A&quot;}",
        '//<![CDATA[\n{"@type": "Store", "name": "A"}\n//]]>',
        '{"@type": "Store", "name": "A"};',
        '{"@type": "Store", "name": "A", "x": "it\\\'s"}',
    ],
)
def test_json_ld_that_extruct_gives_up_on(script: str) -> None:
    """extruct loses all JSON-LD of a page for one broken script; ours loses that script alone."""
    markup = (
        f"<html><head><script type='application/ld+json'>{script}</script>"
        "<script type='application/ld+json'>{oops</script>"
        '<script type=\'application/ld+json\'>{"@type": "Person"}</script></head><body>x</body></html>'
    )
    found = parse(markup.encode(), URL).json_ld
    assert [structured.types_of(item) for item in found] == [{"store"}, {"person"}]
    assert found[0]["name"] == "A"


OPEN_GRAPH = {
    "plain": "<meta property='og:site_name' content='Ahornhof'><meta property='og:type' content='website'>",
    "images": "<meta property='og:image' content='a.png'><meta property='og:image:width' content='10'>"
    "<meta property='og:image' content='b.png'><meta property='og:image' content=''>",
    "other vocabularies": "<meta property='article:author' content='P'><meta property='twitter:card' content='x'>"
    "<meta property='product:price' content='1'>"
    "<meta property='fb:app_id' content='2'><meta property='name' content='y'>",
    "white space": "<meta property='og:title' content='  A \n B '>",
    "by name only": "<meta name='og:title' content='A'>",
    "no content": "<meta property='og:title'>",
    "twice": "<meta property='og:title' content='A'><meta property='og:title' content='B'>",
}


@pytest.mark.parametrize("case", OPEN_GRAPH)
@pytest.mark.parametrize("prefix", ["", "og: https://ogp.me/ns# fb: https://ogp.me/ns/fb#"])
def test_open_graph_is_what_extruct_reads(case: str, prefix: str) -> None:
    body = "<body><meta property='og:url' content='x'>y</body>"
    markup = f"<html prefix='{prefix}'><head>{OPEN_GRAPH[case]}</head>{body}</html>"
    theirs = [tuple(pair) for entry in extracted(markup, "opengraph") for pair in entry["properties"]]
    assert parse(markup.encode(), URL).open_graph == theirs


RDFA = (
    "<body vocab='https://schema.org/'><div typeof='Organization'><span property='name'>Ahornhof</span>"
    "<a property='email' href='mailto:info@ahornhof.example'>mail</a>"
    "<div property='address' typeof='PostalAddress'><span property='addressLocality'>Leipzig</span></div></div>"
)
CARD = (
    "<body><div class='h-card'><a class='p-name p-org u-url' href='/'>Ahornhof</a><span class='p-tel'>0341 9876</span>"
    "<p class='p-adr h-adr'><i class='p-street-address'>Weg 1</i><i class='p-locality'>Leipzig</i></p></div>"
    "<div class='vcard'><b class='fn'>Anna Huber</b><i class='role'>Director</i><i class='org'>Other Ltd</i></div>"
)


def test_rdfa_comes_by_extruct() -> None:
    (item,) = parse(RDFA.encode(), URL).microdata
    assert structured.types_of(item) == {"organization"}
    assert structured.text_of(item["name"]) == "Ahornhof"
    assert structured.text_of(item["address"][0]["addressLocality"]) == "Leipzig"


def test_microformats_come_by_extruct() -> None:
    company, person = parse(CARD.encode(), URL).microdata
    assert structured.types_of(company) == {"organization"}
    assert structured.text_of(company["name"]) == "Ahornhof"
    assert structured.text_of(company["telephone"]) == "0341 9876"
    assert company["address"][0]["streetAddress"] == ["Weg 1"]
    assert (person["@type"], person["name"], person["jobTitle"]) == (["Person"], ["Anna Huber"], ["Director"])


@pytest.mark.parametrize(
    ("markup", "syntaxes"),
    [
        (RDFA, ["rdfa"]),
        (CARD, ["microformat"]),
        ("<script>if (typeof window === 'undefined') {}</script>", []),
        ("<ol vocab='https://schema.org/' typeof='BreadcrumbList'><li typeof='ListItem'>", []),
        ("<span class='author vcard'><a class='url fn n'>Anna</a></span>", []),
        ("<p>Download our vcard</p>", []),
        (RDFA + " " * 400_000, []),
    ],
)
def test_only_facts_wake_extruct(markup: str, syntaxes: list[str]) -> None:
    assert syntaxes_in(markup) == syntaxes


def test_ordinary_pages_never_load_extruct() -> None:
    page = (
        f"<head><meta property='og:title' content=A><script type='application/ld+json'>{JSON_LD['one']}</script></head>"
        f"<body><span class='author vcard'>x</span><p typeof=ListItem>{MICRODATA['nested']}<p>Tel. 0341 987654</body>"
    )
    program = (
        "import sys\nfrom datetime import datetime, UTC\n"
        "from leadhouse.extraction.company_site import extract_page\n"
        "from leadhouse.extraction.attribution.context import SiteContext\n"
        f"extract_page({page.encode()!r}, {URL!r}, 'text/html', SiteContext(host='x.example'), datetime.now(UTC))\n"
        "print(sorted({'extruct', 'rdflib', 'bs4', 'lxml', 'mf2py'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
