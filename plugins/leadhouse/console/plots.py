"""Plots of the Figures page as SVG from the server. What a colour says, a shape, a figure or a word says as well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH, LABEL, FIGURE = 640, 190, 175  # of the picture, of the labels before a bar, of the figures behind it
ROW, BAR = 26, 15
CELL, STEP, RUNS = 13, 17, 14  # a run's mark, from one to the next, how many stand in a row
WIDE_LABEL, LONGEST = 215, 27  # of sources, whose keys are long
ROOM = WIDTH - LABEL - FIGURE


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
class Strip:
    """A row of runs, the oldest first: outcome, whether it gives cause for concern, and what it was in words."""

    label: str
    cells: Sequence[tuple[str, bool, str]]
    figure: str


def bars(rows: Sequence[Bar], title: str) -> Markup:
    """Horizontal bars on the track of their whole; an interval is a line with ends across the bar."""
    return _picture(title, len(rows), (_bar(index, row) for index, row in enumerate(rows)))


def strips(rows: Sequence[Strip], title: str) -> Markup:
    """A mark a run: a square was read, an outline had not changed, a cross was blocked or broken, a ring was empty."""
    return _picture(title, len(rows), (_strip(index, row) for index, row in enumerate(rows)))


def columns(rows: Sequence[tuple[str, float, float, float]], title: str) -> Markup:
    """Three columns in one for each (label, all, some of them, some of those), the greatest at the full height."""
    height, base, step = 190, 150, (WIDTH - 20) / max(1, len(rows))
    greatest = max((row[1] for row in rows), default=0.0) or 1.0
    width, scale = min(step * 0.7, 44), 120 / greatest
    return _frame(title, height, (_column(20 + each * step, width, base, scale, row) for each, row in enumerate(rows)))


def _picture(title: str, count: int, parts: Iterable[Markup]) -> Markup:
    return _frame(title, ROW * count + 4, parts)


def _frame(title: str, height: int, parts: Iterable[Markup]) -> Markup:
    head = Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(WIDTH, height, title)
    return Markup("").join((head, *parts, Markup("</svg>")))


def _label(index: int, label: str, width: int = LABEL) -> Markup:
    longest = LONGEST * (width - 12) // (WIDE_LABEL - 12)
    shown = label if len(label) <= longest else f"{label[: longest - 1]}…"
    return Markup('<text class="label" x="{}" y="{}" text-anchor="end"><title>{}</title>{}</text>').format(
        width - 8, index * ROW + BAR + 1, label, shown
    )


def _bar(index: int, row: Bar) -> Markup:
    top, scale = index * ROW + 4, ROOM / row.whole if row.whole else 0.0
    parts = [
        _label(index, row.label),
        Markup('<rect class="track" x="{}" y="{}" width="{}" height="{}" rx="2"/>').format(LABEL, top, ROOM, BAR),
        Markup('<rect class="now" x="{}" y="{}" width="{:.1f}" height="{}" rx="2"/>').format(
            LABEL, top, max(1.0, row.value * scale) if row.value else 0.0, BAR
        ),
        Markup('<text class="figure" x="{}" y="{}">{}</text>').format(LABEL + ROOM + 8, top + BAR - 3, row.figure),
    ]
    if row.low is not None and row.high is not None:
        parts.append(_interval(top, LABEL + row.low * scale, LABEL + row.high * scale))
    return Markup("").join(parts)


def _interval(top: int, left: float, right: float) -> Markup:
    return Markup(
        '<path class="interval" d="M{left:.1f} {middle}H{right:.1f}M{left:.1f} {up}V{down}M{right:.1f} {up}V{down}"/>'
    ).format(left=left, right=right, middle=top + BAR / 2, up=top + 2, down=top + BAR - 2)


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


def _strip(index: int, row: Strip) -> Markup:
    """The newest run stands at the right end, also of a source that has run less often."""
    top, first = index * ROW + 4, RUNS - len(row.cells)
    marks = [_mark(WIDE_LABEL + (first + each) * STEP, top, *cell) for each, cell in enumerate(row.cells)]
    figure = Markup('<text class="figure" x="{}" y="{}">{}</text>')
    behind = figure.format(WIDE_LABEL + RUNS * STEP + 10, top + BAR - 3, row.figure)
    return Markup("").join((_label(index, row.label, WIDE_LABEL), *marks, behind))


def _mark(x: int, y: int, outcome: str, is_suspicious: bool, said: str) -> Markup:
    drawn = _MARKS.get(outcome, _MARKS["fetched"]).format(
        x=x, y=y, size=CELL, cx=x + CELL / 2, cy=y + CELL / 2, r=CELL / 2 - 1, below=y + CELL, said=said
    )
    if is_suspicious and outcome in ("fetched", "not_modified"):  # read, but less than ever before
        drawn += Markup('<path class="under" d="M{} {}h{}"/>').format(x, y + CELL + 3, CELL)
    return drawn


def _column(x: float, width: float, base: int, scale: float, row: tuple[str, float, float, float]) -> Markup:
    label, *values = row
    parts = [
        Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
            kind, x, base - value * scale, width, value * scale
        )
        for kind, value in zip(("before", "now", "good"), values, strict=True)
    ]
    parts.append(
        Markup('<text class="figure" text-anchor="middle" x="{:.1f}" y="{:.1f}">{:,.0f}</text>').format(
            x + width / 2, base - values[0] * scale - 5, values[0]
        )
    )
    parts.append(
        Markup('<text class="figure" text-anchor="middle" x="{:.1f}" y="{}">{}</text>').format(
            x + width / 2, base + 18, label
        )
    )
    return Markup("").join(parts)
