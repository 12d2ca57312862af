"""The weight around the words: style sheets and scripts that real pages carry, the same for all pages of a host."""

from __future__ import annotations

from functools import lru_cache

from demo.world.model import Make
from demo.world.randomness import digest

SIZES = {
    Make.CLASSIC: 30, Make.WORDPRESS: 150, Make.SHOP: 130, Make.MICRODATA: 70, Make.ONEPAGE: 60, Make.AGENCY: 90,
}  # fmt: skip
PREFIX = {
    Make.CLASSIC: "tbl", Make.WORDPRESS: "wp-block", Make.SHOP: "product", Make.MICRODATA: "mod", Make.ONEPAGE: "one",
    Make.AGENCY: "card",
}  # fmt: skip
PARTS = ("group", "columns", "cover", "button", "media", "quote", "gallery", "heading", "list", "panel")


@lru_cache(maxsize=8)
def _rules(make: Make) -> str:
    lines = []
    for number in range(SIZES[make]):
        name = f".{PREFIX[make]}-{PARTS[number % len(PARTS)]}-{number}"
        gap, width = 4 + number % 28, 320 + 16 * (number % 60)
        lines.append(
            f"{name}{{display:flex;flex-wrap:wrap;gap:{gap}px;padding:{gap}px {gap * 2}px;color:var(--ink);"
            f"border-radius:{number % 9}px}}@media(min-width:{width}px){{{name}{{margin:0 auto;max-width:{width}px}}}}"
        )
    return "\n".join(lines)


def style(host: str, make: Make) -> str:
    """The inline style sheet of a host."""
    ink, paper = digest(host, "ink") % 0x555555, 0xEEEEEE + digest(host, "paper") % 0x111111
    return f":root{{--ink:#{ink:06x};--paper:#{paper:06x}}}\n{_rules(make)}"
