"""Plots from the server: rows of a table with a bar or marks in each, and columns. No script, no library.

A table's text keeps its size on a narrow screen and is read aloud row by row; only the bar stretches. What a colour
says, a shape, a figure or a word says as well. Colours come from the style sheet, by class.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

BAR, GAP = 10, 2  # heights in a bar's own picture, which is stretched
CELL, STEP = 13, 17  # a run's mark, and from one to the next
COLUMN, HEIGHT, BASE = 34, 190, 150  # of the columns: from one to the next, of the picture, of their foot
LEAST_COLUMNS = 6  # a picture of one column is no narrower than its neighbours' words


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of `value` out of `whole`; `figure` stands behind it. `low` and `high` bound its interval."""

    label: str
    value: float
    whole: float
    figure: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a source: its outcome, whether that gives cause for concern, and what it was in words."""

    outcome: str
    is_suspicious: bool
    said: str


# What the marks of `marks` mean.
LEGEND = (
    (Run("fetched", False, ""), "read"),
    (Run("not_modified", False, ""), "not modified"),
    (Run("empty", True, ""), "empty"),
    (Run("broken", True, ""), "blocked or broken"),
    (Run("fetched", True, ""), "fewer records than in any of the ten runs before"),
)


def bars(rows: Sequence[Bar], title: str) -> Markup:
    """Horizontal bars on the track of their whole; an interval is a line with ends across the bar."""
    return _table(title, ((row.label, _bar(row), Markup("{}").format(row.figure)) for row in rows))


def bar_pairs(rows: Sequence[tuple[str, float, float | None]], unit: str, title: str) -> Markup:
    """Two bars a row, (label, now, before): the upper one is now, the lower, pale one before, where there was one."""
    greatest = max((max(now, before or 0.0) for _, now, before in rows), default=0.0) or 1.0
    return _table(
        title, ((label, _pair(now, before, greatest), _figures(now, before, unit)) for label, now, before in rows)
    )


def marks(runs: Sequence[Run], title: str = "") -> Markup:
    """A mark a run, the oldest first; with a title it is a picture of that name, without one an ornament of words."""
    width = STEP * len(runs) - (STEP - CELL)
    head = Markup('<svg class="marks" width="{0}" height="{1}" viewBox="0 0 {0} {1}" {2}>')
    name = Markup('role="img" aria-label="{}"').format(title) if title else Markup('aria-hidden="true"')
    drawn = (_mark(each * STEP, 0, run) for each, run in enumerate(runs))
    return Markup("").join((head.format(width, CELL + 4, name), *drawn, Markup("</svg>")))


def columns(rows: Sequence[tuple[str, float, float, float]], title: str) -> Markup:
    """Three columns in one for each (label, all, some of them, some of those), the greatest at the full height."""
    width = COLUMN * max(LEAST_COLUMNS, len(rows)) + 20
    greatest = max((row[1] for row in rows), default=0.0) or 1.0
    head = Markup('<svg class="columns" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img" aria-label="{2}">')
    drawn = (_column(10 + each * COLUMN, 120 / greatest, row) for each, row in enumerate(rows))
    return Markup("").join((head.format(width, HEIGHT, title), *drawn, Markup("</svg>")))


def _table(title: str, rows: Iterable[tuple[str, Markup, Markup]]) -> Markup:
    row = Markup('<tr><th scope="row">{}</th><td class="drawn">{}</td><td class="figure">{}</td></tr>')
    head = Markup('<table class="plot"><caption class="unseen">{}</caption><tbody>').format(title)
    return Markup("").join((head, *(row.format(*each) for each in rows), Markup("</tbody></table>")))


def _picture(height: int, parts: Iterable[Markup]) -> Markup:
    """Of a hundred parts in width, stretched to its cell; the figure beside it says the same."""
    head = Markup(
        '<svg class="bar{}" viewBox="0 0 100 {}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
    )
    return Markup("").join((head.format(" two" if height > BAR else "", height), *parts, Markup("</svg>")))


def _rect(kind: str, top: int, value: float, whole: float) -> Markup:
    width = max(0.3, 100 * value / whole) if value and whole else 0.0
    return Markup('<rect class="{}" x="0" y="{}" width="{:.1f}" height="{}"/>').format(kind, top, width, BAR)


def _bar(row: Bar) -> Markup:
    parts = [_rect("track", 0, 1, 1), _rect("now", 0, row.value, row.whole)]
    if row.low is not None and row.high is not None and row.whole:
        left, right = 100 * row.low / row.whole, 100 * row.high / row.whole
        line = f"M{left:.1f} 5H{right:.1f}M{left:.1f} 1V9M{right:.1f} 1V9"
        parts.append(Markup('<path class="interval" vector-effect="non-scaling-stroke" d="{}"/>').format(line))
    return _picture(BAR, parts)


def _pair(now: float, before: float | None, greatest: float) -> Markup:
    if before is None:
        return _picture(BAR, [_rect("now", 0, now, greatest)])
    return _picture(2 * BAR + GAP, [_rect("now", 0, now, greatest), _rect("before", BAR + GAP, before, greatest)])


def _figures(now: float, before: float | None, unit: str) -> Markup:
    said = Markup("{:,.1f} {}").format(now, unit)
    if before is None:
        return said
    return said + Markup('<br/><span class="soft">before {:,.1f} {}</span>').format(before, unit)


_SQUARE = (
    '<rect class="{}" x="{{x}}" y="{{y}}" width="{{size}}" height="{{size}}" rx="2"><title>{{said}}</title></rect>'
)
_CROSS = '<path class="cross" d="M{x} {y}l{size} {size}M{x} {below}l{size} -{size}"><title>{said}</title></path>'
_MARKS = {
    "fetched": Markup(_SQUARE.format("good")),  # noqa: S704 - our own words
    "not_modified": Markup(_SQUARE.format("outline")),  # noqa: S704
    "empty": Markup('<circle class="ring" cx="{cx}" cy="{cy}" r="{r}"><title>{said}</title></circle>'),
    "blocked": Markup(_CROSS),  # noqa: S704
    "broken": Markup(_CROSS),  # noqa: S704
}


def _mark(x: int, y: int, run: Run) -> Markup:
    inset = 1 if run.outcome == "not_modified" else 0  # a line is drawn on both sides of its edge
    drawn = _MARKS.get(run.outcome, _MARKS["fetched"]).format(
        x=x + inset, y=y + inset, size=CELL - 2 * inset, cx=x + CELL / 2, cy=y + CELL / 2, r=CELL / 2 - 1,
        below=y + CELL, said=run.said,
    )  # fmt: skip
    if run.is_suspicious and run.outcome in ("fetched", "not_modified"):  # read, but less than ever before
        drawn += Markup('<path class="under" d="M{} {}h{}"/>').format(x, y + CELL + 3, CELL)
    return drawn


def _column(x: float, scale: float, row: tuple[str, float, float, float]) -> Markup:
    label, *values = row
    width, text = COLUMN - 8, Markup('<text text-anchor="middle" x="{:.1f}" y="{:.1f}">{}</text>')
    parts = [
        Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
            kind, x, BASE - value * scale, width, value * scale
        )
        for kind, value in zip(("before", "now", "good"), values, strict=True)
    ]
    parts.append(text.format(x + width / 2, BASE - values[0] * scale - 5, f"{values[0]:,.0f}"))
    day, _, month = label.partition(" ")
    parts += [text.format(x + width / 2, BASE + 17 + 15 * line, word) for line, word in enumerate((day, month))]
    return Markup("").join(parts)
