"""Where markup is cut before it is parsed, and where it is not."""

from __future__ import annotations

import pytest

from leadhouse.extraction.markup import limits
from leadhouse.extraction.markup.parsing import parse
from leadhouse.extraction.markup.structured import MAX_JSON, read_json_ld

FOOT = "<footer>Acme Ltd, 1 High Street</footer>"


def crowded(count: int, value: str) -> str:
    return "<p>before</p><div " + " ".join(f"a{number}{value}" for number in range(count)) + f">{FOOT}"


@pytest.mark.parametrize("value", ["", "=b", '="b"', "='>'", '="<a>"', " = b"])
def test_a_tag_with_too_many_attributes_is_cut(value: str) -> None:
    text, is_cut = limits.bounded(crowded(30_000, value))
    assert is_cut
    assert text == "<p>before</p>"


@pytest.mark.parametrize("count", [10, limits.MAX_ATTRIBUTES - 10])
def test_a_tag_with_some_is_not(count: int) -> None:
    page = crowded(count, '="' + "x" * 40 + '"')
    assert limits.bounded(page) == (page, False)


def test_images_within_the_page_go_and_its_foot_is_read() -> None:
    image = f'<img src="data:image/png;base64,{"iVBORw0KGgo" * 100_000}">'
    body = f"<html><body>{image * 4}{FOOT}</body></html>"
    assert len(body) > limits.MAX_LENGTH
    text, is_cut = limits.bounded(body)
    assert not is_cut
    assert len(text) < 1000
    page = parse(body.encode(), "http://acme.example/", "text/html")
    assert "1 High Street" in page.text


def test_what_is_too_long_is_cut() -> None:
    text, is_cut = limits.bounded("<p>x" + "y" * limits.MAX_LENGTH)
    assert (len(text), is_cut) == (limits.MAX_LENGTH, True)


def test_a_script_of_many_objects_is_not_read() -> None:
    item = '{"@type": "Organization", "name": "Acme"},'
    assert read_json_ld(f"[{item}{item[:-1]}]")
    assert read_json_ld(f"[{item * (MAX_JSON // len(item) + 1)}{item[:-1]}]") == []
