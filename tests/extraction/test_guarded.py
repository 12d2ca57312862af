"""Guarded patterns answer as the patterns they guard, and look at few texts."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadhouse import extraction
from leadhouse.extraction.markup.parsing import parse
from leadhouse.extraction.patterns.guarded import AnyOf, Guarded, guarded, in_one_case
from leadhouse.extraction.patterns.windows import matches_from

PAGES = Path(__file__).parent / "pages"


def _guards() -> dict[str, Guarded]:
    """Every guarded pattern of the package, by module and name."""
    found: dict[int, tuple[str, Guarded]] = {}
    for entry in pkgutil.iter_modules(extraction.__path__):
        module = import_module(f"leadhouse.extraction.{entry.name}")
        for name, value in vars(module).items():
            if isinstance(value, Guarded):
                found.setdefault(id(value), (f"{entry.name}.{name}", value))
    return dict(found.values())


GUARDS = _guards()


def test_letters_that_patterns_hold_equal_are_equal_in_one_case() -> None:
    for number in range(0x20000):
        char = chr(number)
        for other in {char.lower(), char.upper(), char.swapcase(), char.casefold()} - {char}:
            if len(other) == 1 and re.fullmatch(re.escape(char), other, re.I):
                assert in_one_case(char) == in_one_case(other), (char, other)


@pytest.mark.parametrize("name", sorted(GUARDS))
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_a_pattern_matches_passes_its_guard(name: str, data: st.DataObject) -> None:
    guard = GUARDS[name]
    text = data.draw(st.from_regex(guard.pattern))
    assert guard.may_match(text) or not guard.pattern.search(text)


def test_on_lines_of_pages_guards_and_patterns_agree() -> None:
    pages = [parse(file.read_bytes(), "https://a.example/team", "text/html") for file in PAGES.glob("*.html")]
    lines = {line for page in pages for block in page.blocks for line in block.text.split("\n")}
    assert len(lines) > 200
    asked = 0
    for guard in GUARDS.values():
        for line in lines:
            asked += guard.may_match(line)
            assert bool(guard.search(line)) == bool(guard.pattern.search(line))
            assert [match.span() for match in guard.finditer(line)] == [
                match.span() for match in guard.pattern.finditer(line)
            ]
    assert asked < 0.1 * len(lines) * len(GUARDS), "a guard that lets most lines through saves nothing"


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        (r"(?<!\w)(?:ahorn|eiche)(?!\w)", ("ahorn", "eiche")),
        (r"m[eé]xico", ("mexico", "méxico")),
        (r"e-?mail\s*:", ("email", "e-mail")),
        (r"pol(?:and|ska)", ("poland", "polska")),
        (r"(?:over|about)? \d+ staff(?: members)?", (" staff",)),
        (r"(?-i:U\.?K\.?)|france", ("uk", "u.k", "france")),
        (r"\bhost(?:ing|er)?\b", ("host",)),
        (r"\d+|staff", ("",)),
        (r"x?", ("",)),
    ],
)
def test_literals_of_a_pattern(pattern: str, literals: tuple[str, ...]) -> None:
    assert set(guarded(pattern, re.I).literals) == set(literals)


def test_letters_of_two_cases_pass() -> None:
    for text in ("İstanbul", "ISTANBUL", "ıstanbul", "iſtanbul"):
        assert guarded("istanbul", re.I).search(text), text
    assert guarded("ΥΠΕΎΘΥΝΟΣ", re.I).search("υπεύθυνος")


def test_case_counts_where_a_pattern_says_so() -> None:
    assert guarded("GmbH").may_match("Eibe GmbH")
    assert not guarded("GmbH").may_match("eibe gmbh")


def test_any_of_several() -> None:
    both = AnyOf(guarded("ahorn", re.I), guarded(r"eiche\d", re.I))
    assert both.may_match("Im Ahornweg")
    assert both.may_match("EICHE")
    assert not both.may_match("Buche")


@given(st.text(alphabet="+0 1a", max_size=60))
def test_matches_from_openings_are_those_of_the_whole_text(text: str) -> None:
    pattern = re.compile(r"(?:\+|00)\s?1[ 1]*")
    assert [match.span() for match in matches_from(text, pattern, ("+", "00"))] == [
        match.span() for match in pattern.finditer(text)
    ]
