"""Answers that try to fill the memory, use up the processor or never end: name → behaviour of a site's every path."""

from __future__ import annotations

import gzip
import itertools
import socket
import time
import zlib
from collections.abc import Callable, Iterator

import brotli
from backports import zstd

from tests.scrapers.hostile_world import Behaviour, answer, head, not_found, page

HTML = "Content-Type: text/html; charset=utf-8"
MEGABYTE = 1_000_000
BLANKS = b" " * MEGABYTE
LARGE = 5_000_000  # just below DOWNLOAD_MAXSIZE


def only_start(behaviour: Behaviour) -> Behaviour:
    """robots.txt and everything else is missing: one page a site."""

    def site(connection: socket.socket, path: str) -> None:
        if path == "/":
            behaviour(connection, path)
        else:
            not_found(connection)

    return site


def instead_of(place: str, behaviour: Behaviour) -> Behaviour:
    """An ordinary page, with what a site of `only_start` answers in the place of its robots.txt or sitemap."""

    def site(connection: socket.socket, path: str) -> None:
        if path == place:
            behaviour(connection, "/")
        elif path == "/":
            page(connection, "<p>An ordinary page of us, with words enough.</p>")
        else:
            not_found(connection)

    return site


def stated(body: bytes, *headers: str) -> Behaviour:
    """An answer with these bytes."""
    return only_start(lambda connection, _: answer(connection, body, HTML, *headers))


def html(body: str) -> Behaviour:
    """An HTML page."""
    return only_start(lambda connection, _: page(connection, body))


def flood(start: bytes, pieces: Callable[[], Iterator[bytes]], pause: float = 0.0) -> Behaviour:
    """Writes on and on until the other side hangs up."""

    def site(connection: socket.socket, _: str) -> None:
        connection.sendall(start)
        for piece in pieces():
            connection.sendall(piece)
            if pause:
                time.sleep(pause)

    return only_start(site)


def packed(pack: Callable[[bytes], bytes], finish: Callable[[], bytes], megabytes: int = 60) -> bytes:
    """So many megabytes of blanks, packed piece by piece."""
    return b"".join(pack(BLANKS) for _ in range(megabytes)) + finish()


def gzip_bomb(megabytes: int = 60) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packed(packer.compress, packer.flush, megabytes)


def deflate_bomb(bits: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, bits)
    return packed(packer.compress, packer.flush)


def brotli_bomb() -> bytes:
    packer = brotli.Compressor(quality=1)
    return packed(packer.process, packer.finish)


def zstd_bomb(window: int = 20) -> bytes:
    packer = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: window})
    return packed(packer.compress, packer.flush)


def unpacking() -> dict[str, Behaviour]:
    """Small answers that are large when unpacked."""
    encoded = "Content-Encoding: "
    return {
        "gzip": stated(gzip_bomb(), f"{encoded}gzip"),
        "x-gzip": stated(gzip_bomb(), f"{encoded}x-gzip"),
        "deflate": stated(deflate_bomb(15), f"{encoded}deflate"),
        "raw-deflate": stated(deflate_bomb(-15), f"{encoded}deflate"),
        "brotli": stated(brotli_bomb(), f"{encoded}br"),
        "zstd": stated(zstd_bomb(), f"{encoded}zstd"),
        "zstd-window": stated(zstd_bomb(27), f"{encoded}zstd"),
        "twice": stated(gzip.compress(gzip_bomb()), f"{encoded}gzip, gzip"),
        "twice-in-two-lines": stated(brotli.compress(gzip_bomb()), f"{encoded}gzip", f"{encoded}br"),
        "a-hundred-times": stated(b"x" * 1000, f"{encoded}{', '.join(['gzip'] * 100)}"),
        "unknown-encoding": stated(b"x" * 1000, f"{encoded}compress"),
        "torn-gzip": stated(gzip_bomb()[:1000], f"{encoded}gzip"),
        "no-gzip-at-all": stated(b"<p>plain</p>", f"{encoded}gzip"),
        "no-brotli-at-all": stated(b"<p>plain</p>" * 100, f"{encoded}br"),
        "no-zstd-at-all": stated(b"<p>plain</p>" * 100, f"{encoded}zstd"),
    }


def packed_files() -> dict[str, Behaviour]:
    """Sitemaps that come packed as files, and packed once more on the wire."""
    bomb, encoded = gzip_bomb(), "Content-Encoding: gzip"
    return {
        "file": stated(bomb),
        "file-in-gzip": stated(gzip.compress(bomb), encoded),
        "file-in-file-in-gzip": stated(gzip.compress(gzip.compress(bomb)), encoded),
    }


