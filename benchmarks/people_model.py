"""Is a learned model better than the rules at telling a company's people? people_model.py FOLDER [--seed N] [--write].

FOLDER is a corpus as `extraction_corpus.py` reads it, each gold.json with `people` (right), `people_optional` (left out
of both counts). Every card that `people.candidates` reads is one example; its signs are the features, its site the
group. The same folds over sites judge the rules as they stand, a logistic regression and boosted trees (which see the
rules' own sum among their features); figures are by site and name, as the corpus' scorer counts, mean and spread over
repeats. `--write` keeps the regression's
weights as plain numbers with what they were trained with, when they beat the rules by more than the spread.
Needs scikit-learn (`pip install scikit-learn`), which nothing else of the project does.
"""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leadhouse.extraction.attribution.hosts import fold
from leadhouse.extraction.markup.parsing import parse
from leadhouse.extraction.people.evidence import WEIGHTS
from leadhouse.extraction.people.page_people import candidates
from leadhouse.extraction.person import ACCEPT

OUTSIDERS = ("byline", "testimonial", "third_party", "partner", "historical", "designer", "authority", "hidden")
FEATURES = (*WEIGHTS, *OUTSIDERS, "pages", "listed", "listed_many", "rules_confidence")
MODEL = Path(__file__).resolve().parents[1] / "plugins" / "leadhouse" / "extraction" / "people_model.json"
Decide = Callable[[list["Example"]], list[bool]]


@dataclass(slots=True)
class Example:
    """One sighting of one name on one site."""

    site: str
    name: str
    row: list[float]
    is_accepted: bool
    is_right: bool


def gold_names(gold: dict[str, Any]) -> tuple[set[str], set[str]]:
    """Folded names that are right, and those that count neither way."""
    return {fold(person["name"]) for person in gold["people"]}, {fold(name) for name in gold["people_optional"]}


def examples_of(folder: Path, site: str) -> Iterator[Example]:
    """Sightings of one site's pages, optional people left out."""
    gold = json.loads((folder / "gold.json").read_text())
    if gold.get("kind") == "practice_firm":
        return  # judged by its page, not by its names
    right, optional = gold_names(gold)
    seen: dict[str, set[Path]] = {}
    found: list[tuple[str, set[str], bool, int, float]] = []
    for file in sorted((folder / "www").rglob("*.html")):
        page = parse(file.read_bytes(), f"https://{gold['host']}/{file.relative_to(folder / 'www')}", "text/html")
        entries = candidates(page)
        for entry in entries:
            key = fold(entry.person.name)
            signs = set(entry.person.evidence) | ({entry.reason} if entry.reason else set())
            alike = sum(1 for other in entries if other.card.line.tag == entry.card.line.tag and other.card.title)
            is_accepted = entry.reason is None and entry.person.confidence >= ACCEPT
            seen.setdefault(key, set()).add(file)
            if key not in optional:
                found.append((key, signs, is_accepted, alike, 0.0 if entry.reason else entry.person.confidence))
    for key, signs, is_accepted, alike, sureness in found:
        row = [float(feature in signs) for feature in FEATURES[:-4]]
        row += [min(len(seen[key]), 5) / 5, float(alike >= 2), float(alike >= 4), sureness]
        yield Example(site, key, row, is_accepted, key in right)


