"""Metrics: the one definition of each figure in ``sql/metrics.yml``, as SQL, as values and as a page.

A *figure* is a sum or a count and adds up over days and campaigns. A *ratio* is a sum of figures over a figure; it adds
up as sum over sum, has no value without a denominator, and one of fewer than 50 comes with its 95 % interval.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from psycopg import sql

from leadhouse.database.queries import trusted
from leadhouse.settings import PROJECT

FILE = PROJECT / "sql" / "metrics.yml"
FEW = 50  # a ratio over fewer observations is shown with its interval
_Z = 1.96  # of a 95 % interval
_HEADER = """# Metrics

Generated from `sql/metrics.yml` by `leadhouse docs`; do not edit. The API's answers, the comparison with the marts and
this page are made of the same expressions. A day is the organization's, in its own time zone. A rate is sum over sum
and has no value where its denominator is zero; over fewer than 50 observations it comes with its 95 % interval
(Wilson).
"""


class MetricError(ValueError):
    """The file of the metrics does not hold together; the message says where."""


@dataclass(frozen=True, slots=True)
class Relation:
    """What figures are counted over; `live` and `mart` are named queries of ``sql/queries/analytics.sql``."""

    name: str
    grain: str
    live: str
    mart: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum or count over a relation; `sql` is the aggregate, `window` how long after a first event a second counts."""

    name: str
    title: str
    over: str
    sql: str
    unit: str
    description: str
    window: str | None = None


@dataclass(frozen=True, slots=True)
class Ratio:
    """A sum of figures over a figure, all of one relation."""

    name: str
    title: str
    numerator: tuple[str, ...]
    denominator: str
    description: str
    unit: str = "share"
    window: str | None = None


@dataclass(frozen=True, slots=True)
class RatioValue:
    """What a ratio comes to. `value` is None without a denominator; `low` and `high` bound the 95 % interval of few."""

    numerator: int
    denominator: int
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Metrics:
    """The whole file."""

    relations: Mapping[str, Relation]
    figures: Mapping[str, Figure]
    ratios: Mapping[str, Ratio]
    waiting: Mapping[str, str]  # names that nothing can be counted for yet, with what they wait for

    def figures_over(self, relation: str) -> tuple[Figure, ...]:
        """The figures that are counted over a relation, in the file's order."""
        return tuple(each for each in self.figures.values() if each.over == relation)

    def ratios_over(self, relation: str) -> tuple[Ratio, ...]:
        """The ratios of these."""
        return tuple(each for each in self.ratios.values() if self.figures[each.denominator].over == relation)


@lru_cache(maxsize=1)
def metrics() -> Metrics:
    """The definitions, read once a process. Raises MetricError."""
    return read_metrics(FILE)


def read_metrics(path: Path) -> Metrics:
    """The definitions of a file.

    Raises:
        MetricError: a figure over no relation, a ratio of unknown figures or of two relations, a name given twice.
    """
    import yaml  # type: ignore[import-untyped]

    stated = yaml.safe_load(path.read_text(encoding="utf-8"))
    relations = {
        name: Relation(name, each["grain"], each["live"], each["mart"], tuple(each["sources"]))
        for name, each in stated["relations"].items()
    }
    figures = {name: Figure(name, **each) for name, each in stated["figures"].items()}
    ratios = {
        name: Ratio(name, **{**each, "numerator": tuple(part.strip() for part in each["numerator"].split("+"))})
        for name, each in stated["ratios"].items()
    }
    found = Metrics(relations, figures, ratios, stated.get("waiting") or {})
    _check(found)
    return found


def select_list(relation: str) -> sql.Composed:
    """The figures of a relation as the select list of a query over it: ``(sum(attempted))::bigint as attempted, …``."""
    return sql.SQL(", ").join(
        sql.SQL("coalesce({}, 0)::bigint as {}").format(trusted(each.sql), sql.Identifier(each.name))
        for each in metrics().figures_over(relation)
    )