def endless() -> dict[str, Behaviour]:
    """Answers without an end."""
    ok, chunked = head("200 OK", HTML), head("200 OK", HTML, "Transfer-Encoding: chunked")
    repeat = itertools.repeat
    return {
        "body": flood(ok, lambda: repeat(b"<p>more</p>" * 6000)),
        "chunks": flood(chunked, lambda: repeat(b"10000\r\n" + b"x" * 65536 + b"\r\n")),
        "one-chunk": flood(chunked + b"FFFFFFFFFF\r\n", lambda: repeat(b"x" * 65536)),
        "chunk-extension": flood(chunked + b"5;", lambda: repeat(b"x" * 65536)),
        "trailers": flood(chunked + b"0\r\n", lambda: (b"X-%d: y\r\n" % i * 500 for i in itertools.count())),
        "headers": flood(b"HTTP/1.1 200 OK\r\n", lambda: (b"X-%d: y\r\n" % i * 500 for i in itertools.count())),
        "one-header": flood(b"HTTP/1.1 200 OK\r\nX-A: ", lambda: repeat(b"x" * 65536)),
        "folded-header": flood(b"HTTP/1.1 200 OK\r\nX-A: b\r\n", lambda: repeat(b" folded\r\n" * 1000)),
        "interim-answers": flood(b"", lambda: repeat(b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n" * 500)),
        "status-line": flood(b"HTTP/1.1 200 ", lambda: repeat(b"O" * 65536)),
        "large-length": flood(head("200 OK", HTML, length=10**12), lambda: repeat(b"x" * 65536)),
    }


def slow() -> dict[str, Behaviour]:
    """A byte now and then."""
    return {
        "slow-head": flood(b"HTTP/1.1 200 OK\r\n", lambda: itertools.repeat(b"X: y\r\n"), 0.2),
        "slow-body": flood(head("200 OK", HTML, length=100_000), lambda: itertools.repeat(b"x"), 0.2),
        "slow-chunks": flood(head("200 OK", HTML, "Transfer-Encoding: chunked"),
                             lambda: itertools.repeat(b"1\r\nx\r\n"), 0.2),
        "silence": flood(b"", lambda: itertools.repeat(b""), 0.5),
        "cut-off": stated(b"<p>half", "Content-Length: 5000"),
    }  # fmt: skip


def fill(unit: str) -> str:
    """As often as it fits into a page that is just not too large."""
    return unit * (LARGE // len(unit))


def heavy_pages() -> dict[str, Behaviour]:
    """Pages of five megabytes that cost much to parse, or to look through."""
    return {
        "deep-div": html(fill("<div>")),
        "deep-formatting": html(fill("<b><i><font>")),
        "deep-table": html(fill("<table><tr><td>")),
        "deep-list": html(fill("<ul><li>")),
        "deep-span-text": html(fill("<span>x ")),
        "paragraphs": html(fill("<p>x</p>")),
        "attributes": html(f"<div {fill('a=b ')}>"),
        "many-attributes": html("<div " + " ".join(f"a{i}=b" for i in range(400_000)) + ">"),
        "one-attribute": html(f'<a href="{fill("a")}">x</a>'),
        "links": html("".join(f'<a href="/p{i}">x</a>' for i in range(200_000))),
        "mail-like": html(fill("a@")),
        "mails": html("".join(f"a{i}@b{i}.example " for i in range(200_000))),
        "obfuscated": html(fill("a (at) b (dot) ")),
        "digits": html(fill("1")),
        "phones": html(fill("+49 30 123456 ")),
        "phone-like": html(fill("(0) 1-")),
        "entities": html(fill("&#64;")),
        "brackets": html(fill("([{<")),
        "spaces": html(f"<p>x{fill(' ')}y</p>"),
        "one-word": html(fill("ö")[: LARGE // 2]),
        "capitalised": html(fill("Anna Berg ")),
        "json-ld-deep": html(f'<script type="application/ld+json">{fill("[")}</script>'),
        "json-ld-wide": html(f'<script type="application/ld+json">[{fill(chr(123) + chr(125) + ",")}{{}}]</script>'),
        "comment": html(f"<!--{fill('-')}"),
        "script": html(f"<script>{fill('var a=1;')}"),
        "nothing": html(fill("\x00")),
    }