def outcome(examples: list[Example], verdicts: list[bool]) -> tuple[float, float, float]:
    """Precision, recall and F1 by site and name."""
    said = {(example.site, example.name) for example, verdict in zip(examples, verdicts, strict=True) if verdict}
    right = {(example.site, example.name) for example in examples if example.is_right}
    hits = len(said & right)
    precision = hits / len(said) if said else 1.0
    recall = hits / len(right) if right else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def learned(maker: Callable[[], Any], training: list[Example]) -> tuple[Any, Decide]:
    """A fitted model and its verdict, at the threshold that is best on the training sites."""
    model = maker()
    model.fit([example.row for example in training], [example.is_right for example in training])

    def sureness(examples: list[Example]) -> list[float]:
        return [float(row[1]) for row in model.predict_proba([example.row for example in examples])] if examples else []

    fitted = sureness(training)
    threshold = max(
        (step / 20 for step in range(2, 19)),
        key=lambda step: outcome(training, [value >= step for value in fitted])[2],
    )
    return model, lambda examples: [value >= threshold for value in sureness(examples)]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--without", nargs="*", default=[], help="sites to leave out, by slug")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    sites = {
        gold.parent.name: list(examples_of(gold.parent, gold.parent.name))
        for gold in sorted(options.folder.glob("sites/*/gold.json"))
        if gold.parent.name not in options.without
    }
    linear, trees = importlib.import_module("sklearn.linear_model"), importlib.import_module("sklearn.ensemble")
    makers: dict[str, Callable[[], Any]] = {
        "logistic": lambda: linear.LogisticRegression(C=0.5, class_weight="balanced", max_iter=2000),
        "boosted": lambda: trees.GradientBoostingClassifier(
            n_estimators=60, max_depth=2, subsample=0.8, random_state=options.seed
        ),
    }
    scores = cross_validate(sites, makers, options)
    for name, folds in scores.items():
        print(row_of(name, folds))
    gain = [one[2] - two[2] for one, two in zip(scores["logistic"], scores["rules"], strict=True)]
    print(f"logistic - rules: F1 {statistics.mean(gain):+.3f}, spread {statistics.stdev(gain):.3f}")
    if options.write and statistics.mean(gain) > statistics.stdev(gain):
        write_model(makers["logistic"], [example for found in sites.values() for example in found], options)


def cross_validate(
    sites: dict[str, list[Example]], makers: dict[str, Callable[[], Any]], options: argparse.Namespace
) -> dict[str, list[tuple[float, float, float]]]:
    """Scores per decider and repeat, over all sites while held back; folds are of whole sites."""
    random = importlib.import_module("random").Random(options.seed)
    scores: dict[str, list[tuple[float, float, float]]] = {"rules": [], **{name: [] for name in makers}}
    for _ in range(options.repeats):
        order = sorted(sites)
        random.shuffle(order)
        judged: dict[str, list[bool]] = {name: [] for name in scores}
        pooled: list[Example] = []
        for number in range(options.folds):
            held = set(order[number :: options.folds])
            training = [example for site, found in sites.items() if site not in held for example in found]
            test = [example for site in sorted(held) for example in sites[site]]
            pooled += test
            judged["rules"] += [example.is_accepted for example in test]
            for name, maker in makers.items():
                judged[name] += learned(maker, training)[1](test)
        for name, verdicts in judged.items():
            scores[name].append(outcome(pooled, verdicts))
    return scores


def row_of(name: str, folds: list[tuple[float, float, float]]) -> str:
    """One line of the table."""
    cells = [
        f"{label} {statistics.mean(values):.3f} ± {statistics.stdev(values):.3f}"
        for label, values in zip(("P", "R", "F1"), zip(*folds, strict=True), strict=True)
    ]
    return f"{name:9s} " + "  ".join(cells) + f"  ({len(folds)} repeats)"


def write_model(maker: Callable[[], Any], examples: list[Example], options: argparse.Namespace) -> None:
    """The regression over all sites, as numbers."""
    model, _ = learned(maker, examples)
    sklearn = importlib.import_module("sklearn")
    content = {
        "kind": "logistic regression",
        "trained": f"{datetime.now(UTC):%Y-%m-%d}",
        "with": f"scikit-learn {sklearn.__version__}, seed {options.seed}, {len(examples)} sightings",
        "intercept": round(float(model.intercept_[0]), 4),
        "weights": {feature: round(float(weight), 4) for feature, weight in zip(FEATURES, model.coef_[0], strict=True)},
    }
    MODEL.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
