"""The training's examples and scores, without a model: what a card becomes, and how verdicts are counted."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.people_model import FEATURES, Example, examples_of, outcome

TEAM = "<title>Team</title><h1>Our team</h1><h3>Jane Harlow</h3><p>Director</p><h3>Tom Alder</h3><p>Joiner</p>"
POST = "<title>News</title><article class='post'><h3>Emma Fieldhouse</h3><p>Editor</p></article>"


def corpus_site(folder: Path, kind: str = "company") -> Path:
    """A made-up site of two pages whose truth is Jane; Tom counts neither way."""
    (folder / "www" / "blog").mkdir(parents=True)
    (folder / "www" / "team.html").write_text(TEAM)
    (folder / "www" / "blog" / "a.html").write_text(POST)
    gold = {"host": "harlow.co.uk", "kind": kind, "people": [{"name": "Jane Harlow"}], "people_optional": ["Tom Alder"]}
    (folder / "gold.json").write_text(json.dumps(gold))
    return folder


def test_cards_become_examples(tmp_path: Path) -> None:
    found = {example.name: example for example in examples_of(corpus_site(tmp_path / "harlow"), "harlow")}
    assert set(found) == {"janeharlow", "emmafieldhouse"}
    jane, emma = found["janeharlow"], found["emmafieldhouse"]
    assert (jane.is_right, jane.is_accepted) == (True, True)
    assert (emma.is_right, emma.is_accepted) == (False, False)
    assert emma.row[FEATURES.index("byline")] == 1.0
    assert len(jane.row) == len(FEATURES)


def test_practice_firms_teach_nothing(tmp_path: Path) -> None:
    assert list(examples_of(corpus_site(tmp_path / "school", "practice_firm"), "school")) == []


def test_names_count_once_a_site() -> None:
    examples = [
        Example("a", "jane", [], is_accepted=True, is_right=True),
        Example("a", "jane", [], is_accepted=False, is_right=True),
        Example("a", "tom", [], is_accepted=True, is_right=False),
        Example("b", "ida", [], is_accepted=False, is_right=True),
    ]
    assert outcome(examples, [example.is_accepted for example in examples]) == (0.5, 0.5, 0.5)
