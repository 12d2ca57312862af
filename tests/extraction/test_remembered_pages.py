"""What is asked once or remembered between pages changes no answer: stems, figures, blocks, pages in any order."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadhouse.extraction import east_asian
from leadhouse.extraction.addresses import address_forms, country
from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.attribution.hosts import fold
from leadhouse.extraction.company import employees, identifiers
from leadhouse.extraction.company_site import extract_page
from leadhouse.extraction.contacts import phone_candidates
from leadhouse.extraction.markup import deobfuscate
from leadhouse.extraction.markup.blocks import folded_lines
from leadhouse.extraction.markup.deobfuscate import plain
from leadhouse.extraction.markup.page import Page
from leadhouse.extraction.markup.parsing import parse
from leadhouse.extraction.patterns import literals
from leadhouse.extraction.patterns.windows import beyond_ascii, figures, windows

FILES = sorted((Path(__file__).parent / "pages").glob("*.html"))
WHEN = datetime(2026, 11, 2, tzinfo=UTC)
FREE = settings(deadline=None)
ANCHORS = [
    address_forms._DIGITS,
    address_forms._FIVE_DIGITS,
    address_forms._DIGIT_AND_LETTERS,
    country._SIX_DIGITS,
    east_asian._DIGIT,
    east_asian._DOOR,
    employees._DIGITS,
    identifiers._NUMBER,
    identifiers._EIGHT_FIGURES,
    phone_candidates._SIX_FIGURES,
]
STEMS = ("contact", "vertret", "p.iva", " di ", "bp", "ä", "대표이사", "σύμβουλος", "𝔘𝔫", "i̇st", "\ud800x")
NUMBERS = st.text(alphabet="0159 .-–/|()AZé\u0665\uff11号\u00a0x\n", max_size=160)


@FREE
@given(st.lists(st.one_of(st.sampled_from(STEMS), st.text(max_size=12)), max_size=30).map("".join))
def test_a_stem_that_is_not_told_does_not_stand_in_the_text(text: str) -> None:
    literals.watch(STEMS)
    told = literals.standing(text)
    assert {stem for stem in STEMS if stem in text} <= told


def test_a_literal_is_looked_for_where_the_runs_of_a_text_are_marked() -> None:
    for literal in (*STEMS, *literals._watched.literals):
        if len(literal) >= literals._SHORTEST:
            assert set(literals._chosen(literal)) <= set(literals._runs(literal).tolist()), literal


def test_few_stems_are_told_that_do_not_stand_there() -> None:
    lowered = parse(max((file.read_bytes() for file in FILES), key=len), "https://a.example/", None).lowered
    words = tuple(
        f"{one}{two}{number}" for one in ("qua", "zwe", "drei") for two in ("rzx", "ktl") for number in range(50)
    )
    literals.watch(words)
    assert len(literals.standing(lowered).intersection(words)) <= 3


def test_a_page_tells_stems_that_are_watched_after_it_was_read() -> None:
    page = Page(url="https://a.example/", text="Ahorn Eiche", lowered="ahorn eiche")
    assert page.mentions("ahorn")
    assert page.mentions("buche", "eiche")
    assert page.present(("buche never watched before", "ahorn")) == ["ahorn"]


@pytest.mark.parametrize("anchor", ANCHORS, ids=lambda anchor: str(anchor.pattern))
@FREE
@given(text=NUMBERS)
def test_anchors_are_found_among_figures_as_in_the_whole_text(anchor: re.Pattern[str], text: str) -> None:
    found = [match.span() for low, high in figures(text) for match in anchor.finditer(text, low, high)]
    assert found == [match.span() for match in anchor.finditer(text)]


@FREE
@given(NUMBERS)
def test_stretches_hold_their_anchors_and_do_not_touch(text: str) -> None:
    found = list(windows(text, employees._DIGITS, 6, 6))
    assert all(high < low for (_, high), (low, _) in pairwise(found))
    for match in employees._DIGITS.finditer(text):
        assert any(low <= match.start() and match.end() <= high for low, high in found)


@FREE
@given(st.text())
def test_letters_beyond_ascii_keep_their_order(text: str) -> None:
    assert beyond_ascii(text) == "".join(char for char in text if not char.isascii())


@FREE
@given(st.text(alphabet="ab @[]()\u200b\u00a0at.de", max_size=40))
def test_a_remembered_block_reads_as_a_fresh_one(raw: str) -> None:
    pages = [parse(f"<p>{raw}</p><div>{raw}</div>".encode(), "https://a.example/", "text/html; charset=utf-8")] * 2
    fresh = plain(folded_lines(raw))
    for page in pages:
        assert [block.text for block in page.blocks] == [fresh] * 2 * bool(fresh)


@FREE
@given(st.sampled_from([deobfuscate._BARE, deobfuscate._LABELLED]).flatmap(st.from_regex))
def test_spoken_addresses_pass_the_cheap_test_before_their_patterns(text: str) -> None:
    assert deobfuscate._MAYBE_BARE.search(text)


@FREE
@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_folded_ascii_is_its_letters_and_figures(text: str) -> None:
    assert fold(text) == "".join(filter(str.isalnum, text.lower().replace("&", "and")))


def _statements(files: list[Path]) -> dict[str, str]:
    """What is said of each page, read in the order given."""
    said = {}
    for file in files:
        url = f"https://www.{file.stem.replace('_', '-')}.example/kontakt"
        extraction = extract_page(file.read_bytes(), url, None, SiteContext(host=url.split("/")[2]), WHEN)
        said[file.stem] = json.dumps(extraction.model_dump(mode="json"), sort_keys=True)
    return said


FIRST: dict[str, str] = {}


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(order=st.permutations(FILES[::5]))
def test_pages_say_the_same_in_any_order(order: list[Path]) -> None:
    if not FIRST:
        FIRST.update(_statements(FILES[::5]))
    assert _statements(order) == FIRST
