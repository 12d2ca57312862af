"""Plots as SVG from the server: no script, no library. Colours come from the style sheet by class."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, LABEL, ROW, BAR, GAP = 640, 160, 38, 13, 2
FIGURE = 90  # room for the figure behind a bar


def bar_pairs(rows: Sequence[tuple[str, float, float | None]], unit: str, title: str) -> Markup:
    """Horizontal bars, two a row: now, and before where there is one. A row is (label, now, before)."""
    greatest = max((max(now, before or 0.0) for _, now, before in rows), default=0.0) or 1.0
    scale = (WIDTH - LABEL - FIGURE) / greatest
    height = ROW * len(rows) + 4
    parts = [
        Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(WIDTH, height, title),
        *(_row(index, row, scale, unit) for index, row in enumerate(rows)),
        Markup("</svg>"),
    ]
    return Markup("").join(parts)


def _row(index: int, row: tuple[str, float, float | None], scale: float, unit: str) -> Markup:
    label, now, before = row
    top = index * ROW + 4
    parts = [
        Markup('<text class="label" x="{}" y="{}" text-anchor="end">{}</text>').format(LABEL - 8, top + BAR + 4, label),
        _bar("now", top, now, scale, unit),
    ]
    if before is not None:
        parts.append(_bar("before", top + BAR + GAP, before, scale, unit))
    return Markup("").join(parts)


def _bar(kind: str, top: int, value: float, scale: float, unit: str) -> Markup:
    width = max(1.0, value * scale) if value else 0.0
    return Markup(
        '<rect class="{kind}" x="{x}" y="{top}" width="{width:.1f}" height="{height}" rx="2"/>'
        '<text class="figure {kind}" x="{end:.1f}" y="{base}">{value:,.1f} {unit}</text>'
    ).format(
        kind=kind, x=LABEL, top=top, width=width, height=BAR, end=LABEL + width + 5, base=top + BAR - 1, value=value,
        unit=unit,
    )  # fmt: skip
