"""Changes of a page's markup that change no fact of it: other tags, classes, blanks, quotes, order, encoding.

A relation between two answers needs no truth (T. Y. Chen and others, "Metamorphic Testing: A Review of Challenges and
Opportunities", ACM Computing Surveys 51, 2018). The pages are the goldens'; `LEADHOUSE_CORPUS` may
name a folder of saved sites (`sites/<slug>/www`, `gold.json`) that is asked beside them.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company_site import extract_page
from tests.extraction.test_golden_pages import PAGES, URLS

NOW = datetime(2026, 2, 3, tzinfo=UTC)
Change = Callable[[str, random.Random], str]

_PIECE = re.compile(
    r"(<!--.*?-->|<(script|style|textarea|title|pre|noscript|template)\b.*?</\2\s*>|<[^>]+>)", re.S | re.I
)
_TAG = re.compile(r"^<(?P<close>/?)(?P<name>[a-zA-Z][\w-]*)(?P<rest>[^<>]*?)(?P<end>/?)>$", re.S)
_ATTRIBUTE = re.compile(r"""([^\s=/"'<>]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_BLOCKS = (
    "div|p|section|article|main|header|footer|nav|aside|ul|ol|li|table|thead|tbody|tr|td|th|dl|dt|dd|h[1-6]|form"
    "|address"
)
_BETWEEN = re.compile(rf"(</?(?:{_BLOCKS}|html|head|body|meta|link)\b[^<>]*>)\s*(?=<)", re.I)
_PHONE = re.compile(r"(?<![\w@/.-])(\+?\d[\d ()]{3,8}\d[ /-]?)(\d[\d -]{2,12}\d)(?![\w@/.-])")
_NAME = re.compile(r"(?<![\w@.>])([A-ZÄÖÜÉŁŠ][a-zäöüéłšß]{2,12}) ([A-ZÄÖÜÉŁŠ][a-zäöüéłšß]{2,14})(?![\w@])")


def pieces(html: str) -> list[tuple[str, bool]]:
    """Tags, comments and raw elements (True) and the texts between them (False)."""
    found, at = [], 0
    for match in _PIECE.finditer(html):
        found += [(html[at : match.start()], False), (match[0], True)]
        at = match.end()
    return [piece for piece in [*found, (html[at:], False)] if piece[0]]


def on_text(html: str, change: Callable[[str], str]) -> str:
    """A page with its running text changed: not what stands in tags, scripts and the like."""
    return "".join(piece if is_tag else change(piece) for piece, is_tag in pieces(html))


def on_tags(html: str, change: Callable[[str, str, str, str], str]) -> str:
    """A page with its tags changed; `change` gets the slash, the name, the attributes and the closing slash."""

    def changed(piece: str) -> str:
        match = _TAG.match(piece)
        return change(match["close"], match["name"], match["rest"], match["end"]) if match else piece

    return "".join(changed(piece) if is_tag else piece for piece, is_tag in pieces(html))


def with_attributes(html: str, change: Callable[[list[tuple[str, str]]], list[tuple[str, str]]]) -> str:
    """A page whose start tags have other attributes: pairs of a name and its value without quotes, or none."""

    def changed(close: str, name: str, rest: str, end: str) -> str:
        if close or not rest.strip():
            return f"<{close}{name}{rest}{end}>"
        pairs = [(match[1], match[2] or "") for match in _ATTRIBUTE.finditer(rest)]
        written = (f" {key}={value}" if value else f" {key}" for key, value in change(pairs))
        return f"<{name}{''.join(written)}{' /' if end else ''}>"

    return on_tags(html, changed)


def renamed(old: str, new: str) -> Change:
    """Tags of one name under another."""
    known = frozenset(old.split())

    def change(html: str, _: random.Random) -> str:
        return on_tags(
            html, lambda close, name, rest, end: f"<{close}{new if name.lower() in known else name}{rest}{end}>"
        )

    return change


def _other_classes(html: str, chance: random.Random) -> str:
    """Names that a build makes out of a file's and a hash: in front of the author's own."""

    def change(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        made = f"css-{chance.randrange(16**6):06x}"
        return [
            (key, f'"{made} {value.strip(chr(34) + chr(39))}"' if key == "class" else value) for key, value in pairs
        ]

    return with_attributes(html, change)


def _classes_everywhere(html: str, chance: random.Random) -> str:
    def change(close: str, name: str, rest: str, end: str) -> str:
        is_plain = not close and re.fullmatch(_BLOCKS + "|span", name.lower()) and "class" not in rest
        made = f' class="_{chance.randrange(16**5):05x}_{chance.randrange(99)}"' if is_plain else ""
        return f"<{close}{name}{made}{rest}{end}>"

    return on_tags(html, change)


def _shuffled_attributes(html: str, chance: random.Random) -> str:
    return with_attributes(html, lambda pairs: chance.sample(pairs, len(pairs)))


def _bare_quotes(html: str, _: random.Random) -> str:
    def bare(value: str) -> str:
        inner = value[1:-1] if value[:1] in "\"'" else value
        return inner if re.fullmatch(r"[\w.:/@+-]+", inner) and inner[-1] != "/" else value

    return with_attributes(html, lambda pairs: [(key, bare(value) if value else value) for key, value in pairs])


def _single_quotes(html: str, _: random.Random) -> str:
    def single(value: str) -> str:
        return f"'{value[1:-1]}'" if value[:1] == '"' and "'" not in value else value

    return with_attributes(html, lambda pairs: [(key, single(value)) for key, value in pairs])


def _capital_tags(html: str, _: random.Random) -> str:
    def change(close: str, name: str, rest: str, end: str) -> str:
        keys = _ATTRIBUTE.sub(lambda match: match[0].replace(match[1], match[1].upper(), 1), rest)
        return f"<{close}{name.upper()}{keys}{end}>"

    return on_tags(html, change)


def _more_attributes(html: str, chance: random.Random) -> str:
    def change(close: str, name: str, rest: str, end: str) -> str:
        added = f' style="color:#333" data-aos="fade-up" data-id="{chance.randrange(10**9)}"'
        return f"<{close}{name}{rest}{'' if close or 'style' in rest else added}{end}>"

    return on_tags(html, change)


def _pretty(html: str, chance: random.Random) -> str:
    return _BETWEEN.sub(lambda match: match[1] + "\n" + " " * chance.randrange(12), html)


def _minified(html: str, _: random.Random) -> str:
    html = _BETWEEN.sub(lambda match: match[1], html)
    return on_text(html, lambda text: re.sub(r"\s+", " ", text))


def _without_ends(html: str, _: random.Random) -> str:
    """End tags that HTML lets go where another one follows (HTML Standard, 13.1.2.4)."""
    html = re.sub(r"</li>\s*(?=<li\b|</[uo]l>)", "", html, flags=re.I)
    html = re.sub(r"</(td|th)>\s*(?=<t[dh]\b|</tr>)", "", html, flags=re.I)
    html = re.sub(r"</tr>\s*(?=<tr\b|</t(?:able|body)>)", "", html, flags=re.I)
    html = re.sub(r"</(dt|dd)>\s*(?=<d[td]\b|</dl>)", "", html, flags=re.I)
    return re.sub(r"</p>\s*(?=<(?:p|div|ul|ol|table|h[1-6]|section)\b)", "", html, flags=re.I)


def _wide_blanks(html: str, chance: random.Random) -> str:
    return on_text(
        html, lambda text: re.sub(r"(?<=\S) (?=\S)", lambda _: chance.choice(["  ", " \n  ", "\t", " "]), text)
    )


def _hard_blanks(html: str, _: random.Random) -> str:
    return on_text(html, lambda text: re.sub(r"(?<=\w) (?=\w)", "&nbsp;", text))


def _narrow_blanks(html: str, chance: random.Random) -> str:
    return on_text(html, lambda text: re.sub(r"(?<=\d) (?=\d)", lambda _: chance.choice("\u202f\u2009\u00a0"), text))


def _entities(html: str, chance: random.Random) -> str:
    def written(letter: str) -> str:
        code = ord(letter)
        return chance.choice([f"&#{code};", f"&#x{code:x};", f"&#X{code:X};"])

    def change(text: str) -> str:
        if "&" in text:
            return text
        return re.sub(r"[^\s]", lambda match: written(match[0]) if chance.random() < 0.3 else match[0], text)

    return on_text(html, change)


def _entities_in_attributes(html: str, chance: random.Random) -> str:
    def written(value: str) -> str:
        if value[:1] != '"' or "&" in value:
            return value
        return re.sub(r"[a-z@.:]", lambda match: f"&#{ord(match[0])};" if chance.random() < 0.3 else match[0], value)

    return with_attributes(
        html,
        lambda pairs: [(key, written(value) if key in {"href", "alt", "content"} else value) for key, value in pairs],
    )


def _comments(html: str, chance: random.Random) -> str:
    notes = ["<!-- /wp:paragraph -->", "<!-- Call 555 0100 or a@b.example -->", "<!---->", "<!-- <b>x</b> -->"]
    return re.sub(r"(</(?:p|div|li|td|h[1-6]|span|a)>)", lambda match: match[1] + chance.choice(notes), html)


def _comments_within(html: str, _: random.Random) -> str:
    return on_text(html, lambda text: re.sub(r"(?<=\w) (?=\w)", " <!-- x -->", text, count=1))


def _scripts(html: str, chance: random.Random) -> str:
    added = [
        '<script>var s={"phone":"+1 202 555 0100","mail":"ads@tracker.example"};</script>',
        "<style>.a{color:red}</style>",
        '<ins class="adsbygoogle" style="display:block" data-ad-client="ca-pub-12345678"></ins>',
        '<div class="adsbygoogle"><iframe src="https://ads.example/x"></iframe></div>',
        '<noscript><img height="1" width="1" src="https://t.example/p?id=4915112345678"></noscript>',
        '<svg width="8" height="8"><path d="M12 34 56 78 90 12 34 56"/></svg>',
    ]
    return re.sub(r"(</(?:p|ul|table|h[1-6])>)", lambda match: match[1] + chance.choice(added), html, flags=re.I)


def _wrapped(html: str, chance: random.Random) -> str:
    """Text in the spans that editors leave behind."""
    ways = [("<span>", "</span>"), ('<span style="font-size:14px">', "</span>"), ('<font face="Arial">', "</font>")]

    def change(text: str) -> str:
        if not text.strip():
            return text
        opening, closing = chance.choice(ways)
        return f"{opening}{text}{closing}"

    head, body, rest = html.partition("<body")
    return head + on_text(body + rest, change) if body else html


def _in_divs(html: str, _: random.Random) -> str:
    """Blocks inside the columns and rows of a page builder."""
    opened = '<div class="row"><div class="col-md-12"><div class="inner">'
    return re.sub(
        r"(<(?:ul|ol|table|dl)\b.*?</(?:ul|ol|table|dl)>)", rf"{opened}\1</div></div></div>", html, flags=re.S
    )


def _split(opening: str, closing: str) -> Change:
    """Numbers and names parted by something that nobody sees."""

    def change(html: str, _: random.Random) -> str:
        def parted(text: str) -> str:
            text = _PHONE.sub(lambda match: f"{match[1]}{opening}{match[2]}{closing}", text)
            return _NAME.sub(lambda match: f"{match[1]} {opening}{match[2]}{closing}", text)

        return on_text(html, parted)

    return change


def _split_mail(opening: str, closing: str) -> Change:
    def change(html: str, _: random.Random) -> str:
        return on_text(html, lambda text: re.sub(r"@(\w+)", rf"{opening}@{closing}\1", text))

    return change


def _soft_hyphens(html: str, _: random.Random) -> str:
    return on_text(html, lambda text: re.sub(r"(?<=[a-zäöü]{4})(?=[a-zäöü]{4})", "\u00ad", text))


def _other_scheme(html: str, chance: random.Random) -> str:
    """Own links as people write them: without `www.`, with it, plain and encrypted, with a slash at the end."""
    hosts = re.findall(r'href="https?://(?:www\.)?([\w.-]+)/?[^"]*"', html)
    if not hosts:
        return html
    return re.sub(
        r'href="(https?)://(www\.)?([\w.-]+)"',
        lambda match: f'href="{chance.choice(["http", "https"])}://{match[2] or ""}{match[3]}/"',
        html,
    )


def _slashes(html: str, _: random.Random) -> str:
    return re.sub(r'href="(/[\w/-]+[\w-])"', r'href="\1/"', html)


def _no_footer_tag(html: str, _: random.Random) -> str:
    return re.sub(r"<footer\b([^>]*)>", r'<div id="footer"\1>', html).replace("</footer>", "</div>")


def _footer_first(html: str, _: random.Random) -> str:
    """A footer that stands first in the source, as a grid lets it."""
    match = re.search(r"<footer\b.*?</footer>", html, re.S)
    if match is None or html.count("<footer") != 1:
        return html
    rest = html[: match.start()] + html[match.end() :]
    return re.sub(r"(<body[^>]*>)", lambda body: body[1] + match[0], rest, count=1)


def _breaks(html: str, chance: random.Random) -> str:
    return re.sub(
        r"<br\s*/?>", lambda _: chance.choice(["<br>", "<br/>", "<br />\n", "<BR>", '<br class="x">']), html, flags=re.I
    )


def _no_charset(html: str, _: random.Random) -> str:
    return re.sub(r"<meta[^>]*charset[^>]*>", "", html, flags=re.I)


def _bold_labels(html: str, _: random.Random) -> str:
    return on_text(html, lambda text: re.sub(r"^(\s*)([^\W\d_][^:<>\n]{1,24}:)(?=\s)", r"\1<b>\2</b>", text))


def _without_classes(html: str, chance: random.Random) -> str:
    """Names of classes that say nothing: only elements and words are left to tell what is what."""

    def change(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        kept = [pair for pair in pairs if pair[0] not in {"class", "id"}]
        return [*kept, ("class", f'"sc-{chance.randrange(16**6):06x}"')] if len(kept) < len(pairs) else kept

    return with_attributes(html, change)


def _rows_as_divs(html: str, _: random.Random) -> str:
    html = on_tags(
        html,
        lambda close, name, rest, end: (
            f"<{close}div{rest}{end}>"
            if name.lower() in {"table", "tbody", "thead", "tr", "td", "th", "dl", "dt", "dd"}
            else f"<{close}{name}{rest}{end}>"
        ),
    )
    return re.sub(r' (?:col|row)span="?\d+"?| width="?\w+%?"?', "", html)


def _breaks_as_paragraphs(html: str, _: random.Random) -> str:
    """Lines of one paragraph as paragraphs of their own."""

    def change(match: re.Match[str]) -> str:
        return f"<div>{''.join(f'<p>{line}</p>' for line in re.split(r'<br[^>]*>', match[1]))}</div>"

    return re.sub(
        r"<p>((?:(?!<p\b|</p>|<b>|<strong>|<a\b).)*<br(?:(?!</p>|<b>|<strong>|<a\b).)*)</p>", change, html, flags=re.S
    )


def _lines_in_spans(html: str, _: random.Random) -> str:
    """Lines that a break ends as elements that a style sheet sets below each other."""
    return re.sub(r"(?<=[>\n])([^<>\n]{3,80})<br\s*/?>", r'<span style="display:block">\1</span>', html, flags=re.I)


def _linked(html: str, _: random.Random) -> str:
    """Addresses and numbers of running text as links."""
    parts = re.split(r"(<a\b.*?</a>|<head.*?</head>|<title.*?</title>)", html, flags=re.S | re.I)

    def change(text: str) -> str:
        return re.sub(r"(?<![\w.@/-])([\w.-]+@[\w-]+\.[a-z]{2,3})(?![\w.])", r'<a href="mailto:\1">\1</a>', text)

    return "".join(part if index % 2 else on_text(part, change) for index, part in enumerate(parts))


def _decomposed(html: str, _: random.Random) -> str:
    """Letters and their marks apart, as some systems keep them (Unicode Standard Annex 15, NFD)."""
    return on_text(html, lambda text: normalize("NFD", text))


def _other_hyphens(html: str, chance: random.Random) -> str:
    return on_text(
        html,
        lambda text: re.sub(r"(?<=\d)-(?=\d)", lambda _: chance.choice("\u2010\u2011"), text),
    )


def _returns(html: str, _: random.Random) -> str:
    return html.replace("\n", "\r\n")


def _old_head(html: str, _: random.Random) -> str:
    """What pages of the nineties open with, and a base for their links."""
    html = re.sub(r"<!doctype[^>]*>", "", html, flags=re.I)
    opened = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN">\n'
    return opened + html


def _banners(html: str, _: random.Random) -> str:
    """What other vendors' scripts leave at a page's end: consent, chat, a form."""
    added = (
        '<div id="cookie-law-info-bar" role="dialog"><p>We use cookies to give you the best experience. Read our '
        '<a href="/privacy">privacy policy</a>.</p><button>Accept</button></div>'
        '<div class="chat-widget" hidden><p>Chat with us</p></div>'
        '<form action="https://lists.example/subscribe"><input type="email" name="EMAIL" placeholder="you@example.com">'
        "<button>Subscribe</button></form>"
    )
    return html.replace("</body>", f"{added}</body>")


def _skip_links(html: str, _: random.Random) -> str:
    added = '<a class="skip-link screen-reader-text" href="#content">Skip to content</a>'
    return re.sub(r"(<body[^>]*>)", lambda match: match[1] + added, html, count=1)


def _shuffled_cards(html: str, chance: random.Random) -> str:
    """People's cards, the items of a list and the rows of a table in another order."""

    def change(match: re.Match[str]) -> str:
        items = re.findall(r"<(?:li|tr)\b.*?</(?:li|tr)>", match[2], re.S)
        if len(items) < 2 or "<th" in match[2] or "@" in match[2] or re.search(r"\d{3}", match[2]):
            return match[0]
        return match[1] + "".join(chance.sample(items, len(items))) + match[3]

    return re.sub(r"(<(?:ul|ol|tbody)\b[^>]*>)(.*?)(</(?:ul|ol|tbody)>)", change, html, flags=re.S)


CHANGES: dict[str, Change] = {
    "no classes": _without_classes,
    "li as div": renamed("li ul ol", "div"),
    "rows as divs": _rows_as_divs,
    "breaks as paragraphs": _breaks_as_paragraphs,
    "lines in spans": _lines_in_spans,
    "mailboxes linked": _linked,
    "letters and marks apart": _decomposed,
    "other hyphens": _other_hyphens,
    "carriage returns": _returns,
    "an old head": _old_head,
    "banners": _banners,
    "skip links": _skip_links,
    "cards in another order": _shuffled_cards,
    "classes of a build": _other_classes,
    "classes everywhere": _classes_everywhere,
    "p as div": renamed("p", "div"),
    "section as div": renamed("section article aside", "div"),
    "b as strong": renamed("b", "strong"),
    "h4 as h5": renamed("h4", "h5"),
    "attributes in another order": _shuffled_attributes,
    "values without quotes": _bare_quotes,
    "values in single quotes": _single_quotes,
    "tags in capitals": _capital_tags,
    "more attributes": _more_attributes,
    "pretty": _pretty,
    "minified": _minified,
    "end tags left out": _without_ends,
    "wide blanks": _wide_blanks,
    "hard blanks": _hard_blanks,
    "narrow blanks in numbers": _narrow_blanks,
    "entities": _entities,
    "entities in attributes": _entities_in_attributes,
    "comments": _comments,
    "comments within texts": _comments_within,
    "scripts and advertisements": _scripts,
    "spans of an editor": _wrapped,
    "columns of a builder": _in_divs,
    "numbers and names in bold": _split("<b>", "</b>"),
    "numbers and names in spans": _split('<span class="x">', "</span>"),
    "places to break": _split("<wbr>", ""),
    "zero-width blanks": _split("\u200b", ""),
    "word joiners": _split("\u2060", ""),
    "a span around the sign": _split_mail("<span>", "</span>"),
    "a place to break before the sign": _split_mail("<wbr>", ""),
    "soft hyphens": _soft_hyphens,
    "own links written otherwise": _other_scheme,
    "slashes at the end": _slashes,
    "a footer without its tag": _no_footer_tag,
    "a footer that stands first": _footer_first,
    "line breaks": _breaks,
    "no charset named": _no_charset,
    "bold labels": _bold_labels,
}


def facts(body: bytes, url: str, content_type: str = "text/html; charset=utf-8") -> dict[str, Any]:
    """What the page states, of the company and of people; reasons of rejections are left out."""
    read = extract_page(body, url, content_type, SiteContext(host=url.split("/")[2]), NOW)
    found: dict[str, Any] = {}
    for company in read.companies:
        for attribute, values in company.values.items():
            if attribute.value not in {"name", "technology", "language", "domain"}:
                found[attribute.value] = sorted({value.value for value in values})
    found["people"] = sorted(
        " | ".join(value.values[key][0].value for key in sorted(value.values)) for value in read.persons
    )
    return found


def moved(html: str, url: str, before: dict[str, Any]) -> dict[str, tuple[set[str], set[str]]]:
    """Attributes in which a page answers otherwise: what was lost, what came in."""
    after = facts(html.encode(), url)
    pairs = {key: (set(before.get(key, ())), set(after.get(key, ()))) for key in {*before, *after}}
    return {key: (old - new, new - old) for key, (old, new) in pairs.items() if old != new}


# Classes are what some pages tell by: who wrote a post, what a form hides, which parts are cards of staff.
TOLD_BY_CLASSES = {
    ("no classes", "blog_post"),
    ("no classes", "email_obfuscations"),
    ("no classes", "team_webflow_swedish"),
}


EVERY = 1 if os.environ.get("LEADHOUSE_CORPUS") else 3  # of the goldens each change is tried on one in three


@pytest.mark.parametrize("name", CHANGES)
def test_answers_stay(name: str, goldens: dict[str, tuple[str, str, dict[str, Any]]]) -> None:
    tried, wrong, turn = 0, {}, list(CHANGES).index(name)
    for number, (page, (html, url, before)) in enumerate(goldens.items(), turn):
        changed = CHANGES[name](html, random.Random(7))
        tried += changed != html
        if (name, page) in TOLD_BY_CLASSES or number % EVERY:
            continue
        if changed != html and (difference := moved(changed, url, before)):
            wrong[page] = difference
    assert not wrong
    assert tried >= 3


@pytest.fixture(scope="module")
def goldens() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Source, address and answer of the golden pages."""
    pages = {name: ((PAGES / f"{name}.html").read_text(encoding="utf-8"), url) for name, url in URLS.items()}
    return {name: (html, url, facts(html.encode(), url)) for name, (html, url) in pages.items()}


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_marked_encodings_read_alike(codec: str, goldens: dict[str, tuple[str, str, dict[str, Any]]]) -> None:
    for html, url, before in goldens.values():
        mark = b"\xfe\xff" if codec == "utf-16-be" else b""
        assert facts(mark + html.encode(codec), url, "text/html") == before


@pytest.mark.parametrize(
    ("codec", "page"),
    [
        ("windows-1252", "contact_finnish"),
        ("iso-8859-2", "contact_columns_czech"),
        ("windows-1254", "contact_turkish"),
        ("windows-1251", "contact_factory_russian"),
        ("windows-1253", "contact_restaurant_greek"),
        ("euc-kr", "contact_footer_korean"),
        ("shift_jis", "company_table_japanese"),
    ],
)
@pytest.mark.parametrize("is_header", [True, False])
def test_declared_encodings_read_alike(
    codec: str, page: str, is_header: bool, goldens: dict[str, tuple[str, str, dict[str, Any]]]
) -> None:
    html, url, before = goldens[page]
    html = re.sub(r"<meta[^>]*charset[^>]*>", "", html)
    if not is_header:
        html = html.replace("<head>", f'<head><meta http-equiv="Content-Type" content="text/html; charset={codec}">')
    body = html.encode(codec, "xmlcharrefreplace")
    assert facts(body, url, f"text/html; charset={codec}" if is_header else "text/html") == before


def test_pages_of_a_corpus_answer_alike() -> None:
    """Of a thousand changed pages at most two answer otherwise: what is left lists people in tables without heads."""
    folder = os.environ.get("LEADHOUSE_CORPUS")
    if not folder:
        pytest.skip("LEADHOUSE_CORPUS names no folder of saved sites")
    tried, wrong = 0, []
    for gold in sorted(Path(folder).glob("sites/*/gold.json")):
        host, root = json.loads(gold.read_text())["host"], gold.parent / "www"
        for file in sorted(root.rglob("*.html"))[:4]:
            body, url = file.read_bytes(), f"https://{host}/{file.relative_to(root)}"
            if len(body) > 60_000 or (html := body.decode("utf-8", "replace")).find("\ufffd") >= 0:
                continue
            before = facts(body, url)
            for name, change in CHANGES.items():
                changed = change(html, random.Random(7))
                tried += changed != html
                if name != "no classes" and changed != html and moved(changed, url, before):
                    wrong.append((name, file.name))
    assert len(wrong) <= tried * 0.002, wrong
