"""robots.txt as the search engines read it: a table of files, agents and URLs with the answers that RFC 9309 gives.

The cases are those that the public test suites of robots.txt parsers agree on, with names and words of our own.
"""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.base import robots
from scrapers.base.robots_file import (
    MAX_LINE,
    Key,
    RobotsFile,
    escape,
    is_product_token,
    path_of,
    product_token,
    read_lines,
)

ALLOWED, REFUSED = True, False
ORIGIN = "http://site.example"


def file(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


# (lines of the file, agent, URLs that are allowed, URLs that are refused); a URL without a host is a path of the site
CASES: dict[str, tuple[tuple[str, ...], str, tuple[str, ...], tuple[str, ...]]] = {
    "an empty file allows": ((), "Finder", ("",), ()),
    "an empty file, no agent": ((), "", ("",), ()),
    "no agent, nothing for all": (("user-agent: Finder", "disallow: /"), "", ("",), ()),
    "an empty URL is the root": (("user-agent: Finder", "disallow: /"), "Finder", (), ("",)),
    "key, colon, value": (("user-agent: Finder", "disallow: /"), "Finder", (), ("/p/q",)),
    "unknown keys are nothing": (("one: Finder", "two: /"), "Finder", ("/p/q",), ()),
    "a colon may be missing": (("user-agent Finder", "disallow /"), "Finder", (), ("/p/q",)),
    "keys in capitals": (("USER-AGENT: Finder", "ALLOW: /p/", "DISALLOW: /"), "Finder", ("/p/q",), ("/o/q",)),
    "keys in small letters": (("user-agent: Finder", "allow: /p/", "disallow: /"), "Finder", ("/p/q",), ("/o/q",)),
    "keys in any letters": (("uSeR-aGeNt: Finder", "AlLoW: /p/", "dIsAlLoW: /"), "Finder", ("/p/q",), ("/o/q",)),
    "an agent in capitals": (("User-Agent: THE BOT", "Allow: /p/", "Disallow: /"), "The", ("/p/q",), ("/o/q",)),
    "an agent in small letters": (("User-Agent: the bot", "Allow: /p/", "Disallow: /"), "The", ("/p/q",), ("/o/q",)),
    "an agent in any letters": (("User-Agent: tHe bOt", "Allow: /p/", "Disallow: /"), "The", ("/p/q",), ("/o/q",)),
    "asked in small letters, 1": (("User-Agent: THE BOT", "Allow: /p/", "Disallow: /"), "the", ("/p/q",), ("/o/q",)),
    "asked in small letters, 2": (("User-Agent: the bot", "Allow: /p/", "Disallow: /"), "the", ("/p/q",), ("/o/q",)),
    "asked in small letters, 3": (("User-Agent: tHe bOt", "Allow: /p/", "Disallow: /"), "the", ("/p/q",), ("/o/q",)),
    "no file at all for a name": ((), "Finder", ("/p/q",), ()),
    "the own group, not all's": (
        ("user-agent: *", "allow: /", "user-agent: Finder", "disallow: /"), "Finder", (), ("/p/q",),
    ),
    "all's group for the others": (
        ("user-agent: *", "allow: /", "user-agent: Finder", "disallow: /"), "Seeker", ("/p/q",), (),
    ),
    "no group fits": (
        ("user-agent: Finder", "allow: /", "user-agent: Seeker", "disallow: /", "user-agent: Third", "disallow: /"),
        "Fourth", ("/p/q",), (),
    ),
    "paths have a case, same": (("user-agent: Finder", "disallow: /p/"), "Finder", (), ("/p/q",)),
    "paths have a case, other": (("user-agent: Finder", "disallow: /P/"), "Finder", ("/p/q",), ()),
    "longest wins, refused": (
        ("user-agent: Finder", "disallow: /p/one.html", "allow: /p/"), "Finder", (), ("/p/one.html",),
    ),
    "longest wins, allowed": (
        ("user-agent: Finder", "allow: /p/one.html", "disallow: /p/"), "Finder", ("/p/one.html",), ("/p/",),
    ),
    "empty rules are none": (("user-agent: Finder", "disallow: ", "allow: "), "Finder", ("/p/one.html",), ()),
    "of two equal ones the milder": (("user-agent: Finder", "disallow: /", "allow: /"), "Finder", ("/p/one.html",), ()),
    "a slash makes it longer": (("user-agent: Finder", "disallow: /p", "allow: /p/"), "Finder", ("/p/",), ("/p",)),
    "of two equal pages the milder": (
        ("user-agent: Finder", "disallow: /p/one.html", "allow: /p/one.html"), "Finder", ("/p/one.html",), (),
    ),
    "a star counts as an octet": (
        ("user-agent: Finder", "allow: /page", "disallow: /*.html"), "Finder", ("/page",), ("/page.html",),
    ),
    "longer than with a star": (
        ("user-agent: Finder", "allow: /p/page.", "disallow: /*.html"), "Finder", ("/p/page.html",), ("/p/q.html",),
    ),
    "the own group says nothing of it": (
        ("User-agent: *", "Disallow: /p/", "User-agent: Finder", "Disallow: /q/"),
        "Finder", ("/p/page",), ("/q/page",),
    ),
    "a URL within a query": (
        ("User-agent: Finder", "Disallow: /", "Allow: /a/b?c=d&e=http://site.example?f&g"),
        "Finder", ("/a/b?c=d&e=http://site.example?f&g",), (),
    ),
    "letters outside ASCII are escaped in the file": (
        ("User-agent: Finder", "Disallow: /", "Allow: /a/b/ツ"), "Finder", ("/a/b/%E3%83%84",), ("/a/b/ツ",),
    ),
    "letters that are escaped already": (
        ("User-agent: Finder", "Disallow: /", "Allow: /a/b/%E3%83%84"), "Finder", ("/a/b/%E3%83%84",), ("/a/b/ツ",),
    ),
    "escaped ASCII is compared as it stands": (
        ("User-agent: Finder", "Disallow: /", "Allow: /a/b/%62%61%7A"), "Finder", ("/a/b/%62%61%7A",), ("/a/b/baz",),
    ),
    "a star inside": (
        ("User-agent: Finder", "Disallow: /a/b/c", "Allow: /a/*/d"), "Finder", ("/a/c", "/a//c", "/a/x/c"), ("/a/b/c",),
    ),
    "a dollar ends it": (
        ("User-agent: Finder", "Disallow: /a/b$", "Allow: /a/b/d"), "Finder", ("/a/b/d", "/a/b/", "/a/b/c"), ("/a/b",),
    ),
    "a hash begins a comment": (
        ("User-agent: Finder", "# Disallow: /", "Disallow: /a/c#d", "Allow: /"), "Finder", ("/a/b",), ("/a/c",),
    ),
    "an index page is its folder": (
        ("User-Agent: *", "Allow: /open/index.html", "Disallow: /"),
        "finder", ("/open/", "/open/index.html"), ("/open/index.htm", "/other"),
    ),
    "a beginning": (
        ("user-agent: Finder", "disallow: /", "allow: /cod"), "Finder",
        ("/cod", "/cod.html", "/cod/roe.html", "/codling", "/codling/fried.html", "/cod.html?id=any"),
        ("/bar", "/Cod.asp", "/oldcod", "/?id=cod"),
    ),
    "a star at the end is nothing": (
        ("user-agent: Finder", "disallow: /", "allow: /cod*"), "Finder",
        ("/cod", "/cod.html", "/cod/roe.html", "/codling", "/codling/fried.html", "/cod.html?id=any"),
        ("/bar", "/Cod.bar", "/oldcod", "/?id=cod"),
    ),
    "a folder": (
        ("user-agent: Finder", "disallow: /", "allow: /cod/"), "Finder",
        ("/cod/", "/cod/roe", "/cod/?roe", "/cod/roe.html", "/cod/?id=any"),
        ("/bar", "/cod", "/cod.html", "/Cod/Roe.html"),
    ),
    "an ending anywhere": (
        ("user-agent: Finder", "disallow: /", "allow: /*.php"), "Finder",
        ("/a.php", "/b/a.php", "/b/a.php?c", "//b/any.php.d.html", "/a.php/", "/index?f=a.php/"),
        ("/bar", "/php/", "/index?php", "/shop.PHP"),
    ),
    "an ending at the end": (
        ("user-agent: Finder", "disallow: /", "allow: /*.php$"), "Finder",
        ("/a.php", "/b/a.php"),
        ("/bar", "/a.php?c", "/a.php/", "/a.php5", "/php/", "/a?php", "/aaaphpaaa", "//shop.PHP"),
    ),
    "a beginning and an ending": (
        ("user-agent: Finder", "disallow: /", "allow: /cod*.php"), "Finder",
        ("/cod.php", "/codling/oldcod.php?c"), ("/bar", "/Cod.PHP"),
    ),
    "one letter against none": (("user-agent: Finder", "allow: /p", "disallow: /"), "Finder", ("/page",), ()),
    "the same folder twice": (("user-agent: Finder", "allow: /f", "disallow: /f"), "Finder", ("/f/page",), ()),
    "the star counts again": (
        ("user-agent: Finder", "allow: /page", "disallow: /*.htm"), "Finder", (), ("/page.htm",),
    ),
    "the root alone": (("user-agent: Finder", "allow: /$", "disallow: /"), "Finder", ("/",), ("/page.html",)),
}  # fmt: skip

GROUPS = file(
    "allow: /a/b/", "", "user-agent: Finder", "disallow: /", "allow: /x/", "user-agent: Seeker", "disallow: /",
    "allow: /y/", "", "", "allow: /w/", "user-agent: Third", "", "user-agent: Finder", "allow: /z/", "disallow: /",
)  # fmt: skip


def rows() -> list[tuple[bytes, str, str, bool]]:
    """The table, a row an assertion."""
    found = [
        (file(*lines), agent, url if url == "" else f"{ORIGIN}{url}", expected)
        for lines, agent, allowed, refused in CASES.values()
        for expected, urls in ((ALLOWED, allowed), (REFUSED, refused))
        for url in urls
    ]
    found += [
        (GROUPS, agent, f"{ORIGIN}{path}", expected)
        for agent, path, expected in (
            ("Finder", "/x/b", ALLOWED), ("Finder", "/z/d", ALLOWED), ("Finder", "/y/c", REFUSED),
            ("Seeker", "/y/c", ALLOWED), ("Seeker", "/w/a", ALLOWED), ("Seeker", "/z/d", REFUSED),
            ("Third", "/z/d", ALLOWED), ("Finder", "/a/b/", REFUSED), ("Seeker", "/a/b/", REFUSED),
            ("Third", "/a/b/", REFUSED),
        )
    ]  # fmt: skip
    spaced = file("User-Agent: *", "Disallow: /", "User-Agent: The Bot", "Allow: /x/", "Disallow: /")
    return [*found, (spaced, "The", f"{ORIGIN}/x/y", ALLOWED), (spaced, "The Bot", f"{ORIGIN}/x/y", REFUSED)]


def test_every_answer_of_the_table() -> None:
    wrong = [
        (body.decode(), agent, url, expected)
        for body, agent, url, expected in rows()
        if RobotsFile(body).allows(url, agent) is not expected
    ]
    assert wrong == []
    others = len(PATHS) + len(ESCAPED) + len(TOKENS) + len(NO_TOKENS) + 2 * len(ENDINGS) + 2 * len(MARKS) + 2 + 5
    assert len(rows()) + others >= 142


TOKENS = ("Finder", "Finder-Two", "Finder_Two")
NO_TOKENS = ("", "ツ", "Finder*", " Finder ", "Finder/2.1", "Finder Two")


@pytest.mark.parametrize("text", TOKENS)
def test_product_tokens(text: str) -> None:
    assert is_product_token(text)


@pytest.mark.parametrize("text", NO_TOKENS)
def test_what_is_no_product_token(text: str) -> None:
    assert not is_product_token(text)


PATHS = [
    ("", "/"), ("http://www.site.example", "/"), ("http://www.site.example/", "/"), ("http://www.site.example/a", "/a"),
    ("http://www.site.example/a/", "/a/"), ("http://www.site.example/a/b?c=http://d.e/", "/a/b?c=http://d.e/"),
    ("http://www.site.example/a/b?c=d&e=f#fragment", "/a/b?c=d&e=f"), ("site.example", "/"), ("site.example/", "/"),
    ("site.example/a", "/a"), ("site.example/a/", "/a/"), ("site.example/a/b?c=d&e=f#fragment", "/a/b?c=d&e=f"),
    ("a", "/"), ("a/", "/"), ("/a", "/a"), ("a/b", "/b"), ("site.example?a", "/?a"), ("site.example/a;b#c", "/a;b"),
    ("//a/b/c", "/b/c"),
]  # fmt: skip
ESCAPED = [("http://site.example", "http://site.example"), ("/a/b/c", "/a/b/c"), ("á", "%C3%A1"), ("%aa", "%AA")]


@pytest.mark.parametrize(("url", "expected"), PATHS)
def test_the_path_of_a_url(url: str, expected: str) -> None:
    assert path_of(url.encode()).decode() == expected


@pytest.mark.parametrize(("text", "expected"), ESCAPED)
def test_one_form_of_escapes(text: str, expected: str) -> None:
    assert escape(text.encode()).decode() == expected


ENDINGS = ["\n", "\r\n", "\r", "last", "mixed"]
LINES = ("User-Agent: one", "Allow: /some/path", "User-Agent: two", "", "", "Disallow: /")


@pytest.mark.parametrize("endings", ENDINGS)
def test_lines_end_as_on_any_system(endings: str) -> None:
    ends = {"last": ["\n"] * 5 + [""], "mixed": ["\n", "\r\n", "\n", "\r\n", "\n", ""]}.get(endings, [endings] * 6)
    found = list(read_lines("".join(line + end for line, end in zip(LINES, ends, strict=True)).encode()))
    assert len(found) == 4
    assert found[-1][0] == 6


MARKS = [
    (b"\xef\xbb\xbfUser-Agent: a\nAllow: /x\n", 2, 0), (b"\xef\xbbUser-Agent: a\nAllow: /x\n", 2, 0),
    (b"\xefUser-Agent: a\nAllow: /x\n", 2, 0), (b"\xef\x11\xbfUser-Agent: a\nAllow: /x\n", 1, 1),
    (b"User-Agent: a\n\xef\xbb\xbfAllow: /x\n", 1, 1),
]  # fmt: skip


@pytest.mark.parametrize(("body", "known", "unknown"), MARKS)
def test_a_byte_order_mark_counts_at_the_beginning_only(body: bytes, known: int, unknown: int) -> None:
    keys = [key for _, key, _ in read_lines(body)]
    assert (sum(key is not Key.OTHER for key in keys), keys.count(Key.OTHER)) == (known, unknown)


@pytest.mark.parametrize("comes_first", [True, False])
def test_sitemaps_stand_anywhere(comes_first: bool) -> None:
    group = ["User-Agent: a", "Allow: /some/path", "User-Agent: b", "", ""]
    sitemap = "Sitemap: http://site.example/sitemap.xml"
    lines = [sitemap, *group] if comes_first else [*group, sitemap]
    assert RobotsFile(file(*lines)).sitemaps == [b"http://site.example/sitemap.xml"]


def test_lines_are_cut_where_no_url_is_that_long() -> None:
    long = "/x/".ljust(MAX_LINE - len("disallow: ") - 1, "a")
    refusing = RobotsFile(file("user-agent: Finder", f"disallow: {long}/rest"))
    assert refusing.allows(f"{ORIGIN}/short", "Finder")
    assert not refusing.allows(f"{ORIGIN}{long}/other", "Finder")
    ones, twos = ("/x/".ljust(MAX_LINE - len("allow: ") - 1, letter) for letter in "ab")
    lines = ("user-agent: Finder", "disallow: /", f"allow: {ones}/rest", f"allow: {twos}/rest")
    allowing = RobotsFile(file(*lines))
    assert not allowing.allows(f"{ORIGIN}/", "Finder")
    assert allowing.allows(f"{ORIGIN}{ones}/rest", "Finder")
    assert allowing.allows(f"{ORIGIN}{twos}/other", "Finder")


def test_our_own_header_is_known_by_its_token() -> None:
    header = "Leadhouse/0.1 (+https://leadhouse.example/bot)"
    assert product_token(header) == "Leadhouse"
    rules = robots.read(200, file("user-agent: leadhouse", "disallow: /p", "user-agent: *", "disallow: /"))
    assert rules.allows(f"{ORIGIN}/q", header)
    assert not rules.allows(f"{ORIGIN}/p", header)


def test_a_url_is_escaped_before_it_is_compared() -> None:
    rules = robots.read(200, file("user-agent: *", "disallow: /über"))
    assert not rules.allows(f"{ORIGIN}/über", "Finder")
    assert not rules.allows(f"{ORIGIN}/%c3%bcber", "Finder")


def test_a_file_that_is_too_long_ends_with_its_last_whole_line() -> None:
    line = b"Disallow: /private-folder\n"
    body = b"User-agent: *\n" + line * (robots.MAX_BYTES // len(line) + 1)
    assert robots.read(200, body).allows(f"{ORIGIN}/open", "Finder")
    assert not robots.read(200, body).allows(f"{ORIGIN}/private-folder", "Finder")
    torn = b"User-agent: *\n#".ljust(robots.MAX_BYTES - len(b"\nDisallow: /"), b".") + b"\nDisallow: /private-folder\n"
    assert torn[: robots.MAX_BYTES].endswith(b"\nDisallow: /")
    assert robots.read(200, torn).allows(f"{ORIGIN}/open", "Finder")


def test_a_hostile_pattern_takes_linear_time() -> None:
    path = "/" + "a" * 1500
    started = time.process_time()
    assert RobotsFile(file("user-agent: *", "disallow: /")).allows(f"{ORIGIN}{path}", "x") is False
    plain = RobotsFile(file("user-agent: *", *("disallow: /" + "a" * 400 + "b" for _ in range(400))))
    assert plain.allows(f"{ORIGIN}{path}", "x")
    yardstick = time.process_time() - started
    started = time.process_time()
    hostile = RobotsFile(file("user-agent: *", *("disallow: /" + "*a" * 200 + "*b$" for _ in range(400))))
    assert hostile.allows(f"{ORIGIN}{path}", "x")
    assert time.process_time() - started < 400 * max(yardstick, 0.001)


@given(st.binary(max_size=400), st.text(max_size=40))
def test_any_bytes_are_a_file(body: bytes, path: str) -> None:
    assert robots.read(200, body).allows(f"{ORIGIN}/{path}", "Finder") in (True, False)