def expression(name: str) -> sql.Composable:
    """A figure or ratio as one expression over its relation; a ratio is numeric, null without a denominator."""
    known = metrics()
    if name in known.figures:
        return sql.SQL("({})").format(trusted(known.figures[name].sql))
    ratio = known.ratios[name]
    numerator = sql.SQL(" + ").join(expression(each) for each in ratio.numerator)
    return sql.SQL("({}) / nullif({}, 0)::numeric").format(numerator, expression(ratio.denominator))


def ratio_of(name: str, counted: Mapping[str, Any]) -> RatioValue:
    """A ratio from the figures that were counted. Raises KeyError for a figure that is not among them."""
    ratio = metrics().ratios[name]
    numerator = sum(int(counted[each] or 0) for each in ratio.numerator)
    denominator = int(counted[ratio.denominator] or 0)
    if not denominator:
        return RatioValue(numerator, denominator, None)
    value = numerator / denominator
    if denominator >= FEW or ratio.unit != "share":
        return RatioValue(numerator, denominator, value)
    return RatioValue(numerator, denominator, value, *wilson_interval(numerator, denominator))


def ratios_of(relation: str, counted: Mapping[str, Any]) -> dict[str, RatioValue]:
    """Every ratio over a relation."""
    return {each.name: ratio_of(each.name, counted) for each in metrics().ratios_over(relation)}


def wilson_interval(hits: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927), within 0 and 1."""
    share, square = hits / total, _Z * _Z
    middle = share + square / (2 * total)
    spread = _Z * math.sqrt(max(0.0, share * (1 - share)) / total + square / (4 * total * total))
    scale = 1 + square / total
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def metrics_page() -> str:
    """``docs/metrics.md``; needs no database."""
    known = metrics()
    lines = [_HEADER]
    for relation in known.relations.values():
        lines += [f"## Over {relation.name}", "", f"One row a {relation.grain}.", ""]
        lines += [f"Sources: {', '.join(f'`{each}`' for each in relation.sources)}.", ""]
        lines += ["| figure | unit | window | definition | SQL |", "|---|---|---|---|---|"]
        lines += [_figure_row(each) for each in known.figures_over(relation.name)]
        lines += ["", "| ratio | definition | window | meaning |", "|---|---|---|---|"]
        lines += [_ratio_row(each) for each in known.ratios_over(relation.name)]
        lines.append("")
    lines += ["## Not counted yet", "", "| metric | waits because |", "|---|---|"]
    lines += [f"| `{name}` | {reason} |" for name, reason in known.waiting.items()]
    lines.append("")
    return "\n".join(lines)


def _figure_row(figure: Figure) -> str:
    cells = (f"`{figure.name}` {figure.title}", figure.unit, figure.window or "", figure.description, f"`{figure.sql}`")
    return f"| {' | '.join(cells)} |"


def _ratio_row(ratio: Ratio) -> str:
    definition = f"`{' + '.join(ratio.numerator)}` / `{ratio.denominator}`"
    return f"| `{ratio.name}` {ratio.title} | {definition} | {ratio.window or ''} | {ratio.description} |"


def _check(found: Metrics) -> None:
    wrong = [f"figure {each.name} is over no relation {each.over}" for each in found.figures.values()
             if each.over not in found.relations]  # fmt: skip
    for ratio in found.ratios.values():
        wrong += _faults(found, ratio)
    wrong += [f"{name} is a figure and a ratio" for name in found.figures.keys() & found.ratios.keys()]
    if wrong:
        raise MetricError(f"{FILE.name}: {'; '.join(wrong)}.")


def _faults(found: Metrics, ratio: Ratio) -> Iterable[str]:
    named = (*ratio.numerator, ratio.denominator)
    unknown = [each for each in named if each not in found.figures]
    if unknown:
        return [f"ratio {ratio.name} names no figure {', '.join(unknown)}"]
    relations = {found.figures[each].over for each in named}
    return [f"ratio {ratio.name} is over {' and '.join(sorted(relations))}"] if len(relations) > 1 else []
